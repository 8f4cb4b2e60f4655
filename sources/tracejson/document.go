package tracejson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"dlmon/sources"
)

// pieceBytes is about how much is decoded at once.
const pieceBytes = 128 << 10

// errEnough ends the reading: no more is wanted.
var errEnough = errors.New("enough")

// first is the first error of some.
func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// sink takes the pieces that a parser cuts, in their order. A piece's bytes hold only during the call; errEnough stops
// the parser.
type sink interface {
	// otlp takes one ResourceSpans.
	otlp(at int64, resourceSpans []byte) error
	// trace takes one whole trace of Jaeger's.
	trace(at int64, trace []byte) error
	// jaegerSpans takes spans of one trace of Jaeger's, separated by commas; n is how many.
	jaegerSpans(at int64, spans []byte, n int) error
	// endTrace ends the trace whose spans came before; processes is its field, nil if it did not come.
	endTrace(processes, warnings []byte) error
	// unreadable takes note of a span that had to be left out.
	unreadable(err error)
	// roomFor tells whether another span of this Jaeger trace, of which n have come, is wanted.
	roomFor(n int) bool
}

// parser walks through documents and cuts them into pieces of about limit bytes.
type parser struct {
	*scanner
	out        sink
	limit      int // 0: a piece for each span
	recognised bool
	empty      bool   // the input is white space
	refusal    string // an error that came instead of traces, or after some, in the server's words
}

// documents consumes the whole input.
func (p *parser) documents() error {
	p.empty = true
	for {
		if _, err := p.peek(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		p.empty = false
		if err := p.document(0); err != nil {
			return err
		}
	}
}

// document consumes one document; depth counts the envelopes around it.
func (p *parser) document(depth int) error {
	c, err := p.peek()
	if err != nil {
		return err
	}
	switch {
	case c == '[' && depth < 2:
		return p.array(func() error { return p.document(depth + 1) })
	case c != '{' && depth == 0:
		return p.fail(p.pos, "no JSON object")
	case c != '{' || depth >= 3:
		return p.skip()
	}
	t := jaegerTrace{parser: p}
	err = p.object(func(key string) error {
		switch key {
		case "resourceSpans", "resource_spans":
			p.recognised = true
			return p.array(p.resourceSpans)
		case "result":
			return p.document(depth + 1)
		case "data":
			p.recognised = true
			if c, err := p.peek(); err == nil && c == '{' {
				return p.trace()
			}
			return p.array(p.trace)
		case "spans", "processes", "traceID":
			p.recognised = p.recognised || key == "spans"
			return t.field(key)
		case "error", "errors":
			return p.refused()
		}
		return p.skip()
	})
	return first(err, t.end(err))
}

// refused reads {"message": ...} as grpc-gateway writes it, or [{"msg": ...}] as Jaeger does.
func (p *parser) refused() error {
	raw, fits, err := p.value(64 << 10)
	if err != nil {
		return err
	}
	if !fits {
		return p.skip()
	}
	if text := Refusal(raw); text != "" && p.refusal == "" {
		p.refusal = text
	}
	return nil
}

// Refusal is the message in the value of a field "error" or "errors", cleaned; "" if there is none.
func Refusal(raw []byte) string {
	type message struct{ Message, Msg string }
	var one message
	var many []message
	if json.Unmarshal(raw, &many) == nil && len(many) > 0 {
		one = many[0]
	} else if json.Unmarshal(raw, &one) != nil {
		_ = json.Unmarshal(raw, &one.Message)
	}
	return sources.Clean(strings.TrimSpace(one.Message + one.Msg))
}

// resourceSpans cuts one ResourceSpans. A small one is one piece; a large one is cut between its spans, each piece with
// the resource and the scope. Where these come after the spans, the spans wait for them.
func (p *parser) resourceSpans() error {
	at := p.offset()
	if raw, fits, err := p.whole(); err != nil || fits {
		if err != nil {
			return err
		}
		return p.out.otlp(at, raw)
	}
	var resource []byte
	var waiting [][]byte
	err := p.object(func(key string) error {
		switch key {
		case "resource":
			raw, _, err := p.value(0)
			resource = slices.Clone(raw)
			return err
		case "scopeSpans", "scope_spans":
			if resource == nil {
				if raw, _, err := p.value(0); err == nil {
					waiting = append(waiting, slices.Clone(raw))
					return nil
				}
			}
			return p.array(func() error { return p.scopeSpans(resource) })
		}
		return p.skip()
	})
	for _, raw := range waiting {
		late := p.over(at, raw)
		err = first(err, late.array(func() error { return late.scopeSpans(resource) }))
	}
	return err
}

// over is a parser of bytes that were read already.
func (p *parser) over(at int64, raw []byte) *parser {
	s := scannerOver(raw)
	s.base = at
	return &parser{scanner: s, out: p.out, limit: p.limit}
}

// whole consumes a value that fits into one piece. A value that doesn't end is not consumed and does not fit: its parts
// may be whole.
func (p *parser) whole() (raw []byte, fits bool, err error) {
	if p.limit == 0 {
		_, err = p.peek()
		return nil, false, err
	}
	raw, fits, err = p.value(p.limit)
	if err != nil && raw == nil {
		c, peekErr := p.peek()
		if peekErr != nil || c != '{' {
			return nil, false, err
		}
		return nil, false, nil
	}
	return raw, fits, err
}

func (p *parser) scopeSpans(resource []byte) error {
	at := p.offset()
	if raw, fits, err := p.whole(); err != nil || fits {
		if err != nil {
			return err
		}
		return p.out.otlp(at, slices.Concat(head(resource, `"scopeSpans":[`), raw, []byte(`]}`)))
	}
	var scope, waiting []byte
	err := p.object(func(key string) error {
		switch key {
		case "scope":
			raw, _, err := p.value(0)
			scope = slices.Clone(raw)
			return err
		case "spans":
			if scope == nil {
				if raw, _, err := p.value(0); err == nil {
					waiting = slices.Clone(raw)
					return nil
				}
			}
			return p.spans(resource, scope)
		}
		return p.skip()
	})
	if waiting != nil {
		err = first(err, p.over(at, waiting).spans(resource, scope))
	}
	return err
}

// spans cuts an array of OTLP's spans.
func (p *parser) spans(resource, scope []byte) error {
	open := append(head(resource, `"scopeSpans":[`), head(nil, "")...)
	if scope != nil {
		open = append(append(append(open, `"scope":`...), scope...), ',')
	}
	open = append(open, `"spans":[`...)
	piece, at := slices.Clone(open), p.offset()
	flush := func() error {
		if len(piece) == len(open) {
			return nil
		}
		err := p.out.otlp(at, append(piece, `]}]}`...))
		piece, at = piece[:len(open)], p.offset()
		return err
	}
	err := p.array(func() error {
		raw, _, err := p.value(0)
		if err != nil {
			return p.tooDeep(err)
		}
		if len(piece) > len(open) {
			piece = append(piece, ',')
		}
		piece = append(piece, raw...)
		if len(piece)-len(open) > p.limit {
			return flush()
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return err
	}
	return first(err, flush())
}

// tooDeep leaves out a span that could not be read because it is nested too deep; other errors stay.
func (p *parser) tooDeep(err error) error {
	if e, ok := errors.AsType[*syntaxError](err); ok && e.deep {
		p.out.unreadable(e)
		return p.skip()
	}
	return err
}

// head opens an object with a resource, if there is one, and with what follows.
func head(resource []byte, next string) []byte {
	out := []byte{'{'}
	if resource != nil {
		out = append(append(append(out, `"resource":`...), resource...), ',')
	}
	return append(out, next...)
}

// trace cuts one trace of Jaeger's.
func (p *parser) trace() error {
	if c, err := p.peek(); err != nil || c != '{' {
		return first(err, p.skip())
	}
	at := p.offset()
	if raw, fits, err := p.whole(); err != nil || fits {
		if err != nil {
			return err
		}
		return p.out.trace(at, raw)
	}
	t := jaegerTrace{parser: p}
	err := p.object(t.field)
	return first(err, t.end(err))
}

// jaegerTrace is a trace of Jaeger's that is cut between its spans; its processes come after them.
type jaegerTrace struct {
	*parser
	processes, warnings []byte
	spans               int
	rooted              bool // one of the spans looks like a root
}

// noReferences is what Jaeger writes in a root.
var noReferences = []byte(`"references":[]`)

func (t *jaegerTrace) field(key string) error {
	switch key {
	case "spans":
		return t.cut()
	case "processes", "warnings":
		raw, _, err := t.value(0)
		if err != nil {
			return err
		}
		if key == "processes" {
			t.processes = slices.Clone(raw)
		} else {
			t.warnings = slices.Clone(raw)
		}
		return nil
	}
	return t.skip()
}

func (t *jaegerTrace) cut() error {
	var piece []byte
	n, at := 0, t.offset()
	flush := func() error {
		if n == 0 {
			return nil
		}
		err := t.out.jaegerSpans(at, piece, n)
		piece, n, at = piece[:0], 0, t.offset()
		return err
	}
	err := t.array(func() error {
		t.spans++
		room := t.out.roomFor(t.spans)
		if !room && t.rooted {
			return t.skip() // the processes are still to come
		}
		raw, _, err := t.value(0)
		if err != nil {
			t.spans--
			return t.tooDeep(err)
		}
		t.rooted = t.rooted || bytes.Contains(raw, noReferences)
		if !room && !t.rooted {
			return nil
		}
		if n > 0 {
			piece = append(piece, ',')
		}
		piece = append(piece, raw...)
		n++
		if len(piece) > t.limit {
			return flush()
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return err
	}
	return first(err, flush())
}

// end tells that no more of this trace comes; err is how its reading ended.
func (t *jaegerTrace) end(err error) error {
	if t.spans == 0 && t.processes == nil || errors.Is(err, errEnough) {
		return nil
	}
	return t.out.endTrace(t.processes, t.warnings)
}
