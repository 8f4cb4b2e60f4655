package page

import (
	"errors"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
)

// Fit cuts s to width cells, or pads it with spaces on the right. s may be styled.
func Fit(s string, width int, ellipsis string) string {
	if width <= 0 {
		return ""
	}
	w := ansi.StringWidth(s)
	if w > width {
		s = ansi.Truncate(s, width, ellipsis)
		w = ansi.StringWidth(s)
	}
	return s + strings.Repeat(" ", max(0, width-w))
}

// Right is Fit that pads on the left.
func Right(s string, width int, ellipsis string) string {
	w := ansi.StringWidth(s)
	if w > width {
		return Fit(s, width, ellipsis)
	}
	return strings.Repeat(" ", width-w) + s
}

// Wrap breaks text into lines of at most width cells, at words where it can, at most limit of them; what is left out
// ends with the ellipsis.
func Wrap(text string, width, limit int, ellipsis string) []string {
	if width <= 0 || limit <= 0 {
		return nil
	}
	// A number stays with its per cent sign.
	text = strings.ReplaceAll(text, " %", "\u00a0%")
	lines := strings.Split(strings.ReplaceAll(ansi.Wrap(text, width, ""), "\u00a0", " "), "\n")
	if len(lines) > limit {
		lines = lines[:limit]
		lines[limit-1] = ansi.Truncate(lines[limit-1], max(0, width-1), "") + ellipsis
	}
	return lines
}

// Title is a page's heading line: the title, and what there is to say of it, cut to width. A long title leaves them half
// of it.
func Title(s *themes.Styles, title, facts string, width int) string {
	line := s.Title.Render(Cut(title, titleRoom(facts, width), s.Glyphs.Ellipsis))
	if facts != "" {
		line += "  " + s.Muted.Render(facts)
	}
	return ansi.Truncate(line, max(0, width), s.Glyphs.Ellipsis)
}

func titleRoom(facts string, width int) int {
	return max(width/2, 24, width-2-ansi.StringWidth(facts))
}

// Typed is Title of what is being typed after a sign, of which the end is always seen.
func Typed(s *themes.Styles, sign, text, facts string, width int) string {
	return Title(s, sign+CutLeft(text, titleRoom(facts, width)-ansi.StringWidth(sign+"_"), s.Glyphs.Ellipsis)+"_", facts, width)
}

// Severity is how bad an alert is.
type Severity int

// Severities, worst first.
const (
	Critical Severity = iota
	Warning
	Other // info, none, or a severity nobody knows
)

// SeverityOf reads an alert's severity label as sources.SeverityRank does.
func SeverityOf(a sources.Alert) Severity {
	switch sources.SeverityRank(a.Severity) {
	case 2:
		return Critical
	case 1:
		return Warning
	}
	return Other
}

// AlertMark is the sign and style of an alert: muted, pending, else its severity's.
func AlertMark(s *themes.Styles, a sources.Alert) (string, lipgloss.Style) {
	switch {
	case a.Muted():
		return s.Glyphs.Muted, s.Muted
	case a.State == sources.Pending:
		return s.Glyphs.Pending, s.Pending
	case SeverityOf(a) == Critical:
		return s.Glyphs.Critical, s.Critical
	case SeverityOf(a) == Other:
		return s.Glyphs.Warn, s.Text
	}
	return s.Glyphs.Warn, s.Warn
}

// HealthMark is the sign and style of a health status.
func HealthMark(s *themes.Styles, h sources.HealthStatus) (string, lipgloss.Style) {
	switch h {
	case sources.Healthy:
		return s.Glyphs.OK, s.OK
	case sources.Degraded:
		return s.Glyphs.Warn, s.Warn
	case sources.Unhealthy:
		return s.Glyphs.Critical, s.Critical
	case sources.Disabled:
		return s.Glyphs.Off, s.Muted
	}
	return s.Glyphs.NoData, s.NoData
}

// Explain are lines that say why there is nothing to show: what was asked and what came back, and what to do.
func Explain(s *themes.Styles, what string, err error, width int) []string {
	mark, style := s.Glyphs.NoData, s.Muted
	if err != nil {
		mark, style = s.Glyphs.Critical, s.Critical
	}
	var lines []string
	for _, l := range Wrap(what, max(width-2, 1), 3, s.Glyphs.Ellipsis) { // what to do next stands at its end
		lines = append(lines, style.Render(Cut(mark+" "+l, max(0, width), s.Glyphs.Ellipsis)))
		mark = " "
	}
	if err == nil {
		return lines
	}
	advice := ""
	if e, ok := errors.AsType[*sources.Error](err); ok {
		advice = e.Advice
	}
	for _, l := range Wrap(err.Error(), width-2, 3, s.Glyphs.Ellipsis) {
		lines = append(lines, "  "+l)
	}
	if advice != "" && !strings.Contains(err.Error(), advice) {
		lines = append(lines, "  "+s.Muted.Render(ansi.Truncate(advice, max(0, width-2), s.Glyphs.Ellipsis)))
	}
	return lines
}

// Cut is Fit without the padding.
func Cut(s string, width int, ellipsis string) string {
	if ansi.StringWidth(s) <= width {
		return s
	}
	return ansi.Truncate(s, max(0, width), ellipsis)
}

// CutLeft is Cut that takes away the beginning, for what is being typed.
func CutLeft(s string, width int, ellipsis string) string {
	if w := ansi.StringWidth(s); w > width {
		return ansi.TruncateLeft(s, w-max(width-ansi.StringWidth(ellipsis), 0), ellipsis)
	}
	return s
}

// CutMiddle is Cut that takes away the middle, for names that may differ at their end only.
func CutMiddle(s string, width int, ellipsis string) string {
	w := ansi.StringWidth(s)
	if w <= width || width < 6 {
		return Cut(s, width, ellipsis)
	}
	head := (width - 1) / 2
	return ansi.Truncate(s, head, "") + ellipsis + ansi.TruncateLeft(s, w-(width-1-head), "")
}
