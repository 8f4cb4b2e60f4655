package alerts

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// drawn is what the detail asks Prometheus for.
func drawn(t *testing.T, p *Page, c page.Context) feed.Request {
	t.Helper()
	for _, r := range p.Wants(c) {
		if r.Kind == feed.Range {
			return r
		}
	}
	t.Fatal("no range query is wanted")
	return feed.Request{}
}

func TestTheDetailTellsEverything(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 60)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c,
		"firing, critical, for 12m, since 13:53:32 UTC (active since 13:51:32 UTC)", "SlowSearchQueries for acme-corp",
		"now 812 ms, fires when > 500 ms for 2m", "┄┄┄┄", "search_type=hybrid", "https://runbooks.example/SlowSearchQueries",
		"https://grafana.example/d/deeplake", "notifies on-call", "histogram_quantile(0.95", "deeplake in alert_rules.yml", "14:05:25, 7s ago, took 6 ms")
	press(p, c, "left") // nothing before it
	press(p, c, "right", "right")
	shows(t, p, c, "HighMemoryUsage", "it can't be evaluated: nobody is warned", "found duplicate series")
	press(p, c, "right")
	shows(t, p, c, "firing, but silenced", "by ada until 15:25:32 UTC, for another 1h 20m: the cache moves", "would notify")
	press(p, c, "right")
	shows(t, p, c, "HighErrorRate", "no alert of this rule is active", "the highest of all series, fires when > 0.1")
	if !p.Escape() {
		t.Error("Esc does not leave the detail")
	}
	if r, _ := p.selected(c); r.name() != "HighErrorRate" {
		t.Errorf("the list has %s selected", r.name())
	}
}

func TestOnlyTheAlertsOwnSeriesAreAskedFor(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	p.View(c)
	for _, r := range p.Wants(c) {
		if r.Kind == feed.Range {
			t.Error("the list asks for a picture")
		}
	}
	press(p, c, "enter")
	want := `(histogram_quantile(0.95, rate(search_latency_seconds_bucket[5m]))) and on (tenant_id, search_type) ` +
		`label_replace(label_replace(vector(1), "tenant_id", "acme-corp", "", ""), "search_type", "hybrid", "", "")`
	if q := drawn(t, p, c); q.Expr != want || q.Window != c.Window || q.Step != c.Step {
		t.Errorf("%+v", q)
	}
	for expr, want := range map[string]string{
		"x < 5":              "min(x)",
		"x >= 5":             "max(x)",
		"x == 0":             "count(x == 0)",
		"absent(x)":          "count(absent(x))",
		"a > 1 or b > 2":     "count(a > 1 or b > 2)",
		"x > 5 and y":        "max(x)",
		"5 > (a or b) # low": "min((a or b))",
	} {
		if got := pictureOf(row{rule: &sources.Rule{Expr: expr}}).request.Expr; got != want {
			t.Errorf("%s: %s", expr, got)
		}
	}
}

func TestALabelsValueCanNotBreakOutOfTheQuery(t *testing.T) {
	i := &instance{Alert: sources.Alert{Name: "A", Labels: sources.Labels{"alertname": "A", "team": "x", "a": `") or $1 \ é`, "odd name": "x", "b": "cut…"},
		Altered: []string{"b"}}, rule: &sources.Rule{Expr: "x > 1", Labels: sources.Labels{"team": "x"}}, own: true}
	got := pictureOf(row{all: []*instance{i}, rule: i.rule}).request.Expr
	if want := `(x) and on (a) label_replace(vector(1), "a", "\") or $$1 \\ é", "", "")`; got != want {
		t.Errorf("%s", got)
	}
}

func TestWhenTheThresholdCanNotBeToldTheExpressionIsDrawnAndItIsSaid(t *testing.T) {
	r := given()
	r.RulesSnap.Value[0].Expr = "a > 0.5 or b > 2"
	p, c := New(), pagetest.Context(r, 120, 50)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c, "no threshold is drawn: several conditions are joined by or")
	hides(t, p, c, "┄┄┄")
	if q := drawn(t, p, c); !strings.HasPrefix(q.Expr, "(a > 0.5 or b > 2) and on (") {
		t.Errorf("%s", q.Expr)
	}
	r.RulesSnap.Value[0].Expr = "a > 0.5 and b > 2"
	changed(p, c)
	shows(t, p, c, "fires when > 0.5 for 2m, and b > 2", "┄┄┄")
}

func TestThePictureSaysWhyItIsNotThere(t *testing.T) {
	for name, tc := range map[string]struct {
		snap sources.Snapshot[sources.Matrix]
		want string
	}{
		"asking": {sources.Snapshot[sources.Matrix]{}, "asking Prometheus for its expression"},
		"failed": {feedtest.Failed[sources.Matrix](&sources.Error{Source: "prometheus", Reason: "422 bad_data"}, pagetest.Now), "422 bad_data"},
		"empty":  {feedtest.Value(sources.Matrix{}, pagetest.Now), "no value in this window: + widens it"},
	} {
		r := given()
		r.RangeFunc = func(feed.Request) sources.Snapshot[sources.Matrix] { return tc.snap }
		p, c := New(), pagetest.Context(r, 120, 40)
		p.View(c)
		press(p, c, "enter")
		if got := text(p, c); !strings.Contains(got, tc.want) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestNoTwoValuesBesideThePictureReadAlike(t *testing.T) {
	r := given()
	r.RulesSnap.Value[0].Expr = "histogram_quantile(0.95, sum by (le) (rate(search_latency_seconds_bucket[5m]))) > 12"
	m := sources.Matrix{Start: pagetest.Now.Add(-time.Hour), Step: time.Minute, Columns: 61, Series: []sources.Series{{}}}
	for i := range m.Columns {
		m.Series[0].Values = append(m.Series[0].Values, 12.1+0.8*float64(i)/60)
	}
	r.RangeFunc = func(feed.Request) sources.Snapshot[sources.Matrix] { return feedtest.Value(m, pagetest.Now) }
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "enter")
	seen := map[string]bool{}
	for _, l := range strings.Split(text(p, c), "\n") {
		if tick, _, ok := strings.Cut(l, "┤"); ok {
			if seen[tick] {
				t.Errorf("%q twice", tick)
			}
			seen[tick] = true
		}
	}
	if len(seen) < 3 {
		t.Errorf("only %d values:\n%s", len(seen), text(p, c))
	}
}

func TestTheStripTellsSinceWhenItWasPendingAndSinceWhenItFires(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	p.View(c)
	press(p, c, "enter")
	for _, l := range strings.Split(text(p, c), "\n") {
		if strings.Contains(l, "firing ◔") {
			// The last quarter of the hour's 100 cells or so, of which two minutes are pending.
			if n, m := strings.Count(l, "◔"), strings.Count(l, "✖"); n < 3 || n > 5 || m < 18 || m > 25 {
				t.Errorf("%d pending, %d firing: %s", n, m, l)
			}
			return
		}
	}
	t.Errorf("no strip:\n%s", text(p, c))
}

func TestTheDetailStaysWhenItsAlertEnds(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "enter")
	r.AlertsSnap.Value, r.RulesSnap.Value[0].Alerts = r.AlertsSnap.Value[1:], nil
	changed(p, c)
	shows(t, p, c, "no longer active", "SlowSearchQueries for acme-corp")
	drawn(t, p, c)
}

func TestInhibitionNamesTheAlertBehindIt(t *testing.T) {
	r := given()
	r.AlertsSnap.Value[0].Inhibited = []string{"f00d", "90ne"}
	p, c := New(), pagetest.Context(r, 120, 50)
	p.View(c)
	p.Update(c, page.SelectMsg{Key: "SlowSearchQueries"})
	press(p, c, "enter")
	shows(t, p, c, "inhibited", "LowCacheHitRate tenant_id=acme-corp cluster=eu", "no longer lists, 90ne")
}

func TestWithoutAlertmanagerTheDetailSaysSo(t *testing.T) {
	r := given()
	r.Status[3].State = feed.Off
	p, c := New(), pagetest.Context(r, 120, 50)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c, "off: set --alertmanager-url", "SlowSearchQueries for acme-corp", "┄┄┄")
	r = given()
	r.AlertsSnap.Value[0].Known = false
	p, c = New(), pagetest.Context(r, 120, 50)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c, "does not hold this alert: nobody is notified")
	c.Live = false
	shows(t, p, c, "who was notified then is not kept")
}

func TestLinksAreCopiedOneAfterTheOther(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 50)
	p.View(c)
	if m, ok := press(p, c, "Y").(page.Copy); !ok || m.Text != "https://runbooks.example/SlowSearchQueries" {
		t.Errorf("%+v", m)
	}
	press(p, c, "enter")
	for _, want := range []string{"https://runbooks.example/SlowSearchQueries", "https://grafana.example/d/deeplake", "https://runbooks.example/SlowSearchQueries"} {
		if m, ok := press(p, c, "Y").(page.Copy); !ok || m.Text != want || !strings.Contains(m.What, "of 2") {
			t.Errorf("%+v", m)
		}
	}
	if m, ok := press(p, c, "y").(page.Copy); !ok || m.Text != `SlowSearchQueries{search_type="hybrid", severity="critical", tenant_id="acme-corp"}` {
		t.Errorf("%+v", m)
	}
	p.Update(c, page.SelectMsg{Key: "HighErrorRate"})
	if got := notice(press(p, c, "Y")); !strings.Contains(got, "has no link") {
		t.Errorf("%q", got)
	}
	r := given()
	r.AlertsSnap.Value[0].Annotations = sources.Labels{"runbook_url": "javascript:alert(1)", "note": "see http:// there"}
	p, c = New(), pagetest.Context(r, 120, 50)
	if got := notice(press(p, c, "Y")); !strings.Contains(got, "has no link") {
		t.Errorf("%q", got)
	}
}

func TestALongDetailScrolls(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 80, 14)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c, "more lines below")
	if n := strings.Count(text(p, c), "\n"); n >= 14 {
		t.Errorf("%d lines", n+1)
	}
	press(p, c, "end")
	shows(t, p, c, "evaluated")
	hides(t, p, c, "more lines below")
}

func TestThePickedTimeIsMarkedOnThePicture(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	p.View(c)
	press(p, c, "enter")
	before := strings.Count(text(p, c), "│")
	c.Cursor = pagetest.Now.Add(-30 * time.Minute)
	if after := strings.Count(text(p, c), "│"); after <= before+3 {
		t.Errorf("%d upright strokes, %d without a picked time", after, before)
	}
}

// strip is the line under the picture, of which a part holds the words.
func strip(t *testing.T, p *Page, c page.Context, words string) string {
	t.Helper()
	for _, l := range strings.Split(text(p, c), "\n") {
		if strings.Contains(l, words+" ◔") {
			return l
		}
	}
	t.Fatalf("no strip:\n%s", text(p, c))
	return ""
}

func TestTheStripTellsSinceWhenItIsSilenced(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "enter")
	r.AlertsSnap.Value[0].Silenced = []string{"new"}
	silence := func(ago time.Duration) {
		r.SilencesSnap.Value[0].ID, r.SilencesSnap.Value[0].StartsAt = "new", pagetest.Now.Add(-ago)
		changed(p, c)
	}
	silence(0)
	if l := strip(t, p, c, "firing, then silenced"); strings.Count(l, "⊘") != 1 || strings.Count(l, "✖") < 15 {
		t.Errorf("silenced just now: %s", l)
	}
	silence(6 * time.Minute) // half of the twelve for which it fires
	if l := strip(t, p, c, "firing, then silenced"); strings.Count(l, "⊘") < 8 || strings.Count(l, "✖") < 8 || strings.Index(l, "⊘") < strings.Index(l, "✖") {
		t.Errorf("silenced for six minutes: %s", l)
	}
	silence(time.Hour)
	if l := strip(t, p, c, "silenced"); strings.Contains(l, "✖") || strings.Count(l, "⊘") < 18 {
		t.Errorf("silenced before it fired: %s", l)
	}
	r.AlertsSnap.Value[0].Silenced, r.AlertsSnap.Value[0].Inhibited = nil, []string{"f00d"}
	changed(p, c)
	if l := strip(t, p, c, "firing, then inhibited"); strings.Contains(l, "⊘") {
		t.Errorf("nobody knows since when it is inhibited: %s", l)
	}
}

func TestARulesOwnTemplatesAreNotShown(t *testing.T) {
	r := given()
	rule := &r.RulesSnap.Value[len(r.RulesSnap.Value)-1]
	for i := range r.RulesSnap.Value {
		if r.RulesSnap.Value[i].Name == "HighErrorRate" {
			rule = &r.RulesSnap.Value[i]
		}
	}
	rule.Annotations = sources.Labels{"summary": "Too many errors", "description": "{{ $labels.job }} fails", "runbook_url": "https://r.example/{{ $labels.job }}"}
	p, c := New(), pagetest.Context(r, 120, 50)
	p.Update(c, page.SelectMsg{Key: "HighErrorRate"})
	shows(t, p, c, "Too many errors")
	hides(t, p, c, "{{", "r.example")
	press(p, c, "enter")
	shows(t, p, c, "Too many errors")
	hides(t, p, c, "{{", "r.example")
}

func TestThePastSaysNothingOfHealthThatIsNotKept(t *testing.T) {
	r := given()
	for i := range r.RulesSnap.Value {
		r.RulesSnap.Value[i].Health = "unknown"
	}
	p, c := New(), pagetest.Context(r, 120, 60)
	p.View(c)
	press(p, c, "enter")
	shows(t, p, c, "unknown")
	c.Live = false
	hides(t, p, c, "unknown")
}

func TestAnAlertFiresSinceItFiresAndNotSinceItWasPending(t *testing.T) {
	r := given()
	slow := &r.AlertsSnap.Value[0]
	slow.For, slow.ActiveSince = 50*time.Minute, pagetest.Now.Add(-50*time.Minute-30*time.Second)
	p, c := New(), pagetest.Context(r, 120, 40)
	if l := regexp.MustCompile(`SlowSearchQueries +critical +firing +(\w+)`).FindStringSubmatch(text(p, c)); l == nil || l[1] != "30s" {
		t.Errorf("the list: %q", l)
	}
	shows(t, p, c, "firing, critical, for 30s, since 14:05:02 UTC (active since 13:15:02 UTC)")
	press(p, c, "enter")
	shows(t, p, c, "firing, critical, for 30s, since 14:05:02 UTC (active since 13:15:02 UTC)")
	if l := strip(t, p, c, "firing"); strings.Count(l, "✖") > 2 || strings.Count(l, "◔") < 80 {
		t.Errorf("the picture tells otherwise: %s", l)
	}
	c.Width = 60 // when it began to be active gives way
	shows(t, p, c, "firing, critical, for 30s, since 14:05:02 UTC")
	hides(t, p, c, "(active")
	c.Width, slow.State = 120, sources.Pending
	changed(p, c)
	shows(t, p, c, "pending, critical, for 50m, since 13:15:02 UTC")
	hides(t, p, c, "(active")
	slow.State, slow.For = sources.Firing, 0 // at once
	changed(p, c)
	shows(t, p, c, "firing, critical, for 50m, since 13:15:02 UTC")
	hides(t, p, c, "(active")
}

func TestWhatFiresOnlyJustIsSeenToFireOnTheStrip(t *testing.T) {
	r := given()
	slow := &r.AlertsSnap.Value[0]
	slow.For, slow.ActiveSince = 2*time.Minute, pagetest.Now.Add(-2*time.Minute-time.Second) // after the picture's last column
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		m := sources.Matrix{Start: pagetest.Now.Add(-q.Window - 30*time.Second), Step: q.Step, Columns: int(q.Window/q.Step) + 1}
		m.Series = []sources.Series{{Values: make([]float64, m.Columns)}}
		return feedtest.Value(m, pagetest.Now)
	}
	p, c := New(), pagetest.Context(r, 80, 40)
	press(p, c, "enter")
	if l := strip(t, p, c, "firing"); strings.Count(l, "✖") != 1 {
		t.Error(l)
	}
}
