package tenant

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// refusing has r refuse every query that holds one of the texts.
func refusing(r *feedtest.Reader, texts ...string) *feedtest.Reader {
	answers := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		for _, text := range texts {
			if strings.Contains(q.Expr, text) {
				return feedtest.Failed[sources.Vector](errors.New("prometheus: 422 too many samples"), pagetest.Now)
			}
		}
		return answers(q)
	}
	return r
}

func TestBudgetWhoseQueriesAreRefusedIsNotCalledWithin(t *testing.T) {
	r := refusing(rates(map[string][4]float64{"burns": {0.14, 0.14, 0.14, 0.14}, "calm": {0, 0, 0, 0}}), "[30m]", "[1h]", "[6h]")
	for _, size := range [][2]int{{120, 30}, {80, 22}, {60, 10}} {
		p, c := NewBudget(), pagetest.Context(r, size[0], size[1])
		told(p, c)
		got := text(p, c)
		for _, want := range []string{"2 not known", "the burn over 30m, 1h, 6h", "422 too many samples"} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: no %q in\n%s", size, want, got)
			}
		}
		if strings.Contains(got, "within") || strings.Contains(got, "●") {
			t.Errorf("%v: what nobody knows is within the budget:\n%s", size, got)
		}
		if lines := strings.Split(got, "\n"); len(lines) > size[1] || !strings.Contains(got, "burns") {
			t.Errorf("%v: the page does not hold its first row: %d lines\n%s", size, len(lines), got)
		}
	}
	p, c := NewBudget(), pagetest.Context(refusing(rates(nil), "["), 120, 30)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "422") || strings.Contains(got, "no request of any") {
		t.Errorf("all are refused:\n%s", got)
	}
}

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

func TestBudgetIsGreenOnlyWhereEveryTenantIsKnown(t *testing.T) {
	nan := math.NaN()
	calm := [4]float64{0, 0, 0, 0}
	for _, x := range []struct {
		name   string
		values map[string][4]float64
		want   string
		green  bool
	}{
		{"no tenants", nil, "no request of any tenant", false},
		{"all calm", map[string][4]float64{"a": calm, "b": calm}, "every tenant is within its budget", true},
		{"one not known", map[string][4]float64{"a": calm, "b": {nan, nan, nan, 0}}, "1 not known", false},
		{"one burns, one is not known", map[string][4]float64{"a": {0.02, 0.02, 0.02, 0.02}, "b": {nan, nan, nan, 0}}, "1 not known", false},
		{"one is silent", map[string][4]float64{"a": calm, "b": {none, none, none, none}}, "every tenant that had requests is within", true},
		{"all are silent", map[string][4]float64{"b": {none, none, none, none}}, "no tenant had requests", false},
	} {
		p, c := NewBudget(), pagetest.Context(rates(x.values), 120, 30)
		told(p, c)
		got := text(p, c)
		if line := strings.Split(got, "\n")[1]; !strings.Contains(got, x.want) || strings.Contains(line, "●") != x.green {
			t.Errorf("%s:\n%s", x.name, got)
		}
	}
}

func TestBudgetWaitsForAllItsWindows(t *testing.T) {
	r := rates(map[string][4]float64{"a": {0, 0, 0, 0}})
	answers := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		if strings.Contains(q.Expr, "[6h]") {
			return sources.Snapshot[sources.Vector]{}
		}
		return answers(q)
	}
	p, c := NewBudget(), pagetest.Context(r, 120, 30)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "asking Prometheus") {
		t.Errorf("three of four have come:\n%s", got)
	}
}

func TestResultOfThePresentIsNotShownOfThePast(t *testing.T) {
	for name, x := range map[string]struct {
		page  page.Page
		data  *feedtest.Reader
		shown string // of the present
		want  string // of a time of which nothing is held
	}{
		"budget": {NewBudget(), rates(map[string][4]float64{"hooli": {0.02, 0.02, 0.02, 0.02}}), "hooli", "no request of any tenant at that time"},
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
