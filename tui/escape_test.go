package tui

import (
	"testing"
)

// A terminal sends two presses of esc in quick succession as it sends alt+esc.
func TestTwoEscapesAtOnceAreTwo(t *testing.T) {
	s := showOn(t, 120, 40)
	s.shows(0, "Overview")
	for key, open := range map[string]string{":": "enter runs it", "?": "esc closes", "@": "go to:"} {
		before := s.size()
		s.press(key)
		s.shows(before, open)
		before = s.size()
		s.press("\x1b\x1b") // what is open; then there is nothing left
		s.shows(before, "nothing to go back to")
	}
	s.press("q")
	if err := s.ends(); err != nil {
		t.Error(err)
	}
}

func TestAltEscIsTwoPressesUnlessTheOperatorHasGivenItSomethingToDo(t *testing.T) {
	for _, tt := range []struct {
		changes map[string][]string
		keys    []string
		title   string
	}{
		{nil, []string{"2", "o", "/", "alt+esc"}, "Tenants"},               // the filter, the tenant
		{nil, []string{"2", "o", "4", "z", "alt+esc"}, "tenant acme-corp"}, // the form, then where one was deeper
		{map[string][]string{"global.health": {"alt+esc"}}, []string{"2", "o", "alt+esc"}, "Health"},
		{map[string][]string{"global.health": {"alt+esc"}}, []string{"4", "z", "alt+esc"}, "Alerts"}, // what is typed is never changed
	} {
		m := withKeys(t, tt.changes)
		press(m, tt.keys...)
		if got := m.nav.top().Title(); got != tt.title || m.typing() {
			t.Errorf("%v with %v leads to %s (typing: %v), want %s", tt.keys, tt.changes, got, m.typing(), tt.title)
		}
	}
}
