package feed

// A pause: what had been collected, as it was at one moment, while the feed goes on.

import (
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
)

// Frozen is what a Reader held at one moment, which is its Now. What had not been answered by then is read as of that
// moment, as AsOf does; Sources go on telling the present.
type Frozen interface {
	Reader
	// Holds tells whether a request was wanted and had been answered or had failed; the others are to be asked as AsOfRequests
	// says.
	Holds(Request) bool
}

// Freezer is a Reader that can be frozen.
type Freezer interface{ Freeze() Frozen }

var (
	_ Freezer = (*Feed)(nil)
	_ Frozen  = (*frozen)(nil)
)

// Freeze implements Freezer. Answers are immutable, so that only what points to them is copied.
func (f *Feed) Freeze() Frozen {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now(time.Now())
	held := &Feed{o: f.o, entries: make(map[Request]*entry, len(f.entries)), history: &history{keep: f.history.keep, checks: f.history.checks}}
	for k, e := range f.entries {
		if !e.wanted && k.Kind != Trace {
			continue // its answer is kept for who comes back, and may be minutes older than this moment
		}
		c := &entry{key: k, value: e.value, at: e.at, err: e.err, tried: e.tried}
		if e.track != nil {
			t := *e.track
			t.views = map[int64]sources.Matrix{} // readers of both fill theirs
			c.track = &t
		}
		held.entries[k] = c
	}
	return &frozen{Reader: f, past: AsOf(f, now), held: held, at: now}
}

type frozen struct {
	Reader        // the present
	past   Reader // as of at
	held   *Feed  // never runs
	at     time.Time
}

func (z *frozen) Now() time.Time { return z.at }

// Holds implements Frozen.
func (z *frozen) Holds(r Request) bool {
	z.held.mu.Lock()
	defer z.held.mu.Unlock()
	e := z.held.entries[key(r)]
	switch {
	case e == nil || e.tried.IsZero():
		return false
	case r.Kind == Trace: // one that failed is read again; it does not change with time
		return e.value != nil
	case r.Kind == Range:
		return e.track.filled && e.track.to-int64(r.Window/e.track.step) >= e.track.from
	}
	return true
}

// of is whichever of the readers has the answer to r.
func (z *frozen) of(r Request) Reader {
	if z.Holds(r) {
		return z.held
	}
	return z.past
}

func (z *frozen) Instant(r Request) sources.Snapshot[sources.Vector] {
	r.Kind = Instant
	return z.of(r).Instant(r)
}

func (z *frozen) Range(r Request) sources.Snapshot[sources.Matrix] {
	r.Kind = Range
	return z.of(r).Range(r)
}

func (z *frozen) Exemplars(r Request) sources.Snapshot[[]sources.Exemplar] {
	r.Kind = Exemplars
	return z.of(r).Exemplars(r)
}

func (z *frozen) Search(r Request) sources.Snapshot[[]sources.TraceSummary] {
	r.Kind = Search
	return z.of(r).Search(r)
}

func (z *frozen) Dependencies(r Request) sources.Snapshot[[]sources.Dependency] {
	r.Kind = Dependencies
	return z.of(r).Dependencies(r)
}

func (z *frozen) Rules() sources.Snapshot[[]sources.Rule] {
	return z.of(Request{Kind: Rules}).Rules()
}

func (z *frozen) Alerts() sources.Snapshot[[]sources.Alert] {
	if z.Holds(Request{Kind: Managed}) {
		return z.held.Alerts()
	}
	return z.of(Request{Kind: Rules}).Alerts()
}

func (z *frozen) Managed() sources.Snapshot[[]sources.ManagedAlert] {
	return z.of(Request{Kind: Managed}).Managed()
}

func (z *frozen) Silences() sources.Snapshot[[]sources.Silence] {
	return z.of(Request{Kind: Silences}).Silences()
}

func (z *frozen) Targets() sources.Snapshot[[]sources.Target] {
	return z.of(Request{Kind: Targets}).Targets()
}

func (z *frozen) Health() sources.Snapshot[sources.HealthReport] {
	return z.of(Request{Kind: Health}).Health()
}

func (z *frozen) HealthHistory() map[string][]sources.HealthPoint { return z.held.HealthHistory() }

func (z *frozen) Services() sources.Snapshot[[]string] {
	return z.of(Request{Kind: Services}).Services()
}

func (z *frozen) Trace(id string) sources.Snapshot[*tracing.Analysis] {
	return z.of(Request{Kind: Trace, TraceID: id}).Trace(id)
}

func (z *frozen) Operations(service string) sources.Snapshot[[]string] {
	return z.of(Request{Kind: Operations, Expr: service}).Operations(service)
}
