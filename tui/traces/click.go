package traces

import (
	"slices"

	"dlmon/tui/page"
)

// area is where the rows of a table stand in the last frame: from a cell on, the first of them on line y.
type area struct{ x, y int }

// Click implements page.Clicker.
func (p *Analysis) Click(_ page.Context, x, y int) (row, selected int) {
	if !p.ready {
		return -1, 0
	}
	for i, a := range slices.Backward(p.areas) {
		offset, n, selected := p.kind.tables()[i].window()
		if x < a.x || y < a.y || y >= a.y+n || p.kind.tables()[i].size() == 0 {
			continue
		}
		row := offset + y - a.y
		if i != p.focus {
			if p.focus = i; row == selected {
				return -1, 0 // so far one did not see that it is selected: that does not open it
			}
		}
		return row, selected
	}
	return -1, 0
}
