package panel

import (
	"strconv"

	"dlmon/sources"
	"dlmon/tui/dashboard"
)

// traces is a row per trace.
func (v *view) traces() []string {
	if len(v.Traces) == 0 {
		return []string{" " + v.s.Muted.Render("Jaeger has no trace of this tenant in this window")}
	}
	failed := "failed spans"
	if v.w < 80 {
		failed = "failed"
	}
	g := grid{columns: []column{
		{tight: true},
		{title: "took", right: true},
		{title: "operation", least: 10, most: 60, give: 14, grow: true},
		{title: failed, right: true, drop: 2},
		{title: "spans", right: true, drop: 1},
		{title: "started", right: true},
	}}
	for _, t := range v.Traces {
		g.rows = append(g.rows, v.trace(t))
	}
	var out []string
	room := v.h
	if room > 1 {
		out = append(out, v.headings(g, g.widths(v.w-1)))
		room--
	}
	return append(out, v.list(g, room, func(hidden, _, _ int) string {
		if v.o.Full {
			return v.more(hidden)
		}
		return v.more(hidden, "full screen has room")
	})...)
}

func (v *view) trace(t sources.TraceSummary) []cell {
	sign, style := v.g.OK, v.s.OK
	failed := cell{style: v.s.Muted}
	if t.Errors > 0 {
		sign, style = v.g.Critical, v.s.Critical
		failed = cell{text: strconv.Itoa(t.Errors), style: v.s.Critical}
	}
	return []cell{
		{text: sign, style: style},
		{text: dashboard.FormatDuration(t.Duration), style: v.s.Bold},
		{text: t.Operation, style: v.s.Text},
		failed,
		{text: strconv.Itoa(t.Spans), style: v.s.Muted},
		{text: dashboard.FormatAge(v.o.Now.Sub(t.Start)) + " ago", style: v.s.Muted},
	}
}
