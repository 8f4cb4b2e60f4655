package tracejson

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	jsoniter "github.com/json-iterator/go"

	"dlmon/sources"
)

// process is who sent a span.
type process struct {
	service string
	tags    []sources.Tag
}

// decodeTraces reads an array of traces in Jaeger's own form. Of one whose processes are not named the spans' service
// is the name of the process.
func decodeTraces(b *Builder, raw []byte) (out []sources.Span, err error) {
	err = iterate(raw, func(it *jsoniter.Iterator) {
		for it.ReadArray() {
			from := len(out)
			var ids, warnings []string
			var processes map[string]process
			fields(it, func(key string) {
				switch key {
				case "spans":
					out, ids = readSpans(b, it, out, ids)
				case "processes":
					processes = readProcesses(b, it)
				case "warnings":
					warnings = readTexts(it)
				default:
					it.Skip()
				}
			})
			resolve(out[from:], ids, processes, warnings)
		}
	})
	return out, err
}

// decodeSpans reads an array of spans, and the name of each one's process: "" where the span tells the process itself.
func decodeSpans(b *Builder, raw []byte) (out []sources.Span, ids []string, err error) {
	err = iterate(raw, func(it *jsoniter.Iterator) { out, ids = readSpans(b, it, nil, nil) })
	return out, ids, err
}

// resolve gives the spans of one trace their processes, and its first span the trace's warnings.
func resolve(spans []sources.Span, ids []string, processes map[string]process, warnings []string) {
	for i := range spans {
		if ids[i] == "" {
			continue
		}
		if p, ok := processes[ids[i]]; ok {
			spans[i].Service, spans[i].Process = p.service, p.tags
		} else {
			spans[i].Service = ids[i]
		}
	}
	if len(spans) > 0 {
		spans[0].Warnings = append(spans[0].Warnings, warnings...)
	}
}

func iterate(raw []byte, read func(*jsoniter.Iterator)) error {
	it := jsoniter.ConfigDefault.BorrowIterator(raw)
	defer jsoniter.ConfigDefault.ReturnIterator(it)
	read(it)
	if it.Error != nil {
		return errors.New(shortened(it.Error))
	}
	return nil
}

// fields consumes an object; what is none is skipped.
func fields(it *jsoniter.Iterator, field func(key string)) {
	if it.WhatIsNext() != jsoniter.ObjectValue {
		it.Skip()
		return
	}
	it.ReadMapCB(func(it *jsoniter.Iterator, key string) bool {
		field(key)
		return it.Error == nil
	})
}

// elements tells whether another element follows; what is no array is skipped.
func elements(it *jsoniter.Iterator) bool {
	switch it.WhatIsNext() {
	case jsoniter.ObjectValue, jsoniter.StringValue, jsoniter.NumberValue, jsoniter.BoolValue:
		it.Skip()
		return false
	}
	return it.ReadArray()
}

// readSpans appends the spans of an array, and the name of each one's process to ids.
func readSpans(b *Builder, it *jsoniter.Iterator, out []sources.Span, ids []string) ([]sources.Span, []string) {
	for elements(it) {
		if it.WhatIsNext() != jsoniter.ObjectValue {
			it.Skip()
			continue
		}
		out = append(out, sources.Span{})
		s := &out[len(out)-1]
		id, parent := "", ""
		fields(it, func(key string) {
			switch key {
			case "traceID":
				s.TraceID = traceID(b, text(it))
			case "spanID":
				s.SpanID = spanID(b, text(it))
			case "parentSpanID": // of older exports, and of what Elasticsearch holds
				parent = text(it)
			case "operationName":
				s.Operation = b.Name(text(it))
			case "startTime":
				s.Start = time.UnixMicro(micros(it)).UTC()
			case "duration":
				s.Duration = duration(micros(it))
			case "tags":
				s.Tags = readTags(b, it)
			case "logs":
				s.Events = readLogs(b, it)
			case "references":
				s.References = readReferences(b, it)
			case "warnings":
				s.Warnings = readTexts(it)
			case "processID":
				id = b.Name(text(it))
			case "process":
				p := readProcess(b, it)
				s.Service, s.Process = p.service, p.tags
			default:
				it.Skip()
			}
		})
		if s.Service != "" {
			id = ""
		}
		ids = append(ids, id)
		Finish(s)
		if s.ParentID == "" && parent != "" {
			if parent = spanID(b, parent); parent != noSpan {
				s.ParentID = parent
			}
		}
	}
	return out, ids
}

func readProcesses(b *Builder, it *jsoniter.Iterator) map[string]process {
	out := map[string]process{}
	fields(it, func(id string) { out[b.Name(id)] = readProcess(b, it) })
	return out
}

func readProcess(b *Builder, it *jsoniter.Iterator) (p process) {
	fields(it, func(key string) {
		switch key {
		case "serviceName":
			p.service = b.Name(text(it))
		case "tags":
			p.tags = b.Process(readTags(b, it))
		default:
			it.Skip()
		}
	})
	return p
}

func readReferences(b *Builder, it *jsoniter.Iterator) []sources.Reference {
	var out []sources.Reference
	for elements(it) {
		var r sources.Reference
		fields(it, func(key string) {
			switch key {
			case "refType":
				r.Follows = text(it) == "FOLLOWS_FROM"
			case "traceID":
				r.TraceID = traceID(b, text(it))
			case "spanID":
				r.SpanID = spanID(b, text(it))
			default:
				it.Skip()
			}
		})
		out = append(out, r)
	}
	return append(b.References(len(out)), out...)
}

func readLogs(b *Builder, it *jsoniter.Iterator) []sources.Event {
	var out []sources.Event
	for elements(it) {
		var e sources.Event
		fields(it, func(key string) {
			switch key {
			case "timestamp":
				e.At = time.UnixMicro(micros(it)).UTC()
			case "fields":
				e.Tags = readTags(b, it)
			default:
				it.Skip()
			}
		})
		out = append(out, e)
	}
	return append(b.Events(len(out)), out...)
}

func readTags(b *Builder, it *jsoniter.Iterator) []sources.Tag {
	var few [16]sources.Tag
	out := few[:0]
	for elements(it) {
		out = append(out, readTag(b, it))
	}
	return append(b.Tags(len(out)), out...)
}

// readTag writes numbers as they stand in the input, apart from floating-point ones, which are written as everywhere.
func readTag(b *Builder, it *jsoniter.Iterator) sources.Tag {
	var key, kind, value string
	fields(it, func(name string) {
		switch name {
		case "key":
			key = b.Name(text(it))
		case "type":
			kind = text(it)
		case "value":
			value = text(it)
		default:
			it.Skip()
		}
	})
	switch kind {
	case "float64":
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			return sources.Tag{Key: key, Value: Float(f)}
		}
	case "binary":
		if raw, err := base64.StdEncoding.DecodeString(value); err == nil {
			return sources.Tag{Key: key, Value: Binary(raw)}
		}
	}
	return sources.Tag{Key: key, Value: b.Value(key, value)}
}

func readTexts(it *jsoniter.Iterator) (out []string) {
	for elements(it) {
		out = append(out, sources.Clean(text(it)))
	}
	return out
}

// text reads any value: a string's text, anything else as it stands.
func text(it *jsoniter.Iterator) string {
	switch it.WhatIsNext() {
	case jsoniter.StringValue:
		return it.ReadString()
	case jsoniter.NumberValue:
		return string(it.ReadNumber())
	case jsoniter.NilValue:
		it.Skip()
		return ""
	}
	return string(it.SkipAndReturnBytes())
}

// micros reads microseconds; a fraction is cut off, and what an int64 can't hold is the nearest it can.
func micros(it *jsoniter.Iterator) int64 {
	raw := text(it)
	if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
		return n
	}
	if n, err := strconv.ParseUint(raw, 10, 64); err == nil {
		return int64(n) // Jaeger writes times before 1970 like this
	}
	f, _ := strconv.ParseFloat(raw, 64)
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	case f != f:
		return 0
	}
	return int64(f)
}

func duration(us int64) time.Duration {
	if us > math.MaxInt64/1000 {
		return math.MaxInt64
	}
	return time.Duration(max(us, 0)) * time.Microsecond
}

// traceID is the id in the form that all of dlmon uses; what is no hex number stays what it is.
func traceID(b *Builder, raw string) string {
	if high, low, ok := ParseTraceID(raw); ok {
		return b.TraceID(high, low)
	}
	return b.Name(strings.ToLower(raw))
}

func spanID(b *Builder, raw string) string {
	if raw == "" {
		return noSpan
	}
	if id, err := strconv.ParseUint(raw, 16, 64); err == nil {
		return b.SpanID(id)
	}
	return b.Name(strings.ToLower(raw))
}
