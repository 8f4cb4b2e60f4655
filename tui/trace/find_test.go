package trace

import (
	"strings"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestSpansAreFoundByWhateverTheySay(t *testing.T) {
	s := span("beef01", "", "GET /Users", 0, 1)
	s.Tags = []sources.Tag{{Key: "db.System", Value: "PostgreSQL"}}
	s.Process = []sources.Tag{{Key: "host", Value: "node-7"}}
	s.Events = []sources.Event{{Name: "Retry", Tags: []sources.Tag{{Key: "reason", Value: "Größe überschritten"}}}}
	for text, where := range map[string]string{
		"get /u": "", "SVC": "", "eef0": "span id beef01", "system": "db.System=PostgreSQL", "postgres": "db.System=PostgreSQL",
		"retry": "event Retry", "GRÖSSE": "-", "größe": "event Retry reason=Größe überschritten", "ÜBER": "event Retry reason=Größe überschritten",
		"node-7": "process host=node-7", "nothing": "-",
	} {
		l := newLooker(text)
		if got := l.in(&s); got != (where != "-") {
			t.Errorf("%q: found %v", text, got)
		} else if got && l.where(&s) != where {
			t.Errorf("%q: in %q, want %q", text, l.where(&s), where)
		}
	}
}

func TestFindGoesAlongWithWhatIsTyped(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 120, 30)
	press(p, c, "/")
	if !p.Capturing() {
		t.Fatal("the prompt does not take all keys")
	}
	press(p, c, typed("ind")...)
	if got := selected(p); got != "index.load" {
		t.Errorf("the first match is selected, not %s", got)
	}
	wants(t, text(p, c), "/ind_", "1 of 2")
	press(p, c, typed("ex.sc")...)
	if got := selected(p); got != "index.scan" {
		t.Errorf("%s after more was typed", got)
	}
	press(p, c, typed("zzz")...)
	wants(t, text(p, c), "not in this trace")
	press(p, c, "ctrl+u")
	deliver(p, c, p.Update(c, tea.PasteMsg{Content: "cache\x1b["}))
	wants(t, text(p, c), "/cache[_", "not in this trace")
	press(p, c, "backspace")
	if got := selected(p); got != "cache.get" {
		t.Errorf("%s", got)
	}
	press(p, c, "esc")
	if p.Capturing() || selected(p) != "POST /datasets/{id}/search" {
		t.Errorf("Esc comes back to where the find began, not to %s", selected(p))
	}
}

func TestNextAndPreviousMatchGoAround(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 120, 30)
	press(p, c, append(append([]string{"/"}, typed("search")...), "enter")...)
	for _, step := range []struct{ key, want string }{
		{"n", "search_vectors"}, {"n", "deeplake.search"}, {"n", "POST /datasets/{id}/search"}, {"N", "deeplake.search"}, {"N", "search_vectors"},
	} {
		press(p, c, step.key)
		if got := selected(p); got != step.want {
			t.Errorf("%s: %s, want %s", step.key, got, step.want)
		}
	}
	wants(t, text(p, c), "2 of 3")
	press(p, c, "end", "N")
	if got := selected(p); got != "deeplake.search" {
		t.Errorf("from a span that does not match: %s", got)
	}
	p.Escape()
	if n, ok := press(p, c, "n").(page.Notice); !ok {
		t.Errorf("with nothing to find: %+v", n)
	}
}

func TestAMatchThatIsFoldedAwayIsUnfolded(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 120, 30)
	press(p, c, append(append([]string{"left", "/"}, typed("timeout")...), "enter")...)
	if got := selected(p); got != "index.scan" {
		t.Errorf("%s", got)
	}
	wants(t, text(p, c), "1 of 1 in event exception exception.type=TimeoutError")
}

// The result of a search that has been asked anew since says nothing.
func TestALateResultIsDropped(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 120, 30)
	p.Update(c, pagetest.Key("/"))
	late := p.Update(c, pagetest.Key("i"))
	now := p.Update(c, pagetest.Key("x"))
	wants(t, text(p, c), "/ix_", "looking")
	deliver(p, c, now)
	deliver(p, c, late)
	if len(p.find.matches) != 0 {
		t.Errorf("%d matches of what was asked before", len(p.find.matches))
	}
	wants(t, text(p, c), "not in this trace")
}

func TestASearchThatNobodyWaitsForStops(t *testing.T) {
	stop := new(atomic.Bool)
	stop.Store(true)
	if got := search(tracing.Analyze(pagetest.Trace("a")).Nodes, "i", stop); got != nil {
		t.Errorf("%d matches", len(got))
	}
}

func TestAFindLooksAnewInATraceThatIsReadAnew(t *testing.T) {
	p, c := show(pagetest.Trace("a"), 120, 30)
	press(p, c, append(append([]string{"/"}, typed("index")...), "enter", "end")...)
	tr := pagetest.Trace("a")
	tr.Spans = append(tr.Spans, sources.Span{SpanID: "x", ParentID: "0", Operation: "index.drop", Service: "deeplake", Start: tr.Spans[0].Start.Add(ms)})
	again(p, c, tracing.Analyze(tr))
	wants(t, text(p, c), "3 of 3")
	if got := selected(p); got != "index.scan" {
		t.Errorf("the selection went to %s", got)
	}
	if strings.Count(text(p, c), "·  ")+strings.Count(text(p, c), "✖·") < 3 {
		t.Errorf("not every match is marked:\n%s", text(p, c))
	}
}
