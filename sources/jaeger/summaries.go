package jaeger

// Lists of traces as API v3 sums them up, since Jaeger 2.19.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"dlmon/sources"
	"dlmon/sources/tracejson"
)

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

// summaries reads a list of at most limit traces. Where the answer breaks off after some, these and why it did are returned.
func summaries(asked string, r io.Reader, limit int) ([]sources.TraceSummary, *sources.Error) {
	l := summaryList{in: json.NewDecoder(r), b: tracejson.NewBuilder(), limit: limit}
	for {
		err := l.response(true)
		e, ok := errors.AsType[*sources.Error](err)
		switch {
		case err == nil:
			continue
		case err == io.EOF:
			return l.found, nil
		case ok:
			e.Asked = asked
			return l.found, e
		}
		reason := "the answer is not as expected: " + sources.CleanName(err.Error())
		if errors.Is(err, io.ErrUnexpectedEOF) {
			reason = "the answer ends in the middle"
		}
		return l.found, &sources.Error{Source: source, Asked: asked, Kind: sources.Internal, Reason: reason, Err: err}
	}
}

// summaryList reads FindTraceSummariesResponse of Jaeger's API v3 as JSON (proto/api_v3/query_service.proto of
// jaeger-idl), one trace after another: Jaeger's own handler writes one response, a grpc-gateway several, each as
// {"result": ...}.
type summaryList struct {
	in    *json.Decoder
	b     *tracejson.Builder
	limit int
	found []sources.TraceSummary
}

// response reads one response; top tells whether it may be in an envelope. io.EOF: there is none.
func (l *summaryList) response(top bool) error {
	return l.each('{', func() error {
		name, err := l.in.Token()
		switch {
		case err != nil:
			return err
		case name == "summaries":
			return l.each('[', l.trace)
		case name == "result" && top:
			return l.response(false)
		}
		var raw json.RawMessage
		if err := l.in.Decode(&raw); err != nil {
			return err
		}
		if text := tracejson.Refusal(raw); name == "error" && text != "" {
			return &sources.Error{Source: source, Kind: sources.Unavailable, Reason: text}
		}
		return nil
	})
}

// each reads what is in an object or array; null is an empty one.
func (l *summaryList) each(open json.Delim, read func() error) error {
	t, err := l.in.Token()
	if err != nil || t == nil {
		return err
	}
	if t != open {
		return fmt.Errorf("%v where %v was to begin", t, open)
	}
	for err == nil && l.in.More() {
		err = read()
	}
	if err == nil {
		_, err = l.in.Token()
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (l *summaryList) trace() error {
	var s traceSummary
	if err := l.in.Decode(&s); err != nil {
		return err
	}
	if len(l.found) < l.limit {
		l.found = append(l.found, s.summary(l.b))
	}
	return nil
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
