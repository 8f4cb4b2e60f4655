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
