package feed_test

import (
	"context"
	"fmt"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// tracer is the fake server as a store of traces.
type tracer struct{ *server }

func (s tracer) Services(ctx context.Context) ([]string, error) {
	return []string{"api"}, s.serve(ctx, call{kind: feed.Services})
}

func (s tracer) Operations(ctx context.Context, service string) ([]string, error) {
	return []string{service + ".get"}, s.serve(ctx, call{kind: feed.Operations, expr: service})
}

func (s tracer) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	return nil, s.serve(ctx, call{kind: feed.Search, expr: q.Service, start: q.Start, end: q.End})
}

func (s tracer) Dependencies(ctx context.Context, end time.Time, lookback time.Duration) ([]sources.Dependency, error) {
	return []sources.Dependency{{Parent: "api", Child: "db", Calls: uint64(lookback / time.Minute)}},
		s.serve(ctx, call{kind: feed.Dependencies, start: end.Add(-lookback), end: end})
}

func (s tracer) Trace(ctx context.Context, id string, progress func(int)) (sources.Trace, error) {
	if err := s.serve(ctx, call{kind: feed.Trace, expr: id}); err != nil {
		return sources.Trace{}, err
	}
	s.mu.Lock()
	stream := s.stream
	s.mu.Unlock()
	if stream == nil {
		return sources.Trace{ID: id}, nil
	}
	return stream(ctx, id, progress)
}

// spans is a trace of n spans that ended at the time given.
func spans(id string, n int, end time.Time) sources.Trace {
	t := sources.Trace{ID: id}
	for i := range n {
		t.Spans = append(t.Spans, sources.Span{TraceID: id, SpanID: fmt.Sprintf("%016x", i+1), Service: "api", Operation: "get",
			Start: end.Add(-time.Second), Duration: time.Second})
	}
	return t
}

// chunks streams a trace in n pieces of a span each, one every pause, and stops where its context does.
func chunks(n int, pause time.Duration) func(context.Context, string, func(int)) (sources.Trace, error) {
	return func(ctx context.Context, id string, progress func(int)) (sources.Trace, error) {
		for i := range n {
			select {
			case <-ctx.Done():
				return sources.Trace{}, &sources.Error{Source: "fake", Kind: sources.Canceled, Err: ctx.Err()}
			case <-time.After(pause):
				progress(i + 1)
			}
		}
		return spans(id, n, time.Now()), nil
	}
}
