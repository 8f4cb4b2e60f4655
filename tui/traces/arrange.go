package traces

import (
	"slices"

	"dlmon/tui/page"
)

var _ page.Arranger = (*List)(nil)

// orderNames are the columns that a list can be sorted by. That failed traces come first is a beginning, not a column.
var orderNames = [byFailed]string{"start", "operation", "tenant", "took", "spans", "services", "failed spans"}

// Orders implements page.Arranger.
func (l *List) Orders() []string { return orderNames[:] }

// Groupings implements page.Arranger.
func (l *List) Groupings() []string { return nil }

// Arranged implements page.Arranger.
func (l *List) Arranged() page.Arrangement {
	return page.Arrangement{Filter: l.filter.Text, Sort: page.Named(l.Orders(), int(l.order)), Reversed: l.reverse}
}

// Arrange implements page.Arranger.
func (l *List) Arrange(a page.Arrangement) {
	l.filter.Set(a.Filter)
	l.order, l.reverse = order(max(slices.Index(l.Orders(), a.Sort), int(byStart))), a.Reversed
	l.chosen = a.Sort != ""
}
