package feed

// The past: what the servers kept of it, read through the same Reader as the present.

import (
	"slices"
	"sync"
	"time"

	"dlmon/sources"
)

// The series in which Prometheus keeps what fired: one for each pending or firing alert, with its labels, and the time
// since when it is active, in seconds. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
const (
	// With a sample that is no alert's where there is anything at all of that time: no answer is not "no alert".
	alertsSeries = "ALERTS or 0 * max(up)"
	sinceSeries  = "ALERTS_FOR_STATE"
	stateLabel   = "alertstate"
)

// AsOfRequests are what must be asked so that AsOf can answer reqs as of a time. What nobody keeps (scrape targets) is
// left out.
func AsOfRequests(reqs []Request, at time.Time) []Request {
	var out []Request
	add := func(r Request) {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, r := range reqs {
		switch r.Kind {
		case Targets:
		case Rules:
			add(r) // their definitions
			add(about(Request{Kind: Instant, Expr: alertsSeries}, at))
			add(about(Request{Kind: Instant, Expr: sinceSeries}, at))
		case Managed:
			add(r)
			add(Request{Kind: Silences})
		default:
			add(about(r, at))
		}
	}
	return out
}

// about is r about the time given, as far as it is about any.
func about(r Request, at time.Time) Request {
	if !r.At.IsZero() {
		return r
	}
	switch r.Kind {
	case Instant, Range, Exemplars, Dependencies:
		r.At = at
	case Search:
		r.At = at
		if start := r.Search.Start; !start.IsZero() && r.Search.End.IsZero() && start.Before(at) {
			r.Search.End = at
		}
	}
	return r
}

// AsOf is r as of a time in the past: every answer is about then, and Now is then. An answer about the past does not age,
// so that none is ever stale. Of what no server keeps:
//   - Rules are today's, with the alerts that the series ALERTS had then;
//   - Alerts are an error of the kind NotKept where Prometheus has nothing of that time; they have no value and no receivers;
//     what of their annotations came from a value is left out. Those that a silence of then matches, with today's external
//     labels where Prometheus tells them, are silenced;
//   - Managed is empty;
//   - Health is what dlmon itself saw then, without messages and details, else an error of the kind NotKept;
//   - Targets are an error of that kind, so that screens take the series up instead;
//   - Services, Operations, a Trace and Sources are the present's.
func AsOf(r Reader, at time.Time) Reader { return &past{Reader: r, at: at.Round(0)} }

type past struct {
	Reader // the present
	at     time.Time

	mu    sync.Mutex
	stamp alertsStamp
	rules []sources.Rule
	alert []sources.Alert
}

func (p *past) Now() time.Time { return p.at }

func (p *past) Instant(r Request) sources.Snapshot[sources.Vector] {
	r.Kind = Instant
	return settled(p.Reader.Instant(about(r, p.at)))
}

func (p *past) Range(r Request) sources.Snapshot[sources.Matrix] {
	r.Kind = Range
	return settled(p.Reader.Range(about(r, p.at)))
}

func (p *past) Exemplars(r Request) sources.Snapshot[[]sources.Exemplar] {
	r.Kind = Exemplars
	return settled(p.Reader.Exemplars(about(r, p.at)))
}

func (p *past) Search(r Request) sources.Snapshot[[]sources.TraceSummary] {
	r.Kind = Search
	return settled(p.Reader.Search(about(r, p.at)))
}

func (p *past) Dependencies(r Request) sources.Snapshot[[]sources.Dependency] {
	r.Kind = Dependencies
	return settled(p.Reader.Dependencies(about(r, p.at)))
}

// settled is an answer about the past, which a later failure to read it again does not make older.
func settled[T any](s sources.Snapshot[T]) sources.Snapshot[T] {
	if s.OK() {
		s.Err = nil
	}
	return s
}

// known is a value that was true at the time that p is about.
func known[T any](p *past, v T) sources.Snapshot[T] {
	return sources.Snapshot[T]{Value: v, At: p.at, Tried: p.at}
}

// unknown is what nobody kept.
func unknown[T any](p *past, source, asked, reason string) sources.Snapshot[T] {
	return sources.Snapshot[T]{Tried: p.at, Err: &sources.Error{Source: source, Asked: asked, Reason: reason, Kind: sources.NotKept}}
}

func (p *past) Managed() sources.Snapshot[[]sources.ManagedAlert] {
	return known[[]sources.ManagedAlert](p, nil)
}

// Silences are those that were in effect then, as far as Alertmanager still knows them.
func (p *past) Silences() sources.Snapshot[[]sources.Silence] {
	s := p.Reader.Silences()
	if !s.OK() {
		return s
	}
	var then []sources.Silence
	for _, x := range s.Value {
		if !x.StartsAt.After(p.at) && x.EndsAt.After(p.at) {
			x.State = sources.SilenceActive
			then = append(then, x)
		}
	}
	return known(p, then)
}

func (p *past) Targets() sources.Snapshot[[]sources.Target] {
	return unknown[[]sources.Target](p, SourcePrometheus, "targets", "which targets were scraped then, nobody kept")
}

// healthHolds is how long a status that dlmon saw holds when nothing else was seen: somewhat longer than the history's
// samples are apart.
const healthHolds = 5 * time.Minute

func (p *past) Health() sources.Snapshot[sources.HealthReport] {
	then := func(points []sources.HealthPoint) (sources.HealthStatus, bool) {
		i, found := slices.BinarySearchFunc(points, p.at, func(x sources.HealthPoint, at time.Time) int { return x.At.Compare(at) })
		if !found {
			i--
		}
		if i < 0 || p.at.Sub(points[i].At) > healthHolds {
			return "", false
		}
		return points[i].Status, true
	}
	history := p.Reader.HealthHistory()
	status, ok := then(history[""])
	if !ok {
		return unknown[sources.HealthReport](p, SourceHealth, "report",
			"not known: dlmon did not watch the health endpoint then, and nobody else keeps its reports")
	}
	report := sources.HealthReport{Status: status, At: p.at}
	for _, c := range p.Reader.Health().Value.Checks { // in the service's order
		if s, ok := then(history[c.Name]); ok {
			report.Checks = append(report.Checks, sources.Check{Name: c.Name, Status: s})
		}
	}
	return known(p, report)
}

// HealthHistory ends then.
func (p *past) HealthHistory() map[string][]sources.HealthPoint {
	out := map[string][]sources.HealthPoint{}
	for name, points := range p.Reader.HealthHistory() {
		n, found := slices.BinarySearchFunc(points, p.at, func(x sources.HealthPoint, at time.Time) int { return x.At.Compare(at) })
		if found {
			n++
		}
		if n > 0 {
			out[name] = points[:n:n]
		}
	}
	return out
}
