package dashboard

// The verdict on a tenant: what is wrong with it, against one hour before and against the other tenants.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// medianOf begins the name of the query that brings the other tenants' median of a verdict's query.
const medianOf = "median-"

// verdict words what the panel's queries say of the tenant, worst first. Limits judge each query's value by its name
// ("main" is p95 in seconds, "errors" and "hits" are ratios) and besides "change" (of p95 against one hour before, as a
// ratio), "apart" (p95 as a multiple of the other tenants' median), "fall" and "surge" (of the rate against one hour before).
func (d *Data) verdict(env Env) {
	values := map[string]Value{}
	for _, v := range d.Values {
		if !v.Gone {
			values[v.Query] = v
		}
	}
	of := func(query string) (now, before, median float64) {
		now, before, median = math.NaN(), math.NaN(), math.NaN()
		if v, ok := values[query]; ok {
			now, before = v.Now, v.Before
		}
		if v, ok := values[medianOf+query]; ok {
			median = v.Now
		}
		return now, before, median
	}
	for _, q := range d.Panel.Queries {
		if expr, ok := q.PromQL(env); ok && q.Title != "" && !env.Data.Instant(q.instant(expr)).Answered() {
			d.set(StateNoData, "waiting for prometheus", "")
			return
		}
	}
	rate, rateBefore, _ := of("rate")
	if errors, _, _ := of("errors"); !(rate > 0) && math.IsNaN(errors) {
		if q, ok := d.query("rate"); ok && math.IsNaN(rateBefore) { // it has no value now that it could stand beside
			if s := env.Data.Instant(q.before(env)).Value.Samples; len(s) == 1 {
				rateBefore = s[0].Value
			}
		}
		d.silent(rateBefore)
		return
	}
	limits := d.Panel.Limits
	for _, q := range d.Panel.Queries {
		now, before, median := of(q.Name)
		if q.Title == "" || bad(now) {
			continue
		}
		unit := cmp.Or(q.Unit, d.Panel.Unit)
		state := limits[q.Name].judge(now)
		switch {
		case q.Name == mainQuery && now >= changeFloor:
			state = Worse(Worse(state, limits["change"].judge(finite(now/before-1))), limits["apart"].judge(finite(now/median)))
		case q.Name == "rate" && before >= 1:
			state = Worse(Worse(state, limits["fall"].judge(1-now/before)), limits["surge"].judge(now/before-1))
		}
		text := q.Title + " " + FormatValue(now, unit)
		if c := FormatChange(now, before, unit); c != "" {
			text += fmt.Sprintf(", %s vs 1 h ago", c)
		}
		if !bad(median) {
			text += ", others' median " + FormatValue(median, unit)
		}
		d.Findings = append(d.Findings, Finding{state, text})
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return b.State.rank() - a.State.rank() })
	d.State = StateOK
	if len(d.Findings) > 0 && d.Findings[0].State != StateOK {
		d.State = d.Findings[0].State
		d.Reason, _, _ = strings.Cut(d.Findings[0].Text, ",")
	}
}

// finite is v, or NaN where it is infinite.
func finite(v float64) float64 {
	if bad(v) {
		return math.NaN()
	}
	return v
}

// silent is the verdict on a tenant of which Prometheus has no traffic.
func (d *Data) silent(rateBefore float64) {
	if rateBefore > 0 {
		d.State, d.Reason = StateWarn, "silent"
		d.Findings = []Finding{{StateWarn, "no search and no request now; one hour ago " + FormatValue(rateBefore, UnitPerSec)}}
		return
	}
	d.set(StateNoData, "Prometheus has no traffic of "+d.Panel.Tenant+", neither now nor one hour ago", "")
}
