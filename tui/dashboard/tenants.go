package dashboard

// The tenants' table: who is hurt, worst first.

import (
	"cmp"
	"math"
	"slices"

	"dlmon/sources"
)

// changeFloor is the p95 in seconds below which no change is worth a warning: 2 ms that became 5 ms hurt nobody.
const changeFloor = 0.1

// tenants reads the rows off the main query, whose series carry the label "stat", and the query "p95" (its range and
// its value one hour before), and judges them by the panel's limits.
func (d *Data) tenants(env Env) {
	label, ok := d.Panel.Queries[0].label(env.Vocab, "tenant")
	if !ok {
		d.set(StateOff, env.Vocab.Name()+" has no label for tenants", "")
		return
	}
	rows := map[string]*Tenant{}
	nan := math.NaN()
	row := func(labels sources.Labels) *Tenant {
		id := labels[label]
		if rows[id] == nil {
			rows[id] = &Tenant{ID: id, Labels: sources.Labels{label: id}, SearchRate: nan, P50: nan, P95: nan, P99: nan, ErrorRatio: nan, P95Before: nan}
		}
		return rows[id]
	}
	for _, v := range d.main() {
		switch t := row(v.Labels); v.Labels[statLabel] {
		case "rate":
			t.SearchRate = v.Now
		case "p50":
			t.P50 = v.Now
		case "p95":
			t.P95 = v.Now
		case "p99":
			t.P99 = v.Now
		case "errors":
			t.ErrorRatio = v.Now
		}
	}
	// A tenant that only the range still knows has gone quiet; it is no row, or the table would never forget.
	for _, v := range d.of("p95") {
		if t := rows[v.Labels[label]]; t != nil {
			t.Points, t.P95Before = v.Points, v.Before
		}
	}
	d.State = StateNoData
	for _, t := range rows {
		t.judge(d.Panel.Limits)
		d.Tenants = append(d.Tenants, *t)
		d.State = Worse(d.State, t.State)
	}
	slices.SortFunc(d.Tenants, worseTenant)
	bad := 0
	for _, t := range d.Tenants {
		bad += btoi(t.State.rank() > StateOK.rank())
	}
	switch {
	case len(d.Tenants) == 0:
		d.Reason = "prometheus has no such series"
	case d.State == StateNoData:
		d.Reason = "no value now"
	case bad > 0:
		d.Reason = d.Tenants[0].ID + ": " + d.Tenants[0].Reason
	}
	for i := range d.Values {
		v := &d.Values[i]
		if t := rows[v.Labels[label]]; t != nil && v.State != StateNoData {
			v.State = cmp.Or(t.States[v.Labels[statLabel]], StateOK)
		}
	}
}

// judge sets the row's states: of p95, of the errors and of the change of p95 against one hour before.
func (t *Tenant) judge(limits map[string]Thresholds) {
	change := t.P95/t.P95Before - 1
	if bad(change) || t.P95 < changeFloor {
		change = math.NaN()
	}
	t.States = map[string]State{}
	t.State = StateNoData
	if !math.IsNaN(t.SearchRate) || !math.IsNaN(t.ErrorRatio) {
		t.State = StateOK
	}
	for _, c := range []struct {
		name, words string
		value       float64
		unit        string
	}{
		{"p95", "p95 ", t.P95, UnitSeconds},
		{"errors", "errors ", t.ErrorRatio, UnitRatio},
		{"change", "p95 +", change, UnitRatio},
	} {
		state := limits[c.name].judge(c.value)
		t.States[c.name] = state
		if state.rank() > t.State.rank() {
			t.State, t.Reason = state, ""
			if why := limits[c.name].reason(c.value, c.unit); why != "" {
				t.Reason = c.words + why
			}
		}
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
func worseTenant(a, b Tenant) int {
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
