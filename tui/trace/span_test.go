package trace

import (
	"fmt"
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// open is the view of the last of the spans given.
func open(t *testing.T, width, height int, spans ...sources.Span) (*Trace, page.Context) {
	t.Helper()
	p, c := show(traceOf(spans...), width, height)
	p.selectSpan(spans[len(spans)-1].SpanID)
	press(p, c, "enter")
	return p, c
}

func TestASpanSaysAllThatIsKnownOfIt(t *testing.T) {
	s := failed(span("2", "1", "scan", 20, 60))
	s.Tags = []sources.Tag{{Key: "tenant_id", Value: "acme"}, {Key: "empty", Value: ""}}
	s.Process = []sources.Tag{{Key: "host.name", Value: "node-7"}}
	s.Warnings = []string{"clock skew adjustment disabled"}
	s.Events = []sources.Event{
		{At: pagetest.Now.Add(30 * ms), Name: "retry", Tags: []sources.Tag{{Key: "attempt", Value: "2"}}},
		{At: pagetest.Now.Add(55 * ms), Name: "exception", Tags: []sources.Tag{
			{Key: "exception.stacktrace", Value: "Traceback:\n  scan()\n    read()"}, {Key: "exception.escaped", Value: "True"},
			{Key: "exception.message", Value: "took too long"}, {Key: "exception.type", Value: "TimeoutError"}}}}
	s.References = []sources.Reference{{TraceID: "t", SpanID: "1"}, {TraceID: "t", SpanID: "0", Follows: true}, {TraceID: "feed", SpanID: "9"},
		{TraceID: "t", SpanID: "gone"}}
	p, c := open(t, 100, 60, span("1", "", "root", 0, 100), span("0", "1", "before", 0, 10), s)
	got := text(p, c)
	wants(t, got, "scan  of svc", "40 ms", "✖ failed", "40 % of the trace", "100 % of the span", "▶ 1  svc  root",
		"▲ clock skew adjustment disabled", "+55 ms", "tenant_id", "acme", "(empty)", "+30 ms", "attempt",
		"follows from", "▶ 0  svc  before", "span 9 of trace feed", "gone  not in this trace", "node-7", "links 3")
	order := []string{"service", "out of order", "exceptions", "TimeoutError", "took too long", "Traceback:", "    scan()", "escaped", "tags 2", "events", "links", "process"}
	at := 0
	for _, o := range order {
		i := strings.Index(got[at:], o)
		if i < 0 {
			t.Errorf("no %q after %q in\n%s", o, got[:at], got)
			break
		}
		at += i
	}
}

func TestDamageToASpanIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		spans []sources.Span
		want  string
	}{
		{[]sources.Span{span("2", "gone", "x", 0, 10)}, "its parent gone is not in this trace"},
		{[]sources.Span{span("1", "", "root", 20, 100), span("2", "1", "x", 5, 50)}, "begins 15 ms before its parent"},
		{[]sources.Span{span("1", "", "root", 0, 100), span("2", "1", "x", 50, 130)}, "ends 30 ms after its parent"},
		{[]sources.Span{span("2", "", "twin", 0, 100), span("2", "", "x", 50, 60)}, "its id is that of 1 other span"},
		{[]sources.Span{span("2", "", "x", 50, 40)}, "it ends before it begins"},
	} {
		p, ctx := open(t, 120, 40, c.spans...)
		wants(t, text(p, ctx), "out of order", c.want)
	}
}

func TestLinksAreFollowedAndEscComesBack(t *testing.T) {
	s := span("2", "1", "scan", 20, 60)
	s.References = []sources.Reference{{TraceID: "feed", SpanID: "9", Follows: true}}
	p, c := open(t, 100, 40, span("1", "", "root", 0, 100), s)
	if n, ok := press(p, c, "enter").(page.Notice); !ok {
		t.Errorf("the service leads nowhere: %+v", n)
	}
	press(p, c, "down", "down", "down", "enter")
	wants(t, text(p, c), "root  of svc")
	p.Escape()
	wants(t, text(p, c), "scan  of svc")
	press(p, c, "end")
	o, ok := press(p, c, "enter").(page.OpenTrace)
	if !ok || o.ID != "feed" || o.Span != "9" || o.Replace {
		t.Errorf("another trace: %+v", o)
	}
	p.Escape()
	wants(t, text(p, c), "whole trace")
	if got := selected(p); got != "scan" {
		t.Errorf("selected %s", got)
	}
}

func TestWhatIsUnderTheCursorIsCopied(t *testing.T) {
	s := span("2", "1", "scan", 20, 60)
	s.Tags = []sources.Tag{{Key: "db.statement", Value: strings.Repeat("SELECT ", 100)}}
	p, c := open(t, 80, 24, span("1", "", "root", 0, 100), s)
	press(p, c, "end") // the last line of the statement
	if m, ok := press(p, c, "y").(page.Copy); !ok || m.Text != s.Tags[0].Value || m.What != "db.statement" {
		t.Errorf("%+v", m)
	}
	if m, ok := press(p, c, "Y").(page.Copy); !ok || m.Text != "2" {
		t.Errorf("%+v", m)
	}
	press(p, c, "home", "down", "down", "down")
	if m, ok := press(p, c, "y").(page.Copy); !ok || m.Text != "1" || m.What != "parent" {
		t.Errorf("the parent's id: %+v", m)
	}
}

func TestLongValuesWrapAndScrollLineByLine(t *testing.T) {
	s := span("2", "", "scan", 20, 60)
	var words []string
	for i := range 500 {
		words = append(words, fmt.Sprintf("word-%03d", i))
	}
	s.Tags = []sources.Tag{{Key: "statement", Value: strings.Join(words, " ")}, {Key: "a.key.that.is.longer.than.its.column", Value: "x"}, {Key: "last", Value: "end"}}
	p, c := open(t, 80, 24, s)
	seen := map[string]bool{}
	for i, got := 0, ""; !strings.Contains(got, "›last"); i++ {
		if i > 200 {
			t.Fatalf("the last tag is never reached:\n%s", got)
		}
		press(p, c, "down")
		got = text(p, c)
		for _, w := range words {
			if strings.Contains(got, w) {
				seen[w] = true
			}
		}
	}
	if len(seen) != len(words) {
		t.Errorf("%d of %d words were seen", len(seen), len(words))
	}
	wants(t, text(p, c), "a.key.that.is.longer.than.its.column")
	press(p, c, "tab", "shift+tab", "shift+tab")
	wants(t, text(p, c), "›service")
	press(p, c, "tab")
	wants(t, text(p, c), "›statement", "tags 3")
}

func TestAFilterKeepsTheEntriesThatHoldTheText(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 100, 30)
	press(p, c, "e", "enter", "/")
	if !p.Capturing() {
		t.Fatal("the filter does not take all keys")
	}
	press(p, c, typed("timeout")...)
	press(p, c, "enter")
	got := text(p, c)
	wants(t, got, "/timeout", "2 hits", "exceptions", "TimeoutError")
	lacks(t, got, "tenant_id", "duration", "tags")
	p.Escape()
	deliver(p, c, p.Update(c, page.DataMsg{}))
	wants(t, text(p, c), "tenant_id")
	press(p, c, append([]string{"/"}, typed("nowhere")...)...)
	press(p, c, "down", "enter", "y", "end", "tab")
	wants(t, text(p, c), "0 hits")
}

func TestFromOneSpanTheNextFailedOneIsAKeyAway(t *testing.T) {
	p, c := show(traceOf(failed(span("1", "", "root", 0, 100)), failed(span("2", "1", "a", 0, 50))), 100, 30)
	press(p, c, "enter", "e")
	wants(t, text(p, c), "a  of svc")
	p.Escape()
	if got := selected(p); got != "a" || p.look != waterfall {
		t.Errorf("selected %s", got)
	}
}

// Ten thousand tags are laid out as they come into view.
func TestOnlyWhatIsSeenOfASpanIsLaidOut(t *testing.T) {
	s := span("2", "", "scan", 20, 60)
	for i := range 10_000 {
		s.Tags = append(s.Tags, sources.Tag{Key: fmt.Sprint("key.", i), Value: strings.Repeat("long ", 100)})
	}
	p, c := open(t, 100, 40, s)
	p.View(c)
	press(p, c, "end", "pgup")
	p.View(c)
	if n := len(p.span.wrapped); n > 100 {
		t.Errorf("%d values were laid out for two screens", n)
	}
}

func TestEscapeKeepsTheCursorOfASpan(t *testing.T) {
	s := span("2", "1", "scan", 20, 60)
	for i := range 40 {
		s.Tags = append(s.Tags, sources.Tag{Key: fmt.Sprintf("tag.%02d", i), Value: "v"})
	}
	p, c := open(t, 100, 24, span("1", "", "root", 0, 100), s)
	at := func() string {
		for line := range strings.SplitSeq(text(p, c), "\n") {
			if strings.HasPrefix(line, "›") {
				return strings.Fields(line)[0]
			}
		}
		return ""
	}
	press(p, c, "/", "g", ".", "3", "3", "enter")
	if at() != "›tag.33" {
		t.Fatalf("the filter leaves %s", at())
	}
	p.Escape()
	press(p, c) // drops the filter
	if at() != "›tag.33" {
		t.Errorf("without the filter the cursor is on %s", at())
	}
	press(p, c, "/", "p", "a", "r", "enter")
	want := at()
	press(p, c, "enter") // follows the parent
	if want != "›parent" || !strings.Contains(text(p, c), "root  of svc") {
		t.Fatalf("%s leads to\n%s", want, text(p, c))
	}
	p.Escape()
	press(p, c, "shift")
	if got := text(p, c); at() != want || !strings.Contains(got, "/par") || strings.Contains(got, "tag.01") {
		t.Errorf("back at it the cursor is on %s:\n%s", at(), got)
	}
}
