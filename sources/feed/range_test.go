package feed_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// checkGrid fails unless every value of the first series is its own time, as the fake server has it.
func checkGrid(t *testing.T, m sources.Matrix, window, step time.Duration) {
	t.Helper()
	if want := int(window/step) + 1; m.Columns != want || m.Step != step {
		t.Fatalf("%d columns of %v, want %d of %v", m.Columns, m.Step, want, step)
	}
	if m.Start.UnixNano()%int64(step) != 0 {
		t.Errorf("starts at %v, not on the grid", m.Start)
	}
	if len(m.Series) == 0 || len(m.Series[0].Values) != m.Columns {
		t.Fatalf("no series of %d values", m.Columns)
	}
	for i, v := range m.Series[0].Values {
		if v != float64(m.Time(i).Unix()) {
			t.Fatalf("column %d at %v is %v", i, m.Time(i), v)
		}
	}
}

func TestFeedAsksOnlyTheTailOfARange(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(10 * time.Second)
		checkGrid(t, r.f.Range(line).Value, time.Hour, time.Minute)
		for range 90 {
			r.prom.forget()
			end := r.f.Range(line).Value.End()
			r.pass(time.Minute)
			calls := r.prom.got(feed.Range)
			if len(calls) != 1 {
				t.Fatalf("%d range queries a minute, want 1", len(calls))
			}
			if c := calls[0]; !c.start.Equal(end.Add(-2*time.Minute)) || !c.end.Equal(end.Add(time.Minute)) {
				t.Fatalf("asked %v to %v, want two columns before %v and one after", c.start, c.end, end)
			}
			if late := calls[0].began.Sub(calls[0].end); late < 0 || late > 500*time.Millisecond {
				t.Errorf("asked %v after the column was due", late)
			}
			checkGrid(t, r.f.Range(line).Value, time.Hour, time.Minute)
		}
	})
}

func TestFeedTakesLateSamplesIn(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(time.Minute + time.Second)
		if s := r.f.Range(line).Value.Series[0]; !math.IsNaN(s.Values[60]) {
			t.Fatalf("the newest column is %v already", s.Values[60])
		}
		r.pass(2 * time.Minute)
		s := r.f.Range(line).Value.Series[0]
		if math.IsNaN(s.Values[58]) || math.IsNaN(s.Values[59]) || !math.IsNaN(s.Values[60]) {
			t.Errorf("last columns %v", s.Values[57:])
		}
	}, func(s *server) {
		s.value = func(_ string, at time.Time) float64 { // known half a minute late
			if time.Since(at) < 30*time.Second {
				return math.NaN()
			}
			return float64(at.Unix())
		}
	})
}

func TestFeedFillsTheGapOfAnOutageWithOneTail(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(10 * time.Second)
		end := r.f.Range(line).Value.End()
		r.prom.set(down(sources.Unavailable))
		r.pass(20 * time.Minute)
		if got := r.f.Range(line).Value.End(); !got.Equal(end) {
			t.Errorf("the window moved to %v without data", got)
		}
		r.prom.set(up)
		r.prom.forget()
		r.pass(31 * time.Second)
		calls := r.prom.got(feed.Range)
		if len(calls) == 0 || !calls[0].start.Equal(end.Add(-2*time.Minute)) {
			t.Fatalf("asked %v", calls)
		}
		checkGrid(t, r.f.Range(line).Value, time.Hour, time.Minute)
		// An outage longer than the window leaves nothing to keep.
		r.prom.set(down(sources.Unavailable))
		r.pass(3 * time.Hour)
		r.prom.set(up)
		r.pass(31 * time.Second)
		checkGrid(t, r.f.Range(line).Value, time.Hour, time.Minute)
	})
}

func TestFeedAsksOnlyTheHeadWhenAWindowGrows(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		small, large := ranged("x", 30*time.Minute, time.Minute), ranged("x", 2*time.Hour, time.Minute)
		r.sub.Want([]feed.Request{small})
		r.pass(10 * time.Second)
		start := r.f.Range(small).Value.Start
		r.prom.forget()
		r.sub.Want([]feed.Request{large})
		if m := r.f.Range(large).Value; m.Columns != 121 || !math.IsNaN(m.Series[0].Values[0]) || math.IsNaN(m.Series[0].Values[120]) {
			t.Error("the known part is not shown meanwhile")
		}
		if r.f.Settled() {
			t.Error("settled without the head")
		}
		r.pass(time.Second)
		calls := r.prom.got(feed.Range)
		if len(calls) != 1 || !calls[0].end.Equal(start.Add(-time.Minute)) || !calls[0].start.Equal(start.Add(-90*time.Minute)) {
			t.Fatalf("asked %+v, want the 90 columns before %v", calls, start)
		}
		checkGrid(t, r.f.Range(large).Value, 2*time.Hour, time.Minute)
		checkGrid(t, r.f.Range(small).Value, 30*time.Minute, time.Minute)
		// Narrowed, the old columns go; widened again, they are asked again.
		r.sub.Want([]feed.Request{small})
		r.pass(2 * time.Minute)
		r.prom.forget()
		r.sub.Want([]feed.Request{large})
		r.pass(time.Second)
		if n := len(r.prom.got(feed.Range)); n == 0 {
			t.Error("columns beyond the largest wanted window were kept")
		}
		checkGrid(t, r.f.Range(large).Value, 2*time.Hour, time.Minute)
	})
}

func TestFeedAsksTheHeadOfAWindowThatGrewWhileItsAnswerWasOnTheWay(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		large := ranged("x", 2*time.Hour, time.Minute)
		r.sub.Want([]feed.Request{ranged("x", time.Hour, time.Minute)})
		r.pass(time.Second)
		r.sub.Want([]feed.Request{large})
		r.pass(2 * time.Second)
		if r.f.Settled() {
			t.Error("settled without the head")
		}
		r.pass(3 * time.Second)
		checkGrid(t, r.f.Range(large).Value, 2*time.Hour, time.Minute)
	}, func(s *server) { s.slow = map[string]time.Duration{"x": 2 * time.Second} })
}

func TestFeedSharesOneTrackBetweenWindowsOfOneStep(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		small, large := ranged("x", 30*time.Minute, time.Minute), ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{small, large})
		r.pass(10 * time.Second)
		if n := len(r.prom.got(feed.Range)); n != 1 {
			t.Errorf("%d queries for two windows of one grid", n)
		}
		checkGrid(t, r.f.Range(small).Value, 30*time.Minute, time.Minute)
		checkGrid(t, r.f.Range(large).Value, time.Hour, time.Minute)
	})
}

func TestFeedAlignsSeriesThatComeAndGo(t *testing.T) {
	var begin time.Time
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		begin = time.Now()
		line := ranged("x", 10*time.Minute, time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(6*time.Minute + time.Second)
		m := r.f.Range(line).Value
		if len(m.Series) != 2 || m.Series[0].Labels["name"] != "comes" || m.Series[1].Labels["name"] != "goes" {
			t.Fatalf("series %v", m.Series)
		}
		for i := range m.Columns {
			after := m.Time(i).After(begin)
			if math.IsNaN(m.Series[0].Values[i]) == after || math.IsNaN(m.Series[1].Values[i]) != after {
				t.Errorf("column %v: comes %v, goes %v", m.Time(i), m.Series[0].Values[i], m.Series[1].Values[i])
			}
		}
		r.pass(12 * time.Minute)
		if m := r.f.Range(line).Value; len(m.Series) != 1 || m.Series[0].Labels["name"] != "comes" {
			t.Errorf("a series that left the window is still there: %v", m.Series)
		}
	}, func(s *server) {
		s.series = []string{"goes", "comes"}
		s.value = func(name string, at time.Time) float64 {
			if at.After(begin) == (name == "comes") {
				return 1
			}
			return math.NaN()
		}
	})
}

func TestFeedNeverChangesAMatrixItHasHandedOut(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(time.Second)
		m := r.f.Range(line).Value
		copied := slices.Clone(m.Series[0].Values)
		r.prom.set(func(s *server) { s.value = func(string, time.Time) float64 { return -1 } })
		r.pass(10 * time.Minute)
		if !slices.Equal(copied, m.Series[0].Values) {
			t.Error("the values changed under a reader")
		}
		if v := r.f.Range(line).Value.Series[0].Values[60]; v != -1 {
			t.Errorf("newest value %v", v)
		}
	})
}

func TestFeedRefusesARangeThatCannotBeDrawn(t *testing.T) {
	for _, line := range []feed.Request{ranged("x", time.Hour, 0), ranged("x", 30*24*time.Hour, time.Second)} {
		bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
			r.sub.Want([]feed.Request{line})
			r.pass(time.Minute)
			if s := r.f.Range(line); sources.KindOf(s.Err) != sources.Rejected || s.Err == nil {
				t.Errorf("window %v, step %v: %v", line.Window, line.Step, s.Err)
			}
			if n := len(r.prom.got(feed.Range)); n != 0 {
				t.Errorf("%d queries went out", n)
			}
		})
	}
}

func TestFeedRefreshAsksTheTailAtOnce(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, time.Minute)
		r.sub.Want([]feed.Request{line, instant("x")})
		r.pass(12 * time.Second) // between two of its own
		r.prom.forget()
		r.sub.Refresh()
		r.pass(100 * time.Millisecond)
		if a, b := len(r.prom.got(feed.Range)), len(r.prom.got(feed.Instant)); a != 1 || b != 1 {
			t.Errorf("Refresh asked %d range and %d instant queries, want one each", a, b)
		}
		checkGrid(t, r.f.Range(line).Value, time.Hour, time.Minute)
	})
}
