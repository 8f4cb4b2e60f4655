package grid

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
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

// explain is the intent that leads from a panel, or from the row of it that is selected, to what explains it.
func explain(d dashboard.Data, selected string) tea.Cmd {
	switch d.Panel.Kind {
	case dashboard.KindHealth, dashboard.KindTargets:
		return page.Send(page.OpenPage{ID: "health"})
	case dashboard.KindAlerts:
		for _, a := range d.Alerts {
			if a.Labels.Key() == selected {
				return page.Send(page.OpenTraces{Query: page.AlertQuery(a)})
			}
		}
		return page.Send(page.OpenPage{ID: "alerts"})
	case dashboard.KindTenants:
		if selected == "" {
			return nil
		}
		q := page.TenantQuery(selected)
		if t := d.Panel.Traces; t != nil {
			q.Operation = t.Operation
		}
		for _, t := range d.Tenants {
			q.Errors = q.Errors || t.ID == selected && failing(t)
		}
		return page.Send(page.OpenTraces{Query: q})
	}
	if d.Panel.Traces == nil {
		return page.Send(page.OpenPanel{Panel: d.Panel})
	}
	return page.Send(page.OpenTraces{Query: panelQuery(d, pick(d, selected))})
}

// failing tells whether a tenant's errors, and not its latency, are what is wrong with it.
func failing(t dashboard.Tenant) bool {
	return bad(t.States["errors"]) && !bad(t.States["p95"]) && !bad(t.States["change"])
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

// panelQuery asks for the traces that explain a panel, or one value of it.
func panelQuery(d dashboard.Data, v *dashboard.Value) page.TraceQuery {
	drill := d.Panel.Traces
	q := page.TraceQuery{Title: d.Panel.Title, Operation: drill.Operation, Errors: drill.Errors}
	if v == nil {
		return q
	}
	q.Tags = drillTags(drill, v.Labels)
	if len(q.Tags) > 0 && v.Name != "" {
		q.Title += " " + v.Name
	}
	return q
}

// drillTags are the concepts that a series' labels name; the labels of drill are real ones here.
func drillTags(drill *dashboard.Drill, labels sources.Labels) map[string]string {
	tags := map[string]string{}
	for label, concept := range drill.Tags {
		if v := labels[label]; v != "" {
			tags[concept] = v
		}
	}
	return tags
}
