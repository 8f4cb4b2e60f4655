package panel

// What belongs to a moment: marks of what happened, the time picked, and which time a cell of the plot stands for.

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"dlmon/themes"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
)

// Events are marks as a time axis shows them.
func Events(s *themes.Styles, marks []dashboard.Mark) []chart.Event {
	out := make([]chart.Event, len(marks))
	for i, m := range marks {
		sign, ink, rank := markSign(s, m)
		r, _ := utf8.DecodeRuneInString(sign)
		out[i] = chart.Event{At: m.At, Sign: r, Ink: ink, Rank: rank}
	}
	return out
}

func markSign(s *themes.Styles, m dashboard.Mark) (sign string, ink chart.Ink, rank int) {
	switch {
	case m.Kind == dashboard.MarkFiring && m.State == dashboard.StateCritical:
		return s.Glyphs.Critical, chart.Critical, 4
	case m.Kind == dashboard.MarkFiring:
		return s.Glyphs.Warn, chart.Warn, 3
	case m.Kind == dashboard.MarkRestart:
		return s.Glyphs.Restart, chart.Note, 1
	case m.Kind == dashboard.MarkVersion:
		return s.Glyphs.Version, chart.Note, 2
	}
	return s.Glyphs.OK, chart.OK, 0
}

// marks are those of the options.
func (v *view) marks() []dashboard.Mark {
	if v.o.Marks == nil {
		return nil
	}
	return *v.o.Marks
}

// markLines say in words what the marks stand for, on at most limit lines: those nearest to the time being read first,
// or else the newest.
func (v *view) markLines(limit int) []string {
	marks := slices.Clone(v.marks())
	if v.Grid.Columns < 2 || len(marks) == 0 || limit <= 0 {
		return nil
	}
	near := v.Grid.Time(v.Grid.Columns - 1)
	if c := v.o.Cursor; c >= 0 && c < v.Grid.Columns {
		near = v.Grid.Time(c)
	}
	slices.SortStableFunc(marks, func(a, b dashboard.Mark) int {
		return cmp.Compare(a.At.Sub(near).Abs(), b.At.Sub(near).Abs())
	})
	texts := make([]string, len(marks))
	for i, m := range marks {
		sign, ink, _ := markSign(v.s, m)
		texts[i] = v.ink(ink).Render(sign) + " " + v.s.Muted.Render(m.At.In(v.zone()).Format("15:04:05")) + " " + v.s.Text.Render(m.Words())
	}
	lines, shown := flow(texts, v.w-1, limit)
	if shown < len(texts) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(texts)-shown)
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// Plot is where a panel's plot stands in its cells, and which times it shows.
type Plot struct {
	X, Y, Width, Height int // of the columns, relative to the panel; Height holds the time axis
	grid                dashboard.Grid
	area                chart.Area
}

// Holds tells whether a cell of the panel belongs to the plot or its axis.
func (p Plot) Holds(x, y int) bool {
	return x >= p.X && x < p.X+p.Width && y >= p.Y && y < p.Y+p.Height
}

// Time is the time of the column nearest to a cell of the panel, which may lie beside the plot.
func (p Plot) Time(x int) time.Time {
	return p.grid.Time(p.area.Column(x - p.X + p.area.Left))
}

// PlotOf finds the plot of a panel as Render draws it; false: it draws none over time.
func PlotOf(d dashboard.Data, o Options) (Plot, bool) {
	v := newView(d, o)
	v.area = &area{}
	v.body()
	a := v.area
	if a.chart.Columns < 2 || a.chart.Width <= 0 || d.Grid.Step <= 0 {
		return Plot{}, false
	}
	return Plot{X: a.x + a.chart.Left, Y: 1 + a.y, Width: a.chart.Width, Height: a.chart.Height + a.axis, grid: d.Grid, area: a.chart}, true
}

// area is where the last picture of a view stands: its cells, and the chart in it.
type area struct {
	x, y, axis int // y is under the title line
	chart      chart.Area
}

// placed notes where a picture stands that begins top lines below the title.
func (v *view) placed(f *chart.Frame, top, h int) func() {
	if v.area == nil {
		return func() {}
	}
	v.area.chart = chart.Area{}
	f.Area = &v.area.chart
	return func() { v.area.x, v.area.y, v.area.axis = 1, top, max(h-v.area.chart.Height, 0) }
}

// selection is the stretch of columns between two times of the options.
func (v *view) selection() chart.Stretch {
	if v.o.From.IsZero() || v.o.To.IsZero() {
		return chart.Stretch{}
	}
	from, to := v.Grid.Column(v.o.From), v.Grid.Column(v.o.To)
	return chart.Stretch{From: from, To: to, On: from >= 0 && to >= 0}
}
