package keys

import (
	"slices"
	"strings"
	"testing"
)

func TestNoTwoActionsOfOnePlaceHaveOneKeyByDefault(t *testing.T) {
	for _, c := range (*Map)(nil).Clashes() {
		t.Errorf("%s: %s", c.Name, c)
	}
}

func TestEveryActionIsNamedOnceAndHasKeysThatATerminalSends(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range Names() {
		_, a, ok := Find(name)
		if seen[name] || !ok || a.What == "" || len(a.Keys) == 0 {
			t.Errorf("%s: twice %v, found %v, what %q, keys %v", name, seen[name], ok, a.What, a.Keys)
		}
		seen[name] = true
		for _, k := range a.Keys {
			if err := Check(k); err != nil {
				t.Errorf("%s: %s: %v", name, k, err)
			}
		}
	}
}

func TestAKeyThatWasMovedAwayDoesNothing(t *testing.T) {
	m := New(map[string][]string{"tenants.sort": {"w"}, "global.pause": {"p", "f5"}, "move.down": {"!"}})
	for _, c := range []struct {
		scope, pressed, want string
		does                 bool
	}{
		{"tenants", "w", "s", true},
		{"tenants", "s", "s", false},
		{"traces", "s", "s", true}, // another place has it still
		{"traces", "p", "space", true},
		{"traces", "f5", "space", true},
		{"traces", "space", "space", false},
		{"trace", "down", "down", true}, // never taken away
		{"trace", "j", "j", false},
		{"trace", "k", "k", true},
		{"trace", "%", "%", true}, // no action: the page may have a use for it
	} {
		if got, does := m.Canonical(c.scope, c.pressed); got != c.want || does != c.does {
			t.Errorf("%s in %s is %q, does something: %v; want %q, %v", c.pressed, c.scope, got, does, c.want, c.does)
		}
	}
}

func TestTwoActionsCanSwapTheirKeys(t *testing.T) {
	m := New(map[string][]string{"tenants.sort": {"v"}, "tenants.movers": {"s"}})
	if c := m.Clashes(); len(c) > 0 {
		t.Errorf("%v", c)
	}
	for pressed, want := range map[string]string{"v": "s", "s": "v"} {
		if got, ok := m.Canonical("tenants", pressed); got != want || !ok {
			t.Errorf("%s is %s, %v", pressed, got, ok)
		}
	}
}

func TestClashesAreFoundWithinAPlaceAndWithWhatWorksEverywhere(t *testing.T) {
	for _, c := range []struct {
		changes     map[string][]string
		name, other string
		says        string
	}{
		{map[string][]string{"tenants.movers": {"s"}}, "tenants.movers", "tenants.sort", "or give tenants.sort another one too"},
		{map[string][]string{"tenants.movers": {"r"}}, "tenants.movers", "global.refresh", "r is already global.refresh (ask everything now)"},
		{map[string][]string{"tenants.movers": {"j"}}, "tenants.movers", "move.down", "j is already move.down"},
		{map[string][]string{"global.pause": {"s"}}, "global.pause", "tenants.sort", "s is already tenants.sort"},
		{map[string][]string{"global.pause": {"tab"}}, "global.pause", "move.next", "tab is already move.next"},
		{map[string][]string{"tenants.movers": {"enter"}}, "tenants.movers", "move.open", "stays so: choose another key"},
		{map[string][]string{"global.quit": {"ctrl+c"}}, "global.quit", "global.force-quit", "stays so"},
		{map[string][]string{"alerts.sort": {"!"}, "alerts.group": {"!"}}, "alerts.group", "alerts.sort", "! is already alerts.sort"},
	} {
		all := New(c.changes).Clashes()
		if !slices.ContainsFunc(all, func(x Clash) bool {
			return x.Name == c.name && x.Other == c.other && strings.Contains(x.String(), c.says)
		}) {
			t.Errorf("%v: %v", c.changes, all)
		}
	}
	if c := New(map[string][]string{"alerts.group": {"!"}, "traces.mark": {"!"}}).Clashes(); len(c) > 0 {
		t.Errorf("two places may use one key: %v", c)
	}
}

func TestOneCanAlwaysQuitAndMove(t *testing.T) {
	changes := map[string][]string{}
	for _, name := range Names() {
		changes[name] = nil
	}
	m := New(changes)
	for _, k := range fixed {
		if got, ok := m.Canonical("grid", k); got != k || !ok {
			t.Errorf("%s is %q, does something: %v", k, got, ok)
		}
	}
	if got := m.Of("move.up"); !slices.Equal(got, []string{"up"}) {
		t.Errorf("move.up has %v", got)
	}
}

func TestTheOperatorsKeysAreShown(t *testing.T) {
	m := New(map[string][]string{"trace.error-next": {"ctrl+n"}, "move.down": nil, "trace.zoom": nil})
	for _, c := range []struct {
		as       string
		defaults []string
		want     string
	}{
		{"e E", []string{"e", "E"}, "ctrl+n E"},
		{"up down", []string{"up", "down"}, "up down"},
		{"jk", []string{"j", "k"}, "down k"},
		{"z", []string{"z"}, ""},
		{"c C", []string{"c", "C"}, "c C"},
	} {
		if got := m.Shown("trace", c.as, c.defaults...); got != c.want {
			t.Errorf("%v: %q, want %q", c.defaults, got, c.want)
		}
	}
	if got := (*Map)(nil).Shown("trace", "e E", "e", "E"); got != "e E" {
		t.Errorf("by default %q", got)
	}
}

func TestNamesOfKeysThatNoTerminalSendsAreRefused(t *testing.T) {
	for name, says := range map[string]string{
		"pageup": "expected a letter or sign", "": "expected", "ctrl+": "expected", "shift+s": "write shift+s as the letter that it types: S",
		"ctrl+S": "write ctrl+s", "ctrl+i": "as tab", "ctrl+m": "write enter", "ctrl+[": "write esc", "ctrl+h": "write backspace",
		"ctrl+@": "write ctrl+space", "ctrl+2": "write ctrl+space", "ctrl+7": "write ctrl+_", "ctrl+j": "as down or enter",
		"ctrl+alt+i": "write alt+tab", "ctrl+alt+m": "write alt+enter", "ctrl+alt+[": "write alt+esc", "ctrl+alt+h": "write alt+backspace",
		"alt+ctrl+x": "write ctrl+alt+x", "alt+shift+s": "types: alt+S", "shift+1": "the sign that it types",
		"ctrl+enter": "write enter", "shift+space": "write space", "ctrl++": "terminals send nothing", "ctrl+ü": "terminals send nothing", "f13": "expected", "ab": "expected", " ": "expected", "hyper+a": "expected",
	} {
		if err := Check(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", name, err, says)
		}
	}
	for _, name := range []string{"s", "S", "ctrl+s", "alt+x", "ctrl+alt+left", "shift+tab", "f5", "space", "+", "ctrl+/", "ctrl+_", "ctrl+space", `ctrl+\`, "ctrl+alt+s", "alt+S", "alt+enter", "shift+delete", "ü", "pgup", "?"} {
		if err := Check(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTwoNamesOfOneKeyAreOneKey(t *testing.T) {
	for _, x := range [][]string{
		{"ctrl+space", "ctrl+@", "ctrl+2", "ctrl+`"}, {"ctrl+_", "ctrl+/", "ctrl+7"}, {"tab", "ctrl+i", "ctrl+I"}, {"enter", "ctrl+m", "shift+enter"},
		{"esc", "ctrl+[", "ctrl+3"}, {"backspace", "ctrl+h", "ctrl+?"}, {"S", "shift+s", "shift+S"}, {"ctrl+s", "ctrl+S", "ctrl+shift+s"},
		{"alt+S", "alt+shift+s", "shift+alt+s"}, {"ctrl+alt+x", "alt+ctrl+x"}, {"alt+tab", "ctrl+alt+i", "ctrl+alt+tab"},
		{"alt+enter", "ctrl+alt+m", "alt+ctrl+m", "ctrl+alt+enter"}, {"alt+esc", "ctrl+alt+["}, {"alt+backspace", "ctrl+alt+h"}, {"ctrl+alt+space", "ctrl+alt+@"},
		{"+"}, {"ctrl++"}, {"shift+tab"}, {"shift+up"},
	} {
		for _, name := range x {
			if got := Same(name); got != x[0] {
				t.Errorf("%s is %s, want %s", name, got, x[0])
			}
		}
	}
	for _, name := range Names() {
		_, a, _ := Find(name)
		for _, k := range a.Keys {
			if Same(k) != k {
				t.Errorf("%s: %s arrives as %s", name, k, Same(k))
			}
		}
	}
}

func TestAKeyArrivesByWhateverName(t *testing.T) {
	m := New(map[string][]string{"tenants.sort": {"ctrl+/", "ctrl+_", "alt+S"}, "move.down": nil})
	if got := m.Of("tenants.sort"); !slices.Equal(got, []string{"ctrl+/", "alt+S"}) {
		t.Errorf("one key twice: %v", got)
	}
	for pressed, want := range map[string]string{"ctrl+_": "s", "ctrl+/": "s", "alt+shift+s": "s", "ctrl+i": "tab", "shift+tab": "shift+tab"} {
		if got, ok := m.Canonical("tenants", pressed); got != want || !ok {
			t.Errorf("%s does what %s does, %v; want %s", pressed, got, ok, want)
		}
	}
	for _, two := range [][2]string{{"ctrl+/", "ctrl+_"}, {"ctrl+_", "ctrl+/"}, {"alt+enter", "ctrl+alt+m"}, {"ctrl+alt+h", "alt+backspace"}} {
		c := New(map[string][]string{"tenants.sort": {two[0]}, "tenants.movers": {two[1]}}).Clashes()
		if len(c) != 1 || c[0].Name != "tenants.movers" || c[0].Other != "tenants.sort" {
			t.Errorf("%v: %v", two, c)
		}
	}
}
