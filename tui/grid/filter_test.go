package grid

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestTheFilterNarrowsTheFocusedPanelAndSaysWhatItHides(t *testing.T) {
	for _, c := range []struct{ panel, typed, shown, hidden, says string }{
		{"tenant-search-latency", "glo", "globex", "hooli", "/glo_ 1 of 12"},
		{"active-alerts", "cache", "LowCacheHitRate", "SlowSearchQueries", "/cache_ 1 of 3"},
		{"health", "disk", "disk_space", "external_services", "/disk_ 1 of 7"},
		{"targets", "redis", "redis", "deeplake-api ", "/redis_ 1 of 2"},
	} {
		g, ctx := overview(t), pagetest.Context(pagetest.Reader(), 200, 200)
		i := slices.IndexFunc(g.dash.Panels, func(p dashboard.Panel) bool { return p.ID == c.panel })
		if i < 0 {
			t.Errorf("no panel %s", c.panel)
			continue
		}
		focusOn(t, g, ctx, c.panel)
		press(g, ctx, "/")
		for _, r := range c.typed {
			press(g, ctx, string(r))
		}
		at := slices.IndexFunc(g.layout(ctx), func(p dashboard.Placed) bool { return p.Panel == i })
		text := ansi.Strip(strings.Join(g.panelLines(ctx, g.layout(ctx)[at], 100), "\n"))
		if !strings.Contains(text, c.shown) || strings.Contains(text, c.hidden) || !strings.Contains(text, c.says) {
			t.Errorf("%s filtered by %q:\n%s", c.panel, c.typed, text)
		}
		if !g.Capturing() {
			t.Errorf("%s: the filter does not hold the keys", c.panel)
		}
		press(g, ctx, "enter")
		if g.Capturing() || !g.Escape() || g.Escape() {
			t.Errorf("%s: enter keeps it, one esc drops it", c.panel)
		}
	}
}

func TestEnterOpensTheRowThatTheFilterShows(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	focusOn(t, g, c, "tenant-search-latency")
	msg := press(g, c, "/", "h", "o", "o", "enter", "enter")
	if !traces(func(q page.TraceQuery) bool { return q.Tags["tenant"] == "hooli" })(msg) {
		t.Errorf("%+v", msg)
	}
	press(g, c, "/", "z", "z")
	if text := ansi.Strip(strings.Join(g.View(c), "\n")); !strings.Contains(text, "nothing matches") || !strings.Contains(text, "/hoozz_ 0 of 12") {
		t.Errorf("%s", text)
	}
	if msg := press(g, c, "enter", "enter"); msg != nil {
		t.Errorf("enter on nothing leads to %+v", msg)
	}
}

func TestAPanelWithoutRowsSaysThatThereIsNothingToFilter(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	focusOn(t, g, c, "latency-p95")
	if n, ok := press(g, c, "/").(page.Notice); !ok || !strings.Contains(n.Text, "no rows to filter") || g.Capturing() {
		t.Errorf("%+v, capturing %v", n, g.Capturing())
	}
}

func TestAFilteredPanelFullScreenKeepsItsFilter(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 120, 38)
	f := NewPanel(find(t, "tenant-search-latency"))
	press(f, c, "/", "g", "l", "o", "enter")
	if text := ansi.Strip(strings.Join(f.View(c), "\n")); !strings.Contains(text, "globex") || strings.Contains(text, "hooli") || !strings.Contains(text, "/glo 1 of 12") {
		t.Errorf("%s", text)
	}
	if !traces(func(q page.TraceQuery) bool { return q.Tags["tenant"] == "globex" })(press(f, c, "enter")) {
		t.Error("enter does not explain the filtered row")
	}
	if !f.Escape() || f.Escape() {
		t.Error("one esc drops the filter")
	}
}

// click is a click on the first line of the screen that holds a text; row and selected are as Click tells.
func clickOn(t *testing.T, g *Grid, c page.Context, text string) (row, selected int) {
	t.Helper()
	for y, line := range g.View(c) {
		if i := strings.Index(ansi.Strip(line), text); i >= 0 {
			return g.Click(c, ansi.StringWidth(ansi.Strip(line)[:i]), y)
		}
	}
	t.Fatalf("no %q on the screen", text)
	return 0, 0
}

func TestAClickFocusesThePanelAndFindsItsRow(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	if row, selected := clickOn(t, g, c, "globex"); row != 1 || selected != 0 || g.dash.Panels[g.focus].ID != "tenant-search-latency" {
		t.Errorf("row %d, selected %d, focus on %s", row, selected, g.dash.Panels[g.focus].ID)
	}
	if row, _ := clickOn(t, g, c, "LowCacheHitRate"); row != 1 && row != 2 || g.dash.Panels[g.focus].ID != "active-alerts" {
		t.Errorf("row %d, focus on %s", row, g.dash.Panels[g.focus].ID)
	}
	if row, _ := clickOn(t, g, c, "Latency"); row >= 0 || g.dash.Panels[g.focus].ID != "latency-p95" {
		t.Errorf("row %d of a number, focus on %s", row, g.dash.Panels[g.focus].ID)
	}
}

func TestTheWheelMovesInATableThatHidesRowsAndElseScrolls(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 80, 22)
	wheel := func(text string, b tea.MouseButton) {
		t.Helper()
		for y, line := range g.View(c) {
			if i := strings.Index(ansi.Strip(line), text); i >= 0 {
				g.Wheel(c, tea.MouseWheelMsg{X: ansi.StringWidth(ansi.Strip(line)[:i]), Y: y, Button: b})
				return
			}
		}
		t.Fatalf("no %q", text)
	}
	wheel("globex", tea.MouseWheelDown)
	if row := g.cursor("tenant-search-latency").Row; row != 3 || g.scroll != 0 {
		t.Errorf("row %d, scrolled by %d", row, g.scroll)
	}
	wheel("Saturation", tea.MouseWheelDown)
	if g.scroll != 3 {
		t.Errorf("scrolled by %d", g.scroll)
	}
	wheel("Saturation", tea.MouseWheelUp)
	wheel("Saturation", tea.MouseWheelUp)
	if g.scroll != 0 {
		t.Errorf("scrolled back to %d", g.scroll)
	}
}
