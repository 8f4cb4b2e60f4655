package alertmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
	"dlmon/sources/testserver"
)

func post(t *testing.T, url string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", url, resp.Status)
	}
}

func TestRealAlertmanagerTellsWhatIsSilenced(t *testing.T) {
	s := testserver.Alertmanager(t, "route: {receiver: oncall}\nreceivers: [{name: oncall}]\n"+
		`inhibit_rules: [{source_matchers: ['alertname="B"'], target_matchers: ['alertname="C"']}]`)
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	start := now.Add(-time.Hour).Truncate(time.Second)
	post(t, s.URL+"/api/v2/silences", map[string]any{
		"matchers": []map[string]any{{"name": "tenant_id", "value": "acme", "isRegex": false}},
		"startsAt": now, "endsAt": now.Add(time.Hour), "createdBy": "me", "comment": "known",
	})
	post(t, s.URL+"/api/v2/alerts", []map[string]any{
		{"labels": map[string]string{"alertname": "A", "tenant_id": "acme", "cluster": "eu"}, "startsAt": start,
			"annotations": map[string]string{"summary": "s\u001b[2J"}},
		{"labels": map[string]string{"alertname": "B", "severity": "critical"}, "startsAt": start},
		{"labels": map[string]string{"alertname": "C"}, "startsAt": start},
	})
	info, err := c.Info(t.Context())
	if err != nil || info.Version == "" {
		t.Errorf("info: %+v, %v", info, err)
	}
	byName := map[string]sources.ManagedAlert{}
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for len(byName["A"].SilencedBy) == 0 || len(byName["C"].InhibitedBy) == 0 {
		select {
		case <-poll.C:
		case <-deadline:
			t.Fatalf("A is still not silenced, or C not inhibited: %+v", byName)
		}
		as, err := c.Alerts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range as {
			byName[a.Labels["alertname"]] = a
		}
	}
	if a := byName["A"]; a.State != "suppressed" || !a.StartsAt.Equal(start) || a.Annotations["summary"] != "s[2J" {
		t.Errorf("A: %+v", a)
	}
	if b := byName["B"]; len(b.SilencedBy) != 0 || len(b.Receivers) != 1 || b.Receivers[0] != "oncall" {
		t.Errorf("B: %+v", b)
	}
	if c, b := byName["C"], byName["B"]; c.State != "suppressed" || c.InhibitedBy[0] != b.Fingerprint {
		t.Errorf("C: %+v, inhibited by B %s", c, b.Fingerprint)
	}
	// Prometheus's own alert lacks the external label "cluster".
	mine := sources.Alert{Name: "A", State: sources.Firing, Labels: sources.Labels{"alertname": "A", "tenant_id": "acme"}}
	joined := sources.JoinAlerts([]sources.Rule{{Alerts: []sources.Alert{mine}}}, []sources.ManagedAlert{byName["A"]})
	if len(joined) != 1 || !joined[0].Muted() {
		t.Errorf("joined: %+v", joined)
	}
}

func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		code int
		mime string
		body string
		kind sources.Kind
		text string
	}{
		"unauthorized": {401, "text/plain", "no", sources.Unauthorized, "alertmanager: alerts: 401 Unauthorized (set alertmanager.authorization"},
		"wrong path":   {404, "text/plain", "404", sources.Rejected, "404 Not Found (check the path of alertmanager-url)"},
		"broken":       {500, "application/json", `"boom"`, sources.Unavailable, "500 Internal Server Error: boom"},
		"html":         {200, "text/html", "<html>", sources.Internal, "not Alertmanager's API"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/am/api/v2/alerts" {
					t.Errorf("path %s", r.URL.Path)
				}
				w.Header().Set("Content-Type", tc.mime)
				w.WriteHeader(tc.code)
				fmt.Fprint(w, tc.body)
			}))
			t.Cleanup(s.Close)
			c, err := New(Options{URL: s.URL + "/am/"})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Alerts(t.Context())
			if sources.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("kind %v: %v", sources.KindOf(err), err)
			}
		})
	}
}

func TestCancellingReturnsAtOnce(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(s.Close)
	c, err := New(Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Alerts(ctx); sources.KindOf(err) != sources.Canceled {
		t.Errorf("%v", err)
	}
}

func TestCredentialsReachTheServerAndNeverTheScreen(t *testing.T) {
	t.Setenv("DEBUG", "1")
	screen, err := os.CreateTemp(t.TempDir(), "screen")
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = screen, screen
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()

	var user, password, org string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		org = r.Header.Get("X-Scope-OrgID")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "[]")
	}))
	t.Cleanup(s.Close)
	c, err := New(Options{URL: strings.Replace(s.URL, "http://", "http://admin:hunter2@", 1), HTTP: config.HTTPClientConfig{
		HTTPHeaders: &config.Headers{Headers: map[string]config.Header{"X-Scope-OrgID": {Values: []string{"deeplake"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Alerts(t.Context()); err != nil {
		t.Error(err)
	}
	if user != "admin" || password != "hunter2" || org != "deeplake" {
		t.Errorf("user %q, password %q, X-Scope-OrgID %q", user, password, org)
	}
	if b, err := os.ReadFile(screen.Name()); err != nil || len(b) > 0 {
		t.Errorf("printed %q, %v", b, err)
	}
}

func TestAnAnswerTooLargeOrTooLateIsToldApart(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/status") {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "[%s{}]", strings.Repeat("{},", 1000))
	}))
	t.Cleanup(s.Close)
	c, err := New(Options{URL: s.URL, MaxBytes: 1000, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Alerts(t.Context()); sources.KindOf(err) != sources.TooLarge {
		t.Errorf("%v", err)
	}
	if _, err := c.Info(t.Context()); sources.KindOf(err) != sources.Timeout {
		t.Errorf("%v", err)
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	for _, raw := range []string{"admin:hunter2@am:9093", "http://admin:hunter2/x@am", "am"} {
		_, err := New(Options{URL: raw})
		if sources.KindOf(err) != sources.Rejected || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
