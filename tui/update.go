package tui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/grid"
	"dlmon/tui/page"
	"dlmon/tui/trace"
	"dlmon/tui/traces"
)

// notice is one line said for a few seconds.
type notice struct {
	text  string
	warn  bool
	until time.Time
}

const (
	noticeTime = 6 * time.Second
	// bodyStep is how often the page is drawn anew for the ages on it, while nothing else changes.
	bodyStep = 5 * time.Second
)

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.take(msg)
	if m.pace != nil {
		cmd = tea.Batch(cmd, m.pace.after(m.dirty || m.dirtyHead))
	}
	return m, cmd
}

// take takes one message in and tells the feed what is needed then.
func (m *Model) take(msg tea.Msg) (cmd tea.Cmd) {
	defer m.survive(msg, &cmd)
	switch msg.(type) {
	case releaseMsg, holdMsg:
		return nil
	}
	cmd = tea.Batch(m.update(msg), m.kioskStep())
	if top := m.nav.top(); top != m.shown {
		m.shown = top
		if p, ok := top.(page.Opener); ok {
			cmd = tea.Batch(cmd, p.Open(m.context()))
		}
	}
	if m.palette.open {
		cmd = tea.Batch(cmd, m.follow())
	}
	m.want()
	return cmd
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	if cmd, ok := m.kioskTakes(msg); ok {
		return cmd
	}
	switch msg := msg.(type) {
	case tickMsg:
		m.setNow()
		if m.readVocab() {
			m.tellAll(page.DataMsg{})
		}
		return m.tick()
	case tenantsMsg:
		m.palette.take(msg)
		m.dirty = m.dirty || m.palette.open
		return nil
	case settledMsg:
		m.settled(msg)
		return nil
	case page.DataMsg:
		m.setNow()
		m.readVocab()
		m.dirty = true
		return tea.Batch(m.wait(), m.tellAll(msg), m.recollect())
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		return nil
	case tea.BackgroundColorMsg:
		return m.restyle(msg.IsDark(), m.depth)
	case tea.ColorProfileMsg:
		return m.restyle(m.styles.Dark, depthOf(msg.Profile))
	case tea.EnvMsg:
		return nil
	case tea.KeyPressMsg:
		m.dirty = true
		return m.key(msg)
	case tea.PasteMsg:
		m.dirty = true
		switch {
		case m.palette.open:
			m.palette.paste(msg.Content)
			return nil
		case m.prompt.open:
			m.prompt.add(msg.Content)
			return nil
		}
		return m.nav.top().Update(m.context(), msg)
	case tea.MouseMsg:
		return m.mouse(msg)
	case tea.KeyReleaseMsg:
		return nil
	}
	m.dirty = true
	if cmd, ok := m.intent(msg); ok {
		return cmd
	}
	return m.nav.top().Update(m.context(), msg)
}

// setNow moves the screen's clock; a frame that shows the same second is the same frame.
func (m *Model) setNow() {
	now, wall := m.data.Now(), m.wall()
	if s := wall.Unix(); s != m.second {
		m.second = s
		m.dirtyHead = true
	}
	if !now.Truncate(bodyStep).Equal(m.now.Truncate(bodyStep)) {
		m.dirty = true
	}
	m.now = now
	if m.notice.text != "" && wall.After(m.notice.until) {
		m.notice = notice{}
		m.dirtyHead = true
	}
}

// tellAll hands a message to every page, those in the background too.
func (m *Model) tellAll(msg tea.Msg) tea.Cmd {
	c := m.context()
	var cmds []tea.Cmd
	for _, p := range m.nav.all() {
		if cmd := p.Update(c, msg); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	m.dirty = true
	return tea.Batch(cmds...)
}

func (m *Model) resize(width, height int) {
	if width == m.width && height == m.height {
		return
	}
	m.width, m.height = width, height
	m.dirty = true
}

// key routes a key: overlay, capturing page, global keys, page. What is typed stays as it is; all else is turned from the
// operator's keys into the default ones first.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	keys := globalKeys()
	m.notice = notice{} // it stands over the tabs: whoever types has read it
	if key.Matches(k, keys.force) {
		return tea.Quit
	}
	if key.Matches(k, keys.suspend) {
		return m.suspend()
	}
	does, ok := m.canonical(k)
	if k.String() == twoEscapes && (m.typed() || does.String() == twoEscapes) {
		esc := pressOf("esc")
		return tea.Batch(m.key(esc), m.key(esc))
	}
	if m.help.open && (!ok || m.help.key(does, keys)) {
		return nil
	}
	switch {
	case m.typed() && k.String() == m.typingHelp():
		m.help = helpOverlay{open: true}
		return nil
	case m.palette.open:
		return m.paletteKey(k)
	case m.prompt.open:
		return m.gotoKey(k)
	case m.typing():
		return m.nav.top().Update(m.context(), k)
	case !ok:
		return nil
	}
	return m.act(does)
}

// act does what a default key does.
func (m *Model) act(k tea.KeyPressMsg) tea.Cmd {
	keys, top, c := globalKeys(), m.nav.top(), m.context()
	switch {
	case key.Matches(k, keys.pages):
		return m.openTab(int(k.String()[0] - '1'))
	case key.Matches(k, keys.help):
		m.help = helpOverlay{open: true}
	case key.Matches(k, keys.mouse):
		m.toggleMouse()
	case key.Matches(k, keys.palette):
		return m.openPalette()
	case key.Matches(k, keys.quit):
		return tea.Quit
	case key.Matches(k, keys.refresh):
		if m.sub != nil {
			m.sub.Refresh()
		}
		m.say(page.Notice{Text: "asking everything now"})
	case key.Matches(k, keys.wider):
		return m.zoom(widen(m.window), "longest")
	case key.Matches(k, keys.narrower):
		return m.zoom(shorten(m.window), "shortest")
	case key.Matches(k, keys.pause):
		return m.pause()
	case key.Matches(k, keys.earlier):
		return m.pan(-1)
	case key.Matches(k, keys.later):
		return m.pan(1)
	case key.Matches(k, keys.live):
		return m.show(time.Time{})
	case key.Matches(k, keys.goTo):
		m.prompt = gotoPrompt{open: true}
	case key.Matches(k, keys.before):
		return m.moveCursor(-1)
	case key.Matches(k, keys.after):
		return m.moveCursor(1)
	case key.Matches(k, keys.zone):
		return m.toggleZone()
	case key.Matches(k, keys.back):
		return m.back()
	case key.Matches(k, keys.handoff):
		return m.handOff()
	default:
		return top.Update(c, k)
	}
	return nil
}

// openTab shows a tab's page, and of one that is on the screen already what it shows first.
func (m *Model) openTab(i int) tea.Cmd {
	top := m.nav.top()
	m.nav.open(i)
	p, ok := top.(page.Homer)
	if !ok || top != m.nav.top() {
		return nil
	}
	p.Home()
	return top.Update(m.context(), page.DataMsg{}) // as in back
}

func (m *Model) back() tea.Cmd {
	top := m.nav.top()
	if m.escape() {
		return top.Update(m.context(), page.DataMsg{}) // there may be something to work out for what is shown now
	}
	if !m.picked(m.window).IsZero() {
		return m.setCursor(time.Time{})
	}
	if !m.nav.back() {
		m.say(page.Notice{Text: "nothing to go back to" + m.named().Hint("q", " "+m.styles.Glyphs.Dot+" %s quits")})
	}
	return nil
}

// intent does what a page asks for; false: msg is none.
func (m *Model) intent(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case page.OpenTraces:
		if msg.From != nil && msg.From != m.nav.top() {
			return nil, true
		}
		m.nav.show(msg.Replace, traces.NewList(msg.Query))
	case page.OpenTrace:
		if msg.From != nil && msg.From != m.nav.top() {
			return nil, true
		}
		m.nav.show(msg.Replace, trace.New(msg))
	case page.OpenExemplar:
		m.nav.push(traces.NewJump(msg.Query))
	case page.OpenTenant:
		m.openTenant(msg.ID)
	case page.OpenTenants:
		return m.openTenants(msg.View), true
	case page.OpenSearch:
		m.nav.push(traces.NewForm(msg.Query, &m.searches))
	case page.OpenAnalysis:
		m.nav.push(m.nav.analysis(msg))
	case page.SetRange:
		return m.setRange(msg.From, msg.To), true
	case page.SetCursor:
		return m.setCursor(msg.At), true
	case page.MoveCursor:
		return m.moveCursor(msg.By), true
	case page.Copy:
		m.say(page.Notice{Text: msg.What + " copied"})
		return tea.SetClipboard(msg.Text), true
	case page.SetSilence:
		return m.write(msg.From, msg.Silence.ID, func(ctx context.Context) (string, error) {
			return m.o.Silencer.SetSilence(ctx, msg.Silence)
		}), true
	case page.ExpireSilence:
		return m.write(msg.From, msg.ID, func(ctx context.Context) (string, error) {
			return "", m.o.Silencer.ExpireSilence(ctx, msg.ID)
		}), true
	case page.Written:
		return m.written(msg), true
	case page.Computed:
		return msg.Page.Update(m.context(), msg), true
	case page.OpenPanel:
		m.nav.push(grid.NewPanel(msg.Panel))
	case page.OpenPage:
		i := slices.IndexFunc(m.nav.tabs, func(t tab) bool { return t.id == msg.ID })
		if i < 0 {
			return nil, true
		}
		m.nav.push(m.nav.tabs[i].page)
		if msg.Select != "" {
			return m.nav.top().Update(m.context(), page.SelectMsg{Key: msg.Select}), true
		}
	case page.Back:
		m.nav.back()
	case page.Notice:
		m.say(msg)
	default:
		return nil, false
	}
	return nil, true
}

func (m *Model) say(n page.Notice) {
	m.notice = notice{text: n.Text, warn: n.Warn, until: m.wall().Add(noticeTime)}
	m.dirty = true
}

// want tells the feed what the screen needs now, if that changed.
func (m *Model) want() {
	if m.sub == nil || m.width <= 0 || m.height <= 0 || m.clock.settles {
		return
	}
	if reqs := m.requests(); !slices.Equal(reqs, m.wants) {
		m.wants = reqs
		m.sub.Want(reqs)
	}
}

// requests are those of the status bar and of the page on the screen, each once.
func (m *Model) requests() []feed.Request {
	reqs := []feed.Request{{Kind: feed.Health}, {Kind: feed.Rules}, {Kind: feed.Managed}, {Kind: feed.Services}}
	c := m.context()
	wants := slices.Concat(m.nav.top().Wants(c), dashboard.MarkRequests(c.Env), m.paletteWants())
	if p := m.upcoming(); p != nil {
		wants = append(wants, p.Wants(c)...)
	}
	for _, r := range wants {
		if !slices.Contains(reqs, r) {
			reqs = append(reqs, r)
		}
	}
	return m.asked(reqs)
}
