package panel

import (
	"math"
	"time"

	"dlmon/sources"
	"dlmon/tui/dashboard"
)

var (
	at  = time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)
	nan = math.NaN()
)

func ptr(v float64) *float64 { return &v }

func wave(n int, base, swing float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = base + swing*math.Sin(float64(i)/7)
	}
	return out
}

// step rises from low to high at two thirds, as a slow tenant's latency does.
func step(n int, low, high float64) []float64 {
	out := wave(n, low, low/20)
	for i := 2 * n / 3; i < n; i++ {
		out[i] = high - (high-low)*math.Exp(-float64(i-2*n/3)/4)
	}
	return out
}

func grid1h() dashboard.Grid {
	return dashboard.Grid{Start: at.Add(-time.Hour), Step: 30 * time.Second, Columns: 121}
}

func base(id, title, kind, unit string) dashboard.Data {
	return dashboard.Data{
		Panel: dashboard.Panel{ID: id, Title: title, Kind: kind, Unit: unit, Queries: []dashboard.Query{{Name: "main"}}},
		State: dashboard.StateOK, At: at.Add(-2 * time.Second), Grid: grid1h(),
	}
}

func value(name string, now, before float64, points []float64) dashboard.Value {
	return dashboard.Value{Query: "main", Name: name, Now: now, Before: before, Points: points, State: dashboard.StateOK}
}

// samples is one panel of every kind, filled as the demo's slow tenant fills it, and the states without data.
func samples() map[string]dashboard.Data {
	out := map[string]dashboard.Data{}

	d := base("latency-p95", "Latency", dashboard.KindStat, dashboard.UnitSeconds)
	d.Panel.Queries = []dashboard.Query{{Name: "main", Title: "p95"}, {Name: "quantiles"}}
	d.Panel.Thresholds = dashboard.Thresholds{Warn: ptr(0.5), Critical: ptr(1)}
	d.State, d.Reason = dashboard.StateWarn, "812 ms > 500 ms"
	d.Query = "histogram_quantile(0.95, sum(rate(request_duration_seconds_bucket[5m])) by (le))"
	v := value("p95", 0.812, 0.11, step(121, 0.11, 0.812))
	v.State = dashboard.StateWarn
	d.Values = []dashboard.Value{v,
		{Query: "quantiles", Name: "p50", Now: 0.030, Before: nan, State: dashboard.StateOK, Unit: dashboard.UnitSeconds},
		{Query: "quantiles", Name: "p99", Now: 1.9, Before: nan, State: dashboard.StateOK, Unit: dashboard.UnitSeconds}}
	d.Lines = d.Values[:1]
	out["stat"] = d

	d = base("request-rate", "Traffic", dashboard.KindStat, dashboard.UnitPerSec)
	d.Values = []dashboard.Value{value("requests", 1283, 1246, wave(121, 1250, 90))}
	out["stat-ok"] = d

	d = base("active-connections", "Saturation", dashboard.KindStat, dashboard.UnitCount)
	d.Values = []dashboard.Value{value("connections", 63, 60, wave(121, 60, 6))}
	d.Gauges = []dashboard.Gauge{
		{Name: "mem", Now: 6 << 30, Max: 8 << 30, Unit: dashboard.UnitBytes, Points: wave(121, 6<<30, 1<<28), State: dashboard.StateOK},
		{Name: "conn", Now: 96, Max: 100, Unit: dashboard.UnitCount, Points: wave(121, 90, 6), State: dashboard.StateCritical}}
	out["stat-gauges"] = d

	d = base("cache-hit-rate", "Cache hit rate", dashboard.KindLines, dashboard.UnitRatio)
	d.Panel.Thresholds = dashboard.Thresholds{Warn: ptr(0.5), Below: true}
	d.State, d.Reason, d.Query = dashboard.StateWarn, "query 42 % < 50 %", "cache_hit_ratio"
	d.Lines = []dashboard.Value{value("query", 0.42, nan, step(121, 0.95, 0.42)), value("metadata", 0.97, nan, wave(121, 0.96, 0.01))}
	d.Lines[0].State = dashboard.StateWarn
	for i := 30; i < 40; i++ {
		d.Lines[1].Points[i] = nan
	}
	d.Facts = []string{"worst: acme-corp query 41 %"}
	out["lines"] = d

	d = base("requests-by-endpoint", "Requests by endpoint", dashboard.KindLines, dashboard.UnitPerSec)
	for i, e := range []string{"/datasets/{id}/search", "/datasets", "/datasets/{id}/vectors", "/health", "/metrics", "/datasets/{id}/index", "/backups", "/tenants", "/auth"} {
		d.Lines = append(d.Lines, value(e, 600/float64(i+1), nan, wave(121, 600/float64(i+1), 60/float64(i+1))))
	}
	out["lines-many"] = d

	d = base("search-latency-distribution", "Search latency, buckets", dashboard.KindHeatmap, dashboard.UnitSeconds)
	d.Heat = &dashboard.Heat{Bounds: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, math.Inf(1)}}
	for i := range d.Heat.Bounds {
		row := make([]float64, 121)
		for x := range row {
			row[x] = 80 * math.Exp(-math.Abs(float64(i)-3)*1.3)
			if i < 1 || i > 5 {
				row[x] = 0
			}
			if x > 80 && i > 5 && i < 9 {
				row[x] = float64(x-80) / 8 * float64(9-i)
			}
			if x >= 50 && x < 54 {
				row[x] = nan
			}
		}
		d.Heat.Cells = append(d.Heat.Cells, row)
	}
	out["heatmap"] = d

	d = base("rate-limiting", "Rate limits left", dashboard.KindBars, dashboard.UnitCount)
	d.Panel.Queries = []dashboard.Query{{Name: "main"}, {Name: "hits", Title: "hits"}}
	d.State, d.Reason = dashboard.StateWarn, "acme-corp search 4 < 10"
	for i, t := range []string{"acme-corp search", "globex search", "initech upload", "umbrella search", "hooli search", "stark upload", "wayne search", "wonka search", "tyrell upload", "cyberdyne search"} {
		d.Lines = append(d.Lines, value(t, 4+float64(i*i*11), nan, nil))
	}
	d.Lines[0].State = dashboard.StateWarn
	d.Values = append(d.Lines[:len(d.Lines):len(d.Lines)], dashboard.Value{Query: "hits", Name: "acme-corp search", Now: 3.1, Unit: dashboard.UnitPerSec})
	out["bars"] = d

	d = base("backups", "Backups, time since", dashboard.KindTable, dashboard.UnitSeconds)
	d.Panel.Queries = []dashboard.Query{{Name: "main", Title: "since last"}, {Name: "duration", Title: "took"}}
	for i, t := range []string{"acme-corp full", "globex full", "initech incremental"} {
		x := value(t, float64(90000-i*40000), nan, nil)
		if i == 0 {
			x.State = dashboard.StateWarn
		}
		d.Lines = append(d.Lines, x)
		d.Values = append(d.Values, x)
	}
	for _, t := range []string{"acme-corp full p95", "globex full p95", "globex full avg"} {
		d.Values = append(d.Values, dashboard.Value{Query: "duration", Name: t, Now: 42, Unit: dashboard.UnitSeconds, State: dashboard.StateOK})
	}
	d.State, d.Reason = dashboard.StateWarn, "acme-corp full 25 h > 24 h"
	out["table"] = d

	d = base("service-info", "Service", dashboard.KindTable, "")
	d.Panel.Info = true
	d.Values = []dashboard.Value{{Query: "main", Now: 1, Labels: sources.Labels{"version": "2.4.1", "environment": "production", "python_version": "3.12.4"}}}
	out["info"] = d

	d = base("tenants", "Search latency by tenant", dashboard.KindTenants, dashboard.UnitSeconds)
	d.Tenants = tenantSamples()
	d.State = dashboard.StateCritical
	out["tenants"] = d

	d = base("active-alerts", "Active alerts", dashboard.KindAlerts, "")
	d.Alerts = alertSamples()
	d.State = dashboard.StateCritical
	out["alerts"] = d
	d.Alerts, d.State = nil, dashboard.StateOK
	out["alerts-none"] = d

	d = base("health", "Health", dashboard.KindHealth, "")
	d.Health, d.History = healthSample()
	d.State = dashboard.StateWarn
	out["health"] = d

	d = base("targets", "Scrape targets", dashboard.KindTargets, "")
	d.Targets = []sources.Target{
		{Job: "deeplake-api", Instance: "10.0.0.1:8000", Up: true, ScrapeTook: 12 * time.Millisecond},
		{Job: "deeplake-api", Instance: "10.0.0.2:8000", LastError: "context deadline exceeded"},
		{Job: "prometheus", Instance: "localhost:9090", Up: true, ScrapeTook: 4 * time.Millisecond}}
	d.State = dashboard.StateCritical
	out["targets"] = d

	d = base("rate", "Requests by endpoint", dashboard.KindLines, dashboard.UnitPerSec)
	d.State, d.Reason = dashboard.StateNoData, "no series for the last hour"
	out["nodata"] = d
	d.State, d.Reason, d.Hint = dashboard.StateOff, "rate limits: not exported (metric names: service-v1)", ""
	out["off-vocabulary"] = d
	d.Reason, d.Hint = "Prometheus is off", "--prometheus-url http://host:9090"
	out["off"] = d
	d.State, d.Hint = dashboard.StateError, ""
	d.Reason = `prometheus: query "up": connection refused (is it running?)`
	out["error"] = d

	d = out["lines"]
	d.Stale, d.At, d.Err = true, at.Add(-2*time.Minute), &sources.Error{Source: "prometheus", Asked: "query", Reason: "timeout"}
	out["stale"] = d
	return out
}

func tenantSamples() []dashboard.Tenant {
	out := []dashboard.Tenant{{
		ID: "acme-corp", SearchRate: 41, P50: 0.61, P95: 0.812, P99: 1.9, ErrorRatio: 0.041, P95Before: 0.11,
		Points: step(121, 0.11, 0.812), State: dashboard.StateCritical, Reason: "p95 812 ms > 500 ms",
		States: map[string]dashboard.State{"p95": dashboard.StateWarn, "errors": dashboard.StateWarn, "change": dashboard.StateCritical},
	}}
	for i, id := range []string{"globex", "initech", "umbrella", "hooli", "stark-industries-and-subsidiaries", "wayne", "wonka", "tyrell", "cyberdyne", "soylent", "vandelay"} {
		f := 1 + float64(i)/10
		out = append(out, dashboard.Tenant{ID: id, SearchRate: 88.2 / f, P50: 0.029 * f, P95: 0.061 * f, P99: 0.09 * f,
			ErrorRatio: 0.001 * float64(i), P95Before: 0.06 * f, Points: wave(121, 0.06*f, 0.004), State: dashboard.StateOK})
	}
	out[11].P50, out[11].P95, out[11].P99, out[11].State, out[11].Points = nan, nan, nan, dashboard.StateNoData, nil
	return out
}

func alertSamples() []sources.Alert {
	return []sources.Alert{
		{Name: "SlowSearchQueries", State: sources.Firing, Severity: "critical", ActiveSince: at.Add(-14 * time.Minute), Value: 0.812,
			Annotations: sources.Labels{"summary": "p95 812 ms for hybrid"}},
		{Name: "LowCacheHitRate", State: sources.Firing, Severity: "warning", ActiveSince: at.Add(-3 * time.Minute), Value: 0.42},
		{Name: "RateLimitingTriggered", State: sources.Pending, Severity: "warning", ActiveSince: at.Add(-40 * time.Second), Value: 3.1,
			Annotations: sources.Labels{"summary": "acme-corp is rate limited"}},
		{Name: "DiskSpaceLow", State: sources.Firing, Severity: "warning", ActiveSince: at.Add(-3 * time.Hour), Silenced: []string{"x"},
			Annotations: sources.Labels{"summary": "15 % free"}},
	}
}

func healthSample() (sources.HealthReport, map[string][]sources.HealthPoint) {
	r := sources.HealthReport{Status: sources.Degraded, Code: 200, Checks: []sources.Check{
		{Name: "api", Status: sources.Healthy, Message: "responding", Duration: 2 * time.Millisecond},
		{Name: "deeplake", Status: sources.Healthy, Message: "24 datasets", Duration: 41 * time.Millisecond},
		{Name: "cache", Status: sources.Healthy, Message: "redis connected", Duration: time.Millisecond},
		{Name: "disk_space", Status: sources.Degraded, Message: "15 % free", Duration: 120 * time.Microsecond},
		{Name: "memory", Status: sources.Healthy, Message: "75 % used"},
		{Name: "database_connections", Status: sources.Healthy, Message: "63 of 100"},
		{Name: "external_services", Status: sources.Unhealthy, Message: "1 of 2: DeepLake Hub timeout", Duration: 5 * time.Second},
	}}
	history := map[string][]sources.HealthPoint{}
	for _, c := range r.Checks {
		for i := range 120 {
			st := sources.Healthy
			if i > 90 {
				st = c.Status
			}
			history[c.Name] = append(history[c.Name], sources.HealthPoint{At: at.Add(time.Duration(i-120) * 30 * time.Second), Status: st})
		}
	}
	return r, history
}
