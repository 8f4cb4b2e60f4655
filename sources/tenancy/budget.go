package tenancy

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Level is how urgent a burn rate is.
type Level int

// Levels, the least urgent first.
const (
	Silent   Level = iota // no requests in any of the windows
	Within                // the budget lasts
	Unknown               // what is known rules out none of the levels below, or not all of them
	Spending              // it would not last its period
	Slow                  // page: 5 % of the budget gone in 6 h at this rate
	Fast                  // page: 2 % of the budget gone in 1 h at this rate
)

// Thresholds and windows of multiwindow, multi-burn-rate alerts: Google, The Site Reliability Workbook, chapter 5
// "Alerting on SLOs", table 5-8. A level holds when the burn rates of both its windows are above its threshold: the long
// one tells that it matters, the short one that it still goes on. The table's third row (1 over 3 d and 6 h, a ticket) is
// watched here over 6 h and 30 m, because longer windows than 6 h are not asked.
const (
	FastBurn  = 14.4 // over 1 h and 5 m
	SlowBurn  = 6    // over 6 h and 30 m
	SpendBurn = 1    // over 6 h and 30 m

	// Period is what the budget is for.
	Period = 30 * 24 * time.Hour
)

// Ratios are a tenant's shares of failed requests (0 to 1) over the last 5 min, 30 min, 1 h and 6 h; NaN without requests.
// Lacks are the windows of which nothing is known, not even whether there were requests: theirs are NaN too.
type Ratios struct {
	Tenant          string
	M5, M30, H1, H6 float64
	Lacks           Windows
}

// Windows is a set of the windows that burn rates are taken over.
type Windows uint8

// The windows of Ratios.
const (
	In5m Windows = 1 << iota
	In30m
	In1h
	In6h
	AllWindows = In5m | In30m | In1h | In6h
)

// Budget is how a tenant spends its error budget. A burn rate of 1 spends it in exactly Period.
type Budget struct {
	Tenant          string
	M5, M30, H1, H6 float64 // burn rates
	Level           Level
	Spent           float64       // share of the whole budget that the last 6 h took, as far as they are held; NaN when unknown
	Lasts           time.Duration // a whole budget, at the rate of the last 5 min; 0: it is not being spent
}

// Longest is the longest of the windows.
const Longest = 6 * time.Hour

// Budgets judges every tenant against an objective (the share of requests that should succeed, 0 to 1, below 1), the
// worst first. held is how much of the Longest window there is data of at all: a ratio is over no more than that, and no
// more has been spent. 0: that is not known.
func Budgets(all []Ratios, objective float64, held time.Duration) []Budget {
	allowed := 1 - objective
	out := make([]Budget, 0, len(all))
	for _, r := range all {
		b := Budget{Tenant: r.Tenant, M5: r.M5 / allowed, M30: r.M30 / allowed, H1: r.H1 / allowed, H6: r.H6 / allowed}
		switch {
		case b.H1 > FastBurn && b.M5 > FastBurn:
			b.Level = Fast
		case b.H6 > SlowBurn && b.M30 > SlowBurn:
			b.Level = Slow
		case b.H6 > SpendBurn && b.M30 > SpendBurn:
			b.Level = Spending
		case r.Lacks == 0 && math.IsNaN(b.M5) && math.IsNaN(b.M30) && math.IsNaN(b.H1) && math.IsNaN(b.H6):
			b.Level = Silent
		case (r.below(In1h, b.H1, FastBurn) || r.below(In5m, b.M5, FastBurn)) && (r.below(In6h, b.H6, SpendBurn) || r.below(In30m, b.M30, SpendBurn)):
			b.Level = Within // who does not spend does not burn slowly either
		default:
			b.Level = Unknown
		}
		b.Spent = math.NaN()
		if held > 0 {
			b.Spent = b.H6 * float64(min(held, Longest)) / float64(Period)
		}
		if b.M5 > 0 {
			b.Lasts = time.Duration(math.Min(float64(Period)/b.M5, float64(math.MaxInt64/2)))
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Budget) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.worst(), a.worst()), cmp.Compare(a.Tenant, b.Tenant))
	})
	return out
}

// below tells whether a burn rate is known not to be above a threshold. A window without requests burns nothing.
func (r Ratios) below(w Windows, burn, threshold float64) bool {
	return r.Lacks&w == 0 && !(burn > threshold)
}

// worst is what budgets of one level are ordered by: the burn rate of the last hour, or, without one, that of six.
func (b Budget) worst() float64 {
	for _, v := range []float64{b.H1, b.H6, b.M30, b.M5} {
		if !math.IsNaN(v) {
			return v
		}
	}
	return -1
}
