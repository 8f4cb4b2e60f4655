package trace

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/sources/tracing/tracegen"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestTheHeaderSaysWhichTraceItIsAndWhatIsWrongWithIt(t *testing.T) {
	p, c := New(page.OpenTrace{ID: "4bf92f35aaaabbbbccccdddd00001111"}), pagetest.Context(pagetest.Reader(), 140, 40)
	wants(t, text(p, c), "trace 4bf92f35…", "POST /datasets/{id}/search", "acme-corp", "812 ms", "7 spans", "2 services", "✖ 1 error", "14:02:32 UTC")
	c.Width = 80
	wants(t, strings.SplitN(text(p, c), "\n", 2)[0], "POST /datasets/{id}/search", "acme-corp", "812 ms", "✖ 1 error")
	c.Width = 40
	wants(t, strings.SplitN(text(p, c), "\n", 2)[0], "4bf92f35", "812 ms", "✖ 1 error")
}

func TestAnExemplarsTraceSaysWhichExemplarLedToIt(t *testing.T) {
	o := page.OpenTrace{ID: "b", Siblings: []string{"a", "b", "c"}, Values: []float64{1, 0.812, 0.5}}
	for _, width := range []int{80, 200} {
		p, c := New(o), pagetest.Context(pagetest.Reader(), width, 30)
		wants(t, text(p, c), "exemplar of p99, 2 of 3, observed 812 ms")
	}
}

func TestACutTraceSaysSoAboveEverything(t *testing.T) {
	tr := pagetest.Trace("a")
	tr.Cut = "jaeger: connection reset"
	p, c := show(tr, 80, 24)
	if lines := strings.Split(text(p, c), "\n"); !strings.Contains(lines[1], "▲ cut: jaeger: connection reset") {
		t.Errorf("the second line is %q", lines[1])
	}
}

func TestDamageIsCountedAboveAndMarkedOnItsRows(t *testing.T) {
	p, c := show(traceOf(span("a", "", "root", 0, 100), span("b", "a", "late", 50, 120), span("c", "gone", "lost", 10, 20),
		span("d", "", "second", 30, 40)), 120, 20)
	wants(t, text(p, c), "○ 1 span without their parent", "≈ 1 span outside their parent", "3 roots")
	wants(t, row(p, c, "late"), "≈")
	wants(t, row(p, c, "lost"), "○")
	lacks(t, row(p, c, "second"), "○", "≈")
}

func TestWhileATraceIsReadItsSpansAreCounted(t *testing.T) {
	r := &feedtest.Reader{Clock: pagetest.Now, LoadingSpans: map[string]int{"ab": 41200}}
	p, c := New(page.OpenTrace{ID: "ab"}), pagetest.Context(r, 100, 20)
	wants(t, text(p, c), "reading trace ab: 41,200 spans so far, esc cancels")
	if p.Escape() {
		t.Error("Esc does not leave the page, so the reading goes on")
	}
}

func TestATraceThatDidNotComeSaysSo(t *testing.T) {
	r := pagetest.Reader()
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] {
		return feedtest.Failed[*tracing.Analysis](&sources.Error{Source: "jaeger", Asked: "trace ab", Reason: "trace not found", Kind: sources.Rejected}, pagetest.Now)
	}
	p, c := New(page.OpenTrace{ID: "ab"}), pagetest.Context(r, 100, 20)
	wants(t, text(p, c), "trace not found")
	press(p, c, "down", "enter", "e", "f", "/", "s", "z") // nothing to move in
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return sources.Snapshot[*tracing.Analysis]{} }
	wants(t, text(p, c), "asking for trace ab")
}

func TestWithoutJaegerNoTraceIsWaitedFor(t *testing.T) {
	p, c := New(page.OpenTrace{ID: "ab"}), pagetest.Context(&feedtest.Reader{Clock: pagetest.Now}, 100, 20)
	wants(t, text(p, c), "Jaeger is off: set --jaeger-url")
}

func TestTheTracesOfACauseAreNotCalledExemplars(t *testing.T) {
	snap := feedtest.Value(tracing.Analyze(pagetest.Trace("a")), pagetest.Now)
	r := pagetest.Reader()
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return snap }
	p, c := New(page.OpenTrace{ID: "a", Siblings: []string{"a", "b"}}), pagetest.Context(r, 200, 30)
	got := text(p, c)
	wants(t, got, "1 of 2 with this cause", "t next trace")
	if strings.Contains(got, "exemplar") {
		t.Errorf("an exemplar is spoken of:\n%s", got)
	}
}

func TestAFailedRefreshKeepsTheTraceAndSaysThatItIsOld(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 100, 20)
	r := c.Data.(*feedtest.Reader)
	snap := r.Trace("a")
	snap.Err = &sources.Error{Source: "jaeger", Asked: "trace a", Reason: "connection refused"}
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return snap }
	wants(t, text(p, c), "as it was read before", "connection refused", "index.scan")
}

func TestKeysLeadToThePagesAround(t *testing.T) {
	query := page.TraceQuery{Title: "tenant a", Histogram: "x_bucket"}
	plain, c := New(page.OpenTrace{ID: "b"}), pagetest.Context(pagetest.Reader(), 100, 30)
	if o, ok := press(plain, c, "d").(page.OpenAnalysis); !ok || o.Kind != page.AnalysisDifference || o.A != nil ||
		o.Query.Operation != pagetest.Trace("b").Spans[0].Operation || o.Query.Title != o.Query.Operation {
		t.Errorf("a trace from no search, where one against all others could say nothing: %+v", o)
	}
	if o, ok := press(plain, c, "o").(page.OpenAnalysis); !ok || len(o.A) != 1 || o.A[0] != "b" {
		t.Errorf("the operations of a trace from no search: %+v", o)
	}
	if n, ok := press(plain, c, "t").(page.Notice); !ok || !strings.Contains(n.Text, "no exemplars") {
		t.Errorf("%+v", n)
	}
	if m, ok := press(plain, c, "y").(page.Copy); !ok || m.Text != "b" {
		t.Errorf("%+v", m)
	}
	searched := New(page.OpenTrace{ID: "b", Query: query})
	if o, ok := press(searched, c, "o").(page.OpenAnalysis); !ok || o.Kind != page.AnalysisOperations || o.A != nil ||
		o.Query.Title != "tenant a, "+pagetest.Trace("b").Spans[0].Operation || o.Query.Operation != pagetest.Trace("b").Spans[0].Operation {
		t.Errorf("%+v", o)
	}
	if o, ok := press(searched, c, "t").(page.OpenExemplar); !ok || o.Query.Histogram != "x_bucket" {
		t.Errorf("%+v", o)
	}
	jumped := New(page.OpenTrace{ID: "b", Span: "3", Query: query, Siblings: []string{"a", "b", "c"}, Values: []float64{1, 2, 3}})
	for key, want := range map[string]string{"t": "c", "T": "a"} {
		o, ok := press(jumped, c, key).(page.OpenTrace)
		if !ok || o.ID != want || !o.Replace || o.Span != "" || len(o.Siblings) != 3 || len(o.Values) != 3 || o.Query.Title != "tenant a" {
			t.Errorf("%s: %+v", key, o)
		}
	}
}

func TestTheSpanThatWasAskedForIsSelected(t *testing.T) {
	p, _ := shown(page.OpenTrace{ID: "a", Span: "6"}, tracing.Analyze(pagetest.Trace("a")), 100, 20)
	if got := selected(p); got != "index.scan" {
		t.Errorf("selected %s", got)
	}
	p, c := shown(page.OpenTrace{ID: "a", Span: "dead"}, tracing.Analyze(pagetest.Trace("a")), 100, 20)
	wants(t, text(p, c), "span dead is not in this trace")
}

func TestEscLeavesWhatIsOpenBeforeThePage(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 100, 30)
	press(p, c, "e", "z", "/", "i", "n", "d", "enter", "enter")
	left := 0
	for p.Escape() {
		if left++; left > 10 {
			t.Fatal("Esc never leaves the page")
		}
	}
	if left != 3 { // the span, the find, the zoom
		t.Errorf("Esc left %d things", left)
	}
	press(p, c, "f", "down", "enter")
	for left = 0; p.Escape(); left++ {
	}
	if left != 2 { // the flame's zoom, the flame
		t.Errorf("Esc left %d things of the flame graph", left)
	}
}

func TestWithoutColourAndInASCIIEverythingIsStillTold(t *testing.T) {
	s, err := themes.Load("", true, false, true)
	if err != nil {
		t.Fatal(err)
	}
	p, c := show(pagetest.Trace("a"), 100, 30)
	c.Styles = s
	press(p, c, "e")
	wants(t, row(p, c, "index.scan"), "X", "####", ">deeplake")
	wants(t, row(p, c, "search_vectors"), "====")
	press(p, c, "z")
	wants(t, text(p, c), "zoom 157 ms to 807 ms", "[", "]")
	wants(t, row(p, c, "search_vectors"), "<==", "==>")
}

// Whatever a trace is like: no key breaks the page, and no line is too wide.
func TestHostileTracesBreakNothing(t *testing.T) {
	keys := []string{"end", "s", "s", "e", "E", "c", "C", "z", "c", "Z", "left", "right", "<", "<", ">", "/", "1", "enter", "n", "N",
		"enter", "pgdown", "end", "tab", "shift+tab", "enter", "/", "v", "a", "enter", "esc", "home", "c", "Y", "y"}
	flameKeys := []string{"f", "down", "down", "right", "enter", "left", "s", "z", "up", "down", "home", "Z", "y", "f"}
	for _, hostile := range tracegen.Hostile(1) {
		t.Run(hostile.Name, func(t *testing.T) {
			a := tracing.Analyze(hostile.Trace)
			for _, size := range [][2]int{{80, 24}, {200, 60}, {41, 5}, {3, 1}} {
				p, c := shown(page.OpenTrace{ID: "h"}, a, size[0], size[1])
				check := func(after string) {
					lines := p.View(c)
					if len(lines) > c.Height {
						t.Fatalf("%v, after %s: %d lines", size, after, len(lines))
					}
					for _, l := range lines {
						if w := ansi.StringWidth(l); w > c.Width {
							t.Fatalf("%v, after %s: %d cells: %q", size, after, w, ansi.Strip(l))
						}
					}
				}
				check("nothing")
				for _, k := range keys {
					press(p, c, k)
					check(k)
				}
				for p.Escape() {
				}
				for _, k := range flameKeys {
					press(p, c, k)
					check("flame " + k)
				}
				again(p, c, tracing.Analyze(sources.Trace{ID: "h", Spans: hostile.Trace.Spans[len(hostile.Trace.Spans)/2:]}))
				check("reading half of it")
				press(p, c, "/", "v")
				again(p, c, tracing.Analyze(sources.Trace{ID: "h"}))
				press(p, c, "v", "esc", "down", "enter", "f", "n")
				check("reading nothing")
			}
		})
	}
}
