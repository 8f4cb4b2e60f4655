package panel

import (
	"math"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
)

// heatmap is a histogram over time: a row per bucket, the slowest on top, darker where more fell into it. Full screen,
// Options.Selected is the bucket under the cursor, as an index into Heat.Bounds.
func (v *view) heatmap() []string {
	if v.Heat == nil || len(v.Heat.Cells) == 0 || len(v.Heat.Cells) != len(v.Heat.Bounds) {
		return v.why()
	}
	facts := v.facts()
	if v.h < 6 {
		facts = nil
	}
	from, to := v.Heat.Shown()
	cells, labels := v.Heat.Cells[from:to], v.bucketLabels(from, to)
	f := v.frame(v.o.Full)
	if v.o.Full {
		if v.o.Selected >= from && v.o.Selected < to {
			f.Bucket = v.o.Selected - from
		}
		facts = append(v.heatLegend(cells, labels), facts...)
		facts = append(facts, v.markLines(v.h/10)...)
	}
	h := max(v.h-len(facts), 0)
	done := v.placed(&f, v.top, h)
	rows := chart.Heatmap(cells, labels, max(v.w-1, 0), h, v.g.Heat, f)
	done()
	return append(v.paint(rows), facts...)
}

// heatLegend says what the shades stand for, and what fell into the bucket under the cursor, or into all of them at its
// time.
func (v *view) heatLegend(cells [][]float64, labels []string) []string {
	top := 0.0
	for _, row := range cells {
		for _, x := range row {
			if finite(x) {
				top = max(top, x)
			}
		}
	}
	var scale []string
	for i, sign := range v.g.Heat {
		style := v.ink(chart.HeatInk(i))
		text := dashboard.FormatValue(chart.Shade(i, len(v.g.Heat))*top, dashboard.UnitPerSec)
		switch i {
		case 0:
			text = "none"
		case len(v.g.Heat) - 1:
			text = "to " + dashboard.FormatValue(top, dashboard.UnitPerSec)
		default:
			text = "to " + text
		}
		scale = append(scale, style.Render(sign)+" "+v.s.Muted.Render(text))
	}
	lines, _ := flow(scale, v.w-1, 1)
	if c := v.o.Cursor; c >= 0 && c < v.Grid.Columns {
		more, _ := flow(v.heatReading(cells, labels, c), v.w-1, 2)
		lines = append(lines, more...)
	} else if v.Panel.Traces != nil {
		text := "arrows read a bucket at a time; enter lists its traces"
		if k := v.o.TraceKey; k != "" {
			text += ", " + k + " opens an exemplar"
		}
		lines = append(lines, v.s.Muted.Render(text))
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// heatReading is what the cursor reads in column c: its bucket's bounds, rate and share, and where the next keys
// lead; without a bucket, the rate of each.
func (v *view) heatReading(cells [][]float64, labels []string, c int) []string {
	reading := []string{v.s.Muted.Render("at " + v.Grid.Time(c).In(v.zone()).Format("15:04:05"))}
	if i := v.o.Selected; i >= 0 && i < len(v.Heat.Bounds) {
		lower, upper := v.Heat.Range(i)
		rate, share := v.Heat.At(i, c)
		reading = append(reading, v.s.Focus.Render(dashboard.FormatBucket(lower, upper, v.Panel.Unit)+": "+dashboard.FormatValue(rate, dashboard.UnitPerSec)))
		if finite(share) {
			reading = append(reading, v.s.Text.Render(dashboard.FormatValue(share, dashboard.UnitRatio)+" of all at that time"))
		}
		if v.Panel.Traces != nil {
			reading = append(reading, v.s.Key.Render("enter")+" "+v.s.Muted.Render("these traces"))
			if k := v.o.TraceKey; k != "" {
				reading = append(reading, v.s.Key.Render(k)+" "+v.s.Muted.Render("an exemplar of them"))
			}
		}
		return reading
	}
	for i, row := range cells {
		if c < len(row) && finite(row[c]) && row[c] > 0 {
			reading = append(reading, v.s.Muted.Render("to "+labels[i])+" "+v.s.Focus.Render(dashboard.FormatValue(row[c], dashboard.UnitPerSec)))
		}
	}
	return reading
}

// bucketLabels are the upper bounds of the buckets from, to (exclusive).
func (v *view) bucketLabels(from, to int) []string {
	var labels []string
	for i := from; i < to; i++ {
		lower, upper := v.Heat.Range(i)
		label := dashboard.SayValue(upper, v.Panel.Unit)
		if math.IsInf(upper, 1) {
			label = "more"
			if i > 0 {
				label = ">" + dashboard.SayValue(lower, v.Panel.Unit)
			}
		}
		labels = append(labels, label)
	}
	return labels
}
