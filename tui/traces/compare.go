package traces

import (
	"cmp"
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

// compare puts two traces side by side, path by path of (service, operation). It implements kind.
type compare struct {
	open    page.OpenAnalysis
	idA     string
	idB     string
	sheet   sheet[compared]
	a, b    *tracing.Analysis
	largest float64 // difference of self time, in seconds
}

// compared is a row, with its place in the tree.
type compared struct {
	tracing.Compared
	row int
}

func (r compared) delta() time.Duration { return r.SelfB - r.SelfA }

func newCompare(o page.OpenAnalysis) *compare {
	k := &compare{open: o}
	ids := unique(marked(o))
	if len(o.A) > 0 && len(o.B) > 0 {
		ids = unique([]string{o.A[0], o.B[0]})
	}
	if len(ids) > 1 {
		k.idA, k.idB = ids[0], ids[1]
	}
	self := func(title string, of func(compared) time.Duration, count func(compared) int) column[compared] {
		return column[compared]{Column: page.Column{Title: title, Right: true},
			cell: func(c page.Context, r compared) page.Cell {
				if count(r) == 0 {
					return page.Cell{Text: dashboard.None, Style: c.Styles.Muted}
				}
				return page.Cell{Text: dashboard.FormatDuration(of(r)), Style: c.Styles.Text}
			}}
	}
	k.sheet = sheet[compared]{
		noun: "path", natural: "in the order of the calls",
		id:    func(r compared) string { return fmt.Sprint(r.row) },
		words: func(r compared) []string { return []string{r.Service, r.Operation, side(r)} },
		columns: []column[compared]{
			{Column: page.Column{Title: "operation", Min: 18, Max: 60}, cell: func(c page.Context, r compared) page.Cell {
				indent := ""
				if _, sorted := k.sheet.sorted(); !sorted { // else the rows above are not its callers
					indent = strings.Repeat("  ", min(r.Depth, 12))
				}
				return page.Cell{Text: indent + r.Operation, Style: c.Styles.Text}
			}},
			{Column: page.Column{Title: "service", Max: 18, Drop: 1},
				cell: func(c page.Context, r compared) page.Cell { return page.Cell{Text: r.Service, Style: c.Styles.Muted} }},
			self("self A", func(r compared) time.Duration { return r.SelfA }, func(r compared) int { return r.CountA }),
			self("self B", func(r compared) time.Duration { return r.SelfB }, func(r compared) int { return r.CountB }),
			{Column: page.Column{Title: "B - A", Right: true},
				cell: func(c page.Context, r compared) page.Cell {
					return page.Cell{Text: change(r.delta()), Style: deltaStyle(c, r.delta().Seconds())}
				},
				order: most(func(r compared) time.Duration { return r.delta().Abs() }), by: "greatest difference"},
			{Column: page.Column{Min: 11, Max: 41, Grow: true, Drop: 3}, cell: func(c page.Context, r compared) page.Cell {
				return axisCell(c, r.delta().Seconds(), k.largest, deltaStyle(c, r.delta().Seconds()))
			}},
			{Column: page.Column{Title: "spans", Right: true, Drop: 2}, cell: func(c page.Context, r compared) page.Cell {
				text := fmt.Sprint(r.CountA)
				if r.CountA != r.CountB {
					text = fmt.Sprintf("%d, %d", r.CountA, r.CountB)
				}
				return page.Cell{Text: text, Style: c.Styles.Muted}
			}},
			{Column: page.Column{}, cell: func(c page.Context, r compared) page.Cell {
				return page.Cell{Text: side(r), Style: c.Styles.Warn}
			}},
		},
	}
	return k
}

// side says where a path is missing.
func side(r compared) string {
	switch {
	case r.CountB == 0:
		return "only in A"
	case r.CountA == 0:
		return "only in B"
	}
	return ""
}

func (k *compare) name() string { return "Comparison" }

func (k *compare) scope() scope {
	ids := []string{}
	if k.idB != "" {
		ids = []string{k.idA, k.idB}
	}
	return scope{only: ids}
}

func (k *compare) wants(page.Context) []feed.Request { return nil }

func (k *compare) stamp(page.Context) time.Time { return time.Time{} }

// compareResult is what the comparison brings; b is nil as long as one of the two is missing.
type compareResult struct {
	a, b *tracing.Analysis
	rows []compared
}

func (k *compare) work(_ page.Context, in input) func() any {
	idA, idB := k.idA, k.idB
	return func() any {
		var r compareResult
		for i, a := range in.traces {
			switch in.ids[i] {
			case idA:
				r.a = a
			case idB:
				r.b = a
			}
		}
		if r.a == nil || r.b == nil {
			return r
		}
		for i, x := range tracing.Compare(r.a, r.b) {
			r.rows = append(r.rows, compared{x, i})
		}
		return r
	}
}

func (k *compare) take(v any) {
	r := v.(compareResult)
	k.sheet.set(r.rows)
	k.a, k.b = r.a, r.b
	k.largest = 0
	for _, x := range r.rows {
		k.largest = max(k.largest, x.delta().Abs().Seconds())
	}
}

func (k *compare) tables() []table { return []table{&k.sheet} }

func (k *compare) facts() []string { return nil }

func (k *compare) above(c page.Context, _ int) []string {
	if k.a == nil || k.b == nil {
		return nil
	}
	s := c.Styles
	line := func(name string, a *tracing.Analysis) string {
		root := ""
		if len(a.Nodes) > 0 {
			root = a.Nodes[0].Span.Operation
		}
		text := fmt.Sprintf(" %s  %s  %s  %s  %s", name, shortID(a.Trace.ID), clock(c, a.Start), root, counted(len(a.Nodes), "span"))
		if a.Errors > 0 {
			text += fmt.Sprintf("  %s %s", s.Glyphs.Critical, counted(a.Errors, "error"))
		}
		took := page.Right(dashboard.FormatDuration(a.Duration), 9, s.Glyphs.Ellipsis)
		return page.Fit(s.Text.Render(text), max(0, c.Width-11), s.Glyphs.Ellipsis) + " " + s.Bold.Render(took)
	}
	d := k.b.Duration - k.a.Duration
	verdict := "B is as long as A"
	switch {
	case d > 0:
		verdict = "B is " + dashboard.SayDuration(d) + " longer"
	case d < 0:
		verdict = "B is " + dashboard.SayDuration(-d) + " shorter"
	}
	if r, ok := k.greatest(); ok {
		verdict += fmt.Sprintf("; self time of %s %s: %s", r.Service, r.Operation, change(r.delta()))
	}
	return []string{
		line("A", k.a), line("B", k.b),
		" " + s.Bold.Render(page.Cut(verdict, max(0, c.Width-1), s.Glyphs.Ellipsis)),
	}
}

// greatest is the path whose self time differs most, in the direction in which the traces differ.
func (k *compare) greatest() (compared, bool) {
	longer := k.b.Duration > k.a.Duration
	var best compared
	for _, r := range k.sheet.rows {
		if d := r.delta(); d != 0 && d > 0 == longer && d.Abs() > best.delta().Abs() {
			best = r
		}
	}
	return best, best.delta() != 0
}

// shortID is as much of a trace's id as tells it apart on a screen.
func shortID(id string) string { return id[:min(8, len(id))] }

func (k *compare) none() string {
	if k.a == nil || k.b == nil {
		return "one of the two could not be read"
	}
	return "the traces have no spans"
}

func (k *compare) key(_ page.Context, pressed string, _ int) tea.Cmd {
	r, ok := k.sheet.selected()
	if !ok {
		return nil
	}
	inB := r.CountA == 0
	switch pressed {
	case "enter":
	case "b":
		inB = true
	case "y":
		what := cmp.Or(side(r), fmt.Sprintf("%s in A, %s in B, %s", dashboard.SayDuration(r.SelfA), dashboard.SayDuration(r.SelfB), change(r.delta())))
		text := fmt.Sprintf("%s %s, self time: %s (A %s, B %s)", r.Service, r.Operation, what, k.a.Trace.ID, k.b.Trace.ID)
		return page.Send(page.Copy{Text: text, What: r.Operation + "'s line"})
	default:
		return nil
	}
	a, row := k.a, r.RowA
	if inB {
		a, row = k.b, r.RowB
	}
	if row < 0 || row >= len(a.Nodes) {
		return page.Send(page.Notice{Text: r.Operation + " is " + side(r), Warn: true})
	}
	return page.Send(page.OpenTrace{ID: a.Trace.ID, Span: a.Nodes[row].Span.SpanID, Query: k.open.Query})
}

func (k *compare) bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "the span in A, or in B where A lacks it"),
		bind("b", "the span in B"),
		bind("y", "copy the selected line"),
	}
}
