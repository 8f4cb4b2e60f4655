// Package tracegen makes traces for benchmarks and tests: realistic ones of any size (Trace), and damaged and absurd
// ones (Hostile). The same options give the same trace.
package tracegen

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"dlmon/sources"
)

// Shape is how the spans of a trace hang together.
type Shape int

const (
	// Realistic is a tree of calls between services, mostly less than 10 levels deep: children one after the other or
	// side by side within their parent, some asynchronous, some failed, some with a skewed clock.
	Realistic Shape = iota
	// Deep is one chain: every span has one child.
	Deep
	// Wide is one root with all others as its children, which overlap.
	Wide
)

// Options say what to make. Zero fields take the defaults named.
type Options struct {
	Spans int // 1000
	Seed  uint64
	Shape Shape
	Tags  int       // per span: 14, which are about 1 KB; negative for none
	Start time.Time // 2026-01-02 03:04:05 UTC
}

type generator struct {
	Options
	rng   *rand.Rand
	trace string
	spans []sources.Span
	tree  []int // parent of each span, always an earlier one
}

// Trace makes a trace.
func Trace(o Options) sources.Trace {
	if o.Spans <= 0 {
		o.Spans = 1000
	}
	if o.Tags == 0 {
		o.Tags = 14
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	g := &generator{Options: o, rng: rand.New(rand.NewPCG(o.Seed, uint64(o.Spans)))}
	g.trace = fmt.Sprintf("%016x%016x", g.rng.Uint64(), g.rng.Uint64())
	g.spans = make([]sources.Span, o.Spans)
	g.grow()
	g.name()
	g.time()
	g.fail()
	slices.SortFunc(g.spans, func(a, b sources.Span) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.SpanID, b.SpanID))
	})
	return sources.Trace{ID: g.trace, Spans: g.spans}
}

// Traces makes n traces with seeds from o.Seed on.
func Traces(n int, o Options) []sources.Trace {
	traces := make([]sources.Trace, n)
	for i := range traces {
		traces[i] = Trace(o)
		o.Seed++
	}
	return traces
}

// grow gives every span but the first a parent.
func (g *generator) grow() {
	g.tree = make([]int, len(g.spans))
	g.tree[0] = -1
	for i, parent := 1, 0; i < len(g.spans); parent++ {
		children := 1
		switch g.Shape {
		case Wide:
			children = len(g.spans)
		case Realistic:
			children = 1 + g.rng.IntN(7)
		}
		for ; children > 0 && i < len(g.spans); children, i = children-1, i+1 {
			g.tree[i] = parent
		}
	}
}

// name gives ids, services, operations and tags.
func (g *generator) name() {
	processes := make([][]sources.Tag, len(services))
	for i, s := range services {
		processes[i] = []sources.Tag{{Key: "service.version", Value: "1.4.2"}, {Key: "deployment.environment", Value: "production"},
			{Key: "host.name", Value: fmt.Sprintf("%s-%d", s.name, g.rng.IntN(3))}, {Key: "telemetry.sdk.language", Value: "python"}}
	}
	of := make([]int, len(g.spans))
	for i := range g.spans {
		s := &g.spans[i]
		s.TraceID, s.SpanID = g.trace, fmt.Sprintf("%016x", g.rng.Uint64())
		if p := g.tree[i]; p >= 0 {
			s.ParentID = g.spans[p].SpanID
			s.References = []sources.Reference{{TraceID: g.trace, SpanID: s.ParentID}}
			if of[i] = of[p]; g.rng.IntN(3) == 0 {
				of[i] = (of[p] + 1 + g.rng.IntN(2)) % len(services)
			}
			if g.Shape == Realistic && g.rng.IntN(100) == 0 {
				s.References[0].Follows = true
			}
		}
		service := &services[of[i]]
		s.Service, s.Process = service.name, processes[of[i]]
		s.Operation = service.operations[g.rng.IntN(len(service.operations))]
		s.Tags = g.tags()
	}
}

// time lays children out within their parents, in whole microseconds.
func (g *generator) time() {
	children := make([][]int, len(g.spans))
	for i := 1; i < len(g.spans); i++ {
		children[g.tree[i]] = append(children[g.tree[i]], i)
	}
	root := &g.spans[0]
	root.Start = g.Start
	root.Duration = max(time.Second, time.Duration(len(g.spans))*200*time.Microsecond) + time.Duration(g.rng.IntN(1000))*time.Millisecond
	for p := range g.spans {
		parent := &g.spans[p]
		n := time.Duration(len(children[p]))
		oneByOne := g.Shape != Wide && g.rng.IntN(2) == 0
		for k, c := range children[p] {
			s := &g.spans[c]
			from, room := time.Duration(0), parent.Duration
			if oneByOne {
				room = parent.Duration / n
				from = room * time.Duration(k)
			}
			s.Start = parent.Start.Add(from + g.part(room, 0.02, 0.2)).Truncate(time.Microsecond)
			s.Duration = g.part(room, 0.5, 0.78)
			switch {
			case g.Shape == Deep: // so that all of a long chain has some length
				s.Start, s.Duration = parent.Start.Add(time.Microsecond), max(parent.Duration-2*time.Microsecond, 0)
			case g.Shape == Realistic && s.References[0].Follows:
				s.Duration += parent.Duration
			case g.Shape == Realistic && g.rng.IntN(200) == 0:
				s.Start = s.Start.Add(-g.part(parent.Duration, 0, 1))
			}
		}
	}
}

func (g *generator) part(d time.Duration, from, to float64) time.Duration {
	return time.Duration(float64(d) * (from + (to-from)*g.rng.Float64())).Truncate(time.Microsecond)
}

// fail lets one span of a hundred fail, and half of the spans above a failed one with it.
func (g *generator) fail() {
	for i := len(g.spans) - 1; i >= 0; i-- {
		s := &g.spans[i]
		if !s.Error && g.rng.IntN(100) > 0 {
			continue
		}
		s.Error = true
		kind := g.rng.IntN(len(faults))
		s.Tags = append(s.Tags, sources.Tag{Key: "error", Value: "true"}, sources.Tag{Key: "otel.status_code", Value: "ERROR"},
			sources.Tag{Key: "otel.status_description", Value: faults[kind].message})
		s.Events = []sources.Event{{At: s.Start.Add(s.Duration), Name: "exception", Tags: []sources.Tag{
			{Key: "exception.type", Value: faults[kind].name}, {Key: "exception.message", Value: faults[kind].message},
			{Key: "exception.stacktrace", Value: stack}}}}
		if p := g.tree[i]; p > 0 && g.rng.IntN(2) == 0 {
			g.spans[p].Error = true
		}
	}
}
