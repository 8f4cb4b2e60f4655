package jaeger

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
)

// web is a Jaeger over HTTP that answers what a test tells it to, by path; other paths get Jaeger's UI.
type web struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	asked   []*url.URL
	headers http.Header
}

func serveWeb(t testing.TB, answers map[string]http.HandlerFunc) *web {
	t.Helper()
	w := &web{answers: answers}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	answer := w.answers[r.URL.Path]
	w.asked, w.headers = append(w.asked, r.URL), r.Header
	w.mu.Unlock()
	if answer == nil {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, `<!doctype html><script>const JAEGER_VERSION = {"gitCommit":"c","gitVersion":"v2.19.0","buildDate":"d"};</script>`)
		return
	}
	answer(rw, r)
}

func (w *web) set(answers map[string]http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = answers
}

// last is the last request to a path.
func (w *web) last(path string) url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range slices.Backward(w.asked) {
		if u.Path == path {
			return u.Query()
		}
	}
	return nil
}

func (w *web) count(path string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.asked {
		if u.Path == path {
			n++
		}
	}
	return n
}

// says answers with a text.
func says(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, text, code) }
}

// needsTimes is how API v3 answers a search without times.
func needsTimes(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("query.startTimeMin") == "" {
			says(400, `{"error":{"httpCode":400,"message":"query.startTimeMin and query.startTimeMax are required"}}`)(w, r)
			return
		}
		then(w, r)
	}
}

// v219 answers as Jaeger 2.19 does, as far as its source tells: no release after 1.76 builds from the module proxy, so
// this fake stands for it. Its shapes are those of proto/api_v3/query_service.proto in jaeger-idl 0.14 as protobuf's
// JSON (64-bit numbers as text, zero values left out), its answer to a search is the one that Jaeger's own test of the
// handler holds (internal/apiv3/snapshots/FindTraceSummaries.json), and its errors are GRPCGatewayError.
func v219() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/api/v3/services":   says(200, `{"services":["b","a"]}`),
		"/api/v3/operations": says(200, `{"operations":[{"name":"GET /","spanKind":"server"},{"name":"GET /","spanKind":"client"}]}`),
		"/api/v3/trace-summaries": needsTimes(says(200, `{"summaries":[
			{"traceId":"00000000000000000000000000000001","rootServiceName":"frontend","rootOperationName":"HTTP GET /\u001b[2J","minStartTimeUnixNano":"1000000000000","maxEndTimeUnixNano":"1001000000000","spanCount":2,"errorSpanCount":1,"services":[{"name":"frontend","spanCount":2,"errorSpanCount":1}]},
			{"traceId":"4BF92F3577B34DA6A3CE929D0E0E4736","minStartTimeUnixNano":"1700000000000000001","maxEndTimeUnixNano":"1700000000000000000","spanCount":3,"orphanSpanCount":1,"services":[{"name":"a","spanCount":1},{"name":"b","spanCount":2}]},
			{"traceId":"00000000000000000000000000000005","minStartTimeUnixNano":"10413792000000000000","maxEndTimeUnixNano":"10413792000000000005"},
			{"traceId":"00000000000000000000000000000003"}],"nextPageToken":""}`)),
		"/api/v3/traces": says(500, `{"error":{"message":"whole traces were asked for"}}`),
		"/api/v3/traces/00000000000000000000000000000001": says(200, `{"result":{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002","name":"op"}]}]}]}}`),
		"/api/v3/traces/0000000000000000000000000000ffff": says(404, `{"error":{"httpCode":404,"message":"No traces found"}}`),
		"/api/v3/dependencies":                            says(200, `{"dependencies":[{"parent":"a","child":"b","callCount":"9007199254740993"},{"parent":"a","child":"a","callCount":"1"}]}`),
	}
}

func TestAServerWithSummariesIsNeverAskedForWholeTraces(t *testing.T) {
	w := serveWeb(t, v219())
	c := client(t, Options{URL: w.URL})
	info, err := c.Info(t.Context())
	if err != nil || info.Version != "v2.19.0" || !reflect.DeepEqual(info.Notes, []string{"HTTP; lists by /api/v3/trace-summaries"}) {
		t.Errorf("%+v, %v", info, err)
	}
	got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a"})
	want := []sources.TraceSummary{
		{ID: "0000000000000005", Start: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), Duration: 5, Tags: map[string]string{}},
		{ID: "4bf92f3577b34da6a3ce929d0e0e4736", Start: time.Unix(0, 1700000000000000001).UTC(), Spans: 3, Services: 2, Tags: map[string]string{}},
		{ID: "0000000000000001", Service: "frontend", Operation: "HTTP GET /[2J", Start: time.Unix(1000, 0).UTC(), Duration: time.Second, Spans: 2, Services: 1, Errors: 1, Tags: map[string]string{}},
		{ID: "0000000000000003", Tags: map[string]string{}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	if got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a", Limit: 1}); err != nil || len(got) != 1 {
		t.Errorf("%d traces of 1, %v", len(got), err)
	}
	services, _ := c.Services(t.Context())
	operations, err := c.Operations(t.Context(), "a b&c")
	if err != nil || !reflect.DeepEqual(services, []string{"a", "b"}) || !reflect.DeepEqual(operations, []string{"GET /"}) || w.last("/api/v3/operations").Get("service") != "a b&c" {
		t.Errorf("%q, %q, %v", services, operations, err)
	}
	calls, err := c.Dependencies(t.Context(), epoch, time.Hour)
	if q := w.last("/api/v3/dependencies"); err != nil || !reflect.DeepEqual(calls, []sources.Dependency{{Parent: "a", Child: "b", Calls: 9007199254740993}}) ||
		q.Get("startTime") != "2026-01-02T02:04:05Z" || q.Get("endTime") != "2026-01-02T03:04:05Z" {
		t.Errorf("%+v, %v", calls, err)
	}
	if trace, err := c.Trace(t.Context(), "1", nil); err != nil || len(trace.Spans) != 1 || trace.ID != "0000000000000001" {
		t.Errorf("%+v, %v", trace, err)
	}
	if _, err := c.Trace(t.Context(), "ffff", nil); err == nil || err.Error() != "jaeger: trace ffff: no such trace (it may have expired)" {
		t.Error(err)
	}
	if n := w.count("/api/v3/traces"); n != 0 {
		t.Errorf("whole traces were asked for %d times", n)
	}
	if n := w.count("/api/v3/trace-summaries"); n != 3 {
		t.Errorf("%d requests for summaries: one to find out, one for each list", n)
	}
}

func TestSummariesInAnEnvelopeAreReadToo(t *testing.T) {
	answers := v219()
	part := func(n int) string { return fmt.Sprintf(`{"result":{"summaries":[{"traceId":"%032x"}]}}`, n) }
	answers["/api/v3/trace-summaries"] = needsTimes(says(200, part(1)+"\n"+part(2)))
	w := serveWeb(t, answers)
	c := client(t, Options{URL: w.URL})
	if got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a"}); err != nil || len(got) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	answers["/api/v3/trace-summaries"] = needsTimes(says(200, `{"error":{"code":13,"message":"shard gone"}}`))
	_, err := c.Search(t.Context(), sources.TraceSearch{Service: "a"})
	kind(t, err, sources.Unavailable)
	answers["/api/v3/trace-summaries"] = needsTimes(says(200, `{}`))
	if got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a"}); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v; want an empty list", got, err)
	}
}

// Jaeger before 2.19 knows names with underscores only, 2.19 and later warn of these where theirs are missing.
func TestASearchIsAskedInEveryServersWords(t *testing.T) {
	q := sources.TraceSearch{Service: "a", Operation: "GET /", Tags: sources.JoinTags(map[string]string{"k": "v=1", "error": "true"}),
		Start: epoch, End: epoch.Add(time.Hour + 1), Min: 1500 * time.Millisecond, Max: time.Minute, Limit: 7}
	w := serveWeb(t, v219())
	if _, err := client(t, Options{URL: w.URL}).Search(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	got := w.last("/api/v3/trace-summaries")
	for _, names := range [][2]string{{"serviceName", "service_name"}, {"operationName", "operation_name"}, {"startTimeMin", "start_time_min"}, {"startTimeMax", "start_time_max"},
		{"durationMin", "duration_min"}, {"durationMax", "duration_max"}, {"searchDepth", "search_depth"}, {"searchDepth", "num_traces"}} {
		want := map[string]string{"serviceName": "a", "operationName": "GET /", "startTimeMin": "2026-01-02T03:04:05Z", "startTimeMax": "2026-01-02T04:04:05.000000001Z",
			"durationMin": "1.5s", "durationMax": "1m0s", "searchDepth": "7"}[names[0]]
		for _, n := range names {
			if got.Get("query."+n) != want {
				t.Errorf("%s is %q, want %q", n, got.Get("query."+n), want)
			}
		}
	}
	if a := got.Get("query.attributes"); a != `{"error":"true","k":"v=1"}` {
		t.Errorf("attributes %s", a)
	}
	old := serveWeb(t, map[string]http.HandlerFunc{"/api/services": says(200, `{"data":[]}`), "/api/traces": says(200, `{"data":[]}`)})
	if _, err := client(t, Options{URL: old.URL}).Search(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	first := old.asked[slices.IndexFunc(old.asked, func(u *url.URL) bool { return u.Path == "/api/traces" })].Query()
	want := url.Values{"service": {"a"}, "operation": {"GET /"}, "tags": {`{"error":"true","k":"v=1"}`}, "start": {"1767323045000000"}, "end": {"1767326645000001"},
		"minDuration": {"1.5s"}, "maxDuration": {"1m0s"}, "limit": {"7"}}
	if !reflect.DeepEqual(first, want) {
		t.Errorf("got  %v\nwant %v", first, want)
	}
	// A server that takes error=true for error=false is asked for more, to look through it here.
	if again := old.last("/api/traces"); again.Get("tags") != `{"k":"v=1"}` || again.Get("limit") != "35" {
		t.Errorf("asked again: %v", again)
	}
}

func TestWhatAServerCanIsFoundOutAgainWhenItIsAnotherOne(t *testing.T) {
	older := map[string]http.HandlerFunc{"/api/services": says(200, `{"data":["old"]}`),
		"/api/traces": says(200, `{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"2","operationName":"op"}],"processes":{}}]}`)}
	w := serveWeb(t, older)
	c := client(t, Options{URL: w.URL + "/"})
	want := func(what string) {
		t.Helper()
		if got, err := c.Services(t.Context()); err != nil || !slices.Contains(got, what) {
			t.Errorf("services %q, %v; want %q among them", got, err, what)
		}
	}
	want("old")
	want("old")
	if n := w.count("/api/v3/services"); n != 1 {
		t.Errorf("asked %d times what the server can", n)
	}
	// It comes back as a newer one after it was away.
	w.set(map[string]http.HandlerFunc{"/api/services": says(503, "starting")})
	_, err := c.Services(t.Context())
	kind(t, err, sources.Unavailable)
	w.set(v219())
	want("a")
	// It is exchanged for an older one without ever being away: what it had is not there any more.
	w.set(older)
	if got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a"}); err != nil || len(got) != 1 || got[0].Spans != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	want("old")
	w.set(nil)
	_, err = c.Services(t.Context())
	kind(t, err, sources.Rejected)
	if err == nil || !strings.Contains(err.Error(), "no Jaeger query service answers there (jaeger-url must name") {
		t.Error(err)
	}
}

func TestAServerThatCannotSearchByTagsSaysSo(t *testing.T) {
	w := serveWeb(t, map[string]http.HandlerFunc{"/api/v3/services": says(200, `{}`), "/api/v3/traces": says(400, `{"error":{"httpCode":400,"message":"times are required"}}`)})
	c := client(t, Options{URL: w.URL})
	_, err := c.Search(t.Context(), sources.TraceSearch{Service: "a", Tags: "k=v"})
	kind(t, err, sources.Rejected)
	if err == nil || !strings.Contains(err.Error(), "does not search by tags over HTTP (use grpc://") {
		t.Error(err)
	}
	_, err = c.Dependencies(t.Context(), epoch, time.Hour)
	kind(t, err, sources.Rejected)
	if err == nil || !strings.Contains(err.Error(), "does not count calls") {
		t.Error(err)
	}
	info, err := c.Info(t.Context())
	if err != nil || info.Notes[0] != "HTTP; lists by /api/v3/traces, not by tags: whole traces are read for a list" {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestBasePathAuthAndTLS(t *testing.T) {
	var header http.Header
	var path string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, path = r.Header, r.URL.Path
		if user, password, ok := r.BasicAuth(); !ok || user != "u" || password != "s3cret" {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		says(200, `{"services":["a"]}`)(w, r)
	}))
	t.Cleanup(s.Close)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	ok := config.HTTPClientConfig{BasicAuth: &config.BasicAuth{Username: "u", Password: "s3cret"}, TLSConfig: config.TLSConfig{CA: ca},
		HTTPHeaders: &config.Headers{Headers: map[string]config.Header{"X-Scope-Orgid": {Values: []string{"deeplake"}}}}}
	c := client(t, Options{URL: s.URL + "/jaeger/", HTTP: ok})
	if got, err := c.Services(t.Context()); err != nil || !reflect.DeepEqual(got, []string{"a"}) || path != "/jaeger/api/v3/services" || header.Get("X-Scope-Orgid") != "deeplake" || header.Get("User-Agent") != "dlmon" {
		t.Errorf("%q, %v, path %s, %v", got, err, path, header)
	}
	wrong := ok
	wrong.BasicAuth = nil
	_, err := client(t, Options{URL: s.URL, HTTP: wrong}).Services(t.Context())
	kind(t, err, sources.Unauthorized)
	if err == nil || !strings.Contains(err.Error(), "401 Unauthorized: who are you (set jaeger.authorization") {
		t.Error(err)
	}
	_, err = client(t, Options{URL: s.URL}).Services(t.Context())
	kind(t, err, sources.Unauthorized)
	_, err = client(t, Options{URL: strings.Replace(s.URL, "https", "http", 1)}).Services(t.Context())
	kind(t, err, sources.Unavailable)
	u, _ := url.Parse(s.URL)
	u.User = url.UserPassword("u", "s3cret")
	if _, err := client(t, Options{URL: u.String(), HTTP: config.HTTPClientConfig{TLSConfig: config.TLSConfig{CA: ca}}}).Services(t.Context()); err != nil {
		t.Errorf("userinfo: %v", err)
	}
}

func TestHTTPFaults(t *testing.T) {
	trace := "/api/v3/traces/00000000000000000000000000000001"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		o      Options
		want   sources.Kind
		text   string
	}{
		"broken":           {says(500, `{"error":{"httpCode":500,"message":"shard gone\u001b[2J"}}`), Options{}, sources.Unavailable, "jaeger: trace 1: 500 Internal Server Error: shard gone[2J"},
		"forbidden":        {says(403, "no"), Options{}, sources.Unauthorized, "403 Forbidden: no (check jaeger.authorization"},
		"refused":          {says(400, `{"error":{"httpCode":400,"message":"malformed parameter trace_id"}}`), Options{}, sources.Rejected, "400 Bad Request: malformed parameter trace_id"},
		"an error in 200":  {says(200, `{"error":{"message":"shard gone"}}`), Options{}, sources.Rejected, "jaeger: trace 1: shard gone"},
		"no such trace":    {says(404, `{"error":{"httpCode":404,"message":"trace not found"}}`), Options{}, sources.Rejected, "jaeger: trace 1: no such trace (it may have expired)"},
		"an empty trace":   {says(200, `{"result":{"resourceSpans":[]}}`), Options{}, sources.Rejected, "jaeger: trace 1: no such trace (it may have expired)"},
		"nothing in time":  {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Options{TraceTimeout: 50 * time.Millisecond}, sources.Timeout, " in time (dlmon waited 50ms; a longer jaeger.timeout in the config"},
		"not a trace":      {says(200, `{"a":1}`), Options{}, sources.Rejected, "jaeger: trace 1: no traces in it"},
		"no JSON":          {says(200, `{"result":`), Options{}, sources.Internal, "the answer ends in the middle"},
		"too large at all": {says(200, `{"result":{"resourceSpans":[{"resource":{}}]}}`), Options{MaxBytes: 10}, sources.TooLarge, "larger than 10 bytes"},
		"closed":           {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Options{}, sources.Unavailable, "the server closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := v219()
			answers[trace] = c.answer
			c.o.URL = serveWeb(t, answers).URL
			got, err := client(t, c.o).Trace(t.Context(), "1", nil)
			kind(t, err, c.want)
			if err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "\x1b") || len(got.Spans) > 0 {
				t.Errorf("%d spans, %v; want %q in it", len(got.Spans), err, c.text)
			}
		})
	}
	_, err := client(t, Options{URL: "http://127.0.0.1:1"}).Services(t.Context())
	kind(t, err, sources.Refused)
	_, err = client(t, Options{URL: "http://no-such-host.invalid"}).Services(t.Context())
	kind(t, err, sources.Refused)
	if err == nil || !strings.Contains(err.Error(), "(jaeger-url names no port: 16686 is taken)") {
		t.Error(err)
	}
	_, err = client(t, Options{URL: "http://" + serve(t, &fake{})}).Services(t.Context())
	kind(t, err, sources.Unavailable)
	if err == nil || !strings.Contains(err.Error(), "grpc://") {
		t.Errorf("the gRPC port: %v", err)
	}
}

func TestACancelledHTTPCallEndsAtOnce(t *testing.T) {
	for name, before := range map[string]string{"before the answer": "", "in mid-stream": `{"result":{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{"traceId":"00000000000000000000000000000001","spanId":"0000000000000002"},`} {
		t.Run(name, func(t *testing.T) {
			answers, reached := v219(), make(chan struct{})
			answers["/api/v3/traces/00000000000000000000000000000001"] = func(w http.ResponseWriter, r *http.Request) {
				if before != "" {
					fmt.Fprint(w, before)
					w.(http.Flusher).Flush()
				}
				close(reached)
				<-r.Context().Done()
			}
			c := client(t, Options{URL: serveWeb(t, answers).URL, Timeout: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { _, err := c.Trace(ctx, "1", nil); ended <- err }()
			<-reached
			cancel()
			select {
			case err := <-ended:
				kind(t, err, sources.Canceled)
			case <-time.After(5 * time.Second):
				t.Fatal("still waiting after 5 s")
			}
		})
	}
}
