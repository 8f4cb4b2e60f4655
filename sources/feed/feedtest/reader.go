// Package feedtest holds a feed.Reader made of plain fields, for the tests of whatever reads a feed.
package feedtest

import (
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
)

// Reader answers from its fields. The zero Reader has no data, like a feed that nobody has answered yet. A request
// that a map lacks is put to the function beside it; without one it reads as a zero Snapshot.
type Reader struct {
	Instants      map[feed.Request]sources.Snapshot[sources.Vector]
	InstantFunc   func(feed.Request) sources.Snapshot[sources.Vector]
	Ranges        map[feed.Request]sources.Snapshot[sources.Matrix]
	RangeFunc     func(feed.Request) sources.Snapshot[sources.Matrix]
	ExemplarSnaps map[feed.Request]sources.Snapshot[[]sources.Exemplar]
	ExemplarsFunc func(feed.Request) sources.Snapshot[[]sources.Exemplar]
	RulesSnap     sources.Snapshot[[]sources.Rule]
	AlertsSnap    sources.Snapshot[[]sources.Alert]
	ManagedSnap   sources.Snapshot[[]sources.ManagedAlert]
	SilencesSnap  sources.Snapshot[[]sources.Silence]
	TargetsSnap   sources.Snapshot[[]sources.Target]
	HealthSnap    sources.Snapshot[sources.HealthReport]
	History       map[string][]sources.HealthPoint
	ServicesSnap  sources.Snapshot[[]string]
	Searches      map[feed.Request]sources.Snapshot[[]sources.TraceSummary]
	SearchFunc    func(feed.Request) sources.Snapshot[[]sources.TraceSummary]
	Traces        map[string]sources.Snapshot[*tracing.Analysis] // by trace id
	TraceFunc     func(id string) sources.Snapshot[*tracing.Analysis]
	LoadingSpans  map[string]int                        // by trace id
	OperationsOf  map[string]sources.Snapshot[[]string] // by service
	DependSnap    sources.Snapshot[[]sources.Dependency]
	Status        []feed.SourceStatus // nil: all four are off
	RefreshEvery  time.Duration       // 0: 5 s
	Clock         time.Time
}

var (
	_ feed.Reader  = (*Reader)(nil)
	_ feed.Freezer = (*Reader)(nil)
)

// Freeze implements feed.Freezer: what is read then stays as r's fields are now. It holds every request.
func (r *Reader) Freeze() feed.Frozen {
	c := *r
	return frozen{&c}
}

type frozen struct{ *Reader }

func (frozen) Holds(feed.Request) bool { return true }

// Value is the snapshot of an answer that came at the time given.
func Value[T any](v T, at time.Time) sources.Snapshot[T] {
	return sources.Snapshot[T]{Value: v, At: at, Tried: at}
}

// Failed is the snapshot of a request that has never been answered.
func Failed[T any](err error, at time.Time) sources.Snapshot[T] {
	return sources.Snapshot[T]{Err: err, Tried: at}
}

func look[K comparable, T any](m map[K]sources.Snapshot[T], f func(K) sources.Snapshot[T], k K) sources.Snapshot[T] {
	if s, ok := m[k]; ok || f == nil {
		return s
	}
	return f(k)
}

// Instant implements feed.Reader.
func (r *Reader) Instant(q feed.Request) sources.Snapshot[sources.Vector] {
	return look(r.Instants, r.InstantFunc, q)
}

// Range implements feed.Reader.
func (r *Reader) Range(q feed.Request) sources.Snapshot[sources.Matrix] {
	return look(r.Ranges, r.RangeFunc, q)
}

// Exemplars implements feed.Reader.
func (r *Reader) Exemplars(q feed.Request) sources.Snapshot[[]sources.Exemplar] {
	return look(r.ExemplarSnaps, r.ExemplarsFunc, q)
}

// Rules implements feed.Reader.
func (r *Reader) Rules() sources.Snapshot[[]sources.Rule] { return r.RulesSnap }

// Alerts implements feed.Reader.
func (r *Reader) Alerts() sources.Snapshot[[]sources.Alert] { return r.AlertsSnap }

// Targets implements feed.Reader.
func (r *Reader) Targets() sources.Snapshot[[]sources.Target] { return r.TargetsSnap }

// Health implements feed.Reader.
func (r *Reader) Health() sources.Snapshot[sources.HealthReport] { return r.HealthSnap }

// HealthHistory implements feed.Reader.
func (r *Reader) HealthHistory() map[string][]sources.HealthPoint { return r.History }

// Services implements feed.Reader.
func (r *Reader) Services() sources.Snapshot[[]string] { return r.ServicesSnap }

// Search implements feed.Reader.
func (r *Reader) Search(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
	return look(r.Searches, r.SearchFunc, q)
}

// Trace implements feed.Reader.
func (r *Reader) Trace(id string) sources.Snapshot[*tracing.Analysis] {
	return look(r.Traces, r.TraceFunc, id)
}

// Loading implements feed.Reader.
func (r *Reader) Loading(id string) int { return r.LoadingSpans[id] }

// Operations implements feed.Reader.
func (r *Reader) Operations(service string) sources.Snapshot[[]string] {
	return r.OperationsOf[service]
}

// Dependencies implements feed.Reader.
func (r *Reader) Dependencies(feed.Request) sources.Snapshot[[]sources.Dependency] {
	return r.DependSnap
}

// Sources implements feed.Reader.
func (r *Reader) Sources() []feed.SourceStatus {
	if r.Status != nil {
		return r.Status
	}
	var all []feed.SourceStatus
	for _, name := range []string{feed.SourcePrometheus, feed.SourceHealth, feed.SourceJaeger, feed.SourceAlertmanager} {
		all = append(all, feed.SourceStatus{Name: name, State: feed.Off})
	}
	return all
}

// Refresh implements feed.Reader.
func (r *Reader) Refresh() time.Duration {
	if r.RefreshEvery > 0 {
		return r.RefreshEvery
	}
	return 5 * time.Second
}

// Now implements feed.Reader.
func (r *Reader) Now() time.Time { return r.Clock }

// Managed implements feed.Reader.
func (r *Reader) Managed() sources.Snapshot[[]sources.ManagedAlert] { return r.ManagedSnap }

// Silences implements feed.Reader.
func (r *Reader) Silences() sources.Snapshot[[]sources.Silence] { return r.SilencesSnap }
