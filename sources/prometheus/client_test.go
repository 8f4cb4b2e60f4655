package prometheus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
)

func serve(t *testing.T, o Options, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o.URL = s.URL + o.URL
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, body)
	}
}

var t0 = time.Unix(1_700_000_000, 0).UTC()

func TestInstantKeepsNaNAndWarnings(t *testing.T) {
	c := serve(t, Options{}, answer(`{"status":"success","warnings":["partial\u001b[2J"],"infos":["not a counter"],
		"data":{"resultType":"vector","result":[{"metric":{"a":"1"},"value":[1,"2.5"]},{"metric":{"a":"2"},"value":[1,"NaN"]}]}}`))
	v, err := c.Instant(t.Context(), "x", t0)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Samples) != 2 || v.Samples[0].Value != 2.5 || v.Samples[0].Labels["a"] != "1" || !math.IsNaN(v.Samples[1].Value) {
		t.Errorf("samples = %v", v.Samples)
	}
	if got := strings.Join(v.Warnings, "|"); got != "partial[2J|not a counter" {
		t.Errorf("warnings = %q", got)
	}
}

func TestScalarIsAVectorOfOne(t *testing.T) {
	c := serve(t, Options{}, answer(`{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}`))
	v, err := c.Instant(t.Context(), "7", t0)
	if err != nil || len(v.Samples) != 1 || v.Samples[0].Value != 7 {
		t.Fatalf("%v, %v", v, err)
	}
}

func TestRangeFillsTheGridWithGaps(t *testing.T) {
	body := fmt.Sprintf(`{"status":"success","data":{"resultType":"matrix","result":[
		{"metric":{"z":"2"},"values":[[%d,"1"],[%d,"3"]]},
		{"metric":{"z":"1"},"values":[[%d,"+Inf"],[%d.001,"5"]]}]}}`, t0.Unix(), t0.Unix()+20, t0.Unix(), t0.Unix()+10)
	c := serve(t, Options{}, answer(body))
	m, err := c.Range(t.Context(), "x", t0, t0.Add(20*time.Second), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if m.Columns != 3 || !m.End().Equal(t0.Add(20*time.Second)) {
		t.Fatalf("%d columns to %v", m.Columns, m.End())
	}
	want := []string{`z="1" [NaN 5 NaN]`, `z="2" [1 NaN 3]`}
	for i, s := range m.Series {
		if got := fmt.Sprintf("%s %v", s.Labels.Key(), s.Values); got != want[i] {
			t.Errorf("series %d = %s, want %s", i, got, want[i])
		}
	}
}

func TestTenantsThatCleaningMakesEqualStayApart(t *testing.T) {
	c := serve(t, Options{}, answer(`{"status":"success","data":{"resultType":"vector","result":[
		{"metric":{"t":"acme"},"value":[1,"1"]},{"metric":{"t":"ac\u0007me"},"value":[1,"2"]}]}}`))
	v, err := c.Instant(t.Context(), "x", t0)
	if err != nil {
		t.Fatal(err)
	}
	if v.Samples[0].Labels["t"] != "acme" || v.Samples[1].Labels["t"] != "acme~2" {
		t.Errorf("tenants = %q, %q", v.Samples[0].Labels["t"], v.Samples[1].Labels["t"])
	}
}

func TestHeadersCredentialsAndBasePathReachTheServer(t *testing.T) {
	var cfg config.HTTPClientConfig
	cfg.BasicAuth = &config.BasicAuth{Username: "u", Password: "p"}
	cfg.HTTPHeaders = &config.Headers{Headers: map[string]config.Header{"X-Scope-OrgID": {Values: []string{"deeplake"}}}}
	var path, org, user string
	c := serve(t, Options{URL: "/prometheus", HTTP: cfg}, func(w http.ResponseWriter, r *http.Request) {
		path, org = r.URL.Path, r.Header.Get("X-Scope-OrgID")
		user, _, _ = r.BasicAuth()
		answer(`{"status":"success","data":{"resultType":"vector","result":[]}}`)(w, r)
	})
	if _, err := c.Instant(t.Context(), "up", t0); err != nil {
		t.Fatal(err)
	}
	if path != "/prometheus/api/v1/query" || org != "deeplake" || user != "u" {
		t.Errorf("path %q, X-Scope-OrgID %q, user %q", path, org, user)
	}
}

func TestFaults(t *testing.T) {
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); fmt.Fprint(w, body) }
	}
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		kind sources.Kind
		text string
	}{
		"bad query":    {status(400, `{"status":"error","errorType":"bad_data","error":"parse error: \u001b[31mno"}`), sources.Rejected, `prometheus: query "x": parse error: [31mno`},
		"execution":    {status(422, `{"status":"error","errorType":"execution","error":"many-to-many"}`), sources.Rejected, "many-to-many"},
		"unauthorized": {status(401, "no"), sources.Unauthorized, "401 Unauthorized: no (set prometheus.authorization"},
		"forbidden":    {status(403, ""), sources.Unauthorized, "403 Forbidden"},
		"wrong path":   {status(404, "404 page not found\n"), sources.Rejected, "404 Not Found: 404 page not found (check the path of prometheus-url)"},
		"starting":     {status(503, "Service Unavailable"), sources.Unavailable, "503 Service Unavailable"},
		"html":         {status(200, "<html>\n<title>\n Sign in</title>"), sources.Rejected, "not Prometheus's API: Sign in (check the path of prometheus-url)"},
		"other json":   {status(200, `{"status":"success","data":{"resultType":"vector","result":{}}}`), sources.Rejected, "not Prometheus's API"},
		"empty":        {status(200, ""), sources.Rejected, "it is empty"},
		"gateway":      {status(502, "<html><head><title>502 Bad Gateway</title>"), sources.Unavailable, `query "x": 502 Bad Gateway`},
		"json of 404":  {status(404, `{"status":"error","errorType":"not_found","error":"no such tenant"}`), sources.Rejected, "404 Not Found: no such tenant"},
		"slow query":   {status(503, `{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}`), sources.Rejected, `query "x": query timed out in expression evaluation (the query is too slow`},
		"overloaded":   {status(503, `{"status":"error","errorType":"unavailable","error":"too many queries"}`), sources.Unavailable, "503 Service Unavailable: too many queries"},
		"TLS wanted":   {status(400, "Client sent an HTTP request to an HTTPS server."), sources.Unavailable, "use https://"},
		"matrix":       {answer(`{"status":"success","data":{"resultType":"matrix","result":[]}}`), sources.Rejected, "a matrix, not a vector"},
		"closed":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, sources.Unavailable, "closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serve(t, Options{}, tc.h).Instant(t.Context(), "x", t0)
			if sources.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("kind %v, error %q; want kind %v and %q", sources.KindOf(err), err, tc.kind, tc.text)
			}
		})
	}
}

func TestAnAnswerTooLargeIsRefused(t *testing.T) {
	c := serve(t, Options{MaxBytes: 1000}, answer(`{"status":"success","data":"`+strings.Repeat("x", 5000)+`"}`))
	_, err := c.Instant(t.Context(), "x", t0)
	if sources.KindOf(err) != sources.TooLarge {
		t.Fatalf("%v", err)
	}
}

func TestASilentServerIsATimeout(t *testing.T) {
	hold := make(chan struct{})
	c := serve(t, Options{Timeout: 30 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(hold) })
	if _, err := c.Rules(t.Context()); sources.KindOf(err) != sources.Timeout {
		t.Errorf("rules: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Instant(ctx, "x", t0); sources.KindOf(err) != sources.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestARefusedConnectionSaysWhereAndLeaksNoPassword(t *testing.T) {
	s := httptest.NewServer(nil)
	addr := s.Listener.Addr().String()
	s.Close()
	c, err := New(Options{URL: "http://admin:hunter2@" + addr})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Instant(t.Context(), "up", t0)
	if sources.KindOf(err) != sources.Refused || !strings.Contains(err.Error(), "nobody listens on "+addr+" (check prometheus-url)") {
		t.Errorf("%v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is in %q", err)
	}
}

func TestInfoTakesMissingEndpointsAsNotes(t *testing.T) {
	c := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/targets") {
			answer(`{"status":"success","data":{"activeTargets":[
				{"labels":{"job":"b"},"discoveredLabels":{"__scrape_interval__":"30s"},"health":"up"},
				{"labels":{"job":"a"},"discoveredLabels":{"__scrape_interval__":"30s"},"health":"down"},
				{"labels":{"job":"c"},"discoveredLabels":{"__scrape_interval__":"1m"},"health":"up"}]}}`)(w, r)
			return
		}
		http.NotFound(w, r)
	})
	info, err := c.Info(t.Context())
	if err != nil || info.ScrapeInterval != 30*time.Second || info.Version != "" || len(info.Notes) != 2 || info.ExternalLabels != nil {
		t.Fatalf("%+v, %v", info, err)
	}
}

func TestExternalLabelsAreThoseOfTheConfiguration(t *testing.T) {
	for text, want := range map[string]sources.Labels{
		"global: {external_labels: {cluster: eu, replica: '0'}}": {"cluster": "eu", "replica": "0"},
		"global: {scrape_interval: 15s}":                         {},
		"":                                                       nil,
		"global: [":                                              nil,
	} {
		if _, got := global(text); !maps.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
