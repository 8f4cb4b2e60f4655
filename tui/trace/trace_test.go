package trace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func text(p page.Page, c page.Context) string { return ansi.Strip(strings.Join(p.View(c), "\n")) }

func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		if cmd := p.Update(c, pagetest.Key(k)); cmd != nil {
			last = cmd()
		}
	}
	return last
}

func TestAWaterfallShowsTheSpansAndTheirDetails(t *testing.T) {
	r := pagetest.Reader()
	p, c := New(page.OpenTrace{ID: "4bf92f35"}), pagetest.Context(r, 140, 40)
	got := text(p, c)
	for _, want := range []string{"acme-corp", "812 ms", "7 spans", "2 services", "✖ 1 error", "search_vectors", "✖  index.scan", "650 ms"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	press(p, c, "e", "enter")
	got = text(p, c)
	for _, want := range []string{"exception.type", "TimeoutError", "tenant_id", "+157 ms"} {
		if !strings.Contains(got, want) {
			t.Errorf("opened: no %q in\n%s", want, got)
		}
	}
	press(p, c, "enter", "home", "left")
	if got := text(p, c); strings.Contains(got, "search_vectors") || !strings.Contains(got, "POST /datasets") {
		t.Errorf("folding the root leaves its children:\n%s", got)
	}
}

func TestThousandsOfSpansCostOnlyTheRowsThatAreSeen(t *testing.T) {
	big := sources.Trace{ID: "big"}
	for i := range 5000 {
		s := sources.Span{TraceID: "big", SpanID: fmt.Sprintf("%05d", i), Service: "svc", Operation: fmt.Sprintf("op %d", i),
			Start: pagetest.Now.Add(time.Duration(i) * time.Millisecond), Duration: time.Second}
		if i > 0 {
			s.ParentID = fmt.Sprintf("%05d", (i-1)/2)
		}
		big.Spans = append(big.Spans, s)
	}
	r := pagetest.Reader()
	analysed := feedtest.Value(tracing.Analyze(big), pagetest.Now)
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return analysed }
	p, c := New(page.OpenTrace{ID: "big"}), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "end")
	if lines := p.View(c); len(lines) != 40 {
		t.Errorf("%d lines", len(lines))
	}
	if n := testing.AllocsPerRun(3, func() { p.View(c) }); n > 40*120 {
		t.Errorf("a frame allocates %v times", n)
	}
}

func TestATraceThatDidNotComeSaysSo(t *testing.T) {
	r := pagetest.Reader()
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] {
		return feedtest.Failed[*tracing.Analysis](&sources.Error{Source: "jaeger", Asked: "trace ab", Reason: "trace not found", Kind: sources.Rejected}, pagetest.Now)
	}
	p, c := New(page.OpenTrace{ID: "ab"}), pagetest.Context(r, 100, 20)
	if got := text(p, c); !strings.Contains(got, "trace not found") {
		t.Errorf("%s", got)
	}
	press(p, c, "down", "enter", "e") // nothing to move in
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return sources.Snapshot[*tracing.Analysis]{} }
	if got := text(p, c); !strings.Contains(got, "asking for trace ab") {
		t.Errorf("%s", got)
	}
}
