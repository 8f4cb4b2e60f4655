package dashboard

// What is drawn of a panel's values: legends, lines that join several series, gauges, facts, the rows of a table.

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"dlmon/sources"
)

// legend names a series: the query's legend with the labels' values filled in, or else the values of all labels that
// say something, or else the title given.
func (q Query) legend(v Vocabulary, labels sources.Labels, title string) string {
	text := braced.ReplaceAllStringFunc(q.Legend, func(b string) string {
		if name, ok := q.label(v, b[1:len(b)-1]); ok {
			return labels[name]
		}
		return ""
	})
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		text = labelText(labels)
	}
	return cmp.Or(text, q.Title, title)
}

// labelText is the values of the labels in the order of their names, without those that every series of a service
// shares; with those when there is nothing else.
func labelText(labels sources.Labels) string {
	own := labels.Without("__name__", "job", "instance")
	if len(own) == 0 {
		own = labels.Without("__name__", "job")
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(own)) {
		parts = append(parts, own[name])
	}
	return strings.Join(parts, " ")
}

// lines are what is drawn of the main query. Each value is a line of its own unless the panel joins them; past has the
// points of joined lines where a query of their own brings them.
func (d *Data) lines(env Env, past []Value) []Value {
	main := d.of(mainQuery)
	group := d.Panel.Group
	if group == nil || len(main) == 0 {
		return main
	}
	by, ok := "", false
	if group.By != "" {
		by, ok = d.Panel.Queries[0].label(env.Vocab, group.By)
	}
	members := map[string][]Value{}
	for _, v := range main {
		key := ""
		if ok {
			key = v.Labels[by]
		}
		members[key] = append(members[key], v)
	}
	var out []Value
	for _, key := range slices.Sorted(maps.Keys(members)) {
		line := join(members[key], group.Func)
		line.Name = d.Panel.Title
		if ok {
			line.Labels, line.Name = sources.Labels{by: key}, key
		}
		for _, p := range past {
			if p.Labels[by] == key {
				line.Points = p.Points
			}
		}
		out = append(out, line)
	}
	sortValues(out, d.Panel.Sort)
	return out
}

// joins tells whether a line made by lines holds the value: it has the line's labels.
func joins(line, v Value) bool {
	for name, value := range line.Labels {
		if v.Labels[name] != value {
			return false
		}
	}
	return true
}

// join makes one value of several, column by column; what is NaN is left out.
func join(values []Value, how string) Value {
	out := values[0]
	out.Labels = sources.Labels{}
	pick := func(of func(Value) float64) float64 {
		xs := make([]float64, len(values))
		for i, v := range values {
			xs[i] = of(v)
		}
		return fold(xs, how)
	}
	out.Now = pick(func(v Value) float64 { return v.Now })
	out.Before = pick(func(v Value) float64 { return v.Before })
	columns := 0
	for _, v := range values {
		columns = max(columns, len(v.Points))
		out.Gone = out.Gone && v.Gone
	}
	out.Points = nil
	for i := range columns {
		out.Points = append(out.Points, pick(func(v Value) float64 {
			if i < len(v.Points) {
				return v.Points[i]
			}
			return math.NaN()
		}))
	}
	return out
}

func fold(xs []float64, how string) float64 {
	s := sources.Summarize(xs)
	switch how {
	case "min":
		return s.Min
	case "max":
		return s.Max
	case "sum":
		return s.Avg * float64(max(s.N, 1))
	}
	return s.Avg
}

// gauges reads the panel's gauges off its values and the health report.
func (d *Data) gauges(env Env) []Gauge {
	var out []Gauge
	for _, f := range d.Panel.Gauges {
		q, ok := d.query(cmp.Or(f.Query, mainQuery))
		if !ok {
			continue
		}
		values := d.of(q.Name)
		of, full := values, []Value(nil)
		if f.Label != "" {
			label, ok := q.label(env.Vocab, f.Label)
			if !ok {
				continue
			}
			of, full = with(values, label, f.Of), with(values, label, f.Max)
		}
		if len(of) == 0 {
			continue
		}
		sum := join(of, "sum")
		g := Gauge{Name: f.Name, Now: sum.Now, Max: math.NaN(), Unit: sum.Unit, Points: sum.Points}
		if len(full) > 0 {
			g.Max = join(full, "sum").Now
		} else if f.Check != "" {
			g.Max = detail(env, f.Check, f.Detail)
		}
		out = append(out, g)
	}
	return out
}

func (d *Data) query(name string) (Query, bool) {
	i := slices.IndexFunc(d.Panel.Queries, func(q Query) bool { return q.Name == name })
	if i < 0 {
		return Query{}, false
	}
	return d.Panel.Queries[i], true
}

func with(values []Value, label, value string) []Value {
	var out []Value
	for _, v := range values {
		if v.Labels[label] == value && !v.Gone {
			out = append(out, v)
		}
	}
	return out
}

func detail(env Env, check, name string) float64 {
	for _, c := range env.Data.Health().Value.Checks {
		if v, ok := c.Number(name); ok && c.Name == check {
			return v
		}
	}
	return math.NaN()
}

// facts are what the picture can't show: the worst of the series that a line joins, the sum and the largest of a
// bar panel's other queries.
func (d *Data) facts(env Env) []string {
	var out []string
	t := d.Panel.Thresholds
	if g := d.Panel.Group; g != nil && g.By != "" && len(d.Lines) > 0 {
		if worst, n := extreme(d.of(mainQuery), t.Below); n > len(d.Lines) {
			out = append(out, "worst: "+worst.Name+" "+SayValue(worst.Now, worst.Unit))
		}
	}
	for _, q := range d.Panel.Queries {
		if _, missing := q.expand(env.Vocab, env.rate()); q.Tell && missing != "" {
			out = append(out, lacks(q.Expr, env.Vocab))
		}
	}
	if d.Panel.Kind != KindBars {
		return out
	}
	for _, q := range d.Panel.Queries[1:] {
		values := d.of(q.Name)
		if len(values) == 0 {
			continue
		}
		sum := join(values, "sum")
		text := q.Title + " " + SayValue(sum.Now, sum.Unit)
		if most, n := extreme(values, false); n > 1 && most.Now > 0 {
			text += ", most " + most.Name + " " + SayValue(most.Now, most.Unit)
		}
		out = append(out, text)
	}
	return out
}

// extreme is the value with the lowest or highest number, and how many have one.
func extreme(values []Value, lowest bool) (Value, int) {
	var found Value
	n := 0
	for _, v := range values {
		if math.IsNaN(v.Now) || v.Gone {
			continue
		}
		if n == 0 || lowest && v.Now < found.Now || !lowest && v.Now > found.Now {
			found = v
		}
		n++
	}
	return found, n
}
