package tenancy

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dlmon/sources"
)

// Series is a tenant over a window, one value per column, NaN where there is none.
type Series struct {
	Tenant   string
	Load     []float64 // seconds of search per second
	Searches []float64 // per second
	P95      []float64 // seconds
	// LoadNow and SearchesNow are as of the time, and over the rate window, of Totals: a column of a long window is a rate
	// over another one, and up to a step old. NaN when unknown.
	LoadNow, SearchesNow float64
}

// Suspect is a tenant that takes much of the load, and who became slower while it did.
type Suspect struct {
	Tenant string
	Load   float64 // seconds of search per second now; NaN when unknown, as the shares are
	Share  float64 // of everybody's load, 0 to 1
	Asked  float64 // its share of everybody's searches
	// Growth is the load of the window's last quarter over that of its first; Searches and PerSearch are its two factors:
	// more searches, longer ones. NaN when unknown.
	Growth, Searches, PerSearch float64
	// Swing is its load in the columns of its busiest third over that of its calmest.
	Swing float64
	// More tells that it is busy because it searches more, and not only because its searches take longer.
	More bool
	// Own tells that its searches take longer, and that something else says why: the others' do as well (what slows
	// everybody down gives everybody more load), or it is among those that another one's searches hurt.
	Own  bool
	Hurt []Hurt // strongest first
}

// Hurt is a tenant whose p95 rose and fell with a suspect's load.
type Hurt struct {
	Tenant     string
	Calm, Busy float64 // its median p95 in the columns of the suspect's calmest and busiest third, seconds
	R          float64 // Pearson's correlation of its p95 with the suspect's load
	N          int     // columns that rests on
}

// Totals are everybody's load (seconds of search per second) and searches per second, now; NaN when unknown.
type Totals struct{ Load, Searches float64 }

// What a correlation must pass to be told. Columns that are closer than the rate window overlap: Independent counts what
// really are different observations.
const (
	minColumns     = 12
	minIndependent = 6
	minSwing       = 1.25 // of the suspect's load
	minRise        = 1.25 // of the victim's p95 ...
	minRiseSeconds = 0.02 // ... and in seconds
	minR           = 0.6  // Pearson
	minRho         = 0.5  // Spearman, so that no single spike makes it
	ownFactor      = 1.5  // a suspect's searches grew longer by so much more than its victims' p95
)

// Independent is how many observations with no rate window in common a window of columns holds.
func Independent(columns int, step, rate time.Duration) int {
	return int(time.Duration(columns) * step / max(rate, step, time.Second))
}

// EnoughColumns tells whether correlations over a window mean anything.
func EnoughColumns(columns int, step, rate time.Duration) bool {
	return columns >= minColumns && Independent(columns, step, rate) >= minIndependent
}

// Neighbours looks, for each of the suspects, at whose p95 went up and down with its load. The
// suspects come by their load, the highest first. Correlations are told only where EnoughColumns holds, the
// suspect's load swung, and the victim's p95 differs by more than its noise between the suspect's calm and busy columns.
// That two things rise together does not say that one is the other's cause.
func Neighbours(suspects, all []Series, total Totals, step, rate time.Duration) []Suspect {
	var out []Suspect
	for _, s := range suspects {
		x := Suspect{Tenant: s.Tenant, Load: s.LoadNow, Growth: growth(s.Load), Searches: growth(s.Searches)}
		x.Share, x.Asked, x.PerSearch = part(s.LoadNow, total.Load), part(s.SearchesNow, total.Searches), x.Growth/x.Searches
		calm, busy := thirds(s.Load)
		x.Swing = sources.Summarize(at(s.Load, busy)).Avg / sources.Summarize(at(s.Load, calm)).Avg
		if EnoughColumns(len(s.Load), step, rate) && x.Swing >= minSwing {
			x.hurts(s, all, calm, busy, step, rate)
		}
		out = append(out, x)
	}
	for i := range out {
		if x := &out[i]; !x.More && slices.ContainsFunc(out, func(o Suspect) bool { return o.More && o.hurtsThat(x.Tenant) }) {
			x.Own, x.Hurt = true, nil
		}
	}
	slices.SortStableFunc(out, func(a, b Suspect) int { return cmp.Compare(known(b.Load), known(a.Load)) })
	return out
}

func (x *Suspect) hurts(s Series, all []Series, calm, busy []int, step, rate time.Duration) {
	var rises []float64
	for _, v := range all {
		if v.Tenant == s.Tenant {
			continue
		}
		h := Hurt{Tenant: v.Tenant, Calm: median(at(v.P95, calm)), Busy: median(at(v.P95, busy))}
		if rise := h.Busy / h.Calm; rise > 0 {
			rises = append(rises, rise)
		}
		a, b := paired(s.Load, v.P95)
		h.N = len(a)
		if !EnoughColumns(h.N, step, rate) || !(h.Busy-h.Calm >= minRiseSeconds) || !(h.Busy/h.Calm >= minRise) {
			continue
		}
		if h.R = Pearson(a, b); h.R >= minR && Pearson(ranks(a), ranks(b)) >= minRho {
			x.Hurt = append(x.Hurt, h)
		}
	}
	more := sources.Summarize(at(s.Searches, busy)).Avg / sources.Summarize(at(s.Searches, calm)).Avg
	x.More = more >= minSwing
	if x.Own = !x.More && !(x.Swing/more >= ownFactor*median(rises)); x.Own {
		x.Hurt = nil
	}
	slices.SortStableFunc(x.Hurt, func(a, b Hurt) int {
		return cmp.Or(cmp.Compare(b.Busy/b.Calm*b.R, a.Busy/a.Calm*a.R), cmp.Compare(a.Tenant, b.Tenant))
	})
}

func (x Suspect) hurtsThat(tenant string) bool {
	return slices.ContainsFunc(x.Hurt, func(h Hurt) bool { return h.Tenant == tenant })
}

// Pearson is the correlation coefficient of two samples of equal length, -1 to 1; NaN where one of them does not vary.
func Pearson(a, b []float64) float64 {
	n := float64(len(a))
	var ma, mb float64
	for i := range a {
		ma += a[i] / n
		mb += b[i] / n
	}
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}

// ranks are the places of values in their order, equal ones sharing the mean of theirs: Pearson's coefficient of ranks
// is Spearman's.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	out := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

// paired are the values of the columns in which both are known.
func paired(a, b []float64) (x, y []float64) {
	for i := range min(len(a), len(b)) {
		if finite(a[i]) && finite(b[i]) {
			x, y = append(x, a[i]), append(y, b[i])
		}
	}
	return x, y
}

// thirds are the columns in which values are lowest and highest, a third of the known ones each.
func thirds(values []float64) (low, high []int) {
	var order []int
	for i, v := range values {
		if finite(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	n := len(order) / 3
	return order[:n], order[len(order)-n:]
}

func at(values []float64, columns []int) []float64 {
	var out []float64
	for _, i := range columns {
		if i < len(values) {
			out = append(out, values[i])
		}
	}
	return out
}

// growth is the mean of the last quarter over that of the first.
func growth(values []float64) float64 {
	n := max(len(values)/4, 1)
	if len(values) < 2*n {
		return math.NaN()
	}
	return sources.Summarize(values[len(values)-n:]).Avg / sources.Summarize(values[:n]).Avg
}

// part is a share of a total: at most all of it, also where the two were asked a moment apart.
func part(of, total float64) float64 { return math.Min(of/total, 1) }

func median(values []float64) float64 {
	var kept []float64
	for _, v := range values {
		if finite(v) {
			kept = append(kept, v)
		}
	}
	if len(kept) == 0 {
		return math.NaN()
	}
	slices.Sort(kept)
	return (kept[(len(kept)-1)/2] + kept[len(kept)/2]) / 2
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func known(v float64) float64 {
	if math.IsNaN(v) {
		return -1
	}
	return v
}
