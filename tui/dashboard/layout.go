package dashboard

// Where panels stand and how finely time is cut. Pure arithmetic on cells and durations.

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Placed is where a panel stands in the grid, in cells; Panel is its index in the slice given to Layout. Y counts from
// the grid's first line, and may lie beyond the screen: grids scroll.
type Placed struct {
	Panel, X, Y, W, H int
}

// Narrow is the width in cells below which a grid is ordered for a small terminal.
const Narrow = 100

const (
	rowWeight  = 12  // the weights that fill a row of
	rowColumns = 120 // this many cells; wider screens take more
	stripMin   = 20  // cells of a golden signal
)

// column is a stack of panels that stand one above the other.
type column struct {
	panels []int
	weight int
	min    int
	height int
}

// Layout places panels for a width in cells: the strip on top, then rows in reading order (below Narrow columns, in the
// panels' narrow order), each filling the width and as high as its highest column. Panels never overlap.
func Layout(panels []Panel, width int) []Placed {
	if width <= 0 || len(panels) == 0 {
		return nil
	}
	narrow := width < Narrow
	var strip, grid []int
	for i, p := range panels {
		if p.Place.Strip {
			strip = append(strip, i)
		} else {
			grid = append(grid, i)
		}
	}
	if narrow {
		slices.SortStableFunc(grid, func(a, b int) int {
			return cmp.Compare(narrowRank(panels[a]), narrowRank(panels[b]))
		})
	}
	out, y := placeStrip(panels, strip, width)
	for row := range rows(columns(panels, grid, narrow), width) {
		out = append(out, placeRow(panels, row, width, y)...)
		y += rowHeight(row)
	}
	return out
}

// FewLines is the height below which a screen shows a grid as LayoutFew places it.
const FewLines = 15

// LayoutFew is Layout for a screen of few lines: under the strip come the panels that are to be seen on any screen, in
// their narrow order, in rows of their own. What is left of the lines goes to the first of them.
func LayoutFew(panels []Panel, width, lines int) []Placed {
	if width <= 0 || len(panels) == 0 {
		return nil
	}
	var strip, first, rest []int
	for i, p := range panels {
		switch {
		case p.Place.Strip:
			strip = append(strip, i)
		case p.Place.Few > 0:
			first = append(first, i)
		default:
			rest = append(rest, i)
		}
	}
	byRank := func(a, b int) int { return cmp.Compare(narrowRank(panels[a]), narrowRank(panels[b])) }
	slices.SortStableFunc(first, byRank)
	slices.SortStableFunc(rest, byRank)
	out, y := placeStrip(panels, strip, width)
	spare := lines - y
	for _, i := range first {
		spare -= panels[i].Place.Few
	}
	for _, i := range first {
		place := panels[i].Place
		more := max(0, min(spare, place.lines(true)-place.Few))
		spare -= more
		out = append(out, Placed{Panel: i, Y: y, W: width, H: place.Few + more})
		y += place.Few + more
	}
	for row := range rows(columns(panels, rest, true), width) {
		out = append(out, placeRow(panels, row, width, y)...)
		y += rowHeight(row)
	}
	return out
}

func narrowRank(p Panel) int {
	if p.Place.Narrow > 0 {
		return p.Place.Narrow
	}
	return 1 << 20
}

// lines is the height asked for.
func (p Place) lines(narrow bool) int {
	if narrow && p.Low > 0 {
		return max(p.Low, 2)
	}
	return max(p.Height, 2)
}

func columns(panels []Panel, order []int, narrow bool) []column {
	var cols []column
	for _, i := range order {
		place := panels[i].Place
		c := column{panels: []int{i}, weight: max(place.Weight, 1), min: max(place.Min, 1), height: place.lines(narrow)}
		if narrow && place.Narrow > 0 {
			c.weight = rowWeight // what comes first on a small screen has a row of its own
		}
		if place.Stack && !narrow && len(cols) > 0 {
			last := &cols[len(cols)-1]
			last.panels = append(last.panels, i)
			last.weight, last.min, last.height = max(last.weight, c.weight), max(last.min, c.min), last.height+c.height
			continue
		}
		cols = append(cols, c)
	}
	return cols
}

// rows breaks columns into rows: a row ends when its weights are used up or a column would become too narrow to read.
func rows(cols []column, width int) func(func([]column) bool) {
	capacity := rowWeight
	if width > rowColumns {
		capacity = rowWeight * width / rowColumns
	}
	return func(yield func([]column) bool) {
		for len(cols) > 0 {
			n := 1
			for n < len(cols) && fits(cols[:n+1], capacity, width) {
				n++
			}
			if !yield(cols[:n]) {
				return
			}
			cols = cols[n:]
		}
	}
}

func fits(row []column, capacity, width int) bool {
	weight, need := 0, 0
	for _, c := range row {
		weight += c.weight
		need += c.min
	}
	return weight <= capacity && need <= width
}

func rowHeight(row []column) int {
	h := 0
	for _, c := range row {
		h = max(h, c.height)
	}
	return h
}

func placeRow(panels []Panel, row []column, width, y int) []Placed {
	height := rowHeight(row)
	var out []Placed
	x := 0
	for i, w := range widths(row, width) {
		top := y
		for k, p := range row[i].panels {
			h := panels[p].Place.lines(false) // only wide screens stack
			if k == len(row[i].panels)-1 {
				h = y + height - top
			}
			out = append(out, Placed{Panel: p, X: x, Y: top, W: w, H: h})
			top += h
		}
		x += w
	}
	return out
}

// widths shares a row's width by weight; a column that would come out below its minimum takes it from the others.
func widths(row []column, width int) []int {
	out := make([]int, len(row))
	fixed := make([]bool, len(row))
	for {
		weight, rest := 0, width
		for i, c := range row {
			if fixed[i] {
				rest -= out[i]
			} else {
				weight += c.weight
			}
		}
		again := false
		for i, c := range row {
			if fixed[i] {
				continue
			}
			// Rounding is carried along, so that the shares add up to the rest exactly.
			out[i] = rest * c.weight / weight
			rest, weight = rest-out[i], weight-c.weight
			if out[i] < c.min && len(row) > 1 {
				out[i], fixed[i], again = c.min, true, true
				break
			}
		}
		if !again {
			return out
		}
	}
}

// placeStrip puts the golden signals side by side: three lines each, two on a narrow screen.
func placeStrip(panels []Panel, strip []int, width int) (out []Placed, y int) {
	height := 3
	if width < Narrow {
		height = 2
	}
	for len(strip) > 0 {
		if place := panels[strip[0]].Place; place.Wide {
			h := place.lines(width < Narrow)
			out = append(out, Placed{Panel: strip[0], Y: y, W: width, H: h})
			strip, y = strip[1:], y+h
			continue
		}
		n := max(1, min(len(strip), width/stripMin))
		if i := slices.IndexFunc(strip[:n], func(i int) bool { return panels[i].Place.Wide }); i > 0 {
			n = i
		}
		// Four in two rows of two rather than three and one.
		if n < len(strip) && len(strip) < 2*n {
			n = (len(strip) + 1) / 2
		}
		row := make([]column, n)
		for i := range row {
			row[i] = column{panels: strip[i : i+1], weight: 1, min: 1, height: height}
		}
		x := 0
		for i, w := range widths(row, width) {
			out = append(out, Placed{Panel: strip[i], X: x, Y: y, W: w, H: height})
			x += w
		}
		strip, y = strip[n:], y+height
	}
	return out, y
}

// plotMargin is what a plot as wide as the screen has beside its columns: a blank, the labels and the axis.
const plotMargin = 12

// PlotColumns is how many columns the widest plot has on a page of that width.
func PlotColumns(width int) int { return max(width-plotMargin, 1) }

// GridStep is the step of range queries for a window drawn over so many columns: the smallest of a fixed ladder with
// which the window has no more points than there are columns, both ends counted. It is never below a second. Each
// divides a day, or is days, so that columns are at round times.
func GridStep(window time.Duration, columns int) time.Duration {
	steps := []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second, 40 * time.Second,
		time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 6 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour,
	}
	for _, step := range steps {
		if window/step < time.Duration(columns) {
			return step
		}
	}
	return steps[len(steps)-1]
}

// RateWindow is the window of rate() in the dashboards: the guide's five minutes, or more when samples or columns lie
// further apart, so that no spike hides between two columns.
func RateWindow(scrape, step time.Duration) time.Duration {
	return max(5*time.Minute, 4*scrape, step)
}

// RaiseStrip makes the strip's panels of a layout that many lines high, and moves what lies below down.
func RaiseStrip(placed []Placed, panels []Panel, height int) {
	by := map[int]int{} // lines that the rows of the strip grow by, by their first line
	for _, p := range placed {
		if panels[p.Panel].Place.Strip && height > p.H {
			by[p.Y] = height - p.H
		}
	}
	for i := range placed {
		p := &placed[i]
		y := p.Y
		if panels[p.Panel].Place.Strip {
			p.H = max(p.H, height)
		}
		for top, more := range by {
			if top < y {
				p.Y += more
			}
		}
	}
}

// Fill shares among the rows of a layout what a screen of so many lines leaves under them, the first rows first: what is
// scarce there are lines of tables and plots. The strip stays as it is.
func Fill(placed []Placed, panels []Panel, lines int) {
	bottom := 0
	tops := map[int]bool{} // lines on which a row begins
	for _, p := range placed {
		bottom = max(bottom, p.Y+p.H)
		tops[p.Y] = tops[p.Y] || !panels[p.Panel].Place.Strip
	}
	for _, p := range placed { // a panel of a stack begins within a row
		for y := p.Y + 1; y < p.Y+p.H; y++ {
			delete(tops, y)
		}
	}
	maps.DeleteFunc(tops, func(_ int, row bool) bool { return !row })
	rows := slices.Sorted(maps.Keys(tops))
	if bottom >= lines || len(rows) == 0 {
		return
	}
	// grown is how many lines the first n rows grow by.
	grown := func(n int) int { return ((lines-bottom)*n + len(rows) - 1) / len(rows) }
	for i := range placed {
		p := &placed[i]
		if panels[p.Panel].Place.Strip {
			continue
		}
		above := 0 // rows that begin above or with the panel
		for _, y := range rows {
			above += btoi(y <= p.Y)
		}
		end := p.Y + p.H
		if end == bottom || slices.Contains(rows, end) { // it reaches its row's end
			p.H += grown(above) - grown(above-1)
		}
		p.Y += grown(above - 1)
	}
}
