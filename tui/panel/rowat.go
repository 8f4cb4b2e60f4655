package panel

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
)

// RowAt is the row of n that stands on a line of a table's drawing, -1 for none. It is found by drawing the table with one
// row after the other selected, which is as good as any table's own layout, and rare: a click.
func RowAt(d dashboard.Data, o Options, line, n int) int {
	if line <= 0 || line >= o.Height {
		return -1
	}
	for row := max(o.Offset, 0); row < min(max(o.Offset, 0)+o.Height, n); row++ {
		o.Selected = row
		lines := Render(d, o)
		if v := newView(d, o); strings.HasPrefix(ansi.Strip(lines[line]), v.g.Pointer) {
			return row
		}
	}
	return -1
}
