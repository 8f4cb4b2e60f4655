package feed

import (
	"context"
	"math"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
)

// kindInfo asks what a server says of itself; Expr is the source's name.
const kindInfo Kind = -1

const infoEvery = 5 * time.Minute

// entry is one request as it is asked, however many subscribers want it and at whatever Every or (range queries)
// Window: these are not part of its key.
type entry struct {
	key Request
	src *source
	seq int // order of creation, over all kinds ...
	nth int // ... and within its own

	wanted bool
	live   bool          // somebody wants it at the kind's own cadence
	heavy  bool          // somebody says so
	every  time.Duration // the shortest Every wanted; 0: none
	left   time.Time     // since when nobody wants it

	// The last answer, as in sources.Snapshot.
	value any
	at    time.Time
	err   error
	tried time.Time
	track *track // range queries keep their answer here, not in value

	pending bool // not answered since it was wanted (or its window grew)
	force   bool // Refresh

	// In flight. A result whose generation is not gen is dropped.
	gen      uint64
	inFlight bool
	cancel   context.CancelFunc
	progress int // spans of a trace that have come so far
	started  time.Time

	nominal time.Time     // when the last try was due, without jitter and queueing
	jitter  time.Duration // added to the next one
	runs    int           // tries ended
	fails   int           // faults of this request alone, in a row
	retry   time.Time     // not before, after such a fault

	last []float64     // seconds that the last tries took
	took float64       // seconds, the estimate from them
	base time.Duration // the interval it should have ...
	eff  time.Duration // ... and has, longer where the server is slow
}

// key strips r of what does not change the question.
func key(r Request) Request {
	k := Request{Kind: r.Kind}
	switch r.Kind {
	case Instant:
		k.Expr, k.Ago, k.At = r.Expr, r.Ago, moment(r.At)
	case Range:
		k.Expr, k.Step, k.At = r.Expr, r.Step, moment(r.At)
	case Exemplars:
		k.Expr, k.Window, k.At = r.Expr, r.Window, moment(r.At)
	case Operations:
		k.Expr = r.Expr
	case Dependencies:
		k.Window, k.At = r.Window, moment(r.At)
	case Search:
		k.Search, k.Window, k.At = r.Search, r.Window, moment(r.At)
		k.Search.Start, k.Search.End = moment(r.Search.Start), moment(r.Search.End)
	case Trace:
		k.TraceID = r.TraceID
	case kindInfo:
		k.Expr = r.Expr
	}
	return k
}

// moment is t such that equal times compare equal: without monotonic clock and in one location.
func moment(t time.Time) time.Time { return t.Round(0).UTC() }

// collect works out what is wanted now: entries appear, change their cadence, or are left.
func (f *Feed) collect(now time.Time) {
	for _, e := range f.entries {
		e.live, e.every = false, 0
		e.heavy = e.heavy && e.inFlight // until it is answered, or given up below
		if e.track != nil {
			e.track.wanted = 0
		}
	}
	wanted := map[*entry]bool{}
	want := func(r Request) {
		src := f.source(r)
		if src == nil || !src.on {
			return
		}
		k := key(r)
		e := f.entries[k]
		if e == nil {
			f.created++
			f.kinds[k.Kind]++
			e = &entry{key: k, src: src, seq: f.created, nth: f.kinds[k.Kind]}
			if k.Kind == Range {
				e.track = &track{step: k.Step}
			}
			f.entries[k] = e
		}
		wanted[e] = true
		e.heavy = e.heavy || r.Heavy
		if r.Every <= 0 {
			e.live = true
		} else if e.every == 0 || r.Every < e.every {
			e.every = r.Every
		}
		if e.track != nil {
			e.track.wanted = max(e.track.wanted, r.Window)
		}
	}
	if len(f.subs) > 0 {
		for _, src := range f.srcs {
			want(src.probe)
			if src.tellsInfo {
				want(Request{Kind: kindInfo, Expr: src.name})
			}
		}
	}
	for s := range f.subs {
		for _, r := range s.reqs {
			want(r)
		}
	}
	for _, e := range f.entries {
		switch {
		case wanted[e]:
			e.wanted = true
			if e.tried.IsZero() || e.track != nil && e.err == nil && e.track.headless(f.about(e, now)) {
				e.pending = true
			}
		case e.wanted:
			e.wanted, e.force, e.pending, e.left = false, false, false, now
			f.abandon(e)
		}
	}
	f.share()
	f.evict(now)
}

// abandon cancels e's request in flight, if any; its result is dropped.
func (f *Feed) abandon(e *entry) {
	if e.inFlight {
		e.cancel()
		e.gen++
		e.inFlight = false
		if e.heavy {
			e.src.tire(time.Since(e.started), time.Now())
		}
		if e.src.probing == e {
			e.src.probing = nil
		}
	}
}

// evict forgets what has not been wanted for long, the longest left first where there is too much.
func (f *Feed) evict(now time.Time) (next time.Time) {
	for {
		var oldest *entry
		count, values := 0, 0
		for _, e := range f.entries {
			if e.wanted {
				continue
			}
			count++
			values += e.weight()
			if oldest == nil || e.left.Before(oldest.left) {
				oldest = e
			}
		}
		if oldest == nil {
			return time.Time{}
		}
		if gone := oldest.left.Add(keepFor); now.Before(gone) && count <= keepCount && values <= keepValues {
			return gone
		}
		delete(f.entries, oldest.key)
		if k := oldest.key.Kind; k == Rules || k == Managed {
			f.alerts = nil
		}
	}
}

// weight is how many numbers, roughly, the entry's answer holds.
func (e *entry) weight() int {
	switch v := e.value.(type) {
	case sources.Vector:
		return 10 * len(v.Samples)
	case []sources.Exemplar:
		return 10 * len(v)
	case []sources.TraceSummary:
		return 30 * len(v)
	case *tracing.Analysis:
		return 100 * len(v.Nodes)
	}
	if e.track != nil {
		return len(e.track.lines) * (10 + e.track.columns())
	}
	return 1
}

// cadence is the interval that r's kind should have.
func (f *Feed) cadence(k Request) time.Duration {
	scrape := max(f.o.Refresh, f.srcs[0].info.ScrapeInterval) // Prometheus has nothing newer in between
	switch k.Kind {
	case Instant:
		if k.Ago > 0 {
			return max(scrape, time.Minute)
		}
		return scrape
	case Rules, Exemplars:
		return scrape
	case Targets:
		return max(scrape, 15*time.Second)
	case Range:
		return max(scrape, lookEvery(k.Step))
	case Services, Trace, Operations, Dependencies:
		return 30 * time.Second
	case kindInfo:
		return infoEvery
	}
	return f.o.Refresh
}

// interval is the time between two tries of e, before any slowing.
func (f *Feed) interval(e *entry) time.Duration {
	d := e.every
	if e.live {
		own := f.cadence(e.key)
		// Requests that share a long interval are dealt out over the refreshes in it, from their second try on.
		if n := int(own / f.o.Refresh); n > 1 && e.runs == 1 && (e.key.Kind == Instant || e.key.Kind == Rules) {
			own = f.o.Refresh * time.Duration(1+e.nth%n)
		}
		if d == 0 || own < d {
			d = own
		}
	}
	if e.key.Kind == Range {
		d = max(d, lookEvery(e.key.Step))
	}
	return d
}

// once tells whether e needs no more tries.
func (f *Feed) once(e *entry) bool {
	return e.err == nil && !e.tried.IsZero() && (!f.o.At.IsZero() || !e.key.At.IsZero() || e.base == Once || e.settled())
}

// settled tells whether e is a trace that will stay as it is: it is whole, and when it was read its last span had ended
// long enough before for those that are late to have come.
func (e *entry) settled() bool {
	a, ok := e.value.(*tracing.Analysis)
	return ok && e.err == nil && a.Trace.Cut == "" && e.at.Sub(a.Start.Add(a.Duration)) >= settleAfter
}

// due is when e is to be tried next; never is far away.
func (f *Feed) due(e *entry) time.Time {
	slowed := time.Time{}
	if e.eff > e.base && !e.nominal.IsZero() {
		slowed = e.nominal.Add(e.eff)
	}
	switch {
	case e.force || e.tried.IsZero() && e.fails == 0:
		return time.Time{}
	case e.fails > 0:
		return later(e.retry, slowed)
	case e.err != nil: // by a source that has recovered
		return time.Time{}
	case e.track != nil && e.pending:
		return time.Time{}
	case f.once(e):
		return never
	case e.track != nil:
		// A new column, but no more often than the interval allows.
		// Counted from the last try, by the clock that nobody sets: the grid is on the wall's.
		return e.started.Add(later(e.track.next(), e.nominal.Add(e.eff)).Add(e.jitter).Sub(e.started))
	}
	return e.nominal.Add(e.eff).Add(e.jitter)
}

var never = time.Unix(math.MaxInt32*100, 0)

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
