// Package tenancy is pure analysis of a service's tenants: what moved most, whose load hurts whom, who burns its error
// budget. It asks nothing and knows no metric by name.
package tenancy

import (
	"cmp"
	"math"
	"slices"
)

// Reading is one number at two times. NaN is unknown.
type Reading struct {
	Thing  string // what it is of: a tenant's id, a search type, "" for the whole service
	Signal string // what it measures; readings of one Signal with Tenant set are compared with each other
	Tenant bool   // Thing is a tenant

	Now, Before float64
	// Count is how many observations stand behind Now and Before, the fewer of both; NaN where that is not known.
	Count float64
	Scale Scale
}

// Scale is how a signal's changes are weighed.
type Scale struct {
	Floor  float64 // in the signal's unit: what is too little to matter
	Worse  int     // 1: more is worse, -1: less is worse, 0: neither
	Weight float64 // of the signal; 0: 1
	Losses bool    // the signal is a share of 1, and what is missing to 1 is weighed
	Zero   bool    // a reading that is unknown at one of the times counts as 0 there
}

// Move is a Reading with how far it moved.
type Move struct {
	Reading
	Doublings float64 // of what is weighed, its floor added; negative: less of it
	Score     float64 // what moves are ranked by, never negative
	Shared    bool    // most of the tenants moved that way, and by half as much or more: it is no news of this one
	Few       bool    // there are too few observations for it to count in full
	Better    bool
	New, Gone bool // it was nothing before, it is nothing now
}

const (
	// enough observations for a move to count in full. A p95 of fewer than twenty is the value of a single one.
	enough = 20
	// sharedPart is how much of what the median tenant moved is taken off each tenant's own move.
	sharedPart = 0.5
	// commonPart is how much of a tenant's move the median one must be for it to be called most tenants'.
	commonPart = 0.5
	// betterPart is what a move for the better counts.
	betterPart = 0.5
	// Least is the Score below which a thing is called steady: 0.15 is a growth by 11 % of a value far above its floor.
	Least = 0.15
)

// Rank orders readings by how much their moves matter, the most first, and leaves out what Least calls steady: how many
// those are is returned beside. A reading unknown at either time is neither, unless its Scale takes it for 0.
//
// A move is measured in doublings: m = log2((now + floor) / (before + floor)). That is relative where values are large
// and absolute where they are small, because the floor outweighs small values: with a floor of 50 ms, 2 ms that become
// 5 ms are 0.08 doublings, 100 ms that become 700 ms are 2.3. Of a share whose losses matter, 1 - now and 1 - before are
// weighed.
//
//	score = weight * (|m| - shared) * sample * direction
//
// shared is half of the median tenant's move, for tenants that moved the way it did: when everybody turned slow, the
// service's own row says so, and a tenant's says what it did beyond that. sample is the number of observations over
// twenty, at most 1. direction is ½ for a move to the better, else 1.
func Rank(readings []Reading) (moves []Move, steady int) {
	median := medians(readings)
	for _, r := range readings {
		m, ok := r.doublings()
		if !ok {
			continue
		}
		v := Move{Reading: r, Doublings: m}
		v.New, v.Gone = r.Scale.Zero && none(r.Before) && !none(r.Now), r.Scale.Zero && none(r.Now) && !none(r.Before)
		v.Score = math.Abs(m)
		if common := median[r.Signal]; r.Tenant && common*m > 0 {
			shared := math.Min(math.Abs(common), v.Score)
			v.Shared = shared >= Least && shared >= v.Score*commonPart
			v.Score -= sharedPart * shared
		}
		if r.Count < enough { // not for NaN
			v.Few = true
			v.Score *= math.Max(r.Count, 0) / enough
		}
		worse := r.Scale.Worse
		if r.Scale.Losses {
			worse = 1
		}
		if v.Better = worse != 0 && float64(worse)*m < 0; v.Better {
			v.Score *= betterPart
		}
		v.Score *= cmp.Or(r.Scale.Weight, 1)
		if v.Score < Least {
			steady++
			continue
		}
		moves = append(moves, v)
	}
	slices.SortStableFunc(moves, func(a, b Move) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Signal, b.Signal), cmp.Compare(a.Thing, b.Thing))
	})
	return moves, steady
}

func none(v float64) bool { return v == 0 || math.IsNaN(v) }

// doublings is r's move; false: it is not known.
func (r Reading) doublings() (float64, bool) {
	now, before := r.Now, r.Before
	if r.Scale.Zero {
		if math.IsNaN(now) && math.IsNaN(before) {
			return 0, false
		}
		if math.IsNaN(now) {
			now = 0
		}
		if math.IsNaN(before) {
			before = 0
		}
	}
	if r.Scale.Losses {
		now, before = math.Max(1-now, 0), math.Max(1-before, 0)
	}
	m := math.Log2((now + r.Scale.Floor) / (before + r.Scale.Floor))
	return m, !math.IsNaN(m) && !math.IsInf(m, 0)
}

// medians are the tenants' median moves by signal.
func medians(readings []Reading) map[string]float64 {
	all := map[string][]float64{}
	for _, r := range readings {
		if m, ok := r.doublings(); ok && r.Tenant {
			all[r.Signal] = append(all[r.Signal], m)
		}
	}
	out := map[string]float64{}
	for signal, ms := range all {
		if len(ms) < 3 { // of two, each is as much the rule as the other
			continue
		}
		slices.Sort(ms)
		out[signal] = (ms[(len(ms)-1)/2] + ms[len(ms)/2]) / 2
	}
	return out
}
