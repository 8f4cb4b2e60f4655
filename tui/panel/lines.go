package panel

import (
	"slices"
	"strconv"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// drawn are the values that go into the plot: the main ones and those of other queries in the same unit.
func (v *view) drawn() []dashboard.Value {
	out := v.main()
	out = out[:len(out):len(out)]
	for _, x := range v.others() {
		if v.unit(x) == v.Panel.Unit && len(x.Points) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// undrawn are values that are told in words: those of other queries in another unit or without a range.
func (v *view) undrawn() []string {
	var out []string
	for _, x := range v.others() {
		if v.unit(x) != v.Panel.Unit || len(x.Points) == 0 {
			out = append(out, v.s.Muted.Render(v.name(x))+" "+v.tint(x.State, v.s.Text).Render(v.now(x)))
		}
	}
	return out
}

// lines are series over time with a legend. Where there is no height for a plot, each series has a row of its own.
func (v *view) lines() []string {
	all := v.drawn()
	facts := v.facts()
	if n := len(v.Gauges); n > 0 && v.h > n+1 && !v.o.Full {
		rest := *v
		rest.Gauges, rest.h, rest.top = nil, v.h-n, v.top+n
		return append(v.gauges(v.Gauges), rest.lines()...)
	}
	if len(all) == 0 {
		return append(v.table(), facts...)
	}
	if v.h >= 5 && v.Grid.Columns > 0 && !anyPoints(all) { // it is asked for a past, and has none
		facts = append([]string{" " + v.s.Muted.Render(page.Cut("the newest value alone: no past in this window", v.w-1, v.g.Ellipsis))}, facts...)
	}
	if v.h < 5 || !anyPoints(all) {
		return v.rows(all, facts)
	}
	h := v.h - len(facts)
	if v.w >= 72 && len(all) > 1 {
		side := v.legendColumn(all, h, min(v.w/3, 34))
		width := 0
		for _, l := range side {
			width = max(width, ansi.StringWidth(l))
		}
		picture := v.plot(all, v.w-width-2, h, false)
		for i, l := range side {
			picture[i] += "  " + l
		}
		return append(picture, facts...)
	}
	legend := v.legendFlow(all, 1+v.h/8)
	return append(append(v.plot(all, v.w, h-len(legend), false), legend...), facts...)
}

// facts are the lines under a picture: findings, and the values that it doesn't show. They take what room allows.
func (v *view) facts() []string {
	texts, limit := v.findings()
	texts = append(texts, v.undrawn()...)
	lines, shown := flow(texts, v.w-1, limit)
	if shown < len(texts) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(texts)-shown)
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// findings are what Facts say, a long one in two parts, and how many lines there are for them and their like.
func (v *view) findings() (texts []string, limit int) {
	switch {
	case v.h >= 8:
		limit = 2
	case v.h >= 3:
		limit = 1
	}
	for _, f := range v.Facts {
		for _, l := range page.Wrap(f, max(v.w-1, 1), limit, v.g.Ellipsis) {
			texts = append(texts, v.s.Muted.Render(l))
		}
	}
	return texts, limit
}

// counted says at the end of a line how many things found no room on it.
func (v *view) counted(line string, n int) string {
	tail := "  " + strconv.Itoa(n) + " more"
	return ansi.Truncate(line, max(v.w-1-len(tail), 0), v.g.Ellipsis) + v.s.Muted.Render(tail)
}

// plot draws values on exactly h lines of w cells.
func (v *view) plot(all []dashboard.Value, w, h int, rule bool) []string {
	points := make([][]float64, len(all))
	for i, x := range all {
		points[i] = x.Points
	}
	t := v.Panel.Thresholds
	var marks []chart.Threshold
	if t.Warn != nil {
		marks = append(marks, chart.Threshold{Value: *t.Warn, Ink: chart.Warn})
	}
	if t.Critical != nil {
		marks = append(marks, chart.Threshold{Value: *t.Critical, Ink: chart.Critical})
	}
	if w < 10 {
		return make([]string, max(h, 0))
	}
	f := v.frame(rule)
	done := v.placed(&f, v.top, h)
	rows := chart.Lines(points, w-1, h, f, marks...)
	done()
	return v.paint(rows)
}

func (v *view) frame(rule bool) chart.Frame {
	f := chart.Frame{
		Format: func(x float64) string { return dashboard.FormatValue(x, v.Panel.Unit) },
		Finer:  func(x float64, more int) string { return dashboard.FormatFiner(x, v.Panel.Unit, more) },
		Binary: v.Panel.Unit == dashboard.UnitBytes, Cursor: v.o.Cursor, Bucket: -1, ASCII: v.s.ASCII, Distinct: !v.s.Color, Select: v.selection(),
	}
	if v.Grid.Columns > 1 {
		f.Time = chart.TimeAxis{Start: v.Grid.Start, End: v.Grid.End(), Zone: v.zone(), Rule: rule, Events: Events(v.s, v.marks())}
	}
	return f
}

func (v *view) paint(rows [][]chart.Cell) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = " " + chart.Paint(r, func(k chart.Ink, s string) string { return v.ink(k).Render(s) })
	}
	return out
}

func (v *view) ink(k chart.Ink) lipgloss.Style { return Ink(v.s, k) }

// legendEntry is "─ query 82 %": the line's sign, the name cut to most cells, the value now.
func (v *view) legendEntry(x dashboard.Value, i, most int) string {
	sign, style := v.seriesMark(i)
	value := v.sign(x.State, v.now(x))
	name := v.middle(v.name(x), max(most, 4))
	return style.Render(sign) + " " + v.s.Muted.Render(name) + " " + v.tint(x.State, v.s.Text).Render(value)
}

// legendFlow is the legend under a plot. Names are cut as far as more entries fit by it, and no further.
func (v *view) legendFlow(all []dashboard.Value, limit int) []string {
	lines, most := v.legend(all, limit, max(v.w/3, 12))
	wide := func(l string) bool { return ansi.StringWidth(l) > v.w }
	for _, width := range []int{v.w, v.w / 2} {
		if roomy, shown := v.legend(all, limit, width); shown == most && !slices.ContainsFunc(roomy, wide) {
			return roomy
		}
	}
	return lines
}

// legend is a legend with names of at most width cells, and how many entries of it there is room for.
func (v *view) legend(all []dashboard.Value, limit, width int) (lines []string, shown int) {
	texts := make([]string, len(all))
	for i, x := range all {
		texts[i] = v.legendEntry(x, i, width)
	}
	lines, shown = flow(texts, v.w-1, limit)
	if shown < len(all) && len(lines) > 0 {
		// The count needs room too: it is made on the last line.
		for room := v.w - 1 - len("  99 more"); shown > 0; shown-- {
			if again, n := flow(texts[:shown], room, limit); n == shown {
				lines = again
				break
			}
		}
		if len(lines) > 0 {
			lines[len(lines)-1] += v.s.Muted.Render("  " + strconv.Itoa(len(all)-shown) + " more")
		}
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines, shown
}

func (v *view) legendColumn(all []dashboard.Value, h, width int) []string {
	n := len(all)
	if n > h {
		n = h - 1
	}
	longest := 0
	for _, x := range all[:n] {
		longest = max(longest, ansi.StringWidth(v.now(x))+2)
	}
	var out []string
	for i, x := range all[:n] {
		out = append(out, v.legendEntry(x, i, width-longest-3))
	}
	if n < len(all) {
		out = append(out, v.s.Muted.Render(strconv.Itoa(len(all)-n)+" more"))
	}
	return out
}

// rows tell each series on a line of its own: name, value, shape.
func (v *view) rows(all []dashboard.Value, facts []string) []string {
	room := max(v.h-len(facts), 1)
	g := grid{columns: []column{{most: max(v.w/2, 8), mid: true}, {right: true}, {least: 5, grow: true, drop: 1}}}
	for _, x := range all {
		g.rows = append(g.rows, []cell{
			{text: v.name(x), style: v.s.Muted},
			{text: v.sign(x.State, v.now(x)), style: v.tint(x.State, v.s.Text)},
			{draw: func(w int) string { return v.spark(x.Points, w, v.tint(x.State, v.s.SeriesStyle(0))) }},
		})
	}
	out := v.list(g, room, nil)
	for len(out) < room && len(facts) > 0 {
		out = append(out, "")
	}
	return append(out, facts...)
}

func anyPoints(all []dashboard.Value) bool {
	for _, x := range all {
		if hasPoints(x.Points) {
			return true
		}
	}
	return false
}
