package dlmon

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
	"dlmon/sources"
	"dlmon/sources/testserver"
	"dlmon/sources/tracejson"
	"dlmon/sources/tracing/tracegen"
)

const twoSpans = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},"scopeSpans":[{"spans":[
{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET /x","kind":2,"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000500000000"},
{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b8","parentSpanId":"00f067aa0ba902b7","name":"db","kind":3,"startTimeUnixNano":"1700000000100000000","endTimeUnixNano":"1700000000400000500","status":{"code":2,"message":"boom"},
"attributes":[{"key":"db.system","value":{"stringValue":"pg"}}],"events":[{"timeUnixNano":"1700000000200000000","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}},{"key":"exception.message","value":{"stringValue":"no\u001b[31m route"}}]}]}
]}]}]}`

// anotherSpan is another trace, as Jaeger's UI exports it.
const anotherSpan = `{"data":[{"traceID":"000000000000abcd","spans":[{"traceID":"000000000000abcd","spanID":"1","operationName":"tick","references":[],"startTime":1700000000000000,"duration":1000,
"tags":[{"key":"a","type":"string","value":"1"},{"key":"a","type":"string","value":"2"}],"logs":[],"processID":"p1"}],"processes":{"p1":{"serviceName":"clock","tags":[]}}}]}`

func TestATraceIsPrintedWithItsAnalysis(t *testing.T) {
	r := execute(t, nil, "trace", write(t, "t.json", twoSpans), "--format", "json")
	if r.code != ExitOK {
		t.Fatalf("exit %d: %s", r.code, r.errors)
	}
	want := `{
  "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
  "start": "2023-11-14T22:13:20Z",
  "duration_us": 500000,
  "cut": "",
  "services": ["api"],
  "spans": [
    {"span_id":"00f067aa0ba902b7","parent_id":"","service":"api","operation":"GET /x","start_us":0,"duration_us":500000,"self_us":199999.5,"critical_us":199999.5,"error":false,"tags":{"span.kind":"server"},"events":[]},
    {"span_id":"00f067aa0ba902b8","parent_id":"00f067aa0ba902b7","service":"api","operation":"db","start_us":100000,"duration_us":300000.5,"self_us":300000.5,"critical_us":300000.5,"error":true,"tags":{"db.system":"pg","span.kind":"client","otel.status_code":"ERROR","error":"true","otel.status_description":"boom"},"events":[{"at_us":200000,"name":"exception","tags":{"exception.type":"E","exception.message":"no[31m route"}}]}
  ],
  "critical_path": [
    {"span_id":"00f067aa0ba902b7","start_us":0,"end_us":100000},
    {"span_id":"00f067aa0ba902b8","start_us":100000,"end_us":400000.5},
    {"span_id":"00f067aa0ba902b7","start_us":400000.5,"end_us":500000}
  ]
}
`
	if r.out != want {
		t.Errorf("%s", r.out)
	}
	text := execute(t, nil, "trace", write(t, "t.json", twoSpans), "--format", "text").out
	for _, want := range []string{"GET /x  500 ms  2 spans  1 service  1 error", "failed because of: db of api: E: no[31m route", "300 ms   60 %  api  db", "ERROR api  db"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestEveryTraceOfAFileIsADocument(t *testing.T) {
	r := execute(t, nil, "trace", write(t, "t.json", twoSpans+"\n"+anotherSpan), "--format", "json")
	d := json.NewDecoder(strings.NewReader(r.out))
	var ids []string
	for d.More() {
		var doc struct {
			TraceID string `json:"trace_id"`
			Spans   []struct{ Tags map[string]string }
		}
		if err := d.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, doc.TraceID)
		if tags := doc.Spans[0].Tags; len(ids) == 2 && (tags["a"] != "1" || tags["a#2"] != "2") {
			t.Errorf("a key that a span has twice: %v", tags)
		}
	}
	if fmt.Sprint(ids) != "[4bf92f3577b34da6a3ce929d0e0e4736 000000000000abcd]" {
		t.Errorf("%v, %s", ids, r.errors)
	}
}

func TestWhatIsNoTraceIsSaidWithItsExitCode(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no such file", []string{"/no/such", "--format", "text"}, ExitUsage, "/no/such is neither a file nor the id of a trace"},
		{"an id without a server", []string{"abcdef", "--format", "text"}, ExitUsage, "no Jaeger to ask for a trace of that id: set --jaeger-url"},
		{"a format", []string{"abcdef", "--format", "xml"}, ExitUsage, `expected one of screen, json, text, got "xml"`},
		{"no argument", nil, ExitUsage, "accepts 1 arg"},
		{"no traces", []string{write(t, "a.json", `{"a": 1}`), "--format", "json"}, ExitTrouble, "no traces in it"},
		{"cut short", []string{write(t, "b.json", `{"resourceSpans": [`), "--format", "json"}, ExitTrouble, "the file ends in the middle"},
		{"a folder", []string{t.TempDir(), "--format", "json"}, ExitTrouble, "is a directory"},
		{"no terminal", []string{write(t, "c.json", twoSpans)}, ExitUsage, "needs a terminal"},
		{"the server is away", []string{"abcdef", "--format", "json", "--jaeger-url", gone.URL}, ExitSource, "connection refused"},
	} {
		r := execute(t, nil, append([]string{"trace"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.errors, c.says) || r.out != "" {
			t.Errorf("%s: exit %d, %q, printed %q", c.name, r.code, r.errors, r.out)
		}
	}
}

func TestASilentPipeIsLeftWhenInterrupted(t *testing.T) {
	in, _ := io.Pipe()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var errs bytes.Buffer
	code := Execute(ctx, Build{Name: "dlmon", Args: []string{"trace", "-", "--format", "text"}, Stdin: in, Stdout: io.Discard, Stderr: &errs,
		Version: "test", Env: func(string) (string, bool) { return "", false }})
	if code != ExitTrouble || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
	_ = in.Close()
}

func TestAFileIsSearchedAsAWhole(t *testing.T) {
	traces, err := tracejson.Decode(strings.NewReader(twoSpans+anotherSpan), tracejson.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := fileStore{tracejson.NewStore(traces)}
	now := time.Now()
	for service, want := range map[string]struct {
		found      int
		operations string
	}{anyService: {2, "[GET /x db tick]"}, "clock": {1, "[tick]"}} {
		found, err := s.Search(t.Context(), sources.TraceSearch{Service: service, Start: now.Add(-time.Hour), End: now})
		if err != nil || len(found) != want.found {
			t.Errorf("%s: %d traces, %v", service, len(found), err)
		}
		if got, err := s.Operations(t.Context(), service); err != nil || fmt.Sprint(got) != want.operations {
			t.Errorf("%s: operations %v, %v", service, got, err)
		}
	}
}

func TestATraceThatBreaksOffIsPrintedAndMarked(t *testing.T) {
	whole := string(otlpJSON(t, tracegen.Trace(tracegen.Options{Spans: 2000})))
	r := execute(t, nil, "trace", write(t, "t.json", whole[:len(whole)*2/3]), "--format", "json")
	var doc struct {
		Cut   string
		Spans []any
	}
	if err := json.Unmarshal([]byte(r.out), &doc); err != nil {
		t.Fatal(err, r.errors)
	}
	if r.code != ExitOK || len(doc.Spans) == 0 || len(doc.Spans) >= 2000 || !strings.Contains(doc.Cut, "ends in the middle") {
		t.Errorf("exit %d, %d spans, cut %q", r.code, len(doc.Spans), doc.Cut)
	}
	r = execute(t, nil, "trace", write(t, "t.json", whole), "--format", "json", "--max-spans", "1000")
	if err := json.Unmarshal([]byte(r.out), &doc); err != nil || len(doc.Spans) != 1000 || !strings.Contains(doc.Cut, "dlmon keeps 1,000 spans") {
		t.Errorf("%v, %d spans, cut %q", err, len(doc.Spans), doc.Cut)
	}
}

// What dlmon prints of a trace from the real server is what was sent to it.
func TestATraceOfARealJaegerIsPrintedByItsID(t *testing.T) {
	j := testserver.Jaeger(t)
	sent := tracegen.Trace(tracegen.Options{Spans: 40, Tags: 3})
	post(t, j.OTLP+"/v1/traces", otlpJSON(t, sent))
	for _, url := range []string{"grpc://" + j.GRPC, j.URL} {
		var doc struct {
			TraceID  string `json:"trace_id"`
			Duration int64  `json:"duration_us"`
			Spans    []struct {
				SpanID   string  `json:"span_id"`
				Critical float64 `json:"critical_us"`
				Error    bool
			}
			Path []struct {
				From float64 `json:"start_us"`
				To   float64 `json:"end_us"`
			} `json:"critical_path"`
		}
		eventually(t, func() error {
			r := execute(t, nil, "trace", sent.ID, "--format", "json", "--jaeger-url", url)
			if r.code != ExitOK {
				return fmt.Errorf("%s: exit %d: %s", url, r.code, r.errors)
			}
			if err := json.Unmarshal([]byte(r.out), &doc); err != nil {
				return err
			}
			if len(doc.Spans) != len(sent.Spans) {
				return fmt.Errorf("%s: %d spans", url, len(doc.Spans))
			}
			return nil
		})
		failed := map[string]bool{}
		for _, s := range sent.Spans {
			failed[s.SpanID] = s.Error
		}
		path, critical := 0.0, 0.0
		for _, s := range doc.Path {
			path += s.To - s.From
		}
		for _, s := range doc.Spans {
			critical += s.Critical
			if want, ok := failed[s.SpanID]; !ok || want != s.Error {
				t.Errorf("%s: span %s: sent %v, failed %v", url, s.SpanID, ok, s.Error)
			}
		}
		if doc.TraceID != sent.ID || path != critical || path <= 0 {
			t.Errorf("%s: trace %s, path of %v us, critical times of %v us", url, doc.TraceID, path, critical)
		}
	}
}

func TestAFileIsLookedAtOnTheScreen(t *testing.T) {
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	one, two := write(t, "one.json", twoSpans), write(t, "two.json", twoSpans+anotherSpan)
	s := screentest.Open(t, bin, 120, 40, "trace", one)
	s.Shows("GET /x", "db", "whole trace", "1 error")
	s.Press("y")
	s.Shows("trace id copied")
	copied := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("4bf92f3577b34da6a3ce929d0e0e4736"))
	s.Wait("trace id for the clipboard, by OSC 52", func(string) bool { return strings.Contains(s.Raw.String(), copied) })
	s.Press("\x1b") // to the list of what is in the file, whatever its age
	s.Shows("1 of 1 shown", "GET /x")
	s.Press("q")
	s.Ends()

	s = screentest.Open(t, bin, 120, 40, "trace", two)
	s.Shows("2 of 2 shown", "GET /x", "tick")
	s.Press("q")
	s.Ends()

	s = screentest.Open(t, "/bin/sh", 120, 40, "-c", fmt.Sprintf("%q trace - < %q", bin, one)) // keys come from the terminal
	s.Shows("GET /x", "db", "whole trace")
	s.Press("q")
	s.Ends()
}

func TestAHostileFileReachesTheTerminalHarmless(t *testing.T) {
	evil := "\x1b]0;owned\x07\x1b[2J\u202e\u009b31m"
	trace := tracegen.Trace(tracegen.Options{Spans: 30})
	for i := range trace.Spans {
		s := &trace.Spans[i]
		s.Service, s.Operation = evil+s.Service, evil+s.Operation
		s.Tags = append(s.Tags, sources.Tag{Key: evil + "key", Value: evil})
		s.Events = append(s.Events, sources.Event{At: s.Start, Name: evil, Tags: s.Tags})
	}
	file := filepath.Join(t.TempDir(), "evil.json")
	if err := os.WriteFile(file, otlpJSON(t, trace), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, 120, 40, "trace", file)
	s.Shows("whole trace")
	s.Press("\r")
	s.Shows("span id")
	s.Press("\x1b")
	s.Shows("whole trace")
	s.Press("f")
	s.Shows("self time by operation")
	s.Press("q")
	s.Ends()
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if raw := s.Raw.String(); strings.Contains(raw, "owned") && (strings.Contains(raw, "\x1b]0;owned") || strings.Contains(raw, "\u009b") || strings.Contains(raw, "\u202e")) {
		t.Error("a span's text reached the terminal as it was")
	}
	if len(s.Titles) > 0 && strings.Contains(strings.Join(s.Titles, " "), "owned") {
		t.Errorf("titles %q", s.Titles)
	}
}
