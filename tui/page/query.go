package page

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
)

// Concepts that a span tag can name.
const (
	TagTenant     = "tenant"
	TagSearchType = "search_type"
	TagEndpoint   = "endpoint"
	TagDataset    = "dataset"
	TagStatus     = "status"     // of an HTTP answer: 503
	TagErrorType  = "error_type" // of an exception
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
	Rate      time.Duration // over which the panel takes the histogram's rate; 0: the dashboards' rate window
}

// lead is how long before an alert went active its cause is looked for: the rate that made it fire reaches back.
const lead = 10 * time.Minute

// Exemplars asks for the exemplars of q's histogram: over the screen's window, or over twice that, four times ... as
// far as q.Since lies back, so that the request stays the same while the clock goes on. What comes may be from before
// q.Since, or after q.Until. False: q has no histogram.
func (q TraceQuery) Exemplars(c Context) (feed.Request, bool) {
	window := max(c.Window, time.Minute)
	if !q.Since.IsZero() {
		for back := c.Now.Sub(q.Since.Add(-lead)); window < back && window < longest; {
			window *= 2
		}
	}
	return feed.Request{Kind: feed.Exemplars, Expr: q.Histogram, Window: window, Every: feed.Once}, q.Histogram != ""
}

const longest = 30 * 24 * time.Hour

// Seconds is a number of seconds as a duration; what a Duration can't hold is the nearest that it can, NaN is 0.
func Seconds(s float64) time.Duration {
	switch {
	case s != s:
		return 0
	case s >= math.MaxInt64/1e9:
		return math.MaxInt64
	case s <= math.MinInt64/1e9:
		return math.MinInt64
	}
	return time.Duration(math.Round(s * 1e9))
}

// Quantile asks for a quantile (0 to 1) of q's histogram, in seconds: the one that the panel shows now, over its own
// rate window, for the screen's would dilute what is slow now; of a query with Since and Until, that of the time between
// them. False: q has no histogram.
func (q TraceQuery) Quantile(c Context, quantile float64) (feed.Request, bool) {
	window, at := cmp.Or(q.Rate, dashboard.RateWindow(c.Env.Scrape, 0)), ""
	if !q.Since.IsZero() && !q.Until.IsZero() {
		window = max(q.Until.Sub(q.Since), window).Truncate(time.Second)
		at = fmt.Sprintf(" @ %d", q.Until.Unix())
	}
	expr := fmt.Sprintf("histogram_quantile(%v, sum(rate(%s[%s]%s)) by (le))", quantile, q.Histogram, model.Duration(window), at)
	return feed.Request{Kind: feed.Instant, Expr: expr, Every: feed.Once}, q.Histogram != ""
}

// defaultNames are the span tags tried for a concept that the context names no tags for.
var defaultNames = map[string][]string{
	TagTenant:     {"tenant_id", "tenant.id"},
	TagSearchType: {"search_type", "search.type"},
	TagEndpoint:   {"endpoint", "http.route", "http.target"},
	TagDataset:    {"dataset_id", "dataset.id"},
	TagStatus:     {"http.status_code", "http.response.status_code"},
	TagErrorType:  {"exception.type", "error.type"},
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

// ServiceName is the Jaeger service to search: the configured one, else the likeliest of those that the store knows; "" while unknown.
func (c Context) ServiceName() string {
	if c.TraceService != "" {
		return c.TraceService
	}
	best, rank := "", -1
	for _, name := range c.Data.Services().Value {
		r := 1
		switch low := strings.ToLower(name); {
		case strings.HasPrefix(low, "jaeger"):
			r = 0
		case strings.Contains(low, "deeplake") && strings.Contains(low, "api"):
			r = 4
		case strings.Contains(low, "deeplake"), strings.Contains(low, "tributary"):
			r = 3
		case strings.Contains(low, "api"):
			r = 2
		}
		if r > rank {
			best, rank = name, r
		}
	}
	return best
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

// TenantQuery asks for the traces of a tenant, a row of panel p: the failed ones first when its errors are what is wrong.
func TenantQuery(c Context, p dashboard.Panel, t dashboard.Tenant) TraceQuery {
	q := TraceQuery{
		Title: "tenant " + t.ID, Tags: map[string]string{TagTenant: t.ID}, Errors: t.Failing(),
	}
	q.Histogram, q.Rate = p.Histogram(c.Env, t.Labels())
	if p.Traces != nil {
		q.Operation = p.Traces.Operation
	}
	return q
}

// PanelQuery asks for the traces that explain a panel, or one value of it (nil: all), of the tenant whose page it is on.
func PanelQuery(c Context, d dashboard.Data, v *dashboard.Value) TraceQuery {
	drill := d.Panel.Traces
	q := TraceQuery{Title: d.Panel.Title, Operation: drill.Operation, Errors: drill.Errors, Tags: map[string]string{}}
	var labels sources.Labels
	if v != nil {
		labels = v.Labels
	}
	q.Histogram, q.Rate = d.Panel.Histogram(c.Env, labels)
	for label, concept := range drill.Tags { // the labels of a panel's data are real ones
		if value := labels[label]; value != "" {
			q.Tags[concept] = value
		}
	}
	if v != nil && len(q.Tags) > 0 && v.Name != "" {
		q.Title += " " + v.Name
	}
	if d.Panel.Tenant != "" {
		q.Tags[TagTenant] = d.Panel.Tenant
		q.Title += " of " + d.Panel.Tenant
		if d.Panel.Kind == dashboard.KindVerdict || d.Panel.Kind == dashboard.KindTraces {
			q.Title = "tenant " + d.Panel.Tenant // they are about all of it
		}
	}
	return q
}

// alertLabels are the labels of alerts that name a concept, likeliest first.
var alertLabels = map[string][]string{
	TagTenant:     {"tenant_id", "tenant"},
	TagSearchType: {"search_type"},
	TagEndpoint:   {"endpoint", "path", "route"},
	TagStatus:     {"status_code"},
	TagErrorType:  {"error_type"},
}

// AlertQuery asks for the traces that explain an alert of a rule (nil: unknown): of what its labels name, since it went
// active, the failed ones first when it is about errors. Its histogram is the one that the rule's expression is about.
func AlertQuery(a sources.Alert, rule *sources.Rule) TraceQuery {
	q := TraceQuery{Title: "alert " + a.Name, Tags: map[string]string{}, Errors: aboutErrors(a), Since: a.ActiveSince}
	for concept, labels := range alertLabels {
		for _, l := range labels {
			if v := a.Labels[l]; v != "" {
				q.Tags[concept] = v
				break
			}
		}
	}
	if rule != nil {
		q.Histogram, q.Rate = ruleHistogram(a, *rule)
	}
	return q
}

// ruleHistogram selects the series of the latency histogram in a rule's expression, with the alert's labels; those that
// the rule puts on its alerts are no series'. "" for an expression about none, about several, or not in seconds.
func ruleHistogram(a sources.Alert, rule sources.Rule) (selector string, rate time.Duration) {
	found := dashboard.HistogramsIn(rule.Expr)
	if len(found) != 1 || !strings.HasSuffix(found[0].Metric, "_seconds_bucket") {
		return "", 0
	}
	labels := a.Labels.Without("alertname", "severity")
	for name := range rule.Labels {
		delete(labels, name)
	}
	return found[0].Select(labels), found[0].Rate
}

// RuleOf is the rule whose alert a is; by name where it comes from Alertmanager alone; nil where there is none.
func RuleOf(a sources.Alert, rules []sources.Rule) *sources.Rule {
	var named *sources.Rule
	key := a.Labels.Key()
	for i := range rules {
		r := &rules[i]
		if r.Name != a.Name {
			continue
		}
		if named == nil {
			named = r
		}
		for _, own := range r.Alerts {
			if own.Labels.Key() == key {
				return r
			}
		}
	}
	return named
}

// Exemplar leads to the trace behind an exemplar of q's histogram; from what has none, to the list of traces. Who asks
// for an exemplar asks about latency: failed traces don't come first then.
func Exemplar(c Context, q TraceQuery) tea.Cmd {
	if q.Histogram == "" && c.Env.Vocab == nil { // nobody knows what the histogram would be called
		return tea.Batch(Send(OpenTraces{Query: q}), Send(Notice{Warn: true,
			Text: "Prometheus has not told its metrics yet: without exemplars, these are the traces that Jaeger finds"}))
	}
	if q.Histogram == "" {
		return Send(OpenTraces{Query: q})
	}
	q.Errors = false
	return Send(OpenExemplar{Query: q})
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
