package traces

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
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

// found answers searches by their tags (JoinTags) and operation: "operation|tags".
func found(answers map[string][]sources.TraceSummary) func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
	return func(r feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value(answers[r.Search.Operation+"|"+r.Search.Tags], pagetest.Now)
	}
}

func summary(id string, took time.Duration, failed int) sources.TraceSummary {
	return sources.TraceSummary{ID: id, Operation: "op-" + id, Duration: took, Errors: failed, Start: pagetest.Now, Spans: 3, Services: 1}
}

var tenantQuery = page.TraceQuery{Title: "tenant acme", Operation: "search_vectors", Tags: map[string]string{"tenant": "acme"}}

func TestEverySpellingOfTheTagIsSearchedAndTheAnswersAreJoined(t *testing.T) {
	r := pagetest.Reader()
	r.SearchFunc = found(map[string][]sources.TraceSummary{
		"search_vectors|tenant_id=acme": {summary("a", 10, 0), summary("b", 30, 0)},
		"search_vectors|tenant.id=acme": {summary("b", 30, 0), summary("c", 20, 0)},
	})
	l, c := NewList(tenantQuery), pagetest.Context(r, 120, 30)
	got := text(l, c)
	if b, cc, a := strings.Index(got, "op-b"), strings.Index(got, "op-c"), strings.Index(got, "op-a"); b < 0 || !(b < cc && cc < a) {
		t.Errorf("not slowest first:\n%s", got)
	}
	if strings.Count(got, "op-b") != 1 || !strings.Contains(got, "3 of 3 shown") {
		t.Errorf("a trace that two searches found is not shown once:\n%s", got)
	}
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Search && w.Search.Tags == "" {
			t.Error("all traces are searched though the tag was found")
		}
	}
}

func TestWithoutTheTagTheServicesTracesAreShownAndThatIsSaid(t *testing.T) {
	r := pagetest.Reader()
	r.SearchFunc = found(map[string][]sources.TraceSummary{"|": {summary("a", 10, 0)}})
	l, c := NewList(tenantQuery), pagetest.Context(r, 120, 30)
	got := text(l, c)
	for _, want := range []string{"no span carries tenant_id or tenant.id = acme; showing all traces of deeplake-api", "op-a"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestTheTagOnAnotherOperationIsFoundBeforeGivingUp(t *testing.T) {
	r := pagetest.Reader()
	r.SearchFunc = found(map[string][]sources.TraceSummary{"|tenant.id=acme": {summary("a", 10, 0)}, "|": {summary("z", 10, 0)}})
	got := text(NewList(tenantQuery), pagetest.Context(r, 120, 30))
	if !strings.Contains(got, "no search_vectors span carries tenant_id or tenant.id = acme; showing all traces with that tag") || strings.Contains(got, "op-z") {
		t.Errorf("%s", got)
	}
}

func TestAFailedSearchIsNoMissingTag(t *testing.T) {
	r := pagetest.Reader()
	failed := &sources.Error{Source: "jaeger", Asked: "search", Reason: "deadline exceeded", Kind: sources.Timeout}
	r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Failed[[]sources.TraceSummary](failed, pagetest.Now)
	}
	l, c := NewList(tenantQuery), pagetest.Context(r, 120, 30)
	got := text(l, c)
	if strings.Contains(got, "no span carries") || !strings.Contains(got, "deadline exceeded") || !strings.Contains(got, "tenant_id or tenant.id = acme") {
		t.Errorf("%s", got)
	}
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Search && w.Search.Operation != "search_vectors" {
			t.Error("a failure made it search on")
		}
	}
}

func TestFailedTracesComeFirstWhenErrorsAreAskedFor(t *testing.T) {
	r := pagetest.Reader()
	r.SearchFunc = found(map[string][]sources.TraceSummary{"|": {summary("slow", 90, 0), summary("ok", 10, 0)}, "|error=true": {summary("bad", 20, 2)}})
	got := text(NewList(page.TraceQuery{Title: "Errors", Errors: true}), pagetest.Context(r, 120, 30))
	if b, s := strings.Index(got, "op-bad"), strings.Index(got, "op-slow"); b < 0 || b > s {
		t.Errorf("%s", got)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	at := pagetest.Now
	for name, c := range map[string]struct {
		change func(r *feedtest.Reader)
		want   string
	}{
		"off":     {func(r *feedtest.Reader) { r.Status = nil; r.ServicesSnap = sources.Snapshot[[]string]{} }, "Jaeger is off: set --jaeger-url"},
		"silent":  {func(r *feedtest.Reader) { r.ServicesSnap = sources.Snapshot[[]string]{} }, "asking Jaeger for its services"},
		"refused": {func(r *feedtest.Reader) { r.ServicesSnap = feedtest.Failed[[]string](errors.New("refused"), at) }, "refused"},
		"new":     {func(r *feedtest.Reader) { r.ServicesSnap = feedtest.Value([]string{}, at) }, "knows no service yet"},
		"asking": {func(r *feedtest.Reader) {
			r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
				return sources.Snapshot[[]sources.TraceSummary]{}
			}
		}, "asking for traces of deeplake-api"},
		"none": {func(r *feedtest.Reader) { r.SearchFunc = found(nil) }, "no traces of deeplake-api in the last 1 h"},
	} {
		r := pagetest.Reader()
		c.change(r)
		if got := text(NewList(page.TraceQuery{}), pagetest.Context(r, 120, 30)); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", name, c.want, got)
		}
	}
}

func TestTheCursorStaysOnItsTraceWhenNewOnesCome(t *testing.T) {
	r := pagetest.Reader()
	first := []sources.TraceSummary{summary("a", 30, 0), summary("b", 20, 0), summary("c", 10, 0)}
	answers := map[string][]sources.TraceSummary{"|": first}
	r.SearchFunc = found(answers)
	l, c := NewList(page.TraceQuery{Title: "Latency"}), pagetest.Context(r, 120, 30)
	l.View(c)
	press(l, c, "down")
	answers["|"] = append([]sources.TraceSummary{summary("new", 90, 0)}, first...)
	l.View(c)
	if msg, ok := press(l, c, "enter").(page.OpenTrace); !ok || msg.ID != "b" {
		t.Errorf("Enter opens %+v, want trace b", msg)
	}
}

func TestTheLikeliestServiceIsSearched(t *testing.T) {
	for _, c := range []struct {
		set  string
		have []string
		want string
	}{
		{"", []string{"jaeger-all-in-one", "deeplake", "deeplake-api"}, "deeplake-api"},
		{"", []string{"jaeger-query", "billing"}, "billing"},
		{"", []string{"jaeger-query"}, "jaeger-query"},
		{"mine", []string{"deeplake-api"}, "mine"},
		{"", nil, ""},
	} {
		r := pagetest.Reader()
		r.ServicesSnap.Value = c.have
		ctx := pagetest.Context(r, 80, 20)
		ctx.TraceService = c.set
		if got := ctx.ServiceName(); got != c.want {
			t.Errorf("of %v (set %q) %q is searched, want %q", c.have, c.set, got, c.want)
		}
	}
}

func TestAnAlertsTracesBeginBeforeIt(t *testing.T) {
	r := pagetest.Reader()
	c := pagetest.Context(r, 80, 20)
	q := page.TraceQuery{Title: "alert X", Since: pagetest.Now.Add(-20 * time.Minute)}
	for _, w := range NewList(q).Wants(c) {
		if w.Kind == feed.Search && (w.Window != 0 || !w.Search.Start.Before(q.Since)) {
			t.Errorf("%+v", w)
		}
	}
	q.Since = pagetest.Now.Add(-48 * time.Hour)
	for _, w := range NewList(q).Wants(c) {
		if w.Kind == feed.Search && w.Window != time.Hour {
			t.Errorf("an old alert searches %+v, want the window", w)
		}
	}
}

func TestTheTracesOfAQueryAreAskedOnceAndTheRecentOnesAgain(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 80, 20)
	every := func(q page.TraceQuery) []time.Duration {
		var out []time.Duration
		for _, w := range NewList(q).Wants(c) {
			if w.Kind == feed.Search && !slices.Contains(out, w.Every) {
				out = append(out, w.Every)
			}
		}
		return out
	}
	if got := every(tenantQuery); !slices.Equal(got, []time.Duration{feed.Once}) {
		t.Errorf("a query's: %v", got)
	}
	if got := every(page.TraceQuery{}); !slices.Equal(got, []time.Duration{recentEvery}) {
		t.Errorf("the recent ones: %v", got)
	}
}
