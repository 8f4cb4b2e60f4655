package traces

// How the traces of a query fall into two groups, and what an operator calls them.

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// groups are two groups of traces under their names.
type groups struct {
	a, b           []*tracing.Analysis
	nameA, nameB   string // in a sentence: "slow searches of acme-corp, 412 ms and longer", "the others"
	shortA, shortB string // over a column: "slow", "others"
	note           string // what the operator must know of how they were made; "" nothing
}

// split makes the groups: the marked ones against each other or against the rest; else what the query asks for (the
// failed ones, or those of its duration) against the rest; else the slow ones against the rest.
func split(in input, o page.OpenAnalysis) groups {
	what, of := subject(in.query)
	switch {
	case len(o.A) > 0 && len(o.B) > 0:
		g := part(in, func(i int) bool { return slices.Contains(o.A, in.ids[i]) })
		g.b = part(in, func(i int) bool { return slices.Contains(o.B, in.ids[i]) }).a
		g.nameA, g.shortA = fmt.Sprintf("%s%s marked A", what, of), "A"
		g.nameB, g.shortB = "those marked B", "B"
		return g
	case len(o.A) > 0:
		g := part(in, func(i int) bool { return slices.Contains(o.A, in.ids[i]) })
		g.nameA, g.shortA = fmt.Sprintf("marked %s%s", what, of), "marked"
		return g
	case in.query.Errors:
		g := part(in, func(i int) bool { return in.traces[i].Errors > 0 })
		g.nameA, g.shortA = fmt.Sprintf("failed %s%s", what, of), "failed"
		return g
	case in.query.Min > 0 || in.query.Max > 0:
		g := part(in, func(i int) bool { return within(in.traces[i], in) })
		g.nameA, g.shortA = fmt.Sprintf("%s%s, %s", what, of, boundWords(in.query.Min, in.query.Max)), "in range"
		return g
	}
	if in.others {
		g := part(in, func(i int) bool {
			return anySpan(in.traces[i:i+1], func(s *sources.Span) bool {
				return slices.ContainsFunc(in.tenant, func(t sources.Tag) bool { return has(s, t) })
			})
		})
		if len(g.b) > 0 {
			g.nameA, g.shortA, g.nameB = what+of, "its own", "those of other tenants"
			g.note = "no gap between slow and fast among its own: they are compared with other tenants'"
			return g
		}
	}
	g := part(in, func(i int) bool { return in.traces[i].Duration >= in.slow })
	g.nameA, g.shortA = fmt.Sprintf("slow %s%s, %s", what, of, boundWords(in.slow, 0)), "slow"
	if !in.gap {
		g.note = "no gap between slow and fast: the slowest quarter is compared with the others"
	}
	return g
}

// apart says that the groups' traces began at times that hardly overlap: then what differs may be what has changed
// meanwhile. "" where they do overlap. A list holds the newest of each search, and failed ones are rarer.
func (g groups) apart(clock func(time.Time) string) string {
	if len(g.a) == 0 || len(g.b) == 0 {
		return ""
	}
	firstA, lastA := begun(g.a)
	firstB, lastB := begun(g.b)
	from, to := firstA, lastA
	if firstB.After(from) {
		from = firstB
	}
	if lastB.Before(to) {
		to = lastB
	}
	longer := max(lastA.Sub(firstA), lastB.Sub(firstB))
	if longer < time.Minute || to.Sub(from) >= longer/2 {
		return ""
	}
	return fmt.Sprintf("of different times, which may differ in itself: %s %s to %s, %s %s to %s",
		g.shortA, clock(firstA), clock(lastA), g.shortB, clock(firstB), clock(lastB))
}

// begun is when the first and the last of traces began.
func begun(traces []*tracing.Analysis) (first, last time.Time) {
	for i, a := range traces {
		if i == 0 || a.Start.Before(first) {
			first = a.Start
		}
		if i == 0 || a.Start.After(last) {
			last = a.Start
		}
	}
	return first, last
}

// part parts traces into those that pass and the others.
func part(in input, pass func(i int) bool) groups {
	g := groups{nameB: "the others", shortB: "others"}
	for i, a := range in.traces {
		if pass(i) {
			g.a = append(g.a, a)
		} else {
			g.b = append(g.b, a)
		}
	}
	return g
}

// within tells whether a trace has a span of the query's service, operation and duration, which is what the store
// searches by.
func within(a *tracing.Analysis, in input) bool {
	for i := range a.Nodes {
		s := a.Nodes[i].Span
		if s.Service == in.service && (in.query.Operation == "" || s.Operation == in.query.Operation) &&
			s.Duration >= in.query.Min && (in.query.Max == 0 || s.Duration <= in.query.Max) {
			return true
		}
	}
	return false
}

// subject is what a query's traces are called ("hybrid searches"), and whose they are (" of acme-corp on /search").
func subject(q page.TraceQuery) (what, of string) {
	what = "traces"
	about := strings.ToLower(q.Operation + " " + q.Histogram)
	if kind := q.Tags[page.TagSearchType]; kind != "" {
		what = kind + " searches"
	} else if strings.Contains(about, "search") {
		what = "searches"
	} else if q.Tags[page.TagEndpoint] != "" || strings.Contains(about, "http") {
		what = "requests"
	}
	if tenant := q.Tags[page.TagTenant]; tenant != "" {
		of += " of " + tenant
	}
	if endpoint := q.Tags[page.TagEndpoint]; endpoint != "" {
		of += " on " + endpoint
	}
	var tags []string
	for k, v := range q.SpanTags {
		tags = append(tags, k+"="+v)
	}
	slices.Sort(tags)
	if len(tags) > 0 {
		of += " with " + strings.Join(tags, " ")
	}
	if what == "traces" && q.Operation != "" {
		of = " of " + q.Operation + strings.Replace(of, " of ", " for ", 1)
	}
	return what, of
}
