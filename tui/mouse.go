package tui

import (
	tea "charm.land/bubbletea/v2"
)

// mouse does what a click, the wheel or a drag means where it happened.
func (m *Model) mouse(tea.MouseMsg) tea.Cmd { return nil }
