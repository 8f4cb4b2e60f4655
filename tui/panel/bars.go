package panel

import (
	"dlmon/tui/dashboard"
)

// bars compare values with one another: name, value, length. Values of a full scale are measured against it.
func (v *view) bars() []string {
	facts := v.facts()
	if len(v.Gauges) > 0 {
		rows := *v
		rows.h = max(v.h-len(facts), 1)
		return append(rows.gauges(v.Gauges), facts...)
	}
	all := v.main()
	room := max(v.h-len(facts), 1)
	full := v.fullScale(all)
	g := grid{columns: []column{{most: max(v.w*2/5, 8)}, {right: true}, {least: 5, grow: true, drop: 1}}}
	for _, x := range all {
		text := v.now(x)
		if x.State == dashboard.StateWarn || x.State == dashboard.StateCritical {
			sign, _ := v.mark(x.State)
			text = sign + " " + text
		}
		g.rows = append(g.rows, []cell{
			{text: v.name(x), style: v.s.Muted},
			{text: text, style: v.tint(x.State, v.s.Text)},
			{draw: func(w int) string { return v.bar(x.Now, full, w, v.tint(x.State, v.s.SeriesStyle(0))) }},
		})
	}
	widths := g.widths(v.w - 1)
	from, to, rest := v.shown(len(g.rows), room)
	var out []string
	for i, r := range g.rows[from:to] {
		out = append(out, v.row(g, widths, r, from+i == v.o.Selected))
	}
	if rest {
		out = append(out, v.more(len(g.rows)-(to-from)))
	}
	return append(out, facts...)
}

// fullScale is what the longest bar stands for: all of a ratio, else the largest value.
func (v *view) fullScale(all []dashboard.Value) float64 {
	full := 0.0
	for _, x := range all {
		if finite(x.Now) {
			full = max(full, x.Now)
		}
	}
	switch {
	case v.Panel.Unit == dashboard.UnitRatio:
		return max(full, 1)
	case v.Panel.Unit == dashboard.UnitPercent:
		return max(full, 100)
	}
	return full
}
