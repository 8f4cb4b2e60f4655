package feed

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
)

// Options configures a Feed. A nil client is a source that is off.
type Options struct {
	Prometheus   Prometheus
	Health       HealthClient
	Jaeger       sources.Tracer
	Alertmanager Alertmanager
	// URLs are shown in SourceStatus, by source name; they carry no credentials.
	URLs map[string]string
	// Refresh is how often live requests are asked; 0 means 5 s.
	Refresh time.Duration
	// History is how long the health history is kept; 0 means an hour.
	History time.Duration
	// At fixes the evaluation time of every query, for a snapshot: each request is asked until it has been answered
	// once. Zero follows the clock.
	At  time.Time
	Log *slog.Logger // nil discards
}

// Bounds of what the feed does to a server and to itself.
const (
	maxInFlight = 4                // requests in flight per source
	askLimit    = time.Minute      // the longest a client may take, whatever its own bound is ...
	traceLimit  = 10 * time.Minute // ... and for a trace, which may be large: its client bounds the silence in between
	stopLimit   = 40 * time.Millisecond
	firstDelay  = 10 * time.Millisecond  // from the first answer after a quiet time to Changed
	burstDelay  = 100 * time.Millisecond // between two Changed
	maxSpread   = 80 * time.Millisecond  // jitter of requests that are due together; below burstDelay
	keepFor     = 5 * time.Minute        // unwanted answers are kept this long ...
	keepCount   = 512                    // ... so many of them ...
	keepValues  = 4_000_000              // ... and so many numbers in all, that is 32 MB or 40,000 spans
	settleAfter = time.Minute            // from the end of a trace's last span to when no more are expected
)

// Feed asks the servers what its subscribers want. Its methods are safe for concurrent use.
type Feed struct {
	o Options

	mu      sync.Mutex
	ctx     context.Context // Run's; nil while it does not run
	wake    chan struct{}
	running int           // goroutines that ask
	idle    chan struct{} // closed when running falls to 0, once Run waits for it

	srcs    []*source // in the order of Reader.Sources
	entries map[Request]*entry
	created int
	kinds   map[Kind]int // entries ever created
	subs    map[*Subscription]struct{}

	analyze func(sources.Trace) *tracing.Analysis

	history *history
	alerts  *sources.Snapshot[[]sources.Alert] // joined; nil after a change

	notified time.Time // when subscribers were told last
	notifyAt time.Time // when they are told next; zero: nothing changed
}

// Subscription is one screen's interest in the feed.
type Subscription struct {
	f       *Feed
	reqs    []Request
	changed chan struct{}
}

// New returns a feed that asks nothing until Run.
func New(o Options) *Feed {
	if o.Refresh <= 0 {
		o.Refresh = 5 * time.Second
	}
	if o.History <= 0 {
		o.History = time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f := &Feed{
		o:       o,
		wake:    make(chan struct{}, 1),
		entries: map[Request]*entry{},
		kinds:   map[Kind]int{},
		subs:    map[*Subscription]struct{}{},
		history: newHistory(o.History),
		analyze: tracing.Analyze,
	}
	f.srcs = []*source{
		{name: SourcePrometheus, on: o.Prometheus != nil, probe: Request{Kind: Rules}, tellsInfo: o.Prometheus != nil},
		{name: SourceHealth, on: o.Health != nil, probe: Request{Kind: Health}},
		{name: SourceJaeger, on: o.Jaeger != nil, probe: Request{Kind: Services}, tellsInfo: tellsInfo(o.Jaeger)},
		{name: SourceAlertmanager, on: o.Alertmanager != nil, probe: Request{Kind: Managed}, tellsInfo: o.Alertmanager != nil},
	}
	return f
}

// Run asks until ctx ends. Requests in flight are cancelled then; Run returns when they have ended, or after
// 50 ms at the latest.
func (f *Feed) Run(ctx context.Context) {
	f.mu.Lock()
	f.ctx = ctx
	f.mu.Unlock()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-f.wake:
		}
		if next, ok := f.step(time.Now()); ok {
			timer.Reset(max(time.Until(next), time.Millisecond))
		} else {
			timer.Stop()
		}
	}
	f.stop()
}

func (f *Feed) stop() {
	f.mu.Lock()
	f.ctx = nil
	if f.running == 0 {
		f.mu.Unlock()
		return
	}
	idle := make(chan struct{})
	f.idle = idle
	f.mu.Unlock()
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	select {
	case <-idle:
	case <-limit.C:
	}
}

// poke makes Run look again at what is due.
func (f *Feed) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// change notes that a snapshot or a status changed: the first change after a quiet time is told almost at once,
// those that follow are joined.
func (f *Feed) change(now time.Time) {
	if !f.notifyAt.IsZero() {
		return
	}
	f.notifyAt = now.Add(firstDelay)
	if next := f.notified.Add(burstDelay); next.After(f.notifyAt) {
		f.notifyAt = next
	}
}

func (f *Feed) notify(now time.Time) {
	if f.notifyAt.IsZero() || now.Before(f.notifyAt) {
		return
	}
	f.notified, f.notifyAt = now, time.Time{}
	for s := range f.subs {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

// Subscribe adds a screen. It wants nothing yet; from the first subscriber on, every source is probed, so that its
// status stays true whatever the pages want.
func (f *Feed) Subscribe() *Subscription {
	s := &Subscription{f: f, changed: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subs[s] = struct{}{}
	f.collect(time.Now())
	f.poke()
	return s
}

// Want replaces what the subscriber wants. Requests that nobody wants any more are cancelled; what they had
// brought is kept for a while, so that coming back shows it at once.
func (s *Subscription) Want(reqs []Request) {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.subs[s]; !ok {
		return
	}
	s.reqs = append(s.reqs[:0:0], reqs...)
	f.collect(time.Now())
	f.poke()
}

// Changed delivers a value soon after snapshots changed; bursts are joined. It is never closed.
func (s *Subscription) Changed() <-chan struct{} { return s.changed }

// Refresh asks everything the subscriber wants now, Once requests included, unless the source is backing off (then
// its next try is made now). Traces that can't change any more are not read again.
func (s *Subscription) Refresh() {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, src := range f.srcs {
		src.next = time.Time{}
		f.force(src.probe)
	}
	for _, r := range s.reqs {
		f.force(r)
	}
	f.poke()
}

// force makes r due at once, unless it is being asked already.
func (f *Feed) force(r Request) {
	if e := f.entries[key(r)]; e != nil && !e.inFlight && !e.settled() {
		e.force = true
	}
}

// Close removes the subscriber.
func (s *Subscription) Close() {
	f := s.f
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subs, s)
	f.collect(time.Now())
	f.poke()
}
