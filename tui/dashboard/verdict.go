package dashboard

// The verdict on a tenant: what is wrong with it, against one hour before and against the other tenants.

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"dlmon/sources"
)

// medianOf begins the name of the query that brings the other tenants' median of a verdict's query.
const medianOf = "median-"

// verdict words what the panel's queries say of the tenant, worst first. Limits judge each query's value by its name
// ("main" is p95 in seconds, "errors" and "hits" are ratios) and besides "change" (of p95 against one hour before, as a
// ratio), "apart" (p95 as a multiple of the other tenants' median), "colder" (what the cache's hits lost, as a ratio), "fall"
// and "surge" (of the rates against one hour before). What has no median to stand beside is told where it is not fine, and a
// part ("main-type") where its whole is. The tenant's firing alerts count too.
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
		d.alerted(env)
		return
	}
	limits, states := d.Panel.Limits, map[string]State{}
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
		case q.Name == "hits":
			state = Worse(state, limits["colder"].judge(before-now))
		case (q.Name == "rate" || q.Name == "requests") && before >= 1:
			state = Worse(Worse(state, limits["fall"].judge(1-now/before)), limits["surge"].judge(now/before-1))
		}
		states[q.Name] = state
		whole, _, part := strings.Cut(q.Name, "-")
		_, compared := d.query(medianOf + q.Name)
		if !compared && !state.alarms() || part && states[whole].alarms() {
			continue
		}
		text := q.Title + " " + SayValue(now, unit)
		if c := FormatChange(now, before, unit); c != "" {
			text += fmt.Sprintf(", %s vs 1 h ago", c)
		}
		if !bad(median) {
			text += ", others' median " + SayValue(median, unit)
		}
		d.Findings = append(d.Findings, Finding{state, text})
	}
	d.State = StateOK
	d.alerted(env)
	if len(d.Findings) > 0 && d.Findings[0].State != StateOK {
		d.State = Worse(d.State, d.Findings[0].State)
		d.Reason, _, _ = strings.Cut(d.Findings[0].Text, ",")
	}
}

// alerted puts the worst finding first, and the firing alerts that name the tenant behind what is wrong: what was measured
// says more than their names.
func (d *Data) alerted(env Env) {
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return b.State.rank() - a.State.rank() })
	a := Eval(Panel{Kind: KindAlerts, Tenant: d.Panel.Tenant}, env)
	if a.State.alarms() {
		var names []string
		for _, x := range a.Alerts {
			if x.State == sources.Firing && !x.Muted() && !informs(x.Severity) && !slices.Contains(names, x.Name) {
				names = append(names, x.Name)
			}
		}
		at := slices.IndexFunc(d.Findings, func(f Finding) bool { return !f.State.alarms() })
		if at < 0 {
			at = len(d.Findings)
		}
		d.Findings = slices.Insert(d.Findings, at, Finding{a.State, "alerts: " + strings.Join(names, ", ")})
		d.State = Worse(d.State, a.State)
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
		d.Findings = []Finding{{StateWarn, "no search and no request; one hour before " + SayValue(rateBefore, UnitPerSec)}}
		return
	}
	d.set(StateNoData, "Prometheus has no traffic of "+d.Panel.Tenant+", and had none one hour before", "")
}
