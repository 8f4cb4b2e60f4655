package grid

// What the keys do: in the help, and in the line under the panels.

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Bindings implements page.Page.
func (g *Grid) Bindings() []key.Binding {
	out := []key.Binding{
		page.Bind("arrows hjkl", "move the focus between panels; up and down move in a table"),
		page.Bind("tab shift+tab", "the next panel, the one before"),
		page.Bind("pgup pgdown", "scroll by a screen"),
		page.Bind("home end", "the first panel, the last"),
		page.Bind("f", "the focused panel full screen, with its query and a reading cursor"),
	}
	if g.focus < len(g.dash.Panels) {
		p := g.dash.Panels[g.focus]
		out = slices.Insert(out, 0, page.Bind("enter", enterHelp(p)))
		if explained(p) {
			out = slices.Insert(out, 1, page.Bind("t", exemplarHelp))
		}
		switch { // what works in another panel of this page is told too, with the way there
		case p.Kind == dashboard.KindTenants, p.Kind == dashboard.KindAlerts:
			out = append(out, page.Bind("o", "the page of the selected tenant, or of the one that the selected alert names"))
		case slices.ContainsFunc(g.dash.Panels, func(p dashboard.Panel) bool { return p.Kind == dashboard.KindTenants }):
			out = append(out, page.Bind("o", "the selected tenant's page, in a table of tenants: {tab} leads there"))
		}
		switch {
		case filterable(p):
			out = append(out, page.Bind("/", "filter the panel as you type; enter keeps it, esc drops it"))
		case slices.ContainsFunc(g.dash.Panels, filterable):
			out = append(out, page.Bind("/", "filter a table as you type: {tab} leads there"))
		}
	}
	return append(out, page.Bind("v", "movers: what changed most"))
}

const exemplarHelp = "the trace of an exemplar nearest to its p99, else the list"

// explained tells whether traces explain a panel.
func explained(p dashboard.Panel) bool {
	return p.Traces != nil || p.Kind == dashboard.KindTenants || p.Kind == dashboard.KindAlerts
}

func enterHelp(p dashboard.Panel) string {
	switch {
	case p.Kind == dashboard.KindTenants:
		return "traces of the selected tenant"
	case p.Kind == dashboard.KindAlerts:
		return "traces that explain the selected alert"
	case p.Kind == dashboard.KindTraces:
		return "the spans of the selected trace"
	case p.Kind == dashboard.KindHealth, p.Kind == dashboard.KindTargets:
		return "the health page"
	case p.Traces != nil:
		return "traces that explain this panel"
	}
	return "this panel full screen"
}

// hints are the keys that the last line names: those of the focused panel first.
func (g *Grid) hints() []string {
	if g.Capturing() {
		return page.FilterHints
	}
	var out []string
	if g.focus < len(g.dash.Panels) {
		p := g.dash.Panels[g.focus]
		if to := leadsTo(p); to != "" {
			out = append(out, "enter "+to)
		}
		if explained(p) {
			out = append(out, "t exemplar")
		}
		if namesTenants(p) {
			out = append(out, "o tenant")
		}
		if filterable(p) {
			out = append(out, "/ filter")
		}
	}
	return append(out, "f full screen", "v movers", "tab next panel", "? keys")
}

// leadsTo is enterHelp in a word; "" where f does the same.
func leadsTo(p dashboard.Panel) string {
	switch {
	case p.Kind == dashboard.KindTraces:
		return "spans"
	case p.Kind == dashboard.KindHealth, p.Kind == dashboard.KindTargets:
		return "health"
	case explained(p):
		return "traces"
	}
	return ""
}

// namesTenants tells whether the rows of a panel lead to tenants' pages.
func namesTenants(p dashboard.Panel) bool {
	return p.Kind == dashboard.KindTenants || p.Kind == dashboard.KindAlerts
}
