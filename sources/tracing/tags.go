package tracing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dlmon/sources"
)

const (
	// maxValue is the length of a value, in runes, from which on it is text, not a property.
	maxValue = 120
	// maxPairs bounds the different tags that are counted, maxValues those of one key, so that one key of ids doesn't
	// use maxPairs up.
	maxPairs, maxValues = 200_000, 10_000
	// maxRanked bounds the tags that are looked for in the traces again, to say where they are found.
	maxRanked = 1000
)

// libraryKeys are the tags that say what recorded a span, or where in it, and never why it was slow; a name that
// ends in "." stands for all that begin with it.
var libraryKeys = []string{"span.kind", "otel.library.", "otel.scope.", "telemetry.", "internal.span.format", "sampler.", "thread.",
	"process.pid", "jaeger.version", "opencensus.exporterversion", "client-uuid", "w3c.tracestate"}

// outcomeKeys are the tags that say how a span ended.
var outcomeKeys = []string{"error", "otel.status_code", "otel.status_description", "http.status_code", "http.response.status_code",
	"rpc.grpc.status_code", "function.success"}

func isLibraryKey(key string) bool {
	return slices.ContainsFunc(libraryKeys, func(k string) bool {
		return key == k || strings.HasSuffix(k, ".") && strings.HasPrefix(key, k)
	})
}

// tagCount counts the traces of two groups that have a tag.
type tagCount struct {
	sizeA, sizeB int
	keys         map[string]*tagKey
	pairs        int
	full, cut    bool // maxPairs, maxValues were met
	trace        int  // number of the trace at hand, from 1
	processes    map[*sources.Tag]int
}

type tagKey struct {
	skip, outcome bool
	values        map[string]*tagStat
}

type tagStat struct {
	key, value string
	of         *tagKey
	inA, inB   int
	trace      int // the last one that has it
	places     map[name]*place
}

// place is where a tag is found: traces of each group.
type place struct{ inA, inB, trace int }

func newTagCount(sizeA, sizeB int) *tagCount {
	return &tagCount{sizeA: sizeA, sizeB: sizeB, keys: map[string]*tagKey{}, processes: map[*sources.Tag]int{}}
}

func (c *tagCount) count(t *Analysis, inA bool) {
	c.trace++
	for i := range t.Nodes {
		s := t.Nodes[i].Span
		c.add(s.Tags, inA)
		for j := range s.Events {
			c.add(exception(s.Events[j].Tags), inA)
		}
		if len(s.Process) > 0 && c.processes[&s.Process[0]] != c.trace { // spans of one process mostly share its tags
			c.processes[&s.Process[0]] = c.trace
			c.add(s.Process, inA)
		}
	}
}

func (c *tagCount) add(tags []sources.Tag, inA bool) {
	for i := range tags {
		tag := &tags[i]
		k := c.keys[tag.Key]
		if k == nil {
			k = &tagKey{skip: isLibraryKey(tag.Key), outcome: slices.Contains(outcomeKeys, tag.Key), values: map[string]*tagStat{}}
			c.keys[tag.Key] = k
		}
		if k.skip {
			continue
		}
		s := k.values[tag.Value]
		if s == nil {
			if tooLong(tag.Value) {
				continue
			}
			if c.pairs >= maxPairs {
				c.full = true
				continue
			}
			if len(k.values) >= maxValues {
				c.cut = true
				continue
			}
			c.pairs++
			s = &tagStat{key: tag.Key, value: tag.Value, of: k}
			k.values[tag.Value] = s
		}
		if s.trace == c.trace {
			continue
		}
		s.trace = c.trace
		if inA {
			s.inA++
		} else {
			s.inB++
		}
	}
}

// exception is what of an event's tags is compared: the type of an exception. Other events tell a story, not a property.
func exception(tags []sources.Tag) []sources.Tag {
	for i := range tags {
		if tags[i].Key == "exception.type" {
			return tags[i : i+1]
		}
	}
	return nil
}

func tooLong(value string) bool {
	return len(value) > maxValue && (len(value) > maxValue*utf8.UTFMax || utf8.RuneCountInString(value) > maxValue)
}

func (c *tagCount) note() string {
	switch {
	case c.full:
		return fmt.Sprintf("more than %d different tag values: some were not compared", maxPairs)
	case c.cut:
		return fmt.Sprintf("a tag has more than %d different values: some were not compared", maxValues)
	}
	return ""
}

// differ lists the tags that tell the groups apart, and tells how many it could compare. cause is the operation whose
// tags come first among equals.
func (c *tagCount) differ(a, b []*Analysis, cause name) (listed []TagDifference, compared int) {
	var stats []*tagStat
	for _, k := range c.keys {
		for _, s := range k.values {
			if max(s.inA, s.inB) < minTraces {
				continue
			}
			compared++
			if newcombe(s.inA, c.sizeA, s.inB, c.sizeB).says() {
				stats = append(stats, s)
			}
		}
	}
	c.rank(stats, cause)
	stats = stats[:min(len(stats), maxRanked)]
	c.locate(stats, a, b)
	c.rank(stats, cause)
	for _, s := range stats[:min(len(stats), maxListed)] {
		at := s.place(cause)
		d := TagDifference{Key: s.key, Value: s.value, Service: at.service, Operation: at.operation, InA: s.inA, InB: s.inB,
			ShareA: float64(s.inA) / float64(c.sizeA), ShareB: float64(s.inB) / float64(c.sizeB),
			Interval: newcombe(s.inA, c.sizeA, s.inB, c.sizeB)}
		d.Delta = d.ShareA - d.ShareB
		listed = append(listed, d)
	}
	return listed, compared
}

// rank sorts as Differ documents.
func (c *tagCount) rank(stats []*tagStat, cause name) {
	// Shares are compared as whole numbers: equal ones must be equal.
	delta := func(s *tagStat) int { return s.inA*c.sizeB - s.inB*c.sizeA }
	slices.SortFunc(stats, func(x, y *tagStat) int {
		dx, dy := delta(x), delta(y)
		return cmp.Or(yesFirst(!x.of.outcome, !y.of.outcome),
			cmp.Compare(max(dy, -dy), max(dx, -dx)), yesFirst(dx > 0, dy > 0),
			yesFirst(x.places[cause] != nil, y.places[cause] != nil),
			cmp.Compare(len(x.of.values), len(y.of.values)), cmp.Compare(len(x.places), len(y.places)),
			cmp.Compare(x.key, y.key), cmp.Compare(x.value, y.value))
	})
}

func yesFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// locate finds out where the tags are found.
func (c *tagCount) locate(stats []*tagStat, a, b []*Analysis) {
	if len(stats) == 0 {
		return
	}
	for _, k := range c.keys {
		k.skip = true
	}
	for _, s := range stats {
		s.places = map[name]*place{}
		s.of.skip = false
	}
	c.trace = 0
	for group, traces := range [2][]*Analysis{a, b} {
		for _, t := range traces {
			c.trace++
			for i := range t.Nodes {
				s := t.Nodes[i].Span
				c.see(s.Tags, name{s.Service, s.Operation}, group == 0)
				for j := range s.Events {
					c.see(exception(s.Events[j].Tags), name{s.Service, s.Operation}, group == 0)
				}
				c.see(s.Process, name{s.Service, ""}, group == 0)
			}
		}
	}
}

func (c *tagCount) see(tags []sources.Tag, at name, inA bool) {
	for i := range tags {
		k := c.keys[tags[i].Key]
		if k.skip {
			continue
		}
		s := k.values[tags[i].Value]
		if s == nil || s.places == nil {
			continue
		}
		p := s.places[at]
		if p == nil {
			p = &place{}
			s.places[at] = p
		}
		if p.trace == c.trace {
			continue
		}
		p.trace = c.trace
		if inA {
			p.inA++
		} else {
			p.inB++
		}
	}
}

// place is where most traces of group A have the tag; of several cause, else the first by name.
func (s *tagStat) place(cause name) (best name) {
	found := false
	for at, p := range s.places {
		q := s.places[best]
		if !found || cmp.Or(cmp.Compare(q.inA, p.inA), cmp.Compare(q.inB, p.inB), yesFirst(at == cause, best == cause), byName(at, best)) < 0 {
			best, found = at, true
		}
	}
	return best
}
