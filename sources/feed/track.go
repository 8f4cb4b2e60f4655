package feed

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
)

const (
	overlap    = 2      // columns asked again, for samples that came late
	maxColumns = 11_000 // Prometheus answers no more
)

// track is the answer to a range query, kept on the grid of its step: column i is at i*step since the epoch.
// Its lines are replaced, never changed: readers hold parts of them.
type track struct {
	step   time.Duration
	wanted time.Duration // the largest window that anybody wants

	filled      bool      // there was an answer; without one, the fields below mean nothing
	first, last int64     // columns that lines hold
	from, to    int64     // columns that were answered; a failure does not move them
	until       time.Time // of column to where that is not over yet; else zero
	lines       []line
	warnings    []string
	views       map[int64]sources.Matrix // by number of columns; for readers
}

type line struct {
	key    string
	labels sources.Labels
	values []float64
}

// part is one stretch of columns, both ends included, and what the server said of it.
type part struct {
	from, to int64
	until    time.Time // of its one column, which is not over yet; else zero
	m        sources.Matrix
}

func gridTime(col int64, step time.Duration) time.Time { return time.Unix(0, col*int64(step)).UTC() }

// gridColumn is the newest column that is not after t.
func gridColumn(t time.Time, step time.Duration) int64 {
	n := t.UnixNano()
	col := n / int64(step)
	if n < 0 && n%int64(step) != 0 {
		col--
	}
	return col
}

// A step may be hours long. What has happened since the last whole one stands in a column of its own, asked as of the
// time it is asked at, and again until it is over: else the newest would be missing where it is looked for.
const (
	longStep   = 2 * time.Minute // from here on; below, the newest column is as good as the present
	unfinished = time.Minute     // between two looks at a column that is not over, at least
)

// newest is the last column that is wanted at a time, and whether it is over then.
func newest(now time.Time, step time.Duration) (col int64, over bool) {
	col = gridColumn(now, step)
	if step <= longStep || gridTime(col, step).Equal(now) {
		return col, true
	}
	return col + 1, false
}

// Newest is the time of the newest column of a range query that is asked at a time.
func Newest(now time.Time, step time.Duration) time.Time {
	if col, over := newest(now, step); over {
		return gridTime(col, step)
	}
	return now
}

// lookEvery is how often a range query of a step is asked.
func lookEvery(step time.Duration) time.Duration {
	if step <= longStep {
		return step
	}
	return min(step, max(step/8, unfinished))
}

// whole is the last answered column that is over.
func (t *track) whole() int64 {
	if t.until.IsZero() {
		return t.to
	}
	return t.to - 1
}

func (t *track) columns() int { return int(t.last-t.first) + 1 }

// reach is the oldest column wanted when end is the newest.
func (t *track) reach(end int64) int64 { return end - int64(t.wanted/t.step) }

// headless tells whether the wanted window begins before what has been answered.
func (t *track) headless(now time.Time) bool {
	if t.step <= 0 || !t.filled {
		return t.step > 0
	}
	col, _ := newest(now, t.step)
	return t.reach(col) < t.from
}

// next is when the grid gets a column that has not been answered, or the unfinished one is to be looked at again.
func (t *track) next() time.Time {
	if !t.filled {
		return time.Time{}
	}
	looked := t.until
	if looked.IsZero() {
		looked = gridTime(t.to, t.step)
	}
	next := gridTime(t.whole()+1, t.step)
	if look := looked.Add(lookEvery(t.step)); look.Before(next) {
		return look
	}
	return next
}

// missing is what has to be asked at the time given: all, or the tail with its overlap, and the head; last what is not
// over yet. End is the newest column that is.
func (t *track) missing(now time.Time) (parts []part, end int64, err error) {
	if t.step <= 0 || t.wanted/t.step >= maxColumns {
		return nil, 0, &sources.Error{
			Source: SourcePrometheus,
			Asked:  "range query",
			Reason: fmt.Sprintf("a window of %v in steps of %v has no drawable number of columns", t.wanted, t.step),
			Advice: "choose a shorter window",
			Kind:   sources.Rejected,
		}
	}
	last, over := newest(now, t.step)
	start := t.reach(last)
	if end = last; !over {
		end--
	}
	add := func(from, to int64) {
		if from <= to {
			parts = append(parts, part{from: from, to: to})
		}
	}
	if whole := t.whole(); !t.filled || whole < start || t.putBack(end) {
		add(start, end)
	} else {
		head := start < t.from
		if end > whole || over && !head { // else only the head is new, or what is not over
			add(max(whole-overlap, start), end)
		}
		if head {
			add(start, t.from-1)
		}
	}
	if !over {
		parts = append(parts, part{from: last, to: last, until: now})
	}
	return parts, end, nil
}

// putBack tells whether the clock was put back since the last answer, when end is the newest column that is over: then
// columns were answered that are still to come, and nothing is kept.
func (t *track) putBack(end int64) bool { return t.filled && end < t.whole()-overlap }

// merge takes answered parts in and drops the columns that nobody wants any more.
func (t *track) merge(got rangeAnswer) {
	if len(got.parts) == 0 {
		return
	}
	fresh := !t.filled || t.putBack(got.end)
	if t.filled = true; fresh {
		t.lines = nil
	}
	from, to, until := t.from, t.to, t.until
	for _, p := range got.parts {
		if fresh || p.from > to+1 || p.to < from-1 {
			from, to, until, fresh = p.from, p.to, p.until, false
			continue
		}
		if p.to >= to {
			until = p.until
		}
		from, to = min(from, p.from), max(to, p.to)
	}
	from = max(from, t.reach(to))
	first := t.reach(to)
	n := int(to-first) + 1

	byKey := map[string]*line{}
	var keys []string
	get := func(key string, labels sources.Labels) *line {
		l := byKey[key]
		if l == nil {
			l = &line{key: key, labels: labels, values: make([]float64, n)}
			for i := range l.values {
				l.values[i] = math.NaN()
			}
			byKey[key] = l
			keys = append(keys, key)
		}
		return l
	}
	asked := func(col int64) bool {
		return slices.ContainsFunc(got.parts, func(p part) bool { return col >= p.from && col <= p.to })
	}
	for _, old := range t.lines {
		l := get(old.key, old.labels)
		for i, v := range old.values {
			if col := t.first + int64(i); col >= from && col <= to && !asked(col) {
				l.values[col-first] = v
			}
		}
	}
	var warnings []string
	for _, p := range got.parts {
		offset := gridColumn(p.m.Start.Add(t.step/2), t.step) // of the server's first column, were it off by rounding
		for _, s := range p.m.Series {
			l := get(s.Labels.Key(), s.Labels)
			for i, v := range s.Values {
				if col := offset + int64(i); col >= max(p.from, first) && col <= p.to {
					l.values[col-first] = v
				}
			}
		}
		for _, w := range p.m.Warnings {
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
	}
	slices.SortFunc(keys, strings.Compare)
	t.lines = make([]line, 0, len(keys))
	for _, k := range keys {
		if l := byKey[k]; !blank(l.values) {
			t.lines = append(t.lines, *l)
		}
	}
	t.first, t.last, t.from, t.to, t.until, t.warnings = first, to, from, to, until, warnings
	t.views = map[int64]sources.Matrix{}
}

// blank tells whether there is no value at all; the newest column is the likeliest to have one.
func blank(values []float64) bool {
	for _, v := range slices.Backward(values) {
		if !math.IsNaN(v) {
			return false
		}
	}
	return true
}

// view is the matrix of the window given, ending at the newest answered column.
func (t *track) view(window time.Duration) sources.Matrix {
	if !t.filled || window < 0 || window/t.step >= maxColumns {
		return sources.Matrix{}
	}
	n := int64(window/t.step) + 1
	if m, ok := t.views[n]; ok {
		return m
	}
	start := t.to - n + 1
	m := sources.Matrix{Start: gridTime(start, t.step), Step: t.step, Columns: int(n), Warnings: t.warnings, Until: t.until}
	for _, l := range t.lines {
		var values []float64
		if start >= t.first {
			values = l.values[start-t.first:]
		} else { // a window that has just grown
			values = make([]float64, 0, n)
			for range t.first - start {
				values = append(values, math.NaN())
			}
			values = append(values, l.values...)
		}
		if !blank(values) {
			m.Series = append(m.Series, sources.Series{Labels: l.labels, Values: values})
		}
	}
	t.views[n] = m
	return m
}

// ask has a server answer the part.
func (p part) ask(ctx context.Context, server Prometheus, expr string, step time.Duration) (sources.Matrix, error) {
	start, end := gridTime(p.from, step), gridTime(p.to, step)
	if p.until.IsZero() {
		return server.Range(ctx, expr, start, end, step)
	}
	v, err := server.Instant(ctx, expr, p.until)
	m := sources.Matrix{Start: start, Step: step, Columns: 1, Warnings: v.Warnings}
	for _, s := range v.Samples {
		value := s.Value
		if math.IsInf(value, 0) { // as in a range
			value = math.NaN()
		}
		m.Series = append(m.Series, sources.Series{Labels: s.Labels, Values: []float64{value}})
	}
	return m, err
}
