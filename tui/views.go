package tui

// The pages of one tenant and of all tenants together.

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/grid"
	"dlmon/tui/page"
	"dlmon/tui/tenant"
)

// openTenant goes to a tenant's own page.
func (m *Model) openTenant(id string) {
	if id != "" {
		m.nav.push(m.nav.tenant(id))
	}
}

// openTenants goes to one of the comparisons of all tenants.
func (m *Model) openTenants(view string) tea.Cmd {
	p := m.nav.view(view)
	if p == nil {
		return nil
	}
	m.nav.push(p)
	return p.Update(m.context(), page.DataMsg{}) // what came while it was away is there already
}

// tenant is the page of a tenant: the one that led here, or a new one.
func (n *navigator) tenant(id string) page.Page {
	for _, p := range n.stack {
		if t, ok := p.(tenantPage); ok && t.id == id {
			return p
		}
	}
	return tenantPage{grid.New(dashboard.TenantPage(id)), id}
}

// view is a comparison of all tenants, made when it is first asked for; nil: there is none of that name.
func (n *navigator) view(name string) page.Page {
	if p := n.views[name]; p != nil {
		return p
	}
	p := tenant.New(name)
	if p == nil {
		return nil
	}
	if movers, ok := p.(*tenant.Movers); ok {
		movers.CompareWith(n.against)
	}
	if n.views == nil {
		n.views = map[string]page.Page{}
	}
	n.views[name] = p
	return p
}

// viewID is the name of a comparison's page; "" for any other.
func (n *navigator) viewID(p page.Page) string {
	for name, v := range n.views {
		if v == p {
			return name
		}
	}
	return ""
}

// tenantPage is a tenant's panels.
type tenantPage struct {
	*grid.Grid
	id string
}

// Report implements page.Reporter: the panels, and whose they are.
func (p tenantPage) Report(c page.Context) page.Report {
	r := p.Grid.Report(c)
	r.Tenant = p.id
	return r
}

// traceEnv is what dashboards search traces by: the service, and the tags that may name a tenant.
func traceEnv(c page.Context) (service, tags string) {
	return c.ServiceName(), strings.Join(c.NamesOf(page.TagTenant), ",")
}
