package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestHoursGoOverMidnight(t *testing.T) {
	night := Hours{22 * time.Hour, 6 * time.Hour}
	noon := Hours{12 * time.Hour, 12*time.Hour + 30*time.Minute}
	for _, c := range []struct {
		h    Hours
		at   string
		want bool
	}{
		{night, "21:59", false}, {night, "22:00", true}, {night, "00:00", true}, {night, "05:59", true}, {night, "06:00", false},
		{noon, "11:59", false}, {noon, "12:00", true}, {noon, "12:30", false}, {Hours{}, "00:00", false},
	} {
		at, err := time.Parse("15:04", c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.h.Has(at); got != c.want {
			t.Errorf("%v at %s: %v", c.h, c.at, got)
		}
	}
}

func TestAtNightEverythingIsFaintButWhatIsCritical(t *testing.T) {
	r := pagetest.Reader() // one critical alert fires
	r.Clock = time.Date(2026, 3, 14, 21, 58, 0, 0, time.UTC)
	for i := range r.Status {
		r.Status[i].At = r.Clock
	}
	m := wall(t, r, Kiosk{Rotate: []string{"overview"}, Dim: Hours{22 * time.Hour, 6 * time.Hour}}, 120, 40)
	bright := content(m)
	r.Clock = time.Date(2026, 3, 14, 22, 0, 5, 0, time.UTC)
	for i := range r.Status {
		r.Status[i].At = r.Clock
	}
	m.Update(tickMsg{})
	dark := content(m)
	if strings.Contains(bright, "\x1b[2m") || !strings.Contains(dark, "\x1b[2m") {
		t.Error("it is not dimmed at its hour, or before")
	}
	s := themes.Default(true)
	if want := s.Critical.Render("✖ 1 critical"); !strings.Contains(dark, "✖ 1 critical") || strings.Contains(dark, s.Critical.Faint(true).Render("✖ 1 critical")) {
		t.Errorf("what is critical is dimmed; want %q", want)
	}
	// A terminal that reports its background in the night does not light it up.
	m.Update(tea.BackgroundColorMsg{Color: lipgloss.Color("15")})
	if m.styles.Dark || !m.styles.Text.GetFaint() || m.styles.Critical.GetFaint() || m.styles.BarCritical.GetFaint() {
		t.Error("another background undoes it")
	}
	m.Update(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	if !m.styles.Text.GetFaint() {
		t.Error("a terminal of sixteen colours undoes it")
	}
	r.Clock = r.Clock.Add(8 * time.Hour)
	m.Update(tickMsg{})
	if m.styles.Text.GetFaint() {
		t.Error("it is still dimmed in the morning")
	}
}

// fragile is a page that panics as long as it is told to.
type fragile struct {
	page.Page
	broken bool
}

func (f *fragile) Update(c page.Context, msg tea.Msg) tea.Cmd {
	if f.broken {
		panic("out of range")
	}
	return f.Page.Update(c, msg)
}

func (f *fragile) View(c page.Context) []string {
	if f.broken {
		panic("out of range")
	}
	return f.Page.View(c)
}

func TestAKioskOutlivesAPageThatPanics(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview", "health"}, Every: 20 * time.Second}, 120, 40)
	f := &fragile{Page: m.nav.tabs[0].page, broken: true}
	m.nav.tabs[0].page, m.kiosk.turns[0].stack, m.nav.stack = f, []page.Page{f}, []page.Page{f}
	if _, cmd := m.Update(page.DataMsg{}); cmd == nil && m.sub != nil {
		t.Error("it waits for no more data")
	}
	if _, cmd := m.Update(tickMsg{}); cmd == nil {
		t.Error("its clock stands still")
	}
	text := ansi.Strip(content(m))
	if !strings.Contains(text, "this page can't be drawn") || !strings.Contains(text, "▲ dlmon panicked: out of range") {
		t.Errorf("it shows\n%s", text)
	}
	f.broken = false
	later(m, r, 20*time.Second)
	if got := m.nav.top().Title(); got != "Health" {
		t.Errorf("it stays on %s", got)
	}
}

func TestKioskSignalsInBigDigitsWhereTheScreenIsLarge(t *testing.T) {
	for _, c := range []struct {
		w, h  int
		big   bool
		ascii bool
	}{{200, 60, true, false}, {160, 45, true, true}, {159, 45, false, false}, {160, 44, false, false}, {120, 40, false, false}} {
		r := calm()
		m := wall(t, r, Kiosk{Rotate: []string{"overview"}}, c.w, c.h)
		dot := "█"
		if c.ascii {
			s, err := themes.Load("", true, false, true)
			if err != nil {
				t.Fatal(err)
			}
			m.styles, m.dirty, dot = s, true, "#"
		}
		lines := strings.Split(ansi.Strip(content(m)), "\n")
		// 4.1 % of errors: the four's bar, in dots two cells wide.
		found := strings.Contains(lines[3], strings.Repeat(dot, 6)) && strings.Contains(lines[7], "%")
		if found != c.big {
			t.Errorf("%dx%d: big digits %v:\n%s", c.w, c.h, found, strings.Join(lines[:9], "\n"))
		}
		if c.big && !strings.Contains(lines[5], "warning") {
			t.Errorf("%dx%d: the state is not said: %q", c.w, c.h, lines[5])
		}
	}
}

func TestKioskScreensLookAsTheGoldenFilesSay(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
		for _, l := range looks {
			o := options(calm(), l.styles(t))
			o.Kiosk = Kiosk{On: true, Rotate: []string{"overview", "tenants", "alerts"}}
			m := New(o)
			t.Cleanup(m.Close)
			frame := l.in(t, m, size)
			checkLook(t, l, size, frame)
			if l.name == "dark" || l.name == "ascii" && size[0] == 200 {
				t.Run(fmt.Sprintf("%s-%dx%d", l.name, size[0], size[1]), func(t *testing.T) { golden.RequireEqual(t, trim(ansi.Strip(frame))) })
			}
		}
	}
}
