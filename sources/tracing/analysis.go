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
