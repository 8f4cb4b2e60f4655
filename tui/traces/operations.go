package traces

import (
	"fmt"
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// operations are statistics by (service, operation) over the traces: which is slow, which fails, and which of them
// the callers wait for. It implements kind.
type operations struct {
	open   page.OpenAnalysis
	sheet  sheet[tracing.OperationStats]
	whole  time.Duration // all critical paths together
	traces []*tracing.Analysis
}

func newOperations(o page.OpenAnalysis) *operations {
	k := &operations{open: o}
	type stats = tracing.OperationStats
	took := func(title string, drop int, of func(stats) time.Duration) column[stats] {
		return column[stats]{
			Column: page.Column{Title: title, Right: true, Drop: drop},
			cell: func(c page.Context, r stats) page.Cell {
				return page.Cell{Text: dashboard.FormatDuration(of(r)), Style: c.Styles.Text}
			},
			order: most(of),
		}
	}
	p95 := took("p95", 0, func(r stats) time.Duration { return r.P95 })
	plain := p95.cell
	p95.cell = func(c page.Context, r stats) page.Cell {
		cell := plain(c, r)
		cell.Style = c.Styles.Bold
		return cell
	}
	k.sheet = sheet[stats]{
		noun: "operation", natural: "most time on the critical path first",
		id:    func(r stats) string { return r.Service + "\x00" + r.Operation },
		words: func(r stats) []string { return []string{r.Service, r.Operation} },
		columns: []column[stats]{
			{Column: page.Column{Title: "service", Min: 8, Max: 16, Drop: 20},
				cell:  func(c page.Context, r stats) page.Cell { return page.Cell{Text: r.Service, Style: c.Styles.Muted} },
				order: byName(func(r stats) string { return r.Service })},
			{Column: page.Column{Title: "operation", Min: 14, Max: 48},
				cell:  func(c page.Context, r stats) page.Cell { return page.Cell{Text: r.Operation, Style: c.Styles.Text} },
				order: byName(func(r stats) string { return r.Operation }), tight: 22},
			{Column: page.Column{Title: "spans", Right: true, Drop: 10},
				cell: func(c page.Context, r stats) page.Cell {
					return page.Cell{Text: strconv.Itoa(r.Count), Style: c.Styles.Muted}
				},
				order: most(func(r stats) int { return r.Count })},
			{Column: page.Column{Title: "traces", Right: true, Drop: 1},
				cell: func(c page.Context, r stats) page.Cell {
					return page.Cell{Text: strconv.Itoa(r.Traces), Style: c.Styles.Muted}
				},
				order: most(func(r stats) int { return r.Traces })},
			{Column: page.Column{Title: "errors", Right: true}, cell: func(c page.Context, r stats) page.Cell { return errorCell(c, r.Errors) },
				order: most(func(r stats) int { return r.Errors })},
			{Column: page.Column{Title: "success", Right: true, Drop: 7},
				cell: func(c page.Context, r stats) page.Cell {
					return page.Cell{Text: percent(r.SuccessRate()), Style: c.Styles.Muted}
				},
				order: func(a, b stats) int { return -most(stats.SuccessRate)(a, b) }, by: "lowest success rate"},
			took("min", 4, func(r stats) time.Duration { return r.Min }),
			took("avg", 5, func(r stats) time.Duration { return r.Avg }),
			took("p50", 9, func(r stats) time.Duration { return r.P50 }),
			p95,
			took("max", 6, func(r stats) time.Duration { return r.Max }),
			took("self", 8, func(r stats) time.Duration { return r.Self }),
			took("critical", 0, func(r stats) time.Duration { return r.Critical }),
			{Column: page.Column{Title: "share", Right: true, Drop: 3}, cell: func(c page.Context, r stats) page.Cell {
				return page.Cell{Text: percent(k.share(r)), Style: c.Styles.Bold}
			}},
			{Column: page.Column{Min: 6, Max: 40, Grow: true, Drop: 2}, cell: func(c page.Context, r stats) page.Cell {
				return barCell(c, k.share(r))
			}},
		},
	}
	return k
}

// share is the part of all critical paths that an operation takes, 0 to 1.
func (k *operations) share(r tracing.OperationStats) float64 {
	if k.whole <= 0 {
		return 0
	}
	return float64(r.Critical) / float64(k.whole)
}

func (k *operations) name() string { return "Operations" }

func (k *operations) scope() scope { return scope{only: marked(k.open)} }

// marked are the traces of both groups; nil if there are none.
func marked(o page.OpenAnalysis) []string {
	return append(o.A[:len(o.A):len(o.A)], o.B...)
}

func (k *operations) wants(page.Context) []feed.Request { return nil }

func (k *operations) stamp(page.Context) time.Time { return time.Time{} }

func (k *operations) work(_ page.Context, in input) func() any {
	return func() any { return operationsResult{tracing.Operations(in.traces), in.traces} }
}

// operationsResult is what the sums of operations bring.
type operationsResult struct {
	rows   []tracing.OperationStats
	traces []*tracing.Analysis // they are of
}

func (k *operations) take(v any) {
	r := v.(operationsResult)
	k.sheet.set(r.rows)
	k.traces = r.traces
	k.whole = 0
	for _, o := range r.rows {
		k.whole += o.Critical
	}
}

func (k *operations) tables() []table { return []table{&k.sheet} }

func (k *operations) facts() []string {
	return []string{dashboard.SayDuration(k.whole) + " on critical paths"}
}

func (k *operations) above(page.Context, int) []string { return nil }

func (k *operations) none() string { return "these traces have no spans" }

func (k *operations) key(c page.Context, pressed string, _ int) tea.Cmd {
	r, ok := k.sheet.selected()
	if !ok {
		return nil
	}
	switch pressed {
	case "enter":
		return page.Send(page.OpenTraces{Query: narrow(c, k.open.Query, k.traces, r.Service, r.Operation, sources.Tag{})})
	case "y":
		text := fmt.Sprintf("%s %s: %s, %s (%s ok), min %s, avg %s, p50 %s, p95 %s, max %s; self %s, on the critical path %s (%s of all)",
			r.Service, r.Operation, counted(r.Count, "span"), counted(r.Errors, "error"), percent(r.SuccessRate()),
			dashboard.FormatDuration(r.Min), dashboard.FormatDuration(r.Avg), dashboard.FormatDuration(r.P50),
			dashboard.FormatDuration(r.P95), dashboard.FormatDuration(r.Max), dashboard.FormatDuration(r.Self),
			dashboard.FormatDuration(r.Critical), percent(k.share(r)))
		return page.Send(page.Copy{Text: text, What: r.Operation + "'s line"})
	}
	return nil
}

func (k *operations) bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "traces that have the selected operation"),
		bind("y", "copy the selected line"),
	}
}
