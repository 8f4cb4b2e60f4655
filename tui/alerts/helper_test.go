package alerts

import (
	"fmt"
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

// press presses keys and gives back what came of the last.
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

// write types a text, letter by letter.
func write(p page.Page, c page.Context, text string) {
	for _, r := range text {
		press(p, c, string(r))
	}
}

// shows fails when the page does not show all of the texts.
func shows(t *testing.T, p page.Page, c page.Context, texts ...string) {
	t.Helper()
	got := text(p, c)
	for _, want := range texts {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func hides(t *testing.T, p page.Page, c page.Context, texts ...string) {
	t.Helper()
	got := text(p, c)
	for _, no := range texts {
		if strings.Contains(got, no) {
			t.Errorf("%q in\n%s", no, got)
		}
	}
}

// notice is the text of a notice that warns; "" for any other message.
func notice(m tea.Msg) string {
	n, _ := m.(page.Notice)
	if !n.Warn {
		return ""
	}
	return n.Text
}

// given is the service of pagetest with an Alertmanager that holds the silenced alert, its silence, one that is to come
// and one that expired.
func given() *feedtest.Reader {
	r := pagetest.Reader()
	at := pagetest.Now.Add(-2 * time.Second)
	rules := pagetest.Rules()
	held := func(fingerprint string, a sources.Alert) sources.ManagedAlert {
		m := sources.ManagedAlert{Fingerprint: fingerprint, State: "active", Labels: a.Labels.Without(), StartsAt: a.ActiveSince, Receivers: []string{"on-call"}}
		m.Labels["cluster"] = "eu" // an external label
		return m
	}
	slow, low := held("0510", rules[0].Alerts[0]), held("f00d", rules[2].Alerts[0])
	low.State, low.SilencedBy = "suppressed", []string{"2c1b-silence"}
	managed := []sources.ManagedAlert{slow, low}
	r.ManagedSnap = feedtest.Value(managed, at)
	r.AlertsSnap = feedtest.Value(sources.JoinAlerts(rules, managed), at)
	r.SilencesSnap = feedtest.Value([]sources.Silence{
		{ID: "2c1b-silence", State: sources.SilenceActive, StartsAt: pagetest.Now.Add(-time.Hour), EndsAt: pagetest.Now.Add(80 * time.Minute),
			Matchers: []sources.Matcher{{Name: "alertname", Value: "LowCacheHitRate"}}, CreatedBy: "ada", Comment: "the cache moves"},
		{ID: "0ld", State: sources.SilenceExpired, StartsAt: pagetest.Now.Add(-3 * time.Hour), EndsAt: pagetest.Now.Add(-2 * time.Hour),
			Matchers: []sources.Matcher{{Name: "tenant_id", Value: "globex|hooli", Regex: true}}, CreatedBy: "bob", Comment: "migration"},
		{ID: "s00n", State: sources.SilencePending, StartsAt: pagetest.Now.Add(2 * time.Hour), EndsAt: pagetest.Now.Add(4 * time.Hour),
			Matchers: []sources.Matcher{{Name: "job", Value: "x", Negative: true}, {Name: "team", Value: "search"}}, CreatedBy: "ada", Comment: "tonight"},
	}, at)
	return r
}

// many is a rule with n firing alerts, one for each tenant, beside the others.
func many(n int) *feedtest.Reader {
	r := given()
	rule := pagetest.Rules()[0]
	rule.Name, rule.Alerts = "TenantSlow", nil
	for i := range n {
		rule.Alerts = append(rule.Alerts, sources.Alert{Name: "TenantSlow", State: sources.Firing, Severity: "warning", Value: float64(i),
			ActiveSince: pagetest.Now.Add(-time.Duration(i+1) * time.Minute),
			Labels:      sources.Labels{"alertname": "TenantSlow", "severity": "warning", "tenant_id": fmt.Sprintf("t%05d", i)}})
	}
	r.RulesSnap.Value = append(pagetest.Rules(), rule)
	r.AlertsSnap.Value = sources.JoinAlerts(r.RulesSnap.Value, r.ManagedSnap.Value)
	return r
}

func changed(p page.Page, c page.Context) { p.Update(c, page.DataMsg{}) }
