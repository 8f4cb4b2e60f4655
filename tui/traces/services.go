package traces

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// services are who calls whom, as a tree from the services that nobody calls: as the traces at hand have it, beside
// what the store has counted. It implements kind.
type services struct {
	open   page.OpenAnalysis
	sheet  sheet[edge]
	counts string // why the store's own counts are missing; "" they are there
	traces []*tracing.Analysis
}

// edge is a row: a service as it is called by the one above it.
type edge struct {
	tracing.Call         // Parent is "" for where the tree begins; Calls is 0 where only the store knows of it
	stored       uint64  // calls as the store counts them; 0 unknown
	rate         float64 // of these, per second
	depth        int
	path         string // of the services that lead here
	note         string // why what it calls is not shown below it
}

func newServices(o page.OpenAnalysis) *services {
	k := &services{open: o}
	known := func(title string, drop int, text func(edge) string, order func(a, b edge) int) column[edge] {
		return column[edge]{Column: page.Column{Title: title, Right: true, Drop: drop},
			cell: func(c page.Context, r edge) page.Cell {
				if r.Calls == 0 {
					return page.Cell{Text: dashboard.None, Style: c.Styles.Muted}
				}
				return page.Cell{Text: text(r), Style: c.Styles.Text}
			},
			order: order}
	}
	k.sheet = sheet[edge]{
		noun: "row", natural: "callers above whom they call",
		id:    func(r edge) string { return r.path },
		words: func(r edge) []string { return []string{r.Parent, r.Child} },
		columns: []column[edge]{
			{Column: page.Column{Title: "service", Min: 20, Max: 80}, cell: func(c page.Context, r edge) page.Cell {
				return page.Cell{Text: k.label(c, r), Style: c.Styles.Text}
			}},
			known("calls", 0, func(r edge) string { return grouped(r.Calls) }, most(func(r edge) int { return r.Calls })),
			{Column: page.Column{Title: "errors", Right: true},
				cell: func(c page.Context, r edge) page.Cell {
					if r.Calls == 0 {
						return page.Cell{Text: dashboard.None, Style: c.Styles.Muted}
					}
					return errorCell(c, r.Errors)
				},
				order: most(func(r edge) int { return r.Errors })},
			known("failed", 1, func(r edge) string { return percent(float64(r.Errors) / float64(r.Calls)) },
				most(func(r edge) float64 { return float64(r.Errors) / float64(max(r.Calls, 1)) })),
			known("p50", 2, func(r edge) string { return dashboard.FormatDuration(r.P50) }, most(func(r edge) time.Duration { return r.P50 })),
			known("p95", 0, func(r edge) string { return dashboard.FormatDuration(r.P95) }, most(func(r edge) time.Duration { return r.P95 })),
			{Column: page.Column{Title: "calls as Jaeger counts them", Right: true, Drop: 3},
				cell: func(c page.Context, r edge) page.Cell {
					if r.stored == 0 {
						return page.Cell{Text: dashboard.None, Style: c.Styles.Muted}
					}
					return page.Cell{Text: grouped(r.stored), Style: c.Styles.Muted}
				},
				order: most(func(r edge) uint64 { return r.stored })},
			{Column: page.Column{Title: "rate", Right: true, Drop: 4},
				cell: func(c page.Context, r edge) page.Cell {
					if r.stored == 0 {
						return page.Cell{Text: dashboard.None, Style: c.Styles.Muted}
					}
					return page.Cell{Text: dashboard.FormatValue(r.rate, dashboard.UnitPerSec), Style: c.Styles.Muted}
				},
				order: most(func(r edge) float64 { return r.rate })},
		},
	}
	return k
}

// label shows a row's place in the tree; sorted by a number the tree is gone, and the caller is named instead.
func (k *services) label(c page.Context, r edge) string {
	text := r.Child
	_, sorted := k.sheet.sorted()
	switch {
	case r.Parent == "":
	case sorted || k.sheet.filter.Text != "" || k.sheet.reverse:
		text = r.Parent + " > " + r.Child
	default:
		text = strings.Repeat("  ", r.depth-1) + c.Styles.Glyphs.BL + " " + r.Child
	}
	if r.note != "" {
		text += "  (" + r.note + ")"
	}
	return text
}

func (k *services) name() string { return "Who calls whom" }

func (k *services) scope() scope { return scope{only: marked(k.open)} }

func (k *services) request(c page.Context) feed.Request {
	return feed.Request{Kind: feed.Dependencies, Window: c.Window, Every: feed.Once}
}

func (k *services) wants(c page.Context) []feed.Request { return []feed.Request{k.request(c)} }

func (k *services) stamp(c page.Context) time.Time { return c.Data.Dependencies(k.request(c)).Tried }

// servicesResult is what the sums of services bring.
type servicesResult struct {
	rows   []edge
	counts string
	traces []*tracing.Analysis // they are of
}

func (k *services) work(c page.Context, in input) func() any {
	snap := c.Data.Dependencies(k.request(c))
	counts := ""
	switch {
	case len(snap.Value) > 0:
	case snap.Err != nil:
		counts = "Jaeger's own counts: " + snap.Err.Error()
	case !snap.Answered():
		counts = "asking Jaeger for its own counts"
	default:
		counts = "Jaeger has counted no calls in this window (it does so by a job of its own, dependencies)"
	}
	window := c.Window
	return func() any {
		rows := callTree(entries(in.traces), tracing.Calls(in.traces), snap.Value)
		for i := range rows { // a sample of traces tells no rates; what the store counted in the window does
			rows[i].rate = float64(rows[i].stored) / max(window.Seconds(), 1)
		}
		return servicesResult{rows, counts, in.traces}
	}
}

func (k *services) take(v any) {
	r := v.(servicesResult)
	k.sheet.set(r.rows)
	k.counts, k.traces = r.counts, r.traces
}

// entries are the services at the roots of the traces, as calls from outside.
func entries(traces []*tracing.Analysis) []tracing.Call {
	took := map[string][]time.Duration{}
	failed := map[string]int{}
	for _, a := range traces {
		for i := range a.Nodes {
			if n := &a.Nodes[i]; n.Parent < 0 && !n.Orphan {
				took[n.Span.Service] = append(took[n.Span.Service], n.Span.Duration)
				if n.Span.Error {
					failed[n.Span.Service]++
				}
			}
		}
	}
	var out []tracing.Call
	for name, d := range took {
		slices.Sort(d)
		out = append(out, tracing.Call{Child: name, Calls: len(d), Errors: failed[name], P50: rank(d, 50), P95: rank(d, 95)})
	}
	return out
}

// rank is the nearest-rank percentile of sorted durations.
func rank(sorted []time.Duration, p int) time.Duration {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

// maxEdges bounds a tree that many services that call each other would make.
const maxEdges = 2000

// callTree lays calls out as a tree: from the services that begin traces and those that nobody calls, each with those
// that it calls below it. What a service calls is shown where the service comes first; a call back into a service
// on the way to it is cut.
func callTree(entries, calls []tracing.Call, stored []sources.Dependency) []edge {
	type pair struct{ parent, child string }
	edges := map[pair]*edge{}
	called := map[string]bool{}
	begins := map[string]*edge{}
	for _, x := range entries {
		begins[x.Child] = &edge{Call: x}
	}
	for _, x := range calls {
		edges[pair{x.Parent, x.Child}] = &edge{Call: x}
	}
	for _, d := range stored {
		p := pair{d.Parent, d.Child}
		if edges[p] == nil {
			edges[p] = &edge{Call: tracing.Call{Parent: d.Parent, Child: d.Child}}
		}
		edges[p].stored += d.Calls
	}
	below := map[string][]*edge{}
	for p, e := range edges {
		below[p.parent] = append(below[p.parent], e)
		if p.parent != p.child {
			called[p.child] = true
		}
	}
	busiest := func(a, b *edge) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(b.stored, a.stored), cmp.Compare(a.Child, b.Child))
	}
	for name, list := range below {
		slices.SortFunc(list, busiest)
		if !called[name] && begins[name] == nil {
			begins[name] = &edge{Call: tracing.Call{Child: name}}
		}
	}
	t := layout{below: below, shown: map[string]bool{}}
	roots := make([]*edge, 0, len(begins))
	for _, e := range begins {
		roots = append(roots, e)
	}
	slices.SortFunc(roots, busiest)
	for _, e := range roots {
		t.add(*e, nil)
	}
	// What is left is called only in a circle, by services that no trace begins with.
	left := make([]string, 0)
	for name := range below {
		left = append(left, name)
	}
	slices.Sort(left)
	for _, name := range left {
		if !t.shown[name] {
			t.add(edge{Call: tracing.Call{Child: name}}, nil)
		}
	}
	return t.rows
}

// layout walks the tree depth-first.
type layout struct {
	below map[string][]*edge
	shown map[string]bool // services whose calls are in rows
	rows  []edge
}

func (t *layout) add(e edge, way []string) {
	if len(t.rows) >= maxEdges {
		return
	}
	e.depth, e.path = len(way), strings.Join(append(way[:len(way):len(way)], e.Child), "\x00")
	open := len(t.below[e.Child]) > 0
	switch {
	case slices.Contains(way, e.Child):
		e.note, open = "calls back: a circle", false
	case open && t.shown[e.Child]:
		e.note, open = "its calls are above", false
	}
	t.rows = append(t.rows, e)
	if !open {
		return
	}
	t.shown[e.Child] = true
	for _, next := range t.below[e.Child] {
		t.add(*next, append(way[:len(way):len(way)], e.Child))
	}
}

func (k *services) tables() []table { return []table{&k.sheet} }

func (k *services) facts() []string { return nil }

func (k *services) above(c page.Context, _ int) []string {
	if k.counts == "" {
		return nil
	}
	return []string{c.Styles.Muted.Render(page.Cut(" "+c.Styles.Glyphs.Dot+" "+k.counts, c.Width, c.Styles.Glyphs.Ellipsis))}
}

func (k *services) none() string { return "these traces have no spans" }

func (k *services) key(c page.Context, pressed string, _ int) tea.Cmd {
	r, ok := k.sheet.selected()
	if !ok {
		return nil
	}
	switch pressed {
	case "enter":
		return page.Send(page.OpenTraces{Query: narrow(c, k.open.Query, k.traces, r.Child, "", sources.Tag{})})
	case "y":
		who := r.Child
		if r.Parent != "" {
			who = r.Parent + " calls " + r.Child
		}
		text := fmt.Sprintf("%s: %s, %s, p50 %s, p95 %s", who, counted(r.Calls, "call"), counted(r.Errors, "error"),
			dashboard.FormatDuration(r.P50), dashboard.FormatDuration(r.P95))
		if r.stored > 0 {
			text += fmt.Sprintf("; Jaeger counts %s", grouped(r.stored))
		}
		return page.Send(page.Copy{Text: text, What: "the call"})
	}
	return nil
}

func (k *services) bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "traces of the selected service"),
		bind("y", "copy the selected line"),
	}
}
