package trace

import (
	"time"

	"dlmon/sources/tracing"
)

// minimap is the whole trace in one line of cells.
type minimap struct {
	of      *tracing.Analysis
	running []bool    // some span runs in the cell; else nothing does
	path    []float64 // the share of the cell that the critical path takes
	failed  []bool    // a span that failed of itself ended here
}

// newMinimap takes O(spans + width).
func newMinimap(a *tracing.Analysis, whole window, width int) minimap {
	m := minimap{of: a, running: make([]bool, width), path: make([]float64, width), failed: make([]bool, width)}
	if width == 0 {
		return m
	}
	within := func(x float64) int { return max(0, min(int(x), width-1)) }
	changes := make([]int, width+1)
	below := make([]bool, len(a.Nodes)) // a descendant failed: the cause lies there
	for i := len(a.Nodes) - 1; i >= 0; i-- {
		n := &a.Nodes[i]
		end := ending(n)
		from, last := within(whole.cell(n.Offset, width)), within(whole.cell(end-1, width))
		changes[from]++
		changes[max(from, last)+1]--
		if n.Span.Error && !below[i] {
			m.failed[within(whole.cell(end, width))] = true
		}
		if n.Parent >= 0 && (n.Span.Error || below[i]) {
			below[n.Parent] = true
		}
	}
	n := 0
	for x := range width {
		n += changes[x]
		m.running[x] = n > 0
	}
	for _, s := range a.Critical {
		from, to := whole.cell(s.From, width), whole.cell(s.To, width)
		for x := within(from); x <= within(to); x++ {
			m.path[x] += max(0, min(to, float64(x+1))-max(from, float64(x)))
		}
	}
	return m
}

// mapGlyphs are the signs of the minimap: the same as the bars'.
type mapGlyphs struct{ path, rest, empty, failed string }

// draw writes the map. Brackets stand around what the bars show, unless that is all; the selected span's time has the
// ground of its row.
func (m *minimap) draw(c *canvas, g mapGlyphs, b *brushes, whole, shown, selected window) {
	width := len(m.running)
	within := func(at time.Duration) int { return max(0, min(int(whole.cell(at, width)), width-1)) }
	left, right := -1, -1
	if shown != whole {
		left, right = within(shown.from), within(shown.to-1)
		if right <= left { // a bracket each
			left = max(0, min(left, width-2))
			right = left + 1
		}
	}
	from, to := within(selected.from), within(max(selected.from, selected.to-1))
	for x := range width {
		ground := 0
		if x >= from && x <= to {
			ground = 1
		}
		pair, sign := b.muted, g.empty
		switch {
		case x == left:
			pair, sign = b.bold, "["
		case x == right:
			pair, sign = b.bold, "]"
		case m.failed[x]:
			pair, sign = b.critical, g.failed
		case m.running[x] && m.path[x] >= 0.5:
			sign = g.path
		case m.running[x]:
			sign = g.rest
		}
		if left >= 0 && x > left && x < right && m.running[x] && !m.failed[x] {
			pair = b.text
		}
		c.put(pair[ground], sign)
	}
}
