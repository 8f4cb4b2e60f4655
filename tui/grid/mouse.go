package grid

// The pointer: a click focuses a panel, and on a plot picks a time; a drag over a plot selects a stretch of time.

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

// drag is a stretch that is being drawn with the button held.
type drag struct {
	panel    int // in which it began; -1: none
	plot     panel.Plot
	left     int // the panel's first column on the page
	from, to time.Time
	moved    bool
}

// begin starts a drag at column x of the page.
func (d *drag) begin(i int, plot panel.Plot, left, x int) {
	at := plot.Time(x - left)
	*d = drag{panel: i, plot: plot, left: left, from: at, to: at}
}

// extend moves the drag's end to column x of the page, were it beside the plot.
func (d *drag) extend(x int) {
	d.to = d.plot.Time(x - d.left)
	d.moved = d.moved || !d.to.Equal(d.from)
}

// end is what a drag asks for: a stretch, or, where the pointer has not moved, a time.
func (d *drag) end() tea.Cmd {
	was := *d
	*d = drag{panel: -1}
	switch {
	case was.panel < 0:
		return nil
	case !was.moved:
		return page.Send(page.SetCursor{At: was.from})
	case was.to.Equal(was.from): // led back to where it began: it was not meant
		return nil
	}
	return page.Send(page.SetRange{From: was.from, To: was.to})
}

func (g *Grid) mouse(c page.Context, msg tea.MouseMsg) tea.Cmd {
	m := msg.Mouse()
	switch msg.(type) {
	case tea.MouseClickMsg:
		if m.Button != tea.MouseLeft {
			return nil
		}
		p, width, y, ok := g.panelAt(c, m.X, m.Y)
		if !ok {
			return nil
		}
		g.focus = p.Panel
		d := g.seen(c, p.Panel)
		if plot, ok := panel.PlotOf(d, g.options(c, p, width, d)); ok && plot.Holds(m.X-p.X, y) {
			g.drag.begin(p.Panel, plot, p.X, m.X)
		}
	case tea.MouseMotionMsg:
		if g.drag.panel >= 0 {
			g.drag.extend(m.X)
		}
	case tea.MouseReleaseMsg:
		return g.drag.end()
	}
	return nil
}

// panelAt is the panel under a cell of the page, its width as it is drawn, and the line of it.
func (g *Grid) panelAt(c page.Context, x, y int) (p dashboard.Placed, width, line int, ok bool) {
	strip, _ := g.split(c)
	if y >= strip {
		y += g.scroll
	}
	for _, p := range g.layout(c) {
		if w := drawnWidth(c, p); x >= p.X && x < p.X+w && y >= p.Y && y < p.Y+p.H {
			return p, w, y - p.Y, true
		}
	}
	return p, 0, 0, false
}

// drawnWidth is a panel's width without the blank column that keeps it apart from its neighbour.
func drawnWidth(c page.Context, p dashboard.Placed) int {
	if p.X+p.W < c.Width {
		return p.W - 1
	}
	return p.W
}

func (f *Full) mouse(c page.Context, msg tea.MouseMsg) tea.Cmd {
	m := msg.Mouse()
	switch msg.(type) {
	case tea.MouseClickMsg:
		d := f.seen(c)
		if plot, ok := panel.PlotOf(d, f.options(c, d)); ok && m.Button == tea.MouseLeft && plot.Holds(m.X, m.Y) {
			f.drag.begin(0, plot, 0, m.X)
		}
	case tea.MouseMotionMsg:
		if f.drag.panel >= 0 {
			f.drag.extend(m.X)
		}
	case tea.MouseReleaseMsg:
		return f.drag.end()
	}
	return nil
}

// marks are the context's behind a pointer that changes only when they do, so that what is drawn with them stays drawn.
type marks struct{ last *[]dashboard.Mark }

func (m *marks) of(c page.Context) *[]dashboard.Mark {
	if m.last == nil || !slices.Equal(*m.last, c.Marks) {
		own := slices.Clone(c.Marks)
		m.last = &own
	}
	return m.last
}
