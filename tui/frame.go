package tui

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

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
