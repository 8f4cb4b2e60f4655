package dlmon

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dlmon/sources/testserver"
)

// history is two hours of the guide's metric families up to now, at 15 s, as OpenMetrics text: enough for every query
// of the dashboards, with numbers that differ between series and move with time.
func history(now time.Time) string {
	const samples, step = 480, 15
	var b strings.Builder
	family := func(name, kind string) { fmt.Fprintf(&b, "# TYPE %s %s\n", name, kind) }
	seed := 0.0
	series := func(name, labels string, value func(i int, seed float64) float64) {
		seed++
		for i := range samples + 1 {
			fmt.Fprintf(&b, "%s{%s} %g %d\n", name, labels, value(i, seed), now.Unix()-int64(samples-i)*step)
		}
	}
	counter := func(i int, seed float64) float64 { return math.Floor(float64(i) * (1 + seed*0.37)) }
	gauge := func(i int, seed float64) float64 { return 50 + seed + 10*math.Sin(float64(i)/30+seed) }
	ratio := func(i int, seed float64) float64 { return 0.5 + 0.4*math.Sin(float64(i)/40+seed) }
	histogram := func(name, labels string, bounds ...float64) {
		seed++
		own := seed
		for n, le := range append(bounds, math.Inf(1)) {
			text := strconv.FormatFloat(le, 'g', -1, 64)
			series(name+"_bucket", labels+fmt.Sprintf(`,le=%q`, text), func(i int, _ float64) float64 {
				return counter(i, own) * float64(n+1)
			})
			seed = own
		}
		series(name+"_count", labels, func(i int, _ float64) float64 { return counter(i, own) * float64(len(bounds)+1) })
		seed = own
		series(name+"_sum", labels, func(i int, _ float64) float64 { return counter(i, own) * 0.3 })
	}
	tenants := []string{"acme", "globex", "initech"}
	each := func(f func(tenant string)) {
		for _, t := range tenants {
			f(fmt.Sprintf(`tenant_id=%q`, t))
		}
	}
	family("http_requests", "counter")
	each(func(t string) {
		series("http_requests_total", `method="POST",endpoint="/search",status_code="200",`+t, counter)
		series("http_requests_total", `method="GET",endpoint="/datasets",status_code="503",`+t, counter)
	})
	family("http_request_duration_seconds", "histogram")
	each(func(t string) {
		histogram("http_request_duration_seconds", `method="POST",endpoint="/search",`+t, 0.01, 0.1, 1)
	})
	family("search_operations", "counter")
	each(func(t string) { series("search_operations_total", `search_type="vector",dataset_id="d1",`+t, counter) })
	family("search_latency_seconds", "histogram")
	each(func(t string) {
		histogram("search_latency_seconds", `search_type="vector",dataset_id="d1",`+t, 0.01, 0.1, 1, 5)
	})
	family("vector_operations", "counter")
	series("vector_operations_total", `operation="insert",dataset_id="d1",tenant_id="acme"`, counter)
	family("vector_batch_size", "histogram")
	histogram("vector_batch_size", `operation="insert",dataset_id="d1",tenant_id="acme"`, 1, 10, 100)
	family("cache_operations", "counter")
	series("cache_operations_total", `operation="get",cache_type="query",tenant_id="acme"`, counter)
	family("cache_hit_ratio", "gauge")
	each(func(t string) { series("cache_hit_ratio", `cache_type="query",`+t, ratio) })
	family("rate_limit_hits", "counter")
	series("rate_limit_hits_total", `limit_type="requests",tenant_id="acme"`, counter)
	family("rate_limit_remaining", "gauge")
	each(func(t string) { series("rate_limit_remaining", `limit_type="requests",`+t, gauge) })
	family("active_connections", "gauge")
	series("active_connections", `instance="api:8000"`, gauge)
	family("memory_usage_bytes", "gauge")
	series("memory_usage_bytes", `memory_type="used"`, gauge)
	series("memory_usage_bytes", `memory_type="total"`, func(int, float64) float64 { return 100 })
	family("errors", "counter")
	series("errors_total", `error_type="timeout",error_code="504",tenant_id="acme"`, counter)
	family("index_build_duration_seconds", "histogram")
	histogram("index_build_duration_seconds", `index_type="hnsw",dataset_id="d1",tenant_id="acme"`, 1, 10, 60)
	family("backup_duration_seconds", "histogram")
	histogram("backup_duration_seconds", `backup_type="full",tenant_id="acme"`, 10, 60, 600)
	family("deeplake_api_info_info", "gauge")
	series("deeplake_api_info_info", `version="1.2.3"`, func(int, float64) float64 { return 1 })
	family("datasets_total", "gauge")
	each(func(t string) { series("datasets_total", t, gauge) })
	family("vectors_total", "gauge")
	each(func(t string) { series("vectors_total", `dataset_id="d1",`+t, gauge) })
	family("up", "gauge")
	series("up", `job="deeplake-api",instance="api:8000"`, func(int, float64) float64 { return 1 })
	b.WriteString("# EOF\n")
	return b.String()
}

const realConfig = `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: deeplake-api
    static_configs: [{targets: ["127.0.0.1:1"]}]
`

const realRules = `
groups:
  - name: dlmon
    rules:
      - alert: ServiceGone
        expr: up{job="deeplake-api"} == 0
        labels: {severity: critical}
        annotations: {summary: "nobody at {{ $labels.instance }}"}
      - alert: Patient
        expr: memory_usage_bytes > 0
        for: 1h
        labels: {severity: warning}
`

// ask puts a GET to Prometheus's API without any of dlmon's code.
func ask(t *testing.T, server, path string, query url.Values, into any) {
	t.Helper()
	resp, err := http.Get(server + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s?%s: %v %s", path, query.Encode(), err, answer.Error)
	}
	if err := json.Unmarshal(answer.Data, into); err != nil {
		t.Fatal(err)
	}
}

// apiSeries is one series of Prometheus's answer to a query or a range query.
type apiSeries struct {
	Metric map[string]string
	Value  [2]any
	Values [][2]any
}

func (s apiSeries) key() string { return labelKey(s.Metric) }

func labelKey(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%q,", k, m[k])
	}
	return b.String()
}

// shown is an API value as the document must hold it: the same number, nothing for NaN and infinities.
func shown(t *testing.T, v any) string {
	t.Helper()
	f, err := strconv.ParseFloat(v.(string), 64)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "null"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func text(v *float64) string {
	if v == nil {
		return "null"
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func TestSnapshotEqualsWhatPrometheusAnswers(t *testing.T) {
	server := testserver.Prometheus(t, realConfig, map[string]string{
		"rules.yml": realRules, "backfill.om": history(time.Now().Truncate(15 * time.Second)),
	})
	waitForAlerts(t, server.URL)
	d := document(t, "--prometheus-url", server.URL, "--window", "1h")
	at := d.GeneratedAt.Format(time.RFC3339)

	asked := 0
	for _, p := range d.Panels {
		if p.Query == "" {
			if !slices.Contains([]string{"active-alerts", "health"}, p.ID) {
				t.Errorf("%s has no query (%s: %s)", p.ID, p.State, p.Reason)
			}
			continue
		}
		asked++
		t.Run(p.ID, func(t *testing.T) {
			var now, past struct{ Result []apiSeries }
			ask(t, server.URL, "/api/v1/query", url.Values{"query": {p.Query}, "time": {at}}, &now)
			step := time.Duration(d.Window.StepSeconds * float64(time.Second))
			start := d.Window.Start.Add(step - 1).Truncate(step)
			ask(t, server.URL, "/api/v1/query_range", url.Values{"query": {p.Query}, "step": {fmt.Sprint(d.Window.StepSeconds)},
				"start": {start.Format(time.RFC3339)}, "end": {d.Window.End.Truncate(step).Format(time.RFC3339)}}, &past)
			if len(now.Result) == 0 || len(p.Series) != len(now.Result) {
				t.Fatalf("%d series, Prometheus answers %d to %s", len(p.Series), len(now.Result), p.Query)
			}
			if p.State == "nodata" || p.State == "error" || p.State == "off" {
				t.Errorf("state %s: %s", p.State, p.Reason)
			}
			ours := map[string]decodedSeries{}
			for _, s := range p.Series {
				ours[labelKey(s.Labels)] = s
			}
			for _, s := range now.Result {
				got, ok := ours[s.key()]
				if want := shown(t, s.Value[1]); !ok || text(got.Value) != want {
					t.Errorf("%s: %s, Prometheus answers %s", s.key(), text(got.Value), want)
				}
			}
			for _, s := range past.Result {
				got, ok := ours[s.key()]
				if !ok {
					continue // it is no longer there at generated_at
				}
				points := map[float64]string{}
				for _, pt := range got.Points {
					if pt[1] != nil {
						points[*pt[0]] = text(pt[1])
					}
				}
				finite := 0
				for _, v := range s.Values {
					want := shown(t, v[1])
					if want == "null" {
						continue
					}
					finite++
					if points[v[0].(float64)] != want {
						t.Errorf("%s at %v: %q, Prometheus answers %s", s.key(), v[0], points[v[0].(float64)], want)
					}
				}
				if finite != len(points) {
					t.Errorf("%s: %d points, Prometheus answers %d", s.key(), len(points), finite)
				}
			}
		})
	}
	if asked < 24 {
		t.Errorf("only %d panels have a query", asked)
	}
	t.Run("tenants", func(t *testing.T) { sameTenants(t, server.URL, d) })
	t.Run("alerts", func(t *testing.T) { sameAlerts(t, server.URL, d) })
}

// sameTenants compares the tenants' rows with the queries an operator would type.
func sameTenants(t *testing.T, server string, d decoded) {
	if len(d.Tenants) != 3 {
		t.Fatalf("%d tenants", len(d.Tenants))
	}
	column := func(query string) map[string]string {
		var now struct{ Result []apiSeries }
		ask(t, server, "/api/v1/query", url.Values{"query": {query}, "time": {d.GeneratedAt.Format(time.RFC3339)}}, &now)
		values := map[string]string{}
		for _, s := range now.Result {
			values[s.Metric["tenant_id"]] = shown(t, s.Value[1])
		}
		return values
	}
	quantile := func(q string) map[string]string {
		return column(`histogram_quantile(` + q + `, sum(rate(search_latency_seconds_bucket[5m])) by (le, tenant_id))`)
	}
	rate := column(`sum(rate(search_operations_total[5m])) by (tenant_id)`)
	p50, p95, p99 := quantile("0.5"), quantile("0.95"), quantile("0.99")
	failed := column(`sum(rate(http_requests_total{status_code=~"5.."}[5m])) by (tenant_id) / sum(rate(http_requests_total[5m])) by (tenant_id)`)
	refused := column(`sum(rate(rate_limit_hits_total[5m])) by (tenant_id)`)
	if len(refused) == 0 || len(refused) == len(d.Tenants) {
		t.Fatalf("%d tenants were refused something: expected some, not all", len(refused))
	}
	for _, row := range d.Tenants {
		id := row.TenantID
		got := []string{text(row.SearchRate), text(row.P50), text(row.P95), text(row.P99), text(row.ErrorRatio), text(row.Refused)}
		want := []string{rate[id], p50[id], p95[id], p99[id], failed[id], cmp.Or(refused[id], text(nil))}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, Prometheus answers %v", id, got, want)
		}
	}
}

func sameAlerts(t *testing.T, server string, d decoded) {
	type alert struct {
		Labels, Annotations map[string]string
		State, Value        string
		ActiveAt            time.Time
	}
	var answer struct{ Alerts []alert }
	ask(t, server, "/api/v1/alerts", nil, &answer)
	if len(answer.Alerts) != 3 || len(d.Alerts) != 3 {
		t.Fatalf("%d alerts, Prometheus has %d", len(d.Alerts), len(answer.Alerts))
	}
	for _, want := range answer.Alerts {
		i := slices.IndexFunc(d.Alerts, func(a decodedAlert) bool { return maps.Equal(a.Labels, want.Labels) })
		if i < 0 {
			t.Errorf("%v is missing", want.Labels)
			continue
		}
		got := d.Alerts[i]
		since, err := time.Parse(time.RFC3339Nano, got.ActiveSince)
		if err != nil || !since.Equal(want.ActiveAt) || got.State != want.State || !maps.Equal(got.Annotations, want.Annotations) {
			t.Errorf("%+v, Prometheus has %+v", got, want)
		}
	}
	if d.Alerts[0].Name != "ServiceGone" {
		t.Errorf("%s comes before the firing, critical one", d.Alerts[0].Name)
	}
}

// waitForAlerts returns when the rules have been evaluated with the target known to be down, for longer than the second
// to which a snapshot's evaluation time is rounded.
func waitForAlerts(t *testing.T, server string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 300 {
		var answer struct{ Alerts []struct{} }
		var up struct{ Result []apiSeries }
		ask(t, server, "/api/v1/alerts", nil, &answer)
		ask(t, server, "/api/v1/query", url.Values{"query": {"up offset 2s"}}, &up)
		if len(answer.Alerts) == 3 && len(up.Result) == 1 {
			return
		}
		<-tick.C
	}
	t.Fatal("the rules do not fire")
}
