package alerting

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"

	"dlmon/sources"
	"dlmon/sources/alertmanager"
)

func TestAlertsArriveAndTheKnownOneIsSilenced(t *testing.T) {
	a, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	server := httptest.NewServer(a.Handler())
	defer server.Close()
	now := time.Now()
	alert := func(cache string, resolved time.Time) *rules.Alert {
		return &rules.Alert{
			Labels:      labels.FromStrings("alertname", "LowCacheHitRate", "cache_type", cache, "severity", "warning"),
			Annotations: labels.FromStrings("summary", "the cache misses"),
			FiredAt:     now.Add(-time.Minute), ValidUntil: now.Add(time.Minute), ResolvedAt: resolved,
		}
	}
	a.Notify(t.Context(), "", alert("query", time.Time{}), alert("embedding", time.Time{}), alert("metadata", now.Add(-time.Second)))
	c, err := alertmanager.New(alertmanager.Options{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Alerts(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d alerts, %v", len(got), err)
	}
	for _, x := range got {
		silenced := x.Labels["cache_type"] == "embedding"
		if silenced != (len(x.SilencedBy) == 1) || len(x.Receivers) != 1 || x.Receivers[0] != "team" {
			t.Errorf("%+v", x)
		}
	}
}

func TestSilencesAreCreatedExtendedAndExpired(t *testing.T) {
	a, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	server := httptest.NewServer(a.Handler())
	defer server.Close()
	now := time.Now()
	a.Notify(t.Context(), "", &rules.Alert{Labels: labels.FromStrings("alertname", "SlowSearchQueries", "tenant_id", "acme-corp"),
		FiredAt: now.Add(-time.Minute), ValidUntil: now.Add(time.Hour)})
	c, err := alertmanager.New(alertmanager.Options{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	muted := func(want string) {
		t.Helper()
		got, err := c.Alerts(t.Context())
		if err != nil || len(got) != 1 || strings.Join(got[0].SilencedBy, " ") != want {
			t.Errorf("muted by %+v, %v; want %q", got, err, want)
		}
	}
	held := func(id string) (s sources.Silence) {
		t.Helper()
		all, err := c.Silences(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			if x.ID == id {
				s = x
			}
		}
		return s
	}
	muted("")
	id, err := c.SetSilence(t.Context(), sources.Silence{Matchers: []sources.Matcher{{Name: "tenant_id", Value: "acme.*", Regex: true}},
		EndsAt: now.Add(time.Hour), CreatedBy: "me", Comment: "known"})
	if err != nil {
		t.Fatal(err)
	}
	muted(id)
	s := held(id)
	s.EndsAt = s.EndsAt.Add(time.Hour)
	if same, err := c.SetSilence(t.Context(), s); err != nil || same != id || !held(id).EndsAt.Equal(s.EndsAt) {
		t.Errorf("extended under %s, was %s: %v; %+v", same, id, err, held(id))
	}
	if err := c.ExpireSilence(t.Context(), id); err != nil || held(id).State != sources.SilenceExpired {
		t.Errorf("%v: %+v", err, held(id))
	}
	muted("")
	const unknown = "11111111-2222-4333-8444-555555555555"
	if err := c.ExpireSilence(t.Context(), unknown); err == nil || !strings.Contains(err.Error(), "does not know it") {
		t.Errorf("%v", err)
	}
	if _, err := c.SetSilence(t.Context(), sources.Silence{ID: unknown, Matchers: s.Matchers, EndsAt: now.Add(time.Hour), CreatedBy: "me", Comment: "x"}); err == nil ||
		!strings.Contains(err.Error(), "does not know it") {
		t.Errorf("%v", err)
	}
	if _, err := c.SetSilence(t.Context(), sources.Silence{Matchers: []sources.Matcher{{Name: "a", Value: ".*", Regex: true}},
		EndsAt: now.Add(time.Hour), CreatedBy: "me", Comment: "x"}); err == nil || !strings.Contains(err.Error(), "empty string") {
		t.Errorf("%v", err)
	}
}
