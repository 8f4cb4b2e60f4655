// Package tracejson reads traces from JSON: OTLP JSON as the OpenTelemetry collector and Jaeger's API v3 write it
// (decoded by the collector's own decoder), and Jaeger's own form, which its UI exports and /api/traces answers.
//
// A trace may be larger than dlmon may hold at once in all its forms. So the input is cut into pieces of some hundred
// spans while it arrives (scan.go, document.go), the pieces are decoded side by side (otlp.go, jaeger.go), and only
// the spans are kept (collect.go).
package tracejson

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"dlmon/sources"
)

// Bounds that hold where Options names none.
const (
	DefaultMaxSpans = 200_000 // of one trace
	DefaultMaxBytes = 2 << 30
)

// Options are how Decode works. The zero value is good for a file.
type Options struct {
	Source string // of errors; "" is "file"
	Asked  string // of errors: "trace 4bf9...", or the file's name
	Input  string // what texts call the input: "answer"; "" is "file"
	// MaxBytes bounds the input, MaxSpans each trace; 0 takes the defaults. What lies beyond is cut off, apart from a root,
	// which takes the place of the last span if none came before.
	MaxBytes int64
	MaxSpans int
	// One says that the input is one trace: nothing more is read once it has MaxSpans and a root among them.
	One bool
	// Progress, if not nil, is told now and then how many spans have been read so far.
	Progress func(spans int)
}

// ErrNoSpans is the cause of Decode's error for an input in which everything is right except that it holds no span.
var ErrNoSpans = errors.New("no spans in it")

// Decode reads all traces of r, in the order in which they first appear: one JSON document or several one after
// another, each of them OTLP's TracesData ({"resourceSpans": ...}, alone or within {"result": ...}), Jaeger's
// {"data": [...]}, a single trace of Jaeger's, or an array of these. It finds out which by itself.
//
// Spans that can't be read are left out, and what a broken input held before it broke off is kept; Trace.Cut says so.
// Errors are *sources.Error: nothing at all could be read (Rejected where the input is something else than traces),
// or the reader was cancelled.
func Decode(r io.Reader, o Options) ([]sources.Trace, error) {
	c, err := collect(r, o, false)
	if c == nil {
		return nil, err
	}
	return c.traces(err), nil
}

// collect reads r to its end. With a collector the error is why there is no more of what came, and nil if it is all;
// without one it is an *sources.Error.
func collect(r io.Reader, o Options, sum bool) (*collector, error) {
	if o.Source == "" {
		o.Source = "file"
	}
	if o.Input == "" {
		o.Input = "file"
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxSpans <= 0 {
		o.MaxSpans = DefaultMaxSpans
	}
	c := newCollector(&o)
	c.sum = sum
	defer c.close()
	p := &parser{scanner: newScanner(r, o.MaxBytes), out: c, limit: pieceBytes}
	err := p.documents()
	c.flush()
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil && c.spans == 0 && p.refusal != "" { // an answer that is an error
		return nil, &sources.Error{Source: o.Source, Asked: o.Asked, Kind: sources.Rejected, Reason: p.refusal}
	}
	if err == nil && c.spans == 0 {
		return nil, c.nothing(p)
	}
	if err == nil && p.refusal != "" {
		err = errors.New(p.refusal)
	}
	if err != nil && (c.spans == 0 || sources.KindOf(err) == sources.Canceled) {
		return nil, c.fault(err)
	}
	return c, err
}

// nothing is the error of an input that holds no span.
func (c *collector) nothing(p *parser) *sources.Error {
	e := &sources.Error{Source: c.o.Source, Asked: c.o.Asked, Kind: sources.Rejected}
	switch {
	case c.bad > 0:
		e.Kind, e.Reason = sources.Internal, fmt.Sprintf("none of its %d spans could be read: %s", c.bad, c.firstBad)
		e.Advice = "is it OTLP JSON, with ids in hex, or an export of Jaeger's?"
	case p.recognised:
		e.Reason, e.Err = ErrNoSpans.Error(), ErrNoSpans
	case p.offset() == 0 || p.empty:
		e.Reason = "it is empty"
	default:
		e.Reason = "no traces in it: neither OTLP JSON (resourceSpans) nor Jaeger's (data, spans)"
		e.Advice = "save a trace with Jaeger UI's Trace JSON, or the collector's file exporter"
	}
	return e
}

// fault is the error of an input that could not be read to its end.
func (c *collector) fault(err error) *sources.Error {
	if e, ok := errors.AsType[*sources.Error](err); ok {
		return e
	}
	e := &sources.Error{Source: c.o.Source, Asked: c.o.Asked, Kind: sources.Internal, Reason: c.reason(err), Err: err}
	if errors.Is(err, errBound) {
		e.Kind = sources.TooLarge
	}
	if _, ok := errors.AsType[*syntaxError](err); ok {
		e.Advice = "is it JSON, and whole?"
	}
	return e
}

// reason is err in words.
func (c *collector) reason(err error) string {
	if e, ok := errors.AsType[*sources.Error](err); ok {
		return e.Reason
	}
	switch {
	case errors.Is(err, errBound):
		return fmt.Sprintf("the %s is larger than %s bytes", c.o.Input, thousands(c.o.MaxBytes))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("the %s ends in the middle", c.o.Input)
	}
	return sources.Clean(err.Error())
}

// CutAt says in words that a trace has more spans than are kept; rooted tells whether a root is among these.
func CutAt(spans int, rooted bool) string {
	text := fmt.Sprintf("dlmon keeps %s spans of a trace; this one has more", thousands(int64(spans)))
	if !rooted {
		text += "; its root may be missing"
	}
	return text
}

// CutOff says in words that an answer broke off.
func CutOff(input string, spans int, reason string) string {
	unit := "spans"
	if spans == 1 {
		unit = "span"
	}
	return fmt.Sprintf("the %s broke off after %s %s: %s", input, thousands(int64(spans)), unit, reason)
}

func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
