package sources

import (
	"cmp"
	"slices"
	"time"
)

// maxTags bounds the tags of one summary.
const maxTags = 200

// Summary makes a trace one line. The root is the earliest span without a parent; where all have one, the earliest
// whose parent is not in the trace, else the earliest.
func (t Trace) Summary() TraceSummary {
	s := TraceSummary{ID: t.ID, Spans: len(t.Spans), Tags: map[string]string{}}
	if len(t.Spans) == 0 {
		return s
	}
	s.Start = t.Spans[0].Start
	root := rootOf(t.Spans)
	s.Service, s.Operation = root.Service, root.Operation
	merge(s.Tags, root.Tags)
	services := map[string]bool{}
	var end time.Time
	for i := range t.Spans {
		span := &t.Spans[i]
		services[span.Service] = true
		if span.Error {
			s.Errors++
		}
		if e := span.Start.Add(span.Duration); e.After(end) {
			end = e
		}
		merge(s.Tags, span.Tags)
	}
	s.Services, s.Duration = len(services), end.Sub(s.Start)
	return s
}

func rootOf(spans []Span) *Span {
	ids := make(map[string]bool, len(spans))
	for i := range spans {
		if spans[i].ParentID == "" {
			return &spans[i]
		}
		ids[spans[i].SpanID] = true
	}
	for i := range spans {
		if !ids[spans[i].ParentID] {
			return &spans[i]
		}
	}
	return &spans[0]
}

// merge adds the tags that are not there yet.
func merge(into map[string]string, tags []Tag) {
	for _, t := range tags {
		if _, ok := into[t.Key]; !ok && len(into) < maxTags {
			into[t.Key] = t.Value
		}
	}
}

// NewestFirst sorts a list of traces by start, the latest first, and by id.
func NewestFirst(s []TraceSummary) {
	slices.SortFunc(s, func(a, b TraceSummary) int {
		return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(a.ID, b.ID))
	})
}
