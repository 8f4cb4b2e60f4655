package jaeger

import (
	"context"
	"errors"
	"time"
)

// errSilent is why a stream ended in which nothing came for too long.
var errSilent = errors.New("nothing came in time")

// silence ends a stream in which nothing comes for a while. A large trace may take as long as it keeps coming.
type silence struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// listen starts to wait; the context ends when the wait was too long, and with end.
func listen(ctx context.Context, limit time.Duration) (context.Context, *silence) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &silence{limit: limit, cancel: cancel, timer: time.AfterFunc(limit, func() { cancel(errSilent) })}
}

// wait waits for the next piece, heard ends that: time in which nobody reads is not the server's silence.
func (s *silence) wait()  { s.timer.Reset(s.limit) }
func (s *silence) heard() { s.timer.Stop() }

func (s *silence) end() {
	s.timer.Stop()
	s.cancel(nil)
}

// silent tells whether ctx, made by listen, ended for silence.
func silent(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errSilent) }
