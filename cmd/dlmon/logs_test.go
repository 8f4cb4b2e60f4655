package dlmon

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
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
