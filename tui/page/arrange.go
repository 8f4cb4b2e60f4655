package page

// How a list is arranged, for a page that is brought back.

// Arrangement is what an operator has made of a list.
type Arrangement struct {
	Filter   string
	Sort     string // one of the page's orders; "" is the first of them
	Reversed bool   // against that order's own direction
	Group    string // one of the page's groupings; "" is the first of them
}

// Arranger is a page whose list can be brought back as it was arranged.
type Arranger interface {
	// Orders are the names of what the list can be sorted by, the page's own order first; nil: it has but one.
	Orders() []string
	// Groupings are the names of what the list can be grouped by, the page's own first; nil: it is not grouped.
	Groupings() []string
	// Arranged tells how the list is arranged. The names of what the page does by itself are left out.
	Arranged() Arrangement
	// Arrange arranges the list. Names that the page does not know change nothing.
	Arrange(Arrangement)
}

// Named is the name at i of those that a list can be arranged by; "" for the first.
func Named(names []string, i int) string {
	if i <= 0 || i >= len(names) {
		return ""
	}
	return names[i]
}

// Set replaces the text of a filter that nobody is typing into.
func (f *Filter) Set(text string) {
	*f = Filter{}
	f.Add(text)
}
