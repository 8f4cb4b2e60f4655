package alerting

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"

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
