package tracing

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"dlmon/sources"
)

// check holds what is true of every analysis, and runs all that can be asked about it.
func check(t *testing.T, a, other *Analysis) {
	t.Helper()
	n := len(a.Trace.Spans)
	seen := make(map[*sources.Span]bool, n)
	services := map[string]bool{}
	errors, orphans, roots, skewed := 0, 0, 0, 0
	for i := range a.Nodes {
		r := &a.Nodes[i]
		seen[r.Span] = true
		services[r.Span.Service] = true
		if r.Parent >= i || r.Parent >= 0 && a.Nodes[r.Parent].Depth != r.Depth-1 || r.Parent < 0 && r.Depth != 0 {
			t.Fatalf("row %d at depth %d hangs on row %d", i, r.Depth, r.Parent)
		}
		if r.Self < 0 || r.Self > r.length() || r.Offset < 0 || r.End() > a.Duration || r.Critical < 0 || r.Critical > r.length() {
			t.Fatalf("row %d: offset %v, length %v, self %v, critical %v in a trace of %v", i, r.Offset, r.length(), r.Self, r.Critical, a.Duration)
		}
		errors += count(r.Span.Error)
		orphans += count(r.Orphan)
		roots += count(r.Parent < 0)
		skewed += count(r.Skew)
	}
	if len(a.Nodes) != n || len(seen) != n {
		t.Fatalf("%d rows of %d different spans, want %d", len(a.Nodes), len(seen), n)
	}
	if errors != a.Errors || orphans != a.Orphans || roots != a.Roots || skewed != a.Skewed || len(services) != len(a.Services) {
		t.Fatalf("counted %d errors, %d orphans, %d roots, %d skewed, %d services", a.Errors, a.Orphans, a.Roots, a.Skewed, len(a.Services))
	}
	checkPath(t, a)

	counted := 0
	for i, f := range a.Flame() {
		counted += f.Count
		if f.Parent >= i || f.Count == 0 || f.First < 0 || f.First >= n {
			t.Fatalf("box %d: %+v", i, f)
		}
	}
	if counted != n {
		t.Fatalf("the flame graph has %d spans of %d", counted, n)
	}
	countA, countB := 0, 0
	for _, c := range Compare(a, other) {
		countA, countB = countA+c.CountA, countB+c.CountB
		if (c.RowA >= 0) != (c.CountA > 0) || (c.RowB >= 0) != (c.CountB > 0) {
			t.Fatalf("compared %+v", c)
		}
	}
	if countA != n || countB != len(other.Nodes) {
		t.Fatalf("compared %d and %d spans, want %d and %d", countA, countB, n, len(other.Nodes))
	}
	for _, c := range Compare(a, a) {
		if c.CountA != c.CountB || c.TotalA != c.TotalB || c.SelfA != c.SelfB || c.RowA != c.RowB {
			t.Fatalf("compared with itself: %+v", c)
		}
	}
	counted = 0
	for _, o := range Operations([]*Analysis{a}) {
		counted += o.Count
		if o.Min > o.P50 || o.P50 > o.P95 || o.P95 > o.Max || o.Avg < o.Min || o.Avg > o.Max || o.Traces != 1 {
			t.Fatalf("operation %+v", o)
		}
	}
	if counted != n {
		t.Fatalf("operations have %d spans of %d", counted, n)
	}
	if got := len(Causes([]*Analysis{a})); got != min(a.Errors, 1) {
		t.Fatalf("%d causes of %d errors", got, a.Errors)
	}
	Calls([]*Analysis{a, other})
	var durations []time.Duration
	for i := range a.Nodes {
		durations = append(durations, a.Nodes[i].Span.Duration)
	}
	if slow, ok := SplitSlow(durations); ok {
		above := 0
		for _, d := range durations {
			above += count(d >= slow)
		}
		if !slices.Contains(durations, slow) || above > n/2 {
			t.Fatalf("%v splits %d of %d off", slow, above, n)
		}
	}
	same := []*Analysis{a, a, a, a, a}
	if d := Differ(same, same); len(d.Tags)+len(d.Operations) > 0 || d.Silent == "" || d.Sentence("", "") == "" {
		t.Fatalf("differs from itself: %+v", d)
	}
	others := []*Analysis{other, other, other, other, other}
	d := Differ(same, others)
	d.Sentence("these", "those")
	for _, x := range d.Tags {
		if !(x.Interval.Low <= x.Delta && x.Delta <= x.Interval.High) || !x.Interval.says() {
			t.Fatalf("difference %+v", x)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spansFrom makes spans of bytes, eight for each.
func spansFrom(data []byte) sources.Trace {
	t := sources.Trace{ID: "ab"}
	starts := []time.Time{{}, time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2900, 1, 1, 0, 0, 0, 0, time.UTC)}
	lengths := []time.Duration{math.MaxInt64, math.MinInt64, math.MaxInt64 / 2, -1, 1}
	for ; len(data) >= 8 && len(t.Spans) < 200; data = data[8:] {
		what, start, length := data[2], binary.LittleEndian.Uint16(data[3:]), binary.LittleEndian.Uint16(data[5:])
		s := sources.Span{TraceID: t.ID, SpanID: fmt.Sprint(data[0]), Service: fmt.Sprint(what & 3), Operation: fmt.Sprint(what >> 2 & 3),
			Error: what&16 > 0, Start: epoch.Add(time.Duration(start) * time.Millisecond), Duration: time.Duration(length) * time.Millisecond}
		if data[1] > 0 {
			s.ParentID = fmt.Sprint(data[1])
		}
		if what&32 > 0 {
			s.References = []sources.Reference{{TraceID: t.ID, SpanID: s.ParentID, Follows: what&64 > 0}}
		}
		if what&128 > 0 {
			s.Start = starts[int(start)%len(starts)].Add(time.Duration(start))
			s.Duration = lengths[int(length)%len(lengths)]
		}
		s.Tags = []sources.Tag{{Key: fmt.Sprint("k", data[7]&7), Value: fmt.Sprint(data[7] >> 3)}}
		t.Spans = append(t.Spans, s)
	}
	return t
}

func FuzzAnalyze(f *testing.F) {
	f.Add([]byte{}, []byte{})
	f.Add([]byte("\x01\x00\x00\x00\x00\x64\x00\x00\x02\x01\x00\x0a\x00\x28\x00\x00\x03\x02\x31\x14\x00\xff\x00\x00"), []byte("\x01\x01\x10\x00\x00\x64\x00\x09"))
	f.Add([]byte("\x01\x02\x90\x01\x00\x00\x00\x00\x02\x01\x80\x02\x00\x01\x00\x00\x01\x02\x81\x03\x00\x02\x00\x00"), []byte("\x01\x00\xff\x00\x00\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		check(t, Analyze(spansFrom(a)), Analyze(spansFrom(b)))
	})
}
