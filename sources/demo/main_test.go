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

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
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
		{"--serve --tenants 1", `dlmon-demo: --tenants: expected a number between 2 and 200, got "1"`},
		{"--serve --tenants few", `dlmon-demo: --tenants: expected a number between 2 and 200, got "few"`},
		{"--serve --seed x", `dlmon-demo: --seed: expected a whole number from 0 to 18446744073709551615, got "x"`},
		{"--serve --seed -1", `dlmon-demo: --seed: expected a whole number from 0 to 18446744073709551615, got "-1"`},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(c.args), io.Discard, &stderr); code != 3 || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%s: exit %d, %s", c.args, code, stderr.String())
		}
	}
}

// A signal while the history is filled is an end like one later: it ends the context that the stack starts with.
func TestAnEndWhileTheHistoryIsFilledIsAnEndLikeAnyOther(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"", "", 0},
		{"--serve", "", 0},
		{"snapshot", "dlmon-demo: interrupted\n", 1},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(ctx, strings.Fields(c.args), &stdout, &stderr); code != c.code || stderr.String() != c.says || stdout.Len() > 0 {
			t.Errorf("%q: exit %d, output %q, errors %q", c.args, code, stdout.String(), stderr.String())
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTheTerminalSaysThatTheHistoryIsFilledAndKeepsNothingOfIt(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code := run(ctx, nil, io.Discard, tty); code != 0 {
		t.Errorf("exit %d", code)
	}
	tty.Close()
	said, _ := io.ReadAll(master) // it ends with EIO
	if !strings.HasPrefix(string(said), "filling two hours of history") {
		t.Errorf("it says %q", said)
	}
	screen := vt.NewEmulator(40, 12)
	_, _ = screen.Write(said)
	if text := strings.TrimSpace(screen.String()); text != "" || screen.CursorPosition().X != 0 || screen.CursorPosition().Y != 0 {
		t.Errorf("%q is left, the cursor at %v", text, screen.CursorPosition())
	}
}

func TestSnapshotHasDataOnEveryPanel(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"snapshot", "--page", "all", "--format", "json", "--timeout", "2m"}, &stdout, &stderr)
	if code != 1 {
		t.Fatalf("exit %d, the slow tenant makes it 1: %s%.2000s", code, stderr.String(), stdout.String())
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
