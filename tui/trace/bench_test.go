package trace

import (
	"fmt"
	"testing"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/sources/tracing/tracegen"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// A key costs its Update and the frame after it. The bound is 16 ms on 200x60, for 20,000 spans and for
// 100,000.

func BenchmarkKeys20k(b *testing.B)  { benchmarkKeys(b, 20_000) }
func BenchmarkKeys100k(b *testing.B) { benchmarkKeys(b, 100_000) }

// BenchmarkKeysDeep and BenchmarkKeysWide are traces at their worst: one chain, one parent of all.
func BenchmarkKeysDeep(b *testing.B) {
	benchmarkShape(b, tracegen.Options{Spans: 10_000, Shape: tracegen.Deep})
}
func BenchmarkKeysWide(b *testing.B) {
	benchmarkShape(b, tracegen.Options{Spans: 100_000, Shape: tracegen.Wide})
}

func benchmarkKeys(b *testing.B, spans int) { benchmarkShape(b, tracegen.Options{Spans: spans}) }

func benchmarkShape(b *testing.B, o tracegen.Options) {
	a := tracing.Analyze(tracegen.Trace(o))
	for _, group := range []struct {
		name string
		keys []string // pressed in turn
	}{
		{"down", []string{"down"}},
		{"page", []string{"pgdown", "pgdown", "pgdown", "pgup"}},
		{"ends", []string{"end", "home"}},
		{"fold-root", []string{"home", "left", "right"}},
		{"levels", []string{"<", "<", ">", ">"}},
		{"error", []string{"e"}},
		{"path", []string{"c"}},
		{"self", []string{"s"}},
		{"zoom", []string{"c", "z", "Z"}},
		{"span", []string{"e", "enter", "esc"}},
		{"find", []string{"/", "s", "c", "a", "n", "enter", "n", "N"}},
		{"flame", []string{"f", "down", "right", "enter", "up", "Z", "f"}},
	} {
		b.Run(group.name, func(b *testing.B) {
			p, c := shown(page.OpenTrace{ID: "big"}, a, 200, 60)
			// What is worked out off the loop is no part of a key's time.
			press(p, c, "f", "down", "f", "/", "s", "enter", "n")
			p.Escape()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := group.keys[i%len(group.keys)]
				if k == "esc" {
					p.Escape()
				} else {
					p.Update(c, pagetest.Key(k))
				}
				p.View(c)
			}
		})
	}
}

// BenchmarkFirstFrame is the frame that shows a trace first, all its tables included.
func BenchmarkFirstFrame(b *testing.B) {
	for _, spans := range []int{20_000, 100_000} {
		b.Run(fmt.Sprint(spans), func(b *testing.B) {
			_, c := shown(page.OpenTrace{ID: "big"}, tracing.Analyze(tracegen.Trace(tracegen.Options{Spans: spans})), 200, 60)
			b.ReportAllocs()
			for b.Loop() {
				New(page.OpenTrace{ID: "big"}).View(c)
			}
		})
	}
}

// BenchmarkRefresh is the frame after another reading of the same trace, and of one that has changed.
func BenchmarkRefresh(b *testing.B) {
	whole := tracegen.Trace(tracegen.Options{Spans: 100_000})
	part := sources.Trace{ID: whole.ID, Spans: whole.Spans[:len(whole.Spans)-1]}
	for name, readings := range map[string][2]*tracing.Analysis{
		"same":    {tracing.Analyze(whole), tracing.Analyze(whole)},
		"changed": {tracing.Analyze(whole), tracing.Analyze(part)},
	} {
		b.Run(name, func(b *testing.B) {
			p, c := shown(page.OpenTrace{ID: "big"}, readings[0], 200, 60)
			press(p, c, "end", "left")
			at := pagetest.Now
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				at = at.Add(1)
				snap := feedtest.Value(readings[(i+1)%2], at)
				c.Data.(*feedtest.Reader).TraceFunc = func(string) sources.Snapshot[*tracing.Analysis] { return snap }
				p.View(c)
			}
		})
	}
}

// BenchmarkSearch is what typing asks for off the loop, BenchmarkFlame the same for the flame graph.
func BenchmarkSearch(b *testing.B) {
	a := tracing.Analyze(tracegen.Trace(tracegen.Options{Spans: 100_000}))
	p := New(page.OpenTrace{ID: "big"})
	p.a = a
	b.ReportAllocs()
	for b.Loop() {
		p.find.asked, p.find.prompt.Text = "", "nowhere to be found"
		p.startFind()()
	}
}

func BenchmarkFlame(b *testing.B) {
	a := tracing.Analyze(tracegen.Trace(tracegen.Options{Spans: 100_000}))
	b.ReportAllocs()
	for b.Loop() {
		newFlameGraph(a)
	}
}

// BenchmarkHostileSpan opens spans with 10,000 tags, 5,000 events, and a tag of 1 MB.
func BenchmarkHostileSpan(b *testing.B) {
	for _, hostile := range tracegen.Hostile(1) {
		switch hostile.Name {
		case "10,000 tags on a span", "5,000 events on a span", "a tag of 1 MB":
		default:
			continue
		}
		for _, k := range []string{"enter", "down", "end", "pgup"} {
			b.Run(hostile.Name+"/"+k, func(b *testing.B) {
				for i := range hostile.Trace.Spans {
					for j, tag := range hostile.Trace.Spans[i].Tags { // as a client would
						hostile.Trace.Spans[i].Tags[j].Value = sources.CleanBlock(tag.Value)
					}
				}
				p, c := show(hostile.Trace, 200, 60)
				if k != "enter" {
					press(p, c, "enter")
					p.View(c)
				}
				b.ReportAllocs()
				for b.Loop() {
					p.Update(c, pagetest.Key(k))
					p.View(c)
					if k == "enter" {
						p.Escape()
					}
				}
			})
		}
	}
}
