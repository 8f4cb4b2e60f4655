package dlmon

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// result is what one command line did.
type result struct {
	code        int
	out, errors string
}

// execute runs one command line with the environment given, and nothing of this machine's.
func execute(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := Execute(t.Context(), Build{
		Name: "dlmon", Args: args, Stdout: &out, Stderr: &errs, Version: "test",
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	return result{code, out.String(), errs.String()}
}

// write puts text into a file of the test's own folder.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigSaysWhereWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"duration", "window: 1h\nrefresh: soon\n", `:2: refresh: expected a duration such as 5s, got "soon"`},
		{"number for a duration", "refresh: 5\n", `:1: refresh: expected a duration such as 5s, got "5"`},
		{"window too long", "window: 31d\n", `:1: window: expected a duration between 1m and 30d, got "31d"`},
		{"refresh too short", "refresh: 500ms\n", `:1: refresh: expected a duration between 1s and 1h, got "500ms"`},
		{"list for a duration", "window: [1h]\n", `:1: window: expected a duration such as 1h, got a list`},
		{"nothing", "theme:\n", `:1: theme: expected the name of a theme (letters, digits, . _ -) such as default, high-contrast, colour-blind-safe, mono, got nothing`},
		{"spans", "max-spans: many\n", `:1: max-spans: expected a number between 1000 and 2000000, got "many"`},
		{"too few spans", "max-spans: 999\n", `:1: max-spans: expected a number between 1000 and 2000000, got "999"`},
		{"theme", "window: 1h\ntheme: pink\n", `:2: theme: expected one of default, high-contrast, colour-blind-safe, mono, or a theme of your own, pink.yaml in `},
		{"page", "page: tenant\n", `:1: page: expected one of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, silences, got "tenant"`},
		{"page of a list", "rotate: [overview, cellar]\n", `:1: rotate: expected pages with commas between them, of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, got "overview,cellar"`},
		{"nothing in a list", "rotate:\n  - overview\n  -\n", `:3: rotate: expected pages with commas between them, of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, got nothing`},
		{"list in a list", "rotate: [[overview]]\n", `:1: rotate: expected pages with commas between them, of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, got a list`},
		{"text for a switch", "ascii: \"yes\"\n", `:1: ascii: expected true or false, got "yes"`},
		{"unknown key", "windw: 1h\n", `:1: windw: unknown key, did you mean window?`},
		{"unknown key, nothing near", "frobnication: 1\n", `:1: frobnication: unknown key, expected one of against, alert, alertmanager, alertmanager-url, ascii, `},
		{"underscore", "prometheus_url: http://h\n", `:1: prometheus_url: unknown key, did you mean prometheus-url?`},
		{"twice", "window: 1h\nwindow: 2h\n", `:2: window: expected once, got it in line 1 too`},
		{"bad URL", "prometheus-url: h:9090\n", `:1: prometheus-url: expected a URL such as http://host:9090, got "h:9090"`},
		{"bad scheme", "health-url: ftp://h/x\n", `:1: health-url: expected a URL such as http://host:8000/health, got "ftp://h/x"`},
		{"bad port", "alertmanager-url: http://h:99999\n", `:1: alertmanager-url: expected a URL such as http://host:9093, got "http://h:99999"`},
		{"query in a URL", "prometheus-url: http://h/?token=abc\n", `:1: prometheus-url: expected a URL such as http://host:9090, without a query or fragment, got "http://h/?token=..."`},
		{"jaeger", "jaeger: {url: 'tcp://h:1'}\n", `:1: jaeger.url: expected a URL such as grpc://host:16685 or http://host:16686, got "tcp://h:1"`},
		{"no mapping", "- window\n", `:1: expected settings such as window: 1h, got a list`},
		{"no YAML", "window: 1h\n refresh: [\n", `: line 2: `},
		{"source is no mapping", "prometheus: http://h\n", `:1: prometheus: expected keys and values, got a single value`},
		{"source key", "prometheus:\n  url: http://h\n  basic-auth: {}\n", `:3: prometheus.basic-auth: unknown key, did you mean basic_auth?`},
		{"headers", "prometheus:\n  headers: {}\n", `:2: prometheus.headers: unknown key, did you mean http_headers?`},
		{"header without values", "prometheus:\n  http_headers:\n    X-Scope-OrgID: deeplake\n", `:3: prometheus.http_headers.X-Scope-OrgID: expected keys and values, got a single value`},
		{"deep key", "prometheus:\n  tls_config:\n    cafile: x\n", `:3: prometheus.tls_config.cafile: unknown key, did you mean ca_file?`},
		{"deep type", "prometheus:\n  tls_config:\n    insecure_skip_verify: maybe\n", `:3: prometheus.tls_config.insecure_skip_verify: expected true or false`},
		{"TLS version", "prometheus:\n  tls_config:\n    min_version: TLS9\n", `:3: prometheus.tls_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13`},
		{"list wanted", "prometheus:\n  oauth2: {client_id: a, token_url: http://t, scopes: all}\n", `:2: prometheus.oauth2.scopes: expected a list, got a single value`},
		{"timeout", "health: {timeout: 10}\n", `:1: health.timeout: expected a duration such as 10s, got "10"`},
		{"proxy", "health: {proxy_url: proxy}\n", `:1: health.proxy_url: expected a URL such as http://proxy:3128`},
		{"both credentials", "window: 1h\nprometheus:\n  basic_auth: {username: u}\n  authorization: {credentials: c}\n", `:2: prometheus: at most one of basic_auth, oauth2 & authorization must be configured`},
		{"URL twice", "prometheus-url: http://a\nprometheus: {url: 'http://b'}\n", `:1: prometheus-url: expected once, got it in line 2 as prometheus.url too`},
		{"in a context", "contexts:\n  prod:\n    refresh: x\n", `:3: contexts.prod.refresh: expected a duration such as 5s, got "x"`},
		{"context in a context", "contexts:\n  prod:\n    contexts: {}\n", `:3: contexts.prod.contexts: unknown key`},
		{"context is no mapping", "contexts:\n  prod: http://h\n", `:2: contexts.prod: expected settings such as prometheus-url, got a single value`},
		{"current context", "window: 1h\ncurrent-context: prd\ncontexts: {prod: {}, staging: {}}\n", `:2: current-context: expected one of prod, staging, got "prd"`},
		{"tags", "tags: {tenant: tenant_id}\n", `:1: tags.tenant: expected a list of span tags such as [tenant_id, tenant.id], got "tenant_id"`},
		{"no tags", "tags: {tenant: []}\n", `:1: tags.tenant: expected a list of span tags such as [tenant_id, tenant.id], got an empty list`},
		{"user twice", "prometheus: {url: 'http://u:pass@h', authorization: {credentials: c}}\n", `prometheus: expected either user and password in the URL or credentials in its block, got both`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "dlmon.yaml", c.file)
			got := execute(t, nil, "config", "--check", "--config", path)
			want := "dlmon: " + c.want
			if strings.HasPrefix(c.want, ":") {
				want = "dlmon: " + path + c.want
			}
			if got.code != ExitUsage || !strings.HasPrefix(got.errors, want) || got.out != "" {
				t.Errorf("exit %d, output %q, errors\n%s\nwant exit 3 and\n%s", got.code, got.out, got.errors, want)
			}
		})
	}
}

func TestConfigTellsAllThatIsWrongAtOnce(t *testing.T) {
	path := write(t, "dlmon.yaml", "refresh: soon\ncontexts:\n  a:\n    window: 1s\nthem: x\n")
	got := execute(t, nil, "config", "--check", "--config", path)
	for _, want := range []string{":1: refresh", ":4: contexts.a.window", ":5: them: unknown key, did you mean theme?"} {
		if !strings.Contains(got.errors, path+want) {
			t.Errorf("errors lack %q:\n%s", want, got.errors)
		}
	}
}

func TestFlagsAndEnvironmentAreCheckedLikeTheFile(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"flag", nil, []string{"--refresh", "soon"}, `dlmon: --refresh: expected a duration such as 5s, got "soon"`},
		{"environment", map[string]string{"DLMON_WINDOW": "1s"}, nil, `dlmon: DLMON_WINDOW: expected a duration between 1m and 30d, got "1s"`},
		{"switch", map[string]string{"DLMON_ASCII": "perhaps"}, nil, `dlmon: DLMON_ASCII: expected true or false, got "perhaps"`},
		{"context without file", nil, []string{"--context", "prod"}, `dlmon: --context: expected a context of the config file, which has none, got "prod"`},
		{"context of the environment", map[string]string{"DLMON_CONTEXT": "prod"}, nil, `dlmon: DLMON_CONTEXT: expected a context of the config file, which has none, got "prod"`},
		{"named file missing", nil, []string{"--config", "/nowhere/dlmon.yaml"}, `dlmon: --config: open /nowhere/dlmon.yaml: no such file or directory`},
		{"file of the environment missing", map[string]string{"DLMON_CONFIG": "/nowhere/x"}, nil, `dlmon: DLMON_CONFIG: open /nowhere/x: no such file or directory`},
		{"credentials in a bad URL", nil, []string{"--prometheus-url", "htp://bob:hunter2@h"}, `dlmon: --prometheus-url: expected a URL such as http://host:9090, got "htp://h"`},
		{"vocabulary", nil, []string{"--vocabulary", "guid"}, `dlmon: vocabulary "guid": expected guide, service-v1 or a file`},
		{"unknown flag", nil, []string{"--prometeus-url", "x"}, "dlmon: unknown flag: --prometeus-url\nTry dlmon --help."},
		{"argument", nil, []string{"more"}, `dlmon: unknown command "more" for "dlmon config"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := execute(t, c.env, append([]string{"config", "--check"}, c.args...)...)
			if got.code != ExitUsage || !strings.HasPrefix(got.errors, c.want) {
				t.Errorf("exit %d, errors\n%s\nwant exit 3 and\n%s", got.code, got.errors, c.want)
			}
		})
	}
}

func TestOnlySnapshotOffersThePageOfAll(t *testing.T) {
	for _, c := range []struct {
		command, want string
	}{
		{"", `dlmon: --page: expected one of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, silences, got "cellar"`},
		{"config", `dlmon: --page: expected one of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, silences, got "cellar"`},
		{"snapshot", `dlmon: --page: expected one of overview, tenants, traces, alerts, health, business, movers, neighbours, budget, silences, all, got "cellar"`},
	} {
		got := execute(t, nil, append(strings.Fields(c.command), "--page", "cellar", "--health-url", "http://127.0.0.1:1/")...)
		if got.code != ExitUsage || strings.TrimSpace(got.errors) != c.want {
			t.Errorf("%q: exit %d, errors\n%s\nwant\n%s", c.command, got.code, got.errors, c.want)
		}
	}
	if got := execute(t, nil, "--page", "all", "--health-url", "http://127.0.0.1:1/"); !strings.Contains(got.errors, "--page: all is for dlmon snapshot --format json") {
		t.Errorf("%+v", got)
	}
}

// loaded is the effective config of an environment and arguments.
func loaded(t *testing.T, env map[string]string, args ...string) *Config {
	t.Helper()
	c, err := tryLoad(env, args...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryLoad(env map[string]string, args ...string) (*Config, error) {
	a := &app{Build: Build{Args: args, Env: func(n string) (string, bool) { v, ok := env[n]; return v, ok }}}
	a.fill()
	root := a.root()
	if err := root.ParseFlags(args); err != nil {
		return nil, err
	}
	return a.load()
}

func TestFlagBeatsEnvironmentBeatsContextBeatsTopLevelBeatsDefault(t *testing.T) {
	path := write(t, "dlmon.yaml", "window: 2h\ncontexts:\n  prod: {window: 3h}\n")
	env := map[string]string{}
	args := []string{"--config", path}
	for _, step := range []struct {
		add    func()
		want   time.Duration
		origin string
	}{
		{func() {}, 2 * time.Hour, "file " + path + ":1"},
		{func() { args = append(args, "--context", "prod") }, 3 * time.Hour, "file " + path + ":3 (context prod)"},
		{func() { env["DLMON_WINDOW"] = "4h" }, 4 * time.Hour, "env DLMON_WINDOW"},
		{func() { args = append(args, "--window", "7d") }, 7 * 24 * time.Hour, "flag"},
	} {
		step.add()
		c := loaded(t, env, args...)
		if c.Window != step.want || c.origins["window"].text != step.origin {
			t.Errorf("window is %v from %q, want %v from %q", c.Window, c.origins["window"].text, step.want, step.origin)
		}
	}
	if c := loaded(t, nil); c.Window != time.Hour || c.origins["window"].text != "default" {
		t.Errorf("default window is %v from %q", c.Window, c.origins["window"].text)
	}
}

func TestPagesOfTheRotationMayBeAListOrAText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[overview, alerts]", "overview alerts"},
		{"\n  - overview\n  - movers", "overview movers"},
		{"overview,alerts", "overview alerts"},
		{"overview", "overview"},
		{"[]", ""},
	} {
		path := write(t, "dlmon.yaml", "rotate: "+c.text+"\n")
		if got := strings.Join(loaded(t, nil, "--config", path).Rotate, " "); got != c.want {
			t.Errorf("rotate: %s: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestNoColorOfTheEnvironmentCounts(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		want bool
	}{
		{"unset", nil, nil, false},
		{"empty", map[string]string{"NO_COLOR": ""}, nil, false},
		{"set", map[string]string{"NO_COLOR": "0"}, nil, true},
		{"dlmon's own first", map[string]string{"NO_COLOR": "1", "DLMON_NO_COLOR": "false"}, nil, false},
		{"flag first", map[string]string{"NO_COLOR": "1"}, []string{"--no-color=false"}, false},
		{"flag", nil, []string{"--no-color"}, true},
	} {
		if got := loaded(t, c.env, c.args...).NoColor; got != c.want {
			t.Errorf("%s: no colour is %v", c.name, got)
		}
	}
}

func TestLocaleWithoutUTF8MeansASCII(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C"}, true},
		{map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{map[string]string{"LANG": "C.utf8", "LC_ALL": "POSIX"}, true},
		{map[string]string{"LANG": "C", "DLMON_ASCII": "false"}, false},
	} {
		if got := loaded(t, c.env).ASCII; got != c.want {
			t.Errorf("%v: ASCII is %v", c.env, got)
		}
	}
}

func TestDefaultFileIsFoundAndMayBeMissing(t *testing.T) {
	home := t.TempDir()
	if c := loaded(t, map[string]string{"HOME": home}); c.File != "" {
		t.Errorf("file is %q", c.File)
	}
	for _, env := range []map[string]string{
		{"HOME": home},
		{"HOME": "/nowhere", "XDG_CONFIG_HOME": filepath.Join(home, ".config")},
	} {
		path := filepath.Join(home, ".config", "dlmon", "config.yaml")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("window: 90m\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if c := loaded(t, env); c.Window != 90*time.Minute || c.File != path {
			t.Errorf("%v: window %v of file %q", env, c.Window, c.File)
		}
	}
}

func TestBlockTakesWhatPrometheusTakesRelativeToItsFile(t *testing.T) {
	path := write(t, "dlmon.yaml", `
current-context: prod
prometheus: {url: http://top, basic_auth: {username: other}}
contexts:
  prod:
    prometheus:
      url: https://prom.example.com/prom
      timeout: 3s
      authorization: {credentials_file: token}
      tls_config: {server_name: inner, min_version: TLS12}
      http_headers:
        X-Scope-OrgID: {values: [deeplake]}
`)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "token"), []byte("t0ken"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := loaded(t, nil, "--config", path)
	p := c.Prometheus
	if p.URL != "https://prom.example.com/prom" || p.Timeout != 3*time.Second {
		t.Errorf("URL %q, timeout %v", p.URL, p.Timeout)
	}
	if p.HTTP.BasicAuth != nil {
		t.Error("the top level's credentials go to the context's server")
	}
	if want := filepath.Join(filepath.Dir(path), "token"); p.HTTP.Authorization.CredentialsFile != want {
		t.Errorf("credentials file %q, want %q", p.HTTP.Authorization.CredentialsFile, want)
	}
	if got := p.HTTP.HTTPHeaders.Headers["X-Scope-OrgID"].Values; len(got) != 1 || got[0] != "deeplake" {
		t.Errorf("header %v", got)
	}
	if !p.HTTP.FollowRedirects || !p.HTTP.EnableHTTP2 {
		t.Error("Prometheus's defaults are lost")
	}
}

func TestCredentialsStayWithTheServerTheyAreFor(t *testing.T) {
	path := write(t, "dlmon.yaml", "prometheus: {url: 'https://prod:9090', basic_auth: {username: u, password: secret}}\nhealth: {basic_auth: {username: h}}\n")
	for _, c := range []struct {
		url  string
		kept bool
	}{
		{"https://prod:9090/prom", true},
		{"https://prod:9091", false},
		{"http://prod:9090", false},
		{"http://localhost:9090", false},
	} {
		got := loaded(t, nil, "--config", path, "--prometheus-url", c.url).Prometheus
		if kept := got.HTTP.BasicAuth != nil; kept != c.kept {
			t.Errorf("%s: credentials sent: %v", c.url, kept)
		}
	}
	if loaded(t, nil, "--config", path, "--health-url", "http://any/health").Health.HTTP.BasicAuth == nil {
		t.Error("a block without a URL is for the one that is given")
	}
}

func TestUserInURLBecomesBasicAuth(t *testing.T) {
	c := loaded(t, nil, "--prometheus-url", "http://bob:hunter2@prom:9090/x")
	if c.Prometheus.URL != "http://prom:9090/x" || c.Prometheus.HTTP.BasicAuth == nil ||
		c.Prometheus.HTTP.BasicAuth.Username != "bob" || c.Prometheus.HTTP.BasicAuth.Password != "hunter2" {
		t.Errorf("%+v", c.Prometheus)
	}
}

func TestTagsOfTheFileReplaceTheirConcept(t *testing.T) {
	path := write(t, "dlmon.yaml", "tags: {tenant: [org], endpoint: [http.route]}\n")
	c := loaded(t, nil, "--config", path)
	if got := strings.Join(c.Tags["tenant"], " ") + "|" + strings.Join(c.Tags["endpoint"], " "); got != "org|http.route" {
		t.Errorf("tags %q", got)
	}
	if got := strings.Join(loaded(t, nil).Tags["tenant"], " "); got != "tenant_id tenant.id" {
		t.Errorf("default tags %q", got)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
