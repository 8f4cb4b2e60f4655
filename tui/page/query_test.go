package page_test

import (
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestAnAlertsHistogramIsTheOneItsRuleIsAbout(t *testing.T) {
	alert := sources.Alert{Name: "Slow", ActiveSince: pagetest.Now, Labels: sources.Labels{
		"alertname": "Slow", "severity": "critical", "service": "api", "tenant_id": `a"b`, "job": "j"}}
	own := sources.Labels{"severity": "critical", "service": "api"}
	for expr, want := range map[string]string{
		`histogram_quantile(0.95, sum by (le, tenant_id, job) (rate(x_seconds_bucket{le!="",env="p"}[2m]))) > 0.6`: `x_seconds_bucket{env="p", job="j", tenant_id="a\"b"}`,
		`rate(a_seconds_bucket[5m]) / rate(b_seconds_bucket[5m]) > 1`:                                              "", // about two
		`histogram_quantile(0.9, rate(batch_size_bucket[5m])) > 100`:                                               "", // not in seconds
		`rate(http_requests_total{status_code=~"5.."}[5m]) > 0.1`:                                                  "",
	} {
		q := page.AlertQuery(alert, &sources.Rule{Name: "Slow", Expr: expr, Labels: own})
		if q.Histogram != want || want != "" && q.Rate != 2*time.Minute || !q.Since.Equal(pagetest.Now) || q.Min != 0 {
			t.Errorf("%s: %+v", expr, q)
		}
	}
	if q := page.AlertQuery(alert, nil); q.Histogram != "" {
		t.Errorf("without a rule: %q", q.Histogram)
	}
}

func TestAnAlertAboutErrorsAsksForItsWholeLabelSet(t *testing.T) {
	q := page.AlertQuery(sources.Alert{Name: "HighErrorRate", Labels: sources.Labels{
		"tenant_id": "acme", "endpoint": "/search", "status_code": "503", "error_type": "Timeout", "job": "j"}}, nil)
	want := map[string]string{page.TagTenant: "acme", page.TagEndpoint: "/search", page.TagStatus: "503", page.TagErrorType: "Timeout"}
	if !q.Errors || !maps.Equal(q.Tags, want) {
		t.Errorf("%+v", q)
	}
	c := page.Context{}
	for concept, name := range map[string]string{page.TagStatus: "http.status_code", page.TagErrorType: "exception.type", page.TagDataset: "dataset_id"} {
		if names := c.NamesOf(concept); len(names) == 0 || names[0] != name {
			t.Errorf("%s is looked for as %v", concept, names)
		}
	}
}

func TestTheRuleOfAnAlertIsTheOneThatHoldsIt(t *testing.T) {
	a := sources.Alert{Name: "Slow", Labels: sources.Labels{"t": "2"}}
	rules := []sources.Rule{
		{Name: "Other", Alerts: []sources.Alert{a}},
		{Name: "Slow", Expr: "first"},
		{Name: "Slow", Expr: "second", Alerts: []sources.Alert{a}},
	}
	if r := page.RuleOf(a, rules); r == nil || r.Expr != "second" {
		t.Errorf("%+v", r)
	}
	a.Labels = sources.Labels{"t": "2", "cluster": "eu"} // as Alertmanager has it
	if r := page.RuleOf(a, rules); r == nil || r.Expr != "first" {
		t.Errorf("%+v", r)
	}
	if r := page.RuleOf(sources.Alert{Name: "Nobody's"}, rules); r != nil {
		t.Errorf("%+v", r)
	}
}

func TestAQuantileIsThePanelsAndNotDilutedByTheScreensWindow(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 120, 38)
	c.Window = 24 * time.Hour
	until := time.Unix(1_700_000_000, 0)
	for _, x := range []struct {
		q    page.TraceQuery
		want string
	}{
		{page.TraceQuery{Histogram: `x_bucket{a="b"}`}, `histogram_quantile(0.99, sum(rate(x_bucket{a="b"}[5m])) by (le))`},
		{page.TraceQuery{Histogram: "x_bucket", Rate: time.Hour}, `histogram_quantile(0.99, sum(rate(x_bucket[1h])) by (le))`},
		{page.TraceQuery{Histogram: "x_bucket", Since: pagetest.Now.Add(-time.Hour)}, `histogram_quantile(0.99, sum(rate(x_bucket[5m])) by (le))`},
		// Of a time that is over: what happened in it.
		{page.TraceQuery{Histogram: "x_bucket", Since: until.Add(-6 * time.Minute), Until: until}, `histogram_quantile(0.99, sum(rate(x_bucket[6m] @ 1700000000)) by (le))`},
	} {
		r, ok := x.q.Quantile(c, 0.99)
		if !ok || r.Expr != x.want || r.Kind != feed.Instant || r.Every != feed.Once {
			t.Errorf("%+v: %+v", x.q, r)
		}
	}
	if _, ok := (page.TraceQuery{}).Quantile(c, 0.99); ok {
		t.Error("no histogram has a quantile")
	}
	c.Env.Scrape = 2 * time.Minute
	if r, _ := (page.TraceQuery{Histogram: "x_bucket"}).Quantile(c, 0.95); r.Expr != `histogram_quantile(0.95, sum(rate(x_bucket[8m])) by (le))` {
		t.Errorf("scraped every two minutes: %s", r.Expr)
	}
}

func TestExemplarsReachOverTheWindowAndBackToWhatIsAskedFor(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 120, 38)
	for _, x := range []struct {
		since time.Duration
		want  time.Duration
	}{{0, time.Hour}, {20 * time.Minute, time.Hour}, {55 * time.Minute, 2 * time.Hour}, {5 * time.Hour, 8 * time.Hour}} {
		q := page.TraceQuery{Histogram: "x_bucket"}
		if x.since > 0 {
			q.Since = c.Now.Add(-x.since)
		}
		r, ok := q.Exemplars(c)
		if !ok || r.Window != x.want || r.Kind != feed.Exemplars || r.Expr != "x_bucket" || r.Every != feed.Once {
			t.Errorf("since %v: %+v", x.since, r)
		}
		later := c
		later.Now = c.Now.Add(time.Second)
		if again, _ := q.Exemplars(later); again != r {
			t.Errorf("since %v: a second later it is another request: %+v", x.since, again)
		}
	}
	if _, ok := (page.TraceQuery{}).Exemplars(c); ok {
		t.Error("no histogram has exemplars")
	}
}

func TestSecondsBecomeDurationsWithoutOverflow(t *testing.T) {
	for s, want := range map[float64]time.Duration{0.1: 100 * time.Millisecond, 2.5: 2500 * time.Millisecond,
		1e300: math.MaxInt64, -1e300: math.MinInt64, math.Inf(1): math.MaxInt64} {
		if got := page.Seconds(s); got != want {
			t.Errorf("%v: %v", s, got)
		}
	}
	if got := page.Seconds(math.NaN()); got != 0 {
		t.Errorf("NaN: %v", got)
	}
}

func TestWithoutAHistogramTheExemplarIsTheList(t *testing.T) {
	if _, ok := page.Exemplar(pagetest.Context(pagetest.Reader(), 120, 40), page.TraceQuery{Errors: true})().(page.OpenTraces); !ok {
		t.Error("no list")
	}
	if o, ok := page.Exemplar(pagetest.Context(pagetest.Reader(), 120, 40), page.TraceQuery{Errors: true, Histogram: "x_bucket"})().(page.OpenExemplar); !ok || o.Query.Errors {
		t.Errorf("%+v", o)
	}
}

func TestWithoutAVocabularyTheTracesAreShownAndThatIsSaid(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 120, 40)
	q := page.TraceQuery{Title: "Latency", Errors: true}
	if msg, ok := page.Exemplar(c, q)().(page.OpenTraces); !ok || !msg.Query.Errors {
		t.Errorf("a panel without a histogram: %+v", msg)
	}
	c.Env.Vocab = nil
	batch, ok := page.Exemplar(c, q)().(tea.BatchMsg)
	if !ok || len(batch) != 2 {
		t.Fatalf("%T", batch)
	}
	if _, ok := batch[0]().(page.OpenTraces); !ok {
		t.Error("it opens no list")
	}
	if n, ok := batch[1]().(page.Notice); !ok || !strings.Contains(n.Text, "Prometheus has not told its metrics yet") {
		t.Errorf("it says %+v", n)
	}
}
