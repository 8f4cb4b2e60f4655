//go:build tools

// Package jaeger only names the Jaeger release that dlmon's integration tests run against, so that the go command
// can build it from here: GOWORK=off go build github.com/jaegertracing/jaeger/cmd/all-in-one
package jaeger

import _ "github.com/jaegertracing/jaeger/cmd/all-in-one"
