// Package tui is the root model: routing, layout, status bar, help, overlays.
package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/grid"
	"dlmon/tui/keys"
	"dlmon/tui/page"
	"dlmon/tui/trace"
	"dlmon/tui/traces"
)

// Options is what the command line hands the screen.
type Options struct {
	Feed         *feed.Feed
	Data         feed.Reader                 // what to read; nil: Feed. With Data and without Feed nothing is asked
	Vocab        func() dashboard.Vocabulary // may change once, when detection ends; nil result: still detecting
	Dashboards   []dashboard.Dashboard       // overview, business
	Styles       func(dark bool) *themes.Styles
	Context      string        // name of the config context, "" for none
	Window       time.Duration // first window; 0: an hour
	Refresh      time.Duration // for the status bar while no source has answered; 0: the feed's
	Page         string        // first page: overview, tenants, traces, alerts, health, business, a comparison (page.TenantsMovers ...) or page.AlertsSilences
	Trace        string        // id of a trace to open at once, over the first page; "" for none
	TraceService string
	TagNames     map[string][]string
	UTC          bool
	Version      string

	Against string // what movers compare with at first, one of page.MoversAgainst; "" for 1h

	Alert string          // whose detail the page of alerts opens at once, as alerts.Page.Detail tells it; "" for none
	Panel dashboard.Panel // to open at once, over all else; without an ID: none

	From, To  time.Time     // the time to show at first; To zero: live
	Cursor    time.Time     // the time picked on the charts at first; zero: none
	Tenant    string        // whose page to open at once, over the first page; "" for none
	Silencer  feed.Silencer // what silences are written to; nil: nothing is ever written
	Creator   string        // of silences
	Objective float64       // share of requests that should succeed, 0 to 1
	Command   []string      // the program and the flags that name its servers, for what brings a page back; nil: dlmon and the context
	// Arrangement is how the first page's list is arranged; of a page that is no list (see List) it changes nothing.
	Arrangement page.Arrangement
	Kiosk       Kiosk     // a screen on the wall: nobody is at the keyboard, nothing is ever written
	Keys        *keys.Map // the operator's own; nil for the defaults
	Mouse       bool      // clicks and the wheel are taken from the start
}

// subscription is the part of feed.Subscription that the model uses.
type subscription interface {
	Want([]feed.Request)
	Changed() <-chan struct{}
	Refresh()
	Close()
}

// Model is the root of the screen, a tea.Model. It is used from one goroutine.
type Model struct {
	o      Options
	data   feed.Reader
	sub    subscription  // nil: nothing is asked
	done   chan struct{} // closed by Close
	vocab  dashboard.Vocabulary
	styles *themes.Styles
	depth  themes.Depth // of the terminal's colours
	pace   *pacer       // nil: every change is drawn at once

	width, height int
	window        time.Duration
	clock         clock
	now           time.Time // that the frame shows: the clock's, or that of the past
	second        int64     // of the wall clock on it
	prompt        gotoPrompt
	markCache     markCache

	nav   navigator
	shown page.Page // the page that was last told that it is on the screen
	help  helpOverlay
	// palette and the state of the mouse are the operator's own, whatever page is shown.
	palette palette
	mouseOn bool
	kiosk   *kiosk // nil: an operator is at the keyboard
	notice  notice

	searches traces.History

	wants     []feed.Request
	frame     string   // the last frame's content, as long as it is not dirty
	body      []string // the page's part of it
	dirty     bool     // all of it
	dirtyHead bool     // only the status bar and the tabs
}

// New returns the screen of o, looking at its first page. Nothing is asked before it knows its size. Close it if it is
// not run by Run.
func New(o Options) *Model {
	o = kioskOptions(o)
	m := &Model{o: o, mouseOn: o.Mouse, data: o.Data, done: make(chan struct{}), window: o.Window, dirty: true}
	if o.Feed != nil {
		if m.data == nil {
			m.data = o.Feed
		}
		m.sub = o.Feed.Subscribe()
	}
	if m.window <= 0 {
		m.window = time.Hour
	}
	m.clock = clock{live: m.data, utc: o.UTC, settle: settleTime}
	m.begin(o.From, o.To)
	m.styles = o.Styles(true)
	m.now = m.data.Now()
	m.readVocab()
	m.nav = newNavigator(o.Dashboards, o.Page, o.Against)
	m.arrange()
	m.openTenant(o.Tenant)
	m.nav.alerts().OpenAlert(o.Alert)
	if o.Panel.ID != "" {
		m.nav.push(grid.NewPanel(o.Panel))
	}
	if o.Trace != "" {
		m.nav.push(trace.New(page.OpenTrace{ID: o.Trace}))
	}
	m.startKiosk()
	return m
}

// Close ends the model's subscription. It is called once.
func (m *Model) Close() {
	close(m.done)
	if m.sub != nil {
		m.sub.Close()
	}
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.wait(), m.tick())
}

// wait is the command that ends when snapshots changed.
func (m *Model) wait() tea.Cmd {
	if m.sub == nil {
		return nil
	}
	changed := m.sub.Changed()
	return func() tea.Msg {
		select {
		case <-changed:
			return page.DataMsg{}
		case <-m.done:
			return nil
		}
	}
}

// tickMsg renders ages and the clock anew.
type tickMsg struct{}

// tick ends when the clock shows the next second.
func (m *Model) tick() tea.Cmd {
	now := m.wall()
	return tea.Tick(now.Truncate(time.Second).Add(time.Second).Sub(now), func(time.Time) tea.Msg { return tickMsg{} })
}

// readVocab takes the vocabulary over once it is known, and tells whether it changed.
func (m *Model) readVocab() bool {
	if m.o.Vocab == nil {
		return false
	}
	v := m.o.Vocab()
	if v == m.vocab {
		return false
	}
	m.vocab = v
	return true
}

// context is what pages are handed now.
func (m *Model) context() page.Context {
	w, h := m.room()
	step := m.step()
	env := dashboard.Env{
		Data: m.data, Vocab: m.vocab, Window: m.window, Step: step, At: m.clock.at,
		Rate: dashboard.RateWindow(m.scrapeInterval(), step), Scrape: m.scrapeInterval(),
	}
	c := page.Context{
		Data: m.data, Env: env,
		Styles: m.styles, Now: m.now, Window: m.window, Step: step,
		Width: w, Height: h, UTC: m.clock.utc,
		Live: m.isLive(), Big: m.kiosk != nil, Wall: m.wall(), Cursor: m.picked(m.window), Marks: m.marks(env),
		ReadOnly: m.o.Silencer == nil, Creator: m.o.Creator, Objective: m.o.Objective,
		Keys: m.o.Keys, Scope: m.scope(), Typing: m.typing(),
		TraceService: m.o.TraceService, TagNames: m.o.TagNames,
	}
	c.Env.TraceService, c.Env.TenantTags = traceEnv(c)
	return c
}

// step is the grid of the charts.
func (m *Model) step() time.Duration {
	w, _ := m.room()
	return dashboard.GridStep(m.window, dashboard.PlotColumns(w))
}

func (m *Model) scrapeInterval() time.Duration {
	for _, s := range m.data.Sources() {
		if s.Name == feed.SourcePrometheus {
			return s.Info.ScrapeInterval
		}
	}
	return 0
}
