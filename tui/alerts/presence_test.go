package alerts

import (
	"math"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// before is c half an hour ago, with these alerts active then.
func before(c page.Context, active ...sources.Alert) (page.Context, *feedtest.Reader) {
	then := pagetest.Now.Add(-30 * time.Minute)
	r := given()
	r.RulesSnap.Value = pagetest.Rules()
	for i := range r.RulesSnap.Value {
		rule := &r.RulesSnap.Value[i]
		rule.State, rule.Health, rule.LastError, rule.LastEvaluation, rule.EvaluationTime, rule.Alerts = sources.Inactive, "unknown", "", time.Time{}, 0, nil
	}
	r.RulesSnap.Value[0].Annotations = sources.Labels{"runbook_url": "https://runbooks.example/SlowSearchQueries", "description": "p95 is {{ $value }}"}
	r.AlertsSnap = feedtest.Value(active, then)
	r.ManagedSnap = feedtest.Value[[]sources.ManagedAlert](nil, then)
	r.Clock = then
	c.Data, c.Now, c.Live = r, then, false
	return c, r
}

// presentFacts are what the detail of the first alert shows of the present.
var presentFacts = []string{"812 ms", "✖", "no longer active", "notifies", "evaluated", "13:51:32", "firing, ", "who was notified"}

func TestTheDetailShowsNoFactOfThePresentInAPastInWhichItsAlertWasNotActive(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 60)
	p.View(c)
	press(p, c, "enter")
	r := c.Data.(*feedtest.Reader)
	r.AlertsSnap.Value[0].Annotations["description"] = "p95 is 812 ms"
	changed(p, c)
	shows(t, p, c, presentFacts[0], "notifies", "evaluated", "p95 is")
	past, then := before(c)
	shows(t, p, past, "● not active at 13:35:32 UTC", "SlowSearchQueries", "tenant_id=acme-corp", "fires when > 500 ms for 2m", "┄┄┄┄", "https://runbooks.example/SlowSearchQueries")
	hides(t, p, past, append(presentFacts, "p95 is")...)
	drawn(t, p, past)
	shows(t, p, c, "firing, critical", "now 812 ms", "notifies on-call") // the way back

	then.AlertsSnap = sources.Snapshot[[]sources.Alert]{}
	shows(t, p, past, "asking what was active at 13:35:32 UTC", "SlowSearchQueries")
	hides(t, p, past, append(presentFacts, "not active")...)
	then.RulesSnap = sources.Snapshot[[]sources.Rule]{}
	then.AlertsSnap = feedtest.Failed[[]sources.Alert](&sources.Error{Source: "prometheus", Kind: sources.NotKept}, past.Now)
	changed(p, past)
	shows(t, p, past, "○ whether it was active at 13:35:32 UTC is not known", "SlowSearchQueries", "fires when > 500 ms")
	hides(t, p, past, append(presentFacts, "not active")...)
}

func TestTheDetailOfThePastSaysNothingOfItWhereItsAlertIsNotActiveNow(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 60)
	gone := sources.Alert{Name: "HighErrorRate", Severity: "critical", State: sources.Firing, For: 2 * time.Minute, Value: math.NaN(), ActiveSince: pagetest.Now.Add(-50 * time.Minute),
		Labels:      sources.Labels{"alertname": "HighErrorRate", "severity": "critical", "job": "api"},
		Annotations: sources.Labels{"description": "of … per cent"}}
	past, _ := before(c, gone)
	p.View(past)
	p.Update(past, page.SelectMsg{Key: "HighErrorRate"})
	press(p, past, "enter")
	shows(t, p, past, "firing, critical", "of … per cent", "firing ◔")
	shows(t, p, c, "● not active now", "job=api", "fires when > 0.1")
	hides(t, p, c, "firing, critical", "of … per cent", "◔", "no longer active", "notified")
	shows(t, p, past, "firing, critical", "of … per cent")
}

func TestAGroupThatWasNotThereThenIsOnlyNamed(t *testing.T) {
	p, c := New(), pagetest.Context(many(30), 120, 60)
	p.View(c)
	press(p, c, "down", "enter")
	shows(t, p, c, "TenantSlow ×30", "30 alerts")
	past, _ := before(c)
	shows(t, p, past, "not active at 13:35:32 UTC", "TenantSlow", "severity=warning", "the highest of all series")
	hides(t, p, past, "×30", "30 alerts", "t00001", "evaluated")
}

func TestWhatEndedIsShownAsItWasAndEndsOnItsPicture(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 50)
	p.View(c)
	press(p, c, "enter")
	before := strings.Count(strip(t, p, c, "firing"), "✖")
	r.AlertsSnap.Value, r.RulesSnap.Value[0].Alerts = r.AlertsSnap.Value[1:], nil
	changed(p, c)
	p.detail.at = c.Now.Add(-6 * time.Minute) // since then it is not listed
	shows(t, p, c, "no longer active, this is how it was at 13:59:32 UTC", "last 812 ms, fires when")
	hides(t, p, c, "now 812 ms")
	if after := strings.Count(strip(t, p, c, "firing"), "✖"); after > before*2/3 {
		t.Errorf("it fires in %d columns, of which it did in %d", before, after)
	}
	c.Live = false // a pause shows what was known
	shows(t, p, c, "no longer active, this is how it was at 13:59:32 UTC")
}

func TestARuleThatIsGoneIsNotCalledAnAlertThatEnded(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 50)
	p.Update(c, page.SelectMsg{Key: "HighErrorRate"})
	press(p, c, "enter")
	r.RulesSnap.Value = r.RulesSnap.Value[:2]
	changed(p, c)
	shows(t, p, c, "no longer among the rules", "HighErrorRate")
	hides(t, p, c, "active")
}
