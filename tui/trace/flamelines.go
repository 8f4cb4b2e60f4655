package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

func (t *Trace) viewFlame(c page.Context) []string {
	f, s := &t.flame, c.Styles
	lines := t.head(c)[:1]
	if f.graph == nil {
		return append(lines, " merging "+counted(len(t.a.Nodes), "span")+" by path")[:min(2, c.Height)]
	}
	b := newBrushes(s)
	lines = append(lines, f.details(c)...)
	foot := page.Footer(c, "arrows select", "enter zoom", "esc back", "Z all", "s longest self time", "f to the waterfall", "? all keys")
	height := max(1, c.Height-len(lines)-len(foot))
	top := f.top(c, &b, height)
	height = max(1, height-len(top))
	f.first = page.Scroll(f.first, f.graph.boxes[f.at].Depth, height, len(f.graph.level))
	for d := f.first; d < min(f.first+height, len(f.graph.level)); d++ {
		lines = append(lines, t.flameLine(s, &b, d, c.Width))
	}
	for len(lines)+len(top)+len(foot) < c.Height {
		lines = append(lines, "")
	}
	lines = append(append(lines, top...), foot...)
	return lines[:min(len(lines), c.Height)]
}

// details are what is to be known of the selected box.
func (f *flame) details(c page.Context) []string {
	s, g := c.Styles, f.graph
	b := &g.boxes[f.at]
	first := []fact{{page.Cut(b.Operation, max(10, c.Width/2), s.Glyphs.Ellipsis), s.Bold, 0}, {"of " + b.Service, s.Text, 1}, {counted(b.Count, "span"), s.Text, 0}}
	if b.Errors > 0 {
		first = append(first, fact{s.Glyphs.Critical + " " + counted(b.Errors, "error"), s.Critical, 0})
	}
	if len(g.level) > 1 {
		first = append(first, fact{fmt.Sprintf("level %d of %d", b.Depth+1, len(g.level)), s.Muted, 2})
	}
	critical := "critical " + dashboard.FormatDuration(b.Critical)
	if p := share(b.Critical, g.of.Duration); p != "" {
		critical += ", " + p + " of the trace"
	}
	second := []fact{{"total " + dashboard.FormatDuration(b.Total), s.Text, 0}, {"self " + dashboard.FormatDuration(b.Self), s.Text, 0},
		{critical, s.Text, 0}, {percent(g.work[f.at]/g.all) + " of all work", s.Muted, 2}}
	if f.zoom >= 0 {
		second = append(second, fact{"zoomed into " + page.Cut(g.boxes[f.zoom].Operation, 30, s.Glyphs.Ellipsis), s.Muted, 1})
	}
	return []string{fit(s, first, c.Width), fit(s, second, c.Width)}
}

// top are the operations that take most for themselves, where there is room for them.
func (f *flame) top(c page.Context, b *brushes, height int) []string {
	n := min(len(f.graph.widest), height/3, height-1-len(f.graph.level), 12)
	if fewest := min(len(f.graph.widest), 3); n < fewest && height >= 14 {
		n = fewest
	}
	if n < 1 {
		return nil
	}
	s := c.Styles
	var head canvas
	head.put(b.muted[0], page.Fit(" self time by operation", max(0, c.Width-28), s.Glyphs.Ellipsis)+page.Right("spans", 9, "")+page.Right("self", 9, "")+page.Right("crit", 9, ""))
	lines := []string{head.String()}
	for _, w := range f.graph.widest[:n] {
		var l canvas
		l.put(b.text[0], page.Fit(" "+w.service+"  "+w.operation, max(0, c.Width-28), s.Glyphs.Ellipsis))
		l.put(b.muted[0], page.Right(thousands(w.count), 9, ""))
		l.put(b.bold[0], page.Right(dashboard.FormatDuration(w.self), 9, ""))
		l.put(b.muted[0], page.Right(dashboard.FormatDuration(w.critical), 9, ""))
		lines = append(lines, l.String())
	}
	return lines
}

// flameLine is one level of the graph. A box narrower than a cell is not drawn, unless it is the selected one.
func (t *Trace) flameLine(s *themes.Styles, b *brushes, depth, width int) string {
	f := &t.flame
	owner := make([]int32, width) // of each cell: its box
	for x := range owner {
		owner[x] = -1
	}
	fill := func(i int32, least int) {
		from := min(int(f.left[i]*float64(width)), width-1)
		to := max(from+least, min(int(f.right[i]*float64(width)+1e-9), width))
		for x := from; x < to; x++ {
			owner[x] = i
		}
	}
	for _, i := range f.on(depth) {
		fill(i, 0)
	}
	if f.graph.boxes[f.at].Depth == depth {
		fill(int32(f.at), 1)
	}
	var line canvas
	for x := 0; x < width; {
		end := x + 1
		for end < width && owner[end] == owner[x] {
			end++
		}
		if i := int(owner[x]); i >= 0 {
			line.put(t.boxBrush(s, b, i), t.boxText(s, i, end-x))
		} else {
			line.WriteString(strings.Repeat(" ", end-x))
		}
		x = end
	}
	return line.String()
}

// on are the boxes of a level that the zoom leaves in.
func (f *flame) on(depth int) []int32 {
	level := f.graph.level[depth]
	if f.zoom < 0 {
		return level
	}
	if i := f.around(depth); i >= 0 {
		return []int32{int32(i)}
	}
	from, _ := slices.BinarySearch(level, int32(f.zoom))
	to, _ := slices.BinarySearch(level, f.graph.end[f.zoom])
	return level[from:to]
}

func (t *Trace) boxBrush(s *themes.Styles, b *brushes, i int) brush {
	box := &t.flame.graph.boxes[i]
	switch {
	case i == t.flame.at:
		return b.selected
	case !s.Color:
		return b.text[0]
	case box.Errors > 0:
		return b.failedBox
	}
	return b.boxes[t.facts.hues[box.Service]%len(b.boxes)]
}

// boxText is a box of so many cells: its left edge, its name, its time if there is room.
func (t *Trace) boxText(s *themes.Styles, i, width int) string {
	g, box := s.Glyphs, &t.flame.graph.boxes[i]
	edge := g.V
	if i == t.flame.at {
		edge = g.Pointer
	}
	name := box.Operation
	if box.Errors > 0 {
		name = g.Critical + " " + name
	}
	fill := " "
	if !s.Color {
		fill = g.H
	}
	text := edge + page.Cut(name, width-1, g.Ellipsis)
	took := " " + dashboard.FormatDuration(box.Total)
	if used := ansi.StringWidth(text); used+ansi.StringWidth(took) < width {
		text += took
	}
	return text + strings.Repeat(fill, max(0, width-ansi.StringWidth(text)))
}
