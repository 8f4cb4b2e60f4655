package dashboard

import (
	"math"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestFormatValue(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{math.NaN(), UnitSeconds, "–"},
		{math.Inf(1), UnitBytes, "∞"},
		{math.Inf(-1), UnitCount, "-∞"},
		{0, UnitSeconds, "0 s"},
		{0.0000004, UnitSeconds, "0 µs"},
		{0.000412, UnitSeconds, "412 µs"},
		{0.0009996, UnitSeconds, "1.0 ms"},
		{0.0034, UnitSeconds, "3.4 ms"},
		{0.812, UnitSeconds, "812 ms"},
		{0.9996, UnitSeconds, "1.00 s"},
		{1.9, UnitSeconds, "1.90 s"},
		{1.94, UnitSeconds, "1.94 s"},
		{9.996, UnitSeconds, "10 s"},
		{40, UnitSeconds, "40 s"},
		{59.6, UnitSeconds, "1.0 min"},
		{14 * 60, UnitSeconds, "14 min"},
		{3599, UnitSeconds, "1.0 h"},
		{3600 * 26, UnitSeconds, "26 h"},
		{86400 * 3, UnitSeconds, "3.0 d"},
		{86400 * 1e7, UnitSeconds, "1e7 d"},
		{-0.5, UnitSeconds, "-500 ms"},
		{0, UnitBytes, "0 B"},
		{1023, UnitBytes, "1023 B"},
		{1023.7, UnitBytes, "1.0 KiB"},
		{6442450944, UnitBytes, "6.0 GiB"},
		{1048575, UnitBytes, "1.0 MiB"},
		{0, UnitPerSec, "0/s"},
		{0.05, UnitPerSec, "0.05/s"},
		{0.001, UnitPerSec, "<0.01/s"},
		{41, UnitPerSec, "41/s"},
		{41.04, UnitPerSec, "41.0/s"},
		{1280, UnitPerSec, "1.28 k/s"},
		{999.7, UnitPerSec, "1.00 k/s"},
		{123456, UnitPerSec, "123 k/s"},
		{0.75, UnitRatio, "75 %"},
		{0.041, UnitRatio, "4.1 %"},
		{0, UnitPercent, "0 %"},
		{0.001, UnitPercent, "<0.01 %"},
		{0.04, UnitPercent, "0.04 %"},
		{4.1, UnitPercent, "4.1 %"},
		{9.96, UnitPercent, "10 %"},
		{99.96, UnitPercent, "99.9 %"},
		{100, UnitPercent, "100 %"},
		{640, UnitPercent, "640 %"},
		{63, UnitCount, "63"},
		{1234567, UnitCount, "1.23 M"},
		{2.5, UnitNone, "2.50"},
		{999999, UnitCount, "1.00 M"},
		{1e99, UnitBytes, "1e99"},
		{1e30, UnitCount, "1e18 T"},
	} {
		if got := FormatValue(c.v, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

func TestASentenceHasNoZerosThatTellNothing(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{1.9, UnitSeconds, "1.9 s"}, {1, UnitSeconds, "1 s"}, {10, UnitSeconds, "10 s"}, {0.005, UnitSeconds, "5 ms"},
		{3600, UnitSeconds, "1 h"}, {0.3, UnitSeconds, "300 ms"}, {6 << 30, UnitBytes, "6 GiB"}, {100, UnitBytes, "100 B"},
		{1e6, UnitPerSec, "1 M/s"}, {20, UnitPerSec, "20/s"}, {2.5, UnitNone, "2.5"}, {100, UnitNone, "100"}, {0.08, UnitRatio, "8 %"},
		{0.00001, UnitRatio, "<0.01 %"}, {1e99, UnitBytes, "1e99"}, {-2, UnitSeconds, "-2 s"}, {math.NaN(), UnitSeconds, "–"}, {math.Inf(1), UnitBytes, "∞"},
	} {
		if got := SayValue(c.v, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}

func TestNumbersOfOneSizeHaveAsManyDecimals(t *testing.T) {
	for v := 1.0; v < 9.99; v += 0.01 {
		if got := FormatValue(v, UnitSeconds); len(got) != len("1.94 s") {
			t.Fatalf("%v is %q", v, got)
		}
	}
}

// What FormatValue rounds to one text, a few digits more tell apart, in every unit.
func TestFinerNumbersAreToldApart(t *testing.T) {
	if got := FormatFiner(0.0805, UnitSeconds, 1); got != "80.5 ms" {
		t.Error(got)
	}
	for _, unit := range []string{UnitSeconds, UnitBytes, UnitPerSec, UnitRatio, UnitPercent, UnitCount, UnitNone} {
		for e := -2.0; e < 9; e += 0.01 {
			v := math.Pow(10, e)
			if v < 1 && unit == UnitBytes {
				continue
			}
			if a, b := FormatFiner(v, unit, 3), FormatFiner(v*1.002, unit, 3); a == b {
				t.Errorf("%v and %v %s are both %q", v, v*1.002, unit, a)
			}
		}
	}
}

func TestFormattedValueTakesAtMostNineCells(t *testing.T) {
	for _, unit := range []string{UnitSeconds, UnitBytes, UnitPerSec, UnitRatio, UnitPercent, UnitCount, UnitNone} {
		for e := -300.0; e <= 300; e += 0.1 {
			for _, sign := range []float64{1, -1} {
				v := sign * math.Pow(10, e) * 1.2345
				if got := FormatValue(v, unit); ansi.StringWidth(got) > 9 {
					t.Fatalf("%g %s is %q, more than nine cells", v, unit, got)
				}
			}
		}
	}
}

func TestFormatChange(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		now, before float64
		unit        string
		want        string
	}{
		{0.74, 0.1, UnitSeconds, "+640 %"},
		{97, 100, UnitPerSec, "-3 %"},
		{100, 100, UnitCount, "±0 %"},
		{100.1, 100, UnitCount, "±0 %"},
		{0, 0, UnitCount, "±0 %"},
		{5, 0, UnitPerSec, "new"},
		{0, 5, UnitPerSec, "-100 %"},
		{120, 10, UnitCount, "×12"},
		{5e6, 1, UnitCount, "×5.00M"},
		{4.1, 0.5, UnitPercent, "+3.6 pt"},
		{0.75, 0.8, UnitRatio, "-5.0 pt"},
		{0.75, 0.75, UnitRatio, "±0 pt"},
		{nan, 1, UnitCount, ""},
		{1, nan, UnitCount, ""},
		{math.Inf(1), 1, UnitCount, ""},
	} {
		if got := FormatChange(c.now, c.before, c.unit); got != c.want {
			t.Errorf("%v from %v %s is %q, want %q", c.now, c.before, c.unit, got, c.want)
		}
	}
}

func TestFormatAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 1900 * time.Millisecond: "1s", 59 * time.Second: "59s", time.Minute: "1m",
		14 * time.Minute: "14m", 3 * time.Hour: "3h", 47 * time.Hour: "47h", 50 * time.Hour: "2d", math.MaxInt64: "999d",
	} {
		if got := FormatAge(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestPromDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Second: "90s", 24 * time.Hour: "1d",
		1500 * time.Millisecond: "1500ms", 0: "1ms",
	} {
		if got := promDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
