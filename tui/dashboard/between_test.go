package dashboard_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
	"dlmon/tui/page/pagetest"
)

func panelOf(t *testing.T, id string) dashboard.Panel {
	t.Helper()
	for _, d := range dashboard.Builtin() {
		for _, p := range d.Panels {
			if p.ID == id {
				return p
			}
		}
	}
	t.Fatalf("no panel %s", id)
	return dashboard.Panel{}
}

func TestAGaugesRangeLooksBetweenItsColumns(t *testing.T) {
	for _, c := range []struct {
		step, scrape time.Duration
		want         string
	}{
		{10 * time.Second, 15 * time.Second, "active_connections"},
		{40 * time.Second, 15 * time.Second, "max_over_time(active_connections[40s])"},
		{20 * time.Second, 15 * time.Second, "max_over_time(active_connections[30s])"},
		{6 * time.Hour, 15 * time.Second, "max_over_time(active_connections[6h])"},
		{30 * time.Second, 0, "active_connections"}, // its scrape interval is not known
		{5 * time.Minute, 0, "max_over_time(active_connections[5m])"},
	} {
		env := dashboard.Env{Vocab: pagetest.Vocabulary(), Window: 60 * c.step, Step: c.step, Scrape: c.scrape}
		ranged, instant := "", false
		for _, r := range panelOf(t, "active-connections").Requests(env) {
			switch {
			case r.Kind == feed.Range && strings.Contains(r.Expr, "connections"):
				ranged = r.Expr
			case r.Kind == feed.Instant && r.Ago == 0 && r.Expr == "active_connections":
				instant = true
			}
		}
		if ranged != c.want || !instant {
			t.Errorf("step %v, scrape %v: range %q, want %q; the value now is asked: %v", c.step, c.scrape, ranged, c.want, instant)
		}
	}
}

// An average has no samples of its own: it is looked at six times a column, or as often as it is recorded.
func TestADipOfAnAverageBetweenColumnsIsLookedFor(t *testing.T) {
	const avg, recorded = "avg by (cache_type) (cache_hit_ratio)", "cache_type:cache_hit_ratio:avg"
	now := time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)
	guide, err := vocabulary.Load(vocabulary.Guide)
	if err != nil {
		t.Fatal(err)
	}
	with := guide.WithRecorded(map[string]vocabulary.Recorded{recorded: {Expr: avg, Since: now.Add(-31 * 24 * time.Hour)}}, nil)
	for _, c := range []struct {
		step  time.Duration
		vocab dashboard.Vocabulary
		want  string
	}{
		{15 * time.Second, pagetest.Vocabulary(), avg},
		{time.Minute, pagetest.Vocabulary(), "min_over_time((" + avg + ")[1m:15s])"},
		{6 * time.Hour, pagetest.Vocabulary(), "min_over_time((" + avg + ")[6h:1h])"},
		{30 * time.Second, with, "min_over_time((max without () (" + recorded + "))[30s:30s])"},
		{6 * time.Hour, with, "min_over_time((max without () (" + recorded + "))[6h:1m])"},
	} {
		env := dashboard.Env{Data: &feedtest.Reader{Clock: now}, Vocab: c.vocab, Window: 60 * c.step, Step: c.step, Rate: max(5*time.Minute, c.step), Scrape: 15 * time.Second}
		var ranged []string
		for _, r := range panelOf(t, "cache-hit-rate").Requests(env) {
			if r.Kind == feed.Range {
				ranged = append(ranged, r.Expr)
			} else if strings.Contains(r.Expr, "avg") {
				t.Errorf("step %v: %s is asked for now, which nothing shows", c.step, r.Expr)
			}
		}
		if !slices.Equal(ranged, []string{c.want}) {
			t.Errorf("step %v: %q, want %q", c.step, ranged, c.want)
		}
	}
}

// Every range of the built-in dashboards is either of what is counted (a rate over at least a step holds all that happened)
// or keeps the bad extreme of what is sampled.
func TestNoBuiltInRangeLosesItsBadExtreme(t *testing.T) {
	rate := regexp.MustCompile(`rate\([^()]*\[(\$rate|1h)\]\)`)
	for _, d := range append(dashboard.Builtin(), dashboard.TenantPage("acme"), dashboard.Movers(), dashboard.Neighbours()) {
		for _, p := range d.Panels {
			if p.Moves != nil && p.Moves.Tenant {
				continue // its rows open the tenant's page, which has the past
			}
			for i, q := range p.Queries {
				bars := p.Kind == dashboard.KindBars && i == 0 // WithPast asks it full screen
				if !q.Range && !bars || p.Kind == dashboard.KindTargets {
					continue
				}
				bad := "max_over_time("
				if p.Thresholds.Below || d.ID == "business" || p.Moves != nil && p.Moves.Worse == "down" {
					bad = "min_over_time("
				}
				if !rate.MatchString(q.Expr) && !strings.Contains(q.RangeExpr, bad) {
					t.Errorf("%s, %s: %q between its columns %q: no %s", p.ID, q.Name, q.Expr, q.RangeExpr, bad)
				}
			}
		}
	}
}

// The value now is not the peak of the step before it, and both belong to one series though only one has a name.
func TestAPeakBetweenColumnsIsDrawnAndIsNotTheValueNow(t *testing.T) {
	now := time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)
	r := &feedtest.Reader{
		Clock:  now,
		Status: []feed.SourceStatus{{Name: feed.SourcePrometheus, State: feed.OK}},
		InstantFunc: func(q feed.Request) sources.Snapshot[sources.Vector] {
			return feedtest.Value(sources.Vector{At: now, Samples: []sources.Sample{{Labels: sources.Labels{"__name__": "memory_usage_bytes", "memory_type": "used"}, Value: 5}}}, now)
		},
		RangeFunc: func(q feed.Request) sources.Snapshot[sources.Matrix] {
			if !strings.HasPrefix(q.Expr, "max_over_time(") {
				return sources.Snapshot[sources.Matrix]{}
			}
			return feedtest.Value(sources.Matrix{Start: now.Add(-time.Hour), Step: time.Hour, Columns: 2,
				Series: []sources.Series{{Labels: sources.Labels{"memory_type": "used"}, Values: []float64{math.NaN(), 9}}}}, now)
		},
	}
	d := dashboard.Eval(panelOf(t, "memory-usage"), dashboard.Env{Data: r, Vocab: pagetest.Vocabulary(), Window: time.Hour, Step: time.Hour, Scrape: time.Minute})
	if len(d.Values) != 1 || d.Values[0].Now != 5 || d.Values[0].Gone || len(d.Values[0].Points) != 2 || d.Values[0].Points[1] != 9 {
		t.Errorf("%+v", d.Values)
	}
}
