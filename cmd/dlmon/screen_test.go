package dlmon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"dlmon/sources/testserver"
)

// patience bounds every wait for a screen: a loaded machine is slow, a hanging program is slower.
const patience = 20 * time.Second

// built is the binary under test, built once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dlmon-test")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "dlmon")
	out, err := exec.Command("go", "build", "-o", bin, "dlmon").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := built(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// screen is the binary running on a terminal.
type screen struct {
	t       testing.TB
	cmd     *exec.Cmd
	master  *os.File
	tty     *os.File
	before  *term.State
	started time.Time
	exited  chan error

	mu      sync.Mutex
	changed *sync.Cond
	emu     *vt.Emulator
	raw     bytes.Buffer
	titles  []string
	alt     bool // the alternate screen is shown
	cursor  bool // the cursor is shown
}

// open starts the binary on a terminal of its own, of w by h cells.
func open(t testing.TB, w, h int, args ...string) *screen {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, emu: vt.NewEmulator(w, h), exited: make(chan error, 1), cursor: true}
	s.changed = sync.NewCond(&s.mu)
	s.emu.SetCallbacks(vt.Callbacks{
		AltScreen:        func(on bool) { s.alt = on },
		CursorVisibility: func(on bool) { s.cursor = on },
		Title:            func(title string) { s.titles = append(s.titles, title) },
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
	s.cmd = exec.Command(bin, args...)
	s.cmd.Env = []string{"TERM=xterm-256color", "LANG=C.UTF-8", "HOME=/nowhere", "PATH=" + os.Getenv("PATH")}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.tty, s.tty, s.tty
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.started = time.Now()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.exited <- s.cmd.Wait() }()
	go s.read()
	// The terminal answers what the program asks it.
	go func() { _, _ = io.Copy(s.master, s.emu) }()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		s.hangUp()
		_ = s.tty.Close()
	})
	return s
}

// hangUp closes the terminal, as a broken connection does.
func (s *screen) hangUp() { _ = s.master.Close() }

func (s *screen) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.raw.Write(buf[:n])
		_, _ = s.emu.Write(buf[:n])
		s.changed.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// wait returns when ok holds; it is asked with the screen's text whenever something was written.
func (s *screen) wait(what string, ok func(text string) bool) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	late := false
	timer := time.AfterFunc(patience, func() {
		s.mu.Lock()
		late = true
		s.changed.Broadcast()
		s.mu.Unlock()
	})
	defer timer.Stop()
	for !ok(s.emu.String()) {
		if late {
			s.t.Fatalf("no %s after %v; the screen shows\n%s", what, patience, s.emu.String())
		}
		s.changed.Wait()
	}
}

func (s *screen) shows(texts ...string) {
	s.t.Helper()
	s.wait(strings.Join(texts, ", "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// ends waits for the program's end and for a terminal as it was before.
func (s *screen) ends() {
	s.t.Helper()
	select {
	case err := <-s.exited:
		if err != nil {
			s.t.Errorf("it ends with %v", err)
		}
	case <-time.After(patience):
		s.t.Fatal("it does not end")
	}
	s.wait("terminal given back", func(string) bool { return !s.alt && s.cursor })
	after, err := term.GetState(s.tty.Fd())
	if err != nil {
		s.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, s.before) {
		s.t.Errorf("the terminal's modes are %+v, were %+v", after, s.before)
	}
}

// silent accepts connections and says nothing.
func silent(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// silentSources are four servers that accept and never answer: the kernel takes the connections, nobody reads them.
func silentSources(t testing.TB) []string {
	return []string{
		"--prometheus-url", "http://" + silent(t), "--health-url", "http://" + silent(t) + "/health",
		"--alertmanager-url", "http://" + silent(t), "--jaeger-url", "grpc://" + silent(t),
	}
}

func TestScreenAnswersKeysWhileEverySourceHangs(t *testing.T) {
	s := open(t, 120, 40, silentSources(t)...)
	s.shows("1 Overview", "Latency", "Health")
	if !s.alt || s.cursor {
		t.Errorf("alternate screen %v, cursor shown %v", s.alt, s.cursor)
	}
	for _, step := range []struct{ keys, want string }{
		{"2", "Tenants"}, {"3", "Traces"}, {"4", "Alerts"}, {"5", "Health"}, {"6", "Datasets"}, {"?", "quit"}, {"\x1b", "Datasets"}, {"+", "6h"},
	} {
		s.press(step.keys)
		s.shows(step.want)
	}
	s.press("q")
	s.ends()
}

func TestSignalsGiveTheTerminalBack(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := open(t, 80, 24, silentSources(t)...)
			s.shows("Overview")
			if err := s.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			s.ends()
		})
	}
}

func TestClosedTerminalLeavesNoProcess(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.shows("Overview")
	s.hangUp()
	select {
	case <-s.exited:
	case <-time.After(patience):
		t.Fatal("it outlives its terminal")
	}
}

func TestControlCGivesTheTerminalBack(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.shows("Overview")
	s.press("\x03")
	s.ends()
}

// BenchmarkFirstFrame measures the built binary on a terminal with four servers that never answer: from its start to
// its first frame, and from q to its end.
func BenchmarkFirstFrame(b *testing.B) {
	args := silentSources(b)
	var frame, quit time.Duration
	for b.Loop() {
		s := open(b, 120, 40, args...)
		s.shows("Overview")
		frame += time.Since(s.started)
		pressed := time.Now()
		s.press("q")
		<-s.exited
		quit += time.Since(pressed)
		s.hangUp()
	}
	b.ReportMetric(float64(frame.Milliseconds())/float64(b.N), "ms/frame")
	b.ReportMetric(float64(quit.Milliseconds())/float64(b.N), "ms/quit")
}

func TestScreenKeepsDataWhilePrometheusIsAwayAndRecovers(t *testing.T) {
	server := testserver.Prometheus(t, realConfig, map[string]string{
		"rules.yml": realRules, "backfill.om": history(time.Now().Truncate(15 * time.Second)),
	})
	s := open(t, 120, 40, "--prometheus-url", server.URL, "--refresh", "1s")
	s.shows("acme", "globex", "ServiceGone", "●prom")
	server.Stop()
	s.wait("mark on the source, with the data kept", func(text string) bool {
		return !strings.Contains(text, "●prom") && strings.Contains(text, "acme") && strings.Contains(text, "stale")
	})
	server.Start()
	s.wait("everything back", func(text string) bool {
		return strings.Contains(text, "●prom") && strings.Contains(text, "acme") && !strings.Contains(text, "stale")
	})
	s.press("q")
	s.ends()
}

func TestHostileTextReachesTheTerminalHarmless(t *testing.T) {
	const evil = "a\x1b]0;owned\x07\x1b[2J\x1b]52;c;b3duZWQ=\x07"
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	prom := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		data := "{}"
		switch r.URL.Path {
		case "/api/v1/query":
			data = fmt.Sprintf(`{"resultType":"vector","result":[{"metric":{"tenant_id":%s,"stat":"p95"},"value":[%s,"0.5"]}]}`, quoted, r.FormValue("time"))
		case "/api/v1/query_range":
			data = fmt.Sprintf(`{"resultType":"matrix","result":[{"metric":{"tenant_id":%s,"stat":"p95"},"values":[[%s,"0.5"]]}]}`, quoted, r.FormValue("end"))
		case "/api/v1/rules":
			data = fmt.Sprintf(`{"groups":[{"name":%[1]s,"file":"f","interval":1,"rules":[{"type":"alerting","name":%[1]s,"query":"x","health":"ok","state":"firing","labels":{},"annotations":{},
				"alerts":[{"labels":{"alertname":%[1]s,"severity":"critical"},"annotations":{"summary":%[1]s},"state":"firing","activeAt":"2026-01-02T03:04:05Z","value":"1"}]}]}]}`, quoted)
		}
		fmt.Fprintf(w, `{"status":"success","data":%s}`, data)
	}))
	t.Cleanup(prom.Close)
	health := fakeHealth(t, 503, fmt.Sprintf(`{"status":"unhealthy","timestamp":1,"duration":0,"checks":[{"name":%[1]s,"status":"unhealthy","message":%[1]s,"duration":0,"details":{%[1]s:%[1]s}}]}`, quoted))
	s := open(t, 120, 40, "--prometheus-url", prom.URL, "--health-url", health, "--vocabulary", "guide")
	s.shows("a]0;owned[2J]52;c;b3")
	for _, keys := range []string{"2", "4", "\r", "\x1b", "5", "6", "1"} {
		s.press(keys)
		s.shows("]0;owned")
	}
	s.press("q")
	s.ends()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, title := range s.titles {
		if strings.Contains(title, "owned") {
			t.Errorf("the terminal's title became %q", title)
		}
	}
	for _, sequence := range []string{"\x1b]0;owned", "\x1b]52", "\x9d"} {
		if bytes.Contains(s.raw.Bytes(), []byte(sequence)) {
			t.Errorf("%q was written", sequence)
		}
	}
}
