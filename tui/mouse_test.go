package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// mouseModel is a model with the mouse on.
func mouseModel(t testing.TB, width, height int) *Model {
	t.Helper()
	o := options(pagetest.Reader(), themes.Default)
	o.Mouse = true
	m := New(o)
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	m.View()
	return m
}

// where is the first cell of a text on the screen, from line from on.
func where(t testing.TB, m *Model, text string, from int) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(ansi.Strip(content(m)), "\n") {
		if i := strings.Index(line, text); i >= 0 && y >= from {
			return ansi.StringWidth(line[:i]), y
		}
	}
	t.Fatalf("no %q on\n%s", text, ansi.Strip(content(m)))
	return 0, 0
}

// clickOn clicks on a text of the screen, and carries out what comes of it.
func clickOn(t testing.TB, m *Model, text string, from int) {
	t.Helper()
	x, y := where(t, m, text, from)
	_, cmd := m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	run(m, cmd)
	_, cmd = m.Update(tea.MouseReleaseMsg{X: x, Y: y, Button: tea.MouseLeft})
	run(m, cmd)
	run(m, m.tellAll(page.DataMsg{}))
	m.View()
}

// wheelOn turns the wheel by a notch over a text.
func wheelOn(t testing.TB, m *Model, text string, b tea.MouseButton) {
	t.Helper()
	x, y := where(t, m, text, 2)
	_, cmd := m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: b})
	run(m, cmd)
	m.View()
}

func TestMToggledTheMouseAndSaysHowTextIsSelected(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	if m.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is on though nobody asked for it")
	}
	press(m, "m")
	if got := ansi.Strip(content(m)); m.View().MouseMode != tea.MouseModeCellMotion || !strings.Contains(got, "with shift the terminal selects text") {
		t.Errorf("mode %v:\n%s", m.View().MouseMode, got)
	}
	press(m, "m")
	if got := ansi.Strip(content(m)); m.View().MouseMode != tea.MouseModeNone || !strings.Contains(got, "mouse off") {
		t.Errorf("mode %v:\n%s", m.View().MouseMode, got)
	}
	m.Update(tea.MouseClickMsg{X: 20, Y: 1, Button: tea.MouseLeft})
	if m.nav.top() != m.nav.tabs[0].page {
		t.Error("a click counts though the mouse is off")
	}
}

func TestAClickOnATabOpensItAndOnTheWayGoesBack(t *testing.T) {
	for _, width := range []int{80, 120} {
		m := mouseModel(t, width, 40)
		for i, tab := range m.nav.tabs {
			clickOn(t, m, fmt.Sprintf("%d %.3s", i+1, tab.title), 1)
			if m.nav.top() != tab.page {
				t.Fatalf("%d: a click on %s leads to %s", width, tab.title, m.nav.top().Title())
			}
		}
		press(m, "2", "enter", "enter")
		if len(m.nav.stack) != 3 {
			t.Fatalf("%d deep", len(m.nav.stack))
		}
		clickOn(t, m, "traces: ten", 1)
		if len(m.nav.stack) != 2 {
			t.Errorf("a click on the way leads to %d deep", len(m.nav.stack))
		}
		clickOn(t, m, "2 Ten", 1)
		if len(m.nav.stack) != 1 || m.nav.top() != m.nav.tabs[1].page {
			t.Errorf("a click on the tab leads to %s, %d deep", m.nav.top().Title(), len(m.nav.stack))
		}
	}
}

func TestAClickSelectsARowAndASecondOneOpensIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		keys   []string
		row    string // what is clicked on
		opened func(m *Model) bool
	}{
		{"tenants", []string{"2"}, "hooli", func(m *Model) bool { return m.nav.top().Title() == "traces: tenant hooli" }},
		{"traces", []string{"2", "enter"}, "4bf9", nil},
		{"alerts", []string{"4"}, "LowCacheHitRate", func(m *Model) bool { return strings.Contains(content(m), "cache_hit_ratio") }},
		{"health", []string{"5"}, "disk_space", nil},
		{"waterfall", []string{"2", "enter", "enter"}, "index.load", func(m *Model) bool { return strings.Contains(content(m), "span id") }},
		{"operations", []string{"3", "o"}, "auth.verify", func(m *Model) bool { return strings.HasPrefix(m.nav.top().Title(), "traces: ") }},
		{"grid", []string{"1"}, "globex", func(m *Model) bool { return m.nav.top().Title() == "traces: tenant globex" }},
	} {
		m := mouseModel(t, 120, 40)
		press(m, c.keys...)
		m.View()
		row := c.row
		if c.name == "traces" { // the third of the list
			lines := strings.Split(ansi.Strip(content(m)), "\n")
			at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "›") })
			row = strings.TrimSpace(lines[at+2])[:8]
		}
		clickOn(t, m, row, 2)
		if got := pointsAt(m, row); !got {
			t.Errorf("%s: a click on %q does not select it:\n%s", c.name, row, ansi.Strip(content(m)))
			continue
		}
		depth := len(m.nav.stack)
		clickOn(t, m, row, 2)
		if c.opened != nil && !c.opened(m) || c.name == "traces" && len(m.nav.stack) != depth+1 {
			t.Errorf("%s: a second click on %q shows\n%s", c.name, row, ansi.Strip(content(m)))
		}
	}
}

// pointsAt tells whether a line with the pointer before it holds a text.
func pointsAt(m *Model, text string) bool {
	for line := range strings.SplitSeq(ansi.Strip(content(m)), "\n") {
		if i := strings.Index(line, m.styles.Glyphs.Pointer); i >= 0 && strings.Contains(line[i:], text) {
			return true
		}
	}
	return false
}

func TestTheWheelMovesTheSelectionByThreeRows(t *testing.T) {
	m := mouseModel(t, 120, 40)
	press(m, "2")
	wheelOn(t, m, "globex", tea.MouseWheelDown)
	if got := pointsAt(m, "massive-dynamic"); !got {
		t.Errorf("%s", ansi.Strip(content(m)))
	}
	wheelOn(t, m, "globex", tea.MouseWheelUp)
	if got := pointsAt(m, pagetest.Tenants[0]); !got {
		t.Errorf("%s", ansi.Strip(content(m)))
	}
}

func TestFindAndHelpAreHitOnEveryOfTheirCells(t *testing.T) {
	for _, c := range []struct {
		width  int
		text   string
		opened func(m *Model) bool
	}{
		{120, ": find", func(m *Model) bool { return m.palette.open }},
		{120, "? help", func(m *Model) bool { return m.help.open }},
		{80, "?", func(m *Model) bool { return m.help.open }},
	} {
		for cell := -1; cell <= len(c.text); cell++ {
			m := mouseModel(t, c.width, 40)
			x, y := where(t, m, c.text, 1)
			_, cmd := m.Update(tea.MouseClickMsg{X: x + cell, Y: y, Button: tea.MouseLeft})
			run(m, cmd)
			if on := cell >= 0 && cell < len(c.text); c.opened(m) != on {
				t.Errorf("%d columns: a click on cell %d of %q: %t", c.width, cell, c.text, !on)
			}
		}
	}
}

func TestThePaletteAndTheHelpTakeTheMouse(t *testing.T) {
	m := mouseModel(t, 120, 40)
	clickOn(t, m, ": find", 1)
	if !m.palette.open {
		t.Fatal("a click on find opens no palette")
	}
	typed(m, "page")
	wheelOn(t, m, "Tenants", tea.MouseWheelDown)
	if m.palette.at != 3 {
		t.Errorf("the wheel selects entry %d", m.palette.at)
	}
	clickOn(t, m, "Health", 3)
	if m.palette.open || m.nav.top() != m.nav.tabs[4].page {
		t.Errorf("a click on an entry leads to %s", m.nav.top().Title())
	}
	clickOn(t, m, "? help", 1)
	if !m.help.open {
		t.Fatal("a click on help opens none")
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 16})
	m.View()
	m.Update(tea.MouseWheelMsg{X: 5, Y: 8, Button: tea.MouseWheelDown})
	if m.View(); m.help.offset != 3 {
		t.Errorf("the wheel scrolls the help by %d", m.help.offset)
	}
	m.Update(tea.MouseClickMsg{X: 5, Y: 8, Button: tea.MouseLeft})
	if m.help.open {
		t.Error("a click does not close the help")
	}
}

func TestAPageGetsTheMouseRelativeToItsBody(t *testing.T) {
	m := mouseModel(t, 120, 40)
	rec := &mouseRecorder{Page: m.nav.top()}
	m.nav.stack = []page.Page{rec}
	m.Update(tea.MouseClickMsg{X: 7, Y: 5, Button: tea.MouseLeft})
	m.Update(tea.MouseMotionMsg{X: 8, Y: 6, Button: tea.MouseLeft})
	m.Update(tea.MouseReleaseMsg{X: 9, Y: 7, Button: tea.MouseLeft})
	m.Update(tea.MouseWheelMsg{X: 9, Y: 7, Button: tea.MouseWheelDown})
	want := []string{"tea.MouseClickMsg 7 3", "tea.MouseMotionMsg 8 4", "tea.MouseReleaseMsg 9 5", "down", "down", "down"}
	if !slices.Equal(rec.got, want) {
		t.Errorf("the page got %q, want %q", rec.got, want)
	}
}

// mouseRecorder is a page that records what the mouse does.
type mouseRecorder struct {
	page.Page
	got []string
}

func (r *mouseRecorder) Update(_ page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseMsg:
		r.got = append(r.got, fmt.Sprintf("%T %d %d", msg, msg.Mouse().X, msg.Mouse().Y))
	case tea.KeyPressMsg:
		r.got = append(r.got, msg.String())
	}
	return nil
}
