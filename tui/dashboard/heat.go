package dashboard

// A classic histogram's buckets are cumulative by le: each counts everything below its bound. To draw where
// observations fall, each bucket's share is what it has over the one below.

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Decumulate turns one column of cumulative bucket values, in the order of their bounds, into each bucket's own. A
// bucket that has less than the one below it (scrapes of several instances don't happen at once) counts as empty.
// NaN stays NaN and is skipped as a base.
func Decumulate(values []float64) []float64 {
	out := make([]float64, len(values))
	below := 0.0
	for i, v := range values {
		if math.IsNaN(v) {
			out[i] = v
			continue
		}
		out[i] = max(0, v-below)
		below = max(below, v)
	}
	return out
}

// heatOf is the heat of a panel's main values, by their label le; nil without a bucket. Values whose le is no number
// are left out; equal bounds written differently ("1" and "1.0", of two client libraries) are added.
func heatOf(values []Value, grid Grid) *Heat {
	cumulative := map[float64][]float64{}
	for _, v := range values {
		bound, err := strconv.ParseFloat(v.Labels["le"], 64)
		if v.Query != mainQuery || err != nil || math.IsNaN(bound) || len(v.Points) != grid.Columns || grid.Columns == 0 {
			continue
		}
		old, ok := cumulative[bound]
		if !ok {
			cumulative[bound] = v.Points
			continue
		}
		sum := slices.Clone(old)
		for i, x := range v.Points {
			if math.IsNaN(sum[i]) {
				sum[i] = x
			} else if !math.IsNaN(x) {
				sum[i] += x
			}
		}
		cumulative[bound] = sum
	}
	if len(cumulative) == 0 {
		return nil
	}
	h := &Heat{}
	for bound := range cumulative {
		h.Bounds = append(h.Bounds, bound)
	}
	slices.SortFunc(h.Bounds, cmp.Compare[float64])
	h.Cells = make([][]float64, len(h.Bounds))
	for i := range h.Cells {
		h.Cells[i] = make([]float64, grid.Columns)
	}
	column := make([]float64, len(h.Bounds))
	for c := range grid.Columns {
		for i, bound := range h.Bounds {
			column[i] = cumulative[bound][c]
		}
		for i, v := range Decumulate(column) {
			h.Cells[i][c] = v
		}
	}
	return h
}

// Range is what bucket i holds: observations above lower, up to upper (+Inf for the last). The first has no lower
// bound: it is 0, as a latency has it.
func (h *Heat) Range(i int) (lower, upper float64) {
	if i > 0 {
		lower = h.Bounds[i-1]
	}
	return lower, h.Bounds[i]
}

// Shown are the buckets from, to (exclusive) that a picture needs: those at both ends that nothing ever fell into are
// left out. Where nothing fell into any, all are shown.
func (h *Heat) Shown() (from, to int) {
	some := func(row []float64) bool { return slices.ContainsFunc(row, func(x float64) bool { return x > 0 }) }
	from = slices.IndexFunc(h.Cells, some)
	if from < 0 {
		return 0, len(h.Cells)
	}
	for to = len(h.Cells); !some(h.Cells[to-1]); to-- {
	}
	return from, to
}

// At is how much fell into bucket i in a column, and what share (0 to 1) of all that fell into the column's buckets;
// NaN where nothing is known, or nothing fell into any.
func (h *Heat) At(i, column int) (rate, share float64) {
	sum := 0.0
	for _, row := range h.Cells {
		if x := row[column]; !bad(x) {
			sum += x
		}
	}
	rate = h.Cells[i][column]
	if !(sum > 0) {
		return rate, math.NaN()
	}
	return rate, rate / sum
}
