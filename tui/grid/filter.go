package grid

// The filter of the focused panel's rows.

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// narrowing is a panel's filter and what it lets through.
type narrowing struct {
	page.Filter
	of   string // what data was narrowed from, and by which text
	data dashboard.Data
	keys []string // rowKeys of data
}

// filterable tells whether a panel has rows or series to filter.
func filterable(p dashboard.Panel) bool {
	switch p.Kind {
	case dashboard.KindTable:
		return !p.Info
	case dashboard.KindTenants, dashboard.KindAlerts, dashboard.KindTraces, dashboard.KindTargets, dashboard.KindHealth,
		dashboard.KindLines, dashboard.KindBars:
		return true
	}
	return false
}

// shown is d as far as the filter lets it through; of tells one d from another.
func (n *narrowing) shown(d dashboard.Data, of string) dashboard.Data {
	if n.Text == "" {
		return d
	}
	if of += "\x00" + n.Text; n.of != of {
		n.of, n.data = of, narrow(d, &n.Filter)
		n.keys = rowKeys(n.data)
	}
	return n.data
}

// says is what the panel's title says of the filter: "/acme_ 2 of 12"; "" for none.
func (n *narrowing) says(d dashboard.Data) string {
	prompt := n.Prompt()
	if prompt == "" || n.Text == "" {
		return prompt
	}
	return fmt.Sprintf("%s %d of %d", prompt, rows(n.data), rows(d))
}

// rows counts what is filtered.
func rows(d dashboard.Data) int {
	switch d.Panel.Kind {
	case dashboard.KindTenants:
		return len(d.Tenants)
	case dashboard.KindAlerts:
		return len(d.Alerts)
	case dashboard.KindTraces:
		return len(d.Traces)
	case dashboard.KindTargets:
		return len(d.Targets)
	case dashboard.KindHealth:
		return len(d.Health.Checks)
	}
	return len(mainValues(d))
}

// narrow is a copy of d with the rows that f lets through.
func narrow(d dashboard.Data, f *page.Filter) dashboard.Data {
	value := func(v dashboard.Value) bool { return f.Match(v.Name, v.Labels.Key()) }
	d.Tenants = keep(d.Tenants, func(t dashboard.Tenant) bool { return f.Match(t.ID) })
	d.Alerts = keep(d.Alerts, func(a sources.Alert) bool { return f.Match(a.Name, string(a.State), a.Labels.Key()) })
	d.Traces = keep(d.Traces, func(t sources.TraceSummary) bool { return f.Match(t.ID, t.Service, t.Operation) })
	d.Targets = keep(d.Targets, func(t sources.Target) bool { return f.Match(t.Job, t.Instance, t.LastError) })
	d.Health.Checks = keep(d.Health.Checks, func(c sources.Check) bool { return f.Match(c.Name, string(c.Status), c.Message) })
	d.Lines, d.Values = keep(d.Lines, value), keep(d.Values, value)
	return d
}

// keep is a new slice of what passes: snapshots are shared.
func keep[T any](all []T, pass func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return !pass(x) })
}

func nothingToFilter(c page.Context) tea.Cmd {
	return page.Send(page.Notice{Text: "this panel has no rows to filter" + c.Hint("tab", ": %s leads to the next")})
}

// seen is a panel's data as it is shown: filtered.
func (g *Grid) seen(c page.Context, i int) dashboard.Data {
	d, id := g.eval(c, i), g.dash.Panels[i].ID
	n := g.filters[id]
	if n == nil {
		return d
	}
	was := n.of
	d = n.shown(d, fmt.Sprint(g.data[id].stamp, g.data[id].env, len(d.Tenants)))
	if n.of != was {
		delete(g.lines, id)
	}
	return d
}

// keysOf are the keys of a panel's rows as they are shown; seen comes before it.
func (g *Grid) keysOf(id string) []string {
	if n := g.filters[id]; n != nil && n.Text != "" {
		return n.keys
	}
	return g.data[id].keys
}

// filter is the focused panel's; nil: it never had one.
func (g *Grid) filter() *narrowing {
	if g.focus >= len(g.dash.Panels) {
		return nil
	}
	return g.filters[g.dash.Panels[g.focus].ID]
}

// filterKey takes a key while the filter is open, or the one that opens it.
func (g *Grid) filterKey(c page.Context, k tea.KeyPressMsg) (tea.Cmd, bool) {
	n, p := g.filter(), g.dash.Panels[g.focus]
	switch {
	case n != nil && n.Open:
		if !n.Key(k) { // it moves, and stays in the panel
			keys, visible := g.rows(c)
			if d, ok := page.Motion(k, visible, len(keys)); ok {
				g.row(c, d)
			}
		}
		return nil, true
	case n != nil:
	case k.String() != "/":
		return nil, false
	case !filterable(p):
		return nothingToFilter(c), true
	default:
		n = &narrowing{}
		g.filters[p.ID] = n
	}
	return nil, n.Key(k)
}

// Capturing implements page.Capturer.
func (g *Grid) Capturing() bool { return g.filter() != nil && g.filter().Open }

// Escape implements page.Escaper: it drops the focused panel's filter.
func (g *Grid) Escape() bool {
	if n := g.filter(); n != nil && n.Escape() {
		delete(g.lines, g.dash.Panels[g.focus].ID)
		return true
	}
	return false
}

// Capturing implements page.Capturer.
func (f *Full) Capturing() bool { return f.filter.Open }

// Escape implements page.Escaper.
func (f *Full) Escape() bool { return f.filter.Escape() }

// seen is the panel's data as it is shown: filtered.
func (f *Full) seen(c page.Context) dashboard.Data {
	d := f.eval(c)
	return f.filter.shown(d, fmt.Sprint(f.last.stamp, f.last.env, len(d.Tenants)))
}
