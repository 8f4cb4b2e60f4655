package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// Concepts that a span tag can name.
const (
	TagTenant     = "tenant"
	TagSearchType = "search_type"
	TagEndpoint   = "endpoint"
)

// TraceQuery is what the operator wants explained, in concepts; the traces page turns it into searches. The zero query
// asks for the recent traces.
type TraceQuery struct {
	Title     string            // "tenant acme-corp", "alert SlowSearchQueries"
	Service   string            // as typed into the search form; "" for the service that is configured or guessed
	Operation string            // span operation, if one is known to explain it
	Tags      map[string]string // concept ("tenant", "search_type", "endpoint") → value
	SpanTags  map[string]string // span tag → value, as typed into the search form
	Errors    bool              // failed first; else slowest first
	Since     time.Time         // zero: the page's window before Until
	Until     time.Time         // zero: now
	Min, Max  time.Duration     // of a span; 0: no bound
	Limit     int               // 0: the page's own
	// Histogram selects the series of the latency histogram (in seconds) that the panel shows, with the labels of the
	// panel's row matched: `search_latency_seconds_bucket{tenant_id="acme-corp"}`. "" for a panel without one.
	Histogram string
}

// Exemplars asks for the exemplars of q's histogram over the screen's window; false: q has no histogram.
func (q TraceQuery) Exemplars(c Context) (feed.Request, bool) {
	return feed.Request{Kind: feed.Exemplars, Expr: q.Histogram, Window: c.Window, Every: feed.Once}, q.Histogram != ""
}

// Quantile asks for a quantile (0 to 1) of q's histogram over the screen's window, in seconds; false: q has none.
func (q TraceQuery) Quantile(c Context, quantile float64) (feed.Request, bool) {
	expr := fmt.Sprintf("histogram_quantile(%v, sum(rate(%s[%s])) by (le))", quantile, q.Histogram, model.Duration(c.Window))
	return feed.Request{Kind: feed.Instant, Expr: expr, Every: feed.Once}, q.Histogram != ""
}

// defaultNames are the span tags tried for a concept that the context names no tags for.
var defaultNames = map[string][]string{
	TagTenant:     {"tenant_id", "tenant.id"},
	TagSearchType: {"search_type", "search.type"},
	TagEndpoint:   {"endpoint", "http.route", "http.target"},
}

// NamesOf are the span tags that name a concept, likeliest first.
func (c Context) NamesOf(concept string) []string {
	if names := c.TagNames[concept]; len(names) > 0 {
		return names
	}
	if names := defaultNames[concept]; len(names) > 0 {
		return names
	}
	return []string{concept}
}

// TenantOf is the tenant that a summary's tags name; "" for none.
func (c Context) TenantOf(tags map[string]string) string {
	for _, name := range c.NamesOf(TagTenant) {
		if v := tags[name]; v != "" {
			return v
		}
	}
	return ""
}

// SpanTenant is the tenant that a span or its process names; "" for none.
func (c Context) SpanTenant(s *sources.Span) string {
	for _, name := range c.NamesOf(TagTenant) {
		if v, ok := s.Tag(name); ok && v != "" {
			return v
		}
	}
	return ""
}

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
