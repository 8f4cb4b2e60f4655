package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// head is the status bar and the tabs.
func head(m *Model) string {
	return strings.Join(strings.Split(ansi.Strip(content(m)), "\n")[:m.headLines()], "\n")
}

func TestTheTimeOfTheCursorIsWritten(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		m, _ := newModel(t, pagetest.Reader(), width, 24)
		press(m, "[")
		press(m, ",", ",")
		at := m.picked(m.window).UTC().Format("15:04:05")
		got := head(m)
		if !strings.Contains(got, "cursor "+at) || !strings.Contains(got, "✖") || !strings.Contains(got, "PAST") {
			t.Errorf("%d columns: no cursor at %s, or what fires or the badge gone:\n%s", width, at, got)
		}
		press(m, "esc")
		if got := head(m); strings.Contains(got, "cursor") {
			t.Errorf("%d columns: dropped, and still there:\n%s", width, got)
		}
	}
}

// Nobody is told that esc leads back while it only drops the cursor.
func TestTheHeadSaysWhatEscDoes(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		m, _ := newModel(t, pagetest.Reader(), width, 24)
		press(m, ",", "2", "b")
		if got := head(m); strings.Contains(got, "esc back") || !strings.Contains(got, "cursor ") || width >= 80 && !strings.Contains(got, "esc drops it") {
			t.Errorf("%d columns, with a cursor:\n%s", width, got)
		}
		top := m.nav.top()
		press(m, "esc")
		if got := head(m); m.nav.top() != top || strings.Contains(got, "cursor") || width >= 80 && !strings.Contains(got, "esc back") {
			t.Errorf("%d columns, dropped:\n%s", width, got)
		}
		press(m, "esc")
		if m.nav.top() == top {
			t.Errorf("%d columns: esc does not lead back", width)
		}
	}
}

func TestTheClockSaysItsZoneOnEveryScreen(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {40, 16}, {60, 15}, {80, 24}, {120, 40}} {
		for _, keys := range [][]string{nil, {"["}, {"space"}, {"2", "enter", "enter"}} {
			m, _ := newModel(t, pagetest.Reader(), size[0], size[1])
			press(m, keys...)
			if got := head(m); !strings.Contains(got, "14:05Z") && !strings.Contains(got, "14:05:32Z") && !strings.Contains(got, "14:05:32 UTC") {
				t.Errorf("%v after %v: no UTC:\n%s", size, keys, got)
			}
			m.clock.utc = false
			m.dirtyHead = true
			if got := head(m); !strings.Contains(got, "15:05 CET") && !strings.Contains(got, "15:05:32 CET") {
				t.Errorf("%v after %v: no CET:\n%s", size, keys, got)
			}
		}
	}
}

func TestWithoutTabsTheHeadNamesThePage(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 60, 12)
	press(m, "4")
	if got := head(m); !strings.Contains(got, "4 Alerts") || !strings.Contains(got, "✖1") && !strings.Contains(got, "✖ 1") || !strings.Contains(got, "degraded") {
		t.Errorf("%s", got)
	}
}

func TestATenantsPageSaysWhoseItIsOnEveryScreen(t *testing.T) {
	for _, height := range []int{12, 24} {
		for _, key := range []string{"0", "[", "space"} {
			heads := map[int]map[string]bool{}
			for _, id := range []string{"globex", "tenant-of-umbrella-00041", "tenant-of-umbrella-00042"} {
				m, _ := newModel(t, pagetest.Reader(), 40, height)
				open(m, page.OpenTenant{ID: id})
				press(m, key)
				for width := 40; width <= 200; width++ {
					m.resize(width, height)
					line := m.statusLine(width)
					if m.headLines() > 1 {
						line = m.tabLine(width)
					}
					if line = ansi.Strip(line); id == "globex" && !strings.Contains(line, "globex") {
						t.Errorf("%d columns after %s: %s", width, key, line)
					}
					if heads[width] == nil {
						heads[width] = map[string]bool{}
					}
					heads[width][line] = true
				}
			}
			for width, lines := range heads {
				if len(lines) < 3 {
					t.Errorf("%d columns after %s: tenants can't be told apart: %v", width, key, lines)
				}
			}
		}
	}
}

func TestANoticeLeavesTheClockAndTheWayBack(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		for _, n := range []int{10, 40, 100, 300} {
			m, _ := newModel(t, pagetest.Reader(), width, 24)
			press(m, "2", "b")
			m.say(page.Notice{Text: "said " + strings.Repeat("x", n-5)})
			line := ansi.Strip(m.tabLine(width))
			if !strings.Contains(line, "· said x") || !strings.Contains(line, "14:05") || ansi.StringWidth(line) != width {
				t.Errorf("%d columns, %d letters: %q", width, n, line)
			}
			whole := strings.Contains(line, strings.Repeat("x", n-5))
			if !whole && !strings.Contains(line, "…") || whole && n+8 > width {
				t.Errorf("%d columns, %d letters: cut without a mark: %q", width, n, line)
			}
			if fits := n+2+30 <= width; fits != strings.Contains(line, "esc back  2 › Error budget") && n != 40 {
				t.Errorf("%d columns, %d letters: %q", width, n, line)
			}
		}
	}
}
