package trace

import (
	"strings"

	"charm.land/lipgloss/v2"

	"dlmon/themes"
)

// brush is a style as the sequences before and after its text. A waterfall changes its style hundreds of times a
// frame, and rendering a style takes some microseconds.
type brush struct{ before, after string }

func brushOf(st lipgloss.Style) brush {
	before, after, _ := strings.Cut(st.Render("x"), "x")
	return brush{before, after}
}

// brushes are what one frame is drawn with; the second of each pair is for the selected row.
type brushes struct {
	text, muted, bold, critical, warn [2]brush
	hues                              [][2]brush // of services
	boxes                             []brush    // of services in the flame graph
	failedBox, selected               brush
}

func newBrushes(s *themes.Styles) brushes {
	pair := func(st lipgloss.Style) [2]brush {
		return [2]brush{brushOf(st), brushOf(s.Selected.Inherit(st))}
	}
	b := brushes{text: pair(s.Text), muted: pair(s.Muted), bold: pair(s.Bold), critical: pair(s.Critical), warn: pair(s.Warn)}
	b.failedBox, b.selected = brushOf(s.Critical.Reverse(true)), brushOf(s.Selected)
	for i := range max(1, len(s.Series)) {
		b.hues = append(b.hues, pair(s.SeriesStyle(i)))
		b.boxes = append(b.boxes, brushOf(s.SeriesStyle(i).Reverse(true)))
	}
	return b
}

// canvas collects one line.
type canvas struct{ strings.Builder }

func (c *canvas) put(b brush, text string) {
	if text == "" {
		return
	}
	c.WriteString(b.before)
	c.WriteString(text)
	c.WriteString(b.after)
}
