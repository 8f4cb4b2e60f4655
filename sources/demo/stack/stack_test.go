package stack

import (
	"context"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"go.uber.org/goleak"

	"dlmon/sources"
	"dlmon/sources/alertmanager"
	"dlmon/sources/demo/service"
	"dlmon/sources/feed"
	"dlmon/sources/health"
	"dlmon/sources/jaeger"
	"dlmon/sources/prometheus"
	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
)

// TestRunningStack puts all questions to one stack, because starting one costs a second. The first frame comes first.
func TestRunningStack(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := Start(t.Context(), Options{Seed: 1, Scenario: service.SlowTenant})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, x := range []struct {
		claim string
		test  func(*testing.T, *Stack)
	}{
		{"EverySourceAnswersDlmon", everySourceAnswersDlmon},
		{"EveryBuiltInQueryAnswers", everyBuiltInQueryAnswers},
		{"ExemplarsLeadToTheirTraces", exemplarsLeadToTheirTraces},
	} {
		t.Run(x.claim, func(t *testing.T) { x.test(t, s) })
	}
}

func client(t *testing.T, s *Stack) *prometheus.Client {
	t.Helper()
	c, err := prometheus.New(prometheus.Options{URL: s.URLs.Prometheus})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCloseLeavesNoFileAndNoGoroutine(t *testing.T) {
	// Process-wide goroutines of libraries that live as long as the process are none of the stack's.
	before := goleak.IgnoreCurrent()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s, err := Start(t.Context(), Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(dir); len(files) == 0 {
		t.Fatal("the TSDB is not in TMPDIR: this test would see nothing")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
	goleak.VerifyNone(t, before)
}

func TestStartGivesUpWhenItIsStopped(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{Seed: 1}); err == nil {
		s.Close()
		t.Error("it started")
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// requests are what the panels of all built-in dashboards, those of a tenant and of all tenants too, ask under a
// vocabulary, by panel.
func requests(t *testing.T, name string) map[string][]feed.Request {
	t.Helper()
	v, err := vocabulary.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]feed.Request{}
	env := dashboard.Env{Vocab: v, Window: time.Hour, Step: 30 * time.Second, Rate: 5 * time.Minute}
	budget := dashboard.Dashboard{ID: "budget", Panels: []dashboard.Panel{dashboard.Budget()}}
	for _, d := range append(dashboard.Builtin(), dashboard.TenantPage("acme-corp"), dashboard.Movers(), dashboard.Neighbours(), budget) {
		for _, p := range d.Panels {
			out[d.ID+"/"+p.ID] = p.Requests(env)
		}
	}
	return out
}

func TestEveryBuiltInQueryParses(t *testing.T) {
	p := parser.NewParser(parser.Options{})
	for _, name := range []string{"guide", "service-v1"} {
		n := 0
		for panel, list := range requests(t, name) {
			for _, r := range list {
				if r.Expr == "" {
					continue
				}
				n++
				if _, err := p.ParseExpr(r.Expr); err != nil {
					t.Errorf("%s, %s: %s: %v", name, panel, r.Expr, err)
				}
			}
		}
		if n < 10 {
			t.Errorf("%s: only %d queries", name, n)
		}
	}
}

func everyBuiltInQueryAnswers(t *testing.T, s *Stack) {
	c := client(t, s)
	answered := 0
	for panel, list := range requests(t, "guide") {
		if panel == "movers/tenant-limit-hits" {
			continue // in this scenario nobody is refused, and only who is has a value
		}
		for _, r := range list {
			switch r.Kind {
			case feed.Instant:
				v, err := c.Instant(t.Context(), r.Expr, time.Now().Add(-r.Ago))
				known := false
				for _, x := range v.Samples {
					known = known || !math.IsNaN(x.Value)
				}
				if err != nil || !known {
					t.Errorf("%s: %s: %d samples, none known, %v", panel, r.Expr, len(v.Samples), err)
				}
			case feed.Range:
				end := time.Now().Truncate(r.Step)
				m, err := c.Range(t.Context(), r.Expr, end.Add(-r.Window), end, r.Step)
				if err != nil || !filled(m) {
					t.Errorf("%s: %s: %d series with gaps or none, %v", panel, r.Expr, len(m.Series), err)
				}
			default:
				continue
			}
			answered++
		}
	}
	if answered < 20 {
		t.Errorf("only %d queries asked", answered)
	}
}

// filled tells whether some series has a value in every column.
func filled(m sources.Matrix) bool {
	for _, s := range m.Series {
		if sources.Summarize(s.Values).N == m.Columns {
			return m.Columns > 0
		}
	}
	return false
}

func exemplarsLeadToTheirTraces(t *testing.T, s *Stack) {
	c := client(t, s)
	j, err := jaeger.New(jaeger.Options{URL: s.URLs.Jaeger})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for _, x := range []struct{ expr, operation string }{
		{`search_latency_seconds_bucket{tenant_id="acme-corp"}`, "search_vectors"},
		{`http_request_duration_seconds_bucket{endpoint="/datasets/{id}/search"}`, "POST /datasets/{id}/search"},
	} {
		exemplars, err := c.Exemplars(t.Context(), x.expr, time.Now().Add(-2*time.Hour), time.Now())
		if err != nil || len(exemplars) < 50 {
			t.Fatalf("%s: %d exemplars, %v", x.expr, len(exemplars), err)
		}
		slow := 0
		for i, e := range exemplars {
			if e.Value > 0.5 {
				slow++
			}
			if i%10 > 0 {
				continue
			}
			trace, err := j.Trace(t.Context(), e.TraceID, nil)
			if err != nil {
				t.Fatalf("exemplar of %v: %v", e.Labels, err)
			}
			agrees := false
			for _, span := range trace.Spans {
				tenant, _ := span.Tag("tenant_id")
				agrees = agrees || span.Operation == x.operation && tenant == e.Labels["tenant_id"] &&
					math.Abs(span.Duration.Seconds()-e.Value) < 1e-6
			}
			if !agrees {
				t.Errorf("trace %s has no %s of %s that takes %v s", e.TraceID, x.operation, e.Labels["tenant_id"], e.Value)
			}
		}
		if slow == 0 {
			t.Errorf("%s: no slow exemplar", x.expr)
		}
	}
}

func everySourceAnswersDlmon(t *testing.T, s *Stack) {
	c := client(t, s)
	targets, err := c.Targets(t.Context())
	if err != nil || len(targets) != 4 {
		t.Fatalf("targets %v, %v", targets, err)
	}
	live := s.service.Options().Start // however long ago: the back-fill after it takes its time
	for _, x := range targets {
		if !x.Up || x.Interval != service.Step || live.Sub(x.LastScrape) > time.Minute {
			t.Errorf("target %+v", x)
		}
	}
	body := get(t, s.URLs.Prometheus+"/api/v1/metadata?metric=search_latency_seconds")
	if !strings.Contains(body, `"type":"histogram"`) {
		t.Errorf("metadata: %s", body)
	}
	if body := get(t, s.URLs.Prometheus+"/api/v1/status/config"); !strings.Contains(body, "scrape_interval: 5s") {
		t.Errorf("config: %s", body)
	}
	rules, err := c.Rules(t.Context())
	if err != nil || len(rules) != 12 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	for _, r := range rules {
		if r.Name == "SlowSearchQueries" && (len(r.Alerts) != 1 || r.Alerts[0].State != sources.Pending) {
			t.Errorf("%s in the first frame: %+v", r.Name, r.Alerts)
		}
		if !strings.HasPrefix(r.Annotations["runbook_url"], "https://") {
			t.Errorf("%s has no runbook", r.Name)
		}
	}
	h, err := health.New(health.Options{URL: s.URLs.Health})
	if err != nil {
		t.Fatal(err)
	}
	report, err := h.Report(t.Context())
	if err != nil || len(report.Checks) != 7 || report.Status != sources.Degraded {
		t.Errorf("health %+v, %v", report, err)
	}
	am, err := alertmanager.New(alertmanager.Options{URL: s.URLs.Alertmanager})
	if err != nil {
		t.Fatal(err)
	}
	if alerts, err := am.Alerts(t.Context()); err != nil || len(alerts) != 0 {
		t.Errorf("alertmanager: %v, %v", alerts, err)
	}
	v, err := c.MetricNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if found, err := vocabulary.Detect(v); err != nil || found.Name() != "guide" {
		t.Errorf("detected %v, %v", found, err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, r.Status, err)
	}
	return string(b)
}
