package pagetest

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
)

// ManyID is the name of the i-th of many tenants.
func ManyID(i int) string { return fmt.Sprintf("tenant-%05d", i) }

var onlySome = regexp.MustCompile(`tenant_id=~"([^"]*)"`)

// Many is a reader of a service of n tenants, of which a few are slow or fail. Answers are made once and shared, as the
// feed's are; ranges hold the tenants that the query selects.
func Many(n int) *feedtest.Reader {
	at := Now.Add(-2 * time.Second)
	number := func(i int, scale float64) float64 { return scale * (1 + 0.5*math.Sin(float64(i)*1.7)) }
	p95 := func(i int) float64 {
		if i%1000 == 7 {
			return 0.8
		}
		return number(i, 0.06)
	}
	errs := func(i int) float64 {
		if i%2500 == 11 {
			return 0.08
		}
		return 0.001
	}
	var all []sources.Sample
	each := map[string][]sources.Sample{}
	add := func(stat string, value func(int) float64) {
		for i := range n {
			all = append(all, sources.Sample{Labels: sources.Labels{"tenant_id": ManyID(i), "stat": stat}, Value: value(i)})
			each[stat] = append(each[stat], sources.Sample{Labels: sources.Labels{"tenant_id": ManyID(i)}, Value: value(i)})
		}
	}
	add("rate", func(i int) float64 { return number(i, 12) })
	add("p50", func(i int) float64 { return number(i, 0.03) })
	add("p95", p95)
	add("p99", func(i int) float64 { return number(i, 0.1) })
	add("errors", errs)
	add("refused", func(i int) float64 {
		if i%2500 == 13 {
			return 8
		}
		return 0
	})
	statOf := func(expr string) string {
		for text, stat := range map[string]string{"search_operations_total": "rate", "(0.5,": "p50", "(0.95,": "p95", "(0.99,": "p99", "5..": "errors",
			"rate_limit_hits_total": "refused"} {
			if strings.Contains(expr, text) && strings.Contains(expr, "by (tenant_id)") || strings.Contains(expr, text) && strings.Contains(expr, "by (le, tenant_id)") {
				return stat
			}
		}
		return ""
	}
	before := make([]sources.Sample, n)
	for i := range before {
		before[i] = sources.Sample{Labels: sources.Labels{"tenant_id": ManyID(i)}, Value: number(i, 0.055)}
	}
	r := Reader()
	few := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		switch {
		case strings.Contains(q.Expr, `"stat"`) && strings.Contains(q.Expr, "search_"):
			return feedtest.Value(sources.Vector{At: at, Samples: all}, at)
		case strings.Contains(q.Expr, "tenant_id") && strings.Contains(q.Expr, "search_") && q.Ago > 0:
			return feedtest.Value(sources.Vector{At: at, Samples: before}, at)
		case statOf(q.Expr) != "":
			return feedtest.Value(sources.Vector{At: at, Samples: each[statOf(q.Expr)]}, at)
		}
		return few(q)
	}
	fewPast := r.RangeFunc
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		if !strings.Contains(q.Expr, "tenant_id") || !strings.Contains(q.Expr, "search_latency") {
			return fewPast(q)
		}
		m := sources.Matrix{Start: Now.Add(-q.Window), Step: q.Step, Columns: int(q.Window/q.Step) + 1}
		ids := make([]string, 0, n)
		if some := onlySome.FindStringSubmatch(q.Expr); some != nil {
			ids = strings.Split(some[1], "|")
		} else {
			for i := range n {
				ids = append(ids, ManyID(i))
			}
		}
		for _, id := range ids {
			values := make([]float64, m.Columns)
			for i := range values {
				values[i] = number(i, 0.06)
			}
			m.Series = append(m.Series, sources.Series{Labels: sources.Labels{"tenant_id": id}, Values: values})
		}
		return feedtest.Value(m, at)
	}
	return r
}
