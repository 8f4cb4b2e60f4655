package tui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/when"
)

// The smallest screen on which anything useful can be shown.
const (
	minWidth  = 40
	minHeight = 10
)

// View implements tea.Model.
func (m *Model) View() tea.View {
	if (m.dirty || m.dirtyHead) && (m.pace == nil || !m.pace.held) {
		frame := m.render()
		if m.pace != nil && frame != m.frame {
			m.pace.drawn()
		}
		m.frame, m.dirty, m.dirtyHead = frame, false, false
	}
	v := tea.NewView(cmp.Or(m.frame, " ")) // a view of nothing is erased anew every 1/fps until the size is known
	v.AltScreen = true
	v.MouseMode = m.mouseMode()
	v.WindowTitle = "dlmon"
	if m.o.Context != "" {
		v.WindowTitle += " " + m.o.Context
	}
	return v
}

// Frame is one frame of width by height cells as styled text, lines joined by newlines, and declares to the feed what
// it needs; calling it again once the feed has settled shows the answers.
func (m *Model) Frame(width, height int) string {
	m.resize(width, height)
	m.readVocab()
	m.setNow()
	m.finish(m.tellAll(page.DataMsg{}))
	m.want()
	return m.View().Content
}

// headLines is how many lines the status bar and the tabs take.
func (m *Model) headLines() int {
	if m.height < 16 && m.kiosk == nil {
		return 1
	}
	return 2
}

// room is the size left to pages.
func (m *Model) room() (w, h int) {
	if m.width < minWidth || m.height < minHeight {
		return 0, 0
	}
	return m.width, m.height - m.headLines()
}

func (m *Model) render() string {
	switch {
	case m.width <= 0 || m.height <= 0:
		return ""
	case m.width < minWidth || m.height < minHeight:
		text := fmt.Sprintf("dlmon needs %d x %d cells, this is %d x %d", minWidth, minHeight, m.width, m.height)
		return strings.Join(page.Wrap(text, m.width, m.height, ""), "\n")
	}
	w, h := m.room()
	lines := []string{m.statusLine(w)}
	if m.headLines() > 1 {
		lines = append(lines, m.tabLine(w))
	}
	for i, l := range lines {
		lines[i] = m.final(l)
	}
	if m.dirty {
		m.body = m.page(w, h)
	}
	body := m.body
	if m.headLines() == 1 { // the head's one line says which time is shown and what fires, whatever else there is to say
		switch {
		case m.prompt.open:
			body = lastLine(body, h, m.final(m.gotoLine(w)))
		case m.notice.text != "":
			body = lastLine(body, h, m.final(m.noticeLine(w)))
		}
	}
	return strings.Join(append(lines, body...), "\n")
}

// lastLine is body with a line at the foot of h lines.
func lastLine(body []string, h int, line string) []string {
	out := make([]string, h)
	copy(out, body)
	out[h-1] = line
	return out
}

// page is what stands under the tabs: at most h lines.
func (m *Model) page(w, h int) (out []string) {
	defer m.surviveView(&out)
	var lines []string
	if m.help.open { // it is of the palette too
		lines = m.helpLines(w, h)
	} else if m.palette.open {
		lines = m.paletteLines(w, h)
	} else {
		lines = m.nav.top().View(m.context())
	}
	out = make([]string, min(len(lines), h))
	for i := range out {
		out[i] = m.final(lines[i])
	}
	return out
}

// final is a line as it may reach the terminal: no wider than that, and folded where only ASCII may reach it.
func (m *Model) final(line string) string {
	line = page.Cut(line, m.width, m.styles.Glyphs.Ellipsis)
	if m.styles.ASCII {
		line = themes.ASCII(line)
	}
	return line
}

// tabLine is the second line: the tabs, or the way that led deeper; a notice; the clock.
func (m *Model) tabLine(width int) string {
	if m.kiosk != nil {
		return m.kioskLine(width)
	}
	b := bar{s: m.styles, tight: 6}
	switch {
	case m.prompt.open:
		return m.gotoLine(width)
	case m.notice.text != "":
		return m.noticeLine(width)
	}
	return b.fit(m.tabParts(), m.tabFacts(), width)
}

// tabFacts are the right end of the tabs: the keys for palette and help, and the clock.
func (m *Model) tabFacts() []part {
	s := m.styles
	clock, now := m.zone(m.wall()), ""
	if !m.isLive() { // the one time on the screen that goes on
		now = "now "
	}
	help, word := m.keyOf("?"), " help"
	if m.typed() && !m.help.open {
		help = m.typingHelp() // ? would be typed
	}
	if help == "" {
		word = ""
	}
	find := m.keyOf(":")
	if m.typed() || find == "" {
		find = ""
	} else {
		find += " find"
	}
	return []part{
		says(s.Muted, form{find, 1}, form{}),
		says(s.Muted, form{help + word, 2}, form{help, 3}, form{}),
		says(s.Text, form{now + clock.Format("15:04:05 MST"), 1}, form{now + clock.Format("15:04:05") + zoneMark(clock), 3},
			form{now + shortClock(clock), 9}, form{}),
	}
}

// shortClock is a clock to the minute. However short, it says its zone: "14:05Z", "15:05 CET".
func shortClock(t time.Time) string { return t.Format("15:04") + zoneMark(t) }

// zoneMark is a zone in as few cells as are understood.
func zoneMark(t time.Time) string {
	if t.Location() == time.UTC {
		return "Z"
	}
	return t.Format(" MST")
}

func (m *Model) tabParts() []part {
	s, g := m.styles, m.styles.Glyphs
	current := m.nav.current()
	mark := func(text string) string {
		if s.Color {
			return text
		}
		return "[" + text + "]"
	}
	var parts []part
	for i, t := range m.nav.tabs {
		n := m.tabKey(i)
		switch {
		case i == current:
			parts = append(parts, says(s.Focus, form{mark(named(n, t.title)), 0}))
		case len(m.nav.stack) == 1:
			parts = append(parts, says(s.Muted, form{named(n, t.title), 5}, form{named(n, t.short), 6}, form{n, 7}, form{}))
		}
	}
	for i, p := range m.nav.stack[1:] {
		style, rank, cut, gone := s.Muted, 6, 6, 8
		if i == len(m.nav.stack)-2 {
			style, rank, cut, gone = s.Bold, 8, 10, 10
		}
		title := p.Title()
		parts = append(parts, says(style, form{g.Pointer + " " + title, rank}, form{g.Pointer + " " + m.crumb(p), cut},
			form{g.Pointer + " " + g.Ellipsis, gone}, form{}))
	}
	if at := m.picked(m.window); !at.IsZero() { // while there is one, esc drops it and leads nowhere
		text := "cursor " + m.pickedText(at)
		parts = append(parts, says(s.Text, form{text + " " + g.Dot + " esc drops it", 4}, form{text, 8}, form{}))
	} else if len(m.nav.stack) > 1 {
		parts = append(parts, says(s.Muted, form{"esc back", 2}, form{}))
	} else if p := m.nav.left(); p != nil {
		parts = append(parts, says(s.Muted, form{"esc " + g.Pointer + " " + page.Cut(p.Title(), 30, g.Ellipsis), 2}, form{"esc " + g.Pointer, 2}, form{}))
	}
	return parts
}

// crumb names a page in twelve cells: a tenant's own by the id, of which the end tells as much as the beginning.
func (m *Model) crumb(p page.Page) string {
	if p, ok := p.(tenantPage); ok {
		return page.CutMiddle(p.id, 12, m.styles.Glyphs.Ellipsis)
	}
	return page.Cut(p.Title(), 12, m.styles.Glyphs.Ellipsis)
}

// pickedText is the time of the cursor, with its day where that is not today.
func (m *Model) pickedText(at time.Time) string {
	at = m.zone(at)
	return when.Day(at, m.zone(m.wall())) + at.Format("15:04:05")
}

// tabKey is the operator's key for tab i; "" if there is none.
func (m *Model) tabKey(i int) string { return m.named().Hint(strconv.Itoa(i+1), "%s") }

// named is a name with its key before it.
func named(key, name string) string { return strings.TrimPrefix(key+" "+name, " ") }

// placePart names the page on the screen, and by which key its tab is found.
func (m *Model) placePart(rank int) part {
	s, g := m.styles, m.styles.Glyphs
	i := m.nav.current()
	if i < 0 {
		return says(s.Focus, form{})
	}
	digit := m.tabKey(i)
	if p, ok := m.nav.top().(tenantPage); ok { // whose numbers these are is said on every screen
		return says(s.Focus, form{named(digit, g.Pointer) + " " + p.id, rank}, form{named(digit, g.Pointer) + " " + m.crumb(p), rankPlace},
			form{g.Pointer + " " + page.CutMiddle(p.id, 8, g.Ellipsis), 0})
	}
	if len(m.nav.stack) > 1 {
		return says(s.Focus, form{named(digit, g.Pointer) + " " + m.crumb(m.nav.top()), rank}, form{digit, rank}, form{})
	}
	return says(s.Focus, form{named(digit, m.nav.tabs[i].title), rank}, form{digit, rank}, form{})
}

// noticeLine is the notice in the place of the tabs. The clock stays, and, as far as the whole notice leaves them room,
// the page's name and the way back.
func (m *Model) noticeLine(width int) string {
	s, b := m.styles, bar{s: m.styles, tight: 3}
	sign, style := s.Glyphs.Dot, s.Bold
	if m.notice.warn {
		sign, style = s.Glyphs.Warn, s.Warn
	}
	facts := m.tabFacts()
	clock := facts[len(facts)-1]
	text := sign + " " + m.notice.text
	for clock.at < len(clock.forms)-2 && room([]part{says(style, form{text, 0})}, []part{clock}, 2) > width {
		clock.at++
	}
	text = page.Cut(text, width-room(nil, []part{clock}, 2)-1, s.Glyphs.Ellipsis)
	place := m.placePart(2)
	place.forms = []form{place.forms[0], {}} // by its name or not at all
	right := []part{place, clock}
	if len(m.nav.stack) > 1 && m.picked(m.window).IsZero() {
		right = append([]part{says(s.Muted, form{"esc back", 1}, form{})}, right...)
	}
	return b.fit([]part{says(style, form{text, 0})}, right, width)
}
