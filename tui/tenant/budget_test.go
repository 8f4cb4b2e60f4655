package tenant

import (
	"errors"
	"math"
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
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

func TestBudgetSaysHowMuchOfItsLongestWindowIsHeld(t *testing.T) {
	r := rates(map[string][4]float64{"slow": {0.006, 0.006, 0.006, 0.006}})
	answers := r.InstantFunc
	holding := func(minutes ...float64) string {
		r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
			s := answers(q)
			if q.Expr == heldQuery {
				s.Value.Samples = nil
				for _, m := range minutes {
					s.Value.Samples = append(s.Value.Samples, sample(m))
				}
			}
			return s
		}
		p, c := NewBudget(), pagetest.Context(r, 120, 30)
		told(p, c)
		return text(p, c)
	}
	if got := holding(135); !strings.Contains(got, "Prometheus holds 2h15m of 6h") || !strings.Contains(got, "1.9 %") {
		t.Errorf("two hours and a quarter:\n%s", got)
	}
	if got := holding(359); strings.Contains(got, "Prometheus holds") || !strings.Contains(got, "5.0 %") {
		t.Errorf("all of it:\n%s", got)
	}
	if got := holding(); strings.Contains(got, "5.0 %") || strings.Contains(got, "Prometheus holds") {
		t.Errorf("not known:\n%s", got)
	}
	refusing(r, heldQuery)
	p, c := NewBudget(), pagetest.Context(r, 120, 30)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "not known: how much of 6h Prometheus holds") || !strings.Contains(got, "422") {
		t.Errorf("refused:\n%s", got)
	}
}
