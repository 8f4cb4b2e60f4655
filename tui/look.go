package tui

// How the terminal's colours become known, and what follows from them.

import (
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"dlmon/themes"
	"dlmon/tui/page"
)

// depthOf is how many colours a terminal of a profile shows.
func depthOf(p colorprofile.Profile) themes.Depth {
	switch p {
	case colorprofile.ANSI:
		return themes.Sixteen
	case colorprofile.Ascii, colorprofile.NoTTY:
		return themes.None
	}
	return themes.Full
}

// restyle draws for another background or depth. A terminal that never tells of its background keeps what it had: dark.
func (m *Model) restyle(dark bool, depth themes.Depth) tea.Cmd {
	if dark == m.styles.Dark && depth == m.depth {
		return nil
	}
	m.depth = depth
	m.styles = m.styled(dark)
	m.dirty = true
	return m.tellAll(page.DataMsg{})
}

// styled are the theme's styles for a background, on this terminal, at this hour.
func (m *Model) styled(dark bool) *themes.Styles {
	s := m.o.Styles(dark).At(m.depth)
	if m.kiosk != nil && m.kiosk.dimmed {
		return dim(s)
	}
	return s
}
