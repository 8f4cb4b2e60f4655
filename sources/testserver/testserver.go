// Package testserver starts real servers for tests: Prometheus, Alertmanager, Jaeger and VictoriaMetrics, on loopback
// ports that the system picks, in folders that go with the test. Where a binary is missing the test is skipped, unless
// DLMON_INTEGRATION is set: then it fails.
package testserver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds how long a server may take until it answers.
const startTimeout = 30 * time.Second

// Server is one running server. Stop and Start kill it and bring it back on the same port with the same data.
type Server struct {
	URL   string // http://127.0.0.1:port
	t     testing.TB
	name  string
	args  []string
	env   []string
	bin   string
	ready string // URL that answers 200 when the server serves
	cmd   *exec.Cmd
	done  chan struct{}
	log   string
}

// Start runs the server and returns when it serves.
func (s *Server) Start() {
	s.t.Helper()
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(s.bin, s.args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, append(os.Environ(), s.env...)
	// The server must not outlive a test binary that is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("%s: %v", s.name, err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	s.cmd, s.done = cmd, done
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.ready, nil)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-poll.C:
		case <-done:
			s.t.Fatalf("%s ended before it served:\n%s", s.name, s.Log())
		case <-ctx.Done():
			s.t.Fatalf("%s does not serve %s after %v:\n%s", s.name, s.ready, startTimeout, s.Log())
		}
	}
}

// Stop kills the server and returns when it is gone.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	s.cmd = nil
}

// Log is what the server has printed so far.
func (s *Server) Log() string {
	b, _ := os.ReadFile(s.log)
	return string(b)
}

// find looks a binary up by environment variable, then on the PATH.
func find(t testing.TB, variable string, names ...string) string {
	t.Helper()
	if p := os.Getenv(variable); p != "" {
		return p
	}
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	missing(t, fmt.Sprintf("%s is not installed (looked for %s on the PATH and in %s)", names[0], names, variable))
	return ""
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("DLMON_INTEGRATION") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// FreeAddr is a loopback address nobody listens on at the moment. Its port is from below the range that the system
// takes for outgoing connections, and by chance, so that tests that run side by side do not take it meanwhile.
func FreeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func run(t testing.TB, s *Server) *Server {
	t.Helper()
	s.t, s.log = t, filepath.Join(t.TempDir(), "log")
	t.Cleanup(s.Stop)
	s.Start()
	return s
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
