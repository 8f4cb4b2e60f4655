package sources

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

func alert(name, severity string, state AlertState, since int, labels ...string) Alert {
	l := Labels{"alertname": name, "severity": severity}
	for i := 0; i < len(labels); i += 2 {
		l[labels[i]] = labels[i+1]
	}
	return Alert{Name: name, Severity: severity, State: state, Labels: l, ActiveSince: time.Unix(int64(since), 0)}
}

func held(a Alert, silenced string, external ...string) ManagedAlert {
	l := a.Labels.Without()
	for i := 0; i < len(external); i += 2 {
		l[external[i]] = external[i+1]
	}
	m := ManagedAlert{Labels: l, StartsAt: a.ActiveSince}
	if silenced != "" {
		m.SilencedBy = []string{silenced}
	}
	return m
}

func TestJoinAllowsForExternalLabels(t *testing.T) {
	a := alert("A", "critical", Firing, 1, "tenant", "acme")
	got := JoinAlerts([]Rule{{Alerts: []Alert{a}}}, []ManagedAlert{held(a, "s1", "cluster", "eu", "replica", "0")})
	if len(got) != 1 || !got[0].Known || len(got[0].Silenced) != 1 || got[0].Silenced[0] != "s1" || got[0].Labels["cluster"] != "" {
		t.Errorf("%+v", got)
	}
}

func TestJoinTakesTheMostSpecificMatch(t *testing.T) {
	wide := alert("A", "warning", Firing, 1)
	narrow := alert("A", "warning", Firing, 1, "tenant", "acme")
	got := JoinAlerts([]Rule{{Alerts: []Alert{wide, narrow}}}, []ManagedAlert{held(narrow, "narrow", "cluster", "eu"), held(wide, "wide", "cluster", "eu")})
	if len(got) != 2 {
		t.Fatalf("%d alerts", len(got))
	}
	for _, a := range got {
		want := "wide"
		if a.Labels["tenant"] != "" {
			want = "narrow"
		}
		if len(a.Silenced) != 1 || a.Silenced[0] != want {
			t.Errorf("%v is silenced by %v, want %s", a.Labels, a.Silenced, want)
		}
	}
}

func TestAlertsThatOnlyAlertmanagerKnowsAreShown(t *testing.T) {
	other := alert("Other", "critical", Firing, 1)
	got := JoinAlerts(nil, []ManagedAlert{held(other, "")})
	if len(got) != 1 || got[0].State != Firing || !got[0].Known || got[0].Severity != "critical" {
		t.Errorf("%+v", got)
	}
}

func TestPendingAlertsAreNotJoined(t *testing.T) {
	p := alert("A", "critical", Pending, 1)
	got := JoinAlerts([]Rule{{Alerts: []Alert{p}}}, []ManagedAlert{held(p, "s")})
	if len(got) != 2 || got[1].State != Pending || got[1].Known {
		t.Errorf("%+v", got)
	}
}

func TestTheWorstAlertComesFirst(t *testing.T) {
	muted := alert("Muted", "critical", Firing, 1)
	rules := []Rule{{Alerts: []Alert{
		alert("PendingCritical", "critical", Pending, 1), alert("Warning", "warning", Firing, 1), muted,
		alert("Young", "critical", Firing, 9), alert("Old", "page", Firing, 2), alert("Info", "info", Firing, 1),
	}}}
	var names []string
	for _, a := range JoinAlerts(rules, []ManagedAlert{held(muted, "s")}) {
		names = append(names, a.Name)
	}
	want := []string{"Old", "Young", "Warning", "Info", "Muted", "PendingCritical"}
	for i := range want {
		if names[i] != want[i] {
			t.Fatalf("%v, want %v", names, want)
		}
	}
}

// Two servers, told apart by their external labels, have the same alert at one Alertmanager: to take the other's would
// show it as silenced that is not, and silence what is the other's.
func TestJoinTakesNoAlertThatMayBeAnotherServers(t *testing.T) {
	own := Labels{"alertname": "Slow", "tenant": "acme"}
	rules := []Rule{{Name: "Slow", Alerts: []Alert{{Name: "Slow", State: Firing, Labels: own}}}}
	of := func(cluster string) ManagedAlert {
		return ManagedAlert{Fingerprint: cluster, SilencedBy: []string{"s-" + cluster},
			Labels: Labels{"alertname": "Slow", "tenant": "acme", "cluster": cluster}}
	}
	got := JoinAlerts(rules, []ManagedAlert{of("eu"), of("us")})
	if len(got) != 3 || got[0].Known || got[0].Muted() || !got[1].Known || !got[2].Known {
		t.Errorf("%+v", got)
	}
	got = JoinAlerts(rules, []ManagedAlert{of("eu"), {Fingerprint: "same", Labels: own}})
	if len(got) != 2 || got[0].Fingerprint != "same" {
		t.Errorf("the equal one is not taken: %+v", got)
	}
}

// BenchmarkJoinAlerts joins 10,000 alerts of one rule with as many of Alertmanager's, as in an outage of every tenant.
func BenchmarkJoinAlerts(b *testing.B) {
	var rule Rule
	var managed []ManagedAlert
	for i := range 10_000 {
		l := Labels{"alertname": "Slow", "severity": "critical", "tenant_id": fmt.Sprintf("tenant-%05d", i)}
		rule.Alerts = append(rule.Alerts, Alert{Name: "Slow", State: Firing, Labels: l})
		with := maps.Clone(l)
		with["cluster"] = "eu"
		managed = append(managed, ManagedAlert{Labels: with})
	}
	for b.Loop() {
		JoinAlerts([]Rule{rule}, managed)
	}
}
