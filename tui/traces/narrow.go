package traces

import (
	"maps"
	"slices"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// narrow asks for those traces of q that have a span of that service, operation ("" any) and tag (none if it has no
// key). What q says of durations and errors is about other spans, and falls away. A store matches all tags of a search
// with one span: q's own tags stay only if such a span carries them in one of the traces read.
func narrow(c page.Context, q page.TraceQuery, traces []*tracing.Analysis, service, operation string, tag sources.Tag) page.TraceQuery {
	detail := operation
	switch {
	case tag.Key != "":
		detail = tag.Key + "=" + tag.Value
	case operation == "":
		detail = service
	}
	asked := len(q.Tags)+len(q.SpanTags) > 0
	if asked && !anySpan(traces, func(s *sources.Span) bool {
		return s.Service == service && (operation == "" || s.Operation == operation) && (tag.Key == "" || has(s, tag)) && carries(c, s, q)
	}) {
		q.Tags, q.SpanTags, q.Title = nil, nil, "" // it is not about them any more
	}
	if q.Title != "" {
		detail = q.Title + ", " + detail
	}
	q.Title, q.Service, q.Operation = detail, service, operation
	q.Min, q.Max, q.Errors, q.Histogram = 0, 0, false, ""
	if tag.Key != "" {
		q.SpanTags = maps.Clone(q.SpanTags)
		if q.SpanTags == nil {
			q.SpanTags = map[string]string{}
		}
		q.SpanTags[tag.Key] = tag.Value
	}
	return q
}

func anySpan(traces []*tracing.Analysis, pass func(*sources.Span) bool) bool {
	for _, a := range traces {
		for i := range a.Nodes {
			if pass(a.Nodes[i].Span) {
				return true
			}
		}
	}
	return false
}

// has tells whether a span or its process carries a tag.
func has(s *sources.Span, t sources.Tag) bool {
	return slices.Contains(s.Tags, t) || slices.Contains(s.Process, t)
}

// carries tells whether a span carries all tags that q asks for, its concepts under any of their names.
func carries(c page.Context, s *sources.Span, q page.TraceQuery) bool {
	for concept, value := range q.Tags {
		if !slices.ContainsFunc(c.NamesOf(concept), func(name string) bool { return has(s, sources.Tag{Key: name, Value: value}) }) {
			return false
		}
	}
	for name, value := range q.SpanTags {
		if !has(s, sources.Tag{Key: name, Value: value}) {
			return false
		}
	}
	return true
}
