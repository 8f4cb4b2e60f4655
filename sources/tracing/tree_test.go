package tracing

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// span is written as "id<parent from-to", in milliseconds after epoch.
func span(id, parent string, from, to int) sources.Span {
	return sources.Span{TraceID: "t", SpanID: id, ParentID: parent, Service: "api",
		Start: epoch.Add(time.Duration(from) * time.Millisecond), Duration: time.Duration(to-from) * time.Millisecond}
}

func in(service string, s sources.Span) sources.Span { s.Service = service; return s }

func following(s sources.Span) sources.Span {
	s.References = []sources.Reference{{TraceID: s.TraceID, SpanID: s.ParentID, Follows: true}}
	return s
}

// draw writes a tree as "id:self" with a dot per depth, "?" marking orphans.
func draw(rows []Node) string {
	var b strings.Builder
	for _, n := range rows {
		mark := ""
		if n.Orphan {
			mark = "?"
		}
		fmt.Fprintf(&b, "%s%s%s:%d ", strings.Repeat(".", n.Depth), n.Span.SpanID, mark, n.Self.Milliseconds())
	}
	return strings.TrimSpace(b.String())
}

func TestTree(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []sources.Span
		want  string
	}{
		{"no spans", nil, ""},
		{"one span owns all its time", []sources.Span{span("a", "", 0, 10)}, "a:10"},
		{"depth first, children by start whatever the order given",
			[]sources.Span{span("c", "a", 60, 90), span("d", "b", 12, 20), span("b", "a", 10, 50), span("a", "", 0, 100)},
			"a:30 .b:32 ..d:8 .c:30"},
		{"children that start together come by id",
			[]sources.Span{span("a", "", 0, 10), span("z", "a", 1, 2), span("b", "a", 1, 2)}, "a:9 .b:1 .z:1"},
		{"overlapping children are counted once",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 60), span("c", "a", 40, 80)}, "a:30 .b:50 .c:40"},
		{"a child within another child's time takes nothing more",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 60), span("c", "a", 20, 30), span("d", "a", 50, 70)},
			"a:40 .b:50 .c:10 .d:20"},
		{"what of a child lies outside its parent is not the parent's",
			[]sources.Span{span("a", "", 50, 100), span("b", "a", 0, 60), span("c", "a", 90, 500)}, "a:30 .b:60 .c:410"},
		{"a child after its parent's end takes nothing",
			[]sources.Span{span("a", "", 0, 10), span("b", "a", 20, 30)}, "a:10 .b:10"},
		{"a child that merely follows takes nothing",
			[]sources.Span{span("a", "", 0, 10), following(span("b", "a", 2, 8))}, "a:10 .b:6"},
		{"a negative duration counts as none",
			[]sources.Span{span("a", "", 0, 10), span("b", "a", 8, 2)}, "a:10 .b:0"},
		{"several roots by start",
			[]sources.Span{span("b", "", 5, 9), span("a", "", 0, 4), span("c", "b", 6, 7)}, "a:4 b:3 .c:1"},
		{"a span without its parent is a root, and marked",
			[]sources.Span{span("a", "", 0, 10), span("b", "gone", 2, 4), span("c", "b", 2, 3)}, "a:10 b?:1 .c:1"},
		{"its own parent", []sources.Span{span("a", "a", 0, 10), span("b", "a", 1, 2)}, "a?:9 .b:1"},
		{"a cycle is cut at its earliest span",
			[]sources.Span{span("c", "b", 2, 10), span("b", "a", 1, 10), span("a", "c", 0, 10)}, "a?:1 .b:1 ..c:8"},
		{"a tail that leads into a cycle hangs on it, even if it starts first",
			[]sources.Span{span("x", "b", 0, 1), span("a", "b", 2, 10), span("b", "a", 4, 10), span("r", "", 1, 20)},
			"r:19 a?:2 .b:6 ..x:1"},
		{"a repeated span stays, its children hang on the first",
			[]sources.Span{span("a", "", 0, 10), span("b", "a", 1, 5), span("b", "a", 1, 5), span("c", "b", 2, 3)},
			"a:6 .b:3 ..c:1 .b:4"},
		{"of two halves with one id a child belongs to its own service's",
			[]sources.Span{span("a", "", 0, 10), span("b", "a", 1, 9), in("db", span("b", "a", 2, 8)), in("db", span("c", "b", 3, 7))},
			"a:2 .b:8 .b:2 ..c:4"},
		{"two spans with one id that name it as their parent",
			[]sources.Span{span("a", "a", 0, 10), span("a", "a", 1, 2)}, "a?:9 .a:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := draw(Tree(sources.Trace{Spans: c.spans})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTreeCountsChildrenAndNamesParentRows(t *testing.T) {
	rows := Tree(sources.Trace{Spans: []sources.Span{
		span("a", "", 0, 10), span("b", "a", 1, 9), span("c", "b", 2, 3), span("d", "b", 4, 5)}})
	for i, want := range []struct{ parent, children int }{{-1, 1}, {0, 2}, {1, 0}, {1, 0}} {
		if rows[i].Parent != want.parent || rows[i].Children != want.children {
			t.Errorf("row %d: parent %d with %d children, want %+v", i, rows[i].Parent, rows[i].Children, want)
		}
	}
}

// Whatever the references say, every span has one row, below its parent's, and self time lies within its duration.
func TestTreeKeepsEverySpanOfArbitraryGraphs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n := 1 + rng.IntN(30)
		spans := make([]sources.Span, n)
		for i := range spans {
			from := rng.IntN(50)
			spans[i] = span(fmt.Sprint(rng.IntN(n)), fmt.Sprint(rng.IntN(n+3)), from, from+rng.IntN(50))
		}
		rows := Tree(sources.Trace{Spans: spans})
		seen := map[*sources.Span]bool{}
		for i, r := range rows {
			seen[r.Span] = true
			if r.Self < 0 || r.Self > r.Span.Duration {
				t.Fatalf("self time %v of a span of %v", r.Self, r.Span.Duration)
			}
			if r.Parent >= i || r.Parent >= 0 && (rows[r.Parent].Depth != r.Depth-1 || rows[r.Parent].Span.SpanID != r.Span.ParentID) {
				t.Fatalf("row %d hangs on row %d: %s", i, r.Parent, draw(rows))
			}
		}
		if len(rows) != n || len(seen) != n {
			t.Fatalf("%d rows of %d different spans, want %d", len(rows), len(seen), n)
		}
	}
}

func TestTreeTakesAChainAsDeepAsATraceMayBe(t *testing.T) {
	spans := make([]sources.Span, 200_000)
	for i := range spans {
		spans[i] = span(fmt.Sprint(i), fmt.Sprint(i-1), i, 300_000)
	}
	spans[0].ParentID = ""
	rows := Tree(sources.Trace{Spans: spans})
	if got := rows[len(rows)-1].Depth; got != len(spans)-1 {
		t.Errorf("the deepest row is at %d, want %d", got, len(spans)-1)
	}
}

func TestExtentReachesFromTheEarliestStartToTheLatestEnd(t *testing.T) {
	start, d := Extent(sources.Trace{Spans: []sources.Span{span("a", "", 10, 20), span("b", "a", 5, 90), span("c", "a", 80, 85)}})
	if !start.Equal(epoch.Add(5*time.Millisecond)) || d != 85*time.Millisecond {
		t.Errorf("from %v for %v, want 5 ms after %v for 85ms", start, d, epoch)
	}
	if start, d := Extent(sources.Trace{}); !start.IsZero() || d != 0 {
		t.Errorf("an empty trace extends from %v for %v", start, d)
	}
}
