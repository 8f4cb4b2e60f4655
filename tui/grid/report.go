package grid

import (
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var (
	_ page.Reporter = (*Grid)(nil)
	_ page.Reporter = (*Full)(nil)
	_ page.Judge    = (*Grid)(nil)
	_ page.Judge    = (*Full)(nil)
)

// Report implements page.Reporter: the panels that are seen.
func (g *Grid) Report(c page.Context) page.Report {
	r, values := page.Report{}, page.Values()
	var tenants []page.Sheet
	for _, i := range g.onScreen(c) {
		d := g.eval(c, i)
		r.Panel(d, g.requests(c, i), &values)
		if d.Panel.Kind == dashboard.KindTenants {
			tenants = append(tenants, page.Tenants(d.Tenants))
		}
	}
	r.Tables = append(append([]page.Sheet{values}, tenants...), r.Tables...)
	return r
}

// onScreen are the indexes of the panels that are seen.
func (g *Grid) onScreen(c page.Context) (out []int) {
	g.size(c)
	strip, _ := g.split(c)
	for _, p := range g.layout(c) {
		if y := p.Y - strip; g.dash.Panels[p.Panel].Place.Strip || y < g.scroll+room(c)-strip && y+p.H > g.scroll {
			out = append(out, p.Panel)
		}
	}
	return out
}

// States implements page.Judge.
func (g *Grid) States(c page.Context) (out []dashboard.State) {
	for _, i := range g.onScreen(c) {
		out = append(out, g.eval(c, i).State)
	}
	return out
}

// States implements page.Judge.
func (f *Full) States(c page.Context) []dashboard.State { return []dashboard.State{f.eval(c).State} }

// Report implements page.Reporter.
func (f *Full) Report(c page.Context) page.Report {
	d := f.eval(c)
	r, values := page.Report{Tenant: f.panel.Tenant}, page.Values()
	r.Panel(d, f.panel.Requests(c.Env), &values)
	r.Tables = append([]page.Sheet{values}, r.Tables...)
	if d.Panel.Kind == dashboard.KindTenants {
		r.Tables = append(r.Tables, page.Tenants(d.Tenants))
	}
	return r
}
