package dashboard

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func tenantPanel(t *testing.T, id, tenant string) Panel {
	t.Helper()
	for _, p := range TenantPage(tenant).Panels {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no panel %s", id)
	return Panel{}
}

func TestTenantsNameIsQuotedWhateverItHolds(t *testing.T) {
	env := Env{Vocab: vocab(t, vocabulary.Guide)}
	for id, want := range map[string]string{
		`acme-corp`:                  `"acme-corp"`,
		`a"} or vector(1) or x{y="`:  `"a\"} or vector(1) or x{y=\""`,
		`back\slash`:                 `"back\\slash"`,
		`{{requests}} $rate $tenant`: `"{{requests}} $rate $tenant"`,
		"two  blanks":                `"two  blanks"`,
		"日本 \u00fc":                  `"日本 ü"`,
		"":                           `""`,
	} {
		expr, ok := tenantPanel(t, "tenant-requests", id).Queries[0].PromQL(env)
		if want := `sum(rate(http_requests_total{tenant_id=` + want + `}[5m]))`; !ok || expr != want {
			t.Errorf("%q: %s, want %s", id, expr, want)
		}
	}
}

func TestTenantsPageLeavesTheSharedDashboardAlone(t *testing.T) {
	a, b := TenantPage("a"), TenantPage("b")
	if a.Panels[1].Queries[0].Tenant != "a" || b.Panels[1].Queries[0].Tenant != "b" || tenants().Panels[1].Queries[0].Tenant != "" {
		t.Error("two tenants' pages share their queries")
	}
}

func TestEveryQueryOfTheTenantsPagesExpandsOrSaysWhatIsMissing(t *testing.T) {
	off := map[string]string{}
	for _, name := range []string{vocabulary.Guide, vocabulary.ServiceV1} {
		env := Env{Vocab: vocab(t, name), Window: time.Hour, Step: 30 * time.Second}
		for _, d := range []Dashboard{TenantPage("acme"), Movers(), Neighbours()} {
			for _, p := range d.Panels {
				for i, q := range p.Queries {
					expr, ok := q.PromQL(env)
					if !ok && i == 0 {
						off[name+" "+p.ID] = lacks(q.Expr, env.Vocab)
					}
					if !ok {
						continue
					}
					for _, bad := range []string{"{{", "}}", "$", "( ,", ", )", "{=", ",,", "{,"} {
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
	for id, want := range map[string]string{
		"service-v1 tenant-limits":            "rate limits: not exported (metric names: service-v1)",
		"service-v1 tenant-vector-operations": "vector operations: not exported (metric names: service-v1)",
		"service-v1 tenant-cache":             "service-v1 has no tenant on deeplake_cache_hit_ratio",
		"service-v1 moved-limit-hits":         "rate limits: not exported (metric names: service-v1)",
		"service-v1 moved-vector-operations":  "vector operations: not exported (metric names: service-v1)",
		"service-v1 tenant-limit-hits":        "rate limits: not exported (metric names: service-v1)",
	} {
		if off[id] != want {
			t.Errorf("%s: %q, want %q", id, off[id], want)
		}
		delete(off, id)
	}
	if len(off) > 0 {
		t.Errorf("can't be asked: %v", off)
	}
}

// tenantReader answers each query that begins with a text with one number, now and an hour before.
func tenantReader(answers map[string][2]float64) *feedtest.Reader {
	return &feedtest.Reader{
		Clock:  noon,
		Status: []feed.SourceStatus{{Name: feed.SourcePrometheus, State: feed.OK}, {Name: feed.SourceJaeger, State: feed.OK}},
		InstantFunc: func(r feed.Request) sources.Snapshot[sources.Vector] {
			v := sources.Vector{At: noon}
			for text, values := range answers {
				x := values[0]
				if r.Ago > 0 {
					x = values[1]
				}
				if strings.HasPrefix(r.Expr, text) && !math.IsNaN(x) {
					v.Samples = append(v.Samples, sources.Sample{Value: x})
				}
			}
			return feedtest.Value(v, noon)
		},
	}
}

// The beginnings of the verdict's queries, of the tenant and of the others.
const (
	ownP95, othersP95       = `histogram_quantile(0.95, sum(rate(search_latency_seconds_bucket{tenant_id="acme"`, `quantile(0.5, histogram_quantile`
	ownErrors, othersErrors = `(sum(rate(http_requests_total{tenant_id="acme"`, `quantile(0.5, ( sum(rate(http_requests`
	ownHits, othersHits     = `avg(cache_hit_ratio{tenant_id="acme"`, `quantile(0.5, avg(cache_hit`
	ownRefused, ownLeft     = `sum(rate(rate_limit_hits_total{tenant_id="acme"`, `min(rate_limit_remaining{tenant_id="acme"`
	ownCold                 = `min(avg(cache_hit_ratio{tenant_id="acme"`
	ownRequests             = `sum(rate(http_requests_total{tenant_id="acme"}[5m]))`
	ownRate, othersRate     = `sum(rate(search_operations_total{tenant_id="acme"`, `quantile(0.5, sum(rate(search_operations`
)

func TestVerdictSaysWhatIsWrongWithATenant(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name    string
		answers map[string][2]float64
		state   State
		first   string
	}{
		{"slow", map[string][2]float64{ownP95: {0.812, 0.11}, othersP95: {0.062}, ownRate: {41, 40}, ownErrors: {0, 0}}, StateWarn,
			"search p95 812 ms, +638 % vs 1 h ago, others' median 62 ms"},
		{"very slow", map[string][2]float64{ownP95: {1.2, nan}, ownRate: {41, nan}, ownErrors: {0, 0}}, StateCritical, "search p95 1.2 s"},
		{"doubled", map[string][2]float64{ownP95: {0.25, 0.1}, othersP95: {0.2}, ownRate: {41, 40}, ownErrors: {0, 0}}, StateWarn,
			"search p95 250 ms, +150 % vs 1 h ago, others' median 200 ms"},
		{"far from the others", map[string][2]float64{ownP95: {0.25, 0.25}, othersP95: {0.06}, ownRate: {41, 40}, ownErrors: {0, 0}}, StateWarn,
			"search p95 250 ms, ±0 % vs 1 h ago, others' median 60 ms"},
		{"fast, and far from the others", map[string][2]float64{ownP95: {0.008, 0.002}, othersP95: {0.001}, ownRate: {41, 40}, ownErrors: {0, 0}}, StateOK,
			"search p95 8 ms, +300 % vs 1 h ago, others' median 1 ms"},
		{"failing", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0.06, 0.001}, othersErrors: {0.0006}, ownRate: {41, 40}}, StateCritical,
			"errors 6 %, +5.9 pt vs 1 h ago, others' median 0.06 %"},
		{"cold cache", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownHits: {0.41, 0.83}, othersHits: {0.84}, ownRate: {41, 40}}, StateWarn,
			"cache hits 41 %, -42.0 pt vs 1 h ago, others' median 84 %"},
		{"less traffic", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownRate: {10, 40}}, StateWarn, "searches 10/s, -75 % vs 1 h ago"},
		{"more traffic", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownRate: {120, 40}}, StateWarn, "searches 120/s, +200 % vs 1 h ago"},
		{"colder cache", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownHits: {0.53, 0.91}, ownRate: {41, 40}}, StateWarn,
			"cache hits 53 %, -38.0 pt vs 1 h ago"},
		{"one cold cache", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownCold: {0.24, 0.9}, ownRate: {41, 40}}, StateWarn,
			"hits of the coldest cache 24 %"},
		{"refused", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownRefused: {137, 0}, ownRate: {41, 40}}, StateWarn,
			"refused by rate limits 137/s"},
		{"near its limit", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownRefused: {0, 0}, ownLeft: {3, 3}, ownRate: {41, 40}}, StateWarn,
			"rate limit left 3"},
		{"more requests than searches", map[string][2]float64{ownP95: {0.06, 0.06}, ownErrors: {0, 0}, ownRequests: {375, 100}, ownRate: {41, 40}}, StateWarn,
			"all requests 375/s, +275 % vs 1 h ago"},
		{"gone", map[string][2]float64{ownRate: {nan, 40}}, StateWarn, "no search and no request; one hour before 40/s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tenantReader(c.answers)
			d := Eval(tenantPanel(t, "verdict", "acme"), Env{Data: r, Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, Step: time.Minute})
			if d.State != c.state || len(d.Findings) == 0 || d.Findings[0].Text != c.first || d.Findings[0].State != c.state {
				t.Errorf("%s: %+v", d.State, d.Findings)
			}
		})
	}
	d := Eval(tenantPanel(t, "verdict", "acme"), Env{Data: tenantReader(nil), Vocab: vocab(t, vocabulary.Guide)})
	if d.State != StateNoData || !strings.Contains(d.Reason, "no traffic of acme") {
		t.Errorf("unknown tenant: %s, %q", d.State, d.Reason)
	}
	d = Eval(tenantPanel(t, "verdict", "acme"), Env{Data: &feedtest.Reader{Clock: noon}, Vocab: vocab(t, vocabulary.Guide)})
	if len(d.Findings) > 0 || strings.Contains(d.Reason, "no traffic") {
		t.Errorf("nothing answered yet: %s, %q, %v", d.State, d.Reason, d.Findings)
	}
}

func TestVerdictHearsTheTenantsOwnAlerts(t *testing.T) {
	own := sources.Alert{Name: "RateLimitingTriggered", State: sources.Firing, Severity: "warning", Labels: sources.Labels{"tenant_id": "acme"}}
	pending, other, critical := own, own, own
	critical.Severity = "critical"
	pending.Name, pending.State = "Slow", sources.Pending
	other.Name, other.Labels = "Down", sources.Labels{"tenant_id": "globex"}
	for _, c := range []struct {
		alerts []sources.Alert
		p95    float64
		state  State
		first  string
	}{
		{[]sources.Alert{own, own, pending, other}, 0.06, StateWarn, "alerts: RateLimitingTriggered"},
		{[]sources.Alert{critical}, 0.6, StateCritical, "search p95 600 ms, ×10 vs 1 h ago"},
		{[]sources.Alert{pending, other}, 0.06, StateOK, "search p95 60 ms, ±0 % vs 1 h ago"},
	} {
		r := tenantReader(map[string][2]float64{ownP95: {c.p95, 0.06}, ownErrors: {0, 0}, ownRefused: {0, 0}, ownRate: {41, 40}})
		r.AlertsSnap = feedtest.Value(c.alerts, noon)
		d := Eval(tenantPanel(t, "verdict", "acme"), Env{Data: r, Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, Step: time.Minute})
		if d.State != c.state || len(d.Findings) == 0 || d.Findings[0].Text != c.first {
			t.Errorf("%s: %+v", d.State, d.Findings)
		}
		for _, f := range d.Findings {
			if strings.HasPrefix(f.Text, "refused") {
				t.Errorf("what is fine and compared with nobody takes room: %q", f.Text)
			}
		}
	}
}

func TestTenantsAlertsAreThoseThatNameIt(t *testing.T) {
	alert := func(name, tenant string) sources.Alert {
		a := sources.Alert{Name: name, State: sources.Firing, Severity: "critical", Labels: sources.Labels{"alertname": name}}
		if tenant != "" {
			a.Labels["tenant_id"] = tenant
		}
		return a
	}
	r := tenantReader(nil)
	r.AlertsSnap = feedtest.Value([]sources.Alert{alert("Slow", "acme"), alert("Slow", "globex"), alert("Down", "")}, noon)
	d := Eval(tenantPanel(t, "tenant-alerts", "acme"), Env{Data: r, Vocab: vocab(t, vocabulary.Guide)})
	if len(d.Alerts) != 1 || d.Alerts[0].Labels["tenant_id"] != "acme" || d.ServiceWide != 1 || d.Reason != "1 critical firing" {
		t.Errorf("%+v, %d service-wide, %q", d.Alerts, d.ServiceWide, d.Reason)
	}
	if len(r.AlertsSnap.Value) != 3 {
		t.Error("the shared alerts were changed")
	}
	d = Eval(tenantPanel(t, "tenant-alerts", "wonka"), Env{Data: r, Vocab: vocab(t, vocabulary.Guide)})
	if len(d.Alerts) != 0 || d.State != StateOK || d.ServiceWide != 1 {
		t.Errorf("%+v, %s, %d", d.Alerts, d.State, d.ServiceWide)
	}
}

func TestTenantsTracesAreSearchedByEachTagAndShowFailedAndSlow(t *testing.T) {
	r := tenantReader(nil)
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		tags := sources.SplitTags(q.Search.Tags)
		if tags["tenant_id"] != "acme" {
			return feedtest.Value([]sources.TraceSummary(nil), noon)
		}
		if tags["error"] == "true" {
			return feedtest.Value([]sources.TraceSummary{{ID: "failed", Duration: time.Millisecond, Errors: 2}, {ID: "f2", Duration: 1, Errors: 1},
				{ID: "f3", Duration: 1, Errors: 1}, {ID: "f4", Duration: 1, Errors: 1}}, noon)
		}
		return feedtest.Value([]sources.TraceSummary{{ID: "fast", Duration: time.Millisecond}, {ID: "slow", Duration: time.Second},
			{ID: "failed", Duration: time.Millisecond, Errors: 2}}, noon)
	}
	env := Env{Data: r, Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, TraceService: "api", TenantTags: "tenant_id,tenant.id"}
	p := tenantPanel(t, "tenant-traces", "acme")
	if reqs := p.Requests(env); len(reqs) != 4 || reqs[0].Search.Service != "api" || reqs[0].Window != time.Hour {
		t.Errorf("%+v", reqs)
	}
	d := Eval(p, env)
	var got []string
	for _, x := range d.Traces {
		got = append(got, x.ID)
	}
	if strings.Join(got, " ") != "failed f2 f3 slow fast f4" || len(d.Facts) != 1 || d.Facts[0] != "4 failed" {
		t.Errorf("%v, %v", got, d.Facts)
	}
	env.TraceService = ""
	if d := Eval(p, env); d.State != StateNoData || d.Reason != "waiting for jaeger" {
		t.Errorf("without a service: %s, %q", d.State, d.Reason)
	}
}

func TestRateLimitsSayThatTheirResetIsNotKnown(t *testing.T) {
	r := tenantReader(nil)
	r.InstantFunc = nil
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		return feedtest.Value(sources.Matrix{Start: noon, Step: time.Minute, Columns: 1, Series: []sources.Series{
			{Labels: sources.Labels{"limit_type": "requests"}, Values: []float64{7}}}}, noon)
	}
	d := Eval(tenantPanel(t, "tenant-limits", "acme"), Env{Data: r, Vocab: vocab(t, vocabulary.Guide), Window: time.Hour, Step: time.Minute})
	if d.State != StateWarn || len(d.Facts) == 0 || d.Facts[0] != "rate limit resets: not exported (metric names: guide)" {
		t.Errorf("%s, %v", d.State, d.Facts)
	}
}

func TestServiceThatTellsWhenItsLimitsResetIsRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ours.yaml")
	text := "base: guide\nmetrics:\n  rate_limit_reset: {name: rate_limit_reset_timestamp_seconds, labels: {limit_type: limit_type, tenant: tenant_id}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := vocabulary.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	r := tenantReader(nil)
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		x := sources.Vector{At: noon}
		switch q.Expr {
		case `rate_limit_reset_timestamp_seconds{tenant_id="acme"} - time()`:
			x.Samples = []sources.Sample{{Labels: sources.Labels{"limit_type": "requests"}, Value: 42}}
		case `rate_limit_remaining{tenant_id="acme"}`:
			x.Samples = []sources.Sample{{Labels: sources.Labels{"limit_type": "requests"}, Value: 7}}
		}
		return feedtest.Value(x, noon)
	}
	d := Eval(tenantPanel(t, "tenant-limits", "acme"), Env{Data: r, Vocab: v, Window: time.Hour, Step: time.Minute})
	found := false
	for _, x := range d.Values {
		found = found || x.Query == "reset" && x.Now == 42 && x.Name == "requests"
	}
	if !found {
		t.Errorf("%+v", d.Values)
	}
	for _, f := range d.Facts {
		if strings.Contains(f, "not exported") {
			t.Errorf("says that it is missing: %s", f)
		}
	}
}
