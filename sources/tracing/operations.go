package tracing

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// OperationStats sums up the spans of one (service, operation) over several traces. P50 and P95 are nearest-rank
// quantiles: durations that a span really had.
type OperationStats struct {
	Service, Operation      string
	Traces                  int // that have such a span
	Count, Errors           int // spans
	Min, Avg, P50, P95, Max time.Duration
	Self, Critical          time.Duration // sums over all traces
}

// SuccessRate is the share of spans without an error, 0 to 1.
func (o OperationStats) SuccessRate() float64 { return 1 - float64(o.Errors)/float64(max(o.Count, 1)) }

// Operations sums traces up by operation, the most time on the critical path first, then the most self time.
func Operations(traces []*Analysis) []OperationStats {
	var stats []OperationStats
	var durations [][]time.Duration
	var lastTrace []int
	known := map[name]int{}
	for t, a := range traces {
		for i := range a.Nodes {
			n := &a.Nodes[i]
			at, ok := known[n.name()]
			if !ok {
				at = len(stats)
				known[n.name()] = at
				stats = append(stats, OperationStats{Service: n.Span.Service, Operation: n.Span.Operation})
				durations, lastTrace = append(durations, nil), append(lastTrace, -1)
			}
			o := &stats[at]
			o.Count++
			if lastTrace[at] != t {
				lastTrace[at] = t
				o.Traces++
			}
			if n.Span.Error {
				o.Errors++
			}
			o.Self, o.Critical = sum(o.Self, n.Self), sum(o.Critical, n.Critical)
			durations[at] = append(durations[at], n.length())
		}
	}
	for i := range stats {
		o, d := &stats[i], durations[i]
		slices.Sort(d)
		o.Min, o.Max, o.P50, o.P95, o.Avg = d[0], d[len(d)-1], quantile(d, 0.5), quantile(d, 0.95), mean(d)
	}
	slices.SortFunc(stats, func(a, b OperationStats) int {
		return cmp.Or(cmp.Compare(b.Critical, a.Critical), cmp.Compare(b.Self, a.Self),
			byName(name{a.Service, a.Operation}, name{b.Service, b.Operation}))
	})
	return stats
}

// quantile is the nearest-rank quantile of sorted durations: the smallest that at least the share q of them don't
// exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// mean divides before it adds: the sum may be more than a Duration holds.
func mean(d []time.Duration) time.Duration {
	n := time.Duration(len(d))
	whole, rest := time.Duration(0), time.Duration(0)
	for _, x := range d {
		whole += x / n
		rest += x % n
	}
	return whole + rest/n
}
