package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// timeModel is a model whose moves in time settle at once.
func timeModel(t *testing.T, r feed.Reader, width, height int) (*Model, *fakeSub) {
	m, s := newModel(t, r, width, height)
	m.clock.settle = 0
	return m, s
}

// typed presses a key for every letter.
func typed(m *Model, text string) {
	for _, c := range text {
		if c == ' ' {
			press(m, "space")
			continue
		}
		press(m, string(c))
	}
}

// shown is the range on the screen.
func shownTime(m *Model) string {
	c := m.context()
	return c.Zone(c.Now.Add(-c.Window)).Format("15:04:05") + " " + c.Zone(c.Now).Format("15:04:05")
}

func TestTheTimeKeysMoveAndZoom(t *testing.T) {
	for _, c := range []struct {
		keys string
		want string
		live bool
	}{
		{"", "13:05:32 14:05:32", true},
		{"[", "12:35:00 13:35:00", false},
		{"[[", "12:05:00 13:05:00", false},
		{"[[]", "12:35:00 13:35:00", false},
		{"[]", "13:05:32 14:05:32", true},
		{"[[0", "13:05:32 14:05:32", true},
		{"]", "13:05:32 14:05:32", true},
		{"-", "13:50:32 14:05:32", true},    // the right edge stays
		{"[-", "12:57:30 13:12:30", false},  // the middle stays
		{"[+", "11:05:32 14:05:32", false},  // as far as there is a present
		{"[,-", "13:19:45 13:34:45", false}, // the time picked stays: it was the newest column
	} {
		m, _ := timeModel(t, pagetest.Reader(), 120, 40)
		typed(m, c.keys)
		if got := shownTime(m); got != c.want || m.context().Live != c.live {
			t.Errorf("%q: %s, live %v; want %s", c.keys, got, m.context().Live, c.want)
		}
	}
}

func TestGoToTakesATimeOrARange(t *testing.T) {
	for text, want := range map[string]string{
		"13:00":                     "12:00:00 13:00:00",
		"-3h..-2h":                  "11:05:32 12:05:32",
		"2026-03-14T10:00Z..10:30Z": "10:00:00 10:30:00",
		"yesterday 14:00":           "13:00:00 14:00:00",
		"12:00..":                   "12:00:00 14:05:32",
		"2026-03-14 09:00 to 11:00": "09:00:00 11:00:00",
	} {
		m, _ := timeModel(t, pagetest.Reader(), 120, 40)
		press(m, "@")
		typed(m, text)
		if !strings.Contains(content(m), text+"_") {
			t.Errorf("%q is not seen while it is typed", text)
		}
		press(m, "enter")
		if got := shownTime(m); got != want || m.prompt.open {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	press(m, "@")
	typed(m, "13:00")
	press(m, "enter")
	if at := m.context().Cursor; !at.Equal(time.Date(2026, 3, 14, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("the time named is not marked: %v", at)
	}
}

func TestWhatGoToCantShowIsRefusedInThePrompt(t *testing.T) {
	for _, size := range [][2]int{{120, 40}, {80, 24}, {40, 12}} {
		m, _ := timeModel(t, pagetest.Reader(), size[0], size[1])
		press(m, "@")
		typed(m, "25:00q?1")
		press(m, "enter")
		got := ansi.Strip(content(m))
		if !m.prompt.open || !strings.Contains(got, "25:00q?1_") || !strings.Contains(got, "▲") || size[0] >= 80 && !strings.Contains(got, "expected a time such as") {
			t.Errorf("%v:\n%s", size, got)
		}
		press(m, "backspace", "ctrl+u", "x", "esc")
		if m.prompt.open || !m.isLive() || m.nav.top().Title() != "Overview" {
			t.Errorf("%v: esc does not leave the prompt", size)
		}
	}
}

func TestEveryRequestOfThePastIsAboutThePast(t *testing.T) {
	m, s := timeModel(t, pagetest.Reader(), 120, 40)
	press(m, "[")
	for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"3", "n"}, {"4"}, {"5"}, {"6"}, {"3", "d"}, {"3", "w"}, {"1", "f"}, {"2", "enter"}, {"2", "t"}} {
		press(m, keys...)
		reqs := s.wants[len(s.wants)-1]
		if !slices.ContainsFunc(reqs, func(r feed.Request) bool { return strings.HasPrefix(r.Expr, "ALERTS or") && r.At.Equal(m.now) }) {
			t.Errorf("%v: nobody asks for the alerts of then", keys)
		}
		for _, r := range reqs {
			switch r.Kind {
			case feed.Instant, feed.Range, feed.Exemplars, feed.Search, feed.Dependencies:
				if !r.At.Equal(m.now) {
					t.Errorf("%v: %+v is about the present", keys, r)
				}
			}
		}
		press(m, "esc", "esc", "esc")
	}
}

func TestAHeldKeyAsksTheServersOnceItIsLetGo(t *testing.T) {
	m, s := newModel(t, pagetest.Reader(), 120, 40)
	n := len(s.wants)
	var last tea.Msg
	for range 20 {
		_, cmd := m.Update(pagetest.Key("["))
		if cmd == nil {
			t.Fatal("nothing waits")
		}
		last = settledMsg{m.clock.moves}
		m.Update(settledMsg{m.clock.moves - 1}) // of the press before
	}
	if len(s.wants) != n {
		t.Fatalf("asked %d times under way", len(s.wants)-n)
	}
	m.Update(last)
	if len(s.wants) != n+1 {
		t.Errorf("asked %d times at the end", len(s.wants)-n)
	}
	press(m, "0")
	if len(s.wants) != n+2 {
		t.Error("the way back to the present waits")
	}
}

func TestAPauseFreezesTheScreenAndCollectingGoesOn(t *testing.T) {
	r := pagetest.Reader()
	m, s := timeModel(t, r, 120, 40)
	press(m, "space")
	m.View()
	body := strings.Join(m.body, "\n")
	live := s.wants[len(s.wants)-1]
	later := r.Clock.Add(32 * time.Second)
	r.Clock = later
	r.AlertsSnap = feedtest.Value([]sources.Alert{}, later)
	r.InstantFunc = func(feed.Request) sources.Snapshot[sources.Vector] {
		return feedtest.Value(sources.Vector{At: later}, later)
	}
	press(m, "j", "k")
	m.Update(tickMsg{})
	got := ansi.Strip(content(m))
	if head, _, _ := strings.Cut(got, "\n"); !strings.HasPrefix(head, "  || PAUSED 32 s") || !strings.Contains(head, "✖ 1 critical") || strings.Contains(head, "now:") {
		t.Errorf("%q", head)
	}
	if now := strings.Join(m.body, "\n"); now != body {
		t.Error("the frozen screen moved")
	}
	if !slices.ContainsFunc(live, func(r feed.Request) bool { return r.Kind == feed.Range && r.At.IsZero() }) {
		t.Error("nothing is collected any more")
	}
	press(m, "space")
	if got := ansi.Strip(content(m)); strings.Contains(got, "PAUSED") || !strings.Contains(got, "no alerts") || !m.now.Equal(later) {
		t.Errorf("resumed:\n%s", got[:400])
	}
}

func TestNobodyTakesThePastForThePresent(t *testing.T) {
	for _, look := range looks {
		for width := 40; width <= 200; width += 8 {
			for _, keys := range [][]string{{"["}, {"space"}, {"space", "["}, {"@", "y", "e", "s", "t", "e", "r", "d", "a", "y", "enter"}} {
				r := pagetest.Reader()
				m := New(options(r, look.styles(t)))
				t.Cleanup(m.Close)
				m.clock.settle = 0
				m.Frame(width, 12)
				press(m, keys...)
				line := m.statusLine(width)
				text := ansi.Strip(line)
				want := "PAST"
				if slices.Equal(keys, []string{"space"}) {
					want = "PAUSED"
				}
				if at := strings.Index(text, want); at < 0 || at > 12 || ansi.StringWidth(text) != width {
					t.Fatalf("%s, %d columns, %v: %q", look.name, width, keys, text)
				}
				if text == line {
					t.Fatalf("%s, %d columns: nothing sets the badge apart", look.name, width)
				}
				// What fires now is told beside it.
				if want == "PAST" && !strings.Contains(text, "now") {
					t.Fatalf("%s, %d columns: nothing of what fires now in %q", look.name, width, text)
				}
				press(m, "0")
				if text := ansi.Strip(m.statusLine(width)); strings.Contains(text, want) {
					t.Fatalf("%q", text)
				}
			}
		}
	}
}

func TestTheBadgeTellsTheRangeItsZoneAndItsAge(t *testing.T) {
	r := pagetest.Reader()
	r.Clock = time.Date(2026, 3, 14, 14, 5, 32, 0, time.UTC)
	for text, want := range map[string]string{
		"11:00..12:00":              "◀ PAST 11:00–12:00 UTC · 2h ago",
		"14:00..14:05":              "◀ PAST 14:00:00–14:05:00 UTC · <1m ago",
		"2026-03-10":                "◀ PAST 03-10 00:00–03-11 00:00 UTC · 3d ago",
		"yesterday 14:00..+2m":      "◀ PAST 03-13 14:00:00–14:02:00 UTC · 24h ago",
		"2025-12-24T18:00Z..19:00Z": "◀ PAST 2025-12-24 18:00–19:00 UTC · 79d ago",
	} {
		m, _ := timeModel(t, r, 200, 40)
		press(m, "@")
		typed(m, text)
		press(m, "enter")
		if line := ansi.Strip(m.statusLine(200)); !strings.Contains(line, want) {
			t.Errorf("%s: %q, want %q", text, line, want)
		}
	}
}

func TestUTogglesTheZoneEverywhere(t *testing.T) {
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	press(m, "[")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "12:35–13:35 UTC") || !strings.Contains(got, "now 14:05:32 UTC") {
		t.Errorf("%s", got[:300])
	}
	press(m, "u", "~")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "13:35–14:35 CET") || !strings.Contains(got, "now 15:05:32 CET") || m.context().UTC {
		t.Errorf("%s", got[:300])
	}
	press(m, "@")
	typed(m, "13:00")
	press(m, "enter")
	if want := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC); !m.now.Equal(want) {
		t.Errorf("a time is not read in the zone shown: %v", m.now)
	}
}

func TestTheScreenOpensInThePast(t *testing.T) {
	o := options(pagetest.Reader(), themes.Default)
	o.From, o.To = pagetest.Now.Add(-26*time.Hour), pagetest.Now.Add(-24*time.Hour)
	m := New(o)
	defer m.Close()
	got := ansi.Strip(m.Frame(120, 40))
	if !strings.Contains(got, "PAST 03-13 12:05:32–14:05:32") || m.window != 2*time.Hour || !m.context().Data.Now().Equal(o.To) {
		t.Errorf("%s", got[:300])
	}
}

func TestASingleTimeIsPickedHoweverItIsAskedFor(t *testing.T) {
	to := pagetest.Now.Add(-time.Hour).Truncate(time.Minute)
	for _, want := range []time.Time{to, {}} {
		o := options(pagetest.Reader(), themes.Default)
		o.From, o.To, o.Cursor = to.Add(-time.Hour), to, want
		m := New(o)
		defer m.Close()
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		if got := m.context().Cursor; !got.Equal(want) {
			t.Errorf("%v is picked, want %v", got, want)
		}
	}
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	press(m, "@")
	typed(m, to.Format("15:04Z"))
	press(m, "enter")
	if got := m.context().Cursor; !got.Equal(to) {
		t.Errorf("of @ %v is picked, want %v", got, to)
	}
}

func TestAPickedTimeIsMovedAndDropped(t *testing.T) {
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	step := m.context().Step
	press(m, ",")
	newest := m.context().Cursor
	if !newest.Equal(pagetest.Now.Truncate(step)) {
		t.Fatalf("the first press picks %v", newest)
	}
	press(m, ",", ",", ".")
	if at := m.context().Cursor; !at.Equal(newest.Add(-step)) {
		t.Errorf("%v", at)
	}
	open(m, page.MoveCursor{By: -1000})
	if at := m.context().Cursor; !at.Equal(newest.Add(-m.window)) {
		t.Errorf("the oldest is %v", at)
	}
	press(m, "[", "[", "[")
	if at := m.context().Cursor; !at.IsZero() {
		t.Errorf("%v is not on the screen", at)
	}
	press(m, "0", "esc")
	if at := m.context().Cursor; !at.IsZero() || m.nav.top().Title() != "Overview" {
		t.Errorf("esc leaves %v", at)
	}
}

func TestTheColumnThatIsNotOverIsPickedFirst(t *testing.T) {
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	m.window = 24 * time.Hour
	step := m.context().Step
	whole := pagetest.Now.Truncate(step)
	if step <= 2*time.Minute || whole.Equal(pagetest.Now) {
		t.Fatalf("step %v", step)
	}
	for _, c := range []struct {
		key  string
		want time.Time
	}{
		{",", pagetest.Now}, {",", whole}, {",", whole.Add(-step)}, {".", whole}, {".", pagetest.Now}, {".", pagetest.Now},
	} {
		press(m, c.key)
		if at := m.context().Cursor; !at.Equal(c.want) {
			t.Errorf("%q picks %v, want %v", c.key, at, c.want)
		}
	}
	open(m, page.MoveCursor{By: -1000})
	if at := m.context().Cursor; !at.Equal(whole.Add(step - m.window)) {
		t.Errorf("the oldest is %v", at)
	}
}

func TestARangeDrawnOnAChartIsShown(t *testing.T) {
	m, _ := timeModel(t, pagetest.Reader(), 120, 40)
	at := func(s string) time.Time {
		x, _ := time.Parse("15:04:05", s)
		return time.Date(2026, 3, 14, x.Hour(), x.Minute(), x.Second(), 0, time.UTC)
	}
	for _, c := range [][3]string{
		{"13:30:00", "13:40:00", "13:30:00 13:40:00"},
		{"13:40:00", "13:30:00", "13:30:00 13:40:00"}, // drawn to the left
		{"13:30:00", "13:30:10", "13:29:35 13:30:35"}, // no less than a minute
	} {
		open(m, page.SetRange{From: at(c[0]), To: at(c[1])})
		if got := shownTime(m); got != c[2] || m.isLive() {
			t.Errorf("%v: %s", c, got)
		}
	}
}
