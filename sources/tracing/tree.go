package tracing

import (
	"cmp"
	"slices"
	"time"

	"dlmon/sources"
)

// Node is one row of a waterfall.
type Node struct {
	Span     *sources.Span // points into the trace that was given
	Parent   int           // row of the parent, which always comes before; -1 for a root
	Depth    int           // 0 for a root
	Children int           // direct ones
	// Self is the part of the span's duration in which no child ran: duration minus the union of the children's
	// intervals, clipped to the span. Children that merely follow from the span (FOLLOWS_FROM) take nothing away:
	// their parent does not wait for them.
	Self time.Duration
	// Offset is the span's start from the trace's start; Critical its time on the critical path.
	Offset, Critical time.Duration
	// Async marks a span that merely follows from its parent (FOLLOWS_FROM): the parent does not wait for it.
	Async bool
	// Skew marks a span that begins before or ends after its parent though the parent waits for it: clocks that differ,
	// or a parent that did not wait. An end that is a microsecond late is none: Jaeger keeps whole microseconds of
	// starts and durations, so that an end may seem that much later than its parent's.
	Skew bool
	// Orphan marks a root that names a parent: the parent is not in the trace (lost, sampled out, not yet written),
	// or is a descendant of the span itself.
	Orphan bool
}

// Tree arranges a trace's spans depth-first, as rows of a waterfall: every span exactly once, parents before
// children, siblings and roots by start, then by span id.
//
// Damaged traces keep all their spans. A span without its parent becomes a root of its own. Where several spans share
// an id (Zipkin's client and server halves, or an export repeated), a child belongs to the one of its own service,
// else to the earliest. A cycle is cut at its earliest span. It takes O(n log n) for n spans.
//
// Critical is left to Analyze.
func Tree(t sources.Trace) []Node {
	spans := t.Spans
	start, _ := Extent(t)
	offsets := make([]time.Duration, len(spans))
	for i := range spans {
		offsets[i] = spans[i].Start.Sub(start)
	}
	order := byStart(spans)
	parents := parentsOf(spans, order)
	cutCycles(order, parents)
	rows := depthFirst(spans, offsets, order, parents)
	relate(rows)
	return rows
}

// Extent is the time that a trace spans: its earliest start, and from there to its latest end.
func Extent(t sources.Trace) (start time.Time, d time.Duration) {
	for i := range t.Spans {
		if s := &t.Spans[i]; i == 0 || s.Start.Before(start) {
			start = s.Start
		}
	}
	for i := range t.Spans {
		s := &t.Spans[i]
		d = max(d, sum(s.Start.Sub(start), max(s.Duration, 0)))
	}
	return start, d
}

// byStart is the indices of spans by start, then id. Traces mostly come in that order.
func byStart(spans []sources.Span) []int32 {
	order := make([]int32, len(spans))
	for i := range order {
		order[i] = int32(i)
	}
	earlier := func(a, b int32) int {
		if c := spans[a].Start.Compare(spans[b].Start); c != 0 {
			return c
		}
		return cmp.Compare(spans[a].SpanID, spans[b].SpanID)
	}
	if !slices.IsSortedFunc(order, earlier) {
		slices.SortStableFunc(order, earlier)
	}
	return order
}

// firstTwo are the earliest two spans of some kind, -1 for none. Two are enough to find one that is not a given span.
type firstTwo struct{ first, second int32 }

func (f firstTwo) add(i int32) firstTwo {
	if f.second < 0 {
		f.second = i
	}
	return f
}

func (f firstTwo) but(i int32) int32 {
	if f.first == i {
		return f.second
	}
	return f.first
}

// parentsOf is the index of each span's parent, -1 where there is none.
func parentsOf(spans []sources.Span, order []int32) []int32 {
	type half struct{ id, service string }
	byID := make(map[string]firstTwo, len(spans))
	var halves map[half]firstTwo // of the ids that several spans share
	for _, i := range order {
		s := &spans[i]
		known, ok := byID[s.SpanID]
		if !ok {
			byID[s.SpanID] = firstTwo{i, -1}
			continue
		}
		byID[s.SpanID] = known.add(i)
		if halves == nil {
			halves = map[half]firstTwo{}
		}
		if known.second < 0 {
			halves[half{s.SpanID, spans[known.first].Service}] = firstTwo{known.first, -1}
		}
		if h, ok := halves[half{s.SpanID, s.Service}]; ok {
			halves[half{s.SpanID, s.Service}] = h.add(i)
		} else {
			halves[half{s.SpanID, s.Service}] = firstTwo{i, -1}
		}
	}
	parents := make([]int32, len(spans))
	for i := range spans {
		parents[i] = -1
		s := &spans[i]
		if s.ParentID == "" {
			continue
		}
		known, ok := byID[s.ParentID]
		if !ok {
			continue
		}
		parents[i] = known.but(int32(i))
		if known.second >= 0 {
			if own, ok := halves[half{s.ParentID, s.Service}]; ok && own.but(int32(i)) >= 0 {
				parents[i] = own.but(int32(i))
			}
		}
	}
	return parents
}

// cutCycles takes the parent away from the earliest span of every cycle, so that parents is a forest.
func cutCycles(order, parents []int32) {
	const unknown, onPath, done = 0, 1, 2
	state := make([]uint8, len(parents))
	rank := make([]int32, len(parents))
	for r, i := range order {
		rank[i] = int32(r)
	}
	for _, first := range order {
		i := first
		for i >= 0 && state[i] == unknown {
			state[i] = onPath
			i = parents[i]
		}
		cut := int32(-1)
		if i >= 0 && state[i] == onPath { // the path bit its own tail at i
			cut = i
			for j := parents[i]; j != i; j = parents[j] {
				if rank[j] < rank[cut] {
					cut = j
				}
			}
		}
		for i = first; i >= 0 && state[i] == onPath; i = parents[i] {
			state[i] = done
		}
		if cut >= 0 {
			parents[cut] = -1
		}
	}
}

// depthFirst lays the forest out. It keeps its own stack: a trace may be as deep as it is long.
func depthFirst(spans []sources.Span, offsets []time.Duration, order, parents []int32) []Node {
	// The children of each span as a chain from its latest to its earliest: the order in which a stack wants them.
	last := make([]int32, len(spans))
	before := make([]int32, len(spans))
	for i := range last {
		last[i] = -1
	}
	for _, i := range order {
		if p := parents[i]; p >= 0 {
			before[i], last[p] = last[p], i
		}
	}
	type step struct{ span, parent int32 }
	rows := make([]Node, 0, len(spans))
	var stack []step
	for _, root := range order {
		if parents[root] >= 0 {
			continue
		}
		for stack = append(stack, step{root, -1}); len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			row := int32(len(rows))
			s := &spans[at.span]
			n := Node{Span: s, Parent: int(at.parent), Offset: offsets[at.span]}
			if at.parent >= 0 {
				p := &rows[at.parent]
				n.Depth, n.Async = p.Depth+1, follows(s)
				p.Children++
			} else {
				n.Orphan = s.ParentID != ""
			}
			rows = append(rows, n)
			for c := last[at.span]; c >= 0; c = before[c] {
				stack = append(stack, step{c, row})
			}
		}
	}
	return rows
}

// relate works out what depends on a span's parent or children: Self and Skew. Siblings come in the order of their
// starts, so one sweep joins what of them overlaps.
func relate(rows []Node) {
	until := make([]time.Duration, len(rows)) // so far the span's children are accounted for
	for i := range rows {
		n := &rows[i]
		from, to := n.Offset, n.End()
		n.Self, until[i] = to-from, from
		if n.Parent < 0 || n.Async {
			continue
		}
		p := &rows[n.Parent]
		end := p.End()
		n.Skew = from < p.Offset || to > sum(end, time.Microsecond)
		from, to = max(from, until[n.Parent]), min(to, end)
		if to > from {
			p.Self -= to - from
			until[n.Parent] = to
		}
	}
}

// follows tells whether a span is linked to its parent by FOLLOWS_FROM alone.
func follows(s *sources.Span) bool {
	found := false
	for _, r := range s.References {
		if r.SpanID == s.ParentID && r.TraceID == s.TraceID {
			if !r.Follows {
				return false
			}
			found = true
		}
	}
	return found
}
