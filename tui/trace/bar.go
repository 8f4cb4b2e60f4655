package trace

import (
	"math"
	"slices"
	"strings"
	"time"

	"dlmon/sources/tracing"
	"dlmon/themes"
)

// What a cell of a bar is.
const (
	cellBlank  = ' '
	cellPath   = '#' // on the critical path
	cellRest   = '=' // running, but nobody waits for it
	cellMoment = '|' // a span without length
	cellBefore = '<' // it began before the window
	cellAfter  = '>' // it ends after the window
)

// cells are the bar of one span: of width cells that show the window, those in which the span runs. path are its
// sections of the critical path in ascending order.
func cells(n *tracing.Node, path []tracing.Section, shown window, width int) []byte {
	out := []byte(strings.Repeat(" ", width))
	if width == 0 {
		return out
	}
	begin, end := n.Offset, ending(n)
	switch {
	case begin >= shown.to && end > shown.to:
		out[width-1] = cellAfter
		return out
	case end <= shown.from && begin < shown.from:
		out[0] = cellBefore
		return out
	}
	from := max(0, min(int(shown.cell(begin, width)), width-1))
	to := max(from+1, min(int(math.Round(shown.cell(end, width))), width))
	if begin == end {
		out[from] = cellMoment
		return out
	}
	for x := from; x < to; x++ {
		out[x] = cellRest
		left, right := shown.at(x, width), shown.at(x+1, width)
		if x == to-1 {
			right = max(right, end)
		}
		i, _ := slices.BinarySearchFunc(path, left, func(s tracing.Section, at time.Duration) int {
			if s.To <= at {
				return -1
			}
			return 1
		})
		if i < len(path) && path[i].From < right {
			out[x] = cellPath
		}
	}
	if begin < shown.from {
		out[from] = cellBefore
	}
	if end > shown.to {
		out[to-1] = cellAfter
	}
	return out
}

// bar draws the span's bar.
func (t *Trace) bar(line *canvas, g themes.Glyphs, hue, blank brush, row, width int) {
	bar := cells(&t.a.Nodes[row], t.facts.sections.of(row), t.shown(), width)
	for i := 0; i < len(bar); {
		j := i + 1
		for j < len(bar) && bar[j] == bar[i] {
			j++
		}
		sign, br := " ", hue
		switch bar[i] {
		case cellPath:
			sign = g.BarFull
		case cellRest:
			sign = g.BarShade
		case cellMoment:
			sign = g.V
		case cellBefore:
			sign = g.Before
		case cellAfter:
			sign = g.After
		default:
			br = blank
		}
		line.put(br, strings.Repeat(sign, j-i))
		i = j
	}
}

// sections are the critical path's sections by row.
type sections struct {
	first []int32 // of each row: where its sections begin in all; one more row at the end
	all   []tracing.Section
}

// sectionsOf sorts the sections by row in one pass; those of a row stay in ascending order.
func sectionsOf(a *tracing.Analysis) sections {
	s := sections{first: make([]int32, len(a.Nodes)+1), all: make([]tracing.Section, len(a.Critical))}
	for _, c := range a.Critical {
		s.first[c.Row+1]++
	}
	for i := range a.Nodes {
		s.first[i+1] += s.first[i]
	}
	next := slices.Clone(s.first)
	for _, c := range a.Critical {
		s.all[next[c.Row]] = c
		next[c.Row]++
	}
	return s
}

func (s sections) of(row int) []tracing.Section { return s.all[s.first[row]:s.first[row+1]] }
