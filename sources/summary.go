package sources

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	maxTags    = 200 // of one summary
	maxOrphans = 512 // spans of a trace without a root among which the one whose parent lacks is looked for
)

// Summing makes a trace one line out of its spans as they come, in any order, and keeps none of them: a list of large
// traces costs little.
type Summing struct {
	sum      TraceSummary
	end      time.Time
	services map[string]bool
	tags     map[string]tagged // of all spans, each key as the earliest has it
	earliest candidate
	root     candidate            // the earliest without a parent
	orphans  map[string]candidate // by a parent that has not come: the earliest. Nil once they are not needed
	seen     map[string]bool      // ids, as long as orphans are looked for
	most     int                  // ids in seen
}

// candidate is a span that may stand for the trace.
type candidate struct {
	found              bool
	start              time.Time
	id                 string
	service, operation string
	tags               []Tag
}

// tagged is a tag's value and where it stands.
type tagged struct {
	value string
	start time.Time
	id    string
}

// NewSumming begins the summary of a trace. Of one that has no root and more than some hundred spans, the earliest span
// stands for it.
func NewSumming(id string) *Summing { return newSumming(id, maxOrphans) }

func newSumming(id string, most int) *Summing {
	return &Summing{sum: TraceSummary{ID: id}, services: map[string]bool{}, tags: map[string]tagged{},
		orphans: map[string]candidate{}, seen: map[string]bool{}, most: most}
}

// Add takes a span up. Nothing of it is kept but some of its texts.
func (s *Summing) Add(span *Span) {
	if s.sum.Spans == 0 || span.Start.Before(s.sum.Start) {
		s.sum.Start = span.Start
	}
	s.sum.Spans++
	if span.Error {
		s.sum.Errors++
	}
	if e := span.Start.Add(span.Duration); e.After(s.end) {
		s.end = e
	}
	s.services[span.Service] = true
	for _, t := range span.Tags {
		known, ok := s.tags[t.Key]
		if !ok && len(s.tags) < maxTags || ok && earlier(span, known.start, known.id) {
			s.tags[t.Key] = tagged{short(t.Value), span.Start, strings.Clone(span.SpanID)}
		}
	}
	s.earliest.offer(span)
	if span.ParentID == "" {
		s.root.offer(span)
		s.orphans, s.seen = nil, nil
	}
	if s.orphans == nil {
		return
	}
	if len(s.seen) == s.most {
		s.orphans, s.seen = nil, nil
		return
	}
	s.seen[strings.Clone(span.SpanID)] = true
	delete(s.orphans, span.SpanID)
	if !s.seen[span.ParentID] {
		c := s.orphans[span.ParentID]
		c.offer(span)
		s.orphans[strings.Clone(span.ParentID)] = c
	}
}

// Rename gives services other names; those of some traces come after their spans.
func (s *Summing) Rename(name func(string) string) {
	services := make(map[string]bool, len(s.services))
	for service := range s.services {
		services[name(service)] = true
	}
	s.services = services
	s.earliest.service, s.root.service = name(s.earliest.service), name(s.root.service)
	for parent, c := range s.orphans {
		c.service = name(c.service)
		s.orphans[parent] = c
	}
}

// Summary is what has come so far. Its root is the earliest span without a parent; where all have one, the earliest
// whose parent is not in the trace, else the earliest.
func (s *Summing) Summary() TraceSummary {
	out := s.sum
	out.Services, out.Tags = len(s.services), map[string]string{}
	if out.Spans == 0 {
		return out
	}
	out.Duration = s.end.Sub(out.Start)
	root := s.root
	if !root.found {
		for _, c := range s.orphans {
			if !root.found || cmp.Or(c.start.Compare(root.start), cmp.Compare(c.id, root.id)) < 0 {
				root = c
			}
		}
	}
	if !root.found {
		root = s.earliest
	}
	out.Service, out.Operation = root.service, root.operation
	for _, t := range root.tags {
		merge(out.Tags, t.Key, t.Value)
	}
	for _, key := range slices.Sorted(maps.Keys(s.tags)) {
		merge(out.Tags, key, s.tags[key].value)
	}
	return out
}

// Summary makes a trace one line, as Summing does.
func (t Trace) Summary() TraceSummary {
	s := newSumming(t.ID, math.MaxInt)
	for i := range t.Spans {
		s.Add(&t.Spans[i])
	}
	out := s.Summary()
	out.Cut = t.Cut
	return out
}

// offer makes the span the candidate if it is earlier.
func (c *candidate) offer(s *Span) {
	if c.found && !earlier(s, c.start, c.id) {
		return
	}
	*c = candidate{found: true, start: s.Start, id: strings.Clone(s.SpanID), service: s.Service, operation: s.Operation}
	c.tags = slices.Clone(s.Tags[:min(len(s.Tags), maxTags)]) // s.Tags may be a piece of many spans' tags
	for i := range c.tags {
		c.tags[i].Value = short(c.tags[i].Value)
	}
}

// earlier tells whether s comes before a span in a Trace's order.
func earlier(s *Span, start time.Time, id string) bool {
	return cmp.Or(s.Start.Compare(start), cmp.Compare(s.SpanID, id)) < 0
}

// short bounds a tag's value to what a list can show.
func short(value string) string {
	if len(value) > MaxText {
		return Clean(value)
	}
	return value
}

// merge adds a tag that is not there yet.
func merge(into map[string]string, key, value string) {
	if _, ok := into[key]; !ok && len(into) < maxTags {
		into[key] = value
	}
}

// NewestFirst sorts a list of traces by start, the latest first, and by id.
func NewestFirst(s []TraceSummary) {
	slices.SortFunc(s, func(a, b TraceSummary) int {
		return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(a.ID, b.ID))
	})
}
