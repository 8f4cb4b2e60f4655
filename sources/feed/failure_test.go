package feed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"dlmon/sources"
	"dlmon/sources/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func down(k sources.Kind) func(*server) {
	return func(s *server) { s.fail = func(call) error { return fault(k) } }
}

func up(s *server) { s.fail, s.hang = nil, false }

// only makes requests for one expression fail.
func only(expr string, k sources.Kind) func(*server) {
	return func(s *server) {
		s.fail = func(c call) error {
			if c.expr == expr {
				return fault(k)
			}
			return nil
		}
	}
}

func TestFeedKeepsLastValueWhenPrometheusFails(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{instant("x"), line})
		r.pass(2 * time.Minute)
		good, goodLine := r.f.Instant(instant("x")), r.f.Range(line)
		r.prom.set(down(sources.Unavailable))
		r.pass(10 * time.Minute)
		s := r.f.Instant(instant("x"))
		if s.Err == nil || s.Value.At.Before(good.Value.At) || !s.OK() {
			t.Errorf("after the failure: %+v", s)
		}
		if age := s.Age(r.f.Now()); age < 9*time.Minute || age > 11*time.Minute {
			t.Errorf("age %v", age)
		}
		if !s.Tried.After(s.At) {
			t.Errorf("tried %v, true at %v", s.Tried, s.At)
		}
		l := r.f.Range(line)
		if l.Err == nil || l.Value.End().Before(goodLine.Value.End()) || len(l.Value.Series) != 1 {
			t.Errorf("range after the failure: %v, ends %v", l.Err, l.Value.End())
		}
		st := r.source(feed.SourcePrometheus)
		if st.State != feed.Stale || st.Err == nil || !st.Next.After(time.Now().Add(-time.Second)) {
			t.Errorf("status %+v", st)
		}
		r.prom.set(up)
		r.pass(31 * time.Second)
		if s := r.f.Instant(instant("x")); s.Err != nil || s.Age(r.f.Now()) > 31*time.Second {
			t.Errorf("after the recovery: %+v", s)
		}
		if st := r.source(feed.SourcePrometheus); st.State != feed.OK || !st.Next.IsZero() {
			t.Errorf("status after the recovery %+v", st)
		}
	})
}

func TestFeedMarksEverythingStaleWithinOneRefreshOfAnOutage(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.prom.set(func(s *server) { s.scrape = 0 })
		want := []feed.Request{instant("a"), instant("b"), instant("c")}
		r.sub.Want(want)
		r.pass(time.Minute + 3*time.Second)
		r.prom.set(down(sources.Refused))
		r.pass(5*time.Second + 200*time.Millisecond)
		for _, q := range want {
			if r.f.Instant(q).Err == nil {
				t.Errorf("%s is not marked", q.Expr)
			}
		}
	}, func(s *server) { s.scrape = 0 })
}

func TestFeedBacksOffASourceWithJitterUpToHalfAMinuteForever(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		const firstDelay = time.Second
		began := time.Now()
		r.sub.Want([]feed.Request{instant("x"), instant("y"), ranged("x", time.Hour, time.Minute)})
		r.pass(7 * 24 * time.Hour)
		calls := r.prom.all()
		for calls[0].began.Sub(began) < firstDelay/2 {
			calls = calls[1:] // went out before the first one failed
		}
		nominal := firstDelay
		differ := map[time.Duration]bool{}
		for i := 1; i < len(calls); i++ {
			nominal = min(2*nominal, 30*time.Second)
			gap := calls[i].began.Sub(calls[i-1].began)
			if gap < nominal/2 || gap > nominal+10*time.Millisecond {
				t.Fatalf("try %d came %v after the one before, want %v to %v", i, gap, nominal/2, nominal)
			}
			differ[gap] = true
		}
		if len(differ) < 100 {
			t.Errorf("%d different delays: no jitter", len(differ))
		}
		if last := calls[len(calls)-1].began; time.Since(last) > 31*time.Second {
			t.Errorf("gave up %v ago", time.Since(last))
		}
	}, down(sources.Unavailable))
}

func TestFeedComesBackWithinTwoRefreshesAfterARestart(t *testing.T) {
	const refresh = 5 * time.Second
	bubble(t, feed.Options{Refresh: refresh}, func(t *testing.T, r *rig) {
		want := []feed.Request{instant("a"), instant("b"), instant("c"), instant("d"), instant("e"), instant("f")}
		line := ranged("a", time.Hour, 30*time.Second)
		r.sub.Want(append(want, line))
		r.pass(5 * time.Minute)
		r.prom.set(down(sources.Refused))
		r.pass(10 * time.Minute)
		r.prom.set(up)
		r.pass(2 * refresh)
		for _, q := range want {
			if s := r.f.Instant(q); s.Err != nil || s.Age(r.f.Now()) > 2*refresh {
				t.Errorf("%s: age %v, %v", q.Expr, s.Age(r.f.Now()), s.Err)
			}
		}
		s := r.f.Range(line)
		if s.Err != nil || r.f.Now().Sub(s.Value.End()) > 30*time.Second+2*refresh {
			t.Errorf("range ends %v ago, %v", r.f.Now().Sub(s.Value.End()), s.Err)
		}
		for i, v := range s.Value.Series[0].Values {
			if v != float64(s.Value.Time(i).Unix()) {
				t.Fatalf("column %d at %v is %v: the gap is not filled", i, s.Value.Time(i), v)
			}
		}
	})
}

func TestFeedBacksOffOnlyTheRequestThatIsRejected(t *testing.T) {
	for _, kind := range []sources.Kind{sources.Rejected, sources.TooLarge, sources.Internal} {
		bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
			r.sub.Want([]feed.Request{instant("bad"), instant("good")})
			r.pass(time.Hour)
			if n := len(r.prom.got(feed.Instant, "good")); n < 230 || n > 245 {
				t.Errorf("kind %v: the good request was asked %d times an hour, want 240", kind, n)
			}
			if n := len(r.prom.got(feed.Instant, "bad")); n < 120 || n > 250 {
				t.Errorf("kind %v: the bad request was tried %d times an hour, want one per 15 to 30 s", kind, n)
			}
			if s := r.source(feed.SourcePrometheus); s.State != feed.OK {
				t.Errorf("kind %v: the source is %s", kind, s.State)
			}
		}, only("bad", kind))
	}
}

func TestFeedDoesNotBlameTheSourceForOneQueryThatTimesOut(t *testing.T) {
	bubble(t, feed.Options{Refresh: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("heavy"), instant("a"), instant("b"), instant("c")})
		r.pass(5 * time.Minute)
		r.prom.forget()
		r.pass(time.Hour)
		if n := len(r.prom.got(feed.Instant, "a")); n < 230 {
			t.Errorf("a good request was asked %d times an hour, want 240", n)
		}
		if n := len(r.prom.got(feed.Instant, "heavy")); n > 12 {
			t.Errorf("a request that keeps the server busy for more than 10 s was tried %d times an hour", n)
		}
		if s := r.source(feed.SourcePrometheus); s.State != feed.OK {
			t.Errorf("the source is %s: %v", s.State, s.Err)
		}
	}, func(s *server) {
		s.fail = func(c call) error {
			if c.expr != "heavy" {
				return nil
			}
			time.Sleep(10 * time.Second)
			return fault(sources.Timeout)
		}
	})
}

func TestFeedFindsOutThatAServerIsBackThoughItRefusesTheProbe(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(10 * time.Minute)
		r.prom.set(func(s *server) {
			s.fail = func(c call) error {
				if c.kind == feed.Rules {
					return fault(sources.Unavailable)
				}
				return nil
			}
		})
		r.pass(2 * time.Minute)
		if s := r.f.Instant(instant("x")); s.Err != nil || s.Age(r.f.Now()) > time.Minute {
			t.Errorf("age %v, %v", s.Age(r.f.Now()), s.Err)
		}
	}, down(sources.Unavailable))
}

func TestFeedShowsAServerThatRefusesEverythingAsFailed(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x"), instant("y")})
		r.pass(time.Minute)
		if s := r.source(feed.SourcePrometheus); s.State != feed.Failed || s.Err == nil {
			t.Errorf("status %+v", s)
		}
	}, down(sources.Rejected))
}

func TestFeedSurvivesAPanickingClient(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(time.Second)
		if s := r.f.Instant(instant("x")); sources.KindOf(s.Err) != sources.Internal || s.Err == nil {
			t.Errorf("got %v", s.Err)
		}
		r.prom.set(func(s *server) { s.panics = false })
		r.pass(time.Minute)
		if s := r.f.Instant(instant("x")); s.Err != nil || !s.OK() {
			t.Errorf("afterwards %v", s.Err)
		}
	}, func(s *server) { s.panics = true })
}

func TestFeedCancelsWhatNobodyWantsAndDropsLateAnswers(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(2 * time.Second) // of the three it takes
		r.sub.Want(nil)
		r.pass(time.Millisecond)
		r.prom.set(func(s *server) {
			if s.left != 1 {
				t.Errorf("%d requests were cancelled, want 1", s.left)
			}
		})
		r.pass(10 * time.Second)
		if s := r.f.Instant(instant("x")); s.Answered() {
			t.Errorf("a cancelled request left %+v", s)
		}
	}, func(s *server) { s.slow = map[string]time.Duration{"x": 3 * time.Second} })
}

func TestFeedDropsTheAnswerOfAClientThatDoesNotHonourCancelling(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(time.Second)
		r.sub.Want(nil)
		close(r.prom.freed)
		r.pass(time.Second)
		if s := r.f.Instant(instant("x")); s.Answered() {
			t.Errorf("a late answer was taken: %+v", s)
		}
	}, func(s *server) { s.deaf = true })
}

func TestFeedShowsKeptAnswersAtOnceWhenAScreenComesBack(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		want := []feed.Request{instant("x"), line}
		r.sub.Want(want)
		r.pass(time.Second)
		r.sub.Want(nil)
		r.pass(2 * time.Minute)
		r.prom.set(func(s *server) { s.hang = true })
		r.sub.Want(want)
		if !r.f.Instant(instant("x")).OK() || len(r.f.Range(line).Value.Series) != 1 {
			t.Error("nothing kept after two minutes")
		}
		r.sub.Want(nil)
		r.pass(6 * time.Minute)
		if r.f.Instant(instant("x")).OK() || r.f.Range(line).OK() {
			t.Error("kept for longer than five minutes")
		}
	})
}

func TestFeedStopsAtOnceThoughEverySourceHangs(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, feed.Options{}, func(s *server) { s.hang, s.deaf = true, deaf })
			r.sub.Want([]feed.Request{instant("x"), instant("y"), instant("z")})
			r.pass(time.Second)
			began := time.Now()
			r.stop()
			if took := time.Since(began); took > 50*time.Millisecond {
				t.Errorf("Run returned %v after the end (client deaf: %v)", took, deaf)
			}
			close(r.prom.freed)
		})
	}
}

func TestFeedReadsNeverWaitForAServer(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(time.Second)
		began := time.Now()
		r.f.Instant(instant("x"))
		r.f.Alerts()
		r.f.Sources()
		r.sub.Refresh()
		if took := time.Since(began); took != 0 {
			t.Errorf("reading took %v", took)
		}
		if s := r.source(feed.SourcePrometheus).State; s != feed.Waiting {
			t.Errorf("status %s, want waiting", s)
		}
	}, func(s *server) { s.hang = true })
}

func TestFeedGivesUpOnAClientWithoutABound(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{instant("x")})
		r.pass(62 * time.Second)
		if s := r.f.Instant(instant("x")); sources.KindOf(s.Err) != sources.Timeout || !errors.Is(s.Err, context.DeadlineExceeded) {
			t.Errorf("after a minute: %v", s.Err)
		}
	}, func(s *server) { s.hang = true })
}

func TestWhatJaegerCanDoIsFoundOutAndAgainWhenItComesBack(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) { s.notes = []string{"lists by trace summaries"} })
		r.pass(time.Second)
		notes := func() string { return strings.Join(r.source(feed.SourceJaeger).Info.Notes, "; ") }
		if got := notes(); got != "lists by trace summaries" || r.source(feed.SourceJaeger).Info.Version != "1.2.3" {
			t.Errorf("%q", got)
		}
		if n := len(store.got(kindInfo)); n != 1 {
			t.Errorf("asked %d times", n)
		}
		// Whichever request it is that finds it back.
		r.sub.Want([]feed.Request{{Kind: feed.Search, Search: sources.TraceSearch{Service: "api"}}}) // finds it gone within 5 s
		for outage := range 8 {
			store.set(down(sources.Refused))
			want := fmt.Sprint("version ", outage)
			store.set(func(s *server) { s.notes = []string{want} })
			r.pass(time.Duration(outage+10) * time.Second / 2)
			store.set(up)
			r.pass(31 * time.Second)
			if got := notes(); got != want {
				t.Errorf("after it came back it is %q, want %q", got, want)
			}
		}
	})
}
