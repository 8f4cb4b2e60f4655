package tracing

import (
	"cmp"
	"slices"
	"time"
)

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
func (a *Analysis) Flame() []FlamePath {
	boxes := a.paths()
	parents := make([]int, len(boxes))
	for i := range boxes {
		parents[i] = boxes[i].Parent
	}
	order, depths := arrange(parents, func(x, y int) int {
		return cmp.Or(cmp.Compare(boxes[y].Total, boxes[x].Total), byName(boxes[x].name(), boxes[y].name()))
	})
	flame := make([]FlamePath, len(boxes))
	at := make([]int, len(boxes)) // where each box has gone
	for i, old := range order {
		at[old] = i
		flame[i] = boxes[old]
		flame[i].Depth = depths[i]
		if p := boxes[old].Parent; p >= 0 {
			flame[i].Parent = at[p]
		}
	}
	return flame
}

// name is what an operation is told apart by: operations of different services are different ones.
type name struct{ service, operation string }

func (n *Node) name() name      { return name{n.Span.Service, n.Span.Operation} }
func (f *FlamePath) name() name { return name{f.Service, f.Operation} }

func byName(a, b name) int {
	return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.operation, b.operation))
}

// pathKey is a path: the box of the path without its last step, and that step.
type pathKey struct {
	parent int
	name
}

// paths merges the rows by path, boxes in the order of their first rows: parents come before children.
func (a *Analysis) paths() []FlamePath {
	var boxes []FlamePath
	known := map[pathKey]int{}
	boxOf := make([]int, len(a.Nodes))
	for i := range a.Nodes {
		n := &a.Nodes[i]
		parent := -1
		if n.Parent >= 0 {
			parent = boxOf[n.Parent]
		}
		key := pathKey{parent, n.name()}
		box, ok := known[key]
		if !ok {
			box = len(boxes)
			known[key] = box
			boxes = append(boxes, FlamePath{Service: n.Span.Service, Operation: n.Span.Operation, Parent: parent, First: i})
		}
		boxOf[i] = box
		b := &boxes[box]
		b.Count++
		if n.Span.Error {
			b.Errors++
		}
		b.Total = sum(b.Total, n.length())
		b.Self = sum(b.Self, n.Self)
		b.Critical = sum(b.Critical, n.Critical)
	}
	return boxes
}

// arrange orders a forest depth-first, siblings by compare: the nodes in that order, and the depth of each. Parents
// come before their children in parents; -1 is a root.
func arrange(parents []int, compare func(x, y int) int) (order, depths []int) {
	// One sort of all makes every parent's children sorted, too.
	sorted := make([]int, len(parents))
	for i := range sorted {
		sorted[i] = i
	}
	slices.SortFunc(sorted, compare)
	children := make([][]int, len(parents)+1)
	for _, i := range slices.Backward(sorted) {
		children[parents[i]+1] = append(children[parents[i]+1], i)
	}
	type step struct{ node, depth int }
	var stack []step
	for _, root := range children[0] {
		stack = append(stack, step{root, 0})
	}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		order, depths = append(order, s.node), append(depths, s.depth)
		for _, c := range children[s.node+1] {
			stack = append(stack, step{c, s.depth + 1})
		}
	}
	return order, depths
}
