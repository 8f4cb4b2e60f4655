package tracejson

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"
)

// otlpTrace is a trace of n spans as the collector writes it, of some services, with a dozen attributes each.
func otlpTrace(n int) []byte {
	const services = 8
	var b bytes.Buffer
	b.WriteString(`{"resourceSpans":[`)
	for s := range services {
		if s > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"service-%d"}},{"key":"host.name","value":{"stringValue":"node-%d"}},{"key":"telemetry.sdk.language","value":{"stringValue":"go"}}]},"scopeSpans":[{"scope":{"name":"example.com/tracing","version":"1.2.3"},"spans":[`, s, s)
		for i, first := s, true; i < n; i, first = i+services, false {
			if !first {
				b.WriteByte(',')
			}
			start := int64(1_700_000_000_000_000_000) + int64(i)*1_000
			parent := ""
			if i > 0 {
				parent = fmt.Sprintf("%016x", (i-1)/4+1)
			}
			status := "{}"
			if i%97 == 0 {
				status = `{"code":2,"message":"deadline exceeded"}`
			}
			fmt.Fprintf(&b, `{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"%016x","parentSpanId":"%s","name":"operation-%d","kind":%d,"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[`+
				`{"key":"tenant_id","value":{"stringValue":"tenant-%d"}},{"key":"http.request.method","value":{"stringValue":"POST"}},{"key":"http.response.status_code","value":{"intValue":"%d"}},`+
				`{"key":"url.path","value":{"stringValue":"/api/v1/datasets/%d/search"}},{"key":"db.system","value":{"stringValue":"deeplake"}},{"key":"cache.hit","value":{"boolValue":%t}},{"key":"score","value":{"doubleValue":%v}}],`+
				`"events":[{"timeUnixNano":"%d","name":"chunk","attributes":[{"key":"bytes","value":{"intValue":"%d"}}]}],"status":%s}`,
				i+1, parent, i%40, 1+i%5, start, start+int64(n-i)*1_000, i%20, 200+i%3, i%5000, i%2 == 0, float64(i)/7, start+10, i*17, status)
		}
		b.WriteString(`]}]}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// jaegerDoc is the same trace as Jaeger writes it.
func jaegerDoc(n int) []byte {
	const services = 8
	var b bytes.Buffer
	b.WriteString(`{"data":[{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spans":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		start := int64(1_700_000_000_000_000) + int64(i)
		refs := ""
		if i > 0 {
			refs = fmt.Sprintf(`{"refType":"CHILD_OF","traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"%016x"}`, (i-1)/4+1)
		}
		fmt.Fprintf(&b, `{"traceID":"4bf92f3577b34da6a3ce929d0e0e4736","spanID":"%016x","operationName":"operation-%d","references":[%s],"startTime":%d,"duration":%d,"tags":[`+
			`{"key":"otel.scope.name","type":"string","value":"example.com/tracing"},{"key":"otel.scope.version","type":"string","value":"1.2.3"},`+
			`{"key":"tenant_id","type":"string","value":"tenant-%d"},{"key":"http.request.method","type":"string","value":"POST"},{"key":"http.response.status_code","type":"int64","value":%d},`+
			`{"key":"url.path","type":"string","value":"/api/v1/datasets/%d/search"},{"key":"db.system","type":"string","value":"deeplake"},{"key":"cache.hit","type":"bool","value":%t},{"key":"score","type":"float64","value":%v},{"key":"span.kind","type":"string","value":"server"}],`+
			`"logs":[{"timestamp":%d,"fields":[{"key":"event","type":"string","value":"chunk"},{"key":"bytes","type":"int64","value":%d}]}],"processID":"p%d","warnings":null}`,
			i+1, i%40, refs, start, n-i, i%20, 200+i%3, i%5000, i%2 == 0, float64(i)/7, start, i*17, i%services+1)
	}
	b.WriteString(`],"processes":{`)
	for s := range services {
		if s > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"p%d":{"serviceName":"service-%d","tags":[{"key":"host.name","type":"string","value":"node-%d"}]}`, s+1, s, s)
	}
	b.WriteString(`},"warnings":null}],"total":0,"limit":0,"offset":0,"errors":null}`)
	return b.Bytes()
}

func benchmark(b *testing.B, doc []byte, spans int) {
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	var after, kept time.Duration
	for b.Loop() {
		last := time.Time{}
		in := bytes.NewReader(doc)
		t, err := Decode(readerFunc(func(p []byte) (int, error) {
			n, err := in.Read(p)
			if err == nil {
				last = time.Now()
			}
			return n, err
		}), Options{})
		if err != nil || len(t) != 1 || len(t[0].Spans) != spans {
			b.Fatal(err)
		}
		after = time.Since(last)
		kept += after
	}
	b.ReportMetric(float64(kept.Microseconds())/1000/float64(b.N), "ms-after-last-byte")
	b.StopTimer()
	b.ReportMetric(float64(heldBy(doc))/float64(spans), "B/span")
}

// heldBy is the memory that the decoded traces take.
func heldBy(doc []byte) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	t, _ := Decode(bytes.NewReader(doc), Options{})
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(t)
	runtime.KeepAlive(doc)
	return after.HeapAlloc - before.HeapAlloc
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

var _ io.Reader = readerFunc(nil)

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		b.Run(fmt.Sprintf("otlp-%d", n), func(b *testing.B) { benchmark(b, otlpTrace(n), n) })
		b.Run(fmt.Sprintf("jaeger-%d", n), func(b *testing.B) { benchmark(b, jaegerDoc(n), n) })
	}
}
