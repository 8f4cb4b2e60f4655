package vocabulary

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// all are the names of all metrics.
func (v *Vocabulary) all() []string {
	var names []string
	for _, m := range v.metrics {
		names = append(names, m.name)
	}
	return names
}

func load(t *testing.T, name string) *Vocabulary {
	t.Helper()
	v, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEmbeddedVocabulariesSayWhatTheServiceExports(t *testing.T) {
	for _, c := range []struct{ vocabulary, concept, want string }{
		{Guide, "requests", "http_requests_total"},
		{Guide, "service_info", "deeplake_api_info_info"},
		{Guide, "backup_duration", "backup_duration_seconds"},
		{Guide, "storage", ""},
		{ServiceV1, "requests", "deeplake_http_requests_total"},
		{ServiceV1, "search_latency", "deeplake_search_query_duration_seconds"},
		{ServiceV1, "service_info", "deeplake_service_info_info"},
		{ServiceV1, "storage", "deeplake_storage_size_bytes"},
		{ServiceV1, "vector_operations", ""},
		{ServiceV1, "rate_limit_remaining", ""},
		{ServiceV1, "backup_duration", ""},
		{ServiceV1, "nonsense", ""},
	} {
		got, ok := load(t, c.vocabulary).Metric(c.concept)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %s is %q, %v, want %q", c.vocabulary, c.concept, got, ok, c.want)
		}
	}
	for _, c := range []struct{ vocabulary, concept, label, want string }{
		{Guide, "searches", "tenant", "tenant_id"},
		{Guide, "cache_hit_ratio", "cache_type", "cache_type"},
		{Guide, "connections", "protocol", ""},
		{ServiceV1, "cache_hit_ratio", "cache_type", ""},
		{ServiceV1, "cache_operations", "status", "status"},
		{ServiceV1, "memory", "memory_type", ""},
		{ServiceV1, "memory", "component", "component"},
		{ServiceV1, "rate_limit_hits", "tenant", ""},
	} {
		got, ok := load(t, c.vocabulary).Label(c.concept, c.label)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: label %s of %s is %q, %v, want %q", c.vocabulary, c.label, c.concept, got, ok, c.want)
		}
	}
	if job := load(t, ServiceV1).Job(); job != "deeplake-service" {
		t.Errorf("v1's scrape job is %q", job)
	}
}

func TestGuideHasEveryConceptOfItsDashboards(t *testing.T) {
	v := load(t, Guide)
	for _, c := range Concepts() {
		// They are those that the guide knows nothing of: other services may.
		if _, ok := v.Metric(c); !ok && c != "storage" && c != "rate_limit_reset" {
			t.Errorf("the guide has no metric for %s", c)
		}
	}
}

func TestMissingIsSaidInWords(t *testing.T) {
	v := load(t, ServiceV1)
	for concept, want := range map[string]string{
		"rate_limit_remaining": "rate limits: not exported (metric names: service-v1)",
		"rate_limit_hits":      "rate limits: not exported (metric names: service-v1)",
		"backup_duration":      "backups: not exported (metric names: service-v1)",
		"vector_operations":    "vector operations: not exported (metric names: service-v1)",
	} {
		if got := v.Missing(concept); got != want {
			t.Errorf("%s: %q, want %q", concept, got, want)
		}
	}
}

func TestDetectPicksTheVocabularyThatMostNamesSpeakFor(t *testing.T) {
	for _, c := range []struct {
		what  string
		names []string
		want  string
		note  string
	}{
		{"nothing", nil, Guide, "no metric of the service"},
		{"foreign", []string{"up", "go_goroutines"}, Guide, "no metric of the service"},
		{"the guide's", load(t, Guide).all(), Guide, ""},
		{"v1's", load(t, ServiceV1).all(), ServiceV1, ""},
		{"v1's histograms", []string{"deeplake_search_query_duration_seconds_bucket"}, ServiceV1, ""},
		{"a count only", []string{"deeplake_index_build_duration_seconds_count"}, ServiceV1, ""},
		{"one stray name", append([]string{"http_requests_total"}, load(t, ServiceV1).all()...), ServiceV1, ""},
		{"a tie", []string{"http_requests_total", "deeplake_http_requests_total"}, Guide, "equal number"},
	} {
		v, err := Detect(c.names)
		if err != nil || v.Name() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.what, v.Name(), err, c.want)
		}
		if c.note == "" && v.Note() != "" || !strings.Contains(v.Note(), c.note) {
			t.Errorf("%s: note %q, want %q", c.what, v.Note(), c.note)
		}
	}
}

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUserFileOverridesSingleNames(t *testing.T) {
	v := load(t, written(t, `
metrics:
  requests: my_requests_total
  searches:
    labels: {tenant: org, dataset: ""}
  memory: {name: "rss:bytes", labels: {component: part}}
  backup_duration: ""
  cache_hit_ratio:
job: mine
base: guide
`))
	if v.Name() != "mine" || v.Job() != "mine" {
		t.Errorf("name %q, job %q", v.Name(), v.Job())
	}
	for concept, want := range map[string]string{
		"requests": "my_requests_total", "searches": "search_operations_total", "memory": "rss:bytes",
		"backup_duration": "", "cache_hit_ratio": "", "errors": "errors_total",
	} {
		if got, _ := v.Metric(concept); got != want {
			t.Errorf("%s is %q, want %q", concept, got, want)
		}
	}
	for _, c := range [][3]string{
		{"requests", "tenant", "tenant_id"}, {"searches", "tenant", "org"}, {"searches", "dataset", ""},
		{"searches", "search_type", "search_type"}, {"memory", "component", "part"},
	} {
		if got, _ := v.Label(c[0], c[1]); got != c[2] {
			t.Errorf("label %s of %s is %q, want %q", c[1], c[0], got, c[2])
		}
	}
	if got, _ := load(t, Guide).Label("searches", "tenant"); got != "tenant_id" {
		t.Errorf("the override changed the guide itself: %q", got)
	}
	if got := v.Missing("backup_duration"); got != "backups: not exported (metric names: mine)" {
		t.Errorf("missing: %q", got)
	}
}

func TestUserFileMayStandAlone(t *testing.T) {
	v := load(t, written(t, "name: tiny\nmetrics:\n  requests: {name: hits, labels: {tenant: org}}\n"))
	if got, _ := v.Label("requests", "tenant"); v.Name() != "tiny" || got != "org" || len(v.all()) != 1 {
		t.Errorf("%s has %v, tenant %q", v.Name(), v.all(), got)
	}
}

func TestUserFileIsRefusedWithFileAndLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "mine.yaml:1: empty"},
		{"- a\n", "mine.yaml:1: expected a mapping"},
		{"base: v2\n", `mine.yaml:1: unknown base "v2" (expected guide or service-v1)`},
		{"base: guide\nmetric: {}\n", `mine.yaml:2: unknown key "metric"`},
		{"base: guide\nmetrics:\n  reqs: x\n", `mine.yaml:3: unknown concept "reqs"`},
		{"base: guide\nmetrics:\n  requests: [x]\n", "mine.yaml:3: expected a name"},
		{"base: guide\nmetrics:\n  requests: up} or vector(1)\n", `mine.yaml:3: "up} or vector(1)" is not a metric name`},
		{"base: guide\nmetrics:\n  requests:\n    labels: {org: x}\n", `mine.yaml:4: unknown label "org" of requests`},
		{"base: guide\nmetrics:\n  requests:\n    labels:\n      tenant: a-b\n", `mine.yaml:5: "a-b" is not a label name`},
		{"base: guide\nmetrics:\n  requests:\n    type: counter\n", `mine.yaml:4: unknown key "type"`},
		{"base: guide\nmetrics:\n  requests: a\n  requests: b\n", `"requests" is there twice`},
		{"metrics:\n  requests: {labels: {tenant: x}}\n", "mine.yaml:2: requests has no name"},
		{"name: x\n", "mine.yaml:1: no metrics"},
		{"a: b: c\n", "mine.yaml: "},
	} {
		_, err := Load(written(t, c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := Load("service-v2"); err == nil || !strings.Contains(err.Error(), "expected guide, service-v1 or a file") {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := Load("/nowhere/x.yaml"); err == nil || !strings.Contains(err.Error(), "/nowhere/x.yaml") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestEveryConceptHasWords(t *testing.T) {
	for _, c := range concepts() {
		if c.words == "" {
			t.Errorf("%s has no words", c.name)
		}
	}
}
