package tenant

// How the movers are drawn.

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"

	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/when"
)

// small is the width in cells below which a row names its tenant in the column of what moved.
const small = 60

func (p *Movers) hints() []string {
	if p.filter.Open {
		return page.FilterHints
	}
	return []string{"enter what explains it", "t trace", "w " + agos[(p.ago+1)%len(agos)].words + " ago", "/ filter", "esc back", "? keys"}
}

func (p *Movers) visible(c page.Context) int {
	return max(1, c.Height-2-len(p.refusals(c))-len(page.Footer(c, p.hints()...)))
}

// refusals say how many of the questions fail.
func (p *Movers) refusals(c page.Context) []string {
	reqs := p.Wants(c)
	which, err := refused(c, reqs)
	return refusal(c, fmt.Sprintf("%d of %d queries fail: what they tell is not compared", len(which), len(reqs)), err)
}

// View implements page.Page.
func (p *Movers) View(c page.Context) []string {
	s := c.Styles
	p.hits.Reset()
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	ago := agos[p.ago]
	foot := page.Footer(c, p.hints()...)
	moved, rows := p.work.value, p.rows()
	at := c.Zone(c.Now.Add(-ago.d))
	then := when.Day(at, c.Zone(c.Wall)) + at.Format("15:04")
	before, now := headings(c, ago.words)
	title := "Movers against " + before
	if !p.work.known {
		lines := []string{page.Title(s, title, then, c.Width)}
		if p.work.err != nil {
			return append(lines, page.Explain(s, "the ranking failed", p.work.err, c.Width)...)
		}
		return page.Above(append(lines, absent(c, p.Wants(c))...), foot, c.Height)
	}
	steady := fmt.Sprintf("%d moved, %d steady", len(moved.rows)+moved.more, moved.steady)
	if moved.more > 0 {
		steady = fmt.Sprintf("%d of %d shown, %d steady", len(moved.rows), len(moved.rows)+moved.more, moved.steady)
	}
	if len(rows) < len(moved.rows) {
		steady = fmt.Sprintf("%d of %s", len(rows), steady)
	}
	lines := []string{page.Title(s, title, facts(c, then, p.filter.Prompt(), steady, staleFact(c, p.Wants(c))), c.Width)}
	refusals := p.refusals(c)
	lines = append(lines, refusals...)
	switch {
	case !moved.past && len(refusals) > 0:
		return page.Above(lines, foot, c.Height)
	case !moved.past:
		lines = append(lines, page.Explain(s, "no data "+before+": Prometheus holds nothing of "+then+c.Hint("w", "; %s compares with another time"), nil, c.Width)...)
		return page.Above(lines, foot, c.Height)
	case len(moved.rows) == 0:
		sign := s.OK.Render(s.Glyphs.OK)
		for i, l := range page.Wrap("nothing moved enough to list; disk and health are not compared here: "+cmp.Or(c.Hint("5", "%s"), "the health page")+" shows them", max(c.Width-3, 1), 3, s.Glyphs.Ellipsis) {
			if i > 0 {
				sign = " "
			}
			lines = append(lines, " "+sign+" "+s.Text.Render(l))
		}
		return page.Above(lines, foot, c.Height)
	case len(rows) == 0:
		return page.Above(append(lines, page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)...), foot, c.Height)
	}
	p.cursor.Sync(keysOf(rows), p.visible(c))
	whose := page.Column{Title: "of", Min: 7, Max: 28}
	if c.Width < small {
		whose = page.Column{} // it stands in the column beside
	}
	t := page.Table{Styles: s, Columns: []page.Column{
		{}, whose, {Title: "what", Min: 10, Max: 40}, {Title: before, Right: true, Drop: 3},
		{Title: now, Right: true, Drop: 4}, {Title: "change", Right: true}, {Title: "score", Right: true, Drop: 1}, {Title: "why", Max: 40, Drop: 2},
	}}
	for _, r := range rows {
		t.Rows = append(t.Rows, p.cells(c, r))
	}
	p.hits.List(len(lines)+1, p.cursor.Offset, min(p.visible(c), len(rows)-p.cursor.Offset))
	return page.Above(append(lines, t.Lines(c.Width, p.visible(c)+1, p.cursor.Offset, p.cursor.Row)...), foot, c.Height)
}

// names are whose a row is, and what moved.
func (p *Movers) names(r moveRow) (of, what string) {
	of, what = "service", p.panels[r.panel].Title
	switch {
	case r.Tenant:
		of = r.Thing
	case r.Thing != "" && r.Thing != what:
		what += " " + r.Thing
	}
	return of, what
}

// changeOf is how far a row moved, in words.
func changeOf(r moveRow, unit string) string {
	switch {
	case r.New:
		return "new"
	case r.Gone:
		return "gone"
	}
	return dashboard.FormatChange(r.Now, r.Before, unit)
}

func (p *Movers) cells(c page.Context, r moveRow) []page.Cell {
	s, pan := c.Styles, p.panels[r.panel]
	sign, style := p.direction(c, r)
	of, what := p.names(r)
	name := s.Text
	if r.Tenant {
		name = s.Bold
	}
	if c.Width < small {
		if r.Tenant {
			what = of + " " + what
		}
		of = ""
	}
	return []page.Cell{
		{Text: sign, Style: style}, {Text: of, Style: name}, {Text: what, Style: s.Text},
		{Text: dashboard.FormatValue(r.Before, pan.Unit), Style: s.Muted}, {Text: dashboard.FormatValue(r.Now, pan.Unit), Style: s.Text},
		{Text: changeOf(r, pan.Unit), Style: style}, {Text: fmt.Sprintf("%.1f", r.Score), Style: s.Muted}, {Text: why(r.Move), Style: s.Muted},
	}
}

// direction is where a row went; of something that has a worse side, in its style.
func (p *Movers) direction(c page.Context, r moveRow) (string, lipgloss.Style) {
	g := c.Styles.Glyphs
	sign := g.Up
	if cmp.Compare(r.Now, r.Before) < 0 || r.Gone {
		sign = g.Down
	}
	switch {
	case r.Better:
		return sign, c.Styles.OK
	case r.Scale.Worse != 0:
		return sign, c.Styles.Warn
	}
	return sign, c.Styles.Text
}

// why says in words what the rank rests on.
func why(m tenancy.Move) string {
	text := ""
	switch {
	case m.Better:
		text = "better, counts half"
	case m.Scale.Losses:
		text = "misses ×" + times(m)
	case m.Scale.Worse != 0:
		text = "worse"
	}
	add := func(s string, when bool) {
		if when && text != "" {
			text += ", "
		}
		if when {
			text += s
		}
	}
	add("as most tenants", m.Shared)
	add("few searches", m.Few)
	return text
}

// times is how many times as many losses there are.
func times(m tenancy.Move) string {
	before := 1 - m.Before
	if before < 0.001 {
		before = 0.001
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", (1-m.Now)/before), ".0")
}

// Bindings implements page.Page.
func (p *Movers) Bindings() []key.Binding {
	return []key.Binding{
		page.Bind("enter", "what explains the selected row: the tenant's page, the panel full screen"),
		page.Bind("t", "the trace of an exemplar nearest to its p99, else the list"),
		page.Bind("o", "the selected tenant's own page"),
		page.Bind("w", "against 1 h, 1 d, 1 w ago"),
		page.Bind("left right", "a nearer, a farther time to compare with"),
		page.BindRows("select"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}
