package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"dlmon/sources/demo/service"
	"dlmon/sources/demo/stack"
)

// BenchmarkOperator runs the operator's own binary in a pty against the embedded stack, one iteration a refresh of
// 5 s, on the overview at a window of 1 h, and reports what a refresh costs Prometheus, the wire and the machine:
//
//	go test ./sources/demo -run '^$' -bench Operator -benchtime 24x
func BenchmarkOperator(b *testing.B) {
	s, err := stack.Start(b.Context(), stack.Options{Seed: 1, Scenario: service.SlowTenant})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	bin := filepath.Join(b.TempDir(), "dlmon")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "dlmon").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	for _, size := range []pty.Winsize{{Cols: 120, Rows: 40}, {Cols: 80, Rows: 24}} {
		// The guide's Prometheus scrapes every 15 s, the demo's every 5 s: dlmon asks no more often than it is scraped.
		for _, scrape := range []string{"15s", "5s"} {
			b.Run(fmt.Sprintf("%dx%d/scrape=%s", size.Cols, size.Rows, scrape), func(b *testing.B) { operate(b, bin, s.URLs, size, scrape) })
		}
	}
}

const (
	refresh = 5 * time.Second
	warmUp  = 20 * time.Second // the first round, range tails and the vocabulary are behind it
)

func operate(b *testing.B, bin string, urls stack.URLs, size pty.Winsize, scrape string) {
	prom := countingProxy(b, urls.Prometheus, scrape)
	cmd := exec.Command(bin, "--prometheus-url", prom.url, "--health-url", urls.Health, "--jaeger-url", urls.Jaeger,
		"--window", "1h", "--refresh", refresh.String())
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "XDG_CONFIG_HOME="+b.TempDir())
	begin := time.Now()
	tty, err := pty.StartWithSize(cmd, &size)
	if err != nil {
		b.Fatal(err)
	}
	screen := &output{begin: begin}
	done := make(chan struct{})
	go func() { screen.read(tty); close(done) }()
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); tty.Close(); <-done })

	<-time.After(warmUp)
	queries, sent, wrote, cpu := prom.queries.Load(), prom.bytes.Load(), screen.bytes.Load(), cpuTime(b, cmd.Process.Pid)
	start := time.Now()
	b.ResetTimer()
	for range b.N {
		<-time.After(refresh)
	}
	b.StopTimer()
	took := time.Since(start)
	n := float64(b.N)
	b.ReportMetric(float64(prom.queries.Load()-queries)/n, "queries/refresh")
	b.ReportMetric(float64(prom.bytes.Load()-sent)/n, "JSON-B/refresh")
	b.ReportMetric(float64(screen.bytes.Load()-wrote)/n, "tty-B/refresh")
	b.ReportMetric(100*float64(cpuTime(b, cmd.Process.Pid)-cpu)/float64(took), "cpu-%")
	b.ReportMetric(residentMiB(b, cmd.Process.Pid), "RSS-MiB")
	b.ReportMetric(float64(screen.first("Overview", "Over").Milliseconds()), "first-frame-ms")
	b.ReportMetric(float64(screen.first("acme-corp").Milliseconds()), "first-data-ms")
	b.ReportMetric(0, "ns/op")
}

type proxy struct {
	url            string
	queries, bytes atomic.Int64
}

// countingProxy stands before Prometheus and counts requests and the bytes of their answers, uncompressed. It says of
// the server that it scrapes every so often.
func countingProxy(b *testing.B, target, scrape string) *proxy {
	b.Helper()
	u, err := url.Parse(target)
	if err != nil {
		b.Fatal(err)
	}
	p := &proxy{}
	rp := httputil.NewSingleHostReverseProxy(u)
	rp.ModifyResponse = func(resp *http.Response) error {
		if !strings.HasSuffix(resp.Request.URL.Path, "/status/config") {
			return nil
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		body = regexp.MustCompile(`scrape_interval: \w+`).ReplaceAll(body, []byte("scrape_interval: "+scrape))
		resp.Body = io.NopCloser(bytes.NewReader(body))
		resp.Header.Del("Content-Length")
		return nil
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.queries.Add(1)
		r.Header.Del("Accept-Encoding")
		rp.ServeHTTP(&countingWriter{w, p}, r)
	}))
	b.Cleanup(srv.Close)
	p.url = srv.URL
	return p
}

type countingWriter struct {
	http.ResponseWriter
	p *proxy
}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.p.bytes.Add(int64(len(b)))
	return w.ResponseWriter.Write(b)
}

// output is what the terminal was sent, with the times at which words first stood in it.
type output struct {
	begin time.Time
	bytes atomic.Int64

	mu    sync.Mutex
	head  bytes.Buffer // the first 256 KiB
	marks []mark
}

type mark struct {
	at   time.Duration
	size int
}

func (o *output) read(tty *os.File) {
	buf := make([]byte, 32<<10)
	for {
		n, err := tty.Read(buf)
		if n > 0 {
			o.bytes.Add(int64(n))
			o.mu.Lock()
			if o.head.Len() < 256<<10 {
				o.head.Write(buf[:n])
				o.marks = append(o.marks, mark{time.Since(o.begin), o.head.Len()})
			}
			o.mu.Unlock()
		}
		if err != nil {
			return
		}
	}
}

// first is when one of the words had first been written; -1 s if never.
func (o *output) first(words ...string) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.marks {
		text := ansi.Strip(string(o.head.Bytes()[:m.size]))
		for _, w := range words {
			if strings.Contains(text, w) {
				return m.at
			}
		}
	}
	return -time.Second
}

// cpuTime is the user and system time of a process, in ticks of 10 ms as Linux counts them.
func cpuTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip("CPU time is read from /proc: ", err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func residentMiB(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("resident memory is read from /proc: ", err)
	}
	var kib float64
	if i := strings.Index(string(text), "VmRSS:"); i >= 0 {
		_, _ = fmt.Sscanf(string(text[i:]), "VmRSS: %f", &kib)
	}
	return kib / 1024
}
