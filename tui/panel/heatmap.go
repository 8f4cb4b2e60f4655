package panel

import (
	"math"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
)

// heatmap is a histogram over time: a row per bucket, the slowest on top, darker where more fell into it.
func (v *view) heatmap() []string {
	if v.Heat == nil || len(v.Heat.Cells) == 0 {
		return v.why()
	}
	facts := v.facts()
	if v.h < 6 {
		facts = nil
	}
	cells, labels := v.buckets()
	if v.o.Full {
		facts = append(v.heatLegend(cells, labels), facts...)
	}
	h := max(v.h-len(facts), 0)
	f := v.frame(v.o.Full)
	return append(v.paint(chart.Heatmap(cells, labels, max(v.w-1, 0), h, v.g.Heat, f)), facts...)
}

// heatLegend says what the shades stand for, and what fell into the buckets at the cursor.
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
		reading := []string{v.s.Muted.Render("at " + v.column(c).In(v.zone()).Format("15:04:05"))}
		for i, row := range cells {
			if c < len(row) && finite(row[c]) && row[c] > 0 {
				reading = append(reading, v.s.Muted.Render("to "+labels[i])+" "+v.s.Focus.Render(dashboard.FormatValue(row[c], dashboard.UnitPerSec)))
			}
		}
		more, _ := flow(reading, v.w-1, 2)
		lines = append(lines, more...)
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// buckets leaves out the buckets at both ends that nothing ever fell into.
func (v *view) buckets() ([][]float64, []string) {
	n := min(len(v.Heat.Cells), len(v.Heat.Bounds))
	from, to := -1, -1
	for i, row := range v.Heat.Cells[:n] {
		for _, x := range row {
			if finite(x) && x > 0 {
				if from < 0 {
					from = i
				}
				to = i
				break
			}
		}
	}
	if from < 0 {
		from, to = 0, n-1
	}
	var labels []string
	for _, b := range v.Heat.Bounds[from : to+1] {
		label := dashboard.FormatValue(b, v.Panel.Unit)
		if math.IsInf(b, 1) {
			label = "more"
			if n > 1 {
				label = ">" + dashboard.FormatValue(v.Heat.Bounds[n-2], v.Panel.Unit)
			}
		}
		labels = append(labels, label)
	}
	return v.Heat.Cells[from : to+1], labels
}
