package traces

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// maxExemplars is how many exemplars' traces stand on top of a list.
const maxExemplars = 8

// result is what a query has brought so far.
type result struct {
	// traces are each once; those behind exemplars come first, nearest to the p99 first.
	traces   []sources.TraceSummary
	evidence evidence
	top      map[string]int  // id of an exemplar's trace in traces → its place in evidence.all
	beside   map[string]bool // ids of those in top that the search did not find
	lost     int             // exemplars' traces that Jaeger did not give
	lostErr  error           // why, of one of them
	service  string
	missed   []string // what the attempts before found nothing for
	last     attempt  // the one whose answer this is, or is being waited for
	asking   bool     // an answer is still to come
	err      error    // of a search that failed
	stale    bool     // the traces are those of an earlier try
	full     bool     // a search reached its limit: there may be more
	tenant   string   // of the traces whose summaries carry no tags; "" for unknown
	wants    []feed.Request
}

// finder reads the answers to a query again and again, and sums up each trace but once.
type finder struct{ summaries map[string]summed }

type summed struct {
	at      time.Time
	summary sources.TraceSummary
}

func (f *finder) look(c page.Context, q page.TraceQuery) result {
	r := result{service: cmp.Or(q.Service, c.ServiceName()), evidence: evidenceOf(c, q)}
	r.wants = r.evidence.wants
	// Without exemplars the search is for what takes as long as the panel's p95, which is worth waiting for.
	if !r.evidence.known || r.evidence.none != "" && len(r.evidence.waits) > 0 {
		r.asking = true
		return r
	}
	least := r.evidence.p95
	if q.Min > 0 || q.Max > 0 {
		least = 0 // the query has bounds of its own
	}
	r.search(c, q, attempts(c, q, r.service, least))
	f.exemplars(c, &r)
	return r
}

// search reads the attempts' answers: those of the first attempt that found something, or is still being asked.
func (r *result) search(c page.Context, q page.TraceQuery, all []attempt) {
	for i, a := range all {
		r.last = a
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
			r.full = r.full || len(snap.Value) >= req.Search.Limit
			if len(a.searches) == 1 {
				r.traces = slices.Clip(snap.Value) // shared: it is appended to nowhere
				break
			}
			for _, t := range snap.Value {
				if !seen[t.ID] {
					seen[t.ID] = true
					r.traces = append(r.traces, t)
				}
			}
		}
		if a.tagged {
			r.tenant = tenantAsked(c, q)
		} else {
			r.tenant = ""
		}
		if len(r.traces) > 0 || r.asking || r.err != nil {
			return
		}
		if i < len(all)-1 {
			r.missed = append(r.missed, a.missed(c, q))
		}
	}
}

// exemplars puts the traces behind the likeliest exemplars first, and asks for those that the search did not find.
func (f *finder) exemplars(c page.Context, r *result) {
	e := r.evidence
	if len(e.all) == 0 {
		return
	}
	if len(e.waits) > 0 || r.asking {
		r.asking = true
		return
	}
	at := make(map[string]int, len(r.traces))
	for i, t := range r.traces {
		at[sameTrace(t.ID)] = i
	}
	next := map[string]summed{}
	r.top, r.beside = map[string]int{}, map[string]bool{}
	var first []sources.TraceSummary
	for i, x := range e.all[:min(len(e.all), maxExemplars)] {
		if j, ok := at[sameTrace(x.id)]; ok {
			first = append(first, r.traces[j])
			r.top[r.traces[j].ID] = i
			continue
		}
		r.wants = append(r.wants, feed.Request{Kind: feed.Trace, TraceID: x.id, Every: feed.Once})
		snap := c.Data.Trace(x.id)
		switch {
		case snap.OK() && snap.Value != nil && len(snap.Value.Trace.Spans) > 0:
			s, ok := f.summaries[x.id]
			if !ok || !s.at.Equal(snap.At) {
				s = summed{snap.At, snap.Value.Trace.Summary()}
				s.summary.ID = x.id
			}
			next[x.id] = s
			first = append(first, s.summary)
			r.top[x.id], r.beside[x.id] = i, true
		case snap.Answered():
			r.lost, r.lostErr = r.lost+1, snap.Err
		default:
			r.asking = true
		}
	}
	f.summaries = next
	first = slices.Grow(first, len(r.traces))
	for _, t := range r.traces {
		if _, ok := r.top[t.ID]; !ok {
			first = append(first, t)
		}
	}
	r.traces = first
}

// failed counts the traces with a failed span.
func (r result) failed() int {
	n := 0
	for _, t := range r.traces {
		if t.Errors > 0 {
			n++
		}
	}
	return n
}

// tenantOf is the tenant of one of r's traces: as its tags say, or, where the server sends none, as was asked for.
func (r result) tenantOf(c page.Context, t *sources.TraceSummary) string {
	if len(t.Tags) == 0 {
		return r.tenant
	}
	return c.TenantOf(t.Tags)
}

// notes say in plain words what was asked and could not be had.
func (r result) notes(c page.Context, q page.TraceQuery) []string {
	var out []string
	if none := r.evidence.none; none != "" {
		out = append(out, none+r.instead(c, q))
	}
	if n := len(r.missed); n > 0 {
		text := r.missed[n-1]
		switch {
		case r.asking:
			text += "; asking for more"
		case r.err == nil && len(r.traces) > 0:
			text += "; showing " + r.last.shows(q) + " of " + r.service
		}
		out = append(out, text)
	}
	if r.lost > 0 {
		text := fmt.Sprintf("Jaeger has not got %d of the %d exemplars' traces", r.lost, min(len(r.evidence.all), maxExemplars))
		if r.lostErr != nil && sources.KindOf(r.lostErr) != sources.Rejected {
			text = fmt.Sprintf("%d of the %d exemplars' traces could not be read: %v", r.lost, min(len(r.evidence.all), maxExemplars), r.lostErr)
		}
		out = append(out, text)
	}
	cut, why := r.cut()
	switch {
	case cut == 1:
		out = append(out, "one trace did not come whole: "+why)
	case cut > 1:
		out = append(out, fmt.Sprintf("%d traces did not come whole: %s", cut, why))
	case q.Errors && !r.asking && r.err == nil && len(r.traces) > 0 && r.failed() == 0:
		out = append(out, "none of these traces failed")
	}
	return out
}

// cut counts the traces whose figures are too low, and says why the first one's are.
func (r result) cut() (n int, why string) {
	for i := range r.traces {
		if text := r.traces[i].Cut; text != "" {
			if n++; n == 1 {
				why = text
			}
		}
	}
	return n, why
}

// instead is what is searched for in place of exemplars: the first attempt, whatever came of it.
func (r result) instead(c page.Context, q page.TraceQuery) string {
	if len(r.evidence.waits) > 0 {
		return "; asking for " + strings.Join(r.evidence.waits, " and ")
	}
	least := r.evidence.p95
	if q.Min > 0 || q.Max > 0 {
		least = 0
	}
	all := attempts(c, q, r.service, least)
	if len(all) == 0 {
		return ""
	}
	what := all[0].asked(c, q)
	if what == "" {
		what = "all traces of " + r.service
	}
	return "; searched for " + what + ", " + reachWords(c, q)
}
