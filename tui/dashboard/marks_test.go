package dashboard_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/dashboard"
	"dlmon/tui/page/pagetest"
)

var markNow = time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)

// marksOf are the marks of five minutes in six columns, by the answers given for a part of the query.
func marksOf(answers map[string][]sources.Series) []string {
	r := &feedtest.Reader{Clock: markNow, RangeFunc: func(q feed.Request) sources.Snapshot[sources.Matrix] {
		m := sources.Matrix{Start: markNow.Add(-5 * time.Minute), Step: time.Minute, Columns: 6}
		for part, series := range answers {
			if strings.Contains(q.Expr, part) {
				m.Series = series
			}
		}
		return feedtest.Value(m, markNow)
	}}
	var out []string
	for _, m := range dashboard.Marks(dashboard.Env{Data: r, Vocab: pagetest.Vocabulary(), Window: 5 * time.Minute, Step: time.Minute}) {
		out = append(out, m.At.Format("15:04:05 ")+m.Kind+" "+string(m.State)+" "+m.Words())
	}
	return out
}

func row(labels sources.Labels, values ...float64) sources.Series {
	return sources.Series{Labels: labels, Values: values}
}

func TestMarksTellWhatHappenedAndNotWhatWasSoAlready(t *testing.T) {
	no := math.NaN()
	at := func(d time.Duration) float64 { return float64(markNow.Add(d).Unix()) }
	for name, c := range map[string]struct {
		answers map[string][]sources.Series
		want    []string
	}{
		"an alert goes active and ends": {map[string][]sources.Series{"ALERTS": {
			row(sources.Labels{"alertname": "Slow", "severity": "critical"}, no, 1, 1, no, no, no),
		}}, []string{"13:56:00 firing critical Slow fires", "13:58:00 resolved critical Slow resolved"}},
		"one that fires all the time": {map[string][]sources.Series{"ALERTS": {
			row(sources.Labels{"alertname": "Slow", "severity": "warning"}, 1, 1, 1, 1, 1, 1),
		}}, nil},
		"one that fires from before and ends": {map[string][]sources.Series{"ALERTS": {
			row(sources.Labels{"alertname": "Slow"}, 1, 1, no, no, no, no),
		}}, []string{"13:57:00 resolved warn Slow resolved"}},
		"more and fewer of one rule": {map[string][]sources.Series{"ALERTS": {
			row(sources.Labels{"alertname": "Slow"}, no, 2, 3, 1, 1, 1),
		}}, []string{"13:56:00 firing warn Slow (2) fires", "13:57:00 firing warn Slow (1 more) fires", "13:58:00 resolved warn Slow (2 of 3) resolved"}},
		"a restart at its own time": {map[string][]sources.Series{"process_start": {
			row(sources.Labels{"instance": "a:1"}, at(-time.Hour), at(-time.Hour), at(-time.Hour), at(-150*time.Second), at(-150*time.Second), at(-150*time.Second)),
			row(sources.Labels{"instance": "b:1"}, no, no, no, no, at(-70*time.Second), at(-70*time.Second)),
			row(sources.Labels{"instance": "c:1"}, at(-time.Hour), at(-time.Hour)+0.2, no, no, no, no),
		}}, []string{"13:57:30 restart  a:1 restarted", "13:58:50 restart  b:1 restarted"}},
		"another version": {map[string][]sources.Series{"deeplake_api_info_info)": {
			row(sources.Labels{"version": "2.4.0"}, 3, 3, 2, 1, no, no),
			row(sources.Labels{"version": "2.4.1"}, no, no, 1, 2, 3, 3),
		}}, []string{"13:57:00 version  version 2.4.1"}},
		"the first version seen": {map[string][]sources.Series{"deeplake_api_info_info)": {
			row(sources.Labels{"version": "2.4.0"}, no, no, 2, 1, 1, 1),
		}}, nil},
		"a build without a version": {map[string][]sources.Series{"deeplake_api_info_info)": {
			row(sources.Labels{"build": "1", "env": "prod"}, 1, 1, 1, no, no, no),
			row(sources.Labels{"build": "2", "env": "prod"}, no, no, no, 1, 1, 1),
		}}, []string{"13:58:00 version  version build=2"}},
		"nothing": {nil, nil},
	} {
		if got := marksOf(c.answers); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMarksCostThreeQueriesOnTheChartsGrid(t *testing.T) {
	env := dashboard.Env{Vocab: pagetest.Vocabulary(), Window: 24 * time.Hour, Step: 15 * time.Minute}
	reqs := dashboard.MarkRequests(env)
	if len(reqs) != 3 {
		t.Fatalf("%d requests", len(reqs))
	}
	for _, r := range reqs {
		if r.Kind != feed.Range || r.Window != env.Window || r.Step != env.Step {
			t.Errorf("%+v", r)
		}
	}
	// What fired between two columns is found.
	if !strings.Contains(reqs[0].Expr, `max_over_time(ALERTS{alertstate="firing"}[15m])`) {
		t.Errorf("%s", reqs[0].Expr)
	}
	if reqs := dashboard.MarkRequests(dashboard.Env{Window: time.Hour, Step: time.Minute}); len(reqs) != 1 {
		t.Errorf("before the vocabulary is known: %+v", reqs)
	}
}
