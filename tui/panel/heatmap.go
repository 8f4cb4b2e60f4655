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
	h := v.h - len(facts)
	f := v.frame(v.o.Full)
	return append(v.paint(chart.Heatmap(cells, labels, max(v.w-1, 0), h, v.g.Heat, f)), facts...)
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
