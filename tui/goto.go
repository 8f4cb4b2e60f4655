package tui

// The prompt that a time or a range is typed into.

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/tui/page"
	"dlmon/tui/when"
)

// gotoPrompt stands in the place of the tabs while it is open.
type gotoPrompt struct {
	open  bool
	text  string
	fault string // why text was refused; "" until it was
}

const gotoExamples = "14:05, yesterday 14:00, 2026-11-23T14:00Z..15:00Z, -3h..-2h"

// key takes every key while the prompt is open.
func (m *Model) gotoKey(k tea.KeyPressMsg) tea.Cmd {
	p := &m.prompt
	switch k.String() {
	case "esc":
		*p = gotoPrompt{}
		return nil
	case "enter":
		if p.text == "" {
			*p = gotoPrompt{}
			return nil
		}
		s, err := when.Parse(p.text, m.zone(m.wall()), m.window)
		if err != nil {
			p.fault = err.Error()
			return nil
		}
		*p = gotoPrompt{}
		return m.goTo(s)
	case "backspace":
		if r := []rune(p.text); len(r) > 0 {
			p.text = string(r[:len(r)-1])
		}
	case "ctrl+u":
		p.text = ""
	default:
		p.add(k.Text)
		return nil
	}
	p.fault = ""
	return nil
}

// add appends what was typed or pasted.
func (p *gotoPrompt) add(text string) {
	if text != "" {
		p.text = sources.CleanName(p.text + text)
		p.fault = ""
	}
}

// gotoLine is the prompt on exactly width cells: what was typed is always seen, or its end.
func (m *Model) gotoLine(width int) string {
	s, p := m.styles, m.prompt
	b := bar{s: m.styles, tight: 6}
	typed := says(s.Bold, form{"go to: " + p.text + "_", 1}, form{"@" + p.text + "_", 9}, form{"@" + s.Glyphs.Ellipsis + lastRunes(p.text, 12) + "_", 0})
	rest := []part{says(s.Muted, form{gotoExamples, 1}, form{"14:05, yesterday 14:00, -3h..-2h", 2}, form{})}
	if p.fault != "" {
		rest = []part{says(s.Warn, form{s.Glyphs.Warn + " " + p.fault, 7},
			form{s.Glyphs.Warn + " " + page.Cut(p.fault, max(width-len("@ _  ")-4-len([]rune(p.text)), 12), s.Glyphs.Ellipsis), 8}, form{s.Glyphs.Warn, 0})}
	}
	help := part{forms: []form{{}}}
	if k := m.typingHelp(); k != "" && !m.help.open {
		help = says(s.Muted, form{k + " help", 2}, form{k, 3}, form{})
	}
	return b.fit(append([]part{typed}, rest...), []part{help, says(s.Muted, form{"esc leaves", 3}, form{})}, width)
}

func lastRunes(s string, n int) string {
	r := []rune(s)
	return string(r[max(len(r)-n, 0):])
}
