package tui

// What a kiosk shows in place of the tabs, and how it is dimmed.

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/themes"
	"dlmon/tui/page"
)

const (
	progressCells = 10
	beatCells     = 4
)

// kioskLine is the second line: the pages, how far it is to the next turn, and at the right end what tells a living
// screen from a frozen one: a sign that moves once a second, the age of the data, the clock. All three are drawn by the
// loop that takes the data in: if it hangs, none of them moves.
func (m *Model) kioskLine(width int) string {
	s, b := m.styles, bar{s: m.styles, tight: 6}
	if texts := m.silence(); len(texts) > 0 {
		return m.silentLine(texts, width)
	}
	left := append(m.alarmParts(), m.turnParts()...)
	if f := m.kiosk.fault; m.now.Before(f.until) {
		left = append([]part{says(s.Warn, form{s.Glyphs.Warn + " " + f.text, 0}, form{s.Glyphs.Warn + " " + page.Cut(f.text, 20, s.Glyphs.Ellipsis), 8})}, left...)
	}
	right := append([]part{says(s.Text, form{m.freshness(), 2}, form{})}, m.beatParts(s.OK)...)
	return b.fit(left, right, width)
}

// alarmParts name the alert that brought the page shown.
func (m *Model) alarmParts() []part {
	s, k := m.styles, m.kiosk
	if k.alarm == nil {
		return nil
	}
	text := " " + s.Glyphs.Critical + " "
	whole := text + k.alarm.Name + " fires"
	if at := k.alarm.Since(); !at.IsZero() {
		whole += " since " + m.zone(at).Format("15:04:05")
	}
	return []part{says(s.BarCritical, form{whole + " ", 3}, form{text + page.Cut(k.alarm.Name, 24, s.Glyphs.Ellipsis) + " ", 7})}
}

// turnParts are the pages in their order, as many of them as fit by their whole names: the one shown goes last, the next
// one before it. Then how far it is to the next turn.
func (m *Model) turnParts() []part {
	s, g, k := m.styles, m.styles.Glyphs, m.kiosk
	var parts []part
	for i, t := range k.turns {
		switch here := m.nav.top() == t.page(); {
		case here:
			title := t.title
			if !s.Color {
				title = "[" + title + "]"
			}
			parts = append(parts, says(s.Focus, form{title, 6}, form{page.Cut(title, 8, g.Ellipsis), 8}, form{}))
		case i == k.next():
			parts = append(parts, says(s.Text, form{t.title, 5}, form{}))
		default:
			parts = append(parts, says(s.Muted, form{t.title, 4}, form{}))
		}
	}
	whole := k.until.Sub(k.since)
	if whole <= 0 || len(k.turns) == 1 && k.alarm == nil {
		return parts
	}
	n := max(0, min(progressCells, int(m.now.Sub(k.since)*progressCells/whole)))
	gone := strings.Repeat(g.BarFull, n) + strings.Repeat(g.BarEmpty, progressCells-n)
	return append(parts, says(s.Muted, form{gone, 3}, form{}))
}

// beatParts are the heartbeat and the clock, which never give way.
func (m *Model) beatParts(style lipgloss.Style) []part {
	g := m.styles.Glyphs
	at := int(m.now.Unix() % beatCells)
	beat := strings.Repeat(g.Off, at) + g.OK + strings.Repeat(g.Off, beatCells-1-at)
	clock := m.zone(m.now)
	return []part{says(style, form{beat, 9}),
		says(m.styles.Bold, form{clock.Format("15:04:05 MST"), 1},
			form{clock.Format("15:04:05") + zoneMark(clock), 8}, form{clock.Format("15:04:05"), 9})}
}

// silentLine says over the whole width that this is not the present, the longest of texts that fits; what moves goes on
// moving.
func (m *Model) silentLine(texts []string, width int) string {
	s, b := m.styles, bar{s: m.styles, tight: 6}
	said := part{}
	for i, text := range texts {
		said.forms = append(said.forms, form{s.Glyphs.Critical + " " + text, 3 * i})
	}
	left, beat := []part{said}, m.beatParts(s.Critical)
	b.fit(left, beat, width)
	right := b.join(beat, 2)
	return page.Fit(s.BarCritical.Render(" "+left[0].String()+" "), max(0, width-lipgloss.Width(right)), s.Glyphs.Ellipsis) + right
}

// dim changes over to the styles of the hour.
func (m *Model) dim() tea.Cmd {
	k := m.kiosk
	night := k.o.Dim.Has(m.zone(m.now))
	if night == k.dimmed {
		return nil
	}
	k.dimmed = night
	m.styles = m.styled(m.styles.Dark)
	return m.tellAll(page.DataMsg{})
}

// dim is s for a dark room: everything faint but what is critical.
func dim(s *themes.Styles) *themes.Styles {
	d := *s
	for _, st := range []*lipgloss.Style{
		&d.Text, &d.Muted, &d.Faint, &d.Bold, &d.Title, &d.OK, &d.Warn, &d.Pending, &d.NoData, &d.Stale, &d.Focus, &d.Border,
		&d.Selected, &d.Key, &d.Bar, &d.BarOK, &d.BarWarn, &d.Past, &d.Cursor,
	} {
		*st = st.Bold(false).Faint(true)
	}
	faint := func(styles []lipgloss.Style) []lipgloss.Style {
		out := make([]lipgloss.Style, len(styles))
		for i, st := range styles {
			out[i] = st.Bold(false).Faint(true)
		}
		return out
	}
	d.Series, d.Heat = faint(s.Series), faint(s.Heat)
	return &d
}
