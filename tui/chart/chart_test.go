package chart

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var (
	nan    = math.NaN()
	inf    = math.Inf(1)
	levels = strings.Split("▁▂▃▄▅▆▇█", "")
	shades = []string{" ", "░", "▒", "▓", "█"}
)

func format(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }

func plain(rows [][]Cell) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.TrimRight(Paint(r, func(_ Ink, s string) string { return s }), " "))
	}
	return strings.Join(lines, "\n")
}

func TestSparkline(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		width  int
		want   string
	}{
		{"nothing", nil, 4, "    "},
		{"no room", []float64{1, 2}, 0, ""},
		{"only gaps", []float64{nan, inf, -inf}, 3, "   "},
		{"a gap is a space", []float64{0, nan, 8}, 3, "▁ █"},
		{"zero throughout lies on the floor", []float64{0, 0, 0}, 3, "▁▁▁"},
		{"a flat line runs in the middle", []float64{5, 5, 5}, 3, "▅▅▅"},
		{"noise stays calm", []float64{100, 101, 99, 100}, 4, "▅▅▄▅"},
		{"a spike outlives thinning", []float64{0, 0, 0, 9, 0, 0, 0, 0}, 2, "▁█"},
		{"few values are repeated", []float64{0, 8}, 4, "▁▁██"},
		{"one value", []float64{3}, 2, "▅▅"},
		{"the ends of float64", []float64{-math.MaxFloat64, math.MaxFloat64}, 2, "▁█"},
		{"denormal", []float64{0, 5e-324}, 2, "▁▁"},
	} {
		if got := Sparkline(c.values, c.width, levels); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBar(t *testing.T) {
	signs := BarSigns{Full: "█", Parts: []string{"▎", "▌", "▊"}}
	for _, c := range []struct {
		value, full float64
		width       int
		want        string
		empty       int
	}{
		{1, 1, 4, "████", 0}, {0.5, 1, 4, "██", 2}, {0.5, 1, 3, "█▌", 1}, {0, 1, 3, "", 3}, {1e-9, 1, 3, "▎", 2},
		{9, 1, 3, "███", 0}, {-1, 1, 3, "", 3}, {nan, 1, 3, "", 3}, {inf, 1, 3, "", 3}, {1, 0, 3, "", 3}, {1, nan, 3, "", 3}, {1, 1, -2, "", 0},
	} {
		if got, empty := Bar(c.value, c.full, c.width, signs); got != c.want || empty != c.empty {
			t.Errorf("Bar(%v, %v, %d) = %q and %d, want %q and %d", c.value, c.full, c.width, got, empty, c.want, c.empty)
		}
	}
}

func TestFitKeepsMinimaAndMaxima(t *testing.T) {
	values := make([]float64, 1000)
	values[333], values[700] = -9, 9
	for n := 2; n < 300; n += 7 {
		got := Fit(values, n)
		if len(got) != n || slices.Min(got) != -9 || slices.Max(got) != 9 {
			t.Fatalf("%d columns lose a spike: %v", n, got)
		}
	}
}

func TestFitDrawsStraightBetweenNeighboursAndKeepsGaps(t *testing.T) {
	got := Fit([]float64{0, 4, nan, 8}, 7)
	for i, want := range []float64{0, 2, 4, nan, nan, 8, 8} {
		if got[i] != want && !(math.IsNaN(got[i]) && math.IsNaN(want)) {
			t.Fatalf("column %d: %v", i, got)
		}
	}
}

func TestColumnIsWhereFitPutsAValue(t *testing.T) {
	for _, c := range []struct{ i, columns, n, want int }{
		{0, 10, 10, 0}, {9, 10, 10, 9}, {0, 3, 9, 0}, {1, 3, 9, 4}, {2, 3, 9, 8}, {99, 100, 10, 9}, {50, 100, 10, 5},
		{0, 1, 9, 0}, {-1, 5, 9, -1}, {5, 5, 9, -1}, {0, 5, 0, -1},
	} {
		if got := Column(c.i, c.columns, c.n); got != c.want {
			t.Errorf("Column(%d, %d, %d) = %d, want %d", c.i, c.columns, c.n, got, c.want)
		}
	}
}

func TestLinesWithLabelsThresholdAndTimeAxis(t *testing.T) {
	start := time.Date(2026, 11, 24, 13, 5, 0, 0, time.UTC)
	rising := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10}
	got := plain(Lines([][]float64{rising}, 30, 7, Frame{Format: format, Cursor: -1,
		Time: TimeAxis{Start: start, End: start.Add(time.Hour), Rule: true}}, Threshold{5, Warn}))
	want := strings.Join([]string{
		"10 ┤              ╭───────────",
		"   │              │",
		" 5 ┤┄┄┄┄┄┄┄┄┄╭────╯┄┄┄┄┄┄┄┄┄┄┄",
		"   │         │",
		" 0 ┤─────────╯",
		"   └──────────┴────────────┴──",
		"            13:30        14:00",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNoTwoTicksReadAlike(t *testing.T) {
	digits := func(n int) func(float64) string {
		return func(v float64) string { return strconv.FormatFloat(v, 'f', n, 64) }
	}
	axis := func(lo, hi float64, rows int, finer bool) (labels []string) {
		f := Frame{Format: digits(0)}
		if finer {
			f.Finer = func(v float64, more int) string { return digits(more)(v) }
		}
		for _, l := range ticks(lo, hi, rows, f) {
			if l != "" {
				labels = append(labels, l)
			}
		}
		return labels
	}
	for _, c := range []struct {
		lo, hi float64
		finer  bool
		want   string
	}{
		{79, 82, true, "82.0 81.5 81.0 80.5 80.0 79.5 79.0"}, // a digit more
		{79, 82, false, "82 81 80 79"},                       // fewer ticks
		{0, 60, true, "60 50 40 30 20 10 0"},                 // none where they differ anyway
		{0, 14, true, "14 10 5 0"},                           // not 2 and 8 for 2.5 and 7.5
	} {
		if got := strings.Join(axis(c.lo, c.hi, 19, c.finer), " "); got != c.want {
			t.Errorf("%v to %v: %q, want %q", c.lo, c.hi, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		lo := r.ExpFloat64() * math.Pow(10, float64(r.IntN(9)-4))
		lo, hi := scale(lo, lo*(1+r.Float64()/50), false)
		labels := axis(lo, hi, 2+r.IntN(60), r.IntN(2) == 0)
		slices.Sort(labels)
		if all := len(labels); len(slices.Compact(labels)) < all {
			t.Fatalf("%v to %v: %q", lo, hi, labels)
		}
	}
}

func TestADifferenceThatIsRoundButForItsLastDigitIsRound(t *testing.T) {
	lo, hi := 0.54, 0.545
	if got := round(hi-lo, false); got != 0.005 {
		t.Errorf("%v becomes %v", hi-lo, got)
	}
}

func TestSeriesAreToldApartWithoutColour(t *testing.T) {
	got := plain(Lines([][]float64{{1, 1, 1}, {3, 3, 3}}, 6, 4, Frame{Cursor: -1, Distinct: true, ASCII: true}))
	if !strings.Contains(got, "******") || !strings.Contains(got, "------") {
		t.Errorf("two signs expected:\n%s", got)
	}
}

func TestAWindowOfDaysIsLabelledByDates(t *testing.T) {
	start := time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)
	axis := TimeAxis{Start: start, End: start.Add(7 * 24 * time.Hour)}
	if got := plain(axis.rows(0, 60, '└', '─', '┴')); !strings.Contains(got, "Nov 19") {
		t.Error(got)
	}
}

func TestAnAxisThatReachesFarHasNoMoreTicksThanItDraws(t *testing.T) {
	start := time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)
	for _, end := range []time.Time{start.AddDate(20, 0, 0), time.UnixMicro(math.MaxInt64)} { // of the year 294247
		var got [][]Cell
		allocs := testing.AllocsPerRun(1, func() { got = TimeAxis{Start: start, End: end}.rows(0, 60, '└', '─', '┴') })
		if allocs > 2000 { // every tick that is looked at has its text written
			t.Errorf("to %v: %v allocations", end, allocs)
		}
		if line := plain(got); len(line) < 50 {
			t.Errorf("to %v: no label near its end: %q", end, line)
		}
	}
}

func TestHeatmapShowsFewBesideMany(t *testing.T) {
	got := plain(Heatmap([][]float64{{1000, 1000, nan}, {0, 1, nan}}, []string{"10 ms", "1 s"}, 16, 2, shades, Frame{Cursor: -1}))
	if want := "  1 s ┤   ░░░\n10 ms ┤██████"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheBucketBeingReadIsMarkedWhereverItIsDrawn(t *testing.T) {
	rows := func(n int) (all [][]float64, labels []string) {
		for i := range n {
			all, labels = append(all, []float64{1, 1}), append(labels, string(rune('a'+i)))
		}
		return all, labels
	}
	all, labels := rows(2)
	got := plain(Heatmap(all, labels, 6, 2, shades, Frame{Cursor: 1, Bucket: 0}))
	if want := "b ┤███\na ►██◆"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := plain(Heatmap(all, labels, 6, 2, shades, Frame{Cursor: -1})); strings.ContainsAny(got, "►◆") {
		t.Errorf("no column is read:\n%s", got)
	}
	all, labels = rows(7)
	for i, want := range []int{0, 0, 1, 1, 2, 2, 2} { // seven buckets on three rows
		lines := strings.Split(plain(Heatmap(all, labels, 6, 3, shades, Frame{Cursor: 0, Bucket: i, ASCII: true})), "\n")
		for y, line := range lines {
			if strings.Contains(line, ">X") != (y == 2-want) {
				t.Errorf("bucket %d:\n%s", i, strings.Join(lines, "\n"))
				break
			}
		}
	}
}

func TestMoreBucketsThanRowsAreSummed(t *testing.T) {
	buckets, labels := sumNeighbours([][]float64{{1}, {2}, {nan}, {4}}, []string{"a", "b", "c", "d"}, 2)
	if buckets[0][0] != 3 || buckets[1][0] != 4 || labels[0] != "b" || labels[1] != "d" {
		t.Error(buckets, labels)
	}
}

func TestTheScaleIsRoundAndHoldsEverything(t *testing.T) {
	for _, c := range []struct {
		lo, hi         float64
		binary         bool
		wantLo, wantHi float64
	}{
		{0, 0, false, 0, 1}, {1, 9.7, false, 0, 10}, {0.95, 0.97, false, 0.95, 0.97}, {5, 5, false, 5, 5.05},
		{0, 6 << 30, true, 0, 6 << 30}, {-3, 3, false, -3, 3},
	} {
		lo, hi := scale(c.lo, c.hi, c.binary)
		if math.Abs(lo-c.wantLo) > 1e-9*max(1, c.hi) || math.Abs(hi-c.wantHi) > 1e-9*max(1, c.hi) {
			t.Errorf("scale(%v, %v) = %v, %v, want %v, %v", c.lo, c.hi, lo, hi, c.wantLo, c.wantHi)
		}
	}
}

func TestAnyNumbersAreDrawnInExactlyTheirSize(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		w, h := r.IntN(90)-2, r.IntN(24)-2
		f := Frame{Cursor: r.IntN(60) - 5, Bucket: r.IntN(130) - 5, ASCII: r.IntN(2) == 0, Distinct: r.IntN(2) == 0, Binary: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			f.Format = format
		}
		if r.IntN(2) == 0 {
			f.Time = TimeAxis{Start: time.Unix(r.Int64N(2e9), 0), Rule: r.IntN(2) == 0, Zone: time.FixedZone("x", r.IntN(40000)-20000)}
			f.Time.End = f.Time.Start.Add(time.Duration(r.Int64() >> r.IntN(60)))
		}
		var all [][]float64
		for range r.IntN(120) {
			all = append(all, numbers(r))
		}
		exact(t, Lines(all, w, h, f, Threshold{nan, Warn}, Threshold{r.NormFloat64(), Critical}), w, h)
		labels := make([]string, r.IntN(10))
		for i := range labels {
			labels[i] = strings.Repeat("x", r.IntN(20))
		}
		exact(t, Heatmap(all, labels, w, h, shades, f), w, h)
		if line := Sparkline(numbers(r), w, levels); utf8.RuneCountInString(line) != max(w, 0) {
			t.Fatalf("sparkline of %d cells: %q", w, line)
		}
	}
}

func numbers(r *rand.Rand) []float64 {
	odd := []float64{nan, inf, -inf, 0, math.MaxFloat64, -math.MaxFloat64, 5e-324, -5e-324, 1e300, 1}
	out := make([]float64, r.IntN(100))
	kind := r.IntN(4)
	for i := range out {
		switch kind {
		case 0:
			out[i] = odd[r.IntN(len(odd))]
		case 1:
			out[i] = nan
		case 2:
			out[i] = r.NormFloat64() * math.Pow(10, float64(r.IntN(600)-300))
		default:
			out[i] = 1000 + r.Float64()
		}
	}
	return out
}

func exact(t *testing.T, rows [][]Cell, w, h int) {
	t.Helper()
	if len(rows) != max(h, 0) {
		t.Fatalf("%d rows, want %d", len(rows), h)
	}
	for _, r := range rows {
		if len(r) != max(w, 0) {
			t.Fatalf("%d cells, want %d", len(r), w)
		}
	}
}
