package tracejson

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"dlmon/sources"
)

// noService is what Jaeger calls the service of spans whose resource tells nothing.
const noService = "OTLPResourceNoServiceName"

// decodeOTLP reads TracesData with the collector's own decoder and makes of it what Jaeger's translator makes (package
// translator/jaeger of the collector's contrib repository), so that a trace is the same over gRPC and over HTTP: tags
// of the scope, the span's attributes, then kind, status, error and trace state; the parent is the first reference, of
// the type that a link to it says; links are FOLLOWS_FROM unless opentracing.ref_type says child_of.
func decodeOTLP(b *Builder, raw []byte) ([]sources.Span, error) {
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(raw)
	if err != nil {
		return nil, errors.New(shortened(err))
	}
	out := make([]sources.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		service, process := resourceOf(b, rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			scope := scopeTags(b, ss.Scope())
			for _, s := range ss.Spans().All() {
				out = append(out, sources.Span{Service: service, Process: process})
				fillOTLP(b, &out[len(out)-1], s, scope)
			}
		}
	}
	return out, nil
}

// shortened is the decoder's message without the pieces of input that it quotes.
func shortened(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", error found in")
	return sources.CleanName(text)
}

func resourceOf(b *Builder, attributes pcommon.Map) (service string, process []sources.Tag) {
	if attributes.Len() == 0 {
		return noService, nil
	}
	process = make([]sources.Tag, 0, attributes.Len())
	for key, v := range attributes.All() {
		if key == "service.name" {
			service = b.Name(v.AsString())
			continue
		}
		process = append(process, tag(b, key, v))
	}
	return service, b.Process(process)
}

func scopeTags(b *Builder, scope pcommon.InstrumentationScope) []sources.Tag {
	var tags []sources.Tag
	if scope.Name() != "" {
		tags = append(tags, sources.Tag{Key: "otel.scope.name", Value: b.Value("", scope.Name())})
	}
	if scope.Version() != "" {
		tags = append(tags, sources.Tag{Key: "otel.scope.version", Value: b.Value("", scope.Version())})
	}
	return tags
}

func fillOTLP(b *Builder, out *sources.Span, s ptrace.Span, scope []sources.Tag) {
	traceID, spanID, parentID := s.TraceID(), s.SpanID(), s.ParentSpanID()
	out.TraceID = traceText(b, traceID)
	out.SpanID = b.SpanID(binary.BigEndian.Uint64(spanID[:]))
	out.Operation = b.Name(s.Name())
	out.Start = at(s.StartTimestamp())
	out.Duration = at(s.EndTimestamp()).Sub(out.Start)

	status, kind := s.Status(), kinds[s.Kind()]
	description, state := status.Message(), s.TraceState().AsRaw()
	n := len(scope) + s.Attributes().Len() + boolInt(kind != "") + boolInt(status.Code() != ptrace.StatusCodeUnset) +
		boolInt(status.Code() == ptrace.StatusCodeError) + boolInt(description != "") + boolInt(state != "")
	tags := append(b.Tags(n), scope...)
	for key, v := range s.Attributes().All() {
		if key == warningsAttr {
			out.Warnings = append(out.Warnings, warnings(v)...)
			continue
		}
		tags = append(tags, tag(b, key, v))
	}
	add := func(key, value string) {
		if value != "" {
			tags = append(tags, sources.Tag{Key: key, Value: value})
		}
	}
	add("span.kind", kind)
	switch status.Code() {
	case ptrace.StatusCodeError:
		add("otel.status_code", "ERROR")
		add("error", "true")
	case ptrace.StatusCodeOk:
		add("otel.status_code", "OK")
	}
	add("otel.status_description", b.Value("", description))
	add("w3c.tracestate", b.Value("", state))
	if len(tags) > 0 {
		out.Tags = tags
	}
	out.References = references(b, out.TraceID, s, parentID)
	if events := s.Events(); events.Len() > 0 {
		out.Events = b.Events(events.Len())
		for _, e := range events.All() {
			fields := b.Tags(e.Attributes().Len())
			for key, v := range e.Attributes().All() {
				fields = append(fields, tag(b, key, v))
			}
			out.Events = append(out.Events, sources.Event{At: at(e.Timestamp()), Name: b.Name(e.Name()), Tags: fields})
		}
	}
	Finish(out)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

var kinds = map[ptrace.SpanKind]string{ptrace.SpanKindClient: "client", ptrace.SpanKindServer: "server",
	ptrace.SpanKindProducer: "producer", ptrace.SpanKindConsumer: "consumer", ptrace.SpanKindInternal: "internal"}

func references(b *Builder, traceID string, s ptrace.Span, parent pcommon.SpanID) []sources.Reference {
	links := s.Links()
	n := links.Len()
	if !parent.IsEmpty() {
		n++
	}
	refs := b.References(n)
	if !parent.IsEmpty() {
		refs = append(refs, sources.Reference{TraceID: traceID, SpanID: b.SpanID(binary.BigEndian.Uint64(parent[:]))})
	}
	for _, link := range links.All() {
		id, follows := link.SpanID(), true
		if v, ok := link.Attributes().Get("opentracing.ref_type"); ok {
			follows = v.Str() != "child_of"
		}
		if link.TraceID() == s.TraceID() && id == parent && !parent.IsEmpty() {
			refs[0].Follows = follows
			continue
		}
		refs = append(refs, sources.Reference{TraceID: traceText(b, link.TraceID()), SpanID: b.SpanID(binary.BigEndian.Uint64(id[:])), Follows: follows})
	}
	return refs
}

func traceText(b *Builder, id pcommon.TraceID) string {
	return b.TraceID(binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]))
}

// Nanos is a time of OTLP's, nanoseconds since 1970 without a sign: up to the year 2408. Those who write times before
// 1970 let them wrap around, and those who read them (the collector, Jaeger) too, so the topmost quarter of all values
// are the times from 1823 on.
func Nanos(t uint64) time.Time {
	if signed := int64(t); signed < 0 && signed >= -1<<62 {
		return time.Unix(0, signed).UTC()
	}
	return time.Unix(int64(t/1e9), int64(t%1e9)).UTC()
}

func at(t pcommon.Timestamp) time.Time { return Nanos(uint64(t)) }

func warnings(v pcommon.Value) []string {
	if v.Type() != pcommon.ValueTypeSlice {
		return []string{sources.Clean(v.AsString())}
	}
	var out []string
	for _, w := range v.Slice().All() {
		out = append(out, sources.Clean(w.AsString()))
	}
	return out
}

// tag writes a value of any kind as text: maps and lists as JSON, bytes as hex, as they are over gRPC. Jaeger's own
// /api/traces has base64 for these.
func tag(b *Builder, key string, v pcommon.Value) sources.Tag {
	out := sources.Tag{Key: b.Name(key)}
	switch v.Type() {
	case pcommon.ValueTypeBytes:
		out.Value = Binary(v.Bytes().AsRaw())
	case pcommon.ValueTypeDouble:
		out.Value = Float(v.Double())
	default:
		out.Value = b.Value(key, v.AsString())
	}
	return out
}
