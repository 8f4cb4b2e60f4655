package prometheus

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/testserver"
)

const config15s = `
global: {scrape_interval: 15s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: nobody
    scrape_interval: 1s
    static_configs: [{targets: ["127.0.0.1:1"]}]
`

const rulesYAML = `
groups:
  - name: g
    rules:
      - record: job:x
        expr: vector(1)
      - alert: Always
        expr: vector(42) > 1
        labels: {severity: critical, tenant_id: acme}
        annotations: {summary: "value {{ $value }}", runbook: "https://runbooks.example/always"}
      - alert: Waits
        expr: vector(1)
        for: 1h
        labels: {severity: warning}
`

// backfill is an hour of a counter and a gauge up to now, at 15 s, as OpenMetrics text.
func backfill(now time.Time) string {
	var b strings.Builder
	b.WriteString("# TYPE c counter\n")
	for i := 240; i >= 0; i-- {
		fmt.Fprintf(&b, "c_total{tenant_id=\"acme\"} %d %d\n", (240-i)*30, now.Unix()-int64(i)*15)
	}
	b.WriteString("# TYPE g gauge\n")
	for i := 240; i >= 0; i-- {
		fmt.Fprintf(&b, "g{tenant_id=\"acme\"} %d %d\n", i, now.Unix()-int64(i)*15)
	}
	b.WriteString("# EOF\n")
	return b.String()
}

func TestRealPrometheus(t *testing.T) {
	now := time.Now().Truncate(time.Minute)
	s := testserver.Prometheus(t, config15s, map[string]string{"rules.yml": rulesYAML, "backfill.om": backfill(now)})
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}

	v, err := c.Instant(t.Context(), "rate(c_total[5m])", now)
	if err != nil || len(v.Samples) != 1 || v.Samples[0].Value != 2 {
		t.Errorf("instant: %v, %v", v, err)
	}
	m, err := c.Range(t.Context(), "g", now.Add(-10*time.Minute), now, time.Minute)
	if err != nil || m.Columns != 11 || len(m.Series) != 1 {
		t.Fatalf("range: %+v, %v", m, err)
	}
	for i, v := range m.Series[0].Values {
		if want := float64((10 - i) * 4); v != want {
			t.Errorf("column %d = %v, want %v", i, v, want)
		}
	}
	info, err := c.Info(t.Context())
	if err != nil || info.ScrapeInterval != 15*time.Second || info.Version == "" {
		t.Errorf("info: %+v, %v", info, err)
	}
	names, err := c.MetricNames(t.Context())
	if err != nil || !strings.Contains(strings.Join(names, " "), "c_total") {
		t.Errorf("names: %v, %v", names, err)
	}
	_, err = c.Instant(t.Context(), "sum(", now)
	if sources.KindOf(err) != sources.Rejected || !strings.Contains(err.Error(), "parse error") {
		t.Errorf("bad query: %v", err)
	}
	rs := eventually(t, c.Rules, func(rs []sources.Rule) bool { return len(rs) == 2 && rs[0].State == sources.Firing })
	a := rs[0].Alerts[0]
	if a.Name != "Always" || a.Severity != "critical" || a.Value != 42 || a.Annotations["summary"] != "value 42" ||
		a.ActiveSince.IsZero() || rs[0].Health != "ok" || rs[0].Expr != "vector(42) > 1" {
		t.Errorf("alert: %+v of %+v", a, rs[0])
	}
	if rs[1].State != sources.Pending || rs[1].For != time.Hour || rs[1].Alerts[0].State != sources.Pending || rs[1].Alerts[0].For != time.Hour {
		t.Errorf("pending: %+v", rs[1])
	}
	ts := eventually(t, c.Targets, func(ts []sources.Target) bool { return len(ts) == 1 && ts[0].Health == "down" })
	if ts[0].Job != "nobody" || ts[0].Up || !strings.Contains(ts[0].LastError, "connection refused") || ts[0].Interval != time.Second {
		t.Errorf("target: %+v", ts[0])
	}
	if _, err := c.Exemplars(t.Context(), "c_total", now.Add(-time.Hour), now); err != nil {
		t.Errorf("exemplars: %v", err)
	}
}

func TestRealVictoriaMetrics(t *testing.T) {
	s := testserver.VictoriaMetrics(t)
	now := time.Now().Truncate(time.Minute)
	var body strings.Builder
	for i := range 40 {
		fmt.Fprintf(&body, "g{tenant_id=\"acme\"} %d %d\n", i, now.Add(time.Duration(i-40)*15*time.Second).UnixMilli())
	}
	resp, err := http.Post(s.URL+"/api/v1/import/prometheus", "text/plain", strings.NewReader(body.String()))
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("import: %v, %v", resp, err)
	}
	resp.Body.Close()
	// What was imported is searched at once instead of some seconds later.
	if resp, err = http.Get(s.URL + "/internal/force_flush"); err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("flush: %v, %v", resp, err)
	}
	resp.Body.Close()
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx ctx) (sources.Vector, error) { return c.Instant(ctx, "last_over_time(g[10m])", now) },
		func(v sources.Vector) bool { return len(v.Samples) == 1 && v.Samples[0].Value == 39 })
	m, err := c.Range(t.Context(), "last_over_time(g[5m])", now.Add(-5*time.Minute), now, time.Minute)
	if err != nil || m.Columns != 6 || len(m.Series) != 1 {
		t.Errorf("range: %+v, %v", m, err)
	}
	eventually(t, c.MetricNames, func(names []string) bool { return len(names) == 1 && names[0] == "g" })
	info, err := c.Info(t.Context())
	if err != nil || info.Version == "" && len(info.Notes) == 0 {
		t.Errorf("info: %+v, %v", info, err)
	}
	if rs, err := c.Rules(t.Context()); len(rs) != 0 || sources.SourceFault(err) {
		t.Errorf("rules: %v, %v", rs, err)
	}
	if es, err := c.Exemplars(t.Context(), `g{tenant_id="acme"}`, now.Add(-time.Hour), now); len(es) != 0 || sources.SourceFault(err) {
		t.Errorf("exemplars: %v, %v", es, err)
	}
}

func TestRealExemplarsNameTheirTraces(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
		var b strings.Builder
		b.WriteString("# TYPE d histogram\n")
		for _, x := range []struct{ tenant, exemplar string }{
			{`acme`, `{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.25`},
			{`a\"b\\c`, `{traceID="00000000000000000000000000000abc"} 0.5`},
			{`nobody`, `{span="7"} 0.75`}, // an exemplar that names no trace
		} {
			fmt.Fprintf(&b, "d_bucket{t=\"%s\",le=\"1.0\"} 1 # %s\n", x.tenant, x.exemplar)
			fmt.Fprintf(&b, "d_bucket{t=\"%[1]s\",le=\"+Inf\"} 1\nd_count{t=\"%[1]s\"} 1\nd_sum{t=\"%[1]s\"} 0.25\n", x.tenant)
		}
		fmt.Fprint(w, b.String()+"# EOF\n")
	}))
	t.Cleanup(target.Close)
	s := testserver.Prometheus(t, "scrape_configs: [{job_name: j, scrape_interval: 1s, static_configs: [{targets: ["+
		target.Listener.Addr().String()+"]}]}]", nil)
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	of := func(ctx ctx, expr string) ([]sources.Exemplar, error) {
		return c.Exemplars(ctx, expr, began.Add(-time.Minute), time.Now().Add(time.Minute))
	}
	es := eventually(t, func(ctx ctx) ([]sources.Exemplar, error) { return of(ctx, "d_bucket") },
		func(es []sources.Exemplar) bool { return len(es) > 1 })
	if len(es) != 2 {
		t.Errorf("%d exemplars name a trace", len(es))
	}
	for _, x := range []struct {
		expr, trace string
		value       float64
	}{
		{`d_bucket{t="acme"}`, "4bf92f3577b34da6a3ce929d0e0e4736", 0.25},
		{`d_bucket{job="j", t="a\"b\\c"}`, "00000000000000000000000000000abc", 0.5},
	} {
		es, err := of(t.Context(), x.expr)
		if err != nil || len(es) != 1 || es[0].TraceID != x.trace || es[0].Value != x.value || es[0].Labels["job"] != "j" ||
			es[0].Labels["le"] != "1.0" || es[0].At.Before(began.Add(-5*time.Second)) {
			t.Errorf("%s: %+v, %v", x.expr, es, err)
		}
	}
	for _, expr := range []string{`d_bucket{t="nobody"}`, "absent_bucket"} {
		if es, err := of(t.Context(), expr); err != nil || len(es) != 0 {
			t.Errorf("%s: %+v, %v", expr, es, err)
		}
	}
	if es, err := c.Exemplars(t.Context(), "d_bucket", began.Add(-time.Hour), began.Add(-time.Minute)); err != nil || len(es) != 0 {
		t.Errorf("before there were any: %+v, %v", es, err)
	}
	if _, err := of(t.Context(), "d_bucket{"); sources.KindOf(err) != sources.Rejected || !strings.Contains(err.Error(), "parse error") {
		t.Errorf("no selector: %v", err)
	}
}

func TestAKilledPrometheusIsRefusedAndComesBackWithItsData(t *testing.T) {
	now := time.Now().Truncate(time.Minute)
	s := testserver.Prometheus(t, config15s, map[string]string{"rules.yml": rulesYAML, "backfill.om": backfill(now)})
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	value := func() (float64, error) {
		v, err := c.Instant(t.Context(), "g", now)
		if err != nil || len(v.Samples) != 1 {
			return -1, err
		}
		return v.Samples[0].Value, nil
	}
	if v, err := value(); v != 0 {
		t.Fatalf("before: %v, %v", v, err)
	}
	s.Stop()
	if _, err := value(); sources.KindOf(err) != sources.Refused {
		t.Errorf("while it is gone: %v", err)
	}
	s.Start()
	if v, err := value(); v != 0 {
		t.Errorf("after: %v, %v", v, err)
	}
}
