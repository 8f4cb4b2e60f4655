package traces

// Numbers and small drawings in the cells of analyses.

import (
	"math"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

func percent(ratio float64) string { return dashboard.FormatValue(ratio, dashboard.UnitRatio) }

// points is a difference of two shares (0 to 1) in percentage points: "+91 pt".
func points(delta float64) string {
	n := math.Round(delta * 100)
	switch {
	case n > 0:
		return "+" + strconv.FormatFloat(n, 'f', 0, 64)
	case n == 0:
		return "0"
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

// change is a duration with its sign: "+412 ms".
func change(d time.Duration) string { return changeSeconds(d.Seconds()) }

func changeSeconds(v float64) string {
	if v > 0 {
		return "+" + dashboard.FormatValue(v, dashboard.UnitSeconds)
	}
	return dashboard.FormatValue(v, dashboard.UnitSeconds)
}

// errorCell is a number of errors; a sign tells it apart where there is one.
func errorCell(c page.Context, n int) page.Cell {
	if n == 0 {
		return page.Cell{Text: "0", Style: c.Styles.Muted}
	}
	return page.Cell{Text: c.Styles.Glyphs.Critical + " " + strconv.Itoa(n), Style: c.Styles.Critical}
}

// barCell is a share, 0 to 1, of the column's width.
func barCell(c page.Context, share float64) page.Cell {
	s, g := c.Styles, c.Styles.Glyphs
	return page.Cell{Draw: func(w int) string {
		filled, empty := chart.Bar(share, 1, w, chart.BarSigns{Full: g.BarFull, Parts: g.BarParts})
		return s.SeriesStyle(0).Render(filled) + strings.Repeat(" ", empty)
	}}
}

// axisCell is a bar from an axis in the middle: to the right for what is above zero. full is the greatest amount.
func axisCell(c page.Context, v, full float64, style lipgloss.Style) page.Cell {
	g := c.Styles.Glyphs
	return page.Cell{Draw: func(w int) string {
		half := (w - 1) / 2
		n := 0
		if full > 0 && v != 0 {
			n = min(half, max(1, int(math.Round(math.Abs(v)/full*float64(half)))))
		}
		bar, rest := style.Render(strings.Repeat(g.BarFull, n)), strings.Repeat(" ", half-n)
		axis := c.Styles.Muted.Render(g.V)
		pad := strings.Repeat(" ", max(0, w-1-2*half))
		if v < 0 {
			return rest + bar + axis + strings.Repeat(" ", half) + pad
		}
		return strings.Repeat(" ", half) + axis + bar + rest + pad
	}}
}

// span is a range of values that drawings share.
type span struct{ low, high float64 }

// hold widens the range so that it holds v.
func (s *span) hold(v float64) { s.low, s.high = min(s.low, v), max(s.high, v) }

// whiskerCell draws a value with its interval on a scale, and an axis at zero, which the scale holds.
func whiskerCell(c page.Context, v, low, high float64, scale span, style lipgloss.Style) page.Cell {
	g := c.Styles.Glyphs
	return page.Cell{Draw: func(w int) string {
		at := func(x float64) int {
			if scale.high <= scale.low {
				return 0
			}
			return max(0, min(w-1, int(math.Round((x-scale.low)/(scale.high-scale.low)*float64(w-1)))))
		}
		zero, from, to, dot := at(0), at(low), at(high), at(v)
		var b strings.Builder
		for i := range w {
			switch {
			case i == dot:
				b.WriteString(style.Render(g.OK))
			case i == zero:
				b.WriteString(c.Styles.Muted.Render(g.V))
			case i >= from && i <= to:
				b.WriteString(style.Render(g.H))
			default:
				b.WriteByte(' ')
			}
		}
		return b.String()
	}}
}
