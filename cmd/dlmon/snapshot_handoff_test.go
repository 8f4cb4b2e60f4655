package dlmon

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestSnapshotHandsOnWithoutAScreen(t *testing.T) {
	url := fakePrometheus(t, "0.5", firing)
	md := execute(t, nil, "snapshot", "--format", "markdown", "--page", "tenants", "--prometheus-url", url, "--vocabulary", "guide")
	for _, want := range []string{
		"# dlmon: Tenants", "| acme |", "| Slow | critical | firing |", "--prometheus-url " + url + " --vocabulary guide --page tenants --time-zone utc --window 1h --at 20", "```promql",
	} {
		if !strings.Contains(md.out, want) {
			t.Errorf("no %q in\n%s\n%s", want, md.out, md.errors)
		}
	}
	svg := execute(t, nil, "snapshot", "--format", "svg", "--page", "tenants", "--prometheus-url", url, "--vocabulary", "guide")
	if !strings.Contains(svg.out, "acme") || !strings.HasPrefix(svg.out, "<svg ") {
		t.Errorf("%.500s", svg.out)
	}
	for dec := xml.NewDecoder(strings.NewReader(svg.out)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if md.code != ExitTrouble || svg.code != ExitTrouble {
		t.Errorf("exits %d and %d while an alert fires", md.code, svg.code)
	}
}

func TestTheCommandOfAHandoffCarriesNoSecret(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "it's mine.yaml")
	if err := os.WriteFile(file, []byte("contexts:\n  prod:\n    prometheus:\n      url: http://127.0.0.1:1\n      basic_auth: {username: ops, password: hunter2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := execute(t, map[string]string{"DLMON_HEALTH_URL": "http://me:hunter2@127.0.0.1:1/health?token=hunter2"},
		"snapshot", "--format", "markdown", "--config", file, "--context", "prod", "--jaeger-url", "http://me:hunter2@127.0.0.1:1", "--timeout", "1s")
	if strings.Contains(got.out, "hunter2") {
		t.Errorf("a secret is handed on:\n%s", got.out)
	}
	for _, want := range []string{
		`dlmon --config '` + dir + `/it'\''s mine.yaml' --context prod`, `--health-url 'http://127.0.0.1:1/health?token=...'`, "--jaeger-url http://127.0.0.1:1",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
}

func TestTheCommandOfAHandoffHasTheFlagsOfTheBinaryItself(t *testing.T) {
	var out, errs bytes.Buffer
	var scenario, seed string
	Execute(t.Context(), Build{
		Name: "dlmon-demo", Args: []string{"snapshot", "--format", "markdown", "--scenario", "slow tenant", "--window", "15m"}, Stdout: &out, Stderr: &errs,
		Env: func(string) (string, bool) { return "", false },
		Flags: func(fs *pflag.FlagSet) {
			fs.StringVar(&scenario, "scenario", "calm", "")
			fs.StringVar(&seed, "seed", "1", "")
		},
		Prepare: func(_ context.Context, c *Config) (func(), error) {
			c.SetURL("health", fakeHealth(t, 200, healthy))
			return nil, nil
		},
	})
	if want := "dlmon-demo '--scenario=slow tenant' --page overview --time-zone utc --window 15m --at "; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s\n%s", want, out.String(), errs.String())
	}
}
