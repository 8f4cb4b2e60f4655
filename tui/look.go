package tui

// How the terminal's colours become known, and what follows from them.

import (
	"io"
	"regexp"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

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

// monochrome are the names of terminals without any colour: DEC's, as which serial consoles show themselves, up to the
// VT520 (the VT525 is the one that has colours), Sun's console, and by the custom of terminfo what ends in -m or -mono.
var monochrome = regexp.MustCompile(`^(vt(52|[1-4]\d\d|5[01]\d|520)(\D.*)?|sun|dumb|unknown|.*-m(ono)?)$`)

// colourless tells whether a terminal has no colour though sixteen are taken for granted, as they are of any TERM. What
// says that there are more (COLORTERM) knows better than a name.
func colourless(out io.Writer, environ []string) bool {
	return monochrome.MatchString(uv.Environ(environ).Getenv("TERM")) && colorprofile.Detect(out, environ) <= colorprofile.ANSI
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
