package traces

import (
	"dlmon/tui/page"
)

// NewForm returns the search form, filled in from q.
func NewForm(q page.TraceQuery) page.Page { return NewList(q) }
