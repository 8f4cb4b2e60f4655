// Package sources is the contract between dlmon's clients, its feed and its screens:
// the values a monitoring server can hold, free of any client library and of any I/O.
package sources

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Labels name a series, an alert or a target. Names and values are already sanitised (see Clean).
// A Labels value is never changed once it has left the client that made it.
type Labels map[string]string

// Key is a canonical form of l, equal for equal label sets: names sorted, values quoted.
func (l Labels) Key() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(l)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(l[name]))
	}
	return b.String()
}

// Without returns a copy of l that lacks the given names.
func (l Labels) Without(names ...string) Labels {
	c := maps.Clone(l)
	for _, n := range names {
		delete(c, n)
	}
	return c
}

// Altered are the names, cleaned, of the labels in set whose name or value Clean changes, in their order; nil for none.
func Altered[K, V ~string](set map[K]V) []string {
	var names []string
	for k, v := range set {
		if name := CleanName(string(k)); name != string(k) || Clean(string(v)) != string(v) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Sample is one value of an instant query. NaN is kept; ±Inf is kept too (a histogram bucket's bound is a
// label, but a ratio may be infinite) and must be guarded by whoever draws it.
type Sample struct {
	Labels Labels
	Value  float64
}

// Vector is the answer to an instant query, in the server's order.
type Vector struct {
	Samples  []Sample
	At       time.Time // the evaluation time
	Warnings []string  // warnings and infos of the server, sanitised
}

// Series is one line of a range query: one value per step of the Matrix it belongs to, NaN where there is none.
type Series struct {
	Labels Labels
	Values []float64
}

// Matrix is the answer to a range query on a fixed grid: column i is at Start + i*Step. Every series has
// Columns values. Series are ordered by Labels.Key, so that a refresh never shuffles colours.
type Matrix struct {
	Start    time.Time
	Step     time.Duration
	Columns  int
	Series   []Series
	Warnings []string
	// Until is the time of the last column where that is not over yet: its place on the grid is still to come. Else zero.
	Until time.Time
}

// End is the time of the last column; Start when there is none.
func (m Matrix) End() time.Time { return m.Time(max(m.Columns-1, 0)) }

// Time is the time of column i.
func (m Matrix) Time(i int) time.Time {
	if i == m.Columns-1 && !m.Until.IsZero() {
		return m.Until
	}
	return m.Start.Add(time.Duration(i) * m.Step)
}

// Whole is the time of the last column that is over.
func (m Matrix) Whole() time.Time {
	n := m.Columns - 1
	if !m.Until.IsZero() {
		n--
	}
	return m.Start.Add(time.Duration(max(n, 0)) * m.Step)
}

// Stats sums up one series' values, leaving out NaN and ±Inf. N counts the values taken; with N 0 the rest is NaN.
type Stats struct {
	N                   int
	Last, Min, Max, Avg float64
}

// Summarize returns the statistics of values in their order of time.
func Summarize(values []float64) Stats {
	s := Stats{Last: math.NaN(), Min: math.NaN(), Max: math.NaN(), Avg: math.NaN()}
	sum := 0.0
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if s.N == 0 || v < s.Min {
			s.Min = v
		}
		if s.N == 0 || v > s.Max {
			s.Max = v
		}
		s.N++
		s.Last = v
		sum += v
	}
	if s.N > 0 {
		s.Avg = sum / float64(s.N)
	}
	return s
}
