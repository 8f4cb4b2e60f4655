package tui

// The terminal as it is written to. A terminal whose other end reads no more (a stalled SSH link, ctrl+s, a window of
// screen that is scrolled back) blocks its writer, and with it everything that waits for the writer: keys, signals, the
// end. So a goroutine of its own writes, and nobody waits for it longer than a moment.

import (
	"context"
	"os"
	"sync"
	"time"
)

const (
	// patience is how long a write waits for the terminal to take it. One that reads takes it in microseconds.
	patience = 50 * time.Millisecond
	// farewell is how long the end waits for the terminal to take the last that was written, which gives it back.
	farewell = time.Second
	// maxUnwritten bounds what is kept for a terminal that reads no more: some twenty large frames. The pacer draws none
	// while there is any, so it never comes near.
	maxUnwritten = 1 << 20
)

// terminal is a term.File that never blocks its writer for long.
type terminal struct {
	*os.File // read from, asked for its size, and closed by others

	ctx  context.Context // when it has ended, a write waits no more
	wake chan struct{}   // there is something to write
	quit chan struct{}   // closed by stop

	mu    sync.Mutex
	queue []byte
	taken chan struct{} // closed when all that was queued is written; nil while there is nothing to write
	err   error         // of the first write that failed; all later ones fail too
}

// newTerminal begins to write to f, until stop. failed is called, once, with the error of a write.
func newTerminal(ctx context.Context, f *os.File, failed func(error)) *terminal {
	t := &terminal{File: f, ctx: ctx, wake: make(chan struct{}, 1), quit: make(chan struct{})}
	go t.run(failed)
	return t
}

func (t *terminal) run(failed func(error)) {
	var next []byte // is never the array that Write appends to
	for {
		t.mu.Lock()
		next, t.queue = t.queue, next[:0]
		if len(next) == 0 || t.err != nil {
			if t.taken != nil {
				close(t.taken)
				t.taken = nil
			}
			t.mu.Unlock()
			select {
			case <-t.wake:
				continue
			case <-t.quit:
				return
			}
		}
		t.mu.Unlock()
		_, err := t.File.Write(next)
		if err != nil {
			t.mu.Lock()
			t.err = err
			t.mu.Unlock()
			failed(err)
		}
	}
}

// Write queues p and waits a moment until it is written.
func (t *terminal) Write(p []byte) (int, error) {
	for {
		t.mu.Lock()
		if t.err != nil {
			defer t.mu.Unlock()
			return 0, t.err
		}
		if len(t.queue) == 0 || len(t.queue)+len(p) <= maxUnwritten {
			break
		}
		taken := t.taken
		t.mu.Unlock()
		select {
		case <-taken:
		case <-t.ctx.Done():
			return 0, context.Cause(t.ctx)
		}
	}
	t.queue = append(t.queue, p...)
	if t.taken == nil {
		t.taken = make(chan struct{})
	}
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
	t.drain(patience)
	return len(p), nil
}

// busy tells whether the terminal has not yet taken all that was written.
func (t *terminal) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.taken != nil
}

// drain waits until all is written, but no longer than limit.
func (t *terminal) drain(limit time.Duration) {
	t.mu.Lock()
	taken := t.taken
	t.mu.Unlock()
	if taken == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-taken:
	case <-timer.C:
	}
}

// stop gives the terminal a last chance to take what was written, and ends.
func (t *terminal) stop() {
	t.drain(farewell)
	close(t.quit)
}
