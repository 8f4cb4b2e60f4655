package feed_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources/feed"
)

// overview is a page of 12 panels over an hour: four stats with sparkline and the value of an hour before, and eight
// panels of lines.
func overview() []feed.Request {
	var want []feed.Request
	for i := range 12 {
		expr := fmt.Sprintf("panel_%d", i)
		want = append(want, ranged(expr, time.Hour, 30*time.Second))
		if i < 4 {
			want = append(want, instant(expr), feed.Request{Kind: feed.Instant, Expr: expr, Ago: time.Hour, Every: time.Minute})
		}
	}
	return want
}

// queries counts the HTTP queries per refresh that a Prometheus scraping every 15 s gets from the overview in an
// hour at a refresh of 5 s, the probes of the status bar included.
func queries(t testing.TB) (perRefresh float64) {
	r := start(t, feed.Options{Refresh: 5 * time.Second})
	defer r.stop()
	r.sub.Want(overview())
	r.pass(time.Hour)
	return float64(len(r.prom.all())) / (time.Hour.Seconds() / 5)
}

func TestFeedAsksPrometheusAtMostSixTimesPerRefreshForTwelvePanels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if n := queries(t); n > 6 {
			t.Errorf("%.2f queries per refresh, want at most 6", n)
		}
	})
}

// BenchmarkFeedOverview tells what an hour of the overview costs: dlmon's CPU time (ns/op, an hour per op) and
// queries per refresh.
func BenchmarkFeedOverview(b *testing.B) {
	b.ReportAllocs()
	var n float64
	for b.Loop() {
		// A bubble needs a test; testing.Benchmark has none to give.
		ok := testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
			Name: "hour",
			F:    func(t *testing.T) { synctest.Test(t, func(t *testing.T) { n = queries(t) }) },
		}})
		if !ok {
			b.Fatal("the simulation failed")
		}
	}
	b.ReportMetric(n, "queries/refresh")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/3600*100, "%CPU")
}

// BenchmarkFeedRead is what a page pays to read one range of 20 series at 120 columns.
func BenchmarkFeedRead(b *testing.B) {
	line := ranged("x", time.Hour, 30*time.Second)
	r := start(b, feed.Options{}, func(s *server) {
		s.series = nil
		for i := range 20 {
			s.series = append(s.series, fmt.Sprint(i))
		}
	})
	defer r.stop()
	r.sub.Want([]feed.Request{line})
	for !r.f.Range(line).OK() {
		<-r.sub.Changed()
	}
	b.ReportAllocs()
	for b.Loop() {
		r.f.Range(line)
	}
}
