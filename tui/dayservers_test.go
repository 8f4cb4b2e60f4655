package tui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page/pagetest"
)

// mode is how a fake server is doing.
type mode int

const (
	well    mode = iota
	refuses      // nobody listens
	hangs        // until the client gives up
	garbage      // answers what can't be read
	broken       // 503
	slow         // answers after some seconds
	breaks       // the client panics
	modes
)

// silent tells whether nothing comes of a server in this mode.
func (m mode) silent() bool { return m != well && m != slow }

// dayServer is one of the four servers, with a bad day. Times are virtual: it lives in a synctest bubble.
type dayServer struct {
	name string
	mu   sync.Mutex
	mode mode
	rnd  *rand.Rand
	// level scales every value, so that it is known which answer is on the screen.
	level  float64
	alerts []sources.Alert
	calls  int
}

func (s *dayServer) set(f func(*dayServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *dayServer) serve(ctx context.Context, asked string) error {
	s.mu.Lock()
	s.calls++
	took := time.Duration(2+s.rnd.IntN(40)) * time.Millisecond
	now := s.mode
	if now == slow {
		took = time.Duration(1+s.rnd.IntN(8)) * time.Second
	}
	s.mu.Unlock()
	fault := func(kind sources.Kind, reason string) error {
		return &sources.Error{Source: s.name, Asked: asked, Reason: reason, Kind: kind}
	}
	wait := time.NewTimer(took)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return fault(sources.Canceled, "given up")
	case <-wait.C:
	}
	switch now {
	case refuses:
		return fault(sources.Refused, "connection refused")
	case garbage:
		return fault(sources.Internal, "invalid character '<' looking for beginning of value")
	case broken:
		return fault(sources.Unavailable, "503 Service Unavailable")
	case breaks:
		panic("a bug in the client")
	case hangs:
		<-ctx.Done()
		return fault(sources.Timeout, "no answer")
	}
	return nil
}

func (s *dayServer) now() (level float64, alerts []sources.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.level, s.alerts
}

// samples are what pagetest's service answers, at the level of the hour.
func (s *dayServer) samples(expr string) []sources.Sample {
	level, _ := s.now()
	samples := pagetest.Reader().InstantFunc(feed.Request{Expr: expr}).Value.Samples
	for i := range samples {
		samples[i].Value *= level
	}
	return samples
}

func (s *dayServer) Instant(ctx context.Context, expr string, at time.Time) (sources.Vector, error) {
	if err := s.serve(ctx, "query"); err != nil {
		return sources.Vector{}, err
	}
	return sources.Vector{At: at, Samples: s.samples(expr)}, nil
}

func (s *dayServer) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (sources.Matrix, error) {
	if err := s.serve(ctx, "range query"); err != nil {
		return sources.Matrix{}, err
	}
	m := sources.Matrix{Start: start, Step: step, Columns: int(end.Sub(start)/step) + 1}
	for _, x := range s.samples(expr) {
		values := make([]float64, m.Columns)
		for i := range values {
			values[i] = x.Value
		}
		m.Series = append(m.Series, sources.Series{Labels: x.Labels, Values: values})
	}
	return m, nil
}

func (s *dayServer) Rules(ctx context.Context) ([]sources.Rule, error) {
	if err := s.serve(ctx, "rules"); err != nil {
		return nil, err
	}
	_, alerts := s.now()
	var rules []sources.Rule
	for _, a := range alerts {
		rules = append(rules, sources.Rule{Name: a.Name, Group: "day", Expr: "up == 0", Labels: sources.Labels{"severity": a.Severity},
			State: sources.Firing, Health: "ok", LastEvaluation: time.Now(), Alerts: []sources.Alert{a}})
	}
	return rules, nil
}

func (s *dayServer) Targets(ctx context.Context) ([]sources.Target, error) {
	if err := s.serve(ctx, "targets"); err != nil {
		return nil, err
	}
	return []sources.Target{{Job: "deeplake-api", Instance: "deeplake-api:9090", Up: true, Health: "up", LastScrape: time.Now()}}, nil
}

func (s *dayServer) Exemplars(ctx context.Context, _ string, _, _ time.Time) ([]sources.Exemplar, error) {
	return nil, s.serve(ctx, "exemplars")
}

func (s *dayServer) Info(ctx context.Context) (sources.ServerInfo, error) {
	return sources.ServerInfo{Version: "3.4.1", ScrapeInterval: 15 * time.Second}, s.serve(ctx, "info")
}

func (s *dayServer) Report(ctx context.Context) (sources.HealthReport, error) {
	if err := s.serve(ctx, "health"); err != nil {
		return sources.HealthReport{}, err
	}
	r := pagetest.Reader().HealthSnap.Value
	r.At = time.Now()
	for i := range r.Checks { // a message that is another one every time, as of a real service
		r.Checks[i].Message = "check " + strconv.FormatInt(time.Now().Unix(), 10)
	}
	return r, nil
}

func (s *dayServer) Alerts(ctx context.Context) ([]sources.ManagedAlert, error) {
	if err := s.serve(ctx, "alerts"); err != nil {
		return nil, err
	}
	_, alerts := s.now()
	var managed []sources.ManagedAlert
	for _, a := range alerts {
		managed = append(managed, sources.ManagedAlert{Fingerprint: a.Labels.Key(), State: "active", Labels: a.Labels, StartsAt: a.ActiveSince})
	}
	return managed, nil
}

func (s *dayServer) Silences(ctx context.Context) ([]sources.Silence, error) {
	return nil, s.serve(ctx, "silences")
}

func (s *dayServer) Services(ctx context.Context) ([]string, error) {
	return []string{"deeplake-api"}, s.serve(ctx, "services")
}

func (s *dayServer) Operations(ctx context.Context, _ string) ([]string, error) {
	return nil, s.serve(ctx, "operations")
}

func (s *dayServer) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	if err := s.serve(ctx, "search"); err != nil {
		return nil, err
	}
	var out []sources.TraceSummary
	for i := range 40 {
		out = append(out, sources.TraceSummary{ID: fmt.Sprintf("%032x", time.Now().Unix()*100+int64(i)), Service: q.Service,
			Operation: "POST /datasets/{id}/search", Start: time.Now().Add(-time.Duration(i) * time.Second), Duration: 80 * time.Millisecond, Spans: 9, Services: 2})
	}
	return out, nil
}

func (s *dayServer) Trace(ctx context.Context, _ string, _ func(int)) (sources.Trace, error) {
	return sources.Trace{}, s.serve(ctx, "trace")
}

func (s *dayServer) Dependencies(ctx context.Context, _ time.Time, _ time.Duration) ([]sources.Dependency, error) {
	return nil, s.serve(ctx, "dependencies")
}
