package dlmon

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"dlmon/sources"
)

// otlpJSON is a trace as the collector writes it.
func otlpJSON(t testing.TB, trace sources.Trace) []byte {
	t.Helper()
	traces := ptrace.NewTraces()
	services := map[string]ptrace.SpanSlice{}
	for i := range trace.Spans {
		s := &trace.Spans[i]
		to, ok := services[s.Service]
		if !ok {
			r := traces.ResourceSpans().AppendEmpty()
			r.Resource().Attributes().PutStr("service.name", s.Service)
			for _, tag := range s.Process {
				r.Resource().Attributes().PutStr(tag.Key, tag.Value)
			}
			to = r.ScopeSpans().AppendEmpty().Spans()
			services[s.Service] = to
		}
		fill(t, to.AppendEmpty(), s)
	}
	out, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fill(t testing.TB, out ptrace.Span, s *sources.Span) {
	var trace pcommon.TraceID
	var span, parent pcommon.SpanID
	for text, to := range map[string][]byte{s.TraceID: trace[:], s.SpanID: span[:], s.ParentID: parent[:]} {
		id, err := hex.DecodeString(text)
		if err != nil || len(id) > len(to) {
			t.Fatalf("id %q: %v", text, err)
		}
		copy(to[len(to)-len(id):], id)
	}
	out.SetTraceID(trace)
	out.SetSpanID(span)
	out.SetParentSpanID(parent)
	out.SetName(s.Operation)
	out.SetStartTimestamp(pcommon.NewTimestampFromTime(s.Start))
	out.SetEndTimestamp(pcommon.NewTimestampFromTime(s.Start.Add(s.Duration)))
	if s.Error {
		out.Status().SetCode(ptrace.StatusCodeError)
	}
	for _, tag := range s.Tags {
		if tag.Key != "error" { // the status says that
			out.Attributes().PutStr(tag.Key, tag.Value)
		}
	}
	for _, e := range s.Events {
		event := out.Events().AppendEmpty()
		event.SetName(e.Name)
		event.SetTimestamp(pcommon.NewTimestampFromTime(e.At))
		for _, tag := range e.Tags {
			event.Attributes().PutStr(tag.Key, tag.Value)
		}
	}
}

func post(t testing.TB, url string, body []byte) {
	t.Helper()
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		t.Fatalf("%s: %s", url, resp.Status)
	}
}

// eventually tries until there is no error: a server takes a moment until it finds what it was sent.
func eventually(t testing.TB, try func() error) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-tick.C
	}
}
