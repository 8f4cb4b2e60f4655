package dlmon

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dlmon/cmd/dlmon/screentest"
	"dlmon/sources/testserver"
)

// BenchmarkTenThousandTenants runs the operator's own binary at 120x40 on the tenants page of a real Prometheus that holds
// 10,000 tenants, with the rules of `dlmon rules` and without, a minute each:
//
//	go test ./cmd/dlmon -run '^$' -bench TenThousandTenants -benchtime 1x -timeout 30m
//
// It reports the time from the binary's start to a filled page and from a key to the changed screen (keys a quarter of a second
// apart, as they are typed; +Inf: not within half a minute), the share of wall time that Prometheus's engine spends on dlmon's queries and on the rules (by its query log),
// and the memory of dlmon. DLMON_TENANTS takes another number of tenants.
func BenchmarkTenThousandTenants(b *testing.B) {
	n := tenantCount(b)
	bin, err := built()
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range []string{"rules=without", "rules=with"} {
		b.Run(mode, func(b *testing.B) {
			for b.Loop() {
				measureTenants(b, bin, n, mode == "rules=with")
			}
		})
	}
}

// tenantCount is how many tenants a benchmark has.
func tenantCount(b *testing.B) int {
	text := os.Getenv("DLMON_TENANTS")
	if text == "" {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

const (
	scrape = 15 * time.Second
	past   = 10 * time.Minute // of samples before the start: a rate over five minutes has all of its own
	watch  = time.Minute
)

func measureTenants(b *testing.B, bin string, n int, rules bool) {
	dir := b.TempDir()
	queries := filepath.Join(dir, "queries.log")
	file := filepath.Join(dir, "recording_rules.yml")
	server := testserver.Prometheus(b, fmt.Sprintf(scaleConfig, ", query_log_file: "+queries, file), nil)
	service := testserver.NewTenants(b, server, n, "vector", "hybrid")
	end := time.Now().Truncate(scrape)
	service.Write(end.Add(-past), end, scrape)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // the service goes on being scraped
		defer close(done)
		tick := time.NewTicker(scrape)
		defer tick.Stop()
		for {
			service.Write(end.Add(scrape), end.Add(scrape), scrape)
			end = end.Add(scrape)
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	defer func() { close(stop); <-done }()
	if rules {
		reload(b, server.URL, file, guideRules(b, ""))
		recorded(b, server.URL)
	}

	began, engine := time.Now(), engineSeconds(b, server.URL)
	s := screentest.Open(b, bin, 120, 40, "--prometheus-url", server.URL, "--page", "tenants")
	filled := math.Inf(1)
	if s.Becomes(watch/2, func(text string) bool {
		lines := strings.Split(text, "\n")
		return strings.Contains(text, fmt.Sprintf("%d tenants", n)) && len(lines) > 5 &&
			strings.Contains(lines[4], "tenant-00007") && !strings.Contains(lines[4], " –") && strings.ContainsAny(lines[4], "▁▂▃▄▅▆▇█")
	}) {
		filled = float64(time.Since(s.Started).Milliseconds())
	}
	if rules && math.IsInf(filled, 1) {
		b.Errorf("with the rules, the page is not filled within %v", watch/2)
	}
	key := func(keys, shows string) time.Duration {
		time.Sleep(time.Second / 4) // who types faster is held to ten frames a second
		pressed := time.Now()
		s.Press(keys)
		s.Shows(shows)
		return time.Since(pressed)
	}
	var pressed time.Duration
	presses := 0
	for _, k := range [][2]string{{"s", "sorted by tenant"}, {"S", "reversed"}, {"s", "sorted by search/s"}, {"s", "sorted by p50"},
		{"/", "/_"}, {"0", "/0_"}, {"7", "/07_"}, {"\x7f", "/0_"}, {"\r", "/0 "}} {
		pressed += key(k[0], k[1])
		presses++
	}
	time.Sleep(time.Until(began.Add(watch)))
	wall := time.Since(began)
	engine = engineSeconds(b, server.URL) - engine
	ours, theirs, slowest := logged(b, queries, began)
	memory := peak(b, s.Cmd.Process.Pid)
	s.Press("q")
	s.Ends()

	b.ReportMetric(float64(service.Series()), "series")
	b.ReportMetric(filled, "ms-filled")
	b.ReportMetric(float64(pressed.Milliseconds())/float64(presses), "ms/key-on-screen")
	b.ReportMetric(100*ours/wall.Seconds(), "%-dlmon")
	b.ReportMetric(100*theirs/wall.Seconds(), "%-rules")
	b.ReportMetric(100*engine/wall.Seconds(), "%-engine")
	b.ReportMetric(slowest*1000, "ms-slowest-query")
	b.ReportMetric(memory, "MiB-peak")
}

// engineSeconds is how long the engine has worked on queries, rules' included, waiting left out.
func engineSeconds(b *testing.B, server string) float64 {
	const of = `prometheus_engine_query_duration_seconds_sum{slice="%s"}`
	return ownMetrics(b, server, fmt.Sprintf(of, "inner_eval"), fmt.Sprintf(of, "prepare_time"), fmt.Sprintf(of, "result_sort"))
}

// ownMetrics is the sum of those series of the server's own.
func ownMetrics(b *testing.B, server string, series ...string) float64 {
	resp, err := http.Get(server + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(string(text)) {
		for _, name := range series {
			if rest, ok := strings.CutPrefix(line, name+" "); ok {
				v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
				if err != nil {
					b.Fatal(err)
				}
				sum += v
			}
		}
	}
	return sum
}

// logged sums the evaluation times in Prometheus's query log since then: of queries over HTTP, and of rules.
func logged(b *testing.B, path string, since time.Time) (ours, rules, slowest float64) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	kinds := map[string][]float64{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct {
			TS     time.Time `json:"ts"`
			Params struct {
				Query string `json:"query"`
			} `json:"params"`
			Stats struct {
				Timings struct {
					Eval float64 `json:"evalTotalTime"`
				} `json:"timings"`
			} `json:"stats"`
			RuleGroup map[string]any `json:"ruleGroup"`
		}
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			b.Fatal(err)
		}
		t := entry.Stats.Timings.Eval
		switch {
		case entry.TS.Before(since):
		case entry.RuleGroup != nil:
			rules += t
		default:
			ours += t
			slowest = max(slowest, t)
			kind := fmt.Sprintf("%.110s", entry.Params.Query)
			kinds[kind] = append(kinds[kind], t)
		}
	}
	var text strings.Builder
	for kind, times := range kinds {
		sum := 0.0
		for _, t := range times {
			sum += t
		}
		fmt.Fprintf(&text, "\n%2d x %6.0f ms  %s", len(times), 1000*sum/float64(len(times)), kind)
	}
	b.Log(text.String())
	return ours, rules, slowest
}
