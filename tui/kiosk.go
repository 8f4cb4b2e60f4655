package tui

// A screen on the wall: nobody is at the keyboard, for months. It turns between pages by itself, turns to what is
// burning, and says loudly when what it shows is not the present any more.

import (
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Kiosk is how a screen on the wall behaves. The zero Kiosk is none.
type Kiosk struct {
	On     bool
	Locked bool          // no key does anything, quit included: only a signal ends it
	Rotate []string      // ids of the pages and comparisons (page.TenantsMovers ...) that are shown in turn; none: it stays on its first page
	Every  time.Duration // how long each is shown; 0: 20 s
	Dim    Hours         // when the screen is dimmed
}

// Hours are a stretch of the day, from and until in time since midnight of the zone shown, over midnight if Until is
// the smaller. The zero Hours are none.
type Hours struct{ From, Until time.Duration }

// Has tells whether t's own clock shows a time within h.
func (h Hours) Has(t time.Time) bool {
	at := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	if h.From <= h.Until {
		return h.From <= at && at < h.Until
	}
	return at >= h.From || at < h.Until
}

const (
	turnEvery = 20 * time.Second
	// alarmStay is how long an alert that began to fire keeps its page on the screen.
	alarmStay = 45 * time.Second
	// alarmRest is how long an alert must not have fired to be called new again: one that comes and goes every minute
	// would keep the screen for itself.
	alarmRest = 10 * time.Minute
	// turnLead is how long before its turn a page's data is asked for, so that it comes onto the screen filled.
	turnLead = 5 * time.Second
)

// kiosk is where the rotation stands.
type kiosk struct {
	o       Kiosk
	turns   []turn // at least one
	at      int
	alarm   *sources.Alert // the one that brought the page shown; nil for a page whose turn it is
	since   time.Time      // when what is shown came ...
	until   time.Time      // ... and when it goes
	started time.Time
	firing  map[string]time.Time // critical alerts by key, and when they were last seen to fire
	dimmed  bool
	fault   notice // a panic that the kiosk has outlived
}

// turn is one stop of the rotation.
type turn struct {
	title string
	stack []page.Page
}

// startKiosk makes the model one for the wall: it writes nothing, and shows the present only.
func (m *Model) startKiosk() {
	o := m.o.Kiosk
	if !o.On {
		return
	}
	if o.Every <= 0 {
		o.Every = turnEvery
	}
	k := &kiosk{o: o, started: m.now, firing: map[string]time.Time{}}
	for _, id := range o.Rotate {
		if i := slices.IndexFunc(m.nav.tabs, func(t tab) bool { return t.id == id }); i >= 0 {
			t := m.nav.tabs[i]
			k.turns = append(k.turns, turn{t.title, []page.Page{t.page}})
		} else if p := m.nav.view(id); p != nil {
			k.turns = append(k.turns, turn{p.Title(), []page.Page{m.tabPage("tenants"), p}})
		}
	}
	first := m.nav.top()
	if len(k.turns) == 0 {
		k.turns = []turn{{first.Title(), m.nav.stack}}
	}
	k.at = max(0, slices.IndexFunc(k.turns, func(t turn) bool { return t.page() == first }))
	m.kiosk = k
	m.turnTo(k.turns[k.at].stack, nil, o.Every)
	m.dim()
}

func (t turn) page() page.Page { return t.stack[len(t.stack)-1] }

// kioskOptions are o as a kiosk may have them.
func kioskOptions(o Options) Options {
	if o.Kiosk.On {
		o.Silencer = nil
		o.From, o.To, o.Cursor = time.Time{}, time.Time{}, time.Time{}
		o.Mouse = false
	}
	return o
}

// kioskTakes tells whether the kiosk keeps a message from everything else: what comes from a keyboard or a mouse. The
// command is what it does then.
func (m *Model) kioskTakes(msg tea.Msg) (tea.Cmd, bool) {
	if m.kiosk == nil {
		return nil, false
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		keys := globalKeys()
		does, ok := m.canonical(msg)
		if !m.kiosk.o.Locked && (key.Matches(msg, keys.force) || ok && key.Matches(does, keys.quit)) {
			return tea.Quit, true
		}
		return nil, true
	case tea.PasteMsg, tea.MouseMsg:
		return nil, true
	}
	return nil, false
}

// kioskStep turns the screen when it is time to, or when something begins to burn.
func (m *Model) kioskStep() tea.Cmd {
	k := m.kiosk
	if k == nil {
		return nil
	}
	cmd := m.dim()
	if a := k.ignited(m.data.Alerts(), m.now); a != nil {
		i := slices.IndexFunc(m.nav.tabs, func(t tab) bool { return t.id == "alerts" })
		m.turnTo([]page.Page{m.nav.tabs[i].page}, a, alarmStay)
		return tea.Batch(cmd, m.selectAlert(*a))
	}
	limit := k.o.Every
	if k.alarm != nil {
		limit = alarmStay
	}
	if k.until.Sub(m.now) > limit { // the clock was put back
		k.since, k.until = m.now, m.now.Add(limit)
	}
	if m.now.Before(k.until) {
		return cmd
	}
	k.at = k.next()
	m.turnTo(k.turns[k.at].stack, nil, k.o.Every)
	if alerts := m.data.Alerts().Value; len(alerts) > 0 && m.nav.stack[0] == m.tabPage("alerts") {
		return tea.Batch(cmd, m.selectAlert(alerts[0])) // the worst, not the one that called last
	}
	return cmd
}

func (k *kiosk) next() int { return (k.at + 1) % len(k.turns) }

func (m *Model) tabPage(id string) page.Page {
	for _, t := range m.nav.tabs {
		if t.id == id {
			return t.page
		}
	}
	return nil
}

func (m *Model) selectAlert(a sources.Alert) tea.Cmd {
	return m.nav.top().Update(m.context(), page.SelectMsg{Key: a.Labels.Key()})
}

// turnTo shows a page for a while.
func (m *Model) turnTo(stack []page.Page, alarm *sources.Alert, stay time.Duration) {
	k := m.kiosk
	k.alarm, k.since, k.until = alarm, m.now, m.now.Add(stay)
	if m.nav.top() != stack[len(stack)-1] {
		m.nav.stack, m.nav.history = stack, nil
		m.dirty = true
	}
	m.dirtyHead = true
}

// ignited is the worst critical alert that has begun to fire, nil for none. Those that fire when the kiosk starts have
// begun, too.
func (k *kiosk) ignited(snap sources.Snapshot[[]sources.Alert], now time.Time) *sources.Alert {
	if !snap.OK() {
		return nil
	}
	for key, seen := range k.firing {
		if now.Sub(seen) > alarmRest {
			delete(k.firing, key)
		}
	}
	var worst *sources.Alert
	for i := range snap.Value {
		a := &snap.Value[i]
		if a.State != sources.Firing || a.Muted() || page.SeverityOf(*a) != page.Critical {
			continue
		}
		key := a.Labels.Key()
		if _, known := k.firing[key]; !known && worst == nil {
			worst = a
		}
		k.firing[key] = now
	}
	return worst
}

// upcoming is the page whose data is wanted though it is not on the screen yet; nil for none.
func (m *Model) upcoming() page.Page {
	k := m.kiosk
	if k == nil || k.until.Sub(m.now) > min(turnLead, k.o.Every/2) {
		return nil
	}
	return k.turns[k.next()].page()
}

// silence says that the screen shows no present any more, and since when, from the whole sentence to the shortest; none
// as long as it does. It is about Prometheus, from which most of the screen comes, or, without it, about everything
// together: of a single other source the status bar says it.
func (m *Model) silence() []string {
	var names []string
	var newest time.Time
	for _, st := range m.data.Sources() {
		if st.State == feed.Off {
			continue
		}
		_, old := m.old(nil, st.At, m.now, st)
		// A server that hangs is asked less and less often, and what is asked that seldom may be old: not when it fails.
		old = old || st.Err != nil && !st.At.IsZero() && m.now.Sub(st.At) > time.Minute
		never := st.At.IsZero() && m.now.Sub(m.kiosk.started) > neverAfter
		switch {
		case st.Name == feed.SourcePrometheus && (old || never):
			return m.silenceOf(st.Name, st.At)
		case st.Name == feed.SourcePrometheus, !old && !never:
			return nil
		}
		names = append(names, shortNames[st.Name])
		if st.At.After(newest) {
			newest = st.At
		}
	}
	if len(names) == 0 {
		return nil
	}
	return m.silenceOf("any source", newest)
}

// neverAfter is how long a source may be silent from the start before that is called a failure.
const neverAfter = 10 * time.Second

func (m *Model) silenceOf(who string, at time.Time) []string {
	if at.IsZero() {
		since := compact(m.now.Sub(m.kiosk.started))
		return []string{fmt.Sprintf("NO DATA from %s since the start, %s ago", who, since), "NO DATA for " + since}
	}
	since := compact(m.now.Sub(at))
	from := fmt.Sprintf("NO DATA from %s for %s", who, since)
	return []string{from + ": this is how it was at " + m.zone(at).Format("15:04:05"), from, "NO DATA for " + since}
}

// freshness is how old the newest data of Prometheus is, without it that of any source.
func (m *Model) freshness() string {
	var newest time.Time
	for _, st := range m.data.Sources() {
		if st.At.After(newest) {
			newest = st.At
		}
		if st.Name == feed.SourcePrometheus && st.State != feed.Off {
			break
		}
	}
	if newest.IsZero() {
		return "no data yet"
	}
	return "data " + compact(max(0, m.now.Sub(newest))) + " old"
}

// survive keeps a kiosk alive when a page panics while it takes msg in: the loop goes on, and says what happened. A
// screen with an operator before it ends with the panic, as it should.
func (m *Model) survive(msg tea.Msg, cmd *tea.Cmd) {
	if m.kiosk == nil {
		return
	}
	p := recover()
	if p == nil {
		return
	}
	m.fault(p)
	switch msg.(type) { // without these two it would stand still
	case tickMsg:
		*cmd = m.tick()
	case page.DataMsg:
		*cmd = m.wait()
	}
}

// surviveView is survive for what draws: the page says why there is nothing on it.
func (m *Model) surviveView(lines *[]string) {
	if m.kiosk == nil {
		return
	}
	if p := recover(); p != nil {
		m.fault(p)
		*lines = page.Explain(m.styles, "this page can't be drawn: "+m.kiosk.fault.text, nil, m.width)
	}
}

func (m *Model) fault(p any) {
	m.kiosk.fault = notice{text: sources.Clean(fmt.Sprint("dlmon panicked: ", p)), until: m.now.Add(time.Minute)}
	m.dirtyHead = true
}
