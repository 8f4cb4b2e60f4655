package service

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

var start = time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)

// simulated runs a scenario from 20 minutes before the start until some time after it.
func simulated(o Options, after time.Duration) (*Service, []Request) {
	o.History = 20 * time.Minute
	if o.Start.IsZero() {
		o.Start = start
	}
	s := New(o)
	var all []Request
	for range (o.History + after) / Step {
		_, r := s.Advance()
		all = append(all, r...)
	}
	return s, all
}

// dump is everything a service shows, without times.
func dump(s *Service) string {
	var b strings.Builder
	s.Walk(func(f *Family) {
		for _, c := range f.Children {
			fmt.Fprintln(&b, f.Name, c.Values, c.Value, c.Buckets, c.Count, c.Sum)
		}
	})
	return b.String()
}

func TestSameSeedGivesTheSameSeriesWheneverItStarts(t *testing.T) {
	a, ra := simulated(Options{Seed: 7}, time.Minute)
	b, rb := simulated(Options{Seed: 7, Start: start.Add(1000 * time.Hour)}, time.Minute)
	c, _ := simulated(Options{Seed: 8}, time.Minute)
	if dump(a) != dump(b) {
		t.Error("two runs of seed 7 differ")
	}
	if dump(a) == dump(c) {
		t.Error("seeds 7 and 8 give the same series")
	}
	if len(ra) != len(rb) {
		t.Fatalf("%d and %d sampled requests", len(ra), len(rb))
	}
	for i := range ra {
		rb[i].Start = rb[i].Start.Add(-1000 * time.Hour)
		if ra[i] != rb[i] {
			t.Fatalf("request %d: %+v and %+v", i, ra[i], rb[i])
		}
	}
}

func TestCatalogHasTheAskedSize(t *testing.T) {
	for _, tenants := range []int{2, 12, 60} {
		s, _ := simulated(Options{Seed: 1, Tenants: tenants}, 0)
		datasets, endpoints, types := map[string]bool{}, map[string]bool{}, map[string]bool{}
		s.Walk(func(f *Family) {
			for _, c := range f.Children {
				for i, name := range f.Labels {
					switch name {
					case "dataset_id":
						datasets[c.Values[i]] = true
					case "endpoint":
						endpoints[c.Values[i]] = true
					case "search_type":
						types[c.Values[i]] = true
					}
				}
			}
		})
		if n := len(s.Tenants()); n != tenants {
			t.Errorf("%d tenants, asked for %d", n, tenants)
		}
		if len(datasets) != max(24, tenants) || len(endpoints) != 8 || len(types) != 3 {
			t.Errorf("%d tenants: %d datasets, %d endpoints, %d search types", tenants, len(datasets), len(endpoints), len(types))
		}
	}
}

// guide is what the monitoring guide says of its metric families.
var guide = []struct {
	name   string
	kind   dto.MetricType
	labels string
	bounds []float64
}{
	{"http_requests_total", dto.MetricType_COUNTER, "endpoint method status_code tenant_id", nil},
	{"http_request_duration_seconds", dto.MetricType_HISTOGRAM, "endpoint method tenant_id", []float64{0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10}},
	{"datasets_total", dto.MetricType_GAUGE, "tenant_id", nil},
	{"vectors_total", dto.MetricType_GAUGE, "dataset_id tenant_id", nil},
	{"search_operations_total", dto.MetricType_COUNTER, "dataset_id search_type tenant_id", nil},
	{"search_latency_seconds", dto.MetricType_HISTOGRAM, "dataset_id search_type tenant_id", []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5}},
	{"vector_operations_total", dto.MetricType_COUNTER, "dataset_id operation tenant_id", nil},
	{"vector_batch_size", dto.MetricType_HISTOGRAM, "dataset_id operation tenant_id", []float64{1, 10, 50, 100, 500, 1000, 5000}},
	{"cache_operations_total", dto.MetricType_COUNTER, "cache_type operation tenant_id", nil},
	{"cache_hit_ratio", dto.MetricType_GAUGE, "cache_type tenant_id", nil},
	{"rate_limit_hits_total", dto.MetricType_COUNTER, "limit_type tenant_id", nil},
	{"rate_limit_remaining", dto.MetricType_GAUGE, "limit_type tenant_id", nil},
	{"active_connections", dto.MetricType_GAUGE, "", nil},
	{"memory_usage_bytes", dto.MetricType_GAUGE, "memory_type", nil},
	{"errors_total", dto.MetricType_COUNTER, "error_code error_type tenant_id", nil},
	{"index_build_duration_seconds", dto.MetricType_HISTOGRAM, "dataset_id index_type tenant_id", []float64{1, 5, 10, 30, 60, 300, 600, 1800}},
	{"backup_duration_seconds", dto.MetricType_HISTOGRAM, "backup_type tenant_id", []float64{10, 30, 60, 300, 600, 1800, 3600}},
	{"deeplake_api_info_info", dto.MetricType_GAUGE, "build_date environment version", nil},
}

func TestRegistryExposesEveryFamilyOfTheGuide(t *testing.T) {
	s, _ := simulated(Options{Seed: 1}, 0)
	gathered, err := s.Registry(JobAPI).Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*dto.MetricFamily{}
	for _, f := range gathered {
		found[f.GetName()] = f
	}
	for _, want := range guide {
		f := found[want.name]
		if f == nil {
			t.Errorf("%s is missing", want.name)
			continue
		}
		m := f.Metric[0]
		var labels []string
		for _, l := range m.Label {
			labels = append(labels, l.GetName())
		}
		slices.Sort(labels)
		var bounds []float64
		for _, b := range m.GetHistogram().GetBucket() {
			if !math.IsInf(b.GetUpperBound(), 0) {
				bounds = append(bounds, b.GetUpperBound())
			}
		}
		if f.GetType() != want.kind || strings.Join(labels, " ") != want.labels || !slices.Equal(bounds, want.bounds) {
			t.Errorf("%s: %v, labels %v, bounds %v", want.name, f.GetType(), labels, bounds)
		}
	}
	if len(found) != len(guide) {
		t.Errorf("%d families, the guide has %d", len(found), len(guide))
	}
}

// A tracer that keeps requests at random must see the distribution that the histograms count.
func TestSampledDurationsAgreeWithTheHistograms(t *testing.T) {
	s, sampled := simulated(Options{Seed: 3, Scenario: Calm}, time.Hour)
	below := map[float64]int{}
	n := 0
	for _, r := range sampled {
		if r.Operation != "search" {
			continue
		}
		n++
		for _, b := range s.fam.searchLatency.Bounds {
			if r.Inner.Seconds() <= b {
				below[b]++
			}
		}
	}
	total, counted := 0.0, map[float64]float64{}
	for _, c := range s.fam.searchLatency.Children {
		total += float64(c.Count)
		for i, b := range s.fam.searchLatency.Bounds {
			counted[b] += float64(c.Buckets[i])
		}
	}
	if n < 1000 {
		t.Fatalf("only %d searches sampled", n)
	}
	for _, b := range s.fam.searchLatency.Bounds {
		p := counted[b] / total
		got := float64(below[b]) / float64(n)
		if tolerance := 4*math.Sqrt(p*(1-p)/float64(n)) + 0.002; math.Abs(got-p) > tolerance {
			t.Errorf("%.3f of the traces and %.3f of the observations are below %v s", got, p, b)
		}
	}
}

func TestCountersAgreeWithEachOther(t *testing.T) {
	for _, scenario := range Scenarios() {
		s, _ := simulated(Options{Seed: 2, Scenario: scenario}, 2*time.Minute)
		sum := func(f *Family, want map[string]string, value func(*Child) float64) (total float64) {
			for _, c := range f.Children {
				match := true
				for i, name := range f.Labels {
					if v, ok := want[name]; ok && c.Values[i] != v {
						match = false
					}
				}
				if match {
					total += value(c)
				}
			}
			return total
		}
		value := func(c *Child) float64 { return c.Value }
		count := func(c *Child) float64 { return float64(c.Count) }
		for _, name := range s.Tenants() {
			tenant := map[string]string{"tenant_id": name}
			if a, b := sum(s.fam.searches, tenant, value), sum(s.fam.searchLatency, tenant, count); a != b || a == 0 {
				t.Errorf("%s, %s: %v searches, %v latencies", scenario, name, a, b)
			}
			if a, b := sum(s.fam.requests, tenant, value), sum(s.fam.requestDuration, tenant, count); a != b || a == 0 {
				t.Errorf("%s, %s: %v requests, %v durations", scenario, name, a, b)
			}
			if a, b := sum(s.fam.vectorOps, tenant, value), sum(s.fam.vectorBatch, tenant, count); a != b || a == 0 {
				t.Errorf("%s, %s: %v vector operations, %v batches", scenario, name, a, b)
			}
		}
		for _, f := range s.fam.all {
			for _, c := range f.Children {
				if f.Kind == Histogram && (!slices.IsSorted(c.Buckets) || c.Buckets[len(c.Buckets)-1] > c.Count) {
					t.Errorf("%s: %s %v: buckets %v of %d", scenario, f.Name, c.Values, c.Buckets, c.Count)
				}
				if math.IsNaN(c.Value) || c.Value < 0 {
					t.Errorf("%s: %s %v is %v", scenario, f.Name, c.Values, c.Value)
				}
			}
		}
	}
}

func TestHealthFollowsTheScenario(t *testing.T) {
	for _, c := range []struct {
		scenario Scenario
		code     int
		status   string
		check    string
		is       string
	}{
		{Calm, 200, "healthy", "disk_space", "healthy"},
		{SlowTenant, 200, "degraded", "external_services", "degraded"},
		{CacheCollapse, 200, "degraded", "cache", "degraded"},
		{ErrorBurst, 503, "unhealthy", "deeplake", "unhealthy"},
		{RateLimited, 200, "healthy", "api", "healthy"},
		{DiskFilling, 503, "unhealthy", "disk_space", "unhealthy"},
	} {
		s, _ := simulated(Options{Seed: 1, Scenario: c.scenario}, 2*time.Minute)
		w := httptest.NewRecorder()
		s.HealthHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/health", nil))
		var r Report
		if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, x := range r.Checks {
			names = append(names, x.Name)
			if x.Name == c.check && x.Status != c.is {
				t.Errorf("%s: %s is %s", c.scenario, x.Name, x.Status)
			}
		}
		if w.Code != c.code || r.Status != c.status {
			t.Errorf("%s: %d %s, expected %d %s", c.scenario, w.Code, r.Status, c.code, c.status)
		}
		if got := strings.Join(names, " "); got != "api deeplake cache disk_space memory database_connections external_services" {
			t.Errorf("%s: checks %s", c.scenario, got)
		}
	}
}

func TestUnknownScenarioNamesTheKnownOnes(t *testing.T) {
	_, err := ParseScenario("meteor")
	if err == nil || !strings.Contains(err.Error(), "slow-tenant, calm, cache-collapse, error-burst, rate-limited, disk-filling, noisy-neighbour") {
		t.Errorf("error %v", err)
	}
}
