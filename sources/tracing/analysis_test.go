package tracing

import (
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

// Twenty thousand spans take some 10 ms. The bound is wide since machines differ; it catches what grows with the
// square of the spans, of the services or of the spans that share an id.
func TestAnalyzeOfHostileTracesTakesNoSquareOfTime(t *testing.T) {
	for _, c := range tracegen.Hostile(2) {
		start := time.Now()
		Analyze(c.Trace)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: %v", c.Name, took)
		}
	}
}
