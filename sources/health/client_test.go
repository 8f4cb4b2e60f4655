package health

import (
	"fmt"
	"net/http"
	"net/http/httptest"
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

func TestProbes(t *testing.T) {
	for body, want := range map[string]sources.HealthStatus{
		`{"status":"ready"}`: sources.Healthy, `{"status":"alive"}`: sources.Healthy,
	} {
		if r, err := ask(t, 200, body); err != nil || r.Status != want || r.Raw != "" {
			t.Errorf("%s: %+v, %v", body, r, err)
		}
	}
	r, err := ask(t, 503, `{"detail":"storage is not mounted"}`)
	if err != nil || r.Status != sources.Unhealthy || r.Checks[0].Message != "storage is not mounted" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestUnknownShapesShowCodeAndFirstLine(t *testing.T) {
	for body, raw := range map[string]string{
		"\n<html>\x1b[2J\n<body>": "<html>[2J", "OK": "OK", `[1,2]`: "[1,2]", `{"uptime": 3}`: `{"uptime": 3}`, "": "",
		`{"status": "purple"}`: `{"status": "purple"}`,
	} {
		r, err := ask(t, 502, body)
		if err != nil || r.Status != sources.Unknown || r.Code != 502 || r.Raw != raw || len(r.Checks) != 0 {
			t.Errorf("%q: %+v, %v", body, r, err)
		}
	}
}

func TestFaults(t *testing.T) {
	if _, err := ask(t, 401, "no"); sources.KindOf(err) != sources.Unauthorized || !strings.Contains(err.Error(), "set health.authorization") {
		t.Errorf("401: %v", err)
	}
	if _, err := ask(t, 200, strings.Repeat("x", 10<<20)); sources.KindOf(err) != sources.TooLarge {
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
