package trace

import (
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/sources/tracing/tracegen"
)

// tree is root(a(b(c)), d): five spans on four levels.
var tree = traceOf(span("1", "", "root", 0, 100), span("2", "1", "a", 0, 50), span("3", "2", "b", 0, 40),
	span("4", "3", "c", 0, 30), span("5", "1", "d", 60, 90))

func operations(p *Trace) string {
	var b strings.Builder
	for _, i := range p.rows.shown {
		b.WriteString(p.a.Nodes[i].Span.Operation + " ")
	}
	return strings.TrimSpace(b.String())
}

func TestSpansFoldAndUnfold(t *testing.T) {
	for _, step := range []struct {
		keys, shown, selected string
	}{
		{"left", "root", "root"},
		{"left right", "root a b c d", "root"},
		{"down left", "root a d", "a"},
		{"down left left", "root a d", "root"},            // a folded one has nothing to fold: the parent
		{"end left", "root a b c d", "root"},              // so has a leaf
		{"right right", "root a b c d", "b"},              // an unfolded one leads to its child
		{"<", "root a b d", "root"},                       // the deepest level goes
		{"down down down < <", "root a d", "a"},           // and the selection to what hides it
		{"< < < <", "root", "root"},                       // there is nothing left to fold
		{"< < < >", "root a d", "root"},                   // what is folded below stays so
		{"< < < > > >", "root a b c d", "root"},           //
		{"down left home left right", "root a d", "root"}, // a stays folded while root is
		{"h", "root", "root"},                             // as left
		{"h l l", "root a b c d", "a"},                    // as right
	} {
		p, c := show(tree, 100, 30)
		press(p, c, strings.Fields(step.keys)...)
		if got := operations(p); got != step.shown || selected(p) != step.selected {
			t.Errorf("%s: %q with %s selected, want %q with %s", step.keys, got, selected(p), step.shown, step.selected)
		}
	}
}

func TestAFoldedSpanSaysHowManyItHides(t *testing.T) {
	p, c := show(tree, 100, 30)
	press(p, c, "down", "left")
	wants(t, row(p, c, "▸ a"), "+2")
}

func TestSpansWithOneIDFoldEachForItself(t *testing.T) {
	p, c := show(traceOf(span("1", "", "root", 0, 100), span("2", "1", "first", 0, 50), span("2", "1", "second", 10, 50),
		span("3", "2", "child", 0, 40)), 100, 30)
	press(p, c, "down", "left")
	if got := operations(p); got != "root first second" {
		t.Errorf("%q", got)
	}
	press(p, c, "down", "enter")
	wants(t, text(p, c), "second", "its id is that of 1 other span")
}

func TestARefreshKeepsWhatIsFoldedAndSelected(t *testing.T) {
	more := traceOf(append([]sources.Span{span("0", "1", "earlier", 0, 1), span("2", "1", "twin", 55, 58)}, tree.Spans...)...)
	less := traceOf(tree.Spans[0], tree.Spans[1], tree.Spans[4])
	p, c := show(tree, 100, 30)
	press(p, c, "down", "down", "left") // b, folded
	again(p, c, tracing.Analyze(more))
	if got := operations(p); got != "root earlier a b twin d" || selected(p) != "b" {
		t.Errorf("a span more: %q with %s selected", got, selected(p))
	}
	again(p, c, tracing.Analyze(less))
	if got := operations(p); got != "root a d" || selected(p) != "a" {
		t.Errorf("the selected span is gone: %q with %s selected", got, selected(p))
	}
}

func TestARefreshKeepsTheOpenSpanAndTheFind(t *testing.T) {
	p, c := show(tree, 100, 30)
	press(p, c, append([]string{"/"}, append(typed("b"), "enter", "enter", "down")...)...)
	again(p, c, tracing.Analyze(traceOf(append([]sources.Span{span("0", "1", "before b", 0, 1)}, tree.Spans...)...)))
	lines := strings.Split(text(p, c), "\n")
	wants(t, lines[0], "b  of svc")
	wants(t, lines[2], "›operation")
	p.Escape()
	wants(t, text(p, c), "/b  2 of 2")
}

func TestDeepSpansStayReadableAndSayHowDeepTheyAre(t *testing.T) {
	p, c := show(tracegen.Trace(tracegen.Options{Spans: 10_000, Shape: tracegen.Deep}), 80, 24)
	press(p, c, "end")
	last := p.a.Nodes[9999]
	wants(t, text(p, c), "…9999   "+last.Span.Operation[:6])
}
