package dlmon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
)

func TestRulesAreWhatPromtoolTakes(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("DLMON_INTEGRATION") != "" {
			t.Fatal(err)
		}
		t.Skip("promtool is not installed")
	}
	own := write(t, "own.yaml", "base: guide\nmetrics:\n  searches: {name: 'svc:searches', labels: {tenant: org}}\n  requests: \"\"\n")
	for name, want := range map[string]string{
		vocabulary.Guide:     "- record: tenant_id:search_latency_seconds:p95_rate5m\n",
		vocabulary.ServiceV1: "- record: tenant_id:deeplake_search_query_duration_seconds:p95_rate5m\n",
		own:                  "- record: org:svc:searches:rate5m\n",
	} {
		r := execute(t, nil, "rules", "--vocabulary", name)
		if r.code != ExitOK || !strings.Contains(r.out, want) {
			t.Errorf("%s: exit %d %s, no %q in\n%s", name, r.code, r.errors, want, r.out)
		}
		file := filepath.Join(t.TempDir(), "recording_rules.yml")
		if err := os.WriteFile(file, []byte(r.out), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(promtool, "check", "rules", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, r.out)
		}
	}
	if r := execute(t, nil, "rules", "--vocabulary", own); strings.Contains(r.out, "failed_per") {
		t.Errorf("requests that the service does not export have a rule:\n%s", r.out)
	}
}

// rulesServer is a Prometheus that holds metrics of the names and answers queries with the series that it has.
type rulesServer struct {
	mu     sync.Mutex
	names  []string             // of metrics
	rules  map[string]string    // expressions by name; nil: there is no such endpoint
	since  map[string]time.Time // of recorded series
	looked int                  // queries that looked for recorded series
	fails  map[string]string    // errors of rules by name
	last   time.Time            // evaluation of the rules; zero: not told
	clock  time.Duration        // how far the server's clock is ahead of this machine's
	old    bool                 // the recorded series have no sample of the last minutes
	*httptest.Server
}

func newRulesServer(t *testing.T) *rulesServer {
	t.Helper()
	s := &rulesServer{names: []string{"search_operations_total", "http_requests_total"}, since: map[string]time.Time{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *rulesServer) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", time.Now().Add(s.clock).UTC().Format(http.TimeFormat))
	var data any
	switch r.URL.Path {
	case "/api/v1/label/__name__/values":
		data = s.names
	case "/api/v1/rules":
		if s.rules == nil {
			http.NotFound(w, r)
			return
		}
		rules := []any{}
		for name, expr := range s.rules {
			rule := map[string]any{"type": "recording", "name": name, "query": expr, "health": "ok"}
			if why := s.fails[name]; why != "" {
				rule["health"], rule["lastError"] = "err", why
			}
			if !s.last.IsZero() {
				rule["lastEvaluation"] = s.last.Add(s.clock)
			}
			rules = append(rules, rule)
		}
		data = map[string]any{"groups": []any{map[string]any{"name": "g", "file": "f", "interval": 60, "rules": rules}}}
	case "/api/v1/query":
		s.looked++
		var at float64
		_, _ = fmt.Sscan(r.FormValue("time"), &at)
		result := []any{}
		for name, since := range s.since {
			if float64(since.Unix()) <= at && !(s.old && strings.Contains(r.FormValue("query"), "[4m]")) && strings.Contains(r.FormValue("query"), name) {
				result = append(result, map[string]any{"metric": map[string]string{"__name__": name}, "value": []any{at, "1"}})
			}
		}
		data = map[string]any{"resultType": "vector", "result": result}
	case "/api/v1/status/config":
		data = map[string]string{"yaml": "global: {scrape_interval: 2m}"}
	default:
		data = map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": data})
}

func (s *rulesServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// looking is a session on the server, whose feed does not run.
func looking(t *testing.T, s *rulesServer) *session {
	t.Helper()
	flags := pflag.NewFlagSet("dlmon", pflag.ContinueOnError)
	addFlags(flags)
	if err := flags.Parse([]string{"--prometheus-url", s.URL}); err != nil {
		t.Fatal(err)
	}
	c, err := load(inputs{flags: flags, env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	session, err := c.start(ctx, noTime, opening{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); session.close() })
	return session
}

func look(t *testing.T, s *session) *vocabulary.Vocabulary {
	t.Helper()
	if err := s.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.vocab.Load()
}

// guideRecords are dlmon's rules for the guide's names, as Prometheus prints their expressions.
func guideRecords(t *testing.T) map[string]string {
	t.Helper()
	v, err := vocabulary.Load(vocabulary.Guide)
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]string{}
	for _, r := range dashboard.Records(v, 0) {
		rules[r.Name] = strings.ReplaceAll(r.Expr, " by (", " by(")
	}
	return rules
}

func TestRecordedSeriesAreNoticedAndMissedAndReachBackAsFarAsTheyDo(t *testing.T) {
	server := newRulesServer(t)
	server.rules = map[string]string{"foreign:x:sum": "sum(x)"}
	s := looking(t, server)
	const name = "tenant_id:search_operations:rate5m"
	expr := "sum by (tenant_id) (rate(search_operations_total[5m]))"
	if v := look(t, s); v.Name() != vocabulary.Guide || len(v.Remarks()) > 0 {
		t.Errorf("without rules: %s, %v", v.Name(), v.Remarks())
	}
	if _, ok := s.vocab.Load().Recorded(name, expr); ok {
		t.Error("it is recorded without a rule")
	}
	if server.looked > 0 {
		t.Errorf("%d queries look for series that no rule records", server.looked)
	}

	rules, now := guideRecords(t), time.Now()
	server.set(func() {
		server.rules = rules
		for n := range rules {
			server.since[n] = now.Add(-2 * time.Hour)
		}
		server.since[name] = now
	})
	v := look(t, s)
	if since, ok := v.Recorded(name, expr); !ok || since.Before(now.Add(-time.Minute)) {
		t.Errorf("the fresh one: %v, %v", since, ok)
	}
	if since, ok := v.Recorded("tenant_id:search_latency_seconds:p95_rate5m", rules["tenant_id:search_latency_seconds:p95_rate5m"]); !ok ||
		since.After(now.Add(-59*time.Minute)) || since.Before(now.Add(-2*time.Hour)) {
		t.Errorf("the older one: since %v, %v", now.Sub(since), ok)
	}
	if !slices.Equal(v.Remarks(), []string{"recorded series answer all queries per tenant"}) {
		t.Errorf("remarks %v", v.Remarks())
	}
	again := look(t, s)
	if again != look(t, s) {
		t.Error("the vocabulary changes although nothing did")
	}
	before := server.looked
	look(t, s)
	if server.looked != before {
		t.Errorf("%d queries more about what is known", server.looked-before)
	}

	server.set(func() { server.rules[name] = "sum by (tenant_id) (rate(search_operations_total[1m]))" })
	v = look(t, s)
	if _, ok := v.Recorded(name, expr); ok || !strings.Contains(strings.Join(v.Remarks(), "\n"), name+" is recorded by another expression") {
		t.Errorf("another expression: %v, %v", ok, v.Remarks())
	}
	server.set(func() { server.rules = map[string]string{} })
	if v = look(t, s); len(v.Remarks()) > 0 {
		t.Errorf("after the rules went: %v", v.Remarks())
	}
}

func TestRecordedSeriesAreAskedOnlyWhileTheirRulesAreEvaluated(t *testing.T) {
	const name, other = "tenant_id:search_operations:rate5m", "tenant_id:search_latency_seconds:p95_rate5m"
	rules, now := guideRecords(t), time.Now()
	for _, c := range []struct {
		what     string
		last     time.Duration // of the group's evaluation, an interval being a minute
		clock    time.Duration
		fails    string
		name     bool   // is asked
		other    bool   // is asked
		remarked string // in words
	}{
		{"evaluated just now", 30 * time.Second, 0, "", true, true, "answer all queries"},
		{"late", 170 * time.Second, 0, "", true, true, "answer all queries"},
		{"stalled", 200 * time.Second, 0, "", false, false, "recording rules have stopped at " + now.Add(-200*time.Second).UTC().Format("15:04 UTC") + " (group g)"},
		{"stopped two days ago", 48 * time.Hour, 0, "", false, false, "stopped at " + now.Add(-48*time.Hour).UTC().Format("2006-01-02 15:04 UTC")},
		{"one rule fails", 30 * time.Second, 0, "many-to-many", false, true, "recording rules fail (group g, many-to-many)"},
		{"evaluated just now, the server's clock an hour behind", 30 * time.Second, -time.Hour, "", true, true, "answer all queries"},
		{"stalled, the server's clock an hour ahead", 200 * time.Second, time.Hour, "", false, false, "recording rules have stopped"},
	} {
		server := newRulesServer(t)
		server.rules, server.last, server.clock, server.fails = rules, now.Add(-c.last), c.clock, map[string]string{name: c.fails}
		s := looking(t, server)
		v := look(t, s)
		for series, want := range map[string]bool{name: c.name, other: c.other} {
			if _, ok := v.Recorded(series, rules[series]); ok != want || (v.Stopped(series) == "") != want {
				t.Errorf("%s: %s is asked: %v, stopped %q", c.what, series, ok, v.Stopped(series))
			}
		}
		if got := strings.Join(v.Remarks(), "\n"); strings.Count(got, c.remarked) != 1 {
			t.Errorf("%s: remarks %q, want %q once", c.what, got, c.remarked)
		}
		server.set(func() { server.last, server.fails = time.Now(), nil })
		v = look(t, s)
		if _, ok := v.Recorded(name, rules[name]); !ok || v.Stopped(name) != "" || strings.Join(v.Remarks(), "") != "recorded series answer all queries per tenant" {
			t.Errorf("%s, then well again: %v, %v", c.what, ok, v.Remarks())
		}
	}
}

func TestAServerWithoutRulesIsTrustedOnlyWhileItsSeriesAreFresh(t *testing.T) {
	server := newRulesServer(t)
	const name = "tenant_id:search_operations:rate5m"
	server.since[name], server.old = time.Now().Add(-3*time.Hour), true
	if _, ok := look(t, looking(t, server)).Recorded(name, "whatever"); ok {
		t.Error("a series that has no new sample is asked")
	}
}

func TestAServerWithoutRulesIsTrustedByItsSeries(t *testing.T) {
	server := newRulesServer(t)
	const name = "tenant_id:search_operations:rate5m"
	server.since[name] = time.Now().Add(-3 * time.Hour)
	v := look(t, looking(t, server))
	if _, ok := v.Recorded(name, "sum by (tenant_id) (rate(search_operations_total[5m]))"); !ok {
		t.Errorf("not recorded; %v", v.Remarks())
	}
	if got := strings.Join(v.Remarks(), "\n"); !strings.Contains(got, "recorded series answer 1 of ") {
		t.Errorf("remarks %s", got)
	}
}

func TestRulesAskTheServerForNamesAndScrapeInterval(t *testing.T) {
	server := newRulesServer(t)
	server.names = []string{"deeplake_http_requests_total", "deeplake_search_queries_total"}
	r := execute(t, nil, "rules", "--prometheus-url", server.URL)
	if r.code != ExitOK || !strings.Contains(r.out, "metric names of service-v1") || !strings.Contains(r.out, "tenant_id:deeplake_search_queries:rate8m") {
		t.Errorf("exit %d %s\n%s", r.code, r.errors, r.out)
	}
	server.Close()
	if r := execute(t, nil, "rules", "--prometheus-url", server.URL); r.code != ExitSource || r.out != "" || !strings.Contains(r.errors, "prometheus") {
		t.Errorf("of a server that is gone: exit %d %s%s", r.code, r.out, r.errors)
	}
}
