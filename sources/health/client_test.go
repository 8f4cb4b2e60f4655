package health

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
)

func ask(t *testing.T, code int, body string) (sources.HealthReport, error) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	c, err := New(Options{URL: s.URL + "/health", MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return c.Report(t.Context())
}

func TestA503WithAReportIsAReport(t *testing.T) {
	r, err := ask(t, 503, `{"status":"unhealthy","timestamp":1700000000.5,"duration":0.25,"checks":[
		{"name":"disk_space","status":"unhealthy","message":"Disk space critical (5.0% free)","duration":0.001,
		 "details":{"free_percent":5.0,"nested":{"a":[1,{"b":"x"}],"ok":true,"none":null}}},
		{"name":"api","status":"HEALTHY","message":"up","duration":"0.002","details":null}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != sources.Unhealthy || r.Code != 503 || r.Duration != 250*time.Millisecond || !r.At.Equal(time.Unix(1700000000, 5e8)) {
		t.Errorf("%+v", r)
	}
	disk, api := r.Checks[0], r.Checks[1]
	if disk.Name != "disk_space" || disk.Status != sources.Unhealthy || disk.Duration != time.Millisecond || disk.Message != "Disk space critical (5.0% free)" {
		t.Errorf("%+v", disk)
	}
	if got := fmt.Sprint(disk.Details); got != "[{free_percent 5} {nested.a.0 1} {nested.a.1.b x} {nested.ok true}]" {
		t.Errorf("details %s", got)
	}
	if f, ok := disk.Number("free_percent"); !ok || f != 5 {
		t.Errorf("free_percent %v", f)
	}
	if api.Status != sources.Healthy || api.Duration != 2*time.Millisecond || api.Details != nil {
		t.Errorf("%+v", api)
	}
}

func TestServiceV1(t *testing.T) {
	r, err := ask(t, 200, `{"status":"healthy","service":"s","version":"1.2","timestamp":"2026-11-23T14:05:32.123456",
		"dependencies":{"deeplake_storage":"healthy","cache":"disabled"}}`)
	if err != nil || r.Status != sources.Healthy || r.Service != "s" || r.Version != "1.2" ||
		!r.At.Equal(time.Date(2026, 11, 23, 14, 5, 32, 123456000, time.UTC)) {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(r.Checks) != 2 || r.Checks[0].Name != "cache" || r.Checks[0].Status != sources.Disabled || r.Checks[1].Status != sources.Healthy {
		t.Errorf("%+v", r.Checks)
	}
}

func TestProbesAreTheirOwnCheck(t *testing.T) {
	for _, c := range []struct {
		code       int
		body       string
		status     sources.HealthStatus
		name, word string
	}{
		{200, `{"status":"ready"}`, sources.Healthy, "ready", "ready"},
		{200, `{"status":"ALIVE"}`, sources.Healthy, "live", "ALIVE"},
		{503, `{"status":"not ready"}`, sources.Unhealthy, "ready", "not ready"},
		{503, `{"detail":"storage is not mounted"}`, sources.Unhealthy, "ready", "storage is not mounted"},
		{503, `{"detail":{"storage":"not mounted"}}`, sources.Unhealthy, "ready", ""},
		{503, `{"detail":{"status":"degraded","checks":[{"name":"a","message":"m"}]}}`, sources.Degraded, "a", "m"},
	} {
		r, err := ask(t, c.code, c.body)
		if err != nil || r.Status != c.status || r.Code != c.code || r.Raw != "" || len(r.Checks) != 1 {
			t.Errorf("%s: %+v, %v", c.body, r, err)
			continue
		}
		if got := r.Checks[0]; got.Name != c.name || got.Message != c.word {
			t.Errorf("%s: %+v", c.body, got)
		}
	}
}

func TestFieldsOfTheWrongTypeAreMissing(t *testing.T) {
	at := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	check := func(c sources.Check) sources.HealthReport {
		return sources.HealthReport{Status: sources.Healthy, Code: 200, Checks: []sources.Check{c}}
	}
	for _, c := range []struct {
		body string
		want sources.HealthReport
	}{
		{`{"status":"Healthy","timestamp":"1700000000","duration":"0.5","service":7,"version":1.2}`,
			sources.HealthReport{Status: sources.Healthy, Code: 200, At: at, Duration: 500 * time.Millisecond, Service: "7", Version: "1.2"}},
		{`{"status":"ok","timestamp":"2023-11-15T00:13:20+02:00"}`, sources.HealthReport{Status: sources.Healthy, Code: 200, At: at}},
		{`{"status":"ok","timestamp":"2023-11-14 22:13:20"}`, sources.HealthReport{Status: sources.Healthy, Code: 200, At: at}},
		{`{"status":"ok","timestamp":true,"duration":[],"service":{},"version":null,"checks":7,"dependencies":"x"}`, sources.HealthReport{Status: sources.Healthy, Code: 200}},
		{`{"status":"ok","timestamp":1e300,"duration":-1}`, sources.HealthReport{Status: sources.Healthy, Code: 200}},
		{`{"status":"ok","timestamp":1e999,"duration":"NaN"}`, sources.HealthReport{Status: sources.Healthy, Code: 200}},
		{`{"checks":[null]}`, sources.HealthReport{Status: sources.Unknown, Code: 200, Checks: []sources.Check{{Name: "check 1", Status: sources.Unknown}}}},
		{`{"checks":{"b":true}}`, check(sources.Check{Name: "b", Status: sources.Healthy})},
		{`{"status":7,"checks":[{"name":null,"status":"pass","details":"all well"}]}`, check(sources.Check{Name: "check 1", Status: sources.Healthy, Message: "all well"})},
		{`{"dependencies":{"a":{"status":"disabled","details":[1,true]}}}`, check(sources.Check{Name: "a", Status: sources.Disabled,
			Details: []sources.Detail{{Name: "0", Value: 1.0}, {Name: "1", Value: true}}})},
		{`{"status":"ok","dependencies":{"a":"purple"}}`, check(sources.Check{Name: "a", Status: sources.Unknown, Message: "purple"})},
	} {
		if r, err := ask(t, 200, c.body); err != nil || !reflect.DeepEqual(r, c.want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", c.body, r, err, c.want)
		}
	}
}

func TestAReportWithoutAStateIsAsBadAsItsWorstCheck(t *testing.T) {
	for words, want := range map[string]sources.HealthStatus{
		"healthy degraded": sources.Degraded, "degraded unhealthy purple": sources.Unhealthy, "healthy purple": sources.Unknown,
		"disabled healthy": sources.Healthy, "disabled": sources.Healthy,
	} {
		list := `"` + strings.Join(strings.Fields(words), `","`) + `"`
		if r, err := ask(t, 200, `{"checks":[`+list+`]}`); err != nil || r.Status != want {
			t.Errorf("%s: %s, %v; want %s", words, r.Status, err, want)
		}
	}
}

func TestUnknownShapesShowCodeAndFirstLine(t *testing.T) {
	for body, raw := range map[string]string{
		"\n<html>\x1b[2J\n<body>": "<html>[2J", "OK": "OK", `[1,2]`: "[1,2]", "{\n \"uptime\": 3\n}": `{"uptime":3}`,
		"": "empty answer, 404 Not Found", `{"status": "purple"}`: `{"status":"purple"}`, `{"status":"ok"`: `{"status":"ok"`,
		`{"detail":"Not Found"}`: `{"detail":"Not Found"}`, // the path is wrong; the service may be well
	} {
		r, err := ask(t, 404, body)
		if want := (sources.HealthReport{Status: sources.Unknown, Code: 404, Raw: raw}); err != nil || !reflect.DeepEqual(r, want) {
			t.Errorf("%q: %+v, %v", body, r, err)
		}
	}
}

func TestReportsAreBounded(t *testing.T) {
	many := `"x"` + strings.Repeat(`,"x"`, 999)
	r := decode(200, []byte(`{"status":"ok","checks":[{"details":[`+many+`]},`+many+`],"dependencies":{"a":"ok"}}`))
	if len(r.Checks) != maxChecks || len(r.Checks[0].Details) != maxDetails {
		t.Errorf("%d checks with %d details", len(r.Checks), len(r.Checks[0].Details))
	}
	deep := decode(200, []byte(`{"status":"ok","checks":[{"details":{"flat":1,"deep":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}}]}`))
	if d := deep.Checks[0].Details; len(d) != 1 || d[0].Name != "flat" {
		t.Errorf("%+v", d)
	}
}

func TestNewRefusesWhatIsNoURLOfHTTP(t *testing.T) {
	for _, u := range []string{"", "host:8000/health", "grpc://host", "http://", "http://u:s3cret@ho st/", "ftp://u:s3cret@host/"} {
		_, err := New(Options{URL: u})
		if sources.KindOf(err) != sources.Rejected || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

func TestFaults(t *testing.T) {
	if _, err := ask(t, 401, "no"); sources.KindOf(err) != sources.Unauthorized || !strings.Contains(err.Error(), "set health.authorization") {
		t.Errorf("401: %v", err)
	}
	if _, err := ask(t, 200, strings.Repeat("x", 10<<20)); sources.KindOf(err) != sources.TooLarge || !strings.Contains(err.Error(), "check health-url") {
		t.Errorf("10 MiB: %v", err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(s.Close)
	c, err := New(Options{URL: s.URL, Timeout: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Report(t.Context()); sources.KindOf(err) != sources.Timeout {
		t.Errorf("silent: %v", err)
	}
}

func TestHostileMessagesArriveHarmless(t *testing.T) {
	r, err := ask(t, 200, `{"status":"healthy","checks":[{"name":"a\u001b[2J","status":"healthy","message":"\u001b]52;c;aGk=\u0007","details":{"k\u202e":"v\u0000"}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Checks[0]; c.Name != "a[2J" || c.Message != "]52;c;aGk=" || fmt.Sprint(c.Details) != "[{k v}]" {
		t.Errorf("%+v", c)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(200, []byte(`{"status":"healthy","checks":[{"name":"a","details":{"a":[[1]]}}],"dependencies":{"x":{"status":1}}}`))
	f.Add(503, []byte(`{"detail":{"status":true,"timestamp":"2026-11-23T14:05:32","checks":{"a":[null,1e999]}}}`))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		r := decode(code, body)
		if len(r.Checks) > maxChecks {
			t.Fatalf("%d checks", len(r.Checks))
		}
		for _, c := range r.Checks {
			if len(c.Details) > maxDetails || c.Message != sources.Clean(c.Message) || c.Name != sources.CleanName(c.Name) {
				t.Fatalf("%+v", c)
			}
		}
	})
}
