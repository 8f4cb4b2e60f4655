package trace

import (
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

// deliver runs a command, hands what was worked out back to the page, and gives the intents.
func deliver(p page.Page, c page.Context, cmd tea.Cmd) (intents []tea.Msg) {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c2 := range msg {
			intents = append(intents, deliver(p, c, c2)...)
		}
	case page.Computed:
		return deliver(p, c, p.Update(c, msg))
	case nil:
	default:
		return []tea.Msg{msg}
	}
	return intents
}

// press presses keys, each answered before the next, and gives the last intent.
func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		for _, msg := range deliver(p, c, p.Update(c, pagetest.Key(k))) {
			last = msg
		}
	}
	return last
}

// typed are the keys that type a text.
func typed(s string) []string {
	var keys []string
	for _, r := range s {
		keys = append(keys, strings.ReplaceAll(string(r), " ", "space"))
	}
	return keys
}

// show is the page of a trace, and the context that has it.
func show(t sources.Trace, width, height int) (*Trace, page.Context) {
	return shown(page.OpenTrace{ID: t.ID}, tracing.Analyze(t), width, height)
}

func shown(o page.OpenTrace, a *tracing.Analysis, width, height int) (*Trace, page.Context) {
	r := pagetest.Reader()
	snap := feedtest.Value(a, pagetest.Now)
	r.TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return snap }
	c := pagetest.Context(r, width, height)
	p := New(o)
	p.View(c)
	return p, c
}

// again hands the page another reading of its trace.
func again(p *Trace, c page.Context, a *tracing.Analysis) page.Context {
	snap := feedtest.Value(a, p.at.Add(time.Minute))
	c.Data.(*feedtest.Reader).TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return snap }
	deliver(p, c, p.Update(c, page.DataMsg{}))
	return c
}

const ms = time.Millisecond

// span runs from..to milliseconds after pagetest.Now.
func span(id, parent, operation string, from, to int) sources.Span {
	return sources.Span{TraceID: "t", SpanID: id, ParentID: parent, Service: "svc", Operation: operation,
		Start: pagetest.Now.Add(time.Duration(from) * ms), Duration: time.Duration(to-from) * ms}
}

func failed(s sources.Span) sources.Span { s.Error = true; return s }

func traceOf(spans ...sources.Span) sources.Trace { return sources.Trace{ID: "t", Spans: spans} }

// selected is the operation under the cursor.
func selected(p *Trace) string { return p.a.Nodes[p.rows.node()].Span.Operation }

// row is the line of the waterfall that shows an operation; "" if none does.
func row(p page.Page, c page.Context, operation string) string {
	for _, l := range strings.Split(text(p, c), "\n")[1:] {
		if strings.Contains(l, operation) {
			return l
		}
	}
	return ""
}

func wants(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, w := range parts {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in\n%s", w, got)
		}
	}
}

func lacks(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, w := range parts {
		if strings.Contains(got, w) {
			t.Errorf("%q in\n%s", w, got)
		}
	}
}
