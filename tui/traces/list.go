package traces

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// order is what a list is sorted by.
type order int

const (
	byDuration order = iota
	byErrors
	byStart
	bySpans
	orders
)

func (o order) String() string {
	return [...]string{"slowest first", "failed first", "newest first", "most spans first"}[o]
}

// List is a list of traces: the recent ones, or those that explain a query.
type List struct {
	query  page.TraceQuery
	order  order
	cursor page.Cursor
	filter page.Filter
}

var (
	_ page.Page     = (*List)(nil)
	_ page.Capturer = (*List)(nil)
	_ page.Escaper  = (*List)(nil)
)

// NewList is the list that explains q; the zero query lists the recent traces.
func NewList(q page.TraceQuery) *List {
	p := &List{query: q}
	switch {
	case q.Errors:
		p.order = byErrors
	case p.recent():
		p.order = byStart
	}
	return p
}

func (p *List) recent() bool {
	return p.query.Title == "" && len(p.query.Tags) == 0 && p.query.Operation == ""
}

// Title implements page.Page.
func (p *List) Title() string {
	if p.recent() {
		return "Traces"
	}
	return "traces: " + p.query.Title
}

// Capturing implements page.Capturer.
func (p *List) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper: Esc drops the filter first.
func (p *List) Escape() bool {
	used := p.filter.Text != ""
	p.filter.Text = ""
	return used
}

// Bindings implements page.Page.
func (p *List) Bindings() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("up", "down", "j", "k"), key.WithHelp("↑ ↓", "choose a trace")),
		key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "its spans")),
		key.NewBinding(key.WithKeys("s"), key.WithHelp("s", "sort: "+p.order.String())),
		key.NewBinding(key.WithKeys("/"), key.WithHelp("/", "filter by operation, tenant, id, tags")),
	}
}

// Update implements page.Page.
func (p *List) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if p.filter.Open {
			p.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		if p.filter.Key(msg) {
			return nil
		}
		a, _, _ := p.collect(c)
		rows := p.filtered(a.traces)
		ids := ids(rows)
		p.cursor.Sync(ids, p.visible(c))
		switch msg.String() {
		case "enter":
			if id := p.cursor.Selected(ids); id != "" {
				return page.Send(page.OpenTrace{ID: id})
			}
		case "s":
			p.order = (p.order + 1) % orders
		default:
			if d, ok := page.Motion(msg, p.visible(c), len(ids)); ok {
				p.cursor.Move(ids, d, p.visible(c))
			}
		}
	}
	return nil
}

func ids(ts []sources.TraceSummary) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.ID
	}
	return out
}

func (p *List) filtered(ts []sources.TraceSummary) []sources.TraceSummary {
	if p.filter.Text == "" {
		return ts
	}
	want := strings.ToLower(p.filter.Text)
	var out []sources.TraceSummary
	for _, t := range ts {
		text := t.ID + " " + t.Service + " " + t.Operation
		for k, v := range t.Tags {
			text += " " + k + "=" + v
		}
		if strings.Contains(strings.ToLower(text), want) {
			out = append(out, t)
		}
	}
	return out
}

// head is how many lines stand above the rows: title, notice or blank, column names.
const head = 3

func (p *List) visible(c page.Context) int { return max(1, c.Height-head) }

// View implements page.Page.
func (p *List) View(c page.Context) []string {
	s := c.Styles
	a, pl, ok := p.collect(c)
	rows := p.filtered(a.traces)
	lines := []string{page.Title(s, p.heading(), p.facts(c, a, rows), c.Width), p.note(c, a, pl)}
	switch {
	case !ok:
		lines = append(lines, p.noService(c)...)
	case len(a.traces) == 0 && a.err != nil:
		lines = append(lines, page.Explain(s, "no traces: the search failed", a.err, c.Width)...)
	case len(a.traces) == 0 && !a.done:
		lines = append(lines, s.Muted.Render(s.Glyphs.NoData+" searching "+service(c)))
	case len(rows) == 0:
		lines = append(lines, s.Muted.Render(page.Fit(s.Glyphs.NoData+" no traces of "+service(c)+" in this window", c.Width, s.Glyphs.Ellipsis)))
	default:
		lines = append(lines, p.table(c, rows)...)
	}
	return lines[:min(len(lines), c.Height)]
}

func (p *List) heading() string {
	if p.recent() {
		return "Recent traces"
	}
	return "Traces of " + p.query.Title
}

func (p *List) facts(c page.Context, a answer, rows []sources.TraceSummary) string {
	parts := []string{service(c), fmt.Sprintf("%d", len(rows)), p.order.String()}
	if p.filter.Open || p.filter.Text != "" {
		parts = []string{fmt.Sprintf("/%s", p.filter.Text), fmt.Sprintf("%d of %d", len(rows), len(a.traces))}
	}
	if !a.at.IsZero() {
		parts = append(parts, "asked "+dashboard.FormatAge(c.Now.Sub(a.at))+" ago")
	}
	return strings.Join(parts, " "+c.Styles.Glyphs.Dot+" ")
}

// note is the line under the title: what was not found and what is shown instead, or that the list is stale.
func (p *List) note(c page.Context, a answer, pl plan) string {
	s := c.Styles
	switch {
	case a.fellBack && a.done:
		return s.Warn.Render(page.Fit(fmt.Sprintf("%s no span carries %s: these are all traces of %s", s.Glyphs.Warn,
			strings.Join(pl.tags, " and "), service(c)), c.Width, s.Glyphs.Ellipsis))
	case a.err != nil && len(a.traces) > 0:
		return s.Stale.Render(page.Fit(s.Glyphs.Stale+" stale: "+a.err.Error(), c.Width, s.Glyphs.Ellipsis))
	case len(a.traces) >= searchLimit:
		return s.Muted.Render(page.Fit(fmt.Sprintf("the newest %d; a shorter window or a filter shows others", searchLimit), c.Width, s.Glyphs.Ellipsis))
	}
	return ""
}

func (p *List) noService(c page.Context) []string {
	s := c.Styles
	snap := c.Data.Services()
	for _, st := range c.Data.Sources() {
		if st.Name == feed.SourceJaeger && st.State == feed.Off {
			return page.Explain(s, "Jaeger is off: set --jaeger-url grpc://host:16685 or jaeger.url in the config", nil, c.Width)
		}
	}
	switch {
	case snap.Err != nil:
		return page.Explain(s, "Jaeger does not answer", snap.Err, c.Width)
	case snap.OK():
		return page.Explain(s, "Jaeger knows no service yet", nil, c.Width)
	}
	return page.Explain(s, "asking Jaeger for its services", nil, c.Width)
}

// table is the column names and the visible rows.
func (p *List) table(c page.Context, rows []sources.TraceSummary) []string {
	s := c.Styles
	visible := p.visible(c)
	p.cursor.Sync(ids(rows), visible)
	var longest time.Duration
	for _, t := range rows {
		longest = max(longest, t.Duration)
	}
	barWidth := max(0, min(24, (c.Width-62)/2))
	opWidth := max(10, c.Width-(2+9+16+9+barWidth+7+9+7+6))
	lines := []string{s.Muted.Render(page.Fit(fmt.Sprintf("   %-8s %s %s %s %s %s %s", "start", page.Fit("operation", opWidth, ""), page.Fit("tenant", 15, ""),
		page.Right("took", 8, ""), strings.Repeat(" ", barWidth), page.Right("spans", 6, ""), page.Right("services", 8, "")+page.Right("errors", 7, "")), c.Width, ""))}
	for i := p.cursor.Offset; i < min(p.cursor.Offset+visible, len(rows)); i++ {
		t := rows[i]
		mark, style := s.Glyphs.OK, s.OK
		if t.Errors > 0 {
			mark, style = s.Glyphs.Critical, s.Critical
		}
		errors := ""
		if t.Errors > 0 {
			errors = strconv.Itoa(t.Errors)
		}
		filled, empty := chart.Bar(float64(t.Duration), float64(longest), barWidth, chart.BarSigns{Full: s.Glyphs.BarFull})
		bar := style.Render(filled) + strings.Repeat(" ", empty)
		line := " " + style.Render(mark) + " " + c.Clock(t.Start) + " " + page.Fit(t.Operation, opWidth, s.Glyphs.Ellipsis) + " " +
			page.Fit(tenant(c, t), 15, s.Glyphs.Ellipsis) + " " + page.Right(dashboard.FormatDuration(t.Duration), 8, "") + " " + bar + " " +
			page.Right(strconv.Itoa(t.Spans), 6, "") + " " + page.Right(strconv.Itoa(t.Services), 8, "") + page.Right(errors, 7, "")
		line = page.Fit(line, c.Width, s.Glyphs.Ellipsis)
		if i == p.cursor.Row {
			line = s.Selected.Render(s.Glyphs.Pointer + ansi.Cut(ansi.Strip(line), 1, c.Width))
		}
		lines = append(lines, line)
	}
	return lines
}

func tenant(c page.Context, t sources.TraceSummary) string {
	names := c.TagNames["tenant"]
	if len(names) == 0 {
		names = spellings["tenant"]
	}
	for _, n := range names {
		if v := t.Tags[n]; v != "" {
			return v
		}
	}
	return ""
}
