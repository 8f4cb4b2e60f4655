package dlmon

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
	"dlmon/tui"
)

func TestASettingOfTheKioskWithoutOneIsRefusedWithWhatToDo(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--rotate", "overview"}, "--rotate: is for a screen on the wall; add --kiosk"},
		{[]string{"--kiosk-locked"}, "--kiosk-locked: is for a screen on the wall; add --kiosk"},
		{[]string{"--dim", "22:00-06:00"}, "--dim: is for a screen on the wall; add --kiosk"},
		{[]string{"--every", "1m"}, "--every: is for a screen on the wall; add --kiosk"},
		{[]string{"--kiosk", "--every", "1m"}, "--every: there is nothing to turn to; add --rotate"},
		{[]string{"--kiosk", "--at", "-3h"}, "--at: a kiosk shows the present"},
		{[]string{"--kiosk", "--tenant", "acme", "--rotate", "overview"}, "--tenant: a kiosk turns between pages or stays"},
		{[]string{"--kiosk", "--rotate", "overview,tenants", "--page", "health"}, "--page: health is not among the pages that --rotate turns between, overview,tenants;"},
		{[]string{"--kiosk", "--mouse", "on"}, "--mouse: nobody is at a kiosk to use it"},
		{[]string{"--kiosk", "--rotate", "overview,cellar"}, "--rotate: expected pages with commas between them"},
		{[]string{"--kiosk", "--dim", "22:00-22:00"}, "--dim: expected a stretch of the day"},
	} {
		got := execute(t, nil, append(c.args, "--health-url", "http://127.0.0.1:1/")...)
		if got.code != ExitUsage || !strings.Contains(got.errors, c.want) {
			t.Errorf("%v: %+v, want %q", c.args, got, c.want)
		}
	}
}

func TestSettingsOfTheKioskMayWaitInTheEnvironment(t *testing.T) {
	got := execute(t, map[string]string{"DLMON_ROTATE": "overview,alerts", "DLMON_KIOSK_LOCKED": "true"}, "--health-url", "http://127.0.0.1:1/")
	if !strings.Contains(got.errors, "needs a terminal") {
		t.Errorf("%+v", got)
	}
}

func TestWhatAnOperatorPrefersElsewhereIsNoFaultOfTheKiosk(t *testing.T) {
	path := write(t, "dlmon.yaml", "mouse: on\npage: health\nhealth-url: http://127.0.0.1:1/\n")
	for _, args := range [][]string{
		{"--config", path},
		{"--config", path, "--page", "alerts"},
		{"--config", path, "--mouse", "off"},
	} {
		got := execute(t, map[string]string{"DLMON_ROTATE": "overview,alerts"}, append(args, "--kiosk")...)
		if !strings.Contains(got.errors, "needs a terminal") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

func TestHoursAreReadAsTheyWereChecked(t *testing.T) {
	if got, want := hours("22:30-06:05"), (tui.Hours{From: 22*time.Hour + 30*time.Minute, Until: 6*time.Hour + 5*time.Minute}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := hours(""); got != (tui.Hours{}) {
		t.Errorf("none is %v", got)
	}
}

func TestKioskOnATerminalTurnsShowsNoCursorAndQuits(t *testing.T) {
	s := open(t, 120, 40, append(silentSources(t), "--kiosk", "--rotate", "overview,health", "--every", "1s")...)
	s.Shows("Sources of dlmon")
	s.Shows("Latency")
	s.Wait("the alternate screen without a cursor", func(string) bool { return s.Alt && !s.Cursor })
	s.Press("4?")
	s.Shows("Sources of dlmon")
	s.Press("q")
	s.Ends()
}

func TestALockedKioskEndsWithASignalOnly(t *testing.T) {
	s := open(t, 80, 24, append(silentSources(t), "--kiosk", "--kiosk-locked")...)
	s.Shows("Overview")
	s.Press("q\x03\x1a\x1c\x04")
	beat := clock(s)
	s.Wait("another second", func(text string) bool { return clockIn(text) != beat })
	select {
	case <-s.Exited:
		t.Fatal("a key ended it")
	default:
	}
	if err := s.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.Ends()
}

// clock is the second that the screen shows.
func clock(s *screentest.Screen) (at string) {
	s.Wait("clock", func(text string) bool { at = clockIn(text); return at != "" })
	return at
}

func clockIn(text string) string {
	if i := strings.Index(text, " UTC"); i >= 8 {
		return text[i-8 : i]
	}
	return ""
}
