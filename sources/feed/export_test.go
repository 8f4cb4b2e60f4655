package feed

import (
	"dlmon/sources"
	"dlmon/sources/tracing"
)

// SetAnalyze replaces the analysis of traces. It is called before a trace is wanted.
func (f *Feed) SetAnalyze(analyze func(sources.Trace) *tracing.Analysis) { f.analyze = analyze }
