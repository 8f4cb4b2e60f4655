package tenant

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func sample(v float64, labels ...string) sources.Sample {
	l := sources.Labels{}
	for i := 0; i < len(labels); i += 2 {
		l[labels[i]] = labels[i+1]
	}
	return sources.Sample{Labels: l, Value: v}
}

// collapsed is a service whose query cache stopped hitting, so that every tenant's searches take twice as long; a day
// ago nothing was known of it.
func collapsed(r *feedtest.Reader) {
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		v := sources.Vector{At: pagetest.Now}
		now := q.Ago == 0
		pick := func(a, b float64) float64 {
			if now {
				return a
			}
			return b
		}
		switch {
		case q.Ago > time.Hour:
		case strings.Contains(q.Expr, "avg(cache_hit_ratio)"):
			v.Samples = []sources.Sample{sample(pick(0.24, 0.83), "cache_type", "query"), sample(0.97, "cache_type", "metadata")}
		case strings.Contains(q.Expr, "sum by (tenant_id) (rate(search_operations"):
			for i := range 12 {
				if i == 11 && !now || i == 10 && now { // one went, one came
					continue
				}
				v.Samples = append(v.Samples, sample(40, "tenant_id", fmt.Sprintf("t%02d", i)))
			}
		case strings.Contains(q.Expr, "sum by (le, tenant_id)"):
			for i := range 12 {
				v.Samples = append(v.Samples, sample(pick(0.13, 0.06), "tenant_id", fmt.Sprintf("t%02d", i)))
			}
		case strings.HasPrefix(q.Expr, "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))"):
			v.Samples = []sources.Sample{sample(pick(0.16, 0.07))}
		}
		return feedtest.Value(v, pagetest.Now)
	}
}

func TestMoversNameTheCauseWhenEverybodyTurnedSlow(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	rows := strings.Split(text(p, c), "\n")[2:]
	place := func(what string) int {
		for i, row := range rows {
			if strings.Contains(row, what) {
				return i
			}
		}
		t.Errorf("no %q in\n%s", what, strings.Join(rows, "\n"))
		return -1
	}
	cache, service, tenant := place("cache hit rate query"), place("p95 of all requests"), place("search p95")
	gone, came := place("gone"), place("new")
	if cache > max(gone, came)+1 || cache > service || service > tenant {
		t.Errorf("cache %d, service %d, tenants %d, gone %d, new %d:\n%s", cache, service, tenant, gone, came, strings.Join(rows, "\n"))
	}
	if !strings.Contains(rows[cache], "83 %") || !strings.Contains(rows[cache], "24 %") || !strings.Contains(rows[cache], "-59.0 pt") ||
		!strings.Contains(rows[cache], "misses ×4.5") || !strings.Contains(rows[tenant], "as most tenants") {
		t.Errorf("%s\n%s", rows[cache], rows[tenant])
	}
}

func TestMoversOfACalmHourSayWhatTheyCantKnow(t *testing.T) {
	r := pagetest.Reader()
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		return feedtest.Value(sources.Vector{At: pagetest.Now, Samples: []sources.Sample{sample(0.2, "tenant_id", "a")}}, pagetest.Now)
	}
	p, c := NewMovers(), pagetest.Context(r, 60, 38)
	told(p, c)
	got := strings.Join(strings.Fields(text(p, c)), " ")
	if !strings.Contains(got, "nothing moved enough to list; disk and health are not compared here: 5 shows them") {
		t.Errorf("%s", got)
	}
}

func TestMoversSayThatNothingIsKnownOfThen(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	for _, step := range []struct{ key, want string }{
		{"w", "no data 1 d ago"}, {"right", "no data 1 w ago"}, {"w", "against 1 h ago"}, {"left", "no data 1 w ago"},
	} {
		press(p, c, step.key)
		if got := text(p, c); !strings.Contains(got, step.want) {
			t.Errorf("%s: no %q in\n%s", step.key, step.want, got)
		}
	}
	for _, q := range p.Wants(c) {
		if q.Ago != 0 && q.Ago != 7*24*time.Hour {
			t.Errorf("asked for %v ago", q.Ago)
		}
	}
}

func TestMoversRankNothingBeforeAllIsAnswered(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	answers := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		if !q.At.IsZero() && q.Ago > 0 || strings.Contains(q.Expr, "[8m]") { // not yet
			return sources.Snapshot[sources.Vector]{}
		}
		return answers(q)
	}
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	c.Env.Scrape = 2 * time.Minute // other questions, of which those about rates are not answered
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "t00") || !strings.Contains(got, "cache hit rate query") {
		t.Errorf("half of it is ranked:\n%s", got)
	}
	c = goBack(pagetest.Context(r, 120, 38), r, time.Hour)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "asking Prometheus") || strings.Contains(got, "no data") {
		t.Errorf("while it is being asked:\n%s", got)
	}
}

func TestMoversTellARefusedQueryFromAnEmptyAnswer(t *testing.T) {
	for name, x := range map[string]struct {
		refuses func(feed.Request) bool
		want    string
	}{
		"then":            {func(q feed.Request) bool { return q.Ago > 0 }, "fail: what they tell"},
		"traffic now":     {func(q feed.Request) bool { return q.Ago == 0 && strings.Contains(q.Expr, "rate(search_operations") }, "cache hit rate query"},
		"everything":      {func(feed.Request) bool { return true }, "fail: what they tell"},
		"nothing refused": {func(feed.Request) bool { return false }, "gone"},
	} {
		r := pagetest.Reader()
		collapsed(r)
		answers := r.InstantFunc
		r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
			if x.refuses(q) {
				return feedtest.Failed[sources.Vector](errors.New("prometheus: 422 too many samples"), pagetest.Now)
			}
			return answers(q)
		}
		p, c := NewMovers(), pagetest.Context(r, 120, 38)
		told(p, c)
		got := text(p, c)
		refused := name != "nothing refused"
		if !strings.Contains(got, x.want) || strings.Contains(got, "422 too many samples") != refused || strings.Contains(got, "no data") ||
			refused && strings.Contains(got, "gone") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestMoversNameTheDayOfThen(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	c := goBack(pagetest.Context(r, 120, 38), present(r), 48*time.Hour)
	p := NewMovers()
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "holds nothing of 03-12 13:05;") || !strings.Contains(got, "1 h before  03-12 13:05") {
		t.Errorf("%s", got)
	}
	c = pagetest.Context(r, 120, 38)
	if told(p, c); strings.Contains(text(p, c), "03-14") {
		t.Errorf("today's date:\n%s", text(p, c))
	}
}

func TestMoversLeadToWhatExplainsThem(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	press(p, c, "/", "q", "u", "e", "r", "y", "enter")
	if msg, ok := press(p, c, "enter").(page.OpenPanel); !ok || msg.Panel.ID != "moved-cache" {
		t.Errorf("enter on the cache: %+v", msg)
	}
	if _, ok := press(p, c, "o").(page.Notice); !ok {
		t.Error("o on a row of the whole service says nothing")
	}
	if msg, ok := press(p, c, "t").(page.OpenTraces); !ok || msg.Query.Title == "" {
		t.Errorf("t on the cache: %+v", msg)
	}
	if !p.Escape() || p.Escape() {
		t.Error("esc does not drop the filter, once")
	}
	press(p, c, "/", "t", "0", "3", "enter")
	if msg, ok := press(p, c, "enter").(page.OpenTenant); !ok || msg.ID != "t03" {
		t.Errorf("enter on a tenant: %+v", msg)
	}
	if msg, ok := press(p, c, "t").(page.OpenExemplar); !ok || msg.Query.Tags["tenant"] != "t03" ||
		msg.Query.Histogram != `search_latency_seconds_bucket{tenant_id="t03"}` {
		t.Errorf("t on a tenant: %+v", msg)
	}
}

func TestRowsKeepTheirSelectionWhenTheRankingChanges(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	p, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(p, c)
	press(p, c, "down", "down")
	key := p.cursor.Key
	told(p, c)
	text(p, c)
	if p.cursor.Key != key || keysOf(p.rows())[p.cursor.Row] != key {
		t.Errorf("selected %q, was %q", keysOf(p.rows())[p.cursor.Row], key)
	}
}
