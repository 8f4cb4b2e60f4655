package tracing

import (
	"slices"
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
	// Critical is the critical path, sections in ascending order that don't overlap; see CriticalPath.
	Critical []Section
}

// Section is a stretch of the critical path that one span answers for.
type Section struct {
	Row      int           // into Nodes
	From, To time.Duration // offsets from the trace's start; From < To
}

// Analyze works out all of an Analysis. It takes O(n log n) for n spans and never fails: damaged traces are shown as
// Tree arranges them.
func Analyze(t sources.Trace) *Analysis {
	a := &Analysis{Trace: t, Nodes: Tree(t)}
	a.Start, a.Duration = Extent(t)
	for i := range a.Nodes {
		n := &a.Nodes[i]
		n.Offset = n.Span.Start.Sub(a.Start)
		if !slices.Contains(a.Services, n.Span.Service) {
			a.Services = append(a.Services, n.Span.Service)
		}
		if n.Span.Error {
			a.Errors++
		}
	}
	return a
}

// FlamePath is one box of a flame graph: all spans of one trace that have the same path of (service, operation) from a
// root, merged. Boxes are in depth-first order, siblings by Total descending, then by name.
type FlamePath struct {
	Service, Operation string
	Parent             int // index of the box below, -1 for a root
	Depth              int
	Count              int
	Errors             int
	Total              time.Duration // sum of the spans' durations
	Self               time.Duration // sum of their self times
	Critical           time.Duration // of the critical path
	First              int           // row of the first such span
}

// Flame merges the trace by path.
func (a *Analysis) Flame() []FlamePath { return nil }

// OperationStats sums up the spans of one (service, operation) over several traces.
type OperationStats struct {
	Service, Operation      string
	Traces                  int // that have such a span
	Count, Errors           int // spans
	Min, Avg, P50, P95, Max time.Duration
	Self, Critical          time.Duration // sums over all traces
}

// SuccessRate is the share of spans without an error, 0 to 1.
func (o OperationStats) SuccessRate() float64 { return 1 - float64(o.Errors)/float64(max(o.Count, 1)) }

// Operations sums traces up by operation, the most time on the critical path first.
func Operations(traces []*Analysis) []OperationStats { return nil }

// Interval is a 95 % confidence interval.
type Interval struct{ Low, High float64 }

// TagDifference compares how many traces of two groups have a span with Key=Value.
type TagDifference struct {
	Key, Value string
	Service    string // where the tag is found most in group A
	Operation  string
	InA, InB   int // traces that have it
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
	// Silent says in words why nothing can be said ("only 3 slow traces: at least 5 are needed"); "" otherwise. What
	// the numbers are too small for is in neither list.
	Silent     string
	Tags       []TagDifference  // by |Delta|, greatest first; ties: tags of the first path operation first
	Operations []PathDifference // by |Delta|, greatest first
}

// Differ compares two groups of traces.
func Differ(a, b []*Analysis) Difference { return Difference{SizeA: len(a), SizeB: len(b)} }

// Sentence is one sentence that can be pasted into a chat: what a is called ("slow searches of acme-corp, 412 ms and
// more"), what b is called ("the others"), and the cause.
func (d Difference) Sentence(a, b string) string { return "" }

// SplitSlow finds a natural break between the slow and the rest among durations (Otsu's threshold on their
// logarithms); a duration of threshold or more is slow. ok is false for fewer than 10 durations or where all are alike.
func SplitSlow(durations []time.Duration) (threshold time.Duration, ok bool) { return 0, false }

// Cause is a group of traces that failed for the same reason: the deepest failed span of each.
type Cause struct {
	Service, Operation, Message string
	Type                        string // of the exception; "" if none was recorded
	Traces                      []string
	First, Last                 time.Time
}

// Causes groups the traces that have a failed span, the most frequent cause first.
func Causes(traces []*Analysis) []Cause { return nil }

// Compared is one path of (service, operation) in two traces. Boxes are in depth-first order.
type Compared struct {
	Service, Operation string
	Depth              int
	CountA, CountB     int // 0: missing on that side
	TotalA, TotalB     time.Duration
	SelfA, SelfB       time.Duration
	RowA, RowB         int // the first such span on each side; -1 for none
}

// Compare aligns two traces by path.
func Compare(a, b *Analysis) []Compared { return nil }

// Call is who calls whom across services, from the traces at hand.
type Call struct {
	Parent, Child string
	Calls, Errors int           // spans of Child whose parent span is of Parent; failed ones
	P50, P95      time.Duration // of those spans
}

// Calls sums up the calls between services, most calls first.
func Calls(traces []*Analysis) []Call { return nil }
