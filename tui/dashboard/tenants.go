package dashboard

// The tenants' table: who is hurt, worst first.

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// changeFloor is the p95 in seconds below which no change is worth a warning: 2 ms that became 5 ms hurt nobody.
const changeFloor = 0.1

// tenants reads the rows off the main query, whose series carry the label "stat", and the query "p95" (its range and
// its value one hour before), and judges them by the panel's limits. There may be tens of thousands of them.
func (d *Data) tenants(env Env) {
	main := d.Panel.Queries[0]
	if _, ok := main.label(env.Vocab, "tenant"); !ok {
		d.set(StateOff, env.Vocab.Name()+" has no label for tenants", "")
		return
	}
	rows := map[string]int{}
	take := func(label string, x sources.Sample, stat string) {
		id := x.Labels[label]
		i, ok := rows[id]
		if !ok {
			i = len(d.Tenants)
			rows[id] = i
			d.Tenants = append(d.Tenants, newTenant(id, main, env.Vocab))
		}
		d.Tenants[i].take(stat, x.Value)
	}
	failed := d.numbers(main, env, take)
	switch {
	case d.At.IsZero():
		d.absent(feed.SourcePrometheus, failed)
		d.tooSlow(env)
		return
	case failed != nil:
		d.Err, d.Stale = failed, true
		d.tooSlow(env)
	}
	if len(d.waiting) > 0 && len(d.Tenants) > Many && d.Hint == "" {
		d.Hint = strings.Join(d.waiting, ", ") + " follow one at a time, to spare Prometheus"
		if len(d.Panel.stopped(env)) == 0 {
			d.Hint += "; recording rules answer at once (dlmon rules)"
		}
	}
	// A tenant that only the range still knows has gone quiet; it is no row, or the table would never forget.
	for _, q := range d.Panel.Queries[1:] {
		label, _ := q.label(env.Vocab, "tenant")
		if q.Before {
			for _, x := range env.Data.Instant(q.before(env)).Value.Samples {
				if i, ok := rows[x.Labels[label]]; ok {
					d.Tenants[i].P95Before = x.Value
				}
			}
		}
		if !q.ranged(env) {
			continue
		}
		past := env.Data.Range(q.rangeRequest(env))
		if !past.OK() {
			continue
		}
		d.Grid = GridOf(past.Value)
		d.warn(past.Value.Warnings)
		if past.Err != nil && d.Err == nil {
			d.took(past.At, past.Err)
		}
		for _, x := range past.Value.Series {
			if i, ok := rows[x.Labels[label]]; ok {
				d.Tenants[i].Points = x.Values
			}
		}
	}
	d.State = StateNoData
	judged := map[judgement]map[string]State{}
	for i := range d.Tenants {
		t := &d.Tenants[i]
		t.judge(d.Panel.Limits, judged)
		d.State = Worse(d.State, t.State)
		d.Widest.take(*t)
	}
	if !main.exports(env.Vocab, "refused") {
		d.Widest.Refused = 0
	}
	slices.SortFunc(d.Tenants, func(a, b Tenant) int { return worseTenant(&a, &b) })
	switch {
	case len(d.Tenants) == 0:
		d.Reason = "prometheus has no such series"
	case d.State == StateNoData:
		d.Reason = "no value at this time"
	case d.Tenants[0].State.rank() > StateOK.rank():
		d.Reason = d.Tenants[0].ID + ": " + d.Tenants[0].Reason
	}
}

// numbers takes the numbers that are true now, asked in one query or in one for each. When it is found out which way is
// the lighter one, those that came the other way stand in until the first answers. The error is that of the last tries.
func (d *Data) numbers(main Query, env Env, take func(label string, x sources.Sample, stat string)) (failed error) {
	expr, _ := main.PromQL(env)
	whole := env.Data.Instant(main.instant(expr))
	p := d.Panel
	if !p.apart {
		failed = whole.Err
	}
	p.apart = true
	joined := map[string]bool{} // to be taken from the one query
	for _, q := range p.stats(main) {
		expr, ok := q.PromQL(env)
		if !ok {
			continue
		}
		now := env.Data.Instant(q.instant(expr))
		if d.Panel.apart && !d.Panel.first && q.Heavy(expr) && !now.OK() && !whole.OK() {
			d.waiting = append(d.waiting, q.Name)
		}
		if d.Panel.apart {
			failed = cmp.Or(failed, now.Err)
		}
		if whole.OK() && (!d.Panel.apart || !now.OK()) || !now.OK() {
			joined[q.Name] = whole.OK()
			continue
		}
		d.took(now.At, now.Err)
		d.warn(now.Value.Warnings)
		label, _ := q.label(env.Vocab, "tenant")
		for _, x := range now.Value.Samples {
			take(label, x, q.Name)
		}
	}
	if !whole.OK() || len(joined) == 0 {
		return failed
	}
	d.took(whole.At, whole.Err)
	d.warn(whole.Value.Warnings)
	label, _ := main.label(env.Vocab, "tenant")
	for _, x := range whole.Value.Samples {
		if stat := x.Labels[statLabel]; joined[stat] {
			take(label, x, stat)
		}
	}
	return failed
}

func newTenant(id string, q Query, v Vocabulary) Tenant {
	nan := math.NaN()
	label, _ := q.label(v, "tenant")
	return Tenant{ID: id, Label: label, SearchRate: nan, P50: nan, P95: nan, P99: nan, ErrorRatio: nan, Refused: nan, P95Before: nan}
}

func (t *Tenant) take(stat string, v float64) {
	switch stat {
	case "rate":
		t.SearchRate = v
	case "p50":
		t.P50 = v
	case "p95":
		t.P95 = v
	case "p99":
		t.P99 = v
	case "errors":
		t.ErrorRatio = v
	case "refused":
		t.Refused = v
	}
}

// tooSlow says what helps where a query that no rule records took too long.
func (d *Data) tooSlow(env Env) {
	if e, ok := errors.AsType[*sources.Error](d.Err); ok && (e.Kind == sources.Timeout || strings.Contains(e.Advice, "too slow")) && !d.Panel.recorded(env) {
		d.Hint = "recording rules answer this at once: dlmon rules prints them"
		if len(d.Panel.stopped(env)) > 0 {
			d.Hint = "too slow without the recording rules: have Prometheus evaluate them again"
		}
	}
}

// Widths are the cells that the widest text of each column of the tenants' table takes; 0: there is no such column.
type Widths struct{ ID, Rate, P50, P95, P99, Errors, Refused, Change, Reason int }

func (w *Widths) take(t Tenant) {
	grow := func(to *int, text string) {
		if len(text) > *to { // cells are never more than bytes
			*to = max(*to, ansi.StringWidth(text))
		}
	}
	grow(&w.ID, t.ID)
	grow(&w.Rate, FormatValue(t.SearchRate, UnitNone))
	grow(&w.P50, FormatValue(t.P50, UnitSeconds))
	grow(&w.P95, FormatValue(t.P95, UnitSeconds))
	grow(&w.P99, FormatValue(t.P99, UnitSeconds))
	grow(&w.Errors, FormatValue(t.ErrorRatio, UnitRatio))
	grow(&w.Refused, FormatValue(t.Refused, UnitNone))
	grow(&w.Change, FormatChange(t.P95, t.P95Before, UnitSeconds))
	grow(&w.Reason, t.Reason)
}

// Labels are what the table's query names the tenant by: tenant_id="acme-corp".
func (t Tenant) Labels() sources.Labels { return sources.Labels{t.Label: t.ID} }

// judgement are the states of p95, errors, its change and refused requests.
type judgement [4]State

// judge sets the row's states: of p95, of the errors, of the change of p95 against one hour before and of the requests that
// a rate limit refused. Rows that are judged alike share their States.
func (t *Tenant) judge(limits map[string]Thresholds, judged map[judgement]map[string]State) {
	change := t.P95/t.P95Before - 1
	if bad(change) || t.P95 < changeFloor {
		change = math.NaN()
	}
	var states judgement
	t.State = StateNoData
	if !math.IsNaN(t.SearchRate) || !math.IsNaN(t.ErrorRatio) {
		t.State = StateOK
	}
	for i, c := range [...]struct {
		name, words string
		value       float64
		unit        string
	}{
		{"p95", "p95 ", t.P95, UnitSeconds},
		{"errors", "errors ", t.ErrorRatio, UnitRatio},
		{"change", "p95 +", change, UnitRatio},
		{"refused", "refused ", t.Refused, UnitPerSec},
	} {
		state := limits[c.name].judge(c.value)
		states[i] = state
		if state.rank() > t.State.rank() {
			t.State, t.Reason = state, ""
			if why := limits[c.name].reason(c.value, c.unit); why != "" {
				t.Reason = c.words + why
			}
		}
	}
	if t.States = judged[states]; t.States == nil {
		t.States = map[string]State{"p95": states[0], "errors": states[1], "change": states[2], "refused": states[3]}
		judged[states] = t.States
	}
	if t.Reason != "" && t.States["change"].rank() > StateOK.rank() && t.States["p95"].rank() > StateOK.rank() {
		t.Reason += ", " + FormatChange(t.P95, t.P95Before, UnitSeconds) + " vs 1h"
	}
}

// Failing tells whether the tenant's errors, and not its latency, are what is wrong with it.
func (t Tenant) Failing() bool {
	return t.States["errors"].alarms() && !t.States["p95"].alarms() && !t.States["change"].alarms()
}

func (s State) alarms() bool { return s == StateWarn || s == StateCritical }

// worseTenant orders by state, then by p95 (unknown last), then by name.
func worseTenant(a, b *Tenant) int {
	known := func(v float64) float64 {
		if math.IsNaN(v) {
			return -1
		}
		return v
	}
	return cmp.Or(
		cmp.Compare(b.State.rank(), a.State.rank()),
		cmp.Compare(known(b.P95), known(a.P95)),
		cmp.Compare(a.ID, b.ID),
	)
}
