package dashboard

// Thresholds: which values are fine, which are not, and in words why.

import (
	"fmt"
	"math"
)

// judge is a value's state by the thresholds; NaN has no data.
func (t Thresholds) judge(v float64) State {
	beyond := func(limit *float64) bool {
		return limit != nil && (t.Below && v < *limit || !t.Below && v > *limit)
	}
	switch {
	case math.IsNaN(v):
		return StateNoData
	case beyond(t.Critical):
		return StateCritical
	case beyond(t.Warn):
		return StateWarn
	}
	return StateOK
}

// reason says which threshold v is beyond: "4.1 % > 1 %"; "" when it is within.
func (t Thresholds) reason(v float64, unit string) string {
	limit, sign := t.Warn, " > "
	switch t.judge(v) {
	case StateCritical:
		limit = t.Critical
	case StateWarn:
	default:
		return ""
	}
	if t.Below {
		sign = " < "
	}
	return SayValue(v, unit) + sign + SayValue(*limit, unit)
}

// rank orders states by how much they want attention.
func (s State) rank() int {
	switch s {
	case StateCritical:
		return 3
	case StateWarn:
		return 2
	case StateNoData, StateError, StateOff:
		return 0
	}
	return 1
}

// Worse is whichever state wants more attention: critical before warn before ok before having no data.
func Worse(a, b State) State {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// judge sets the states of values, lines and gauges, and the panel's: that of the worst. Values are judged one by one
// (the guide's rules are per series); a line is as bad as the worst value in it.
func (d *Data) judge() {
	t := d.Panel.Thresholds
	var worst *Value
	known, bad := 0, 0
	for i := range d.Values {
		v := &d.Values[i]
		if v.Query != mainQuery || v.Gone {
			continue
		}
		v.State = Worse(t.judge(v.Now), d.Panel.Limits["change"].judge(v.grown()))
		known++
		bad += btoi(v.State.rank() > StateOK.rank())
		if worst == nil || t.worse(*v, *worst) {
			worst = v
		}
	}
	d.State = StateNoData
	if worst != nil {
		d.State, d.Reason = worst.State, t.reason(worst.Now, worst.Unit)
		if why := d.Panel.Limits["change"].reason(worst.grown(), UnitRatio); d.Reason == "" && why != "" {
			d.Reason = "+" + why + " vs 1h"
		}
	}
	if d.Reason != "" && known > 1 {
		d.Reason = worst.Name + " " + d.Reason
	}
	if bad > 1 {
		d.Reason += fmt.Sprintf(" (and %d more)", bad-1)
	}
	for i := range d.Lines {
		d.Lines[i].State = d.stateOf(d.Lines[i])
	}
	for i := range d.Gauges {
		d.judgeGauge(&d.Gauges[i])
	}
	switch {
	case known == 0:
		d.Reason = "prometheus has no such series"
	case d.State == StateNoData:
		d.Reason = "no value at this time"
	}
}

// grown is how much of itself a duration grew in an hour, NaN where nobody is hurt by it.
func (v Value) grown() float64 {
	if v.Unit != UnitSeconds || v.Now < changeFloor {
		return math.NaN()
	}
	return finite(v.Now/v.Before - 1)
}

// worse tells whether a wants attention before b: the worse state, then the value further off.
func (t Thresholds) worse(a, b Value) bool {
	if x, y := a.State.rank(), b.State.rank(); x != y {
		return x > y
	}
	if t.Below {
		return a.Now < b.Now
	}
	return a.Now > b.Now
}

// stateOf is the state of a drawn line: the worst of the values that it joins.
func (d *Data) stateOf(line Value) State {
	state := StateNoData
	for _, v := range d.Values {
		if v.Query == mainQuery && !v.Gone && joins(line, v) {
			state = Worse(state, v.State)
		}
	}
	return state
}

func (d *Data) judgeGauge(g *Gauge) {
	limits := d.Panel.Limits[g.Name]
	share := g.Share()
	g.State = limits.judge(share)
	if g.State == StateNoData && !math.IsNaN(g.Now) {
		g.State = StateOK // the full scale is unknown, the value is not
	}
	if g.State.rank() > d.State.rank() && d.State != StateNoData {
		d.State, d.Reason = g.State, g.Name+" "+limits.reason(share, UnitRatio)
	}
}
