package tui

// Where the operator is, as the command line names it.

import (
	"cmp"
	"slices"

	"dlmon/tui/alerts"
	"dlmon/tui/dashboard"
	"dlmon/tui/grid"
	"dlmon/tui/page"
	"dlmon/tui/tenant"
)

// whereabouts are what the command line can name of the way to the page on the screen: that page, or the nearest one that
// led to it.
type whereabouts struct {
	page, against, tenant, panel, alert string
	list                                page.Arranger // what page begins with; nil: no list, or a tenant's page lies over it
}

func (m *Model) whereabouts() (at whereabouts) {
	home := "" // the page that has the panel, which may have been opened over another one
	for _, p := range slices.Backward(m.nav.stack) {
		switch p := p.(type) {
		case *grid.Full:
			pan := p.Panel()
			switch {
			case at.panel != "":
			case pan.Tenant != "":
				at.panel, at.tenant = pan.ID, cmp.Or(at.tenant, pan.Tenant)
			case at.tenant == "":
				if home = m.home(pan); home != "" {
					at.panel = pan.ID
				}
			}
		case tenantPage:
			if home == "" {
				at.tenant = cmp.Or(at.tenant, p.id)
			}
		case *tenant.Movers:
			at.against = p.Against()
		case *alerts.Page:
			if p.Silences() {
				at.page = page.AlertsSilences
			}
			_, at.alert = p.Detail()
		}
		at.page = cmp.Or(at.page, m.nav.viewID(p))
		for _, t := range m.nav.tabs {
			if t.page == p {
				at.page = cmp.Or(at.page, t.id)
			}
		}
		if at.page != "" {
			at.list, _ = p.(page.Arranger)
			break
		}
	}
	if home != "" && home != at.page {
		at.page, at.against, at.alert, at.list = home, "", "", nil
	}
	if at.tenant != "" {
		at.list = nil
	}
	return at
}

// home is the page that has a panel which is no tenant's own; "" for one that was made up elsewhere.
func (m *Model) home(pan dashboard.Panel) string {
	for _, d := range append(slices.Clone(m.o.Dashboards), dashboard.Movers()) {
		if slices.ContainsFunc(d.Panels, func(p dashboard.Panel) bool { return p.ID == pan.ID }) {
			return d.ID
		}
	}
	return ""
}

// args are the flags that lead there.
func (p whereabouts) args() (args []string) {
	for _, f := range [][2]string{{"--page", p.page}, {"--against", p.against}, {"--tenant", p.tenant}, {"--panel", p.panel}, {"--alert", p.alert}} {
		if f[1] != "" {
			args = append(args, f[0], f[1])
		}
	}
	return args
}
