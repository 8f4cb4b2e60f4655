package tracing

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing/tracegen"
)

// checkPath holds what is true of every critical path, whatever the trace: sections ascend and don't overlap, each lies
// within its span and its root, and together they are exactly the time in which a root runs; what is left of the
// trace's duration is gaps.
func checkPath(t *testing.T, a *Analysis) {
	t.Helper()
	roots := make([]int, len(a.Nodes))
	perNode := make([]time.Duration, len(a.Nodes))
	var running []stretch
	for i := range a.Nodes {
		n := &a.Nodes[i]
		if n.Parent >= 0 {
			roots[i] = roots[n.Parent]
			continue
		}
		roots[i] = i
		running = append(running, stretch{n.Offset, n.End()})
	}
	var onPath []stretch
	total, last := time.Duration(0), time.Duration(0)
	for i, s := range a.Critical {
		n, root := &a.Nodes[s.Row], &a.Nodes[roots[s.Row]]
		switch {
		case s.From >= s.To:
			t.Fatalf("section %d is empty: %+v", i, s)
		case s.From < last:
			t.Fatalf("section %d overlaps the one before it, which ends at %v: %+v", i, last, s)
		case s.To > a.Duration:
			t.Fatalf("section %d reaches beyond the trace's %v: %+v", i, a.Duration, s)
		case s.From < n.Offset || s.To > n.End():
			t.Fatalf("section %d is outside its span, %v to %v: %+v", i, n.Offset, n.End(), s)
		case s.From < root.Offset || s.To > root.End():
			t.Fatalf("section %d is outside its root, %v to %v: %+v", i, root.Offset, root.End(), s)
		}
		last = s.To
		total += s.To - s.From
		perNode[s.Row] += s.To - s.From
		onPath = append(onPath, stretch{s.From, s.To})
	}
	if got, want := union(onPath), union(running); !slices.Equal(got, want) {
		t.Fatalf("the path covers %v, roots run in %v", got, want)
	}
	gaps := a.Duration
	for _, s := range union(running) {
		gaps -= s.to - s.from
	}
	if total+gaps != a.Duration {
		t.Fatalf("sections of %v and gaps of %v make %v", total, gaps, a.Duration)
	}
	for i := range a.Nodes {
		if a.Nodes[i].Critical != perNode[i] {
			t.Fatalf("row %d: %v critical, its sections are %v", i, a.Nodes[i].Critical, perNode[i])
		}
	}
}

// union joins stretches that touch or overlap; empty ones vanish.
func union(all []stretch) []stretch {
	all = slices.DeleteFunc(slices.Clone(all), func(s stretch) bool { return s.from >= s.to })
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var out []stretch
	for _, s := range all {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// randomTrace is a small trace with all that may happen in one, dense enough for ties.
func randomTrace(rng *rand.Rand, roots bool) sources.Trace {
	n := 1 + rng.IntN(25)
	spans := make([]sources.Span, n)
	for i := range spans {
		parent := ""
		switch {
		case i == 0 || roots && rng.IntN(10) == 0:
		case roots && rng.IntN(15) == 0:
			parent = "gone"
		default:
			parent = fmt.Sprint(rng.IntN(i))
		}
		from := rng.IntN(30)
		spans[i] = span(fmt.Sprint(i), parent, from, from+rng.IntN(30))
		if rng.IntN(12) == 0 {
			spans[i] = following(spans[i])
		}
	}
	return sources.Trace{Spans: spans}
}

func TestCriticalPathsCoverJustTheTimeOfTheRoots(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		checkPath(t, Analyze(randomTrace(rng, true)))
	}
	for _, shape := range shapes {
		checkPath(t, Analyze(tracegen.Trace(tracegen.Options{Spans: 20_000, Shape: shape, Tags: -1})))
	}
}

// walkSimply is the algorithm as CRISP describes it, with a scan for every step: the path within one span up to a
// time, backwards.
func walkSimply(rows []Node, cut []stretch, at int, visit func(Section)) {
	now := cut[at].to
	for done := map[int]bool{}; ; {
		best := -1
		for i := range rows {
			if rows[i].Parent != at || rows[i].Async || done[i] || cut[i].from >= cut[i].to || cut[i].to > now {
				continue
			}
			if best < 0 || cut[i].to > cut[best].to || cut[i].to == cut[best].to && (rows[i].End() > rows[best].End() ||
				rows[i].End() == rows[best].End() && cut[i].from < cut[best].from) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		done[best] = true
		visit(Section{at, cut[best].to, now})
		walkSimply(rows, cut, best, visit)
		now = cut[best].from
	}
	visit(Section{at, cut[at].from, now})
}

func TestCriticalPathEqualsTheSimpleWalk(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		a := Analyze(randomTrace(rng, false))
		cut := make([]stretch, len(a.Nodes))
		for i, n := range a.Nodes {
			cut[i] = stretch{n.Offset, n.End()}
			if n.Parent >= 0 {
				p := cut[n.Parent]
				cut[i] = stretch{max(cut[i].from, p.from), min(cut[i].to, p.to)}
			}
		}
		var want []Section
		walkSimply(a.Nodes, cut, 0, func(s Section) {
			if s.From < s.To {
				want = append(want, s)
			}
		})
		slices.Reverse(want)
		if !slices.Equal(a.Critical, want) {
			t.Fatalf("got %v, want %v\nof %s", a.Critical, want, draw(a.Nodes))
		}
	}
}

func TestAnalyzeSurvivesHostileTraces(t *testing.T) {
	cases := tracegen.Hostile(1)
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			a := Analyze(c.Trace)
			check(t, a, Analyze(cases[(i+1)%len(cases)].Trace))
		})
	}
}
