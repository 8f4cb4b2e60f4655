package dlmon

import (
	"strings"
	"testing"

	"dlmon/tui/keys"
)

func TestKeysOfTheConfigAreRefusedWithWhereAndWhy(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"unknown action", "keys:\n  tenants.mover: V\n", `:2: keys.tenants.mover: unknown action, did you mean tenants.movers?`},
		{"unknown action, nothing near", "keys: {frobnicate: V}\n", `:1: keys.frobnicate: unknown action; dlmon keys lists them all`},
		{"unknown action of a known place", "keys: {global.nope: V}\n", `:1: keys.global.nope: unknown action, expected one of global.alerts, global.back, global.business, `},
		{"a place misspelt", "keys: {globl.pause: V}\n", `:1: keys.globl.pause: unknown action, did you mean global.pause?`},
		{"unknown key", "keys:\n  tenants.sort: pageup\n", `:2: keys.tenants.sort: expected a letter or sign, or one of up, down, `},
		{"a key that is another", "keys: {alerts.sort: ctrl+i}\n", `:1: keys.alerts.sort: ctrl+i is sent by terminals as tab: write tab, got "ctrl+i"`},
		{"two names of one key", "keys:\n  alerts.group: ctrl+_\n  alerts.sort: ctrl+/\n", `:2: keys.alerts.group: ctrl+_ is already alerts.sort (`},
		{"no key", "keys: {alerts.sort: }\n", `:1: keys.alerts.sort: expected a key such as s or ctrl+s, or a list of them, got nothing`},
		{"a list in a list", "keys: {alerts.sort: [[s]]}\n", `:1: keys.alerts.sort: expected a key such as s or ctrl+s, or a list of them, got a list`},
		{"no mapping", "keys: [s]\n", `:1: keys: expected keys and values, got a list`},
		{"one scope", "keys:\n  alerts.group: v\n  alerts.sort: b\n  alerts.copy: v\n",
			`:4: keys.alerts.copy: v is already alerts.group (group by the next property): choose another key, or give alerts.group another one too`},
		{"a default of the same scope", "keys:\n  tenants.movers: s\n",
			`:2: keys.tenants.movers: s is already tenants.sort (sort by the next column): choose another key, or give tenants.sort another one too`},
		{"a key of everywhere", "keys:\n  tenants.movers: q\n", `:2: keys.tenants.movers: q is already global.quit (quit): choose another key, or give global.quit another one too`},
		{"everywhere against a page", "keys:\n  global.pause: E\n", `:2: keys.global.pause: E is already trace.error-previous (previous failed span): `},
		{"what stays", "keys:\n  tenants.movers: [V, enter]\n", `:2: keys.tenants.movers: enter is already move.open (go deeper: open what is selected) and stays so: choose another key`},
		{"a context against the top level", "keys: {alerts.group: '!'}\ncontexts:\n  prod:\n    keys: {alerts.copy: '!'}\n",
			`:4: contexts.prod.keys.alerts.copy: ! is already alerts.group (`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "dlmon.yaml", c.file)
			got := execute(t, nil, "config", "--check", "--config", path)
			if want := "dlmon: " + path + c.want; got.code != ExitUsage || !strings.HasPrefix(got.errors, want) || got.out != "" {
				t.Errorf("exit %d, output %q, errors\n%s\nwant exit 3 and\n%s", got.code, got.out, got.errors, want)
			}
		})
	}
}

func TestASuggestionIsMadeForAMisspeltKey(t *testing.T) {
	got := execute(t, nil, "config", "--check", "--config", write(t, "dlmon.yaml", "keys: {tenants.sort: pagedown}\n"))
	if !strings.Contains(got.errors, `got "pagedown", did you mean pgdown?`) {
		t.Errorf("%s", got.errors)
	}
}

func TestAContextsKeysStandOverThoseOfTheTopLevel(t *testing.T) {
	path := write(t, "dlmon.yaml", `keys: {tenants.sort: w, global.pause: p, tenants.reverse: W}
contexts:
  prod:
    keys: {tenants.sort: [v, f5], tenants.movers: s, tenants.reverse: []}
`)
	m := keys.New(loaded(t, nil, "--config", path, "--context", "prod").Keys)
	for name, want := range map[string]string{
		"tenants.sort": "v f5", "tenants.movers": "s", "global.pause": "p", "tenants.reverse": "", "alerts.sort": "s",
	} {
		if got := strings.Join(m.Of(name), " "); got != want {
			t.Errorf("%s has the keys %q, want %q", name, got, want)
		}
	}
	if got := strings.Join(keys.New(loaded(t, nil, "--config", path).Keys).Of("tenants.sort"), " "); got != "w" {
		t.Errorf("without the context tenants.sort has %q", got)
	}
}

func TestKeysListsEveryActionWithItsKeysAsTheyAre(t *testing.T) {
	got := execute(t, nil, "keys", "--config", write(t, "dlmon.yaml", "keys: {tenants.sort: [w, f5], global.quit: []}\n"))
	if got.code != ExitOK {
		t.Fatalf("exit %d: %s", got.code, got.errors)
	}
	for _, name := range keys.Names() {
		if !strings.Contains(got.out, "\n"+name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
	for _, want := range []string{
		"tenants.sort               w f5             sort by the next column (default: s)\n",
		"global.quit                none             quit (default: q)\n",
		"move.up                    up k             ",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the list lacks %q:\n%s", want, got.out)
		}
	}
}

func TestTheMouseIsOffInsideSSHUnlessItIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		args []string
		want bool
	}{
		{nil, nil, true},
		{map[string]string{"SSH_CONNECTION": "10.0.0.1 50022 10.0.0.2 22"}, nil, false},
		{map[string]string{"SSH_TTY": "/dev/pts/3"}, nil, false},
		{map[string]string{"SSH_CLIENT": "10.0.0.1 50022 22"}, nil, false},
		{map[string]string{"SSH_TTY": ""}, nil, true},
		{map[string]string{"SSH_TTY": "/dev/pts/3"}, []string{"--mouse", "on"}, true},
		{map[string]string{"SSH_TTY": "/dev/pts/3", "DLMON_MOUSE": "on"}, nil, true},
		{nil, []string{"--mouse", "off"}, false},
	} {
		env := func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }
		if got := loaded(t, c.env, c.args...).mouse(env); got != c.want {
			t.Errorf("%v %v: the mouse is on: %v", c.env, c.args, got)
		}
	}
}
