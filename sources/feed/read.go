package feed

import (
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
)

var _ Reader = (*Feed)(nil)

// read is the snapshot of r's answer.
func read[T any](f *Feed, r Request) sources.Snapshot[T] {
	f.mu.Lock()
	defer f.mu.Unlock()
	return peek[T](f, r)
}

func peek[T any](f *Feed, r Request) sources.Snapshot[T] {
	e := f.entries[key(r)]
	if e == nil {
		return sources.Snapshot[T]{}
	}
	v, _ := e.value.(T)
	return sources.Snapshot[T]{Value: v, At: e.at, Err: e.err, Tried: e.tried}
}

// Instant implements Reader.
func (f *Feed) Instant(r Request) sources.Snapshot[sources.Vector] {
	r.Kind = Instant
	return read[sources.Vector](f, r)
}

// Range implements Reader. The matrix has Window/Step + 1 columns and ends at the newest column that was answered, which
// may be one that is not over yet.
func (f *Feed) Range(r Request) sources.Snapshot[sources.Matrix] {
	r.Kind = Range
	f.mu.Lock()
	defer f.mu.Unlock()
	s := peek[sources.Matrix](f, r)
	if s.OK() {
		s.Value = f.entries[key(r)].track.view(r.Window)
	}
	return s
}

// Exemplars implements Reader.
func (f *Feed) Exemplars(r Request) sources.Snapshot[[]sources.Exemplar] {
	r.Kind = Exemplars
	return read[[]sources.Exemplar](f, r)
}

// Rules implements Reader.
func (f *Feed) Rules() sources.Snapshot[[]sources.Rule] {
	return read[[]sources.Rule](f, Request{Kind: Rules})
}

// Alerts implements Reader. Its age and its last try are those of the rules, where Prometheus is configured.
func (f *Feed) Alerts() sources.Snapshot[[]sources.Alert] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.alerts == nil {
		rules := peek[[]sources.Rule](f, Request{Kind: Rules})
		managed := peek[[]sources.ManagedAlert](f, Request{Kind: Managed})
		s := sources.Snapshot[[]sources.Alert]{At: rules.At, Err: rules.Err, Tried: rules.Tried}
		if f.o.Prometheus == nil {
			s.At, s.Tried = managed.At, managed.Tried
		}
		if s.Err == nil {
			s.Err = managed.Err
		}
		s.Value = sources.JoinAlerts(rules.Value, managed.Value)
		f.alerts = &s
	}
	return *f.alerts
}

// Managed implements Reader.
func (f *Feed) Managed() sources.Snapshot[[]sources.ManagedAlert] {
	return read[[]sources.ManagedAlert](f, Request{Kind: Managed})
}

// Silences implements Reader.
func (f *Feed) Silences() sources.Snapshot[[]sources.Silence] {
	return read[[]sources.Silence](f, Request{Kind: Silences})
}

// Targets implements Reader.
func (f *Feed) Targets() sources.Snapshot[[]sources.Target] {
	return read[[]sources.Target](f, Request{Kind: Targets})
}

// Health implements Reader.
func (f *Feed) Health() sources.Snapshot[sources.HealthReport] {
	return read[sources.HealthReport](f, Request{Kind: Health})
}

// HealthHistory implements Reader.
func (f *Feed) HealthHistory() map[string][]sources.HealthPoint {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.history.checks
}

// Services implements Reader.
func (f *Feed) Services() sources.Snapshot[[]string] {
	return read[[]string](f, Request{Kind: Services})
}

// Search implements Reader.
func (f *Feed) Search(r Request) sources.Snapshot[[]sources.TraceSummary] {
	r.Kind = Search
	return read[[]sources.TraceSummary](f, r)
}

// Trace implements Reader.
func (f *Feed) Trace(id string) sources.Snapshot[*tracing.Analysis] {
	return read[*tracing.Analysis](f, Request{Kind: Trace, TraceID: id})
}

// Loading implements Reader.
func (f *Feed) Loading(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.entries[Request{Kind: Trace, TraceID: id}]; e != nil && e.inFlight {
		return e.progress
	}
	return 0
}

// Operations implements Reader.
func (f *Feed) Operations(service string) sources.Snapshot[[]string] {
	return read[[]string](f, Request{Kind: Operations, Expr: service})
}

// Dependencies implements Reader.
func (f *Feed) Dependencies(r Request) sources.Snapshot[[]sources.Dependency] {
	r.Kind = Dependencies
	return read[[]sources.Dependency](f, r)
}

// Sources implements Reader.
func (f *Feed) Sources() []SourceStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]SourceStatus, len(f.srcs))
	for i, src := range f.srcs {
		all[i] = f.status(src)
	}
	return all
}

// Refresh implements Reader.
func (f *Feed) Refresh() time.Duration { return f.o.Refresh }

// Now implements Reader: the wall clock, or Options.At. Ages are the wall's: the monotonic clock sleeps with the machine.
func (f *Feed) Now() time.Time { return f.now(time.Now().Round(0)) }

// Settled tells whether everything that is wanted now, what the servers say of themselves included, has been
// answered or has failed at least once. Changed is delivered when that becomes so.
func (f *Feed) Settled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.entries {
		if e.wanted && e.pending {
			return false
		}
	}
	return true
}
