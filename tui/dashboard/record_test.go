package dashboard

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
)

// recordedSince is a vocabulary of a server that has all of dlmon's rules since then, but for those named.
func recordedSince(t *testing.T, name string, since time.Time, without ...string) *vocabulary.Vocabulary {
	t.Helper()
	v := vocab(t, name)
	series := map[string]vocabulary.Recorded{}
	for _, r := range Records(v, 0) {
		if !slices.Contains(without, r.Name) {
			series[r.Name] = vocabulary.Recorded{Expr: r.Expr, Since: since}
		}
	}
	return v.WithRecorded(series, nil)
}

const (
	p95Name  = "tenant_id:search_latency_seconds:p95_rate5m"
	rateName = "tenant_id_le:search_latency_seconds_bucket:rate5m"
)

func TestRecordsAreNamedByLevelMetricAndOperations(t *testing.T) {
	convention := regexp.MustCompile(`^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$`)
	for _, name := range []string{vocabulary.Guide, vocabulary.ServiceV1} {
		seen := map[string]bool{}
		for _, r := range Records(vocab(t, name), 0) {
			if !convention.MatchString(r.Name) || strings.Contains(r.Name, "_total") {
				t.Errorf("%s: %s", name, r.Name)
			}
			if seen[r.Name] || r.About == "" || r.Interval < time.Minute || r.Interval >= 5*time.Minute {
				t.Errorf("%s: %+v", name, r)
			}
			seen[r.Name] = true
		}
		if len(seen) < 9 {
			t.Errorf("%s: only %d records", name, len(seen))
		}
	}
	if got := Records(vocab(t, vocabulary.Guide), 2*time.Minute); !slices.ContainsFunc(got, func(r Record) bool {
		return r.Name == "tenant_id:search_operations:rate8m" && strings.Contains(r.Expr, "[8m]")
	}) {
		t.Error("a scrape interval of 2m does not widen the rate window")
	}
}

func TestQuantilesAreRecordedFromRatesRecordedBeforeThem(t *testing.T) {
	records := Records(vocab(t, vocabulary.Guide), 0)
	at := func(name string) int { return slices.IndexFunc(records, func(r Record) bool { return r.Name == name }) }
	rates, quantile := at(rateName), at(p95Name)
	if rates < 0 || quantile < rates || records[rates].Interval != records[quantile].Interval {
		t.Fatalf("rates at %d, quantile at %d", rates, quantile)
	}
	if want := "histogram_quantile(0.95, " + rateName + ")"; records[quantile].Expr != want {
		t.Errorf("%s, want %s", records[quantile].Expr, want)
	}
}

func TestRecordedSeriesAnswerAsFarBackAsTheyReach(t *testing.T) {
	raw := `histogram_quantile(0.95, sum by (le, tenant_id) (rate(search_latency_seconds_bucket[5m])))`
	series := "max without () (" + p95Name + ")"
	for _, c := range []struct {
		what              string
		since             time.Time
		rate              time.Duration
		without           string
		now, before, past string
	}{
		{"long since", now.Add(-24 * time.Hour), 0, "", series, series, series},
		{"since just now", now, 0, "", series, raw, raw},
		{"for half an hour", now.Add(-30 * time.Minute), 0, "", series, raw, series},
		{"a longer rate window", now.Add(-24 * time.Hour), 10 * time.Minute, "", series, series, strings.Replace(raw, "5m", "10m", 1)},
		{"nothing", now.Add(-24 * time.Hour), 0, p95Name, raw, raw, raw},
		{"the quantile without its rates", now.Add(-24 * time.Hour), 0, rateName, raw, raw, raw},
	} {
		w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
		w.env.Vocab, w.env.Rate = recordedSince(t, vocabulary.Guide, c.since, c.without), c.rate
		q := p.Queries[1]
		at, _ := q.PromQL(w.env)
		if got := []string{at, q.before(w.env).Expr, q.rangeRequest(w.env).Expr}; !slices.Equal(got, []string{c.now, c.before, c.past}) {
			t.Errorf("%s: asks\n%s", c.what, strings.Join(got, "\n"))
		}
	}
	// In the past, what matters is what was recorded then.
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	w.env.Vocab = recordedSince(t, vocabulary.Guide, now.Add(-time.Hour))
	w.Clock = now.Add(-2 * time.Hour)
	if got, _ := p.Queries[1].PromQL(w.env); got != raw {
		t.Errorf("two hours ago: %s", got)
	}
}

func TestASeriesThatRecordsSomethingElseIsNotTrusted(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	v := vocab(t, vocabulary.Guide)
	w.env.Vocab = v.WithRecorded(map[string]vocabulary.Recorded{
		rateName: {Since: now.Add(-time.Hour)},
		p95Name:  {Expr: "histogram_quantile(0.9, " + rateName + ")", Since: now.Add(-time.Hour)},
	}, nil)
	if got, _ := p.Queries[1].PromQL(w.env); strings.Contains(got, p95Name) {
		t.Errorf("asks %s", got)
	}
}

func TestAPanelSaysThatItsRecordingRulesHaveStopped(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	v := recordedSince(t, vocabulary.Guide, now.Add(-24*time.Hour))
	series := map[string]vocabulary.Recorded{}
	for _, r := range Records(v, 0) {
		series[r.Name] = vocabulary.Recorded{Expr: r.Expr, Since: now.Add(-24 * time.Hour), Stopped: "stopped at 14:05"}
	}
	w.env.Vocab = v.WithRecorded(series, nil)
	if got, _ := p.Queries[1].PromQL(w.env); strings.Contains(got, p95Name) {
		t.Errorf("asks %s", got)
	}
	r := p.Queries[0].instant(w.expr(t, p, "main"))
	w.Instants[r] = sources.Snapshot[sources.Vector]{Err: &sources.Error{Source: "prometheus", Kind: sources.Timeout, Reason: "no answer"}, Tried: now}
	if d := Eval(p, w.env); !slices.Equal(d.Warnings, []string{"stopped at 14:05"}) || !strings.Contains(d.Hint, "evaluate them again") {
		t.Errorf("warnings %q, hint %q", d.Warnings, d.Hint)
	}
	if d := Eval(panelOf(t, "request-rate"), w.env); len(d.Warnings) > 0 {
		t.Errorf("a panel that asks nothing recorded says %q", d.Warnings)
	}
}

func TestExemplarsAreThoseOfTheHistogramAlsoWhereQuantilesAreRecorded(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	w.env.Vocab = recordedSince(t, vocabulary.Guide, now.Add(-time.Hour))
	if got, rate := p.Histogram(w.env, labels("tenant_id", "a")); got != `search_latency_seconds_bucket{tenant_id="a"}` || rate != 5*time.Minute {
		t.Errorf("%s, %v", got, rate)
	}
}

func TestOnlySomeTenantsAreSelectedWhateverTheirNames(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	hostile := []string{"b", `a"} or up{{requests}}$rate|.*`, "b"}
	matcher := `{tenant_id=~"a\"\\} or up\\{\\{requests\\}\\}\\$rate\\|\\.\\*|b"}`
	raw := p.Only(hostile).Queries[1].rangeRequest(w.env).Expr
	if want := "search_latency_seconds_bucket" + matcher + "[5m]"; !strings.Contains(raw, want) {
		t.Errorf("asks %s\nwant %s", raw, want)
	}
	w.env.Vocab = recordedSince(t, vocabulary.Guide, now.Add(-time.Hour))
	if got := p.Only(hostile).Queries[1].rangeRequest(w.env).Expr; got != "max without () ("+p95Name+matcher+")" {
		t.Errorf("asks %s", got)
	}
	if got, _ := p.Only(hostile).Queries[1].PromQL(w.env); strings.Contains(got, "=~") {
		t.Errorf("the value now is asked of some only: %s", got)
	}
	// A matcher that is there stays.
	q := Panel{Queries: []Query{{Expr: `rate({{requests}}{{{requests.status_code}}=~"5.."}[$rate]) + {{connections}}`, Range: true}}}
	if got := q.Only([]string{"a"}).Queries[0].rangeRequest(w.env).Expr; got != `rate(http_requests_total{tenant_id=~"a", status_code=~"5.."}[5m]) + active_connections` {
		t.Errorf("asks %s", got)
	}
	for _, r := range p.Only([]string{}).Requests(w.env) {
		if r.Kind == feed.Range {
			t.Errorf("for nobody it asks %v", r)
		}
	}
}

func TestManyTenantsAreAskedNumberByNumber(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	instants := func(d Data) (n int) {
		for _, r := range p.Asking(d, w.env, nil).Requests(w.env) {
			if r.Kind == feed.Instant && r.Ago == 0 {
				n++
			}
		}
		return n
	}
	few, many := Data{Tenants: make([]Tenant, 12)}, Data{Tenants: make([]Tenant, Many+1)}
	if a, b, c, d := instants(Data{}), instants(few), instants(many), instants(Data{Err: down}); a != 1 || b != 1 || c != 6 || d != 6 {
		t.Errorf("unknown %d, few %d, many %d, failed %d queries", a, b, c, d)
	}
	w.env.Vocab = recordedSince(t, vocabulary.Guide, now)
	if a, b := instants(Data{}), instants(few); a != 6 || b != 1 {
		t.Errorf("recorded: unknown %d, few %d queries", a, b)
	}
}

// The cheapest number tells how many tenants there are, before anything looks at every bucket of each.
func TestUnrecordedNumbersOfManyTenantsAreAskedTheCheapestFirstAndAsHeavy(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	apart := p
	apart.apart = true
	asked := func(d Data) (out []string) {
		for _, r := range p.Asking(d, w.env, nil).Requests(w.env) {
			for _, q := range apart.stats(p.Queries[0]) {
				if expr, _ := q.PromQL(w.env); expr == r.Expr {
					name := q.Name
					if r.Ago > 0 {
						name += " before"
					}
					if r.Heavy {
						name += "!"
					}
					out = append(out, name)
					break
				}
			}
		}
		return out
	}
	if got := asked(Data{}); !slices.Equal(got, []string{"rate!"}) {
		t.Errorf("at first %q", got)
	}
	if got := asked(Data{At: now, Tenants: make([]Tenant, Many+1)}); !slices.Equal(got, []string{"rate!", "errors!", "refused!", "p95!", "p50!", "p99!", "p95 before!"}) {
		t.Errorf("of many %q", got)
	}
	w.env.Vocab = recordedSince(t, vocabulary.Guide, now.Add(-24*time.Hour))
	if got := strings.Join(asked(Data{At: now, Tenants: make([]Tenant, Many+1)}), " "); strings.Contains(got, "!") {
		t.Errorf("recorded ones are heavy: %s", got)
	}
	// What has not come yet is named.
	w.env.Vocab = vocab(t, vocabulary.Guide)
	p = p.Asking(Data{At: now, Tenants: make([]Tenant, Many+1)}, w.env, nil)
	rate := p.stats(p.Queries[0])[0]
	expr, _ := rate.PromQL(w.env)
	v := sources.Vector{At: now}
	for i := range Many + 1 {
		v.Samples = append(v.Samples, sources.Sample{Labels: labels("tenant_id", fmt.Sprint(i)), Value: 1})
	}
	w.Instants[rate.instant(expr)] = feedtest.Value(v, now)
	if d := Eval(p, w.env); !strings.HasPrefix(d.Hint, "p50, p95, p99, errors, refused follow one at a time") {
		t.Errorf("hint %q of %d tenants", d.Hint, len(d.Tenants))
	}
}

func TestWhatCameInOneQueryStandsInUntilEachNumberIsAnswered(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	w.instant(t, p, "main", tenantRow("acme", 10, 0.01, 0.02, 0.03, 0)...)
	p = p.Asking(Data{Tenants: make([]Tenant, Many+1)}, w.env, nil)
	if d := Eval(p, w.env); len(d.Tenants) != 1 || d.Tenants[0].P95 != 0.02 || d.Tenants[0].SearchRate != 10 || d.State != StateOK {
		t.Fatalf("%+v", d.Tenants)
	}
	for _, q := range p.stats(p.Queries[0]) {
		if q.Name == "p95" {
			expr, _ := q.PromQL(w.env)
			w.Instants[q.instant(expr)] = feedtest.Value(sources.Vector{At: now, Samples: []sources.Sample{
				{Labels: labels("tenant_id", "acme"), Value: 2}, {Labels: labels("tenant_id", "globex"), Value: 0.1}}}, now)
		}
	}
	d := Eval(p, w.env)
	if len(d.Tenants) != 2 || d.Tenants[0].ID != "acme" || d.Tenants[0].P95 != 2 || d.Tenants[0].P50 != 0.01 || d.State != StateCritical {
		t.Errorf("%+v", d.Tenants)
	}
}

func TestATableThatTakesTooLongSaysWhatHelps(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	r := p.Queries[0].instant(w.expr(t, p, "main"))
	w.Instants[r] = sources.Snapshot[sources.Vector]{Err: &sources.Error{Source: "prometheus", Kind: sources.Timeout, Reason: "no answer"}, Tried: now}
	if d := Eval(p, w.env); d.State != StateError || !strings.Contains(d.Hint, "dlmon rules") {
		t.Errorf("%s, %q", d.State, d.Hint)
	}
}

func TestBudgetsShareTheirShortWindowWithTheTenantsTable(t *testing.T) {
	env := Env{Vocab: vocab(t, vocabulary.Guide)}
	want := []string{"[5m]", "[30m]", "[1h]", "[6h]"}
	for i, q := range Budget().Queries {
		if got, ok := q.PromQL(env); !ok || strings.Count(got, want[i]) != 2 {
			t.Errorf("%s asks %s", q.Name, got)
		}
	}
	short, _ := Budget().Queries[0].PromQL(env)
	if main, _ := panelOf(t, "tenant-search-latency").Queries[0].PromQL(env); !strings.Contains(main, short) {
		t.Errorf("%s is not part of %s", short, main)
	}
}
