package chart

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/guptarohit/asciigraph"
)

// asciigraph colours a cell by a byte; these are given to the series so that the cells tell which one they belong to.
const (
	firstColor = 16
	maxSeries  = 96
)

var asciiLine = asciigraph.CharSet{
	Horizontal: "-", VerticalLine: "|",
	ArcDownRight: ".", ArcDownLeft: ".", ArcUpRight: "'", ArcUpLeft: "'",
	EndCap: "-", StartCap: "-", UpRight: "+", DownHorizontal: "+",
}

// Marks are the signs of the series in a plot without colours, where lines can't be told apart: the first is drawn as
// a line, the others as rows of their sign. None is "o", which says ok.
var marks = []string{"", "*", "+", "@", "x", "#", "%", "="}

// Mark is the sign of series i in a plot that is Distinct; "" for the line.
func Mark(i int) string { return marks[min(max(i, 0), maxSeries)%len(marks)] }

// plot is the one place that calls asciigraph, which panics on an empty series and on ±Inf, draws nonsense when all
// values are NaN, leaves out the last value of each series and rounds its height. So it gets values from 0 to h-1
// with the last one doubled and its bounds given; h must be at least 2, and each series must have width values.
// The first series is drawn last: it is the one that matters most.
func plot(all [][]float64, width, h int, lo, hi float64, f Frame) [][]Cell {
	rows := make([][]Cell, h)
	for i := range rows {
		rows[i] = blanks(width)
	}
	all = all[:min(len(all), maxSeries)]
	var data [][]float64
	var colors []asciigraph.AnsiColor
	var signs []asciigraph.CharSet
	for i := len(all) - 1; i >= 0; i-- {
		scaled, any := make([]float64, 0, width+1), false
		for _, v := range all[i] {
			// Halved: hi-lo may be more than a float64 holds.
			v = (v/2 - lo/2) / (hi/2 - lo/2) * float64(h-1)
			if finite(v) {
				v, any = math.Min(math.Max(v, 0), float64(h-1)), true
			} else {
				v = math.NaN()
			}
			scaled = append(scaled, v)
		}
		if any && len(scaled) == width {
			data = append(data, append(scaled, scaled[width-1]))
			colors = append(colors, asciigraph.AnsiColor(firstColor+i))
			switch {
			case f.Distinct && Mark(i) != "":
				signs = append(signs, asciigraph.CreateCharSet(Mark(i)))
			case f.ASCII:
				signs = append(signs, asciiLine)
			default:
				signs = append(signs, asciigraph.DefaultCharSet)
			}
		}
	}
	if len(data) == 0 {
		return rows
	}
	text := asciigraph.PlotMany(data, asciigraph.Height(h-1), asciigraph.Offset(1),
		asciigraph.LowerBound(0), asciigraph.UpperBound(float64(h-1)),
		asciigraph.SeriesColors(colors...), asciigraph.SeriesChars(signs...))
	for y, line := range strings.Split(text, "\n") {
		if y < h {
			readPlot(rows[y], line)
		}
	}
	return rows
}

// readPlot takes one line of asciigraph's apart: colours become inks, and the axis in front is left out.
func readPlot(cells []Cell, line string) {
	ink, x := Blank, -1
	for len(line) > 0 {
		if strings.HasPrefix(line, "\x1b[") {
			sgr, rest, _ := strings.Cut(line[2:], "m")
			line, ink = rest, Blank
			if n, err := strconv.Atoi(strings.TrimPrefix(sgr, "38;5;")); err == nil && n >= firstColor {
				ink = SeriesInk(n - firstColor)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(line)
		line = line[size:]
		if x >= 0 && x < len(cells) && r != ' ' {
			cells[x] = Cell{r, ink}
		}
		x++
	}
}
