package dashboard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
)

func vocab(t *testing.T, name string) *vocabulary.Vocabulary {
	t.Helper()
	v, err := vocabulary.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func panelOf(t *testing.T, id string) Panel {
	t.Helper()
	for _, d := range Builtin() {
		for _, p := range d.Panels {
			if p.ID == id {
				return p
			}
		}
	}
	t.Fatalf("no panel %s", id)
	return Panel{}
}

func TestBuiltinPanelIDsAreThoseOfTheSnapshot(t *testing.T) {
	want := map[string][]string{
		"overview": {"request-rate", "error-rate", "latency-p95", "active-connections", "request-rate-by-endpoint",
			"search-operations", "vector-operations", "cache-hit-rate", "memory-usage", "rate-limiting",
			"search-latency-distribution", "tenant-search-latency", "active-alerts", "health", "errors-by-type",
			"vector-batch-size", "cache-operations", "index-build-duration", "backups", "targets", "service-info"},
		"business": {"datasets-total", "vectors-total", "datasets-by-tenant", "search-by-type", "top-datasets"},
	}
	for _, d := range Builtin() {
		var got []string
		for _, p := range d.Panels {
			got = append(got, p.ID)
		}
		slices.Sort(got)
		slices.Sort(want[d.ID])
		if !slices.Equal(got, want[d.ID]) {
			t.Errorf("%s has %v, want %v", d.ID, got, want[d.ID])
		}
	}
}

func TestMainQueriesAreTheGuides(t *testing.T) {
	env := Env{Vocab: vocab(t, vocabulary.Guide)}
	for id, want := range map[string]string{
		"request-rate":                `sum(rate(http_requests_total[5m]))`,
		"error-rate":                  `(sum(rate(http_requests_total{status_code=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total[5m])) * 100`,
		"latency-p95":                 `histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))`,
		"active-connections":          `active_connections`,
		"request-rate-by-endpoint":    `sum(rate(http_requests_total[5m])) by (endpoint)`,
		"search-operations":           `sum(rate(search_operations_total[5m])) by (search_type)`,
		"search-latency-distribution": `sum(rate(search_latency_seconds_bucket[5m])) by (le)`,
		"vector-operations":           `sum(rate(vector_operations_total[5m])) by (operation)`,
		"cache-hit-rate":              `cache_hit_ratio`,
		"memory-usage":                `memory_usage_bytes`,
		"rate-limiting":               `rate_limit_remaining`,
		"datasets-total":              `sum(datasets_total)`,
		"vectors-total":               `sum(vectors_total)`,
		"datasets-by-tenant":          `sum(datasets_total) by (tenant_id)`,
		"search-by-type":              `sum(rate(search_operations_total[5m])) by (search_type)`,
		"top-datasets":                `topk(10, sum(rate(search_operations_total[1h])) by (dataset_id))`,
		"targets":                     `up`,
		"service-info":                `deeplake_api_info_info`,
	} {
		reqs := panelOf(t, id).InstantRequests(env)
		if len(reqs) != 1 || reqs[0].Expr != want {
			t.Errorf("%s asks %v, want %s", id, reqs, want)
		}
	}
}

func TestEveryQueryExpandsInBothVocabularies(t *testing.T) {
	off := map[string]bool{}
	for _, name := range []string{vocabulary.Guide, vocabulary.ServiceV1} {
		env := Env{Vocab: vocab(t, name), Window: time.Hour, Step: 30 * time.Second}
		for _, d := range Builtin() {
			for _, p := range d.Panels {
				for i, q := range p.Queries {
					expr, ok := q.PromQL(env)
					if !ok && i == 0 {
						off[name+" "+p.ID] = true
					}
					if !ok {
						continue
					}
					for _, bad := range []string{"{{", "}}", "$", "( ,", ", )", "{=", ",,", "_count_count"} {
						if strings.Contains(expr, bad) {
							t.Errorf("%s %s %s: %q in %s", name, p.ID, q.Name, bad, expr)
						}
					}
					if strings.Count(expr, "(") != strings.Count(expr, ")") {
						t.Errorf("%s %s %s: parentheses of %s", name, p.ID, q.Name, expr)
					}
				}
			}
		}
	}
	want := []string{"service-v1 backups", "service-v1 rate-limiting", "service-v1 vector-batch-size", "service-v1 vector-operations"}
	for _, id := range want {
		if !off[id] {
			t.Errorf("%s can be asked", id)
		}
		delete(off, id)
	}
	if len(off) > 0 {
		t.Errorf("can't be asked: %v", off)
	}
}

func TestTemplateLeavesOutLabelsTheVocabularyLacks(t *testing.T) {
	guide, v1 := vocab(t, vocabulary.Guide), vocab(t, vocabulary.ServiceV1)
	for _, c := range []struct {
		v          Vocabulary
		expr, want string
		missing    string
		rate       time.Duration
	}{
		{v: guide, expr: "avg({{cache_hit_ratio}}) by ({{cache_hit_ratio: cache_type tenant}})", want: "avg(cache_hit_ratio) by (cache_type, tenant_id)"},
		{v: v1, expr: "avg({{cache_hit_ratio}}) by ({{cache_hit_ratio: cache_type tenant}})", want: "avg(deeplake_cache_hit_ratio) by ()"},
		{v: v1, expr: "{{cache_operations: le operation cache_type status}}", want: "le, operation, status"},
		{v: guide, expr: `{{requests}}{{{requests.status_code}}=~"5.."}[$rate]`, want: `http_requests_total{status_code=~"5.."}[1h]`, rate: time.Hour},
		{v: v1, expr: "{{memory.memory_type}}", missing: "memory"},
		{v: v1, expr: "{{requests}} + {{backup_duration}} + {{rate_limit_hits}}", missing: "backup_duration"},
		{v: guide, expr: "a\n  + b", want: "a + b"},
	} {
		got, missing := expand(c.expr, c.v, c.rate)
		if missing != c.missing || c.missing == "" && got != c.want {
			t.Errorf("%s in %s: %q, missing %q; want %q, %q", c.expr, c.v.Name(), got, missing, c.want, c.missing)
		}
	}
}

func TestParseRefusesWhatItWouldNotUnderstand(t *testing.T) {
	panel := func(rest string) string {
		return "id: x\ntitle: X\npanels:\n- id: a\n  title: A\n  kind: lines\n" + rest
	}
	query := func(expr string) string {
		return panel("  queries:\n  - {name: main, expr: '" + expr + "'}\n")
	}
	for _, c := range []struct{ text, want string }{
		{panel("  colour: red\n"), "field colour not found"},
		{panel(""), "expected queries"},
		{panel("  unit: furlongs\n"), `unknown unit "furlongs"`},
		{strings.Replace(query("up"), "lines", "pie", 1), `unknown kind "pie"`},
		{strings.Replace(query("up"), "main", "first", 1), `is called "main"`},
		{query("up") + "  sort: random\n", `unknown sort "random"`},
		{query("up") + "  group: {func: median}\n", `unknown func "median"`},
		{query("up") + "  gauges: [{name: mem, query: memory}]\n", `gauge "mem"`},
		{query("up") + "  - {name: main, expr: up}\n", "only it"},
		{query("up") + "  - {name: b, expr: up, unit: x}\n", `unknown unit "x"`},
		{query(" "), "no query"},
		{query("{{reqs}}"), `unknown concept "reqs"`},
		{query("{{requests.org}}"), `unknown label "org" of requests`},
		{query("{{requests.le}}"), `unknown label "le" of requests`},
		{query("{{requests: le tenant org}}"), `unknown label "org"`},
		{query("{{requests tenant}}"), "neither {{concept}}"},
		{query("{{requests}"), "braces don"},
		{query("rate(x[$window])"), "only $rate"},
		{query("up") + "- id: a\n  title: B\n  kind: alerts\n", `"a" is there twice`},
		{query("up") + "- id: b\n  kind: alerts\n", "expected id and title"},
		{query("up") + "---\nid: y\n", "more than one document"},
	} {
		if _, err := Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n%v, want %q", c.text, err, c.want)
		}
	}
	if _, err := Parse([]byte(query("{{searches: le job tenant}}"))); err != nil {
		t.Errorf("a good one is refused: %v", err)
	}
}

func TestPanelsAskNothingBeforeTheVocabularyIsKnown(t *testing.T) {
	env := Env{Data: &feedtest.Reader{}, Window: time.Hour, Step: 30 * time.Second}
	for _, d := range Builtin() {
		for _, p := range d.Panels {
			for _, r := range p.Requests(env) {
				if r.Kind == feed.Instant || r.Kind == feed.Range {
					t.Errorf("%s asks %v", p.ID, r)
				}
			}
			if len(p.InstantRequests(env)) > 0 {
				t.Errorf("%s has a main query", p.ID)
			}
		}
	}
	for id, kind := range map[string]feed.Kind{"active-alerts": feed.Rules, "health": feed.Health, "targets": feed.Targets} {
		if reqs := panelOf(t, id).Requests(env); len(reqs) == 0 || reqs[0].Kind != kind {
			t.Errorf("%s asks %v without a vocabulary", id, reqs)
		}
	}
}

func TestPanelWhoseConceptIsMissingTakesNoQuery(t *testing.T) {
	env := Env{Vocab: vocab(t, vocabulary.ServiceV1), Window: time.Hour, Step: 30 * time.Second}
	for _, id := range []string{"rate-limiting", "backups", "vector-operations"} {
		if reqs := panelOf(t, id).Requests(env); len(reqs) > 0 {
			t.Errorf("%s asks %v", id, reqs)
		}
	}
	// A secondary query that can't be asked does not take the panel along.
	for _, r := range panelOf(t, "active-connections").Requests(env) {
		if strings.Contains(r.Expr, "memory") {
			t.Errorf("asks %s", r.Expr)
		}
	}
}

// What the overview costs in five seconds with scrapes every 15 s: instant queries once per scrape, range queries once
// per column, those with Every as they say.
func TestOverviewAsksPrometheusAtMostSixTimesPerRefresh(t *testing.T) {
	const refresh, scrape = 5 * time.Second, 15 * time.Second
	env := Env{Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, Step: 30 * time.Second}
	asked := map[feed.Request]bool{}
	perRefresh := 0.0
	for _, p := range overview(t) {
		for _, r := range p.Requests(env) {
			every := max(refresh, scrape, r.Every)
			if r.Kind == feed.Range {
				every = r.Step
			}
			if r.Source() == feed.SourcePrometheus && !asked[r] {
				asked[r] = true
				perRefresh += float64(refresh) / float64(every)
			}
		}
	}
	if perRefresh > 6 {
		t.Errorf("%.2f requests per refresh", perRefresh)
	}
	t.Logf("%d requests, %.2f per refresh", len(asked), perRefresh)
}

func TestQueryAsksInstantRangeAndBeforeOnTheirOwnTerms(t *testing.T) {
	env := Env{Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, Step: 30 * time.Second, Rate: 10 * time.Minute, Scrape: 150 * time.Second}
	expr := `sum(rate(http_requests_total[10m]))`
	want := []feed.Request{
		{Kind: feed.Instant, Expr: expr},
		{Kind: feed.Range, Expr: expr, Window: time.Hour, Step: 30 * time.Second},
		{Kind: feed.Instant, Expr: expr, Ago: time.Hour, Every: time.Minute},
	}
	if got := panelOf(t, "request-rate").Requests(env); !slices.Equal(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
	if got := panelOf(t, "backups").Requests(env); len(got) != 2 || got[0].Every != 2*time.Minute || got[1].Every != 5*time.Minute {
		t.Errorf("backups ask %v, want the age every 2 min and the duration every 5 min", got)
	}
}
