package feed_test

import (
	"math"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// What happened since the last whole column of a long step is seen, soon, and gives way to the whole column.
func TestTheColumnThatIsNotOverIsLookedAtAgainAndAgain(t *testing.T) {
	const window, step = 24 * time.Hour, 15 * time.Minute
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", window, step)
		r.sub.Want([]feed.Request{line})
		begin := time.Now()
		full := 0 // columns of range queries, in all
		for time.Since(begin) < 50*time.Minute {
			r.pass(10 * time.Second)
			m := r.f.Range(line).Value
			checkGrid(t, m, window, step)
			whole := time.Now().Truncate(step)
			late := time.Since(m.End())
			switch {
			case late > 2*time.Minute+15*time.Second: // the eighth of a step, and the feed's own jitter
				t.Fatalf("%v: the newest column is of %v", time.Now(), m.End())
			case m.Until.IsZero() && !m.End().Equal(whole), !m.Until.IsZero() && !m.Whole().Equal(whole) && time.Since(whole) > 15*time.Second:
				t.Fatalf("%v: ends at %v, whole until %v", time.Now(), m.End(), m.Whole())
			}
		}
		for _, c := range r.prom.got(feed.Range) {
			full += int(c.end.Sub(c.start)/step) + 1
		}
		if full > 97+3*4 {
			t.Errorf("%d columns were asked for: those that are over, again", full)
		}
		if n := len(r.prom.got(feed.Instant)); n < 20 || n > 50 {
			t.Errorf("%d looks at columns that are not over in 50 minutes, want one in two minutes", n)
		}
	})
}

func TestShortStepsHaveNoColumnThatIsNotOver(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", time.Hour, 2*time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(11*time.Minute + 30*time.Second)
		if m := r.f.Range(line).Value; !m.Until.IsZero() || !m.End().Equal(time.Now().Truncate(2*time.Minute)) {
			t.Errorf("ends at %v", m.End())
		}
		if n := len(r.prom.got(feed.Instant)); n > 0 {
			t.Errorf("%d instant queries", n)
		}
	})
}

// As of a time in the past the column is that of then, and stays.
func TestTheColumnThatWasNotOverThen(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		at := time.Now().Add(-5 * time.Hour).Add(7*time.Minute + 3*time.Second)
		line := ranged("x", 24*time.Hour, 15*time.Minute)
		r.sub.Want(feed.AsOfRequests([]feed.Request{line}, at))
		r.pass(time.Hour)
		m := feed.AsOf(r.f, at).Range(line).Value
		checkGrid(t, m, 24*time.Hour, 15*time.Minute)
		if !m.End().Equal(at) {
			t.Errorf("ends at %v, want %v", m.End(), at)
		}
		if n := len(r.prom.got(feed.Range)); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// When only the column that is not over can't be asked, the others are there; when the window grows, it stays.
func TestTheColumnThatIsNotOverFailsAlone(t *testing.T) {
	const step = 30 * time.Minute
	broken := true
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		small, large := ranged("x", 24*time.Hour, step), ranged("x", 48*time.Hour, step)
		r.sub.Want([]feed.Request{small})
		r.pass(8 * time.Minute)
		m := r.f.Range(small)
		if m.Err == nil || m.OK() && !m.Value.Until.IsZero() {
			t.Errorf("%v, until %v", m.Err, m.Value.Until)
		}
		r.prom.set(func(*server) { broken = false })
		r.pass(8 * time.Minute)
		checkGrid(t, r.f.Range(small).Value, 24*time.Hour, step)
		until := r.f.Range(small).Value.Until
		if until.IsZero() {
			t.Fatal("no column that is not over")
		}
		r.prom.forget()
		r.sub.Want([]feed.Request{large})
		if r.f.Settled() {
			t.Error("settled without the head")
		}
		r.pass(time.Second)
		checkGrid(t, r.f.Range(large).Value, 48*time.Hour, step)
		if got := r.f.Range(large).Value.Until; got.Before(until) {
			t.Errorf("the column that is not over went from %v to %v", until, got)
		}
		if n := len(r.prom.got(feed.Range)); n != 1 || !r.f.Settled() {
			t.Errorf("%d range queries for the head, settled %v", n, r.f.Settled())
		}
	}, func(s *server) {
		s.fail = func(c call) error {
			if broken && c.kind == feed.Instant {
				return fault(sources.Refused)
			}
			return nil
		}
	})
}

func TestInfinityIsNoValueOfTheColumnThatIsNotOver(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line := ranged("x", 24*time.Hour, 15*time.Minute)
		r.sub.Want([]feed.Request{line})
		r.pass(5 * time.Minute)
		m := r.f.Range(line).Value
		if v := m.Series[0].Values[m.Columns-1]; m.Until.IsZero() || !math.IsNaN(v) {
			t.Errorf("%v at %v", v, m.Until)
		}
	}, func(s *server) {
		s.value = func(_ string, at time.Time) float64 {
			if at.Equal(at.Truncate(15 * time.Minute)) {
				return 1
			}
			return math.Inf(1)
		}
	})
}
