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
// are slow: what most traces take is the normal state, whatever its length.
func SplitSlow(durations []time.Duration) (threshold time.Duration, ok bool) {
	n := len(durations)
	if n < minSplit {
		return 0, false
	}
	sorted := slices.Clone(durations)
	slices.Sort(sorted)
	logs := make([]float64, n)
	all := 0.0
	for i, d := range sorted {
		logs[i] = math.Log(float64(max(d, time.Nanosecond)))
		all += logs[i]
	}
	best, low := 0.0, 0.0
	for i := 1; i < n; i++ { // the slow ones are sorted[i:]
		low += logs[i-1]
		if sorted[i] == sorted[i-1] || n-i > n/2 {
			continue
		}
		fast, slow := low/float64(i), (all-low)/float64(n-i)
		between := float64(i) * float64(n-i) * (slow - fast) * (slow - fast)
		if between > best && slow-fast >= math.Log(alike) {
			best, threshold, ok = between, sorted[i], true
		}
	}
	return threshold, ok
}
