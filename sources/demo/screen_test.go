package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dlmon/cmd/dlmon/screentest"
)

// demoBinary is the demo, built anew.
func demoBinary(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "dlmon-demo")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// slowTenantOnTop waits for the overview to tell which tenant is slow.
func slowTenantOnTop(s *screentest.Screen) {
	s.Shows("Latency", "Search latency by tenant", "acme-corp", "SlowSearchQueries", "external_services", "Cache hit rate")
	s.Wait("the slow tenant on top", func(text string) bool {
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if strings.Contains(l, "p95 vs 1h") && i+1 < len(lines) {
				return strings.Contains(lines[i+1], "acme-corp")
			}
		}
		return false
	})
}

// The whole product as an operator meets it: the demo's binary on a real terminal, from the first screen to the spans
// of a slow search and back.
func TestOperatorGoesFromTheFirstScreenToASlowTraceAndBack(t *testing.T) {
	bin := demoBinary(t)
	left := t.TempDir()
	t.Setenv("TMPDIR", left)
	s := screentest.Open(t, bin, 120, 40)
	slowTenantOnTop(s)
	s.Press("?")
	s.Shows("quit", "full screen")
	s.Press("?")

	s.Press("2")
	s.Shows("12 tenants")
	s.Press("\r")
	s.Shows("traces: tenant acme-corp", "/datasets/{id}/search")
	s.Press("\r")
	s.Shows("index.scan", "deeplake.search")
	s.Press("\x1b")
	s.Shows("Traces of tenant acme-corp")
	s.Press("\x1b")
	s.Shows("12 tenants")

	s.Press("4")
	s.Shows("SlowSearchQueries", "runbook")
	s.Press("5")
	s.Shows("database_connections", "prometheus", "alertmanager")
	s.Press("6")
	s.Shows("Datasets", "Vectors")
	s.Press("1")
	s.Shows("Search latency by tenant")
	s.Press("f")
	s.Shows("histogram_quantile")
	s.Press("\x1b")
	s.Shows("Search latency by tenant")
	s.Press("q")
	s.Ends()
	if files, err := os.ReadDir(left); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}
