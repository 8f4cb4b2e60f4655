package tracing

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dlmon/sources"
)

// Cause is a group of traces that failed for the same reason: the deepest failed span of each.
type Cause struct {
	Service, Operation, Message string
	Type                        string    // of the exception; "" if none was recorded
	Traces                      []string  // ids, in the order given
	First, Last                 time.Time // starts of the failed spans
}

// Causes groups the traces that have a failed span, the most frequent cause first, then the latest.
//
// What a trace failed for is the failed span that has no failed span below it: those above it failed because it did.
// Of several the earliest counts: later ones are mostly its consequences.
//
// Messages that differ in nothing but ids and measured values ("timeout after 2.013s", "... 2.541s") are one cause:
// words of 4 characters and more with a digit in them don't tell messages apart, and where they do differ within a
// group its Message has # for them.
func Causes(traces []*Analysis) []Cause {
	type key struct {
		name
		message, kind string
	}
	var causes []Cause
	known := map[key]int{}
	for _, a := range traces {
		row := a.rootCause()
		if row < 0 {
			continue
		}
		s := a.Nodes[row].Span
		message, kind := failure(s)
		k := key{name{s.Service, s.Operation}, masked(message), kind}
		at, ok := known[k]
		if !ok {
			at = len(causes)
			known[k] = at
			causes = append(causes, Cause{Service: s.Service, Operation: s.Operation, Message: message, Type: kind, First: s.Start, Last: s.Start})
		}
		c := &causes[at]
		if c.Message != message {
			c.Message = k.message
		}
		c.Traces = append(c.Traces, a.Trace.ID)
		if s.Start.Before(c.First) {
			c.First = s.Start
		}
		if s.Start.After(c.Last) {
			c.Last = s.Start
		}
	}
	slices.SortStableFunc(causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(len(b.Traces), len(a.Traces)), b.Last.Compare(a.Last),
			byName(name{a.Service, a.Operation}, name{b.Service, b.Operation}), cmp.Compare(a.Message, b.Message))
	})
	return causes
}

// rootCause is the row of the span that a failed trace failed for, -1 where none failed.
func (a *Analysis) rootCause() int {
	if a.Errors == 0 {
		return -1
	}
	below := make([]bool, len(a.Nodes)) // a failed span is somewhere below
	best := -1
	for i := range slices.Backward(a.Nodes) { // children before parents
		n := &a.Nodes[i]
		if n.Span.Error && !below[i] && (best < 0 || n.Offset <= a.Nodes[best].Offset) {
			best = i
		}
		if n.Parent >= 0 && (n.Span.Error || below[i]) {
			below[n.Parent] = true
		}
	}
	return best
}

// failure is what a failed span says went wrong, and the kind of it: the recorded exception (OpenTelemetry's event
// "exception", OpenTracing's "error"), else the first tag that says something, else the status of the answer.
func failure(s *sources.Span) (message, kind string) {
	for _, e := range slices.Backward(s.Events) { // the last one is what ended the span
		if message == "" {
			message = first(e.Tags, "exception.message")
			if message == "" && e.Name == "error" {
				message = first(e.Tags, "message", "error.object")
			}
		}
		if kind == "" {
			kind = first(e.Tags, "exception.type", "error.kind")
		}
	}
	if kind == "" {
		kind = first(s.Tags, "exception.type", "error.type", "error.kind")
	}
	if message == "" {
		message = first(s.Tags, "otel.status_description", "error.message", "message", "exception.message")
	}
	if message == "" {
		if code := first(s.Tags, "http.status_code", "http.response.status_code"); code != "" {
			message = "HTTP status " + code
		} else if code := first(s.Tags, "rpc.grpc.status_code"); code != "" {
			message = "gRPC status " + code
		}
	}
	return message, kind
}

// masked has # for words with digits.
func masked(message string) string {
	var b strings.Builder
	wordly := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_' || c >= utf8.RuneSelf
	}
	for i := 0; i < len(message); {
		from, digit := i, false
		for i < len(message) && wordly(message[i]) {
			digit = digit || message[i] >= '0' && message[i] <= '9'
			i++
		}
		switch {
		case i == from:
			b.WriteByte(message[i])
			i++
		case digit && i-from >= 4:
			b.WriteByte('#')
		default:
			b.WriteString(message[from:i])
		}
	}
	return b.String()
}

// first is the value of the first of the keys that has one, of at most sources.MaxText runes: many are told apart and
// listed.
func first(tags []sources.Tag, keys ...string) string {
	for _, k := range keys {
		for _, t := range tags {
			if t.Key == k && strings.TrimSpace(t.Value) != "" {
				if len(t.Value) > sources.MaxText {
					return sources.Clean(t.Value)
				}
				return t.Value
			}
		}
	}
	return ""
}
