package traces

import (
	"fmt"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"

	"dlmon/sources/demo/service"
)

// Services that report spans.
const (
	apiService    = "deeplake-api"
	engineService = "deeplake"
	workerService = "deeplake-worker"
)

// builder makes the spans of one request. It is a function of the request alone: the same request gives the same
// spans, so that the store needs to keep requests only.
type builder struct {
	r     service.Request
	id    model.TraceID
	spans []*model.Span
	state uint64
}

// build returns the spans of the request's trace, parents before their children.
func build(r service.Request) []*model.Span {
	b := &builder{r: r, id: model.NewTraceID(r.TraceHigh, r.TraceLow), state: r.TraceLow | 1}
	root := b.span(nil, apiService, r.Method+" "+r.Endpoint, 0, r.Total,
		model.String("span.kind", "server"), model.String("otel.library.name", "opentelemetry.instrumentation.fastapi"),
		model.String("http.method", r.Method), model.String("http.route", r.Endpoint),
		model.Int64("http.status_code", int64(r.Status)), model.String("http.scheme", "http"),
		model.String("http.flavor", "1.1"), model.String("net.host.name", "deeplake-api"))
	b.tenant(root)
	lead := b.part(r.Total-r.Inner, 0.55, 0.7)
	b.sql(root, b.part(lead, 0.05, 0.1), b.part(lead, 0.4, 0.55), "SELECT", "api_keys")
	b.redis(root, b.part(lead, 0.65, 0.7), b.part(lead, 0.15, 0.2), "INCRBY", "rate:"+r.Tenant)
	switch r.Operation {
	case "search":
		b.search(root, lead)
	case "insert", "update", "delete":
		b.write(root, lead)
	case "index":
		b.index(root, lead)
	default:
		b.plain(root, lead)
	}
	return b.spans
}

// rand is a cheap sequence that belongs to the trace.
func (b *builder) rand() float64 {
	b.state ^= b.state << 13
	b.state ^= b.state >> 7
	b.state ^= b.state << 17
	return float64(b.state>>11) / (1 << 53)
}

// part is a share of d, between from and to, in whole microseconds and at least one.
func (b *builder) part(d time.Duration, from, to float64) time.Duration {
	x := time.Duration(float64(d) * (from + (to-from)*b.rand()))
	return max(x.Truncate(time.Microsecond), time.Microsecond)
}

// span adds a span that begins offset after the request's start.
func (b *builder) span(parent *model.Span, of, operation string, offset, d time.Duration, tags ...model.KeyValue) *model.Span {
	b.rand()
	s := &model.Span{
		TraceID: b.id, SpanID: model.NewSpanID(b.state), OperationName: operation, Flags: 1,
		StartTime: b.r.Start.Add(offset), Duration: d, Tags: tags, Process: process(of),
	}
	if parent != nil {
		s.References = []model.SpanRef{model.NewChildOfRef(b.id, parent.SpanID)}
	}
	b.spans = append(b.spans, s)
	return s
}

func process(of string) *model.Process {
	return &model.Process{ServiceName: of, Tags: []model.KeyValue{
		model.String("service.version", "1.0.0"), model.String("deployment.environment", "production"),
		model.String("host.name", of+"-0"), model.String("telemetry.sdk.language", "python"),
	}}
}

// tenant tags a span of the service's own code with what the request is about.
func (b *builder) tenant(s *model.Span) {
	s.Tags = append(s.Tags, model.String("tenant_id", b.r.Tenant), model.String("dataset_id", b.r.Dataset))
	if b.r.SearchType != "" {
		s.Tags = append(s.Tags, model.String("search_type", b.r.SearchType))
	}
}

// function is a span as the service's tracing decorator makes it.
func (b *builder) function(parent *model.Span, name, module string, offset, d time.Duration, args int64) *model.Span {
	s := b.span(parent, apiService, name, offset, d,
		model.String("function.name", name), model.String("function.module", module), model.Int64("function.kwargs_count", args))
	b.tenant(s)
	if b.r.Fault == "" {
		s.Tags = append(s.Tags, model.Float64("function.duration", d.Seconds()), model.Bool("function.success", true))
	}
	return s
}

func (b *builder) sql(parent *model.Span, offset, d time.Duration, verb, table string) {
	from := map[string]string{"SELECT": "SELECT * FROM %s WHERE id = $1", "UPDATE": "UPDATE %s SET size = $1 WHERE id = $2", "INSERT": "INSERT INTO %s VALUES ($1, $2)"}[verb]
	b.span(parent, apiService, verb+" deeplake", offset, d,
		model.String("span.kind", "client"), model.String("otel.library.name", "opentelemetry.instrumentation.sqlalchemy"),
		model.String("db.system", "postgresql"), model.String("db.name", "deeplake"), model.String("db.statement", fmt.Sprintf(from, table)))
}

func (b *builder) redis(parent *model.Span, offset, d time.Duration, verb, key string) *model.Span {
	return b.span(parent, apiService, verb, offset, d,
		model.String("span.kind", "client"), model.String("otel.library.name", "opentelemetry.instrumentation.redis"),
		model.String("db.system", "redis"), model.String("db.statement", verb+" "+key),
		model.String("net.peer.name", "redis"), model.Int64("net.peer.port", 6379))
}

func (b *builder) httpx(parent *model.Span, offset, d time.Duration, method, url string, status int64) *model.Span {
	return b.span(parent, apiService, method, offset, d,
		model.String("span.kind", "client"), model.String("otel.library.name", "opentelemetry.instrumentation.httpx"),
		model.String("http.method", method), model.String("http.url", url), model.Int64("http.status_code", status))
}

// engine is a span of the storage and index engine.
func (b *builder) engine(parent *model.Span, operation string, offset, d time.Duration, tags ...model.KeyValue) *model.Span {
	s := b.span(parent, engineService, operation, offset, d, tags...)
	b.tenant(s)
	return s
}

// fail marks spans as failed: the first holds the exception's origin.
func (b *builder) fail(spans ...*model.Span) {
	message := map[string]string{
		"IndexScanTimeout":        "index scan exceeded its deadline while waiting for storage",
		"StorageUnavailableError": "storage returned 503 Slow Down",
		"DeepLakeError":           "dataset is locked by another writer",
		"SearchError":             "query vector has 768 dimensions, the index has 1536",
	}[b.r.Fault]
	for _, s := range spans {
		s.Tags = append(s.Tags, model.Bool("error", true), model.String("otel.status_code", "ERROR"),
			model.String("otel.status_description", b.r.Fault+": "+message))
		s.Logs = append(s.Logs, model.Log{
			Timestamp: s.StartTime.Add(s.Duration - s.Duration/50),
			Fields: []model.KeyValue{
				model.String("event", "exception"), model.String("exception.type", b.r.Fault),
				model.String("exception.message", message), model.String("exception.escaped", "False"),
				model.String("exception.stacktrace", fmt.Sprintf("Traceback (most recent call last):\n  File \"app/services/%s.py\", line 212, in run\n    return await self._call(request)\n%s: %s", s.OperationName, b.r.Fault, message)),
			},
		})
	}
}
