// Package health is the page of the service's own health report, and of how dlmon's four sources stand.
package health

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Page shows the health report with its details, the history of each check, and the sources.
type Page struct {
	cursor page.Cursor
	lines  int // of the last view, for scrolling
	offset int
}

var _ page.Page = (*Page)(nil)

// New returns the page.
func New() *Page { return &Page{} }

// Title implements page.Page.
func (p *Page) Title() string { return "Health" }

// Wants implements page.Page.
func (p *Page) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Health}, {Kind: feed.Services, Every: 30 * time.Second}}
}

// Bindings implements page.Page.
func (p *Page) Bindings() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("up", "down", "pgup", "pgdown"), key.WithHelp("↑ ↓ pgup pgdn", "choose a check, scroll its details")),
	}
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.SelectMsg:
		p.cursor.Key = msg.Key
	case tea.KeyPressMsg:
		names := checkNames(c.Data.Health().Value)
		if d, ok := page.Motion(msg, c.Height, max(len(names), p.lines)); ok {
			// Beyond the last check the page itself scrolls, so that long details can be read on a small screen.
			if !p.cursor.Move(names, d, len(names)) {
				p.offset += d
			}
		}
	}
	return nil
}

func checkNames(r sources.HealthReport) []string {
	names := make([]string, len(r.Checks))
	for i, c := range r.Checks {
		names[i] = c.Name
	}
	return names
}

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	var lines []string
	lines = append(lines, p.report(c)...)
	lines = append(lines, "")
	lines = append(lines, sourceLines(c)...)
	p.lines = len(lines)
	p.offset = max(0, min(p.offset, len(lines)-c.Height))
	lines = lines[p.offset:]
	return lines[:min(len(lines), c.Height)]
}

func (p *Page) report(c page.Context) []string {
	snap, s := c.Data.Health(), c.Styles
	if !snap.OK() {
		switch {
		case snap.Err != nil:
			return append([]string{page.Title(s, "Health report", "", c.Width)}, page.Explain(s, "no report yet", snap.Err, c.Width)...)
		case !configured(c, feed.SourceHealth):
			return append([]string{page.Title(s, "Health report", "", c.Width)},
				page.Explain(s, "the health endpoint is off: set --health-url or health.url in the config", nil, c.Width)...)
		}
		return append([]string{page.Title(s, "Health report", "", c.Width)}, page.Explain(s, "waiting for the first report", nil, c.Width)...)
	}
	r := snap.Value
	facts := []string{"HTTP " + strconv.Itoa(r.Code), "asked " + dashboard.FormatAge(snap.Age(c.Now)) + " ago"}
	if r.Duration > 0 {
		facts = append(facts, "took "+dashboard.FormatDuration(r.Duration))
	}
	if r.Service != "" {
		facts = append(facts, strings.TrimSpace(r.Service+" "+r.Version))
	}
	if !r.At.IsZero() {
		facts = append(facts, "its clock "+c.Clock(r.At))
	}
	mark, style := page.HealthMark(s, r.Status)
	lines := []string{page.Title(s, "Health report ", style.Render(mark+" "+string(r.Status))+"  "+s.Muted.Render(strings.Join(facts, " "+s.Glyphs.Dot+" ")), c.Width)}
	if snap.Err != nil {
		lines = append(lines, page.Explain(s, "stale: the last try failed", snap.Err, c.Width)...)
	}
	if r.Raw != "" {
		return append(lines, "", s.Muted.Render(page.Fit("  the answer has no shape that dlmon knows; its first line:", c.Width, s.Glyphs.Ellipsis)),
			page.Fit("  "+r.Raw, c.Width, s.Glyphs.Ellipsis))
	}
	names := checkNames(r)
	p.cursor.Sync(names, len(names))
	wide := 8
	for _, n := range names {
		wide = min(max(wide, lipgloss.Width(n)), 28)
	}
	history := c.Data.HealthHistory()
	for i, ch := range r.Checks {
		lines = append(lines, p.check(c, ch, history[ch.Name], wide, i == p.cursor.Row))
		if i == p.cursor.Row {
			lines = append(lines, details(c, ch)...)
		}
	}
	return lines
}

// historyCells is the width of a check's history strip.
const historyCells = 24

func (p *Page) check(c page.Context, ch sources.Check, history []sources.HealthPoint, wide int, selected bool) string {
	s := c.Styles
	mark, style := page.HealthMark(s, ch.Status)
	pointer := " "
	if selected {
		pointer = s.Glyphs.Pointer
	}
	took := ""
	if ch.Duration > 0 {
		took = dashboard.FormatDuration(ch.Duration)
	}
	head := pointer + style.Render(mark) + " " + page.Fit(ch.Name, wide, s.Glyphs.Ellipsis) + "  " +
		style.Render(page.Fit(string(ch.Status), 9, s.Glyphs.Ellipsis)) + " " + page.Right(took, 8, s.Glyphs.Ellipsis) + "  "
	strip := ""
	if c.Width >= 100 {
		strip = p.strip(c, history)
	}
	room := c.Width - lipgloss.Width(head) - lipgloss.Width(strip)
	if strip != "" {
		room -= 2
	}
	line := head + page.Fit(ch.Message, max(room, 0), s.Glyphs.Ellipsis)
	if strip != "" {
		line += "  " + strip
	}
	return page.Fit(line, c.Width, s.Glyphs.Ellipsis)
}

// strip is the check's status over the window, oldest left: the worst one of each cell's time.
func (p *Page) strip(c page.Context, history []sources.HealthPoint) string {
	rank := map[sources.HealthStatus]int{sources.Healthy: 1, sources.Disabled: 1, sources.Unknown: 2, sources.Degraded: 3, sources.Unhealthy: 4}
	cells := make([]sources.HealthStatus, historyCells)
	start := c.Now.Add(-c.Window)
	for i, pt := range history {
		end := c.Now
		if i+1 < len(history) {
			end = history[i+1].At
		}
		// A status holds until the next point says otherwise.
		from, to := cell(pt.At, start, c.Window), cell(end, start, c.Window)
		for k := max(from, 0); k <= to && k < historyCells; k++ {
			if rank[pt.Status] > rank[cells[k]] {
				cells[k] = pt.Status
			}
		}
	}
	var b strings.Builder
	for _, st := range cells {
		if st == "" {
			b.WriteString(c.Styles.Faint.Render(c.Styles.Glyphs.Dot))
			continue
		}
		mark, style := page.HealthMark(c.Styles, st)
		b.WriteString(style.Render(mark))
	}
	return b.String()
}

func cell(at, start time.Time, window time.Duration) int {
	if at.Before(start) {
		return -1
	}
	return min(int(float64(at.Sub(start))/float64(window)*historyCells), historyCells-1)
}

func details(c page.Context, ch sources.Check) []string {
	var lines []string
	for _, d := range ch.Details {
		value := fmt.Sprint(d.Value)
		if f, ok := d.Value.(float64); ok {
			value = detailNumber(d.Name, f)
		}
		lines = append(lines, page.Fit("      "+c.Styles.Muted.Render(d.Name)+"  "+value, c.Width, c.Styles.Glyphs.Ellipsis))
	}
	return lines
}

// detailNumber gives a number its unit where the detail's name tells it.
func detailNumber(name string, f float64) string {
	switch {
	case strings.HasSuffix(name, "bytes"):
		return dashboard.FormatValue(f, dashboard.UnitBytes)
	case strings.HasSuffix(name, "percent"):
		return dashboard.FormatValue(f, dashboard.UnitPercent)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func configured(c page.Context, name string) bool {
	for _, st := range c.Data.Sources() {
		if st.Name == name {
			return st.State != feed.Off
		}
	}
	return false
}
