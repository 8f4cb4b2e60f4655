package feed

import (
	"context"
	"log/slog"
	"time"

	"dlmon/sources"
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
	// At fixes the evaluation time of every query, for a snapshot; zero follows the clock.
	At time.Time
	// Now is the clock; nil means time.Now. Timers still run on the machine's clock unless a test drives the feed.
	Now func() time.Time
	Log *slog.Logger // nil discards
}

// Feed asks the servers what its subscribers want. Its methods are safe for concurrent use.
type Feed struct{}

// Subscription is one screen's interest in the feed.
type Subscription struct{}

// New returns a feed that asks nothing until Run.
func New(o Options) *Feed { return &Feed{} }

// Run asks until ctx ends. Requests in flight are cancelled then; Run returns when they have ended, or after
// 50 ms at the latest.
func (f *Feed) Run(ctx context.Context) {}

// Subscribe adds a screen. It wants nothing yet.
func (f *Feed) Subscribe() *Subscription { return &Subscription{} }

// Want replaces what the subscriber wants. Requests that nobody wants any more are cancelled; what they had
// brought is kept for a while, so that coming back shows it at once.
func (s *Subscription) Want(reqs []Request) {}

// Changed delivers a value soon after snapshots changed; bursts are joined. It is never closed.
func (s *Subscription) Changed() <-chan struct{} { return nil }

// Refresh asks everything the subscriber wants now, Once requests included, unless the source is backing off (then
// its next try is made now).
func (s *Subscription) Refresh() {}

// Close removes the subscriber.
func (s *Subscription) Close() {}
