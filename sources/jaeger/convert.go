package jaeger

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/jaegertracing/jaeger-idl/model/v1"

	"dlmon/sources"
)

// maxBinary bounds a binary value, in bytes; it is shown as hex.
const maxBinary = 256

// builder collects the spans of one trace, in whatever chunks they come. Names and processes repeat in every span and
// are kept once.
type builder struct {
	spans     []sources.Span
	texts     map[string]string
	processes map[string][]sources.Tag
}

func newBuilder() *builder {
	return &builder{texts: map[string]string{}, processes: map[string][]sources.Tag{}}
}

// trace is what was collected, in order. The builder is spent.
func (b *builder) trace(id model.TraceID) sources.Trace {
	slices.SortStableFunc(b.spans, func(x, y sources.Span) int {
		return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.SpanID, y.SpanID))
	})
	return sources.Trace{ID: id.String(), Spans: b.spans}
}

func (b *builder) add(s *model.Span) {
	out := sources.Span{
		TraceID:   b.text(s.TraceID.String()),
		SpanID:    s.SpanID.String(),
		Operation: b.text(sources.CleanName(s.OperationName)),
		Start:     s.StartTime.UTC(),
		Duration:  max(s.Duration, 0),
		Error:     failed(s.Tags),
		Tags:      b.tags(s.Tags),
	}
	// The first CHILD_OF reference within the trace, else the first FOLLOWS_FROM, as Jaeger's own screen has it.
	if parent := s.ParentSpanID(); parent != 0 {
		out.ParentID = parent.String()
	}
	if s.Process != nil {
		out.Service = b.text(sources.CleanName(s.Process.ServiceName))
		out.Process = b.process(s.Process.Tags)
	}
	for _, r := range s.References {
		out.References = append(out.References, sources.Reference{
			TraceID: b.text(r.TraceID.String()), SpanID: r.SpanID.String(), Follows: r.RefType == model.FollowsFrom})
	}
	for i := range s.Logs {
		out.Events = append(out.Events, b.event(&s.Logs[i]))
	}
	slices.SortStableFunc(out.Events, func(x, y sources.Event) int { return x.At.Compare(y.At) })
	for _, w := range s.Warnings {
		out.Warnings = append(out.Warnings, sources.Clean(w))
	}
	b.spans = append(b.spans, out)
}

// event names a log entry by its field "event" (where OpenTelemetry's event names go), else by its "message".
func (b *builder) event(l *model.Log) sources.Event {
	e := sources.Event{At: l.Timestamp.UTC(), Tags: b.tags(l.Fields)}
	for _, key := range []string{"event", "message"} {
		if i := slices.IndexFunc(e.Tags, func(t sources.Tag) bool { return t.Key == key }); i >= 0 {
			e.Name = e.Tags[i].Value
			e.Tags = slices.Delete(e.Tags, i, i+1)
			return e
		}
	}
	return e
}

func (b *builder) tags(in []model.KeyValue) []sources.Tag {
	if len(in) == 0 {
		return nil
	}
	out := make([]sources.Tag, len(in))
	for i := range in {
		out[i] = sources.Tag{Key: b.text(sources.CleanName(in[i].Key)), Value: value(&in[i])}
	}
	return out
}

func (b *builder) process(in []model.KeyValue) []sources.Tag {
	tags := b.tags(in)
	var key strings.Builder
	for _, t := range tags {
		key.WriteString(t.Key + "\x00" + t.Value + "\x00") // no cleaned text holds a NUL
	}
	if known, ok := b.processes[key.String()]; ok {
		return known
	}
	b.processes[key.String()] = tags
	return tags
}

func (b *builder) text(s string) string {
	if known, ok := b.texts[s]; ok {
		return known
	}
	b.texts[s] = s
	return s
}

// value writes a tag's value as Jaeger's own screen does: numbers without loss, binary as hex.
func value(kv *model.KeyValue) string {
	switch kv.VType {
	case model.BoolType:
		return strconv.FormatBool(kv.VBool)
	case model.Int64Type:
		return strconv.FormatInt(kv.VInt64, 10)
	case model.Float64Type:
		return strconv.FormatFloat(kv.VFloat64, 'g', -1, 64)
	case model.BinaryType:
		if len(kv.VBinary) > maxBinary {
			return hex.EncodeToString(kv.VBinary[:maxBinary]) + "…"
		}
		return hex.EncodeToString(kv.VBinary)
	}
	return sources.Clean(kv.VStr)
}

// failed tells whether a span is in error: error=true as OpenTracing and Jaeger write it, or OpenTelemetry's status.
func failed(tags []model.KeyValue) bool {
	for i := range tags {
		switch kv := &tags[i]; kv.Key {
		case "error":
			if kv.VBool || strings.EqualFold(kv.VStr, "true") {
				return true
			}
		case "otel.status_code":
			if strings.EqualFold(kv.VStr, "error") {
				return true
			}
		}
	}
	return false
}
