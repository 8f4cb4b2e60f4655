package tenant

import (
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
