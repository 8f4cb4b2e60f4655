// Package tenants is the full-page table of all tenants: sorted by any column, narrowed by a filter, never hiding a
// tenant without counting it.
package tenants

import (
	"fmt"
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
	hits   page.Hits
	sort   int  // index into columns; 0 is worst first
	desc   bool // against the column's natural order

	data  evaluated
	taken uint64 // counts data
	fresh bool   // data is that of the last DataMsg; of a short table
	view  view

	// Of a long table: what is under way off the loop, and for which rows the past is asked.
	gen    uint64 // of the work under way
	busy   bool
	again  bool // there is something newer
	seen   bool // it was on the screen since the last work began
	cover  page.Cover
	covers uint64 // counts covers
	moves  uint64 // counts keys that left the cover
	reqs   []feed.Request
	asked  asked
}

var (
	_ page.Page     = (*Page)(nil)
	_ page.Capturer = (*Page)(nil)
	_ page.Escaper  = (*Page)(nil)
	_ page.Opener   = (*Page)(nil)
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

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper.
func (p *Page) Escape() bool { return p.filter.Escape() }

// Open implements page.Opener: what changed while the page was in the background is worked out.
func (p *Page) Open(c page.Context) tea.Cmd {
	p.seen = true
	return p.refresh(c)
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		return p.refresh(c)
	case page.Computed:
		return p.computed(c, msg)
	case page.SelectMsg:
		p.cursor.Key = msg.Key
	case tea.PasteMsg:
		if p.filter.Open {
			p.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		cmd := p.key(c, msg)
		if cmd == nil {
			cmd = p.settle(c)
		}
		return cmd
	}
	return nil
}

func (p *Page) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if p.filter.Key(k) {
		return nil
	}
	p.current(c)
	v, visible := p.see(), p.visible(c)
	p.cursor.Sync(v.ids, visible)
	switch k.String() {
	case "s":
		p.sort, p.desc = (p.sort+1)%len(columns), false
		if p.sort == byRefused && p.data.Widest.Refused == 0 {
			p.sort++
		}
	case "S":
		p.desc = !p.desc
	case "v":
		return page.Send(page.OpenTenants{View: page.TenantsMovers})
	case "n":
		return page.Send(page.OpenTenants{View: page.TenantsNeighbours})
	case "b":
		return page.Send(page.OpenTenants{View: page.TenantsBudget})
	case "enter", "t", "o":
		if p.cursor.Row >= len(v.rows) {
			return nil
		}
		t := p.data.Tenants[v.rows[p.cursor.Row]]
		if k.String() == "o" {
			return page.Send(page.OpenTenant{ID: t.ID})
		}
		q := page.TenantQuery(c, p.panel, t)
		if k.String() == "t" {
			return page.Exemplar(c, q)
		}
		return page.Send(page.OpenTraces{Query: q})
	default:
		if d, ok := page.Motion(k, visible, len(v.rows)); ok {
			p.cursor.Move(v.ids, d, visible)
		}
	}
	return nil
}

// visible is how many rows fit.
func (p *Page) visible(c page.Context) int { return max(1, c.Height-2-len(p.footer(c))) }

func (p *Page) footer(c page.Context) []string {
	if p.filter.Open {
		return page.Footer(c, page.FilterHints...)
	}
	return page.Footer(c, "enter traces", "o tenant", "s sort", "/ filter", "v movers", "n noisy neighbours", "b error budget", "? keys")
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
	p.seen = true
	p.hits.Reset()
	p.current(c)
	v, visible := p.see(), p.visible(c)
	p.cursor.Sync(v.ids, visible)
	lines := []string{page.Title(s, "Tenants", p.facts(c, len(v.rows), visible), c.Width)}
	if len(p.data.Tenants) == 0 {
		return append(lines, p.why(c)...)
	}
	if len(v.rows) == 0 {
		return page.Above(append(lines, page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)...), p.footer(c), c.Height)
	}
	t := page.Table{Styles: s, Columns: p.heads(s)}
	first := p.cursor.Offset
	for _, at := range v.rows[first:min(first+visible, len(v.rows))] {
		t.Rows = append(t.Rows, p.cells(s, &p.data.Tenants[at]))
	}
	p.hits.List(len(lines)+1, first, len(t.Rows))
	lines = append(lines, t.Lines(c.Width, visible+1, 0, p.cursor.Row-first)...)
	footer := p.footer(c)
	for len(footer) > 0 && len(lines) < c.Height-len(footer) {
		lines = append(lines, "")
	}
	return append(lines, footer...)
}

// Click implements page.Clicker.
func (p *Page) Click(_ page.Context, _, y int) (row, selected int) {
	return p.hits.Row(y), p.cursor.Row
}

func (p *Page) why(c page.Context) []string {
	d := p.data
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

// stateWords name the states that are counted as the alerts' severities are named.
var stateWords = map[dashboard.State]string{dashboard.StateCritical: "critical", dashboard.StateWarn: "warning"}

// facts count what is shown of what there is, and name order, filter and age.
func (p *Page) facts(c page.Context, passing, visible int) string {
	g := c.Styles.Glyphs
	var facts []string
	if f := p.filter.Prompt(); f != "" {
		facts = append(facts, f)
	}
	count := fmt.Sprintf("%d of %d match", passing, len(p.data.Tenants))
	if p.filter.Text == "" {
		count = fmt.Sprintf("%d tenants", passing)
	}
	facts = append(facts, count)
	for _, s := range []dashboard.State{dashboard.StateCritical, dashboard.StateWarn} {
		if n := p.data.counts[s]; n > 0 {
			sign, _ := mark(c.Styles, s)
			facts = append(facts, fmt.Sprintf("%s %d %s", sign, n, stateWords[s]))
		}
	}
	if passing > visible {
		facts = append(facts, fmt.Sprintf("rows %d to %d", p.cursor.Offset+1, min(p.cursor.Offset+visible, passing)))
	}
	order := "sorted by " + columns[p.sort].name
	if p.sort == byWorst {
		order = "worst first"
	}
	if p.desc {
		order += ", reversed"
	}
	facts = append(facts, order)
	if p.data.Stale {
		facts = append(facts, g.Stale+" stale "+dashboard.FormatAge(c.Now.Sub(p.data.At)))
	}
	if p.data.Hint != "" && len(p.data.Tenants) > 0 {
		facts = append(facts, p.data.Hint)
	}
	return strings.Join(append(facts, p.data.Warnings...), " "+g.Dot+" ")
}

// heads are the columns. The one that is sorted by carries the direction: down for the highest first.
func (p *Page) heads(s *themes.Styles) []page.Column {
	w := p.data.Widest
	heads := []page.Column{
		{Widest: 1},
		{Title: "tenant", Min: 8, Max: 32, Widest: w.ID},
		{Title: "search/s", Right: true, Drop: 6, Widest: w.Rate},
		{Title: "p50", Right: true, Drop: 3, Widest: w.P50},
		{Title: "p95", Right: true, Widest: w.P95},
		{Title: "p99", Right: true, Drop: 5, Widest: w.P99},
		{Title: "errors", Right: true, Drop: 8, Widest: w.Errors},
		{Title: "refused/s", Right: true, Drop: 4, Widest: w.Refused},
		{Title: "p95 vs 1h", Right: true, Drop: 7, Widest: w.Change},
		{Title: "p95 over time", Min: 14, Max: 60, Grow: true, Drop: 1},
		{Title: "why", Max: 40, Drop: 2, Widest: w.Reason},
	}
	if w.Refused == 0 { // it is not exported
		heads[byRefused] = page.Column{}
	}
	arrow := s.Glyphs.Down
	if p.desc != (p.sort == byName) {
		arrow = s.Glyphs.Up
	}
	for i := range heads {
		if p.sort != byWorst && heads[i].Title == columns[p.sort].name {
			heads[i].Title += arrow
		}
	}
	return heads
}

func (p *Page) cells(s *themes.Styles, t *dashboard.Tenant) []page.Cell {
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
	refused := number(t.Refused, dashboard.UnitNone, "refused")
	if p.data.Widest.Refused == 0 {
		refused.Text = ""
	}
	return []page.Cell{
		{Text: sign, Style: style},
		{Text: t.ID, Style: name},
		number(t.SearchRate, dashboard.UnitNone, "rate"),
		number(t.P50, dashboard.UnitSeconds, "p50"),
		number(t.P95, dashboard.UnitSeconds, "p95"),
		number(t.P99, dashboard.UnitSeconds, "p99"),
		number(t.ErrorRatio, dashboard.UnitRatio, "errors"),
		refused,
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
		page.Bind("o", "the selected tenant's own page"),
		page.Bind("t", "the trace of an exemplar nearest to its p99, else the list"),
		page.BindRows("select"),
		page.Bind("s", "sort by the next column"),
		page.Bind("S", "reverse the order"),
		page.Bind("/", "filter by name, state or reason as you type; enter keeps it, esc drops it"),
		page.Bind("v", "movers: what changed most"),
		page.Bind("n", "noisy neighbours: who takes the most, and whose latency grew with it"),
		page.Bind("b", "error budget: burn rates of every tenant"),
	}
}
