package tenant

// How the error budgets are drawn.

import (
	"fmt"
	"math"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"
	"github.com/prometheus/common/model"

	"dlmon/sources/tenancy"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

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
		if i < len(p.panel.Queries) {
			windows = append(windows, p.panel.Queries[i].Title)
		}
	}
	if len(windows) == 0 {
		return refusal(c, "not known: how much of 6h Prometheus holds", err)
	}
	return refusal(c, "not known: the burn over "+strings.Join(windows, ", "), err)
}

// held says how much of the longest window there is, where that is not all of it; a few minutes more or less are nobody's
// concern.
func (p *Budget) held() string {
	if h := p.work.value.held; h > 0 && h < tenancy.Longest-5*time.Minute {
		return "Prometheus holds " + model.Duration(h).String() + " of " + model.Duration(tenancy.Longest).String()
	}
	return ""
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
	count := fmt.Sprintf("%d tenants", len(p.work.value.tenants))
	if p.filter.Text != "" {
		count = fmt.Sprintf("%d of %s", len(rows), count)
	}
	if len(rows) > maxBudgets {
		count += fmt.Sprintf(", the worst %d listed", maxBudgets)
	}
	lines := []string{page.Title(s, title, facts(c, p.filter.Prompt(), count, p.held(), staleFact(c, p.Wants(c))), c.Width)}
	refusals := p.refusals(c)
	if len(p.work.value.tenants) == 0 {
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
	for _, b := range p.work.value.tenants {
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
