package traces

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// panelQuery is what a latency panel asks for.
var panelQuery = page.TraceQuery{Title: "tenant acme", Operation: "search_vectors", Tags: map[string]string{"tenant": "acme"},
	Histogram: `search_latency_seconds_bucket{tenant_id="acme"}`}

// prometheus makes r answer with those exemplars, "id value" each, a p95 of 812 ms and a p99 of 1 s.
func prometheus(r *feedtest.Reader, exemplars ...string) {
	xs := []sources.Exemplar{}
	for i, text := range exemplars {
		x := sources.Exemplar{At: pagetest.Now.Add(-time.Duration(i) * time.Minute)}
		if _, err := fmt.Sscan(text, &x.TraceID, &x.Value); err != nil {
			panic(err)
		}
		xs = append(xs, x)
	}
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] { return feedtest.Value(xs, pagetest.Now) }
	quantiles(r, .8124, 1)
}

func quantiles(r *feedtest.Reader, p95, p99 float64) {
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		v := p95
		if strings.Contains(q.Expr, "histogram_quantile(0.99") {
			v = p99
		}
		return feedtest.Value(sources.Vector{Samples: []sources.Sample{{Value: v}}}, pagetest.Now)
	}
}

// asked are the searches that a list wants: "operation|tags|min".
func asked(l *List, c page.Context) (out []string) {
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Search {
			out = append(out, w.Search.Operation+"|"+w.Search.Tags+"|"+w.Search.Min.String())
		}
	}
	return out
}

func TestExemplarsTracesStandOnTopNearestToTheP99First(t *testing.T) {
	r := pagetest.Reader()
	prometheus(r, "c 0.2", "a 1.3", "b 1.1", "a 5")
	r.SearchFunc = found(map[string][]sources.TraceSummary{
		"search_vectors|tenant_id=acme": {summary("slow", 90, 0), summary("a", 30, 0), summary("b", 20, 0), summary("c", 10, 0)}})
	l, c := NewList(panelQuery), pagetest.Context(r, 120, 14)
	got := text(l, c)
	var at []int
	for _, id := range []string{"op-b", "op-a", "op-c", "op-slow"} {
		at = append(at, strings.Index(got, id))
	}
	if !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("%v:\n%s", at, got)
	}
	if strings.Count(got, "exemplar") != 4 || strings.Count(got, c.Styles.Glyphs.Exemplar) != 4 { // three rows and the facts
		t.Errorf("the exemplars' traces are not marked by sign and word:\n%s", got)
	}
	press(l, c, "s", "s", "s") // spans, services, errors: all equal, then the slowest first
	if got := text(l, c); strings.Index(got, "op-c") > strings.Index(got, "op-slow") {
		t.Errorf("an order of the operator's moves the exemplars down:\n%s", got)
	}
	msg, ok := press(l, c, "home", "enter").(page.OpenTrace)
	if !ok || msg.ID != "a" || !slices.Equal(msg.Siblings, []string{"b", "a", "c"}) || !slices.Equal(msg.Values, []float64{1.1, 1.3, 0.2}) {
		t.Errorf("the trace does not know its siblings: %+v", msg)
	}
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Trace || w.Kind == feed.Search && w.Search.Min > 0 {
			t.Errorf("asked needlessly: %+v", w)
		}
	}
}

func TestAnExemplarsTraceThatTheSearchMissedIsReadAndSummedUp(t *testing.T) {
	r := pagetest.Reader()
	prometheus(r, "far 1", "gone 1.1", "00ab 1.2")
	r.SearchFunc = found(map[string][]sources.TraceSummary{"search_vectors|tenant_id=acme": {summary("other", 10, 0), summary("ab", 10, 0)}})
	whole := r.TraceFunc
	r.TraceFunc = nil
	l, c := NewList(panelQuery), pagetest.Context(r, 120, 14)
	var ids []string
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Trace {
			ids = append(ids, w.TraceID)
			if w.Every != feed.Once {
				t.Error("it is read again and again")
			}
		}
	}
	if !slices.Equal(ids, []string{"far", "gone"}) { // 00ab is ab, which was found
		t.Errorf("asked for %v", ids)
	}
	r.Traces = map[string]sources.Snapshot[*tracing.Analysis]{"far": whole("far"),
		"gone": feedtest.Failed[*tracing.Analysis](&sources.Error{Source: "jaeger", Reason: "no such trace", Kind: sources.Rejected}, pagetest.Now)}
	got := text(l, c)
	for _, want := range []string{"POST /datasets/{id}/search", "812 ms", "op-ab", "Jaeger has not got 1 of the 3 exemplars' traces", "3 of 3 shown"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestWithoutExemplarsTheP95IsSearchedForAndThatIsSaid(t *testing.T) {
	rejected := &sources.Error{Source: "prometheus", Asked: "exemplars", Reason: "404", Kind: sources.Rejected}
	for name, x := range map[string]struct {
		change func(r *feedtest.Reader)
		say    string
		min    string
	}{
		"empty": {func(r *feedtest.Reader) {}, "Prometheus has no exemplars of search_latency_seconds; searched for search_vectors, " +
			"tenant_id or tenant.id = acme, 812 ms and longer, in the last 1 h", "812ms"},
		"refused": {func(r *feedtest.Reader) {
			r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
				return feedtest.Failed[[]sources.Exemplar](rejected, pagetest.Now)
			}
		}, "Prometheus gives no exemplars of search_latency_seconds; searched for search_vectors", "812ms"},
		"failed": {func(r *feedtest.Reader) {
			r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
				return feedtest.Failed[[]sources.Exemplar](errors.New("x"), pagetest.Now)
			}
		}, "Prometheus could not be asked for exemplars of search_latency_seconds; searched for", "812ms"},
		"down before it was asked": {func(r *feedtest.Reader) {
			r.Status[0].State = feed.Failed
			r.ExemplarsFunc, r.InstantFunc = nil, nil
		}, "Prometheus could not be asked for exemplars of search_latency_seconds; searched for search_vectors, tenant_id or tenant.id = acme, in", "0s"},
		"off": {func(r *feedtest.Reader) { r.Status[0].State = feed.Off; r.InstantFunc = nil },
			"Prometheus is off, so that there are no exemplars of search_latency_seconds; searched for", "0s"},
		"no p95": {func(r *feedtest.Reader) { quantiles(r, math.NaN(), math.NaN()) }, "tenant_id or tenant.id = acme, in the last 1 h", "0s"},
	} {
		r := pagetest.Reader()
		prometheus(r)
		x.change(r)
		r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
			return feedtest.Value([]sources.TraceSummary{summary("a", 900*time.Millisecond, 0)}, pagetest.Now)
		}
		l, c := NewList(panelQuery), pagetest.Context(r, 200, 30)
		if got := text(l, c); !strings.Contains(got, x.say) || !strings.Contains(got, "op-a") {
			t.Errorf("%s: no %q in\n%s", name, x.say, got)
		}
		if got, want := asked(l, c), "search_vectors|tenant_id=acme|"+x.min; !slices.Contains(got, want) || len(got) != 2 {
			t.Errorf("%s: asked %v, want %s", name, got, want)
		}
	}
}

func TestTheSearchWaitsForWhatPrometheusHasToSay(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = nil
	l, c := NewList(panelQuery), pagetest.Context(r, 120, 30)
	if got := asked(l, c); len(got) > 0 {
		t.Errorf("searched %v before the exemplars were known", got)
	}
	if got := text(l, c); !strings.Contains(got, "asking Prometheus for the exemplars of search_latency_seconds") {
		t.Errorf("it does not say what it waits for:\n%s", got)
	}
	prometheus(r)
	r.InstantFunc = nil
	if got := asked(l, c); len(got) > 0 {
		t.Errorf("searched %v before the p95 was known", got)
	}
	prometheus(r, "a 1")
	r.InstantFunc = nil
	if got := asked(l, c); len(got) < 2 || got[0] != "search_vectors|tenant_id=acme|0s" {
		t.Errorf("with exemplars the search is %v", got)
	}
}

func TestWhereNothingTakesAsLongTheBoundGoesFirst(t *testing.T) {
	for name, x := range map[string]struct {
		answers map[string][]sources.TraceSummary // operation|tags|min
		want    string
	}{
		"quicker": {map[string][]sources.TraceSummary{"search_vectors|tenant_id=acme|0s": {summary("a", 10, 0)}},
			"no search_vectors span of 812 ms and longer carries tenant_id or tenant.id = acme; showing all traces with that operation and that tag of deeplake-api"},
		"another operation": {map[string][]sources.TraceSummary{"|tenant_id=acme|812ms": {summary("a", 10, 0)}},
			"no search_vectors span carries tenant_id or tenant.id = acme; showing all traces with that tag, 812 ms and longer, of deeplake-api"},
		"no tag": {map[string][]sources.TraceSummary{"||0s": {summary("a", 10, 0)}},
			"no span carries tenant_id or tenant.id = acme; showing all traces of deeplake-api"},
	} {
		r := pagetest.Reader()
		prometheus(r)
		r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
			return feedtest.Value(x.answers[q.Search.Operation+"|"+q.Search.Tags+"|"+q.Search.Min.String()], pagetest.Now)
		}
		if got := text(NewList(panelQuery), pagetest.Context(r, 200, 30)); !strings.Contains(got, x.want) || !strings.Contains(got, "op-a") {
			t.Errorf("%s: no %q in\n%s", name, x.want, got)
		}
	}
}

func TestAQuerysOwnBoundsDecideWhichExemplarsFitAndWhatIsSearched(t *testing.T) {
	r := pagetest.Reader()
	prometheus(r, "quick 0.2", "fits 0.7", "slow 3")
	q := panelQuery
	q.Min, q.Max = 500*time.Millisecond, time.Second
	l, c := NewList(q), pagetest.Context(r, 200, 30)
	if e := evidenceOf(c, q); len(e.all) != 1 || e.all[0].id != "fits" {
		t.Errorf("%+v", e.all)
	}
	prometheus(r, "quick 0.2")
	for _, w := range l.Wants(c) {
		if w.Kind == feed.Search && (w.Search.Min != q.Min || w.Search.Max != q.Max) {
			t.Errorf("searched %v to %v", w.Search.Min, w.Search.Max)
		}
	}
	if got := text(l, c); !strings.Contains(got, "has no exemplars of search_latency_seconds that fit; searched for") || !strings.Contains(got, "500 ms to 1 s") {
		t.Errorf("%s", got)
	}
}

func TestTheKeyTGoesToAnExemplarOrSaysWhyNot(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = nil
	c := pagetest.Context(r, 120, 30)
	notice := func(q page.TraceQuery) string {
		n, _ := press(NewList(q), c, "t").(page.Notice)
		return n.Text
	}
	if got := notice(tenantQuery); !strings.Contains(got, "no latency panel") {
		t.Errorf("without a histogram: %q", got)
	}
	if got := notice(panelQuery); !strings.Contains(got, "still asking Prometheus for the exemplars") {
		t.Errorf("before the answer: %q", got)
	}
	prometheus(r)
	if got := notice(panelQuery); !strings.Contains(got, "has no exemplars of search_latency_seconds") {
		t.Errorf("without exemplars: %q", got)
	}
	prometheus(r, "a 1")
	if msg, ok := press(NewList(panelQuery), c, "t").(page.OpenExemplar); !ok || msg.Query.Histogram != panelQuery.Histogram {
		t.Errorf("%+v", msg)
	}
}

func TestAJumpGoesToTheNearestExemplarOnceItIsKnown(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = nil
	j, c := NewJump(panelQuery), pagetest.Context(r, 120, 30)
	if cmd := j.Open(c); cmd != nil {
		t.Errorf("it goes on to %+v before anything is known", cmd())
	}
	if got := text(j, c); !strings.Contains(got, "asking Prometheus for the exemplars of search_latency_seconds in the last 1 h") {
		t.Errorf("%s", got)
	}
	prometheus(r, "far 9", "near 1.2", "nearer 0.9", "near 1.3")
	instants := r.InstantFunc
	r.InstantFunc = nil
	if cmd := j.Update(c, page.DataMsg{}); cmd != nil {
		t.Errorf("it goes on to %+v before the p99 is known", cmd())
	}
	r.InstantFunc = instants
	for name, cmd := range map[string]func() any{"Open": func() any { return j.Open(c)() }, "data": func() any { return j.Update(c, page.DataMsg{})() }} {
		msg, ok := cmd().(page.OpenTrace)
		if !ok || msg.ID != "nearer" || !slices.Equal(msg.Siblings, []string{"nearer", "near", "far"}) ||
			!slices.Equal(msg.Values, []float64{0.9, 1.2, 9}) || !msg.Replace || msg.From != page.Page(j) {
			t.Errorf("%s: %+v", name, msg)
		}
	}
	r.InstantFunc = func(feed.Request) sources.Snapshot[sources.Vector] {
		return feedtest.Failed[sources.Vector](errors.New("x"), pagetest.Now)
	}
	if msg, _ := j.Open(c)().(page.OpenTrace); msg.ID != "far" {
		t.Errorf("without a p99 it goes to %s, want the largest", msg.ID)
	}
}

func TestAJumpWithoutExemplarsGoesToTheList(t *testing.T) {
	for name, change := range map[string]func(r *feedtest.Reader){
		"none": func(r *feedtest.Reader) { prometheus(r) },
		"off":  func(r *feedtest.Reader) { r.Status[0].State = feed.Off },
		"down": func(r *feedtest.Reader) { r.Status[0].State = feed.Stale },
	} {
		r := pagetest.Reader()
		change(r)
		j := NewJump(panelQuery)
		cmd := j.Open(pagetest.Context(r, 80, 20))
		if cmd == nil {
			t.Errorf("%s: it waits", name)
			continue
		}
		if msg, ok := cmd().(page.OpenTraces); !ok || !msg.Replace || msg.From != page.Page(j) || msg.Query.Histogram == "" {
			t.Errorf("%s: %+v", name, msg)
		}
	}
	r := pagetest.Reader()
	if _, ok := press(NewJump(panelQuery), pagetest.Context(r, 80, 20), "enter").(page.OpenTraces); !ok {
		t.Error("Enter does not go on without waiting")
	}
}
