package feed

import (
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

	filled      bool  // there was an answer; without one, the fields below mean nothing
	first, last int64 // columns that lines hold
	from, to    int64 // columns that were answered; a failure does not move them
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

func (t *track) columns() int { return int(t.last-t.first) + 1 }

// reach is the oldest column wanted when end is the newest.
func (t *track) reach(end int64) int64 { return end - int64(t.wanted/t.step) }

// headless tells whether the wanted window begins before what has been answered.
func (t *track) headless(now time.Time) bool {
	return t.step > 0 && (!t.filled || t.reach(gridColumn(now, t.step)) < t.from)
}

// next is when the grid gets a column that has not been answered.
func (t *track) next() time.Time {
	if !t.filled {
		return time.Time{}
	}
	return gridTime(t.to+1, t.step)
}

// missing is what has to be asked at the time given: all, or the tail with its overlap, and the head.
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
	end = gridColumn(now, t.step)
	start := t.reach(end)
	if !t.filled || t.to < start {
		return []part{{from: start, to: end}}, end, nil
	}
	parts = []part{{from: max(t.to-overlap, start), to: end}}
	if start < t.from {
		parts = append(parts, part{from: start, to: t.from - 1})
		if end <= t.to { // only the head is new
			parts = parts[1:]
		}
	}
	return parts, end, nil
}

// merge takes answered parts in and drops the columns that nobody wants any more.
func (t *track) merge(got rangeAnswer) {
	if len(got.parts) == 0 {
		return
	}
	fresh := !t.filled
	t.filled = true
	from, to := t.from, t.to
	for _, p := range got.parts {
		if fresh || p.from > to+1 || p.to < from-1 {
			from, to, fresh = p.from, p.to, false
			continue
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
	t.first, t.last, t.from, t.to, t.warnings = first, to, from, to, warnings
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
	m := sources.Matrix{Start: gridTime(start, t.step), Step: t.step, Columns: int(n), Warnings: t.warnings}
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
