package dlmon

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
)

// openIn is open with variables of the environment.
func openIn(t *testing.T, env []string, w, h int, args ...string) *screentest.Screen {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return screentest.OpenEnv(t, env, bin, w, h, args...)
}

func TestDumbTerminalIsToldOfTheSnapshot(t *testing.T) {
	s := openIn(t, []string{"TERM=dumb"}, 80, 24, silentSources(t)...)
	err := <-s.Exited
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != ExitUsage {
		t.Errorf("it ends with %v", err)
	}
	s.Shows("dlmon: TERM=dumb: such a terminal shows no dashboard; dlmon snapshot prints")
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if bytes.ContainsRune(s.Raw.Bytes(), 0x1b) || bytes.Count(bytes.TrimSpace(s.Raw.Bytes()), []byte("\n")) != 0 {
		t.Errorf("%q was written", s.Raw.Bytes())
	}
}

func TestSnapshotIsTextOnADumbTerminal(t *testing.T) {
	health := fakeHealth(t, 200, `{"status":"healthy","timestamp":1,"duration":0,"checks":[]}`)
	got := execute(t, map[string]string{"TERM": "dumb"}, "snapshot", "--health-url", health, "--page", "health")
	if got.code != ExitOK || strings.Contains(got.out, "\x1b") || !strings.Contains(got.out, "healthy") {
		t.Errorf("exit %d, %s\n%s", got.code, got.errors, got.out)
	}
}

func TestWithoutColourNoneIsSentWhateverTheTerminal(t *testing.T) {
	for _, c := range []struct {
		env  []string
		args []string
	}{
		{[]string{"NO_COLOR=1", "COLORTERM=truecolor"}, nil},
		{[]string{"NO_COLOR=yes", "TERM=xterm-kitty"}, nil}, // any value counts: no-color.org
		{nil, []string{"--no-color"}},
		{nil, []string{"--theme", "mono"}},
	} {
		s := openIn(t, c.env, 80, 24, append(silentSources(t), c.args...)...)
		s.Shows("Overview", "Latency")
		s.Press("5")
		s.Shows("Health")
		s.Press("q")
		s.Ends()
		s.Mu.Lock()
		for _, seq := range regexp.MustCompile(`\x1b\[([0-9;]*)m`).FindAllSubmatch(s.Raw.Bytes(), -1) {
			for n := range strings.SplitSeq(string(seq[1]), ";") {
				if len(n) > 1 && strings.ContainsAny(n[:1], "3491") && n != "39" && n != "49" {
					t.Errorf("%v %v: a colour was sent: %q", c.env, c.args, seq[0])
				}
			}
		}
		s.Mu.Unlock()
	}
}

func TestASCIIByLocaleOrFlagSendsNothingElse(t *testing.T) {
	for _, c := range []struct {
		env  []string
		args []string
	}{{[]string{"LANG=C"}, nil}, {[]string{"LC_ALL=POSIX"}, nil}, {nil, []string{"--ascii"}}} {
		s := openIn(t, c.env, 120, 40, append(silentSources(t), c.args...)...)
		s.Shows("Overview", "Latency")
		for _, key := range []string{"2", "4", "5", "?"} {
			s.Press(key)
		}
		s.Shows("Everywhere")
		s.Press("?q")
		s.Ends()
		s.Mu.Lock()
		for _, b := range s.Raw.Bytes() {
			if b >= 0x80 {
				t.Errorf("%v %v: byte %#x was sent", c.env, c.args, b)
				break
			}
		}
		s.Mu.Unlock()
	}
}

func TestSignalEndsItWhileTheTerminalIsStalled(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			s := open(t, 80, 24, silentSources(t)...)
			s.Shows("Overview")
			s.Stall(true)
			s.Press("2") // whose answer is never taken
			if err := s.Cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-s.Exited:
				if err != nil {
					t.Errorf("it ends with %v", err)
				}
			case <-time.After(screentest.Patience):
				t.Fatal("it does not end")
			}
		})
	}
}

func TestStalledTerminalCatchesUp(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.Shows("Overview")
	s.Stall(true)
	for range 200 {
		s.Press("2345")
	}
	s.Press("6")
	s.Stall(false)
	s.Shows("Datasets")
	s.Press("q")
	s.Ends()
}

// The screen as it is seen through a multiplexer, which is a terminal of its own between dlmon and the emulator.
func TestItWorksInTmuxAndScreen(t *testing.T) {
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ program, term string }{
		{"tmux", "tmux-256color"}, {"tmux", "screen-256color"}, {"tmux", "screen"}, {"screen", "screen"}, {"screen", "screen-256color"},
	} {
		t.Run(c.program+" "+c.term, func(t *testing.T) {
			path, err := exec.LookPath(c.program)
			if err != nil {
				if os.Getenv("DLMON_INTEGRATION") != "" {
					t.Fatal(err)
				}
				t.Skipf("%s is not installed", c.program)
			}
			dir := t.TempDir()
			command := append([]string{bin}, silentSources(t)...)
			env := []string{"HOME=" + dir, "SCREENDIR=" + filepath.Join(dir, "screen"), "TMUX_TMPDIR=" + dir, "SHELL=/bin/sh"}
			args := append([]string{"-c", "/dev/null", "-U", "-T", c.term}, command...)
			if c.program == "tmux" {
				args = []string{"-f", "/dev/null", "-u", "start-server", ";", "set", "-g", "default-terminal", c.term, ";",
					"new-session", strings.Join(quotedArgs(command), " ")}
			}
			s := screentest.OpenEnv(t, env, path, 100, 30, args...)
			s.Shows("Overview", "Latency")
			s.Press("5")
			s.Shows("prometheus", "alertmanager")
			s.Press("?")
			s.Shows("Everywhere")
			s.Press("?4")
			s.Shows("Alerts")
			s.Press("q")
			select {
			case err := <-s.Exited:
				if err != nil {
					t.Errorf("it ends with %v", err)
				}
			case <-time.After(screentest.Patience):
				t.Fatal("it does not end")
			}
		})
	}
}

// prompts tells whether the shell waits for a command.
func prompts(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "ready>") }

// A shell with job control stops and continues it.
func TestControlZGoesBackToTheShellAndFgComesBack(t *testing.T) {
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("DLMON_INTEGRATION") != "" {
			t.Fatal(err)
		}
		t.Skip("bash is not installed")
	}
	s := screentest.OpenEnv(t, []string{"PS1=ready> "}, bash, 80, 24, "--norc", "--noprofile", "-i")
	s.Wait("the shell", prompts)
	s.Press(strings.Join(append([]string{bin}, silentSources(t)...), " ") + "\r")
	s.Shows("Overview", "Latency")
	s.Press("\x1a")
	s.Wait("the shell", func(text string) bool {
		return !s.Alt && s.Cursor && strings.Contains(text, "Stopped") && prompts(text)
	})
	s.Press("fg\r")
	s.Wait("the screen again", func(text string) bool { return s.Alt && strings.Contains(text, "Overview") })
	s.Press("5")
	s.Shows("alertmanager")
	s.Press("q")
	s.Wait("the shell", func(text string) bool { return !s.Alt && s.Cursor && prompts(text) }) // before it does, keys may be lost
	s.Press("exit\r")
	select {
	case <-s.Exited:
	case <-time.After(screentest.Patience):
		t.Fatal("the shell does not end")
	}
}

func TestControlZIsHarmlessWithoutAShell(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.Shows("Overview")
	s.Press("\x1a")
	s.Shows("ctrl+z does nothing here")
	s.Press("q")
	s.Ends()
}

func quotedArgs(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = fmt.Sprintf("'%s'", a)
	}
	return out
}
