package tenants

import (
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var (
	_ page.Reporter = (*Page)(nil)
	_ page.Judge    = (*Page)(nil)
)

// States implements page.Judge.
func (p *Page) States(c page.Context) []dashboard.State {
	p.current(c)
	return []dashboard.State{p.data.State}
}

// Report implements page.Reporter: the tenants in the order and under the filter that are shown.
func (p *Page) Report(c page.Context) page.Report {
	var r page.Report
	if !p.known {
		return r
	}
	r.Ask(p.panel.Title, p.panel.Requests(c.Env)...)
	s := page.Tenants(p.rows(c))
	if p.filter.Text != "" {
		s.Title += ", filtered by " + p.filter.Text
	}
	r.Tables = []page.Sheet{s}
	return r
}
