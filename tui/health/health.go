// Package health is the page of the health report, check by check with its details and its history, and of dlmon's own
// sources.
package health

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

// Page is the report. It implements page.Page.
type Page struct {
	cursor page.Cursor
	filter page.Filter
	hits   page.Hits
	offset int // first line shown
}

var (
	_ page.Page     = (*Page)(nil)
	_ page.Capturer = (*Page)(nil)
	_ page.Escaper  = (*Page)(nil)
	_ page.Clicker  = (*Page)(nil)
)

// New returns the page.
func New() *Page { return &Page{} }

// Title implements page.Page.
func (p *Page) Title() string { return "Health" }

// Wants implements page.Page.
func (p *Page) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Health}, {Kind: feed.Targets}}
}

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper.
func (p *Page) Escape() bool { return p.filter.Escape() }

// Click implements page.Clicker.
func (p *Page) Click(_ page.Context, _, y int) (row, selected int) {
	return p.hits.Row(y), p.cursor.Row
}

// block is a row with the details under it that show while it is selected.
type block struct {
	key     string
	row     []page.Cell
	details []string
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.SelectMsg:
		p.cursor.Key = msg.Key
	case tea.PasteMsg:
		if p.filter.Open {
			p.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		if p.filter.Key(msg) {
			return nil
		}
		report, own := p.passing(checks(c)), p.passing(servers(c))
		keys := p.sync(c, append(report, own...))
		if d, ok := page.Motion(msg, max(2, c.Height/2), len(keys)); ok {
			p.cursor.Move(keys, d, len(keys))
		}
	}
	return nil
}

// passing are the blocks that the filter lets through: it looks into all that they say, details included.
func (p *Page) passing(all []block) []block {
	return slices.DeleteFunc(all, func(b block) bool {
		texts := []string{b.key}
		for _, cell := range b.row {
			texts = append(texts, cell.Text)
		}
		for _, line := range b.details {
			texts = append(texts, ansi.Strip(line))
		}
		return !p.filter.Match(texts...)
	})
}

// sync finds the selection among the blocks: the one that was made, else the worst check.
func (p *Page) sync(c page.Context, blocks []block) (keys []string) {
	for _, b := range blocks {
		keys = append(keys, b.key)
	}
	p.cursor.Sync(keys, len(keys))
	if p.cursor.Key != "" {
		return keys
	}
	for _, want := range []sources.HealthStatus{sources.Unhealthy, sources.Degraded} {
		for _, check := range c.Data.Health().Value.Checks {
			if i := slices.Index(keys, "check "+check.Name); check.Status == want && i >= 0 {
				p.cursor.Row = i
				return keys
			}
		}
	}
	return keys
}

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	s := c.Styles
	p.hits.Reset()
	report, own := checks(c), servers(c)
	all := len(report) + len(own)
	report, own = p.passing(report), p.passing(own)
	p.sync(c, append(report[:len(report):len(report)], own...))

	about := facts(c)
	if f := p.filter.Prompt(); f != "" {
		about = fmt.Sprintf("%s %s %d of %d shown %s %s", f, s.Glyphs.Dot, len(report)+len(own), all, s.Glyphs.Dot, about)
	}
	lines := []string{page.Title(s, "Health", about, c.Width)}
	lines = append(lines, failure(c)...)
	top, bottom := 0, 1 // lines of the selected block
	var at []int        // the line of each
	add := func(t page.Table, blocks []block, first int) {
		for _, b := range blocks {
			t.Rows = append(t.Rows, b.row)
		}
		drawn := t.Lines(c.Width, len(blocks)+1, 0, p.cursor.Row-first)
		lines = append(lines, drawn[0])
		for i, b := range blocks {
			selected := p.cursor.Row == first+i
			if selected {
				top = len(lines)
			}
			at = append(at, len(lines))
			lines = append(lines, drawn[i+1])
			if selected {
				lines = append(lines, b.details...)
				bottom = len(lines)
			}
		}
	}
	if len(report) > 0 {
		add(page.Table{Styles: s, Columns: []page.Column{
			{}, {Title: "check", Min: 8, Max: 30}, {Title: "status", Drop: 3}, {Title: "took", Right: true, Drop: 2},
			{Title: "history", Min: 10, Max: 40, Grow: true, Drop: 1}, {Title: "message", Max: c.Width / 2},
		}}, report, 0)
	}
	if len(report)+len(own) == 0 {
		lines = append(lines, page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)...)
		return lines[:min(len(lines), c.Height)]
	}
	if len(own) > 0 {
		title := "Sources of dlmon"
		if !c.Live { // they are those of the present, whatever time is shown
			title += ", now"
		}
		lines = append(lines, "", page.Title(s, title, "", c.Width))
		add(page.Table{Styles: s, Columns: []page.Column{
			{}, {Title: "source"}, {Title: "state"}, {Title: "data", Right: true}, {Title: "asked", Right: true, Drop: 2},
			{Title: "version", Max: 20, Drop: 1}, {Title: "url", Min: 8, Max: 80},
		}}, own, len(report))
	}
	if p.cursor.Row == 0 {
		top = 0
	}
	if bottom > p.offset+c.Height {
		p.offset = bottom - c.Height
	}
	p.offset = max(0, min(p.offset, top, len(lines)-1))
	for i, line := range at {
		if line >= p.offset {
			p.hits.Put(line-p.offset, i)
		}
	}
	lines = lines[p.offset:]
	return lines[:min(len(lines), c.Height)]
}

// facts are what is known of the whole report.
func facts(c page.Context) string {
	snap := c.Data.Health()
	if !snap.OK() {
		return ""
	}
	r := snap.Value
	sign, style := page.HealthMark(c.Styles, r.Status)
	out := []string{style.Render(sign + " " + string(r.Status))}
	if r.Service != "" {
		out = append(out, strings.TrimSpace(r.Service+" "+r.Version))
	}
	if r.Code > 0 {
		out = append(out, "HTTP "+strconv.Itoa(r.Code))
	}
	if r.Duration > 0 {
		out = append(out, "took "+dashboard.SayDuration(r.Duration))
	}
	at := "answered " + c.Clock(snap.At)
	if !c.Live {
		at = "as of " + c.Clock(snap.At)
	}
	if snap.Err != nil {
		at = c.Styles.Stale.Render(c.Styles.Glyphs.Stale + " stale, " + dashboard.FormatAge(snap.Age(c.Now)) + " old")
	}
	return strings.Join(append(out, at), " "+c.Styles.Glyphs.Dot+" ")
}

// failure says why there is no report, why it is stale, or what came instead of one.
func failure(c page.Context) []string {
	s := c.Styles
	snap := c.Data.Health()
	switch {
	case snap.Err != nil && snap.OK():
		return page.Explain(s, "the last try failed", snap.Err, c.Width)
	case sources.KindOf(snap.Err) == sources.NotKept && snap.Err != nil:
		return page.Explain(s, "the health at "+c.Clock(c.Now)+" is not known: dlmon did not watch then, and nobody else keeps it", nil, c.Width)
	case snap.Err != nil:
		return page.Explain(s, "no report yet", snap.Err, c.Width)
	case !snap.OK():
		for _, st := range c.Data.Sources() {
			if st.Name == feed.SourceHealth && st.State == feed.Off {
				return page.Explain(s, "the health endpoint is off: set --health-url", nil, c.Width)
			}
		}
		return page.Explain(s, "asking the health endpoint", nil, c.Width)
	case snap.Value.Raw != "":
		out := page.Explain(s, "the body has no shape that dlmon knows; its first line:", nil, c.Width)
		for _, l := range page.Wrap(snap.Value.Raw, c.Width-2, 4, s.Glyphs.Ellipsis) {
			out = append(out, "  "+l)
		}
		return out
	}
	return nil
}

// checks are the report's, in the service's order.
func checks(c page.Context) []block {
	s := c.Styles
	history := c.Data.HealthHistory()
	var out []block
	for _, check := range c.Data.Health().Value.Checks {
		sign, style := page.HealthMark(s, check.Status)
		took := ""
		if check.Duration > 0 {
			took = dashboard.FormatDuration(check.Duration)
		}
		message := s.Muted
		if check.Status == sources.Degraded || check.Status == sources.Unhealthy {
			message = style
		}
		b := block{key: "check " + check.Name, row: []page.Cell{
			{Text: sign, Style: style}, {Text: check.Name, Style: s.Text}, {Text: string(check.Status), Style: style},
			{Text: took, Style: s.Muted},
			{Draw: func(w int) string {
				return panel.HealthStrip(s, history[check.Name], c.Now.Add(-c.Window), c.Now, w)
			}},
			{Text: check.Message, Style: message},
		}}
		if len(check.Message) > c.Width/3 { // it may not have found room in its row
			for _, l := range page.Wrap(check.Message, c.Width-6, 4, s.Glyphs.Ellipsis) {
				b.details = append(b.details, "    "+s.Text.Render(l))
			}
		}
		for _, d := range check.Details {
			line := fmt.Sprintf("    %s %s", s.Muted.Render(page.Fit(d.Name, 28, s.Glyphs.Ellipsis)), detailText(d))
			b.details = append(b.details, page.Cut(line, c.Width, s.Glyphs.Ellipsis))
		}
		if len(b.details) == 0 {
			none := "no details"
			if !c.Live {
				none = "nothing but the status is known of then"
			}
			b.details = append(b.details, "    "+s.Muted.Render(none))
		}
		out = append(out, b)
	}
	return out
}

// detailText writes a fact's value, with the unit that its name tells.
func detailText(d sources.Detail) string {
	switch v := d.Value.(type) {
	case float64:
		unit := dashboard.UnitNone
		switch {
		case strings.Contains(d.Name, "bytes"):
			unit = dashboard.UnitBytes
		case strings.Contains(d.Name, "percent"):
			unit = dashboard.UnitPercent
		case strings.HasSuffix(d.Name, "_seconds"), strings.HasSuffix(d.Name, "duration"), strings.HasSuffix(d.Name, "latency"):
			unit = dashboard.UnitSeconds
		}
		return dashboard.FormatValue(v, unit)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	}
	return ""
}

// Bindings implements page.Page.
func (p *Page) Bindings() []key.Binding {
	return []key.Binding{
		page.BindRows("select a check or a source, which shows its details"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}
