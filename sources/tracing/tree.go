// Package tracing analyses traces. It is pure: it reads a sources.Trace, asks no server and changes nothing.
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
	// Skew marks a span that begins before or ends after its parent though the parent waits for it (not FOLLOWS_FROM):
	// clocks that differ, or a parent that did not wait.
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
func Tree(t sources.Trace) []Node {
	order := byStart(t.Spans)
	parents := parentsOf(t.Spans, order)
	cutCycles(order, parents)
	children := make([][]int, len(t.Spans))
	for _, i := range order {
		if p := parents[i]; p >= 0 {
			children[p] = append(children[p], i)
		}
	}
	w := walk{spans: t.Spans, children: children, rows: make([]Node, 0, len(t.Spans))}
	for _, i := range order {
		if parents[i] < 0 {
			w.from(i)
		}
	}
	return w.rows
}

// Extent is the time that a trace spans: its earliest start, and from there to its latest end.
func Extent(t sources.Trace) (start time.Time, d time.Duration) {
	var end time.Time
	for i := range t.Spans {
		s := &t.Spans[i]
		if i == 0 || s.Start.Before(start) {
			start = s.Start
		}
		if e := s.Start.Add(max(s.Duration, 0)); i == 0 || e.After(end) {
			end = e
		}
	}
	return start, end.Sub(start)
}

// byStart is the indices of spans by start, then id.
func byStart(spans []sources.Span) []int {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(spans[a].Start.Compare(spans[b].Start), cmp.Compare(spans[a].SpanID, spans[b].SpanID))
	})
	return order
}

// parentsOf is the index of each span's parent, -1 where there is none.
func parentsOf(spans []sources.Span, order []int) []int {
	byID := make(map[string][]int, len(spans))
	for _, i := range order {
		byID[spans[i].SpanID] = append(byID[spans[i].SpanID], i)
	}
	parents := make([]int, len(spans))
	for i := range spans {
		parents[i] = -1
		if spans[i].ParentID == "" {
			continue
		}
		for _, p := range byID[spans[i].ParentID] {
			if p == i {
				continue
			}
			if spans[p].Service == spans[i].Service {
				parents[i] = p
				break
			}
			if parents[i] < 0 {
				parents[i] = p
			}
		}
	}
	return parents
}

// cutCycles takes the parent away from the earliest span of every cycle, so that parents is a forest.
func cutCycles(order, parents []int) {
	const unknown, onPath, done = 0, 1, 2
	state := make([]uint8, len(parents))
	rank := make([]int, len(parents))
	for r, i := range order {
		rank[i] = r
	}
	for _, first := range order {
		i := first
		for i >= 0 && state[i] == unknown {
			state[i] = onPath
			i = parents[i]
		}
		cut := -1
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

type walk struct {
	spans    []sources.Span
	children [][]int
	rows     []Node
}

// from appends the tree below root. It keeps its own stack: a trace may be as deep as it is long.
func (w *walk) from(root int) {
	type step struct{ span, parent, depth int }
	for stack := []step{{root, -1, 0}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		row := len(w.rows)
		s := &w.spans[at.span]
		w.rows = append(w.rows, Node{Span: s, Parent: at.parent, Depth: at.depth, Self: w.self(at.span),
			Orphan: at.parent < 0 && s.ParentID != ""})
		if at.parent >= 0 {
			w.rows[at.parent].Children++
		}
		for _, c := range slices.Backward(w.children[at.span]) {
			stack = append(stack, step{c, row, at.depth + 1})
		}
	}
}

// self subtracts from the span's duration what its children cover. They are in the order of their starts, so one
// sweep joins overlaps.
func (w *walk) self(i int) time.Duration {
	s := &w.spans[i]
	end := s.Start.Add(max(s.Duration, 0))
	covered, until := time.Duration(0), s.Start
	for _, c := range w.children[i] {
		child := &w.spans[c]
		if follows(child) {
			continue
		}
		from, to := child.Start, child.Start.Add(max(child.Duration, 0))
		if from.Before(until) {
			from = until
		}
		if to.After(end) {
			to = end
		}
		if to.After(from) {
			covered += to.Sub(from)
			until = to
		}
	}
	return max(s.Duration, 0) - covered
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
