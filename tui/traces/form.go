package traces

import (
	"dlmon/tui/page"
)

// History holds the last searches.
type History struct{}

// NewForm returns the search form, filled in from q.
func NewForm(q page.TraceQuery, h *History) page.Page { return NewList(q) }
