package traces

import (
	"runtime"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/sources/tracing/tracegen"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// heavy is a store of as many traces and spans as an analysis reads at most.
func heavy() (*feedtest.Reader, page.TraceQuery) {
	r := pagetest.Reader()
	r.Traces, r.TraceFunc = map[string]sources.Snapshot[*tracing.Analysis]{}, nil
	var list []sources.TraceSummary
	for _, t := range tracegen.Traces(maxTraces, tracegen.Options{Spans: maxSpans / maxTraces}) {
		r.Traces[t.ID] = feedtest.Value(tracing.Analyze(t), pagetest.Now)
		list = append(list, t.Summary())
	}
	r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value(list, pagetest.Now)
	}
	return r, page.TraceQuery{Title: "heavy", Limit: maxTraces}
}

// BenchmarkAnalysis measures what the operator waits for with 200 traces of 1,000 spans each: the sums (off the loop),
// and a key with the frame after it.
func BenchmarkAnalysis(b *testing.B) {
	r, q := heavy()
	for _, kind := range kinds {
		o := page.OpenAnalysis{Kind: kind, Query: q}
		if kind == page.AnalysisCompare {
			for id := range r.Traces {
				o.A = append(o.A, id)
			}
			o.A = o.A[:2]
		}
		c := pagetest.Context(r, 200, 58)
		p := NewAnalysis(o).(*Analysis)
		b.Run(kind+"/sums", func(b *testing.B) {
			for b.Loop() {
				in := p.gather.look(c)
				p.kind.work(c, in.input)()
			}
		})
		opened(p, c)
		b.Run(kind+"/key", func(b *testing.B) {
			var worst time.Duration
			for b.Loop() {
				at := time.Now()
				p.Update(c, pagetest.Key("down"))
				p.Wants(c)
				p.View(c)
				worst = max(worst, time.Since(at))
			}
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
		})
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.Logf("%d MiB live", m.HeapAlloc>>20)
	runtime.KeepAlive(r)
}
