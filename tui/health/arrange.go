package health

import "dlmon/tui/page"

var _ page.Arranger = (*Page)(nil)

// Orders implements page.Arranger: the service's own order only.
func (p *Page) Orders() []string { return nil }

// Groupings implements page.Arranger.
func (p *Page) Groupings() []string { return nil }

// Arranged implements page.Arranger.
func (p *Page) Arranged() page.Arrangement { return page.Arrangement{Filter: p.filter.Text} }

// Arrange implements page.Arranger.
func (p *Page) Arrange(a page.Arrangement) { p.filter.Set(a.Filter) }
