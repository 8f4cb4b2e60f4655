package alerts

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Annotations that are links, shown before the others.
var links = []string{"runbook_url", "runbook", "dashboard_url", "dashboard"}

// detail is everything that is known of an item.
func detail(c page.Context, it item) []string {
	s := c.Styles
	var out []string
	say := func(name, text string) {
		if text == "" {
			return
		}
		room := max(10, c.Width-16)
		for _, para := range strings.Split(text, "\n") {
			for _, l := range page.Wrap(para, room, 12, s.Glyphs.Ellipsis) {
				out = append(out, " "+heading(s, name)+s.Text.Render(l))
				name = ""
			}
		}
	}
	notes := sources.Labels{}
	if r := it.rule; r != nil {
		maps.Copy(notes, r.Annotations)
	}
	if a := it.alert; a != nil {
		sign, style := page.AlertMark(s, *a)
		out = append(out, " "+style.Render(sign+" "+a.Name)+"  "+s.Text.Render(stateText(*a)))
		maps.Copy(notes, a.Annotations)
	} else {
		out = append(out, " "+s.Title.Render(it.rule.Name)+"  "+s.Muted.Render("no alert of this rule is active"))
	}
	for _, name := range append([]string{"summary", "description", "message"}, links...) {
		say(strings.TrimSuffix(name, "_url"), notes[name])
		delete(notes, name)
	}
	if a := it.alert; a != nil {
		sayAlert(c, *a, say)
	}
	if r := it.rule; r != nil {
		sayRule(c, *r, say)
	} else {
		say("rule", "known to Alertmanager only: its rule is not in this Prometheus")
	}
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		say(name, notes[name])
	}
	return out
}

func sayAlert(c page.Context, a sources.Alert, say func(name, text string)) {
	if !a.ActiveSince.IsZero() {
		say("since", c.Zone(a.ActiveSince).Format("2006-01-02 15:04:05 MST")+", "+dashboard.FormatAge(c.Now.Sub(a.ActiveSince)))
	}
	say("value", dashboard.FormatValue(a.Value, dashboard.UnitNone))
	say("labels", labelText(a.Labels.Without("alertname")))
	if len(a.Silenced) > 0 {
		say("silenced by", strings.Join(a.Silenced, ", "))
	}
	if len(a.Inhibited) > 0 {
		say("inhibited by", strings.Join(a.Inhibited, ", "))
	}
	say("sent to", strings.Join(a.Receivers, ", "))
	for _, st := range c.Data.Sources() {
		if st.Name == "alertmanager" && st.State != "off" && !a.Known && a.State == sources.Firing {
			say("alertmanager", "does not hold this alert: nobody is notified")
		}
	}
}

func sayRule(c page.Context, r sources.Rule, say func(name, text string)) {
	say("rule", r.Expr)
	where := r.Group
	if r.File != "" {
		where += " in " + r.File
	}
	say("group", where)
	if r.For > 0 {
		say("for", dashboard.FormatDuration(r.For))
	}
	if r.KeepFiringFor > 0 {
		say("keeps firing", dashboard.FormatDuration(r.KeepFiringFor))
	}
	if !r.LastEvaluation.IsZero() {
		text := c.Clock(r.LastEvaluation) + ", " + dashboard.FormatAge(c.Now.Sub(r.LastEvaluation)) + " ago"
		if r.EvaluationTime > 0 {
			text += ", took " + dashboard.FormatDuration(r.EvaluationTime)
		}
		say("evaluated", text)
	}
	if r.Health != "" && r.Health != "ok" {
		say("health", r.Health)
	}
	say("error", r.LastError)
}

// labelText is "name=value" of each label, those that say for whom first: where the alert was measured comes last, and
// is what gives way on a narrow screen.
func labelText(l sources.Labels) string {
	place := func(name string) int {
		switch name {
		case "tenant_id", "tenant":
			return 0
		case "instance", "job", "service", "cluster", "replica", "prometheus":
			return 2
		}
		return 1
	}
	names := slices.SortedFunc(maps.Keys(l), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	var parts []string
	for _, name := range names {
		parts = append(parts, name+"="+l[name])
	}
	return strings.Join(parts, " ")
}
