package chart

import (
	"math"
	"slices"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Dot is one mark of a scatter plot.
type Dot struct {
	At   time.Time
	Y    float64 // zero and below stand at the bottom of the logarithmic scale
	Kind int     // which sign it is drawn with; the higher kind wins a cell
}

// Scatter draws dots over f.Time on a logarithmic scale, on exactly h rows of w cells, labels and axis included.
//
// Dots of kind 0 are Braille dots, eight to a cell, so that a crowd looks dense; in ASCII a cell tells one, some or
// many. Kind k is drawn as signs[k]. The picked dot (-1 for none) has the Cursor's ink, is signs[0] where it is of
// kind 0, and a line through its column leads to the time axis. bounds are values that the scale shall cover besides
// the dots', so that it stays where it is while a filter narrows them.
func Scatter(dots []Dot, picked, w, h int, signs []string, f Frame, bounds ...float64) [][]Cell {
	plotH := h - f.Time.lines()
	if plotH < 2 {
		f.Time, plotH = TimeAxis{}, h
	}
	f.Cursor = -1
	lo, hi, ok := logScale(dots, bounds)
	if !ok || w <= 0 || plotH <= 0 {
		return framed(nil, nil, w, h, 0, f)
	}
	labels := logTicks(lo, hi, plotH, f)
	left := margin(labels, w)
	s := scatter{lo: lo, hi: hi, w: w - left, h: plotH, time: f.Time}
	if s.w <= 0 {
		return framed(nil, nil, w, h, 0, f)
	}
	out := framed(s.rows(dots, signs, f), labels, w, h, 0, f)
	if x := f.Time.column(f.Time.Picked, s.w); x >= 0 {
		for y := range min(s.h, len(out)) {
			if c := &out[y][left+x]; c.Rune == ' ' {
				*c = Cell{f.sign('│', '|'), Cursor}
			}
		}
	}
	if picked >= 0 && picked < len(dots) {
		s.pick(out, left, dots[picked], signs, f)
	}
	return out
}

// scatter is the plot's area in cells and what it spans.
type scatter struct {
	lo, hi float64
	w, h   int
	time   TimeAxis
}

// place is where a dot stands, in half columns and quarter rows.
func (s scatter) place(d Dot) (x, y int) {
	if span := s.time.End.Sub(s.time.Start); span > 0 {
		part := float64(d.At.Sub(s.time.Start)) / float64(span)
		x = int(math.Round(part * float64(2*s.w-1)))
	}
	y = 4*s.h - 1
	if d.Y > 0 && finite(d.Y) {
		y = int(math.Round((math.Log(s.hi) - math.Log(d.Y)) / (math.Log(s.hi) - math.Log(s.lo)) * float64(4*s.h-1)))
	}
	return min(max(x, 0), 2*s.w-1), min(max(y, 0), 4*s.h-1)
}

// braille are the dots of U+2800 by quarter row and half column.
var braille = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

func (s scatter) rows(dots []Dot, signs []string, f Frame) [][]Cell {
	rows := make([][]Cell, s.h)
	for y := range rows {
		rows[y] = blanks(s.w)
	}
	counts := make([]int, s.w*s.h)
	for _, d := range dots {
		x, y := s.place(d)
		c := &rows[y/4][x/2]
		n := &counts[y/4*s.w+x/2]
		*n++
		kind, _ := c.Ink.Series()
		switch {
		case d.Kind > 0 && d.Kind < len(signs):
			if c.Ink == Blank || d.Kind >= kind {
				*c = Cell{firstRune(signs[d.Kind]), SeriesInk(d.Kind)}
			}
		case c.Ink != Blank && kind > 0:
		case f.ASCII:
			*c = Cell{rune(".::#"[min(*n, 4)-1]), SeriesInk(0)}
		default:
			if c.Ink == Blank {
				*c = Cell{0x2800, SeriesInk(0)}
			}
			c.Rune |= braille[y%4][x%2]
		}
	}
	return rows
}

// pick marks the picked dot's cell, and leads the eye from it to the axis.
func (s scatter) pick(out [][]Cell, left int, d Dot, signs []string, f Frame) {
	x, y := s.place(d)
	x, y = left+x/2, y/4
	for row := range min(s.h, len(out)) {
		if c := &out[row][x]; c.Rune == ' ' {
			*c = Cell{f.sign('┊', '|'), Axis}
		}
	}
	if y >= len(out) {
		return
	}
	c := &out[y][x]
	c.Ink = Cursor
	if k := max(d.Kind, 0); k < len(signs) {
		c.Rune = firstRune(signs[k])
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return ' '
}

// logScale is the range of all values above zero, widened to 1, 2 or 5 times a power of ten; ok is false when there is
// neither a dot nor a value.
func logScale(dots []Dot, more []float64) (lo, hi float64, ok bool) {
	values := slices.Clone(more)
	for _, d := range dots {
		values = append(values, d.Y)
	}
	for _, v := range values {
		if !finite(v) || v < 1e-300 || v > 1e300 {
			continue
		}
		if !ok {
			lo, hi, ok = v, v, true
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if !ok { // nothing but zeros: any scale has them at its bottom
		return 1, 10, len(values) > 0
	}
	lo, hi = steps(lo, false), steps(hi, true)
	if hi <= lo*1.5 {
		lo, hi = steps(lo*0.9, false), steps(hi*1.1, true)
	}
	return lo, hi, true
}

// steps is the nearest 1, 2 or 5 times a power of ten that is not below v (up), or not above it.
func steps(v float64, up bool) float64 {
	const slack = 1e-9 // 0.05 is not quite 5 times 0.01
	unit := math.Pow(10, math.Floor(math.Log10(v)+slack))
	best := unit
	for _, n := range []float64{1, 2, 5, 10} {
		if up && n*unit >= v*(1-slack) {
			return n * unit
		}
		if !up && n*unit <= v*(1+slack) {
			best = n * unit
		}
	}
	return best
}

// logTicks label the rows of a logarithmic scale: both ends, powers of ten, then 5 and 2 times these, never on
// neighbouring rows.
func logTicks(lo, hi float64, rows int, f Frame) []string {
	labels := make([]string, rows)
	if f.Format == nil || rows < 2 {
		return labels
	}
	labels[0], labels[rows-1] = f.Format(hi), f.Format(lo)
	used := map[string]bool{labels[0]: true, labels[rows-1]: true}
	from, to := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	for _, n := range []float64{1, 5, 2} {
		for k := from; k <= to && k-from < 700; k++ {
			v := n * math.Pow(10, float64(k))
			y := int(math.Round((math.Log(hi) - math.Log(v)) / (math.Log(hi) - math.Log(lo)) * float64(rows-1)))
			if v <= lo || v >= hi || y < 2 || y > rows-3 || labels[y-1]+labels[y]+labels[y+1] != "" {
				continue
			}
			if text := f.Format(v); !used[text] && ansi.StringWidth(text) > 0 {
				labels[y], used[text] = text, true
			}
		}
	}
	return labels
}
