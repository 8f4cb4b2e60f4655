package page

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Footer is the line of keys, where the screen is high enough to spare one: of the hints ("enter span", by the default
// keys), the most useful first, those that fit, with the operator's own keys.
func Footer(c Context, hints ...string) []string {
	if c.Height < 20 {
		return nil
	}
	s := c.Styles
	var b strings.Builder
	cells := 0
	for _, h := range hints {
		keys, what, _ := strings.Cut(h, " ")
		if keys = c.Key(keys); keys == "" {
			continue
		}
		if cells += ansi.StringWidth(keys+what) + 3; cells > c.Width {
			break
		}
		b.WriteString(" " + s.Key.Render(keys) + " " + s.Muted.Render(what) + " ")
	}
	return []string{b.String()}
}

// FilterHints are the hints while a filter is open.
var FilterHints = []string{"enter keeps the filter", "esc drops it", "ctrl+u empties it"}

// Above puts the footer on the last of height lines, under lines.
func Above(lines, foot []string, height int) []string {
	for len(foot) > 0 && len(lines)+len(foot) < height {
		lines = append(lines, "")
	}
	return append(lines, foot...)[:min(len(lines)+len(foot), height)]
}
