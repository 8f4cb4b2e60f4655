package panel

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// alertsFacts counts by state: "(2 firing, 1 pending)".
func (v *view) alertsFacts() string {
	firing, pending, silenced, inhibited := 0, 0, 0, 0
	for _, a := range v.Alerts {
		switch {
		case a.Quiet() == "silenced":
			silenced++
		case a.Quiet() == "inhibited":
			inhibited++
		case a.State == sources.Firing:
			firing++
		case a.State == sources.Pending:
			pending++
		}
	}
	all := 0
	if v.Panel.Tenant != "" {
		all = v.ServiceWide
	}
	text := ""
	for _, c := range []struct {
		n    int
		what string
	}{{firing, "firing"}, {pending, "pending"}, {silenced, "silenced"}, {inhibited, "inhibited"}, {all, "of all"}} {
		if c.n > 0 {
			longer := strings.TrimPrefix(text+", "+strconv.Itoa(c.n)+" "+c.what, ", ")
			if text != "" && len(longer)+ansi.StringWidth(v.Panel.Title)+10 > v.w {
				break
			}
			text = longer
		}
	}
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

// alertRow is one alert, or several of one name that stand alike.
type alertRow struct {
	sources.Alert // the worst: the first
	n             int
}

// alertRows are the panel's rows: an alert each. Where they do not all have room and none is being chosen, those of one
// name are one row.
func (v *view) alertRows() []alertRow {
	var rows []alertRow
	fold := v.o.Selected < 0 && len(v.Alerts) > v.h
	for _, a := range v.Alerts {
		i := -1
		if fold {
			i = slices.IndexFunc(rows, func(r alertRow) bool {
				return r.Name == a.Name && r.Severity == a.Severity && r.State == a.State && r.Quiet() == a.Quiet()
			})
		}
		if i < 0 {
			rows = append(rows, alertRow{a, 1})
		} else {
			rows[i].n++
		}
	}
	return rows
}

// alerts is a row per alert or name, and under as many as there is room for what they are about.
func (v *view) alerts() []string {
	if len(v.Alerts) == 0 {
		return v.noAlert()
	}
	g := grid{columns: []column{
		{tight: true},
		{least: 8, most: 48, give: 16, grow: true},
		{drop: 2},
		{right: true},
	}}
	// The sign tells the severity, too: the word is the first to go.
	severity := v.w >= 52
	if severity {
		g.columns = slices.Insert(g.columns, 2, column{drop: 1})
	}
	rows := v.alertRows()
	if len(rows) < len(v.Alerts) {
		v.o.Offset = 0 // it counts alerts
	}
	for _, r := range rows {
		g.rows = append(g.rows, v.alert(r, severity))
	}
	widths := g.widths(v.w - 1)
	from, to, rest := v.shown(len(g.rows), v.h)
	spare := v.h - (to - from)
	if rest {
		spare = 0
	}
	if v.h == 1 {
		return v.list(g, 1, nil)
	}
	var out []string
	for i, r := range g.rows[from:to] {
		out = append(out, v.row(g, widths, r, from+i == v.o.Selected))
		if text := v.about(rows[from+i].Alert); text != "" && spare > 0 {
			out = append(out, "   "+v.s.Muted.Render(v.fit(text, max(v.w-4, 0))))
			spare--
		}
	}
	if rest {
		hidden, bad := 0, 0
		var others []string // how the others stand that are hidden
		for i, r := range rows {
			if i >= from && i < to {
				continue
			}
			hidden += r.n
			if r.State == sources.Firing && !r.Muted() {
				bad += r.n
			}
			if state := r.Standing(); !slices.Contains(others, state) {
				others = append(others, state)
			}
		}
		out = append(out, v.moreFiring(hidden, bad, others))
	}
	return out
}

// noAlert is said where nothing fires; of a tenant, with what fires for the whole service.
func (v *view) noAlert() []string {
	text := "none firing"
	if v.Panel.Tenant != "" {
		text = "none names this tenant"
	}
	out := []string{" " + v.s.OK.Render(v.g.OK) + " " + v.s.Text.Render(text)}
	for _, f := range v.Facts {
		if v.Panel.Tenant != "" && len(out) < v.h {
			out = append(out, " "+v.s.Warn.Render(v.g.Warn+" "+f))
		}
	}
	return out
}

func (v *view) moreFiring(n, firing int, others []string) string {
	if firing == 0 {
		return v.more(n, strings.Join(others, " or "))
	}
	return v.more(n) + v.s.Muted.Render(", ") + v.s.Warn.Render(v.g.Warn+" "+strconv.Itoa(firing)+" firing")
}

func (v *view) alert(r alertRow, withSeverity bool) []cell {
	a := r.Alert
	sign, style := page.AlertMark(v.s, a)
	text := style
	name := v.s.Bold
	if a.Muted() {
		name, text = v.s.Muted, v.s.Muted
	}
	since := cell{style: v.s.Muted}
	if !a.ActiveSince.IsZero() {
		since.text = dashboard.FormatAge(v.o.Now.Sub(a.ActiveSince))
	}
	severity := a.Severity
	if severity == "" {
		severity = "no severity"
	}
	title := a.Name
	if r.n > 1 {
		title += " ×" + strconv.Itoa(r.n)
	}
	row := []cell{{text: sign, style: style}, {text: title, style: name}, {text: a.Standing(), style: text}, since}
	if withSeverity {
		row = slices.Insert(row, 2, cell{text: severity, style: text})
	}
	return row
}

// about is what an alert says of itself: for whom, and its summary, description or value.
func (v *view) about(a sources.Alert) string {
	for _, name := range []string{"summary", "description", "message"} {
		if t := a.Annotations[name]; t != "" {
			return t
		}
	}
	if finite(a.Value) {
		return "value " + dashboard.SayValue(a.Value, dashboard.UnitNone)
	}
	return ""
}
