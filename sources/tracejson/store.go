package tracejson

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
)

// Store answers from traces in memory what Jaeger answers from its own. It is immutable.
type Store struct {
	traces []sources.Trace
	byID   map[string]int
}

var _ sources.Tracer = (*Store)(nil)

// NewStore returns a store of traces as Decode returns them; they are not copied.
func NewStore(traces []sources.Trace) *Store {
	s := &Store{traces: traces, byID: make(map[string]int, len(traces))}
	for i := range traces {
		s.byID[traces[i].ID] = i
	}
	return s
}

// Services lists the services that have spans, sorted.
func (s *Store) Services(ctx context.Context) ([]string, error) {
	return s.names(ctx, "services", func(span *sources.Span) string { return span.Service })
}

// Operations lists the operations of a service, sorted.
func (s *Store) Operations(ctx context.Context, service string) ([]string, error) {
	return s.names(ctx, "operations", func(span *sources.Span) string {
		if span.Service != service {
			return ""
		}
		return span.Operation
	})
}

func (s *Store) names(ctx context.Context, asked string, name func(*sources.Span) string) ([]string, error) {
	found := map[string]bool{}
	for span := range s.spans {
		if n := name(span); n != "" {
			found[n] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), canceled(ctx, asked)
}

// spans goes through all of them.
func (s *Store) spans(yield func(*sources.Span) bool) {
	for i := range s.traces {
		for j := range s.traces[i].Spans {
			if !yield(&s.traces[i].Spans[j]) {
				return
			}
		}
	}
}

// canceled is the error of a call whose context has ended.
func canceled(ctx context.Context, asked string) error {
	if err := ctx.Err(); err != nil {
		return &sources.Error{Source: "file", Asked: asked, Reason: "cancelled", Kind: sources.Canceled, Err: err}
	}
	return nil
}

// Search finds the traces that have a span that meets all of q, newest first. Fields of q that are zero don't restrict.
// A tag may be the span's, its process's or an event's; error=true is a failed span.
func (s *Store) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	tags := sources.SplitTags(q.Tags)
	found := []sources.TraceSummary{}
	for i := range s.traces {
		if t := &s.traces[i]; slices.ContainsFunc(t.Spans, func(span sources.Span) bool { return meets(&span, &q, tags) }) {
			found = append(found, t.Summary())
		}
	}
	sources.NewestFirst(found)
	if q.Limit > 0 {
		found = found[:min(len(found), q.Limit)]
	}
	return found, canceled(ctx, "traces")
}

func meets(s *sources.Span, q *sources.TraceSearch, tags map[string]string) bool {
	if q.Service != "" && s.Service != q.Service || q.Operation != "" && s.Operation != q.Operation ||
		!q.Start.IsZero() && s.Start.Before(q.Start) || !q.End.IsZero() && s.Start.After(q.End) ||
		s.Duration < q.Min || q.Max > 0 && s.Duration > q.Max {
		return false
	}
	for key, value := range tags {
		if key == "error" && strings.EqualFold(value, "true") && s.Error || has(s.Tags, key, value) || has(s.Process, key, value) ||
			slices.ContainsFunc(s.Events, func(e sources.Event) bool { return has(e.Tags, key, value) }) {
			continue
		}
		return false
	}
	return true
}

func has(tags []sources.Tag, key, value string) bool {
	return slices.Contains(tags, sources.Tag{Key: key, Value: value})
}

// Trace returns one trace by its id, as long as it is hex with or without leading zeros.
func (s *Store) Trace(ctx context.Context, id string, progress func(spans int)) (sources.Trace, error) {
	asked := sources.CleanName("trace " + id)
	if err := canceled(ctx, asked); err != nil {
		return sources.Trace{}, err
	}
	if high, low, ok := ParseTraceID(id); ok {
		id = FormatTraceID(high, low)
	}
	i, ok := s.byID[id]
	if !ok {
		return sources.Trace{}, &sources.Error{Source: "file", Asked: asked, Reason: "no such trace", Kind: sources.Rejected}
	}
	if progress != nil {
		progress(len(s.traces[i].Spans))
	}
	return s.traces[i], nil
}

// Dependencies counts the spans whose parent is of another service, by the two services, most calls first; of spans
// that start in the time before end. A lookback of zero takes all.
func (s *Store) Dependencies(ctx context.Context, end time.Time, lookback time.Duration) ([]sources.Dependency, error) {
	type pair struct{ parent, child string }
	calls := map[pair]uint64{}
	for i := range s.traces {
		service := map[string]string{}
		for j := range s.traces[i].Spans {
			service[s.traces[i].Spans[j].SpanID] = s.traces[i].Spans[j].Service
		}
		for j := range s.traces[i].Spans {
			span := &s.traces[i].Spans[j]
			if lookback > 0 && (span.Start.After(end) || span.Start.Before(end.Add(-lookback))) {
				continue
			}
			if parent := service[span.ParentID]; parent != "" && parent != span.Service {
				calls[pair{parent, span.Service}]++
			}
		}
	}
	out := make([]sources.Dependency, 0, len(calls))
	for p, n := range calls {
		out = append(out, sources.Dependency{Parent: p.parent, Child: p.child, Calls: n})
	}
	slices.SortFunc(out, func(a, b sources.Dependency) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Child, b.Child))
	})
	return out, canceled(ctx, "dependencies")
}
