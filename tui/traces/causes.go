package traces

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// causes are the failed traces by the deepest failed span, which is what made the spans above it fail. It implements
// kind.
type causes struct {
	open   page.OpenAnalysis
	sheet  sheet[cause]
	failed int // traces
}

// cause is a tracing.Cause with its traces newest first.
type cause struct {
	tracing.Cause
	span string // the failed span of the newest trace
}

// text is what went wrong, as the span tells it.
func (r cause) text() string {
	switch {
	case r.Type != "" && r.Message != "":
		return r.Type + ": " + r.Message
	case r.Type+r.Message == "":
		return "(no message)"
	}
	return r.Type + r.Message
}

func newCauses(o page.OpenAnalysis) *causes {
	k := &causes{open: o}
	when := func(title string, drop int, of func(cause) time.Time) column[cause] {
		return column[cause]{
			Column: page.Column{Title: title, Drop: drop},
			cell: func(c page.Context, r cause) page.Cell {
				return page.Cell{Text: clock(c, of(r)), Style: c.Styles.Muted}
			},
			order: func(a, b cause) int { return of(b).Compare(of(a)) }, by: title + ", newest first",
		}
	}
	k.sheet = sheet[cause]{
		noun: "cause", natural: "most frequent first",
		id:    func(r cause) string { return strings.Join([]string{r.Service, r.Operation, r.Type, r.Message}, "\x00") },
		words: func(r cause) []string { return []string{r.Service, r.Operation, r.text()} },
		columns: []column[cause]{
			{Column: page.Column{Title: "traces", Right: true},
				cell: func(c page.Context, r cause) page.Cell {
					return page.Cell{Text: c.Styles.Glyphs.Critical + " " + strconv.Itoa(len(r.Traces)), Style: c.Styles.Critical}
				},
				order: most(func(r cause) int { return len(r.Traces) })},
			{Column: page.Column{Title: "share", Right: true}, cell: func(c page.Context, r cause) page.Cell {
				return page.Cell{Text: percent(k.share(r)), Style: c.Styles.Bold}
			}},
			{Column: page.Column{Min: 6, Max: 16, Drop: 1}, cell: func(c page.Context, r cause) page.Cell { return barCell(c, k.share(r)) }},
			{Column: page.Column{Title: "service", Max: 16, Drop: 4},
				cell:  func(c page.Context, r cause) page.Cell { return page.Cell{Text: r.Service, Style: c.Styles.Muted} },
				order: byName(func(r cause) string { return r.Service })},
			{Column: page.Column{Title: "operation", Min: 10, Max: 28},
				cell:  func(c page.Context, r cause) page.Cell { return page.Cell{Text: r.Operation, Style: c.Styles.Text} },
				order: byName(func(r cause) string { return r.Operation })},
			{Column: page.Column{Title: "what went wrong", Min: 16, Max: 120, Grow: true, Drop: 5},
				cell:  func(c page.Context, r cause) page.Cell { return page.Cell{Text: r.text(), Style: c.Styles.Text} },
				order: byName(cause.text)},
			when("first", 2, func(r cause) time.Time { return r.First }),
			when("last", 3, func(r cause) time.Time { return r.Last }),
		},
	}
	return k
}

// clock is a time in as few cells as the window allows.
func clock(c page.Context, t time.Time) string {
	if c.Window > 12*time.Hour {
		return c.Zone(t).Format("01-02 15:04:05")
	}
	return c.Clock(t)
}

func (k *causes) share(r cause) float64 { return float64(len(r.Traces)) / float64(max(k.failed, 1)) }

func (k *causes) name() string { return "Errors by root cause" }

func (k *causes) scope() scope { return scope{only: marked(k.open), failed: true} }

func (k *causes) wants(page.Context) []feed.Request { return nil }

func (k *causes) stamp(page.Context) time.Time { return time.Time{} }

// causesResult is what the sums of causes bring.
type causesResult struct {
	rows   []cause
	failed int // traces
}

func (k *causes) work(_ page.Context, in input) func() any {
	return func() any {
		byID := make(map[string]*tracing.Analysis, len(in.traces))
		var out causesResult
		for _, a := range in.traces {
			byID[a.Trace.ID] = a
			if a.Errors > 0 {
				out.failed++
			}
		}
		for _, x := range tracing.Causes(in.traces) {
			r := cause{Cause: x}
			r.Traces = slices.Clone(x.Traces)
			slices.SortStableFunc(r.Traces, func(a, b string) int {
				return cmp.Or(byID[b].Start.Compare(byID[a].Start), cmp.Compare(a, b))
			})
			if len(r.Traces) > 0 {
				r.span = failedSpan(byID[r.Traces[0]], x.Service, x.Operation)
			}
			out.rows = append(out.rows, r)
		}
		return out
	}
}

// failedSpan is the earliest failed span of an operation that has no failed span below it, as tracing.Causes picks it.
func failedSpan(a *tracing.Analysis, service, operation string) string {
	below := make([]bool, len(a.Nodes))
	best := -1
	for i := range slices.Backward(a.Nodes) { // children before parents
		n := &a.Nodes[i]
		if n.Span.Error && !below[i] && n.Span.Service == service && n.Span.Operation == operation &&
			(best < 0 || n.Offset <= a.Nodes[best].Offset) {
			best = i
		}
		if n.Parent >= 0 && (n.Span.Error || below[i]) {
			below[n.Parent] = true
		}
	}
	if best < 0 {
		return ""
	}
	return a.Nodes[best].Span.SpanID
}

func (k *causes) take(v any) {
	r := v.(causesResult)
	k.sheet.set(r.rows)
	k.failed = r.failed
}

func (k *causes) tables() []table { return []table{&k.sheet} }

// facts are how many of the marked traces failed: of those that were searched for, all did.
func (k *causes) facts() []string {
	if len(marked(k.open)) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d failed", k.failed)}
}

// above is the selected cause's message in full, as far as there is room: it is what the operator came for. It takes
// the same lines whichever cause is selected, so that the rows stand still.
func (k *causes) above(c page.Context, most int) []string {
	r, ok := k.sheet.current()
	if !ok || most < 4 {
		return nil
	}
	wrap := func(r cause) []string {
		return page.Wrap(r.text(), c.Width-1, min(3, most-2), c.Styles.Glyphs.Ellipsis)
	}
	room := 0
	for _, x := range k.sheet.rows {
		room = max(room, len(wrap(x)))
	}
	head := fmt.Sprintf(" %s %s, %d of %s", r.Service, r.Operation, len(r.Traces), counted(k.failed, "failed trace"))
	out := []string{c.Styles.Bold.Render(page.Cut(head, c.Width, c.Styles.Glyphs.Ellipsis))}
	for _, l := range wrap(r) {
		out = append(out, " "+c.Styles.Critical.Render(l))
	}
	for len(out) < room+2 {
		out = append(out, "")
	}
	return out
}

func (k *causes) none() string { return "no trace has a failed span" }

func (k *causes) key(_ page.Context, pressed string, _ int) tea.Cmd {
	r, ok := k.sheet.selected()
	if !ok || len(r.Traces) == 0 {
		return nil
	}
	switch pressed {
	case "enter":
		return page.Send(page.OpenTrace{ID: r.Traces[0], Span: r.span, Query: k.open.Query, Siblings: r.Traces})
	case "y":
		text := fmt.Sprintf("%d of %s (%s) because of %s %s: %s", len(r.Traces), counted(k.failed, "failed trace"),
			percent(k.share(r)), r.Service, r.Operation, r.text())
		if !r.First.IsZero() {
			text += fmt.Sprintf(" (%s to %s UTC)", r.First.UTC().Format("2006-01-02 15:04:05"), r.Last.UTC().Format("15:04:05"))
		}
		return page.Send(page.Copy{Text: text + ", trace " + r.Traces[0], What: "the cause"})
	}
	return nil
}

func (k *causes) bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "the newest trace that failed so, at the failed span; from there one goes on to the next"),
		bind("y", "copy the selected cause"),
	}
}
