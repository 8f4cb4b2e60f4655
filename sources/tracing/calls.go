package tracing

import (
	"cmp"
	"slices"
	"time"
)

// Call is who calls whom across services, from the traces at hand.
type Call struct {
	Parent, Child string
	Calls, Errors int           // spans of Child whose parent span is of Parent; failed ones
	P50, P95      time.Duration // of those spans, nearest-rank
}

// Calls sums up the calls between services, most calls first.
func Calls(traces []*Analysis) []Call {
	type pair struct{ parent, child string }
	var calls []Call
	var durations [][]time.Duration
	known := map[pair]int{}
	for _, a := range traces {
		for i := range a.Nodes {
			n := &a.Nodes[i]
			if n.Parent < 0 {
				continue
			}
			key := pair{a.Nodes[n.Parent].Span.Service, n.Span.Service}
			if key.parent == key.child {
				continue
			}
			at, ok := known[key]
			if !ok {
				at = len(calls)
				known[key] = at
				calls, durations = append(calls, Call{Parent: key.parent, Child: key.child}), append(durations, nil)
			}
			calls[at].Calls++
			if n.Span.Error {
				calls[at].Errors++
			}
			durations[at] = append(durations[at], n.length())
		}
	}
	for i := range calls {
		slices.Sort(durations[i])
		calls[i].P50, calls[i].P95 = quantile(durations[i], 0.5), quantile(durations[i], 0.95)
	}
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Child, b.Child))
	})
	return calls
}
