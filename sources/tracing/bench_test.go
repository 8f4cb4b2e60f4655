package tracing

import (
	"fmt"
	"testing"

	"dlmon/sources/tracing/tracegen"
)

var shapes = map[string]tracegen.Shape{"realistic": tracegen.Realistic, "deep": tracegen.Deep, "wide": tracegen.Wide}

// Analyze is what a trace waits for between its last byte and the screen.
func BenchmarkAnalyze20k(b *testing.B)  { benchmarkAnalyze(b, 20_000) }
func BenchmarkAnalyze100k(b *testing.B) { benchmarkAnalyze(b, 100_000) }

func benchmarkAnalyze(b *testing.B, spans int) {
	for name, shape := range shapes {
		t := tracegen.Trace(tracegen.Options{Spans: spans, Shape: shape, Tags: -1})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Analyze(t)
			}
		})
	}
}

func BenchmarkFlame(b *testing.B) {
	for name, shape := range shapes {
		a := Analyze(tracegen.Trace(tracegen.Options{Spans: 100_000, Shape: shape, Tags: -1}))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a.Flame()
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	x := Analyze(tracegen.Trace(tracegen.Options{Spans: 20_000, Tags: -1}))
	y := Analyze(tracegen.Trace(tracegen.Options{Spans: 20_000, Seed: 1, Tags: -1}))
	b.ReportAllocs()
	for b.Loop() {
		Compare(x, y)
	}
}

// A list's worth of traces, and a few big ones.
func BenchmarkDiffer(b *testing.B) {
	for _, c := range []struct{ traces, spans int }{{100, 100}, {1000, 50}, {20, 20_000}} {
		all := analysed(c.traces, tracegen.Options{Spans: c.spans})
		b.Run(fmt.Sprintf("%dx%d", c.traces, c.spans), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Differ(all[:len(all)/2], all[len(all)/2:])
			}
		})
	}
}

func BenchmarkOperations(b *testing.B) {
	all := analysed(1000, tracegen.Options{Spans: 50, Tags: -1})
	b.ReportAllocs()
	for b.Loop() {
		Operations(all)
	}
}

func analysed(n int, o tracegen.Options) []*Analysis {
	var all []*Analysis
	for _, t := range tracegen.Traces(n, o) {
		all = append(all, Analyze(t))
	}
	return all
}
