package dashboard

// From snapshots to what a panel shows: its state and why, its values, its lines.

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// Eval reads the panel's answers from the feed and judges them. It asks nothing and never blocks.
func Eval(p Panel, env Env) Data {
	d := Data{Panel: resolveDrill(p, env)}
	switch p.Kind {
	case KindAlerts:
		evalAlerts(&d, env)
	case KindHealth:
		evalHealth(&d, env)
	case KindTargets:
		evalTargets(&d, env)
	case KindTraces:
		evalTraces(&d, env)
	default:
		evalPromQL(&d, env)
	}
	return d
}

func (d *Data) set(s State, reason, hint string) { d.State, d.Reason, d.Hint = s, reason, hint }

// status is how a source stands; without a feed, one that is waited for.
func (e Env) status(source string) feed.SourceStatus {
	if e.Data != nil {
		for _, s := range e.Data.Sources() {
			if s.Name == source {
				return s
			}
		}
	}
	return feed.SourceStatus{Name: source, State: feed.Waiting}
}

// off tells the operator how to turn a source on.
func (d *Data) off(source string) {
	d.set(StateOff, source+" is not configured", "set --"+source+"-url or "+source+".url in the config")
}

// absent is the state of a panel that has nothing to show: its source failed, or has not answered yet.
func (d *Data) absent(source string, err error) {
	if err == nil {
		d.set(StateNoData, "waiting for "+source, "")
		return
	}
	if e, ok := errors.AsType[*sources.Error](err); ok && e.Kind == sources.NotKept { // it is nobody's fault
		d.set(StateNoData, e.Reason, e.Advice)
		return
	}
	d.Err = err
	d.set(StateError, err.Error(), advice(err))
}

func advice(err error) string {
	if e, ok := errors.AsType[*sources.Error](err); ok {
		return e.Advice
	}
	return ""
}

// took notes when an answer was true and whether the try after it failed. The panel is as old as its main answer.
func (d *Data) took(at time.Time, err error) {
	if d.At.IsZero() {
		d.At = at
	}
	if err != nil {
		d.Stale = true
		if d.Err == nil {
			d.Err = err
		}
	}
}

func evalPromQL(d *Data, env Env) {
	p := &d.Panel
	status := env.status(feed.SourcePrometheus)
	switch {
	case status.State == feed.Off:
		d.off(feed.SourcePrometheus)
		return
	case env.Vocab == nil || env.Data == nil:
		d.absent(feed.SourcePrometheus, status.Err)
		return
	case len(p.Queries) == 0:
		d.set(StateNoData, "no query", "")
		return
	}
	_, missing := p.Queries[0].expand(env.Vocab, env.rate())
	if missing != "" {
		d.set(StateOff, lacks(p.Queries[0].Expr, env.Vocab), "")
		return
	}
	d.Query, _ = p.Queries[0].rangeQL(env)
	d.warn(p.stopped(env))
	if p.Kind == KindTenants {
		d.tenants(env)
		return
	}
	var past []Value // of the lines, where a query of their own has it
	for i, q := range p.Queries {
		values, err := d.answer(q, env)
		if p.Group != nil && q.Name == p.Group.Points {
			past = values
			continue
		}
		if i == 0 && d.At.IsZero() {
			d.absent(feed.SourcePrometheus, err)
			return
		}
		if i == 0 {
			sortValues(values, p.Sort)
		}
		d.Values = append(d.Values, values...)
	}
	d.Lines = d.lines(env, past)
	d.Gauges = d.gauges(env)
	switch p.Kind {
	case KindVerdict:
		d.verdict(env)
		return
	case KindHeatmap:
		d.Heat = heatOf(d.Values, d.Grid)
	}
	d.Facts = d.facts(env)
	d.judge()
}

// answer reads one query's snapshots: the value now from whichever of the instant answer and the range's last whole column
// is newer, one hour before, and the points.
func (d *Data) answer(q Query, env Env) ([]Value, error) {
	expr, ok := q.PromQL(env)
	if !ok {
		return nil, nil
	}
	instant := env.Data.Instant(q.instant(expr))
	var ranged sources.Snapshot[sources.Matrix]
	if q.ranged(env) {
		ranged = env.Data.Range(q.rangeRequest(env))
	}
	var before map[string]float64
	if q.Before {
		s := env.Data.Instant(q.before(env))
		before = make(map[string]float64, len(s.Value.Samples))
		for _, x := range s.Value.Samples {
			before[x.Labels.Key()] = x.Value
		}
	}
	byNow := instant.OK() && (!ranged.OK() || !instant.Value.At.Before(ranged.Value.Whole()))
	failed := cmp.Or(instant.Err, ranged.Err)
	switch {
	case byNow:
		d.took(instant.At, failed)
	case ranged.OK():
		d.took(ranged.At, failed)
	}
	if ranged.OK() && (d.Grid.Columns == 0 || q.Name == mainQuery) {
		d.Grid = GridOf(ranged.Value)
	}
	d.warn(instant.Value.Warnings)
	d.warn(ranged.Value.Warnings)

	values := merge(instant.Value.Samples, byNow, ranged.Value.Series, q.seriesKey)
	for i := range values {
		v := &values[i]
		v.Points = d.onGrid(ranged.Value, v.Points)
		v.Query, v.Unit = q.Name, cmp.Or(q.Unit, d.Panel.Unit)
		v.Name = q.legend(env.Vocab, v.Labels, d.Panel.Title)
		v.Before = math.NaN()
		if b, ok := before[v.Labels.Key()]; ok {
			v.Before = b
		}
		v.State = StateOK
		if math.IsNaN(v.Now) {
			v.State = StateNoData
		}
	}
	return values, failed
}

// onGrid moves a series' points from their own matrix onto the panel's grid. Queries of one panel are asked apart, so
// that for a moment one may be a column ahead of the others.
func (d *Data) onGrid(m sources.Matrix, points []float64) []float64 {
	if points == nil || m.Step != d.Grid.Step || m.Start.Equal(d.Grid.Start) && m.Columns == d.Grid.Columns {
		return points
	}
	shift := int(d.Grid.Start.Sub(m.Start) / m.Step)
	out := make([]float64, d.Grid.Columns)
	for k := range out {
		out[k] = math.NaN()
		if at := k + shift; at >= 0 && at < len(points) {
			out[k] = points[at]
		}
	}
	return out
}

func (d *Data) warn(texts []string) {
	for _, t := range texts {
		if !slices.Contains(d.Warnings, t) {
			d.Warnings = append(d.Warnings, t)
		}
	}
}

// seriesKey tells the series of q's answers apart. What is taken over time has lost the metric's name.
func (q Query) seriesKey(l sources.Labels) string {
	if q.RangeExpr != "" {
		l = l.Without("__name__")
	}
	return l.Key()
}

// merge joins the answer now with the range's series by their labels: first those that the answer now has, in its
// order, then those that only the range still has.
func merge(samples []sources.Sample, byNow bool, series []sources.Series, keyOf func(sources.Labels) string) []Value {
	points := make(map[string][]float64, len(series))
	for _, s := range series {
		points[keyOf(s.Labels)] = s.Values
	}
	var out []Value
	if byNow {
		for _, s := range samples {
			key := keyOf(s.Labels)
			out = append(out, Value{Labels: s.Labels, Now: s.Value, Points: points[key]})
			delete(points, key)
		}
	}
	for _, s := range series {
		if _, ok := points[keyOf(s.Labels)]; !ok {
			continue
		}
		v := Value{Labels: s.Labels, Now: math.NaN(), Points: s.Values, Gone: byNow}
		if n := len(s.Values); !byNow && n > 0 {
			v.Now = s.Values[n-1]
		}
		out = append(out, v)
	}
	return out
}

// sortValues puts the lowest or the highest first; what has no value comes last.
func sortValues(values []Value, order string) {
	if order == "" {
		return
	}
	slices.SortStableFunc(values, func(a, b Value) int {
		if x, y := math.IsNaN(a.Now), math.IsNaN(b.Now); x || y {
			return cmp.Compare(btoi(x), btoi(y))
		}
		if order == "desc" {
			a, b = b, a
		}
		return cmp.Compare(a.Now, b.Now)
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// of are the values of one of the panel's queries.
func (d Data) of(query string) []Value {
	var out []Value
	for _, v := range d.Values {
		if v.Query == query {
			out = append(out, v)
		}
	}
	return out
}

// resolveDrill replaces the label concepts of a drill-down by the real label names. Panels are shared, so that the
// copy gets a Drill of its own.
func resolveDrill(p Panel, env Env) Panel {
	if p.Traces == nil || len(p.Traces.Tags) == 0 || env.Vocab == nil || len(p.Queries) == 0 {
		return p
	}
	drill := *p.Traces
	drill.Tags = make(map[string]string, len(p.Traces.Tags))
	for label, concept := range p.Traces.Tags {
		if name, ok := p.Queries[0].label(env.Vocab, label); ok {
			drill.Tags[name] = concept
		}
	}
	p.Traces = &drill
	return p
}
