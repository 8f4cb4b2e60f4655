package tui

// The mouse: a click on a tab opens it, a click in a page goes to the page, relative to its body, and the wheel scrolls.
// Movements are reported only while a button is held, for drags. The terminal's own selection of text stays with shift
// (option or fn on some): terminals keep such clicks to themselves.

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
)

// wheelRows is how far one notch of the wheel moves.
const wheelRows = 3

// mouseMode is what the terminal is asked to report.
func (m *Model) mouseMode() tea.MouseMode {
	if m.mouseOn {
		return tea.MouseModeCellMotion
	}
	return tea.MouseModeNone
}

func (m *Model) toggleMouse() {
	m.mouseOn = !m.mouseOn
	text := "mouse off: the terminal selects text"
	if m.mouseOn {
		text = "mouse on: click and wheel; with shift the terminal selects text"
	}
	m.say(page.Notice{Text: text})
}

// mouse does what a click, the wheel or a drag means where it happened.
func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	if !m.mouseOn {
		return nil // reported before the terminal heard that it is off
	}
	at := msg.Mouse()
	click, isClick := msg.(tea.MouseClickMsg)
	_, isWheel := msg.(tea.MouseWheelMsg)
	if isClick && click.Button != tea.MouseLeft {
		return nil
	}
	m.dirty = true
	if isClick {
		m.notice = notice{}
	}
	head := m.headLines()
	w, h := m.room()
	switch {
	case w == 0:
		return nil
	case m.help.open:
		m.help.mouse(msg)
		return nil
	case m.palette.open:
		return m.palette.mouse(m, msg, at.Y-head)
	case !isClick && !isWheel: // a drag may lead out of the page, and must end for it there too
		return m.toPage(move(msg, 0, -head))
	case at.Y < head:
		if isClick && head > 1 && at.Y == head-1 {
			return m.clickTab(at.X)
		}
		return nil
	case at.Y >= head+h:
		return nil
	}
	return m.toPage(move(msg, 0, -head))
}

// toPage hands on what happened in the page's body. The wheel, where the page has no use of its own for it, moves the
// selection.
func (m *Model) toPage(msg tea.MouseMsg) tea.Cmd {
	top, c := m.nav.top(), m.context()
	wheel, ok := msg.(tea.MouseWheelMsg)
	if !ok {
		return m.clickPage(msg)
	}
	if p, ok := top.(page.Wheeler); ok && p.Wheel(c, wheel) {
		return nil
	}
	name := wheelKey(wheel)
	if name == "" {
		return nil
	}
	var cmds []tea.Cmd
	for range wheelRows {
		cmds = append(cmds, top.Update(c, pressOf(name)))
	}
	return tea.Batch(cmds...)
}

// clickPage selects the row under a click; on the selected one it does what enter does. All else is the page's own.
func (m *Model) clickPage(msg tea.MouseMsg) tea.Cmd {
	top, c, at := m.nav.top(), m.context(), msg.Mouse()
	p, ok := top.(page.Clicker)
	if _, click := msg.(tea.MouseClickMsg); !ok || !click {
		return top.Update(c, msg)
	}
	row, selected := p.Click(c, at.X, at.Y)
	switch {
	case row < 0:
		return top.Update(c, msg)
	case row == selected:
		return m.act(pressOf("enter"))
	}
	step, by := "down", row-selected
	if by < 0 {
		step, by = "up", -by
	}
	var cmds []tea.Cmd
	for range by {
		cmds = append(cmds, top.Update(c, pressOf(step)))
	}
	return tea.Batch(cmds...)
}

func wheelKey(w tea.MouseWheelMsg) string {
	switch w.Button {
	case tea.MouseWheelUp:
		return "up"
	case tea.MouseWheelDown:
		return "down"
	}
	return ""
}

// move is msg elsewhere.
func move(msg tea.MouseMsg, dx, dy int) tea.MouseMsg {
	at := msg.Mouse()
	at.X, at.Y = at.X+dx, at.Y+dy
	switch msg.(type) {
	case tea.MouseClickMsg:
		return tea.MouseClickMsg(at)
	case tea.MouseReleaseMsg:
		return tea.MouseReleaseMsg(at)
	case tea.MouseMotionMsg:
		return tea.MouseMotionMsg(at)
	case tea.MouseWheelMsg:
		return tea.MouseWheelMsg(at)
	}
	return msg
}

// clickTab opens the tab at column x of the second line, goes back to the page of the way that is named there, or shows
// help or palette. Where the line says something else, a click takes that away.
func (m *Model) clickTab(x int) tea.Cmd {
	if m.prompt.open || m.typing() {
		return nil
	}
	w, _ := m.room()
	line := ansi.Strip(m.tabLine(w))
	from := 0
	// hits looks for the next text of the line and tells whether x lies on it.
	hits := func(text string) bool {
		i := strings.Index(line[from:], text)
		if text == "" || i < 0 {
			return false
		}
		begin := ansi.StringWidth(line[:from+i])
		from += i + len(text)
		return x >= begin && x < begin+ansi.StringWidth(text)
	}
	parts, facts := m.tabParts(), m.tabFacts()
	bar{s: m.styles, tight: 6}.fit(parts, facts, w)
	for i, p := range parts {
		if !hits(p.String()) {
			continue
		}
		switch {
		case len(m.nav.stack) == 1 && i < len(m.nav.tabs):
			return m.openTab(i)
		case i < len(m.nav.stack):
			m.nav.stack = append([]page.Page{}, m.nav.stack[:i+1]...)
		default:
			return m.back()
		}
		return nil
	}
	for i, name := range []string{":", "?"} { // "? help", or as much of it as there is room for
		if hits(facts[i].String()) {
			return m.act(pressOf(name))
		}
	}
	return nil
}

// mouse scrolls the help; a click closes it.
func (h *helpOverlay) mouse(msg tea.MouseMsg) {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		switch wheelKey(msg) {
		case "up":
			h.offset = max(0, h.offset-wheelRows)
		case "down":
			h.offset += wheelRows // bounded where it is drawn
		}
	case tea.MouseClickMsg:
		*h = helpOverlay{}
	}
}

// mouse scrolls the palette; a click runs the entry under it. y is the line of the page's body.
func (p *palette) mouse(m *Model, msg tea.MouseMsg, y int) tea.Cmd {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		switch wheelKey(msg) {
		case "up":
			p.at -= wheelRows
		case "down":
			p.at += wheelRows
		}
		p.clamp()
	case tea.MouseClickMsg:
		if i := p.top + y - 1; y > 0 && i < len(p.found) {
			return m.runEntry(i)
		}
	}
	return nil
}
