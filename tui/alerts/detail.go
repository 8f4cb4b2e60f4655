package alerts

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// about is everything known of one row, a fact a line.
func (p *Page) about(c page.Context, r row) []string {
	var f facts
	f.c = c
	if a := r.alert; a != nil {
		if s := firstOf(a.Annotations, "summary", "message"); s != "" {
			f.text(s)
		}
		if s := a.Annotations["description"]; s != "" {
			f.text(s)
		}
		state := string(a.State) + " since " + c.Zone(a.ActiveSince).Format("2006-01-02 15:04:05")
		f.add("state", state)
		if !math.IsNaN(a.Value) {
			f.add("value", strconv.FormatFloat(a.Value, 'g', -1, 64))
		}
		f.add("silenced by", strings.Join(a.Silenced, " "))
		f.add("inhibited by", strings.Join(a.Inhibited, " "))
		f.add("receivers", strings.Join(a.Receivers, " "))
		f.add("labels", labelText(a.Labels))
		f.annotations(a.Annotations)
	}
	if rule := r.rule; rule != nil {
		f.add("rule", rule.Name+" of group "+rule.Group+" in "+rule.File)
		f.add("expression", strings.Join(strings.Fields(rule.Expr), " "))
		if rule.For > 0 {
			f.add("holds for", dashboard.FormatDuration(rule.For))
		}
		evaluated := "never"
		if !rule.LastEvaluation.IsZero() {
			evaluated = dashboard.FormatAge(c.Now.Sub(rule.LastEvaluation)) + " ago, took " + dashboard.FormatDuration(rule.EvaluationTime) + ", " + rule.Health
		}
		f.add("evaluated", evaluated)
		f.add("error", rule.LastError)
		if r.alert == nil {
			f.annotations(rule.Annotations)
		}
	} else {
		f.add("rule", "not in this Prometheus: Alertmanager has the alert from another one")
	}
	return f.lines
}

// facts collects lines "name  value" under one another.
type facts struct {
	c     page.Context
	lines []string
}

const nameWidth = 13

func (f *facts) text(s string) {
	for _, l := range page.Wrap(s, f.c.Width-2, 4, f.c.Styles.Glyphs.Ellipsis) {
		f.lines = append(f.lines, " "+f.c.Styles.Text.Render(l))
	}
}

// add adds a fact; one without a value is left out.
func (f *facts) add(name, value string) {
	if value == "" {
		return
	}
	for i, l := range page.Wrap(value, f.c.Width-nameWidth-2, 6, f.c.Styles.Glyphs.Ellipsis) {
		head := page.Fit("", nameWidth, "")
		if i == 0 {
			head = f.c.Styles.Muted.Render(page.Fit(name, nameWidth, ""))
		}
		f.lines = append(f.lines, " "+head+" "+l)
	}
}

// annotations lists links first (runbook, dashboard): they are what one looks for.
func (f *facts) annotations(all sources.Labels) {
	names := slices.Sorted(maps.Keys(all))
	link := func(n string) bool { return strings.Contains(all[n], "://") }
	for _, first := range []bool{true, false} {
		for _, n := range names {
			if n != "summary" && n != "description" && n != "message" && link(n) == first {
				f.add(n, all[n])
			}
		}
	}
}

func firstOf(l sources.Labels, names ...string) string {
	for _, n := range names {
		if l[n] != "" {
			return l[n]
		}
	}
	return ""
}

// labelText is "name=value name=value", sorted by name.
func labelText(l sources.Labels) string {
	parts := make([]string, 0, len(l))
	for _, n := range slices.Sorted(maps.Keys(l)) {
		parts = append(parts, n+"="+l[n])
	}
	return strings.Join(parts, " ")
}
