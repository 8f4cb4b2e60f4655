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

// wall is a kiosk that reads r. Nothing burns that it has not turned to already.
func wall(t testing.TB, r *feedtest.Reader, k Kiosk, width, height int) *Model {
	t.Helper()
	k.On = true
	o := options(r, themes.Default)
	o.Kiosk = k
	m := New(o)
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	for m.kiosk.alarm != nil {
		later(m, r, alarmStay)
	}
	return m
}

// later lets time pass, with the sources' data as fresh as before.
func later(m *Model, r *feedtest.Reader, d time.Duration) {
	r.Clock = r.Clock.Add(d)
	r.AlertsSnap.At = r.AlertsSnap.At.Add(d)
	for i := range r.Status {
		r.Status[i].At = r.Status[i].At.Add(d)
	}
	m.Update(tickMsg{})
}

func second(m *Model) string { return strings.Split(ansi.Strip(content(m)), "\n")[1] }

// calm is a reader in which nothing fires.
func calm() *feedtest.Reader {
	r := pagetest.Reader()
	r.AlertsSnap.Value = nil
	return r
}

func critical(name string, at time.Time) sources.Alert {
	return sources.Alert{Name: name, State: sources.Firing, Severity: "critical", ActiveSince: at,
		Labels: sources.Labels{"alertname": name, "severity": "critical"}}
}

func TestKioskTurnsThroughItsPagesInOrder(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview", "tenants", "health"}, Every: 20 * time.Second}, 120, 40)
	var got []string
	for range 8 {
		got = append(got, m.nav.top().Title())
		later(m, r, 10*time.Second)
	}
	if want := []string{"Overview", "Overview", "Tenants", "Tenants", "Health", "Health", "Overview", "Overview"}; !slices.Equal(got, want) {
		t.Errorf("it shows %v, want %v", got, want)
	}
}

func TestKioskBeginsWithThePageAskedForAndGoesOnFromThere(t *testing.T) {
	for _, c := range []struct{ page, first, next string }{
		{"tenants", "Tenants", "Movers"},
		{page.TenantsMovers, "Movers", "Overview"},
		{"health", "Overview", "Tenants"}, // a preference of the config's that is not shown in turn
	} {
		r := calm()
		o := options(r, themes.Default)
		o.Page, o.Kiosk = c.page, Kiosk{On: true, Rotate: []string{"overview", "tenants", page.TenantsMovers}, Every: 20 * time.Second}
		m := New(o)
		t.Cleanup(m.Close)
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		first := m.nav.top().Title()
		later(m, r, 20*time.Second)
		if next := m.nav.top().Title(); first != c.first || next != c.next {
			t.Errorf("%s: it shows %s and then %s, want %s and then %s", c.page, first, next, c.first, c.next)
		}
	}
}

func TestKioskTurnsToComparisonsOfTenantsToo(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview", page.TenantsMovers, page.TenantsBudget}, Every: 20 * time.Second}, 120, 40)
	var got []string
	for range 4 {
		got = append(got, m.nav.top().Title())
		if text := ansi.Strip(content(m)); !strings.Contains(text, got[len(got)-1]) {
			t.Errorf("%s is not on the screen:\n%s", got[len(got)-1], text)
		}
		later(m, r, 20*time.Second)
	}
	if want := []string{"Overview", m.nav.view(page.TenantsMovers).Title(), m.nav.view(page.TenantsBudget).Title(), "Overview"}; !slices.Equal(got, want) {
		t.Errorf("it shows %v, want %v", got, want)
	}
}

func TestKioskWithoutPagesToTurnToStaysWhereItBegan(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{}, 120, 40)
	for range 5 {
		later(m, r, time.Minute)
	}
	if got := m.nav.top().Title(); got != "Overview" {
		t.Errorf("it shows %s", got)
	}
	if strings.Contains(second(m), strings.Repeat(m.styles.Glyphs.BarEmpty, progressCells)) {
		t.Errorf("a screen that never turns shows the way to its next turn: %q", second(m))
	}
}

func TestACriticalAlertThatBeginsToFireBringsItsPageForAWhile(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview", "tenants"}, Every: 20 * time.Second}, 120, 40)
	later(m, r, 5*time.Second)
	r.AlertsSnap.Value = []sources.Alert{critical("Burning", r.Clock.Add(-10*time.Minute)), critical("Worse", r.Clock)}
	r.AlertsSnap.Value[0].For = 10 * time.Minute
	m.Update(page.DataMsg{})
	if got := m.nav.top().Title(); got != "Alerts" {
		t.Fatalf("it shows %s", got)
	}
	if !strings.Contains(second(m), "✖ Burning fires since "+m.zone(m.kiosk.alarm.ActiveSince.Add(10*time.Minute)).Format("15:04:05")) {
		t.Errorf("it does not say what burns: %q", second(m))
	}
	if !slices.ContainsFunc(strings.Split(ansi.Strip(content(m)), "\n"), func(l string) bool {
		return strings.HasPrefix(l, "›") && strings.Contains(l, "Burning")
	}) {
		t.Errorf("the alert is not selected:\n%s", ansi.Strip(content(m)))
	}
	later(m, r, alarmStay-time.Second)
	if got := m.nav.top().Title(); got != "Alerts" {
		t.Errorf("it has gone to %s too early", got)
	}
	later(m, r, time.Second)
	if got := m.nav.top().Title(); got != "Tenants" {
		t.Errorf("it goes on with %s", got)
	}
	later(m, r, 20*time.Second)
	if got := m.nav.top().Title(); got != "Overview" {
		t.Errorf("an alert that goes on firing keeps the screen: %s", got)
	}
}

func TestOnlyWhatIsCriticalAndNotMutedTurnsTheKiosk(t *testing.T) {
	for name, change := range map[string]func(*sources.Alert){
		"warning":  func(a *sources.Alert) { a.Severity = "warning" },
		"pending":  func(a *sources.Alert) { a.State = sources.Pending },
		"silenced": func(a *sources.Alert) { a.Silenced = []string{"2c1b"} },
	} {
		r := calm()
		m := wall(t, r, Kiosk{Rotate: []string{"overview"}}, 120, 40)
		a := critical("Burning", r.Clock)
		change(&a)
		r.AlertsSnap.Value = []sources.Alert{a}
		m.Update(page.DataMsg{})
		if got := m.nav.top().Title(); got != "Overview" {
			t.Errorf("%s: it turned to %s", name, got)
		}
	}
}

func TestAnAlertThatComesAndGoesDoesNotKeepTheScreen(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview"}, Every: 10 * time.Second}, 120, 40)
	on, shown := false, 0
	for range 120 { // twenty minutes
		if on = !on; on {
			r.AlertsSnap.Value = []sources.Alert{critical("Flapping", r.Clock)}
		} else {
			r.AlertsSnap.Value = nil
		}
		later(m, r, 10*time.Second)
		if m.nav.top().Title() == "Alerts" {
			shown++
		}
	}
	if shown == 0 || shown > 6 {
		t.Errorf("of 120 looks %d show the alerts", shown)
	}
	r.AlertsSnap.Value = nil
	later(m, r, alarmRest+time.Second)
	if len(m.kiosk.firing) != 0 {
		t.Errorf("it remembers %v", m.kiosk.firing)
	}
	r.AlertsSnap.Value = []sources.Alert{critical("Flapping", r.Clock)}
	m.Update(page.DataMsg{})
	if got := m.nav.top().Title(); got != "Alerts" {
		t.Errorf("after a rest it is new again, but it shows %s", got)
	}
}

func TestKioskKnowsNoKeyButQuit(t *testing.T) {
	r := calm()
	for _, locked := range []bool{false, true} {
		m := wall(t, r, Kiosk{Locked: locked, Rotate: []string{"overview", "tenants"}}, 120, 40)
		before := content(m)
		for _, k := range []string{"1", "2", "4", "?", "r", "+", "-", "/", "esc", "enter", "space", "t", "f", "x", ":", "m", "@", "[", "z"} {
			if _, cmd := m.Update(pagetest.Key(k)); cmd != nil {
				t.Errorf("locked %v: %s does something", locked, k)
			}
		}
		for _, msg := range []tea.Msg{tea.PasteMsg{Content: "abc"}, tea.MouseClickMsg{X: 3, Y: 5, Button: tea.MouseLeft}, tea.MouseWheelMsg{Button: tea.MouseWheelDown}} {
			if _, cmd := m.Update(msg); cmd != nil {
				t.Errorf("locked %v: %T does something", locked, msg)
			}
		}
		if content(m) != before {
			t.Errorf("locked %v: a key changes the screen", locked)
		}
		for _, k := range []string{"q", "ctrl+c"} {
			_, cmd := m.Update(pagetest.Key(k))
			if quits := cmd != nil; quits == locked {
				t.Errorf("locked %v: %s quits: %v", locked, k, quits)
			}
		}
	}
}

// nobody is a silencer that must never be asked.
type nobody struct{ feed.Silencer }

func TestKioskWritesNothing(t *testing.T) {
	o := options(calm(), themes.Default)
	o.Silencer = nobody{}
	o.Kiosk.On = true
	m := New(o)
	t.Cleanup(m.Close)
	if !m.context().ReadOnly {
		t.Error("pages may offer to write")
	}
	if _, cmd := m.Update(page.SetSilence{}); cmd != nil {
		cmd()
	}
}

func TestKioskShowsThePresent(t *testing.T) {
	o := options(calm(), themes.Default)
	o.From, o.To = pagetest.Now.Add(-3*time.Hour), pagetest.Now.Add(-2*time.Hour)
	o.Kiosk.On = true
	m := New(o)
	t.Cleanup(m.Close)
	if c := m.context(); !c.Live || !c.Now.Equal(pagetest.Now) {
		t.Errorf("live %v, at %v", c.Live, c.Now)
	}
}

func TestSomethingMovesEverySecondAndNothingElseDoes(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview"}}, 120, 40)
	r.Clock = r.Clock.Truncate(bodyStep)
	later(m, r, 0)
	seen := map[string]bool{}
	before := strings.Split(ansi.Strip(content(m)), "\n")
	for range beatCells {
		r.Clock = r.Clock.Add(time.Second)
		m.Update(tickMsg{})
		now := strings.Split(ansi.Strip(content(m)), "\n")
		seen[now[1]] = true
		if !slices.Equal(now[2:], before[2:]) {
			t.Error("the page was drawn anew though nothing changed on it")
		}
	}
	if len(seen) != beatCells {
		t.Errorf("in %d seconds there are %d different lines: %v", beatCells, len(seen), seen)
	}
}

func TestWhenNoDataComesTheKioskSaysSoLoudly(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
		r := calm()
		m := wall(t, r, Kiosk{Rotate: []string{"overview"}}, size[0], size[1])
		if strings.Contains(second(m), "NO DATA") {
			t.Fatalf("%v: it complains though data comes: %q", size, second(m))
		}
		for range 130 {
			r.Clock = r.Clock.Add(time.Second)
			r.Status[1].At = r.Clock // the health endpoint still answers
			m.Update(tickMsg{})
		}
		line := second(m)
		if size[0] == 40 && !strings.Contains(line, "✖ NO DATA for 2m12s ") || size[0] > 40 && !strings.Contains(line, "✖ NO DATA from prometheus for 2m12s") || !strings.Contains(line, "14:07:42") {
			t.Errorf("%v: the second line is %q", size, line)
		}
		if size[0] > 80 && !strings.Contains(line, "for 2m12s: this is how it was at 14:05:30") {
			t.Errorf("%v: it does not say since when: %q", size, line)
		}
		later(m, r, time.Second)
		r.Status[0].At = r.Clock
		later(m, r, time.Second)
		if strings.Contains(second(m), "NO DATA") {
			t.Errorf("%v: it complains on: %q", size, second(m))
		}
	}
}

func TestASlowedSourceIsCalledSilentAsSoonAsAnyOtherWhenItFails(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview"}}, 120, 40)
	r.Status[0].Slowed, r.Status[0].Cadence = true, 3*time.Minute
	r.Clock = r.Clock.Add(2 * time.Minute)
	m.Update(tickMsg{})
	if strings.Contains(second(m), "NO DATA") {
		t.Errorf("it complains though nothing is due: %q", second(m))
	}
	r.Status[0].State = feed.Stale
	r.Status[0].Err = &sources.Error{Source: feed.SourcePrometheus, Reason: "no answer within 10s", Kind: sources.Unavailable}
	r.Clock = r.Clock.Add(time.Second)
	m.Update(tickMsg{})
	if !strings.Contains(second(m), "NO DATA from prometheus for 2m") {
		t.Errorf("it fails, and the second line is %q", second(m))
	}
}

func TestASourceThatNeverAnswersIsCalledSilentToo(t *testing.T) {
	r := &feedtest.Reader{Clock: pagetest.Now, Status: []feed.SourceStatus{
		{Name: feed.SourcePrometheus, State: feed.Waiting}, {Name: feed.SourceHealth, State: feed.Waiting},
		{Name: feed.SourceJaeger, State: feed.Off}, {Name: feed.SourceAlertmanager, State: feed.Off}}}
	m := wall(t, r, Kiosk{}, 120, 40)
	if strings.Contains(second(m), "NO DATA") {
		t.Errorf("at once: %q", second(m))
	}
	r.Clock = r.Clock.Add(neverAfter + time.Second)
	m.Update(tickMsg{})
	if !strings.Contains(second(m), "NO DATA from prometheus since the start") {
		t.Errorf("after a while: %q", second(m))
	}
}

func TestTheNextPageIsAskedForBeforeItsTurn(t *testing.T) {
	r := calm()
	m := wall(t, r, Kiosk{Rotate: []string{"overview", "business"}, Every: 20 * time.Second}, 120, 40)
	coming := m.tabPage("business").Wants(m.context())
	asked := func() bool {
		reqs := m.requests()
		return !slices.ContainsFunc(coming, func(q feed.Request) bool { return !slices.Contains(reqs, q) })
	}
	if asked() {
		t.Error("it is asked for from the start")
	}
	later(m, r, 16*time.Second)
	if got := m.nav.top().Title(); got != "Overview" || !asked() {
		t.Errorf("four seconds before the turn: on %s, asked for %v", got, asked())
	}
}
