package chart

import (
	"math"
	"strings"
)

// Sparkline draws values in exactly width cells, levels being its signs from lowest to highest (each one cell wide).
// Only the shape is told: the scale is the values' own range, but never narrower than half their size, so that a
// calm series looks calm. Where there are more values than cells, every two cells show the lowest and the highest of
// theirs. Zero throughout is the lowest level. A gap is a space.
func Sparkline(values []float64, width int, levels []string) string {
	if width <= 0 {
		return ""
	}
	fit := Extremes(values, width)
	lo, hi, ok := bounds(fit)
	if !ok || len(levels) == 0 {
		return strings.Repeat(" ", width)
	}
	// Values are halved, so that the span of ±MaxFloat64 is still a number.
	lo, hi = lo/2, hi/2
	if least := math.Max(math.Abs(lo), math.Abs(hi)) / 2; hi-lo < least && least > 0 {
		rest := (least - (hi - lo)) / 2
		lo, hi = lo-rest, hi+rest
	}
	var b strings.Builder
	for _, v := range fit {
		switch {
		case !finite(v):
			b.WriteByte(' ')
		case hi == lo:
			b.WriteString(levels[0])
		default:
			i := int((v/2 - lo) / (hi - lo) * float64(len(levels)))
			b.WriteString(levels[min(max(i, 0), len(levels)-1)])
		}
	}
	return b.String()
}

// BarSigns are the signs of a bar, each one cell wide. Parts are the fractions of a cell, smallest first; empty for
// whole cells only.
type BarSigns struct {
	Full  string
	Parts []string
}

// Bar draws value on a scale from 0 to full as the filled part of width cells, and the cells that stay empty. A
// value above zero shows at least the smallest part. Both together are width cells.
func Bar(value, full float64, width int, signs BarSigns) (filled string, empty int) {
	if width <= 0 {
		return "", 0
	}
	if !finite(value) || value <= 0 || !(full > 0) {
		return "", width
	}
	steps := len(signs.Parts) + 1
	n := min(int(math.Round(math.Min(value/full, 1)*float64(width*steps))), width*steps)
	n = max(n, 1)
	filled = strings.Repeat(signs.Full, n/steps)
	cells := n / steps
	if part := n % steps; part > 0 {
		filled += signs.Parts[part-1]
		cells++
	}
	return filled, width - cells
}
