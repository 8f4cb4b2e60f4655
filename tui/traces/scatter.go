package traces

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dlmon/sources"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

const (
	scatterFrom = 16 // the least height of a page that has a scatter above its list
	scatterMin  = 5
	scatterMax  = 16
)

// scatterHeight is how many lines the scatter takes above the list; 0 where there is no room, or little to see.
func scatterHeight(c page.Context, r result) int {
	if c.Height < scatterFrom || len(r.traces) < 3 {
		return 0
	}
	return min(max((c.Height-2)/4, scatterMin), scatterMax)
}

// Kinds of dots; the higher one wins a cell.
const (
	dotPlain = iota
	dotExemplar
	dotFailed
)

// scatter draws the duration of the traces shown over their start, on the scale of all traces found, so that a filter
// doesn't move what it leaves.
func (l *List) scatter(c page.Context, f frame) []string {
	h := scatterHeight(c, f.result)
	if h == 0 {
		return nil
	}
	s, g := c.Styles, c.Styles.Glyphs
	start, end := extent(f.result.traces)
	dots := make([]chart.Dot, len(f.rows))
	for i, t := range f.rows {
		dots[i] = chart.Dot{At: t.Start, Y: t.Duration.Seconds()}
		if _, ok := f.result.top[t.ID]; ok {
			dots[i].Kind = dotExemplar
		}
		if t.Errors > 0 {
			dots[i].Kind = dotFailed
		}
	}
	least, most := math.Inf(1), 0.0
	for _, t := range f.result.traces {
		if d := t.Duration.Seconds(); d > 0 {
			least, most = min(least, d), max(most, d)
		}
	}
	rows := chart.Scatter(dots, l.cursor.Row, c.Width, h, []string{g.OK, g.Exemplar, g.Critical}, chart.Frame{
		Format: func(v float64) string { return dashboard.FormatValue(v, dashboard.UnitSeconds) },
		Time:   chart.TimeAxis{Start: start, End: end, Zone: c.Zone(c.Now).Location(), Events: panel.Events(s, c.Marks), Picked: c.Cursor},
		ASCII:  s.ASCII,
	}, least, most)
	paint := func(k chart.Ink, text string) string {
		switch kind, ok := k.Series(); {
		case ok && kind == dotExemplar:
			return s.Key.Render(text)
		case ok && kind == dotFailed:
			return s.Critical.Render(text)
		case k == chart.Blank:
			return text
		}
		return panel.Ink(s, k).Render(text)
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = chart.Paint(row, paint)
	}
	return out
}

// extent is the time from the first to the last of the traces' starts, at least a second.
func extent(traces []sources.TraceSummary) (start, end time.Time) {
	for i, t := range traces {
		if i == 0 || t.Start.Before(start) {
			start = t.Start
		}
		if i == 0 || t.Start.After(end) {
			end = t.Start
		}
	}
	if end.Sub(start) < time.Second {
		start, end = start.Add(-time.Second/2), end.Add(time.Second/2)
	}
	return start, end
}

// pick moves the selection by d traces in the order of their start.
func (l *List) pick(f frame, d int) {
	order := make([]int, len(f.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(f.rows[a].Start.Compare(f.rows[b].Start), cmp.Compare(f.rows[a].ID, f.rows[b].ID))
	})
	at := slices.Index(order, l.cursor.Row)
	if at < 0 {
		return
	}
	to := order[min(max(at+d, 0), len(order)-1)]
	l.cursor.Move(f.ids, to-l.cursor.Row, f.visible)
}
