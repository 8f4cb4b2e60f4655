package dlmon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dlmon/sources/testserver"
)

// BenchmarkBurnRateRules has a real Prometheus evaluate the rules for burn rates over all of the six hours that they look
// back: 10,000 tenants' request counters (three each), scraped every 15 s.
//
//	go test ./cmd/dlmon -run '^$' -bench BurnRateRules -benchtime 1x -timeout 60m
//
// It logs how long each rule's evaluation took, and reports that of each group as a share of its interval and the processor
// time of the whole server until all rules have been evaluated. DLMON_TENANTS takes another number of tenants.
func BenchmarkBurnRateRules(b *testing.B) {
	n := tenantCount(b)
	for b.Loop() {
		file := filepath.Join(b.TempDir(), "recording_rules.yml")
		server := testserver.Prometheus(b, fmt.Sprintf(scaleConfig, "", file), nil)
		service := testserver.NewTenants(b, server, n).Only("http_requests_total")
		end := time.Now().Truncate(scrape)
		for from := end.Add(-6*time.Hour - 5*time.Minute); from.Before(end); from = from.Add(20 * time.Minute) {
			service.Write(from.Add(scrape), earlier(from.Add(20*time.Minute), end), scrape)
		}
		b.Logf("%d series of 6 h", service.Series())
		before := ownMetrics(b, server.URL, "process_cpu_seconds_total")
		reload(b, server.URL, file, guideRules(b, ""))
		recorded(b, server.URL)
		b.ReportMetric(ownMetrics(b, server.URL, "process_cpu_seconds_total")-before, "cpu-s")
		for _, g := range ruleGroups(b, server.URL) {
			b.ReportMetric(100*g.EvaluationTime/g.Interval, "%-of-"+g.Name)
			for _, r := range g.Rules {
				if strings.Contains(r.Name, "http_requests") {
					b.Logf("%s: %.2f s", r.Name, r.EvaluationTime)
				}
			}
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

type ruleGroup struct {
	Name                     string
	Interval, EvaluationTime float64 // seconds
	Rules                    []struct {
		Name           string
		EvaluationTime float64
	}
}

func ruleGroups(b *testing.B, server string) []ruleGroup {
	resp, err := http.Get(server + "/api/v1/rules?type=record")
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data struct{ Groups []ruleGroup } }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		b.Fatal(err)
	}
	return answer.Data.Groups
}
