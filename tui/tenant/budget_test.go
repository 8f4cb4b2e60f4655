package tenant

import (
	"errors"
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
