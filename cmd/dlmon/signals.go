package dlmon

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signalContext ends with SIGINT, SIGTERM or SIGHUP: a closed SSH session must give the terminal back and leave no
// process behind. A second signal ends the program at once, as if it had never been caught.
func signalContext(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case <-ch:
			signal.Stop(ch)
			cancel()
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		close(done)
		cancel()
	}
}
