package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/keys"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// withKeys is a model whose operator has chosen keys.
func withKeys(t testing.TB, changes map[string][]string) *Model {
	t.Helper()
	o := options(pagetest.Reader(), themes.Default)
	o.Keys = keys.New(changes)
	if c := o.Keys.Clashes(); len(c) > 0 {
		t.Fatalf("the config would refuse these keys: %v", c)
	}
	m := New(o)
	t.Cleanup(m.Close)
	m.Frame(120, 40)
	return m
}

func TestEveryKeyThatAPageNamesIsInTheRegistry(t *testing.T) {
	for _, sc := range screens {
		m, _ := newModel(t, pagetest.Reader(), 120, 40)
		if sc.open != nil {
			open(m, sc.open)
		}
		press(m, sc.keys...)
		if m.typing() {
			continue // what is typed has no actions
		}
		if s, ok := m.nav.top().(page.Scoped); ok && !slices.ContainsFunc(keys.Scopes(), func(k keys.Scope) bool { return k.ID == s.Scope() }) {
			t.Errorf("%s: the registry has no scope %q", sc.name, s.Scope())
		}
		for _, b := range append(m.nav.top().Bindings(), globalKeys().list()...) {
			for _, k := range b.Keys() {
				if _, _, ok := keys.Known(m.scope(), k); !ok {
					t.Errorf("%s: the registry has no %q of scope %q: %s", sc.name, k, m.scope(), b.Help().Desc)
				}
			}
		}
	}
}

func TestPagesGetTheKeysTheyKnowWhateverTheOperatorPresses(t *testing.T) {
	m := withKeys(t, map[string][]string{"tenants.sort": {"ctrl+s"}, "move.down": {"ctrl+d"}, "global.filter": {"f3"}, "global.refresh": {"R"}})
	rec := &recorder{Page: m.nav.tabs[1].page}
	m.nav.stack = []page.Page{scopedRecorder{rec, "tenants"}}
	press(m, "ctrl+s", "ctrl+d", "j", "s", "S", "f3", "/")
	if want := []string{"s", "down", "S", "/"}; !slices.Equal(rec.got, want) {
		t.Errorf("the page got %v, want %v", rec.got, want)
	}
	rec.capturing, rec.got = true, nil
	press(m, "ctrl+s", "ctrl+d", "s", "/", "R")
	if want := []string{"ctrl+s", "ctrl+d", "s", "/", "R"}; !slices.Equal(rec.got, want) {
		t.Errorf("what is typed arrives as %v, want %v", rec.got, want)
	}
}

// scopedRecorder is a recorder in a scope.
type scopedRecorder struct {
	*recorder
	scope string
}

func (r scopedRecorder) Scope() string { return r.scope }

func TestGlobalKeysAreTheOperators(t *testing.T) {
	m := withKeys(t, map[string][]string{"global.tenants": {"ctrl+t"}, "global.help": {"!", "f2"}, "global.quit": {"Q"}})
	press(m, "2")
	if got := m.nav.top().Title(); got != "Overview" {
		t.Errorf("2 was moved away and leads to %s", got)
	}
	press(m, "ctrl+t")
	if got := m.nav.top().Title(); got != "Tenants" {
		t.Errorf("ctrl+t leads to %s", got)
	}
	if _, cmd := m.Update(pagetest.Key("q")); cmd != nil {
		t.Error("q was moved away and does something")
	}
	if _, cmd := m.Update(pagetest.Key("ctrl+c")); cmd == nil {
		t.Error("ctrl+c does not quit")
	}
	if got := ansi.Strip(content(m)); !strings.Contains(got, "! f2 help") {
		t.Errorf("the screen does not name the operator's key for help:\n%s", got)
	}
	press(m, "!", "!")
	if m.help.open {
		t.Error("the operator's own key does not close the help")
	}
}

func TestHelpAndFootersNameTheOperatorsKeys(t *testing.T) {
	m := withKeys(t, map[string][]string{"trace.zoom": {"W"}, "trace.error-next": {"!"}, "trace.flame": nil})
	press(m, "2", "enter", "enter")
	if got := ansi.Strip(content(m)); !strings.Contains(got, " W zoom ") || strings.Contains(got, "f flame") {
		t.Errorf("the footer does not name W, or names f:\n%s", got)
	}
	press(m, "?")
	got := ansi.Strip(content(m))
	for _, want := range []string{"W Z            zoom into", "! E            next, previous failed span", "no key         flame graph"} {
		if !strings.Contains(got, want) {
			t.Errorf("the help lacks %q:\n%s", want, got)
		}
	}
}

func TestF1OpensTheHelpWhereAQuestionMarkIsTyped(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	for _, keys := range [][]string{{"3", "n"}, {"2", "/"}} {
		press(m, keys...)
		press(m, "?")
		if m.help.open || !m.typing() {
			t.Fatalf("%v: ? is not typed", keys)
		}
		if got := ansi.Strip(content(m)); !strings.Contains(got, "f1 help") {
			t.Errorf("%v: nothing tells of f1:\n%s", keys, got)
		}
		press(m, "f1")
		if !m.help.open {
			t.Fatalf("%v: f1 opens no help", keys)
		}
		press(m, "f1")
		if m.help.open || !m.typing() {
			t.Errorf("%v: f1 does not lead back to what is typed", keys)
		}
		press(m, "esc")
	}
}

func TestF1OpensTheHelpOverThePaletteAndThePromptAndLeadsBackToThem(t *testing.T) {
	for _, c := range []struct {
		open string
		is   func(m *Model) bool
		help []string // what it lists
	}{
		{":", func(m *Model) bool { return m.palette.open && m.palette.input.Text == "te?" }, []string{"While you type", "run what is selected"}},
		{"@", func(m *Model) bool { return m.prompt.open && m.prompt.text == "te?" }, []string{"While you type", "go to 14:05, yesterday 14:00"}},
	} {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {60, 12}} {
			m, _ := newModel(t, pagetest.Reader(), size[0], size[1])
			press(m, c.open, "t", "e", "?")
			if m.help.open || !c.is(m) {
				t.Fatalf("%s: ? is not typed", c.open)
			}
			if got := strings.Join(strings.Split(ansi.Strip(content(m)), "\n")[:2], "\n"); size[1] > 12 && (!strings.Contains(got, "f1") || strings.Contains(got, "? help")) {
				t.Errorf("%s %v: nothing tells of f1, or ? is said to help:\n%s", c.open, size, got)
			}
			for _, closes := range []string{"f1", "esc"} {
				press(m, "f1")
				got := ansi.Strip(content(m))
				for _, want := range c.help {
					if !m.help.open || !strings.Contains(got, want) {
						t.Errorf("%s %v: no %q in\n%s", c.open, size, want, got)
					}
				}
				if strings.Contains(got, "Everywhere") {
					t.Errorf("%s: it lists keys that would be typed:\n%s", c.open, got)
				}
				if press(m, closes); m.help.open || !c.is(m) {
					t.Errorf("%s: %s does not lead back", c.open, closes)
				}
			}
			if press(m, "esc"); c.is(m) {
				t.Errorf("%s: esc does not leave it", c.open)
			}
		}
	}
}

func TestEveryActionOfTheRegistryIsDoneSomewhere(t *testing.T) {
	done := map[string]bool{}
	note := func(m *Model) {
		for _, b := range append(m.nav.top().Bindings(), globalKeys().list()...) {
			for _, k := range b.Keys() {
				if name, _, ok := keys.Known(m.scope(), k); ok {
					done[name] = true
				}
			}
		}
	}
	for _, sc := range screens {
		m := arrive(t, sc, plain, [2]int{120, 40})
		if note(m); sc.name == "overview" {
			for range m.o.Dashboards[0].Panels { // what a panel can do depends on its kind
				press(m, "tab")
				note(m)
			}
		}
	}
	for _, name := range keys.Names() {
		if !done[name] {
			t.Errorf("no page names a key of %s", name)
		}
	}
}

func TestTheHelpTellsWhatKeysDoWhileOneTypes(t *testing.T) {
	m := withKeys(t, map[string][]string{"move.page-up": {"ctrl+y"}, "global.help": {"?", "f2"}})
	press(m, "3", "n", "f2")
	got := ansi.Strip(content(m))
	for _, want := range []string{"While you type", "f2             this help", "ctrl+u         empty it", "ctrl+up pgup   an earlier search"} {
		if !strings.Contains(got, want) {
			t.Errorf("the help lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Everywhere") {
		t.Errorf("it lists keys that would be typed:\n%s", got)
	}
}
