package alerts

import (
	"slices"

	"dlmon/tui/page"
)

var _ page.Arranger = (*Page)(nil)

// Orders implements page.Arranger. The list of silences has but one, and no groupings.
func (p *Page) Orders() []string {
	if p.mode == modeSilences {
		return nil
	}
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
	}
	return names
}

// Groupings implements page.Arranger.
func (p *Page) Groupings() []string {
	if p.mode == modeSilences {
		return nil
	}
	return groupings
}

// Arranged implements page.Arranger.
func (p *Page) Arranged() page.Arrangement {
	if p.mode == modeSilences {
		return page.Arrangement{Filter: p.silences.filter.Text}
	}
	return page.Arrangement{Filter: p.filter.Text, Sort: page.Named(p.Orders(), p.want.order), Reversed: p.want.reversed,
		Group: page.Named(groupings, p.want.grouping)}
}

// Arrange implements page.Arranger.
func (p *Page) Arrange(a page.Arrangement) {
	if p.mode == modeSilences {
		p.silences.filter.Set(a.Filter)
		return
	}
	p.filter.Set(a.Filter)
	p.want.order, p.want.reversed = max(slices.Index(p.Orders(), a.Sort), 0), a.Reversed
	p.want.grouping = max(slices.Index(groupings, a.Group), 0)
}
