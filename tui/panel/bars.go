package panel

import (
	"strings"

	"dlmon/tui/dashboard"
)

// bars compare values with one another: name, value, length. Values of a full scale are measured against it.
func (v *view) bars() []string {
	if len(v.Gauges) > 0 {
		facts := v.facts()
		rows := *v
		rows.h = max(v.h-len(facts), 1)
		return append(rows.gauges(v.Gauges), facts...)
	}
	all, facts := v.current(), v.factsOnly()
	beside := v.beside(all)
	room := max(v.h-len(facts), 1)
	full := v.fullScale(all)
	g := grid{columns: []column{{most: max(v.w*2/5, 20), mid: true}, {right: true}, {drop: 1}, {least: 4, grow: true, drop: 2}}}
	from, to := v.made(len(all), room)
	g.first, g.total = from, len(all)
	for _, x := range all[from:to] {
		g.rows = append(g.rows, []cell{
			{text: v.name(x), style: v.s.Muted},
			{text: v.sign(x.State, v.now(x)), style: v.tint(x.State, v.s.Text)},
			{text: beside[x.Name], style: v.s.Muted},
			{draw: func(w int) string { return v.bar(x.Now, full, w, v.tint(x.State, v.s.SeriesStyle(0))) }},
		})
	}
	return append(v.list(g, room, nil), facts...)
}

// beside are the values of other queries for the same series in words: "hits 3.1/s".
func (v *view) beside(all []dashboard.Value) map[string]string {
	names := map[string]bool{}
	for _, x := range all {
		names[x.Name] = true
	}
	out := map[string]string{}
	for _, x := range v.others() {
		if names[x.Name] && finite(x.Now) && x.Now != 0 {
			out[x.Name] = join(out[x.Name], strings.TrimSpace(v.queryTitle(x.Query)+" "+v.now(x)))
		}
	}
	return out
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
