package trace

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var _ page.Reporter = (*Trace)(nil)

// reportSpans is how many spans of a trace are handed on: those that the time went into.
const reportSpans = 20

// Report implements page.Reporter: what the trace is, the spans on its critical path, and those that failed.
func (t *Trace) Report(c page.Context) page.Report {
	t.sync(c)
	r := page.Report{Traces: []string{t.asked.ID}, Trace: t.asked.ID}
	if t.a == nil || len(t.a.Nodes) == 0 {
		return r
	}
	a := t.a
	root := a.Nodes[t.facts.root].Span
	about := page.Sheet{Title: "Trace", Head: []string{"", ""}}
	for _, f := range [][2]string{
		{"operation", root.Service + " " + root.Operation}, {"tenant", t.facts.tenant}, {"start", c.Zone(a.Start).Format(time.RFC3339Nano)},
		{"took", dashboard.FormatDuration(a.Duration)}, {"spans", strconv.Itoa(len(a.Nodes))}, {"services", strconv.Itoa(len(a.Services))},
		{"failed spans", strconv.Itoa(a.Errors)},
	} {
		if f[1] != "" {
			about.Add(f[0], f[1])
		}
	}
	critical := sheetOf("Critical path, the longest parts", a, t.facts.path, func(x, y *tracing.Node) int { return cmp.Compare(y.Critical, x.Critical) })
	r.Tables = []page.Sheet{about, critical}
	var failed []int32
	for i := range a.Nodes {
		if a.Nodes[i].Span.Error {
			failed = append(failed, int32(i))
		}
	}
	if len(failed) > 0 {
		r.Tables = append(r.Tables, sheetOf("Failed spans, the deepest first", a, failed, func(x, y *tracing.Node) int { return cmp.Compare(y.Depth, x.Depth) }))
	}
	return r
}

// sheetOf lists rows of a trace in an order.
func sheetOf(title string, a *tracing.Analysis, rows []int32, order func(x, y *tracing.Node) int) page.Sheet {
	s := page.Sheet{Title: title, Head: []string{"service", "operation", "took", "self", "on the critical path", "error", "span"}}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(x, y int32) int { return order(&a.Nodes[x], &a.Nodes[y]) })
	for _, i := range rows[:min(len(rows), reportSpans)] {
		n := &a.Nodes[i]
		failed := ""
		if n.Span.Error {
			failed = "yes"
		}
		s.Add(n.Span.Service, n.Span.Operation, dashboard.FormatDuration(n.Span.Duration), dashboard.FormatDuration(n.Self),
			dashboard.FormatDuration(n.Critical), failed, n.Span.SpanID)
	}
	s.More = len(rows) - len(s.Rows)
	return s
}
