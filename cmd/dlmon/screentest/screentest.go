// Package screentest runs a binary on a real pseudo-terminal, reads what it draws through a terminal emulator, and
// types keys.
package screentest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Patience bounds every wait for a screen: a loaded machine is slow, a hanging program is slower.
const Patience = 20 * time.Second

// Screen is a binary running on a terminal.
type Screen struct {
	t       testing.TB
	Cmd     *exec.Cmd
	master  *os.File
	tty     *os.File
	before  *term.State
	Started time.Time
	Exited  chan error // the program's end

	Mu      sync.Mutex // guards what follows
	changed *sync.Cond
	emu     *vt.Emulator
	Raw     bytes.Buffer // every byte written
	cast    *cast        // nil: nothing is recorded
	Titles  []string
	Alt     bool // the alternate screen is shown
	Cursor  bool // the cursor is shown
}

// Open starts a binary on a terminal of its own, of w by h cells. It is killed with the test.
func Open(t testing.TB, bin string, w, h int, args ...string) *Screen {
	t.Helper()
	return OpenEnv(t, nil, bin, w, h, args...)
}

// OpenEnv is Open with variables ("TERM=linux") that replace those of a usual terminal.
func OpenEnv(t testing.TB, env []string, bin string, w, h int, args ...string) *Screen {
	t.Helper()
	var err error
	s := &Screen{t: t, emu: vt.NewEmulator(w, h), Exited: make(chan error, 1), Cursor: true}
	s.changed = sync.NewCond(&s.Mu)
	s.emu.SetCallbacks(vt.Callbacks{
		AltScreen:        func(on bool) { s.Alt = on },
		CursorVisibility: func(on bool) { s.Cursor = on },
		Title:            func(title string) { s.Titles = append(s.Titles, title) },
	})
	if s.master, s.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(s.tty.Fd()); err != nil {
		t.Fatal(err)
	}
	s.Cmd = exec.Command(bin, args...)
	s.Cmd.Env = append([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "HOME=/nowhere", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, env...)
	s.Cmd.Stdin, s.Cmd.Stdout, s.Cmd.Stderr = s.tty, s.tty, s.tty
	s.Cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.Started = time.Now()
	if err := s.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.Exited <- s.Cmd.Wait() }()
	go s.read()
	// The terminal answers what the program asks it.
	go func() { _, _ = io.Copy(s.master, s.emu) }()
	t.Cleanup(func() {
		_ = s.Cmd.Process.Kill()
		s.HangUp()
		_ = s.tty.Close()
	})
	return s
}

// HangUp closes the terminal, as a broken connection does.
func (s *Screen) HangUp() { _ = s.master.Close() }

// Stall has the terminal take nothing more, as a link that hangs does, or take it again. It needs Linux.
func (s *Screen) Stall(on bool) {
	s.t.Helper()
	if runtime.GOOS != "linux" {
		s.t.Skip("needs Linux's TCXONC")
	}
	const tcxonc, off, resume = 0x540a, 0, 1
	arg := uintptr(resume)
	if on {
		arg = off
	}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, s.tty.Fd(), tcxonc, arg); err != 0 {
		s.t.Fatal(err)
	}
}

func (s *Screen) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.master.Read(buf)
		s.Mu.Lock()
		s.Raw.Write(buf[:n])
		s.cast.add("o", buf[:n])
		_, _ = s.emu.Write(buf[:n])
		s.changed.Broadcast()
		s.Mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Wait returns when ok holds; it is asked with the screen's text whenever something was written.
func (s *Screen) Wait(what string, ok func(text string) bool) {
	s.t.Helper()
	last := ""
	if !s.Becomes(Patience, func(text string) bool { last = text; return ok(text) }) {
		s.t.Fatalf("no %s after %v; the screen shows\n%s", what, Patience, last)
	}
}

// Becomes waits that long until ok holds, and tells whether it does.
func (s *Screen) Becomes(within time.Duration, ok func(text string) bool) bool {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	late := false
	timer := time.AfterFunc(within, func() {
		s.Mu.Lock()
		late = true
		s.changed.Broadcast()
		s.Mu.Unlock()
	})
	defer timer.Stop()
	for !ok(s.emu.String()) {
		if late {
			return false
		}
		s.changed.Wait()
	}
	return true
}

// Shows waits until the screen shows all of the texts.
func (s *Screen) Shows(texts ...string) {
	s.t.Helper()
	s.Wait(strings.Join(texts, ", "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// Press types keys.
func (s *Screen) Press(keys string) {
	s.t.Helper()
	s.Mu.Lock()
	s.cast.add("i", []byte(keys))
	s.Mu.Unlock()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// Ends waits for the program's end and for a terminal as it was before.
func (s *Screen) Ends() {
	s.t.Helper()
	select {
	case err := <-s.Exited:
		if err != nil {
			s.t.Errorf("it ends with %v", err)
		}
	case <-time.After(Patience):
		s.t.Fatal("it does not end")
	}
	s.Wait("terminal given back", func(string) bool { return !s.Alt && s.Cursor })
	after, err := term.GetState(s.tty.Fd())
	if err != nil {
		s.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, s.before) {
		s.t.Errorf("the terminal's modes are %+v, were %+v", after, s.before)
	}
}
