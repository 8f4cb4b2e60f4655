package alerts

import (
	"slices"

	"dlmon/tui/page"
)

var _ page.Arranger = (*Page)(nil)

// Orders implements page.Arranger.
func (p *Page) Orders() []string {
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
	}
	return names
}

// Groupings implements page.Arranger.
func (p *Page) Groupings() []string { return groupings }

// Arranged implements page.Arranger.
func (p *Page) Arranged() page.Arrangement {
	return page.Arrangement{Filter: p.filter.Text, Sort: page.Named(p.Orders(), p.want.order), Reversed: p.want.reversed,
		Group: page.Named(groupings, p.want.grouping)}
}

// Arrange implements page.Arranger.
func (p *Page) Arrange(a page.Arrangement) {
	p.filter.Set(a.Filter)
	p.want.order, p.want.reversed = max(slices.Index(p.Orders(), a.Sort), 0), a.Reversed
	p.want.grouping = max(slices.Index(groupings, a.Group), 0)
}
