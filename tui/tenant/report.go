package tenant

// What the pages hand on: their rows in words and numbers.

import (
	"fmt"
	"strings"

	"dlmon/sources/feed"
	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var (
	_ page.Reporter = (*Movers)(nil)
	_ page.Reporter = (*Neighbours)(nil)
	_ page.Reporter = (*Budget)(nil)
	_ page.Judge    = (*Neighbours)(nil)
	_ page.Judge    = (*Budget)(nil)
)

// States implements page.Judge: a tenant whose latency grew with another's load is a warning.
func (p *Neighbours) States(page.Context) []dashboard.State {
	if blamed(p.work.value) >= 0 {
		return []dashboard.State{dashboard.StateWarn}
	}
	return nil
}

// States implements page.Judge: a burn that pages is critical, one that would not last a warning.
func (p *Budget) States(page.Context) []dashboard.State {
	for _, b := range p.work.value.tenants { // the worst first
		switch b.Level {
		case tenancy.Fast, tenancy.Slow:
			return []dashboard.State{dashboard.StateCritical}
		case tenancy.Spending:
			return []dashboard.State{dashboard.StateWarn}
		}
	}
	return nil
}

// Report implements page.Reporter.
func (p *Movers) Report(c page.Context) page.Report {
	before, now := headings(c, agos[p.ago].words)
	s := page.Sheet{Title: "Movers", Head: []string{"of", "what", before, now, "change", "score", "why"}, More: p.work.value.more}
	for _, r := range p.rows() {
		pan := p.panels[r.panel]
		of, what := p.names(r)
		s.Add(of, what, dashboard.FormatValue(r.Before, pan.Unit), dashboard.FormatValue(r.Now, pan.Unit), changeOf(r, pan.Unit),
			fmt.Sprintf("%.1f", r.Score), why(r.Move))
	}
	r := page.Report{Tables: []page.Sheet{s}}
	for _, x := range p.pairs(c) {
		pan := p.panels[x.panel]
		title := pan.Title + " by tenant"
		if !pan.Moves.Tenant {
			title = strings.TrimSpace(pan.Title + " " + pan.Queries[0].Legend) // as its rows are named: "p95 of {endpoint}"
		}
		r.Ask(title, x.now, x.before)
	}
	return r
}

// Report implements page.Reporter.
func (p *Neighbours) Report(c page.Context) page.Report {
	s := page.Sheet{Title: sentence(p.work.value, windowWords(c)),
		Head: []string{"tenant", "of search time", "of searches", "load grew", "searches", "time per search", "whose p95 rose with its load"}}
	for _, x := range p.work.value {
		hurt := ""
		for i, h := range x.Hurt {
			if i > 0 {
				hurt += ", "
			}
			hurt += fmt.Sprintf("%s %s (r %.2f)", h.Tenant, fromTo(h), h.R)
		}
		s.Add(x.Tenant, dashboard.FormatValue(x.Share, dashboard.UnitRatio), dashboard.FormatValue(x.Asked, dashboard.UnitRatio),
			factor(x.Growth), factor(x.Searches), factor(x.PerSearch), hurt)
	}
	r := page.Report{Tables: []page.Sheet{s}}
	if x, ok := p.choice(c); ok {
		for i, title := range []string{"most search time", "slowest", "slowed most", "search time of all", "searches of all", "tenants that search"} {
			r.Ask(title, x.all()[i])
		}
		for i, title := range []string{p.load.Title, p.searches.Title, p.p95.Title} {
			for _, reqs := range [][]feed.Request{p.shares(c), p.ranges(c)} {
				if i < len(reqs) {
					r.Ask(title, reqs[i])
				}
			}
		}
	}
	return r
}

// Report implements page.Reporter.
func (p *Budget) Report(c page.Context) page.Report {
	s := page.Sheet{Title: "Burn rates against " + percent(objectiveOf(c)),
		Head: []string{"tenant", "state", "burn 1h", "burn 5m", "burn 6h", "burn 30m", "spent in 6h", "budget gone in, at the 5m rate"}}
	if held := p.held(); held != "" {
		s.Title += ", " + held
	}
	for _, b := range p.rows() {
		s.Add(b.Tenant, levelWords[b.Level], burnText(b.H1), burnText(b.M5), burnText(b.H6), burnText(b.M30),
			dashboard.FormatValue(b.Spent, dashboard.UnitRatio), lastsText(b))
	}
	r := page.Report{Tables: []page.Sheet{s}}
	for i, q := range p.Wants(c) {
		title := "Minutes of the last 6h that Prometheus holds"
		if i < len(p.panel.Queries) {
			title = p.panel.Title + " " + p.panel.Queries[i].Title
		}
		r.Ask(title, q)
	}
	return r
}
