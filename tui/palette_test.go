package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/keys"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// titles are the palette's found entries: "kind title".
func titles(m *Model) []string {
	var out []string
	for _, h := range m.palette.found {
		e := m.palette.entry(h)
		out = append(out, e.kind.String()+" "+e.title)
	}
	return out
}

// opened is the model with the palette open, and what enter brings after typing.
func opened(t *testing.T, keys ...string) *Model {
	t.Helper()
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, keys...)
	press(m, ":")
	if !m.palette.open {
		t.Fatal(": opens no palette")
	}
	return m
}

func TestThePaletteHoldsEveryCommandPagePanelTenantServiceAndAlert(t *testing.T) {
	m := opened(t, "2")
	got := titles(m)
	want := []string{"command sort by the next column", "command longer window", "page Health", "service deeplake-api", "alert SlowSearchQueries"}
	for _, id := range pagetest.Tenants {
		want = append(want, "tenant "+id)
	}
	for _, d := range m.o.Dashboards {
		for _, p := range d.Panels {
			want = append(want, "panel "+p.Title)
		}
	}
	for _, b := range m.nav.top().Bindings() {
		for _, k := range b.Keys() {
			if name, a, ok := keys.Known("tenants", k); ok && command(name) && !slices.ContainsFunc(m.palette.entries, func(e entry) bool {
				return e.kind == kindCommand && e.key == strings.Join(a.Keys, " ")
			}) {
				t.Errorf("no command of %s", name)
			}
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("the palette lacks %q", w)
		}
	}
	if got := ansi.Strip(content(m)); !strings.Contains(got, fmt.Sprintf("%d of %d", len(m.palette.found), len(m.palette.found))) {
		t.Errorf("it does not say how many there are:\n%s", got)
	}
}

func TestWhatBeginsWithWhatIsTypedComesFirst(t *testing.T) {
	for _, c := range []struct{ typed, first string }{
		{"acme", "tenant acme-corp"},
		{"tenants", "page Tenants"},
		{"wonk", "tenant wonka"},
		{"massdyn", "tenant massive-dynamic"}, // letters in their order
		{"dynamic", "tenant massive-dynamic"},
		{"slow", "alert SlowSearchQueries"},
		{"alert acme cache", "alert LowCacheHitRate"}, // several words, one of them a kind
		{"service api", "service deeplake-api"},
		{"reverse", "command reverse the order"},
		{"QUIT", "command quit"},
	} {
		m := opened(t, "2")
		typed(m, c.typed)
		if got := titles(m); len(got) == 0 || got[0] != c.first {
			t.Errorf("%q finds %.5q, want %q first", c.typed, got, c.first)
		}
	}
}

func TestEnterRunsWhatIsSelected(t *testing.T) {
	for _, c := range []struct {
		typed string
		ran   func(m *Model) bool
	}{
		{"page health", func(m *Model) bool { return m.nav.top() == m.nav.tabs[4].page }},
		{"panel errors", func(m *Model) bool { return m.nav.top().Title() == "Errors" && len(m.nav.stack) == 2 }},
		{"service deeplake-api", func(m *Model) bool { return m.nav.top().Title() == "traces: deeplake-api" }},
		{"alert slow", func(m *Model) bool {
			return m.nav.top() == m.nav.tabs[3].page && strings.Contains(selectedLine(m), "SlowSearchQueries")
		}},
		{"longer window", func(m *Model) bool { return m.window > 1e9*3600 }},
		{"sort by the next", func(m *Model) bool { return strings.Contains(content(m), "sorted by") }},
	} {
		m := opened(t, "2")
		typed(m, c.typed)
		press(m, "enter")
		if m.palette.open || !c.ran(m) {
			t.Errorf("%q: open %v, the screen shows\n%s", c.typed, m.palette.open, ansi.Strip(content(m)))
		}
	}
}

// selectedLine is the line with the pointer.
func selectedLine(m *Model) string {
	for line := range strings.SplitSeq(ansi.Strip(content(m)), "\n") {
		if strings.HasPrefix(line, m.styles.Glyphs.Pointer) {
			return line
		}
	}
	return ""
}

func TestATenantOfThePaletteOpensItsOwnPage(t *testing.T) {
	m := opened(t)
	typed(m, "tenant globex")
	_, cmd := m.Update(pagetest.Key("enter"))
	if cmd == nil {
		t.Fatal("enter does nothing")
	}
	if got := collected(cmd); !slices.Contains(got, tea.Msg(page.OpenTenant{ID: "globex"})) {
		t.Errorf("enter asks for %v", got)
	}
}

// collected are the messages that a command brings.
func collected(cmd tea.Cmd) (out []tea.Msg) {
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			if c != nil {
				out = append(out, collected(c)...)
			}
		}
	default:
		out = append(out, msg)
	}
	return out
}

func TestThePaletteShowsTheOperatorsKeyBesideACommand(t *testing.T) {
	m := withKeys(t, map[string][]string{"tenants.sort": {"ctrl+s"}, "global.palette": {"ctrl+o"}})
	press(m, "2", ":")
	if m.palette.open {
		t.Fatal("the key was moved away and opens the palette")
	}
	press(m, "ctrl+o")
	typed(m, "sort by")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "sort by the next column") || !strings.Contains(got, "ctrl+s") {
		t.Errorf("%s", got)
	}
	press(m, "enter")
	if !strings.Contains(content(m), "sorted by") {
		t.Error("the command of a moved key does nothing")
	}
}

func TestWhatWasUsedLastComesFirstWhileNothingIsTyped(t *testing.T) {
	m := opened(t)
	typed(m, "page health")
	press(m, "enter", ":")
	typed(m, "service deeplake-api")
	press(m, "enter", ":")
	if got := titles(m)[:2]; !slices.Equal(got, []string{"service deeplake-api", "page Health"}) {
		t.Errorf("%q", got)
	}
	press(m, "down", "enter")
	if m.nav.top() != m.nav.tabs[4].page {
		t.Errorf("down and enter lead to %s", m.nav.top().Title())
	}
}

func TestThePaletteIsTypedInto(t *testing.T) {
	m := opened(t)
	typed(m, "q?1/:")
	if !m.palette.open || m.palette.input.Text != "q?1/:" {
		t.Errorf("open %v, text %q", m.palette.open, m.palette.input.Text)
	}
	if got := ansi.Strip(content(m)); !strings.Contains(got, "nothing is called q?1/:") {
		t.Errorf("%s", got)
	}
	press(m, "ctrl+u", "w", "backspace")
	m.Update(tea.PasteMsg{Content: "glo\x1bbex"})
	if got := titles(m); len(got) == 0 || got[0] != "tenant globex" {
		t.Errorf("pasted text finds %q", got)
	}
	press(m, "esc")
	if m.palette.open || m.nav.top().Title() != "Overview" {
		t.Errorf("esc: open %v, page %s", m.palette.open, m.nav.top().Title())
	}
}

func TestThePaletteFitsTheSmallestScreen(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {200, 60}} {
		m, _ := newModel(t, pagetest.Reader(), size[0], size[1])
		press(m, ":")
		for range 30 {
			press(m, "down")
		}
		lines := strings.Split(ansi.Strip(content(m)), "\n")
		if len(lines) > size[1] || !strings.Contains(strings.Join(lines, "\n"), ":_") || selectedLine(m) == "" {
			t.Errorf("%v:\n%s", size, strings.Join(lines, "\n"))
		}
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > size[0] {
				t.Errorf("%v: %d cells: %q", size, w, l)
			}
		}
		typed(m, "acme")
		if got := selectedLine(m); !strings.Contains(got, "tenant") || !strings.Contains(got, "acme-corp") {
			t.Errorf("%v: %q", size, got)
		}
	}
}

// manyTenants is a service with n tenants.
func manyTenants(n int) *feedtest.Reader {
	r := pagetest.Reader()
	few := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		if !strings.Contains(q.Expr, `"stat", "rate"`) {
			return few(q)
		}
		v := sources.Vector{At: pagetest.Now}
		for i := range n {
			for _, stat := range []string{"rate", "p95"} {
				v.Samples = append(v.Samples, sources.Sample{Value: 1, Labels: sources.Labels{"stat": stat, "tenant_id": fmt.Sprintf("tenant-%05d-of-%s", i, pagetest.Tenants[i%12])}})
			}
		}
		return feedtest.Value(v, pagetest.Now)
	}
	return r
}

func TestThePaletteCountsTenThousandTenants(t *testing.T) {
	m, _ := newModel(t, manyTenants(10_000), 120, 40)
	press(m, "4", ":")
	if n := len(m.palette.tenants); n != 10_000 {
		t.Fatalf("%d tenants", n)
	}
	typed(m, "09876")
	if got := titles(m); len(got) == 0 || got[0] != "tenant tenant-09876-of-"+pagetest.Tenants[9876%12] {
		t.Errorf("%.3q", got)
	}
}

// BenchmarkPalette is one key typed into the palette of 10,000 tenants, with the frame that it leads to.
func BenchmarkPalette(b *testing.B) {
	o := options(manyTenants(10_000), themes.Default)
	m := New(o)
	defer m.Close()
	m.Frame(120, 40)
	m.act(pressOf("4"))
	_, cmd := m.Update(pagetest.Key(":"))
	run(m, cmd)
	m.View()
	word := []string{"t", "e", "n", "a", "9", "8"}
	i := 0
	for b.Loop() {
		if i == len(word) {
			m.Update(pagetest.Key("ctrl+u"))
			i = 0
		}
		m.Update(pagetest.Key(word[i]))
		m.View()
		i++
	}
}

// A key that is cut cannot be pressed.
func TestThePaletteShowsKeysWhole(t *testing.T) {
	for _, width := range []int{40, 80, 120} {
		m, _ := newModel(t, pagetest.Reader(), width, 24)
		press(m, "3", ":")
		for range len(m.palette.found) {
			h := m.palette.found[m.palette.at]
			key := m.palette.entry(h).key
			text := ansi.Strip(strings.Join(m.paletteLines(width, 23), "\n"))
			for line := range strings.SplitSeq(text, "\n") {
				if strings.HasPrefix(line, m.styles.Glyphs.Pointer) && !strings.HasSuffix(strings.TrimRight(line, " "), key) {
					t.Errorf("%d columns: no %q in %q", width, key, line)
				}
			}
			press(m, "down")
		}
	}
}

func TestThePaletteTellsTheKeysOfPagesWithinPages(t *testing.T) {
	for _, c := range []struct{ at, want string }{
		{"1", "Movers v|Noisy neighbours 2 then n|Error budget 2 then b|Silences 4 then a"},
		{"2", "Movers v|Noisy neighbours n|Error budget b|Silences 4 then a"},
		{"4", "Movers 2 then v|Noisy neighbours 2 then n|Error budget 2 then b|Silences a"},
	} {
		m := opened(t, c.at)
		var got []string
		for _, e := range m.palette.entries {
			if e.kind == kindPage && e.about != "" {
				got = append(got, e.title+" "+e.key)
			}
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("on %s: %s, want %s", c.at, s, c.want)
		}
	}
}

func TestTheEndOfALongQueryIsSeen(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 40, 12)
	press(m, ":")
	typed(m, "what changed most against an hour before end")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "before end_") {
		t.Errorf("%s", got)
	}
}
