package alerts

import (
	"charm.land/bubbles/v2/key"
)

func bind(shown, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, what))
}

// Bindings implements page.Page. What writes is left out where nothing may be written.
func (p *Page) Bindings() []key.Binding {
	write := func(b ...key.Binding) []key.Binding {
		if p.readOnly {
			return nil
		}
		return b
	}
	var out []key.Binding
	add := func(b ...key.Binding) { out = append(out, b...) }
	filter := bind("/", "filter as you type; enter keeps it, esc drops it", "/")
	switch {
	case p.form != nil:
		add(bind("enter", "check it and be asked whether to send it", "enter"), bind("tab", "next field; shift+tab the one before", "tab", "down"),
			bind("ctrl+o", "next operator of a matcher, next duration", "ctrl+o"), bind("ctrl+x", "remove the matcher", "ctrl+x"),
			bind("ctrl+n", "add a matcher", "ctrl+n"), bind("esc", "leave", "esc"))
		return out
	case p.mode == modeSilences:
		add(bind("up down", "select; pgup, pgdown, home and end", "up", "down", "k", "j"))
		add(write(bind("n", "new silence", "n"), bind("e", "extend, or change its comment", "e"),
			bind("D", "expire it now; asks first", "D"), bind("z", "create an expired one anew", "z"))...)
		add(filter, bind("y", "copy its matchers", "y"))
		return out
	case p.mode == modeDetail:
		add(bind("up down", "scroll; pgup, pgdown, home and end", "up", "down", "k", "j"),
			bind("left right", "the alert before or after in the list", "left", "right", "h", "l"))
	default:
		add(bind("enter", "detail: the expression over time, labels, links, Alertmanager", "enter"),
			bind("up down", "select; pgup, pgdown, home and end", "up", "down", "k", "j"),
			bind("right left", "list the alerts of one name, or fold them", "right", "left", "l", "h"))
	}
	add(bind("t", "the trace of an exemplar of the rule's histogram, else the list of traces that explain the alert", "t"),
		bind("o", "the page of the alert's tenant", "o"))
	add(write(bind("z", "silence it: a form with its labels", "z"))...)
	if p.mode == modeList {
		add(write(bind("Z", "silence what the filter shows", "Z"))...)
	}
	add(bind("a", "silences: list, extend, expire", "a"), bind("y", "copy the alert, or the rule's expression", "y"),
		bind("Y", "copy a link of its annotations; again: the next", "Y"))
	if p.mode == modeList {
		add(bind("s", "sort by the next order", "s"), bind("S", "reverse the order", "S"),
			bind("b", "group by state, group, severity, nothing", "b"), filter)
	}
	return out
}
