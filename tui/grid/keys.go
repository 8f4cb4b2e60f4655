package grid

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// key moves the focus, moves in a table, or goes deeper.
func (g *Grid) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if len(g.dash.Panels) == 0 || c.Width <= 0 {
		return nil
	}
	if cmd, ok := g.filterKey(c, k); ok {
		return cmd
	}
	placed := g.layout(c)
	g.drag = drag{panel: -1}
	switch k.String() {
	case "tab":
		g.step(c, 1)
	case "shift+tab":
		g.step(c, -1)
	case "left", "h":
		g.move(c, -1, 0)
	case "right", "l":
		g.move(c, 1, 0)
	case "up", "k":
		if !g.row(c, -1) {
			g.move(c, 0, -1)
		}
	case "down", "j":
		if !g.row(c, 1) {
			g.move(c, 0, 1)
		}
	case "pgdown", "ctrl+f":
		g.page(c, 1)
	case "pgup", "ctrl+b":
		g.page(c, -1)
	case "home", "g":
		g.focusOn(c, placed[0].Panel)
		g.scroll = 0
	case "end", "G":
		g.focusOn(c, placed[len(placed)-1].Panel)
	case "f":
		return page.Send(page.OpenPanel{Panel: g.dash.Panels[g.focus]})
	case "enter":
		return g.deeper(c, explain)
	case "t":
		return g.deeper(c, exemplify)
	case "o":
		return g.deeper(c, openTenant)
	case "v":
		return page.Send(page.OpenTenants{View: page.TenantsMovers})
	}
	return nil
}

// step moves the focus by d in the order in which the panels stand.
func (g *Grid) step(c page.Context, d int) {
	placed := g.layout(c)
	i := (g.index(placed) + d + len(placed)) % len(placed)
	g.focusOn(c, placed[i].Panel)
}

// index is where the focused panel stands in placed.
func (g *Grid) index(placed []dashboard.Placed) int {
	for i, p := range placed {
		if p.Panel == g.focus {
			return i
		}
	}
	return 0
}

// move moves the focus to the nearest panel in a direction.
func (g *Grid) move(c page.Context, dx, dy int) {
	placed := g.layout(c)
	from := placed[g.index(placed)]
	best, cost := -1, 0
	for _, p := range placed {
		var along, across int
		switch {
		case dx > 0:
			along, across = p.X-(from.X+from.W), apart(p.Y, p.H, from.Y, from.H)
		case dx < 0:
			along, across = from.X-(p.X+p.W), apart(p.Y, p.H, from.Y, from.H)
		case dy > 0:
			along, across = p.Y-(from.Y+from.H), apart(p.X, p.W, from.X, from.W)
		default:
			along, across = from.Y-(p.Y+p.H), apart(p.X, p.W, from.X, from.W)
		}
		if along < 0 || (dx != 0 && across > 0) {
			continue
		}
		if n := along*4 + across; best < 0 || n < cost {
			best, cost = p.Panel, n
		}
	}
	if best >= 0 {
		g.focusOn(c, best)
	}
}

// apart is how many cells lie between two stretches, 0 when they overlap.
func apart(a, aLen, b, bLen int) int { return max(0, b-(a+aLen)+1, a-(b+bLen)+1) }

// focusOn puts the focus on a panel and scrolls so that it is seen.
func (g *Grid) focusOn(c page.Context, i int) {
	g.focus = i
	strip, body := g.split(c)
	h := c.Height - strip
	for _, p := range g.layout(c) {
		if p.Panel != i {
			continue
		}
		y := p.Y - strip
		if y < 0 { // in the strip, which is always seen: nothing to scroll
			return
		}
		if y+p.H > g.scroll+h {
			g.scroll = y + p.H - h
		}
		g.scroll = min(g.scroll, y)
	}
	g.scroll = max(0, min(g.scroll, body-h))
}

// page scrolls by screens and takes the focus along.
func (g *Grid) page(c page.Context, d int) {
	strip, body := g.split(c)
	h := c.Height - strip
	g.scroll = max(0, min(g.scroll+d*max(1, h-2), body-h))
	placed := g.layout(c)
	for _, p := range placed {
		y := p.Y - strip
		if y >= g.scroll && y < g.scroll+h {
			g.focus = p.Panel
			return
		}
	}
}

// row moves in the focused panel's table and tells whether there was a row to move to.
func (g *Grid) row(c page.Context, d int) bool {
	keys, visible := g.rows(c)
	if len(keys) == 0 {
		return false
	}
	return g.cursor(g.dash.Panels[g.focus].ID).Move(keys, d, visible)
}

// rows are the keys of the focused panel's rows, and how many are seen at once.
func (g *Grid) rows(c page.Context) (keys []string, visible int) {
	d := g.seen(c, g.focus)
	keys = g.keysOf(d.Panel.ID)
	placed := g.layout(c)
	return keys, visibleRows(d, placed[g.index(placed)].H, len(keys))
}

// deeper goes from the focused panel to where "to" leads.
func (g *Grid) deeper(c page.Context, to func(page.Context, dashboard.Data, string) tea.Cmd) tea.Cmd {
	d := g.seen(c, g.focus)
	selected := ""
	if keys, visible := g.rows(c); keys != nil {
		cur := g.cursor(d.Panel.ID)
		cur.Sync(keys, visible)
		selected = cur.Selected(keys)
	}
	return to(c, d, selected)
}
