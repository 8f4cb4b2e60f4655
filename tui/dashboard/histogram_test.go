package dashboard

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/vocabulary"
)

func TestAPanelsHistogramIsTheOneItShows(t *testing.T) {
	for _, c := range []struct {
		id     string
		labels sources.Labels
		want   string
	}{
		{"latency-p95", labels(), "http_request_duration_seconds_bucket"},
		{"tenant-search-latency", labels("tenant_id", "acme-corp"), `search_latency_seconds_bucket{tenant_id="acme-corp"}`},
		{"tenant-search-latency", labels("tenant_id", "acme-corp", "stat", "p95"), `search_latency_seconds_bucket{tenant_id="acme-corp"}`},
		{"tenant-search-latency", nil, "search_latency_seconds_bucket"},
		{"search-latency-distribution", labels("le", "0.5"), "search_latency_seconds_bucket"},
		{"index-build-duration", labels("index_type", "hnsw"), `index_build_duration_seconds_bucket{index_type="hnsw"}`},
		{"request-rate", labels(), ""},
		{"error-rate", labels(), ""},
		{"active-connections", labels("instance", "a:1"), ""},
		{"cache-hit-rate", labels("cache_type", "query"), ""},
		{"vector-batch-size", labels("stat", "p95"), ""}, // a histogram, but not of latencies
		{"active-alerts", labels(), ""},
	} {
		w := newWorld(t, vocabulary.Guide)
		if got, _ := panelOf(t, c.id).Histogram(w.env, c.labels); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.id, c.labels, got, c.want)
		}
	}
	w := newWorld(t, vocabulary.ServiceV1)
	if got, _ := panelOf(t, "tenant-search-latency").Histogram(w.env, labels("tenant_id", "a")); got != `deeplake_search_query_duration_seconds_bucket{tenant_id="a"}` {
		t.Errorf("of another vocabulary: %q", got)
	}
	w.env.Vocab = nil
	if got, _ := panelOf(t, "latency-p95").Histogram(w.env, nil); got != "" {
		t.Errorf("before the vocabulary is known: %q", got)
	}
}

// A row is named by the labels of the main query's metric; the histogram may spell them differently or lack them.
func TestARowsLabelsTakeTheHistogramsNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.yaml")
	text := "base: guide\nmetrics:\n  requests: {labels: {tenant: org, endpoint: handler}}\n  search_latency: {labels: {tenant: customer}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := vocabulary.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	p := Panel{Unit: UnitSeconds, Queries: []Query{
		{Name: "main", Expr: `label_replace(sum(rate({{requests}}[$rate])) by ({{requests: tenant endpoint}}, cluster), "stat", "rate", "", "")`},
		{Name: "p95", Expr: `histogram_quantile(0.95, sum(rate({{search_latency}}_bucket{search_type!="text"}[$rate])) by ({{search_latency: le tenant}}, cluster))`},
	}}
	row := labels("org", "acme", "handler", "/search", "cluster", "eu", "stat", "rate", "le", "0.1")
	want := `search_latency_seconds_bucket{search_type!="text", cluster="eu", customer="acme"}`
	if got, _ := p.Histogram(Env{Vocab: v}, row); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAHistogramOutsideTheVocabularyKeepsItsLabels(t *testing.T) {
	w := newWorld(t, vocabulary.Guide)
	p := Panel{Unit: UnitSeconds, Queries: []Query{{Name: "main", Expr: `histogram_quantile(0.9, sum by (le, pod, tenant_id) (rate(grpc_handling_seconds_bucket[$rate])))`}}}
	want := `grpc_handling_seconds_bucket{pod="a-1", tenant_id="x"}`
	if got, _ := p.Histogram(w.env, labels("pod", "a-1", "tenant_id", "x")); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The p99 that exemplars are measured against is the one that the panel shows: a screen of a day must not dilute it.
func TestAHistogramsRateWindowIsThePanels(t *testing.T) {
	w := newWorld(t, vocabulary.Guide)
	w.env.Window, w.env.Step, w.env.Rate = 24*time.Hour, time.Hour, time.Hour
	for id, want := range map[string]time.Duration{"latency-p95": 5 * time.Minute, "index-build-duration": time.Hour} {
		if _, got := panelOf(t, id).Histogram(w.env, nil); got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	w.env.Scrape = 2 * time.Minute
	if _, got := panelOf(t, "latency-p95").Histogram(w.env, nil); got != 8*time.Minute {
		t.Errorf("scraped every two minutes: %v", got)
	}
}

func TestASelectorIsQuotedAsPromQL(t *testing.T) {
	h := Histogram{Metric: "x_bucket"}
	for value, want := range map[string]string{
		`a"b`:           `x_bucket{t="a\"b"}`,
		`a\b`:           `x_bucket{t="a\\b"}`,
		"a\nb":          `x_bucket{t="a\nb"}`,
		"größe":         `x_bucket{t="größe"}`,
		`x"} or up{a="`: `x_bucket{t="x\"} or up{a=\""}`,
		"":              "x_bucket",
	} {
		if got := h.Select(labels("t", value)); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	if got := h.Select(labels("a b", "1", "__name__", "x", "le", "1")); got != "x_bucket" {
		t.Errorf("names that are no matchers: %s", got)
	}
}

func TestHistogramsAreFoundInRules(t *testing.T) {
	for _, c := range []struct {
		expr string
		want []Histogram
	}{
		{`histogram_quantile(0.95, rate(search_latency_seconds_bucket[5m])) > 2`, []Histogram{{Metric: "search_latency_seconds_bucket", Rate: 5 * time.Minute}}},
		{"histogram_quantile(0.95,\n  sum by (le, size_bucket) (rate(a_seconds_bucket {x=\"}\", le!='', y=~`a|b`} [2m] offset 1h)))",
			[]Histogram{{"a_seconds_bucket", []string{`x="}"`, "y=~`a|b`"}, 2 * time.Minute}}},
		// The share of the quick ones: le is a bound and no label to select by.
		{`sum(rate(a_seconds_bucket{job="api", le="0.5"}[5m])) / sum(rate(a_seconds_bucket{job="api", le="+Inf"}[5m])) < 0.9`,
			[]Histogram{{"a_seconds_bucket", []string{`job="api"`}, 5 * time.Minute}}},
		{`rate(a_bucket{job="x"}[5m]) / rate(a_bucket{job="y"}[5m])`, []Histogram{{Metric: "a_bucket", Rate: 5 * time.Minute}}},
		{`rate(a_bucket[5m]) / rate(b_bucket[5m])`, []Histogram{{Metric: "a_bucket", Rate: 5 * time.Minute}, {Metric: "b_bucket", Rate: 5 * time.Minute}}},
		{`sum by (size_bucket) (rate(requests_total[5m]))`, nil},
		{`job:latency_bucket:rate5m > 1`, nil},
		{``, nil},
	} {
		got := HistogramsIn(c.expr)
		if !slices.EqualFunc(got, c.want, func(a, b Histogram) bool {
			return a.Metric == b.Metric && a.Rate == b.Rate && slices.Equal(a.Matchers, b.Matchers)
		}) {
			t.Errorf("%s: %+v, want %+v", c.expr, got, c.want)
		}
	}
}

func TestATenantsRowSaysWhichLabelNamesIt(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	w.instant(t, p, "main", sample{labels("tenant_id", "acme", "stat", "p95"), 2}, sample{labels("tenant_id", "acme", "stat", "errors"), 0.2})
	d := Eval(p, w.env)
	if len(d.Tenants) != 1 || d.Tenants[0].Labels()["tenant_id"] != "acme" || d.Tenants[0].Failing() {
		t.Errorf("%+v", d.Tenants)
	}
	w.instant(t, p, "main", sample{labels("tenant_id", "acme", "stat", "p95"), 0.02}, sample{labels("tenant_id", "acme", "stat", "errors"), 0.2})
	if d := Eval(p, w.env); !d.Tenants[0].Failing() {
		t.Errorf("errors alone are wrong with %+v", d.Tenants[0])
	}
}

func TestABucketTellsItsBoundsRateAndShare(t *testing.T) {
	h := &Heat{Bounds: []float64{0.1, 0.5, 1, math.Inf(1)}, Cells: [][]float64{{0, 0}, {30, nan}, {10, nan}, {0, nan}}}
	if from, to := h.Shown(); from != 1 || to != 3 {
		t.Errorf("shown %d to %d", from, to)
	}
	if lower, upper := h.Range(1); lower != 0.1 || upper != 0.5 {
		t.Errorf("%v to %v", lower, upper)
	}
	if rate, share := h.At(2, 0); rate != 10 || share != 0.25 {
		t.Errorf("%v, %v", rate, share)
	}
	if rate, share := h.At(2, 1); !math.IsNaN(rate) || !math.IsNaN(share) {
		t.Errorf("of a gap: %v, %v", rate, share)
	}
	if _, share := h.At(0, 1); !math.IsNaN(share) {
		t.Errorf("share of nothing: %v", share)
	}
	for want, b := range map[string][2]float64{"up to 100 ms": {0, 0.1}, "100 ms to 500 ms": {0.1, 0.5}, "more than 1 s": {1, math.Inf(1)}} {
		if got := FormatBucket(b[0], b[1], UnitSeconds); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	empty := &Heat{Bounds: []float64{1, 2}, Cells: [][]float64{{0}, {nan}}}
	if from, to := empty.Shown(); from != 0 || to != 2 {
		t.Errorf("of nothing %d to %d are shown", from, to)
	}
}
