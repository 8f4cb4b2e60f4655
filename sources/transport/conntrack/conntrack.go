// Package conntrack stands in for github.com/mwitkow/go-conntrack, by a replace directive in go.mod: the HTTP client of
// prometheus/common dials through it. The original counts connections as Prometheus metrics and records them for
// golang.org/x/net/trace, which a terminal program serves nowhere. Through x/net/trace it brings html/template into the
// binary, whose calls of methods by name keep the linker from leaving out any exported method at all: without it dlmon
// is a fifth smaller (docs/performance.md).
package conntrack

import (
	"context"
	"net"
)

// DialContext is what net.Dialer.DialContext is.
type DialContext = func(ctx context.Context, network, address string) (net.Conn, error)

// Option is one of NewDialContextFunc's.
type Option func(*DialContext)

// DialWithName names the dialer in metrics; there are none.
func DialWithName(string) Option { return func(*DialContext) {} }

// DialWithTracing records connections; nothing would show them.
func DialWithTracing() Option { return func(*DialContext) {} }

// DialWithDialContextFunc dials by f.
func DialWithDialContextFunc(f DialContext) Option { return func(d *DialContext) { *d = f } }

// NewDialContextFunc returns what dials, as the options say; without one, a net.Dialer.
func NewDialContextFunc(options ...Option) DialContext {
	dial := (&net.Dialer{}).DialContext
	for _, o := range options {
		o(&dial)
	}
	return dial
}
