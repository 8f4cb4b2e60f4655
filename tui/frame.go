package tui

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// States are those that the page on the screen marks, as its last frame has it; nil where it marks none.
func (m *Model) States() []dashboard.State {
	if p, ok := m.nav.top().(page.Judge); ok {
		return p.States(m.context())
	}
	return nil
}

// finish does what pages have worked out off the loop, for a frame that no loop follows.
func (m *Model) finish(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			m.finish(c)
		}
	case page.Computed:
		m.finish(msg.Page.Update(m.context(), msg))
	}
}
