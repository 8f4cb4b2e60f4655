// Package pagetest holds a made-up service for the tests of screens: twelve tenants of which one is slow, seven checks
// of which one is degraded, alerts, rules and traces, all as of one fixed time.
package pagetest

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/sources/vocabulary"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Now is the time at which everything stands still.
var Now = time.Date(2026, 3, 14, 14, 5, 32, 0, time.UTC)

// Tenants are the service's tenants; the first is the slow one.
var Tenants = []string{
	"acme-corp", "globex", "initech", "umbrella", "hooli", "soylent",
	"vandelay", "wonka", "cyberdyne", "tyrell", "massive-dynamic", "pied-piper",
}

// Reader is the feed of the made-up service with all four sources answering.
func Reader() *feedtest.Reader {
	at := Now.Add(-2 * time.Second)
	r := &feedtest.Reader{
		Clock: Now,
		InstantFunc: func(q feed.Request) sources.Snapshot[sources.Vector] {
			v := sources.Vector{At: at, Samples: answer(q.Expr)}
			if q.Ago > 0 { // an hour ago all was well
				for i, s := range v.Samples {
					if about(q.Expr, s.Labels) {
						v.Samples[i].Value = s.Value / 7.4
					}
				}
			}
			return feedtest.Value(v, at)
		},
		RangeFunc: func(q feed.Request) sources.Snapshot[sources.Matrix] { return feedtest.Value(matrix(q), at) },
		TargetsSnap: feedtest.Value([]sources.Target{
			{Job: "deeplake-api", Instance: "deeplake-api:9090", Up: true, Health: "up", ScrapeTook: 4 * time.Millisecond, LastScrape: at},
			{Job: "redis", Instance: "redis:9121", Health: "down", LastError: "connection refused", LastScrape: at},
		}, at),
		HealthSnap:   feedtest.Value(report(at), at),
		History:      map[string][]sources.HealthPoint{},
		ServicesSnap: feedtest.Value([]string{"deeplake", "deeplake-api", "jaeger-all-in-one"}, at),
		Status: []feed.SourceStatus{
			{Name: feed.SourcePrometheus, URL: "http://prometheus:9090", State: feed.OK, At: at, Cadence: 5 * time.Second,
				Info: sources.ServerInfo{Version: "3.4.1", ScrapeInterval: 15 * time.Second}},
			{Name: feed.SourceHealth, URL: "http://api:8000/health", State: feed.OK, At: at.Add(-2 * time.Second), Cadence: 5 * time.Second},
			{Name: feed.SourceJaeger, URL: "grpc://jaeger:16685", State: feed.OK, At: at, Cadence: 30 * time.Second},
			{Name: feed.SourceAlertmanager, URL: "http://alertmanager:9093", State: feed.OK, At: at, Cadence: 5 * time.Second},
		},
	}
	for _, c := range r.HealthSnap.Value.Checks {
		for i := range 120 {
			st := sources.Healthy
			if c.Status == sources.Degraded && i > 80 {
				st = sources.Degraded
			}
			r.History[c.Name] = append(r.History[c.Name], sources.HealthPoint{At: Now.Add(time.Duration(i-120) * 30 * time.Second), Status: st})
		}
	}
	rules := Rules()
	r.RulesSnap = feedtest.Value(rules, at)
	managed := []sources.ManagedAlert{{
		Fingerprint: "f00d", State: "suppressed", Labels: rules[2].Alerts[0].Labels, SilencedBy: []string{"2c1b-silence"},
	}}
	r.ManagedSnap = feedtest.Value(managed, at)
	r.AlertsSnap = feedtest.Value(sources.JoinAlerts(rules, managed), at)
	r.SilencesSnap = feedtest.Value([]sources.Silence{{
		ID: "2c1b-silence", State: sources.SilenceActive, StartsAt: Now.Add(-time.Hour), EndsAt: Now.Add(80 * time.Minute),
		Matchers: []sources.Matcher{{Name: "alertname", Value: "LowCacheHitRate"}}, CreatedBy: "ada", Comment: "the cache moves",
	}}, at)
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value(search(q.Search), at)
	}
	r.ExemplarsFunc = func(q feed.Request) sources.Snapshot[[]sources.Exemplar] {
		return feedtest.Value(exemplars(q.Expr), at)
	}
	analysed := map[string]*tracing.Analysis{} // each once, as the feed has it
	r.TraceFunc = func(id string) sources.Snapshot[*tracing.Analysis] {
		if analysed[id] == nil {
			analysed[id] = tracing.Analyze(Trace(id))
		}
		return feedtest.Value(analysed[id], at)
	}
	return r
}

func report(at time.Time) sources.HealthReport {
	r := sources.HealthReport{Status: sources.Degraded, At: at, Duration: 18 * time.Millisecond, Code: 200}
	for _, name := range []string{"api", "deeplake", "cache", "disk_space", "memory", "database_connections", "external_services"} {
		r.Checks = append(r.Checks, sources.Check{Name: name, Status: sources.Healthy, Message: name + " is well", Duration: 3 * time.Millisecond})
	}
	r.Checks[3].Details = []sources.Detail{{Name: "free_percent", Value: 38.0}, {Name: "total_bytes", Value: float64(512 << 30)}}
	r.Checks[5].Details = []sources.Detail{{Name: "active_connections", Value: 63.0}, {Name: "max_connections", Value: 100.0}}
	last := &r.Checks[6]
	last.Status, last.Message = sources.Degraded, "1 of 2 answers: DeepLake Hub timeout"
	last.Details = []sources.Detail{{Name: "services.0.name", Value: "OpenAI"}, {Name: "services.1.name", Value: "DeepLake Hub"}, {Name: "services.1.ok", Value: false}}
	return r
}

// Rules are a firing rule, a pending one, a silenced one, one that can't be evaluated and one that is quiet.
func Rules() []sources.Rule {
	at := Now.Add(-7 * time.Second)
	rule := func(name, severity, expr string, alerts ...sources.Alert) sources.Rule {
		r := sources.Rule{
			Name: name, Group: "deeplake", File: "alert_rules.yml", Expr: expr, For: 2 * time.Minute,
			Labels: sources.Labels{"severity": severity}, Health: "ok", State: sources.Inactive,
			LastEvaluation: at, EvaluationTime: 6 * time.Millisecond,
		}
		for _, a := range alerts {
			a.Name, a.Severity, a.For = name, severity, r.For
			a.Labels = maps.Clone(a.Labels)
			a.Labels["alertname"], a.Labels["severity"] = name, severity
			a.Annotations = sources.Labels{
				"summary": name + " for " + a.Labels["tenant_id"], "runbook_url": "https://runbooks.example/" + name,
				"dashboard_url": "https://grafana.example/d/deeplake",
			}
			r.State, r.Alerts = a.State, append(r.Alerts, a)
		}
		return r
	}
	broken := rule("HighMemoryUsage", "warning", "memory_usage_bytes / on() memory_usage_bytes > 0.9")
	broken.Health, broken.LastError = "err", "found duplicate series for the match group on the right side"
	return []sources.Rule{
		rule("SlowSearchQueries", "critical", "histogram_quantile(0.95, rate(search_latency_seconds_bucket[5m])) > 0.5", sources.Alert{
			State: sources.Firing, ActiveSince: Now.Add(-14 * time.Minute), Value: 0.812,
			Labels: sources.Labels{"tenant_id": Tenants[0], "search_type": "hybrid"}}),
		rule("RateLimitingTriggered", "warning", "rate(rate_limit_hits_total[5m]) > 1", sources.Alert{
			State: sources.Pending, ActiveSince: Now.Add(-40 * time.Second), Value: 1.4, Labels: sources.Labels{"tenant_id": "globex"}}),
		rule("LowCacheHitRate", "warning", "cache_hit_ratio < 0.5", sources.Alert{
			State: sources.Firing, ActiveSince: Now.Add(-3 * time.Minute), Value: 0.41, Labels: sources.Labels{"tenant_id": Tenants[0]}}),
		broken,
		rule("HighErrorRate", "critical", "rate(http_requests_total{status_code=~\"5..\"}[5m]) > 0.1"),
	}
}

// search finds a trace per minute and tenant of the service deeplake-api; spans carry tenant_id.
func search(q sources.TraceSearch) []sources.TraceSummary {
	tags := sources.SplitTags(q.Tags)
	for name := range tags {
		if name != "tenant_id" && name != "error" {
			return nil
		}
	}
	if q.Service != "deeplake-api" {
		return nil
	}
	var out []sources.TraceSummary
	for i := range 48 {
		tenant := Tenants[i%len(Tenants)]
		t := sources.TraceSummary{
			ID: fmt.Sprintf("4bf92f35%024x", i), Service: "deeplake-api", Operation: "POST /datasets/{id}/search",
			Start: Now.Add(-time.Duration(i+1) * 41 * time.Second), Duration: time.Duration(20+i%7*11) * time.Millisecond,
			Spans: 9 + i%5, Services: 2, Tags: map[string]string{"tenant_id": tenant},
		}
		if tenant == Tenants[0] {
			t.Duration = time.Duration(812-i) * time.Millisecond
		}
		if i%9 == 4 {
			t.Errors = 1
		}
		if want := tags["tenant_id"]; want != "" && want != tenant {
			continue
		}
		if tags["error"] == "true" && t.Errors == 0 {
			continue
		}
		out = append(out, t)
	}
	return out
}

// exemplars are observations of the slow tenant's searches, which search finds too.
func exemplars(selector string) []sources.Exemplar {
	var out []sources.Exemplar
	if strings.Contains(selector, "tenant_id") && !strings.Contains(selector, Tenants[0]) {
		return nil
	}
	for i := 0; i < 48; i += 2 * len(Tenants) {
		out = append(out, sources.Exemplar{TraceID: fmt.Sprintf("4bf92f35%024x", i), Value: float64(812-i) / 1000,
			At: Now.Add(-time.Duration(i+1) * 41 * time.Second), Labels: sources.Labels{"tenant_id": Tenants[0]}})
	}
	return out
}

// Trace is the trace of that id. Those of the slow tenant, and of ids that search does not know, wait for storage in
// their index scan and fail in it.
func Trace(id string) sources.Trace {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "4bf92f35"), 16, 64)
	if err == nil && n%int64(len(Tenants)) != 0 && len(id) == 32 {
		return trace(id, Tenants[n%int64(len(Tenants))], time.Duration(20+n%7*11)*time.Millisecond, n%9 == 4, false)
	}
	return trace(id, Tenants[0], 812*time.Millisecond, true, true)
}

// trace is a search that takes that long.
func trace(id, tenant string, took time.Duration, fails, waits bool) sources.Trace {
	start := Now.Add(-3 * time.Minute)
	t := sources.Trace{ID: id}
	for i, s := range []struct {
		parent, service, op string
		from, took          time.Duration // of a search of 812 ms
	}{
		{"", "deeplake-api", "POST /datasets/{id}/search", 0, 812},
		{"0", "deeplake-api", "auth.verify", 2, 40},
		{"0", "deeplake-api", "cache.get", 44, 81},
		{"0", "deeplake-api", "search_vectors", 126, 684},
		{"3", "deeplake", "deeplake.search", 128, 680},
		{"4", "deeplake", "index.load", 129, 28},
		{"4", "deeplake", "index.scan", 157, 650},
	} {
		span := sources.Span{
			TraceID: id, SpanID: fmt.Sprint(i), ParentID: s.parent, Service: s.service, Operation: s.op,
			Start: start.Add(s.from * took / 812), Duration: s.took * took / 812,
			Tags: []sources.Tag{{Key: "tenant_id", Value: tenant}},
		}
		if s.op == "index.scan" && waits {
			span.Tags = append(span.Tags, sources.Tag{Key: "index.wait", Value: "storage"})
		}
		if s.op == "index.scan" && fails {
			span.Error = true
			span.Events = []sources.Event{{At: span.Start.Add(600 * time.Millisecond), Name: "exception", Tags: []sources.Tag{
				{Key: "exception.type", Value: "TimeoutError"}, {Key: "exception.stacktrace", Value: "Traceback:\n  scan()\nTimeoutError"},
			}}}
		}
		t.Spans = append(t.Spans, span)
	}
	return t
}

// Vocabulary is the guide's, always the same value.
var Vocabulary = sync.OnceValue(func() dashboard.Vocabulary {
	v, err := vocabulary.Load("guide")
	if err != nil {
		panic(err) // it is embedded
	}
	return v
})

// Context is what the root would hand a page of that size, with a window of an hour.
func Context(r feed.Reader, width, height int) page.Context {
	step := dashboard.GridStep(time.Hour, dashboard.PlotColumns(width))
	return page.Context{
		Data: r,
		Env: dashboard.Env{Data: r, Vocab: Vocabulary(), Window: time.Hour, Step: step,
			Rate: dashboard.RateWindow(15*time.Second, step)},
		Styles: themes.Default(true), Now: r.Now(), Live: true, Wall: r.Now(), Window: time.Hour, Step: step,
		Width: width, Height: height, UTC: true,
	}
}
