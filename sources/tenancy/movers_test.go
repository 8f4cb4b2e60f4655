package tenancy

import (
	"fmt"
	"math"
	"testing"
)

var (
	seconds = Scale{Floor: 0.05, Worse: 1}
	rate    = Scale{Floor: 2, Weight: 0.5, Zero: true}
	share   = Scale{Floor: 0.05, Worse: -1, Losses: true}
	nan     = math.NaN()
)

func first(t *testing.T, readings ...Reading) Move {
	t.Helper()
	moves, _ := Rank(readings)
	if len(moves) == 0 {
		t.Fatal("nothing moved")
	}
	return moves[0]
}

func TestSmallValuesDoNotMoveHoweverManyFold(t *testing.T) {
	moves, steady := Rank([]Reading{
		{Signal: "p95", Now: 0.005, Before: 0.002, Count: nan, Scale: seconds},
		{Signal: "rate", Now: 0.3, Before: 0.01, Count: nan, Scale: rate},
		{Signal: "hits", Now: 0.995, Before: 0.999, Count: nan, Scale: share},
	})
	if len(moves) != 0 || steady != 3 {
		t.Errorf("%+v, %d steady", moves, steady)
	}
}

func TestLargerOfTwoMovesComesFirst(t *testing.T) {
	small := Reading{Thing: "globex", Signal: "p95", Tenant: true, Now: 0.12, Before: 0.06, Count: nan, Scale: seconds}
	big := Reading{Thing: "acme", Signal: "p95", Tenant: true, Now: 0.8, Before: 0.1, Count: nan, Scale: seconds}
	if m := first(t, small, big); m.Thing != "acme" || math.Abs(m.Doublings-math.Log2(0.85/0.15)) > 1e-9 {
		t.Errorf("%+v", m)
	}
}

func TestCollapsedHitRateOutranksEverybodyTurningSlow(t *testing.T) {
	readings := []Reading{
		{Signal: "p95 of all", Now: 0.16, Before: 0.075, Count: nan, Scale: seconds},
		{Thing: "query", Signal: "hits", Now: 0.24, Before: 0.83, Count: nan, Scale: share},
	}
	for i := range 12 {
		readings = append(readings, Reading{Thing: fmt.Sprint(i), Signal: "p95", Tenant: true,
			Now: 0.13 + 0.01*float64(i), Before: 0.06 + 0.003*float64(i), Count: nan, Scale: seconds})
	}
	moves, _ := Rank(readings)
	if moves[0].Thing != "query" || moves[1].Signal != "p95 of all" {
		t.Errorf("%+v", moves[:3])
	}
	if !moves[2].Shared {
		t.Error("a tenant's move is not known to be everybody's")
	}
}

func TestTenantThatAloneTurnedSlowLosesNothingToTheMedian(t *testing.T) {
	readings := []Reading{{Thing: "acme", Signal: "p95", Tenant: true, Now: 0.8, Before: 0.1, Count: nan, Scale: seconds}}
	for i := range 5 {
		readings = append(readings, Reading{Thing: fmt.Sprint(i), Signal: "p95", Tenant: true, Now: 0.06, Before: 0.06, Count: nan, Scale: seconds})
	}
	if m := first(t, readings...); m.Thing != "acme" || m.Shared || m.Score != m.Doublings {
		t.Errorf("%+v", m)
	}
}

func TestOnlyWhoMovedAboutAsMuchMovedAsMostTenants(t *testing.T) {
	readings := []Reading{
		{Thing: "hooli", Signal: "rate", Tenant: true, Now: 220, Before: 100, Count: nan, Scale: rate},
		{Thing: "shrank", Signal: "rate", Tenant: true, Now: 50, Before: 100, Count: nan, Scale: rate},
	}
	for i := range 9 {
		readings = append(readings, Reading{Thing: fmt.Sprint(i), Signal: "rate", Tenant: true, Now: 114 + float64(i), Before: 100, Count: nan, Scale: rate})
	}
	readings = append(readings, Reading{Thing: "a bit more", Signal: "rate", Tenant: true, Now: 135, Before: 100, Count: nan, Scale: Scale{Floor: 2}})
	shared := map[string]bool{}
	moves, _ := Rank(readings)
	for _, m := range moves {
		shared[m.Thing] = m.Shared
	}
	if fmt.Sprint(shared) != "map[a bit more:true hooli:false shrank:false]" {
		t.Errorf("%v", shared)
	}
}

func TestFewObservationsCountLess(t *testing.T) {
	many := Reading{Thing: "many", Signal: "p95", Now: 0.3, Before: 0.1, Count: 300, Scale: seconds}
	few := Reading{Thing: "few", Signal: "p95", Now: 1.3, Before: 0.1, Count: 3, Scale: seconds}
	if m := first(t, few, many); m.Thing != "many" || m.Few {
		t.Errorf("%+v", m)
	}
}

func TestRecoveryCountsHalf(t *testing.T) {
	up := first(t, Reading{Signal: "p95", Now: 0.8, Before: 0.1, Count: nan, Scale: seconds})
	down := first(t, Reading{Signal: "p95", Now: 0.1, Before: 0.8, Count: nan, Scale: seconds})
	if up.Better || !down.Better || math.Abs(down.Score-up.Score/2) > 1e-9 {
		t.Errorf("%+v, %+v", up, down)
	}
	if less := first(t, Reading{Signal: "rate", Now: 10, Before: 100, Count: nan, Scale: rate}); less.Better {
		t.Error("less traffic is called better")
	}
}

func TestTenantsThatCameAndWentAreCalledSo(t *testing.T) {
	for _, c := range []struct {
		now, before float64
		scale       Scale
		isNew, gone bool
		moved       bool
	}{
		{40, nan, rate, true, false, true},
		{40, 0, rate, true, false, true},
		{nan, 40, rate, false, true, true},
		{0, 40, rate, false, true, true},
		{nan, nan, rate, false, false, false},
		{0.3, nan, seconds, false, false, false}, // a latency that is not there is not 0
		{nan, 0.3, seconds, false, false, false},
		{math.Inf(1), 1, rate, false, false, false},
	} {
		moves, _ := Rank([]Reading{{Thing: "x", Tenant: true, Signal: "rate", Now: c.now, Before: c.before, Count: nan, Scale: c.scale}})
		if len(moves) > 0 != c.moved || c.moved && (moves[0].New != c.isNew || moves[0].Gone != c.gone) {
			t.Errorf("%v after %v: %+v", c.now, c.before, moves)
		}
	}
}

func BenchmarkRank10000Tenants(b *testing.B) {
	var readings []Reading
	for i := range 10_000 {
		for _, s := range []string{"p95", "rate", "errors", "hits"} {
			readings = append(readings, Reading{Thing: fmt.Sprint(i), Tenant: true, Signal: s,
				Now: float64(i%97) / 50, Before: float64(i%89) / 50, Count: 100, Scale: seconds})
		}
	}
	for b.Loop() {
		Rank(readings)
	}
}
