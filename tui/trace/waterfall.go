package trace

import (
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// columns are the widths of a waterfall's columns; 0 leaves one out.
type columns struct{ service, operation, bar, duration, self int }

// columns shares the width out: the operations get what they need, up to two fifths, the bars what is left.
func (t *Trace) columns(width int) columns {
	c := columns{duration: 9, self: 9}
	for _, s := range t.services {
		c.service = max(c.service, ansi.StringWidth(s))
	}
	c.service = min(c.service, 20)
	switch {
	case width < 60:
		c.service, c.self = 0, 0
	case width < 100:
		c.service, c.self = min(c.service, 12), 0
	}
	need := 0
	for i := range t.nodes {
		need = max(need, 2*t.nodes[i].Depth+4+ansi.StringWidth(t.nodes[i].Span.Operation))
	}
	c.operation = max(16, min(need, width*2/5))
	c.bar = max(4, width-1-gaps(c)-c.service-c.operation-c.duration-c.self)
	return c
}

// gaps are the blank cells between the columns.
func gaps(c columns) int {
	n := 2 // operation, bar, duration
	if c.service > 0 {
		n++
	}
	if c.self > 0 {
		n++
	}
	return n
}

// axis is the heading, with the time under which a bar begins.
func (c columns) axis(s *themes.Styles, total time.Duration) string {
	e := s.Glyphs.Ellipsis
	var b strings.Builder
	b.WriteString(" ")
	if c.service > 0 {
		b.WriteString(page.Fit("service", c.service, e) + " ")
	}
	b.WriteString(page.Fit("operation", c.operation, e) + " ")
	ticks := max(1, min(4, c.bar/12))
	axis := ""
	for i := range ticks {
		at := i * c.bar / ticks
		axis = page.Fit(axis, at, "") + dashboard.FormatDuration(total*time.Duration(i)/time.Duration(ticks))
	}
	b.WriteString(page.Fit(axis, c.bar, ""))
	b.WriteString(" " + page.Right("duration", c.duration, e))
	if c.self > 0 {
		b.WriteString(" " + page.Right("self", c.self, e))
	}
	return s.Muted.Render(b.String())
}

// span is one span's line.
func (t *Trace) span(c page.Context, cols columns, i int, selected bool) string {
	s, g := c.Styles, c.Styles.Glyphs
	n := &t.nodes[i]
	sp := n.Span
	ground := func(st lipgloss.Style) lipgloss.Style {
		if selected {
			return s.Selected.Inherit(st)
		}
		return st
	}
	hue := s.SeriesStyle(slices.Index(t.services, sp.Service))
	var b strings.Builder
	pointer := " "
	if selected {
		pointer = g.Pointer
	}
	b.WriteString(ground(s.Text).Render(pointer))
	if cols.service > 0 {
		b.WriteString(ground(hue).Render(page.Fit(sp.Service, cols.service, g.Ellipsis) + " "))
	}
	sign, name := " ", s.Text
	switch {
	case sp.Error:
		sign, name = g.Critical, s.Critical
		hue = s.Critical
	case n.Orphan:
		sign, name = g.NoData, s.Muted // its parent is not in the trace
	}
	fold := " "
	if n.Children > 0 {
		fold = g.Expanded
		if t.folded[sp.SpanID] {
			fold = g.Collapsed
		}
	}
	// A deep tree keeps its operations readable: the indent stops at half the column.
	indent := min(2*n.Depth, cols.operation/2)
	label := strings.Repeat(" ", indent) + sign + fold + " " + sp.Operation
	b.WriteString(ground(name).Render(page.Fit(label, cols.operation, g.Ellipsis) + " "))
	b.WriteString(t.bar(s, hue, sp, cols.bar))
	b.WriteString(ground(s.Bold).Render(" " + page.Right(dashboard.FormatDuration(sp.Duration), cols.duration, g.Ellipsis)))
	if cols.self > 0 {
		b.WriteString(ground(s.Muted).Render(" " + page.Right(dashboard.FormatDuration(n.Self), cols.self, g.Ellipsis)))
	}
	return b.String()
}

// bar is where in the trace's time the span ran, at least a cell wide.
func (t *Trace) bar(s *themes.Styles, hue lipgloss.Style, sp *sources.Span, width int) string {
	total := max(t.duration, 1)
	at := func(d time.Duration) int {
		return int(float64(min(max(d, 0), total)) / float64(total) * float64(width))
	}
	from := min(at(sp.Start.Sub(t.start)), width-1)
	to := max(from+1, at(sp.Start.Sub(t.start)+sp.Duration))
	return strings.Repeat(" ", from) + hue.Render(strings.Repeat(s.Glyphs.BarFull, to-from)) + strings.Repeat(" ", width-to)
}

// spanDetails are a span's facts, tags and events as styled lines for c.Width-1 cells.
func spanDetails(c page.Context, n *tracing.Node, start time.Time) []string {
	s := c.Styles
	sp := n.Span
	indent := strings.Repeat(" ", 4)
	var out []string
	say := func(name, text string, style lipgloss.Style) {
		head := page.Fit(name, 22, s.Glyphs.Ellipsis) + " "
		room := max(8, c.Width-1-len(indent)-23)
		for _, para := range strings.Split(text, "\n") {
			for _, l := range page.Wrap(para, room, 20, s.Glyphs.Ellipsis) {
				out = append(out, page.Cut(indent+s.Muted.Render(head)+style.Render(l), c.Width-1, s.Glyphs.Ellipsis))
				head = strings.Repeat(" ", 23)
			}
		}
	}
	say("span", sp.SpanID+" of "+sp.Service, s.Text)
	say("time", "+"+dashboard.FormatDuration(sp.Start.Sub(start))+", took "+dashboard.FormatDuration(sp.Duration)+
		", itself "+dashboard.FormatDuration(n.Self), s.Text)
	if n.Orphan {
		say("parent", sp.ParentID+" is not in this trace", s.Warn)
	}
	for _, w := range sp.Warnings {
		say("warning", w, s.Warn)
	}
	for _, tag := range sp.Tags {
		say(tag.Key, tag.Value, s.Text)
	}
	for _, e := range sp.Events {
		name, style := e.Name, s.Text
		if name == "" {
			name = "event"
		}
		if strings.Contains(name, "exception") || strings.Contains(name, "error") {
			style = s.Critical
		}
		say(name, "+"+dashboard.FormatDuration(e.At.Sub(start)), style)
		for _, tag := range e.Tags {
			say("  "+tag.Key, tag.Value, style)
		}
	}
	for _, tag := range sp.Process {
		say("process "+tag.Key, tag.Value, s.Muted)
	}
	return out
}
