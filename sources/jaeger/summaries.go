package jaeger

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"dlmon/sources"
	"dlmon/sources/tracejson"
)

// summaryChunk is FindTraceSummariesResponse of Jaeger's API v3 as JSON (proto/api_v3/query_service.proto of jaeger-idl):
// Jaeger's own handler writes one, a grpc-gateway one after another, each as {"result": ...}.
type summaryChunk struct {
	Summaries []traceSummary
	Result    *summaryChunk
	Error     json.RawMessage
}

type traceSummary struct {
	TraceID              string `json:"traceId"`
	RootServiceName      string
	RootOperationName    string
	MinStartTimeUnixNano count
	MaxEndTimeUnixNano   count
	SpanCount            int
	ErrorSpanCount       int
	Services             []struct{ Name string }
}

// summaries reads a list of at most limit traces.
func summaries(asked string, r io.Reader, limit int) ([]sources.TraceSummary, error) {
	b := tracejson.NewBuilder()
	var out []sources.TraceSummary
	for in := json.NewDecoder(r); ; {
		var chunk summaryChunk
		err := in.Decode(&chunk)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			if e, ok := errors.AsType[*sources.Error](err); ok {
				return nil, e
			}
			return nil, &sources.Error{Source: source, Asked: asked, Kind: sources.Internal, Reason: "the answer is not as expected: " + sources.CleanName(err.Error()), Err: err}
		}
		if text := tracejson.Refusal(chunk.Error); text != "" {
			return nil, &sources.Error{Source: source, Asked: asked, Kind: sources.Unavailable, Reason: text}
		}
		if chunk.Result != nil {
			chunk = *chunk.Result
		}
		for _, s := range chunk.Summaries {
			if len(out) < limit {
				out = append(out, s.summary(b))
			}
		}
	}
}

func (s traceSummary) summary(b *tracejson.Builder) sources.TraceSummary {
	out := sources.TraceSummary{
		Service: b.Name(s.RootServiceName), Operation: b.Name(s.RootOperationName),
		Spans: s.SpanCount, Errors: s.ErrorSpanCount, Services: len(s.Services), Tags: map[string]string{},
	}
	if high, low, ok := tracejson.ParseTraceID(s.TraceID); ok {
		out.ID = b.TraceID(high, low)
	} else {
		out.ID = b.Name(strings.ToLower(s.TraceID))
	}
	if s.MinStartTimeUnixNano > 0 { // 0 where it is not known
		out.Start = tracejson.Nanos(uint64(s.MinStartTimeUnixNano))
		out.Duration = max(tracejson.Nanos(uint64(s.MaxEndTimeUnixNano)).Sub(out.Start), 0)
	}
	return out
}
