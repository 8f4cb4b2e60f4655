package sources

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Tag is one attribute of a span, an event or a process. Value is text, sanitised, in the server's spelling.
type Tag struct{ Key, Value string }

// Event is a log entry of a span (a recorded exception among them).
type Event struct {
	At   time.Time
	Name string
	Tags []Tag
}

// Reference links a span to another one.
type Reference struct {
	TraceID, SpanID string
	Follows         bool // FOLLOWS_FROM; else CHILD_OF
}

// Span is one timed operation. IDs are lower-case hex without leading-zero loss (16 digits a span, 32 or 16 a trace).
type Span struct {
	TraceID, SpanID string
	ParentID        string // "" for a root
	Service         string
	Operation       string
	Start           time.Time
	Duration        time.Duration
	Error           bool // tag error=true or status ERROR
	Tags            []Tag
	Process         []Tag
	Events          []Event
	References      []Reference
	Warnings        []string
}

// Tag looks a tag up, in the span first, then in its process.
func (s *Span) Tag(key string) (string, bool) {
	for _, tags := range [][]Tag{s.Tags, s.Process} {
		for _, t := range tags {
			if t.Key == key {
				return t.Value, true
			}
		}
	}
	return "", false
}

// Trace is a set of spans with one id, ordered by start, and by span id where starts are equal.
type Trace struct {
	ID    string
	Spans []Span
	// Cut says in words why spans are missing ("dlmon keeps 200,000 spans of a trace; it has more", "jaeger: ...
	// connection reset"); "" where the trace is whole as far as the server knows.
	Cut string
}

// TraceSummary is one line of a list of traces. Tags is empty where the server sends summaries only.
type TraceSummary struct {
	ID        string
	Service   string // of the root
	Operation string // of the root
	Start     time.Time
	Duration  time.Duration // from the earliest start to the latest end
	Spans     int
	Services  int
	Errors    int               // spans in error
	Tags      map[string]string // the root's tags, and of other spans those that the root lacks
	// Cut says in words why there is more of the trace than the figures tell, as Trace.Cut does; "" where it is whole.
	Cut string
}

// TraceSearch asks for traces. Zero fields do not restrict. It is a comparable value, so that equal searches are
// asked once: Tags is made by JoinTags.
type TraceSearch struct {
	Service   string // required by Jaeger
	Operation string
	Tags      string // canonical "k=v\x00k=v"; see JoinTags
	Start     time.Time
	End       time.Time
	Min, Max  time.Duration
	Limit     int
}

// JoinTags is the canonical form of a set of tags for a TraceSearch.
func JoinTags(tags map[string]string) string {
	parts := make([]string, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		parts = append(parts, k+"="+tags[k])
	}
	return strings.Join(parts, "\x00")
}

// SplitTags undoes JoinTags.
func SplitTags(s string) map[string]string {
	tags := map[string]string{}
	for part := range strings.SplitSeq(s, "\x00") {
		if k, v, ok := strings.Cut(part, "="); ok {
			tags[k] = v
		}
	}
	return tags
}

// Tracer is a store of traces. Every method is safe for concurrent use, honours its context and returns *Error.
type Tracer interface {
	Services(ctx context.Context) ([]string, error)
	Operations(ctx context.Context, service string) ([]string, error)
	// Search lists traces. An answer that breaks off after some traces is a list with Cut set where figures are too low,
	// and no error.
	Search(ctx context.Context, q TraceSearch) ([]TraceSummary, error)
	// Trace reads one trace. progress, if not nil, is told now and then how many spans have come so far. A stream that
	// breaks off after some spans is a trace with Cut set and no error.
	Trace(ctx context.Context, id string, progress func(spans int)) (Trace, error)
	// Dependencies are the calls between services in the time before end, as the store has counted them.
	Dependencies(ctx context.Context, end time.Time, lookback time.Duration) ([]Dependency, error)
}

// Dependency counts how often one service called another.
type Dependency struct {
	Parent, Child string
	Calls         uint64
}
