package tracejson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"dlmon/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const id = "4bf92f3577b34da6a3ce929d0e0e4736"

// two is one trace of two spans as the collector writes it, with every kind of value.
const two = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}},{"key":"host","value":{"stringValue":"h"}}]},
"scopeSpans":[{"scope":{"name":"lib","version":"1.2"},"spans":[
{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00000000000000a1","traceState":"k=v","name":"GET /","kind":2,"startTimeUnixNano":"1700000000000001000","endTimeUnixNano":"1700000000000003000",
"attributes":[{"key":"s","value":{"stringValue":"x"}},{"key":"b","value":{"boolValue":false}},{"key":"i","value":{"intValue":"9007199254740993"}},{"key":"f","value":{"doubleValue":1e21}},
{"key":"raw","value":{"bytesValue":"AP8="}},{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"a"}]}}},{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}},{"key":"none","value":{}},
{"key":"@jaeger@warnings","value":{"arrayValue":{"values":[{"stringValue":"clock skew"}]}}}],
"status":{"code":2,"message":"no"},
"events":[{"timeUnixNano":"1700000000000002500","name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"E"}},{"key":"exception.stacktrace","value":{"stringValue":"a\n\tb"}}]},{"timeUnixNano":"1700000000000002000","attributes":[{"key":"message","value":{"stringValue":"hello"}},{"key":"n","value":{"intValue":"1"}}]}]},
{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"fedcba9876543210","parentSpanId":"00000000000000a1","name":"SELECT","startTimeUnixNano":"1700000000000002000","endTimeUnixNano":"1700000000000001000","status":{"code":1},
"links":[{"traceId":"00000000000000000000000000000007","spanId":"0000000000000009"},{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00000000000000a1","attributes":[{"key":"opentracing.ref_type","value":{"stringValue":"follows_from"}}]},{"traceId":"10000000000000000000000000000008","spanId":"000000000000000a","attributes":[{"key":"opentracing.ref_type","value":{"stringValue":"child_of"}}]}]}
]}]}]}`

func at1(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// spans are those of two.
func spans() []sources.Span {
	process := []sources.Tag{{Key: "host", Value: "h"}}
	return []sources.Span{{
		TraceID: id, SpanID: "00000000000000a1", Service: "api", Operation: "GET /", Start: at1(1700000000000001000), Duration: 2000, Error: true,
		Tags: []sources.Tag{{Key: "otel.scope.name", Value: "lib"}, {Key: "otel.scope.version", Value: "1.2"}, {Key: "s", Value: "x"}, {Key: "b", Value: "false"}, {Key: "i", Value: "9007199254740993"},
			{Key: "f", Value: "1e+21"}, {Key: "raw", Value: "00ff"}, {Key: "list", Value: `[1,"a"]`}, {Key: "map", Value: `{"k":1.5}`}, {Key: "none", Value: ""},
			{Key: "span.kind", Value: "server"}, {Key: "otel.status_code", Value: "ERROR"}, {Key: "error", Value: "true"}, {Key: "otel.status_description", Value: "no"}, {Key: "w3c.tracestate", Value: "k=v"}},
		Process: process, Warnings: []string{"clock skew"},
		Events: []sources.Event{{At: at1(1700000000000002000), Name: "hello", Tags: []sources.Tag{{Key: "n", Value: "1"}}},
			{At: at1(1700000000000002500), Name: "exception", Tags: []sources.Tag{{Key: "exception.type", Value: "E"}, {Key: "exception.stacktrace", Value: "a\n    b"}}}},
	}, {
		TraceID: id, SpanID: "fedcba9876543210", ParentID: "00000000000000a1", Service: "api", Operation: "SELECT", Start: at1(1700000000000002000),
		Tags:    []sources.Tag{{Key: "otel.scope.name", Value: "lib"}, {Key: "otel.scope.version", Value: "1.2"}, {Key: "otel.status_code", Value: "OK"}},
		Process: process,
		References: []sources.Reference{{TraceID: id, SpanID: "00000000000000a1", Follows: true}, {TraceID: "0000000000000007", SpanID: "0000000000000009", Follows: true},
			{TraceID: "10000000000000000000000000000008", SpanID: "000000000000000a"}},
	}}
}

func decode(t *testing.T, in string, o Options) []sources.Trace {
	t.Helper()
	got, err := Decode(strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOTLPBecomesWhatJaegerMakesOfIt(t *testing.T) {
	got := decode(t, two, Options{})
	if len(got) != 1 || got[0].ID != id || got[0].Cut != "" || len(got[0].Spans) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range spans() {
		// A parent to which a link says FOLLOWS_FROM is not the parent of choice: here a link to another trace is
		// the only CHILD_OF, and that is no parent.
		if !reflect.DeepEqual(got[0].Spans[i], want) {
			t.Errorf("got  %+v\nwant %+v", got[0].Spans[i], want)
		}
	}
}

// export is the first span of two as Jaeger writes it, and one as Elasticsearch holds it, with ids that lack zeros.
const export = `{"data":[{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spans":[
{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"a1","operationName":"GET /","references":[],"startTime":1700000000000001,"duration":2,"flags":1,
"tags":[{"key":"s","type":"string","value":"x"},{"key":"b","type":"bool","value":false},{"key":"i","type":"int64","value":"9007199254740993"},{"key":"j","type":"int64","value":-7},{"key":"f","type":"float64","value":1e+21},
{"key":"raw","type":"binary","value":"AP8="},{"value":"any \u001b[2J","key":"late"},{"key":"odd","type":"object","value":{"a":[1]}},{"key":"none","type":"string","value":null},{"key":"error","type":"bool","value":true}],
"logs":[{"timestamp":1700000000000003,"fields":[{"key":"event","type":"string","value":"exception"},{"key":"exception.stacktrace","type":"string","value":"a\n\tb"}]},{"timestamp":1700000000000002,"fields":[{"key":"message","type":"string","value":"hello"}]}],
"processID":"p1","warnings":["clock skew"]},
{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"FEDCBA9876543210","parentSpanID":"00000000000000A1","operationName":"SELECT","startTime":1700000000000002,"duration":0,"process":{"serviceName":"db","tags":[]}},
{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"b2","operationName":"later","references":[{"refType":"FOLLOWS_FROM","traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"a1"},{"refType":"CHILD_OF","traceID":"7","spanID":"9"}],"startTime":1700000000000009,"duration":1,"processID":"p9"}
],"processes":{"p1":{"serviceName":"api","tags":[{"key":"host","type":"string","value":"h"}]}},"warnings":["a warning of the trace"]}],"total":0,"errors":null}`

func TestJaegersOwnForm(t *testing.T) {
	got := decode(t, export, Options{})
	if len(got) != 1 || got[0].ID != id || len(got[0].Spans) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []sources.Span{{
		TraceID: id, SpanID: "00000000000000a1", Service: "api", Operation: "GET /", Start: at1(1700000000000001000), Duration: 2000, Error: true,
		Tags: []sources.Tag{{Key: "s", Value: "x"}, {Key: "b", Value: "false"}, {Key: "i", Value: "9007199254740993"}, {Key: "j", Value: "-7"}, {Key: "f", Value: "1e+21"}, {Key: "raw", Value: "00ff"},
			{Key: "late", Value: "any [2J"}, {Key: "odd", Value: `{"a":[1]}`}, {Key: "none", Value: ""}, {Key: "error", Value: "true"}},
		Process: []sources.Tag{{Key: "host", Value: "h"}}, Warnings: []string{"clock skew", "a warning of the trace"},
		Events: []sources.Event{{At: at1(1700000000000002000), Name: "hello", Tags: []sources.Tag{}},
			{At: at1(1700000000000003000), Name: "exception", Tags: []sources.Tag{{Key: "exception.stacktrace", Value: "a\n    b"}}}},
	}, {
		TraceID: id, SpanID: "fedcba9876543210", ParentID: "00000000000000a1", Service: "db", Operation: "SELECT", Start: at1(1700000000000002000),
	}, {
		TraceID: id, SpanID: "00000000000000b2", ParentID: "00000000000000a1", Service: "p9", Operation: "later", Start: at1(1700000000000009000), Duration: 1000,
		References: []sources.Reference{{TraceID: id, SpanID: "00000000000000a1", Follows: true}, {TraceID: "0000000000000007", SpanID: "0000000000000009"}},
	}} {
		if !reflect.DeepEqual(got[0].Spans[i], want) {
			t.Errorf("got  %+v\nwant %+v", got[0].Spans[i], want)
		}
	}
}

// one is OTLP of one span of trace n, without the brackets around it.
func one(n int) string {
	return fmt.Sprintf(`{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{},"spans":[{"traceId":"%032x","spanId":"%016x","name":"op","startTimeUnixNano":"%d","endTimeUnixNano":"9","status":{}}]}]}`, n, n, n)
}

func plain(n int) string {
	return fmt.Sprintf(`{"traceID":"%x","spans":[{"traceID":"%x","spanID":"%x","operationName":"op","startTime":%d,"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}`, n, n, n, n)
}

func TestEveryForm(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []int // trace ids
	}{
		"TracesData":                   {`{"resourceSpans":[` + one(1) + `,` + one(2) + `]}`, []int{1, 2}},
		"snake case":                   {`{"resource_spans":[` + one(1) + `]}`, []int{1}},
		"Jaeger's API v3":              {`{"result":{"resourceSpans":[` + one(1) + `]}}`, []int{1}},
		"a stream of grpc-gateway":     {`{"result":{"resourceSpans":[` + one(1) + `]}}` + "\n" + `{"result":{"resourceSpans":[` + one(2) + `]}}`, []int{1, 2}},
		"a line each":                  {`{"resourceSpans":[` + one(1) + `]}` + "\n" + `{"resourceSpans":[` + one(2) + `]}` + "\n" + `{"resourceSpans":[` + one(1) + `]}` + "\n\n", []int{1, 2}},
		"one after another":            {`{"resourceSpans":[` + one(1) + `]}{"resourceSpans":[` + one(2) + `]}`, []int{1, 2}},
		"a sequence of RFC 7464":       {"\x1e" + `{"resourceSpans":[` + one(1) + `]}` + "\n\x1e" + `{"resourceSpans":[` + one(2) + `]}`, []int{1, 2}},
		"an array":                     {`[{"resourceSpans":[` + one(1) + `]},{"resourceSpans":[` + one(2) + `]}]`, []int{1, 2}},
		"a byte order mark":            {"\ufeff" + `{"resourceSpans":[` + one(1) + `]}`, []int{1}},
		"other keys":                   {`{"x":[1,{"y":"]}"}],"resourceSpans":[` + one(1) + `],"z":null}`, []int{1}},
		"an empty document before":     {`{"resourceSpans":[]}{"resourceSpans":[` + one(1) + `]}`, []int{1}},
		"Jaeger's answer":              {`{"data":[` + plain(1) + `,` + plain(2) + `]}`, []int{1, 2}},
		"Jaeger's answer of one":       {`{"data":` + plain(1) + `}`, []int{1}},
		"Jaeger's trace":               {plain(1), []int{1}},
		"Jaeger's traces in an array":  {`[` + plain(1) + `,` + plain(2) + `]`, []int{1, 2}},
		"Jaeger's traces a line each":  {plain(1) + "\n" + plain(2), []int{1, 2}},
		"both forms one after another": {plain(1) + `{"resourceSpans":[` + one(2) + `]}`, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in)), iotest.DataErrReader(strings.NewReader(c.in))} {
				got, err := Decode(r, Options{})
				if err != nil {
					t.Fatal(err)
				}
				var ids []int
				for _, tr := range got {
					var n int
					fmt.Sscanf(tr.ID, "%x", &n)
					ids = append(ids, n)
					if tr.Cut != "" || tr.Spans[0].Service != "s" || tr.Spans[0].Operation != "op" || tr.Spans[0].TraceID != tr.ID {
						t.Errorf("%+v", tr)
					}
				}
				if !reflect.DeepEqual(ids, c.want) {
					t.Errorf("traces %v, want %v", ids, c.want)
				}
			}
		})
	}
}

func TestWhatHoldsNoTraceSaysWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		kind     sources.Kind
	}{
		"nothing":           {"", "file: x.json: it is empty", sources.Rejected},
		"white space":       {" \n ", "file: x.json: it is empty", sources.Rejected},
		"other JSON":        {`{"a":1}`, "file: x.json: no traces in it: neither OTLP JSON (resourceSpans) nor Jaeger's (data, spans) (save a trace", sources.Rejected},
		"an array":          {`[1,2]`, "file: x.json: no traces in it", sources.Rejected},
		"no JSON":           {"hello", "file: x.json: no JSON object at byte 0, line 1 (is it JSON, and whole?)", sources.Internal},
		"no JSON, later":    {"{}\n{}\n  hello", "file: x.json: no JSON object at byte 8, line 3", sources.Internal},
		"no spans":          {`{"resourceSpans":[]}`, "file: x.json: no spans in it", sources.Rejected},
		"no data":           {`{"data":[]}`, "file: x.json: no spans in it", sources.Rejected},
		"null":              {`{"data":null,"resourceSpans":null}`, "file: x.json: no spans in it", sources.Rejected},
		"ends at once":      {`{"resourceSpans":[{"reso`, "file: x.json: the file ends in the middle", sources.Internal},
		"a comma too few":   {`{"a":1 "b":2}`, `file: x.json: '"' where ',' was expected at byte 7, line 1`, sources.Internal},
		"an error":          {`{"error":{"httpCode":500,"message":"shard gone"}}`, "file: x.json: shard gone", sources.Rejected},
		"Jaeger's error":    {`{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}`, "file: x.json: trace not found", sources.Rejected},
		"ids in base64":     {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"AAAAAAAAAAAAAAAAAAAAAQ==","spanId":"AAAAAAAAAAE="}]}]}]}`, "file: x.json: none of its 1 spans could be read: ", sources.Internal},
		"brackets mixed up": {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"00000000000000a1"]]}]}]}`, "file: x.json: ", sources.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(strings.NewReader(c.in), Options{Asked: "x.json"})
			if err == nil || got != nil || !strings.HasPrefix(err.Error(), c.want) || sources.KindOf(err) != c.kind {
				t.Errorf("%v of kind %d, %d traces\nwant %s of kind %d", err, sources.KindOf(err), len(got), c.want, c.kind)
			}
			if empty := strings.Contains(c.want, "no spans in it"); errors.Is(err, ErrNoSpans) != empty {
				t.Errorf("%v is ErrNoSpans: %t", err, !empty)
			}
		})
	}
}

// A large input is cut into pieces; what comes out must not depend on where.
func TestALargeTraceIsTheSameHoweverItIsCut(t *testing.T) {
	const n = 2000
	text := string(otlpTrace(n))
	want := decode(t, text, Options{})
	if len(want) != 1 || len(want[0].Spans) != n || want[0].Cut != "" {
		t.Fatalf("%d traces, %q", len(want), want[0].Cut)
	}
	single := newCollector(&Options{MaxSpans: n, Input: "file"})
	if err := (&parser{scanner: newScanner(strings.NewReader(text), 1<<30), out: single, limit: 1 << 30}).documents(); err != nil {
		t.Fatal(err)
	}
	single.flush()
	single.close()
	if got := single.traces(nil); !reflect.DeepEqual(got, want) {
		t.Error("in one piece it is another trace")
	}
	// The resource and the scope may come after the spans.
	late := strings.ReplaceAll(text, `{"resource":{`, `{"schemaUrl":"x","ignored":{`)
	late = strings.ReplaceAll(late, `{"scope":{"name":"example.com/tracing","version":"1.2.3"},"spans":[`, `{"spans":[`)
	for s := range 8 {
		i := strings.LastIndex(late[:closing(late, s)], "]}]}")
		late = late[:i] + `],"scope":{"name":"example.com/tracing","version":"1.2.3"}}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"service-` + fmt.Sprint(s) +
			`"}},{"key":"host.name","value":{"stringValue":"node-` + fmt.Sprint(s) + `"}},{"key":"telemetry.sdk.language","value":{"stringValue":"go"}}]}}` + late[i+4:]
	}
	if got := decode(t, late, Options{}); !reflect.DeepEqual(got, want) {
		t.Error("with the resource at the end it is another trace")
	}
	// Bytes that come singly are the same too; a reader that gives little at a time is enough to see that.
	got, err := Decode(iotest.HalfReader(strings.NewReader(text)), Options{})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read in other portions it is another trace: %v", err)
	}

	jaeger := decode(t, string(jaegerDoc(n)), Options{})
	if len(jaeger) != 1 || len(jaeger[0].Spans) != n || jaeger[0].Spans[7].Service != "service-7" || len(jaeger[0].Spans[7].Process) != 1 {
		t.Errorf("Jaeger's form: %d traces", len(jaeger))
	}
}

// closing is where the s-th ResourceSpans of otlpTrace ends.
func closing(text string, s int) int {
	at := 0
	for range s + 1 {
		i := strings.Index(text[at:], `"ignored":`)
		at += i + 1
	}
	if i := strings.Index(text[at:], `,{"schemaUrl"`); i >= 0 {
		return at + i
	}
	return strings.LastIndex(text, "]}")
}

func TestProcessesAndNamesAreKeptOnce(t *testing.T) {
	got := decode(t, string(otlpTrace(64)), Options{})[0].Spans
	if &got[0].Process[0] != &got[8].Process[0] {
		t.Error("each span has its own process")
	}
	held := heldBy(otlpTrace(20_000)) / 20_000
	if held > 1200 {
		t.Errorf("%d bytes for a span", held)
	}
}

func BenchmarkScan(b *testing.B) {
	doc := otlpTrace(20_000)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if err := newScanner(bytes.NewReader(doc), 1<<40).skip(); err != nil {
			b.Fatal(err)
		}
	}
}
