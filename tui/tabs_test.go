package tui

import (
	"testing"

	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestTheKeyOfTheTabOnTheScreenLeadsToItsList(t *testing.T) {
	for _, tt := range []struct {
		keys         []string
		title, scope string
		page         string // of alerts: what the command line calls it
	}{
		{[]string{"4", "a"}, "Alerts", "silences", page.AlertsSilences},
		{[]string{"4", "a", "4"}, "Alerts", "alerts", "alerts"},
		{[]string{"4", "enter", "4"}, "Alerts", "alerts", "alerts"},
		{[]string{"4", "a", "5", "4"}, "Alerts", "silences", page.AlertsSilences}, // as it was left
		{[]string{"4", "a", "5", "4", "4"}, "Alerts", "alerts", "alerts"},
		{[]string{"2", "o", "4", "a", "4"}, "Alerts", "alerts", "alerts"},
		{[]string{"2", "v", "2"}, "Tenants", "tenants", "tenants"},
		{[]string{"3", "n", "esc", "3"}, "Traces", "traces", "traces"},
	} {
		m, _ := newModel(t, pagetest.Reader(), 120, 40)
		press(m, tt.keys...)
		at := m.whereabouts()
		if top := m.nav.top(); top.Title() != tt.title || m.scope() != tt.scope || at.page != tt.page || at.alert != "" {
			t.Errorf("%v leads to %s, %s, %+v", tt.keys, top.Title(), m.scope(), at)
		}
	}
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "4", "a", "D") // a question is open: the digit is an answer to it, and no
	press(m, "4")
	if m.scope() != "silences" {
		t.Errorf("a question is left by a digit: %s", m.scope())
	}
}
