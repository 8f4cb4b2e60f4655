// Package trace is the page of one trace: its waterfall, its spans, its flame graph.
package trace

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Trace is one trace as a waterfall. It implements page.Page.
type Trace struct {
	open_  page.OpenTrace // how it was reached
	id     string
	cursor int             // index into rows
	offset int             // first row shown
	open   map[string]bool // spans whose details are shown, by span id
	folded map[string]bool // spans whose children are hidden

	at       time.Time // of the snapshot that the rest was made from
	width    int       // for which the details were wrapped
	a        *tracing.Analysis
	nodes    []tracing.Node
	start    time.Time
	duration time.Duration
	services []string
	errors   int
	rows     []row
}

// row is one line of the waterfall: a span, or a line of the details under it.
type row struct {
	node   int
	detail string // styled; only when isText
	isText bool
}

var _ page.Page = (*Trace)(nil)

// New returns the page of the trace that o names.
func New(o page.OpenTrace) *Trace {
	return &Trace{open_: o, id: o.ID, open: map[string]bool{}, folded: map[string]bool{}}
}

// Title implements page.Page.
func (t *Trace) Title() string { return "trace " + shortID(t.id) }

func shortID(id string) string { return id[:min(8, len(id))] }

// Wants implements page.Page.
func (t *Trace) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Trace, TraceID: t.id, Every: feed.Once}}
}

// Update implements page.Page.
func (t *Trace) Update(c page.Context, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	t.sync(c)
	if len(t.rows) == 0 {
		return nil
	}
	id := t.nodes[t.rows[t.cursor].node].Span.SpanID
	switch k.String() {
	case "enter":
		t.toggle(t.open, id)
		t.build(c)
	case "space":
		t.toggle(t.folded, id)
		t.build(c)
	case "left", "h":
		t.folded[id] = true
		t.build(c)
	case "right", "l":
		delete(t.folded, id)
		t.build(c)
	case "e":
		t.nextError()
	default:
		if d, ok := page.Motion(k, t.visible(c), len(t.rows)); ok {
			t.cursor = max(0, min(t.cursor+d, len(t.rows)-1))
		}
	}
	return nil
}

func (t *Trace) toggle(set map[string]bool, id string) {
	if set[id] {
		delete(set, id)
	} else {
		set[id] = true
	}
	// The cursor goes to the span itself: the lines under it may vanish.
	for t.cursor > 0 && t.rows[t.cursor].isText {
		t.cursor--
	}
}

// nextError moves to the next failed span, from the top again after the last.
func (t *Trace) nextError() {
	for i := range t.rows {
		j := (t.cursor + 1 + i) % len(t.rows)
		if r := t.rows[j]; !r.isText && t.nodes[r.node].Span.Error {
			t.cursor = j
			return
		}
	}
}

// sync takes a new snapshot or width over.
func (t *Trace) sync(c page.Context) {
	snap := c.Data.Trace(t.id)
	if !snap.OK() || snap.At.Equal(t.at) && c.Width == t.width {
		return
	}
	if !snap.At.Equal(t.at) {
		t.at, t.a = snap.At, snap.Value
		t.nodes, t.services, t.errors = t.a.Nodes, t.a.Services, t.a.Errors
		t.start, t.duration = t.a.Start, t.a.Duration
	}
	t.build(c)
}

// build lays out the rows: spans without the folded ones' descendants, and opened details.
func (t *Trace) build(c page.Context) {
	t.width = c.Width
	t.rows = t.rows[:0]
	hidden := -1 // depth below which spans are folded away
	for i := range t.nodes {
		n := &t.nodes[i]
		if hidden >= 0 && n.Depth > hidden {
			continue
		}
		hidden = -1
		t.rows = append(t.rows, row{node: i})
		if t.open[n.Span.SpanID] {
			for _, l := range spanDetails(c, n, t.start) {
				t.rows = append(t.rows, row{node: i, detail: l, isText: true})
			}
		}
		if t.folded[n.Span.SpanID] && n.Children > 0 {
			hidden = n.Depth
		}
	}
	t.cursor = max(0, min(t.cursor, len(t.rows)-1))
}

func (t *Trace) visible(c page.Context) int { return max(1, c.Height-headLines) }

// headLines are the lines above the waterfall: the trace's facts, and the time axis.
const headLines = 2

// View implements page.Page.
func (t *Trace) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	s := c.Styles
	t.sync(c)
	snap := c.Data.Trace(t.id)
	if len(t.rows) == 0 {
		what := "asking for trace " + t.id
		switch {
		case snap.Err != nil:
			what = "asked for trace " + t.id
		case snap.OK():
			what = "trace " + t.id + " has no spans"
		}
		return page.Explain(s, what, snap.Err, c.Width)
	}
	lines := []string{t.header(c)}
	cols := t.columns(c.Width)
	lines = append(lines, cols.axis(s, t.duration))
	visible := t.visible(c)
	t.offset = page.Scroll(t.offset, t.cursor, visible, len(t.rows))
	for i := t.offset; i < min(t.offset+visible, len(t.rows)); i++ {
		r := t.rows[i]
		if r.isText {
			pointer := " "
			if i == t.cursor {
				pointer = s.Glyphs.Pointer
			}
			lines = append(lines, pointer+r.detail)
			continue
		}
		lines = append(lines, t.span(c, cols, r.node, i == t.cursor))
	}
	return lines
}

// header is the trace in one line, the id first.
func (t *Trace) header(c page.Context) string {
	s := c.Styles
	root := t.nodes[0].Span
	facts := []string{}
	for i := range t.a.Trace.Spans {
		if tenant := c.SpanTenant(&t.a.Trace.Spans[i]); tenant != "" {
			facts = append(facts, s.Bold.Render(tenant))
			break
		}
	}
	facts = append(facts, s.Bold.Render(dashboard.FormatDuration(t.duration)),
		counted(len(t.nodes), "span"), counted(len(t.services), "service"))
	if t.errors > 0 {
		facts = append(facts, s.Critical.Render(s.Glyphs.Critical+" "+counted(t.errors, "error")))
	}
	facts = append(facts, c.Zone(t.start).Format("2006-01-02 15:04:05 MST"))
	id := t.id
	if c.Width < 140 {
		id = shortID(id) + s.Glyphs.Ellipsis
	}
	return page.Title(s, "trace "+id+"  "+root.Operation, strings.Join(facts, "  "), c.Width)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func bind(shown, what string) key.Binding {
	return key.NewBinding(key.WithKeys(shown), key.WithHelp(shown, what))
}

// Bindings implements page.Page.
func (t *Trace) Bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "tags, events and exceptions of the span; again to close"),
		bind("up down", "select; pgup, pgdown, home and end"),
		bind("left right", "fold, unfold the spans below"),
		bind("e", "next failed span"),
	}
}
