package traces

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// wanted are the ids of the traces that a page asks for.
func wanted(p page.Page, c page.Context) (ids []string) {
	for _, w := range p.Wants(c) {
		if w.Kind == feed.Trace {
			if w.Every != feed.Once {
				panic("a trace is asked for again and again")
			}
			ids = append(ids, w.TraceID)
		}
	}
	return ids
}

// bounds are the least durations that a page searches for.
func bounds(p page.Page, c page.Context) (least []time.Duration) {
	for _, w := range p.Wants(c) {
		if w.Kind == feed.Search && !slices.Contains(least, w.Search.Min) {
			least = append(least, w.Search.Min)
		}
	}
	slices.Sort(least)
	return least
}

func TestItSaysHowManyTracesHaveBeenReadAndWhichCouldNot(t *testing.T) {
	r := store(slowTenant())
	delete(r.Traces, "t00")
	delete(r.Traces, "t01")
	r.Traces["t02"] = feedtest.Failed[*tracing.Analysis](errors.New("jaeger: trace t02: connection reset"), pagetest.Now)
	c := pagetest.Context(r, 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	want(t, text(p, c), "57 of 60 traces read", "1 could not be read: jaeger: trace t02: connection reset", "index.scan")
}

func TestBeforeTheFirstTraceHasComeItSaysWhatIsBeingRead(t *testing.T) {
	r := store(slowTenant())
	r.Traces = nil
	r.LoadingSpans = map[string]int{"t00": 1200, "t01": 300}
	c := pagetest.Context(r, 120, 30)
	want(t, text(opened(one(page.AnalysisOperations), c), c), "0 of 60 traces read", "reading 60 traces, 1,500 spans so far")
}

func TestNoMoreTracesAreReadThanTheBoundAndTheRestIsCounted(t *testing.T) {
	var all []search
	for i := range 250 {
		all = append(all, search{id: fmt.Sprintf("t%03d", i), scan: time.Millisecond})
	}
	c := pagetest.Context(store(all), 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	if n := len(wanted(p, c)); n != maxTraces {
		t.Errorf("%d traces are asked for", n)
	}
	want(t, text(p, c), "200 traces", "50 more left out: dlmon reads 200 traces or 200,000 spans at most")
}

func TestNoMoreTracesAreReadWhenTheirSpansFillTheBound(t *testing.T) {
	r := store(slowTenant())
	big := &tracing.Analysis{Nodes: make([]tracing.Node, maxSpans/2)}
	all := r.Traces
	r.Traces = map[string]sources.Snapshot[*tracing.Analysis]{}
	for _, id := range []string{"t00", "t01"} {
		r.Traces[id] = feedtest.Value(big, pagetest.Now)
	}
	c := pagetest.Context(r, 120, 30)
	g := gather{query: acme}
	if got := g.look(c); len(got.asked) != 2 || got.left != 58 || got.pending != 0 {
		t.Errorf("%d asked, %d left out, %d to come", len(got.asked), got.left, got.pending)
	}
	r.Traces = all
	if got := (&gather{query: acme}).look(c); len(got.traces) != 60 || got.left != 0 {
		t.Errorf("%d small ones read, %d left out", len(got.traces), got.left)
	}
}

func TestTracesThatWereReadStayThoughTheFeedForgetsThem(t *testing.T) {
	r := store(slowTenant())
	c := pagetest.Context(r, 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	if n := len(wanted(p, c)); n != 60 {
		t.Errorf("%d traces are wanted while they are shown, want 60", n)
	}
	r.Traces = map[string]sources.Snapshot[*tracing.Analysis]{"t07": r.Traces["t07"]}
	run(p, c, p.Update(c, page.DataMsg{}))
	want(t, text(p, c), "60 traces", "index.scan         60")
	if got := wanted(p, c); !slices.Equal(got, []string{"t07"}) {
		t.Errorf("%v are asked for again, want only what the feed still holds", got)
	}
}

func TestOrdinaryTracesAreReadToCompareWithAndOnlyThen(t *testing.T) {
	r := store(slowTenant())
	c := pagetest.Context(r, 120, 30)
	q := acme
	q.Min = 300 * time.Millisecond
	difference := opened(analysis(page.AnalysisDifference, q), c)
	if got := bounds(difference, c); !slices.Equal(got, []time.Duration{0, q.Min}) {
		t.Errorf("a difference searches from %v", got)
	}
	if n := len(wanted(difference, c)); n != 60 {
		t.Errorf("a difference reads %d traces, want all 60", n)
	}
	operations := opened(analysis(page.AnalysisOperations, q), c)
	if got := bounds(operations, c); !slices.Equal(got, []time.Duration{q.Min}) {
		t.Errorf("operations search from %v", got)
	}
	if n := len(wanted(operations, c)); n != 20 {
		t.Errorf("operations read %d traces, want the 20 slow ones", n)
	}
}

func TestOfErrorsOnlyFailedTracesAreReadWhateverTheyTook(t *testing.T) {
	r := store(failing())
	c := pagetest.Context(r, 120, 30)
	q := acme
	q.Min = 300 * time.Millisecond
	p := opened(analysis(page.AnalysisCauses, q), c)
	if n := len(wanted(p, c)); n != 15 {
		t.Errorf("%d traces are read, want the 15 failed ones", n)
	}
}

func TestTheRecentTracesAreSearchedOnceForAnAnalysis(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 120, 30)
	for _, w := range analysis(page.AnalysisOperations, page.TraceQuery{}).Wants(c) {
		if w.Kind == feed.Search && w.Every != feed.Once {
			t.Errorf("%+v is asked again and again: the sums never stand still", w)
		}
	}
}

func TestTheExemplarsTracesTakePart(t *testing.T) {
	r := store(append(slowTenant(), search{id: "e1", scan: time.Second}))
	found := r.SearchFunc
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		s := found(q)
		s.Value = slices.DeleteFunc(s.Value, func(t sources.TraceSummary) bool { return t.ID == "e1" })
		return s
	}
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
		return feedtest.Value([]sources.Exemplar{{TraceID: "e1", Value: 1, At: pagetest.Now}, {TraceID: "00T05", Value: 0.4, At: pagetest.Now}}, pagetest.Now)
	}
	c := pagetest.Context(r, 120, 30)
	q := acme
	q.Histogram = `search_latency_seconds_bucket{tenant_id="acme"}`
	got := wanted(opened(analysis(page.AnalysisDifference, q), c), c)
	if !slices.Contains(got, "e1") {
		t.Errorf("the exemplar's trace is not among %v", got)
	}
	if slices.Contains(got, "t05") && slices.Contains(got, "00T05") {
		t.Error("a trace under two spellings of its id is read twice")
	}
}

func TestMarkedTracesAreReadAndNoOthers(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 120, 30)
	p := NewAnalysis(page.OpenAnalysis{Kind: page.AnalysisOperations, Query: acme, A: []string{"t01"}, B: []string{"t02"}})
	if got := wanted(p, c); !slices.Equal(got, []string{"t01", "t02"}) {
		t.Errorf("%v", got)
	}
	want(t, text(opened(p.(*Analysis), c), c), "Operations: 2 marked traces")
}

func TestTheListsTakeTurnsSoThatNeitherGroupIsCutOff(t *testing.T) {
	if got := alternate([][]string{{"a", "b", "c"}, {"1"}, nil}); !slices.Equal(got, []string{"a", "1", "b", "c"}) {
		t.Errorf("%v", got)
	}
}

func TestWhyThereIsNothingIsSaid(t *testing.T) {
	failed := func(r *feedtest.Reader) {
		for id := range r.Traces {
			r.Traces[id] = feedtest.Failed[*tracing.Analysis](errors.New("jaeger: too busy"), pagetest.Now)
		}
	}
	asking := func(r *feedtest.Reader) {
		r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
			return sources.Snapshot[[]sources.TraceSummary]{}
		}
	}
	refused := func(r *feedtest.Reader) {
		r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
			return feedtest.Failed[[]sources.TraceSummary](errors.New("jaeger: search refused"), pagetest.Now)
		}
	}
	for name, x := range map[string]struct {
		kind   string
		change func(*feedtest.Reader)
		want   string
	}{
		"off":      {page.AnalysisOperations, func(r *feedtest.Reader) { *r = feedtest.Reader{Clock: pagetest.Now} }, "Jaeger is off: set --jaeger-url"},
		"asking":   {page.AnalysisOperations, asking, "asking for traces of deeplake-api"},
		"refused":  {page.AnalysisOperations, refused, "search refused"},
		"none":     {page.AnalysisServices, func(r *feedtest.Reader) { r.SearchFunc = found(nil) }, "no traces of deeplake-api in the last"},
		"well":     {page.AnalysisCauses, func(*feedtest.Reader) {}, "none of 60 traces failed"},
		"unread":   {page.AnalysisOperations, failed, "none of 60 traces could be read"},
		"unmarked": {page.AnalysisCompare, func(*feedtest.Reader) {}, "mark two traces in the list with v"},
		"new":      {page.AnalysisOperations, func(r *feedtest.Reader) { r.ServicesSnap = feedtest.Value([]string{}, pagetest.Now) }, "knows no service yet"},
	} {
		r := store(slowTenant())
		x.change(r)
		c := pagetest.Context(r, 120, 30)
		got := text(opened(analysis(x.kind, acme), c), c)
		t.Run(name, func(t *testing.T) { want(t, got, x.want) })
	}
}

// A histogram without labels counts every kind of request; its exemplars' traces are read before it is known of what
// kind they are.
func TestExemplarsOfOtherOperationsAreNoPartOfAnAnalysis(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
		return feedtest.Value([]sources.Exemplar{{TraceID: "aa", Value: 1}, {TraceID: "bb", Value: 1}}, pagetest.Now)
	}
	r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value([]sources.TraceSummary{summary("cc", time.Second, 0)}, pagetest.Now)
	}
	operations := map[string]string{"aa": "search", "bb": "insert", "cc": "insert"}
	r.TraceFunc = func(id string) sources.Snapshot[*tracing.Analysis] {
		span := sources.Span{TraceID: id, SpanID: "1", Service: "api", Operation: operations[id], Start: pagetest.Now, Duration: time.Second}
		return feedtest.Value(tracing.Analyze(sources.Trace{ID: id, Spans: []sources.Span{span}}), pagetest.Now)
	}
	g := gather{query: page.TraceQuery{Title: "Latency", Service: "api", Operation: "search", Histogram: "x_bucket"}}
	got := g.look(pagetest.Context(r, 120, 40))
	// What the search found stays, whatever it is: there it was the operation that was asked for.
	if want := []string{"aa", "cc"}; !slices.Equal(got.ids, want) || !slices.Equal(got.asked, want) {
		t.Errorf("read %v, counted %v, want %v", got.ids, got.asked, want)
	}
}

func TestThatASearchBroughtAllItMayIsSaid(t *testing.T) {
	var all []search
	for i := range limit {
		all = append(all, search{id: fmt.Sprintf("t%03d", i), scan: time.Millisecond})
	}
	c := pagetest.Context(store(all), 120, 30)
	want(t, text(opened(one(page.AnalysisOperations), c), c), "100 traces · there may be more")
}
