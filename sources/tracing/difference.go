package tracing

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

const (
	// minGroup is the number of traces that a group must have for anything to be said about it.
	minGroup = 5
	// minTraces is the number of traces of one group in which a tag or an operation must be found to be compared. It
	// leaves out whatever is unique to a trace: ids, times, measured values.
	minTraces = 3
	// maxListed bounds Difference.Tags.
	maxListed = 200
)

// TagDifference compares how many traces of two groups have a span with Key=Value.
type TagDifference struct {
	Key, Value string
	Service    string // where the tag is found most in group A (in B if it isn't in A)
	Operation  string // "" for a tag of the process
	InA, InB   int    // traces that have it
	// ShareA and ShareB are 0 to 1; Delta is ShareA - ShareB, with its interval (Newcombe 1998, method 10).
	ShareA, ShareB, Delta float64
	Interval              Interval
}

// PathDifference compares the time that an operation takes on the critical path of a trace, on average, in two groups.
type PathDifference struct {
	Service, Operation string
	InA, InB           int           // traces in which it is on the critical path
	MeanA, MeanB       time.Duration // per trace of the group, those without it counting as 0
	Delta              time.Duration // MeanA - MeanB
	Interval           Interval      // of Delta, in seconds (Welch)
}

// Difference is what sets group A apart from group B.
type Difference struct {
	SizeA, SizeB int
	// Silent says in words why nothing can be said ("only 3 traces in the first group: at least 5 are needed in
	// each"); "" otherwise. What the numbers are too small for is in neither list.
	Silent string
	// Note says in words what was left out of the comparison; mostly "".
	Note string
	// Tags by |Delta|, greatest first, 200 at most, see Differ.
	Tags       []TagDifference
	Operations []PathDifference // by |Delta|, greatest first
	// Failed are the causes of A's failures, where all of A failed and nothing of B: the groups are the failed and the
	// rest then.
	Failed []Cause
}

// Differ compares two groups of traces.
//
// A tag counts once per trace, whichever of its spans (or their processes) has it how often, and so does the
// exception.type of an event. Listed is what is found in
// at least 3 traces of one group and whose 95 % interval leaves 0 out; with groups of fewer than 5 traces nothing is.
// Each interval stands for itself: of a thousand tags that make no difference some 50 may seem to, but with small
// ones.
//
// Tags that tell what a library is, not what happened (span.kind, otel.library.*, see libraryKeys), and values longer
// than 120 runes are not compared. Tags that tell the outcome (error=true, http.status_code, see outcomeKeys) rank
// after all others: where the groups are the failed and the rest they only say so again. Of tags with equal
// differences those come first that A has more often than B, then those on spans of the first of Operations, then
// those whose key has fewer values and that are found on fewer operations, then by key and value.
func Differ(a, b []*Analysis) Difference {
	d := Difference{SizeA: len(a), SizeB: len(b)}
	if few := min(len(a), len(b)); few < minGroup {
		group, traces := "first", "traces"
		if len(b) < len(a) {
			group = "second"
		}
		if few == 1 {
			traces = "trace"
		}
		d.Silent = fmt.Sprintf("only %d %s in the %s group: at least %d are needed in each", few, traces, group, minGroup)
		return d
	}
	var comparedOperations int
	d.Operations, comparedOperations = differPaths(a, b)
	tags := newTagCount(len(a), len(b))
	for _, t := range a {
		tags.count(t, true)
	}
	for _, t := range b {
		tags.count(t, false)
	}
	d.Note = tags.note()
	failed := func(t *Analysis) bool { return t.Errors > 0 }
	if !slices.ContainsFunc(b, failed) && !slices.ContainsFunc(a, func(t *Analysis) bool { return !failed(t) }) {
		d.Failed = Causes(a)
	}
	var cause name
	if len(d.Operations) > 0 {
		cause = name{d.Operations[0].Service, d.Operations[0].Operation}
	}
	var comparedTags int
	d.Tags, comparedTags = tags.differ(a, b, cause)
	if len(d.Tags) == 0 && len(d.Operations) == 0 && len(d.Failed) == 0 {
		d.Silent = fmt.Sprintf("nothing differs by more than chance explains (%d tag values and %d operations compared)",
			comparedTags, comparedOperations)
	}
	return d
}

// differPaths compares operations, and tells how many it could compare.
func differPaths(a, b []*Analysis) (listed []PathDifference, compared int) {
	type operation struct {
		name
		times   [2][]float64  // of the traces of each group that have it, in nanoseconds: sums of them are exact
		inTrace time.Duration // of the trace at hand
	}
	var all []*operation
	known := map[name]*operation{}
	for group, traces := range [2][]*Analysis{a, b} {
		for _, t := range traces {
			var touched []*operation
			for i := range t.Nodes {
				n := &t.Nodes[i]
				if n.Critical == 0 {
					continue
				}
				o := known[n.name()]
				if o == nil {
					o = &operation{name: n.name()}
					known[o.name] = o
					all = append(all, o)
				}
				if o.inTrace == 0 {
					touched = append(touched, o)
				}
				o.inTrace += n.Critical
			}
			for _, o := range touched {
				o.times[group] = append(o.times[group], float64(o.inTrace))
				o.inTrace = 0
			}
		}
	}
	for _, o := range all {
		if max(len(o.times[0]), len(o.times[1])) < minTraces {
			continue
		}
		compared++
		x, y := sample{len(a), o.times[0]}, sample{len(b), o.times[1]}
		interval := welch(x, y)
		if !interval.says() {
			continue
		}
		const second = float64(time.Second)
		p := PathDifference{Service: o.service, Operation: o.operation, InA: len(x.values), InB: len(y.values),
			MeanA: nanoseconds(x.mean()), MeanB: nanoseconds(y.mean()), Interval: Interval{interval.Low / second, interval.High / second}}
		p.Delta = p.MeanA - p.MeanB
		listed = append(listed, p)
	}
	slices.SortFunc(listed, func(p, q PathDifference) int {
		return cmp.Or(cmp.Compare(q.Delta.Abs(), p.Delta.Abs()),
			byName(name{p.Service, p.Operation}, name{q.Service, q.Operation}))
	})
	return listed, compared
}

// nanoseconds is a mean of times, none of which is negative.
func nanoseconds(x float64) time.Duration { return time.Duration(min(x, 1<<62)) }
