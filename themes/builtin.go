package themes

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

// palette is a theme's colours as numbers of the 256-colour table: short on the wire, and the same on every
// terminal, whatever its own sixteen colours are set to.
type palette struct {
	muted, faint, border          string
	ok, warn, critical, pending   string
	stale, focus                  string
	selected, bar, barText, onHue string // backgrounds and the text on them
	series                        []string
	heat                          []string // from little to full; empty cells take no colour
	strong                        bool     // bold where a state is told
}

var (
	defaultDark = palette{
		muted: "247", faint: "240", border: "240",
		ok: "114", warn: "221", critical: "203", pending: "180",
		stale: "215", focus: "117",
		selected: "237", bar: "236", barText: "252", onHue: "16",
		series: []string{"75", "215", "114", "177", "80", "222", "168", "109"},
		heat:   []string{"24", "31", "37", "79", "122", "229"},
	}
	defaultLight = palette{
		muted: "241", faint: "248", border: "248",
		ok: "28", warn: "130", critical: "160", pending: "94",
		stale: "166", focus: "25",
		selected: "254", bar: "254", barText: "235", onHue: "231",
		series: []string{"26", "166", "28", "91", "30", "94", "161", "60"},
		heat:   []string{"153", "110", "67", "31", "25", "18"},
	}
	contrastDark = palette{
		muted: "252", faint: "248", border: "250",
		ok: "46", warn: "226", critical: "196", pending: "214",
		stale: "208", focus: "51",
		selected: "19", bar: "231", barText: "16", onHue: "16",
		series: []string{"51", "226", "46", "201", "231", "208", "45", "213"},
		heat:   []string{"21", "33", "39", "51", "123", "231"},
		strong: true,
	}
	contrastLight = palette{
		muted: "236", faint: "240", border: "238",
		ok: "22", warn: "94", critical: "124", pending: "52",
		stale: "88", focus: "18",
		selected: "195", bar: "16", barText: "231", onHue: "231",
		series: []string{"18", "124", "22", "53", "16", "94", "23", "89"},
		heat:   []string{"117", "75", "33", "21", "19", "17"},
		strong: true,
	}
)

// Names are the built-in themes, the default one first.
func Names() []string { return []string{"default", "high-contrast", "mono"} }

// Default is the default theme in colour and Unicode, for a dark or a light background.
func Default(dark bool) *Styles { return build("default", dark, true, false) }

// Load makes the styles of a built-in theme ("" is the default one). Without color, and in the theme "mono", only
// bold, faint and reverse are used; with ascii, every sign is ASCII.
func Load(name string, dark, color, ascii bool) (*Styles, error) {
	if name == "" {
		name = Names()[0]
	}
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("theme %q is unknown; there are: %s", name, strings.Join(Names(), ", "))
	}
	return build(name, dark, color && name != "mono", ascii), nil
}

func build(name string, dark, color, ascii bool) *Styles {
	s := &Styles{Name: name, Dark: dark, Color: color, ASCII: ascii, Glyphs: unicodeGlyphs()}
	if ascii {
		s.Glyphs = asciiGlyphs()
	}
	if !color {
		s.paintMono()
		return s
	}
	p := defaultDark
	switch {
	case name == "high-contrast" && dark:
		p = contrastDark
	case name == "high-contrast":
		p = contrastLight
	case !dark:
		p = defaultLight
	}
	s.paint(p)
	return s
}

func (s *Styles) paint(p palette) {
	plain := lipgloss.NewStyle()
	fg := func(c string) lipgloss.Style { return plain.Foreground(lipgloss.Color(c)) }
	on := func(c string) lipgloss.Style {
		return fg(p.onHue).Background(lipgloss.Color(c)).Bold(true)
	}
	s.Text, s.Bold = plain, plain.Bold(true)
	s.Muted, s.Faint = fg(p.muted), fg(p.faint)
	s.Title = plain.Bold(true)
	s.OK, s.Warn, s.Pending = fg(p.ok), fg(p.warn).Bold(p.strong), fg(p.pending)
	s.Critical = fg(p.critical).Bold(true)
	s.NoData, s.Stale = fg(p.muted), fg(p.stale).Bold(p.strong)
	s.Focus, s.Border = fg(p.focus).Bold(true), fg(p.border)
	s.Selected = plain.Background(lipgloss.Color(p.selected)).Bold(true)
	s.Key = fg(p.focus).Bold(true)
	s.Bar = fg(p.barText).Background(lipgloss.Color(p.bar))
	s.BarOK, s.BarWarn, s.BarCritical = on(p.ok), on(p.warn), on(p.critical)
	s.Past = on(p.stale)
	s.Cursor = plain.Reverse(true)
	for _, c := range p.series {
		s.Series = append(s.Series, fg(c))
	}
	s.Heat = append(s.Heat, fg(p.faint))
	for _, c := range p.heat {
		s.Heat = append(s.Heat, fg(c))
	}
}

// paintMono tells weight by bold, faint and reverse alone; what a state is, its sign says.
func (s *Styles) paintMono() {
	plain := lipgloss.NewStyle()
	bold, faint, reverse := plain.Bold(true), plain.Faint(true), plain.Reverse(true)
	s.Text, s.Bold, s.Title = plain, bold, bold
	s.Muted, s.Faint = plain, faint
	s.OK, s.Warn, s.Critical, s.Pending = plain, bold, bold, plain
	s.NoData, s.Stale = faint, bold
	s.Focus, s.Border = reverse, faint
	s.Selected, s.Key = reverse, bold
	s.Bar, s.BarOK, s.BarWarn, s.BarCritical = reverse, reverse, reverse.Bold(true), reverse.Bold(true)
	s.Past = plain.Reverse(false).Bold(true).Underline(true) // a hole in a bar that is reversed
	s.Cursor = reverse
	s.Series = []lipgloss.Style{plain}
	s.Heat = []lipgloss.Style{faint, plain}
}

func unicodeGlyphs() Glyphs {
	return Glyphs{
		OK: "●", Warn: "▲", Critical: "✖", Pending: "◔", NoData: "○", Stale: "…", Off: "·", Muted: "⊘",
		Up: "▲", Down: "▼", Flat: "≈",
		Spark:   []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		Heat:    []string{"·", "░", "▒", "▓", "█"},
		BarFull: "█", BarHalf: "▌", BarShade: "▒", BarEmpty: "·",
		Before: "◀", After: "▶",
		BarParts: []string{"▏", "▎", "▍", "▌", "▋", "▊", "▉"},
		H:        "─", V: "│", TL: "┌", TR: "┐", BL: "└", BR: "┘",
		TeeL: "├", TeeR: "┤", TeeU: "┴", TeeD: "┬", Cross: "┼",
		Expanded: "▾", Collapsed: "▸", Pointer: "›", Ellipsis: "…", Dot: "·", Exemplar: "◆",
		Restart: "↻", Version: "◈",
	}
}

func asciiGlyphs() Glyphs {
	return Glyphs{
		OK: "o", Warn: "!", Critical: "X", Pending: "~", NoData: ".", Stale: "?", Off: "-", Muted: "z",
		Up: "^", Down: "v", Flat: "=",
		Spark:   []string{"_", ".", "-", "~", "+", "*", "%", "#"},
		Heat:    []string{" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"},
		BarFull: "#", BarHalf: "=", BarShade: "=", BarEmpty: ".",
		Before: "<", After: ">",
		BarParts: []string{"="},
		H:        "-", V: "|", TL: "+", TR: "+", BL: "+", BR: "+",
		TeeL: "+", TeeR: "+", TeeU: "+", TeeD: "+", Cross: "+",
		Expanded: "v", Collapsed: ">", Pointer: ">", Ellipsis: "~", Dot: "-", Exemplar: "*",
		Restart: "R", Version: "V",
	}
}
