package panel

import (
	"slices"
	"strings"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// fewLines is the height below which the picture comes before whole sentences.
const fewLines = 15

// header is what full screen adds above every kind: the reason, the query, unit, thresholds and time, and what
// Prometheus remarked.
func (v *view) header() []string {
	var out []string
	say := func(name, text string, limit int) {
		if v.h < fewLines {
			limit = 1
		}
		for i, l := range page.Wrap(text, max(v.w-12, 1), limit, v.g.Ellipsis) {
			if i > 0 {
				name = ""
			}
			out = append(out, " "+v.s.Muted.Render(v.fit(name, 9))+" "+v.s.Text.Render(l))
		}
	}
	if v.Reason != "" {
		sign, style := v.mark(v.State)
		out = append(out, " "+style.Render(sign+" "+v.Reason))
	}
	if v.Err != nil {
		say("error", v.Err.Error(), 2)
	}
	if v.Query != "" {
		say("query", strings.Join(strings.Fields(v.Query), " "), 3)
	}
	var facts []string
	name := "data"
	if v.Panel.Unit != "" {
		name, facts = "unit", append(facts, strings.ReplaceAll(v.Panel.Unit, "_", " "))
	}
	facts = append(facts, v.thresholds()...)
	if v.Grid.Step > 0 {
		facts = append(facts, "step "+dashboard.SayDuration(v.Grid.Step))
	}
	if !v.At.IsZero() {
		facts = append(facts, "at "+v.At.In(v.zone()).Format("15:04:05 MST"))
	}
	if len(facts) > 0 {
		say(name, strings.Join(facts, " "+v.g.Dot+" "), 2)
	}
	for _, w := range v.Warnings[:min(len(v.Warnings), 3)] {
		say("note", w, 2)
	}
	if len(out) > v.h/2 {
		out = out[:v.h/2]
	}
	return out
}

func (v *view) thresholds() []string {
	t := v.Panel.Thresholds
	than := ">"
	if t.Below {
		than = "<"
	}
	var out []string
	if t.Warn != nil {
		out = append(out, v.g.Warn+" "+than+" "+dashboard.SayValue(*t.Warn, v.Panel.Unit))
	}
	if t.Critical != nil {
		out = append(out, v.g.Critical+" "+than+" "+dashboard.SayValue(*t.Critical, v.Panel.Unit))
	}
	return out
}

// plottable tells whether full screen shows the panel as lines over time.
func (v *view) plottable() bool {
	switch v.Panel.Kind {
	case dashboard.KindStat, dashboard.KindLines, dashboard.KindBars:
		return anyPoints(v.drawn())
	}
	return false
}

// fullPlot is the plot with a time axis, and under it a row per series: the value now, the lowest, the highest, the
// average, and the value at the cursor.
func (v *view) fullPlot() []string {
	all := v.drawn()
	facts := append(v.facts(), v.markLines(v.h/10)...)
	reading := v.o.Cursor >= 0 && v.o.Cursor < v.Grid.Columns
	g := v.legendGrid(all, reading)
	room := min(len(all)+1, max(v.h/3, 2))
	plotH := v.h - room - len(facts)
	if plotH < 4 {
		return v.rows(all, facts)
	}
	out := v.plot(all, v.w, plotH, true)
	out = append(out, v.headings(g, g.widths(v.w-1)))
	out = append(out, v.list(g, room-1, nil)...)
	return append(out, facts...)
}

func (v *view) legendGrid(all []dashboard.Value, reading bool) grid {
	g := grid{columns: []column{
		{tight: true}, {title: "series", most: max(v.w/2, 12), give: 12, mid: true},
		{title: "last", right: true}, {title: "min", right: true, drop: 1},
		{title: "max", right: true, drop: 3}, {title: "avg", right: true, drop: 2},
	}}
	if reading {
		at := v.Grid.Time(v.o.Cursor).In(v.zone()).Format("15:04:05")
		g.columns = slices.Insert(g.columns, 2, column{title: "at " + at, right: true})
	}
	for i, x := range all {
		sum := sources.Summarize(x.Points)
		if finite(x.Now) && sum.N > 0 { // what is on the screen is among the extremes
			sum.Min, sum.Max = min(sum.Min, x.Now), max(sum.Max, x.Now)
		}
		sign, style := v.seriesMark(i)
		number := func(n float64) cell {
			return cell{text: dashboard.FormatValue(n, v.unit(x)), style: v.s.Text}
		}
		last := number(x.Now)
		last.style = v.tint(x.State, v.s.Bold)
		last.text = v.sign(x.State, last.text)
		row := []cell{
			{text: sign, style: style}, {text: v.name(x), style: v.s.Text},
			last, number(sum.Min), number(sum.Max), number(sum.Avg),
		}
		if reading {
			c := cell{text: "-", style: v.s.Muted}
			if v.o.Cursor < len(x.Points) && finite(x.Points[v.o.Cursor]) {
				c = number(x.Points[v.o.Cursor])
				c.style = v.s.Focus
			}
			row = slices.Insert(row, 2, c)
		}
		g.rows = append(g.rows, row)
	}
	return g
}
