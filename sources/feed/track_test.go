package feed

import (
	"fmt"
	"testing"
	"time"

	"dlmon/sources"
)

func TestTrackForgetsSeriesThatLeftTheWindow(t *testing.T) {
	tr := track{step: time.Second, wanted: 10 * time.Second}
	for col := range int64(1000) {
		pod := sources.Series{Labels: sources.Labels{"pod": fmt.Sprint(col)}, Values: []float64{1}}
		m := sources.Matrix{Start: gridTime(col, tr.step), Step: tr.step, Columns: 1, Series: []sources.Series{pod}}
		tr.merge(rangeAnswer{parts: []part{{from: col, to: col, m: m}}, end: col})
	}
	if n := len(tr.lines); n != 11 {
		t.Errorf("%d series kept after a thousand restarts, want one per column: 11", n)
	}
}

func TestTrackOfAClockThatWasPutBackIsAskedAnew(t *testing.T) {
	for _, step := range []time.Duration{15 * time.Second, 15 * time.Minute} {
		tr := track{step: step, wanted: 24 * time.Hour}
		ask := func(now time.Time) (columns int64) {
			parts, end, err := tr.missing(now)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range parts {
				if p.from > p.to || p.until.IsZero() && gridTime(p.to, step).After(now) || p.until.After(now) {
					t.Fatalf("step %v: asked %v to %v at %v", step, gridTime(p.from, step), gridTime(p.to, step), now)
				}
				columns += p.to - p.from + 1
				values := make([]float64, p.to-p.from+1)
				for i := range values {
					values[i] = float64(now.Unix())
				}
				parts[i].m = sources.Matrix{Start: gridTime(p.from, step), Step: step, Columns: len(values), Series: []sources.Series{{Values: values}}}
			}
			tr.merge(rangeAnswer{parts: parts, end: end})
			return columns
		}
		now := time.Date(2026, 3, 4, 20, 13, 20, 0, time.UTC)
		all := ask(now)
		if n := ask(now.Add(step)); n > 5 {
			t.Errorf("step %v: %d columns for one that is new", step, n)
		}
		back := now.Add(-2 * time.Hour)
		if n := ask(back); n != all {
			t.Errorf("step %v: %d columns asked after the clock was put back, want all %d", step, n, all)
		}
		m := tr.view(24 * time.Hour)
		if m.End().After(back) || m.Time(0).After(back.Add(-23*time.Hour)) {
			t.Errorf("step %v: from %v to %v at %v", step, m.Start, m.End(), back)
		}
		for _, v := range m.Series[0].Values {
			if v != float64(back.Unix()) {
				t.Fatalf("step %v: a value of another clock is left", step)
			}
		}
	}
}
