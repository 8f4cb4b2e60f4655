package chart

import "math"

// Peaks fits values to n columns. Where several fall on one column their maximum is kept, as suits counts in a heatmap:
// what fell into a bucket is seen. Where there are fewer than columns they are repeated. A column is NaN only when all of its values are.
func Peaks(values []float64, n int) []float64 {
	if n <= 0 || len(values) == 0 {
		return gaps(n)
	}
	out := gaps(n)
	for i := range out {
		from, to := share(i, len(values), n)
		for _, v := range values[from:to] {
			if finite(v) && !(v <= out[i]) {
				out[i] = v
			}
		}
	}
	return out
}

// Fit fits values to n columns of a line. Where there are more values than columns, each pair of columns keeps the
// minimum and the maximum of its values in their order of time; where there are fewer, the line is drawn straight
// between neighbours, and gaps stay gaps.
func Fit(values []float64, n int) []float64 {
	switch {
	case n <= 0 || len(values) == 0:
		return gaps(n)
	case len(values) > n:
		return thin(values, n)
	case len(values) == n:
		out := make([]float64, n)
		for i, v := range values {
			out[i] = v
			if !finite(v) {
				out[i] = math.NaN()
			}
		}
		return out
	}
	out := gaps(n)
	for i := range out {
		at := float64(i) * float64(len(values)-1) / float64(max(n-1, 1))
		left := int(at)
		a, b := values[left], values[min(left+1, len(values)-1)]
		part := at - float64(left)
		switch {
		case finite(a) && finite(b):
			out[i] = a*(1-part) + b*part
		case finite(a) && part < 0.5:
			out[i] = a
		case finite(b) && part >= 0.5:
			out[i] = b
		}
	}
	return out
}

// Extremes fits values to n columns of a sparkline: where there are more values than columns, as Fit does, so that neither
// a peak nor a dip is lost; where there are fewer they are repeated.
func Extremes(values []float64, n int) []float64 {
	if n > 0 && len(values) > n {
		return thin(values, n)
	}
	return Peaks(values, n)
}

// Column is where column i of columns stands among n cells of a plot that Fit or Peaks filled; -1 when it has no place.
func Column(i, columns, n int) int {
	switch {
	case i < 0 || i >= columns || n <= 0:
		return -1
	case columns > n:
		return i * n / columns
	case columns == 1:
		return 0
	}
	return (i*(n-1) + (columns-1)/2) / (columns - 1)
}

// thin keeps the minimum and the maximum of every two columns' values; an odd column at the end joins the two before it
// and keeps the newest. A single column can keep the maximum only.
func thin(values []float64, n int) []float64 {
	out := gaps(n)
	for i := 0; i < n; {
		group := min(2, n-i)
		if n-i == 3 {
			group = 3
		}
		from, _ := share(i, len(values), n)
		_, to := share(i+group-1, len(values), n)
		lo, hi, last := -1, -1, -1
		for j := from; j < to; j++ {
			if !finite(values[j]) {
				continue
			}
			if lo < 0 || values[j] < values[lo] {
				lo = j
			}
			if hi < 0 || values[j] > values[hi] {
				hi = j
			}
			last = j
		}
		switch {
		case lo < 0:
		case group == 1:
			out[i] = values[hi]
		default:
			out[i], out[i+1] = values[min(lo, hi)], values[max(lo, hi)]
			if group == 3 {
				out[i+2] = values[last]
			}
		}
		i += group
	}
	return out
}

// share is the part of count values that belongs to column i of n; never empty.
func share(i, count, n int) (from, to int) {
	if count < n {
		from = i * count / n
		return from, from + 1
	}
	return i * count / n, (i + 1) * count / n
}

func gaps(n int) []float64 {
	out := make([]float64, max(n, 0))
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
