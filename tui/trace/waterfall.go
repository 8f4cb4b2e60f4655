package trace

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources/tracing"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// columns are the widths of a waterfall's columns; 0 leaves one out.
type columns struct{ signs, service, label, bar, duration, self, path int }

// columns shares the width out: the labels get what they need, up to two fifths, the bars what is left.
func (t *Trace) columns(width int) columns {
	c := columns{signs: 1, service: max(t.facts.service, len("service")), duration: 7, self: 7, path: 5}
	if t.a.Orphans > 0 || t.a.Skewed > 0 {
		c.signs = 2
	}
	share := width * 2 / 5
	switch {
	case width < 60:
		c.service, c.duration, c.path = 0, 0, 0
	case width < 100:
		c.service, c.duration = min(c.service, 12), 0
		share = width * 7 / 20
	}
	c.label = max(20, min(t.facts.label, share))
	used := 2 + c.signs // the pointer, and a gap before the label
	for _, w := range []int{c.service, c.label, c.duration, c.self, c.path} {
		if w > 0 {
			used += w + 1
		}
	}
	c.bar = max(4, width-used)
	return c
}

// left is the cells before the bars.
func (c columns) left() int {
	n := 2 + c.signs + c.label + 1
	if c.service > 0 {
		n += c.service + 1
	}
	return n
}

// leastWidth is the width below which the columns don't fit, and are cut.
const leastWidth = 40

func (t *Trace) viewWaterfall(c page.Context) []string {
	s, b := c.Styles, newBrushes(c.Styles)
	cols := t.columns(c.Width)
	lines := append(t.head(c), t.mapLine(c, cols, &b), cols.heading(s, &b, t.shown()))
	foot := t.findLine(c)
	if foot == nil {
		foot = page.Footer(c, t.hints(c.Width)...)
	}
	visible := max(1, c.Height-len(lines)-len(foot))
	t.rows.offset = page.Scroll(t.rows.offset, t.rows.cursor, visible, len(t.rows.shown))
	t.hits.List(len(lines), t.rows.offset, min(visible, len(t.rows.shown)-t.rows.offset))
	matches := t.find.matches
	for i := t.rows.offset; i < min(t.rows.offset+visible, len(t.rows.shown)); i++ {
		row := t.rows.shown[i]
		_, hit := slices.BinarySearch(matches, row)
		lines = append(lines, t.line(s, &b, cols, int(row), i == t.rows.cursor, hit))
	}
	for len(foot) > 0 && len(lines)+len(foot) < c.Height {
		lines = append(lines, "")
	}
	lines = append(lines, foot...)[:min(len(lines)+len(foot), c.Height)]
	for i := range lines {
		if c.Width < leastWidth {
			lines[i] = page.Cut(lines[i], c.Width, s.Glyphs.Ellipsis)
		}
	}
	return lines
}

// Click implements page.Clicker: in the waterfall.
func (t *Trace) Click(_ page.Context, _, y int) (row, selected int) {
	return t.hits.Row(y), t.rows.cursor
}

// hints are the keys that the last line names: on a narrow screen in a word each.
func (t *Trace) hints(width int) []string {
	if width < 120 {
		return []string{"enter span", "e error", "c critical", "s self", "z zoom", "f flame", "/ find", "d differs", "? keys"}
	}
	hints := []string{"enter span", "e next error", "c critical path", "s longest self", "z zoom", "f flame", "/ find", "d what is different"}
	switch {
	case len(t.asked.Siblings) > 1 && len(t.asked.Values) > 0:
		hints = append(hints, "t next exemplar")
	case len(t.asked.Siblings) > 1:
		hints = append(hints, "t next trace")
	}
	return append(hints, "o operations", "? all keys")
}

// visible is how many rows a page of the waterfall has, but for the lines that come and go.
func (t *Trace) visible(c page.Context) int { return max(1, c.Height-4) }

// mapLine is the minimap over the bars, and beside it what part of the trace they show.
func (t *Trace) mapLine(c page.Context, cols columns, b *brushes) string {
	g := c.Styles.Glyphs
	if t.mini.of != t.a || len(t.mini.running) != cols.bar {
		t.mini = newMinimap(t.a, t.whole(), cols.bar)
	}
	what := "whole trace"
	if t.zoom != (window{}) {
		step := tickStep(t.zoom.length() / 50)
		what = "zoom " + tickLabel(float64(t.zoom.from), step, float64(t.zoom.to)) + " to " +
			tickLabel(float64(t.zoom.to), step, float64(t.zoom.to)) + c.Hint("Z", "  %s whole")
	}
	for _, legend := range []string{"  " + g.BarFull + " critical path  " + g.BarShade + " off it", "  " + g.BarFull + " critical"} {
		if 1+ansi.StringWidth(what+legend) < cols.left() {
			what += legend
			break
		}
	}
	var line canvas
	line.put(b.muted[0], page.Fit(" "+what, cols.left(), g.Ellipsis))
	n := &t.a.Nodes[t.rows.node()]
	t.mini.draw(&line, mapGlyphs{g.BarFull, g.BarShade, g.BarEmpty, g.Critical}, b, t.whole(), t.shown(), window{n.Offset, ending(n)})
	return line.String()
}

// heading names the columns, and the times under which the bars lie.
func (c columns) heading(s *themes.Styles, b *brushes, shown window) string {
	e := s.Glyphs.Ellipsis
	var line strings.Builder
	line.WriteString(" ")
	if c.service > 0 {
		line.WriteString(page.Fit("service", c.service, e) + " ")
	}
	line.WriteString(page.Fit("", c.signs+1, "") + page.Fit("operation", c.label, e) + " " + shown.axis(c.bar))
	for _, col := range []struct {
		name  string
		width int
	}{{"took", c.duration}, {"self", c.self}, {"crit", c.path}} {
		if col.width > 0 {
			line.WriteString(" " + page.Right(col.name, col.width, e))
		}
	}
	var out canvas
	out.put(b.muted[0], line.String())
	return out.String()
}

// line is one span's.
func (t *Trace) line(s *themes.Styles, b *brushes, cols columns, row int, selected, hit bool) string {
	g, n := s.Glyphs, &t.a.Nodes[row]
	ground, pointer := 0, " "
	if selected {
		ground, pointer = 1, g.Pointer
	}
	hue := b.hues[t.facts.hues[n.Span.Service]%len(b.hues)]
	name := b.text
	var line canvas
	line.put(b.text[ground], pointer)
	if cols.service > 0 {
		line.put(hue[ground], page.Fit(n.Span.Service, cols.service, g.Ellipsis)+" ")
	}
	sign := " "
	if n.Span.Error {
		sign, name, hue = g.Critical, b.critical, b.critical
	}
	line.put(name[ground], sign)
	if cols.signs > 1 {
		damage := " "
		switch {
		case n.Orphan:
			damage = g.NoData
		case n.Skew:
			damage = g.Flat
		}
		line.put(b.warn[ground], damage)
	}
	mark := " "
	if hit {
		mark = g.Dot
	}
	line.put(b.bold[ground], mark)
	if hit {
		name = b.bold
	}
	line.put(name[ground], page.Fit(t.label(g, n, row, cols.label), cols.label, g.Ellipsis)+" ")
	barGround := ground
	if !s.Color {
		barGround = 0 // reversed, a bar would look like its gaps
	}
	t.bar(&line, g, hue[barGround], b.text[barGround], row, cols.bar)
	if cols.duration > 0 {
		line.put(b.bold[ground], " "+page.Right(dashboard.FormatDuration(max(n.Span.Duration, 0)), cols.duration, g.Ellipsis))
	}
	line.put(b.muted[ground], " "+page.Right(dashboard.FormatDuration(n.Self), cols.self, g.Ellipsis))
	if cols.path > 0 {
		style := b.muted
		if n.Critical*10 >= t.a.Duration && n.Critical > 0 {
			style = b.bold
		}
		line.put(style[ground], " "+page.Right(share(n.Critical, t.a.Duration), cols.path, g.Ellipsis))
	}
	return line.String()
}

// share is a part in whole percent; "" for nothing, so that what is on the critical path stands out.
func share(part, whole time.Duration) string {
	if part <= 0 || whole <= 0 {
		return ""
	}
	return percent(float64(part) / float64(whole))
}

func percent(ratio float64) string {
	if ratio < 0.01 {
		return "<1 %"
	}
	return strconv.Itoa(int(math.Round(ratio*100))) + " %"
}

// label is a span's place in the tree and its operation. In a deep tree the indent stops at half of the column,
// and the depth is a number.
func (t *Trace) label(g themes.Glyphs, n *tracing.Node, row, width int) string {
	fold, hidden := " ", ""
	if n.Children > 0 {
		fold = g.Expanded
		if t.rows.folded[row] {
			fold, hidden = g.Collapsed, " +"+thousands(int(t.rows.end[row])-row-1)
		}
	}
	most := max(8, min(width-16, width/2))
	indent := strings.Repeat(" ", min(2*n.Depth, most))
	if 2*n.Depth > most {
		depth := strconv.Itoa(n.Depth)
		indent = strings.Repeat(" ", max(0, most-len(depth)-2)) + g.Ellipsis + depth + " "
	}
	room := width - ansi.StringWidth(indent) - 2 - len(hidden)
	return indent + fold + " " + page.Cut(n.Span.Operation, max(4, room), g.Ellipsis) + hidden
}
