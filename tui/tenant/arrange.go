package tenant

import "dlmon/tui/page"

var (
	_ page.Arranger = (*Movers)(nil)
	_ page.Arranger = (*Neighbours)(nil)
	_ page.Arranger = (*Budget)(nil)
)

// Orders implements page.Arranger: each of the comparisons has but its own order.
func (x *comparison[T]) Orders() []string { return nil }

// Groupings implements page.Arranger.
func (x *comparison[T]) Groupings() []string { return nil }

// Arranged implements page.Arranger.
func (x *comparison[T]) Arranged() page.Arrangement { return page.Arrangement{Filter: x.filter.Text} }

// Arrange implements page.Arranger.
func (x *comparison[T]) Arrange(a page.Arrangement) { x.filter.Set(a.Filter) }
