package trace

import (
	"slices"

	"dlmon/sources/tracing"
)

// rows are the spans of a trace that are shown: all but those below a folded one. They are told apart by their row in
// the analysis: span ids may repeat.
type rows struct {
	nodes  []tracing.Node
	end    []int32 // of each node: the one after its last descendant
	folded []bool
	shown  []int32 // ascending
	cursor int     // into shown
	offset int     // the first one on the screen
}

func newRows(nodes []tracing.Node) rows {
	r := rows{nodes: nodes, end: make([]int32, len(nodes)), folded: make([]bool, len(nodes)), shown: make([]int32, 0, len(nodes))}
	for i := len(nodes) - 1; i >= 0; i-- {
		r.end[i] = max(r.end[i], int32(i+1))
		if p := nodes[i].Parent; p >= 0 {
			r.end[p] = max(r.end[p], r.end[i])
		}
	}
	r.build()
	return r
}

// node is the selected one, -1 without any.
func (r *rows) node() int {
	if len(r.shown) == 0 {
		return -1
	}
	return int(r.shown[r.cursor])
}

// build lays the shown ones out anew. The selection stays, or goes to the folded span that hides it.
func (r *rows) build() {
	at := r.node()
	r.shown = r.shown[:0]
	for i := int32(0); i < int32(len(r.nodes)); {
		r.shown = append(r.shown, i)
		if r.folded[i] {
			i = r.end[i]
		} else {
			i++
		}
	}
	r.selectNode(at)
}

// selectNode moves the cursor to a node, or to the last shown one before it.
func (r *rows) selectNode(i int) {
	at, ok := slices.BinarySearch(r.shown, int32(max(i, 0)))
	if !ok {
		at--
	}
	r.cursor = max(0, min(at, len(r.shown)-1))
}

// jump selects a node and unfolds what hides it.
func (r *rows) jump(i int) {
	hidden := false
	for p := r.nodes[i].Parent; p >= 0; p = r.nodes[p].Parent {
		hidden = hidden || r.folded[p]
		r.folded[p] = false
	}
	if hidden {
		r.build()
	}
	r.selectNode(i)
}

func (r *rows) move(d int) { r.cursor = max(0, min(r.cursor+d, len(r.shown)-1)) }

// left folds the selected span; from one that has nothing to fold it goes to the parent.
func (r *rows) left() {
	i := r.node()
	if r.nodes[i].Children > 0 && !r.folded[i] {
		r.folded[i] = true
		r.build()
		return
	}
	if p := r.nodes[i].Parent; p >= 0 {
		r.selectNode(p)
	}
}

// right unfolds the selected span; from an unfolded one it goes to the first child.
func (r *rows) right() {
	i := r.node()
	switch {
	case r.nodes[i].Children == 0:
	case r.folded[i]:
		r.folded[i] = false
		r.build()
	default:
		r.move(1)
	}
}

// shallower folds the deepest level that is shown.
func (r *rows) shallower() {
	deepest := 0
	for _, i := range r.shown {
		deepest = max(deepest, r.nodes[i].Depth)
	}
	for _, i := range r.shown {
		if n := &r.nodes[i]; n.Depth == deepest-1 && n.Children > 0 {
			r.folded[i] = true
		}
	}
	r.build()
}

// deeper unfolds the least deep level that is folded.
func (r *rows) deeper() {
	level := -1
	for _, i := range r.shown {
		if d := r.nodes[i].Depth; r.folded[i] && (level < 0 || d < level) {
			level = d
		}
	}
	for _, i := range r.shown {
		if r.folded[i] && r.nodes[i].Depth == level {
			r.folded[i] = false
		}
	}
	r.build()
}

// occurrence names a span of a trace where ids may repeat: the nth that has the id.
type occurrence struct {
	id  string
	nth int
}

// carry takes over what was folded and selected in another reading of the same trace.
func (r *rows) carry(old *rows) {
	at := old.node()
	if at < 0 {
		return
	}
	if !slices.EqualFunc(old.nodes, r.nodes, func(a, b tracing.Node) bool { return a.Span.SpanID == b.Span.SpanID }) {
		places := occurrences(r.nodes)
		seen := map[string]int{}
		moved := -1
		for i := range old.nodes {
			id := old.nodes[i].Span.SpanID
			to, ok := places[occurrence{id, seen[id]}]
			seen[id]++
			if ok && old.folded[i] {
				r.folded[to] = true
			}
			if ok && i <= at { // the selected span, or else the last before it that is still there
				moved = to
			}
		}
		at = moved
	} else {
		copy(r.folded, old.folded)
	}
	r.build()
	r.selectNode(at)
	r.offset = max(0, old.offset+r.cursor-old.cursor)
}

func occurrences(nodes []tracing.Node) map[occurrence]int {
	places := make(map[occurrence]int, len(nodes))
	seen := make(map[string]int, len(nodes))
	for i := range nodes {
		id := nodes[i].Span.SpanID
		places[occurrence{id, seen[id]}] = i
		seen[id]++
	}
	return places
}
