package tenant

import (
	"fmt"
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Budget is the page of error budgets: every tenant's burn rates over 5 m and 1 h, 30 m and 6 h, against the objective,
// the worst first. It implements page.Page.
type Budget struct {
	comparison[burnt]
	panel dashboard.Panel
}

var (
	_ page.Page     = (*Budget)(nil)
	_ page.Capturer = (*Budget)(nil)
	_ page.Escaper  = (*Budget)(nil)
	_ page.Opener   = (*Budget)(nil)
)

// burnt is what is worked out from the answers.
type burnt struct {
	tenants []tenancy.Budget
	held    time.Duration // how much of the longest window Prometheus holds; 0: not known
}

// heldQuery counts the minutes of the longest window in which Prometheus scraped anything: a new one, or one that was
// down, holds less, and says so nowhere else. "up" is one series for each target, however many tenants there are.
const heldQuery = "count_over_time(group(up)[6h:1m])"

// maxBudgets is how many rows are drawn; how many more there are is said.
const maxBudgets = 500

// NewBudget returns the page.
func NewBudget() *Budget { return &Budget{panel: dashboard.Budget()} }

// Title implements page.Page.
func (p *Budget) Title() string { return "Error budget" }

// Scope implements page.Scoped.
func (p *Budget) Scope() string { return "budget" }

// Wants implements page.Page: the burn rates in the panel's order, and what is held.
func (p *Budget) Wants(c page.Context) []feed.Request {
	reqs := p.panel.Requests(c.Env)
	if len(reqs) == 0 {
		return nil
	}
	return append(reqs, feed.Request{Kind: feed.Instant, Expr: heldQuery, Every: 2 * time.Minute})
}

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
	last := len(p.panel.Queries)
	if !ok || len(reqs) != last+1 {
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
		if i < last {
			answers[p.panel.Queries[i].Name] = s.Value.Samples
		}
	}
	held := time.Duration(0)
	if minutes := single(c, reqs[last]); minutes > 0 {
		held = min(time.Duration(minutes)*time.Minute, tenancy.Longest)
	}
	return p.work.start(p, stamp, func() any { return burnt{budgets(answers, label, objective, held), held} })
}

// objectiveOf is the objective in use; without one, 99.9 %.
func objectiveOf(c page.Context) float64 {
	if o := c.Objective; o > 0 && o < 1 {
		return o
	}
	return 0.999
}

func budgets(answers map[string][]sources.Sample, label string, objective float64, held time.Duration) []tenancy.Budget {
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
	return tenancy.Budgets(all, objective, held)
}

func (p *Budget) rows() []tenancy.Budget {
	var out []tenancy.Budget
	for _, b := range p.work.value.tenants {
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
