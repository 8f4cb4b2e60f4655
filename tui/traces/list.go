// Package traces is where a panel, a tenant or an alert is explained: the list of traces that have to do with it, and
// one trace as a waterfall of its spans.
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

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// List is the list of traces that answer a query; of an empty query, the recent ones. It implements page.Page.
type List struct {
	query  page.TraceQuery
	cursor page.Cursor
	filter page.Filter
	order  int
	desc   bool // against the order's natural direction
}

var (
	_ page.Page     = (*List)(nil)
	_ page.Capturer = (*List)(nil)
	_ page.Escaper  = (*List)(nil)
)

// Orders of a list.
const (
	byWorst = iota // failed first if errors are asked for, then the slowest
	byStart
	byDuration
	byErrors
	bySpans
)

var orders = [...]string{"slowest first", "newest first", "longest first", "most errors first", "most spans first"}

// NewList returns the list that answers q.
func NewList(q page.TraceQuery) *List {
	l := &List{query: q}
	if recent(q) {
		l.order = byStart
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

// Wants implements page.Page.
func (l *List) Wants(c page.Context) []feed.Request {
	return append([]feed.Request{{Kind: feed.Services}}, look(c, l.query).wants...)
}

// Capturing implements page.Capturer.
func (l *List) Capturing() bool { return l.filter.Open }

// Escape implements page.Escaper.
func (l *List) Escape() bool { return l.filter.Escape() }

// Update implements page.Page.
func (l *List) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if l.filter.Open {
			l.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		return l.key(c, msg)
	}
	return nil
}

func (l *List) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if l.filter.Key(k) {
		return nil
	}
	r := look(c, l.query)
	rows := l.rows(c, r.traces)
	ids := idsOf(rows)
	visible := l.visible(c, r)
	l.cursor.Sync(ids, visible)
	switch k.String() {
	case "s":
		l.order, l.desc = (l.order+1)%len(orders), false
	case "S":
		l.desc = !l.desc
	case "enter":
		if id := l.cursor.Selected(ids); id != "" {
			l.cursor.Key = id // so that Back finds it, wherever it has moved to
			return page.Send(page.OpenTrace{ID: id, Query: l.query})
		}
	default:
		if d, ok := page.Motion(k, visible, len(rows)); ok {
			l.cursor.Move(ids, d, visible)
		}
	}
	return nil
}

func idsOf(rows []sources.TraceSummary) []string {
	ids := make([]string, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	return ids
}

// visible is how many rows fit under the title, the notes and the heading.
func (l *List) visible(c page.Context, r result) int {
	return max(1, c.Height-2-len(l.notes(c, r)))
}

// rows are the traces that pass the filter, in order.
func (l *List) rows(c page.Context, all []sources.TraceSummary) []sources.TraceSummary {
	var rows []sources.TraceSummary
	for _, t := range all {
		if l.filter.Match(t.ID, t.Operation, t.Service, c.TenantOf(t.Tags)) {
			rows = append(rows, t)
		}
	}
	slices.SortStableFunc(rows, func(a, b sources.TraceSummary) int {
		n := 0
		switch l.order {
		case byWorst:
			if l.query.Errors {
				n = -cmp.Compare(min(a.Errors, 1), min(b.Errors, 1))
			}
		case byStart:
			n = b.Start.Compare(a.Start)
		case byErrors:
			n = cmp.Compare(b.Errors, a.Errors)
		case bySpans:
			n = cmp.Compare(b.Spans, a.Spans)
		}
		return cmp.Or(n, cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.ID, b.ID))
	})
	if l.desc {
		slices.Reverse(rows)
	}
	return rows
}

// View implements page.Page.
func (l *List) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	s := c.Styles
	r := look(c, l.query)
	rows := l.rows(c, r.traces)
	lines := []string{page.Title(s, l.heading(), l.facts(c, r, len(rows)), c.Width)}
	lines = append(lines, l.notes(c, r)...)
	if len(rows) == 0 {
		return append(lines, l.why(c, r)...)
	}
	visible := l.visible(c, r)
	l.cursor.Sync(idsOf(rows), visible)
	t := page.Table{Styles: s, Columns: []page.Column{
		{Title: "start"}, {}, {Title: "operation", Min: 16, Max: 60}, {Title: "tenant", Max: 24},
		{Title: "duration", Right: true}, {Min: 8, Max: 40, Grow: true, Drop: 3}, {Title: "spans", Right: true, Drop: 2},
		{Title: "services", Right: true, Drop: 1}, {Title: "errors", Right: true, Drop: 4},
	}}
	longest := time.Duration(1)
	for _, x := range rows {
		longest = max(longest, x.Duration)
	}
	for _, x := range rows {
		t.Rows = append(t.Rows, l.row(c, x, longest))
	}
	return append(lines, t.Lines(c.Width, visible+1, l.cursor.Offset, l.cursor.Row)...)
}

func (l *List) heading() string {
	if l.query.Title == "" {
		return "Recent traces"
	}
	return "Traces of " + l.query.Title
}

func (l *List) row(c page.Context, t sources.TraceSummary, longest time.Duration) []page.Cell {
	s, g := c.Styles, c.Styles.Glyphs
	sign, style, bar := " ", s.Text, s.SeriesStyle(0)
	errors := page.Cell{Text: strconv.Itoa(t.Errors), Style: s.Muted}
	if t.Errors > 0 {
		sign, style, bar = g.Critical, s.Critical, s.Critical
		errors.Style = s.Critical
	}
	when := "15:04:05"
	if c.Window > 12*time.Hour {
		when = "01-02 15:04:05"
	}
	return []page.Cell{
		{Text: c.Zone(t.Start).Format(when), Style: s.Muted},
		{Text: sign, Style: style},
		{Text: t.Operation, Style: s.Text},
		{Text: c.TenantOf(t.Tags), Style: s.Text},
		{Text: dashboard.FormatDuration(t.Duration), Style: s.Bold},
		{Draw: func(w int) string {
			filled, empty := chart.Bar(float64(t.Duration), float64(longest), w, chart.BarSigns{Full: g.BarFull, Parts: g.BarParts})
			return bar.Render(filled) + strings.Repeat(" ", empty)
		}},
		{Text: strconv.Itoa(t.Spans), Style: s.Muted},
		{Text: strconv.Itoa(t.Services), Style: s.Muted},
		errors,
	}
}

// facts are what was asked of whom, how much is shown, and the order.
func (l *List) facts(c page.Context, r result, shown int) string {
	var facts []string
	if r.service != "" {
		facts = append(facts, r.service)
	}
	if len(r.traces) > 0 {
		facts = append(facts, fmt.Sprintf("%d of %d shown", shown, len(r.traces)))
	}
	if r.full {
		facts = append(facts, fmt.Sprintf("the newest %d of more", limit))
	}
	order := orders[l.order]
	if l.order == byWorst && l.query.Errors {
		order = "failed first"
	}
	if l.desc {
		order += ", reversed"
	}
	facts = append(facts, order)
	if f := l.filter.Prompt(); f != "" {
		facts = append(facts, f)
	}
	if r.asking && len(r.traces) > 0 {
		facts = append(facts, "asking for more")
	}
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

// notes are the lines between title and table.
func (l *List) notes(c page.Context, r result) []string {
	s := c.Styles
	var out []string
	for _, n := range r.notes(l.query) {
		out = append(out, s.Warn.Render(page.Cut(" "+s.Glyphs.Warn+" "+n, c.Width, s.Glyphs.Ellipsis)))
	}
	if r.err != nil && len(r.traces) > 0 {
		text := "a search failed: " + r.err.Error()
		out = append(out, s.Stale.Render(page.Cut(" "+s.Glyphs.Stale+" "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	return out
}

// why says why there is no row, and what was asked.
func (l *List) why(c page.Context, r result) []string {
	s := c.Styles
	asked := "traces of " + r.service
	if len(l.query.Tags) > 0 {
		asked += " with " + tagWords(c, l.query.Tags)
	}
	services := c.Data.Services()
	for _, st := range c.Data.Sources() {
		if st.Name == feed.SourceJaeger && st.State == feed.Off {
			return page.Explain(s, "Jaeger is off: set --jaeger-url to see traces", nil, c.Width)
		}
	}
	switch {
	case len(r.traces) > 0:
		return page.Explain(s, "nothing matches "+l.filter.Text, nil, c.Width)
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
	return page.Explain(s, "no "+asked+" in the last "+dashboard.FormatDuration(c.Window)+"; + widens the window", nil, c.Width)
}

// Bindings implements page.Page.
func (l *List) Bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "the trace's spans"),
		bind("up down", "select; pgup, pgdown, home and end"),
		bind("s", "next order: slowest, newest, longest, most errors, most spans"),
		bind("S", "reverse the order"),
		bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}

func bind(shown, what string) key.Binding {
	return key.NewBinding(key.WithKeys(shown), key.WithHelp(shown, what))
}
