package tenant

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tenancy"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Budget is the page of error budgets: every tenant's burn rates over 5 m and 1 h, 30 m and 6 h, against the objective,
// the worst first. It implements page.Page.
type Budget struct {
	comparison[[]tenancy.Budget]
	panel dashboard.Panel
}

var (
	_ page.Page     = (*Budget)(nil)
	_ page.Capturer = (*Budget)(nil)
	_ page.Escaper  = (*Budget)(nil)
	_ page.Opener   = (*Budget)(nil)
)

// maxBudgets is how many rows are drawn; how many more there are is said.
const maxBudgets = 500

// NewBudget returns the page.
func NewBudget() *Budget { return &Budget{panel: dashboard.Budget()} }

// Title implements page.Page.
func (p *Budget) Title() string { return "Error budget" }

// Scope implements page.Scoped.
func (p *Budget) Scope() string { return "budget" }

// Wants implements page.Page.
func (p *Budget) Wants(c page.Context) []feed.Request { return p.panel.Requests(c.Env) }

// Open implements page.Opener.
func (p *Budget) Open(c page.Context) tea.Cmd { return p.judge(c) }

// Update implements page.Page.
func (p *Budget) Update(c page.Context, msg tea.Msg) tea.Cmd {
	return p.update(c, msg, p.judge, p.key)
}

// judge works the table out anew when there are new answers.
func (p *Budget) judge(c page.Context) tea.Cmd {
	reqs := p.Wants(c)
	label, ok := "", false
	if c.Env.Vocab != nil {
		label, ok = p.panel.Queries[0].TenantLabel(c.Env.Vocab)
	}
	if !ok || len(reqs) != len(p.panel.Queries) {
		return nil
	}
	objective := objectiveOf(c)
	stamp := page.Stamp(c.Data, reqs) + fmt.Sprint(objective)
	p.work.follow(c.Env.At, stamp)
	answers := map[string][]sources.Sample{}
	for i, r := range reqs {
		s := c.Data.Instant(r)
		if !s.Answered() {
			return nil // without one of the windows most levels are not known
		}
		answers[p.panel.Queries[i].Name] = s.Value.Samples
	}
	return p.work.start(p, stamp, func() any { return budgets(answers, label, objective) })
}

// objectiveOf is the objective in use; without one, 99.9 %.
func objectiveOf(c page.Context) float64 {
	if o := c.Objective; o > 0 && o < 1 {
		return o
	}
	return 0.999
}

func budgets(answers map[string][]sources.Sample, label string, objective float64) []tenancy.Budget {
	rows := map[string]*tenancy.Ratios{}
	for query, samples := range answers {
		for _, s := range samples {
			id := s.Labels[label]
			r := rows[id]
			if r == nil {
				r = &tenancy.Ratios{Tenant: id, M5: math.NaN(), M30: math.NaN(), H1: math.NaN(), H6: math.NaN(), Lacks: tenancy.AllWindows}
				rows[id] = r
			}
			answered := tenancy.In5m
			switch query {
			case "30m":
				r.M30, answered = s.Value, tenancy.In30m
			case "1h":
				r.H1, answered = s.Value, tenancy.In1h
			case "6h":
				r.H6, answered = s.Value, tenancy.In6h
			default:
				r.M5 = s.Value
			}
			r.Lacks &^= answered
		}
	}
	all := make([]tenancy.Ratios, 0, len(rows))
	for _, r := range rows {
		all = append(all, *r)
	}
	return tenancy.Budgets(all, objective)
}

func (p *Budget) rows() []tenancy.Budget {
	var out []tenancy.Budget
	for _, b := range p.work.value {
		if p.filter.Match(b.Tenant) {
			out = append(out, b)
		}
	}
	return out
}

func (p *Budget) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	rows := p.rows()
	rows = rows[:min(len(rows), maxBudgets)]
	keys := tenantsOf(rows)
	visible := p.visible(c)
	p.cursor.Sync(keys, visible)
	switch k.String() {
	case "enter", "o", "t":
		if p.cursor.Row >= len(rows) {
			return nil
		}
		id := keys[p.cursor.Row]
		p.cursor.Key = id
		if k.String() == "t" {
			return page.Send(page.OpenTraces{Query: page.TraceQuery{
				Title: "failures of tenant " + id, Tags: map[string]string{page.TagTenant: id}, Errors: true,
			}})
		}
		return page.Send(page.OpenTenant{ID: id})
	default:
		if d, ok := page.Motion(k, visible, len(rows)); ok {
			p.cursor.Move(keys, d, visible)
		}
	}
	return nil
}

func tenantsOf(rows []tenancy.Budget) []string {
	out := make([]string, len(rows))
	for i, b := range rows {
		out[i] = b.Tenant
	}
	return out
}

func (p *Budget) hints() []string {
	if p.filter.Open {
		return page.FilterHints
	}
	return []string{"enter the tenant's page", "t its failed traces", "/ filter", "esc back", "? keys"}
}

func (p *Budget) visible(c page.Context) int {
	return max(1, c.Height-3-len(p.refusals(c))-len(page.Footer(c, p.hints()...)))
}

// refusals say which burn rates are not known because their query fails.
func (p *Budget) refusals(c page.Context) []string {
	which, err := refused(c, p.Wants(c))
	var windows []string
	for _, i := range which {
		windows = append(windows, p.panel.Queries[i].Title)
	}
	return refusal(c, "not known: the burn over "+strings.Join(windows, ", "), err)
}

// View implements page.Page.
func (p *Budget) View(c page.Context) []string {
	s := c.Styles
	p.hits.Reset()
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	objective := objectiveOf(c)
	title := "Error budget for " + percent(objective)
	foot := page.Footer(c, p.hints()...)
	if !p.work.known {
		lines := append([]string{page.Title(s, title, "", c.Width)}, p.why(c)...)
		return page.Above(lines, foot, c.Height)
	}
	rows := p.rows()
	count := fmt.Sprintf("%d tenants", len(p.work.value))
	if p.filter.Text != "" {
		count = fmt.Sprintf("%d of %s", len(rows), count)
	}
	if len(rows) > maxBudgets {
		count += fmt.Sprintf(", the worst %d listed", maxBudgets)
	}
	lines := []string{page.Title(s, title, facts(c, p.filter.Prompt(), count, staleFact(c, p.Wants(c))), c.Width)}
	refusals := p.refusals(c)
	if len(p.work.value) == 0 {
		why := refusals
		if len(why) == 0 {
			why = page.Explain(s, "Prometheus has no request of any tenant"+ofThen(c), nil, c.Width)
		}
		return page.Above(append(lines, why...), foot, c.Height)
	}
	lines = append(append(lines, p.summary(c)), refusals...)
	if len(rows) == 0 {
		return page.Above(append(lines, page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)...), foot, c.Height)
	}
	rows = rows[:min(len(rows), maxBudgets)]
	p.cursor.Sync(tenantsOf(rows), p.visible(c))
	t := page.Table{Styles: s, Columns: []page.Column{
		{}, {Title: "tenant", Min: 8, Max: 32}, {Title: "state", Drop: 4}, {Title: "burn 1h", Right: true}, {Title: "burn 5m", Right: true},
		{Title: "burn 6h", Right: true, Drop: 6}, {Title: "burn 30m", Right: true, Drop: 5}, {Title: "spent in 6h", Right: true, Drop: 1},
		{Title: "budget gone in, at the 5m rate", Right: true, Drop: 2},
	}}
	for _, b := range rows {
		t.Rows = append(t.Rows, budgetCells(s, b))
	}
	p.hits.List(len(lines)+1, p.cursor.Offset, min(p.visible(c), len(rows)-p.cursor.Offset))
	return page.Above(append(lines, t.Lines(c.Width, p.visible(c)+1, p.cursor.Offset, p.cursor.Row)...), foot, c.Height)
}

func (p *Budget) why(c page.Context) []string {
	s := c.Styles
	if p.work.err != nil {
		return page.Explain(s, "the burn rates could not be worked out", p.work.err, c.Width)
	}
	if v := c.Env.Vocab; v != nil {
		if _, ok := p.panel.Queries[0].PromQL(c.Env); !ok {
			return page.Explain(s, v.Missing("requests"), nil, c.Width)
		}
		if _, ok := p.panel.Queries[0].TenantLabel(v); !ok {
			return page.Explain(s, v.Name()+" has no label for tenants", nil, c.Width)
		}
	}
	return absent(c, p.Wants(c))
}

// summary counts the tenants by how urgent their burn is.
func (p *Budget) summary(c page.Context) string {
	s := c.Styles
	counts := map[tenancy.Level]int{}
	for _, b := range p.work.value {
		counts[b.Level]++
	}
	var parts []string
	for _, l := range []tenancy.Level{tenancy.Fast, tenancy.Slow, tenancy.Spending} {
		if counts[l] > 0 {
			sign, style := levelMark(s, l)
			parts = append(parts, style.Render(fmt.Sprintf("%s %d %s", sign, counts[l], levelRule[l])))
		}
	}
	if n := counts[tenancy.Unknown]; n > 0 {
		sign, style := levelMark(s, tenancy.Unknown)
		parts = append(parts, style.Render(fmt.Sprintf("%s %d not known", sign, n)))
	}
	switch sign, style := levelMark(s, tenancy.Silent); {
	case len(parts) > 0:
	case counts[tenancy.Within] == 0:
		parts = append(parts, style.Render(sign+" no tenant had requests"))
	case counts[tenancy.Silent] > 0:
		parts = append(parts, s.OK.Render(s.Glyphs.OK+" every tenant that had requests is within its budget"))
	default:
		parts = append(parts, s.OK.Render(s.Glyphs.OK+" every tenant is within its budget"))
	}
	parts = append(parts, s.Muted.Render("1x spends 30 days' budget in 30 days"))
	return page.Cut(" "+strings.Join(parts, "  "), c.Width, s.Glyphs.Ellipsis)
}

// levelRule says what a level means.
var levelRule = map[tenancy.Level]string{
	tenancy.Fast:     "above 14.4x in 1h and 5m",
	tenancy.Slow:     "above 6x in 6h and 30m",
	tenancy.Spending: "above 1x in 6h and 30m",
}

// levelWords are the states in the table.
var levelWords = map[tenancy.Level]string{
	tenancy.Fast: "page: fast", tenancy.Slow: "page: slow", tenancy.Spending: "spending", tenancy.Within: "within", tenancy.Unknown: "not known",
	tenancy.Silent: "no requests",
}

func levelMark(s *themes.Styles, l tenancy.Level) (string, lipgloss.Style) {
	switch l {
	case tenancy.Fast, tenancy.Slow:
		return s.Glyphs.Critical, s.Critical
	case tenancy.Spending:
		return s.Glyphs.Warn, s.Warn
	case tenancy.Within:
		return s.Glyphs.OK, s.OK
	}
	return s.Glyphs.NoData, s.NoData
}

func budgetCells(s *themes.Styles, b tenancy.Budget) []page.Cell {
	sign, style := levelMark(s, b.Level)
	name := s.Text
	if b.Level > tenancy.Unknown {
		name = s.Bold
	}
	short := b.Level == tenancy.Fast
	rate := func(v float64, tinted bool) page.Cell {
		st := s.Text
		if tinted {
			st = style
		}
		return page.Cell{Text: burnText(v), Style: st}
	}
	long := b.Level == tenancy.Slow || b.Level == tenancy.Spending
	return []page.Cell{
		{Text: sign, Style: style}, {Text: b.Tenant, Style: name}, {Text: levelWords[b.Level], Style: style},
		rate(b.H1, short), rate(b.M5, short), rate(b.H6, long), rate(b.M30, long),
		{Text: dashboard.FormatValue(b.Spent, dashboard.UnitRatio), Style: s.Text}, {Text: lastsText(b), Style: s.Text},
	}
}

// lastsText is how long a whole budget lasts.
func lastsText(b tenancy.Budget) string {
	switch {
	case b.Lasts > 0:
		return dashboard.FormatDuration(b.Lasts)
	case math.IsNaN(b.M5):
		return dashboard.None
	}
	return "not spent"
}

// burnText is a burn rate: "14.4x".
func burnText(v float64) string {
	if math.IsNaN(v) {
		return dashboard.None
	}
	if v >= 9.95 {
		return dashboard.FormatValue(math.Round(v), dashboard.UnitNone) + "x"
	}
	return fmt.Sprintf("%.1fx", v)
}

// percent writes an objective with the nines that it has: "99.95 %".
func percent(share float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.4f", share*100), "0"), ".") + " %"
}

// Bindings implements page.Page.
func (p *Budget) Bindings() []key.Binding {
	return []key.Binding{
		page.Bind("enter", "the selected tenant's own page"),
		page.Bind("o", "the same"),
		page.Bind("t", "its failed traces"),
		page.BindRows("select"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}
