package jaeger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// object is JSON in the making: spans are sent as OTLP/JSON, as any OpenTelemetry SDK may send them.
type object = map[string]any

func attributes(kv ...any) []object {
	var out []object
	for i := 0; i < len(kv); i += 2 {
		var v object
		switch x := kv[i+1].(type) {
		case string:
			v = object{"stringValue": x}
		case bool:
			v = object{"boolValue": x}
		case int:
			v = object{"intValue": strconv.Itoa(x)}
		case int64:
			v = object{"intValue": strconv.FormatInt(x, 10)}
		case float64:
			v = object{"doubleValue": x}
		}
		out = append(out, object{"key": kv[i], "value": v})
	}
	return out
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

// otlp is one span; id and parent are a trace's own numbers.
func otlp(trace string, id, parent int, name string, start time.Time, d time.Duration, attrs []object, more object) object {
	s := object{"traceId": trace, "spanId": fmt.Sprintf("%016x", id), "name": name, "kind": 2,
		"startTimeUnixNano": nanos(start), "endTimeUnixNano": nanos(start.Add(d)), "attributes": attrs}
	if parent != 0 {
		s["parentSpanId"] = fmt.Sprintf("%016x", parent)
	}
	for k, v := range more {
		s[k] = v
	}
	return s
}

// send stores spans of a service by way of a server's OTLP address.
func send(t testing.TB, url, service string, spans ...object) {
	t.Helper()
	body, err := json.Marshal(object{"resourceSpans": []object{{
		"resource":   object{"attributes": attributes("service.name", service, "host.name", "node-1")},
		"scopeSpans": []object{{"spans": spans}}}}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url+"/v1/traces", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("OTLP: %s", resp.Status)
	}
}

// eventually asks until ok: Jaeger stores what it took a moment later.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	late := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-poll.C:
		case <-late:
			t.Fatal("not so after 10 s")
		}
	}
}
