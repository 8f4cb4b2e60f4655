package traces

// From a query, or from marked traces, to the analysed traces that an analysis is about.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// Bounds of what one analysis reads and keeps: a span takes about a kilobyte.
const (
	maxTraces = 200
	maxSpans  = 200_000
	maxSeen   = 50 // of the exemplars' traces
)

// scope is which traces an analysis reads.
type scope struct {
	only   []string // these, and no others
	also   []string // these, whatever the searches find
	rest   bool     // ordinary ones too, to compare with: a search without bounds on duration and for no errors
	failed bool     // only failed ones, of all durations
}

// gather reads the traces of an analysis. It keeps those that have been read: the feed forgets what nobody wants for a
// while, and the operator who comes back from a trace must find the analysis as it was.
type gather struct {
	query page.TraceQuery
	scope scope

	finders [3]finder
	ids     []string // of the last searches that were answered
	held    map[string]sources.Snapshot[*tracing.Analysis]
	last    []*tracing.Analysis
	version int // goes up when last changes
}

// input is what sums are worked out from.
type input struct {
	traces  []*tracing.Analysis
	ids     []string        // of traces, as they were asked for
	query   page.TraceQuery // without what the store has none of
	service string          // that was searched
	found   int             // traces that the searches found, those not worth reading included

	// slow is the duration from which a trace counts as slow, as the ordinary traces have it: the slow ones that were
	// searched for would move it. gap tells that it parts two kinds of traces, and is not just that of the slowest quarter.
	slow time.Duration
	gap  bool
	// others tells that traces of other tenants were read, to compare the tenant's with; tenant are the tags that name it.
	others bool
	tenant []sources.Tag
}

// reading is how far it has got.
type reading struct {
	input
	version int
	asked   []string // ids to be read
	pending int      // of these, neither read nor failed
	failed  int
	err     error // of one that failed
	left    int   // traces left out for want of room
	// unasked are traces that only an exemplar names: the histogram may count more than the query asks for.
	unasked map[string]bool
	asking  bool   // a search is still to answer
	full    bool   // a search found as many as it asked for: there may be more
	lookErr error  // of a search
	missed  string // what there is none of, and what is read instead
	wants   []feed.Request
}

// look reads what has come so far and tells what to ask for.
func (g *gather) look(c page.Context) reading {
	r := g.search(c)
	if g.held == nil {
		g.held = map[string]sources.Snapshot[*tracing.Analysis]{}
	}
	held := make(map[string]sources.Snapshot[*tracing.Analysis], len(r.asked))
	spans, room := 0, r.asked[:0:0]
	for _, id := range r.asked {
		snap := c.Data.Trace(id)
		kept := g.held[id]
		if snap.OK() && snap.Value != nil && !snap.At.Equal(kept.At) {
			kept = snap
		}
		a := kept.Value
		if len(room) == maxTraces || spans >= maxSpans && g.held[id].Value == nil {
			r.left++
			continue
		}
		room = append(room, id)
		switch {
		case a != nil && r.unasked[id] && !runs(a, r.query.Operation):
			held[id] = kept
			room = room[:len(room)-1]
		case a != nil:
			held[id] = kept
			spans += len(a.Nodes)
			r.traces, r.ids = append(r.traces, a), append(r.ids, id)
		case snap.Err != nil:
			r.failed++
			r.err = snap.Err
		default:
			r.pending++
		}
		if a == nil || snap.OK() { // what the feed has forgotten need not be asked again
			r.wants = append(r.wants, feed.Request{Kind: feed.Trace, TraceID: id, Every: feed.Once})
		}
	}
	r.asked, g.held = room, held
	if !same(g.last, r.traces) {
		g.last = r.traces
		g.version++
	}
	r.version = g.version
	return r
}

// runs tells whether a trace has a span of the operation; "" is any.
func runs(a *tracing.Analysis, operation string) bool {
	return operation == "" || slices.ContainsFunc(a.Trace.Spans, func(s sources.Span) bool { return s.Operation == operation })
}

func same(a, b []*tracing.Analysis) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// search finds the ids.
func (g *gather) search(c page.Context) reading {
	r := reading{input: input{query: g.query, service: cmp.Or(g.query.Service, c.ServiceName())}}
	if g.scope.only != nil {
		r.asked = unique(g.scope.only)
		r.found = len(r.asked)
		return r
	}
	r.wants = append(r.wants, feed.Request{Kind: feed.Services})
	seen := map[string]bool{}
	r.unasked = map[string]bool{}
	first, ids := g.find(c, &r, 0, g.query, seen)
	lists := [][]string{ids}
	r.honest(c, first)
	all := g.query
	all.Min, all.Max, all.Errors, all.Histogram, all.Rate = 0, 0, g.scope.failed, "", 0
	if g.scope.rest || g.scope.failed {
		ordinary, ids := g.find(c, &r, 1, all, seen)
		lists = append(lists, ids)
		r.slow, r.gap = slowest(ordinary.traces)
	}
	if tenant := r.query.Tags[page.TagTenant]; g.scope.rest && tenant != "" && !r.asking && !r.gap && byDurations(g.scope, g.query) {
		// Slow or not, its traces are alike: it is the other tenants' that tell what is wrong with them.
		r.others = true
		for _, name := range c.NamesOf(page.TagTenant) {
			r.tenant = append(r.tenant, sources.Tag{Key: name, Value: tenant})
		}
		all.Tags = maps.Clone(all.Tags)
		delete(all.Tags, page.TagTenant)
		_, ids := g.find(c, &r, 2, all, seen)
		lists = append(lists, ids)
	}
	r.asked = unique(append(g.scope.also[:len(g.scope.also):len(g.scope.also)], alternate(lists)...))
	r.found = max(len(seen), len(r.asked))
	if len(r.asked) == 0 && r.asking {
		r.asked = g.ids // of the window before
	}
	if !r.asking {
		g.ids = r.asked
	}
	return r
}

// byDurations tells whether an analysis parts the traces by what they took.
func byDurations(s scope, q page.TraceQuery) bool {
	return len(s.also) == 0 && !q.Errors && q.Min == 0 && q.Max == 0
}

// find adds one search to r: what it wants, and the ids it found that are worth reading.
func (g *gather) find(c page.Context, r *reading, i int, q page.TraceQuery, seen map[string]bool) (result, []string) {
	found := g.finders[i].look(c, q)
	for _, w := range found.wants {
		w.Every = feed.Once // the recent traces too: sums of ever other ones would never stand still
		r.wants = append(r.wants, w)
	}
	r.full = r.full || found.full
	r.asking = r.asking || found.asking || found.service == "" && !c.Data.Services().Answered()
	if found.err != nil {
		r.lookErr = found.err
	}
	var ids []string
	if !g.scope.failed { // what an exemplar observed says nothing of errors
		for _, x := range found.evidence.all[:min(len(found.evidence.all), maxSeen)] {
			ids = append(ids, x.id)
			r.unasked[x.id] = true
		}
	}
	for _, t := range found.traces {
		if t.Errors > 0 || !g.scope.failed {
			ids = append(ids, t.ID)
		}
		seen[sameTrace(t.ID)] = true
		if !found.beside[t.ID] {
			delete(r.unasked, t.ID)
		}
	}
	return found, ids
}

// honest takes out of the query what the store has no traces of: the sums are about what was found instead.
func (r *reading) honest(c page.Context, found result) {
	if len(found.missed) == 0 || found.asking || len(found.traces) == 0 {
		return
	}
	r.missed = found.missed[len(found.missed)-1] + "; these are " + found.last.shows(r.query) + " of " + found.service
	r.query.Operation = found.last.operation
	if !found.last.tagged {
		r.query.Tags, r.query.SpanTags = nil, nil
	}
}

// slowest is the duration from which traces are slow: that of a gap, else that of the slowest quarter.
func slowest(traces []sources.TraceSummary) (from time.Duration, gap bool) {
	durations := make([]time.Duration, len(traces))
	for i, t := range traces {
		durations[i] = t.Duration
	}
	if from, gap = tracing.SplitSlow(durations); gap || len(durations) == 0 {
		return from, gap
	}
	slices.Sort(durations)
	return durations[len(durations)*3/4], false
}

// alternate takes from each list in turn, so that what is cut off at the end, or has not come yet, is missing from all
// of them alike.
func alternate(lists [][]string) []string {
	var out []string
	for i := 0; ; i++ {
		more := false
		for _, l := range lists {
			if i < len(l) {
				out, more = append(out, l[i]), true
			}
		}
		if !more {
			return out
		}
	}
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var out []string
	for _, id := range ids {
		if key := sameTrace(id); key != "" && !seen[key] {
			seen[key] = true
			out = append(out, id)
		}
	}
	return out
}

// notes say what is missing from the sums.
func (r reading) notes(c page.Context) []string {
	s := c.Styles
	var out []string
	if r.missed != "" {
		out = append(out, s.Warn.Render(page.Cut(" "+s.Glyphs.Warn+" "+r.missed, c.Width, s.Glyphs.Ellipsis)))
	}
	if len(r.traces) > 0 && r.failed > 0 {
		text := fmt.Sprintf("%d could not be read: %s", r.failed, r.err)
		out = append(out, s.Warn.Render(page.Cut(" "+s.Glyphs.Warn+" "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	if len(r.traces) > 0 && r.lookErr != nil {
		text := "a search failed: " + r.lookErr.Error()
		out = append(out, s.Stale.Render(page.Cut(" "+s.Glyphs.Stale+" "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	if r.left > 0 {
		text := fmt.Sprintf("%d more left out: dlmon reads %d traces or %s spans at most", r.left, maxTraces, grouped(maxSpans))
		out = append(out, s.Muted.Render(page.Cut("   "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	cut := 0
	for _, t := range r.traces {
		if t.Trace.Cut != "" {
			cut++
		}
	}
	if cut > 0 {
		text := counted(cut, "trace") + " came incomplete: sums and errors may lack spans"
		out = append(out, s.Warn.Render(page.Cut(" "+s.Glyphs.Warn+" "+text, c.Width, s.Glyphs.Ellipsis)))
	}
	return out
}

// why says why there are no sums yet, or none at all.
func (r reading) why(c page.Context, o page.OpenAnalysis) []string {
	s, services := c.Styles, c.Data.Services()
	explain := func(what string, err error) []string { return page.Explain(s, what, err, c.Width) }
	if stateOf(c, feed.SourceJaeger) == feed.Off {
		return explain("Jaeger is off: set --jaeger-url to see traces", nil)
	}
	if o.Kind == page.AnalysisCompare && len(r.asked) < 2 {
		return explain("mark two traces in the list"+c.In("traces").Hint("v", " with %s")+", then compare them"+c.In("traces").Hint("c", " with %s"), nil)
	}
	what := "traces"
	if o.Kind == page.AnalysisCauses {
		what = "failed traces"
	}
	switch {
	case len(r.traces) > 0:
		return explain("working out the sums of "+counted(len(r.traces), "trace"), nil)
	case r.pending > 0:
		spans := 0
		for _, id := range r.asked {
			spans += c.Data.Loading(id)
		}
		text := "reading " + counted(len(r.asked), "trace")
		if spans > 0 {
			text += fmt.Sprintf(", %s spans so far", grouped(spans))
		}
		return explain(text, nil)
	case r.failed > 0:
		return explain(fmt.Sprintf("none of %s could be read", counted(r.failed, "trace")), r.err)
	case r.lookErr != nil:
		return explain("asked for "+what+" of "+r.service, r.lookErr)
	case r.service == "" && services.Err != nil:
		return explain("Jaeger could not be asked for its services", services.Err)
	case r.asking:
		return explain("asking for "+what+" of "+r.service, nil)
	case r.service == "":
		return explain("Jaeger knows no service yet: nothing has sent it a trace", nil)
	}
	text := fmt.Sprintf("no %s of %s", what, r.service)
	if o.Kind == page.AnalysisCauses && r.found > 0 {
		text = fmt.Sprintf("none of %s failed", counted(r.found, "trace"))
	}
	return explain(text+" "+reachWords(c, r.query)+c.Hint("+", "; %s widens the window"), nil)
}

// grouped is n with its thousands apart: "200,000".
func grouped[N int | uint64](n N) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
