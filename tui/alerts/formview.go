package alerts

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
)

// formLines draw the form, or the question whether it is to be sent.
func (p *Page) formLines(c page.Context) []string {
	f, s, g := p.form, c.Styles, c.Styles.Glyphs
	title := "New silence"
	if f.changes() {
		title = "Change a silence"
	}
	facts := "enter checks it " + g.Dot + " esc leaves"
	switch {
	case f.sending:
		facts = "sending"
	case f.confirming:
		facts = "y sends it " + g.Dot + " esc goes back"
	}
	lines := []string{page.Title(s, title, facts, c.Width)}
	if f.err != nil {
		lines = append(lines, page.Explain(s, "Alertmanager did not take it; nothing is lost", f.err, c.Width)...)
	}
	if f.confirming || f.sending {
		return append(lines, p.questionLines(c, c.Height-len(lines))...)
	}
	fields, starts, focus := f.fieldLines(c)
	preview := p.previewLines(c, max(3, min(12, c.Height/3)))
	// Where not all of it has room, what is typed into stays in sight, and the number of alerts too.
	room := max(1, c.Height-len(lines)-len(preview))
	if over := len(fields) - room; over > 0 {
		from := max(0, min(focus-room/2, over))
		first := fields[from]
		if from > 0 && focus > from { // what is sent is not all in sight: that is said in the first line's place
			hidden := 0
			for _, at := range starts {
				hidden += boolRank(at <= from)
			}
			first = s.Muted.Render(page.Cut(fmt.Sprintf("   %s %d more above", g.Ellipsis, hidden), c.Width, g.Ellipsis))
		}
		fields = append([]string{first}, fields[from+1:from+room]...)
	}
	lines = append(lines, fields...)
	return append(lines, preview...)
}

// fieldLines are the form's fields; starts are the lines on which they begin, focus is that of the one typed into.
func (f *form) fieldLines(c page.Context) (lines []string, starts []int, focus int) {
	s, g := c.Styles, c.Styles.Glyphs
	const label = 13
	width := max(c.Width-label-2, 4)
	if f.changes() {
		starts = append(starts, 0)
		for i, l := range page.Wrap(matchersText(f.base.Matchers), width, 4, g.Ellipsis) {
			name := ""
			if i == 0 {
				name = "   silences"
			}
			lines = append(lines, s.Muted.Render(page.Fit(name, label, ""))+s.Text.Render(l))
		}
	}
	for i := range f.fields() {
		name := ""
		switch below := i - f.first(); {
		case below >= 0:
			name = belowNames[below]
			if below == fieldEnds && f.changes() {
				name = "ends in"
			}
		case i == 0:
			name = "silence"
		default:
			name = "and"
		}
		style, pointer := s.Muted, "   "
		if i == f.at {
			style, pointer, focus = s.Key, " "+g.Pointer+" ", len(lines)
		}
		starts = append(starts, len(lines))
		lines = append(lines, style.Render(page.Fit(pointer+name, label, ""))+f.inputLine(c, i, width)+s.Muted.Render(f.creatorWas(i)))
		if fault := f.faults[i]; fault != "" {
			sign := g.Critical
			for _, l := range page.Wrap(fault, width, 2, g.Ellipsis) {
				lines = append(lines, strings.Repeat(" ", label-2)+s.Critical.Render(sign+" "+l))
				sign = " "
			}
		}
		if i == f.at {
			lines = append(lines, s.Muted.Render(page.Cut(strings.Repeat(" ", label)+f.hint(c), c.Width, g.Ellipsis)))
		}
	}
	return lines, starts, focus
}

// creatorWas is what stands beside a silence's creator where that becomes another.
func (f *form) creatorWas(field int) string {
	if field != f.first()+fieldCreator || !f.changes() || strings.TrimSpace(f.field(field).Value()) == f.base.CreatedBy {
		return ""
	}
	return "  was: " + f.base.CreatedBy
}

func (f *form) inputLine(c page.Context, i, width int) string {
	s, in := c.Styles, f.field(i)
	state := textinput.StyleState{Text: s.Text, Placeholder: s.Faint, Suggestion: s.Faint, Prompt: s.Muted}
	in.SetStyles(textinput.Styles{Focused: state, Blurred: state})
	if in.Width() != width {
		in.SetWidth(width)
		in.SetCursor(in.Position())
	}
	line := strings.TrimRight(in.View(), " ")
	// What is scrolled off on the left is seen to be, unless the cursor stands where that would be said.
	shown := strings.TrimRight(ansi.Strip(line), " ")
	if v := in.Value(); v != "" && !strings.HasPrefix(v, shown) && !strings.HasPrefix(string([]rune(v)[in.Position():]), shown) {
		line = ansi.TruncateLeft(line, 1, s.Muted.Render(c.Styles.Glyphs.Ellipsis))
	}
	return line
}

// blank tells that no matcher has been begun.
func (f *form) blank() bool {
	return !f.changes() && !slices.ContainsFunc(f.matchers, func(in textinput.Model) bool { return strings.TrimSpace(in.Value()) != "" })
}

// hint says what the field takes.
func (f *form) hint(c page.Context) string {
	switch f.at - f.first() {
	case fieldEnds:
		text := "30m, 2h, 1d; ctrl+o the next of " + strings.Join(presets, " ")
		if f.changes() {
			text = "2h from now, or +2h later than " + clock(c, f.base.EndsAt) + "; empty: as it is"
		}
		return text
	case fieldCreator:
		return "who silences it"
	case fieldComment:
		return "why; required"
	}
	if f.field(f.at).Value() == "" {
		return "name=value, such as alertname=HighErrorRate; ctrl+n adds another"
	}
	return "ctrl+o = != =~ !~   ctrl+x removes   ctrl+n adds"
}

// previewLines say which alerts the silence would silence now, on at most limit lines.
func (p *Page) previewLines(c page.Context, limit int) []string {
	s, g, f := c.Styles, c.Styles.Glyphs, p.form
	m, ok := f.previewed(p.known(c))
	var lines []string
	say := func(text string) {
		for i, l := range page.Wrap(text, max(c.Width-3, 1), 2, g.Ellipsis) {
			sign := g.Warn
			if i > 0 {
				sign = " "
			}
			lines = append(lines, s.Warn.Render(" "+sign+" "+l))
		}
	}
	for _, n := range f.notes {
		say(n)
	}
	if f.blank() {
		text := " which alerts it silences is shown here as soon as a matcher is written"
		return append(lines, s.Muted.Render(page.Cut(text, c.Width, g.Ellipsis)))
	}
	if !ok {
		say("a matcher can't be read yet: which alerts it silences is not known")
		return lines
	}
	if f.shown > 0 && f.shown != len(m.alerts) {
		say(fmt.Sprintf("the filter shows %s, these matchers match %d", counted(f.shown, "alert"), len(m.alerts)))
	}
	if m.unsure > 0 {
		say(fmt.Sprintf("%s may match too: a label named here holds characters that dlmon does not show", counted(m.unsure, "alert")))
	}
	text, style := "matches "+counted(len(m.alerts), "alert")+" now", s.Bold
	var parts []string
	if m.pending > 0 {
		parts = append(parts, fmt.Sprintf("%d pending", m.pending))
	}
	if already := page.Quiets(m.silenced, m.inhibited); already != "" {
		parts = append(parts, already+" already")
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if len(m.alerts) == 0 {
		style = s.Warn
		text = g.Warn + " " + text
	}
	if snap := c.Data.Managed(); snap.Err != nil {
		text += ", as far as is known: Alertmanager does not answer"
	}
	lines = append(lines, style.Render(page.Cut(" "+text, c.Width, g.Ellipsis)))
	return append(lines, names(c, m.alerts, max(1, limit-len(lines)), nil)...)
}

// questionLines ask whether the silence is to be sent, on at most height lines.
func (p *Page) questionLines(c page.Context, height int) []string {
	s, f := c.Styles, p.form
	x, _ := f.written(c.Now)
	if f.sending {
		x = f.sent
	}
	t := &sheet{c: c}
	t.say("silence", matchersText(x.Matchers))
	from := "from now"
	if !x.StartsAt.IsZero() {
		from = "from " + clock(c, x.StartsAt)
	}
	t.say("when", from+" until "+clock(c, x.EndsAt)+", in "+span(x.EndsAt.Sub(c.Now)))
	t.say("by", x.CreatedBy+f.creatorWas(f.first()+fieldCreator))
	t.say("comment", x.Comment)
	ask := " " + s.Key.Render("y") + s.Text.Render(" sends it to Alertmanager   ") + s.Key.Render("esc") + s.Text.Render(" goes back")
	if f.sending {
		ask = " " + s.Bold.Render(s.Glyphs.Pending+" sending it to Alertmanager"+s.Glyphs.Ellipsis)
	}
	return asking(c, t.lines, p.previewLines(c, max(2, min(12, height/2))), ask, height)
}

// asking is a question with what it is about, and what it does, on at most height lines: the question and the number of
// alerts stay in sight.
func asking(c page.Context, about, does []string, ask string, height int) []string {
	lines := append([]string{""}, about...)
	lines = append(append(lines, ""), does...)
	lines = append(lines, "", ask)
	if len(lines) <= height {
		return lines
	}
	room := max(0, height-len(does)-1)
	if len(about) > room {
		about = append(about[:max(0, room-1):max(0, room-1)], c.Styles.Muted.Render(" "+c.Styles.Glyphs.Ellipsis))
	}
	return append(append(about, does...), ask)
}
