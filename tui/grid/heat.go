package grid

// The cursor of a heatmap that is shown full screen: a column of time and a bucket.

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// bucket is the selected bucket. It is held by its upper bound, so that it stays while others come and go.
type bucket struct {
	bound float64
	set   bool
}

// in is the bucket's index in h, -1 for none.
func (b bucket) in(h *dashboard.Heat) int {
	if b.set {
		for i, bound := range h.Bounds {
			if bound == b.bound {
				return i
			}
		}
	}
	return -1
}

// moveBucket moves the cursor by one bucket. The first move sets it, where no column is being read on the newest: on the
// slowest bucket that something fell into.
func (f *Full) moveBucket(c page.Context, d dashboard.Data, up bool) (cmd tea.Cmd) {
	from, to := d.Heat.Shown()
	if from == to || d.Grid.Columns == 0 {
		return nil
	}
	column := d.Grid.Column(c.Cursor)
	if column < 0 {
		column, cmd = d.Grid.Columns-1, read(d, 1)
	}
	i := f.bucket.in(d.Heat)
	switch {
	case i < 0:
		i = to - 1
		for i > from && !(d.Heat.Cells[i][column] > 0) {
			i--
		}
	case up:
		i++
	default:
		i--
	}
	i = max(from, min(i, to-1))
	f.bucket = bucket{bound: d.Heat.Bounds[i], set: true}
	return cmd
}

// cellQuery asks for the traces under the cursor: those that took as long as the bucket says, and those that the column
// counts. A column counts what happened in the rate window before it, so that is the time asked for, and the step after
// it. Without a cursor it asks as the grid does.
func (f *Full) cellQuery(c page.Context, d dashboard.Data) page.TraceQuery {
	q := page.PanelQuery(c, d, nil)
	at := d.Grid.Column(c.Cursor)
	if at < 0 {
		return q
	}
	t := d.Grid.Start.Add(time.Duration(at) * d.Grid.Step)
	q.Since, q.Until = t.Add(-max(c.Env.Rate, d.Grid.Step)), t.Add(d.Grid.Step)
	q.Title += " at " + c.Clock(t)
	if i := f.bucket.in(d.Heat); i >= 0 && d.Panel.Unit == dashboard.UnitSeconds {
		lower, upper := d.Heat.Range(i)
		q.Min = max(page.Seconds(lower), 0)
		if !math.IsInf(upper, 1) {
			q.Max = page.Seconds(upper)
		}
		q.Title += ", " + dashboard.FormatBucket(lower, upper, d.Panel.Unit)
	}
	return q
}
