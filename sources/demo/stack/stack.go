// Package stack runs everything that the demo shows: the simulated service with its health endpoint, Prometheus,
// Alertmanager and the trace store, in this process, on loopback ports that the system picks.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	"dlmon/sources/demo/alerting"
	"dlmon/sources/demo/engine"
	"dlmon/sources/demo/service"
	"dlmon/sources/demo/traces"
)

// History is how much is back-filled before the first frame.
const History = 135 * time.Minute

// Options say what to simulate.
type Options struct {
	Seed     uint64
	Tenants  int // 0: 12
	Scenario service.Scenario
}

// URLs are where the servers listen, as dlmon's flags take them.
type URLs struct {
	Prometheus, Health, Jaeger, Alertmanager string
}

// Stack is the running demo.
type Stack struct {
	URLs URLs

	service  *service.Service
	engine   *engine.Engine
	alerting *alerting.Alertmanager
	traces   *traces.Store
	grpc     *grpc.Server
	http     []*http.Server
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// Start back-fills the history and starts all servers. Close ends them.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	s := &Stack{traces: traces.NewStore()}
	live, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	var listeners [4]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			for _, l := range listeners[:i] {
				l.Close()
			}
			return nil, fmt.Errorf("demo: %w", err)
		}
	}
	api, prom, jaeger, am := listeners[0], listeners[1], listeners[2], listeners[3]
	s.URLs = URLs{
		Prometheus: "http://" + prom.Addr().String(),
		Health:     "http://" + api.Addr().String() + "/health",
		Jaeger:     "grpc://" + jaeger.Addr().String(),

		Alertmanager: "http://" + am.Addr().String(),
	}
	s.service = service.New(service.Options{
		Seed: o.Seed, Tenants: o.Tenants, Scenario: o.Scenario,
		Start: time.Now().Truncate(service.Step), History: History,
	})
	mux := http.NewServeMux()
	mux.Handle("/", s.service.MetricsHandler())
	mux.Handle("/health", s.service.HealthHandler())
	s.serve(api, mux)
	s.grpc = traces.NewServer(s.traces)
	s.done.Go(func() { s.grpc.Serve(jaeger) })

	if s.alerting, err = alerting.New(live); err != nil {
		return nil, errors.Join(err, am.Close(), prom.Close())
	}
	s.serve(am, s.alerting.Handler())
	s.engine, err = engine.Open(engine.Options{
		Addr: api.Addr().String(), Self: prom.Addr().String(), Alertmanager: am.Addr().String(), Notify: s.alerting.Notify,
	})
	if err != nil {
		return nil, errors.Join(err, prom.Close())
	}
	s.serve(prom, s.engine.Handler())
	if err = s.engine.Fill(ctx, s.service, s.traces.Add); err != nil {
		return nil, fmt.Errorf("demo: back-fill: %w", err)
	}
	s.engine.Evaluate(live, s.service.Now())
	s.engine.Run()
	s.done.Go(func() { s.live(live) })
	return s, nil
}

func (s *Stack) serve(l net.Listener, h http.Handler) {
	// A log line would land in the middle of the dashboard's screen.
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	s.http = append(s.http, srv)
	s.done.Go(func() { srv.Serve(l) })
}

// live goes on with the simulation, step by step on its grid, until ctx ends.
func (s *Stack) live(ctx context.Context) {
	for {
		next := s.service.Now().Add(service.Step)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		at, sampled := s.service.Advance()
		s.traces.Add(sampled)
		// After a suspend, steps of the past are caught up with; only the last one is scraped, as Prometheus would have.
		if time.Since(at) > service.Step {
			continue
		}
		// A failed scrape leaves a gap, as everywhere else.
		_ = s.engine.Scrape(ctx, at, s.service)
	}
}

// Close stops all servers and removes what they kept on disk.
func (s *Stack) Close() error {
	s.cancel()
	for _, srv := range s.http {
		srv.Close()
	}
	if s.grpc != nil {
		s.grpc.Stop()
	}
	s.done.Wait()
	var err error
	if s.engine != nil {
		err = s.engine.Close()
	}
	if s.alerting != nil {
		s.alerting.Close()
	}
	return err
}

// Source is one server of the stack by the name of dlmon's source.
type Source struct{ Source, URL string }

// List is the URLs in dlmon's order of sources; one that is not there is left out.
func (u URLs) List() []Source {
	all := []Source{{"prometheus", u.Prometheus}, {"health", u.Health}, {"jaeger", u.Jaeger}, {"alertmanager", u.Alertmanager}}
	return slices.DeleteFunc(all, func(s Source) bool { return s.URL == "" })
}
