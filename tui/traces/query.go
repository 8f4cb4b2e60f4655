// Package traces holds the pages of traces: the list that explains a panel, a tenant or an alert, and one trace's
// waterfall.
package traces

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Limits of one list.
const (
	searchLimit = 200 // traces per search
	maxVariants = 6   // spellings of a concept's tag that are tried side by side
)

// spellings are the span tags that usually carry a concept, where the config names none.
var spellings = map[string][]string{
	"tenant":      {"tenant_id", "tenant.id"},
	"search_type": {"search_type", "search.type"},
	"endpoint":    {"http.route", "http.target"},
	"dataset":     {"dataset_id", "dataset.id"},
}

// service is the one whose traces are searched: the configured one, else the likeliest that Jaeger knows.
func service(c page.Context) string {
	if c.TraceService != "" {
		return c.TraceService
	}
	best, score := "", -1
	for _, s := range c.Data.Services().Value {
		n := 1
		switch {
		case strings.HasPrefix(s, "jaeger"):
			n = 0 // Jaeger traces itself
		case strings.Contains(s, "deeplake") && strings.Contains(s, "api"):
			n = 4
		case strings.Contains(s, "api"):
			n = 3
		case strings.Contains(s, "deeplake"):
			n = 2
		}
		if n > score {
			best, score = s, n
		}
	}
	return best
}

// plan is what is asked to answer a query: exact searches, one for each spelling of the tags, and the search without
// tags that stands in when no span carries them.
type plan struct {
	exact    []feed.Request
	fallback feed.Request
	tags     []string // "tenant_id = acme-corp", as the operator should read it
}

func (p *List) plan(c page.Context) (plan, bool) {
	name := service(c)
	if name == "" {
		return plan{}, false
	}
	base := sources.TraceSearch{Service: name, Operation: p.query.Operation, Min: p.query.Min, Limit: searchLimit}
	request := func(tags map[string]string) feed.Request {
		s := base
		s.Tags = sources.JoinTags(tags)
		r := feed.Request{Kind: feed.Search, Search: s, Every: p.every()}
		if !p.query.Since.IsZero() && c.Now.Sub(p.query.Since) < c.Window {
			// What made the alert fire came before it went active.
			r.Search.Start = p.query.Since.Add(-5 * time.Minute).Truncate(time.Minute)
		} else {
			r.Window = c.Window
		}
		return r
	}
	out := plan{fallback: request(nil)}
	variants := []map[string]string{{}}
	for _, concept := range slices.Sorted(maps.Keys(p.query.Tags)) {
		value := p.query.Tags[concept]
		names := c.TagNames[concept]
		if len(names) == 0 {
			names = spellings[concept]
		}
		if len(names) == 0 {
			names = []string{concept}
		}
		out.tags = append(out.tags, strings.Join(names, " or ")+" = "+value)
		var next []map[string]string
		for _, v := range variants {
			for _, n := range names {
				w := maps.Clone(v)
				w[n] = value
				next = append(next, w)
			}
		}
		variants = next[:min(len(next), maxVariants)]
	}
	for _, v := range variants {
		if p.query.Errors {
			failed := maps.Clone(v)
			failed["error"] = "true"
			out.exact = append(out.exact, request(failed))
		}
		out.exact = append(out.exact, request(v))
	}
	return out, true
}

// every is how often the list is asked: the page of recent traces follows the clock, one that was opened to explain
// something stays still until the operator refreshes it.
func (p *List) every() time.Duration {
	if p.recent() {
		return 15 * time.Second
	}
	return feed.Once
}

// Wants implements page.Page.
func (p *List) Wants(c page.Context) []feed.Request {
	reqs := []feed.Request{{Kind: feed.Services, Every: 30 * time.Second}}
	pl, ok := p.plan(c)
	if !ok {
		return reqs
	}
	reqs = append(reqs, pl.exact...)
	if a := p.answers(c, pl); a.done && len(a.traces) == 0 && len(pl.tags) > 0 {
		reqs = append(reqs, pl.fallback)
	}
	return reqs
}

// answer is what the searches have brought so far.
type answer struct {
	traces   []sources.TraceSummary
	done     bool // every search was answered or failed
	err      error
	at       time.Time
	fellBack bool // no span carries the tags: these are the service's traces
}

func (p *List) answers(c page.Context, pl plan) answer {
	a := answer{done: true}
	seen := map[string]bool{}
	for _, r := range pl.exact {
		a.add(c.Data.Search(r), seen)
	}
	return a
}

func (a *answer) add(s sources.Snapshot[[]sources.TraceSummary], seen map[string]bool) {
	if !s.Answered() && !s.OK() {
		a.done = false
	}
	if s.Err != nil {
		a.err = s.Err
	}
	if s.At.After(a.at) {
		a.at = s.At
	}
	for _, t := range s.Value {
		if !seen[t.ID] {
			seen[t.ID] = true
			a.traces = append(a.traces, t)
		}
	}
}

// collect is the list as it is shown: what the exact searches brought, else the service's traces, sorted and filtered.
func (p *List) collect(c page.Context) (answer, plan, bool) {
	pl, ok := p.plan(c)
	if !ok {
		return answer{}, pl, false
	}
	a := p.answers(c, pl)
	if a.done && a.err == nil && len(a.traces) == 0 && len(pl.tags) > 0 {
		a.fellBack = true
		a.add(c.Data.Search(pl.fallback), map[string]bool{})
	}
	p.sort(a.traces)
	return a, pl, true
}

func (p *List) sort(ts []sources.TraceSummary) {
	failed := func(t sources.TraceSummary) int {
		if t.Errors > 0 {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(ts, func(a, b sources.TraceSummary) int {
		slow := cmp.Or(cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.ID, b.ID))
		switch p.order {
		case byStart:
			return cmp.Or(b.Start.Compare(a.Start), slow)
		case byErrors:
			return cmp.Or(cmp.Compare(failed(a), failed(b)), slow)
		case bySpans:
			return cmp.Or(cmp.Compare(b.Spans, a.Spans), slow)
		}
		return slow
	})
}
