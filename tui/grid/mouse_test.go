package grid

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
	"dlmon/tui/panel"
)

func pressAt(x, y int) tea.Msg { return tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft} }
func motion(x, y int) tea.Msg  { return tea.MouseMotionMsg{X: x, Y: y, Button: tea.MouseLeft} }
func release(x, y int) tea.Msg { return tea.MouseReleaseMsg{X: x, Y: y} }

func send(p page.Page, c page.Context, msgs ...tea.Msg) (last tea.Msg) {
	for _, m := range msgs {
		last = nil
		if cmd := p.Update(c, m); cmd != nil {
			last = cmd()
		}
	}
	return last
}

// plots are the plots on the screen of a grid with the page's cell at which their panel begins.
func plots(g *Grid, c page.Context) (out []struct {
	panel.Plot
	x, y  int
	index int
	data  dashboard.Data
}) {
	strip, _ := g.split(c)
	for _, p := range g.layout(c) {
		y := p.Y
		if y >= strip {
			y -= g.scroll
		}
		d := g.eval(c, p.Panel)
		plot, ok := panel.PlotOf(d, g.options(c, p, drawnWidth(c, p), d))
		if !ok || y < 0 || y+p.H > c.Height {
			continue
		}
		out = append(out, struct {
			panel.Plot
			x, y  int
			index int
			data  dashboard.Data
		}{plot, p.X, y, p.Panel, d})
	}
	return out
}

// The column that a click picks is the one under the pointer: the cursor is drawn there.
func TestAClickPicksTheTimeUnderThePointer(t *testing.T) {
	for _, size := range [][2]int{{80, 60}, {120, 60}, {200, 60}} {
		g, c := overview(t), pagetest.Context(pagetest.Reader(), size[0], size[1])
		press(g, c, "pgdown", "pgdown")
		all := plots(g, c)
		if len(all) < 3 {
			t.Fatalf("%v: only %d plots", size, len(all))
		}
		for _, p := range all {
			for x := 0; x < p.Width; x += 3 {
				at := send(g, c, pressAt(p.x+p.X+x, p.y+p.Y), release(p.x+p.X+x, p.y+p.Y))
				set, ok := at.(page.SetCursor)
				if !ok || g.focus != p.index {
					t.Fatalf("%v %s: a click on %d leads to %+v, focus %d", size, p.data.Panel.ID, x, at, g.focus)
				}
				i := p.data.Grid.Column(set.At)
				if i < 0 {
					t.Fatalf("%v %s: %v is not on the grid", size, p.data.Panel.ID, set.At)
				}
				// Where columns are more than cells or fewer, the nearest is at most a cell or half a column away.
				drawn := int(float64(i)/float64(p.data.Grid.Columns-1)*float64(p.Width-1) + 0.5)
				if slack := 1 + p.Width/p.data.Grid.Columns; drawn < x-slack || drawn > x+slack {
					t.Errorf("%v %s: cell %d of %d picks column %d of %d, drawn at %d", size, p.data.Panel.ID, x, p.Width, i, p.data.Grid.Columns, drawn)
				}
			}
		}
	}
}

func TestADragOverAPlotAsksForItsStretchAndShowsItMeanwhile(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 60)
	press(g, c, "pgdown", "pgdown")
	p := plots(g, c)[0]
	y := p.y + p.Y
	before := strings.Join(g.View(c), "\n")
	left, right := p.x+p.X+5, p.x+p.X+p.Width-4
	send(g, c, pressAt(left, y), motion(left+3, y), motion(right, y+1))
	during := strings.Join(g.View(c), "\n")
	if during == before || ansi.Strip(during) != ansi.Strip(before) && strings.Count(during, "\x1b[7m") <= strings.Count(before, "\x1b[7m") {
		t.Error("the stretch is not shown while it is drawn")
	}
	r, ok := send(g, c, release(right, y)).(page.SetRange)
	if !ok || !r.From.Before(r.To) || r.From.Before(p.data.Grid.Start) {
		t.Fatalf("%+v", r)
	}
	if after := strings.Join(g.View(c), "\n"); strings.Contains(after, "\x1b[7m") {
		t.Error("the stretch stays")
	}
	// To the left, and out of the plot: no further than its edge.
	r, ok = send(g, c, pressAt(right, y), motion(0, 0), release(0, -5)).(page.SetRange)
	if !ok || !r.To.Equal(p.data.Grid.Start) {
		t.Errorf("%+v", r)
	}
	// There and back is nothing, a release alone neither.
	if msg := send(g, c, pressAt(left, y), motion(right, y), motion(left, y), release(left, y)); msg != nil {
		t.Errorf("%+v", msg)
	}
	if msg := send(g, c, motion(left, y), release(left, y)); msg != nil {
		t.Errorf("%+v", msg)
	}
	if msg := send(g, c, tea.MouseClickMsg{X: left, Y: y, Button: tea.MouseRight}, release(left, y)); msg != nil {
		t.Errorf("the right button: %+v", msg)
	}
}

func TestAClickBesideAPlotFocusesAlone(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 40)
	g.View(c)
	for _, p := range g.layout(c)[:5] {
		if msg := send(g, c, pressAt(p.X+1, p.Y), release(p.X+1, p.Y)); msg != nil || g.focus != p.Panel {
			t.Errorf("%d: %+v, focus %d", p.Panel, msg, g.focus)
		}
	}
	if msg := send(g, c, pressAt(500, 500), release(500, 500)); msg != nil {
		t.Errorf("outside: %+v", msg)
	}
}

func TestADragOverAFullPanel(t *testing.T) {
	for _, id := range []string{"latency-p95", "search-latency-distribution"} {
		f, c := NewPanel(find(t, id)), pagetest.Context(pagetest.Reader(), 120, 38)
		f.View(c)
		d := f.eval(c)
		plot, ok := panel.PlotOf(d, f.options(c, d))
		if !ok {
			t.Fatal("no plot")
		}
		r, ok := send(f, c, pressAt(plot.X, plot.Y), motion(plot.X+plot.Width-1, plot.Y), release(plot.X+plot.Width-1, plot.Y)).(page.SetRange)
		if end := d.Grid.Start.Add(time.Duration(d.Grid.Columns-1) * d.Grid.Step); !ok || !r.From.Equal(d.Grid.Start) || !r.To.Equal(end) {
			t.Errorf("%s: %+v, want %v to %v", id, r, d.Grid.Start, end)
		}
	}
}

func TestAPickedTimeAndMarksAreDrawnOnEveryPlot(t *testing.T) {
	for _, size := range [][2]int{{80, 60}, {120, 60}, {200, 60}} {
		g, c := overview(t), pagetest.Context(pagetest.Reader(), size[0], size[1])
		press(g, c, "pgdown", "pgdown")
		all := plots(g, c)
		plain := strings.Count(ansi.Strip(strings.Join(g.View(c), "\n")), "↻")
		c.Marks = []dashboard.Mark{{At: pagetest.Now.Add(-25 * time.Minute), Kind: dashboard.MarkRestart, Text: "a:1"}}
		if n := strings.Count(ansi.Strip(strings.Join(g.View(c), "\n")), "↻") - plain; n < len(all) {
			t.Errorf("%v: %d marks on %d axes", size, n, len(all))
		}
		before := strings.Count(strings.Join(g.View(c), "\n"), "\x1b[7m")
		c.Cursor = pagetest.Now.Add(-40 * time.Minute)
		if n := strings.Count(strings.Join(g.View(c), "\n"), "\x1b[7m") - before; n < 3*len(all) {
			t.Errorf("%v: %d cells of a cursor on %d plots", size, n, len(all))
		}
	}
}

func TestAFullPanelTellsItsMarksInWords(t *testing.T) {
	f, c := NewPanel(find(t, "latency-p95")), pagetest.Context(pagetest.Reader(), 120, 38)
	c.Marks = []dashboard.Mark{
		{At: pagetest.Now.Add(-50 * time.Minute), Kind: dashboard.MarkVersion, Text: "2.4.1"},
		{At: pagetest.Now.Add(-14 * time.Minute), Kind: dashboard.MarkFiring, State: dashboard.StateCritical, Text: "SlowSearchQueries"},
	}
	text := func() string { return ansi.Strip(strings.Join(f.View(c), "\n")) }
	got := text()
	if !strings.Contains(got, "✖ 13:51:32 SlowSearchQueries fires  ◈ 13:15:32 version 2.4.1") {
		t.Errorf("the newest first:\n%s", got)
	}
	c.Cursor = pagetest.Now.Add(-48 * time.Minute)
	if got := text(); !strings.Contains(got, "◈ 13:15:32 version 2.4.1  ✖ 13:51:32") {
		t.Errorf("those nearest to the time read first:\n%s", got)
	}
}
