package dlmon

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dlmon/sources/testserver"
	"dlmon/sources/vocabulary"
)

// asked are the PromQL queries that passed a proxy before Prometheus.
type asked struct {
	url string
	mu  sync.Mutex
	all []string // path and query
}

func proxied(t testing.TB, server string) *asked {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{}
	forward := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		if q := form.Get("query"); q != "" {
			a.mu.Lock()
			a.all = append(a.all, r.URL.Path+" "+q)
			a.mu.Unlock()
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	a.url = s.URL
	return a
}

// take are the queries since the last call.
func (a *asked) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.all
	a.all = nil
	return out
}

// guideRules are the rules that `dlmon rules` prints for the guide's names, evaluated every so often.
func guideRules(t testing.TB, every string) string {
	t.Helper()
	v, err := vocabulary.Load(vocabulary.Guide)
	if err != nil {
		t.Fatal(err)
	}
	text := rulesFile(v, 15*time.Second)
	if every != "" {
		for _, own := range []string{"30s", "1m", "2m"} {
			text = strings.ReplaceAll(text, "interval: "+own, "interval: "+every)
		}
	}
	return text
}

// reload writes the rules beside the server's configuration and has it read them.
func reload(t testing.TB, server, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(server+"/-/reload", "", nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("reload: %v, %v", err, resp)
	}
	resp.Body.Close()
}

// recorded waits until every rule has been evaluated.
func recorded(t testing.TB, server string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range 900 {
		resp, err := http.Get(server + "/api/v1/rules?type=record")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if n := strings.Count(string(text), `"record"`) + strings.Count(string(text), `"type":"recording"`); n > 0 &&
			!strings.Contains(string(text), `"health":"unknown"`) {
			if strings.Contains(string(text), `"health":"err"`) {
				t.Fatalf("a rule fails: %s", text)
			}
			return
		}
		<-tick.C
	}
	t.Fatal("the rules are not evaluated")
}

const scaleConfig = `
global: {scrape_interval: 15s, evaluation_interval: 15s%s}
rule_files: [%q]
`

// recordedSeries tells whether a query asks recorded series, rawSeries whether it works tenants out from buckets.
func recordedSeries(q string) bool {
	return strings.Contains(q, "tenant_id:search_latency_seconds:p95_rate5m")
}
func rawSeries(q string) bool {
	return strings.Contains(q, "search_latency_seconds_bucket[5m]") && strings.Contains(q, "tenant_id")
}

func TestTwoThousandTenantsAreCountedAndAskedFromRecordedSeriesWhereTheyAre(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	rules := filepath.Join(t.TempDir(), "recording_rules.yml")
	server := testserver.Prometheus(t, fmt.Sprintf(scaleConfig, "", rules), nil)
	now := time.Now().Truncate(time.Second)
	testserver.NewTenants(t, server, 2000, "vector").Write(now.Add(-5*time.Minute), now, 15*time.Second)
	proxy := proxied(t, server.URL)
	// filled opens the page and returns what was asked until it showed every number of its first rows.
	filled := func() []string {
		proxy.take()
		s := open(t, 160, 40, "--prometheus-url", proxy.url, "--page", "tenants", "--window", "5m")
		s.Shows("2000 tenants", "2 critical", "tenant-00007", "tenant-00011", "> 5 %")
		s.Wait("the past of the rows", func(text string) bool {
			return slices.ContainsFunc(strings.Split(text, "\n"), func(l string) bool {
				return strings.Contains(l, "tenant-00007") && strings.ContainsAny(l, "▁▂▃▄▅▆▇█")
			})
		})
		s.Press("G")
		s.Shows("to 2000")
		s.Press("/01999")
		s.Shows("1 of 2000 match", "tenant-01999")
		s.Press("\r")
		s.Press("q")
		s.Ends()
		return proxy.take()
	}

	raw := filled()
	if !slices.ContainsFunc(raw, rawSeries) || slices.ContainsFunc(raw, recordedSeries) {
		t.Errorf("without rules it asks\n%s", strings.Join(raw, "\n"))
	}
	for _, q := range raw {
		if strings.Contains(q, "query_range") && rawSeries(q) && !strings.Contains(q, "=~") {
			t.Errorf("the past of all tenants is asked: %s", q)
		}
	}

	reload(t, server.URL, rules, guideRules(t, "15s"))
	recorded(t, server.URL)
	// dlmon looks at the rules before its first query can be answered, or soon after: the second look uses them.
	with := filled()
	if !slices.ContainsFunc(with, recordedSeries) {
		t.Errorf("with rules it asks\n%s", strings.Join(with, "\n"))
	}

	other := strings.ReplaceAll(guideRules(t, "15s"), "histogram_quantile(0.95,", "histogram_quantile(0.94,")
	reload(t, server.URL, rules, other)
	recorded(t, server.URL)
	for _, q := range filled() {
		if recordedSeries(q) {
			t.Errorf("a rule with another expression is trusted: %s", q)
		}
	}
}
