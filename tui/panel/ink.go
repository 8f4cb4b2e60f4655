package panel

import (
	"math"

	"charm.land/lipgloss/v2"

	"dlmon/themes"
	"dlmon/tui/chart"
)

// Ink is the style of what a chart draws.
func Ink(s *themes.Styles, k chart.Ink) lipgloss.Style {
	if i, ok := k.Series(); ok {
		return s.SeriesStyle(i)
	}
	if i, ok := k.Heat(); ok && len(s.Heat) > 0 {
		// Levels and colours are spread over each other: there may be fewer of either.
		return s.Heat[min(int(math.Round(float64(i*(len(s.Heat)-1))/float64(max(len(s.Glyphs.Heat)-1, 1)))), len(s.Heat)-1)]
	}
	switch k {
	case chart.Label:
		return s.Muted
	case chart.Axis:
		return s.Border
	case chart.Cursor:
		return s.Cursor
	case chart.Warn:
		return s.Warn
	case chart.Critical:
		return s.Critical
	case chart.OK:
		return s.OK
	case chart.Note:
		return s.Bold
	}
	return s.Text
}
