package tui

// Where the operator is, as the command line names it.

import (
	"slices"

	"dlmon/tui/tenant"
)

// whereabouts are what the command line can name of the way to the page on the screen: that page, or the nearest one that led
// to it.
type whereabouts struct{ page, against, tenant string }

func (m *Model) whereabouts() (at whereabouts) {
	for _, p := range slices.Backward(m.nav.stack) {
		if view := m.nav.viewID(p); view != "" {
			at.page = view
		}
		switch p := p.(type) {
		case *tenant.Movers:
			at.against = p.Against()
		case tenantPage:
			if at.tenant == "" {
				at.tenant = p.id
			}
		}
		for _, t := range m.nav.tabs {
			if t.page == p {
				at.page = t.id
			}
		}
		if at.page != "" {
			break
		}
	}
	return at
}

// args are the flags that lead there.
func (p whereabouts) args() (args []string) {
	for _, f := range [][2]string{{"--page", p.page}, {"--against", p.against}, {"--tenant", p.tenant}} {
		if f[1] != "" {
			args = append(args, f[0], f[1])
		}
	}
	return args
}
