package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Of any series, in any number of columns from two on, the lowest and the highest value are drawn, and where there is
// room for it the newest.
func TestThinningLosesNeitherMinimumNorMaximum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		values := make([]float64, 1+r.IntN(400))
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range values {
			values[i] = r.NormFloat64()
			if r.IntN(4) == 0 {
				values[i] = math.NaN()
				continue
			}
			lo, hi = min(lo, values[i]), max(hi, values[i])
		}
		n := 2 + r.IntN(200)
		if len(values) < n {
			continue // nothing is thinned
		}
		for name, got := range map[string][]float64{"line": Fit(values, n), "sparkline": Extremes(values, n)} {
			if len(got) != n {
				t.Fatalf("%s: %d columns of %d", name, len(got), n)
			}
			if !math.IsInf(lo, 1) && (!slices.Contains(got, lo) || !slices.Contains(got, hi)) {
				t.Fatalf("%s: %d values in %d columns lost %v or %v", name, len(values), n, lo, hi)
			}
		}
	}
}

func TestASparklineShowsADipAmongManyValues(t *testing.T) {
	levels := strings.Split("12345678", "")
	values := slices.Repeat([]float64{0.9}, 120)
	values[61] = 0.1
	for width := 2; width <= 60; width++ {
		if line := Sparkline(values, width, levels); !strings.Contains(line, "1") {
			t.Errorf("%d cells: no dip in %q", width, line)
		}
	}
	values[61] = 5
	for width := 2; width <= 60; width++ {
		if line := Sparkline(values, width, levels); !strings.Contains(line, "8") || !strings.Contains(line, "1") {
			t.Errorf("%d cells: no peak in %q", width, line)
		}
	}
}

// The lowest and the highest of many values reach the lowest and the highest row of a plot, whatever its width.
func TestALineShowsADipAndAPeakAmongManyValues(t *testing.T) {
	values := slices.Repeat([]float64{0.5}, 500)
	values[123], values[377] = 0, 1
	for width := 20; width <= 200; width += 7 {
		var a Area
		rows := Lines([][]float64{values}, width, 10, Frame{Area: &a})
		for name, y := range map[string]int{"peak": 0, "dip": a.Height - 1} {
			inked := false
			for _, c := range rows[y][a.Left : a.Left+a.Width] {
				_, series := c.Ink.Series()
				inked = inked || series && c.Rune != ' '
			}
			if !inked {
				t.Errorf("%d cells: no %s", width, name)
			}
		}
	}
}

// Of counts in a bucket, the single column in which something fell into it is seen, whatever the width.
func TestAHeatmapShowsASingleObservationAmongManyColumns(t *testing.T) {
	bucket := make([]float64, 500)
	bucket[123] = 1
	for width := 20; width <= 200; width += 7 {
		inked := 0
		for _, row := range Heatmap([][]float64{bucket}, []string{"1 s"}, width, 3, strings.Split(" .#", ""), Frame{}) {
			for _, c := range row {
				if c.Rune == '#' {
					inked++
				}
			}
		}
		if inked == 0 {
			t.Errorf("%d cells: nothing", width)
		}
	}
}
