package tenant

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// goBack shows a past time through the reader that the screen reads it through.
func goBack(c page.Context, r feed.Reader, ago time.Duration) page.Context {
	at := pagetest.Now.Add(-ago)
	c.Data, c.Now, c.Live = feed.AsOf(r, at), at, false
	c.Env.Data, c.Env.At = c.Data, at
	return c
}

// present has r answer about the present only: of any other time it answers, with nothing.
func present(r *feedtest.Reader) *feedtest.Reader {
	instant, ranged := r.InstantFunc, r.RangeFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		if !q.At.IsZero() {
			return feedtest.Value(sources.Vector{At: q.At}, q.At)
		}
		return instant(q)
	}
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		if !q.At.IsZero() {
			return feedtest.Value(sources.Matrix{Start: q.At.Add(-q.Window), Step: q.Step, Columns: int(q.Window/q.Step) + 1}, q.At)
		}
		return ranged(q)
	}
	return r
}

func TestResultOfThePresentIsNotShownOfThePast(t *testing.T) {
	moving := pagetest.Reader()
	collapsed(moving)
	for name, x := range map[string]struct {
		page  page.Page
		data  *feedtest.Reader
		shown string // of the present
		want  string // of a time of which nothing is held
	}{
		"budget":     {NewBudget(), rates(map[string][4]float64{"hooli": {0.02, 0.02, 0.02, 0.02}}), "hooli", "no request of any tenant at that time"},
		"neighbours": {NewNeighbours(), crowded(12), "t00000", "no search of any tenant at that time"},
		"movers":     {NewMovers(), moving, "t00", "no data 1 h before"},
	} {
		r := present(x.data)
		c := pagetest.Context(r, 120, 38)
		told(x.page, c)
		if got := text(x.page, c); !strings.Contains(got, x.shown) {
			t.Fatalf("%s, live:\n%s", name, got)
		}
		then := goBack(c, r, 2*time.Hour)
		unanswered := then
		unanswered.Data = feed.AsOf(&feedtest.Reader{Clock: pagetest.Now, Status: r.Status}, then.Now)
		told(x.page, unanswered)
		if got := text(x.page, unanswered); strings.Contains(got, x.shown) || !strings.Contains(got, "asking Prometheus") {
			t.Errorf("%s, before the answer about the past:\n%s", name, got)
		}
		told(x.page, then)
		if got := text(x.page, then); strings.Contains(got, x.shown) || !strings.Contains(strings.Join(strings.Fields(got), " "), x.want) {
			t.Errorf("%s, the past:\n%s", name, got)
		}
		told(x.page, c)
		if got := text(x.page, c); !strings.Contains(got, x.shown) {
			t.Errorf("%s, back in the present:\n%s", name, got)
		}
		paused := c // at this very moment: what is shown is what was shown
		paused.Live, paused.Env.At = false, pagetest.Now
		x.page.Update(paused, page.DataMsg{})
		if got := text(x.page, paused); !strings.Contains(got, x.shown) {
			t.Errorf("%s, paused:\n%s", name, got)
		}
	}
}

func TestNowIsNeverSaidOfThePast(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "1 h ago     now ") {
		t.Errorf("live:\n%s", got)
	}
	c.Live = false
	got := text(p, c)
	for _, h := range p.Report(c).Tables[0].Head {
		got += "\n" + h
	}
	for _, word := range []string{"1 h before", "then", "Movers against 1 h before"} {
		if !strings.Contains(got, word) {
			t.Errorf("no %q in the past:\n%s", word, got)
		}
	}
	if words := strings.Fields(got); slices.Contains(words, "now") || strings.Contains(got, "1 h ago ") {
		t.Errorf("the past is called the present:\n%s", got)
	}
}
