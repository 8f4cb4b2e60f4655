package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/keys"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// listed is the palette's entry of a title and a place.
func listed(t *testing.T, m *Model, title, about string) int {
	t.Helper()
	i := slices.IndexFunc(m.palette.found, func(f finding) bool {
		e := m.palette.entry(f)
		return e.title == title && e.about == about
	})
	if i < 0 {
		t.Fatalf("the palette lacks %q %q", title, about)
	}
	return i
}

func TestThePaletteListsTheCommandsOfAllPlaces(t *testing.T) {
	for _, at := range []string{"1", "2", "3", "4", "5"} {
		m := opened(t, at)
		entries := map[string]bool{}
		for _, e := range m.palette.entries {
			entries[e.title+"\x00"+e.about] = true
		}
		for _, s := range keys.Scopes() {
			i := slices.IndexFunc(places, func(p place) bool { return p.scope == s.ID })
			if s.ID == keys.Global || s.ID == keys.Move {
				continue
			}
			if i < 0 {
				t.Fatalf("no place of scope %s", s.ID)
			}
			for _, a := range s.Actions {
				if s.ID != m.scope() && !entries[a.What+"\x00"+places[i].where] {
					t.Errorf("on %s the palette lacks %s.%s", at, s.ID, a.ID)
				}
			}
		}
		if last := m.palette.entries[len(m.palette.entries)-1]; !last.away {
			t.Errorf("on %s what is elsewhere does not come last, but %s", at, last.title)
		}
	}
}

func TestACommandOfThisPlaceComesBeforeThoseOfOthers(t *testing.T) {
	for _, x := range []struct{ at, typed, first string }{
		{"3", "copy", "copy the trace id"},
		{"4", "copy", "copy the alert, or the rule's expression"},
		{"4", "sort by", "sort by the next column"},
		{"2", "sort by", "sort by the next column"},
	} {
		m := opened(t, x.at)
		typed(m, x.typed)
		if e := m.palette.entry(m.palette.found[0]); e.title != x.first || e.away {
			t.Errorf("on %s %q finds %q %q first", x.at, x.typed, e.title, e.about)
		}
	}
}

func TestACommandOfAnotherPlaceIsDoneThere(t *testing.T) {
	for _, x := range []struct {
		at                []string
		title, about, key string
		page, scope, says string // says: on the screen
		lacks             string
		without           map[string][]string
	}{
		{at: []string{"1"}, title: "sort by the next column", about: "on Tenants", key: "2 then s", page: "Tenants", scope: "tenants", says: "sorted by"},
		{at: []string{"1"}, title: "sort by the next column", about: "on Alerts", key: "4 then s", page: "Alerts", scope: "alerts", says: "by name"},
		{at: []string{"4", "a", "1"}, title: "sort by the next column", about: "on Alerts", page: "Alerts", scope: "alerts", says: "by name"},
		{at: []string{"4", "enter", "1"}, title: "sort by the next column", about: "on Alerts", page: "Alerts", scope: "alerts", says: "by name"},
		{at: []string{"4", "enter"}, title: "sort by the next column", about: "on this page", key: "s", page: "Alerts", scope: "alerts", says: "by name"},
		{at: []string{"5"}, title: "search form", about: "on Traces", key: "3 then n", page: "search", says: "Search for traces"},
		{at: []string{"5"}, title: "new silence", about: "on Silences", key: "4 then a then n", page: "Alerts", scope: "silences", says: "New silence"},
		{at: []string{"5"}, title: "against 1 h, 1 d, 1 w ago", about: "on Movers", key: "2 then v then w", page: "Movers", scope: "movers", says: "against 1 d"},
		{at: []string{"5"}, title: "silence this alert", about: "on Alerts", key: "4 then z", page: "Alerts", scope: "alerts", says: "select it here, then z: silence this alert", lacks: "New silence"},
		{at: []string{"5"}, title: "expire it now; asks first", about: "on Silences", page: "Alerts", scope: "silences", says: "select it here, then D: expire it now; asks first", lacks: "Expire this"},
		{at: []string{"5"}, title: "silence this alert", about: "on Alerts", without: map[string][]string{"alerts.silence": {}}, page: "Alerts", scope: "alerts", says: "select it here: silence this alert"},
		{at: []string{"5"}, title: "next failed span", about: "in one trace", key: "… then e", page: "Traces", scope: "traces", says: "that is done in one trace: enter here opens one"},
		{at: []string{"5"}, title: "ten columns earlier", about: "in a panel full screen", page: "Overview", scope: "grid", says: "in a panel full screen: f here opens one"},
		{at: []string{"5"}, title: "the span in B, in a comparison", about: "in an analysis of traces", page: "Traces", scope: "traces", says: "d here opens one"},
	} {
		m := withKeys(t, x.without)
		press(m, x.at...)
		press(m, ":")
		i := listed(t, m, x.title, x.about)
		if e := m.palette.entry(m.palette.found[i]); x.key != "" && e.key != x.key {
			t.Errorf("%s %s: the key is %q", x.title, x.about, e.key)
		}
		run(m, m.runEntry(i))
		run(m, m.tellAll(page.DataMsg{}))
		got := ansi.Strip(m.Frame(160, 40))
		if m.nav.top().Title() != x.page || m.scope() != x.scope || !strings.Contains(got, x.says) || x.lacks != "" && strings.Contains(got, x.lacks) {
			t.Errorf("%v, %s %s: page %q, scope %q:\n%s", x.at, x.title, x.about, m.nav.top().Title(), m.scope(), got)
		}
	}
}

func TestWhatIsTypedElsewhereIsNotLostToThePalette(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "4", "z")
	m.nav.open(0)
	press(m, ":")
	run(m, m.runEntry(listed(t, m, "sort by the next column", "on Alerts")))
	if got := ansi.Strip(content(m)); !m.typing() || !strings.Contains(got, "leave it first") {
		t.Errorf("typing %v:\n%s", m.typing(), got)
	}
}

func TestNothingThatWritesIsListedWhereNothingMayBeWritten(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	m.o.Silencer = nil
	press(m, ":")
	for _, e := range m.palette.entries {
		if e.title == "new silence" || e.title == "silence this alert" || strings.HasPrefix(e.title, "expire") {
			t.Errorf("%s %s is listed", e.title, e.about)
		}
	}
}

func TestThePaletteActsOnThePageWhoseCommandsItLists(t *testing.T) {
	m := opened(t, "2")
	listed(t, m, "reverse the order", "") // of the tenants
	open(m, page.OpenTrace{ID: "4bf92f3577b34da6a3ce929d0e0e4736"})
	if !m.palette.open {
		t.Fatal("the palette was closed")
	}
	listed(t, m, "reverse the order", "on Tenants")
	run(m, m.runEntry(listed(t, m, "flame graph: spans merged by path", "")))
	if got := ansi.Strip(m.Frame(120, 40)); m.scope() != "trace" || !strings.Contains(got, "f to the waterfall") {
		t.Errorf("in %q:\n%s", m.scope(), got)
	}
}
