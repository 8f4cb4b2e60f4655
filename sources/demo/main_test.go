package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

func TestServePrintsItsURLsAndEndsCleanly(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"--serve", "--seed", "3", "--tenants", "4", "--scenario", "calm"}, in, io.Discard)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	for _, prefix := range []string{"prometheus-url=http://127.0.0.1:", "health-url=http://127.0.0.1:", "jaeger-url=grpc://127.0.0.1:", "alertmanager-url=http://127.0.0.1:"} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), prefix) {
			t.Fatalf("%q, expected %s...", lines.Text(), prefix)
		}
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("exit %d", code)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWrongUsageIsRefused(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, c := range []struct{ args, says string }{
		{"--serve --scenario meteor", "expected one of slow-tenant"},
		{"--serve --tenants 1", "expected 2 to 200"},
		{"--serve --seed many", "many"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(c.args), io.Discard, &stderr); code != 3 || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%s: exit %d, %s", c.args, code, stderr.String())
		}
	}
}

func TestSnapshotHasDataOnEveryPanel(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"snapshot", "--page", "all", "--format", "json"}, &stdout, &stderr)
	if code != 1 {
		t.Fatalf("exit %d, the slow tenant makes it 1: %s", code, stderr.String())
	}
	var doc struct {
		Sources []struct{ Name, State, Error string }
		Panels  []struct{ ID, Page, State, Reason string }
		Tenants []struct {
			TenantID string `json:"tenant_id"`
		}
		Alerts []struct{ Name, State string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Sources {
		if s.State != "ok" {
			t.Errorf("%s is %s: %s", s.Name, s.State, s.Error)
		}
	}
	if len(doc.Panels) < 20 {
		t.Errorf("only %d panels", len(doc.Panels))
	}
	for _, p := range doc.Panels {
		if p.State == "nodata" || p.State == "error" || p.State == "off" {
			t.Errorf("%s/%s is %s: %s", p.Page, p.ID, p.State, p.Reason)
		}
	}
	if len(doc.Tenants) != 12 || doc.Tenants[0].TenantID != "acme-corp" {
		t.Errorf("tenants %v", doc.Tenants)
	}
	if len(doc.Alerts) != 1 || doc.Alerts[0].Name != "SlowSearchQueries" {
		t.Errorf("alerts %v", doc.Alerts)
	}
}
