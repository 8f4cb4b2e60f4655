// Package traces is the demo's trace store: the sampled requests of the simulated service as OpenTelemetry's Python
// instrumentation would have traced them, behind Jaeger's gRPC query API.
package traces

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"

	"dlmon/sources/demo/service"
)

// Capacity is how many traces the store keeps, the newest.
const Capacity = 8000

// Store keeps requests and builds their spans when asked. It is safe for concurrent use.
type Store struct {
	mu   sync.RWMutex
	ring []service.Request // in the order of their arrival, oldest at next once full
	next int
	byID map[model.TraceID]int
}

// NewStore makes an empty store.
func NewStore() *Store { return &Store{byID: map[model.TraceID]int{}} }

func id(r service.Request) model.TraceID { return model.NewTraceID(r.TraceHigh, r.TraceLow) }

// Add keeps requests; the oldest fall out.
func (s *Store) Add(requests []service.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range requests {
		if len(s.ring) < Capacity {
			s.byID[id(r)] = len(s.ring)
			s.ring = append(s.ring, r)
			continue
		}
		delete(s.byID, id(s.ring[s.next]))
		s.byID[id(r)] = s.next
		s.ring[s.next] = r
		s.next = (s.next + 1) % Capacity
	}
}

// Len is how many traces there are.
func (s *Store) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.ring)
}

// Trace returns the spans of one trace; nil if it is not there.
func (s *Store) Trace(id model.TraceID) []*model.Span {
	s.mu.RLock()
	i, ok := s.byID[id]
	var r service.Request
	if ok {
		r = s.ring[i]
	}
	s.mu.RUnlock()
	if !ok {
		return nil
	}
	return build(r)
}

// newestFirst is a copy of what may match by time, tenant and length, which are known without building spans.
func (s *Store) newestFirst(q *api_v2.TraceQueryParameters) []service.Request {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []service.Request
	for n := range s.ring {
		r := s.ring[(s.next-1-n+2*len(s.ring))%len(s.ring)]
		end := r.Start.Add(r.Total + r.Build)
		tenant, asked := q.Tags["tenant_id"]
		switch {
		case !q.StartTimeMin.IsZero() && end.Before(q.StartTimeMin), !q.StartTimeMax.IsZero() && r.Start.After(q.StartTimeMax):
		case q.DurationMin > max(r.Total, r.Build):
		case asked && tenant != r.Tenant:
		default:
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b service.Request) int { return b.Start.Compare(a.Start) })
	return out
}

// Find returns the newest traces with a span that matches all of the query, as Jaeger's memory store does.
func (s *Store) Find(q *api_v2.TraceQueryParameters) [][]*model.Span {
	limit := int(q.SearchDepth)
	if limit <= 0 {
		limit = 100
	}
	var out [][]*model.Span
	for _, r := range s.newestFirst(q) {
		if len(out) == limit {
			break
		}
		spans := build(r)
		if slices.ContainsFunc(spans, func(x *model.Span) bool { return matches(x, q) }) {
			out = append(out, spans)
		}
	}
	return out
}

func matches(s *model.Span, q *api_v2.TraceQueryParameters) bool {
	switch {
	case q.ServiceName != "" && s.Process.ServiceName != q.ServiceName,
		q.OperationName != "" && s.OperationName != q.OperationName,
		q.DurationMin > 0 && s.Duration < q.DurationMin,
		q.DurationMax > 0 && s.Duration > q.DurationMax,
		!q.StartTimeMin.IsZero() && s.StartTime.Before(q.StartTimeMin),
		!q.StartTimeMax.IsZero() && s.StartTime.After(q.StartTimeMax):
		return false
	}
	for key, value := range q.Tags {
		if !tagged(s, key, value) {
			return false
		}
	}
	return true
}

func tagged(s *model.Span, key, value string) bool {
	has := func(tags []model.KeyValue) bool {
		return slices.ContainsFunc(tags, func(t model.KeyValue) bool { return t.Key == key && t.AsString() == value })
	}
	return has(s.Tags) || has(s.Process.Tags) ||
		slices.ContainsFunc(s.Logs, func(l model.Log) bool { return has(l.Fields) })
}

// Operations are the names and kinds of all spans of a service, among the newest traces.
func (s *Store) Operations(of, kind string) []*api_v2.Operation {
	const look = 2000
	type operation struct{ name, kind string }
	seen := map[operation]bool{}
	for i, r := range s.newestFirst(&api_v2.TraceQueryParameters{StartTimeMin: time.Unix(1, 0)}) {
		if i == look {
			break
		}
		for _, x := range build(r) {
			k := "internal"
			if v, ok := model.KeyValues(x.Tags).FindByKey("span.kind"); ok {
				k = v.AsString()
			}
			if x.Process.ServiceName == of && (kind == "" || kind == k) {
				seen[operation{x.OperationName, k}] = true
			}
		}
	}
	var out []*api_v2.Operation
	for o := range seen {
		out = append(out, &api_v2.Operation{Name: o.name, SpanKind: o.kind})
	}
	slices.SortFunc(out, func(a, b *api_v2.Operation) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		return strings.Compare(a.SpanKind, b.SpanKind)
	})
	return out
}
