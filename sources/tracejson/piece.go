package tracejson

import (
	"errors"
	"fmt"
	"slices"

	jsoniter "github.com/json-iterator/go"

	"dlmon/sources"
)

type pieceKind int

const (
	otlpPiece   pieceKind = iota // TracesData
	tracesPiece                  // an array of Jaeger's traces
	spansPiece                   // an array of spans of one trace of Jaeger's
	endPiece                     // the end of that trace
)

// piece is some JSON on its way to spans.
type piece struct {
	kind                pieceKind
	raw                 []byte
	processes, warnings []byte // of endPiece
	at                  int64  // about where it stands in the input
	done                chan struct{}

	spans    []sources.Span
	ids      []string // of spansPiece: each span's process
	bad      int      // spans that could not be read
	firstBad string
}

// decode turns the piece into spans. Where one can't be read, the others are read one by one.
func (p *piece) decode(b *Builder) {
	var err error
	if p.spans, p.ids, err = decodePiece(b, p.kind, p.raw); err == nil {
		return
	}
	p.spans, p.ids = nil, nil
	whole := scannerOver(p.raw)
	switch p.kind {
	case spansPiece:
		_ = whole.array(func() error {
			raw, _, err := whole.value(0)
			if err != nil {
				return err
			}
			spans, ids, err := decodePiece(b, spansPiece, slices.Concat([]byte{'['}, raw, []byte{']'}))
			if err != nil {
				p.unreadable(err)
				return nil
			}
			p.spans, p.ids = append(p.spans, spans...), append(p.ids, ids...)
			return nil
		})
	default:
		one := &oneByOne{piece: p, builder: b}
		walk := &parser{scanner: whole, out: one}
		if p.kind == otlpPiece {
			err = walk.array(walk.resourceSpans)
		} else {
			err = walk.array(walk.trace)
		}
	}
	if p.bad == 0 && err != nil {
		p.unreadable(err)
	}
}

func (p *piece) unreadable(err error) {
	if p.bad++; p.bad == 1 {
		p.firstBad = err.Error()
	}
}

// decodePiece guards against panics of the libraries: a broken trace must not end a dashboard.
func decodePiece(b *Builder, kind pieceKind, raw []byte) (spans []sources.Span, ids []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			spans, ids, err = nil, nil, fmt.Errorf("the decoder failed: %v", r)
		}
	}()
	switch kind {
	case otlpPiece:
		spans, err = decodeOTLP(b, slices.Concat([]byte(`{"resourceSpans":`), raw, []byte{'}'}))
	case tracesPiece:
		spans, err = decodeTraces(b, raw)
	default:
		spans, ids, err = decodeSpans(b, raw)
	}
	if err != nil {
		return nil, nil, err
	}
	return spans, ids, nil
}

// oneByOne is a sink that decodes every span by itself, for a piece in which one can't be read.
type oneByOne struct {
	*piece
	builder *Builder
	part    []sources.Span // of the trace of Jaeger's that has not ended
	ids     []string
}

func (o *oneByOne) otlp(_ int64, raw []byte) error {
	spans, _, err := decodePiece(o.builder, otlpPiece, slices.Concat([]byte{'['}, raw, []byte{']'}))
	if err != nil {
		o.unreadable(err)
	}
	o.piece.spans = append(o.piece.spans, spans...)
	return nil
}

func (o *oneByOne) trace(int64, []byte) error { return errors.New("a trace is not one span") }

func (o *oneByOne) jaegerSpans(_ int64, raw []byte, _ int) error {
	spans, ids, err := decodePiece(o.builder, spansPiece, slices.Concat([]byte{'['}, raw, []byte{']'}))
	if err != nil {
		o.unreadable(err)
	}
	o.part, o.ids = append(o.part, spans...), append(o.ids, ids...)
	return nil
}

func (o *oneByOne) endTrace(raw, _ []byte) error {
	var processes map[string]process
	if raw != nil {
		if err := iterate(raw, func(it *jsoniter.Iterator) { processes = readProcesses(o.builder, it) }); err != nil {
			o.unreadable(err)
		}
	}
	resolve(o.part, o.ids, processes, nil)
	o.piece.spans = append(o.piece.spans, o.part...)
	o.part, o.ids = nil, nil
	return nil
}

func (o *oneByOne) roomFor(int) bool { return true }
