package trace

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// nameWidth is the cells of the names' column on a screen of that width.
func nameWidth(width int) int { return max(10, min(width/4, 30)) }

// valueWidth is the cells left to the values: a pointer stands before the name, a blank on both sides of the value.
func valueWidth(width int) int { return max(8, width-nameWidth(width)-3) }

// maxLines bounds the lines of one value; 64 Ki runes in eight cells each need no more.
const maxLines = 1 << 14

// lines are an entry's value, wrapped. Lines of the value stay lines. A name too long for its column has the first
// line for itself.
func (v *spanView) lines(i int) []string {
	id := v.shown[i]
	e := &v.entries[id]
	if !e.selectable() {
		return []string{""}
	}
	if l, ok := v.wrapped[id]; ok {
		return l
	}
	var out []string
	room := valueWidth(v.width)
	if e.kind == entryNote || e.link.span != "" {
		room -= 2 // for its sign
	}
	if v.long(e) {
		out = append(out, "")
	}
	for line := range strings.SplitSeq(e.text(), "\n") {
		if ansi.StringWidth(line) <= room {
			out = append(out, line)
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if len(indent) > room/2 {
			indent = ""
		}
		for _, l := range page.Wrap(line[len(indent):], room-len(indent), maxLines, "") {
			out = append(out, indent+l)
		}
	}
	v.wrapped[id] = out[:min(len(out), maxLines)]
	return v.wrapped[id]
}

// long tells whether a name has a line for itself.
func (v *spanView) long(e *entry) bool {
	return len(e.name) > 10 && ansi.StringWidth(e.name) > nameWidth(v.width)
}

// step is the line after p, or before it, headings among them; false at the end.
func (v *spanView) step(p position, d int) (position, bool) {
	switch {
	case d > 0 && p.line+1 < len(v.lines(p.entry)):
		return position{p.entry, p.line + 1}, true
	case d > 0:
		return position{p.entry + 1, 0}, p.entry+1 < len(v.shown)
	case p.line > 0:
		return position{p.entry, p.line - 1}, true
	case p.entry > 0:
		return position{p.entry - 1, len(v.lines(p.entry-1)) - 1}, true
	}
	return p, false
}

// rests tells whether the cursor may stay at p.
func (v *spanView) rests(p position) bool { return v.entries[v.shown[p.entry]].selectable() }

// move moves the cursor by d lines, over headings.
func (v *spanView) move(d int) {
	if len(v.shown) == 0 {
		return
	}
	one := 1
	if d < 0 {
		one, d = -1, -d
	}
	for p := v.at; ; {
		var ok bool
		if p, ok = v.step(p, one); !ok {
			return
		}
		d--
		if v.rests(p) {
			if v.at = p; d <= 0 {
				return
			}
		}
	}
}

// last is the last line of all.
func (v *spanView) last() position {
	if len(v.shown) == 0 {
		return position{}
	}
	e := len(v.shown) - 1
	return position{e, len(v.lines(e)) - 1}
}

// section moves the cursor to the beginning of the next section, or of this one, or of the one before.
func (v *spanView) section(d int) {
	starts := []int{0}
	for i := range v.shown {
		if v.entries[v.shown[i]].kind == entryHeading {
			starts = append(starts, i+1)
		}
	}
	to := 0
	for i, s := range starts {
		if d > 0 && s > v.at.entry {
			to = s
			break
		}
		if d < 0 && (s < v.at.entry || s == v.at.entry && v.at.line > 0) {
			to = s
		}
		if d > 0 && i == len(starts)-1 {
			return
		}
	}
	v.at = position{to, 0}
	v.settle()
}

// settle puts the cursor where it may stay.
func (v *spanView) settle() {
	if len(v.shown) == 0 {
		v.at, v.top = position{}, position{}
		return
	}
	v.at.entry = min(v.at.entry, len(v.shown)-1)
	for v.at.entry < len(v.shown)-1 && !v.rests(v.at) {
		v.at = position{v.at.entry + 1, 0}
	}
	v.at.line = min(v.at.line, len(v.lines(v.at.entry))-1)
	if v.top.entry >= len(v.shown) {
		v.top = position{}
	}
}

// scroll moves the top so that the cursor is among the height lines shown.
func (v *spanView) scroll(height int) {
	before := func(a, b position) bool { return a.entry < b.entry || a.entry == b.entry && a.line < b.line }
	if before(v.at, v.top) {
		v.top = v.at
		// The heading over the cursor is seen with it.
		for up, ok := v.step(v.top, -1); ok && !v.rests(up) && height > 3; up, ok = v.step(v.top, -1) {
			v.top = up
		}
	}
	p := v.top
	for n := 0; n < height; n++ {
		if p == v.at {
			return
		}
		var ok bool
		if p, ok = v.step(p, 1); !ok {
			return
		}
	}
	v.top = v.at
	for range height - 1 {
		v.top, _ = v.step(v.top, -1)
	}
}

func (t *Trace) spanHead(c page.Context) []string {
	s, n := c.Styles, &t.a.Nodes[t.span.row]
	line := []fact{{page.Cut(n.Span.Operation, max(10, c.Width/2), s.Glyphs.Ellipsis), s.Title, 0},
		{"of " + page.Cut(n.Span.Service, max(10, c.Width/4), s.Glyphs.Ellipsis), s.Muted, 2},
		{dashboard.FormatDuration(n.Span.Duration), s.Bold, 0}}
	if n.Span.Error {
		line = append(line, fact{s.Glyphs.Critical + " failed", s.Critical, 0})
	}
	if p := t.span.filter.Prompt(); p != "" {
		text := p + "  " + counted(t.span.hits(), "hit")
		if t.span.gen != 0 {
			text = p + "  looking"
		}
		line = append(line, fact{text, s.Bold, 1})
	}
	line = append(line, fact{"span " + thousands(t.span.row+1) + " of " + thousands(len(t.a.Nodes)), s.Muted, 3})
	return []string{fit(s, line, c.Width)}
}

// hits counts the entries that are shown.
func (v *spanView) hits() int {
	n := 0
	for _, i := range v.shown {
		if v.entries[i].selectable() {
			n++
		}
	}
	return n
}

func (t *Trace) spanFoot(c page.Context) []string {
	if t.span.filter.Open {
		return page.Footer(c, page.FilterHints...)
	}
	return page.Footer(c, "esc back", "y copy the value", "Y copy the span id", "enter follow a link", "/ filter", "tab next section",
		"e next error", "c next on the critical path", "? all keys")
}

// spanHeight is the lines that the entries have.
func (t *Trace) spanHeight(c page.Context) int { return max(1, c.Height-1-len(t.spanFoot(c))) }

func (t *Trace) viewSpan(c page.Context) []string {
	v := t.load(c)
	lines, foot := t.spanHead(c), t.spanFoot(c)
	height := t.spanHeight(c)
	v.scroll(height)
	p, ok := v.top, len(v.shown) > 0
	for n := 0; ok && n < height; n++ {
		lines = append(lines, v.line(c, p))
		p, ok = v.step(p, 1)
	}
	for len(foot) > 0 && len(lines)+len(foot) < c.Height {
		lines = append(lines, "")
	}
	return append(lines, foot...)[:min(len(lines)+len(foot), c.Height)]
}

// line is one line of an entry.
func (v *spanView) line(c page.Context, p position) string {
	s, g := c.Styles, c.Styles.Glyphs
	e := &v.entries[v.shown[p.entry]]
	switch e.kind {
	case entryGap:
		return ""
	case entryHeading:
		rule := max(0, c.Width-ansi.StringWidth(e.name)-4)
		return page.Cut(s.Border.Render(g.H+" ")+s.Title.Render(e.name)+s.Border.Render(" "+strings.Repeat(g.H, rule)), c.Width, g.Ellipsis)
	}
	name, value := v.styles(s, e)
	pointer := " "
	if p == v.at {
		pointer, name, value = g.Pointer, s.Selected.Inherit(name), s.Selected.Inherit(value)
	}
	if p.line == 0 && v.long(e) {
		return name.Render(page.Fit(pointer+e.name, c.Width, g.Ellipsis))
	}
	shown, names := "", nameWidth(c.Width)
	if p.line == 0 {
		shown = e.name
	}
	text := v.lines(p.entry)[p.line]
	switch {
	case p.line == 0 && e.kind == entryNote:
		text = g.Warn + " " + text
	case p.line == 0 && e.link.span != "":
		text = g.After + " " + text
	case e.text() == "":
		text = "(empty)"
	}
	return name.Render(pointer+page.Fit(shown, names, g.Ellipsis)) + value.Render(" "+page.Fit(text, max(0, c.Width-names-2), g.Ellipsis))
}

func (v *spanView) styles(s *themes.Styles, e *entry) (name, value lipgloss.Style) {
	switch e.kind {
	case entryNote:
		return s.Muted, s.Warn
	case entryFault:
		return s.Muted, s.Critical
	case entryEvent:
		return s.Bold, s.Text
	case entryQuiet:
		return s.Muted, s.Muted
	}
	return s.Muted, s.Text
}
