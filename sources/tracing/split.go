package tracing

import (
	"math"
	"slices"
	"time"
)

const (
	// minSplit is the number of durations below which no break is looked for.
	minSplit = 10
	// alike is how much longer, by geometric means, the slow ones must be than the rest to count as slow.
	alike = 1.2
)

// SplitSlow finds a natural break between the slow and the rest among durations; a duration of threshold or more is
// slow, and threshold is one of the durations. ok is false for fewer than 10 durations or where all are alike: the
// slow ones' geometric mean is less than 1.2 times the others'.
//
// It is Otsu's threshold (Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Transactions on
// Systems, Man, and Cybernetics 9(1), 1979) on the logarithms of the durations, which are as skewed as durations
// are: the split with the greatest variance between the two groups, w0·w1·(m0-m1)². At most half of the durations
// are slow: what most traces take is the normal state, whatever its length. Where a break leaves fewer than 5 slow
// ones, too few for Differ, the next break below it counts if there is one.
func SplitSlow(durations []time.Duration) (threshold time.Duration, ok bool) {
	if len(durations) < minSplit {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(durations))
	first := 0
	for n := len(sorted); n > 0; {
		at := otsu(sorted[:n], len(sorted)/2-(len(sorted)-n))
		switch {
		case at == 0 && first == 0:
			return 0, false
		case at == 0:
			return sorted[first], true
		case len(sorted)-at >= minGroup:
			return sorted[at], true
		}
		first = max(first, at)
		n = at
	}
	return sorted[first], true
}

// otsu is where the slow ones, at most atMost of them, begin among sorted durations; 0 where all are alike.
func otsu(sorted []time.Duration, atMost int) (at int) {
	n := len(sorted)
	logs := make([]float64, n)
	all := 0.0
	for i, d := range sorted {
		logs[i] = math.Log(float64(max(d, time.Nanosecond)))
		all += logs[i]
	}
	best, low := 0.0, 0.0
	for i := 1; i < n; i++ { // the slow ones are sorted[i:]
		low += logs[i-1]
		if sorted[i] == sorted[i-1] || n-i > atMost {
			continue
		}
		fast, slow := low/float64(i), (all-low)/float64(n-i)
		between := float64(i) * float64(n-i) * (slow - fast) * (slow - fast)
		if between > best && slow-fast >= math.Log(alike) {
			best, at = between, i
		}
	}
	return at
}
