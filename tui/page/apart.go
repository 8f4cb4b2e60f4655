package page

import (
	"cmp"
	"slices"

	"dlmon/sources"
)

// AlertsApart are, for each name that several alerts share, the labels in which these differ, those that say for whom
// first: where an alert was measured comes last. Severity and alertname are none: they stand beside it anyway.
func AlertsApart(alerts []sources.Alert) map[string][]string {
	first, apart := map[string]sources.Labels{}, map[string][]string{}
	for _, a := range alerts {
		one, seen := first[a.Name]
		if !seen {
			first[a.Name] = a.Labels
			continue
		}
		differs := func(name, value string, other sources.Labels) {
			if name == "alertname" || name == "severity" || slices.Contains(apart[a.Name], name) {
				return
			}
			if x, ok := other[name]; !ok || x != value {
				apart[a.Name] = append(apart[a.Name], name)
			}
		}
		for name, value := range a.Labels {
			differs(name, value, one)
		}
		for name, value := range one {
			differs(name, value, a.Labels)
		}
	}
	for _, names := range apart {
		slices.SortFunc(names, CompareLabels)
	}
	return apart
}

// CompareLabels orders the names of an alert's labels: after its own name those that say for whom, and where it was
// measured last.
func CompareLabels(a, b string) int {
	place := func(name string) int {
		switch name {
		case "alertname":
			return 0
		case "tenant_id", "tenant":
			return 1
		case "instance", "job", "service", "cluster", "replica", "prometheus":
			return 3
		}
		return 2
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}
