package grid

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// rowKeys are the keys of a table's rows, nil for panels that are no tables.
func rowKeys(d dashboard.Data) []string {
	keys := []string{}
	switch d.Panel.Kind {
	case dashboard.KindTenants:
		for _, t := range d.Tenants {
			keys = append(keys, t.ID)
		}
	case dashboard.KindAlerts:
		for _, a := range d.Alerts {
			keys = append(keys, a.Labels.Key())
		}
	case dashboard.KindTraces:
		for _, t := range d.Traces {
			keys = append(keys, t.ID)
		}
	case dashboard.KindTable:
		if d.Panel.Info {
			return nil
		}
		for _, v := range mainValues(d) {
			keys = append(keys, v.Labels.Key())
		}
	default:
		return nil
	}
	return keys
}

// visibleRows is how many rows of n a table of the given height shows: a title line, a heading, and a line that
// counts the rest.
func visibleRows(d dashboard.Data, height, n int) int {
	room := height - 1
	if d.Panel.Kind != dashboard.KindAlerts {
		room--
	}
	if n > room {
		room--
	}
	return max(room, 1)
}

// mainValues are the values of the panel's first query.
func mainValues(d dashboard.Data) []dashboard.Value {
	if len(d.Lines) > 0 {
		return d.Lines
	}
	var out []dashboard.Value
	for _, v := range d.Values {
		if len(d.Panel.Queries) == 0 || v.Query == d.Panel.Queries[0].Name {
			out = append(out, v)
		}
	}
	return out
}

// query asks for the traces that explain a panel, or the row of it that is selected; false: no traces do.
func query(c page.Context, d dashboard.Data, selected string) (page.TraceQuery, bool) {
	switch d.Panel.Kind {
	case dashboard.KindAlerts:
		for _, a := range d.Alerts {
			if a.Labels.Key() == selected {
				return page.AlertQuery(a, page.RuleOf(a, c.Data.Rules().Value)), true
			}
		}
		return page.TraceQuery{}, false
	case dashboard.KindTenants:
		for _, t := range d.Tenants {
			if t.ID == selected {
				return page.TenantQuery(c, d.Panel, t), true
			}
		}
		return page.TraceQuery{}, false
	}
	if d.Panel.Traces == nil {
		return page.TraceQuery{}, false
	}
	return page.PanelQuery(c, d, pick(d, selected)), true
}

// explain is the intent that leads from a panel, or from the row of it that is selected, to what explains it.
func explain(c page.Context, d dashboard.Data, selected string) tea.Cmd {
	q, ok := query(c, d, selected)
	switch {
	case ok && d.Panel.Kind == dashboard.KindTraces && selected != "":
		return page.Send(page.OpenTrace{ID: selected, Query: q})
	case ok:
		return page.Send(page.OpenTraces{Query: q})
	}
	switch d.Panel.Kind {
	case dashboard.KindHealth, dashboard.KindTargets:
		return page.Send(page.OpenPage{ID: "health"})
	case dashboard.KindAlerts:
		return page.Send(page.OpenPage{ID: "alerts"})
	case dashboard.KindTenants:
		return nil
	}
	return page.Send(page.OpenPanel{Panel: d.Panel})
}

// exemplify is the intent that leads to the trace behind an exemplar of a panel, or of the row of it that is selected.
func exemplify(c page.Context, d dashboard.Data, selected string) tea.Cmd {
	q, ok := query(c, d, selected)
	if !ok {
		return unexplained(d.Panel)
	}
	return page.Exemplar(c, q)
}

// openTenant is the intent that leads to the page of the tenant that is selected, or that the selected alert names.
func openTenant(c page.Context, d dashboard.Data, selected string) tea.Cmd {
	switch d.Panel.Kind {
	case dashboard.KindTenants:
		if selected != "" {
			return page.Send(page.OpenTenant{ID: selected})
		}
	case dashboard.KindAlerts:
		for _, a := range d.Alerts {
			if a.Labels.Key() != selected {
				continue
			}
			if id := dashboard.AlertTenant(c.Env.Vocab, a); id != "" {
				return page.Send(page.OpenTenant{ID: id})
			}
			return page.Send(page.Notice{Text: a.Name + " names no tenant: it is about the whole service"})
		}
	default:
		if v := pick(d, selected); v != nil && d.Panel.Traces != nil {
			for label, concept := range d.Panel.Traces.Tags {
				if id := v.Labels[label]; concept == page.TagTenant && id != "" {
					return page.Send(page.OpenTenant{ID: id})
				}
			}
		}
	}
	return page.Send(page.Notice{Text: "no tenant is selected here" + c.Hint("tab", ": %s leads to the table of tenants or of alerts")})
}

func unexplained(p dashboard.Panel) tea.Cmd {
	return page.Send(page.Notice{Text: "no traces explain " + p.Title})
}

func bad(s dashboard.State) bool { return s == dashboard.StateWarn || s == dashboard.StateCritical }

// pick is the value to be explained: the selected one, the only one, or the worst that is not ok; else none.
func pick(d dashboard.Data, selected string) *dashboard.Value {
	values := mainValues(d)
	var worst *dashboard.Value
	for i := range values {
		v := &values[i]
		if selected != "" && v.Labels.Key() == selected {
			return v
		}
		if bad(v.State) && (worst == nil || v.State == dashboard.StateCritical && worst.State != v.State) {
			worst = v
		}
	}
	if worst == nil && len(values) == 1 {
		worst = &values[0]
	}
	return worst
}
