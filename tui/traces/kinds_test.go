package traces

import (
	"errors"
	"fmt"
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

func TestTheSentenceThatNamesTheCauseStandsFirstAndIsCopied(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 80, 22)
	p := opened(one(page.AnalysisDifference), c)
	lines := strings.Split(text(p, c), "\n")
	said := strings.Join(strings.Fields(strings.Join(lines[1:5], " ")), " ")
	sentence := "Slow searches of acme, 420 ms and longer (20) against the others (40): index.scan of deeplake takes 404 ms more of the critical path; storage.wait=true is in 95 % of them and 3 % of the others"
	if !strings.HasPrefix(said, sentence) {
		t.Errorf("the page begins with\n%s\nwant\n%s", said, sentence)
	}
	if msg, ok := send(p, c, "y").(page.Copy); !ok || msg.Text != said {
		t.Errorf("y copies %+v\nwant %q", msg, said)
	}
	want(t, text(p, c), "60 traces", "slow 20, others 40", "95 % (19)", "2.5 % (1)", "+93", "+71 to +97", "428 ms", "24 ms", "+404 ms", "+396 ms to +412 ms")
}

func TestTheTwoTablesStandBesideEachOtherWhereThereIsRoom(t *testing.T) {
	r := store(slowTenant())
	beside := func(width int) bool {
		c := pagetest.Context(r, width, 30)
		for l := range strings.SplitSeq(text(opened(one(page.AnalysisDifference), c), c), "\n") {
			if strings.Contains(l, "storage.wait=true  ") && strings.Contains(l, "428 ms") {
				return true
			}
		}
		return false
	}
	if !beside(200) || beside(120) {
		t.Errorf("beside each other at 200: %v, at 120: %v", beside(200), beside(120))
	}
}

func TestWhatIsComparedWithWhat(t *testing.T) {
	all := failing()
	ids := func(traces []*tracing.Analysis) (out []string) {
		for _, a := range traces {
			out = append(out, a.Trace.ID)
		}
		return out
	}
	in := func(q page.TraceQuery) input {
		x := input{query: q, service: "deeplake-api", slow: 420 * time.Millisecond, gap: true}
		for _, s := range all {
			x.traces, x.ids = append(x.traces, tracing.Analyze(s.trace())), append(x.ids, s.id)
		}
		return x
	}
	with := func(change func(*page.TraceQuery)) page.TraceQuery {
		q := acme
		change(&q)
		return q
	}
	for name, x := range map[string]struct {
		q            page.TraceQuery
		a, b         []string
		nameA, nameB string
		sizeA, sizeB int
	}{
		"slow":   {acme, nil, nil, "slow searches of acme, 420 ms and longer", "the others", 20, 40},
		"failed": {with(func(q *page.TraceQuery) { q.Errors = true }), nil, nil, "failed searches of acme", "the others", 15, 45},
		"bucket": {with(func(q *page.TraceQuery) { q.Min, q.Max = 30*time.Millisecond, 36*time.Millisecond }), nil, nil, "searches of acme, 30 ms to 36 ms", "the others", 28, 32},
		"marked": {acme, []string{"t03", "t04"}, nil, "marked searches of acme", "the others", 2, 58},
		"two":    {acme, []string{"t03", "t04"}, []string{"t05"}, "searches of acme marked A", "those marked B", 2, 1},
	} {
		g := split(in(x.q), page.OpenAnalysis{Query: x.q, A: x.a, B: x.b})
		if g.nameA != x.nameA || g.nameB != x.nameB || len(g.a) != x.sizeA || len(g.b) != x.sizeB {
			t.Errorf("%s: %q (%d) with %q (%d)", name, g.nameA, len(g.a), g.nameB, len(g.b))
		}
		if x.a != nil && !slices.Equal(ids(g.a), x.a) {
			t.Errorf("%s: %v", name, ids(g.a))
		}
	}
}

func TestATenantWhoseTracesAreAllSlowIsComparedWithTheOthers(t *testing.T) {
	all := slowTenant()
	r := store(all)
	for _, x := range all { // the slow ones are acme's, the others globex's
		if a := r.Traces[x.id].Value; x.scan < 400*time.Millisecond {
			a.Trace.Spans[1].Tags[0].Value = "globex"
		}
	}
	everything := r.SearchFunc
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		s := everything(q)
		if q.Search.Tags == "tenant_id=acme" {
			s.Value = slices.DeleteFunc(s.Value, func(t sources.TraceSummary) bool { return t.Duration < 400*time.Millisecond })
		}
		return s
	}
	c := pagetest.Context(r, 120, 30)
	got := text(opened(one(page.AnalysisDifference), c), c)
	want(t, strings.Join(strings.Fields(got), " "), "Searches of acme (20) against those of other tenants (40): index.scan of deeplake takes 404 ms more of the critical path; storage.wait=true is in 95 % of them",
		"compared with other tenants'")
	if strings.Contains(got, "tenant_id=") {
		t.Errorf("that they are of different tenants is told as a difference:\n%s", got)
	}
}

func TestSlowIsWhatIsSlowAmongOrdinaryTracesHoweverManySlowOnesWereSearchedFor(t *testing.T) {
	var all []search
	for i := range 150 { // the newest 60 are as they come; 90 more slow ones are found by their duration only
		x := search{id: fmt.Sprintf("t%03d", i), scan: 20 * time.Millisecond}
		if i%3 == 0 || i >= 60 {
			x.scan, x.wait = time.Duration(400+i)*time.Millisecond, true
		}
		all = append(all, x)
	}
	r := store(all)
	everything := r.SearchFunc
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		s := everything(q)
		if q.Search.Min == 0 {
			s.Value = s.Value[:min(60, len(s.Value))]
		}
		return s
	}
	r.InstantFunc = func(feed.Request) sources.Snapshot[sources.Vector] {
		return feedtest.Value(sources.Vector{Samples: []sources.Sample{{Value: .4}}}, pagetest.Now)
	}
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] {
		return feedtest.Value([]sources.Exemplar{}, pagetest.Now)
	}
	q := acme
	q.Histogram = "search_latency_seconds_bucket"
	c := pagetest.Context(r, 160, 30)
	want(t, text(opened(analysis(page.AnalysisDifference, q), c), c), "Slow searches of acme, 420 ms and longer (110) against the others (40)")
}

func TestWhatTheStoreHasNoneOfIsNotClaimed(t *testing.T) {
	r := store(slowTenant())
	everything := r.SearchFunc
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		if q.Search.Tags != "" {
			return feedtest.Value([]sources.TraceSummary{}, pagetest.Now)
		}
		return everything(q)
	}
	c := pagetest.Context(r, 200, 30)
	got := text(opened(one(page.AnalysisDifference), c), c)
	want(t, got, "no span carries tenant_id or tenant.id = acme; these are all traces of deeplake-api", "Slow traces, 420 ms and longer (20)")
}

func TestWithoutAGapTheSlowestQuarterIsComparedAndThatIsSaid(t *testing.T) {
	var all []search
	for i := range 40 {
		all = append(all, search{id: fmt.Sprintf("t%02d", i), scan: time.Duration(100000+i) * time.Microsecond})
	}
	c := pagetest.Context(store(all), 160, 30)
	want(t, text(opened(one(page.AnalysisDifference), c), c), "slow 10, others 30", "no gap between slow and fast: the slowest quarter is compared")
}

func TestWithTooFewTracesADifferenceSaysSoAndNoNumbers(t *testing.T) {
	c := pagetest.Context(store(slowTenant()[:6]), 120, 30)
	got := text(opened(one(page.AnalysisDifference), c), c)
	want(t, got, "Slow searches of acme, 420 ms and longer (2) against the others (4): only 2 traces in the first group")
	if strings.Contains(got, "95 % interval") {
		t.Errorf("%s", got)
	}
}

func TestTracesAreCalledWhatAnOperatorCallsThem(t *testing.T) {
	for _, x := range []struct {
		q    page.TraceQuery
		want string
	}{
		{page.TraceQuery{}, "traces"},
		{acme, "searches of acme"},
		{page.TraceQuery{Tags: map[string]string{"tenant": "acme", "search_type": "hybrid"}}, "hybrid searches of acme"},
		{page.TraceQuery{Tags: map[string]string{"endpoint": "/datasets"}}, "requests on /datasets"},
		{page.TraceQuery{Histogram: `http_request_duration_seconds_bucket{}`}, "requests"},
		{page.TraceQuery{Operation: "index.build", Tags: map[string]string{"tenant": "acme"}}, "traces of index.build for acme"},
		{page.TraceQuery{SpanTags: map[string]string{"b": "2", "a": "1"}}, "traces with a=1 b=2"},
	} {
		if what, of := subject(x.q); what+of != x.want {
			t.Errorf("%+v are called %q, want %q", x.q, what+of, x.want)
		}
	}
}

func TestEnterOnATagOrAnOperationOpensTheTracesThatHaveIt(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 120, 30)
	p := opened(one(page.AnalysisDifference), c)
	tag, _ := send(p, c, "enter").(page.OpenTraces)
	if q := tag.Query; q.Service != "deeplake" || q.Operation != "index.scan" || q.SpanTags["storage.wait"] != "true" {
		t.Errorf("the tag's row opens %+v", q)
	}
	if len(tag.Query.Tags) > 0 || strings.Contains(tag.Query.Title, "acme") {
		t.Errorf("index.scan carries no tenant, and yet it is searched for: %+v", tag.Query)
	}
	op, _ := send(p, c, "tab", "enter").(page.OpenTraces)
	if q := op.Query; q.Operation != "index.scan" || len(q.SpanTags) > 0 {
		t.Errorf("the operation's row opens %+v", q)
	}
}

func TestOperationsDrillDownKeepsTheTagsThatItsSpansCarry(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	msg, _ := send(p, c, "/", "v", "e", "c", "t", "o", "r", "enter", "enter").(page.OpenTraces)
	if q := msg.Query; q.Operation != "search_vectors" || q.Service != "deeplake-api" || q.Tags["tenant"] != "acme" || q.Title != "tenant acme, search_vectors" {
		t.Errorf("%+v", q)
	}
}

func TestOperationsAreSortedByAnyColumnAndTheSortedOneIsShown(t *testing.T) {
	c := pagetest.Context(store(failing()), 80, 22)
	p := opened(one(page.AnalysisOperations), c)
	first := func() string { return strings.Join(strings.Fields(strings.Split(text(p, c), "\n")[2])[:2], " ") }
	if got := first(); got != "›deeplake index.scan" {
		t.Errorf("first by the critical path is %s", got)
	}
	seen := map[string]string{}
	for range 20 {
		send(p, c, "s")
		if col, ok := p.kind.(*operations).sheet.sorted(); ok {
			want(t, strings.Split(text(p, c), "\n")[1], "*"+col.Title)
			p.kind.(*operations).sheet.cursor.Key = "" // the first row again, whatever it is
			seen[col.Title] = first()
		}
	}
	for by, want := range map[string]string{"operation": "›deeplake-api POST", "min": "›deeplake-api POST", "self": "›deeplake index.scan", "critical": "›deeplake index.scan"} {
		if seen[by] != want {
			t.Errorf("first by %s is %q, want %q", by, seen[by], want)
		}
	}
	if len(seen) != 13 {
		t.Errorf("sorted by %d columns: %v", len(seen), seen)
	}
}

func TestOperationsShowCountsErrorsDurationsAndShares(t *testing.T) {
	c := pagetest.Context(store(failing()), 200, 30)
	p := opened(one(page.AnalysisOperations), c)
	want(t, text(p, c), "index.scan", "✖ 15", "75 %", "21 ms", "457 ms", "89 %", "on critical paths")
	if msg, ok := send(p, c, "y").(page.Copy); !ok || !strings.HasPrefix(msg.Text, "deeplake index.scan: 60 spans, 15 errors (75 % ok), min ") {
		t.Errorf("%+v", msg)
	}
}

func TestCausesOpenTheNewestTraceAtTheSpanThatFailedAndStepThroughTheOthers(t *testing.T) {
	c := pagetest.Context(store(failing()), 120, 30)
	p := opened(one(page.AnalysisCauses), c)
	got := text(p, c)
	want(t, got, "15 failed traces", "✖ 10", "67 %", "✖ 5", "33 %", "TimeoutError: bad vector")
	if strings.Count(strings.Join(strings.Split(got, "\n")[1:6], ""), "again") < 28 {
		t.Errorf("the selected cause's message is not shown in full:\n%s", got)
	}
	msg, _ := send(p, c, "enter").(page.OpenTrace)
	if len(msg.Siblings) != 10 || msg.ID != msg.Siblings[0] || msg.Span != msg.ID+"3" {
		t.Errorf("%+v", msg)
	}
	newest := func(a, b string) int {
		return search{id: b}.trace().Spans[0].Start.Compare(search{id: a}.trace().Spans[0].Start)
	}
	if !slices.IsSortedFunc(msg.Siblings, newest) {
		t.Errorf("not newest first: %v", msg.Siblings)
	}
	if msg, ok := send(p, c, "y").(page.Copy); !ok || !strings.HasPrefix(msg.Text, "10 of 15 failed traces (67 %) because of deeplake index.scan: TimeoutError: storage did not answer") {
		t.Errorf("%+v", msg)
	}
}

func TestServicesAreATreeBesideWhatJaegerCounts(t *testing.T) {
	r := store(failing())
	r.DependSnap = feedtest.Value([]sources.Dependency{{Parent: "deeplake-api", Child: "deeplake", Calls: 12345}, {Parent: "deeplake", Child: "minio", Calls: 7}}, pagetest.Now)
	c := pagetest.Context(r, 120, 30)
	p := opened(one(page.AnalysisServices), c)
	lines := strings.Split(text(p, c), "\n")
	for i, x := range [][]string{
		{"calls as Jaeger counts them"}, {"›deeplake-api", "60", "✖ 15", "25 %"}, {" └ deeplake ", "60", "✖ 15", "12,345", "3.43/s"}, {"   └ minio", "–", "7"},
	} {
		want(t, lines[i+1], x...)
	}
	if msg, ok := send(p, c, "down", "y").(page.Copy); !ok || !strings.HasPrefix(msg.Text, "deeplake-api calls deeplake: 60 calls, 15 errors, p50 ") {
		t.Errorf("%+v", msg)
	}
	if msg, ok := send(p, c, "enter").(page.OpenTraces); !ok || msg.Query.Service != "deeplake" || msg.Query.Operation != "" {
		t.Errorf("%+v", msg)
	}
}

func TestWithoutJaegersCountsItSaysWhy(t *testing.T) {
	for want, snap := range map[string]sources.Snapshot[[]sources.Dependency]{
		"asking Jaeger for its own counts": {},
		"Jaeger has counted no calls":      feedtest.Value([]sources.Dependency{}, pagetest.Now),
		"counts: jaeger: not implemented":  feedtest.Failed[[]sources.Dependency](errors.New("jaeger: not implemented"), pagetest.Now),
	} {
		r := store(slowTenant())
		r.DependSnap = snap
		c := pagetest.Context(r, 120, 30)
		if got := text(opened(one(page.AnalysisServices), c), c); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestTheTreeOfCallsEndsHoweverTheyGoRound(t *testing.T) {
	call := func(parent, child string, n int) tracing.Call {
		return tracing.Call{Parent: parent, Child: child, Calls: n}
	}
	for name, x := range map[string]struct {
		entries, calls []tracing.Call
		want           []string
	}{
		"circle":    {[]tracing.Call{call("", "a", 1)}, []tracing.Call{call("a", "b", 3), call("b", "a", 2)}, []string{"a", "-b", "--a (calls back: a circle)"}},
		"no start":  {nil, []tracing.Call{call("a", "b", 3), call("b", "a", 2)}, []string{"a", "-b", "--a (calls back: a circle)"}},
		"to itself": {nil, []tracing.Call{call("a", "a", 3)}, []string{"a", "-a (calls back: a circle)"}},
		"diamond": {[]tracing.Call{call("", "a", 1)}, []tracing.Call{call("a", "b", 3), call("a", "c", 2), call("b", "d", 2), call("c", "d", 1), call("d", "e", 1)},
			[]string{"a", "-b", "--d", "---e", "-c", "--d (its calls are above)"}},
		"uncalled": {nil, []tracing.Call{call("x", "y", 1)}, []string{"x", "-y"}},
	} {
		var got []string
		for _, e := range callTree(x.entries, x.calls, nil) {
			line := strings.Repeat("-", e.depth) + e.Child
			if e.note != "" {
				line += " (" + e.note + ")"
			}
			got = append(got, line)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func TestAComparisonShowsWhereTheTimeWentAndWhatIsMissing(t *testing.T) {
	r := store(slowTenant())
	b := search{id: "t04", scan: 25 * time.Millisecond}.trace()
	b.Spans = append(b.Spans, sources.Span{TraceID: "t04", SpanID: "t04x", ParentID: "t042", Service: "deeplake", Operation: "cache.get", Start: b.Spans[1].Start, Duration: 2 * time.Millisecond})
	r.Traces["t04"] = feedtest.Value(tracing.Analyze(b), pagetest.Now)
	c := pagetest.Context(r, 80, 22)
	p := opened(one(page.AnalysisCompare), c)
	want(t, text(p, c), "A  t03", "423 ms", "B  t04", "45 ms", "B is 378 ms shorter; self time of deeplake index.scan: -378 ms", "only in B")
	lines := strings.Split(text(p, c), "\n")
	if !strings.HasPrefix(lines[5], "›POST /search") || !strings.HasPrefix(lines[6], "   search_vectors") || !strings.HasPrefix(lines[7], "     index.scan") {
		t.Errorf("not the tree:\n%s", strings.Join(lines, "\n"))
	}
	send(p, c, "s")
	p.kind.(*compare).sheet.cursor.Key = ""
	if got := strings.Split(text(p, c), "\n")[5]; !strings.HasPrefix(got, "›index.scan") {
		t.Errorf("the greatest difference is not first: %s", got)
	}
	if msg, _ := send(p, c, "enter").(page.OpenTrace); msg.ID != "t03" || msg.Span != "t033" {
		t.Errorf("enter opens %+v", msg)
	}
	if msg, _ := send(p, c, "b").(page.OpenTrace); msg.ID != "t04" || msg.Span != "t043" {
		t.Errorf("b opens %+v", msg)
	}
	if msg, _ := send(p, c, "/", "c", "a", "c", "h", "e", "enter", "enter").(page.OpenTrace); msg.ID != "t04" || msg.Span != "t04x" {
		t.Errorf("enter on what only B has opens %+v", msg)
	}
}

func TestDrawingsKeepTheirWidthAndShowTheSign(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 80, 22)
	for w := 1; w < 30; w++ {
		for _, v := range []float64{-1, -.01, 0, .5, 1} {
			for _, cell := range []page.Cell{axisCell(c, v, 1, c.Styles.Text), whiskerCell(c, v, v-.2, v+.2, span{-1.2, 1.2}, c.Styles.Text), barCell(c, v)} {
				if got := []rune(plain(cell.Draw(w))); len(got) != w {
					t.Fatalf("%v in %d cells: %q", v, w, string(got))
				}
			}
		}
	}
	if left, right := plain(axisCell(c, -1, 1, c.Styles.Text).Draw(9)), plain(axisCell(c, 1, 1, c.Styles.Text).Draw(9)); left != "████│    " || right != "    │████" {
		t.Errorf("%q %q", left, right)
	}
	if got := plain(whiskerCell(c, .5, .25, .75, span{0, 1}, c.Styles.Text).Draw(9)); got != "│ ──●──  " {
		t.Errorf("%q", got)
	}
}
