package dashboard

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
)

var (
	now  = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	nan  = math.NaN()
	down = &sources.Error{Source: "prometheus", Asked: `query "up"`, Reason: "connection refused", Advice: "is it running?", Kind: sources.Refused}
)

// world is a feed and the environment to read it with.
type world struct {
	*feedtest.Reader
	env Env
}

func newWorld(t *testing.T, vocabularyName string) *world {
	t.Helper()
	w := &world{Reader: &feedtest.Reader{
		Instants: map[feed.Request]sources.Snapshot[sources.Vector]{},
		Ranges:   map[feed.Request]sources.Snapshot[sources.Matrix]{},
		Clock:    now,
	}}
	for _, name := range []string{feed.SourcePrometheus, feed.SourceHealth, feed.SourceJaeger, feed.SourceAlertmanager} {
		w.Status = append(w.Status, feed.SourceStatus{Name: name, State: feed.OK})
	}
	w.env = Env{Data: w.Reader, Vocab: vocab(t, vocabularyName), Window: 5 * time.Minute, Step: time.Minute}
	return w
}

func (w *world) off(source string) {
	for i := range w.Status {
		if w.Status[i].Name == source {
			w.Status[i].State = feed.Off
		}
	}
}

type sample struct {
	labels sources.Labels
	v      float64
}

// instant answers a panel's query with the samples.
func (w *world) instant(t *testing.T, p Panel, query string, samples ...sample) {
	t.Helper()
	v := sources.Vector{At: now}
	for _, s := range samples {
		v.Samples = append(v.Samples, sources.Sample{Labels: s.labels, Value: s.v})
	}
	w.Instants[w.query(t, p, query).instant(w.expr(t, p, query))] = feedtest.Value(v, now)
}

// ranged answers a panel's query with one series per labels, its values the last columns before now.
func (w *world) ranged(t *testing.T, p Panel, query string, series ...sources.Series) {
	t.Helper()
	n := len(series[0].Values)
	m := sources.Matrix{Start: now.Add(-time.Duration(n-1) * w.env.Step), Step: w.env.Step, Columns: n, Series: series}
	w.Ranges[w.query(t, p, query).rangeRequest(w.env)] = feedtest.Value(m, now)
}

func (w *world) query(t *testing.T, p Panel, name string) Query {
	t.Helper()
	i := slices.IndexFunc(p.Queries, func(q Query) bool { return q.Name == name })
	if i < 0 {
		t.Fatalf("%s has no query %s", p.ID, name)
	}
	return p.Queries[i]
}

func (w *world) expr(t *testing.T, p Panel, name string) string {
	t.Helper()
	expr, ok := w.query(t, p, name).PromQL(w.env)
	if !ok {
		t.Fatalf("%s %s can't be asked", p.ID, name)
	}
	return expr
}

func labels(kv ...string) sources.Labels {
	l := sources.Labels{}
	for i := 0; i < len(kv); i += 2 {
		l[kv[i]] = kv[i+1]
	}
	return l
}

func one(v float64) sample { return sample{labels(), v} }

func TestLatencyThatDoubledIsMarkedThoughItIsWithinItsLimit(t *testing.T) {
	for _, c := range []struct {
		now, before float64
		state       State
		reason      string
	}{
		{0.26, 0.07, StateWarn, "+271 % > 100 % vs 1h"}, {0.09, 0.01, StateOK, ""}, {0.26, 0.2, StateOK, ""}, {1.5, 0.2, StateWarn, "1.5 s > 1 s"},
	} {
		w, p := newWorld(t, vocabulary.Guide), panelOf(t, "latency-p95")
		w.instant(t, p, "main", one(c.now))
		w.Instants[w.query(t, p, "main").before(w.env)] = feedtest.Value(sources.Vector{At: now, Samples: []sources.Sample{{Labels: labels(), Value: c.before}}}, now)
		if d := Eval(p, w.env); d.State != c.state || d.Reason != c.reason {
			t.Errorf("%v after %v: %s, %q", c.now, c.before, d.State, d.Reason)
		}
	}
}

func TestThresholdsDecideTheStateAndSayWhy(t *testing.T) {
	for _, c := range []struct {
		id     string
		vs     []sample
		state  State
		reason string
	}{
		{"error-rate", []sample{one(0)}, StateOK, ""},
		{"error-rate", []sample{one(1)}, StateOK, ""},
		{"error-rate", []sample{one(4.1)}, StateWarn, "4.1 % > 1 %"},
		{"error-rate", []sample{one(7)}, StateCritical, "7 % > 5 %"},
		{"error-rate", []sample{one(nan)}, StateNoData, "no value at this time"},
		{"error-rate", nil, StateNoData, "prometheus has no such series"},
		{"latency-p95", []sample{one(1.2)}, StateWarn, "1.2 s > 1 s"},
		{"active-connections", []sample{{labels("instance", "a"), 81}, {labels("instance", "b"), 3}}, StateWarn, "a 81 > 80"},
		{"cache-hit-rate", []sample{
			{labels("cache_type", "query", "tenant_id", "acme"), 0.41}, {labels("cache_type", "query", "tenant_id", "globex"), 0.9},
			{labels("cache_type", "metadata", "tenant_id", "acme"), 0.3},
		}, StateWarn, "acme metadata 30 % < 50 % (and 1 more)"},
		{"rate-limiting", []sample{{labels("tenant_id", "acme", "limit_type", "search"), 10}}, StateOK, ""},
		{"rate-limiting", []sample{{labels("tenant_id", "acme", "limit_type", "search"), 2}}, StateWarn, "2 < 10"},
		{"request-rate", []sample{one(1e9)}, StateOK, ""},
	} {
		w, p := newWorld(t, vocabulary.Guide), panelOf(t, c.id)
		w.instant(t, p, "main", c.vs...)
		if d := Eval(p, w.env); d.State != c.state || d.Reason != c.reason {
			t.Errorf("%s with %v: %s, %q; want %s, %q", c.id, c.vs, d.State, d.Reason, c.state, c.reason)
		}
	}
}

func TestPanelSaysHowToTurnItsSourceOn(t *testing.T) {
	for id, source := range map[string]string{
		"request-rate": "prometheus", "tenant-search-latency": "prometheus", "targets": "prometheus", "health": "health",
	} {
		w := newWorld(t, vocabulary.Guide)
		w.off(source)
		d := Eval(panelOf(t, id), w.env)
		if d.State != StateOff || d.Reason != source+" is not configured" || !strings.Contains(d.Hint, "--"+source+"-url") {
			t.Errorf("%s: %s, %q, %q", id, d.State, d.Reason, d.Hint)
		}
	}
}

func TestAlertsNeedOneOfTheirTwoSources(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "active-alerts")
	w.AlertsSnap = feedtest.Value([]sources.Alert{}, now)
	w.off("prometheus")
	if d := Eval(p, w.env); d.State != StateOK {
		t.Errorf("with Alertmanager alone: %s", d.State)
	}
	w.off("alertmanager")
	if d := Eval(p, w.env); d.State != StateOff {
		t.Errorf("with neither: %s", d.State)
	}
}

func TestPanelSaysWhatTheVocabularyLacks(t *testing.T) {
	w := newWorld(t, vocabulary.ServiceV1)
	for id, want := range map[string]string{
		"rate-limiting": "rate limits: not exported (metric names: service-v1)", "backups": "backups: not exported (metric names: service-v1)",
		"vector-operations": "vector operations: not exported (metric names: service-v1)",
	} {
		if d := Eval(panelOf(t, id), w.env); d.State != StateOff || d.Reason != want {
			t.Errorf("%s: %s, %q", id, d.State, d.Reason)
		}
	}
}

func TestPanelWithoutDataWaitsOrFails(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "request-rate")
	if d := Eval(p, w.env); d.State != StateNoData || d.Reason != "waiting for prometheus" {
		t.Errorf("before an answer: %s, %q", d.State, d.Reason)
	}
	w.Instants[p.Queries[0].instant(w.expr(t, p, "main"))] = feedtest.Failed[sources.Vector](down, now)
	d := Eval(p, w.env)
	if d.State != StateError || !strings.Contains(d.Reason, "connection refused") || d.Hint != "is it running?" || !errors.Is(d.Err, down) {
		t.Errorf("after a failure: %s, %q, %q, %v", d.State, d.Reason, d.Hint, d.Err)
	}
	w.env.Vocab = nil
	if d := Eval(p, w.env); d.State != StateNoData || d.Reason != "waiting for prometheus" {
		t.Errorf("without a vocabulary: %s, %q", d.State, d.Reason)
	}
	w.Status[0].Err = down
	if d := Eval(p, w.env); d.State != StateError {
		t.Errorf("without a vocabulary, prometheus down: %s", d.State)
	}
	if d := Eval(p, Env{}); d.State != StateNoData {
		t.Errorf("without anything: %s", d.State)
	}
}

func TestOldDataStaysAndIsMarkedStale(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "request-rate")
	w.instant(t, p, "main", one(12))
	r := p.Queries[0].instant(w.expr(t, p, "main"))
	s := w.Instants[r]
	s.Err, s.Tried = down, now.Add(10*time.Second)
	w.Instants[r] = s
	d := Eval(p, w.env)
	if !d.Stale || d.Err == nil || d.State != StateOK || d.Lines[0].Now != 12 || !d.At.Equal(now) {
		t.Errorf("stale %v, %v, %s, %v at %v", d.Stale, d.Err, d.State, d.Lines, d.At)
	}
}

func TestSecondaryQueryWithoutDataIsNoNews(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "latency-p95")
	w.instant(t, p, "quantiles", sample{labels("stat", "p50"), 0.03})
	if d := Eval(p, w.env); d.State != StateNoData || d.Reason != "waiting for prometheus" {
		t.Errorf("only p50 known: %s, %q", d.State, d.Reason)
	}
	w.instant(t, p, "main", one(0.8))
	d := Eval(p, w.env)
	if len(d.Values) != 2 || d.Values[0].Name != "p95" || d.Values[1].Name != "p50" || d.Values[1].State != StateOK {
		t.Errorf("values %+v", d.Values)
	}
}

func TestValueNowIsTheNewerOfInstantAndLastColumn(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "request-rate")
	w.ranged(t, p, "main", sources.Series{Labels: labels(), Values: []float64{1, nan, 3}})
	d := Eval(p, w.env)
	if len(d.Lines) != 1 || d.Lines[0].Now != 3 || d.Grid.Columns != 3 || !d.Grid.Start.Equal(now.Add(-2*time.Minute)) {
		t.Errorf("range alone: %+v on %+v", d.Lines, d.Grid)
	}
	w.instant(t, p, "main", one(4))
	if d := Eval(p, w.env); d.Lines[0].Now != 4 || len(d.Lines[0].Points) != 3 {
		t.Errorf("with an instant answer: %+v", d.Lines)
	}
	r := p.Queries[0].instant(w.expr(t, p, "main"))
	old := w.Instants[r]
	old.Value.At = now.Add(-time.Minute)
	w.Instants[r] = old
	if d := Eval(p, w.env); d.Lines[0].Now != 3 {
		t.Errorf("the instant answer is older than the last column: %+v", d.Lines)
	}
}

func TestSeriesThatOnlyTheRangeKnowsIsGone(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "request-rate-by-endpoint")
	w.ranged(t, p, "main",
		sources.Series{Labels: labels("endpoint", "/a"), Values: []float64{1, 2}},
		sources.Series{Labels: labels("endpoint", "/b"), Values: []float64{3, nan}})
	w.instant(t, p, "main", sample{labels("endpoint", "/a"), 2})
	d := Eval(p, w.env)
	if len(d.Values) != 2 || d.Values[0].Gone || !d.Values[1].Gone || !math.IsNaN(d.Values[1].Now) || d.State != StateOK {
		t.Errorf("%s %+v", d.State, d.Values)
	}
}

func TestBeforeIsOneHourEarlierBySeries(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "active-connections")
	a, b := labels("instance", "a"), labels("instance", "b")
	w.instant(t, p, "main", sample{a, 30}, sample{b, 33})
	w.Instants[feed.Request{Kind: feed.Instant, Expr: "active_connections", Ago: time.Hour, Every: time.Minute}] =
		feedtest.Value(sources.Vector{Samples: []sources.Sample{{Labels: b, Value: 11}}}, now)
	d := Eval(p, w.env)
	if !math.IsNaN(d.Values[0].Before) || d.Values[1].Before != 11 {
		t.Errorf("before %v and %v", d.Values[0].Before, d.Values[1].Before)
	}
	if len(d.Lines) != 1 || d.Lines[0].Now != 63 {
		t.Errorf("all instances: %+v", d.Lines)
	}
}

func TestRangesOfOnePanelShareItsGrid(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "rate-limiting")
	l := labels("tenant_id", "acme", "limit_type", "search")
	p = p.WithPast(Data{Values: []Value{{}}}) // as full screen asks it
	w.ranged(t, p, "main", sources.Series{Labels: l, Values: []float64{1, 2, 3}})
	// The other query is a column behind.
	m := sources.Matrix{Start: now.Add(-3 * time.Minute), Step: time.Minute, Columns: 3, Series: []sources.Series{{Labels: l, Values: []float64{7, 8, 9}}}}
	w.Ranges[p.Queries[1].rangeRequest(w.env)] = feedtest.Value(m, now)
	d := Eval(p, w.env)
	got := d.of("hits")[0]
	if len(got.Points) != 3 || got.Points[0] != 8 || got.Points[1] != 9 || !math.IsNaN(got.Points[2]) {
		t.Errorf("points %v, want 8, 9 and a gap", got.Points)
	}
	if got.Now != 9 {
		t.Errorf("now %v, want the last column that is known", got.Now)
	}
}

func TestWarningsOfTheServerAreKeptOnce(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "request-rate")
	r := p.Queries[0].instant(w.expr(t, p, "main"))
	w.Instants[r] = feedtest.Value(sources.Vector{At: now, Warnings: []string{"not a counter", "not a counter"}}, now)
	if d := Eval(p, w.env); !slices.Equal(d.Warnings, []string{"not a counter"}) {
		t.Errorf("warnings %v", d.Warnings)
	}
}

func TestDrillDownSpeaksRealLabelNames(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "rate-limiting")
	if d := Eval(p, w.env); d.Panel.Traces.Tags["tenant_id"] != "tenant" {
		t.Errorf("tags %v", d.Panel.Traces.Tags)
	}
	if p.Traces.Tags["tenant"] != "tenant" || len(p.Traces.Tags) != 1 {
		t.Errorf("Eval changed the dashboard: %v", p.Traces.Tags)
	}
}

func TestALongWindowDoesNotDiluteWhatIsWrongNow(t *testing.T) {
	w := newWorld(t, vocabulary.Guide)
	w.env.Window, w.env.Step = 7*24*time.Hour, 3*time.Hour
	w.env.Rate, w.env.Scrape = RateWindow(15*time.Second, w.env.Step), 15*time.Second
	for _, id := range []string{"latency-p95", "search-operations"} {
		var instant, ranged []string
		for _, r := range panelOf(t, id).Requests(w.env) {
			switch {
			case r.Kind == feed.Range:
				ranged = append(ranged, r.Expr)
			case r.Kind == feed.Instant && r.Ago == 0:
				instant = append(instant, r.Expr)
			}
		}
		if len(instant) == 0 || !strings.Contains(instant[0], "[5m]") {
			t.Errorf("%s asks for its value now as %q", id, instant)
		}
		if len(ranged) == 0 || !strings.Contains(ranged[0], "[3h]") {
			t.Errorf("%s asks for its columns of three hours as %q", id, ranged)
		}
	}
}
