package feed_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// call is one request that reached a fake server.
type call struct {
	kind       feed.Kind
	expr       string
	start, end time.Time // of a range; an instant query's time is end
	began      time.Time
}

// server is a fake of all four sources. Times are virtual: tests run in a synctest bubble.
type server struct {
	mu       sync.Mutex
	calls    []call
	now, top int // requests in flight, and their maximum
	panics   bool
	left     int // requests that ended because they were cancelled

	took   time.Duration            // every answer takes this long
	slow   map[string]time.Duration // or this, by expression
	scrape time.Duration
	fail   func(call) error
	hang   bool // until the request is cancelled
	deaf   bool // hang, and ignore even that, until released
	freed  chan struct{}

	value  func(series string, at time.Time) float64 // of range queries; NaN: no sample
	series []string
	report sources.HealthReport
	rules  []sources.Rule
	notes  []string

	// stream reads a trace; without it one without spans is read at once.
	stream func(ctx context.Context, id string, progress func(int)) (sources.Trace, error)
}

func newServer() *server {
	return &server{
		took: 5 * time.Millisecond, scrape: 15 * time.Second, freed: make(chan struct{}),
		series: []string{"a"},
		value:  func(_ string, at time.Time) float64 { return float64(at.Unix()) },
		report: sources.HealthReport{Status: sources.Healthy},
	}
}

// set changes the server's behaviour under way.
func (s *server) set(f func(*server)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *server) serve(ctx context.Context, c call) error {
	s.mu.Lock()
	c.began = time.Now()
	s.calls = append(s.calls, c)
	s.now++
	s.top = max(s.top, s.now)
	took, hang, deaf, fail, panics := s.took, s.hang, s.deaf, s.fail, s.panics
	if d, ok := s.slow[c.expr]; ok {
		took = d
	}
	s.mu.Unlock()
	defer s.set(func(s *server) { s.now-- })
	switch {
	case panics:
		panic("a bug in the client")
	case deaf:
		<-s.freed
		return nil
	case hang:
		<-ctx.Done()
		s.set(func(s *server) { s.left++ })
		return &sources.Error{Source: "fake", Kind: sources.Canceled, Err: ctx.Err()}
	}
	if fail != nil {
		if err := fail(c); err != nil {
			return err
		}
	}
	select {
	case <-ctx.Done():
		s.set(func(s *server) { s.left++ })
		return &sources.Error{Source: "fake", Kind: sources.Canceled, Err: ctx.Err()}
	case <-time.After(took):
		return nil
	}
}

func fault(k sources.Kind) error {
	return &sources.Error{Source: "fake", Reason: fmt.Sprintf("kind %d", k), Kind: k}
}

// got lists the calls of a kind, those with expr if it is given.
func (s *server) got(kind feed.Kind, expr ...string) []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []call
	for _, c := range s.calls {
		if c.kind == kind && (len(expr) == 0 || c.expr == expr[0]) {
			found = append(found, c)
		}
	}
	return found
}

func (s *server) forget() { s.set(func(s *server) { s.calls, s.top = nil, 0 }) }

func (s *server) all() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *server) Instant(ctx context.Context, expr string, at time.Time) (sources.Vector, error) {
	err := s.serve(ctx, call{kind: feed.Instant, expr: expr, end: at})
	if err != nil {
		return sources.Vector{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := sources.Vector{At: at}
	for _, name := range s.series {
		if v := s.value(name, at); !math.IsNaN(v) {
			out.Samples = append(out.Samples, sources.Sample{Labels: sources.Labels{"name": name}, Value: v})
		}
	}
	return out, nil
}

func (s *server) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (sources.Matrix, error) {
	err := s.serve(ctx, call{kind: feed.Range, expr: expr, start: start, end: end})
	if err != nil {
		return sources.Matrix{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := sources.Matrix{Start: start, Step: step, Columns: int(end.Sub(start)/step) + 1}
	for _, name := range s.series {
		line := sources.Series{Labels: sources.Labels{"name": name}}
		some := false
		for i := range m.Columns {
			v := s.value(name, m.Time(i))
			line.Values = append(line.Values, v)
			some = some || !math.IsNaN(v)
		}
		if some { // a real server tells no empty series
			m.Series = append(m.Series, line)
		}
	}
	return m, nil
}

func (s *server) Rules(ctx context.Context) ([]sources.Rule, error) {
	if err := s.serve(ctx, call{kind: feed.Rules}); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules, nil
}

func (s *server) Targets(ctx context.Context) ([]sources.Target, error) {
	return nil, s.serve(ctx, call{kind: feed.Targets})
}

func (s *server) Exemplars(ctx context.Context, expr string, start, end time.Time) ([]sources.Exemplar, error) {
	return nil, s.serve(ctx, call{kind: feed.Exemplars, expr: expr, start: start, end: end})
}

const kindInfo feed.Kind = -1

func (s *server) Info(ctx context.Context) (sources.ServerInfo, error) {
	err := s.serve(ctx, call{kind: kindInfo})
	s.mu.Lock()
	defer s.mu.Unlock()
	return sources.ServerInfo{Version: "1.2.3", ScrapeInterval: s.scrape, Notes: s.notes}, err
}

func (s *server) Report(ctx context.Context) (sources.HealthReport, error) {
	err := s.serve(ctx, call{kind: feed.Health})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report, err
}

func (s *server) Silences(context.Context) ([]sources.Silence, error) { return nil, nil }

func (s *server) Alerts(ctx context.Context) ([]sources.ManagedAlert, error) {
	return nil, s.serve(ctx, call{kind: feed.Managed})
}

// rig is a running feed on a fake Prometheus, and a screen.
type rig struct {
	t    testing.TB
	prom *server
	f    *feed.Feed
	sub  *feed.Subscription
	stop func()
}

// bubble runs a test on a virtual clock, with a feed that runs until the test ends. o.Prometheus is filled in; setup
// may change it before the first request.
func bubble(t *testing.T, o feed.Options, test func(*testing.T, *rig), setup ...func(*server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o, setup...)
		defer r.stop()
		test(t, r)
	})
}

func start(t testing.TB, o feed.Options, setup ...func(*server)) *rig {
	r := &rig{t: t, prom: newServer()}
	for _, f := range setup {
		f(r.prom)
	}
	o.Prometheus = r.prom
	r.f = feed.New(o)
	r.sub = r.f.Subscribe()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { r.f.Run(ctx); close(ended) }()
	r.stop = func() { cancel(); <-ended }
	return r
}

// pass lets virtual time go by.
func (r *rig) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) source(name string) feed.SourceStatus {
	for _, s := range r.f.Sources() {
		if s.Name == name {
			return s
		}
	}
	r.t.Fatalf("no source %s", name)
	return feed.SourceStatus{}
}

func instant(expr string) feed.Request { return feed.Request{Kind: feed.Instant, Expr: expr} }

func ranged(expr string, window, step time.Duration) feed.Request {
	return feed.Request{Kind: feed.Range, Expr: expr, Window: window, Step: step}
}

// top is how many requests were in flight at a time at most.
func top(s *server) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.top
}
