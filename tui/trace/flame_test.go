package trace

import (
	"math"
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// grove is a root of 100 ms over two loads, of 40 and 20 ms, and a scan of 30 ms that has a read of 20 ms.
var grove = traceOf(span("1", "", "root", 0, 100), span("2", "1", "load", 0, 40), span("3", "1", "load", 40, 60),
	failed(span("4", "1", "scan", 60, 90)), span("5", "4", "read", 65, 85))

func flameOf(t *testing.T, width, height int) (*Trace, page.Context) {
	t.Helper()
	p, c := show(grove, width, height)
	press(p, c, "f")
	return p, c
}

// box is the selected one's operation.
func box(p *Trace) string { return p.flame.graph.boxes[p.flame.at].Operation }

func TestAFlameGraphMergesSpansByPath(t *testing.T) {
	p, c := flameOf(t, 102, 30)
	lines := strings.Split(text(p, c), "\n")
	wants(t, lines[1], "root  of svc", "1 span", "level 1 of 3")
	wants(t, lines[2], "total 100 ms", "self 10 ms", "critical 10 ms, 10 % of the trace", "100 % of all work")
	wants(t, lines[3], "›root 100 ms")
	if got := strings.TrimRight(lines[4], " "); !strings.HasPrefix(got, "│load 60 ms") || strings.LastIndex(got, "│") != strings.Index(got, "│✖ scan 30 ms") ||
		len([]rune(got[:strings.LastIndex(got, "│")])) != 61 {
		t.Errorf("load takes 60 of 100, scan begins after it: %q", got)
	}
	press(p, c, "down")
	wants(t, text(p, c), "load  of svc", "2 spans", "total 60 ms", "60 % of all work")
	press(p, c, "right", "down")
	wants(t, text(p, c), "read  of svc", "level 3 of 3")
}

func TestTheBoxesAreReachedByKeys(t *testing.T) {
	p, c := flameOf(t, 80, 24)
	for _, step := range []struct{ key, want string }{
		{"up", "root"}, {"down", "load"}, {"left", "load"}, {"right", "scan"}, {"right", "scan"}, {"down", "read"}, {"down", "read"},
		{"up", "scan"}, {"left", "load"}, {"down", "load"}, {"home", "root"}, {"s", "load"},
	} {
		press(p, c, step.key)
		if got := box(p); got != step.want {
			t.Errorf("%s: %s, want %s", step.key, got, step.want)
		}
	}
}

func TestZoomMakesABoxAsWideAsTheScreen(t *testing.T) {
	p, c := flameOf(t, 80, 24)
	press(p, c, "down", "right", "enter")
	got := text(p, c)
	wants(t, got, "│root 100 ms", "›✖ scan 30 ms", "zoomed into scan")
	lacks(t, got, "│load")
	press(p, c, "left") // there is nothing beside it now
	if box(p) != "scan" {
		t.Errorf("selected %s", box(p))
	}
	press(p, c, "down", "up", "up")
	if box(p) != "root" {
		t.Errorf("what is around the zoomed box is reached too, not %s", box(p))
	}
	press(p, c, "down")
	if box(p) != "scan" {
		t.Errorf("from there only the zoomed box is below, not %s", box(p))
	}
	if !p.Escape() || !strings.Contains(text(p, c), "│load") {
		t.Errorf("Esc does not take the zoom back:\n%s", text(p, c))
	}
}

// Two ran at once, and one went on after its parent: the boxes are as wide as what was done in them.
func TestBoxesAreAsWideAsTheWorkInThem(t *testing.T) {
	late := span("4", "3", "late", 90, 290)
	late.References = []sources.Reference{{TraceID: "t", SpanID: "3", Follows: true}}
	p, c := show(traceOf(span("1", "", "root", 0, 120), span("2", "1", "one", 0, 100), span("3", "1", "two", 0, 80), late), 100, 30)
	press(p, c, "f") // of 20 + 100 + 80 + 200
	f := &p.flame
	for i, b := range f.graph.boxes {
		want := map[string]float64{"root": 1, "one": 0.25, "two": 0.7, "late": 0.5}[b.Operation]
		if got := f.right[i] - f.left[i]; math.Abs(got-want) > 1e-6 {
			t.Errorf("%s is %v wide, want %v", b.Operation, got, want)
		}
	}
}

func TestTheLongestSelfTimesStandBelowTheGraph(t *testing.T) {
	p, c := flameOf(t, 100, 30)
	got := text(p, c)
	at := strings.Index(got, "self time by operation")
	if at < 0 {
		t.Fatalf("no list in\n%s", got)
	}
	for _, want := range []string{"svc  load", "svc  read", "svc  root", "svc  scan"} {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("%q is not in its place in\n%s", want, got)
		}
		at += i
	}
}

func TestLeavingTheGraphByItsKeyGoesToTheBoxesFirstSpan(t *testing.T) {
	p, c := flameOf(t, 100, 30)
	press(p, c, "down", "right", "f")
	if got := selected(p); got != "scan" || p.look != waterfall {
		t.Errorf("selected %s", got)
	}
	press(p, c, "home", "f", "down")
	p.Escape()
	if got := selected(p); got != "root" {
		t.Errorf("Esc comes back to where one was, not to %s", got)
	}
}

func TestUntilTheGraphIsThereThePageSaysSo(t *testing.T) {
	p, c := show(grove, 100, 30)
	cmd := p.Update(c, pagetest.Key("f"))
	wants(t, text(p, c), "merging 5 spans")
	if again := p.Update(c, pagetest.Key("down")); again != nil {
		t.Error("the graph is worked out twice")
	}
	deliver(p, c, cmd)
	wants(t, text(p, c), "›root")
}

func TestAGraphOfATraceThatWasReadAnewIsMadeAnew(t *testing.T) {
	p, c := flameOf(t, 100, 30)
	again(p, c, tracing.Analyze(tree))
	wants(t, text(p, c), "level 1 of 4")
}
