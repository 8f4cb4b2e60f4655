package tui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

var pages = [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"3", "enter", "end", "enter"}, {"1", "down", "f"}, {"1", "f", "left"}, {"?"}}

func TestEveryLineFits(t *testing.T) {
	failed := &sources.Error{Source: "prometheus", Asked: "rules", Reason: strings.Repeat("no route to host ", 20), Kind: sources.Refused}
	down := &feedtest.Reader{Clock: pagetest.Now, HealthSnap: feedtest.Failed[sources.HealthReport](failed, pagetest.Now),
		AlertsSnap: feedtest.Failed[[]sources.Alert](failed, pagetest.Now), RulesSnap: feedtest.Failed[[]sources.Rule](failed, pagetest.Now)}
	for name, r := range map[string]*feedtest.Reader{"full": pagetest.Reader(), "empty": {Clock: pagetest.Now}, "down": down} {
		for _, size := range [][2]int{{40, 10}, {59, 15}, {80, 24}, {99, 31}, {120, 40}, {200, 60}} {
			m, _ := newModel(t, r, size[0], size[1])
			for _, keys := range pages {
				press(m, append([]string{"1"}, keys...)...)
				lines := strings.Split(content(m), "\n")
				if len(lines) > size[1] {
					t.Errorf("%s %v %v: %d lines", name, size, keys, len(lines))
				}
				for i, l := range lines {
					if w := ansi.StringWidth(l); w > size[0] {
						t.Errorf("%s %v %v: line %d is %d cells wide: %q", name, size, keys, i, w, ansi.Strip(l))
					}
				}
				press(m, "esc")
			}
		}
	}
}

func TestNoKeySequencePanics(t *testing.T) {
	keys := []string{"1", "2", "3", "4", "5", "6", "up", "down", "left", "right", "h", "j", "k", "l", "tab", "shift+tab", "enter", "enter",
		"esc", "f", "?", "r", "+", "-", "/", "a", "z", "backspace", "s", "S", "e", "space", "pgup", "pgdown", "home", "end", "g", "G"}
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		r := pagetest.Reader()
		m, _ := newModel(t, r, 80, 24)
		var done []string
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("seed %d: %v after %v", seed, p, done)
				}
			}()
			for range 150 {
				k := keys[rnd.IntN(len(keys))]
				done = append(done, k)
				press(m, k)
				switch rnd.IntN(12) {
				case 0:
					m.Update(tea.WindowSizeMsg{Width: rnd.IntN(130), Height: rnd.IntN(45)})
				case 1:
					r.Clock = r.Clock.Add(time.Duration(rnd.IntN(20)) * time.Second)
					m.Update(page.DataMsg{})
				case 2: // the data goes away, or comes back
					if full := pagetest.Reader(); rnd.IntN(2) == 0 {
						*r = feedtest.Reader{Clock: r.Clock}
					} else {
						full.Clock = r.Clock
						*r = *full
					}
					m.Update(page.DataMsg{})
				}
				m.View()
			}
		}()
	}
}

// hostile is a tenant as an attacker would name it, as a client hands it on.
var hostile = sources.CleanName("a\x1b]0;x\x07\x1b[2J\u202eb")

func TestAHostileTenantIsHarmlessText(t *testing.T) {
	r := pagetest.Reader()
	rename := func(l sources.Labels) {
		if l["tenant_id"] == pagetest.Tenants[0] {
			l["tenant_id"] = hostile
		}
	}
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		for _, x := range s.Value.Samples {
			rename(x.Labels)
		}
		return s
	}
	r.HealthSnap.Value.Checks[6].Message = sources.Clean("\x1b]52;c;cm0gLXJm\x07 timeout")
	m, _ := newModel(t, r, 120, 40)
	for _, keys := range pages {
		press(m, keys...)
		plain := ansi.Strip(content(m))
		for _, c := range plain {
			if c < ' ' && c != '\n' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == 0x202e {
				t.Fatalf("%v: control character %U on the screen", keys, c)
			}
		}
		for _, seq := range []string{"\x1b]", "\x1b[2J"} {
			if strings.Contains(content(m), seq) {
				t.Fatalf("%v: escape sequence %q on the screen", keys, seq)
			}
		}
	}
	press(m, "esc", "2")
	if !strings.Contains(ansi.Strip(content(m)), hostile) {
		t.Errorf("the tenant %q is not shown", hostile)
	}
}
