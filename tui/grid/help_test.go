package grid

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page/pagetest"
)

func TestTheLastLineNamesTheFocusedPanelsKeys(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 80, 22)
	last := func() string {
		lines := g.View(c)
		if len(lines) != c.Height {
			t.Errorf("%d lines on %d", len(lines), c.Height)
		}
		return ansi.Strip(lines[len(lines)-1])
	}
	for id, want := range map[string]string{
		"tenant-search-latency": " enter traces  t exemplar  o tenant  / filter  f full screen  v movers  ? keys ",
		"health":                " enter health  / filter  f full screen  v movers  tab next panel  ? keys ",
	} {
		for i, p := range g.dash.Panels {
			if p.ID == id {
				g.focusOn(c, i)
			}
		}
		if got := last(); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if _, _, _, ok := g.panelAt(c, 5, c.Height-1); ok {
		t.Error("a click on the keys hits the panel under them")
	}
	press(g, c, "/")
	if got := last(); !strings.HasPrefix(got, " enter keeps the filter") {
		t.Errorf("while a filter is typed: %q", got)
	}
	if c.Big = true; strings.Contains(last(), "keys") {
		t.Error("a wall shows keys")
	}
}
