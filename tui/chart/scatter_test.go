package chart

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

var scatterAt = time.Date(2026, 3, 14, 14, 0, 0, 0, time.UTC)

func scatterFrame(ascii bool) Frame {
	return Frame{ASCII: ascii, Format: func(v float64) string { return fmt.Sprintf("%g", v) },
		Time: TimeAxis{Start: scatterAt, End: scatterAt.Add(time.Hour)}}
}

func textLines(rows [][]Cell) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = Paint(r, func(_ Ink, s string) string { return s })
	}
	return out
}

func dot(minute int, y float64, kind int) Dot {
	return Dot{At: scatterAt.Add(time.Duration(minute) * time.Minute), Y: y, Kind: kind}
}

func TestAScatterStandsOnALogarithmicScaleWithReadableLabels(t *testing.T) {
	rows := textLines(Scatter([]Dot{dot(0, 0.011, 0), dot(30, 0.1, 0), dot(60, 0.95, 0)}, -1, 60, 14, []string{"o", "x"}, scatterFrame(false)))
	for y, want := range map[int]string{0: "1 ┤", 6: "0.1 ┤", 12: "0.01 ┤"} {
		if !strings.Contains(rows[y], want) {
			t.Errorf("line %d has no %q:\n%s", y, want, strings.Join(rows, "\n"))
		}
	}
	at := func(line string) int {
		return strings.IndexFunc(line, func(r rune) bool { return r > 0x2800 && r < 0x2900 })
	}
	if at(rows[0]) < at(rows[6]) || at(rows[6]) < at(rows[12]) || at(rows[12]) < 0 {
		t.Errorf("three dots on a rising line are not drawn so:\n%s", strings.Join(rows, "\n"))
	}
	if !strings.Contains(rows[13], "14:30") {
		t.Errorf("no time axis: %q", rows[13])
	}
}

func TestTheHigherKindWinsACellAndACrowdLooksDense(t *testing.T) {
	crowd := func(ascii bool, dots ...Dot) string {
		return strings.Join(textLines(Scatter(dots, -1, 30, 5, []string{"o", "x", "*"}, scatterFrame(ascii))), "\n")
	}
	if got := crowd(false, dot(30, 1, 1), dot(30, 1, 0), dot(30, 1, 2), dot(30, 1, 1)); !strings.Contains(got, "*") || strings.Contains(got, "x") {
		t.Errorf("the highest kind is not what is seen:\n%s", got)
	}
	for n, want := range map[int]string{1: ".", 2: ":", 3: ":", 4: "#", 50: "#"} {
		var dots []Dot
		for range n {
			dots = append(dots, dot(30, 1, 0))
		}
		if got := crowd(true, dots...); !strings.Contains(strings.SplitN(got, "\n", 5)[2]+strings.SplitN(got, "\n", 5)[1], want) {
			t.Errorf("%d in one cell are not drawn as %q:\n%s", n, want, got)
		}
	}
}

func TestThePickedDotIsMarkedWhateverItsKind(t *testing.T) {
	for kind, sign := range []rune{'o', 'x'} {
		rows := Scatter([]Dot{dot(10, 1, 0), dot(30, 0.1, kind)}, 1, 40, 6, []string{"o", "x"}, scatterFrame(true))
		found := 0
		for _, row := range rows {
			for _, c := range row {
				if c.Ink == Cursor {
					found++
					if c.Rune != sign {
						t.Errorf("kind %d is picked as %q", kind, c.Rune)
					}
				}
			}
		}
		if found != 1 {
			t.Errorf("kind %d: %d cells are marked", kind, found)
		}
		if lines := textLines(rows); !strings.Contains(lines[0], " | ") {
			t.Errorf("nothing leads from the picked dot to the axis:\n%s", strings.Join(lines, "\n"))
		}
	}
}

func TestAScatterIsAsLargeAsAskedForWhateverItIsGiven(t *testing.T) {
	far := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, dots := range map[string][]Dot{
		"none": nil, "zero": {dot(1, 0, 0)}, "negative": {dot(1, -1, 0)}, "one": {dot(1, 1, 0)}, "equal": {dot(1, 1, 0), dot(2, 1, 0)},
		"not finite": {dot(1, math.NaN(), 0), dot(1, math.Inf(1), 1), dot(1, math.Inf(-1), 0)},
		"extreme":    {dot(1, math.SmallestNonzeroFloat64, 0), dot(1, math.MaxFloat64, 0), dot(2, 1e-290, 0), dot(2, 1e290, 0)},
		"far":        {{At: far, Y: 1}, {At: far.AddDate(900, 0, 0), Y: 2, Kind: 9}, {Y: 3, Kind: -4}},
	} {
		for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 2}, {12, 3}, {40, 5}, {100, 20}} {
			for picked := -2; picked <= len(dots); picked++ {
				f := scatterFrame(false)
				rows := Scatter(dots, picked, size[0], size[1], []string{"o", "x"}, f, 0, math.NaN())
				if len(rows) != size[1] {
					t.Fatalf("%s: %d rows of %d", name, len(rows), size[1])
				}
				for _, l := range textLines(rows) {
					if ansi.StringWidth(l) != size[0] {
						t.Fatalf("%s: %d cells of %d: %q", name, ansi.StringWidth(l), size[0], l)
					}
				}
			}
		}
	}
}
