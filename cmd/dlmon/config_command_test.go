package dlmon

import (
	"strings"
	"testing"
)

// secretFile has a secret in every place that can hold one; each contains "hunter2".
const secretFile = `
prometheus:
  url: https://bob:hunter2-url@prom.example.com/
  proxy_url: http://proxyuser:hunter2-proxy@proxy:3128
  proxy_connect_header: {X-Proxy: [hunter2-connect]}
  tls_config: {ca: "", server_name: inner}
  http_headers:
    X-Scope-OrgID: {values: [deeplake]}
    X-Api-Key: {values: [hunter2-value]}
    X-Other: {secrets: [hunter2-header]}
health:
  url: http://svc/health?verbose=1&token=hunter2-query
  authorization: {credentials: hunter2-bearer}
alertmanager:
  url: http://am:9093
  oauth2:
    client_id: dlmon
    client_secret: hunter2-client
    token_url: http://bob:hunter2-token@idp/token
    endpoint_params: {password: hunter2-param}
    claims: {secret: hunter2-claim}
jaeger:
  url: grpcs://jaeger:16685
  basic_auth: {username: u, password: hunter2-basic}
`

func TestConfigShowsNoSecret(t *testing.T) {
	got := execute(t, nil, "config", "--config", write(t, "dlmon.yaml", secretFile))
	if got.code != ExitOK {
		t.Fatalf("exit %d: %s", got.code, got.errors)
	}
	if strings.Contains(got.out+got.errors, "hunter2") {
		t.Errorf("a secret is printed:\n%s", got.out)
	}
	for _, want := range []string{"X-Scope-OrgID", "- deeplake", "username: bob", "password: <secret>", "credentials: <secret>",
		"http://svc/health?verbose=...&token=...", "client_secret: <secret>", "token_url: http://idp/token"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("output lacks %q:\n%s", want, got.out)
		}
	}
}

func TestConfigErrorsShowNoSecret(t *testing.T) {
	for _, file := range []string{
		"prometheus: {basic_auth: hunter2}\n",
		"prometheus: {authorization: [hunter2]}\n",
		"prometheus: {authorization: {credentials: [hunter2]}}\n",
		"prometheus: {basic_auth: {password: {a: hunter2}}}\n",
		"prometheus: {proxy_url: '://bob:hunter2@proxy'}\n",
		"prometheus: {url: 'http://bob:hunter2@h:99999'}\n",
		"prometheus-url: 'bob:hunter2@h'\n",
		"prometheus: {url: 'http://bob:hunter2@h', authorization: {credentials: hunter2}}\n",
		"prometheus: {tls_config: {key: [hunter2]}}\n",
		"prometheus: {url: http://h, tls_config: {cert: hunter2, key: hunter2}}\n",
		"prometheus: {url: http://h, oauth2: {client_id: a, client_secret: hunter2}}\n",
		"prometheus:\n  basic_auth: {password: hunter2\n",
		"prometheus:\n  basic_auth:\n    password: *hunter2\n",
	} {
		got := execute(t, nil, "config", "--check", "--config", write(t, "dlmon.yaml", file))
		if got.code != ExitUsage || strings.Contains(got.out+got.errors, "hunter2") {
			t.Errorf("exit %d for %s%s", got.code, file, got.errors)
		}
	}
}

func TestConfigTellsWhereEachValueComesFrom(t *testing.T) {
	path := write(t, "dlmon.yaml", "theme: mono\ncurrent-context: prod-eu\ncontexts:\n  prod-eu:\n    refresh: 10s\n    prometheus:\n      url: http://prom\n      timeout: 3s\n")
	got := execute(t, map[string]string{"DLMON_WINDOW": "6h"}, "config", "--config", path, "--ascii")
	want := strings.ReplaceAll(`# Effective config of FILE, context prod-eu
# health is off: no --health-url
# jaeger is off: no --jaeger-url
# alertmanager is off: no --alertmanager-url
prometheus: # file FILE:6 (context prod-eu)
  url: http://prom # file FILE:6 (context prod-eu)
  timeout: 3s # file FILE:8 (context prod-eu)
  follow_redirects: true
  enable_http2: true
window: 6h # env DLMON_WINDOW
refresh: 10s # file FILE:5 (context prod-eu)
theme: mono # file FILE:1
vocabulary: auto # default
page: overview # default
ascii: true # flag
no-color: false # default
log-file: "" # default
trace-service: "" # default
at: "" # default
time-zone: utc # default
tenant: "" # default
panel: "" # default
alert: "" # default
against: 1h # default
filter: "" # default
sort: "" # default
group: "" # default
cursor: "" # default
read-only: false # default
creator: "" # default
objective: "99.9" # default
mouse: auto # default
kiosk: false # default
kiosk-locked: false # default
rotate: "" # default
every: 20s # default
dim: "" # default
max-spans: 200000 # default
tags: # default
  tenant:
    - tenant_id
    - tenant.id
`, "FILE", path)
	if got.out != want || got.code != ExitOK {
		t.Errorf("exit %d, printed\n%s\nwant\n%s", got.code, got.out, want)
	}
}

func TestConfigReadsWhatItPrints(t *testing.T) {
	first := execute(t, nil, "config", "--config", write(t, "dlmon.yaml", secretFile))
	again := execute(t, nil, "config", "--config", write(t, "dlmon.yaml", first.out))
	if again.code != ExitOK {
		t.Fatalf("exit %d: %s", again.code, again.errors)
	}
	values := func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "#")
			b.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
		return b.String()
	}
	if values(first.out) != values(again.out) {
		t.Errorf("printed first\n%s\nand then\n%s", first.out, again.out)
	}
}

func TestConfigCheckSaysOK(t *testing.T) {
	if got := execute(t, nil, "config", "--check"); got.code != ExitOK || got.out != "ok\n" || got.errors != "" {
		t.Errorf("%+v", got)
	}
}

// TestConfigCheckRefusesWhatTheDashboardRefuses asks both: they say the same, and where the value stands.
func TestConfigCheckRefusesWhatTheDashboardRefuses(t *testing.T) {
	for _, c := range []struct{ file, args, want string }{
		{"kiosk: true\nat: -1h\n", "", "FILE:2: at: a kiosk shows the present"},
		{"kiosk: true\nrotate: overview,tenants\ntenant: acme\n", "", "FILE:3: tenant: a kiosk turns between pages or stays on a tenant's"},
		{"kiosk: true\nrotate: [overview, tenants]\npanel: latency-p95\n", "", "FILE:3: panel: a kiosk turns between pages or stays on a panel"},
		{"panel: nonsense\n", "", `FILE:1: panel: expected one of latency-p95, request-rate, `},
		{"page: tenants\npanel: errors-by-type\n", "", "FILE:2: panel: tenants has no panels"},
		{"tenant: acme\npanel: errors-by-type\n", "", "FILE:2: panel: expected one of verdict, "},
		{"contexts:\n  wall:\n    kiosk: true\n    at: -1h\n", "--context wall", "FILE:4 (context wall): at: a kiosk shows the present"},
		{"page: all\n", "", "FILE:1: page: all is for dlmon snapshot --format json"},
		{"at: -1h\n", "--kiosk", "FILE:1: at: a kiosk shows the present"},
		{"", "--rotate overview", "--rotate: is for a screen on the wall; add --kiosk"},
		{"", "--kiosk-locked", "--kiosk-locked: is for a screen on the wall; add --kiosk"},
		{"", "--kiosk --mouse on", "--mouse: nobody is at a kiosk to use it"},
		{"", "--kiosk --page health --rotate overview", "--page: health is not among the pages that --rotate turns between, overview;"},
		{"", "--kiosk --cursor -5m", "--cursor: nobody is at a kiosk"},
		{"", "--cursor -2h", "--cursor: expected a time within what is shown"},
		{"", "--against 1h", "--against: is for the movers; add --page movers"},
		{"", "--alert Slow", "--alert: is for the alerts; add --page alerts"},
		{"", "--page all", "--page: all is for dlmon snapshot --format json"},
	} {
		path := write(t, "50%d.yaml", "health-url: http://127.0.0.1:1\n"+c.file)
		line := strings.NewReplacer("FILE:4", path+":5", "FILE:3", path+":4", "FILE:2", path+":3", "FILE:1", path+":2")
		args := append(strings.Fields(c.args), "--config", path)
		check, start := execute(t, nil, append([]string{"config", "--check"}, args...)...), execute(t, nil, args...)
		if check.code != ExitUsage || check.out != "" || !strings.Contains(check.errors, "dlmon: "+line.Replace(c.want)) {
			t.Errorf("%s%s: %+v, want %q", c.file, c.args, check, line.Replace(c.want))
		}
		if check.errors != start.errors {
			t.Errorf("%s%s: the dashboard says\n%s, --check\n%s", c.file, c.args, start.errors, check.errors)
		}
	}
}

// What waits for another page or for a kiosk is no fault of a file.
func TestConfigCheckTakesWhatTheDashboardTakes(t *testing.T) {
	for _, file := range []string{
		"rotate: overview,alerts\nkiosk-locked: true\nevery: 1m\ndim: 22:00-06:00\n", "against: 1w\nalert: Slow\ncursor: -2h\nsort: -p95\n",
		"kiosk: true\nmouse: on\npage: health\nrotate: overview\n", "tenant: acme\npanel: verdict\n", "page: movers\npanel: moved-cache\n", "at: -3h..-2h\n",
	} {
		if got := execute(t, nil, "config", "--check", "--config", write(t, "dlmon.yaml", file)); got.code != ExitOK || got.out != "ok\n" {
			t.Errorf("%s: %+v", file, got)
		}
	}
}

func TestConfigCheckReadsTheFilesThatAreNamed(t *testing.T) {
	path := write(t, "dlmon.yaml", "prometheus: {url: https://h, tls_config: {ca_file: missing.pem}}\n")
	got := execute(t, nil, "config", "--check", "--config", path)
	if got.code != ExitUsage || !strings.Contains(got.errors, "missing.pem") {
		t.Errorf("%+v", got)
	}
}

func TestControlCharactersOfAFileStayOutOfTheTerminal(t *testing.T) {
	path := write(t, "dlmon.yaml", "\"a\\e]0;x\\a\\e[2J\": 1\ncontexts: {\"b\\e[2J\": {}}\ncurrent-context: \"c\\e[2J\"\n")
	got := execute(t, nil, "config", "--check", "--config", path)
	if got.code != ExitUsage || strings.ContainsAny(got.out+got.errors, "\x1b\a") {
		t.Errorf("%q", got.errors)
	}
}

func TestNoSourceStartsNothingAndSaysHowToBegin(t *testing.T) {
	for _, args := range [][]string{nil, {"snapshot"}, {"snapshot", "--format", "json"}} {
		got := execute(t, map[string]string{"HOME": "/home/op"}, args...)
		lines := strings.Split(strings.TrimSpace(got.errors), "\n")
		if got.code != ExitUsage || got.out != "" || len(lines) != 3 {
			t.Fatalf("%v: %+v", args, got)
		}
		for i, want := range []string{"--prometheus-url", "/home/op/.config/dlmon/config.yaml", "go run ./sources/demo"} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %d lacks %q: %s", i+1, want, lines[i])
			}
		}
	}
}

func TestUsageErrorsExitWith3(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"snapshot", "--size", "big"}, `--size: expected columns x lines such as 120x40, from 20x5 to 500x200, got "big"`},
		{[]string{"snapshot", "--size", "10x4"}, `--size: expected`},
		{[]string{"snapshot", "--format", "xml"}, `--format: expected one of text, ansi, json, markdown, svg, got "xml"`},
		{[]string{"snapshot", "--timeout", "x"}, `--timeout: expected a duration such as 15s, got "x"`},
		{[]string{"snapshot", "--page", "all"}, `--page: all needs --format json`},
		{[]string{"--page", "all"}, `--page: all is for dlmon snapshot --format json`},
		{[]string{"snapshot", "--page", "nowhere"}, `--page: expected one of overview, tenants`},
		{[]string{"--prometheus-url", "http://127.0.0.1:1"}, `the dashboard needs a terminal; try dlmon snapshot`},
		{[]string{"--log-file", "/nowhere/x/log", "snapshot", "--health-url", "http://127.0.0.1:1"}, `log-file: open /nowhere/x/log`},
		{[]string{"nonsense"}, `unknown command "nonsense"`},
		{[]string{"--window"}, `flag needs an argument: --window`},
	} {
		got := execute(t, nil, c.args...)
		if got.code != ExitUsage || got.out != "" || !strings.Contains(got.errors, c.want) {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
}

func TestHelpAndVersionAreThere(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--help"}, []string{"--prometheus-url", "--vocabulary", "--log-file", "snapshot", "config"}},
		{[]string{"snapshot", "--help"}, []string{"--size", "--format", "--timeout", "--page"}},
		{[]string{"--version"}, []string{"dlmon version test"}},
	} {
		got := execute(t, nil, c.args...)
		for _, want := range c.want {
			if got.code != ExitOK || !strings.Contains(got.out, want) {
				t.Errorf("%v lacks %q: %+v", c.args, want, got)
			}
		}
	}
}
