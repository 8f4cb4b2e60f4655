package tracing

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Section is a stretch of the critical path that one span answers for.
type Section struct {
	Row      int           // into Nodes
	From, To time.Duration // offsets from the trace's start; From < To
}

// criticalPath finds, for every moment of a trace, the span that the answer was waiting for: had it been faster, the
// trace would have been shorter.
//
// It is the walk over last finishing children of CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale
// Microservice Architectures", USENIX ATC 2022) and of Jaeger UI (packages/jaeger-ui, CriticalPath). First
// the children are made fit: one that overflows its parent is cut to it, one wholly outside is dropped, and so is one
// that the parent doesn't wait for (FOLLOWS_FROM), each with all below it. Then the walk starts at the end of a root
// and goes backwards. Of the children that end by the current time it takes the one that ends last (of several the one
// that ended last before it was cut, then the one that starts first): the time after that child's end is the parent's own, the time within the child is found by the
// same rule in the child, and the walk goes on in the parent at the child's start. When no child is left, the time
// down to the span's start is its own. So a root's sections tile the root. (Jaeger UI asks for a child that ends
// strictly before the current time. Here it may end just then, else children that follow each other without a pause
// would be skipped.)
//
// A trace may have several roots. They are walked like children of one span that spans the trace, but what a
// later ending root has taken of an earlier one's time only cuts the earlier one, so that all time of every root is on
// the path once. Roots with a lost parent (orphans) only get time in which no true root runs: mostly they belong
// somewhere below one. The time in which no root runs is a gap; it is on nobody's path.
//
// The sections ascend and don't overlap. Each level's children are sorted once, and passed once: O(n log n).
func criticalPath(rows []Node) []Section {
	w := newPathWalk(rows)
	var whole, lost []int32
	for i := range rows {
		switch {
		case rows[i].Parent >= 0:
		case rows[i].Orphan:
			lost = append(lost, int32(i))
		default:
			whole = append(whole, int32(i))
		}
	}
	taken := w.share(whole)
	rest := w.share(lost)
	w.fit()
	for _, root := range whole {
		w.from(root)
	}
	path := w.take()
	if len(lost) == 0 {
		return path
	}
	for _, root := range lost {
		w.from(root)
	}
	path = append(path, without(w.take(), taken)...)
	if len(taken) > 0 && len(rest) > 0 {
		slices.SortFunc(path, func(a, b Section) int { return cmp.Compare(a.From, b.From) })
	}
	return path
}

type stretch struct{ from, to time.Duration }

// pathWalk holds, for every row, its time cut to its parent's (empty for what is dropped) and its children.
type pathWalk struct {
	rows     []Node
	cut      []stretch
	first    []int32 // row i's children are children[first[i]:first[i+1]]
	children []int32
	path     []Section // backwards
	stack    []pathStep
}

type pathStep struct {
	row, next, end int32 // next of the row's children, and the end of them
	at             time.Duration
}

func newPathWalk(rows []Node) *pathWalk {
	w := &pathWalk{rows: rows, cut: make([]stretch, len(rows)), first: make([]int32, len(rows)+1),
		path: make([]Section, 0, len(rows))}
	for i := range rows {
		w.cut[i] = stretch{rows[i].Offset, rows[i].End()}
	}
	return w
}

// share sorts roots by their ends, the latest first, and cuts each at the start of those before it. It returns the
// time that they take together, in ascending order.
func (w *pathWalk) share(roots []int32) []stretch {
	w.latestFirst(roots)
	taken := make([]stretch, 0, len(roots))
	until := time.Duration(math.MaxInt64)
	for _, r := range roots {
		c := &w.cut[r]
		if c.to = min(c.to, until); c.to <= c.from {
			c.to = c.from
			continue
		}
		taken = append(taken, *c)
		until = c.from
	}
	slices.Reverse(taken)
	return taken
}

// latestFirst sorts rows by their ends, the latest first; of those with the same end the one that ended later before it
// was cut, then the one that starts first.
func (w *pathWalk) latestFirst(rows []int32) {
	slices.SortFunc(rows, func(a, b int32) int {
		x, y := w.cut[a], w.cut[b]
		switch {
		case x.to != y.to:
			return cmp.Compare(y.to, x.to)
		case w.rows[a].End() != w.rows[b].End():
			return cmp.Compare(w.rows[b].End(), w.rows[a].End())
		case x.from != y.from:
			return cmp.Compare(x.from, y.from)
		}
		return cmp.Compare(a, b)
	})
}

// fit cuts children to their parents, parents first, and lists the children that remain.
func (w *pathWalk) fit() {
	for i := range w.rows {
		n := &w.rows[i]
		if n.Parent < 0 {
			continue
		}
		c, p := &w.cut[i], w.cut[n.Parent]
		c.from, c.to = max(c.from, p.from), min(c.to, p.to)
		if n.Async || c.from >= c.to {
			c.to = c.from
			continue
		}
		w.first[n.Parent+1]++
	}
	for i := range w.rows {
		w.first[i+1] += w.first[i]
	}
	w.children = make([]int32, w.first[len(w.rows)])
	free := slices.Clone(w.first[:len(w.rows)])
	for i := range w.rows {
		if p := w.rows[i].Parent; p >= 0 && w.cut[i].from < w.cut[i].to {
			w.children[free[p]] = int32(i)
			free[p]++
		}
	}
}

// from walks the tree below root backwards. It keeps its own stack: a trace may be as deep as it is long.
func (w *pathWalk) from(root int32) {
	w.enter(root)
	for len(w.stack) > 0 {
		s := &w.stack[len(w.stack)-1]
		for s.next < s.end && w.cut[w.children[s.next]].to > s.at {
			s.next++
		}
		if s.next == s.end {
			w.own(s.row, w.cut[s.row].from, s.at)
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		child := w.children[s.next]
		w.own(s.row, w.cut[child].to, s.at)
		s.next++
		s.at = w.cut[child].from
		w.enter(child)
	}
}

func (w *pathWalk) enter(row int32) {
	begin, end := w.first[row], w.first[row+1]
	w.latestFirst(w.children[begin:end])
	w.stack = append(w.stack, pathStep{row, begin, end, w.cut[row].to})
}

// own gives a stretch of time to a row.
func (w *pathWalk) own(row int32, from, to time.Duration) {
	if from < to {
		w.path = append(w.path, Section{int(row), from, to})
	}
}

// take returns the path walked so far, in ascending order.
func (w *pathWalk) take() []Section {
	path := slices.Clone(w.path)
	w.path = w.path[:0]
	slices.Reverse(path)
	return path
}

// without is what of the sections lies outside the stretches taken. Both ascend.
func without(path []Section, taken []stretch) []Section {
	var out []Section
	t := 0
	for _, s := range path {
		for t < len(taken) && taken[t].to <= s.From {
			t++
		}
		for i := t; i < len(taken) && taken[i].from < s.To; i++ {
			if s.From < taken[i].from {
				out = append(out, Section{s.Row, s.From, taken[i].from})
			}
			s.From = max(s.From, taken[i].to)
		}
		if s.From < s.To {
			out = append(out, s)
		}
	}
	return out
}
