package trace

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources/tracing"
)

// window is the stretch of a trace's time that the bars show, as offsets from the trace's start.
type window struct{ from, to time.Duration }

// length is at least a nanosecond: it is divided by.
func (w window) length() float64 { return max(1, float64(w.to)-float64(w.from)) }

// cell is the cell of width in which an offset lies; it may lie outside.
func (w window) cell(at time.Duration, width int) float64 {
	return (float64(at) - float64(w.from)) / w.length() * float64(width)
}

// at is the offset at which cell x of width begins.
func (w window) at(x, width int) time.Duration {
	f := float64(w.from) + w.length()*float64(x)/float64(width)
	if f >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(f)
}

// ending is the offset of a span's end; it saturates.
func ending(n *tracing.Node) time.Duration {
	d := max(n.Span.Duration, 0)
	if n.Offset > math.MaxInt64-d {
		return math.MaxInt64
	}
	return n.Offset + d
}

// tickWidth is the cells that a tick of the axis should have.
const tickWidth = 11

// axis is the time of the window in cells: each tick's label begins where its time is.
func (w window) axis(width int) string {
	step := tickStep(min(w.length()*tickWidth/float64(max(width, 1)), w.length()/2.5))
	var b strings.Builder
	at := 0
	first := math.Ceil(float64(w.from) / step)
	for i := range width {
		t := (first + float64(i)) * step
		if t > float64(w.to) || t >= math.MaxInt64 {
			break
		}
		x := int(w.cell(time.Duration(t), width))
		label := tickLabel(t, step, float64(w.to))
		n := ansi.StringWidth(label)
		if x+n > width {
			break
		}
		if x < at {
			continue
		}
		b.WriteString(strings.Repeat(" ", x-at) + label)
		if at = x + n; at < width {
			b.WriteByte(' ')
			at++
		}
	}
	return b.String() + strings.Repeat(" ", max(0, width-at))
}

// longSteps are the round steps from a minute on, where they are not tenfold.
var longSteps = [...]time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// tickStep is the least round step of at least the nanoseconds given.
func tickStep(least float64) float64 {
	unit := 1.0
	switch {
	case least > float64(longSteps[len(longSteps)-1]):
		unit = float64(24 * time.Hour)
	case least > float64(30*time.Second):
		for _, s := range longSteps {
			if float64(s) >= least {
				return float64(s)
			}
		}
	}
	for base := unit; ; base *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if base*m >= least {
				return base * m
			}
		}
	}
}

// tickLabel writes an offset with as many digits as the step tells apart, in the unit that fits the end of the axis.
func tickLabel(at, step, end float64) string {
	units := []struct {
		ns   float64
		name string
	}{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1, " ns"}}
	switch {
	case step >= float64(24*time.Hour):
		return strconv.FormatFloat(at/float64(24*time.Hour), 'f', 0, 64) + " d"
	case step >= float64(time.Hour):
		return strconv.FormatFloat(at/float64(time.Hour), 'f', 0, 64) + " h"
	case step >= float64(time.Minute):
		return strconv.FormatFloat(at/float64(time.Minute), 'f', 0, 64) + " min"
	case step >= 1e9:
		units = units[:1]
	}
	for i, u := range units {
		if end >= u.ns || i == len(units)-1 {
			digits := max(0, int(math.Ceil(-math.Log10(step/u.ns)-1e-9)))
			return strconv.FormatFloat(at/u.ns, 'f', digits, 64) + u.name
		}
	}
	return ""
}
