package grid

import (
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var (
	_ page.Reporter = (*Grid)(nil)
	_ page.Reporter = (*Full)(nil)
)

// Report implements page.Reporter: the panels that are seen.
func (g *Grid) Report(c page.Context) page.Report {
	g.size(c)
	r, values := page.Report{}, page.Values()
	var tenants []page.Sheet
	strip, _ := g.split(c)
	for _, p := range g.layout(c) {
		if y := p.Y - strip; !g.dash.Panels[p.Panel].Place.Strip && (y >= g.scroll+room(c)-strip || y+p.H <= g.scroll) {
			continue
		}
		d := g.eval(c, p.Panel)
		r.Panel(d, g.requests(c, p.Panel), &values)
		if d.Panel.Kind == dashboard.KindTenants {
			tenants = append(tenants, page.Tenants(d.Tenants))
		}
	}
	r.Tables = append(append([]page.Sheet{values}, tenants...), r.Tables...)
	return r
}

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
