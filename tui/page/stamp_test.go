package page_test

import (
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
)

// The alerts are as old as the rules, but Alertmanager, asked apart, changes them, too: a panel must not show an alert as
// firing beside a status bar that knows it silenced.
func TestWhatAlertmanagerSaysAnewIsNotTakenForWhatWasDrawn(t *testing.T) {
	at := time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)
	alert := sources.Alert{Name: "LowCacheHitRate", State: sources.Firing}
	r := &feedtest.Reader{AlertsSnap: feedtest.Value([]sources.Alert{alert}, at), ManagedSnap: feedtest.Value([]sources.ManagedAlert{}, at)}
	reqs := []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}}
	before := page.Stamp(r, reqs)
	if page.Stamp(r, reqs) != before {
		t.Fatal("the same data have two stamps")
	}
	alert.Silenced = []string{"s"}
	r.AlertsSnap = feedtest.Value([]sources.Alert{alert}, at)
	r.ManagedSnap = feedtest.Value([]sources.ManagedAlert{{}}, at.Add(2*time.Second))
	if page.Stamp(r, reqs) == before {
		t.Error("an alert that was silenced since would be drawn as it was")
	}
}
