package jaeger

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// errSilent is why a stream ended in which nothing came for too long.
type errSilent struct{ after time.Duration }

func (e errSilent) Error() string { return "nothing came in " + e.after.String() }

// silence ends a stream in which nothing comes for a while. A large trace may take as long as it keeps coming.
type silence struct {
	limit  time.Duration // for each piece but the first
	now    atomic.Int64  // how long the wait is that goes on, a time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// listen starts to wait; the context ends when the wait was too long, and with end. first is how long the first piece
// may take.
func listen(ctx context.Context, first, limit time.Duration) (context.Context, *silence) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &silence{limit: limit, cancel: cancel}
	s.now.Store(int64(first))
	s.timer = time.AfterFunc(first, func() { cancel(errSilent{time.Duration(s.now.Load())}) })
	return ctx, s
}

// wait waits for the next piece, heard ends that: time in which nobody reads is not the server's silence.
func (s *silence) wait() { s.timer.Reset(time.Duration(s.now.Load())) }

func (s *silence) heard() {
	s.timer.Stop()
	s.now.Store(int64(s.limit))
}

func (s *silence) end() {
	s.timer.Stop()
	s.cancel(nil)
}

// silent tells whether ctx, made by listen, ended for silence, and after how long a wait.
func silent(ctx context.Context) (after time.Duration, yes bool) {
	e, yes := errors.AsType[errSilent](context.Cause(ctx))
	return e.after, yes
}

// longer is what to do about an answer that did not come in time.
func longer(waited time.Duration) string {
	return "dlmon waited " + waited.String() + "; a longer jaeger.timeout in the config gives more"
}
