package tracejson

// Lists: traces are summed up while they arrive, so that a list of large ones takes no more memory than one of small ones.

import (
	"io"
	"math"
	"strings"

	"dlmon/sources"
)

// Summaries is Decode for a list: traces are summed up while they arrive, with all their spans (MaxSpans and One don't
// matter), and none is kept. Where the input breaks off, TraceSummary.Cut says so of the trace that was arriving.
func Summaries(r io.Reader, o Options) ([]sources.TraceSummary, error) {
	o.MaxSpans, o.One = math.MaxInt-1, false
	c, err := collect(r, o, true)
	if c == nil {
		return nil, err
	}
	return c.summaries(err), nil
}

func (c *collector) sumUp(g *gathered, spans []sources.Span, ids []string) {
	for i := range spans {
		if len(ids) > 0 && ids[i] != "" {
			spans[i].Service = unnamed + ids[i]
		}
		g.sum.Add(&spans[i])
	}
	if len(ids) > 0 && (len(c.open) == 0 || c.open[len(c.open)-1].of != g) {
		c.open = append(c.open, stretch{of: g})
	}
}

// unnamed marks a process whose service is not known yet; no cleaned text holds a NUL.
const unnamed = "\x00"

// named is the service of a process that was marked; others stay.
func named(service string, processes map[string]process) string {
	id, marked := strings.CutPrefix(service, unnamed)
	if !marked {
		return service
	}
	if p, ok := processes[id]; ok {
		return p.service
	}
	return id
}

// summaries is everything that was summed up; err is why there is no more. An answer holds one trace after another, so
// that it is the last one that may lack spans.
func (c *collector) summaries(err error) []sources.TraceSummary {
	out := make([]sources.TraceSummary, 0, len(c.order))
	for _, g := range c.order {
		s := g.sum.Summary()
		var cut []string
		if err != nil && g == c.last {
			cut = append(cut, CutOff(c.o.Input, c.spans, c.reason(err)))
		}
		if c.bad > 0 {
			cut = append(cut, c.leftOut())
		}
		s.Cut = sources.Clean(strings.Join(cut, "; "))
		out = append(out, s)
	}
	return out
}
