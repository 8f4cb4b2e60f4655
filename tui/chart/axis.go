package chart

import (
	"time"

	"github.com/charmbracelet/x/ansi"
)

// TimeAxis labels the columns under a plot.
type TimeAxis struct {
	Start, End time.Time      // of the first and of the last column
	Zone       *time.Location // nil is UTC
	Rule       bool           // a line with ticks above the labels
	Events     []Event        // what is marked on the axis
	Picked     time.Time      // Scatter: a time that is marked by a line; zero: none
}

// Event is one thing that happened. Where several fall on one column, the one of the highest rank is seen.
type Event struct {
	At   time.Time
	Sign rune // one cell wide
	Ink  Ink
	Rank int
}

// column is where a time stands among width cells; -1: not on the axis.
func (a TimeAxis) column(t time.Time, width int) int {
	span := a.End.Sub(a.Start)
	if span <= 0 || t.Before(a.Start) || t.After(a.End) {
		return -1
	}
	return int(float64(t.Sub(a.Start))/float64(span)*float64(max(width-1, 0)) + 0.5)
}

// mark puts the events' signs into a row whose plot begins after left cells.
func (a TimeAxis) mark(row []Cell, left, width int) {
	ranks := map[int]int{}
	for _, e := range a.Events {
		x := a.column(e.At, width)
		if x < 0 || x >= width {
			continue
		}
		if rank, taken := ranks[x]; !taken || e.Rank >= rank {
			ranks[x] = e.Rank
			row[left+x] = Cell{e.Sign, e.Ink}
		}
	}
}

// Lines is how many lines the axis takes: 0 when there is no time to show.
func (a TimeAxis) lines() int {
	switch {
	case !a.End.After(a.Start):
		return 0
	case a.Rule:
		return 2
	}
	return 1
}

// gridTicks are the distances between labels that are easily read.
var gridTicks = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// labelling is the distance between labels under a plot of width cells, and how they are written: so that no two of them
// read alike. wall is how far the clock on the wall goes on in span.
func labelling(span, wall time.Duration, width int) (step time.Duration, format string) {
	for _, step = range gridTicks {
		switch {
		case span <= 5*time.Minute, step < time.Minute:
			format = "15:04:05"
		case wall <= 24*time.Hour:
			format = "15:04"
		case span <= 4*24*time.Hour:
			format = "Mon 15:04"
		case step < 24*time.Hour:
			format = "Jan 2 15:04"
		default:
			format = "Jan 2"
		}
		if int(float64(width)*float64(step)/float64(span)) >= len(format)+4 {
			break
		}
	}
	return step, format
}

// rows draws the axis under a plot of width cells that starts after left cells.
func (a TimeAxis) rows(left, width int, corner, line, tick rune) [][]Cell {
	if a.lines() == 0 {
		return nil
	}
	zone := a.Zone
	if zone == nil {
		zone = time.UTC
	}
	span := a.End.Sub(a.Start)
	rule, labels := blanks(left+width), blanks(left+width)
	if left > 0 {
		rule[left-1] = Cell{corner, Axis}
	}
	for i := range width {
		rule[left+i] = Cell{line, Axis}
	}
	_, offset := a.Start.In(zone).Zone()
	_, last := a.End.In(zone).Zone()
	step, format := labelling(span, span+time.Duration(last-offset)*time.Second, width)
	if !a.Rule {
		a.mark(labels, left, width)
	}
	// Ticks stand on the wall clock of the zone. Where it is set back an hour comes twice, and ticks within an hour do so
	// too: they keep the offset of the start.
	shift := time.Duration(offset) * time.Second
	first := a.Start.UTC().Add(shift).Truncate(step)
	at := func(wall time.Time) (t time.Time, text string) {
		if step > time.Hour {
			return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), 0, 0, 0, zone), wall.Format(format)
		}
		t = wall.Add(-shift)
		return t, t.In(zone).Format(format)
	}
	// A mark stands where it belongs, and a label that it would break is left out; but one label there must be.
	label := func(over bool) (n int) {
		free := 0
		every := max(step, (span / time.Duration(max(width, 1))).Truncate(step)) // more would share columns; span is 292 years at most
		for i, wall := 0, first; i <= 2*width; i, wall = i+1, wall.Add(every) {
			t, text := at(wall)
			if t.After(a.End) {
				break
			}
			x := a.column(t, width)
			if x < 0 {
				continue
			}
			x += left
			w := ansi.StringWidth(text)
			if x < left+width {
				rule[x] = Cell{tick, Axis}
			}
			from := max(x-w/2, left+min(left, 1))
			if from < free || from+w > left+width || !over && !blank(labels[from:from+w]) {
				continue
			}
			write(labels, from, text, Label)
			free = from + w + 1
			n++
		}
		return n
	}
	if label(false) == 0 {
		label(true)
	}
	if a.Rule {
		a.mark(rule, left, width)
		return [][]Cell{rule, labels}
	}
	if left > 0 {
		if labels[left-1].Rune == ' ' {
			labels[left-1] = Cell{corner, Axis}
		}
	}
	return [][]Cell{labels}
}

func blank(cells []Cell) bool {
	for _, c := range cells {
		if c.Rune != ' ' {
			return false
		}
	}
	return true
}
