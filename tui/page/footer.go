package page

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Footer is the line of keys, where the screen is high enough to spare one and somebody is at the keyboard: of the hints
// ("enter span", by the default keys), the most useful first, those that fit, with the operator's own keys. "? keys", where
// it stands last, always fits: it leads to those that do not.
func Footer(c Context, hints ...string) []string {
	if FooterLines(c) == 0 {
		return nil
	}
	last, room := "", c.Width
	if n := len(hints); n > 0 && strings.HasPrefix(hints[n-1], "? ") {
		text, cells := c.hint(hints[n-1])
		hints, last, room = hints[:n-1], text, room-cells
	}
	var b strings.Builder
	for _, h := range hints {
		text, cells := c.hint(h)
		if room -= cells; room < 0 {
			break
		}
		b.WriteString(text)
	}
	return []string{b.String() + last}
}

// FooterLines is how many lines Footer has.
func FooterLines(c Context) int {
	if c.Height < 20 || c.Big {
		return 0
	}
	return 1
}

// hint is a hint as it is drawn and how many cells it takes, none where the operator has no key for it.
func (c Context) hint(h string) (string, int) {
	keys, what, _ := strings.Cut(h, " ")
	if !c.Typing { // those that work where one types are nobody's to change
		keys = c.Key(keys)
	}
	if keys == "" {
		return "", 0
	}
	return " " + c.Styles.Key.Render(keys) + " " + c.Styles.Muted.Render(what) + " ", ansi.StringWidth(keys+what) + 3
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
