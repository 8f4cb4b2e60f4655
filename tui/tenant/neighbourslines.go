package tenant

// How the noisy neighbours are drawn, and the sentence that sums them up.

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"

	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

func (p *Neighbours) hints() []string {
	if p.filter.Open {
		return page.FilterHints
	}
	return []string{"enter the tenant's page", "t trace", "f load over time", "/ filter", "+ longer window", "esc back", "? keys"}
}

// sentenceLines is how many lines the sentence may take.
func sentenceLines(c page.Context) int { return max(1, min(3, c.Height/4)) }

func (p *Neighbours) sentences(c page.Context) []string {
	return page.Wrap(sentence(p.work.value, windowWords(c)), max(c.Width-3, 1), sentenceLines(c), c.Styles.Glyphs.Ellipsis)
}

// narrowed is the filter, and how many of the neighbours and of those whom they slow it lets through; "" for none.
func (p *Neighbours) narrowed() string {
	if p.filter.Text == "" {
		return p.filter.Prompt()
	}
	all := 0
	for _, s := range p.work.value {
		all += 1 + len(s.Hurt)
	}
	rows, _ := p.entries()
	return fmt.Sprintf("%s %d of %d", p.filter.Prompt(), len(rows), all)
}

func (p *Neighbours) visible(c page.Context) int {
	return max(1, c.Height-3-len(p.sentences(c))-len(page.Footer(c, p.hints()...)))
}

// View implements page.Page.
func (p *Neighbours) View(c page.Context) []string {
	s := c.Styles
	p.hits.Reset()
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	foot := page.Footer(c, p.hints()...)
	title := "Noisy neighbours, last " + windowWords(c)
	if !p.work.known {
		lines := append([]string{page.Title(s, title, "", c.Width)}, p.why(c)...)
		return page.Above(lines, foot, c.Height)
	}
	lines := []string{page.Title(s, title, facts(c, p.narrowed(), p.looked(), staleFact(c, p.Wants(c))), c.Width)}
	if len(p.work.value) == 0 {
		return page.Above(append(lines, page.Explain(s, p.nobody(c), nil, c.Width)...), foot, c.Height)
	}
	sign, style := s.Glyphs.OK, s.OK
	if blamed(p.work.value) >= 0 {
		sign, style = s.Glyphs.Warn, s.Warn
	}
	for i, l := range p.sentences(c) {
		if i > 0 {
			sign = " "
		}
		lines = append(lines, " "+style.Render(sign)+" "+s.Text.Render(l))
	}
	lines = append(lines, s.Muted.Render(page.Cut(" "+p.caution(c), c.Width, s.Glyphs.Ellipsis)))
	rows, keys := p.entries()
	if len(rows) == 0 {
		return page.Above(append(lines, page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)...), foot, c.Height)
	}
	p.cursor.Sync(keys, p.visible(c))
	t := page.Table{Styles: s, Columns: []page.Column{
		{}, {Title: "tenant", Min: 10, Max: 30}, {Title: "of time", Right: true}, {Title: "of searches", Right: true, Drop: 4},
		{Title: "load grew", Right: true, Drop: 6}, {Title: "searches", Right: true, Drop: 3}, {Title: "per search", Right: true, Drop: 2},
	}}
	if blamed(p.work.value) >= 0 { // else nobody has anything in them
		t.Columns = append(t.Columns, page.Column{Title: "p95 calm to busy", Right: true, Drop: 7}, page.Column{Title: "r", Right: true, Drop: 5})
	}
	for _, e := range rows {
		t.Rows = append(t.Rows, p.cells(c, e)[:len(t.Columns)])
	}
	p.hits.List(len(lines)+1, p.cursor.Offset, min(p.visible(c), len(rows)-p.cursor.Offset))
	return page.Above(append(lines, t.Lines(c.Width, p.visible(c)+1, p.cursor.Offset, p.cursor.Row)...), foot, c.Height)
}

func (p *Neighbours) why(c page.Context) []string {
	if p.work.err != nil {
		return page.Explain(c.Styles, "the comparison failed", p.work.err, c.Width)
	}
	if v := c.Env.Vocab; v != nil {
		if _, ok := p.p95.Queries[0].PromQL(c.Env); !ok {
			return page.Explain(c.Styles, v.Missing("search_latency"), nil, c.Width)
		}
	}
	return absent(c, p.Wants(c))
}

// nobody says why there is no suspect.
func (p *Neighbours) nobody(c page.Context) string {
	switch x, _ := p.choice(c); {
	case c.Live:
		return "no tenant searches now"
	case math.IsNaN(single(c, x.total)):
		return "Prometheus holds no search of any tenant" + ofThen(c)
	}
	return "no tenant searched" + ofThen(c)
}

// looked says how many of all tenants are looked at.
func (p *Neighbours) looked() string {
	if n := p.picked.tenants; n > len(p.picked.all) {
		return fmt.Sprintf("%d of %d tenants looked at: the %d with most load, the %d slowest or most slowed",
			len(p.picked.all), n, len(p.picked.suspects), len(p.picked.all)-len(p.picked.suspects))
	}
	if n := len(p.work.value); n < len(p.picked.all) {
		return fmt.Sprintf("%d of %d tenants, those with most load", n, len(p.picked.all))
	}
	return fmt.Sprintf("%d tenants", len(p.picked.all))
}

// caution says what the correlation is worth.
func (p *Neighbours) caution(c page.Context) string {
	reqs := p.ranges(c)
	if len(reqs) == 3 {
		m := c.Data.Range(reqs[0]).Value
		rate := max(c.Env.Rate, dashboard.RateWindow(c.Env.Scrape, c.Step))
		if m.Columns > 0 && !tenancy.EnoughColumns(m.Columns, m.Step, rate) {
			return fmt.Sprintf("too short to compare: it holds %d rate windows of %s, six are needed%s",
				tenancy.Independent(m.Columns, m.Step, rate), dashboard.SayDuration(rate), c.Hint("+", "; %s takes a longer one"))
		}
	}
	return "Rising together is no proof: a common cause moves both. r is Pearson's correlation of p95 with that load."
}

func (p *Neighbours) cells(c page.Context, e entry) []page.Cell {
	s, x := c.Styles, p.work.value[e.suspect]
	text := func(t string) page.Cell { return page.Cell{Text: t, Style: s.Text} }
	if e.hurt >= 0 {
		h := x.Hurt[e.hurt]
		return []page.Cell{
			{}, {Text: "  " + s.Glyphs.Up + " " + h.Tenant, Style: s.Warn}, {}, {}, {}, {}, {},
			{Text: fromTo(h), Style: s.Warn}, text(fmt.Sprintf("%.2f", h.R)),
		}
	}
	sign, style := " ", s.Text
	if len(x.Hurt) > 0 {
		sign, style = s.Glyphs.Warn, s.Warn
	}
	return []page.Cell{
		{Text: sign, Style: style}, {Text: x.Tenant, Style: s.Bold}, text(dashboard.FormatValue(x.Share, dashboard.UnitRatio)),
		text(dashboard.FormatValue(x.Asked, dashboard.UnitRatio)), text(factor(x.Growth)), text(factor(x.Searches)), text(factor(x.PerSearch)), {}, {},
	}
}

// factor is a growth as a change: "+240 %".
func factor(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dashboard.None
	}
	return dashboard.FormatChange(f, 1, dashboard.UnitNone)
}

func fromTo(h tenancy.Hurt) string {
	return dashboard.SayValue(h.Calm, dashboard.UnitSeconds) + " to " + dashboard.SayValue(h.Busy, dashboard.UnitSeconds)
}

// blamed is the suspect with whose load the p95 of others rose, that with the most load of them; -1 for none.
func blamed(all []tenancy.Suspect) int {
	for i, x := range all {
		if len(x.Hurt) > 0 {
			return i
		}
	}
	return -1
}

// sentence sums up in one: who takes the most, how that grew, and whose latency rose with it. all are ordered by load.
func sentence(all []tenancy.Suspect, window string) string {
	if len(all) == 0 {
		return ""
	}
	i := blamed(all)
	x := all[max(i, 0)]
	text := fmt.Sprintf("%s takes %s of search time", x.Tenant, dashboard.SayValue(x.Share, dashboard.UnitRatio))
	if g := factor(x.Growth); g != dashboard.None {
		text += fmt.Sprintf(", %s in %s", g, window)
		if x.Growth > 1.1 || x.Swing > 1.25 {
			text += fmt.Sprintf(" (searches %s, time per search %s)", factor(x.Searches), factor(x.PerSearch))
		}
	}
	if i < 0 {
		if x.Own {
			return text + "; its searches take longer as the others' do: nobody's p95 is put down to it"
		}
		return text + "; nobody's p95 rose with its load"
	}
	var hurt []string
	for k, h := range x.Hurt {
		if k == 3 {
			hurt = append(hurt, fmt.Sprintf("%d more", len(x.Hurt)-3))
			break
		}
		hurt = append(hurt, fmt.Sprintf("%s (%s to %s, r %.2f)", h.Tenant,
			dashboard.SayValue(h.Calm, dashboard.UnitSeconds), dashboard.SayValue(h.Busy, dashboard.UnitSeconds), h.R))
	}
	if len(hurt) > 1 {
		hurt = []string{strings.Join(hurt[:len(hurt)-1], ", ") + " and " + hurt[len(hurt)-1]}
	}
	return text + "; with its load rose the p95 of " + hurt[0]
}

func windowWords(c page.Context) string {
	return dashboard.SayDuration(c.Window)
}

// Bindings implements page.Page.
func (p *Neighbours) Bindings() []key.Binding {
	return []key.Binding{
		page.Bind("enter", "the selected tenant's own page"),
		page.Bind("o", "the same"),
		page.Bind("t", "the trace of an exemplar nearest to its p99, else the list"),
		page.Bind("f", "the load of those who take the most, full screen"),
		page.BindRows("select"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}
