package traces

import (
	"strconv"
	"time"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var _ page.Reporter = (*List)(nil)

// Report implements page.Reporter: the traces in the order and under the filter that are shown. Picked are those that
// are marked, else the selected one.
func (l *List) Report(c page.Context) page.Report {
	f := l.frame(c)
	var r page.Report
	r.Ask(l.Title(), l.Wants(c)...)
	s := page.Sheet{Title: l.Title(), Head: []string{"", "start", "trace", "operation", "tenant", "took", "spans", "services", "failed spans"}}
	for _, t := range f.rows {
		s.Add(l.marks.of(t.ID), c.Zone(t.Start).Format(time.RFC3339), t.ID, t.Operation, f.result.tenantOf(c, t),
			dashboard.FormatDuration(t.Duration), strconv.Itoa(t.Spans), strconv.Itoa(t.Services), strconv.Itoa(t.Errors))
	}
	r.Tables = []page.Sheet{s}
	if r.Traces = append(append(r.Traces, l.marks.a...), l.marks.b...); len(r.Traces) == 0 {
		if id := l.cursor.Selected(f.ids); id != "" {
			r.Traces = []string{id}
		}
	}
	return r
}
