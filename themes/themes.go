// Package themes holds the semantic styles of dlmon and the built-in themes. Screens name what a thing means
// (ok, warning, focus), never a colour.
package themes

import (
	"charm.land/lipgloss/v2"
)

// Styles is everything a screen may draw with. A Styles value is immutable; switching the theme makes a new one.
type Styles struct {
	Name  string
	Dark  bool
	Color bool // false: no colour at all (NO_COLOR, mono); bold, faint and reverse remain
	ASCII bool // true: only ASCII may reach the terminal

	Text, Muted, Faint, Bold, Title lipgloss.Style
	OK, Warn, Critical, Pending     lipgloss.Style
	NoData, Stale                   lipgloss.Style
	Focus                           lipgloss.Style // title and border of the focused panel
	Border                          lipgloss.Style
	Selected                        lipgloss.Style // the row under the cursor
	Key                             lipgloss.Style // a key in help
	Bar                             lipgloss.Style // status bar
	BarOK, BarWarn, BarCritical     lipgloss.Style // the status bar's badge
	Past                            lipgloss.Style // the badge that says that the screen does not show the present
	Cursor                          lipgloss.Style // the reading cursor in a chart

	Series []lipgloss.Style // colours of series, in order, used cyclically
	Heat   []lipgloss.Style // from empty to full

	Glyphs Glyphs

	// What the value was made of, for At.
	theme   Custom
	colored bool
	depth   Depth
}

// Glyphs are the signs; each has an ASCII form, and state is never told by colour alone.
type Glyphs struct {
	OK, Warn, Critical, Pending, NoData, Stale, Off, Muted string   // ● ▲ ✖ ◔ ○ … / o ! X ...
	Up, Down, Flat                                         string   // ▲ ▼ ≈ of a change
	Spark                                                  []string // 8 levels, lowest first
	Heat                                                   []string // shades, empty first
	BarFull, BarHalf, BarShade, BarEmpty                   string
	Before, After                                          string   // ◀ ▶ it goes on beyond the edge
	BarParts                                               []string // fractions of a cell, smallest first
	H, V, TL, TR, BL, BR, TeeL, TeeR, TeeU, TeeD, Cross    string   // box drawing
	Expanded, Collapsed                                    string   // ▾ ▸
	Pointer                                                string   // › before the selected row
	Ellipsis                                               string
	Dot                                                    string // · between facts
	Exemplar                                               string // ◆ a trace that a metric points to
	Restart, Version                                       string // ↻ ◈ marks on a time axis
}

// SeriesStyle is the style of series i.
func (s *Styles) SeriesStyle(i int) lipgloss.Style {
	if len(s.Series) == 0 {
		return s.Text
	}
	return s.Series[i%len(s.Series)]
}
