package dashboard

// Numbers as an operator reads them: three digits at most that matter, a unit, at most nine cells. Where numbers stand
// below each other or change in place (FormatValue), those of one size have one number of decimals: 1.90 s below 1.94 s.
// Where a sentence or a bound says one (SayValue), it has no zeros that tell nothing: 1.9 s, 5 ms.

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// None is what stands for a value that isn't there.
const None = "–"

// FormatValue writes v, given in unit, with sensible digits and scale: "812 ms", "6.0 GiB", "1.28 k/s", "4.1 %". It
// takes at most nine cells. NaN is "–".
func FormatValue(v float64, unit string) string { return FormatFiner(v, unit, 0) }

// FormatFiner is FormatValue with more digits than it, for values that must not read alike: on an axis of 79 to 82 ms.
// Each digit may take a cell.
func FormatFiner(v float64, unit string, more int) string {
	if math.IsNaN(v) {
		return None
	}
	if v < 0 {
		return "-" + FormatFiner(-v, unit, more)
	}
	if math.IsInf(v, 0) {
		return "∞"
	}
	if v >= 1e60 {
		return exponent(v) // past any unit
	}
	switch unit {
	case UnitSeconds:
		return formatSeconds(v, more)
	case UnitBytes:
		return scaled(v, 1024, []string{" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"}, more)
	case UnitPerSec:
		return scaled(v, 1000, []string{"/s", " k/s", " M/s", " G/s", " T/s"}, more)
	case UnitRatio:
		return formatPercent(v*100, more)
	case UnitPercent:
		return formatPercent(v, more)
	}
	return scaled(v, 1000, []string{"", " k", " M", " G", " T"}, more)
}

// SayValue is FormatValue as a sentence has it: "5 ms", "1.9 s".
func SayValue(v float64, unit string) string {
	text := FormatValue(v, unit)
	n := strings.LastIndexAny(text, "0123456789") + 1
	number := text[:n]
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + text[n:]
}

// SayDuration writes a duration like SayValue does seconds: "14 min", "1 h".
func SayDuration(d time.Duration) string { return SayValue(d.Seconds(), UnitSeconds) }

// FormatBucket writes the bounds of a histogram's bucket: "100 ms to 500 ms", "up to 10 ms", "more than 5 s".
func FormatBucket(lower, upper float64, unit string) string {
	switch {
	case math.IsInf(upper, 1):
		return "more than " + SayValue(lower, unit)
	case lower <= 0:
		return "up to " + SayValue(upper, unit)
	}
	return SayValue(lower, unit) + " to " + SayValue(upper, unit)
}

// exponent is v as a power of ten in as few cells as can be: "1e18".
func exponent(v float64) string {
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', 0, 64), "e")
	return mantissa + "e" + strings.TrimLeft(e, "+0")
}

// scaled writes v with the first unit that leaves it below base.
func scaled(v, base float64, units []string, more int) string {
	i := 0
	// What would round up to base is written in the next unit: 1 k/s, not 1000/s.
	for i < len(units)-1 && v >= base-0.5 {
		v /= base
		i++
	}
	if v >= base*10 {
		return exponent(v) + units[i]
	}
	// A whole number is exact in its own unit; a tenth of a byte is not worth a cell.
	if i == 0 && (v == math.Trunc(v) || units[0] == " B" && more == 0) {
		return strconv.FormatFloat(v, 'f', 0, 64) + units[0]
	}
	digits := 2
	switch {
	case v >= 99.95:
		digits = 0
	case v >= 9.995, base == 1024:
		digits = 1
	}
	if i == 0 && v > 0 && v < 0.005 && more == 0 {
		return "<0.01" + units[0]
	}
	return strconv.FormatFloat(v, 'f', digits+more, 64) + units[i]
}

func formatPercent(v float64, more int) string {
	fixed := func(digits int) string { return strconv.FormatFloat(v, 'f', digits+more, 64) + " %" }
	switch {
	case v == 0:
		return "0 %"
	case v < 0.005 && more == 0:
		return "<0.01 %"
	case v < 0.095:
		return fixed(2)
	case v < 9.95:
		return fixed(1)
	case v >= 99 && v < 100:
		// Rounding must not call 99.96 % whole.
		tenths := math.Pow10(1 + more)
		v = math.Floor(v*tenths) / tenths
		return fixed(1)
	case v >= 1e5:
		return scaled(v, 1000, []string{"", " k", " M", " G", " T"}, more) + "%"
	}
	return fixed(0)
}

func formatSeconds(v float64, more int) string {
	fixed := func(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits+more, 64) }
	short := func(v float64, unit string) string {
		if v < 9.95 {
			return fixed(v, 1) + unit
		}
		return fixed(v, 0) + unit
	}
	switch {
	case v == 0:
		return "0 s"
	case v < 0.0009995:
		return fixed(v*1e6, 0) + " µs"
	case v < 0.00995:
		return fixed(v*1e3, 1) + " ms"
	case v < 0.9995:
		return fixed(v*1e3, 0) + " ms"
	case v < 9.995:
		return fixed(v, 2) + " s"
	case v < 59.5:
		return fixed(v, 0) + " s"
	case v < 3600-30:
		return short(v/60, " min")
	case v < 48*3600:
		return short(v/3600, " h")
	case v < 1e5*86400:
		return short(v/86400, " d")
	}
	return exponent(v/86400) + " d"
}

// FormatDuration writes a duration like FormatValue does seconds: "812 ms", "14 min".
func FormatDuration(d time.Duration) string { return FormatValue(d.Seconds(), UnitSeconds) }

// FormatAge writes how old something is, in whole units and at most four cells: "2s", "14m", "3h", "2d". What is from
// the future (clocks differ) is "0s".
func FormatAge(d time.Duration) string {
	n, unit := int64(max(d, 0)/time.Second), "s"
	switch {
	case n >= 48*3600:
		n, unit = min(n/86400, 999), "d"
	case n >= 3600:
		n, unit = n/3600, "h"
	case n >= 60:
		n, unit = n/60, "m"
	}
	return strconv.FormatInt(n, 10) + unit
}

// FormatChange writes how now differs from before: "+640 %", for a ratio or a percentage "+3.6 pt", beyond tenfold
// "×12". It is "" when either is unknown and "new" when there was nothing before.
func FormatChange(now, before float64, unit string) string {
	if bad(now) || bad(before) {
		return ""
	}
	if unit == UnitRatio || unit == UnitPercent {
		if unit == UnitRatio {
			now, before = now*100, before*100
		}
		return signed(now-before, 1) + " pt"
	}
	switch {
	case now == before:
		return "±0 %"
	case before == 0:
		return "new"
	case now/before >= 10:
		return "×" + scaled(math.Round(now/before), 1000, []string{"", "k", "M", "G"}, 0)
	}
	return signed((now-before)/math.Abs(before)*100, 0) + " %"
}

func signed(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	switch {
	case strings.Trim(s, "-0.") == "":
		return "±0"
	case v > 0:
		return "+" + s
	}
	return s
}

func bad(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// promDuration writes a duration as PromQL takes it: "5m", "1h", "90s".
func promDuration(d time.Duration) string {
	for _, u := range []struct {
		d time.Duration
		s string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d >= u.d && d%u.d == 0 {
			return strconv.FormatInt(int64(d/u.d), 10) + u.s
		}
	}
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + "ms"
}
