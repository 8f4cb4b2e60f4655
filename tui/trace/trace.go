// Package trace is the page of one trace: its waterfall, its spans, its flame graph.
package trace

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// Trace is one trace. It implements page.Page, page.Capturer and page.Escaper.
type Trace struct {
	asked page.OpenTrace // how it was reached
	look  look
	gen   uint64 // of the last piece of work that was handed to page.Compute

	at    time.Time         // when the trace was read
	a     *tracing.Analysis // what the rest was made from; nil until the trace is there
	facts facts
	rows  rows
	zoom  window // the stretch that the bars show; the zero window is the whole trace
	mini  minimap
	find  find
	span  spanView
	flame flame
	hits  page.Hits // of the waterfall
	self  int       // where "s" went last: only from there does it go on
}

// look is which of a trace's pictures is shown.
type look int

const (
	waterfall look = iota
	oneSpan
	merged // the flame graph
)

var (
	_ page.Page     = (*Trace)(nil)
	_ page.Capturer = (*Trace)(nil)
	_ page.Escaper  = (*Trace)(nil)
)

// New returns the page of the trace that o names.
func New(o page.OpenTrace) *Trace { return &Trace{asked: o, self: -1} }

// Title implements page.Page.
func (t *Trace) Title() string { return "trace " + shortID(t.asked.ID) }

func shortID(id string) string { return page.Cut(id, 8, "") }

// Scope implements page.Scoped.
func (t *Trace) Scope() string { return "trace" }

// Wants implements page.Page.
func (t *Trace) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Trace, TraceID: t.asked.ID, Every: feed.Once}}
}

// Capturing implements page.Capturer.
func (t *Trace) Capturing() bool {
	switch t.look {
	case waterfall:
		return t.find.prompt.Open
	case oneSpan:
		return t.span.filter.Open
	}
	return false
}

// Escape implements page.Escaper: it leaves the innermost of what is open.
func (t *Trace) Escape() bool {
	switch {
	case t.look == oneSpan:
		if !t.span.escape() {
			t.closeSpan()
		}
	case t.look == merged:
		if !t.flame.escape() {
			t.look = waterfall
		}
	case t.find.prompt.Escape():
		t.find.drop()
	case t.zoom != window{}:
		t.zoom = window{}
	default:
		return false
	}
	return true
}

// Update implements page.Page.
func (t *Trace) Update(c page.Context, msg tea.Msg) tea.Cmd {
	t.sync(c)
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = t.key(c, msg)
	case tea.PasteMsg:
		t.paste(msg.Content)
	case page.Computed:
		t.computed(msg)
	}
	return tea.Batch(cmd, t.work(c))
}

// work starts what has to be worked out off the loop, if anything has.
func (t *Trace) work(c page.Context) tea.Cmd {
	if len(t.rows.shown) == 0 {
		return nil
	}
	find := t.startFind()
	switch t.look {
	case oneSpan:
		return tea.Batch(find, t.startFilter(c))
	case merged:
		return tea.Batch(find, t.startFlame())
	}
	return find
}

// next numbers a piece of work.
func (t *Trace) next() uint64 {
	t.gen++
	return t.gen
}

func (t *Trace) computed(msg page.Computed) {
	switch v := msg.Value.(type) {
	case found:
		t.found(msg.Gen, v)
	case filtered:
		t.span.narrow(msg.Gen, v)
	case *flameGraph:
		t.flame.take(msg.Gen, v)
	}
}

func (t *Trace) paste(text string) {
	switch {
	case t.look == waterfall && t.find.prompt.Open:
		t.find.prompt.Add(text)
	case t.look == oneSpan && t.span.filter.Open:
		t.span.filter.Add(text)
	}
}

// sync takes a new snapshot over: what was selected and folded stays so.
func (t *Trace) sync(c page.Context) {
	snap := c.Data.Trace(t.asked.ID)
	if !snap.OK() || snap.Value == t.a || t.a != nil && snap.At.Equal(t.at) {
		return
	}
	first := t.a == nil
	old := t.rows
	t.a, t.at = snap.Value, snap.At
	t.facts = factsOf(c, t.a)
	t.rows = newRows(t.a.Nodes)
	t.rows.carry(&old)
	t.find.stale, t.self = true, -1
	if len(t.a.Nodes) == 0 {
		t.look = waterfall
		t.find.drop()
		return
	}
	if first && t.asked.Span != "" {
		t.facts.lost = !t.selectSpan(t.asked.Span)
	}
	if t.look == oneSpan {
		t.span.reread(t.rows.node())
	}
}

// selectSpan jumps to the first span of that id and tells whether there is one.
func (t *Trace) selectSpan(id string) bool {
	for i := range t.a.Nodes {
		if t.a.Nodes[i].Span.SpanID == id {
			t.rows.jump(i)
			return true
		}
	}
	return false
}

// whole is the time of the trace.
func (t *Trace) whole() window { return window{0, max(t.a.Duration, 0)} }

// shown is the time that the bars show.
func (t *Trace) shown() window {
	if t.zoom == (window{}) {
		return t.whole()
	}
	return t.zoom
}

// View implements page.Page.
func (t *Trace) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	t.sync(c)
	t.hits.Reset()
	if len(t.rows.shown) == 0 {
		return t.waiting(c)
	}
	switch t.look {
	case oneSpan:
		return t.viewSpan(c)
	case merged:
		return t.viewFlame(c)
	}
	return t.viewWaterfall(c)
}

// waiting says why there is no trace to see.
func (t *Trace) waiting(c page.Context) []string {
	snap, id := c.Data.Trace(t.asked.ID), t.asked.ID
	what := "asking for trace " + id
	switch n := c.Data.Loading(id); {
	case n > 0:
		what = fmt.Sprintf("reading trace %s: %s so far, esc cancels", id, counted(n, "span"))
	case snap.Err != nil:
		what = "asked for trace " + id
	case snap.OK():
		what = "trace " + id + " has no spans"
	case slices.ContainsFunc(c.Data.Sources(), func(s feed.SourceStatus) bool { return s.Name == feed.SourceJaeger && s.State == feed.Off }):
		what = "Jaeger is off: set --jaeger-url to see trace " + id
	}
	lines := page.Explain(c.Styles, what, snap.Err, c.Width)
	if e := t.exemplar(); e != "" {
		lines = append(lines, page.Cut(c.Styles.Muted.Render("  "+e), c.Width, c.Styles.Glyphs.Ellipsis))
	}
	return lines[:min(len(lines), c.Height)]
}

// counted writes a number of things: "1 span", "41,200 spans".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func bind(shown, what string) key.Binding { return page.Bind(shown, what) }
