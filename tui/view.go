package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dlmon/themes"
	"dlmon/tui/page"
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
	v := tea.NewView(m.frame)
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
	if m.prompt.open && m.headLines() == 1 {
		lines[0] = m.gotoLine(w)
	} else if m.headLines() > 1 {
		lines = append(lines, m.tabLine(w))
	} else if m.notice.text != "" {
		lines[0] = m.noticeLine(w)
	}
	for i, l := range lines {
		lines[i] = m.final(l)
	}
	if m.dirty {
		m.body = m.page(w, h)
	}
	return strings.Join(append(lines, m.body...), "\n")
}

// page is what stands under the tabs: at most h lines.
func (m *Model) page(w, h int) (out []string) {
	defer m.surviveView(&out)
	var lines []string
	if m.palette.open {
		lines = m.paletteLines(w, h)
	} else if m.help.open {
		lines = m.helpLines(w, h)
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
	if m.typing() && !m.help.open {
		help = m.typingHelp() // ? would be typed
	}
	if help == "" {
		word = ""
	}
	find := m.keyOf(":")
	if m.typing() || m.palette.open || find == "" {
		find = ""
	} else {
		find += " find"
	}
	return []part{
		says(s.Muted, form{find, 1}, form{}),
		says(s.Muted, form{help + word, 2}, form{help, 3}, form{}),
		says(s.Text, form{now + clock.Format("15:04:05 MST"), 1}, form{now + clock.Format("15:04:05"), 4}, form{now + clock.Format("15:04"), 4}, form{}),
	}
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
		n := strconv.Itoa(i + 1)
		switch {
		case i == current:
			parts = append(parts, says(s.Focus, form{mark(n + " " + t.title), 0}))
		case len(m.nav.stack) == 1:
			parts = append(parts, says(s.Muted, form{n + " " + t.title, 5}, form{n + " " + t.short, 6}, form{n, 7}, form{}))
		}
	}
	for i, p := range m.nav.stack[1:] {
		style, rank := s.Muted, 6
		if i == len(m.nav.stack)-2 {
			style, rank = s.Bold, 8
		}
		title := p.Title()
		parts = append(parts, says(style, form{g.Pointer + " " + title, rank}, form{g.Pointer + " " + page.Cut(title, 12, g.Ellipsis), rank},
			form{g.Pointer + " " + g.Ellipsis, 9}, form{}))
	}
	if len(m.nav.stack) > 1 {
		parts = append(parts, says(s.Muted, form{"esc back", 2}, form{}))
	} else if p := m.nav.left(); p != nil {
		parts = append(parts, says(s.Muted, form{"esc " + g.Pointer + " " + page.Cut(p.Title(), 30, g.Ellipsis), 2}, form{"esc " + g.Pointer, 2}, form{}))
	}
	return parts
}

func (m *Model) noticeLine(width int) string {
	s := m.styles
	sign, style := s.Glyphs.Dot, s.Bold
	if m.notice.warn {
		sign, style = s.Glyphs.Warn, s.Warn
	}
	return page.Fit(inBar(s, style).Render(" "+sign+" "+m.notice.text), width, s.Glyphs.Ellipsis)
}
