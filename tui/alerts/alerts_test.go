package alerts

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func text(p page.Page, c page.Context) string { return ansi.Strip(strings.Join(p.View(c), "\n")) }

func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		last = nil
		if cmd := p.Update(c, pagetest.Key(k)); cmd != nil {
			last = cmd()
		}
		p.View(c)
	}
	return last
}

func TestTheListHoldsAlertsFailingRulesAndQuietOnesInThatOrder(t *testing.T) {
	got := text(New(), pagetest.Context(pagetest.Reader(), 120, 40))
	at := -1
	for _, name := range []string{"SlowSearchQueries", "LowCacheHitRate", "RateLimitingTriggered", "HighMemoryUsage", "HighErrorRate"} {
		i := strings.Index(got, name)
		if i < at {
			t.Errorf("%s is not where it belongs:\n%s", name, got)
		}
		at = i
	}
	for _, want := range []string{"1 firing", "1 pending", "1 muted", "1 rules fail", "1 rules quiet", "firing, silenced", "found duplicate series"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestTheDetailTellsEverything(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 120, 50)
	got := text(p, c)
	for _, want := range []string{
		"SlowSearchQueries for acme-corp", "https://runbooks.example/SlowSearchQueries", "https://grafana.example/d/deeplake",
		"histogram_quantile(0.95", "2026-03-14 13:51:32 UTC, 14m", "search_type=hybrid", "deeplake in alert_rules.yml",
		"14:05:25, 7s ago, took 6.0 ms", "does not hold this alert",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	press(p, c, "down")
	if got := text(p, c); !strings.Contains(got, "2c1b-silence") {
		t.Errorf("the silence is not named:\n%s", got)
	}
	press(p, c, "down", "down")
	if got := text(p, c); !strings.Contains(got, "no alert of this rule is active") || !strings.Contains(got, "many-to-one") && !strings.Contains(got, "duplicate series") {
		t.Errorf("the failing rule:\n%s", got)
	}
}

func TestEnterOpensTheTracesThatExplainTheAlert(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 120, 40)
	p.View(c)
	msg, ok := press(p, c, "enter").(page.OpenTraces)
	if !ok || msg.Query.Tags["tenant"] != "acme-corp" || msg.Query.Tags["search_type"] != "hybrid" || msg.Query.Errors {
		t.Errorf("%+v", msg)
	}
	msg, ok = press(p, c, "end", "enter").(page.OpenTraces) // HighErrorRate
	if !ok || !msg.Query.Errors {
		t.Errorf("%+v", msg)
	}
}

func TestTheSelectionStaysOnItsAlert(t *testing.T) {
	r := pagetest.Reader()
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "down", "down") // RateLimitingTriggered
	worse := sources.Alert{Name: "ServiceDown", State: sources.Firing, Severity: "critical", Labels: sources.Labels{"alertname": "ServiceDown"}}
	r.AlertsSnap.Value = append([]sources.Alert{worse}, r.AlertsSnap.Value...)
	p.View(c)
	if msg, ok := press(p, c, "enter").(page.OpenTraces); !ok || msg.Query.Title != "alert RateLimitingTriggered" {
		t.Errorf("%+v", msg)
	}
}

func TestAnAlertOfAnotherPrometheusSaysThatItsRuleIsUnknown(t *testing.T) {
	r := pagetest.Reader()
	r.RulesSnap.Value = nil
	r.AlertsSnap.Value = []sources.Alert{{Name: "Foreign", State: sources.Firing, Known: true, Labels: sources.Labels{"alertname": "Foreign"}}}
	if got := text(New(), pagetest.Context(r, 100, 30)); !strings.Contains(got, "known to Alertmanager only") {
		t.Errorf("%s", got)
	}
}

func TestALongDetailScrolls(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 80, 14)
	got := text(p, c)
	if !strings.Contains(got, "more lines, pgdown") || strings.Count(got, "\n") >= 14 {
		t.Errorf("%s", got)
	}
	press(p, c, "pgdown", "pgdown", "pgdown", "pgdown", "pgdown")
	if got := text(p, c); !strings.Contains(got, "evaluated") || strings.Contains(got, "more lines") {
		t.Errorf("%s", got)
	}
}

func TestAFilterNarrowsByNameAndLabel(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 120, 40)
	press(p, c, "/", "g", "l", "o", "b", "e", "x", "enter")
	if got := text(p, c); !strings.Contains(got, "RateLimitingTriggered") || strings.Contains(got, "SlowSearch") {
		t.Errorf("%s", got)
	}
	if !p.Escape() {
		t.Error("Esc does not drop the filter")
	}
}

func TestWhyThereIsNothing(t *testing.T) {
	failed := &sources.Error{Source: "prometheus", Asked: "rules", Reason: "connection refused", Kind: sources.Refused}
	for name, c := range map[string]struct {
		r    *feedtest.Reader
		want string
	}{
		"off":     {&feedtest.Reader{Clock: pagetest.Now}, "Prometheus is off: set --prometheus-url"},
		"asking":  {&feedtest.Reader{Clock: pagetest.Now, Status: pagetest.Reader().Status}, "asking Prometheus"},
		"failed":  {&feedtest.Reader{Clock: pagetest.Now, RulesSnap: feedtest.Failed[[]sources.Rule](failed, pagetest.Now)}, "connection refused"},
		"nothing": {&feedtest.Reader{Clock: pagetest.Now, RulesSnap: feedtest.Value([]sources.Rule{}, pagetest.Now)}, "has no alerting rules"},
	} {
		if got := text(New(), pagetest.Context(c.r, 100, 20)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTLeadsToAnExemplarOfTheHistogramThatTheRuleIsAbout(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 120, 40)
	p.View(c)
	want := `search_latency_seconds_bucket{search_type="hybrid", tenant_id="acme-corp"}`
	o, ok := press(p, c, "t").(page.OpenExemplar)
	if !ok || o.Query.Histogram != want || !o.Query.Since.Equal(pagetest.Now.Add(-14*time.Minute)) || o.Query.Min != 0 {
		t.Errorf("%+v", o)
	}
	if o, ok := press(p, c, "enter").(page.OpenTraces); !ok || o.Query.Histogram != want {
		t.Errorf("the list can't mark its exemplars: %+v", o)
	}
	// Of a rule about something else, and of one without an alert, t leads to the list.
	for range 6 {
		if o, ok := press(p, c, "down", "t").(page.OpenTraces); !ok || o.Query.Histogram != "" {
			t.Errorf("%+v", o)
		}
	}
}
