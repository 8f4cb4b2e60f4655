package panel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
)

// stat is a number that is read across the room: the value, how it compares, its neighbours (p50, p99) and its shape.
func (v *view) stat() []string {
	if v.o.Big {
		if big := v.bigStat(); big != nil {
			return big
		}
	}
	lines := v.main()
	if len(v.Gauges) > 0 {
		return v.gauges(v.Gauges)
	}
	if len(lines) == 0 {
		return v.table()
	}
	x := lines[0]
	value := " " + v.bigValue(x)
	second := v.neighbours()
	change := v.change(x)
	if change != "" {
		change = v.tint(x.State, v.s.Muted).Render(change)
	}
	short := strings.Replace(change, " vs 1h", "", 1)
	switch {
	case v.h == 1:
		return []string{v.withSpark(v.fitting(join(value, change, second), join(value, change), join(value, short),
			join(" "+v.number(x), short), value), x)}
	case second == "":
		out := []string{v.withSpark(value, x), " " + change}
		return append(out, v.below(x, 2)...)
	case v.h == 2:
		// Short of room, the change outweighs the shape: the shape gets what is left.
		return []string{v.withSpark(v.fitting(join(value, change), join(value, short), value), x), " " + second}
	}
	return append([]string{join(value, change), " " + second}, v.below(x, 2)...)
}

// fitting is the first of the lines that fits, else the last.
func (v *view) fitting(lines ...string) string {
	for _, l := range lines {
		if ansi.StringWidth(l) <= v.w {
			return l
		}
	}
	return lines[len(lines)-1]
}

// bigValue is the number with what it is: "p95 812 ms".
func (v *view) bigValue(x dashboard.Value) string {
	if t := v.queryTitle(x.Query); t != "" {
		return v.s.Muted.Render(t) + " " + v.number(x)
	}
	return v.number(x)
}

func (v *view) number(x dashboard.Value) string {
	return v.tint(x.State, v.s.Bold).Render(v.sign(x.State, v.now(x)))
}

// neighbours are the values of the other queries on one line.
func (v *view) neighbours() string {
	var parts []string
	for _, x := range v.others() {
		parts = append(parts, v.s.Muted.Render(v.name(x))+" "+v.tint(x.State, v.s.Text).Render(v.now(x)))
	}
	return strings.Join(parts, "  ")
}

// below fills what is left under the first lines of a stat with its shape.
func (v *view) below(x dashboard.Value, used int) []string {
	rest := v.h - used
	switch {
	case rest <= 0 || !hasPoints(x.Points):
		return nil
	case rest < 4:
		return []string{" " + v.spark(x.Points, max(v.w-2, 0), v.tint(x.State, v.s.SeriesStyle(0)))}
	}
	v.top += used
	return v.plot([]dashboard.Value{x}, v.w, rest, false)
}

// withSpark puts a sparkline in what is left of a line.
func (v *view) withSpark(line string, x dashboard.Value) string {
	room := v.w - ansi.StringWidth(line) - 3
	if room < 5 || !hasPoints(x.Points) {
		return line
	}
	return line + "  " + v.spark(x.Points, room, v.tint(x.State, v.s.SeriesStyle(0)))
}

// gauges are values with a full scale: "mem  6.0 of 8.0 GiB  75 %  ▅▅▅▆▆".
func (v *view) gauges(all []dashboard.Gauge) []string {
	if len(all) > v.h {
		return v.gaugeFlow(all)
	}
	g := grid{columns: []column{
		{least: 3, most: 24, give: 4},
		{right: true},
		{right: true, drop: 2},
		{least: 6, grow: true, drop: 1},
	}}
	for _, x := range all {
		style := v.tint(x.State, v.s.Text)
		share := cell{style: style}
		if finite(x.Share()) {
			share.text = dashboard.FormatValue(x.Share(), dashboard.UnitRatio)
		}
		number := v.sign(x.State, of(x.Now, x.Max, x.Unit))
		if v.w < 26 && share.text != "" {
			number, share.text = "", v.sign(x.State, share.text)
		}
		g.rows = append(g.rows, []cell{{text: x.Name, style: v.s.Muted}, {text: number, style: style.Bold(true)}, share, {draw: v.gaugeShape(x)}})
	}
	return v.list(g, v.h, nil)
}

// gaugeFlow is for gauges that have to share a line: only how full they are.
func (v *view) gaugeFlow(all []dashboard.Gauge) []string {
	// What is not ok comes first: the end of the line may be cut.
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b dashboard.Gauge) int { return cmp.Compare(weight(b.State), weight(a.State)) })
	var texts []string
	for _, x := range all {
		texts = append(texts, v.gaugeShort(x))
	}
	if v.h == 1 {
		return []string{v.fitting(" "+strings.Join(texts, "  "), " "+strings.Join(texts, " "))}
	}
	lines, shown := flow(texts, v.w-1, v.h)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	if shown < len(texts) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(texts)-shown)
	}
	return lines
}

func weight(s dashboard.State) int {
	return slices.Index([]dashboard.State{dashboard.StateWarn, dashboard.StateCritical}, s)
}

func (v *view) gaugeShort(x dashboard.Gauge) string {
	text := of(x.Now, x.Max, x.Unit)
	if finite(x.Share()) {
		text = dashboard.FormatValue(x.Share(), dashboard.UnitRatio)
	}
	return v.s.Muted.Render(x.Name) + " " + v.tint(x.State, v.s.Bold).Render(v.sign(x.State, text))
}

func (v *view) gaugeShape(x dashboard.Gauge) func(int) string {
	return func(w int) string {
		style := v.tint(x.State, v.s.SeriesStyle(0))
		if finite(x.Share()) && (v.Panel.Kind == dashboard.KindBars || !hasPoints(x.Points)) {
			return v.bar(x.Share(), 1, w, style)
		}
		return v.spark(x.Points, w, style)
	}
}

// oneLine is a stat that has a single line for everything.
func (v *view) oneLine() string {
	title := v.s.Title
	if v.o.Focused {
		title = v.s.Focus
	}
	line := " " + title.Render(v.Panel.Title)
	if v.Stale {
		line += " " + v.titleRight(0)
	}
	if x := v.main(); len(x) > 0 && len(v.Gauges) == 0 {
		return v.withSpark(join(line, v.bigValue(x[0])), x[0])
	}
	for _, x := range v.Gauges {
		line = join(line, v.gaugeShort(x))
	}
	return line
}

// more counts the rows that are not shown.
func (v *view) more(n int, facts ...string) string {
	return v.s.Muted.Render("   " + strings.Join(append([]string{strconv.Itoa(n) + " more"}, facts...), ", "))
}

func join(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "  ")
}

// seriesMark is the sign of series i in a legend, in the form its line has in the plot.
func (v *view) seriesMark(i int) (string, lipgloss.Style) {
	if v.s.Color {
		return v.g.H, v.s.SeriesStyle(i)
	}
	if m := chart.Mark(i); m != "" {
		return m, v.s.SeriesStyle(i)
	}
	return v.g.H, v.s.SeriesStyle(i)
}
