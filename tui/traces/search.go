package traces

import (
	"maps"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Bounds of a search. A store brings whole traces to make a list of them, so a list is not endless.
const (
	limit      = 100
	maxTagSets = 8
)

const (
	recentEvery = 15 * time.Second // how often the recent traces are asked for
	sinceMargin = 10 * time.Minute // how long before an alert its cause is looked for
)

// every is how often a query is asked: the recent traces follow the clock, a list that explains something stays still
// until the operator asks anew.
func every(q page.TraceQuery) time.Duration {
	if recent(q) {
		return recentEvery
	}
	return feed.Once
}

// recent tells whether q is not about anything particular.
func recent(q page.TraceQuery) bool { return q.Title == "" && len(q.Tags) == 0 && q.Operation == "" }

// service is the Jaeger service to search: the configured one, else the likeliest of those that the store knows.
func service(c page.Context) string {
	if c.TraceService != "" {
		return c.TraceService
	}
	best, rank := "", -1
	for _, name := range c.Data.Services().Value {
		r := 1
		switch low := strings.ToLower(name); {
		case strings.HasPrefix(low, "jaeger"):
			r = 0
		case strings.Contains(low, "deeplake") && strings.Contains(low, "api"):
			r = 4
		case strings.Contains(low, "deeplake"), strings.Contains(low, "tributary"):
			r = 3
		case strings.Contains(low, "api"):
			r = 2
		}
		if r > rank {
			best, rank = name, r
		}
	}
	return best
}

// attempt is one way to find the traces: its searches are asked together and their answers joined. Attempts get less
// and less particular; the next one is made when the one before has answered and found nothing.
type attempt struct {
	searches []feed.Request
	missed   string // what is said when it found nothing
}

// attempts are the ways to answer q, the most particular first, the last being all traces of the service.
func attempts(c page.Context, q page.TraceQuery) []attempt {
	svc := service(c)
	if svc == "" {
		return nil
	}
	var out []attempt
	if len(q.Tags) > 0 {
		variants := tagVariants(c, q.Tags)
		if q.Operation != "" {
			out = append(out, attempt{searches(c, q, svc, q.Operation, variants),
				"no " + q.Operation + " span carries " + tagWords(c, q.Tags)})
		}
		out = append(out, attempt{searches(c, q, svc, "", variants), "no span carries " + tagWords(c, q.Tags)})
	} else if q.Operation != "" {
		out = append(out, attempt{searches(c, q, svc, q.Operation, []map[string]string{nil}), "no span is called " + q.Operation})
	}
	return append(out, attempt{searches: searches(c, q, svc, "", []map[string]string{nil})})
}

// tagVariants are the tag sets that name the concepts by each of their names: a search takes tags that must all match,
// so that one search is needed for every spelling.
func tagVariants(c page.Context, tags map[string]string) []map[string]string {
	variants := []map[string]string{{}}
	for _, concept := range slices.Sorted(maps.Keys(tags)) {
		var next []map[string]string
		for _, v := range variants {
			for _, name := range c.NamesOf(concept) {
				if len(next) == maxTagSets {
					break
				}
				w := maps.Clone(v)
				w[name] = tags[concept]
				next = append(next, w)
			}
		}
		variants = next
	}
	return variants
}

// tagWords names the concepts' tags: "tenant_id or tenant.id = acme-corp".
func tagWords(c page.Context, tags map[string]string) string {
	var parts []string
	for _, concept := range slices.Sorted(maps.Keys(tags)) {
		parts = append(parts, strings.Join(c.NamesOf(concept), " or ")+" = "+tags[concept])
	}
	return strings.Join(parts, " and ")
}

// searches are one request per tag set; when errors are wanted, as many again for failed ones only, which the newest
// traces may not hold.
func searches(c page.Context, q page.TraceQuery, svc, operation string, variants []map[string]string) []feed.Request {
	var reqs []feed.Request
	add := func(tags map[string]string) {
		s := sources.TraceSearch{Service: svc, Operation: operation, Tags: sources.JoinTags(tags), Min: q.Min, Limit: limit}
		r := feed.Request{Kind: feed.Search, Search: s, Every: every(q)}
		if q.Since.IsZero() || c.Now.Sub(q.Since) > c.Window {
			r.Window = c.Window
		} else { // what made an alert fire came before it
			r.Search.Start = q.Since.Add(-sinceMargin).Truncate(time.Minute)
		}
		reqs = append(reqs, r)
	}
	for _, v := range variants {
		add(v)
		if q.Errors {
			failed := maps.Clone(v)
			if failed == nil {
				failed = map[string]string{}
			}
			failed["error"] = "true"
			add(failed)
		}
	}
	return reqs
}

// result is what the attempts have brought so far.
type result struct {
	traces  []sources.TraceSummary // each once
	service string
	missed  []string // what the attempts before found nothing for
	asking  bool     // an answer is still to come
	err     error    // of a search that failed
	stale   bool     // the traces are those of an earlier try
	wants   []feed.Request
	full    bool // a search reached its limit: there may be more
}

// look reads the attempts' answers: those of the first attempt that found something, or is still being asked.
func look(c page.Context, q page.TraceQuery) result {
	r := result{service: service(c)}
	for _, a := range attempts(c, q) {
		r.wants = append(r.wants, a.searches...)
		r.asking, r.err, r.stale, r.full = false, nil, false, false
		seen := map[string]bool{}
		for _, req := range a.searches {
			snap := c.Data.Search(req)
			switch {
			case snap.Err != nil:
				r.err = snap.Err
				r.stale = r.stale || snap.OK()
			case !snap.Answered():
				r.asking = true
			}
			r.full = r.full || len(snap.Value) >= limit
			for _, t := range snap.Value {
				if !seen[t.ID] {
					seen[t.ID] = true
					r.traces = append(r.traces, t)
				}
			}
		}
		if len(r.traces) > 0 || r.asking || r.err != nil {
			return r
		}
		if a.missed != "" {
			r.missed = append(r.missed, a.missed)
		}
	}
	return r
}

// notes say in plain words what was asked and could not be had.
func (r result) notes(q page.TraceQuery) []string {
	var out []string
	if n := len(r.missed); n > 0 {
		text := r.missed[n-1]
		switch {
		case r.asking:
			text += "; asking for more"
		case r.err == nil && len(r.traces) > 0:
			text += "; showing " + shownInstead(n, q) + " of " + r.service
		}
		out = append(out, text)
	}
	return out
}

// shownInstead is what the attempt after n misses shows.
func shownInstead(missed int, q page.TraceQuery) string {
	if q.Operation != "" && len(q.Tags) > 0 && missed == 1 {
		return "all traces with that tag"
	}
	return "all traces"
}
