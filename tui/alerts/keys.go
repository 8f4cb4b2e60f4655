package alerts

import (
	"charm.land/bubbles/v2/key"

	"dlmon/tui/page"
)

// Bindings implements page.Page. What writes is left out where nothing may be written.
func (p *Page) Bindings() []key.Binding {
	write := func(b ...key.Binding) []key.Binding {
		if p.fixed {
			return nil
		}
		return b
	}
	var out []key.Binding
	add := func(b ...key.Binding) { out = append(out, b...) }
	filter := page.Bind("/", "filter as you type; enter keeps it, esc drops it")
	switch {
	case p.form != nil:
		add(page.Bind("enter", "check it and be asked whether to send it"), page.Bind("tab shift+tab", "next field; the one before"),
			page.Bind("ctrl+o", "next operator of a matcher, next duration"), page.Bind("ctrl+x", "remove the matcher"),
			page.Bind("ctrl+n", "add a matcher"), page.Bind("esc", "leave"))
		return out
	case p.mode == modeSilences:
		add(page.BindRows("select"))
		add(write(page.Bind("n", "new silence"), page.Bind("e", "extend, or change its comment"),
			page.Bind("D", "expire it now; asks first"))...)
		if p.expired {
			add(write(page.Bind("z", "create an expired one anew"))...)
		}
		add(filter, page.Bind("y", "copy its matchers"))
		return out
	case p.mode == modeDetail:
		add(page.BindRows("scroll"),
			page.Bind("left right", "the alert before or after in the list"))
	default:
		add(page.Bind("enter", "detail: the expression over time, labels, links, Alertmanager"),
			page.BindRows("select"),
			page.Bind("right left", "list the alerts of one name, or fold them"))
	}
	add(page.Bind("t", "the trace of an exemplar of the rule's histogram, else the list of traces that explain the alert"),
		page.Bind("o", "the page of the alert's tenant"))
	add(write(page.Bind("z", "silence it: a form with its labels"))...)
	if p.mode == modeList {
		add(write(page.Bind("Z", "silence what the filter shows"))...)
	}
	add(page.Bind("a", "silences: list, extend, expire"), page.Bind("y", "copy the alert, or the rule's expression"),
		page.Bind("Y", "copy a link of its annotations; again: the next"))
	if p.mode == modeList {
		add(page.Bind("s", "sort by the next column"), page.Bind("S", "reverse the order"),
			page.Bind("b", "group by state, group, severity, nothing"), filter)
	}
	return out
}
