package feed_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

func TestFeedAsksEqualRequestsOnce(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		other := r.f.Subscribe()
		r.sub.Want([]feed.Request{instant("up"), instant("up")})
		other.Want([]feed.Request{instant("up"), {Kind: feed.Instant, Expr: "up", Every: time.Minute}})
		r.pass(time.Second)
		if n := len(r.prom.got(feed.Instant)); n != 1 {
			t.Errorf("four equal requests were asked %d times", n)
		}
		r.sub.Want(nil)
		r.prom.forget()
		r.pass(time.Minute)
		if n := len(r.prom.got(feed.Instant)); n < 3 {
			t.Errorf("asked %d times in a minute, though one screen still wants it every 15 s", n)
		}
	})
}

func TestFeedKeepsEachKindsCadence(t *testing.T) {
	for _, tc := range []struct {
		name            string
		req             feed.Request
		refresh, scrape time.Duration
		want            time.Duration // between two tries
	}{
		{"instant at the scrape interval", instant("x"), 5 * time.Second, 15 * time.Second, 15 * time.Second},
		{"instant at the refresh", instant("x"), 30 * time.Second, 15 * time.Second, 30 * time.Second},
		{"instant without a scrape interval", instant("x"), 5 * time.Second, 0, 5 * time.Second},
		{"before", feed.Request{Kind: feed.Instant, Expr: "x", Ago: time.Hour, Every: time.Minute}, 5 * time.Second, 15 * time.Second, time.Minute},
		{"rules", feed.Request{Kind: feed.Rules}, 5 * time.Second, 15 * time.Second, 15 * time.Second},
		{"targets at most every 15 s", feed.Request{Kind: feed.Targets}, 5 * time.Second, 5 * time.Second, 15 * time.Second},
		{"range with each new column", ranged("x", time.Hour, time.Minute), 5 * time.Second, 15 * time.Second, time.Minute},
		{"range finer than the scrapes", ranged("x", time.Minute, time.Second), 5 * time.Second, 15 * time.Second, 15 * time.Second},
		{"health", feed.Request{Kind: feed.Health}, 5 * time.Second, 15 * time.Second, 5 * time.Second},
		{"managed", feed.Request{Kind: feed.Managed}, 5 * time.Second, 15 * time.Second, 5 * time.Second},
		{"services", feed.Request{Kind: feed.Services}, 5 * time.Second, 15 * time.Second, 30 * time.Second},
		{"search", feed.Request{Kind: feed.Search, Every: 10 * time.Second}, 5 * time.Second, 15 * time.Second, 10 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				side := newServer()
				r := start(t, feed.Options{Refresh: tc.refresh, Health: side, Jaeger: tracer{side}, Alertmanager: side},
					func(s *server) { s.scrape = tc.scrape })
				defer r.stop()
				r.sub.Want([]feed.Request{tc.req})
				r.pass(2 * time.Minute) // the second try may come sooner, to spread the load
				r.prom.forget()
				side.forget()
				r.pass(20*tc.want + time.Second)
				n := len(r.prom.got(tc.req.Kind)) + len(side.got(tc.req.Kind))
				if n < 18 || n > 21 {
					t.Errorf("asked %d times in 20 intervals of %v", n, tc.want)
				}
			})
		})
	}
}

func TestFeedAsksOnceRequestsUntilAnsweredAndOnRefresh(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.prom.set(func(s *server) {
			s.fail = func(c call) error {
				if c.kind == feed.Instant {
					return fault(sources.Rejected)
				}
				return nil
			}
		})
		r.sub.Want([]feed.Request{{Kind: feed.Instant, Expr: "x", Every: feed.Once}})
		r.pass(time.Minute)
		if n := len(r.prom.got(feed.Instant)); n < 3 {
			t.Errorf("tried %d times in a minute without an answer", n)
		}
		r.prom.set(func(s *server) { s.fail = nil })
		r.pass(time.Minute)
		r.prom.forget()
		r.pass(time.Hour)
		if n := len(r.prom.got(feed.Instant)); n != 0 {
			t.Errorf("asked %d times more after the answer", n)
		}
		r.sub.Refresh()
		r.pass(time.Second)
		if n := len(r.prom.got(feed.Instant)); n != 1 {
			t.Errorf("Refresh asked %d times, want 1", n)
		}
	})
}

func TestFeedProbesEverySourceAsSoonAsAnybodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		side := newServer()
		r := start(t, feed.Options{Health: side, Jaeger: tracer{side}, Alertmanager: side})
		defer r.stop()
		r.pass(time.Second)
		for _, k := range []feed.Kind{feed.Health, feed.Services, feed.Managed} {
			if len(side.got(k)) != 1 {
				t.Errorf("kind %d was not probed", k)
			}
		}
		if len(r.prom.got(feed.Rules)) != 1 || len(r.prom.got(kindInfo)) != 1 {
			t.Error("prometheus was not probed")
		}
		for _, s := range r.f.Sources() {
			if s.State != feed.OK {
				t.Errorf("%s is %s, want ok", s.Name, s.State)
			}
		}
		if v := r.source(feed.SourcePrometheus).Info.Version; v != "1.2.3" {
			t.Errorf("version %q", v)
		}
		r.sub.Close()
		r.prom.forget()
		r.pass(time.Hour)
		if n := len(r.prom.all()); n != 0 {
			t.Errorf("%d requests while nobody looks", n)
		}
	})
}

func TestFeedAtAFixedTimeEvaluatesThereAndAsksOnce(t *testing.T) {
	at := time.Date(1999, 12, 31, 12, 0, 7, 0, time.UTC)
	bubble(t, feed.Options{At: at}, func(t *testing.T, r *rig) {
		before := feed.Request{Kind: feed.Instant, Expr: "x", Ago: time.Hour}
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{instant("x"), before, line})
		if r.f.Settled() {
			t.Error("settled before anything was asked")
		}
		r.pass(time.Second)
		if !r.f.Settled() {
			t.Error("not settled")
		}
		if got := r.f.Instant(instant("x")).Value.At; !got.Equal(at) {
			t.Errorf("evaluated at %v", got)
		}
		if got := r.f.Instant(before).Value.At; !got.Equal(at.Add(-time.Hour)) {
			t.Errorf("before evaluated at %v", got)
		}
		if got := r.f.Range(line).Value.End(); !got.Equal(at.Truncate(time.Minute)) {
			t.Errorf("last column at %v", got)
		}
		if !r.f.Now().Equal(at) {
			t.Errorf("Now is %v", r.f.Now())
		}
		r.prom.forget()
		r.pass(time.Hour)
		if n := len(r.prom.all()); n != 0 {
			t.Errorf("%d more requests after everything was answered", n)
		}
	})
}

func TestFeedIsSettledWhenEverythingAnsweredOrFailed(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		var want []feed.Request
		for i := range 12 {
			want = append(want, instant(fmt.Sprint(i)), ranged(fmt.Sprint(i), time.Hour, time.Minute))
		}
		r.sub.Want(want)
		r.pass(time.Second)
		if !r.f.Settled() {
			t.Error("not settled, though the source has failed")
		}
		for _, q := range want[:2] {
			if s := r.f.Instant(q); q.Kind == feed.Instant && (s.Err == nil || !s.Answered()) {
				t.Errorf("%v: no error", q)
			}
		}
		if s := r.source(feed.SourcePrometheus); s.State != feed.Failed || s.Next.IsZero() {
			t.Errorf("status %+v", s)
		}
	}, func(s *server) { s.fail = func(call) error { return fault(sources.Refused) } })
}

func TestFeedStartsAtOnceInstantsFirstAndBoundsWhatIsInFlight(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		began := time.Now()
		r.prom.set(func(s *server) { s.took = 20 * time.Millisecond })
		var want []feed.Request
		for i := range 6 {
			want = append(want, ranged(fmt.Sprint(i), time.Hour, time.Minute), instant(fmt.Sprint(i)))
		}
		r.sub.Want(want)
		r.pass(200 * time.Millisecond)
		calls := r.prom.all()
		if len(calls) != 14 || calls[0].began != began {
			t.Fatalf("%d calls, the first after %v", len(calls), calls[0].began.Sub(began))
		}
		if top(r.prom) != 4 {
			t.Errorf("%d in flight at a time, want 4", top(r.prom))
		}
		lastInstant, firstRange := 0, len(calls)
		for i, c := range calls {
			if c.kind == feed.Instant {
				lastInstant = i
			} else if c.kind == feed.Range {
				firstRange = min(firstRange, i)
			}
		}
		// The probes went out before the page wanted anything.
		if firstRange < lastInstant {
			t.Errorf("a range query went out before the last instant query")
		}
	})
}

func TestFeedSpreadsRequestsOverTheRefreshesOfAScrapeInterval(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		var want []feed.Request
		for i := range 12 {
			want = append(want, instant(fmt.Sprint(i)))
		}
		r.sub.Want(want)
		r.pass(time.Minute)
		perRefresh, moments := map[int64]int{}, map[time.Time]bool{}
		r.prom.forget()
		r.pass(time.Minute)
		for _, c := range r.prom.got(feed.Instant) {
			perRefresh[c.began.Add(time.Second).Unix()/5]++
			moments[c.began] = true
		}
		for refresh, n := range perRefresh {
			if n > 5 {
				t.Errorf("%d of 12 requests fell on refresh %d, want about 4", n, refresh)
			}
		}
		if len(moments) < 30 {
			t.Errorf("48 requests at %d different moments only: no jitter", len(moments))
		}
	})
}

func TestFeedJoinsBurstsOfChanges(t *testing.T) {
	bubble(t, feed.Options{Refresh: 15 * time.Second}, func(t *testing.T, r *rig) {
		var want []feed.Request
		for i := range 10 {
			want = append(want, instant(fmt.Sprint(i)))
		}
		var mu sync.Mutex
		var told []time.Duration
		began := time.Now()
		done := make(chan struct{})
		defer close(done)
		go func() {
			for {
				select {
				case <-r.sub.Changed():
					mu.Lock()
					told = append(told, time.Since(began))
					mu.Unlock()
				case <-done:
					return
				}
			}
		}()
		since := func(n int) []time.Duration {
			mu.Lock()
			defer mu.Unlock()
			return told[n:]
		}
		r.sub.Want(want)
		r.pass(5 * time.Second)
		first := since(0)
		if len(first) == 0 || first[0] > 25*time.Millisecond { // 5 ms of them the answer itself
			t.Errorf("first change told after %v, want within 20 ms", first)
		}
		r.pass(15 * time.Second)
		if n := len(since(len(first))); n == 0 || n > 2 {
			t.Errorf("a refresh of ten answers was told %d times, want 1 or 2", n)
		}
	})
}
