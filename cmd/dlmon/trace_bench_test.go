package dlmon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
	"dlmon/sources/tracing/tracegen"
)

// BenchmarkOpenTrace opens a large trace over HTTP with the operator's own binary on a terminal. It reports the time
// from the server's last byte to the waterfall, and the greatest resident memory of the process.
func BenchmarkOpenTrace(b *testing.B) {
	bin, err := built()
	if err != nil {
		b.Fatal(err)
	}
	for _, spans := range []int{20_000, 100_000} {
		b.Run(strconv.Itoa(spans), func(b *testing.B) {
			trace := tracegen.Trace(tracegen.Options{Spans: spans})
			answer := append(append([]byte(`{"result":`), otlpJSON(b, trace)...), '}')
			var last atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasPrefix(r.URL.Path, "/api/v3/traces/"):
					_, _ = w.Write(answer)
					last.Store(time.Now().UnixNano())
				case r.URL.Path == "/api/v3/services":
					fmt.Fprint(w, `{"services":["api"]}`)
				default:
					http.NotFound(w, r)
				}
			}))
			defer server.Close()
			var after time.Duration
			var memory float64
			runs := 0
			b.SetBytes(int64(len(answer)))
			for b.Loop() {
				s := screentest.Open(b, bin, 200, 60, "trace", trace.ID, "--jaeger-url", server.URL)
				s.Shows("whole trace")
				after += time.Since(time.Unix(0, last.Load()))
				memory = max(memory, peak(b, s.Cmd.Process.Pid))
				runs++
				s.Press("q")
				s.Ends()
			}
			b.ReportMetric(float64(after.Milliseconds())/float64(runs), "ms-after-last-byte")
			b.ReportMetric(memory, "MiB-peak")
		})
	}
}

// peak is the greatest resident memory of a process so far, in MiB.
func peak(b *testing.B, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("no /proc here: ", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}
