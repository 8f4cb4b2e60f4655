package dashboard

// The tenants' table: who is hurt, worst first.

import (
	"cmp"
	"math"
	"slices"

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
	label, ok := main.label(env.Vocab, "tenant")
	if !ok {
		d.set(StateOff, env.Vocab.Name()+" has no label for tenants", "")
		return
	}
	expr, _ := main.PromQL(env)
	now := env.Data.Instant(main.instant(expr))
	if now.OK() {
		d.took(now.At, now.Err)
	}
	if d.At.IsZero() {
		d.absent(feed.SourcePrometheus, now.Err)
		return
	}
	d.warn(now.Value.Warnings)
	rows := make(map[string]int, len(now.Value.Samples)/max(len(main.Stats), 1)+1)
	nan := math.NaN()
	for _, x := range now.Value.Samples {
		id := x.Labels[label]
		i, ok := rows[id]
		if !ok {
			i = len(d.Tenants)
			rows[id] = i
			d.Tenants = append(d.Tenants, Tenant{ID: id, Label: label, SearchRate: nan, P50: nan, P95: nan, P99: nan, ErrorRatio: nan, P95Before: nan})
		}
		switch t := &d.Tenants[i]; x.Labels[statLabel] {
		case "rate":
			t.SearchRate = x.Value
		case "p50":
			t.P50 = x.Value
		case "p95":
			t.P95 = x.Value
		case "p99":
			t.P99 = x.Value
		case "errors":
			t.ErrorRatio = x.Value
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
		d.Grid = Grid{Start: past.Value.Start, Step: past.Value.Step, Columns: past.Value.Columns}
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
	judged := map[[3]State]map[string]State{}
	for i := range d.Tenants {
		t := &d.Tenants[i]
		t.judge(d.Panel.Limits, judged)
		d.State = Worse(d.State, t.State)
		d.Widest.take(*t)
	}
	slices.SortFunc(d.Tenants, func(a, b Tenant) int { return worseTenant(&a, &b) })
	switch {
	case len(d.Tenants) == 0:
		d.Reason = "prometheus has no such series"
	case d.State == StateNoData:
		d.Reason = "no value now"
	case d.Tenants[0].State.rank() > StateOK.rank():
		d.Reason = d.Tenants[0].ID + ": " + d.Tenants[0].Reason
	}
}

// Widths are the cells that the widest text of each column of the tenants' table takes.
type Widths struct{ ID, Rate, P50, P95, P99, Errors, Change, Reason int }

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
	grow(&w.Change, FormatChange(t.P95, t.P95Before, UnitSeconds))
	grow(&w.Reason, t.Reason)
}

// Labels are what the table's query names the tenant by: tenant_id="acme-corp".
func (t Tenant) Labels() sources.Labels { return sources.Labels{t.Label: t.ID} }

// judge sets the row's states: of p95, of the errors and of the change of p95 against one hour before. Rows that are
// judged alike share their States.
func (t *Tenant) judge(limits map[string]Thresholds, judged map[[3]State]map[string]State) {
	change := t.P95/t.P95Before - 1
	if bad(change) || t.P95 < changeFloor {
		change = math.NaN()
	}
	var states [3]State
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
		t.States = map[string]State{"p95": states[0], "errors": states[1], "change": states[2]}
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
