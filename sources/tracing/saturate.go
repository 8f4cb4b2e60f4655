package tracing

import (
	"math"
	"time"
)

// Spans come with any times. A Duration holds 292 years; sums beyond that stay at its ends instead of wrapping round.

// sum is a + b, saturating.
func sum(a, b time.Duration) time.Duration {
	c := a + b
	switch {
	case a > 0 && b > 0 && c < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && c >= 0:
		return math.MinInt64
	}
	return c
}

// length is a span's duration; a negative one counts as none.
func (n *Node) length() time.Duration { return max(n.Span.Duration, 0) }

// End is the span's end from the trace's start.
func (n *Node) End() time.Duration { return sum(n.Offset, n.length()) }
