package page

import (
	"strings"

	"dlmon/sources"
)

// Concepts that a span tag can name.
const (
	TagTenant     = "tenant"
	TagSearchType = "search_type"
	TagEndpoint   = "endpoint"
)

// TenantQuery asks for the traces of a tenant.
func TenantQuery(id string) TraceQuery {
	return TraceQuery{Title: "tenant " + id, Tags: map[string]string{TagTenant: id}}
}

// AlertQuery asks for the traces that explain an alert: of what its labels name, the failed ones first when it is
// about errors.
func AlertQuery(a sources.Alert) TraceQuery {
	q := TraceQuery{Title: "alert " + a.Name, Tags: map[string]string{}, Errors: aboutErrors(a), Since: a.ActiveSince}
	for concept, labels := range map[string][]string{
		TagTenant:     {"tenant_id", "tenant"},
		TagSearchType: {"search_type"},
		TagEndpoint:   {"endpoint", "path", "route"},
	} {
		for _, l := range labels {
			if v := a.Labels[l]; v != "" {
				q.Tags[concept] = v
				break
			}
		}
	}
	return q
}

func aboutErrors(a sources.Alert) bool {
	text := strings.ToLower(a.Name)
	for _, word := range []string{"error", "fail", "5xx", "exception"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
