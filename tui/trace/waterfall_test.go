package trace

import (
	"math"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/sources/tracing/tracegen"
	"dlmon/tui/page"
)

func TestBars(t *testing.T) {
	section := func(from, to int) tracing.Section {
		return tracing.Section{From: time.Duration(from) * ms, To: time.Duration(to) * ms}
	}
	for _, c := range []struct {
		name        string
		from, to    int // of the span
		path        []tracing.Section
		left, right int // of the window
		want        string
	}{
		{"all of it", 0, 100, nil, 0, 100, "=========="},
		{"on the critical path", 0, 100, []tracing.Section{section(0, 100)}, 0, 100, "##########"},
		{"in part on it", 0, 100, []tracing.Section{section(0, 20), section(90, 100)}, 0, 100, "##=======#"},
		{"a section shorter than a cell is seen", 0, 100, []tracing.Section{section(41, 42)}, 0, 100, "====#====="},
		{"a span shorter than a cell has one", 55, 56, nil, 0, 100, "     =    "},
		{"and is on the path if it is", 58, 61, []tracing.Section{section(60, 61)}, 0, 100, "     #    "},
		{"no length is a thin mark", 55, 55, nil, 0, 100, "     |    "},
		{"at the very end too", 100, 100, nil, 0, 100, "         |"},
		{"it begins before the window", 0, 50, nil, 20, 70, "<=====    "},
		{"it ends after it", 30, 100, nil, 20, 70, "  =======>"},
		{"both", 0, 100, []tracing.Section{section(40, 45)}, 20, 70, "<===#====>"},
		{"it is over before the window", 0, 20, nil, 20, 70, "<         "},
		{"it begins after the window", 70, 80, nil, 20, 70, "         >"},
		{"it is the window", 20, 70, nil, 20, 70, "=========="},
	} {
		n := tracing.Node{Span: &sources.Span{Duration: time.Duration(c.to-c.from) * ms}, Offset: time.Duration(c.from) * ms}
		got := string(cells(&n, c.path, window{time.Duration(c.left) * ms, time.Duration(c.right) * ms}, 10))
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBarsOfTimesThatNoDurationHolds(t *testing.T) {
	n := tracing.Node{Span: &sources.Span{Duration: math.MaxInt64}, Offset: math.MaxInt64 / 2}
	if got := string(cells(&n, nil, window{0, math.MaxInt64}, 10)); got != "     =====" {
		t.Errorf("%q", got)
	}
	if got := cells(&tracing.Node{Span: &sources.Span{Duration: -5}}, nil, window{}, 3); string(got) != "|  " {
		t.Errorf("a trace without length: %q", got)
	}
}

func TestTheAxisTellsItsTicksApart(t *testing.T) {
	for _, c := range []struct {
		from, to time.Duration
		want     string
	}{
		{0, 812 * ms, "0 ms 200 ms 400 ms 600 ms"},
		{0, 0, "0 ns"},
		{0, 3 * time.Second, "0 s           1 s          2 s"},
		{700 * ms, 701 * ms, "700.0 ms 700.5 ms"},
		{0, 9 * time.Microsecond, "0 µs 5 µs"},
		{0, 90 * time.Minute, "0 min          30 min        60 min"},
		{0, 90 * 24 * time.Hour, "0 d 50 d"},
		{0, math.MaxInt64, "0 d            50000 d"},
	} {
		got := strings.TrimRight(window{c.from, c.to}.axis(44), " ")
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(c.want), " ") {
			t.Errorf("%v to %v: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestTheMinimapShowsGapsErrorsAndTheZoom(t *testing.T) {
	tr := traceOf(span("1", "", "first", 0, 30), failed(span("2", "", "second", 60, 100)))
	p, c := show(tr, 120, 20)
	line := row(p, c, "whole trace")
	wants(t, line, "███", "···", "✖")
	if strings.Index(line, "·") < strings.Index(line, "█") || strings.LastIndex(line, "✖") < strings.LastIndex(line, "·") {
		t.Errorf("%q: the gap is between the spans, the error at the end", line)
	}
	press(p, c, "z")
	wants(t, row(p, c, "zoom 0 ms to 30"), "[", "]···")
}

// The deepest failed span is where an error comes from: those above it only pass it on.
func TestTheMinimapMarksWhereErrorsComeFrom(t *testing.T) {
	a := tracing.Analyze(traceOf(failed(span("1", "", "root", 0, 100)), failed(span("2", "1", "cause", 10, 50))))
	m := newMinimap(a, window{0, a.Duration}, 10)
	for x, failed := range m.failed {
		if failed != (x == 5) {
			t.Errorf("cell %d: %v", x, failed)
		}
	}
}

func TestZoomKeepsTheCursorAndShowsWhatGoesOnBeyond(t *testing.T) {
	p, c := show(tree, 120, 30)
	press(p, c, "down", "z") // a, 0 to 50 ms
	if selected(p) != "a" {
		t.Errorf("the cursor went to %s", selected(p))
	}
	wants(t, text(p, c), "zoom 0 ms to 50 ms")
	wants(t, row(p, c, "root"), "▶")
	if d := row(p, c, "d "); !strings.Contains(d, "▶") || strings.Contains(d, "█") {
		t.Errorf("a span after the window: %q", d)
	}
	press(p, c, "Z")
	wants(t, text(p, c), "whole trace")
	lacks(t, row(p, c, "root"), "▶")
}

func TestTheCriticalPathIsMarkedOnTheBarAndInItsColumn(t *testing.T) {
	p, c := show(traceOf(span("1", "", "root", 0, 100), span("2", "1", "waited for", 10, 90), span("3", "1", "beside", 20, 60)), 120, 20)
	wants(t, row(p, c, "waited for"), "█", "80 %")
	lacks(t, row(p, c, "waited for"), "▒")
	wants(t, row(p, c, "beside"), "▒")
	lacks(t, row(p, c, "beside"), "█", "%")
	wants(t, row(p, c, "root"), "█", "▒", "20 %")
}

func TestAFrameCostsOnlyTheRowsThatAreSeen(t *testing.T) {
	allocations := func(spans int) float64 {
		p, c := show(tracegen.Trace(tracegen.Options{Spans: spans}), 120, 40)
		press(p, c, "end")
		return testing.AllocsPerRun(3, func() { p.View(c) })
	}
	small, big := allocations(200), allocations(20_000)
	if big > 1.5*small {
		t.Errorf("a frame of 200 spans allocates %v times, of 20,000 %v times", small, big)
	}
}

func TestTheWaterfallSaysWhatItsBarsAreMadeOf(t *testing.T) {
	for width, want := range map[int]string{120: "█ critical path  ▒ off it", 80: "█ critical", 40: "whole trace"} {
		p, c := show(traceOf(span("1", "", "POST /datasets/{id}/search", 0, 100), span("2", "1", "scan", 10, 50)), width, 24)
		if got := text(p, c); !strings.Contains(got, want) {
			t.Errorf("%d: no %q in\n%s", width, want, got)
		}
	}
}

func TestNoLineOfTheHeadIsBlank(t *testing.T) {
	tr := traceOf(span("1", "", "POST /datasets/{id}/search", 0, 100))
	for width := leastWidth; width < 160; width++ {
		p, c := shown(page.OpenTrace{ID: "t", Siblings: []string{"t", "u"}, Values: []float64{0.1, 0.2}}, tracing.Analyze(tr), width, 12)
		for i, line := range strings.Split(text(p, c), "\n") {
			if strings.TrimSpace(line) == "" {
				t.Errorf("%d: line %d is blank:\n%s", width, i, text(p, c))
			}
		}
	}
}
