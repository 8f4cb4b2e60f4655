package feed_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
)

func aTrace(id string) feed.Request {
	return feed.Request{Kind: feed.Trace, TraceID: id, Every: feed.Once}
}

// traced runs a test with a store of traces.
func traced(t *testing.T, test func(t *testing.T, r *rig, store *server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := newServer()
		r := start(t, feed.Options{Jaeger: tracer{store}})
		defer r.stop()
		test(t, r, store)
	})
}

func TestFeedListsOperationsAndDependencies(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		day := feed.Request{Kind: feed.Dependencies, Window: 24 * time.Hour, Every: feed.Once}
		hour := feed.Request{Kind: feed.Dependencies, Window: time.Hour}
		r.sub.Want([]feed.Request{
			{Kind: feed.Operations, Expr: "api"}, {Kind: feed.Operations, Expr: "db", Every: feed.Once}, day, hour,
		})
		r.pass(61 * time.Second)
		for _, service := range []string{"api", "db"} {
			if s := r.f.Operations(service); !s.OK() || len(s.Value) != 1 || s.Value[0] != service+".get" {
				t.Errorf("operations of %s: %+v", service, s)
			}
		}
		if s := r.f.Operations("other"); s.Answered() {
			t.Errorf("nobody asked: %+v", s)
		}
		if a, b := r.f.Dependencies(day), r.f.Dependencies(hour); a.Value[0].Calls != 24*60 || b.Value[0].Calls != 60 {
			t.Errorf("%+v, %+v", a, b)
		}
		// Every half a minute, or once.
		if n, m := len(store.got(feed.Operations, "api")), len(store.got(feed.Operations, "db")); n != 3 || m != 1 {
			t.Errorf("operations were asked %d and %d times", n, m)
		}
		calls := store.got(feed.Dependencies)
		if len(calls) != 4 {
			t.Errorf("dependencies were asked %d times", len(calls))
		}
		for _, c := range calls {
			if !c.end.Equal(c.began) {
				t.Errorf("dependencies up to %v at %v", c.end, c.began)
			}
		}
	})
}

func TestATraceMayStreamForMinutesAndNothingElseMay(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) { s.stream = chunks(300, time.Second) })
		search := feed.Request{Kind: feed.Search, Search: sources.TraceSearch{Service: "slow"}, Every: feed.Once}
		store.set(func(s *server) { s.slow = map[string]time.Duration{"slow": 5 * time.Minute, "stuck": time.Hour} })
		r.sub.Want([]feed.Request{aTrace("long"), aTrace("stuck"), search})
		r.pass(2 * time.Minute)
		if n := r.f.Loading("long"); n < 100 || n > 120 {
			t.Errorf("after two minutes of a span a second %d have come", n)
		}
		if s := r.f.Search(search); sources.KindOf(s.Err) != sources.Timeout || !strings.Contains(s.Err.Error(), "1m0s") {
			t.Errorf("a search of five minutes: %v", s.Err)
		}
		r.pass(4 * time.Minute)
		if s := r.f.Trace("long"); !s.OK() || s.Err != nil || len(s.Value.Nodes) != 300 {
			t.Errorf("a trace of five minutes: %+v", s.Err)
		}
		if n := r.f.Loading("long"); n != 0 {
			t.Errorf("it is there, and %d spans are loading", n)
		}
		if s := r.f.Trace("stuck"); s.Answered() {
			t.Errorf("given up too soon: %+v", s)
		}
		r.pass(5 * time.Minute)
		if s := r.f.Trace("stuck"); sources.KindOf(s.Err) != sources.Timeout || !strings.Contains(s.Err.Error(), "10m0s") {
			t.Errorf("never given up: %v", s.Err)
		}
	})
}

func TestATraceThatNobodyWaitsForIsCancelled(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		gone := make(chan error, 1)
		store.set(func(s *server) {
			s.stream = func(ctx context.Context, id string, progress func(int)) (sources.Trace, error) {
				progress(7)
				<-ctx.Done()
				gone <- ctx.Err()
				time.Sleep(3 * time.Second)
				progress(8) // it is late
				// A client may keep what came when its stream breaks off.
				cut := spans(id, 7, time.Now())
				cut.Cut = "cancelled"
				return cut, nil
			}
		})
		r.sub.Want([]feed.Request{aTrace("a")})
		r.pass(time.Second)
		if n := r.f.Loading("a"); n != 7 {
			t.Errorf("%d spans have come, want 7", n)
		}
		r.sub.Want(nil)
		r.pass(time.Second)
		select {
		case err := <-gone:
			if err != context.Canceled {
				t.Error(err)
			}
		default:
			t.Fatal("the stream goes on")
		}
		if s := r.f.Trace("a"); s.Answered() || r.f.Loading("a") != 0 {
			t.Errorf("what was given up is an answer: %+v, %d loading", s, r.f.Loading("a"))
		}
		store.set(func(s *server) { s.stream = chunks(2, 4*time.Second) })
		r.sub.Want([]feed.Request{aTrace("a")})
		r.pass(3 * time.Second)
		if n := r.f.Loading("a"); n != 0 {
			t.Errorf("what the first try says late counts for the second: %d spans", n)
		}
		r.pass(10 * time.Second)
		if s := r.f.Trace("a"); !s.OK() || s.Value.Trace.Cut != "" || len(s.Value.Nodes) != 2 {
			t.Errorf("wanted again: %+v", s)
		}
	})
}

func TestProgressIsToldAtTheScreensPace(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) { s.stream = chunks(5000, time.Millisecond) })
		r.pass(time.Second)
		for len(r.sub.Changed()) > 0 {
			<-r.sub.Changed()
		}
		r.sub.Want([]feed.Request{aTrace("a")})
		told, last, rising := 0, 0, true
		for end := time.After(4 * time.Second); end != nil; {
			select {
			case <-r.sub.Changed():
				told++
				n := r.f.Loading("a")
				rising = rising && n >= last
				last = n
			case <-end:
				end = nil
			}
		}
		if told < 35 || told > 45 {
			t.Errorf("4,000 spans in 4 s were told in %d messages, want one in 100 ms", told)
		}
		if !rising || last < 3800 {
			t.Errorf("the last count is %d, rising %v", last, rising)
		}
	})
}

func TestTwoHundredTracesAreReadFourAtATimeAndKept(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) {
			s.stream = func(_ context.Context, id string, _ func(int)) (sources.Trace, error) {
				return spans(id, 100, time.Now()), nil
			}
		})
		var want []feed.Request
		for i := range 200 {
			want = append(want, aTrace(fmt.Sprint(i)))
		}
		there := func() (n int) {
			for _, q := range want {
				if s := r.f.Trace(q.TraceID); s.OK() && len(s.Value.Nodes) == 100 {
					n++
				}
			}
			return n
		}
		r.sub.Want(want)
		r.pass(2 * time.Second)
		if n := there(); n != 200 {
			t.Fatalf("%d traces came", n)
		}
		if n := top(store); n > 4 {
			t.Errorf("%d at a time", n)
		}
		// One of them is looked at, and back.
		r.sub.Want(want[:1])
		r.pass(time.Minute)
		r.sub.Want(want)
		r.pass(time.Second)
		if n := len(store.got(feed.Trace)); n != 200 || there() != 200 {
			t.Errorf("%d reads; %d traces are there", n, there())
		}
		r.sub.Want(nil)
		r.pass(6 * time.Minute)
		if n := there(); n != 0 {
			t.Errorf("%d traces are kept for good", n)
		}
	})
}

func TestWhatIsNotWantedAnyMoreIsBounded(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) {
			s.stream = func(_ context.Context, id string, _ func(int)) (sources.Trace, error) {
				return spans(id, 30_000, time.Now()), nil
			}
		})
		for i := range 3 {
			r.sub.Want([]feed.Request{aTrace(fmt.Sprint(i))})
			r.pass(time.Second)
		}
		for i, want := range []bool{false, true, true} { // the second is kept, the third is wanted
			if got := r.f.Trace(fmt.Sprint(i)).OK(); got != want {
				t.Errorf("trace %d is there: %v", i, got)
			}
		}
	})
}

func TestRefreshReadsATraceAgainOnlyIfItMayHaveChanged(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		made := time.Now()
		store.set(func(s *server) {
			s.stream = func(_ context.Context, id string, _ func(int)) (sources.Trace, error) {
				switch id {
				case "cut":
					tr := spans(id, 3, made.Add(-time.Hour))
					tr.Cut = "the server closed the connection"
					return tr, nil
				case "young":
					return spans(id, 3, made.Add(-10*time.Second)), nil
				case "future": // a clock is wrong
					return spans(id, 3, made.Add(24*time.Hour)), nil
				}
				return spans(id, 3, made.Add(-time.Hour)), nil
			}
		})
		ids := []string{"whole", "cut", "young", "future"}
		var want []feed.Request
		for _, id := range ids {
			want = append(want, aTrace(id))
		}
		reads := func(id string) int { return len(store.got(feed.Trace, id)) }
		r.sub.Want(want)
		r.pass(5 * time.Minute)
		for _, id := range ids {
			if s := r.f.Trace(id); reads(id) != 1 || !s.OK() || len(s.Value.Nodes) != 3 {
				t.Errorf("%s: %d reads without being asked to; %+v", id, reads(id), s)
			}
		}
		if s := r.f.Trace("cut"); s.Err != nil || s.Value.Trace.Cut == "" {
			t.Errorf("what came of a broken stream: %+v", s)
		}
		r.sub.Refresh()
		r.pass(time.Second)
		r.sub.Refresh()
		r.pass(time.Second)
		// The young one was read a second time when its last span was five minutes old: it stays now.
		for id, want := range map[string]int{"whole": 1, "cut": 3, "young": 2, "future": 3} {
			if reads(id) != want {
				t.Errorf("%s was read %d times, want %d", id, reads(id), want)
			}
		}
	})
}

func TestATraceThatMayGrowIsFollowedUntilItIsWhole(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		made := time.Now()
		store.set(func(s *server) {
			s.stream = func(_ context.Context, id string, _ func(int)) (sources.Trace, error) { return spans(id, 1, made), nil }
		})
		r.sub.Want([]feed.Request{{Kind: feed.Trace, TraceID: "a"}})
		r.pass(10 * time.Minute)
		if n := len(store.got(feed.Trace, "a")); n != 3 { // at 0, 30 and 60 s
			t.Errorf("read %d times", n)
		}
	})
}

func TestAFailedReadKeepsTheTraceThatCameBefore(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		store.set(func(s *server) {
			s.stream = func(_ context.Context, id string, _ func(int)) (sources.Trace, error) {
				tr := spans(id, 2, time.Now().Add(-time.Hour))
				tr.Cut = "cut"
				return tr, nil
			}
		})
		r.sub.Want([]feed.Request{aTrace("a")})
		r.pass(time.Second)
		store.set(only("a", sources.Rejected))
		r.sub.Refresh()
		r.pass(time.Second)
		if s := r.f.Trace("a"); s.Err == nil || !s.OK() || len(s.Value.Nodes) != 2 {
			t.Errorf("%+v", s)
		}
		store.set(up)
		store.set(func(s *server) { s.stream = chunks(3, 0) })
		r.pass(time.Minute)
		if s := r.f.Trace("a"); s.Err != nil || len(s.Value.Nodes) != 3 {
			t.Errorf("after the recovery: %+v", s)
		}
	})
}

func TestAPanicInTheAnalysisIsAnError(t *testing.T) {
	traced(t, func(t *testing.T, r *rig, store *server) {
		r.f.SetAnalyze(func(tr sources.Trace) *tracing.Analysis {
			if tr.ID == "bad" {
				panic("a span that nobody thought of")
			}
			return tracing.Analyze(tr)
		})
		r.sub.Want([]feed.Request{aTrace("bad"), aTrace("good")})
		r.pass(time.Second)
		s := r.f.Trace("bad")
		if sources.KindOf(s.Err) != sources.Internal || !strings.Contains(s.Err.Error(), "nobody thought of") || s.Value != nil {
			t.Errorf("%+v", s)
		}
		if s := r.f.Trace("good"); !s.OK() {
			t.Errorf("another trace: %+v", s)
		}
		if st := r.source(feed.SourceJaeger); st.State != feed.OK {
			t.Errorf("Jaeger itself is %s: %v", st.State, st.Err)
		}
	})
}

func TestExemplarsAreAskedOnceForTheirWindow(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		q := feed.Request{Kind: feed.Exemplars, Expr: `x_bucket{t="a"}`, Window: time.Hour, Every: feed.Once}
		wide := q
		wide.Window = 2 * time.Hour
		r.sub.Want([]feed.Request{q})
		r.pass(10 * time.Minute)
		calls := r.prom.got(feed.Exemplars)
		if len(calls) != 1 || calls[0].expr != q.Expr || calls[0].end.Sub(calls[0].start) != time.Hour || !calls[0].end.Equal(calls[0].began) {
			t.Fatalf("%+v", calls)
		}
		if s := r.f.Exemplars(q); !s.OK() {
			t.Errorf("%+v", s)
		}
		if s := r.f.Exemplars(wide); s.Answered() {
			t.Errorf("another window was not asked for: %+v", s)
		}
		r.sub.Refresh()
		r.pass(time.Second)
		if n := len(r.prom.got(feed.Exemplars)); n != 2 {
			t.Errorf("asked %d times after a refresh", n)
		}
		r.prom.set(only(q.Expr, sources.Rejected)) // a server that has no exemplars
		r.sub.Refresh()
		r.pass(time.Second)
		if s := r.f.Exemplars(q); sources.KindOf(s.Err) != sources.Rejected {
			t.Errorf("%+v", s)
		}
		if st := r.source(feed.SourcePrometheus); st.State != feed.OK {
			t.Errorf("Prometheus itself is %s: %v", st.State, st.Err)
		}
	})
}
