// Package chart draws numbers: values in, rows of cells out. It knows no theme and no unit; a cell carries an Ink,
// which the caller turns into a style, and formatting is passed in. Every function takes any input (no values, NaN,
// ±Inf, no room) and returns exactly the size it was asked for. NaN and ±Inf are gaps, never zeros.
package chart

import (
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Ink says what a cell belongs to.
type Ink int

// Inks of cells that belong to no series.
const (
	Blank    Ink = iota
	Label        // axis labels
	Axis         // axis and ticks
	Cursor       // the reading cursor
	Warn         // the line of the warning threshold
	Critical     // the line of the critical threshold
	OK           // the mark of something that is well again
	Note         // the mark of something that happened

	series Ink = 1000
	heat   Ink = 2000
)

// SeriesInk is the ink of series i.
func SeriesInk(i int) Ink { return series + Ink(min(max(i, 0), int(heat-series)-1)) }

// Series tells which series an ink belongs to.
func (k Ink) Series() (int, bool) { return int(k - series), k >= series && k < heat }

// HeatInk is the ink of a heatmap's level, 0 for an empty cell.
func HeatInk(level int) Ink { return heat + Ink(max(level, 0)) }

// Heat tells which level of a heatmap an ink belongs to, 0 for an empty cell.
func (k Ink) Heat() (int, bool) { return int(k - heat), k >= heat }

// Cell is one terminal cell.
type Cell struct {
	Rune rune
	Ink  Ink
}

// Paint joins cells to a line; each run of one ink goes through paint once.
func Paint(cells []Cell, paint func(k Ink, s string) string) string {
	var b, run strings.Builder
	for i, c := range cells {
		if i > 0 && c.Ink != cells[i-1].Ink {
			b.WriteString(paint(cells[i-1].Ink, run.String()))
			run.Reset()
		}
		run.WriteRune(c.Rune)
	}
	if len(cells) > 0 {
		b.WriteString(paint(cells[len(cells)-1].Ink, run.String()))
	}
	return b.String()
}

func blanks(n int) []Cell {
	cells := make([]Cell, max(n, 0))
	for i := range cells {
		cells[i].Rune = ' '
	}
	return cells
}

// write puts text into cells from column x on, as far as it fits. Text wider than one cell a rune is not written.
func write(cells []Cell, x int, text string, k Ink) {
	for _, r := range text {
		if x >= len(cells) {
			return
		}
		if x >= 0 && ansi.StringWidth(string(r)) == 1 {
			cells[x] = Cell{r, k}
		}
		x++
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// bounds is the range of all finite values; ok is false when there is none.
func bounds(all ...[]float64) (lo, hi float64, ok bool) {
	for _, values := range all {
		for _, v := range values {
			if !finite(v) {
				continue
			}
			if !ok {
				lo, hi, ok = v, v, true
			}
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi, ok
}
