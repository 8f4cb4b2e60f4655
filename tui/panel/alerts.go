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
	all           []sources.Alert
}

// alertRows are the panel's rows: an alert each. Where they do not all have room and none is being chosen, those of one
// name are one row.
func (v *view) alertRows() []alertRow {
	var rows []alertRow
	fold := v.o.Selected < 0 && len(v.Alerts) > v.h
	for n, a := range v.Alerts {
		i := -1
		if fold {
			i = slices.IndexFunc(rows, func(r alertRow) bool {
				return r.Name == a.Name && r.Severity == a.Severity && r.State == a.State && r.Quiet() == a.Quiet()
			})
		}
		if i < 0 {
			rows = append(rows, alertRow{a, v.Alerts[n : n+1 : n+1]})
		} else {
			rows[i].all = append(rows[i].all, a)
		}
	}
	return rows
}

// alerts is a row per alert or name, and under as many as there is room for what they are about.
func (v *view) alerts() []string {
	if len(v.Alerts) == 0 {
		return v.noAlert()
	}
	rows := v.alertRows()
	if len(rows) < len(v.Alerts) {
		v.o.Offset = 0 // it counts alerts
	}
	apart := page.AlertsApart(v.Alerts)
	from, to, rest := v.shown(len(rows), v.h)
	spare := v.h - (to - from)
	if rest {
		spare = 0
	}
	// Where not every alert has a line for what it is about, what tells it from the others of its name stands beside that.
	beside := len(apart) > 0 && spare < to-from
	g := grid{columns: []column{
		{tight: true},
		{least: 8, most: 48, give: 16, grow: !beside},
		{drop: 2},
		{right: true},
	}}
	// The sign tells the severity, too: the word is the first to go.
	severity := v.w >= 52
	if severity {
		g.columns = slices.Insert(g.columns, 2, column{drop: 1})
	}
	if beside {
		g.columns = slices.Insert(g.columns, 2, column{least: 8, give: 12, grow: true, drop: 3, mid: true})
	}
	for _, r := range rows {
		row := v.alert(r, severity)
		if beside {
			row = slices.Insert(row, 2, cell{text: whom(r, apart[r.Name]), style: v.s.Muted})
		}
		g.rows = append(g.rows, row)
	}
	if v.h == 1 {
		return v.list(g, 1, nil)
	}
	widths := g.widths(v.w - 1)
	var out []string
	for i, r := range g.rows[from:to] {
		out = append(out, v.row(g, widths, r, from+i == v.o.Selected))
		text := about(rows[from+i].Alert)
		if !beside {
			text = v.withWhom(whom(rows[from+i], apart[rows[from+i].Name]), text)
		}
		if text != "" && spare > 0 {
			out = append(out, "   "+v.s.Muted.Render(v.fit(text, max(v.w-4, 0))))
			spare--
		}
	}
	if rest {
		hidden, bad := 0, 0
		var worst sources.Alert // of those that fire and are hidden
		var others []string     // how the others stand that are hidden
		for i, r := range rows {
			if i >= from && i < to {
				continue
			}
			hidden += len(r.all)
			if r.State == sources.Firing && !r.Muted() {
				if bad == 0 || page.SeverityOf(r.Alert) < page.SeverityOf(worst) {
					worst = r.Alert
				}
				bad += len(r.all)
			}
			if state := r.Standing(); !slices.Contains(others, state) {
				others = append(others, state)
			}
		}
		out = append(out, v.moreFiring(hidden, bad, worst, others))
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

// moreFiring counts the alerts that are not shown and, with the sign of the worst, those among them that fire.
func (v *view) moreFiring(n, firing int, worst sources.Alert, others []string) string {
	if firing == 0 {
		return v.more(n, strings.Join(others, " or "))
	}
	sign, style := page.AlertMark(v.s, worst)
	return v.more(n) + v.s.Muted.Render(", ") + style.Render(sign+" "+strconv.Itoa(firing)+" firing")
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
	if at := a.Since(); !at.IsZero() {
		since.text = dashboard.FormatAge(v.o.Now.Sub(at))
	}
	severity := a.Severity
	if severity == "" {
		severity = "no severity"
	}
	title := a.Name
	if n := len(r.all); n > 1 {
		title += " ×" + strconv.Itoa(n)
	}
	row := []cell{{text: sign, style: style}, {text: title, style: name}, {text: a.Standing(), style: text}, since}
	if withSeverity {
		row = slices.Insert(row, 2, cell{text: severity, style: text})
	}
	return row
}

// whom is for whom an alert is, among those of its name, whose labels called apart differ: "cache_type=query"; of several
// that share a row, the values of the first of these labels: "tenant_id acme-corp, globex".
func whom(r alertRow, apart []string) string {
	var parts []string
	for _, name := range apart {
		if len(r.all) == 1 {
			parts = append(parts, name+"="+r.Labels[name])
			continue
		}
		var values []string
		for _, a := range r.all {
			if x := a.Labels[name]; !slices.Contains(values, x) {
				values = append(values, x)
			}
			if len(values) > 20 { // more than a line holds
				break
			}
		}
		if len(values) > 1 {
			return name + " " + strings.Join(values, ", ")
		}
	}
	return strings.Join(parts, " ")
}

// withWhom is what an alert is about with for whom before it, which takes more than two thirds of the line only where it
// is alone on it.
func (v *view) withWhom(whom, about string) string {
	if whom != "" && about != "" {
		whom = page.Cut(whom, max((v.w-4)*2/3, 8), v.g.Ellipsis)
	}
	return join(whom, about)
}

// about is what an alert says of itself: its summary, description or value.
func about(a sources.Alert) string {
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
