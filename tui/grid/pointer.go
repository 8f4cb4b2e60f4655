package grid

// Rows under the pointer, and the wheel. Plots under it are in mouse.go.

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
	"dlmon/tui/panel"
)

var (
	_ page.Clicker = (*Grid)(nil)
	_ page.Clicker = (*Full)(nil)
	_ page.Wheeler = (*Grid)(nil)
)

// Click implements page.Clicker: it focuses the panel, and finds the row of a table.
func (g *Grid) Click(c page.Context, x, y int) (row, selected int) {
	p, width, line, ok := g.panelAt(c, x, y)
	if !ok {
		return -1, 0
	}
	before := g.focus
	if n := g.filter(); n != nil && p.Panel != before {
		n.Open = false
	}
	g.focus = p.Panel
	d := g.seen(c, p.Panel)
	keys := g.keysOf(d.Panel.ID)
	if keys == nil {
		return -1, 0
	}
	row, selected = panel.RowAt(d, g.options(c, p, width, d), line, len(keys)), g.cursor(d.Panel.ID).Row
	if row == selected && before != g.focus {
		return -1, 0 // so far one did not see that it is selected: that does not open it
	}
	return row, selected
}

// Wheel implements page.Wheeler: it moves in the table under the pointer that has more rows than it shows, else it
// scrolls the page.
func (g *Grid) Wheel(c page.Context, m tea.MouseWheelMsg) bool {
	by := wheelRows
	switch m.Button {
	case tea.MouseWheelUp:
		by = -wheelRows
	case tea.MouseWheelDown:
	default:
		return true
	}
	p, _, _, ok := g.panelAt(c, m.X, m.Y)
	if ok && !g.Capturing() {
		d := g.seen(c, p.Panel)
		if keys := g.keysOf(d.Panel.ID); len(keys) > visibleRows(d, p.H, len(keys)) {
			g.focus = p.Panel
			g.row(c, by)
			return true
		}
	}
	strip, body := g.split(c)
	g.scroll = max(0, min(g.scroll+by, body-(c.Height-strip)))
	g.takeFocus(c, strip)
	return true
}

// wheelRows is how far one notch of the wheel moves.
const wheelRows = 3

// takeFocus moves the focus to the first panel on the screen if its own has been scrolled away.
func (g *Grid) takeFocus(c page.Context, strip int) {
	first := -1
	for _, p := range g.layout(c) {
		y := p.Y - strip
		if g.dash.Panels[p.Panel].Place.Strip || y+p.H <= g.scroll || y >= g.scroll+c.Height-strip {
			continue
		}
		if p.Panel == g.focus {
			return
		}
		if first < 0 {
			first = p.Panel
		}
	}
	if first >= 0 && !g.dash.Panels[g.focus].Place.Strip {
		g.focus = first
	}
}

// Click implements page.Clicker: it finds the row of a table.
func (f *Full) Click(c page.Context, _, y int) (row, selected int) {
	d := f.seen(c)
	keys := rowKeys(d)
	if keys == nil {
		return -1, 0
	}
	return panel.RowAt(d, f.options(c, d), y, len(keys)), f.series.Row
}
