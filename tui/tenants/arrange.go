package tenants

import (
	"slices"

	"dlmon/tui/page"
)

var _ page.Arranger = (*Page)(nil)

// Orders implements page.Arranger: the columns.
func (p *Page) Orders() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// Groupings implements page.Arranger.
func (p *Page) Groupings() []string { return nil }

// Arranged implements page.Arranger.
func (p *Page) Arranged() page.Arrangement {
	return page.Arrangement{Filter: p.filter.Text, Sort: page.Named(p.Orders(), p.sort), Reversed: p.desc}
}

// Arrange implements page.Arranger.
func (p *Page) Arrange(a page.Arrangement) {
	p.filter.Set(a.Filter)
	p.sort, p.desc = max(slices.Index(p.Orders(), a.Sort), byWorst), a.Reversed
}
