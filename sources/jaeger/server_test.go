package jaeger

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/testserver"
)

// servers are the real ones, of the same release.
var servers = map[string]func(testing.TB) testserver.JaegerServer{"v1": testserver.Jaeger, "v2": testserver.JaegerV2}

// ways are the URLs by which a server is asked, and what its details say then.
func ways(t testing.TB, s testserver.JaegerServer) map[string]way {
	return map[string]way{
		"gRPC":     {"grpc://" + s.GRPC, "gRPC api_v2; whole traces are read for a list"},
		"HTTP":     {s.URL, "HTTP; lists by /api/v3/traces, those by tags by /api/traces: whole traces are read for a list"},
		"old HTTP": {withoutV3(t, s.URL), "HTTP; lists by the old /api/traces: whole traces are read for a list"},
	}
}

type way struct{ url, note string }

// withoutV3 is a server in front of a real one that knows Jaeger's older API only, as Jaeger did before 1.50.
func withoutV3(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/v3/") {
			http.NotFound(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const (
	slow = "000000000000000100000000000000aa"
	many = 30
)

// sent is what the tests store: one trace of three spans, and many of one.
type sent struct{ base time.Time }

func (s sent) at(ms int) time.Time { return s.base.Add(long(ms)) }

func long(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }

func store(t testing.TB, server testserver.JaegerServer) sent {
	t.Helper()
	s := sent{time.Now().Add(-time.Minute).Truncate(time.Microsecond).UTC()}
	failed := object{
		"status": object{"code": 2, "message": "no such dataset"},
		"events": []object{{"timeUnixNano": nanos(s.at(15)), "name": "exception",
			"attributes": attributes("exception.type", "DatasetNotFound", "exception.message", "ds-\x1b[31m7", "exception.stacktrace", "a\n\tb\x07")}},
	}
	linked := object{"links": []object{{"traceId": "000000000000000100000000000000bb", "spanId": "0000000000000009"},
		{"traceId": "000000000000000100000000000000cc", "spanId": "000000000000000a", "attributes": attributes("opentracing.ref_type", "child_of")}}}
	send(t, server.OTLP, "deeplake-api",
		otlp(slow, 1, 0, "POST /search", s.at(0), long(900), attributes("tenant_id", "acme", "http.status_code", 404, "ratio", 0.5, "big", int64(9007199254740993), "cached", false), nil),
		otlp(slow, 2, 1, "search_vectors", s.at(10), long(800), attributes("search_type", "hybrid"), failed))
	send(t, server.OTLP, "redis", otlp(slow, 3, 2, "GET", s.at(12), long(3), attributes("db.system", "redis"), linked))
	for i := range many {
		tenant := []string{"acme", "globex"}[i%2]
		send(t, server.OTLP, "deeplake-api", otlp(fmt.Sprintf("%032x", 0x1000+i), 1, 0, "GET /datasets", s.at(1000+i), long(10+i), attributes("tenant_id", tenant), nil))
	}
	c := client(t, Options{URL: "grpc://" + server.GRPC})
	eventually(t, func() bool {
		trace, err := c.Trace(t.Context(), slow, nil)
		if err != nil || len(trace.Spans) != 3 {
			return false
		}
		found, err := c.Search(t.Context(), sources.TraceSearch{Service: "deeplake-api", Limit: 100})
		return err == nil && len(found) == many+1
	})
	return s
}

func TestRealServersTellWhatTheyHold(t *testing.T) {
	for version, start := range servers {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			s := store(t, server)
			for name, way := range ways(t, server) {
				t.Run(name, func(t *testing.T) {
					c := client(t, Options{URL: way.url})
					info, err := c.Info(t.Context())
					if err != nil || !reflect.DeepEqual(info.Notes, []string{way.note}) {
						t.Errorf("%+v, %v; want the note %q", info, err, way.note)
					}
					t.Run("names", func(t *testing.T) { testNames(t, c) })
					t.Run("search", func(t *testing.T) { testSearch(t, c, s) })
					t.Run("trace", func(t *testing.T) { testTrace(t, c, s) })
					t.Run("dependencies", func(t *testing.T) { testDependencies(t, c) })
					t.Run("as the server itself has it", func(t *testing.T) { testAsHeld(t, c, server.URL) })
				})
			}
			t.Run("restart", func(t *testing.T) { testRestart(t, server) })
		})
	}
}

func testNames(t *testing.T, c *Client) {
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
}

func testSearch(t *testing.T, c *Client, s sent) {
	search := func(q sources.TraceSearch) []sources.TraceSummary {
		t.Helper()
		q.Service = "deeplake-api"
		found, err := c.Search(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		return found
	}
	for name, s := range map[string]struct {
		q    sources.TraceSearch
		want int
	}{
		"by tag":               {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "globex"}), Limit: 100}, many / 2},
		"by tags of one span":  {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "acme", "http.status_code": "404"}), Limit: 100}, 1},
		"tags of two spans":    {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"tenant_id": "acme", "search_type": "hybrid"}), Limit: 100}, 0},
		"by error":             {sources.TraceSearch{Tags: sources.JoinTags(map[string]string{"error": "true"}), Limit: 100}, 1},
		"by shortest duration": {sources.TraceSearch{Min: 35 * time.Millisecond, Limit: 100}, 6},
		"by longest duration":  {sources.TraceSearch{Max: 15 * time.Millisecond, Limit: 100}, 6},
		"by operation":         {sources.TraceSearch{Operation: "search_vectors", Limit: 100}, 1},
		"by time":              {sources.TraceSearch{Start: s.at(1005), End: s.at(1009), Limit: 100}, 5},
		"no match":             {sources.TraceSearch{Operation: "none"}, 0},
		"default limit":        {sources.TraceSearch{}, 20},
		"limit":                {sources.TraceSearch{Limit: 3}, 3},
	} {
		if got := search(s.q); len(got) != s.want {
			t.Errorf("%s: %d traces, want %d", name, len(got), s.want)
		}
	}
	newest := search(sources.TraceSearch{Limit: 3})
	if !slices.IsSortedFunc(newest, func(a, b sources.TraceSummary) int { return b.Start.Compare(a.Start) }) || !newest[0].Start.Equal(s.at(1000+many-1)) {
		t.Errorf("not the newest, newest first: %+v", newest)
	}
	got := search(sources.TraceSearch{Operation: "POST /search"})[0]
	tags := got.Tags
	got.Tags = nil
	want := sources.TraceSummary{ID: slow, Service: "deeplake-api", Operation: "POST /search", Start: s.base, Duration: long(900), Spans: 3, Services: 2, Errors: 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for k, v := range map[string]string{"tenant_id": "acme", "http.status_code": "404", "ratio": "0.5", "big": "9007199254740993", "cached": "false", "search_type": "hybrid", "db.system": "redis"} {
		if tags[k] != v {
			t.Errorf("tag %s is %q, want %q", k, tags[k], v)
		}
	}
}

func testTrace(t *testing.T, c *Client, s sent) {
	told := 0
	got, err := c.Trace(t.Context(), slow, func(n int) { told = n })
	if err != nil || told != 3 {
		t.Fatalf("told of %d spans, %v", told, err)
	}
	if diff := difference(got, s.trace()); diff != "" {
		t.Error(diff)
	}
	if short, err := c.Trace(t.Context(), "1000", nil); err != nil || short.ID != "0000000000001000" || len(short.Spans) != 1 || short.Spans[0].TraceID != short.ID {
		t.Errorf("a trace whose id has 64 bits: %+v, %v", short, err)
	}
	if _, err := c.Trace(t.Context(), "ffff", nil); err == nil || err.Error() != "jaeger: trace ffff: no such trace (it may have expired)" {
		t.Errorf("a trace that isn't there: %v", err)
	}
}

// trace is the one of three spans as all of dlmon should see it; tags are in the order of their names.
func (s sent) trace() sources.Trace {
	span := func(id, parent, service, operation string, from, length int, tags ...sources.Tag) sources.Span {
		out := sources.Span{TraceID: slow, SpanID: id, ParentID: parent, Service: service, Operation: operation,
			Start: s.at(from), Duration: long(length), Tags: tags, Process: []sources.Tag{{Key: "host.name", Value: "node-1"}}}
		if parent != "" {
			out.References = []sources.Reference{{TraceID: slow, SpanID: parent}}
		}
		return out
	}
	root := span("0000000000000001", "", "deeplake-api", "POST /search", 0, 900, sources.Tag{Key: "big", Value: "9007199254740993"},
		sources.Tag{Key: "cached", Value: "false"}, sources.Tag{Key: "http.status_code", Value: "404"}, sources.Tag{Key: "ratio", Value: "0.5"},
		sources.Tag{Key: "span.kind", Value: "server"}, sources.Tag{Key: "tenant_id", Value: "acme"})
	failed := span("0000000000000002", "0000000000000001", "deeplake-api", "search_vectors", 10, 800, sources.Tag{Key: "error", Value: "true"},
		sources.Tag{Key: "otel.status_code", Value: "ERROR"}, sources.Tag{Key: "otel.status_description", Value: "no such dataset"},
		sources.Tag{Key: "search_type", Value: "hybrid"}, sources.Tag{Key: "span.kind", Value: "server"})
	failed.Error = true
	failed.Events = []sources.Event{{At: s.at(15), Name: "exception", Tags: []sources.Tag{{Key: "exception.message", Value: "ds-[31m7"},
		{Key: "exception.stacktrace", Value: "a\n    b"}, {Key: "exception.type", Value: "DatasetNotFound"}}}}
	linked := span("0000000000000003", "0000000000000002", "redis", "GET", 12, 3, sources.Tag{Key: "db.system", Value: "redis"}, sources.Tag{Key: "span.kind", Value: "server"})
	linked.References = append(linked.References, sources.Reference{TraceID: "000000000000000100000000000000bb", SpanID: "0000000000000009", Follows: true},
		sources.Reference{TraceID: "000000000000000100000000000000cc", SpanID: "000000000000000a"})
	return sources.Trace{ID: slow, Spans: []sources.Span{root, failed, linked}}
}

// difference is where two traces differ, apart from the order of tags; "" if nowhere.
func difference(got, want sources.Trace) string {
	if got.ID != want.ID || got.Cut != want.Cut || len(got.Spans) != len(want.Spans) {
		return fmt.Sprintf("%s of %d spans, cut %q; want %s of %d, cut %q", got.ID, len(got.Spans), got.Cut, want.ID, len(want.Spans), want.Cut)
	}
	for i := range got.Spans {
		if g, w := ordered(got.Spans[i]), ordered(want.Spans[i]); !reflect.DeepEqual(g, w) {
			return fmt.Sprintf("span %d\ngot  %+v\nwant %+v", i, g, w)
		}
	}
	return ""
}

func ordered(s sources.Span) sources.Span {
	s.Tags, s.Process, s.Events = byName(s.Tags), byName(s.Process), slices.Clone(s.Events)
	for i := range s.Events {
		s.Events[i].Tags = byName(s.Events[i].Tags)
	}
	return s
}

func byName(tags []sources.Tag) []sources.Tag {
	return slices.SortedStableFunc(slices.Values(tags), func(a, b sources.Tag) int { return strings.Compare(a.Key, b.Key) })
}

func testDependencies(t *testing.T, c *Client) {
	got, err := c.Dependencies(t.Context(), time.Now().Add(time.Minute), time.Hour)
	if want := []sources.Dependency{{Parent: "deeplake-api", Child: "redis", Calls: 1}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// testAsHeld compares with what the server itself answers, read without dlmon's decoders.
func testAsHeld(t *testing.T, c *Client, server string) {
	resp, err := http.Get(server + "/api/traces/" + slow)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	type pair struct {
		Key   string
		Value any
	}
	var held struct {
		Data []struct {
			Spans []struct {
				SpanID, OperationName, ProcessID string
				StartTime, Duration              int64
				Tags                             []pair
				References                       []struct{ RefType, TraceID, SpanID string }
				Logs                             []struct {
					Timestamp int64
					Fields    []pair
				}
			}
			Processes map[string]struct {
				ServiceName string
				Tags        []pair
			}
		}
	}
	in := json.NewDecoder(resp.Body)
	in.UseNumber()
	if err := in.Decode(&held); err != nil || len(held.Data) != 1 {
		t.Fatalf("%v, %d traces", err, len(held.Data))
	}
	texts := func(in []pair) map[string]string {
		out := map[string]string{}
		for _, p := range in {
			out[p.Key] = sources.CleanBlock(fmt.Sprint(p.Value))
		}
		return out
	}
	tags := func(in []sources.Tag) map[string]string {
		out := map[string]string{}
		for _, p := range in {
			out[p.Key] = p.Value
		}
		return out
	}
	got, err := c.Trace(t.Context(), slow, nil)
	if err != nil || len(got.Spans) != len(held.Data[0].Spans) {
		t.Fatalf("%d spans, %v; the server holds %d", len(got.Spans), err, len(held.Data[0].Spans))
	}
	for _, want := range held.Data[0].Spans {
		i := slices.IndexFunc(got.Spans, func(s sources.Span) bool { return s.SpanID == want.SpanID })
		if i < 0 {
			t.Errorf("no span %s", want.SpanID)
			continue
		}
		s, p := got.Spans[i], held.Data[0].Processes[want.ProcessID]
		if s.Operation != want.OperationName || s.Start.UnixMicro() != want.StartTime || s.Duration.Microseconds() != want.Duration ||
			s.Service != p.ServiceName || !reflect.DeepEqual(tags(s.Process), texts(p.Tags)) || !reflect.DeepEqual(tags(s.Tags), texts(want.Tags)) ||
			len(s.References) != len(want.References) || len(s.Events) != len(want.Logs) {
			t.Errorf("got %+v\nthe server holds %+v of %+v", s, want, p)
			continue
		}
		for j, r := range want.References {
			if s.References[j] != (sources.Reference{TraceID: r.TraceID, SpanID: r.SpanID, Follows: r.RefType == "FOLLOWS_FROM"}) {
				t.Errorf("reference %+v, the server holds %+v", s.References[j], r)
			}
		}
		for j, l := range want.Logs {
			fields := tags(s.Events[j].Tags)
			fields["event"] = s.Events[j].Name
			if s.Events[j].At.UnixMicro() != l.Timestamp || !reflect.DeepEqual(fields, texts(l.Fields)) {
				t.Errorf("event %+v, the server holds %+v", s.Events[j], l)
			}
		}
	}
}

func testRestart(t *testing.T, server testserver.JaegerServer) {
	clients := []*Client{client(t, Options{URL: "grpc://" + server.GRPC}), client(t, Options{URL: server.URL})}
	server.Stop()
	for _, c := range clients {
		_, err := c.Services(t.Context())
		if kind := sources.KindOf(err); kind != sources.Refused && kind != sources.Unavailable {
			t.Errorf("stopped: %v", err)
		}
	}
	server.Start()
	for _, c := range clients {
		eventually(t, func() bool { _, err := c.Services(t.Context()); return err == nil })
	}
}
