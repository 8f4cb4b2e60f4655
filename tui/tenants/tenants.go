// Package tenants is the full-page table of all tenants: sorted by any column, narrowed by a filter, never hiding a
// tenant without counting it.
package tenants

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Page is the table. It implements page.Page.
type Page struct {
	panel  dashboard.Panel
	known  bool // the dashboard has a tenants panel
	cursor page.Cursor
	filter page.Filter
	sort   int  // index into columns; 0 is worst first
	desc   bool // against the column's natural order

	fresh bool // data is that of the last DataMsg
	env   dashboard.Env
	data  dashboard.Data
}

var (
	_ page.Page     = (*Page)(nil)
	_ page.Capturer = (*Page)(nil)
	_ page.Escaper  = (*Page)(nil)
)

// New returns the page of the tenants panel of d.
func New(d dashboard.Dashboard) *Page {
	p := &Page{}
	for _, pan := range d.Panels {
		if pan.Kind == dashboard.KindTenants {
			p.panel, p.known = pan, true
			break
		}
	}
	return p
}

// Title implements page.Page.
func (p *Page) Title() string { return "Tenants" }

// Scope implements page.Scoped.
func (p *Page) Scope() string { return "tenants" }

// Wants implements page.Page.
func (p *Page) Wants(c page.Context) []feed.Request {
	if !p.known {
		return nil
	}
	return p.panel.Requests(c.Env)
}

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper.
func (p *Page) Escape() bool { return p.filter.Escape() }

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		p.fresh = false
	case page.SelectMsg:
		p.cursor.Key = msg.Key
	case tea.PasteMsg:
		if p.filter.Open {
			p.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		return p.key(c, msg)
	}
	return nil
}

func (p *Page) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if p.filter.Key(k) {
		return nil
	}
	rows := p.rows(c)
	ids := idsOf(rows)
	visible := visible(c)
	p.cursor.Sync(ids, visible)
	switch k.String() {
	case "s":
		p.sort, p.desc = (p.sort+1)%len(columns), false
	case "S":
		p.desc = !p.desc
	case "enter", "t":
		if p.cursor.Row >= len(rows) {
			return nil
		}
		q := page.TenantQuery(c, p.panel, rows[p.cursor.Row])
		if k.String() == "t" {
			return page.Exemplar(c, q)
		}
		return page.Send(page.OpenTraces{Query: q})
	default:
		if d, ok := page.Motion(k, visible, len(rows)); ok {
			p.cursor.Move(ids, d, visible)
		}
	}
	return nil
}

func visible(c page.Context) int { return max(1, c.Height-2) }

func idsOf(rows []dashboard.Tenant) []string {
	ids := make([]string, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	return ids
}

// eval is the panel's data, worked out once per change.
func (p *Page) eval(c page.Context) dashboard.Data {
	if !p.fresh || p.env != c.Env {
		p.data, p.env, p.fresh = dashboard.Eval(p.panel, c.Env), c.Env, true
	}
	return p.data
}

// rows are the tenants that pass the filter, in the order asked for.
func (p *Page) rows(c page.Context) []dashboard.Tenant {
	var rows []dashboard.Tenant
	for _, t := range p.eval(c).Tenants {
		if p.filter.Match(t.ID) {
			rows = append(rows, t)
		}
	}
	if less := columns[p.sort].order; less != nil {
		slices.SortStableFunc(rows, less)
	}
	if p.desc {
		slices.Reverse(rows)
	}
	return rows
}

// columns are what the table can be sorted by; a nil order is the panel's own: worst first.
var columns = []struct {
	name  string
	order func(a, b dashboard.Tenant) int
}{
	{"worst", nil},
	{"tenant", func(a, b dashboard.Tenant) int { return cmp.Compare(a.ID, b.ID) }},
	{"req/s", highest(func(t dashboard.Tenant) float64 { return t.SearchRate })},
	{"p50", highest(func(t dashboard.Tenant) float64 { return t.P50 })},
	{"p95", highest(func(t dashboard.Tenant) float64 { return t.P95 })},
	{"p99", highest(func(t dashboard.Tenant) float64 { return t.P99 })},
	{"errors", highest(func(t dashboard.Tenant) float64 { return t.ErrorRatio })},
	{"p95 vs 1h", highest(func(t dashboard.Tenant) float64 { return t.P95 / t.P95Before })},
}

// highest orders by a number, the highest first and the unknown ones last.
func highest(of func(dashboard.Tenant) float64) func(a, b dashboard.Tenant) int {
	rank := func(t dashboard.Tenant) float64 {
		if v := of(t); !math.IsNaN(v) {
			return v
		}
		return math.Inf(-1)
	}
	return func(a, b dashboard.Tenant) int { return cmp.Compare(rank(b), rank(a)) }
}

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	s := c.Styles
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	if !p.known {
		return page.Explain(s, "no dashboard has a tenants table", nil, c.Width)
	}
	d := p.eval(c)
	rows := p.rows(c)
	lines := []string{page.Title(s, "Tenants", p.facts(c, d, len(rows)), c.Width)}
	if len(d.Tenants) == 0 {
		lines = append(lines, p.why(c, d)...)
		return lines
	}
	p.cursor.Sync(idsOf(rows), visible(c))
	t := page.Table{Styles: s, Columns: p.heads()}
	for _, r := range rows {
		t.Rows = append(t.Rows, cells(s, r))
	}
	return append(lines, t.Lines(c.Width, c.Height-1, p.cursor.Offset, p.cursor.Row)...)
}

func (p *Page) why(c page.Context, d dashboard.Data) []string {
	reason := d.Reason
	if reason == "" {
		reason = "no tenant has searched in this window"
	}
	if d.Err != nil {
		return page.Explain(c.Styles, "Prometheus could not be asked for the tenants", d.Err, c.Width)
	}
	out := page.Explain(c.Styles, reason, nil, c.Width)
	for _, l := range page.Wrap(d.Hint, c.Width-2, 3, c.Styles.Glyphs.Ellipsis) {
		out = append(out, "  "+c.Styles.Muted.Render(l))
	}
	return out
}

// facts count what is shown of what there is, and name order, filter and age.
func (p *Page) facts(c page.Context, d dashboard.Data, shown int) string {
	dot := " " + c.Styles.Glyphs.Dot + " "
	facts := []string{fmt.Sprintf("%d of %d shown", shown, len(d.Tenants))}
	order := "sorted by " + columns[p.sort].name
	if p.sort == 0 {
		order = "worst first"
	}
	if p.desc {
		order += ", reversed"
	}
	facts = append(facts, order)
	if f := p.filter.Prompt(); f != "" {
		facts = append(facts, f)
	}
	if d.Stale {
		facts = append(facts, c.Styles.Glyphs.Stale+" stale "+dashboard.FormatAge(c.Now.Sub(d.At)))
	}
	return strings.Join(append(facts, d.Warnings...), dot)
}

func (p *Page) heads() []page.Column {
	heads := []page.Column{
		{},
		{Title: "tenant", Min: 8, Max: 32},
		{Title: "req/s", Right: true, Drop: 5},
		{Title: "p50", Right: true, Drop: 3},
		{Title: "p95", Right: true},
		{Title: "p99", Right: true, Drop: 4},
		{Title: "errors", Right: true, Drop: 7},
		{Title: "p95 vs 1h", Right: true, Drop: 6},
		{Title: "p95 over time", Min: 14, Max: 60, Grow: true, Drop: 1},
		{Title: "why", Max: 40, Drop: 2},
	}
	for i := range heads {
		if heads[i].Title != "" && heads[i].Title == columns[p.sort].name {
			heads[i].Title = "*" + heads[i].Title
		}
	}
	return heads
}

func cells(s *themes.Styles, t dashboard.Tenant) []page.Cell {
	sign, style := mark(s, t.State)
	number := func(v float64, unit, name string) page.Cell {
		st := s.Text
		if state := t.States[name]; state == dashboard.StateWarn || state == dashboard.StateCritical {
			_, st = mark(s, state)
		}
		return page.Cell{Text: dashboard.FormatValue(v, unit), Style: st}
	}
	name := s.Text
	if t.State == dashboard.StateWarn || t.State == dashboard.StateCritical {
		name = s.Bold
	}
	change := number(0, "", "change")
	change.Text = dashboard.FormatChange(t.P95, t.P95Before, dashboard.UnitSeconds)
	return []page.Cell{
		{Text: sign, Style: style},
		{Text: t.ID, Style: name},
		number(t.SearchRate, dashboard.UnitNone, "rate"),
		number(t.P50, dashboard.UnitSeconds, "p50"),
		number(t.P95, dashboard.UnitSeconds, "p95"),
		number(t.P99, dashboard.UnitSeconds, "p99"),
		number(t.ErrorRatio, dashboard.UnitRatio, "errors"),
		change,
		{Draw: func(w int) string { return style.Render(chart.Sparkline(t.Points, w, s.Glyphs.Spark)) }},
		{Text: t.Reason, Style: s.Muted},
	}
}

// mark is the sign and style of a tenant's state.
func mark(s *themes.Styles, st dashboard.State) (string, lipgloss.Style) {
	switch st {
	case dashboard.StateOK:
		return s.Glyphs.OK, s.OK
	case dashboard.StateWarn:
		return s.Glyphs.Warn, s.Warn
	case dashboard.StateCritical, dashboard.StateError:
		return s.Glyphs.Critical, s.Critical
	}
	return s.Glyphs.NoData, s.NoData
}

// Bindings implements page.Page.
func (p *Page) Bindings() []key.Binding {
	return []key.Binding{
		page.Bind("enter", "traces of the selected tenant"),
		page.Bind("t", "the trace of an exemplar nearest to its p99, else the list"),
		page.BindRows("select"),
		page.Bind("s", "sort by the next column"),
		page.Bind("S", "reverse the order"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}
