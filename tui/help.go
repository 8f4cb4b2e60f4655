package tui

import (
	"cmp"
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// helpOverlay lists the keys that do something here and now.
type helpOverlay struct {
	open   bool
	offset int
}

// key takes a key and tells whether it is done with: a key that neither scrolls nor closes the help closes it and goes
// on to do what the help says of it.
func (h *helpOverlay) key(k tea.KeyPressMsg, keys keyMap) bool {
	if d, ok := page.Motion(k, 8, 1000); ok {
		h.offset = max(0, h.offset+d)
		return true
	}
	*h = helpOverlay{}
	return key.Matches(k, keys.help, keys.back, keys.quit) || k.String() == "enter"
}

// helpLines are the page's and the global bindings, at most height lines.
func (m *Model) helpLines(width, height int) []string {
	s := m.styles
	var body []string
	section := func(title string, bindings []key.Binding) {
		if len(body) > 0 {
			body = append(body, "")
		}
		body = append(body, " "+s.Title.Render(title))
		for _, b := range bindings {
			if h := b.Help(); b.Enabled() && h.Key != "" {
				const room = 14
				keys := page.Wrap(cmp.Or(m.shownKeys(b), "no key"), room, 3, s.Glyphs.Ellipsis)
				what := page.Wrap(m.named().Describe(b), max(width-room-5, 10), 4, s.Glyphs.Ellipsis)
				for i := range max(len(keys), len(what)) {
					k, line := "", ""
					if i < len(keys) {
						k = keys[i]
					}
					if i < len(what) {
						line = what[i]
					}
					body = append(body, "   "+s.Key.Render(page.Fit(k, room, s.Glyphs.Ellipsis))+" "+s.Text.Render(line))
				}
			}
		}
	}
	top := m.nav.top()
	if m.typed() {
		section("While you type", m.typingKeys())
	}
	if !m.palette.open && !m.prompt.open { // they are over the page, and take all its keys
		section(top.Title(), top.Bindings())
	}
	if !m.typed() {
		section("Everywhere", globalKeys().list())
	}
	g := s.Glyphs
	body = append(body, "", " "+s.Title.Render("Signs"), "   "+
		s.OK.Render(g.OK+" ok")+"  "+s.Warn.Render(g.Warn+" warning")+"  "+s.Critical.Render(g.Critical+" critical or failed")+"  "+
		s.Pending.Render(g.Pending+" pending")+"  "+s.Stale.Render(g.Stale+" stale")+"  "+s.NoData.Render(g.NoData+" no data"), "   "+
		s.Muted.Render(g.Off+" off  "+g.Muted+" silenced or inhibited  "+g.Up+" "+g.Down+" "+g.Flat+" change"))
	if m.o.Version != "" {
		body = append(body, "", " "+s.Muted.Render("dlmon "+m.o.Version))
	}
	m.help.offset = max(0, min(m.help.offset, len(body)-height+1))
	facts := "esc closes"
	if n := len(body) - m.help.offset - (height - 1); n > 0 {
		facts += fmt.Sprintf(", arrows scroll: %d more below", n)
	} else if m.help.offset > 0 {
		facts += ", arrows scroll"
	}
	head := page.Title(s, "Help", facts, width)
	return append([]string{head}, body[m.help.offset:]...)
}
