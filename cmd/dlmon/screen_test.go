package dlmon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
	"dlmon/sources/testserver"
)

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
	time.Local = time.FixedZone("CET", 3600) // wherever the tests run; set once, as goroutines read it
	code := m.Run()
	if bin, err := built(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// open starts the binary under test on a terminal of w by h cells.
func open(t testing.TB, w, h int, args ...string) *screentest.Screen {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return screentest.Open(t, bin, w, h, args...)
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
	s.Shows("1 Overview", "Latency", "Health")
	s.Wait("the alternate screen without a cursor", func(string) bool { return s.Alt && !s.Cursor })
	for _, step := range []struct{ keys, want string }{
		{"2", "Tenants"}, {"3", "Traces"}, {"4", "Alerts"}, {"5", "Health"}, {"6", "Datasets"}, {"?", "quit"}, {"\x1b", "Datasets"}, {"+", "3h"},
	} {
		s.Press(step.keys)
		s.Shows(step.want)
	}
	s.Press("q")
	s.Ends()
}

func TestSignalsGiveTheTerminalBack(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := open(t, 80, 24, silentSources(t)...)
			s.Shows("Overview")
			if err := s.Cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			s.Ends()
		})
	}
}

func TestClosedTerminalLeavesNoProcess(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.Shows("Overview")
	s.HangUp()
	select {
	case <-s.Exited:
	case <-time.After(screentest.Patience):
		t.Fatal("it outlives its terminal")
	}
}

func TestControlCGivesTheTerminalBack(t *testing.T) {
	s := open(t, 80, 24, silentSources(t)...)
	s.Shows("Overview")
	s.Press("\x03")
	s.Ends()
}

// BenchmarkFirstFrame measures the built binary on a terminal with four servers that never answer: from its start to
// its first frame, and from q to its end.
func BenchmarkFirstFrame(b *testing.B) {
	args := silentSources(b)
	var frame, quit time.Duration
	for b.Loop() {
		s := open(b, 120, 40, args...)
		s.Shows("Overview")
		frame += time.Since(s.Started)
		pressed := time.Now()
		s.Press("q")
		<-s.Exited
		quit += time.Since(pressed)
		s.HangUp()
	}
	b.ReportMetric(float64(frame.Milliseconds())/float64(b.N), "ms/frame")
	b.ReportMetric(float64(quit.Milliseconds())/float64(b.N), "ms/quit")
}

func TestScreenKeepsDataWhilePrometheusIsAwayAndRecovers(t *testing.T) {
	server := testserver.Prometheus(t, realConfig, map[string]string{
		"rules.yml": realRules, "backfill.om": history(time.Now().Truncate(15 * time.Second)),
	})
	s := open(t, 120, 40, "--prometheus-url", server.URL, "--refresh", "1s")
	s.Shows("acme", "globex", "ServiceGone", "●prom")
	server.Stop()
	s.Wait("mark on the source, with the data kept", func(text string) bool {
		return !strings.Contains(text, "●prom") && strings.Contains(text, "acme") && strings.Contains(text, "stale")
	})
	server.Start()
	s.Wait("everything back", func(text string) bool {
		return strings.Contains(text, "●prom") && strings.Contains(text, "acme") && !strings.Contains(text, "stale")
	})
	s.Press("q")
	s.Ends()
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
	s.Shows("a]0;owned[2J]52;c;b3")
	for _, step := range []struct{ keys, want string }{ // each page is awaited: esc and a key at once are another key
		{"2", "n noisy neighbours"}, {"4", "enter detail"}, {"\r", "esc list"}, {"\x1b", "enter detail"}, {"5", "Sources of dlmon"}, {"6", "Datasets"}, {"1", "tenant (1"},
	} {
		s.Press(step.keys)
		s.Shows("]0;owned", step.want)
	}
	s.Press("q")
	s.Ends()
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, title := range s.Titles {
		if strings.Contains(title, "owned") {
			t.Errorf("the terminal's title became %q", title)
		}
	}
	for _, sequence := range []string{"\x1b]0;owned", "\x1b]52", "\x9d"} {
		if bytes.Contains(s.Raw.Bytes(), []byte(sequence)) {
			t.Errorf("%q was written", sequence)
		}
	}
}
