package traces

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Trace is one trace as an indented waterfall.
type Trace struct {
	id     string
	row    int
	offset int
	open   map[int]bool // rows whose span's details are shown

	// The tree is worked out once for each answer, not for each frame.
	at    time.Time
	trace sources.Trace
	nodes []tracing.Node
	start time.Time
	total time.Duration
	// services numbers the services in the order in which they appear, for their colours.
	services map[string]int
}

var _ page.Page = (*Trace)(nil)

// NewTrace is the page of the trace with that id.
func NewTrace(id string) *Trace { return &Trace{id: id, open: map[int]bool{}} }

// Title implements page.Page.
func (p *Trace) Title() string { return "trace " + shortID(p.id) }

func shortID(id string) string { return id[:min(8, len(id))] }

// Wants implements page.Page. A trace may still be growing when it is opened, but it is asked once: r asks again.
func (p *Trace) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Trace, TraceID: p.id, Every: feed.Once}}
}

// Bindings implements page.Page.
func (p *Trace) Bindings() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("up", "down", "j", "k"), key.WithHelp("↑ ↓", "choose a span")),
		key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "show or hide the span's tags and events")),
		key.NewBinding(key.WithKeys("e"), key.WithHelp("e", "next error")),
	}
}

func (p *Trace) load(c page.Context) sources.Snapshot[sources.Trace] {
	snap := c.Data.Trace(p.id)
	if snap.OK() && !snap.At.Equal(p.at) {
		p.at, p.trace = snap.At, snap.Value
		p.nodes = tracing.Tree(p.trace)
		p.start, p.total = tracing.Extent(p.trace)
		p.services = map[string]int{}
		for _, n := range p.nodes {
			if _, ok := p.services[n.Span.Service]; !ok {
				p.services[n.Span.Service] = len(p.services)
			}
		}
	}
	return snap
}

// Update implements page.Page.
func (p *Trace) Update(c page.Context, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	p.load(c)
	switch k.String() {
	case "enter", "space":
		p.open[p.row] = !p.open[p.row]
	case "e":
		for i := range p.nodes {
			if j := (p.row + 1 + i) % len(p.nodes); p.nodes[j].Span.Error {
				p.row = j
				return nil
			}
		}
		return page.Send(page.Notice{Text: "no span of this trace failed"})
	default:
		if d, ok := page.Motion(k, max(1, c.Height-headLines), len(p.nodes)); ok {
			p.row = max(0, min(p.row+d, len(p.nodes)-1))
		}
	}
	return nil
}

// headLines stand above the spans: facts and time axis.
const headLines = 2

// View implements page.Page.
func (p *Trace) View(c page.Context) []string {
	s := c.Styles
	snap := p.load(c)
	if !snap.OK() {
		what := "asking Jaeger for trace " + p.id
		if snap.Err != nil {
			what = "trace " + p.id + " did not come"
		}
		return fitHeight(page.Explain(s, what, snap.Err, c.Width), c.Height)
	}
	l := p.layout(c.Width)
	lines := []string{p.facts(c), p.axis(c, l)}
	body := max(1, c.Height-headLines)
	p.row = max(0, min(p.row, len(p.nodes)-1))
	p.offset = page.Scroll(p.offset, p.row, body, len(p.nodes))
	for i := p.offset; i < len(p.nodes) && len(lines) < c.Height; i++ {
		lines = append(lines, p.span(c, l, i))
		if p.open[i] {
			lines = append(lines, details(c, p.nodes[i].Span)...)
		}
	}
	// An opened span above may have pushed the selected one out.
	for at := p.offset; at < p.row && len(lines) > c.Height; at++ {
		p.offset++
		return p.View(c)
	}
	return fitHeight(lines, c.Height)
}

func fitHeight(lines []string, h int) []string { return lines[:min(len(lines), h)] }

func (p *Trace) facts(c page.Context) string {
	s := c.Styles
	errors := 0
	for i := range p.trace.Spans {
		if p.trace.Spans[i].Error {
			errors++
		}
	}
	facts := []string{}
	if len(p.nodes) > 0 {
		facts = append(facts, p.nodes[0].Span.Operation)
		if t := spanTenant(c, p.trace); t != "" {
			facts = append(facts, t)
		}
	}
	facts = append(facts, dashboard.FormatDuration(p.total), plural(len(p.nodes), "span"), plural(len(p.services), "service"))
	line := page.Title(s, "trace "+shortID(p.id)+s.Glyphs.Ellipsis, strings.Join(facts, "  ")+"  "+c.Clock(p.start), c.Width)
	if errors > 0 {
		line += "  " + s.Critical.Render(s.Glyphs.Critical+" "+plural(errors, "error"))
	}
	return ansi.Truncate(line, max(0, c.Width), s.Glyphs.Ellipsis)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func spanTenant(c page.Context, t sources.Trace) string {
	names := c.TagNames["tenant"]
	if len(names) == 0 {
		names = spellings["tenant"]
	}
	for i := range t.Spans {
		for _, n := range names {
			if v, ok := t.Spans[i].Tag(n); ok {
				return v
			}
		}
	}
	return ""
}

// layout is the columns of the waterfall in cells.
type layout struct{ service, operation, bar, self int }

func (p *Trace) layout(width int) layout {
	l := layout{service: 14, self: 9}
	if width < 100 {
		l.service = 0 // the service is told by the operation's line when selected
	}
	l.operation = max(16, min(44, width*2/5-l.service))
	l.bar = max(0, width-l.service-l.operation-l.self-12)
	return l
}

func (p *Trace) axis(c page.Context, l layout) string {
	s := c.Styles
	var b strings.Builder
	if l.service > 0 {
		b.WriteString(page.Fit(" service", l.service, ""))
	}
	b.WriteString(page.Fit(" operation", l.operation+2, ""))
	marks := max(1, l.bar/16)
	cell := l.bar / marks
	for i := range marks {
		b.WriteString(page.Fit(dashboard.FormatDuration(time.Duration(int64(p.total)*int64(i)/int64(marks))), cell, ""))
	}
	b.WriteString(strings.Repeat(" ", l.bar-marks*cell))
	b.WriteString(page.Right("took", 9, "") + page.Right("self", l.self, ""))
	return s.Muted.Render(page.Fit(b.String(), c.Width, ""))
}

func (p *Trace) span(c page.Context, l layout, i int) string {
	s, n := c.Styles, p.nodes[i]
	sp := n.Span
	mark, style := " ", s.SeriesStyle(p.services[sp.Service])
	if sp.Error {
		mark, style = s.Glyphs.Critical, s.Critical
	}
	name := strings.Repeat(" ", min(n.Depth*2, max(0, l.operation-12))) + sp.Operation
	if n.Orphan {
		name += " (parent missing)"
	}
	head := ""
	if l.service > 0 {
		head = page.Fit(" "+sp.Service, l.service, s.Glyphs.Ellipsis)
	}
	line := head + style.Render(mark) + " " + page.Fit(name, l.operation, s.Glyphs.Ellipsis) +
		p.bar(c, l, sp, style.Render) + page.Right(dashboard.FormatDuration(sp.Duration), 9, "") +
		page.Right(dashboard.FormatDuration(n.Self), l.self, "")
	line = page.Fit(line, c.Width, s.Glyphs.Ellipsis)
	if i == p.row {
		line = s.Selected.Render(ansi.Strip(line))
	}
	return line
}

// bar draws a span on the trace's time axis; the shortest span is one cell.
func (p *Trace) bar(c page.Context, l layout, sp *sources.Span, paint func(...string) string) string {
	if l.bar <= 0 {
		return ""
	}
	total := max(float64(p.total), 1)
	from := int(float64(sp.Start.Sub(p.start)) / total * float64(l.bar))
	to := int(float64(sp.Start.Add(sp.Duration).Sub(p.start))/total*float64(l.bar) + 0.5)
	from = max(0, min(from, l.bar-1))
	to = max(from+1, min(to, l.bar))
	return strings.Repeat(" ", from) + paint(strings.Repeat(c.Styles.Glyphs.BarFull, to-from)) + strings.Repeat(" ", l.bar-to)
}

// maxDetails bounds the lines of one opened span.
const maxDetails = 60

func details(c page.Context, sp *sources.Span) []string {
	s := c.Styles
	var lines []string
	add := func(name, value string) {
		for _, l := range page.Wrap(name+"  "+value, c.Width-8, 4, s.Glyphs.Ellipsis) {
			lines = append(lines, "      "+s.Muted.Render(l))
		}
	}
	add("service", sp.Service+"  span "+sp.SpanID)
	for _, t := range sp.Tags {
		add(t.Key, t.Value)
	}
	for _, e := range sp.Events {
		var tags []string
		for _, t := range e.Tags {
			tags = append(tags, t.Key+"="+t.Value)
		}
		add("+"+dashboard.FormatDuration(e.At.Sub(sp.Start))+" "+e.Name, strings.Join(tags, " "))
	}
	for _, w := range sp.Warnings {
		add("warning", w)
	}
	if len(lines) > maxDetails {
		lines = append(lines[:maxDetails], "      "+s.Muted.Render(plural(len(lines)-maxDetails, "line")+" more"))
	}
	return lines
}
