package panel

import (
	"slices"
	"strconv"

	"charm.land/lipgloss/v2"

	"dlmon/tui/dashboard"
)

func (v *view) tenantsFacts() string {
	return "(" + strconv.Itoa(len(v.Tenants)) + ", worst first)"
}

// tenants is a row per tenant. Columns that find no room are left out, the least telling first.
func (v *view) tenants() []string {
	if len(v.Tenants) == 0 {
		return []string{" " + v.s.Muted.Render("no tenant has searched")}
	}
	w := v.Widest
	g := grid{columns: []column{
		{tight: true},
		{title: "tenant", least: 6, most: 24, give: 12, widest: w.ID},
		{title: "search/s", right: true, drop: 4, widest: w.Rate},
		{title: "p50", right: true, drop: 2, widest: w.P50},
		{title: "p95", right: true, widest: w.P95},
		{title: "p99", right: true, drop: 3, widest: w.P99},
		{title: "errors", right: true, drop: 6, widest: w.Errors},
		{title: "p95 vs 1h", right: true, drop: 5, widest: w.Change},
		{title: v.windowTitle(), least: 8, most: 60, grow: true, drop: 1},
	}}
	room := v.h
	headed := room > 1
	if headed {
		room--
	}
	// Of ten thousand rows only those that are seen are made.
	from, to := v.made(len(v.Tenants), room)
	g.first, g.total = from, len(v.Tenants)
	// Refused requests are a column where they are why a row is not ok: else nobody saw why.
	refused := slices.ContainsFunc(v.Tenants[from:to], func(t dashboard.Tenant) bool {
		st := t.States["refused"]
		return st == dashboard.StateWarn || st == dashboard.StateCritical
	})
	if refused {
		g.columns = slices.Insert(g.columns, refusedColumn, column{title: "refused/s", right: true, drop: 7, widest: w.Refused})
	}
	for _, t := range v.Tenants[from:to] {
		row := v.tenant(t)
		if refused {
			row = slices.Insert(row, refusedColumn, v.count(t, t.Refused, dashboard.UnitNone, "refused"))
		}
		g.rows = append(g.rows, row)
	}
	var out []string
	if headed {
		out = append(out, v.headings(g, g.widths(v.w-1)))
	}
	return append(out, v.list(g, room, func(hidden, from, to int) string {
		bad, worst := 0, dashboard.StateOK
		for i, t := range v.Tenants {
			if (i < from || i >= to) && (t.State == dashboard.StateWarn || t.State == dashboard.StateCritical) {
				bad, worst = bad+1, dashboard.Worse(worst, t.State)
			}
		}
		return v.moreNotOK(hidden, bad, worst)
	})...)
}

// moreNotOK counts the rows that are not shown and, with the sign of the worst, those among them that should be looked at.
func (v *view) moreNotOK(n, bad int, worst dashboard.State) string {
	if bad == 0 {
		return v.more(n, "all ok")
	}
	sign, style := v.mark(worst)
	return v.more(n) + v.s.Muted.Render(", ") + style.Render(sign+" "+strconv.Itoa(bad)+" not ok")
}

// refusedColumn is where refused requests stand: after the errors.
const refusedColumn = 7

// count is a number of a tenant, in the colour of the state that the tenant has by it.
func (v *view) count(t dashboard.Tenant, x float64, unit, name string) cell {
	return cell{text: dashboard.FormatValue(x, unit), style: v.tint(t.States[name], v.s.Text)}
}

func (v *view) tenant(t dashboard.Tenant) []cell {
	sign, style := v.mark(t.State)
	change := cell{style: v.tint(t.States["change"], v.s.Muted)}
	if finite(t.P95) && finite(t.P95Before) {
		change.text = dashboard.FormatChange(t.P95, t.P95Before, dashboard.UnitSeconds)
	}
	name := v.s.Text
	if t.State == dashboard.StateCritical || t.State == dashboard.StateWarn {
		name = v.s.Bold
	}
	return []cell{
		{text: sign, style: style},
		{text: t.ID, style: name},
		v.count(t, t.SearchRate, dashboard.UnitNone, "rate"),
		v.count(t, t.P50, dashboard.UnitSeconds, "p50"),
		v.count(t, t.P95, dashboard.UnitSeconds, "p95"),
		v.count(t, t.P99, dashboard.UnitSeconds, "p99"),
		v.count(t, t.ErrorRatio, dashboard.UnitRatio, "errors"),
		change,
		{draw: func(w int) string { return v.spark(t.Points, w, v.sparkStyle(t.State)) }},
	}
}

func (v *view) sparkStyle(st dashboard.State) lipgloss.Style { return v.tint(st, v.s.SeriesStyle(0)) }

// windowTitle names the time that a sparkline covers: "last 1 h".
func (v *view) windowTitle() string {
	if v.Grid.Columns < 2 || v.Grid.Step <= 0 {
		return "trend"
	}
	span := v.Grid.End().Sub(v.Grid.Start).Round(v.Grid.Step)
	return "last " + dashboard.SayDuration(span)
}
