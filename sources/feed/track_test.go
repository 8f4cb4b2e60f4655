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
		tr.merge(rangeAnswer{parts: []part{{from: col, to: col, m: m}}})
	}
	if n := len(tr.lines); n != 11 {
		t.Errorf("%d series kept after a thousand restarts, want one per column: 11", n)
	}
}
