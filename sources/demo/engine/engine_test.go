package engine

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"

	"dlmon/sources/demo/service"
)

const history = 135 * time.Minute

func filled(t *testing.T, scenario service.Scenario, start time.Time) (*Engine, *service.Service) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	e, err := Open(Options{Addr: "127.0.0.1:1", Self: "127.0.0.1:2"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	s := service.New(service.Options{Seed: 1, Scenario: scenario, Start: start, History: history})
	if err := e.Fill(t.Context(), s, func([]service.Request) {}); err != nil {
		t.Fatal(err)
	}
	return e, s
}

func now() time.Time { return time.Now().Truncate(service.Step) }

// states are the states of all active alerts by name; the worst where a name has several.
func states(e *Engine) map[string]rules.AlertState {
	m := map[string]rules.AlertState{}
	for _, r := range e.manager.AlertingRules() {
		for _, a := range r.ActiveAlerts() {
			m[r.Name()] = max(m[r.Name()], a.State)
		}
	}
	return m
}

func TestEachScenarioTakesItsAlertFromPendingToFiring(t *testing.T) {
	for scenario, alert := range map[service.Scenario]string{
		service.Calm: "", service.SlowTenant: "SlowSearchQueries", service.CacheCollapse: "LowCacheHitRate",
		service.ErrorBurst: "HighErrorRate", service.RateLimited: "RateLimitingTriggered", service.DiskFilling: "DiskSpaceLow",
	} {
		t.Run(string(scenario), func(t *testing.T) {
			e, s := filled(t, scenario, now())
			begin := s.Now()
			var pending, firing time.Duration = -1, -1
			for after := time.Duration(0); after <= 5*time.Minute; after += service.Step {
				if after > 0 {
					at, _ := s.Advance()
					if err := e.Scrape(t.Context(), at, s); err != nil {
						t.Fatal(err)
					}
				}
				e.Evaluate(t.Context(), begin.Add(after))
				for name, state := range states(e) {
					switch {
					case name != alert:
						t.Fatalf("%s is %s %v after the start", name, state, after)
					case state == rules.StatePending && pending < 0:
						pending = after
					case state == rules.StateFiring && firing < 0:
						firing = after
					}
				}
			}
			if alert == "" {
				return
			}
			if pending < 0 || pending > time.Minute || firing <= pending || firing > 2*time.Minute {
				t.Errorf("%s pending after %v, firing after %v", alert, pending, firing)
			}
			for _, r := range e.manager.AlertingRules() {
				if r.LastError() != nil {
					t.Errorf("%s: %v", r.Name(), r.LastError())
				}
			}
		})
	}
}

func TestSlowTenantLeadsItsTableFromTheStart(t *testing.T) {
	e, s := filled(t, service.SlowTenant, now())
	p95 := `histogram_quantile(0.95, sum by (le, tenant_id) (rate(search_latency_seconds_bucket[5m] %s)))`
	v, err := e.Query(t.Context(), "topk(2, "+fmt.Sprintf(p95, "")+")", s.Now())
	if err != nil || len(v) != 2 {
		t.Fatalf("%v, %v", v, err)
	}
	slow, next := v[0], v[1]
	if slow.F < next.F {
		slow, next = next, slow
	}
	if slow.Metric.Get("tenant_id") != "acme-corp" || slow.F < 4*next.F {
		t.Errorf("%s at %.3f s, then %s at %.3f s", slow.Metric, slow.F, next.Metric, next.F)
	}
	before, err := e.Query(t.Context(), fmt.Sprintf(p95, "offset 1h"), s.Now())
	if err != nil || len(before) != 12 {
		t.Fatalf("an hour before: %v, %v", before, err)
	}
	for _, x := range before {
		if x.F > 0.12 {
			t.Errorf("an hour before, %s was slow: %.3f s", x.Metric, x.F)
		}
	}
}

func TestStoredSamplesEqualTheExposition(t *testing.T) {
	e, s := filled(t, service.SlowTenant, now())
	for _, job := range []string{service.JobAPI, service.JobRedis, service.JobNode} {
		gathered, err := s.Registry(job).Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range gathered {
			for _, m := range f.Metric {
				selector := ""
				for _, l := range m.Label {
					selector += fmt.Sprintf("%s=%q,", l.GetName(), l.GetValue())
				}
				want := map[string]float64{}
				switch {
				case m.Counter != nil:
					want[f.GetName()+"{"+selector+"}"] = m.Counter.GetValue()
				case m.Gauge != nil:
					want[f.GetName()+"{"+selector+"}"] = m.Gauge.GetValue()
				default:
					h := m.Histogram
					want[f.GetName()+"_count{"+selector+"}"] = float64(h.GetSampleCount())
					want[f.GetName()+"_sum{"+selector+"}"] = h.GetSampleSum()
					for _, b := range h.Bucket {
						if !math.IsInf(b.GetUpperBound(), 0) {
							want[fmt.Sprintf("%s_bucket{%sle=%q}", f.GetName(), selector, formatBound(b.GetUpperBound()))] = float64(b.GetCumulativeCount())
						}
					}
				}
				for query, value := range want {
					v, err := e.Query(t.Context(), query, s.Now())
					if err != nil || len(v) != 1 || v[0].F != value {
						t.Fatalf("%s: %v, %v; the registry has %v", query, v, err, value)
					}
				}
			}
		}
	}
}

func TestSameSeedGivesTheSameAnswers(t *testing.T) {
	var answers [2][]string
	for i, start := range []time.Time{now(), now().Add(-72 * time.Hour)} {
		e, s := filled(t, service.ErrorBurst, start)
		for _, q := range []string{`sum by (tenant_id) (rate(http_requests_total[5m]))`, `search_latency_seconds_bucket`, `memory_usage_bytes offset 30m`} {
			v, err := e.Query(t.Context(), q, s.Now())
			if err != nil || len(v) == 0 {
				t.Fatalf("%s: %v, %v", q, v, err)
			}
			for _, x := range v {
				answers[i] = append(answers[i], fmt.Sprint(x.Metric, x.F))
			}
		}
		slices.Sort(answers[i])
	}
	if !slices.Equal(answers[0], answers[1]) {
		t.Error("two runs of one seed answer differently")
	}
}
