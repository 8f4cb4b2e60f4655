package tracing

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing/tracegen"
)

func TestAnalyzeCountsWhatIsWrongWithATrace(t *testing.T) {
	failed := in("db", span("d", "b", 2, 3))
	failed.Error = true
	a := Analyze(sources.Trace{Spans: []sources.Span{
		span("a", "", 0, 100), in("db", span("b", "a", 10, 20)), span("c", "a", 90, 120), failed,
		in("cache", span("x", "gone", 50, 60)), following(span("e", "a", 95, 300)), span("f", "a", 40, 40),
	}})
	if a.Errors != 1 || a.Roots != 2 || a.Orphans != 1 || a.Skewed != 2 {
		t.Errorf("%d errors, %d roots, %d orphans, %d skewed; want 1, 2, 1, 2", a.Errors, a.Roots, a.Orphans, a.Skewed)
	}
	if want := []string{"api", "db", "cache"}; !slices.Equal(a.Services, want) {
		t.Errorf("services %v, want %v in the order of the rows", a.Services, want)
	}
	if !a.Start.Equal(epoch) || a.Duration != 300*time.Millisecond {
		t.Errorf("%v long from %v", a.Duration, a.Start)
	}
	for _, n := range a.Nodes {
		if want := n.Span.SpanID == "c" || n.Span.SpanID == "d"; n.Skew != want {
			t.Errorf("%s: skew is %v", n.Span.SpanID, n.Skew)
		}
		if want := n.Span.SpanID == "e"; n.Async != want {
			t.Errorf("%s: asynchronous is %v", n.Span.SpanID, n.Async)
		}
		if got, want := n.Offset, n.Span.Start.Sub(epoch); got != want {
			t.Errorf("%s begins at %v, want %v", n.Span.SpanID, got, want)
		}
	}
}

func TestAMicrosecondOfRoundingIsNoSkew(t *testing.T) {
	late := span("b", "a", 50, 100)
	late.Duration += time.Microsecond
	later := span("c", "a", 50, 100)
	later.Duration += 2 * time.Microsecond
	a := Analyze(sources.Trace{Spans: []sources.Span{span("a", "", 0, 100), late, later}})
	if a.Nodes[1].Skew || !a.Nodes[2].Skew {
		t.Errorf("1 µs late: %v, 2 µs late: %v", a.Nodes[1].Skew, a.Nodes[2].Skew)
	}
}

func TestTimesBeyondWhatADurationHoldsSaturate(t *testing.T) {
	far := span("b", "a", 0, 10)
	far.Start = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	a := Analyze(sources.Trace{Spans: []sources.Span{span("a", "", 0, 10), far}})
	if got := a.Nodes[1].Offset; got != 1<<63-1 || a.Duration != 1<<63-1 {
		t.Errorf("offset %v of a trace of %v", got, a.Duration)
	}
	if got, want := sections(a), "a 0-10"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
}

func TestAnalysesAreSharedBetweenGoroutines(t *testing.T) {
	var all []*Analysis
	for _, tr := range tracegen.Traces(10, tracegen.Options{Spans: 200}) {
		all = append(all, Analyze(tr))
	}
	before := Operations(all)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			all[0].Flame()
			Compare(all[0], all[1])
			Causes(all)
			Calls(all)
			Differ(all[:5], all[5:])
		})
	}
	readers.Wait()
	if !slices.Equal(before, Operations(all)) {
		t.Error("reading has changed the analyses")
	}
}

// What invites the square of the number of spans: each case takes some tenths of a second, and minutes that way. The
// bound is wide since machines differ.
func TestAnalyzeTakesNoSquareOfTime(t *testing.T) {
	const n = 200_000
	for name, spoil := range map[string]func(i int, s *sources.Span){
		"children one after the other": func(int, *sources.Span) {},
		"children that end together":   func(i int, s *sources.Span) { s.Duration = time.Duration(n-i) * time.Millisecond },
		"one id and many services":     func(i int, s *sources.Span) { s.SpanID, s.Service = "0", fmt.Sprint(i) },
		"roots that overlap":           func(i int, s *sources.Span) { s.ParentID, s.Duration = "", time.Second },
		"orphans among roots": func(i int, s *sources.Span) {
			if s.ParentID = ""; i%2 == 0 {
				s.ParentID, s.Duration = "gone", n*time.Millisecond
			}
		},
	} {
		spans := make([]sources.Span, n)
		for i := range spans {
			spans[i] = span(fmt.Sprint(i), "0", i, i+1)
			spoil(i, &spans[i])
		}
		start := time.Now()
		Analyze(sources.Trace{Spans: spans})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
