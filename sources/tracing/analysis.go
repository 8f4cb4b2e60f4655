// Package tracing analyses traces. It is pure: it reads sources.Traces, asks no server and changes nothing, and what it
// returns may be shared between goroutines.
//
// Of one trace, Analyze works out the tree (Tree: damaged traces keep all their spans), self times and the critical
// path; Flame merges it by path, Compare aligns two. Of many, Operations and Calls sum up, Causes groups the failed by
// their root cause, SplitSlow finds the slow ones, and Differ says what sets a group apart. Each takes O(n log n) for n
// spans, however they hang together.
//
// The critical path is the walk over last finishing children of Uber's CRISP (Zhang et al., USENIX ATC 2022) and Jaeger
// UI: children that overflow their parent are cut to it, those outside it and those that merely follow from it
// (FOLLOWS_FROM) are dropped, and from the end of a root the walk goes back to the child that finished last before the
// time at hand. How several roots share a trace's time is told at criticalPath. Slow traces are told from the rest by
// Otsu's threshold (1979) on logarithms; shares are compared by Newcombe's interval (1998, method 10), mean times by
// Welch's (1947).
package tracing

import (
	"time"

	"dlmon/sources"
)

// Analysis is one trace, worked out once and read by every screen. It is immutable. All times in it are offsets from
// Start, so that a trace before 1970 or after 2200 is as good as any; offsets that a Duration can't hold saturate.
type Analysis struct {
	Trace    sources.Trace
	Nodes    []Node // the rows of the waterfall, see Tree
	Start    time.Time
	Duration time.Duration
	Services []string // in order of first appearance in Nodes
	Errors   int      // failed spans
	Skewed   int      // spans outside their parent, see Node.Skew
	Orphans  int      // see Node.Orphan
	Roots    int
	// Critical is the critical path, sections in ascending order that don't overlap; see criticalPath.
	Critical []Section
}

// Analyze works out all of an Analysis. It takes O(n log n) for n spans and never fails: damaged traces are shown as
// Tree arranges them.
func Analyze(t sources.Trace) *Analysis {
	a := &Analysis{Trace: t, Nodes: Tree(t)}
	a.Start, a.Duration = Extent(t)
	seen := map[string]bool{}
	last := ""
	for i := range a.Nodes {
		n := &a.Nodes[i]
		if s := n.Span.Service; i == 0 || s != last {
			if last = s; !seen[s] {
				seen[s] = true
				a.Services = append(a.Services, s)
			}
		}
		if n.Span.Error {
			a.Errors++
		}
		if n.Skew {
			a.Skewed++
		}
		if n.Parent < 0 {
			a.Roots++
		}
		if n.Orphan {
			a.Orphans++
		}
	}
	a.Critical = criticalPath(a.Nodes)
	for _, s := range a.Critical {
		a.Nodes[s.Row].Critical += s.To - s.From
	}
	return a
}
