// Package traces is where a panel, a tenant or an alert is explained: the list of traces that have to do with it, the
// form that searches for others, and the way from an exemplar to its trace.
package traces

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// List is the list of traces that answer a query; of an empty query, the recent ones. It implements page.Page.
type List struct {
	query   page.TraceQuery
	finder  finder
	cursor  page.Cursor
	hits    page.Hits
	filter  page.Filter
	marks   marks
	order   order
	reverse bool // against the order's natural direction
	chosen  bool // the operator has chosen the order

	arranged arranged // the rows of the last frame
}

var (
	_ page.Page     = (*List)(nil)
	_ page.Capturer = (*List)(nil)
	_ page.Escaper  = (*List)(nil)
)

// NewList returns the list that answers q.
func NewList(q page.TraceQuery) *List {
	l := &List{query: q, order: byDuration}
	switch {
	case recent(q):
		l.order = byStart
	case q.Errors:
		l.order = byFailed
	}
	return l
}

// Title implements page.Page.
func (l *List) Title() string {
	if l.query.Title == "" {
		return "Traces"
	}
	return "traces: " + l.query.Title
}

// Scope implements page.Scoped.
func (l *List) Scope() string { return "traces" }

// Wants implements page.Page.
func (l *List) Wants(c page.Context) []feed.Request {
	return append([]feed.Request{{Kind: feed.Services}}, l.finder.look(c, l.query).wants...)
}

// Capturing implements page.Capturer.
func (l *List) Capturing() bool { return l.filter.Open }

// Escape implements page.Escaper.
func (l *List) Escape() bool { return l.filter.Escape() }

// frame is what the list shows now.
type frame struct {
	result  result
	rows    []*sources.TraceSummary
	ids     []string
	notes   []string // lines between title and scatter
	foot    []string // the line of keys
	visible int      // how many rows fit
}

// frame works out what is shown now, and finds the selection in it.
func (l *List) frame(c page.Context) frame {
	f := frame{result: l.finder.look(c, l.query)}
	l.arrange(c, &f)
	f.notes = l.notes(c, f.result)
	f.foot = page.Footer(c, l.hints(c.Width)...)
	f.visible = max(1, c.Height-2-len(f.notes)-scatterHeight(c, f.result)-len(f.foot))
	l.cursor.Sync(f.ids, f.visible)
	return f
}

// Update implements page.Page.
func (l *List) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		l.arranged = arranged{}
	case tea.PasteMsg:
		if l.filter.Open {
			l.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		if !l.filter.Key(msg) {
			return l.key(c, msg)
		}
	}
	return nil
}

func (l *List) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	f := l.frame(c)
	id := l.cursor.Selected(f.ids)
	switch name := k.String(); name {
	case "s":
		tenants := slices.ContainsFunc(f.rows, func(t *sources.TraceSummary) bool { return f.result.tenantOf(c, t) != "" })
		l.order, l.reverse, l.chosen = l.order.next(tenants), false, true
	case "S":
		l.reverse, l.chosen = !l.reverse, true
	case "left":
		l.pick(f, -1)
	case "right":
		l.pick(f, 1)
	case "shift+left":
		l.pick(f, -10)
	case "shift+right":
		l.pick(f, 10)
	case "V":
		l.marks = marks{}
	case "d", "o", "e", "w", "c":
		return l.marks.analysis(c, name, l.query)
	case "n":
		return page.Send(page.OpenSearch{Query: l.query})
	case "t":
		return l.exemplar(f.result)
	case "v", "y", "enter":
		if id != "" {
			l.cursor.Key = id // so that a refresh doesn't move it away, and Back finds it
			return l.act(f.result, name, id)
		}
	default:
		if d, ok := page.Motion(k, f.visible, len(f.rows)); ok {
			l.cursor.Move(f.ids, d, f.visible)
		}
	}
	return nil
}

// act does what a key does to the selected trace.
func (l *List) act(r result, name, id string) tea.Cmd {
	switch name {
	case "v":
		l.marks.step(id)
	case "y":
		return page.Send(page.Copy{Text: id, What: "trace id " + id})
	case "enter":
		o := page.OpenTrace{ID: id, Query: l.query}
		if _, ok := r.top[id]; ok {
			o.Siblings, o.Values = siblings(r.evidence.all)
			o.ID = o.Siblings[r.top[id]]
		}
		return page.Send(o)
	}
	return nil
}

// exemplar goes to the trace behind the query's exemplar nearest to its p99.
func (l *List) exemplar(r result) tea.Cmd {
	e := r.evidence
	switch {
	case e.metric == "":
		return page.Send(page.Notice{Text: "this list belongs to no latency panel, so that there are no exemplars; enter opens the selected trace"})
	case len(e.waits) > 0 && e.none == "":
		return page.Send(page.Notice{Text: "still asking Prometheus for " + strings.Join(e.waits, " and ")})
	case e.none != "":
		return page.Send(page.Notice{Text: e.none + "; enter opens the selected trace"})
	}
	return page.Send(page.OpenExemplar{Query: l.query})
}

// View implements page.Page.
func (l *List) View(c page.Context) []string {
	l.hits.Reset()
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	f := l.frame(c)
	title := "Recent traces"
	if l.query.Title != "" {
		title = "Traces of " + l.query.Title
	}
	lines := append([]string{page.Title(c.Styles, title, l.facts(c, f), c.Width)}, f.notes...)
	if len(f.rows) == 0 {
		return append(lines, l.why(c, f.result)...)
	}
	lines = append(lines, l.scatter(c, f)...)
	l.hits.List(len(lines)+1, l.cursor.Offset, min(f.visible, len(f.rows)-l.cursor.Offset))
	return page.Above(append(lines, l.table(c, f)...), f.foot, c.Height)
}

// Click implements page.Clicker.
func (l *List) Click(_ page.Context, _, y int) (row, selected int) {
	return l.hits.Row(y), l.cursor.Row
}

// hints are the keys that the last line names: on a narrow screen in a word each.
func (l *List) hints(width int) []string {
	switch {
	case l.filter.Open:
		return page.FilterHints
	case width < 120:
		return []string{"enter spans", "d differs", "o ops", "e errors", "v mark", "n search", "/ filter", "s sort", "? keys"}
	}
	return []string{"enter spans", "d what is different", "o operations", "e errors by root cause", "w who calls whom", "v mark", "n search",
		"/ filter", "s sort", "c compare", "? all keys"}
}

// facts are what was asked of whom, how much is shown, and the order.
func (l *List) facts(c page.Context, f frame) string {
	r := f.result
	var facts []string
	say := func(text string, when bool) {
		if when {
			facts = append(facts, text)
		}
	}
	say(l.filter.Prompt(), l.filter.Prompt() != "")
	say(l.marks.words(), l.marks.words() != "")
	newest := len(r.last.searches) <= 1 && r.full && len(f.rows) == len(r.traces) && len(f.rows) == limitOf(l.query)
	say(fmt.Sprintf("%d of %d shown", len(f.rows), len(r.traces)), len(r.traces) > 0 && !newest) // or it is said below
	say(fmt.Sprintf("%s %d by exemplars on top", c.Styles.Glyphs.Exemplar, len(r.top)), len(r.top) > 0)
	cut := "the newest %d; there are more"
	if len(r.last.searches) > 1 {
		cut = "the newest %d of each search; there are more"
	}
	say(fmt.Sprintf(cut, limitOf(l.query)), r.full)
	say(fmt.Sprintf("%d failed", r.failed()), r.failed() > 0)
	words := orderWords[l.order][0]
	if l.reverse {
		words = orderWords[l.order][1]
	}
	say(words, true)
	say(r.service, r.service != "")
	say("asking for more", r.asking && len(r.traces) > 0)
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

// notes are the lines between title and scatter: what was asked and could not be had, each at most two lines long.
func (l *List) notes(c page.Context, r result) []string {
	s := c.Styles
	var out []string
	for _, n := range r.notes(c, l.query) {
		for i, line := range page.Wrap(n, max(c.Width-3, 1), 2, s.Glyphs.Ellipsis) {
			sign := s.Glyphs.Warn
			if i > 0 {
				sign = " "
			}
			out = append(out, s.Warn.Render(" "+sign+" "+line))
		}
	}
	if r.err != nil && len(r.traces) > 0 {
		text := "a search failed: " + r.err.Error()
		out = append(out, s.Stale.Render(page.Cut(" "+s.Glyphs.Stale+" "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	return out
}

// why says why there is no row, and what was asked.
func (l *List) why(c page.Context, r result) []string {
	s, e := c.Styles, r.evidence
	asked := "traces of " + r.service
	if what := r.last.asked(c, l.query); what != "" {
		asked += " with " + what
	}
	services := c.Data.Services()
	switch {
	case stateOf(c, feed.SourceJaeger) == feed.Off:
		return page.Explain(s, "Jaeger is off: set --jaeger-url to see traces", nil, c.Width)
	case len(r.traces) > 0:
		return page.Explain(s, "nothing matches "+l.filter.Text, nil, c.Width)
	case !e.known || e.none != "" && len(e.waits) > 0:
		return page.Explain(s, "asking Prometheus for "+strings.Join(e.waits, " and "), nil, c.Width)
	case r.service == "" && services.Err != nil:
		return page.Explain(s, "Jaeger could not be asked for its services", services.Err, c.Width)
	case r.service == "" && !services.Answered():
		return page.Explain(s, "asking Jaeger for its services", nil, c.Width)
	case r.service == "":
		return page.Explain(s, "Jaeger knows no service yet: nothing has sent it a trace", nil, c.Width)
	case r.err != nil:
		return page.Explain(s, "asked for "+asked, r.err, c.Width)
	case r.asking:
		return page.Explain(s, "asking for "+asked, nil, c.Width)
	}
	text := "no " + asked + " " + reachWords(c, l.query)
	if window, _, _ := reach(c, l.query); window > 0 {
		text += c.Hint("+", "; %s widens the window")
	}
	return page.Explain(s, text+c.Hint("n", "; %s searches for others"), nil, c.Width)
}

// Bindings implements page.Page.
func (l *List) Bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "the trace's spans"),
		bind("t", "the trace behind the exemplar nearest to the p99"),
		page.BindRows("select"),
		bind("left right", "select the trace before or after in time"),
		bind("shift+left shift+right", "the tenth before or after in time"),
		bind("v", "mark as A, again as B, again not at all"),
		bind("V", "clear all marks"),
		bind("d", "what is different: A against B or the rest; unmarked, the slow or failed against the rest"),
		bind("c", "compare two marked traces"),
		bind("o", "operations of the marked or of all traces"),
		bind("e", "errors by root cause"),
		bind("w", "who calls whom"),
		bind("s", "sort by the next column"),
		bind("S", "reverse the order"),
		bind("/", "filter as you type; enter keeps it, esc drops it"),
		bind("n", "search form"),
		bind("y", "copy the trace id"),
	}
}

func bind(shown, what string) key.Binding { return page.Bind(shown, what) }
