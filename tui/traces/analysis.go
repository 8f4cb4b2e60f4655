package traces

import (
	"dlmon/tui/page"
)

// NewAnalysis returns the page of what several traces say together.
func NewAnalysis(o page.OpenAnalysis) page.Page { return NewList(o.Query) }
