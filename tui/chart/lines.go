package chart

import (
	"math"

	"github.com/charmbracelet/x/ansi"
)

// Frame is what a plot has around it.
type Frame struct {
	Format func(float64) string // of the values on the y axis; nil for none
	// Finer is Format with more digits, for ticks that would read alike; nil: there are fewer of them then.
	Finer  func(v float64, more int) string
	Time   TimeAxis
	Cursor int // the column of the values being read; -1 for none
	Bucket int // Heatmap: the bucket being read in that column; -1 for none
	ASCII  bool
	// Select is a stretch of columns that is being selected.
	Select Stretch
	// Area is filled in with where the plot stands in the picture; nil: nobody wants to know.
	Area *Area
	// Binary makes powers of two the round values of the scale, as bytes want it.
	Binary bool
	// Distinct draws each series with signs of its own (see Mark), for screens without colour.
	Distinct bool
	Reach    []float64 // Lines: what the scale reaches beside the series: a threshold that is to be seen
}

// Stretch is a stretch of columns, both ends included; the zero Stretch is none.
type Stretch struct {
	From, To int
	On       bool
}

// Area is where a plot stands in its picture, and how many columns of values it shows.
type Area struct {
	Left, Width, Height int // cells; its first row is the picture's
	Columns             int
}

// Column is the column of values nearest to a cell of the picture, which may lie beside the plot.
func (a Area) Column(x int) int {
	x = min(max(x-a.Left, 0), a.Width-1)
	switch {
	case a.Columns <= 0 || a.Width <= 0:
		return -1
	case a.Columns > a.Width:
		return (x*a.Columns + a.Width - 1) / a.Width
	case a.Width == 1:
		return 0
	}
	return (x*(a.Columns-1) + (a.Width-1)/2) / (a.Width - 1)
}

// Threshold is a value that is marked by a dotted line.
type Threshold struct {
	Value float64
	Ink   Ink
}

// Lines draws the series, equally long, as lines over a common time, on exactly h rows of w cells, labels and axis
// included. The scale starts at zero unless that would flatten the lines.
func Lines(all [][]float64, w, h int, f Frame, marks ...Threshold) [][]Cell {
	lo, hi, ok := bounds(all...)
	for _, v := range f.Reach {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if !ok || w <= 0 || h <= 0 {
		return framed(nil, nil, w, h, 0, f)
	}
	lo, hi = scale(lo, hi, f.Binary)
	plotH := h - f.Time.lines()
	if plotH < 2 {
		f.Time, plotH = TimeAxis{}, h
	}
	labels := ticks(lo, hi, plotH, f)
	left := margin(labels, w)
	width := w - left
	columns := 0
	fitted := make([][]float64, 0, len(all))
	for _, values := range all {
		columns = max(columns, len(values))
		fitted = append(fitted, Fit(values, width))
	}
	if width <= 0 {
		return framed(nil, nil, w, h, 0, f)
	}
	if plotH < 2 {
		return framed([][]Cell{flat(fitted, lo, hi, f.ASCII)}, labels, w, h, columns, f)
	}
	rows := plot(fitted, width, plotH, lo, hi, f)
	for _, m := range marks {
		y := int(math.Round((hi - m.Value) / (hi - lo) * float64(plotH-1)))
		if !finite(m.Value) || m.Value < lo || m.Value > hi || y < 0 || y >= plotH {
			continue
		}
		for x := range rows[y] {
			if rows[y][x].Rune == ' ' {
				rows[y][x] = Cell{f.sign('┄', '-'), m.Ink}
			}
		}
	}
	return framed(rows, labels, w, h, columns, f)
}

// flat is the first series on a single row.
func flat(all [][]float64, lo, hi float64, ascii bool) []Cell {
	signs := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		signs = []rune("_.-~+*%#")
	}
	cells := blanks(len(all[0]))
	for x, v := range all[0] {
		if finite(v) {
			i := int((v/2 - lo/2) / (hi/2 - lo/2) * float64(len(signs)))
			cells[x] = Cell{signs[min(max(i, 0), len(signs)-1)], SeriesInk(0)}
		}
	}
	return cells
}

// scale widens a range to round numbers, and to zero unless that would flatten the lines.
func scale(lo, hi float64, binary bool) (float64, float64) {
	switch {
	case lo == 0 && hi == 0:
		return 0, 1
	case lo >= 0 && lo < 0.7*hi:
		lo = 0
	}
	size := math.Max(math.Abs(lo), math.Abs(hi))
	// Powers of ten are out of reach at the ends of what a float64 holds.
	if size > 1e300 || size < 1e-300 {
		return math.Min(lo, 0), math.Max(hi, math.SmallestNonzeroFloat64*8)
	}
	step := round(math.Max(hi-lo, 0.1*size)/12, binary)
	lo, hi = math.Floor(lo/step)*step, math.Ceil(hi/step)*step
	if hi-lo < step {
		hi = lo + step
	}
	return lo, hi
}

// round is the smallest round number that is at least v: 1, 2 or 5 times a power of ten, which reads evenly in few digits,
// or a power of two.
func round(v float64, binary bool) float64 {
	if binary && v >= 1 {
		return math.Exp2(math.Ceil(math.Log2(v)))
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5} {
		if n*unit >= v*(1-1e-9) { // 5 ms are not less than the 5.000000000000004 ms of a difference
			return n * unit
		}
	}
	return 10 * unit
}

// ticks are the labels of the rows of a plot: round values, about every third row, and both ends where they don't
// stand on a neighbour's heels. No two read alike.
func ticks(lo, hi float64, rows int, f Frame) []string {
	labels := make([]string, rows)
	if f.Format == nil || rows < 2 {
		return labels
	}
	at := map[int]float64{0: hi, rows - 1: lo}
	if step := round((hi-lo)/math.Ceil(float64(rows-1)/3), f.Binary); step > 0 && !math.IsInf(step, 0) {
		for v := math.Ceil(lo/step) * step; v < hi; v += step {
			if y := int(math.Round((hi - v) / (hi - lo) * float64(rows-1))); y >= 2 && y <= rows-3 {
				at[y] = v
			}
		}
	}
	for more := 0; ; more++ {
		used, alike := map[string]bool{}, false
		for y := range rows {
			y = (y + rows - 1) % rows // the ends first: they are kept
			v, ok := at[y]
			if !ok {
				continue
			}
			text := f.Format(v)
			if more > 0 {
				text = f.Finer(v, more)
			}
			labels[y] = ""
			if used[text] {
				alike = true
			} else {
				labels[y], used[text] = text, true
			}
		}
		if !alike || f.Finer == nil || more == mostFiner {
			return labels
		}
	}
}

// mostFiner is how many digits a tick may have more than other numbers: the scale of lines is never less than a hundredth
// of its values, and has a few dozen ticks at most.
const mostFiner = 3

func margin(labels []string, w int) int {
	left := 0
	for _, l := range labels {
		left = max(left, ansi.StringWidth(l))
	}
	if left > 0 {
		left += 2 // a space and the axis
	}
	if left > w/2 {
		return 0
	}
	return left
}

func (f Frame) sign(unicode, ascii rune) rune {
	if f.ASCII {
		return ascii
	}
	return unicode
}

// framed puts labels, y axis, cursor and time axis around the rows of a plot and makes it exactly h rows of w cells.
func framed(rows [][]Cell, labels []string, w, h, columns int, f Frame) [][]Cell {
	h = max(h, 0)
	out := make([][]Cell, 0, h)
	left := margin(labels, w)
	if f.Area != nil && len(rows) > 0 {
		*f.Area = Area{Left: left, Width: len(rows[0]), Height: min(len(rows), h), Columns: columns}
	}
	for y, row := range rows {
		if len(out) == h {
			break
		}
		line := blanks(w)
		if left > 0 {
			write(line, left-2-ansi.StringWidth(labels[y]), labels[y], Label)
			line[left-1] = Cell{f.sign('│', '|'), Axis}
			if labels[y] != "" {
				line[left-1].Rune = f.sign('┤', '|')
			}
		}
		copy(line[left:], row)
		if x := Column(f.Cursor, columns, len(row)); x >= 0 && left+x < len(line) {
			if c := &line[left+x]; c.Rune == ' ' || c.Ink == Warn || c.Ink == Critical {
				*c = Cell{f.sign('│', '|'), Cursor}
			} else {
				c.Ink = Cursor
			}
		}
		if s := f.Select; s.On {
			from, to := Column(min(s.From, s.To), columns, len(row)), Column(max(s.From, s.To), columns, len(row))
			for x := max(from, 0); x <= to && left+x < len(line); x++ {
				line[left+x].Ink = Cursor
			}
		}
		out = append(out, line)
	}
	if len(rows) > 0 {
		axis := f.Time.rows(left, max(w-left, 0), f.sign('└', '+'), f.sign('─', '-'), f.sign('┴', '+'))
		for _, line := range axis {
			if len(out) < h {
				out = append(out, line)
			}
		}
	}
	for len(out) < h {
		out = append(out, blanks(w))
	}
	return out
}
