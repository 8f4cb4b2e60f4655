// Package feed stands between the clients and the screens: it decides what is asked of which server when, and keeps
// what came back as immutable snapshots. Screens declare what they need (Subscription.Want) and read (Reader).
package feed

import (
	"context"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
)

// Kind is the kind of a Request.
type Kind int

const (
	Instant      Kind = iota // PromQL instant query: Expr, Ago
	Range                    // PromQL range query: Expr, Window, Step
	Rules                    // alerting rules with their alerts
	Targets                  // scrape targets
	Health                   // the health report
	Managed                  // Alertmanager's alerts
	Services                 // Jaeger's services
	Search                   // a search for traces: Search, Window
	Trace                    // one trace: TraceID
	Exemplars                // exemplars of Expr over Window
	Operations               // Jaeger's operations of the service Expr
	Dependencies             // Jaeger's calls between services over Window
	Silences                 // Alertmanager's silences
)

// Request is one thing a screen needs. It is comparable: equal requests are asked once, however many screens want
// them. Fields that the Kind does not name are zero.
type Request struct {
	Kind Kind
	// Expr is PromQL, complete: names resolved, rate windows filled in.
	Expr string
	// At is the time that an instant, a range or an exemplar query, a search without Start or the calls between services
	// are about, in place of the clock's. What was true then stays so: such a request is asked until it is answered, and
	// no more. Readers made by AsOf fill it in; pages leave it zero.
	At time.Time
	// Ago moves an instant query's evaluation time into the past ("one hour before").
	Ago time.Duration
	// Window is how far back a range query, an exemplar query or a search without Start reaches from now.
	Window time.Duration
	// Step is the grid of a range query; columns are at whole multiples of it since the epoch.
	Step time.Duration
	// Every is the time between two tries. Zero takes the feed's cadence for the kind: the refresh for Health,
	// Managed, Silences and Search; the longer of refresh and scrape interval for Instant, Rules and Exemplars (with Ago at
	// least a minute, Targets at least 15 s); for Range a new column of the grid, and of a step that is longer than two
	// minutes what there is of it after each eighth, at least a minute; 30 s for Services, Operations,
	// Dependencies and Trace. Once never repeats a request that succeeded, until Subscription.Refresh. A trace that was
	// read whole, a minute or more after its last span ended, is never read again. Every is not part of the question:
	// requests that differ only here (or, for Range, in Window) are asked together.
	Every time.Duration
	// Heavy says that the query may keep Prometheus busy for seconds: it is asked when no other such query is, and after a
	// rest in proportion to what the last one took. It is no part of the question either.
	Heavy bool

	Search  sources.TraceSearch
	TraceID string
}

// Once as Request.Every asks until an answer came, then no more.
const Once = time.Duration(1<<63 - 1)

// Source is the name of the source that answers the request, as in sources.Error.
func (r Request) Source() string {
	switch r.Kind {
	case Health:
		return SourceHealth
	case Managed, Silences:
		return SourceAlertmanager
	case Services, Search, Trace, Operations, Dependencies:
		return SourceJaeger
	}
	return SourcePrometheus
}

// Names of the sources, in the order in which they are shown.
const (
	SourcePrometheus   = "prometheus"
	SourceHealth       = "health"
	SourceJaeger       = "jaeger"
	SourceAlertmanager = "alertmanager"
)

// Prometheus is what the feed asks of a Prometheus-compatible server. Methods are safe for concurrent use, honour
// their context, and return *sources.Error.
type Prometheus interface {
	Instant(ctx context.Context, expr string, at time.Time) (sources.Vector, error)
	// Range returns columns at start, start+step ... end, both included; start and end are multiples of step.
	Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (sources.Matrix, error)
	Rules(ctx context.Context) ([]sources.Rule, error)
	Targets(ctx context.Context) ([]sources.Target, error)
	Exemplars(ctx context.Context, expr string, start, end time.Time) ([]sources.Exemplar, error)
	// Info tells version and scrape interval; a server that lacks an endpoint leaves the field zero and says so in Notes.
	Info(ctx context.Context) (sources.ServerInfo, error)
}

// HealthClient asks the health endpoint.
type HealthClient interface {
	Report(ctx context.Context) (sources.HealthReport, error)
}

// Alertmanager lists alerts with their silenced and inhibited state.
type Alertmanager interface {
	Alerts(ctx context.Context) ([]sources.ManagedAlert, error)
	// Silences lists all that Alertmanager still knows, expired ones too.
	Silences(ctx context.Context) ([]sources.Silence, error)
	Info(ctx context.Context) (sources.ServerInfo, error)
}

// Silencer changes silences: the only thing dlmon ever writes to a server. It is no part of the feed: the root calls it
// from a command when the operator has confirmed, and refreshes the feed then. Errors are *sources.Error.
type Silencer interface {
	// SetSilence creates a silence, or changes the one whose ID it has, and returns the ID that it has now.
	SetSilence(ctx context.Context, s sources.Silence) (id string, err error)
	// ExpireSilence ends a silence now.
	ExpireSilence(ctx context.Context, id string) error
}

// State is how a source stands.
type State string

const (
	Off     State = "off"     // not configured
	Waiting State = "waiting" // configured, not yet answered
	OK      State = "ok"
	Stale   State = "stale"  // answered before, the last try failed, the data is still shown
	Failed  State = "failed" // has never answered
)

// SourceStatus is what the status bar and the details say of one source.
type SourceStatus struct {
	Name    string
	URL     string // without credentials
	State   State
	At      time.Time     // when its newest data was true; zero without data
	Err     error         // of the last try
	Next    time.Time     // when it is tried next, while it fails
	Cadence time.Duration // how often its live requests are really asked
	Slowed  bool          // Cadence is longer than asked for, because the server is slow
	Info    sources.ServerInfo
}

// Reader is what a screen may read. It never blocks and does no I/O. A request nobody has wanted reads as a zero
// Snapshot. Values are shared and immutable.
type Reader interface {
	Instant(Request) sources.Snapshot[sources.Vector]
	Range(Request) sources.Snapshot[sources.Matrix]
	Exemplars(Request) sources.Snapshot[[]sources.Exemplar]
	Rules() sources.Snapshot[[]sources.Rule]
	// Alerts are the firing and pending alerts of Prometheus's rules joined with Alertmanager's, worst first: firing
	// before pending, those that notify before muted ones, critical before warning, then the oldest.
	Alerts() sources.Snapshot[[]sources.Alert]
	// Managed are the alerts as Alertmanager holds them.
	Managed() sources.Snapshot[[]sources.ManagedAlert]
	Silences() sources.Snapshot[[]sources.Silence]
	Targets() sources.Snapshot[[]sources.Target]
	Health() sources.Snapshot[sources.HealthReport]
	// HealthHistory is the status of each check over the kept window, oldest first; key "" is the whole report.
	HealthHistory() map[string][]sources.HealthPoint
	Services() sources.Snapshot[[]string]
	Search(Request) sources.Snapshot[[]sources.TraceSummary]
	// Trace is a trace as analysed by the feed, off the screen's loop.
	Trace(id string) sources.Snapshot[*tracing.Analysis]
	// Loading is how many spans of a trace that is being read have come so far; 0 when none is.
	Loading(id string) int
	Operations(service string) sources.Snapshot[[]string]
	Dependencies(Request) sources.Snapshot[[]sources.Dependency]
	// Sources are all four, in the order prometheus, health, jaeger, alertmanager.
	Sources() []SourceStatus
	// Refresh is the cadence asked for.
	Refresh() time.Duration
	// Now is the feed's clock; ages on the screen are taken against it.
	Now() time.Time
}
