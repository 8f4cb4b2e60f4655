package chart

import (
	"strings"
	"testing"
	"time"
)

func textOf(cells []Cell) string {
	return Paint(cells, func(_ Ink, s string) string { return s })
}

func TestEventsStandOnTheAxisWhereTheyHappened(t *testing.T) {
	start := time.Date(2026, 3, 14, 13, 0, 0, 0, time.UTC)
	axis := TimeAxis{Start: start, End: start.Add(time.Hour), Rule: true, Events: []Event{
		{At: start, Sign: 'a', Ink: Note},
		{At: start.Add(30 * time.Minute), Sign: 'b', Ink: Critical, Rank: 2},
		{At: start.Add(30*time.Minute + time.Second), Sign: 'c', Ink: OK, Rank: 1}, // behind b
		{At: start.Add(time.Hour), Sign: 'd', Ink: Warn},
		{At: start.Add(-time.Second), Sign: 'x'}, {At: start.Add(61 * time.Minute), Sign: 'x'}, // not in the window
	}}
	for width := 8; width <= 120; width++ {
		rule := axis.rows(3, width, '+', '-', '|')[0]
		line := textOf(rule)[3:]
		if line[0] != 'a' || line[(width-1)/2] != 'b' && line[width/2] != 'b' || line[width-1] != 'd' || strings.ContainsAny(line, "cx") {
			t.Fatalf("%d: %q", width, line)
		}
	}
}

func TestAMarkIsNeverMovedOrHiddenByALabelAndOneLabelStays(t *testing.T) {
	start := time.Date(2026, 3, 14, 13, 0, 0, 0, time.UTC)
	for width := 12; width <= 100; width++ {
		for m := 0; m <= 60; m++ {
			at := start.Add(time.Duration(m) * time.Minute)
			axis := TimeAxis{Start: start, End: start.Add(time.Hour), Events: []Event{{At: at, Sign: '!', Ink: Warn}}}
			line := textOf(axis.rows(2, width, '+', '-', '|')[0])
			if !strings.Contains(line, ":") {
				t.Fatalf("%d, %d min: no label in %q", width, m, line)
			}
			x := 2 + axis.column(at, width)
			if line[x] != '!' && width >= 30 {
				t.Fatalf("%d, %d min: no mark at %d in %q", width, m, x, line)
			}
		}
	}
}

// What a click picks is where it is drawn, and the first and the last column can be picked.
func TestAnAreasColumnIsTheInverseOfColumn(t *testing.T) {
	for width := 2; width <= 120; width += 3 {
		for columns := 2; columns <= 150; columns += 7 {
			a := Area{Left: 7, Width: width, Columns: columns}
			for i := range columns {
				x := 7 + Column(i, columns, width)
				if got := Column(a.Column(x), columns, width) + 7; got != x {
					t.Fatalf("%d columns in %d cells: column %d stands at %d, which picks what stands at %d", columns, width, i, x, got)
				}
			}
			if first, last := a.Column(0), a.Column(500); first > columns/width || last < columns-1-columns/width {
				t.Errorf("%d columns in %d cells: the edges are %d and %d", columns, width, first, last)
			}
		}
	}
}

func TestASelectedStretchIsSeenOverItsWholeHeight(t *testing.T) {
	values := [][]float64{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
	var area Area
	rows := Lines(values, 40, 8, Frame{Cursor: -1, Bucket: -1, Select: Stretch{From: 7, To: 3, On: true}, Area: &area})
	from, to := area.Left+Column(3, 10, area.Width), area.Left+Column(7, 10, area.Width)
	for y := range area.Height {
		for x, c := range rows[y] {
			if selected := c.Ink == Cursor; selected != (x >= from && x <= to) {
				t.Fatalf("row %d, cell %d: selected %v", y, x, selected)
			}
		}
	}
}
