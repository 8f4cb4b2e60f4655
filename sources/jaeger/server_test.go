package jaeger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/testserver"
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

func send(t *testing.T, url, service string, spans ...object) {
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
func eventually(t *testing.T, ok func() bool) {
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

func TestAgainstARealJaeger(t *testing.T) {
	server := testserver.Jaeger(t)
	c := client(t, Options{URL: "grpc://" + server.GRPC})
	base := time.Now().Add(-time.Minute).Truncate(time.Microsecond).UTC()
	at := func(ms int) time.Time { return base.Add(time.Duration(ms) * time.Millisecond) }
	long := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }

	failed := object{
		"status": object{"code": 2, "message": "no such dataset"},
		"events": []object{{"timeUnixNano": nanos(at(15)), "name": "exception",
			"attributes": attributes("exception.type", "DatasetNotFound", "exception.message", "ds-\x1b[31m7")}},
	}
	const slow = "000000000000000100000000000000aa"
	send(t, server.OTLP, "deeplake-api",
		otlp(slow, 1, 0, "POST /search", at(0), long(900), attributes("tenant_id", "acme", "http.status_code", 500, "ratio", 0.5, "cached", false), nil),
		otlp(slow, 2, 1, "search_vectors", at(10), long(800), attributes("search_type", "hybrid"), failed))
	send(t, server.OTLP, "redis", otlp(slow, 3, 2, "GET", at(12), long(3), attributes("db.system", "redis"), nil))
	const many = 30
	for i := range many {
		tenant := []string{"acme", "globex"}[i%2]
		send(t, server.OTLP, "deeplake-api", otlp(fmt.Sprintf("%032x", 0x1000+i), 1, 0, "GET /datasets", at(1000+i), long(10+i), attributes("tenant_id", tenant), nil))
	}

	search := func(q sources.TraceSearch) []sources.TraceSummary {
		t.Helper()
		q.Service = "deeplake-api"
		found, err := c.Search(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		return found
	}
	eventually(t, func() bool {
		trace, err := c.Trace(t.Context(), slow, nil)
		return err == nil && len(trace.Spans) == 3 && len(search(sources.TraceSearch{Limit: 100})) == many+1
	})

	t.Run("names", func(t *testing.T) {
		services, err := c.Services(t.Context())
		if want := []string{"deeplake-api", "redis"}; err != nil || !reflect.DeepEqual(services, want) {
			t.Errorf("services %q, %v", services, err)
		}
		operations, err := c.Operations(t.Context(), "deeplake-api")
		if want := []string{"GET /datasets", "POST /search", "search_vectors"}; err != nil || !reflect.DeepEqual(operations, want) {
			t.Errorf("operations %q, %v", operations, err)
		}
		if none, err := c.Operations(t.Context(), "nobody"); err != nil || len(none) != 0 {
			t.Errorf("operations of nobody: %q, %v", none, err)
		}
	})

	t.Run("search", func(t *testing.T) {
		for name, s := range map[string]struct {
			q    sources.TraceSearch
			want int
		}{
			"by tag":               {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "globex"}), Limit: 100}, many / 2},
			"by tags of one span":  {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "acme", "http.status_code": "500"}), Limit: 100}, 1},
			"tags of two spans":    {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "acme", "search_type": "hybrid"}), Limit: 100}, 0},
			"by error":             {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"error": "true"}), Limit: 100}, 1},
			"by shortest duration": {sources.TraceSearch{Min: 35 * time.Millisecond, Limit: 100}, 6},
			"by longest duration":  {sources.TraceSearch{Max: 15 * time.Millisecond, Limit: 100}, 6},
			"by operation":         {sources.TraceSearch{Operation: "search_vectors", Limit: 100}, 1},
			"by time":              {sources.TraceSearch{Start: at(1005), End: at(1009), Limit: 100}, 5},
			"no match":             {sources.TraceSearch{Operation: "none"}, 0},
			"default limit":        {sources.TraceSearch{}, 20},
			"limit":                {sources.TraceSearch{Limit: 3}, 3},
		} {
			if got := search(s.q); len(got) != s.want {
				t.Errorf("%s: %d traces, want %d", name, len(got), s.want)
			}
		}
		newest := search(sources.TraceSearch{Limit: 3})
		if !slices.IsSortedFunc(newest, func(a, b sources.TraceSummary) int { return b.Start.Compare(a.Start) }) || !newest[0].Start.Equal(at(1000+many-1)) {
			t.Errorf("not the newest, newest first: %+v", newest)
		}
		got := search(sources.TraceSearch{Operation: "POST /search"})[0]
		tags := got.Tags
		got.Tags = nil
		want := sources.TraceSummary{ID: slow, Service: "deeplake-api", Operation: "POST /search", Start: base, Duration: long(900), Spans: 3, Services: 2, Errors: 1}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		for k, v := range map[string]string{"tenant_id": "acme", "http.status_code": "500", "ratio": "0.5", "cached": "false", "search_type": "hybrid", "db.system": "redis"} {
			if tags[k] != v {
				t.Errorf("tag %s is %q, want %q", k, tags[k], v)
			}
		}
	})

	t.Run("trace", func(t *testing.T) {
		got, err := c.Trace(t.Context(), slow, nil)
		if err != nil {
			t.Fatal(err)
		}
		type line struct {
			id, parent, service, operation string
			from, length                   time.Duration
			failed                         bool
		}
		var lines []line
		for _, s := range got.Spans {
			lines = append(lines, line{s.SpanID, s.ParentID, s.Service, s.Operation, s.Start.Sub(base), s.Duration, s.Error})
			if host, ok := s.Tag("host.name"); !ok || host != "node-1" {
				t.Errorf("%s: host.name %q", s.Operation, host)
			}
		}
		want := []line{
			{"0000000000000001", "", "deeplake-api", "POST /search", 0, long(900), false},
			{"0000000000000002", "0000000000000001", "deeplake-api", "search_vectors", long(10), long(800), true},
			{"0000000000000003", "0000000000000002", "redis", "GET", long(12), long(3), false},
		}
		if got.ID != slow || !reflect.DeepEqual(lines, want) {
			t.Errorf("got  %+v\nwant %+v", lines, want)
		}
		events := []sources.Event{{At: at(15), Name: "exception", Tags: []sources.Tag{{Key: "exception.message", Value: "ds-[31m7"}, {Key: "exception.type", Value: "DatasetNotFound"}}}}
		if !reflect.DeepEqual(got.Spans[1].Events, events) {
			t.Errorf("got  %+v\nwant %+v", got.Spans[1].Events, events)
		}
		if _, err := c.Trace(t.Context(), "ffff", nil); err == nil || err.Error() != "jaeger: trace ffff: no such trace (it may have expired)" {
			t.Errorf("a trace that isn't there: %v", err)
		}
	})

	t.Run("restart", func(t *testing.T) {
		server.Stop()
		_, err := c.Services(t.Context())
		if kind := sources.KindOf(err); kind != sources.Refused && kind != sources.Unavailable {
			t.Errorf("stopped: %v", err)
		}
		server.Start()
		eventually(t, func() bool { _, err := c.Services(t.Context()); return err == nil })
	})
}
