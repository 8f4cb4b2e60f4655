package feed

import (
	"context"
	"math/rand/v2"
	"time"

	"dlmon/sources"
)

const (
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// source is how one server stands.
type source struct {
	name      string
	on        bool
	probe     Request // asked as long as anybody looks at all
	tellsInfo bool

	inFlight int
	info     sources.ServerInfo

	answered bool      // it has brought data
	at       time.Time // when its newest data was true
	err      error     // shown: of the last try that says something about the whole source
	tried    bool
	lastOK   time.Time // when it last answered, were it with a refusal
	relieved time.Time // when it was last believed to be fast again
	refusals int       // requests refused or misunderstood since the last good answer

	rest time.Time // no heavy query before then

	// Backing off, while fails > 0.
	fails    int
	failedAt time.Time
	next     time.Time // of the probe
	probing  *entry
}

// Rest after a heavy query: four times what it took beyond a quarter of a second, so that from the first one on they take
// about a fifth of Prometheus's time, and those of a small service don't wait. What they take in the long run the budget decides.
const (
	restTimes = 4
	restFree  = 250 * time.Millisecond
)

// tire notes that a heavy query kept the server busy so long.
func (s *source) tire(took time.Duration, now time.Time) {
	s.rest = later(s.rest, now.Add(restTimes*max(0, took-restFree)))
}

// informer is a client that can say what its server is; the contract does not ask it of every client.
type informer interface {
	Info(ctx context.Context) (sources.ServerInfo, error)
}

func tellsInfo(client any) bool {
	_, ok := client.(informer)
	return ok
}

func (f *Feed) source(r Request) *source {
	name := r.Source()
	if r.Kind == kindInfo {
		name = r.Expr
	}
	for _, s := range f.srcs {
		if s.name == name {
			return s
		}
	}
	return nil
}

// backoff is the delay after the n-th fault in a row: 1 s doubling up to limit, of which 50 to 100 % by chance.
func backoff(n int, limit time.Duration) time.Duration {
	nominal := limit
	if n < 10 {
		nominal = min(limit, firstBackoff<<(n-1))
	}
	return time.Duration((0.5 + 0.5*rand.Float64()) * float64(nominal))
}

// fault notes that the whole source failed on a try started at the time given. Tries that were in flight together
// fail together: they count once.
func (f *Feed) fault(src *source, err error, started, now time.Time) {
	src.tried, src.err = true, err
	if src.fails > 0 && !started.After(src.failedAt) {
		return
	}
	src.fails++
	limit := maxBackoff
	if sources.KindOf(err) == sources.Refused {
		// A refused connection costs the server nothing, and it may be back at any moment.
		limit = min(limit, f.o.Refresh)
	}
	src.failedAt = now
	src.next = now.Add(backoff(src.fails, limit))
	f.o.Log.Warn("source failed", "source", src.name, "fails", src.fails, "next", time.Until(src.next), "err", err)
}

// recover notes that the source answered, were it to refuse the one request e: what failed with it is due at once.
func (f *Feed) recovered(src *source, e *entry, now time.Time) {
	src.lastOK, src.tried = now, true
	if src.fails == 0 {
		return
	}
	f.o.Log.Info("source is back", "source", src.name, "fails", src.fails)
	src.fails, src.next = 0, time.Time{}
	for _, other := range f.entries {
		if other.src == src && other != e {
			other.fails = 0
			if other.key.Kind == kindInfo {
				other.force = other.wanted // it may be another version now
			}
		}
	}
}

// status is what the status bar shows of src.
func (f *Feed) status(src *source) SourceStatus {
	s := SourceStatus{Name: src.name, URL: f.o.URLs[src.name], State: Off}
	if !src.on {
		return s
	}
	s.At, s.Err, s.Info, s.Cadence = src.at, src.err, src.info, f.o.Refresh
	switch {
	case !src.tried:
		s.State = Waiting
	case src.err == nil:
		s.State = OK
	case src.answered:
		s.State = Stale
	default:
		s.State = Failed
	}
	if src.fails > 0 {
		s.Next = src.next
	}
	for _, e := range f.entries {
		if e.src != src || !e.wanted || !e.live || !e.key.At.IsZero() {
			continue
		}
		slowed := e.eff > e.base
		s.Slowed = s.Slowed || slowed
		if slowed || e.key.Kind == Instant && e.key.Ago == 0 {
			s.Cadence = max(s.Cadence, e.eff)
		}
		if e.key.Kind == Services {
			s.Cadence = max(s.Cadence, e.eff)
		}
	}
	return s
}
