package tui

// How the first page's list is arranged: as options say, and as a handoff's command has it.

import (
	"cmp"
	"time"

	"dlmon/tui/handoff"
	"dlmon/tui/page"
)

// List is the list of a first page (Options.Page), for what it can be arranged by; false: that page is none.
func List(id string) (page.Arranger, bool) {
	n := newNavigator(nil, id, "")
	l, ok := n.top().(page.Arranger)
	return l, ok
}

// arrange has the first page begin as the options say.
func (m *Model) arrange() {
	m.clock.cursor = m.o.Cursor
	if l, ok := m.nav.top().(page.Arranger); ok && m.o.Arrangement != (page.Arrangement{}) {
		l.Arrange(m.o.Arrangement)
	}
}

// arranged are the options that arrange the list which the command opens as it is now, nil for none, and pick the time
// that is picked.
func (m *Model) arranged(d handoff.Document, l page.Arranger) []string {
	var argv []string
	add := func(name, value string) {
		if value != "" {
			argv = append(argv, "--"+name, value)
		}
	}
	if l != nil {
		a := l.Arranged()
		add("filter", a.Filter)
		if names := l.Orders(); a.Reversed && len(names) > 0 {
			a.Sort = "-" + cmp.Or(a.Sort, names[0])
		}
		add("sort", a.Sort)
		add("group", a.Group)
	}
	if at := m.picked(m.window); !at.IsZero() {
		if at.Before(d.From) { // the oldest column begins before the window
			at = d.From
		}
		add("cursor", at.UTC().Format(time.RFC3339))
	}
	return argv
}
