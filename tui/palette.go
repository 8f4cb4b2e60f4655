package tui

// The palette: everything that can be run, opened or gone to, found by typing.

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/alerts"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// entryKind is what an entry of the palette is. Among equals the lower one comes first.
type entryKind int

const (
	kindCommand entryKind = iota
	kindPage
	kindPanel
	kindAlert
	kindService
	kindTenant
)

func (k entryKind) String() string {
	return [...]string{"command", "page", "panel", "alert", "service", "tenant"}[k]
}

// entry is one line of the palette.
type entry struct {
	kind  entryKind
	title string
	about string // where it is, of whom; "" if there is nothing to say
	key   string // the operator's key for it; "" if there is none
	text  string // what is looked into, in lower case
	away  bool   // a command of another place
	do    func(m *Model) tea.Cmd
}

func (e *entry) id() string { return e.kind.String() + "\x00" + e.title + "\x00" + e.about }

// palette is the overlay. The entries are collected when it opens, when new data comes and when another page comes onto
// the screen under it, so that what is listed is what enter acts on; tenants off the loop.
type palette struct {
	open    bool
	page    page.Page // whose commands are listed, and the place that it was then
	scope   string
	input   page.Filter
	entries []entry // all but the tenants
	tenants []entry
	gen     uint64 // of the tenants asked for last
	found   []finding
	at, top int      // the selected row, and the first one shown
	recent  []string // ids of what was run last, the newest first; kept while dlmon runs
}

// maxRecent bounds what the palette remembers of what was run.
const maxRecent = 20

// tenantsMsg brings the tenants for the palette.
type tenantsMsg struct {
	gen uint64
	ids []string
}

// openPalette shows the palette with everything that there is now.
func (m *Model) openPalette() tea.Cmd {
	p := &m.palette
	*p = palette{open: true, input: page.Filter{Open: true}, gen: p.gen, recent: p.recent, tenants: p.tenants}
	return m.collect()
}

// collect makes the entries anew; the tenants come a moment later.
func (m *Model) collect() tea.Cmd {
	p := &m.palette
	selected := p.selected()
	p.page, p.scope = m.nav.top(), m.scope()
	p.entries = slices.Concat(m.commands(), m.pageEntries(), m.panelEntries(), m.alertEntries(), m.serviceEntries(), m.elsewhere())
	for i := range p.entries {
		p.entries[i].text = strings.ToLower(p.entries[i].title + " " + p.entries[i].about)
	}
	p.search()
	p.keep(selected)
	pan, ok := m.tenantsPanel()
	if !ok {
		return nil
	}
	p.gen++
	gen, env := p.gen, m.context().Env
	return func() tea.Msg {
		ids, _, _ := pan.TenantIDs(env)
		return tenantsMsg{gen, ids}
	}
}

// follow makes the entries anew if the page under the palette is another than the one they are of.
func (m *Model) follow() tea.Cmd {
	if p := &m.palette; p.page == m.nav.top() && p.scope == m.scope() {
		return nil
	}
	m.dirty = true
	return m.recollect()
}

// recollect makes the entries anew while the palette is open.
func (m *Model) recollect() tea.Cmd {
	if !m.palette.open {
		return nil
	}
	return m.collect()
}

// paste adds pasted text to what is typed.
func (p *palette) paste(text string) {
	p.input.Add(text)
	p.search()
	p.at, p.top = 0, 0
}

// tenantsPanel is the panel that knows all tenants.
func (m *Model) tenantsPanel() (dashboard.Panel, bool) {
	for _, d := range m.o.Dashboards {
		for _, p := range d.Panels {
			if p.Kind == dashboard.KindTenants {
				return p, true
			}
		}
	}
	return dashboard.Panel{}, false
}

// paletteWants are what the palette needs to be asked while it is open.
func (m *Model) paletteWants() []feed.Request {
	if !m.palette.open {
		return nil
	}
	if pan, ok := m.tenantsPanel(); ok {
		if _, ask, ok := pan.TenantIDs(dashboard.Env{Data: noData{m.data}, Vocab: m.vocab, Scrape: m.scrapeInterval()}); ok {
			return []feed.Request{ask}
		}
	}
	return nil
}

// noData answers no query: for what is to be asked and not for what was answered.
type noData struct{ feed.Reader }

func (noData) Instant(feed.Request) sources.Snapshot[sources.Vector] {
	return sources.Snapshot[sources.Vector]{}
}

// take has the tenants.
func (p *palette) take(msg tenantsMsg) {
	if msg.gen != p.gen || !p.open {
		return
	}
	selected := p.selected()
	p.tenants = make([]entry, len(msg.ids))
	for i, id := range msg.ids {
		p.tenants[i] = entry{kind: kindTenant, title: id, text: strings.ToLower(id), do: func(*Model) tea.Cmd {
			return page.Send(page.OpenTenant{ID: id})
		}}
	}
	p.search()
	p.keep(selected)
}

func (m *Model) panelEntries() []entry {
	var out []entry
	for _, d := range m.o.Dashboards {
		for _, p := range d.Panels {
			out = append(out, entry{kind: kindPanel, title: p.Title, about: d.Title, do: func(*Model) tea.Cmd {
				return page.Send(page.OpenPanel{Panel: p})
			}})
		}
	}
	return out
}

// alertEntries are the active alerts, then the rules that have none.
func (m *Model) alertEntries() []entry {
	var out []entry
	add := func(name, key string, about ...string) {
		about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
		out = append(out, entry{kind: kindAlert, title: name, about: strings.Join(about, " "),
			do: func(*Model) tea.Cmd { return page.Send(page.OpenPage{ID: "alerts", Select: key}) }})
	}
	for _, a := range m.data.Alerts().Value {
		add(a.Name, a.Labels.Key(), a.Standing(), page.LabelText(a.Labels, "alertname", "severity"))
	}
	for _, r := range alerts.Idles(m.context()) {
		add(r.Name, r.Key, r.Standing, page.LabelText(r.Labels), "in group "+r.Group)
	}
	return out
}

func (m *Model) serviceEntries() []entry {
	var out []entry
	for _, name := range m.data.Services().Value {
		out = append(out, entry{kind: kindService, title: name, about: "its traces", do: func(*Model) tea.Cmd {
			return page.Send(page.OpenTraces{Query: page.TraceQuery{Title: name, Service: name}})
		}})
	}
	return out
}

// paletteKey takes a key while the palette is open. What is typed stays as it is.
func (m *Model) paletteKey(k tea.KeyPressMsg) tea.Cmd {
	p := &m.palette
	visible := m.paletteRows()
	switch k.String() {
	case "esc":
		p.open = false
	case "enter":
		return m.runEntry(p.at)
	case "up", "ctrl+p":
		p.at--
	case "down", "ctrl+n":
		p.at++
	case "pgup":
		p.at -= max(1, visible-1)
	case "pgdown":
		p.at += max(1, visible-1)
	default:
		was := p.input.Text
		p.input.Key(k)
		if p.input.Text != was {
			p.search()
			p.at, p.top = 0, 0
		}
	}
	p.clamp()
	return nil
}

// runEntry does what entry i of the found ones says, as if its key had been pressed.
func (m *Model) runEntry(i int) tea.Cmd {
	p := &m.palette
	if i < 0 || i >= len(p.found) {
		return nil
	}
	e := p.entry(p.found[i])
	p.open = false
	id := e.id()
	p.recent = slices.Insert(slices.DeleteFunc(p.recent, func(r string) bool { return r == id }), 0, id)
	p.recent = p.recent[:min(len(p.recent), maxRecent)]
	return e.do(m)
}

func (p *palette) clamp() { p.at = max(0, min(p.at, len(p.found)-1)) }

// selected is the id of the selected entry; "" if there is none, or none was chosen yet.
func (p *palette) selected() string {
	if p.at == 0 || p.at >= len(p.found) {
		return ""
	}
	return p.entry(p.found[p.at]).id()
}

// keep selects the entry of that id again, wherever it is now.
func (p *palette) keep(id string) {
	if id != "" {
		if i := slices.IndexFunc(p.found, func(h finding) bool { return p.entry(h).id() == id }); i >= 0 {
			p.at = i
		}
	}
	p.clamp()
}

// paletteRows is how many entries are shown at once.
func (m *Model) paletteRows() int {
	_, h := m.room()
	return max(1, h-1)
}

// paletteLines are the input and the entries that fit.
func (m *Model) paletteLines(width, height int) []string {
	s, p := m.styles, &m.palette
	rows := max(1, height-1)
	p.top = page.Scroll(p.top, p.at, rows, len(p.found))
	facts := fmt.Sprintf("%d of %d %s enter runs it %s esc closes", len(p.found), len(p.entries)+len(p.tenants), s.Glyphs.Dot, s.Glyphs.Dot)
	if p.input.Text == "" && len(p.recent) > 0 {
		facts = "last used first " + s.Glyphs.Dot + " " + facts
	}
	lines := []string{page.Typed(s, ":", p.input.Text, facts, width)}
	if len(p.found) == 0 {
		return append(lines, page.Explain(s, "nothing is called "+p.input.Text+": commands, pages, panels, alerts, services and tenants are looked for", nil, width)...)
	}
	longest := 0 // a key that is cut is none
	for _, h := range p.found {
		longest = max(longest, ansi.StringWidth(p.entry(h).key))
	}
	longest = min(longest, width*2/5)
	t := page.Table{Styles: s, Columns: []page.Column{
		{Min: 7}, {Min: 12, Max: max(16, width*3/5), Grow: true, Drop: 2}, {Min: 8, Max: 80, Grow: true, Drop: 1}, {Right: true, Min: longest},
	}}
	for _, h := range p.found[p.top:min(p.top+rows, len(p.found))] {
		e := p.entry(h)
		t.Rows = append(t.Rows, []page.Cell{
			{Text: e.kind.String(), Style: s.Muted}, {Text: e.title, Style: s.Text}, {Text: e.about, Style: s.Muted}, {Text: e.key, Style: s.Key},
		})
	}
	return append(lines, t.Lines(width, rows+1, 0, p.at-p.top)[1:]...)
}
