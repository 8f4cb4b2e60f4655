package jaeger

import (
	"slices"
	"strconv"

	"github.com/jaegertracing/jaeger-idl/model/v1"

	"dlmon/sources"
	"dlmon/sources/tracejson"
)

// builder makes spans out of Jaeger's messages.
type builder struct {
	*tracejson.Builder
	processes map[string][]process // by service
}

// process is one that was seen. Every message repeats it.
type process struct {
	raw     []model.KeyValue
	service string
	tags    []sources.Tag
}

func newBuilder() *builder {
	return &builder{Builder: tracejson.NewBuilder(), processes: map[string][]process{}}
}

func (b *builder) span(s *model.Span) sources.Span {
	out := sources.Span{
		TraceID:   b.TraceID(s.TraceID.High, s.TraceID.Low),
		SpanID:    b.SpanID(uint64(s.SpanID)),
		Operation: b.Name(s.OperationName),
		Start:     s.StartTime.UTC(),
		Duration:  s.Duration,
		Tags:      b.all(s.Tags),
	}
	if s.Process != nil {
		out.Service, out.Process = b.process(s.Process)
	}
	if n := len(s.References); n > 0 {
		out.References = b.References(n)
		for _, r := range s.References {
			out.References = append(out.References, sources.Reference{TraceID: b.TraceID(r.TraceID.High, r.TraceID.Low),
				SpanID: b.SpanID(uint64(r.SpanID)), Follows: r.RefType == model.FollowsFrom})
		}
	}
	if n := len(s.Logs); n > 0 {
		out.Events = b.Events(n)
		for i := range s.Logs {
			out.Events = append(out.Events, sources.Event{At: s.Logs[i].Timestamp.UTC(), Tags: b.all(s.Logs[i].Fields)})
		}
	}
	for _, w := range s.Warnings {
		out.Warnings = append(out.Warnings, sources.Clean(w))
	}
	tracejson.Finish(&out)
	return out
}

func (b *builder) all(in []model.KeyValue) []sources.Tag {
	if len(in) == 0 {
		return nil
	}
	out := b.Tags(len(in))
	for i := range in {
		out = append(out, sources.Tag{Key: b.Name(in[i].Key), Value: b.value(&in[i])})
	}
	return out
}

// process returns the service's name and tags, made once for each process.
func (b *builder) process(p *model.Process) (string, []sources.Tag) {
	known := b.processes[p.ServiceName]
	for i := range known {
		if slices.EqualFunc(known[i].raw, p.Tags, same) {
			return known[i].service, known[i].tags
		}
	}
	made := process{raw: p.Tags, service: b.Name(p.ServiceName), tags: b.all(p.Tags)}
	if len(known) < maxProcesses {
		b.processes[p.ServiceName] = append(known, made)
	}
	return made.service, made.tags
}

// maxProcesses bounds those of one service that are looked through for each span.
const maxProcesses = 64

func same(a, b model.KeyValue) bool {
	return a.Key == b.Key && a.VType == b.VType && a.VStr == b.VStr && a.VInt64 == b.VInt64 && a.VBool == b.VBool &&
		a.VFloat64 == b.VFloat64 && string(a.VBinary) == string(b.VBinary)
}

// value writes a tag's value as text: numbers without loss, binary as hex (Jaeger's own /api/traces has base64).
func (b *builder) value(kv *model.KeyValue) string {
	switch kv.VType {
	case model.BoolType:
		return strconv.FormatBool(kv.VBool)
	case model.Int64Type:
		return strconv.FormatInt(kv.VInt64, 10)
	case model.Float64Type:
		return tracejson.Float(kv.VFloat64)
	case model.BinaryType:
		return tracejson.Binary(kv.VBinary)
	}
	return b.Value(kv.Key, kv.VStr)
}
