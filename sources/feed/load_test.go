package feed_test

import (
	"fmt"
	"testing"
	"time"

	"dlmon/sources/feed"
)

func TestFeedAsksASlowPrometheusLessOften(t *testing.T) {
	for _, scrape := range []time.Duration{0, 15 * time.Second} {
		bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
			const took, span = 400 * time.Millisecond, 10 * time.Minute
			want := []feed.Request{instant("cheap")}
			r.prom.set(func(s *server) {
				s.slow = map[string]time.Duration{}
				for i := range 12 {
					s.slow[fmt.Sprint(i)] = took
					want = append(want, instant(fmt.Sprint(i)))
				}
			})
			r.sub.Want(want)
			r.pass(span)
			busy := time.Duration(0)
			for i := range 12 {
				busy += time.Duration(len(r.prom.got(feed.Instant, fmt.Sprint(i)))) * took
			}
			cheap := len(r.prom.got(feed.Instant, "cheap"))
			busy += time.Duration(len(r.prom.all())) * 5 * time.Millisecond
			share := busy.Seconds() / span.Seconds()
			t.Logf("scrape %v: %.1f %% of the time", scrape, 100*share)
			if share >= 0.1 || share < 0.05 {
				t.Errorf("scrape %v: dlmon took %.1f %% of Prometheus's time, want 5 to 10 %%", scrape, 100*share)
			}
			if base := max(5*time.Second, scrape); cheap < int(span/base)*9/10 {
				t.Errorf("scrape %v: a cheap request was asked %d times only", scrape, cheap)
			}
			s := r.source(feed.SourcePrometheus)
			if !s.Slowed || s.Cadence < 40*time.Second || s.Cadence > 90*time.Second {
				t.Errorf("status says slowed %v, every %v", s.Slowed, s.Cadence)
			}
			// The server has become fast: so is the screen, soon.
			r.prom.set(func(s *server) { s.slow = nil })
			r.pass(10 * time.Minute)
			if s := r.source(feed.SourcePrometheus); s.Slowed || s.Cadence > max(5*time.Second, scrape) {
				t.Errorf("still slowed to %v", s.Cadence)
			}
		}, func(s *server) { s.scrape = scrape })
	}
}

// A machine that is busy while everything starts, or for a moment later, must not freeze the screen for minutes.
func TestOneBusySpellHoldsNoQueryBackForLong(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		var want []feed.Request
		busy := map[string]time.Duration{}
		for i := range 12 {
			want = append(want, instant(fmt.Sprint(i)))
			busy[fmt.Sprint(i)] = 3 * time.Second
		}
		asked := func() (fewest int) {
			fewest = len(r.prom.got(feed.Instant, "0"))
			for i := range 12 {
				fewest = min(fewest, len(r.prom.got(feed.Instant, fmt.Sprint(i))))
			}
			return fewest
		}
		spell := func(d time.Duration) {
			r.prom.set(func(s *server) { s.slow = busy })
			r.pass(d)
			r.prom.set(func(s *server) { s.slow = nil })
		}
		r.prom.set(func(s *server) { s.slow = busy })
		r.sub.Want(want)
		r.pass(12 * time.Second)
		r.prom.set(func(s *server) { s.slow = nil })
		r.pass(30 * time.Second)
		if s := r.source(feed.SourcePrometheus); s.Slowed {
			t.Errorf("half a minute after a busy start it is still slowed to %v", s.Cadence)
		}
		r.pass(5 * time.Minute)
		before := asked()
		spell(4 * time.Second)
		r.pass(time.Minute)
		if n := asked() - before; n < 8 {
			t.Errorf("in the minute after a busy moment one query was asked %d times only", n)
		}
	}, func(s *server) { s.scrape = 0 })
}

// What looks at every tenant's series goes one by one with rests, from the first query on; what is cheap doesn't wait for it.
func TestHeavyQueriesTakeAShareOfPrometheusFromTheFirstOneOn(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		const took = 5 * time.Second
		var want []feed.Request
		for i := range 6 {
			name := fmt.Sprint("heavy ", i)
			want = append(want, feed.Request{Kind: feed.Instant, Expr: name, Every: time.Minute, Heavy: true})
			r.prom.set(func(s *server) { s.slow[name] = took })
		}
		want = append(want, instant("cheap"))
		r.sub.Want(want)
		r.pass(4 * time.Second)
		if !r.f.Instant(instant("cheap")).OK() {
			t.Error("the cheap one waits for the heavy ones")
		}
		var began []time.Time
		heavy := func() (out []time.Time) {
			for _, c := range r.prom.got(feed.Instant) {
				if c.expr != "cheap" {
					out = append(out, c.began)
				}
			}
			return out
		}
		r.pass(56 * time.Second)
		if began = heavy(); len(began) != 3 {
			t.Errorf("%d heavy queries in the first minute, want 3", len(began))
		}
		r.pass(2 * time.Minute)
		began = heavy()
		for i := 1; i < len(began); i++ {
			if gap := began[i].Sub(began[i-1]); gap < 4*took {
				t.Errorf("%v after the one before", gap)
			}
		}
		for _, q := range want {
			if !r.f.Instant(q).OK() {
				t.Errorf("%s is not answered within three minutes", q.Expr)
			}
		}
		// Leaving the page and coming back buys nothing.
		r.pass(10 * time.Minute)
		again := feed.Request{Kind: feed.Instant, Expr: "another", Heavy: true}
		r.prom.set(func(s *server) { s.slow["another"] = took; s.calls = nil })
		for range 10 {
			r.sub.Want([]feed.Request{again})
			r.pass(time.Second)
			r.sub.Want(nil)
			r.pass(100 * time.Millisecond)
		}
		if n := len(r.prom.got(feed.Instant, "another")); n > 6 {
			t.Errorf("given up and asked again %d times in eleven seconds", n)
		}
	}, func(s *server) { s.slow = map[string]time.Duration{} })
}

func TestHeavyQueriesOfASmallServiceDoNotWait(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		var want []feed.Request
		for i := range 10 {
			want = append(want, feed.Request{Kind: feed.Instant, Expr: fmt.Sprint(i), Heavy: true})
		}
		r.sub.Want(want)
		r.pass(time.Second)
		if n := len(r.prom.got(feed.Instant)); n < len(want) || r.prom.top > 3 {
			t.Errorf("%d of %d answered after a second, %d at once", n, len(want), r.prom.top)
		}
	})
}

func TestASnapshotDoesNotRest(t *testing.T) {
	bubble(t, feed.Options{At: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)}, func(t *testing.T, r *rig) {
		r.prom.set(func(s *server) { s.slow = map[string]time.Duration{"a": 5 * time.Second, "b": 5 * time.Second} })
		r.sub.Want([]feed.Request{{Kind: feed.Instant, Expr: "a", Heavy: true}, {Kind: feed.Instant, Expr: "b", Heavy: true}})
		r.pass(11 * time.Second)
		if !r.f.Settled() {
			t.Error("two queries of five seconds are not answered after eleven")
		}
	})
}
