package trace

import (
	"cmp"
	"math"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// flame is the view of the trace merged by path.
type flame struct {
	gen   uint64      // of the graph that is being worked out; 0 when none is
	graph *flameGraph // nil until it is there
	at    int         // the selected box
	zoom  int         // the box that is as wide as the screen; -1: all roots
	zooms []int       // those before it
	first int         // the first level on the screen
	// left and right are where each visible box lies under the present zoom, from 0 to 1.
	left, right []float64
}

// flameGraph is a trace merged by path, and what drawing it takes.
type flameGraph struct {
	of     *tracing.Analysis
	boxes  []tracing.FlamePath
	end    []int32    // of each box: the one after its last descendant
	level  [][]int32  // boxes by depth, from left to right
	work   []float64  // of each box: its self time and that of all boxes in it, in nanoseconds
	all    float64    // work of all roots
	widest []selfTime // operations by self time, the longest first
}

// selfTime is what the spans of one operation take for themselves.
type selfTime struct {
	service, operation string
	count              int
	self, critical     time.Duration
}

func newFlameGraph(a *tracing.Analysis) *flameGraph {
	g := &flameGraph{of: a, boxes: a.Flame()}
	g.end, g.work = make([]int32, len(g.boxes)), make([]float64, len(g.boxes))
	type name struct{ service, operation string }
	selves := map[name]*selfTime{}
	for i := len(g.boxes) - 1; i >= 0; i-- {
		b := &g.boxes[i]
		g.end[i] = max(g.end[i], int32(i+1))
		g.work[i] += float64(max(b.Self, 0)) + 1 // what has no length is not nothing
		if b.Parent >= 0 {
			g.end[b.Parent] = max(g.end[b.Parent], g.end[i])
			g.work[b.Parent] += g.work[i]
		} else {
			g.all += g.work[i]
		}
		s := selves[name{b.Service, b.Operation}]
		if s == nil {
			s = &selfTime{service: b.Service, operation: b.Operation}
			selves[name{b.Service, b.Operation}] = s
		}
		s.count, s.self, s.critical = s.count+b.Count, add(s.self, b.Self), add(s.critical, b.Critical)
	}
	for i := range g.boxes {
		b := &g.boxes[i]
		for len(g.level) <= b.Depth {
			g.level = append(g.level, nil)
		}
		g.level[b.Depth] = append(g.level[b.Depth], int32(i))
	}
	for _, s := range selves {
		if s.self > 0 {
			g.widest = append(g.widest, *s)
		}
	}
	slices.SortFunc(g.widest, func(a, b selfTime) int {
		return cmp.Or(cmp.Compare(b.self, a.self), cmp.Compare(a.service, b.service), cmp.Compare(a.operation, b.operation))
	})
	return g
}

// add saturates.
func add(a, b time.Duration) time.Duration {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// startFlame works the graph of the trace out off the loop, unless it is there.
func (t *Trace) startFlame() tea.Cmd {
	f := &t.flame
	if f.gen != 0 || f.graph != nil && f.graph.of == t.a {
		return nil
	}
	f.gen = t.next()
	a := t.a
	return page.Compute(t, f.gen, func() any { return newFlameGraph(a) })
}

// take shows a graph that was worked out; one of an older reading is shown until the next is there.
func (f *flame) take(gen uint64, g *flameGraph) {
	if gen != f.gen || gen == 0 {
		return
	}
	*f = flame{graph: g, zoom: -1}
	f.place()
}

// place works out where the boxes lie: side by side in their parent's width, in proportion to their work. That is the
// total where spans run one after the other; where they run at the same time, or on after their parent, the totals of
// the inner boxes add up to more than the outer one's, and work is what fits.
func (f *flame) place() {
	g := f.graph
	f.left, f.right = make([]float64, len(g.boxes)), make([]float64, len(g.boxes))
	next := make([]float64, len(g.boxes))
	from, to, x := 0, len(g.boxes), 0.0
	if f.zoom >= 0 {
		from, to = f.zoom, int(g.end[f.zoom])
		for p := g.boxes[f.zoom].Parent; p >= 0; p = g.boxes[p].Parent {
			f.right[p] = 1
		}
	}
	for i := from; i < to; i++ {
		b := &g.boxes[i]
		switch {
		case i == f.zoom:
			f.right[i] = 1
		case b.Parent < 0:
			f.left[i], f.right[i] = x, x+g.work[i]/g.all
			x = f.right[i]
		default:
			p := b.Parent
			f.left[i] = next[p]
			f.right[i] = next[p] + (f.right[p]-f.left[p])*g.work[i]/g.work[p]
			next[p] = f.right[i]
		}
		next[i] = f.left[i]
	}
}

// around is the box of a level that holds the zoomed one; -1 if it is not above it.
func (f *flame) around(depth int) int {
	if f.zoom < 0 || depth >= f.graph.boxes[f.zoom].Depth {
		return -1
	}
	p := f.zoom
	for f.graph.boxes[p].Depth > depth {
		p = f.graph.boxes[p].Parent
	}
	return p
}

// visible tells whether the zoom leaves a box in: it holds the zoomed one, or is in it.
func (f *flame) visible(i int) bool {
	end := f.graph.end
	return f.zoom < 0 || i >= f.zoom && i < int(end[f.zoom]) || i < f.zoom && int(end[i]) > f.zoom
}

// zoomTo makes a box as wide as the screen.
func (f *flame) zoomTo(i int) {
	if i == f.zoom {
		return
	}
	f.zooms = append(f.zooms, f.zoom)
	if len(f.zooms) > maxBack {
		f.zooms = slices.Delete(f.zooms, 0, 1)
	}
	f.zoom = i
	f.place()
}

// escape takes the last zoom back and tells whether there was one.
func (f *flame) escape() bool {
	n := len(f.zooms)
	if n == 0 {
		return false
	}
	f.zoom, f.zooms = f.zooms[n-1], f.zooms[:n-1]
	f.place()
	return true
}

// beside selects the next box of the same level, or the one before.
func (f *flame) beside(d int) {
	level := f.graph.level[f.graph.boxes[f.at].Depth]
	i, _ := slices.BinarySearch(level, int32(f.at))
	if i += d; i >= 0 && i < len(level) && f.visible(int(level[i])) {
		f.at = int(level[i])
	}
}

// inward selects the widest child: the first one. Above the zoomed box there is only one way.
func (f *flame) inward() {
	if way := f.around(f.graph.boxes[f.at].Depth + 1); way >= 0 {
		f.at = way
		return
	}
	next := f.at + 1
	if f.zoom >= 0 && f.at < f.zoom {
		next = f.zoom
	}
	if next < len(f.graph.boxes) && f.graph.boxes[next].Parent == f.at {
		f.at = next
	}
}

// outward selects the parent.
func (f *flame) outward() {
	if p := f.graph.boxes[f.at].Parent; p >= 0 {
		f.at = p
	}
}

// longest selects the box with the most self time.
func (f *flame) longest() {
	for i := range f.graph.boxes {
		if f.visible(i) && f.graph.boxes[i].Self > f.graph.boxes[f.at].Self {
			f.at = i
		}
	}
}

func (t *Trace) flameKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	f := &t.flame
	if k.String() == "f" {
		t.look = waterfall
		if f.graph != nil && f.graph.of == t.a && f.at < len(f.graph.boxes) {
			t.rows.jump(f.graph.boxes[f.at].First)
		}
		return nil
	}
	if f.graph == nil || len(f.graph.boxes) == 0 {
		return nil
	}
	switch k.String() {
	case "left", "h":
		f.beside(-1)
	case "right", "l":
		f.beside(1)
	case "up", "k":
		f.outward()
	case "down", "j":
		f.inward()
	case "home", "g":
		for f.graph.boxes[f.at].Parent >= 0 {
			f.outward()
		}
	case "s":
		f.longest()
	case "enter", "z":
		f.zoomTo(f.at)
	case "Z":
		if f.zoom >= 0 {
			f.zoomTo(-1)
		}
	case "y":
		b := &f.graph.boxes[f.at]
		return page.Send(page.Copy{Text: b.Service + " " + b.Operation, What: "operation"})
	}
	return nil
}

func flameBindings() []key.Binding {
	return []key.Binding{
		bind("left right", "the box beside"),
		bind("up down", "the box around it, the widest box in it"),
		bind("home", "the root"),
		bind("enter z", "zoom into the box; esc takes it back"),
		bind("Z", "all boxes"),
		bind("s", "the box with the most self time"),
		bind("f", "to the first such span in the waterfall"),
		bind("y", "copy service and operation"),
	}
}
