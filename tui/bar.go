package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
)

// bar lays parts out on one line, shrinking the least important ones until they fit.
type bar struct {
	s *themes.Styles
	// tight is the rank from which on parts rather stand one cell apart than be shortened.
	tight int
}

// form is one way to say something. Where room is short, the forms of the lowest rank give way to the next, shorter
// one; an empty form says nothing.
type form struct {
	text string
	rank int
}

// part is one thing a bar says, in forms that take ever less room. The last form stays.
type part struct {
	style lipgloss.Style
	forms []form
	at    int
}

func says(style lipgloss.Style, forms ...form) part { return part{style: style, forms: forms} }

func (p part) String() string { return p.forms[p.at].text }

// fit is the parts on exactly width cells: left ones from the left, right ones from the right. The lowest rank
// shrinks first, and among equals the last; what can't shrink any more is cut at the right end.
func (b bar) fit(left, right []part, width int) string {
	gap := 2
	for room(left, right, gap) > width {
		p := weakest(left, right)
		switch {
		case gap > 1 && (p == nil || p.forms[p.at].rank >= b.tight):
			gap--
		case p == nil:
			return b.draw(left, right, gap, width)
		default:
			p.at++
		}
	}
	return b.draw(left, right, gap, width)
}

func (b bar) draw(left, right []part, gap, width int) string {
	l, r := b.join(left, gap), b.join(right, gap)
	pad := max(width-ansi.StringWidth(l)-ansi.StringWidth(r), 0)
	line := l + inBar(b.s, b.s.Text).Render(strings.Repeat(" ", pad)) + r
	return ansi.Truncate(line, width, "")
}

func (b bar) join(parts []part, gap int) string {
	var out strings.Builder
	ground := inBar(b.s, b.s.Text)
	for _, p := range parts {
		if text := p.String(); text != "" {
			lead := gap
			if out.Len() == 0 {
				lead = 1
			}
			out.WriteString(ground.Render(strings.Repeat(" ", lead)))
			out.WriteString(inBar(b.s, p.style).Render(text))
		}
	}
	return out.String()
}

// room is how many cells the parts take, with a cell before the first.
func room(left, right []part, gap int) int {
	n := 0
	for i, side := range [][]part{left, right} {
		lead := 1 + i*(gap-1) // the sides are as far apart as the parts
		for _, p := range side {
			if text := p.String(); text != "" {
				n += lead + ansi.StringWidth(text)
				lead = gap
			}
		}
	}
	return n
}

// weakest is the part that is to shrink next, nil when none can.
func weakest(sides ...[]part) *part {
	var found *part
	for _, side := range sides {
		for i := range side {
			p := &side[i]
			if p.at < len(p.forms)-1 && (found == nil || p.forms[p.at].rank <= found.forms[found.at].rank) {
				found = p
			}
		}
	}
	return found
}
