package dlmon

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	heldBack    = 190 << 20 // bytes up to which the garbage collector keeps the process, so that 100,000 spans stay below 250 MiB
	memoryCheck = 500 * time.Millisecond
)

// holdMemory keeps the process small while large traces are read, until ctx ends. By itself Go's collector lets the
// heap grow to twice what is in use. A fixed limit would make it run without end for a trace that is in itself larger;
// so the limit follows what is in use, and leaves it half as much again.
func holdMemory(ctx context.Context) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	limit := int64(heldBack)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	tick := time.NewTicker(memoryCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(live)
		if want := memoryLimit(live[0].Value.Uint64()); want != limit {
			limit = want
			debug.SetMemoryLimit(limit)
		}
	}
}

// memoryLimit is the limit for that many bytes in use.
func memoryLimit(live uint64) int64 { return max(heldBack, int64(live)/2*3) }
