package dlmon

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"dlmon/cmd/dlmon/screentest"
)

// writes waits until the program has written a sequence.
func writes(s *screentest.Screen, sequence string) {
	s.Wait(fmt.Sprintf("%q written", sequence), func(string) bool { return bytes.Contains(s.Raw.Bytes(), []byte(sequence)) })
}

// wrote tells whether the program has written a sequence so far.
func wrote(s *screentest.Screen, sequence string) bool {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return bytes.Contains(s.Raw.Bytes(), []byte(sequence))
}

// clickAt is what a terminal sends for a click of the left button on a cell, counted from 1 (SGR, mode 1006).
func clickAt(x, y int) string { return fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", x, y, x, y) }

func TestTheMouseOfATerminalOpensTabsAndScrolls(t *testing.T) {
	s := open(t, 120, 40, silentSources(t)...)
	s.Shows("1 Overview", "Latency")
	writes(s, "\x1b[?1002h")
	writes(s, "\x1b[?1006h")
	s.Press(clickAt(15, 2)) // 2 Tenants
	s.Wait("the tenants", func(text string) bool { return strings.Contains(text, "\nTenants") })
	s.Press(clickAt(46, 2)) // 5 Health
	s.Shows("Sources of dlmon")
	s.Press("\x1b[<65;10;10M") // the wheel: three sources on
	s.Wait("the fourth source selected", func(text string) bool {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(line, "alertmanager") && strings.HasPrefix(line, "›") {
				return true
			}
		}
		return false
	})
	s.Press("m")
	s.Shows("mouse off")
	writes(s, "\x1b[?1002l")
	s.Press("q")
	s.Ends()
	if wrote(s, "\x1b[?1003h") {
		t.Error("clicks and drags are to be reported, and no other movement")
	}
}

func TestInsideSSHTheTerminalIsNotAskedForTheMouse(t *testing.T) {
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := screentest.OpenEnv(t, []string{"SSH_TTY=/dev/pts/9"}, bin, 120, 40, silentSources(t)...)
	s.Shows("1 Overview")
	if wrote(s, "\x1b[?1002h") {
		t.Error("the mouse is on though nobody asked for it")
	}
	s.Press("m")
	s.Shows("mouse on")
	writes(s, "\x1b[?1002h")
	s.Press("q")
	s.Ends()
}

func TestThePaletteAndTheOperatorsKeysOnARealTerminal(t *testing.T) {
	path := write(t, "dlmon.yaml", "keys: {global.palette: ctrl+p, global.quit: Q}\n")
	s := open(t, 120, 40, append(silentSources(t), "--config", path)...)
	s.Shows("1 Overview", "ctrl+p find")
	s.Press("q\x10business")
	s.Shows(":business_", "page")
	s.Press("\r")
	s.Shows("Datasets")
	s.Press("Q")
	s.Ends()
}
