package prometheus

import (
	"context"
	"testing"
	"time"
)

type ctx = context.Context

// eventually asks until the answer is as it should be, for servers that need a moment; it fails after 20 s.
func eventually[T any](t *testing.T, ask func(context.Context) (T, error), ok func(T) bool) T {
	t.Helper()
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		v, err := ask(t.Context())
		if err == nil && ok(v) {
			return v
		}
		select {
		case <-poll.C:
		case <-deadline:
			t.Fatalf("still %+v, %v", v, err)
		}
	}
}
