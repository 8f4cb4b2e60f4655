package themes

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

// Depth is how many colours a terminal has.
type Depth int

// Depths. In Full, a terminal of 256 colours shows the nearest of them to a #rrggbb.
const (
	Full    Depth = iota // 256 colours or true colour
	Sixteen              // the terminal's own sixteen
	None                 // no colour; bold, faint and reverse remain
)

// Names are the built-in themes, the default one first.
func Names() []string { return append(Bases(), nameMono) }

// Default is the default theme in colour and Unicode, for a dark or a light background.
func Default(dark bool) *Styles { return build(Custom{Name: nameDefault}, dark, true, false, Full) }

// Load makes the styles of a built-in theme ("" is the default one). Without color, and in the theme "mono", only
// bold, faint and reverse are used; with ascii, every sign is ASCII.
func Load(name string, dark, color, ascii bool) (*Styles, error) {
	if name == "" {
		name = nameDefault
	}
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("theme %q is unknown; there are: %s", name, strings.Join(Names(), ", "))
	}
	return build(Custom{Name: name, Base: name}, dark, color && name != nameMono, ascii, Full), nil
}

// Styles makes the styles of a theme of the operator's own; the arguments are those of Load.
func (c Custom) Styles(dark, color, ascii bool) *Styles { return build(c, dark, color, ascii, Full) }

// At is the same theme on a terminal of that many colours.
func (s *Styles) At(depth Depth) *Styles {
	if depth == s.depth {
		return s
	}
	return build(s.theme, s.Dark, s.colored, s.ASCII, depth)
}

func build(theme Custom, dark, color, ascii bool, depth Depth) *Styles {
	s := &Styles{
		Name: theme.Name, Dark: dark, Color: color && depth != None, ASCII: ascii, Glyphs: unicodeGlyphs(),
		theme: theme, colored: color, depth: depth,
	}
	if ascii {
		s.Glyphs = asciiGlyphs()
	}
	if !s.Color {
		s.paintMono()
		return s
	}
	base := builtins[max(0, slices.IndexFunc(builtins, func(b builtin) bool { return b.name == theme.Base }))]
	colors := theme.Light
	if dark {
		colors = theme.Dark
	}
	s.paint(colors.apply(base.on(dark, depth), depth))
	return s
}

func (s *Styles) paint(p palette) {
	plain := lipgloss.NewStyle()
	fg := func(c string) lipgloss.Style {
		if c == "" {
			return plain
		}
		return plain.Foreground(lipgloss.Color(c))
	}
	badge := func(c string) lipgloss.Style {
		if c == "" {
			return plain.Reverse(true).Bold(true)
		}
		// Many terminals of sixteen colours show bold black as grey, which nobody reads on red.
		return fg(p.onHue).Background(lipgloss.Color(c)).Bold(p.onHue != "0")
	}
	s.Text, s.Bold = fg(p.text), fg(p.text).Bold(true)
	s.Muted, s.Faint = fg(p.muted), fg(p.faint)
	s.Title = s.Bold
	s.OK, s.Warn, s.Pending = fg(p.ok), fg(p.warn).Bold(p.strong), fg(p.pending)
	s.Critical = fg(p.critical).Bold(true)
	s.NoData, s.Stale = fg(p.muted), fg(p.stale).Bold(p.strong)
	s.Focus, s.Border = fg(p.focus).Bold(true), fg(p.border)
	s.Selected = plain.Reverse(true).Bold(true) // it keeps every colour's contrast
	if p.selected != "" {
		s.Selected = plain.Background(lipgloss.Color(p.selected)).Bold(true)
	}
	s.Key = fg(p.focus).Bold(true)
	s.Bar = fg(p.barText)
	if p.bar != "" {
		s.Bar = s.Bar.Background(lipgloss.Color(p.bar))
	}
	s.BarOK, s.BarWarn, s.BarCritical = badge(p.ok), badge(p.warn), badge(p.critical)
	s.Past = badge(p.stale)
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
	s.Past = plain.Reverse(false).Bold(true) // a hole in a bar that is reversed
	s.Cursor = reverse
	s.Series = []lipgloss.Style{plain}
	s.Heat = []lipgloss.Style{faint, plain}
}

func unicodeGlyphs() Glyphs {
	return Glyphs{
		OK: "●", Warn: "▲", Critical: "✖", Pending: "◔", NoData: "○", Stale: "…", Off: "·", Muted: "⊘",
		Up: "↑", Down: "↓", Flat: "≈", // none of them a state's: ▲ is a warning
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
