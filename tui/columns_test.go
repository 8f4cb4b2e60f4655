package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// The widest plot, that of a panel full screen, has at least as many columns as points are asked for, whatever the width
// and the window, live and in the past.
func TestNoRangeHasMorePointsThanThePlotHasColumns(t *testing.T) {
	m, s := timeModel(t, pagetest.Reader(), 120, 40)
	for width := 40; width <= 250; width += 7 {
		m.Update(tea.WindowSizeMsg{Width: width, Height: 40})
		for _, w := range append(ladder[:], 45*time.Minute, 100*time.Hour) {
			m.window = w
			m.Update(page.DataMsg{})
			n := 0
			for _, r := range s.wants[len(s.wants)-1] {
				if r.Kind != feed.Range {
					continue
				}
				n++
				// A label takes at most nine cells, with a blank, the axis and the margin beside it.
				if points := int(r.Window/r.Step) + 1; points > width-12 {
					t.Errorf("%d columns, %v: %d points of %s", width, w, points, r.Expr)
				}
			}
			if n == 0 {
				t.Fatal("no range is asked")
			}
		}
	}
}
