package tracing

import (
	"math"
	"testing"
	"time"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// The examples of Newcombe 1998, "Two-sided confidence intervals for the single proportion", method 3.
func TestWilsonGivesThePublishedIntervals(t *testing.T) {
	for _, c := range []struct {
		hits, n   int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if got := wilson(c.hits, c.n); !near(got.Low, c.low, 5e-5) || !near(got.High, c.high, 5e-5) {
			t.Errorf("%d of %d: %.4f, want %.4f to %.4f", c.hits, c.n, got, c.low, c.high)
		}
	}
}

// The examples of Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10.
func TestNewcombeGivesThePublishedIntervals(t *testing.T) {
	for _, c := range []struct {
		hitsA, a, hitsB, b int
		low, high          float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090}, {6, 7, 2, 7, 0.0582, 0.8062}, {5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775}, {0, 10, 0, 10, -0.2775, 0.2775}, {10, 10, 0, 20, 0.6791, 1}, {10, 10, 0, 10, 0.6075, 1},
	} {
		if got := newcombe(c.hitsA, c.a, c.hitsB, c.b); !near(got.Low, c.low, 5e-5) || !near(got.High, c.high, 5e-5) {
			t.Errorf("%d/%d - %d/%d: %.4f, want %.4f to %.4f", c.hitsA, c.a, c.hitsB, c.b, got, c.low, c.high)
		}
	}
}

func TestStudentTGivesTheTabulatedQuantiles(t *testing.T) {
	for _, c := range []struct{ df, want float64 }{
		{3, 3.182446}, {4, 2.776445}, {5, 2.570582}, {6, 2.446912}, {7, 2.364624}, {8, 2.306004}, {9, 2.262157}, {10, 2.228139}, {12, 2.178813},
		{15, 2.131450}, {20, 2.085963}, {25, 2.059539}, {30, 2.042272}, {40, 2.021075}, {60, 2.000298}, {120, 1.979930}, {1000, 1.962339}, {1e6, 1.959966},
	} {
		if got := studentT(c.df); !near(got, c.want, 1e-4*c.want) {
			t.Errorf("%v degrees of freedom: %.6f, want %.6f", c.df, got, c.want)
		}
	}
	for df := 4.0; df < 200; df += 0.25 {
		if studentT(df+0.25) >= studentT(df) {
			t.Fatalf("not falling at %v degrees of freedom", df)
		}
	}
}

func sampled(x ...float64) sample { return sample{len(x), x} }

func TestWelch(t *testing.T) {
	for _, c := range []struct {
		name      string
		a, b      sample
		low, high float64
	}{
		// Equal variances and sizes: 8 degrees of freedom, standard error 1.
		{"equal variances", sampled(1, 2, 3, 4, 5), sampled(11, 12, 13, 14, 15), -10 - 2.306004, -10 + 2.306004},
		// Nearly all of the variance is in one group: its 5 degrees of freedom count, 5.085 to be exact.
		{"variances far apart", sampled(1, 2, 3, 4, 5), sampled(10, 20, 30, 40, 50, 60), -32 - 2.5573*math.Sqrt(0.5+350.0/6), -32 + 2.5573*math.Sqrt(0.5+350.0/6)},
		{"zeros that are left out", sample{5, []float64{5, 5}}, sample{5, []float64{0, 5, 5, 0}}, -3.994116, 3.994116},
		{"no variance", sampled(2, 2, 2, 2, 2), sampled(1, 1, 1, 1, 1), 1, 1},
	} {
		if got := welch(c.a, c.b); !near(got.Low, c.low, 0.01) || !near(got.High, c.high, 0.01) {
			t.Errorf("%s: %v, want %v to %v", c.name, got, c.low, c.high)
		}
	}
}

func TestDurationsInProse(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ns", 640: "640 ns", 1500: "1.5 µs", 640 * time.Microsecond: "640 µs", 999_900: "1 ms", 60 * ms: "60 ms", 640 * ms: "640 ms",
		999600 * time.Microsecond: "1 s", 1236 * ms: "1.24 s", 12 * time.Second: "12 s", 59990 * ms: "1 min 0 s",
		200 * time.Second: "3 min 20 s", 59*time.Minute + 59900*ms: "1 h 0 min", 26*time.Hour + 90*time.Second: "26 h 2 min", -20 * ms: "-20 ms",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
