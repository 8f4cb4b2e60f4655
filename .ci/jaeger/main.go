//go:build tools

// Package jaeger only names the Jaeger release that dlmon's integration tests run against, so that the go command
// can build it from here: GOWORK=off go build github.com/jaegertracing/jaeger/cmd/all-in-one (Jaeger 1.x), and
// github.com/jaegertracing/jaeger/cmd/jaeger (Jaeger 2.x, of the same release).
package jaeger

import (
	_ "github.com/jaegertracing/jaeger/cmd/all-in-one"
	_ "github.com/jaegertracing/jaeger/cmd/jaeger"
)
