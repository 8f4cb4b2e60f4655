package dlmon

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLibrariesLogToTheScreensLogAndNotOntoIt(t *testing.T) {
	var own, screen bytes.Buffer
	before := log.Writer()
	defer log.SetOutput(before)
	log.SetOutput(&screen)
	undo := divertLogs(slog.New(slog.NewTextHandler(&own, nil)))
	log.Print("Unsolicited response")
	undo()
	log.Print("after")
	if got := own.String(); !strings.Contains(got, "Unsolicited response") {
		t.Errorf("logged %q", got)
	}
	if got := screen.String(); !strings.Contains(got, "after") || strings.Contains(got, "Unsolicited") {
		t.Errorf("on the screen %q", got)
	}
}

func TestALookThatPanicsIsLoggedAndOthersFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var own bytes.Buffer
		s := &session{log: slog.New(slog.NewTextHandler(&own, nil))} // without a client it panics
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s.keepLooking(ctx)
		if n := strings.Count(own.String(), "error=\"panic: "); n < 4 {
			t.Errorf("%d looks in a minute are logged:\n%s", n, own.String())
		}
	})
}
