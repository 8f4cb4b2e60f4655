package traces

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Jump is on the way to the trace behind the exemplar of a histogram nearest to its p99. It gives its place to that
// trace as soon as Prometheus has answered, and where there is no exemplar, to the list, which says so. It implements
// page.Page.
type Jump struct{ query page.TraceQuery }

var (
	_ page.Page   = (*Jump)(nil)
	_ page.Opener = (*Jump)(nil)
)

// NewJump returns the page that looks for the exemplar of q's histogram nearest to its p99 and goes on to its trace.
func NewJump(q page.TraceQuery) *Jump { return &Jump{query: q} }

// Title implements page.Page.
func (j *Jump) Title() string { return "exemplar" }

// Wants implements page.Page.
func (j *Jump) Wants(c page.Context) []feed.Request { return evidenceOf(c, j.query).wants }

// Open implements page.Opener.
func (j *Jump) Open(c page.Context) tea.Cmd { return j.leap(c) }

// Update implements page.Page.
func (j *Jump) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		return j.leap(c)
	case tea.KeyPressMsg:
		if msg.String() == "enter" {
			return j.list()
		}
	}
	return nil
}

// leap goes on once it is known where to. It may do so more than once, also while the operator is elsewhere: the root
// takes the first that comes while j is on the screen.
func (j *Jump) leap(c page.Context) tea.Cmd {
	e := evidenceOf(c, j.query)
	switch {
	case len(e.all) > 0 && len(e.waits) == 0:
		ids, values := siblings(e.all)
		return page.Send(page.OpenTrace{ID: ids[0], Query: j.query, Siblings: ids, Values: values, Replace: true, From: j})
	case e.known && len(e.all) == 0:
		return j.list()
	}
	return nil
}

func (j *Jump) list() tea.Cmd {
	return page.Send(page.OpenTraces{Query: j.query, Replace: true, From: j})
}

// View implements page.Page.
func (j *Jump) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	e := evidenceOf(c, j.query)
	lines := []string{page.Title(c.Styles, "Exemplar of "+j.query.Title, "", c.Width)}
	lines = append(lines, page.Explain(c.Styles, "asking Prometheus for "+strings.Join(e.waits, " and ")+" "+reachWords(c, j.query), nil, c.Width)...)
	return append(lines, c.Styles.Muted.Render(page.Cut("  enter goes to the list of traces without waiting, esc back", c.Width, c.Styles.Glyphs.Ellipsis)))
}

// Bindings implements page.Page.
func (j *Jump) Bindings() []key.Binding {
	return []key.Binding{bind("enter", "the list of traces, without waiting for the exemplars")}
}
