package tracing

import (
	"fmt"
	"strings"
	"testing"

	"dlmon/sources"
)

// sections writes a path as "id from-to", in milliseconds after the trace's start.
func sections(a *Analysis) string {
	var parts []string
	for _, s := range a.Critical {
		parts = append(parts, fmt.Sprintf("%s %d-%d", a.Nodes[s.Row].Span.SpanID, s.From.Milliseconds(), s.To.Milliseconds()))
	}
	return strings.Join(parts, ", ")
}

func TestCriticalPath(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []sources.Span
		want  string
	}{
		{"no spans", nil, ""},
		{"a single span is its own path", []sources.Span{span("a", "", 0, 100)}, "a 0-100"},
		{"a span without length has none", []sources.Span{span("a", "", 0, 0)}, ""},
		{"one child takes its time, its parent keeps the rest",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 20, 70)}, "a 0-20, b 20-70, a 70-100"},
		{"children one after the other, with gaps",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 30), span("c", "a", 50, 80)},
			"a 0-10, b 10-30, a 30-50, c 50-80, a 80-100"},
		{"children one after the other without a pause are all on it",
			[]sources.Span{span("a", "", 0, 90), span("b", "a", 0, 30), span("c", "a", 30, 60), span("d", "a", 60, 90)},
			"b 0-30, c 30-60, d 60-90"},
		{"of overlapping children the last to finish counts, what ran beside it does not",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 60), span("c", "a", 40, 80)},
			"a 0-40, c 40-80, a 80-100"},
		{"behind an overlap the walk goes on with what had ended by then",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 5, 25), span("c", "a", 20, 60), span("d", "a", 40, 90)},
			"a 0-5, b 5-25, a 25-40, d 40-90, a 90-100"},
		{"of parallel children with equal ends the longest is waited for",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 50, 90), span("c", "a", 10, 90), span("d", "a", 30, 90)},
			"a 0-10, c 10-90, a 90-100"},
		{"of equal children the first by id",
			[]sources.Span{span("a", "", 0, 100), span("c", "a", 10, 90), span("b", "a", 10, 90)},
			"a 0-10, b 10-90, a 90-100"},
		{"down several levels and back",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 90), span("c", "b", 20, 50), span("d", "c", 30, 40), span("e", "b", 60, 80)},
			"a 0-10, b 10-20, c 20-30, d 30-40, c 40-50, b 50-60, e 60-80, b 80-90, a 90-100"},
		{"a child that ends after its parent is cut to it",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 60, 150)}, "a 0-60, b 60-100"},
		{"a child that begins before its parent is cut to it",
			[]sources.Span{span("a", "", 50, 100), span("b", "a", 0, 70)}, "b 50-70, a 70-100"},
		{"a child that overflows on either side takes all of its parent",
			[]sources.Span{span("a", "", 50, 100), span("b", "a", 0, 150)}, "b 50-100"},
		{"the children of a cut child are cut with it",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 60, 150), span("c", "b", 80, 140), span("d", "b", 120, 130)},
			"a 0-60, b 60-80, c 80-100"},
		{"a child outside its parent is dropped with all below it",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 120, 150), span("c", "b", 50, 90)}, "a 0-100"},
		{"a child that merely follows is not waited for, nor is what it calls",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 40), following(span("c", "a", 30, 90)), span("d", "c", 50, 70)},
			"a 0-10, b 10-40, a 40-100"},
		{"a job that follows from a request comes after it: nobody's time",
			[]sources.Span{span("a", "", 0, 10), following(span("b", "a", 10, 500))}, "a 0-10"},
		{"a child without length takes nothing",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 50, 50), span("c", "a", 100, 100), span("d", "b", 40, 60)},
			"a 0-100"},
		{"a negative duration counts as none",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 60, 40)}, "a 0-100"},
		{"roots one after the other, with a gap between them",
			[]sources.Span{span("a", "", 0, 40), span("b", "a", 10, 30), span("c", "", 60, 90), span("d", "c", 70, 80)},
			"a 0-10, b 10-30, a 30-40, c 60-70, d 70-80, c 80-90"},
		{"of overlapping roots the later ending one cuts the other",
			[]sources.Span{span("a", "", 0, 60), span("b", "a", 20, 55), span("c", "", 40, 90)},
			"a 0-20, b 20-40, c 40-90"},
		{"a root within another root's time is nobody's",
			[]sources.Span{span("a", "", 0, 100), span("b", "", 20, 80)}, "a 0-100"},
		{"an orphan gets what no true root covers",
			[]sources.Span{span("a", "", 20, 60), span("b", "a", 30, 50), span("x", "gone", 0, 90), span("y", "x", 10, 70)},
			"x 0-10, y 10-20, a 20-30, b 30-50, a 50-60, y 60-70, x 70-90"},
		{"orphans alone are walked as roots are",
			[]sources.Span{span("x", "gone", 0, 50), span("y", "lost", 30, 90)}, "x 0-30, y 30-90"},
		{"a cycle is walked from where it is cut",
			[]sources.Span{span("a", "c", 0, 100), span("b", "a", 10, 90), span("c", "b", 20, 30)},
			"a 0-10, b 10-20, c 20-30, b 30-90, a 90-100"},
		{"a repeated span is on it once",
			[]sources.Span{span("a", "", 0, 100), span("b", "a", 10, 90), span("b", "a", 10, 90), span("c", "b", 20, 80)},
			"a 0-10, b 10-20, c 20-80, b 80-90, a 90-100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sections(Analyze(sources.Trace{Spans: c.spans})); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
