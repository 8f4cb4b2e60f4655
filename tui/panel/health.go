package panel

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

func (v *view) healthFacts() string {
	status := v.Health.Status
	if status == "" {
		return ""
	}
	sign, style := page.HealthMark(v.s, status)
	text := style.Render(sign + " " + string(status))
	if v.Health.Code >= 400 {
		text += v.s.Muted.Render(" HTTP " + strconv.Itoa(v.Health.Code))
	}
	return text
}

// health is a row per check with its message, duration and history; with few lines, several checks on each.
func (v *view) health() []string {
	checks := v.Health.Checks
	if len(checks) == 0 {
		text := v.Health.Raw
		if text == "" {
			text = "the report names no checks"
		}
		var out []string
		for _, l := range page.Wrap(text, max(v.w-2, 1), v.h, v.g.Ellipsis) {
			out = append(out, " "+l)
		}
		return out
	}
	if len(checks) > v.h && (v.h < 5 || v.o.Selected < 0 && !v.o.Full) {
		return v.healthFlow()
	}
	g := grid{columns: []column{
		{tight: true},
		{least: 6, most: 28, mid: true},
		{give: 12, most: max(v.w/2, 20)},
		{right: true, drop: 1},
		{least: 8, grow: true, drop: 2},
	}}
	for _, c := range checks {
		g.rows = append(g.rows, v.check(c))
	}
	if len(v.History) == 0 {
		g.columns = g.columns[:4]
		for i := range g.rows {
			g.rows[i] = g.rows[i][:4]
		}
	}
	widths := g.widths(v.w - 1)
	from, to, rest := v.shown(len(g.rows), v.h)
	spare := v.h - (to - from)
	var out []string
	for i, r := range g.rows[from:to] {
		c := checks[from+i]
		// What is wrong is not cut: it gets a line of its own, or the room of the columns after it.
		cut := ill(c) && ansi.StringWidth(c.Message) > widths[2]
		if cut && (spare == 0 || rest) {
			text := v.row(g, widths[:2], r[:2], from+i == v.o.Selected) + "  "
			_, style := page.HealthMark(v.s, c.Status)
			out = append(out, text+style.Render(v.fitMost(c.Message, v.w-1-ansi.StringWidth(text))))
			continue
		}
		if cut {
			r[2].text = ""
		}
		out = append(out, v.row(g, widths, r, from+i == v.o.Selected))
		if cut {
			_, style := page.HealthMark(v.s, c.Status)
			out = append(out, "   "+style.Render(v.fitMost(c.Message, v.w-4)))
			spare--
		}
	}
	if rest {
		bad, worst := 0, dashboard.StateOK
		for i, c := range checks {
			if (i < from || i >= to) && ill(c) {
				bad, worst = bad+1, dashboard.Worse(worst, dashboard.HealthState(c.Status))
			}
		}
		out = append(out, v.moreNotOK(len(g.rows)-(to-from), bad, worst))
	}
	return out
}

func ill(c sources.Check) bool { return c.Status == sources.Degraded || c.Status == sources.Unhealthy }

func (v *view) check(c sources.Check) []cell {
	sign, style := page.HealthMark(v.s, c.Status)
	message := v.s.Muted
	if ill(c) {
		message = style
	}
	text := c.Message
	if text == "" && c.Status != sources.Healthy {
		text = string(c.Status)
	}
	took := ""
	if c.Duration > 0 {
		took = dashboard.FormatValue(c.Duration.Seconds(), dashboard.UnitSeconds)
	}
	return []cell{
		{text: sign, style: style},
		{text: c.Name, style: v.s.Text},
		{text: text, style: message},
		{text: took, style: v.s.Muted},
		{draw: func(w int) string { return v.strip(v.History[c.Name], w) }},
	}
}

// healthFlow sets the checks side by side, those first that are not healthy, with their messages.
func (v *view) healthFlow() []string {
	var bad, good []string
	for _, c := range v.Health.Checks {
		sign, style := page.HealthMark(v.s, c.Status)
		text := style.Render(sign) + " " + v.s.Text.Render(c.Name)
		if c.Status == sources.Healthy || c.Status == sources.Disabled {
			good = append(good, text)
			continue
		}
		if c.Message != "" {
			text += " " + style.Render(c.Message)
		}
		bad = append(bad, v.fitMost(text, v.w-2))
	}
	all := append(bad, good...)
	lines, shown := flow(all, v.w-1, v.h)
	if shown < len(all) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(all)-shown)
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// fitMost cuts s to width cells and does not pad.
func (v *view) fitMost(s string, width int) string { return strings.TrimRight(v.fit(s, width), " ") }

// strip is a check's history over the grid's window, the worst status of each cell: the higher the worse, so that it
// is read without colour.
func (v *view) strip(points []sources.HealthPoint, w int) string {
	if w <= 0 || len(points) == 0 {
		return strings.Repeat(" ", max(w, 0))
	}
	start, end := points[0].At, v.o.Now
	if v.Grid.Columns > 1 {
		start = v.Grid.Start
	}
	// A young history does not sit squeezed into the last cell.
	if first := points[0].At; first.After(start) && end.Sub(start) > 4*end.Sub(first) {
		start = first
	}
	span := end.Sub(start)
	if span <= 0 {
		span = time.Second
	}
	worst := make([]int, w)
	holds := 3 * usualGap(points)
	levels := len(v.g.Spark)
	for i, p := range points {
		if p.At.Before(start) || p.At.After(end) {
			continue
		}
		cell := func(at time.Time) int { return min(int(float64(at.Sub(start))/float64(span)*float64(w)), w-1) }
		// A status holds until the next answer; when that is long overdue, nothing is known.
		until := p.At
		if i+1 < len(points) && points[i+1].At.Sub(p.At) <= holds {
			until = points[i+1].At
		}
		for x := cell(p.At); x <= cell(until); x++ {
			worst[x] = max(worst[x], rank(p.Status))
		}
	}
	signs := []string{" ", v.g.Spark[0], v.g.Spark[levels/2], v.g.Spark[levels-1]}
	styles := []sources.HealthStatus{sources.Unknown, sources.Healthy, sources.Degraded, sources.Unhealthy}
	var b strings.Builder
	for from := 0; from < w; {
		to := from
		for to < w && worst[to] == worst[from] {
			to++
		}
		_, style := page.HealthMark(v.s, styles[worst[from]])
		b.WriteString(style.Render(strings.Repeat(signs[worst[from]], to-from)))
		from = to
	}
	return b.String()
}

// usualGap is how far apart the points usually are: their median distance.
func usualGap(points []sources.HealthPoint) time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(points); i++ {
		gaps = append(gaps, points[i].At.Sub(points[i-1].At))
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

func rank(h sources.HealthStatus) int {
	switch h {
	case sources.Healthy, sources.Disabled:
		return 1
	case sources.Degraded:
		return 2
	case sources.Unhealthy:
		return 3
	}
	return 0
}
