package tracegen

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"dlmon/sources"
)

// Case is a damaged or absurd trace, with what is wrong with it in words.
type Case struct {
	Name  string
	Trace sources.Trace
}

// Hostile makes traces of which nothing may break. Their spans are in no order, and their texts are clean: hostile
// texts are a matter of the decoders.
func Hostile(seed uint64) []Case {
	rng := rand.New(rand.NewPCG(seed, 0))
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	id := func(i int) string { return fmt.Sprintf("%016x", i) }
	// spans are n children of the first, side by side, for one thing to be spoilt in them.
	spans := func(n int, spoil func(i int, s *sources.Span)) sources.Trace {
		t := sources.Trace{ID: strings.Repeat("ab", 16)}
		for i := 1; i <= n; i++ {
			s := sources.Span{TraceID: t.ID, SpanID: id(i), ParentID: id(1), Service: services[i%len(services)].name,
				Operation: services[i%len(services)].operations[i%3], Start: noon.Add(time.Duration(rng.IntN(1000)) * time.Millisecond),
				Duration: time.Duration(rng.IntN(1000)) * time.Millisecond, Error: i%17 == 0}
			if i == 1 {
				s.ParentID, s.Start, s.Duration = "", noon, 2*time.Second
			}
			spoil(i, &s)
			t.Spans = append(t.Spans, s)
		}
		return t
	}
	return []Case{
		{"no spans", sources.Trace{ID: "ab"}},
		{"all fields empty", sources.Trace{Spans: make([]sources.Span, 50)}},
		{"one cycle of all spans", spans(1000, func(i int, s *sources.Span) { s.ParentID = id(i%1000 + 1) })},
		{"parents at random, cycles among them", spans(1000, func(_ int, s *sources.Span) { s.ParentID = id(1 + rng.IntN(1000)) })},
		{"every span its own parent", spans(100, func(_ int, s *sources.Span) { s.ParentID = s.SpanID })},
		{"one id for all", spans(20_000, func(i int, s *sources.Span) {
			s.SpanID, s.ParentID, s.Service = id(1), id(1), fmt.Sprint("service-", i)
		})},
		{"every span twice", spans(1000, func(i int, s *sources.Span) { s.SpanID = id(1 + i/2) })},
		{"all parents missing", spans(10_000, func(i int, s *sources.Span) { s.ParentID = id(100_000 + i) })},
		{"no span has a parent", spans(10_000, func(_ int, s *sources.Span) { s.ParentID = "" })},
		{"no span has a length", spans(1000, func(_ int, s *sources.Span) { s.Duration = 0 })},
		{"all spans at one instant", spans(1000, func(_ int, s *sources.Span) { s.Start, s.Duration = noon, 0 })},
		{"negative durations", spans(1000, func(_ int, s *sources.Span) { s.Duration = -s.Duration })},
		{"children outside their parents", spans(1000, func(i int, s *sources.Span) {
			if i > 1 {
				s.Start = s.Start.Add(time.Duration(rng.IntN(7)-3) * time.Second)
			}
		})},
		{"before 1970 and after 2200", spans(1000, func(_ int, s *sources.Span) {
			s.Start = time.Date(1600+rng.IntN(1000), 1, 1, 0, 0, 0, rng.IntN(1e9), time.UTC)
		})},
		{"starts at the ends of time", spans(100, func(i int, s *sources.Span) {
			s.Start = []time.Time{{}, time.Unix(0, 0), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), noon}[i%5]
		})},
		{"durations of centuries", spans(1000, func(_ int, s *sources.Span) { s.Duration = math.MaxInt64 - time.Duration(rng.IntN(1000)) })},
		{"10,000 levels deep", spans(10_000, func(i int, s *sources.Span) {
			s.Start, s.Duration = noon.Add(time.Duration(i)*time.Microsecond), 30*time.Millisecond-2*time.Duration(i)*time.Microsecond
			if i > 1 {
				s.ParentID = id(i - 1)
			}
		})},
		{"10,000 services", spans(10_000, func(i int, s *sources.Span) { s.Service = fmt.Sprint("service-", i) })},
		{"10,000 tags on a span", spans(3, func(_ int, s *sources.Span) {
			for i := range 10_000 {
				s.Tags = append(s.Tags, sources.Tag{Key: fmt.Sprint("key.", i%9000), Value: fmt.Sprint("value ", i)})
			}
		})},
		{"a tag of 1 MB", spans(3, func(_ int, s *sources.Span) {
			s.Tags = []sources.Tag{{Key: "db.statement", Value: strings.Repeat("SELECT ", 150_000)}}
		})},
		{"5,000 events on a span", spans(3, func(_ int, s *sources.Span) {
			for i := range 5000 {
				s.Events = append(s.Events, sources.Event{At: noon.Add(time.Duration(i-2500) * time.Second), Name: "retry",
					Tags: []sources.Tag{{Key: "attempt", Value: fmt.Sprint(i)}, {Key: "exception.type", Value: "Timeout"}}})
			}
		})},
		{"references to everything", spans(200, func(i int, s *sources.Span) {
			for j := range 200 {
				s.References = append(s.References, sources.Reference{TraceID: s.TraceID, SpanID: id(j), Follows: (i+j)%3 == 0})
			}
		})},
	}
}
