package traces

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// order is what a list is sorted by.
type order int

// The orders, as the columns stand; byFailed is where a list that is about errors begins.
const (
	byStart order = iota
	byOperation
	byTenant
	byDuration
	bySpans
	byServices
	byErrors
	byFailed
)

// orderWords say an order in its natural direction and reversed.
var orderWords = [...][2]string{
	{"newest first", "oldest first"}, {"by operation", "by operation, reversed"}, {"by tenant", "by tenant, reversed"},
	{"slowest first", "fastest first"}, {"most spans first", "fewest spans first"}, {"most services first", "fewest services first"},
	{"most failed spans first", "fewest failed spans first"}, {"failed first", "failed last"},
}

// next is the order of the next column.
func (o order) next(tenants bool) order {
	o = (o + 1) % byFailed
	if o == byTenant && !tenants {
		o++
	}
	return o
}

// compare orders two traces in o's natural direction.
func (o order) compare(a, b *sources.TraceSummary, tenantOf func(*sources.TraceSummary) string) int {
	switch o {
	case byStart:
		return b.Start.Compare(a.Start)
	case byOperation:
		return cmp.Compare(a.Operation, b.Operation)
	case byTenant:
		return cmp.Compare(tenantOf(a), tenantOf(b))
	case bySpans:
		return cmp.Compare(b.Spans, a.Spans)
	case byServices:
		return cmp.Compare(b.Services, a.Services)
	case byErrors:
		return cmp.Compare(b.Errors, a.Errors)
	case byFailed:
		return cmp.Compare(min(b.Errors, 1), min(a.Errors, 1))
	}
	return 0 // byDuration, which decides among equals anyway
}

// arranged are rows, and what they were made of: as long as that stays, they stay.
type arranged struct {
	first           *sources.TraceSummary // of the traces, which are never changed
	n               int
	filter          string
	order           order
	reverse, chosen bool

	rows []*sources.TraceSummary
	ids  []string
}

// arrange sets f's rows.
func (l *List) arrange(c page.Context, f *frame) {
	a := arranged{n: len(f.result.traces), filter: l.filter.Text, order: l.order, reverse: l.reverse, chosen: l.chosen}
	if a.n > 0 {
		a.first = &f.result.traces[0]
	}
	was := l.arranged
	if a.first == nil || a.first != was.first || a.n != was.n || a.filter != was.filter || a.order != was.order ||
		a.reverse != was.reverse || a.chosen != was.chosen {
		a.rows = l.rows(c, f.result)
		a.ids = make([]string, len(a.rows))
		for i, t := range a.rows {
			a.ids[i] = t.ID
		}
		l.arranged = a
	}
	f.rows, f.ids = l.arranged.rows, l.arranged.ids
}

// rows are the traces that pass the filter, in order: the exemplars' first, nearest to the p99 first as long as the
// operator has chosen no order.
func (l *List) rows(c page.Context, r result) []*sources.TraceSummary {
	rows := make([]*sources.TraceSummary, 0, len(r.traces))
	for i := range r.traces {
		if t := &r.traces[i]; l.filter.Match(t.ID, t.Operation, t.Service, r.tenantOf(c, t)) {
			rows = append(rows, t)
		}
	}
	tenantOf := func(t *sources.TraceSummary) string { return r.tenantOf(c, t) }
	slices.SortFunc(rows, func(a, b *sources.TraceSummary) int {
		i, first := r.top[a.ID]
		j, second := r.top[b.ID]
		switch {
		case first && !second:
			return -1
		case second && !first:
			return 1
		case first && !l.chosen:
			return cmp.Compare(i, j)
		}
		n := cmp.Or(l.order.compare(a, b, tenantOf), cmp.Compare(b.Duration, a.Duration))
		if l.reverse {
			n = -n
		}
		return cmp.Or(n, cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// heading is a column's title, marked where the rows are sorted by it.
func (l *List) heading(c page.Context, title string, by ...order) string {
	if !slices.Contains(by, l.order) {
		return title
	}
	g := c.Styles.Glyphs
	sign := g.Down
	if ascending := l.order == byOperation || l.order == byTenant; ascending != l.reverse {
		sign = g.Up
	}
	return title + " " + sign
}

// table is the heading and the rows that are visible, in columns as wide as all rows need: they stay where they are
// when the list scrolls.
func (l *List) table(c page.Context, f frame) []string {
	longest, need, dated := time.Duration(1), wide{}, false
	for _, t := range f.rows {
		longest = max(longest, t.Duration)
		need.see(t, f.result.tenantOf(c, t))
		dated = dated || c.Wall.Sub(t.Start) > 12*time.Hour
	}
	operation := min(max(need.operation, 16), max(16, c.Width*3/10), 60) // at 80 the end of a path is still seen to differ
	services, failed := "services", "failed spans"
	if c.Width < 100 {
		services, failed = "svc", "failed"
	}
	most := min(max(c.Width/4, 8), 24)
	tenant := page.Column{Min: min(need.tenant, most), Max: most}
	if need.tenant > 0 {
		tenant.Title = l.heading(c, "tenant", byTenant)
	}
	t := page.Table{Styles: c.Styles, Columns: []page.Column{
		{Title: l.heading(c, "start", byStart)}, {}, {Title: l.heading(c, "operation", byOperation), Min: operation, Max: operation, Drop: 6}, tenant,
		{Title: l.heading(c, "took", byDuration), Right: true, Min: 8}, {Min: 6, Max: 40, Grow: true, Drop: 5},
		{Title: l.heading(c, "spans", bySpans), Right: true, Min: need.spans, Drop: 3},
		{Title: l.heading(c, services, byServices), Right: true, Min: need.services, Drop: 2},
		{Title: l.heading(c, failed, byErrors, byFailed), Right: true, Min: need.errors, Drop: 4}, {Drop: 1},
	}}
	clock := "15:04:05"
	if dated {
		clock = "01-02 15:04:05"
	}
	from := min(l.cursor.Offset, len(f.rows))
	for i, x := range f.rows[from:min(from+f.visible, len(f.rows))] {
		t.Rows = append(t.Rows, l.row(c, f, x, clock, longest, from+i == l.cursor.Row))
	}
	return t.Lines(c.Width, f.visible+1, 0, l.cursor.Row-from)
}

func (l *List) row(c page.Context, f frame, t *sources.TraceSummary, clock string, longest time.Duration, selected bool) []page.Cell {
	s, g := c.Styles, c.Styles.Glyphs
	bar, errors := s.SeriesStyle(0), s.Muted
	if t.Errors > 0 {
		bar, errors = s.Critical, s.Critical
	}
	word := ""
	if _, ok := f.result.top[t.ID]; ok {
		word = "exemplar"
	}
	return []page.Cell{
		{Text: c.Zone(t.Start).Format(clock), Style: s.Muted},
		l.signs(c, f, t, selected),
		{Text: t.Operation, Style: s.Text},
		{Text: f.result.tenantOf(c, t), Style: s.Text},
		{Text: dashboard.FormatDuration(t.Duration), Style: s.Bold},
		{Draw: func(w int) string {
			filled, empty := chart.Bar(float64(t.Duration), float64(longest), w, chart.BarSigns{Full: g.BarFull, Parts: g.BarParts})
			return bar.Render(filled) + strings.Repeat(" ", empty)
		}},
		{Text: atLeast(t, t.Spans), Style: s.Muted},
		{Text: atLeast(t, t.Services), Style: s.Muted},
		{Text: atLeast(t, t.Errors), Style: errors},
		{Text: word, Style: s.Key},
	}
}

// atLeast is one of t's numbers, as "1000+" where more of it did not come.
func atLeast(t *sources.TraceSummary, n int) string {
	if t.Cut != "" {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// signs tell the group that a trace is marked for, whether an exemplar led to it, and whether it failed, or did not come
// whole.
func (l *List) signs(c page.Context, f frame, t *sources.TraceSummary, selected bool) page.Cell {
	s, g := c.Styles, c.Styles.Glyphs
	var out strings.Builder
	sign := func(text string, style lipgloss.Style) {
		if selected {
			style = s.Selected.Inherit(style)
		}
		if text == "" {
			text = " "
		}
		out.WriteString(style.Render(text))
	}
	width := 1
	if len(l.marks.a)+len(l.marks.b) > 0 {
		sign(l.marks.of(t.ID), s.Focus)
		width++
	}
	if len(f.result.top) > 0 {
		text := ""
		if _, ok := f.result.top[t.ID]; ok {
			text = g.Exemplar
		}
		sign(text, s.Key)
		width++
	}
	switch {
	case t.Errors > 0:
		sign(g.Critical, s.Critical)
	case t.Cut != "":
		sign(g.Stale, s.Stale)
	default:
		sign("", s.Critical)
	}
	return page.Cell{Text: strings.Repeat(" ", width), Draw: func(w int) string { return page.Cut(out.String(), w, "") }}
}

// wide is what the columns have to hold, in cells.
type wide struct{ operation, tenant, spans, services, errors int }

func (w *wide) see(t *sources.TraceSummary, tenant string) {
	w.operation = max(w.operation, cells(t.Operation))
	w.tenant = max(w.tenant, cells(tenant))
	w.spans = max(w.spans, len(atLeast(t, t.Spans)))
	w.services = max(w.services, len(atLeast(t, t.Services)))
	w.errors = max(w.errors, len(atLeast(t, t.Errors)))
}

// cells is ansi.StringWidth, quick for the names that are plain ASCII.
func cells(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}
