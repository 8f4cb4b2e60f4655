package tracegen

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"dlmon/sources"
)

func TestTheSameOptionsGiveTheSameTrace(t *testing.T) {
	o := Options{Spans: 500, Seed: 7}
	if !reflect.DeepEqual(Trace(o), Trace(o)) {
		t.Error("two traces of the same options differ")
	}
	if !reflect.DeepEqual(Traces(2, o)[1], Trace(Options{Spans: 500, Seed: 8})) {
		t.Error("the second trace isn't that of the next seed")
	}
	if a, b := Hostile(3), Hostile(3); len(a) != len(b) || a[3].Name != b[3].Name || !reflect.DeepEqual(a[3].Trace, b[3].Trace) {
		t.Error("two hostile traces of the same seed differ")
	}
}

func TestTracesHaveTheSizeAndShapeAskedFor(t *testing.T) {
	for shape, deepest := range map[Shape]int{Realistic: 12, Deep: 999, Wide: 1} {
		tr := Trace(Options{Spans: 1000, Shape: shape})
		depth, byID := map[string]int{}, map[string]*sources.Span{}
		bytes, failed, children := 0, 0, map[string]int{}
		for i := range tr.Spans {
			s := &tr.Spans[i]
			byID[s.SpanID] = s
			children[s.ParentID]++
			failed += len(s.Events)
			for _, tag := range s.Tags {
				bytes += len(tag.Key) + len(tag.Value)
			}
		}
		var depthOf func(s *sources.Span) int
		depthOf = func(s *sources.Span) int {
			if s.ParentID == "" {
				return 0
			}
			if _, ok := depth[s.SpanID]; !ok {
				depth[s.SpanID] = depthOf(byID[s.ParentID]) + 1
			}
			return depth[s.SpanID]
		}
		most := 0
		for i := range tr.Spans {
			most = max(most, depthOf(&tr.Spans[i]))
			if tr.Spans[i].Duration < 0 {
				t.Errorf("%v: a duration of %v", shape, tr.Spans[i].Duration)
			}
		}
		if len(byID) != 1000 || children[""] != 1 || failed == 0 {
			t.Errorf("shape %d: %d ids, %d roots, %d exceptions", shape, len(byID), children[""], failed)
		}
		if most > deepest || shape != Realistic && most < deepest || shape == Realistic && most < 4 {
			t.Errorf("shape %d is %d levels deep", shape, most)
		}
		if bytes < 500*1000 || bytes > 1500*1000 {
			t.Errorf("shape %d has %d bytes of tags in 1000 spans", shape, bytes)
		}
		if !slices.IsSortedFunc(tr.Spans, func(a, b sources.Span) int {
			return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.SpanID, b.SpanID))
		}) {
			t.Errorf("shape %d is not in the order of a trace", shape)
		}
	}
	if tr := Trace(Options{Tags: -1}); len(tr.Spans) != 1000 || slices.ContainsFunc(tr.Spans, func(s sources.Span) bool { return len(s.Tags) > 3 }) {
		t.Error("no tags were asked for")
	}
}
