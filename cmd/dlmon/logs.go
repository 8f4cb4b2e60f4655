package dlmon

import (
	"io"
	"log"
	"log/slog"
	"sync"

	"google.golang.org/grpc/grpclog"
)

// quietGRPC keeps gRPC, which logs to standard error, off the screen for good: what matters of it is in the errors of
// its calls. It must be called before gRPC is used, and gRPC's logger can be set but once.
var quietGRPC = sync.OnceFunc(func() {
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
})

// divertLogs sends what libraries log to Go's standard logger to the screen's own log: net/http would write to standard
// error, in the middle of the picture. The function it returns undoes it.
func divertLogs(to *slog.Logger) (undo func()) {
	before, flags := log.Writer(), log.Flags()
	log.SetOutput(slog.NewLogLogger(to.Handler(), slog.LevelWarn).Writer())
	log.SetFlags(0)
	return func() {
		log.SetOutput(before)
		log.SetFlags(flags)
	}
}
