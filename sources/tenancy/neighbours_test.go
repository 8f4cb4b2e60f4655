package tenancy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

const columns, step, window = 120, 30 * time.Second, 5 * time.Minute

// wave is the batch job of the noisy tenant: calm, then on and off.
func wave(i int) float64 {
	if i < columns/2 {
		return 0
	}
	return 0.5 + 0.5*math.Sin(float64(i)/4)
}

func series(id string, of func(i int) (load, searches, p95 float64)) Series {
	s := Series{Tenant: id}
	for i := range columns {
		l, n, p := of(i)
		s.Load, s.Searches, s.P95 = append(s.Load, l), append(s.Searches, n), append(s.P95, p)
		s.LoadNow, s.SearchesNow = l, n
	}
	return s
}

func noise() func() float64 {
	r := rand.New(rand.NewPCG(1, 2))
	return func() float64 { return 1 + 0.05*(2*r.Float64()-1) }
}

// made is a service with a noisy tenant, one that suffers from it and one that does not.
func made() []Series {
	n := noise()
	return []Series{
		series("hooli", func(i int) (float64, float64, float64) {
			x := 100 * (1 + 5*wave(i)) * n()
			return x * 0.03, x, 0.06 * n()
		}),
		series("globex", func(i int) (float64, float64, float64) {
			return 80 * 0.03 * n(), 80 * n(), (0.06 + 0.12*wave(i)) * n()
		}),
		series("initech", func(int) (float64, float64, float64) { return 20 * 0.03 * n(), 20 * n(), 0.06 * n() }),
	}
}

func TestVictimIsWhoseLatencyRoseWithTheLoad(t *testing.T) {
	all := made()
	got := Neighbours(all, all, Totals{12, 400}, step, window)
	noisy := got[0]
	if noisy.Tenant != "hooli" || len(noisy.Hurt) != 1 || noisy.Hurt[0].Tenant != "globex" {
		t.Fatalf("%+v", got)
	}
	h := noisy.Hurt[0]
	if h.R < 0.9 || h.N != columns || h.Busy < 2*h.Calm || noisy.Growth < 2 || math.Abs(noisy.Searches-noisy.Growth) > 0.3 || noisy.Own {
		t.Errorf("%+v", noisy)
	}
	for _, s := range got[1:] {
		if len(s.Hurt) > 0 {
			t.Errorf("%s is blamed: %+v", s.Tenant, s.Hurt)
		}
	}
}

func TestVictimsAreNotBlamedForOneAnother(t *testing.T) {
	n := noise()
	all := made()
	for _, id := range []string{"globex", "wonka"} { // their searches take longer: their load grows, too
		all = append(all, series(id+"-2", func(i int) (float64, float64, float64) {
			slow := 1 + 2*wave(i)
			return 80 * 0.03 * slow * n(), 80 * n(), 0.06 * slow * n()
		}))
	}
	for _, s := range Neighbours(all, all, Totals{12, 400}, step, window) {
		if blamed := len(s.Hurt) > 0; blamed != (s.Tenant == "hooli") {
			t.Errorf("%s: %+v", s.Tenant, s)
		}
	}
}

func TestNobodyIsBlamedWhenEverybodyTurnsSlow(t *testing.T) {
	n := noise()
	var all []Series
	for k := range 8 {
		all = append(all, series(fmt.Sprint(k), func(i int) (float64, float64, float64) {
			slow := 1.0
			if i > 100 {
				slow = 2.1
			}
			x := float64(20+10*k) * n()
			return x * 0.03 * slow, x, 0.06 * slow * n()
		}))
	}
	for _, s := range Neighbours(all, all, Totals{12, 400}, step, window) {
		if len(s.Hurt) > 0 || !s.Own {
			t.Errorf("%s is blamed: %+v", s.Tenant, s)
		}
	}
}

func TestSlowTenantThatHurtsNobodyIsNotBlamed(t *testing.T) {
	all := made()
	for i := range columns {
		all[1].P95[i] = 0.06
	}
	if got := Neighbours(all[:1], all, Totals{12, 400}, step, window); len(got[0].Hurt) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestLessThanItsNoiseIsNoRise(t *testing.T) {
	all := made()
	for i := range columns {
		all[1].P95[i] = 0.004 + 0.006*wave(i) // 4 ms to 10 ms, in perfect step
	}
	if got := Neighbours(all[:1], all, Totals{12, 400}, step, window); len(got[0].Hurt) > 0 {
		t.Errorf("%+v", got[0].Hurt)
	}
}

func TestSharesAreOfTheTotalsTimeNotOfTheLastColumns(t *testing.T) {
	jumped := series("hooli", func(int) (float64, float64, float64) { return 1, 10, 0.06 }) // its columns are half an hour old
	jumped.LoadNow, jumped.SearchesNow = 11, 60
	unknown := series("globex", func(int) (float64, float64, float64) { return 1, 10, 0.06 })
	unknown.LoadNow, unknown.SearchesNow = nan, nan
	all := []Series{unknown, jumped}
	got := Neighbours(all, all, Totals{15, 80}, 30*time.Minute, 30*time.Minute)
	if x := got[0]; x.Tenant != "hooli" || math.Abs(x.Share-11.0/15) > 1e-9 || math.Abs(x.Asked-0.75) > 1e-9 {
		t.Errorf("%+v", x)
	}
	if x := got[1]; !math.IsNaN(x.Share) || !math.IsNaN(x.Asked) {
		t.Errorf("a share of what is not known: %+v", x)
	}
	if x := Neighbours(all, all, Totals{10.5, 59}, step, window)[0]; x.Share != 1 || x.Asked != 1 {
		t.Errorf("more than all: %+v", x)
	}
	if x := Neighbours(all, all, Totals{nan, nan}, step, window)[0]; !math.IsNaN(x.Share) || !math.IsNaN(x.Asked) {
		t.Errorf("of an unknown total: %+v", x)
	}
}

func TestShortWindowsTellNoCorrelation(t *testing.T) {
	if EnoughColumns(120, 5*time.Second, window) || EnoughColumns(10, time.Hour, window) || !EnoughColumns(120, 30*time.Second, window) {
		t.Error("a window of two rate windows, or of ten columns, is enough, or an hour is not")
	}
	all := made()
	if got := Neighbours(all[:1], all, Totals{12, 400}, 5*time.Second, window); len(got[0].Hurt) > 0 {
		t.Errorf("%+v", got[0].Hurt)
	}
}

func TestGapsAreLeftOut(t *testing.T) {
	all := made()
	for i := range columns {
		if i%7 == 0 {
			all[0].Load[i] = nan
		}
		if i%11 == 0 {
			all[1].P95[i] = nan
		}
	}
	got := Neighbours(all[:1], all, Totals{12, 400}, step, window)
	if len(got[0].Hurt) != 1 || got[0].Hurt[0].N >= columns || got[0].Hurt[0].N < 80 {
		t.Errorf("%+v", got)
	}
	empty := Neighbours([]Series{{Tenant: "x"}}, all, Totals{nan, nan}, step, window)
	if len(empty) != 1 || len(empty[0].Hurt) > 0 {
		t.Errorf("%+v", empty)
	}
}

func TestPearsonAndRanks(t *testing.T) {
	if r := Pearson([]float64{1, 2, 3, 4}, []float64{2, 4, 6, 8}); math.Abs(r-1) > 1e-12 {
		t.Errorf("r %v", r)
	}
	if r := Pearson([]float64{1, 2, 3, 4}, []float64{4, 3, 2, 1}); math.Abs(r+1) > 1e-12 {
		t.Errorf("r %v", r)
	}
	// Anscombe's first quartet.
	x := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}
	y := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}
	if r := Pearson(x, y); math.Abs(r-0.81642) > 1e-5 {
		t.Errorf("r %v", r)
	}
	if r := Pearson([]float64{1, 1}, []float64{1, 2}); !math.IsNaN(r) {
		t.Errorf("r of what does not vary: %v", r)
	}
	if got := fmt.Sprint(ranks([]float64{3, 1, 3, 2})); got != "[2.5 0 2.5 1]" {
		t.Errorf("ranks %s", got)
	}
}
