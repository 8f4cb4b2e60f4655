package dlmon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakePrometheus answers every query with the value given; alerts is the JSON list of the rules' alerts.
func fakePrometheus(t *testing.T, value, alerts string) string {
	t.Helper()
	return fakePrometheusOf(t, "rate", value, alerts)
}

// fakePrometheusOf is one whose value is that number of a tenant: rate, p95 and so on.
func fakePrometheusOf(t *testing.T, stat, value, alerts string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		data := `{}`
		switch r.URL.Path {
		case "/api/v1/query":
			data = fmt.Sprintf(`{"resultType":"vector","result":[{"metric":{"tenant_id":"acme","stat":%q},"value":[%s,"%s"]}]}`, stat, r.FormValue("time"), value)
		case "/api/v1/query_range":
			data = fmt.Sprintf(`{"resultType":"matrix","result":[{"metric":{"tenant_id":"acme"},"values":[[%s,"%s"]]}]}`, r.FormValue("end"), value)
		case "/api/v1/rules":
			data = `{"groups":[{"name":"g","file":"f","interval":1,"rules":[{"type":"alerting","name":"Slow","query":"x","duration":0,"labels":{},"annotations":{},"health":"ok","state":"firing","alerts":` + alerts + `}]}]}`
		case "/api/v1/targets":
			data = `{"activeTargets":[],"droppedTargets":[]}`
		case "/api/v1/label/__name__/values":
			data = `["http_requests_total","search_operations_total"]`
		}
		fmt.Fprintf(w, `{"status":"success","data":%s}`, data)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const firing = `[{"labels":{"alertname":"Slow","severity":"critical"},"annotations":{"summary":"slow"},"state":"firing","activeAt":"2026-01-02T03:04:05Z","value":"1e+00"}]`

func fakeHealth(t *testing.T, code int, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const healthy = `{"status":"healthy","timestamp":1700000000.5,"duration":0.02,"checks":[
	{"name":"memory","status":"healthy","message":"ok","duration":0.01,"details":{"used_percent":61.5,"nested":{"a":true}}}]}`

// hanging accepts requests and never answers.
func hanging(t *testing.T) string {
	t.Helper()
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}))
	t.Cleanup(func() { close(stop); s.CloseClientConnections(); s.Close() })
	return s.URL
}

func TestSnapshotExitCodesTellHowItStands(t *testing.T) {
	calm := fakePrometheus(t, "0", "[]")
	alarm := fakePrometheus(t, "0", firing)
	broken := fakeHealth(t, 500, "")
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"healthy", []string{"--health-url", fakeHealth(t, 200, healthy)}, ExitOK},
		{"unhealthy", []string{"--health-url", fakeHealth(t, 503, strings.ReplaceAll(healthy, `"healthy"`, `"unhealthy"`))}, ExitTrouble},
		{"firing alert", []string{"--prometheus-url", alarm}, ExitTrouble},
		{"Prometheus fails", []string{"--prometheus-url", broken}, ExitSource},
		{"nobody listens", []string{"--health-url", "http://127.0.0.1:1/health"}, ExitSource},
		{"silence", []string{"--health-url", hanging(t), "--timeout", "200ms"}, ExitSource},
		{"silent Prometheus", []string{"--prometheus-url", hanging(t), "--timeout", "200ms"}, ExitSource},
		{"a failed source comes before an alert", []string{"--prometheus-url", alarm, "--health-url", "http://127.0.0.1:1/"}, ExitSource},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, format := range []string{"json", "text", "ansi"} {
				got := execute(t, nil, append([]string{"snapshot", "--format", format}, c.args...)...)
				if got.code != c.want || got.out == "" || got.errors != "" {
					t.Errorf("%s: exit %d, want %d; errors %q; output\n%.3000s", format, got.code, c.want, got.errors, got.out)
				}
			}
		})
	}
	// Cache hit ratio 0 and no rate limit left are trouble of their own: only the alert differs.
	if a, b := document(t, "--prometheus-url", calm), document(t, "--prometheus-url", alarm); len(a.Alerts) != 0 || len(b.Alerts) != 1 {
		t.Errorf("%d and %d alerts", len(a.Alerts), len(b.Alerts))
	}
}

func TestTheExitCodeTellsTheWorstOfThePageThatIsShown(t *testing.T) {
	calm, slow := fakePrometheusOf(t, "rate", "0", "[]"), fakePrometheusOf(t, "p95", "90", "[]")
	said := func(code int, status string) string {
		return fakeHealth(t, code, strings.ReplaceAll(healthy, `"healthy"`, `"`+status+`"`))
	}
	// No rate limit left and no cache hit are trouble of overview's panels, and of no other page.
	for _, c := range []struct {
		name, args  string
		frame, json int
	}{
		{"healthy", "--page health --health-url " + said(200, "healthy"), ExitOK, ExitOK},
		{"unhealthy", "--page health --health-url " + said(503, "unhealthy"), ExitTrouble, ExitTrouble},
		{"degraded", "--page health --health-url " + said(200, "degraded"), ExitTrouble, ExitTrouble},
		{"unhealthy, told by the bar of another page", "--page alerts --health-url " + said(503, "unhealthy"), ExitTrouble, ExitTrouble},
		{"a slow tenant", "--page tenants --prometheus-url " + slow, ExitTrouble, ExitTrouble},
		{"a slow tenant that the filter hides", "--page tenants --filter x --prometheus-url " + slow, ExitTrouble, -1},
		{"a slow tenant on a page that tells nothing of it", "--page traces --prometheus-url " + slow, ExitOK, ExitOK},
		{"a calm tenant", "--page tenants --prometheus-url " + calm, ExitOK, ExitOK},
		{"a budget that burns", "--page budget --prometheus-url " + slow, ExitTrouble, ExitOK},
		{"a budget that lasts", "--page budget --prometheus-url " + calm, ExitOK, ExitOK},
		{"movers", "--page movers --prometheus-url " + slow, ExitOK, ExitOK},
		{"panels", "--page overview --prometheus-url " + calm, ExitTrouble, ExitTrouble},
		{"one panel of them", "--page overview --panel latency-p95 --prometheus-url " + calm, ExitOK, -1},
		{"a slow tenant's page", "--page tenants --tenant acme --prometheus-url " + slow, ExitTrouble, -1},
	} {
		for format, want := range map[string]int{"text": c.frame, "markdown": c.frame, "json": c.json} {
			if want < 0 {
				continue
			}
			got := execute(t, nil, append([]string{"snapshot", "--vocabulary", "guide", "--format", format}, strings.Fields(c.args)...)...)
			if got.code != want || got.errors != "" {
				t.Errorf("%s, %s: exit %d, want %d; errors %q; output\n%.2000s", c.name, format, got.code, want, got.errors, got.out)
			}
		}
	}
}

// decoded is the document as its readers see it.
type decoded struct {
	Version     int       `json:"version"`
	GeneratedAt time.Time `json:"generated_at"`
	Window      struct {
		Start, End  time.Time
		StepSeconds float64 `json:"step_seconds"`
	} `json:"window"`
	Sources []struct {
		Name, URL, State, Error string
		AgeSeconds              *float64 `json:"age_seconds"`
	} `json:"sources"`
	Panels []struct {
		ID, Page, Title, Unit, State, Reason, Query string
		Series                                      []decodedSeries
	} `json:"panels"`
	Tenants []struct {
		TenantID   string   `json:"tenant_id"`
		SearchRate *float64 `json:"search_rate"`
		P50        *float64 `json:"p50_seconds"`
		P95        *float64 `json:"p95_seconds"`
		P99        *float64 `json:"p99_seconds"`
		ErrorRatio *float64 `json:"error_ratio"`
		Refused    *float64 `json:"refused_rate"`
	} `json:"tenants"`
	Alerts []decodedAlert `json:"alerts"`
	Health struct {
		Status string
		Checks []struct {
			Name, Status, Message string
			DurationSeconds       float64 `json:"duration_seconds"`
			Details               map[string]any
		}
	} `json:"health"`
}

type decodedAlert struct {
	Name, State, Severity string
	Labels, Annotations   map[string]string
	ActiveSince           string `json:"active_since"`
	Value                 *float64
	Silenced              *bool
}

type decodedSeries struct {
	Labels map[string]string
	Value  *float64
	Points [][2]*float64
}

func document(t *testing.T, args ...string) decoded {
	t.Helper()
	got := execute(t, nil, append([]string{"snapshot", "--format", "json"}, args...)...)
	var d decoded
	dec := json.NewDecoder(strings.NewReader(got.out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		t.Fatalf("%v (exit %d, %s)\n%s", err, got.code, got.errors, got.out)
	}
	return d
}

func TestSnapshotHoldsEveryPanelOfTheIssue(t *testing.T) {
	d := document(t, "--health-url", fakeHealth(t, 200, healthy))
	want := []string{
		"request-rate", "error-rate", "latency-p95", "active-connections", "request-rate-by-endpoint", "search-operations",
		"vector-operations", "cache-hit-rate", "memory-usage", "rate-limiting", "search-latency-distribution",
		"tenant-search-latency", "active-alerts", "health", "errors-by-type", "vector-batch-size", "cache-operations",
		"index-build-duration", "backups", "targets", "service-info",
		"datasets-total", "vectors-total", "datasets-by-tenant", "search-by-type", "top-datasets",
	}
	var got []string
	for _, p := range d.Panels {
		got = append(got, p.ID)
		if p.ID != "health" && p.State != "off" {
			t.Errorf("%s is %s without its source", p.ID, p.State)
		}
		if p.Series == nil {
			t.Errorf("%s has no list of series", p.ID)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("panels\n%v\nwant\n%v", got, want)
	}
}

func TestSnapshotPageKeepsItsPanelsOnly(t *testing.T) {
	for page, want := range map[string][]string{"all": {"business", "overview"}, "business": {"business"}, "overview": {"overview"}, "alerts": nil} {
		d := document(t, "--page", page, "--health-url", fakeHealth(t, 200, healthy))
		var pages []string
		for _, p := range d.Panels {
			if !slices.Contains(pages, p.Page) {
				pages = append(pages, p.Page)
			}
		}
		slices.Sort(pages)
		if !slices.Equal(pages, want) {
			t.Errorf("--page %s has panels of %v", page, pages)
		}
	}
}

func TestSnapshotTellsHealthAlertsAndSources(t *testing.T) {
	prom := fakePrometheus(t, "NaN", firing)
	d := document(t, "--prometheus-url", strings.Replace(prom, "http://", "http://bob:hunter2@", 1), "--health-url", fakeHealth(t, 503, healthy))
	if d.Version != 1 || d.GeneratedAt.Nanosecond() != 0 || !d.Window.End.Equal(d.GeneratedAt) || d.Window.End.Sub(d.Window.Start) != time.Hour {
		t.Errorf("version %d, generated at %v, window %+v", d.Version, d.GeneratedAt, d.Window)
	}
	var names []string
	for _, s := range d.Sources {
		names = append(names, s.Name+" "+s.State)
	}
	if got := strings.Join(names, ", "); got != "prometheus ok, health ok, jaeger off, alertmanager off" {
		t.Errorf("sources %s", got)
	}
	if d.Sources[0].URL != prom || d.Sources[0].AgeSeconds == nil || d.Sources[2].AgeSeconds != nil {
		t.Errorf("sources %+v", d.Sources)
	}
	c := d.Health.Checks
	if d.Health.Status != "healthy" || len(c) != 1 || c[0].DurationSeconds != 0.01 || c[0].Details["used_percent"] != 61.5 || c[0].Details["nested.a"] != true {
		t.Errorf("health %+v", d.Health)
	}
	a := d.Alerts
	if len(a) != 1 || a[0].Name != "Slow" || a[0].State != "firing" || a[0].Severity != "critical" || a[0].Value == nil || *a[0].Value != 1 ||
		a[0].ActiveSince != "2026-01-02T03:04:05Z" || *a[0].Silenced || a[0].Annotations["summary"] != "slow" {
		t.Errorf("alerts %+v", a)
	}
	for _, p := range d.Panels {
		for _, s := range p.Series {
			if s.Value != nil {
				t.Errorf("%s: NaN is %v, want null", p.ID, *s.Value)
			}
		}
	}
}

func TestSnapshotTextHasNoEscapesAndItsSize(t *testing.T) {
	url := fakePrometheus(t, "1", firing)
	for _, size := range []struct {
		arg  string
		w, h int
	}{{"120x40", 120, 40}, {"80x24", 80, 24}, {"200x60", 200, 60}} {
		got := execute(t, nil, "snapshot", "--size", size.arg, "--prometheus-url", url)
		lines := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
		if strings.Contains(got.out, "\x1b") || len(lines) > size.h || !strings.Contains(got.out, "Latency") {
			t.Errorf("%s: %d lines\n%s", size.arg, len(lines), got.out)
		}
		for _, l := range lines {
			if n := len([]rune(l)); n > size.w {
				t.Errorf("%s: a line of %d", size.arg, n)
			}
		}
	}
	if got := execute(t, nil, "snapshot", "--format", "ansi", "--prometheus-url", url); !strings.Contains(got.out, "\x1b[") {
		t.Error("ansi has no colours")
	}
	if got := execute(t, nil, "snapshot", "--ascii", "--prometheus-url", url); strings.ContainsFunc(got.out, func(r rune) bool { return r > 126 }) {
		t.Errorf("--ascii prints more than ASCII:\n%s", got.out)
	}
}

func TestSnapshotLogsNoSecret(t *testing.T) {
	path := write(t, "dlmon.log", "")
	got := execute(t, nil, "snapshot", "--log-file", path, "--prometheus-url", "http://bob:hunter2@127.0.0.1:1", "--health-url", "http://127.0.0.1:1/?token=hunter2")
	log := read(t, path)
	if !strings.Contains(log, "127.0.0.1:1") || strings.Contains(log+got.out+got.errors, "hunter2") {
		t.Errorf("log\n%s\noutput\n%s%s", log, got.out, got.errors)
	}
}
