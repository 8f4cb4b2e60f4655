package trace

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources/tracing"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// facts are what the lines above and beside the bars need to know, found once for each reading of a trace.
type facts struct {
	root     int // row of the earliest root that is none by accident
	tenant   string
	hues     map[string]int // of services
	service  int            // cells of the longest service name, at most serviceCells
	label    int            // cells that the longest tree label may need, at most labelCells
	lost     bool           // the span that was asked for is not in the trace
	sections sections
	path     []int32 // rows on the critical path, by the time at which they first are
}

// Bounds of what is measured: no column grows past them.
const (
	serviceCells = 20
	labelCells   = 120
	// tenantRows is how many rows are searched for a tenant: it stands at or near the root.
	tenantRows = 5000
)

func factsOf(c page.Context, a *tracing.Analysis) facts {
	f := facts{hues: make(map[string]int, len(a.Services)), sections: sectionsOf(a)}
	for i, s := range a.Services {
		f.hues[s] = i
		if len(s) > f.service { // bytes are never fewer than cells
			f.service = max(f.service, min(ansi.StringWidth(s), serviceCells))
		}
	}
	for i := range a.Nodes {
		n := &a.Nodes[i]
		if f.label < labelCells {
			f.label = min(labelCells, max(f.label, 2*n.Depth+2+len(n.Span.Operation)))
		}
		if f.tenant == "" && i < tenantRows {
			f.tenant = c.SpanTenant(n.Span)
		}
	}
	f.root = max(0, slices.IndexFunc(a.Nodes, func(n tracing.Node) bool { return n.Parent < 0 && !n.Orphan }))
	seen := make([]bool, len(a.Nodes))
	for _, s := range a.Critical {
		if !seen[s.Row] {
			seen[s.Row] = true
			f.path = append(f.path, int32(s.Row))
		}
	}
	return f
}

// fact is a part of a line that goes when room is short, the highest rank first; rank 0 never does.
type fact struct {
	text  string
	style lipgloss.Style
	rank  int
}

// fit joins the facts that fit in width.
func fit(s *themes.Styles, facts []fact, width int) string {
	cells := 1 - 2
	for _, f := range facts {
		cells += ansi.StringWidth(f.text) + 2
	}
	for cells > width {
		worst := 0
		for i, f := range facts {
			if f.rank > facts[worst].rank {
				worst = i
			}
		}
		if len(facts) == 0 || facts[worst].rank == 0 {
			break
		}
		cells -= ansi.StringWidth(facts[worst].text) + 2
		facts = slices.Delete(facts, worst, worst+1)
	}
	parts := make([]string, len(facts))
	for i, f := range facts {
		parts[i] = f.style.Render(f.text)
	}
	return page.Cut(" "+strings.Join(parts, "  "), width, s.Glyphs.Ellipsis)
}

// head are the lines that say which trace this is, and what is wrong with it.
func (t *Trace) head(c page.Context) []string {
	s, a := c.Styles, t.a
	root := a.Nodes[t.facts.root].Span
	id := "trace " + t.asked.ID
	if c.Width < 160 && len(t.asked.ID) > 8 {
		id = "trace " + shortID(t.asked.ID) + s.Glyphs.Ellipsis
	}
	line := []fact{{id, s.Title, 0}, {page.Cut(root.Operation, max(10, c.Width/3), s.Glyphs.Ellipsis), s.Bold, 1}}
	if t.facts.tenant != "" {
		line = append(line, fact{page.Cut(t.facts.tenant, max(10, c.Width/4), s.Glyphs.Ellipsis), s.Bold, 3})
	}
	line = append(line, fact{dashboard.FormatDuration(a.Duration), s.Bold, 0},
		fact{counted(len(a.Nodes), "span"), s.Muted, 5}, fact{counted(len(a.Services), "service"), s.Muted, 6})
	if a.Errors > 0 {
		line = append(line, fact{s.Glyphs.Critical + " " + counted(a.Errors, "error"), s.Critical, 0})
	}
	exemplar := t.exemplar()
	if exemplar != "" {
		line = append(line, fact{exemplar, s.Text, 4})
	}
	line = append(line, fact{started(c, a.Start), s.Muted, 7})
	first := fit(s, line, c.Width)
	if exemplar != "" && strings.Contains(first, exemplar) {
		exemplar = ""
	}
	return append([]string{first}, t.notes(c, exemplar)...)
}

// started writes when a trace began: the day too if it is not today.
func started(c page.Context, at time.Time) string {
	at, now := c.Zone(at), c.Zone(c.Wall)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04:05 MST")
	}
	return at.Format("2006-01-02 15:04:05 MST")
}

// notes are the lines that are there only when something is out of order, or worth knowing: a cut trace has its own.
func (t *Trace) notes(c page.Context, exemplar string) []string {
	s, g, a := c.Styles, c.Styles.Glyphs, t.a
	var lines []string
	if a.Trace.Cut != "" {
		lines = append(lines, page.Cut(" "+s.Warn.Bold(true).Render(g.Warn+" cut: "+a.Trace.Cut), c.Width, g.Ellipsis))
	}
	if err := c.Data.Trace(t.asked.ID).Err; err != nil {
		lines = append(lines, page.Cut(" "+s.Stale.Render(g.Stale+" as it was read before: "+err.Error()), c.Width, g.Ellipsis))
	}
	var line []fact
	if t.facts.lost {
		line = append(line, fact{g.Warn + " span " + t.asked.Span + " is not in this trace", s.Warn, 1})
	}
	if a.Orphans > 0 {
		line = append(line, fact{fmt.Sprintf("%s %s without their parent", g.NoData, counted(a.Orphans, "span")), s.Warn, 1})
	}
	if a.Skewed > 0 {
		line = append(line, fact{fmt.Sprintf("%s %s outside their parent: clocks differ?", g.Flat, counted(a.Skewed, "span")), s.Warn, 2})
	}
	if a.Roots > 1 {
		line = append(line, fact{counted(a.Roots, "root"), s.Text, 3})
	}
	if exemplar != "" {
		line = append(line, fact{exemplar, s.Text, 4})
	}
	if n := c.Data.Loading(t.asked.ID); n > 0 {
		line = append(line, fact{"reading it anew: " + counted(n, "span"), s.Muted, 5})
	}
	if text := fit(s, line, c.Width); strings.TrimSpace(ansi.Strip(text)) != "" { // a line of nothing costs one for nothing
		lines = append(lines, text)
	}
	return lines
}

// exemplar tells which of the panel's exemplars led here, or which of the traces with one cause; "" if none did.
func (t *Trace) exemplar() string {
	i := slices.Index(t.asked.Siblings, t.asked.ID)
	if i < 0 {
		return ""
	}
	if len(t.asked.Values) == 0 {
		return fmt.Sprintf("%d of %d with this cause", i+1, len(t.asked.Siblings))
	}
	of := "p99"
	if q := t.asked.Query; q.Min > 0 || q.Max > 0 {
		of = "the bucket"
	}
	text := fmt.Sprintf("exemplar of %s, %d of %d", of, i+1, len(t.asked.Siblings))
	if i < len(t.asked.Values) && !math.IsNaN(t.asked.Values[i]) {
		text += ", observed " + dashboard.SayValue(t.asked.Values[i], dashboard.UnitSeconds)
	}
	return text
}
