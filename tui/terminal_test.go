package tui

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// ticking is a feed whose clock goes on when it is told to, whoever reads it.
type ticking struct {
	feed.Reader
	seconds atomic.Int64
}

func (r *ticking) Now() time.Time {
	return pagetest.Now.Add(time.Duration(r.seconds.Load()) * time.Second)
}

// shown is a model running on a pseudo-terminal, whose other end is the test's.
type shown struct {
	t       testing.TB
	data    *ticking
	changed chan struct{}
	master  *os.File
	tty     *os.File
	out     *terminal
	program *tea.Program
	began   time.Time
	cancel  context.CancelCauseFunc
	ended   chan error
	done    chan struct{}

	mu  sync.Mutex
	new *sync.Cond
	raw bytes.Buffer // all that was written
	at  []time.Time  // when each frame was read: a synchronized update of more than an erased screen
}

func showOn(t testing.TB, w, h uint16, env ...string) *shown {
	t.Helper()
	s := &shown{t: t, data: &ticking{Reader: pagetest.Reader()}, changed: make(chan struct{}, 1), ended: make(chan error, 1), done: make(chan struct{})}
	s.new = sync.NewCond(&s.mu)
	var err error
	if s.master, s.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: h, Cols: w}); err != nil {
		t.Fatal(err)
	}
	m := New(options(s.data, themes.Default))
	m.sub = &fakeSub{changed: s.changed}
	ctx, cancel := context.WithCancelCause(context.Background())
	s.cancel = cancel
	s.out = newTerminal(ctx, s.tty, cancel)
	s.program = m.program(ctx, s.out, append([]string{"TERM=xterm-256color"}, env...), tea.WithInput(s.tty), tea.WithoutSignalHandler())
	s.began = time.Now()
	go s.read()
	go func() {
		_, err := s.program.Run()
		s.out.stop()
		m.Close()
		s.ended <- err
		close(s.done)
	}()
	t.Cleanup(func() {
		// It is asked to end and waited for: of a program that is killed, Bubble Tea closes the input while it is read.
		s.program.Quit()
		select {
		case <-s.done:
		case <-time.After(20 * time.Second):
			t.Error("it does not end")
		}
		cancel(nil)
		_ = s.master.Close()
	})
	return s
}

// read takes what is written, says that synchronized updates are understood, and notes each.
func (s *shown) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.raw.Write(buf[:n])
		if bytes.Contains(buf[:n], []byte(ansi.RequestModeSynchronizedOutput)) {
			_, _ = io.WriteString(s.master, "\x1b[?2026;2$y")
		}
		for range bytes.Count(s.raw.Bytes(), []byte(ansi.SetModeSynchronizedOutput)) - s.blank() - len(s.at) {
			s.at = append(s.at, time.Now())
		}
		s.new.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// blank counts the updates that only erase the screen. mu is held.
func (s *shown) blank() int {
	return bytes.Count(s.raw.Bytes(), []byte(ansi.SetModeSynchronizedOutput+ansi.CursorHomePosition+ansi.EraseEntireScreen+ansi.ResetModeSynchronizedOutput))
}

// wait returns when ok holds of what was read.
func (s *shown) wait(what string, ok func() bool) {
	s.t.Helper()
	late := false
	timer := time.AfterFunc(20*time.Second, func() {
		s.mu.Lock()
		late = true
		s.new.Broadcast()
		s.mu.Unlock()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok() {
		if late {
			s.t.Fatalf("no %s; %d bytes, %d frames were written", what, s.raw.Len(), len(s.at))
		}
		s.new.Wait()
	}
}

// shows waits until words were written after the first n bytes.
func (s *shown) shows(n int, words string) {
	s.t.Helper()
	s.wait(words, func() bool { return strings.Contains(ansi.Strip(string(s.raw.Bytes()[n:])), words) })
}

// size is how many bytes were read.
func (s *shown) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.Len()
}

// written is what was read after the first n bytes.
func (s *shown) written(n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.raw.Bytes()[n:])
}

// press types keys.
func (s *shown) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.t.Fatal(err)
	}
}

// busyLife brings new data of a later second and turns to another page.
func (s *shown) busyLife(i int) {
	s.data.seconds.Add(1)
	s.changed <- struct{}{}
	s.program.Send(pagetest.Key(string(rune('1' + i%6))))
}

func (s *shown) ends() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(20 * time.Second):
		s.t.Fatal("it does not end")
		return nil
	}
}

// stall has a terminal's other end read no more, and unstall has it read again: what ctrl+s and ctrl+q do.
func (s *shown) stall(stop bool) {
	s.t.Helper()
	if runtime.GOOS != "linux" {
		s.t.Skip("needs Linux's TCXONC")
	}
	const tcxonc, off, on = 0x540a, 0, 1
	arg := uintptr(on)
	if stop {
		arg = off
	}
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, s.tty.Fd(), tcxonc, arg); err != 0 {
		s.t.Fatal(err)
	}
}

func TestTenFramesASecondAtMostReachTheTerminal(t *testing.T) {
	s := showOn(t, 120, 40)
	s.shows(0, "Overview")
	const frames = 14
	for i := 0; ; i++ {
		s.mu.Lock()
		n := len(s.at)
		s.mu.Unlock()
		if n >= frames {
			break
		}
		s.busyLife(i)
	}
	// Reading late makes it only longer: this can fail for no other reason than frames that come too fast.
	s.mu.Lock()
	took, blank := s.at[frames-1].Sub(s.began), s.blank()
	s.mu.Unlock()
	if blank > 1 {
		t.Errorf("the screen was erased %d times before there was anything to show", blank)
	}
	if least := (frames-1-keyReserve)*frameGap - time.Second/fps; took < least {
		t.Errorf("%d frames in %v, want at least %v", frames, took, least)
	}
	s.press("q")
	if err := s.ends(); err != nil {
		t.Error(err)
	}
}

func TestNothingIsWrittenWhenNothingChanged(t *testing.T) {
	s := showOn(t, 80, 24)
	s.shows(0, "Overview")
	// The program answers in order: what is shown after all of this was written after all of it.
	s.program.Send(page.Notice{Text: "one"})
	s.shows(0, "one")
	s.wait("end of the frame", func() bool { return bytes.HasSuffix(s.raw.Bytes(), []byte(ansi.ResetModeSynchronizedOutput)) })
	before := s.size()
	for range 200 {
		s.changed <- struct{}{}
		s.program.Send(tickMsg{})
		s.program.Send(tea.EnvMsg(nil))
	}
	s.program.Send(page.Notice{Text: "two"})
	s.shows(before, "two")
	if got := s.size() - before; got > 60 {
		t.Errorf("%d bytes were written, more than one word takes: %q", got, s.written(before))
	}
}

func TestStalledTerminalIsSurvivedWithoutGrowing(t *testing.T) {
	s := showOn(t, 200, 60)
	s.shows(0, "Overview")
	s.stall(true)
	for i := 0; !s.out.busy(); i++ {
		s.busyLife(i)
	}
	measure := func() (heap uint64, goroutines, unwritten int) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.out.mu.Lock()
		defer s.out.mu.Unlock()
		return m.HeapAlloc, runtime.NumGoroutine(), len(s.out.queue)
	}
	const some = 60
	for i := range some { // every page is drawn once
		s.busyLife(i)
	}
	heap, goroutines, _ := measure()
	for i := range 5 * some {
		s.busyLife(i)
		s.program.Send(tea.WindowSizeMsg{Width: 150 + i%50, Height: 60})
	}
	after, now, unwritten := measure()
	if after > heap+2<<20 || now > goroutines+3 || unwritten > 256<<10 {
		t.Errorf("the heap went from %d to %d bytes, goroutines from %d to %d; %d bytes are unwritten", heap, after, goroutines, now, unwritten)
	}
	before := s.size()
	s.stall(false)
	s.program.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	s.press("5")
	s.shows(before, "deeplake")
	s.press("q")
	if err := s.ends(); err != nil {
		t.Error(err)
	}
}

func TestStalledTerminalDoesNotKeepItFromEnding(t *testing.T) {
	s := showOn(t, 120, 40)
	s.shows(0, "Overview")
	s.stall(true)
	for i := 0; !s.out.busy(); i++ {
		s.busyLife(i)
	}
	s.press("q")
	if err := s.ends(); err != nil {
		t.Error(err)
	}
}

func TestTerminalThatIsGoneIsTold(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	failed := make(chan error, 2)
	out := newTerminal(t.Context(), w, func(err error) { failed <- err })
	defer out.stop()
	_, _ = out.Write([]byte("x"))
	if err := <-failed; !errors.Is(err, syscall.EPIPE) {
		t.Error(err)
	}
	if _, err := out.Write([]byte("y")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("a write after it: %v", err)
	}
	if out.drain(farewell); out.busy() {
		t.Error("it is busy for ever")
	}
}

// What is queued while the terminal takes what came before is another array: else bytes on their way would change.
func TestWhatIsBeingWrittenIsNotWrittenOver(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := newTerminal(t.Context(), w, func(error) {})
	const n = 200 << 10 // more than the pipe holds
	want := sha256.New()
	got := sha256.New()
	for i := range 5 { // each time the reader comes late, and the writer meanwhile comes to rest
		for _, c := range []byte{'a' + byte(i), 'A' + byte(i)} {
			p := bytes.Repeat([]byte{c}, n)
			want.Write(p)
			if _, err := out.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.CopyN(got, r, 2*n); err != nil {
			t.Fatal(err)
		}
		out.drain(farewell)
		if !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
			t.Fatalf("round %d: other bytes came through than were written", i)
		}
	}
	out.stop()
}

func TestWriterOfAStalledTerminalWaitsOnlyWhenThereIsNoRoomLeft(t *testing.T) {
	r, w, err := os.Pipe() // which holds 64 KiB, and nobody reads it
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancelCause(context.Background())
	out := newTerminal(ctx, w, func(error) {})
	big := make([]byte, maxUnwritten/2)
	for i := range 3 { // one being written, two queued
		if _, err := out.Write(big); err != nil {
			t.Fatal(err)
		}
		if i == 0 { // what is read of it has been taken from the queue
			if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	over := make(chan error)
	go func() {
		_, err := out.Write(big)
		over <- err
	}()
	cancel(os.ErrProcessDone)
	if err := <-over; !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("one too many: %v", err)
	}
	got := make(chan int64)
	go func() {
		n, _ := io.CopyN(io.Discard, r, 3*int64(len(big))-1)
		got <- n
	}()
	out.stop()
	if n := <-got; n != 3*int64(len(big))-1 {
		t.Errorf("%d bytes came through once it was read again, want %d", n, 3*len(big)-1)
	}
}
