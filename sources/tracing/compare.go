package tracing

import (
	"cmp"
	"time"
)

// Compared is one path of (service, operation) in two traces. Boxes are in depth-first order.
type Compared struct {
	Service, Operation string
	Depth              int
	CountA, CountB     int // 0: missing on that side
	TotalA, TotalB     time.Duration
	SelfA, SelfB       time.Duration
	RowA, RowB         int // the first such span on each side; -1 for none
}

// Compare aligns two traces by path. Siblings are in the order of the longer of their totals, then by name.
func Compare(a, b *Analysis) []Compared {
	var boxes []Compared
	var parents []int
	known := map[pathKey]int{}
	add := func(paths []FlamePath, put func(*Compared, *FlamePath)) {
		at := make([]int, len(paths))
		for i := range paths {
			p := &paths[i]
			parent := -1
			if p.Parent >= 0 {
				parent = at[p.Parent]
			}
			key := pathKey{parent, p.name()}
			box, ok := known[key]
			if !ok {
				box = len(boxes)
				known[key] = box
				boxes = append(boxes, Compared{Service: p.Service, Operation: p.Operation, RowA: -1, RowB: -1})
				parents = append(parents, parent)
			}
			at[i] = box
			put(&boxes[box], p)
		}
	}
	add(a.paths(), func(c *Compared, p *FlamePath) {
		c.CountA, c.TotalA, c.SelfA, c.RowA = p.Count, p.Total, p.Self, p.First
	})
	add(b.paths(), func(c *Compared, p *FlamePath) {
		c.CountB, c.TotalB, c.SelfB, c.RowB = p.Count, p.Total, p.Self, p.First
	})
	order, depths := arrange(parents, func(x, y int) int {
		p, q := &boxes[x], &boxes[y]
		return cmp.Or(cmp.Compare(max(q.TotalA, q.TotalB), max(p.TotalA, p.TotalB)),
			byName(name{p.Service, p.Operation}, name{q.Service, q.Operation}))
	})
	out := make([]Compared, len(order))
	for i, box := range order {
		out[i] = boxes[box]
		out[i].Depth = depths[i]
	}
	return out
}
