package tracejson

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"dlmon/sources"
)

const (
	maxBinary   = 256     // of a binary value, in bytes; it is shown as hex
	maxInterned = 64      // longer texts rarely repeat
	maxTexts    = 1 << 14 // texts that a Builder remembers
	slabMost    = 4096    // elements of a slab
)

// Attributes that are blocks of lines, and the one in which Jaeger's API v3 carries a span's warnings.
const (
	stackTrace   = "exception.stacktrace"
	warningsAttr = "@jaeger@warnings"
)

// Builder makes the parts of sources.Span out of what any decoder reads: cleaned, repeated texts kept once, small
// slices cut from large ones, so that a trace of 100,000 spans is some thousand allocations and not some million. It
// is not safe for concurrent use.
type Builder struct {
	texts     map[string]string
	processes map[string][]sources.Tag
	ids       strings.Builder
	traceID   string // the last one written, of high and low
	high, low uint64
	tags      slab[sources.Tag]
	refs      slab[sources.Reference]
	events    slab[sources.Event]
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	return &Builder{texts: map[string]string{}, processes: map[string][]sources.Tag{}}
}

// Name is a cleaned name of at most sources.MaxName runes.
func (b *Builder) Name(raw string) string {
	if len(raw) <= maxInterned {
		return b.short(raw)
	}
	return sources.CleanName(raw)
}

// Value is the cleaned text of a tag, of at most sources.MaxLong runes; a stack trace keeps its lines.
func (b *Builder) Value(key, raw string) string {
	switch {
	case key == stackTrace:
		return sources.CleanBlock(raw)
	case len(raw) <= maxInterned:
		return b.short(raw)
	}
	return sources.CleanLong(raw)
}

// short cleans a text of at most maxInterned bytes, to which Clean and its kin do the same.
func (b *Builder) short(raw string) string {
	if known, ok := b.texts[raw]; ok {
		return known
	}
	clean := sources.Clean(raw)
	if len(b.texts) < maxTexts {
		b.texts[strings.Clone(raw)] = clean
	}
	return clean
}

// Binary writes a binary value as hex, whichever way it came: in Jaeger's own form it is base64.
func Binary(raw []byte) string {
	if len(raw) > maxBinary {
		return hex.EncodeToString(raw[:maxBinary]) + "…"
	}
	return hex.EncodeToString(raw)
}

// Float writes a number without loss as JSON does: with an exponent only where it is very large or very small.
func Float(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// TraceID writes a trace id as 32 hex digits, 16 if its upper half is zero (as Jaeger does).
func (b *Builder) TraceID(high, low uint64) string {
	if b.traceID == "" || high != b.high || low != b.low {
		b.high, b.low = high, low
		if high == 0 {
			b.traceID = b.SpanID(low)
		} else {
			b.traceID = b.short(FormatTraceID(high, low))
		}
	}
	return b.traceID
}

// SpanID writes a span id as 16 hex digits.
func (b *Builder) SpanID(id uint64) string {
	if b.ids.Cap()-b.ids.Len() < 16 {
		room := min(2*b.ids.Cap()+16*16, 16*slabMost)
		b.ids = strings.Builder{}
		b.ids.Grow(room)
	}
	from := b.ids.Len()
	for shift := 60; shift >= 0; shift -= 4 {
		b.ids.WriteByte("0123456789abcdef"[id>>shift&15])
	}
	return b.ids.String()[from:]
}

// FormatTraceID is TraceID for a single one.
func FormatTraceID(high, low uint64) string {
	text := hexID(low)
	if high != 0 {
		text = hexID(high) + text
	}
	return text
}

func hexID(id uint64) string {
	text := strconv.FormatUint(id, 16)
	return strings.Repeat("0", 16-len(text)) + text
}

// ParseTraceID reads 1 to 32 hex digits; an id of zero is none.
func ParseTraceID(text string) (high, low uint64, ok bool) {
	if len(text) > 32 {
		return 0, 0, false
	}
	var err error
	if len(text) > 16 {
		if high, err = strconv.ParseUint(text[:len(text)-16], 16, 64); err != nil {
			return 0, 0, false
		}
		text = text[len(text)-16:]
	}
	low, err = strconv.ParseUint(text, 16, 64)
	return high, low, err == nil && (high != 0 || low != 0)
}

// Tags is an empty slice with room for n tags. It must not be kept if more are appended.
func (b *Builder) Tags(n int) []sources.Tag { return b.tags.take(n) }

// References is an empty slice with room for n.
func (b *Builder) References(n int) []sources.Reference { return b.refs.take(n) }

// Events is an empty slice with room for n.
func (b *Builder) Events(n int) []sources.Event { return b.events.take(n) }

// Process returns the tags, or the equal ones that were seen before: a process repeats with every batch of its spans.
func (b *Builder) Process(tags []sources.Tag) []sources.Tag {
	if len(tags) == 0 {
		return nil
	}
	var key strings.Builder
	for _, t := range tags {
		key.WriteString(t.Key + "\x00" + t.Value + "\x00") // no cleaned text holds a NUL
	}
	if known, ok := b.processes[key.String()]; ok {
		return known
	}
	b.processes[key.String()] = tags
	return tags
}

// Finish works out what follows from a span's tags, references and events: whether it failed, its parent, its events'
// names and order.
//
// It failed if it has a tag error=true, as OpenTracing and Jaeger write it, or OpenTelemetry's status ERROR. Its parent
// is the first CHILD_OF reference within the trace, else the first FOLLOWS_FROM, as Jaeger's own screen has it. An
// event without a name is called by its tag "event" (where Jaeger puts the names of OpenTelemetry's events), else by
// its "message".
func Finish(s *sources.Span) {
	s.Duration = max(s.Duration, 0)
	for _, t := range s.Tags {
		if t.Key == "error" && strings.EqualFold(t.Value, "true") ||
			t.Key == "otel.status_code" && strings.EqualFold(t.Value, "error") {
			s.Error = true
			break
		}
	}
	for _, r := range s.References {
		if r.TraceID != s.TraceID || r.SpanID == noSpan {
			continue
		}
		if !r.Follows {
			s.ParentID = r.SpanID
			break
		}
		if s.ParentID == "" {
			s.ParentID = r.SpanID
		}
	}
	inOrder := true
	for i := range s.Events {
		if s.Events[i].Name == "" {
			nameEvent(&s.Events[i])
		}
		inOrder = inOrder && (i == 0 || !s.Events[i].At.Before(s.Events[i-1].At))
	}
	if !inOrder {
		slices.SortStableFunc(s.Events, func(x, y sources.Event) int { return x.At.Compare(y.At) })
	}
}

const noSpan = "0000000000000000"

func nameEvent(e *sources.Event) {
	for _, key := range []string{"event", "message"} {
		if i := slices.IndexFunc(e.Tags, func(t sources.Tag) bool { return t.Key == key }); i >= 0 {
			value := e.Tags[i].Value
			if e.Name = sources.Clean(value); e.Name == value { // else the tag has the rest
				e.Tags = slices.Delete(e.Tags, i, i+1)
			}
			return
		}
	}
}

// slab cuts small slices from large ones.
type slab[T any] struct{ rest []T }

func (s *slab[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if cap(s.rest)-len(s.rest) < n {
		s.rest = make([]T, 0, max(n, min(2*cap(s.rest)+32, slabMost)))
	}
	from := len(s.rest)
	s.rest = s.rest[:from+n]
	return s.rest[from : from : from+n]
}
