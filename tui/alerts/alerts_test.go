package alerts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestEveryRuleAndAlertIsListedByState(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	got := text(p, c)
	at := -1
	for _, name := range []string{"firing (1)", "SlowSearchQueries", "pending (1)", "RateLimitingTriggered", "rules that fail (1)", "HighMemoryUsage",
		"silenced (1)", "LowCacheHitRate", "inactive (1)", "HighErrorRate"} {
		i := strings.Index(got, name)
		if i < at {
			t.Errorf("%s is not where it belongs:\n%s", name, got)
		}
		at = i
	}
	shows(t, p, c, "1 firing", "1 pending", "1 silenced", "1 failing to evaluate", "1 inactive", "silenced", "found duplicate series")
}

func TestAlertsOfOneNameAreOneRowThatOpens(t *testing.T) {
	p, c := New(), pagetest.Context(many(30), 120, 40)
	shows(t, p, c, "▸ TenantSlow ×30", "tenant_id t00029, t00028", "31 firing")
	if strings.Count(text(p, c), "TenantSlow") != 1 {
		t.Errorf("%s", text(p, c))
	}
	press(p, c, "down", "right")
	shows(t, p, c, "▾ TenantSlow ×30", "tenant_id=t00029", "more below")
	press(p, c, "down", "down")
	if o, ok := press(p, c, "o").(page.OpenTenant); !ok || o.ID != "t00028" {
		t.Errorf("%+v", o)
	}
	press(p, c, "left")
	shows(t, p, c, "▸ TenantSlow ×30")
	hides(t, p, c, "▾")
	if got := notice(press(p, c, "o")); !strings.Contains(got, "several tenants") {
		t.Errorf("of a group: %q", got)
	}
}

func TestTheSelectionFollowsAnAlertIntoItsGroup(t *testing.T) {
	r := many(1)
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "down") // TenantSlow
	r.AlertsSnap, r.RulesSnap = many(2).AlertsSnap, many(2).RulesSnap
	changed(p, c)
	if got, ok := p.selected(c); !ok || got.name() != "TenantSlow" || !got.group() {
		t.Errorf("%+v", got)
	}
}

func TestTheSelectionStaysOnItsAlert(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "down") // RateLimitingTriggered
	worse := sources.Alert{Name: "ServiceDown", State: sources.Firing, Severity: "critical", Labels: sources.Labels{"alertname": "ServiceDown"}}
	r.AlertsSnap.Value = append([]sources.Alert{worse}, r.AlertsSnap.Value...)
	changed(p, c)
	if msg, ok := press(p, c, "t").(page.OpenTraces); !ok || msg.Query.Title != "alert RateLimitingTriggered" {
		t.Errorf("%+v", msg)
	}
}

func TestGroupsSortAndFilterHideNothingWithoutACount(t *testing.T) {
	p, c := New(), pagetest.Context(many(5), 120, 40)
	order := func() []string {
		var names []string
		for _, r := range p.rows(c).rows {
			names = append(names, r.name())
		}
		return names
	}
	press(p, c, "b")
	shows(t, p, c, "deeplake in alert_rules.yml (10)", "by group")
	press(p, c, "b")
	shows(t, p, c, "critical (2)", "warning (8)", "by severity")
	press(p, c, "b", "s")
	shows(t, p, c, "by none", "by name")
	if got := order(); !slices.IsSorted(got) || len(got) != 6 {
		t.Errorf("%v", got)
	}
	press(p, c, "S")
	if got := order(); got[0] != "TenantSlow" {
		t.Errorf("%v", got)
	}
	press(p, c, "s")
	if got := order(); got[0] != "SlowSearchQueries" { // 14 minutes
		t.Errorf("longest first: %v", got)
	}
	press(p, c, "s")
	if got := order(); got[0] != "TenantSlow" { // 4
		t.Errorf("highest value first: %v", got)
	}
	press(p, c, "s", "b")
	write(p, c, "/globex")
	press(p, c, "enter")
	shows(t, p, c, "/globex", "1 of 10", "RateLimitingTriggered")
	hides(t, p, c, "SlowSearch")
	if !p.Escape() || len(order()) != 6 {
		t.Error("Esc does not drop the filter")
	}
	for typed, want := range map[string]string{"silenced": "LowCacheHitRate", "tenant_id=globex": "RateLimitingTriggered", "alert_rules.yml": "SlowSearchQueries", "DUPLICATE": "HighMemoryUsage"} {
		write(p, c, "/"+typed)
		press(p, c, "enter")
		shows(t, p, c, want)
		p.Escape()
	}
	write(p, c, "/nothing like it")
	shows(t, p, c, "nothing matches nothing like it", "0 of 10")
}

func TestAlertsThatOnlyAlertmanagerKnowsAreListedToo(t *testing.T) {
	r := pagetest.Reader()
	r.RulesSnap.Value = nil
	r.AlertsSnap.Value = sources.JoinAlerts(nil, []sources.ManagedAlert{{Fingerprint: "1", Labels: sources.Labels{"alertname": "Foreign", "severity": "page"}}})
	p, c := New(), pagetest.Context(r, 100, 30)
	shows(t, p, c, "Foreign", "known to Alertmanager only")
	press(p, c, "b")
	shows(t, p, c, "known to Alertmanager only (1)")
}

func TestFromAnAlertToItsTracesAndItsTenant(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	p.View(c)
	histogram := `search_latency_seconds_bucket{search_type="hybrid", tenant_id="acme-corp"}`
	for _, where := range []string{"list", "detail"} {
		o, ok := press(p, c, "t").(page.OpenExemplar)
		if !ok || o.Query.Histogram != histogram || !o.Query.Since.Equal(pagetest.Now.Add(-14*time.Minute)) || o.Query.Tags["tenant"] != "acme-corp" {
			t.Errorf("%s: %+v", where, o)
		}
		if o, ok := press(p, c, "o").(page.OpenTenant); !ok || o.ID != "acme-corp" {
			t.Errorf("%s: %+v", where, o)
		}
		press(p, c, "enter")
	}
	p.Escape()
	if o, ok := press(p, c, "down", "t").(page.OpenTraces); !ok || o.Query.Tags["tenant"] != "globex" || o.Query.Histogram != "" {
		t.Errorf("a rule that is about no histogram: %+v", o)
	}
	if o, ok := press(p, c, "end", "t").(page.OpenTraces); !ok || !o.Query.Errors {
		t.Errorf("a rule without an alert: %+v", o)
	}
	if got := notice(press(p, c, "o")); !strings.Contains(got, "HighErrorRate has no active alert, so no tenant") {
		t.Errorf("%q", got)
	}
	r := given()
	r.AlertsSnap.Value = []sources.Alert{{Name: "Down", State: sources.Firing, Labels: sources.Labels{"alertname": "Down"}}}
	shows(t, p, c, "t traces")
	hides(t, p, c, "o tenant")
	press(p, c, "up")
	shows(t, p, c, "o tenant")
	p, c = New(), pagetest.Context(r, 120, 40)
	if got := notice(press(p, c, "o")); !strings.Contains(got, "no tenant's alert") {
		t.Errorf("%q", got)
	}
	hides(t, p, c, "o tenant") // what can't be done is not offered
	press(p, c, "enter")
	shows(t, p, c, "z silence")
	hides(t, p, c, "o tenant")
}

func TestSelectingAnAlertShowsItWhateverHidesIt(t *testing.T) {
	p, c := New(), pagetest.Context(many(30), 120, 40)
	write(p, c, "/globex")
	press(p, c, "enter", "enter")
	key := sources.Labels{"alertname": "TenantSlow", "severity": "warning", "tenant_id": "t00007"}.Key()
	p.Update(c, page.SelectMsg{Key: key})
	if r, ok := p.selected(c); !ok || r.key != "a"+key || p.mode != modeList {
		t.Errorf("%+v", r)
	}
	shows(t, p, c, "tenant_id=t00007")
	p.Update(c, page.SelectMsg{Key: "HighErrorRate"})
	if r, _ := p.selected(c); r.name() != "HighErrorRate" {
		t.Errorf("by name: %+v", r)
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

func TestTheHelpNamesOnlyKeysThatWorkHere(t *testing.T) {
	has := func(p *Page, k string) bool {
		return slices.ContainsFunc(p.Bindings(), func(b key.Binding) bool { return slices.Contains(b.Keys(), k) })
	}
	p, c := New(), pagetest.Context(given(), 120, 40)
	p.View(c)
	for _, k := range []string{"enter", "t", "o", "z", "Z", "a", "y", "Y", "s", "S", "b", "/", "right"} {
		if !has(p, k) {
			t.Errorf("list: no %s", k)
		}
	}
	live := c
	for name, fix := range map[string]func(*page.Context){
		"read-only": func(c *page.Context) { c.ReadOnly = true }, "in the past": func(c *page.Context) { c.Live = false },
	} {
		c := live
		fix(&c)
		p := New()
		p.View(c)
		if has(p, "z") || has(p, "Z") || !has(p, "a") {
			t.Error("list, " + name)
		}
		hides(t, p, c, "z silence")
		press(p, c, "enter")
		hides(t, p, c, "z silence")
		press(p, c, "a")
		for _, k := range []string{"n", "e", "D", "z"} {
			if has(p, k) {
				t.Errorf("silences, %s: %s", name, k)
			}
		}
		hides(t, p, c, "n new", "e extend", "D expire")
		shows(t, p, c, "/ filter")
	}
	press(p, c, "a")
	for _, k := range []string{"n", "e", "D", "z", "/", "y"} {
		if !has(p, k) {
			t.Errorf("silences: no %s", k)
		}
	}
}

// A page must not be slow with an alert for each of ten thousand tenants.
func BenchmarkTenThousandAlerts(b *testing.B) {
	r := many(10_000)
	c := pagetest.Context(r, 120, 40)
	b.Run("new data", func(b *testing.B) {
		p := New()
		for b.Loop() {
			changed(p, c)
			p.View(c)
		}
	})
	b.Run("a letter of the filter, opened", func(b *testing.B) {
		p := New()
		press(p, c, "down", "right", "/")
		for b.Loop() {
			press(p, c, "t")
			press(p, c, "backspace")
		}
	})
	b.Run("a matcher of the form", func(b *testing.B) {
		p := New()
		press(p, c, "down", "z", "up", "up")
		for b.Loop() {
			press(p, c, "x", "backspace")
		}
	})
}

func TestOfATimeOfWhichNothingIsKeptNothingIsCounted(t *testing.T) {
	lost := &sources.Error{Source: "prometheus", Asked: "alerts", Reason: "Prometheus has nothing of that time", Kind: sources.NotKept}
	r := &feedtest.Reader{Clock: pagetest.Now, Status: pagetest.Reader().Status,
		RulesSnap: feedtest.Failed[[]sources.Rule](lost, pagetest.Now), AlertsSnap: feedtest.Failed[[]sources.Alert](lost, pagetest.Now)}
	p, c := New(), pagetest.Context(r, 100, 20)
	c.Live = false
	shows(t, p, c, "○ what fired then is not known", "Prometheus has nothing of that time")
	hides(t, p, c, "0 firing", "✖", "could not be read")
	write(p, c, "/x")
	hides(t, p, c, "0 of 0", "nothing matches")
	r.RulesSnap, r.AlertsSnap = sources.Snapshot[[]sources.Rule]{}, sources.Snapshot[[]sources.Alert]{}
	p = New()
	shows(t, p, c, "asking Prometheus")
	hides(t, p, c, "0 firing")
}
