package trace

import (
	"strings"
	"testing"

	"dlmon/sources/tracing/tracegen"
	"dlmon/tui/page"
)

// walk presses a key n times and names the spans that it went to.
func walk(p *Trace, c page.Context, key string, n int) string {
	var out []string
	for range n {
		press(p, c, key)
		out = append(out, selected(p))
	}
	return strings.Join(out, " ")
}

func TestErrorsAreGoneThroughInTheOrderOfTheRows(t *testing.T) {
	p, c := show(traceOf(span("1", "", "root", 0, 100), failed(span("2", "1", "a", 0, 50)), span("3", "2", "b", 0, 40),
		failed(span("4", "3", "c", 0, 30)), failed(span("5", "1", "d", 60, 90))), 100, 30)
	press(p, c, "left") // they are found in folded spans too
	if got := walk(p, c, "e", 4); got != "a c d a" {
		t.Errorf("e: %s", got)
	}
	if got := walk(p, c, "E", 3); got != "d c a" {
		t.Errorf("E: %s", got)
	}
	p, c = show(tree, 100, 30)
	if n, ok := press(p, c, "e").(page.Notice); !ok || !strings.Contains(n.Text, "no span of this trace failed") {
		t.Errorf("%+v", n)
	}
}

func TestTheCriticalPathIsGoneThroughInTheOrderOfItsTime(t *testing.T) {
	// The path: root to 10, first to 40, root to 60, second to 90, root. Beside is not on it.
	p, c := show(traceOf(span("1", "", "root", 0, 100), span("2", "1", "first", 10, 40), span("3", "1", "second", 60, 90),
		span("4", "1", "beside", 62, 80)), 100, 30)
	if got := walk(p, c, "c", 4); got != "first second root first" {
		t.Errorf("c: %s", got)
	}
	if got := walk(p, c, "C", 3); got != "root second first" {
		t.Errorf("C: %s", got)
	}
	press(p, c, "end") // beside begins at 62, the next to begin its share after that is the root again
	if got := selected(p); got != "beside" {
		t.Fatal(got)
	}
	if got := walk(p, c, "C", 1); got != "second" {
		t.Errorf("C from beside: %s", got)
	}
}

func TestTheLongestSelfTimesAreGoneThroughOneByOne(t *testing.T) {
	p, c := show(traceOf(span("1", "", "root", 0, 100), span("2", "1", "long", 0, 50), span("3", "1", "same", 50, 80),
		span("4", "1", "as", 50, 80), span("5", "1", "none", 90, 90)), 100, 30)
	if got := walk(p, c, "s", 6); got != "long same as root long same" {
		t.Errorf("%s", got)
	}
	press(p, c, "home")
	if got := walk(p, c, "s", 1); got != "long" {
		t.Errorf("from elsewhere it begins anew: %s", got)
	}
}

func TestASpanWithoutLengthIsNotZoomedInto(t *testing.T) {
	p, c := show(traceOf(span("1", "", "root", 0, 100), span("2", "1", "moment", 50, 50)), 100, 30)
	press(p, c, "down")
	if n, ok := press(p, c, "z").(page.Notice); !ok || p.zoom != (window{}) {
		t.Errorf("%+v, zoom %v", n, p.zoom)
	}
	wants(t, row(p, c, "moment"), "│")
}

func TestEveryKeyInTheHelpDoesSomething(t *testing.T) {
	for _, c := range []struct{ open, keys string }{
		{"", "enter down left < e c s z / f y t d o"},
		{"enter", "down tab y Y / e c s t d o"},
		{"f", "down right enter s Z f y"},
	} {
		tr := tracegen.Trace(tracegen.Options{Spans: 300})
		for _, k := range strings.Fields(c.keys) {
			p, ctx := show(tr, 120, 30)
			press(p, ctx, strings.Fields(c.open)...)
			if c.open == "f" && k == "right" {
				press(p, ctx, "down", "down")
			}
			if k == "Z" {
				press(p, ctx, "down", "enter")
			}
			listed := false
			for _, b := range p.Bindings() {
				listed = listed || strings.Contains(" "+b.Help().Key+" ", " "+k+" ")
			}
			before, rows := text(p, ctx), len(p.rows.shown)
			if msg := press(p, ctx, k); msg == nil && text(p, ctx) == before && len(p.rows.shown) == rows {
				t.Errorf("%q then %s does nothing", c.open, k)
			}
			if !listed && k != "down" && k != "left" && k != "right" {
				t.Errorf("%q: the help lacks %s", c.open, k)
			}
		}
	}
}
