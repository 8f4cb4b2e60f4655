package tracejson

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	jsoniter "github.com/json-iterator/go"

	"dlmon/sources"
)

// maxWorkers bounds how many pieces are decoded at once.
const maxWorkers = 8

// collector has pieces decoded side by side and takes the spans up in the order of the input.
type collector struct {
	o       *Options
	sum     bool // traces are summed up, and their spans not kept
	builder *Builder
	filling *piece    // more fits into it
	queue   []*piece  // given out, in order
	free    [][]byte  // buffers to fill again
	open    []stretch // the spans of the trace of Jaeger's that has not ended
	work    chan *piece
	workers sync.WaitGroup

	byID     map[string]*gathered
	order    []*gathered
	last     *gathered
	spans    int // taken up
	bad      int
	firstBad string
	enough   bool
}

// stretch is a row of spans that wait for their processes; ids are these.
type stretch struct {
	of       *gathered
	from, to int
	ids      []string
}

// gathered is one trace in the making.
type gathered struct {
	id     string
	spans  []sources.Span
	sum    *sources.Summing // instead of spans
	more   bool             // than are kept
	rooted bool             // a root is among those kept
}

func newCollector(o *Options) *collector {
	return &collector{o: o, builder: NewBuilder(), byID: map[string]*gathered{}}
}

// close ends the workers.
func (c *collector) close() {
	if c.work != nil {
		close(c.work)
		c.workers.Wait()
		c.work = nil
	}
}

func (c *collector) otlp(at int64, raw []byte) error {
	return c.fill(otlpPiece, at, raw)
}

func (c *collector) trace(at int64, raw []byte) error {
	return c.fill(tracesPiece, at, raw)
}

// fill collects small elements of one kind until there are enough for a piece.
func (c *collector) fill(kind pieceKind, at int64, raw []byte) error {
	if c.filling != nil && c.filling.kind != kind {
		if err := c.give(); err != nil {
			return err
		}
	}
	if c.filling == nil {
		c.filling = &piece{kind: kind, raw: c.buffer(), at: at}
	} else {
		c.filling.raw = append(c.filling.raw, ',')
	}
	c.filling.raw = append(c.filling.raw, raw...)
	if len(c.filling.raw) >= pieceBytes {
		return c.give()
	}
	return nil
}

// buffer is an empty one that begins with an opening bracket.
func (c *collector) buffer() []byte {
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return append(b[:0], '[')
	}
	return append(make([]byte, 0, pieceBytes+pieceBytes/2), '[')
}

func (c *collector) jaegerSpans(at int64, raw []byte, n int) error {
	if err := c.give(); err != nil {
		return err
	}
	c.filling = &piece{kind: spansPiece, raw: append(c.buffer(), raw...), at: at}
	return c.give()
}

func (c *collector) endTrace(processes, warnings []byte) error {
	if err := c.give(); err != nil {
		return err
	}
	c.filling = &piece{kind: endPiece, processes: processes, warnings: warnings}
	return c.give()
}

func (c *collector) unreadable(err error) { c.note(1, err.Error()) }

func (c *collector) note(n int, reason string) {
	if c.bad == 0 {
		c.firstBad = reason
	}
	c.bad += n
}

// roomFor lets one span more through than are kept, which tells that there are more.
func (c *collector) roomFor(n int) bool { return n <= c.o.MaxSpans+1 }

// give gives the piece that was filled out, and takes up what is ready if too much is under way.
func (c *collector) give() error {
	p := c.filling
	if p == nil {
		return c.stop()
	}
	c.filling = nil
	p.raw = append(p.raw, ']')
	// A single piece is not worth a worker.
	if len(c.queue) == 1 && c.work == nil && p.kind != endPiece && c.queue[0].kind != endPiece {
		c.start()
		c.send(c.queue[0])
	}
	c.queue = append(c.queue, p)
	if c.work != nil {
		c.send(p)
	}
	for len(c.queue) > 1 && (len(c.queue) > cap(c.work) || p.kind == endPiece) {
		c.take()
	}
	return c.stop()
}

func (c *collector) stop() error {
	if c.enough {
		return errEnough
	}
	return nil
}

func (c *collector) start() {
	n := min(runtime.GOMAXPROCS(0), maxWorkers)
	c.work = make(chan *piece, 2*n)
	for range n {
		c.workers.Go(func() {
			b := NewBuilder()
			for p := range c.work {
				p.decode(b)
				close(p.done)
			}
		})
	}
}

func (c *collector) send(p *piece) {
	if p.kind == endPiece {
		return
	}
	p.done = make(chan struct{})
	c.work <- p
}

// flush takes everything up.
func (c *collector) flush() {
	_ = c.give() // whether it is enough does not matter any more
	for len(c.queue) > 0 {
		c.take()
	}
}

// take takes the oldest piece up.
func (c *collector) take() {
	p := c.queue[0]
	c.queue = slices.Delete(c.queue, 0, 1)
	switch {
	case p.done != nil:
		<-p.done
	case p.kind != endPiece:
		p.decode(c.builder)
	}
	if p.raw != nil {
		c.free = append(c.free, p.raw)
		p.raw = nil
	}
	if p.bad > 0 {
		c.note(p.bad, fmt.Sprintf("%s, near byte %d", p.firstBad, p.at))
	}
	c.spans += len(p.spans)
	if p.kind == endPiece {
		c.end(p)
	} else {
		c.add(p.spans, p.ids)
	}
	if c.o.Progress != nil && len(p.spans) > 0 {
		c.o.Progress(c.spans)
	}
}

// end gives the spans of a trace of Jaeger's the processes that came after them.
func (c *collector) end(p *piece) {
	var processes map[string]process
	var warnings []string
	if p.processes != nil {
		_ = iterate(p.processes, func(it *jsoniter.Iterator) { processes = readProcesses(c.builder, it) })
	}
	if p.warnings != nil {
		_ = iterate(p.warnings, func(it *jsoniter.Iterator) { warnings = readTexts(it) })
	}
	for _, o := range c.open {
		if o.of.sum != nil {
			o.of.sum.Rename(func(service string) string { return named(service, processes) })
			continue
		}
		resolve(o.of.spans[o.from:o.to], o.ids, processes, warnings)
		warnings = nil
	}
	c.open = nil
}

// add sorts spans into their traces; ids, if there are any, are their processes.
func (c *collector) add(spans []sources.Span, ids []string) {
	for len(spans) > 0 {
		n := 1
		for n < len(spans) && spans[n].TraceID == spans[0].TraceID {
			n++
		}
		g := c.of(spans[0].TraceID)
		these := ids
		if len(ids) > 0 {
			these, ids = ids[:n], ids[n:]
		}
		if g.sum != nil {
			c.sumUp(g, spans[:n], these)
		} else {
			c.keep(g, spans[:n], these)
		}
		spans = spans[n:]
	}
}

// of is the trace with an id.
func (c *collector) of(id string) *gathered {
	if c.last == nil || c.last.id != id {
		c.last = c.byID[id]
		if c.last == nil {
			c.last = &gathered{id: id}
			if c.sum {
				c.last.id = strings.Clone(id)
				c.last.sum = sources.NewSumming(c.last.id)
			}
			c.byID[c.last.id] = c.last
			c.order = append(c.order, c.last)
		}
	}
	return c.last
}

func (c *collector) keep(g *gathered, spans []sources.Span, ids []string) {
	from := len(g.spans)
	room := min(len(spans), c.o.MaxSpans-from)
	g.spans = append(g.spans, spans[:room]...)
	if len(ids) > 0 {
		c.open = append(c.open, stretch{of: g, from: from, to: len(g.spans), ids: ids[:room]})
	}
	g.rooted = g.rooted || slices.ContainsFunc(spans[:room], root)
	if room == len(spans) {
		return
	}
	g.more = true
	// A root that comes later takes the last one's place: without it the tree falls apart.
	if i := slices.IndexFunc(spans[room:], root); !g.rooted && i >= 0 {
		last, id := len(g.spans)-1, ""
		if len(ids) > 0 {
			id = ids[room+i]
		}
		g.spans[last], g.rooted = spans[room+i], true
		c.reassign(g, last, id)
	}
	// Of a trace in Jaeger's own form the processes are still to come.
	c.enough = c.enough || c.o.One && g.rooted && len(ids) == 0
}

// reassign gives a span that was put in another's place its own process.
func (c *collector) reassign(g *gathered, at int, id string) {
	for _, o := range c.open {
		if o.of == g && o.from <= at && at < o.to {
			o.ids[at-o.from] = id
			return
		}
	}
	if id != "" {
		c.open = append(c.open, stretch{of: g, from: at, to: at + 1, ids: []string{id}})
	}
}

func root(s sources.Span) bool { return s.ParentID == "" }

// traces is everything that was taken up; err is why there is no more.
func (c *collector) traces(err error) []sources.Trace {
	out := make([]sources.Trace, 0, len(c.order))
	for _, g := range c.order {
		t := sources.Trace{ID: g.id, Spans: g.spans}
		Sort(t.Spans)
		var cut []string
		if g.more {
			cut = append(cut, CutAt(c.o.MaxSpans, g.rooted))
		}
		if err != nil {
			cut = append(cut, CutOff(c.o.Input, c.spans, c.reason(err)))
		}
		if c.bad > 0 {
			cut = append(cut, c.leftOut())
		}
		t.Cut = sources.Clean(strings.Join(cut, "; "))
		out = append(out, t)
	}
	return out
}

// leftOut says in words that spans lack; whose they were nobody knows.
func (c *collector) leftOut() string {
	return fmt.Sprintf("spans that could not be read: %d (%s)", c.bad, c.firstBad)
}

// Sort puts spans in the order of a sources.Trace: by start, then by id.
func Sort(spans []sources.Span) {
	compare := func(a, b *sources.Span) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.SpanID, b.SpanID))
	}
	inOrder := true
	for i := 1; i < len(spans) && inOrder; i++ {
		inOrder = compare(&spans[i-1], &spans[i]) <= 0
	}
	if inOrder {
		return
	}
	// Spans are large: their places are sorted, and each is moved once.
	order := make([]int32, len(spans))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return compare(&spans[a], &spans[b]) })
	// Follow the circles in which they go.
	for i := range order {
		if int(order[i]) == i {
			continue
		}
		first, at := spans[i], i
		for {
			from := int(order[at])
			order[at] = int32(at)
			if from == i {
				spans[at] = first
				break
			}
			spans[at], at = spans[from], from
		}
	}
}
