package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page/pagetest"
)

func TestThePaletteFindsEveryRuleAndOpensTheAlertsPageOnIt(t *testing.T) {
	for _, x := range []struct{ typed, title, about string }{
		{"higherrorrate", "HighErrorRate", "inactive severity=critical in group deeplake"},
		{"highmemory", "HighMemoryUsage", "rule fails severity=warning in group deeplake"},
		{"alert slow", "SlowSearchQueries", "firing search_type=hybrid tenant_id=" + pagetest.Tenants[0]},
	} {
		m := opened(t)
		typed(m, x.typed)
		if len(m.palette.found) == 0 {
			t.Errorf("%q finds nothing", x.typed)
			continue
		}
		if e := m.palette.entry(m.palette.found[0]); e.kind != kindAlert || e.title != x.title || e.about != x.about {
			t.Errorf("%q finds %s %s %q", x.typed, e.kind, e.title, e.about)
		}
		press(m, "enter")
		if m.nav.top() != m.nav.tabs[3].page || !strings.Contains(selectedLine(m), x.title) {
			t.Errorf("%q leads to %q:\n%s", x.typed, selectedLine(m), ansi.Strip(content(m)))
		}
	}
}

func TestOfTwoRulesOfOneNameThePaletteOpensTheOneThatWasChosen(t *testing.T) {
	r := pagetest.Reader()
	rules := pagetest.Rules()
	again := rules[4]
	again.Group, again.Labels, again.Health = "later", sources.Labels{"severity": "warning"}, "unknown"
	r.RulesSnap = feedtest.Value(append(rules, again), pagetest.Now)
	m, _ := newModel(t, r, 120, 40)
	press(m, ":")
	run(m, m.runEntry(listed(t, m, "HighErrorRate", "not evaluated severity=warning in group later")))
	if got := selectedLine(m); !strings.Contains(got, "HighErrorRate") || !strings.Contains(got, "not evaluated") {
		t.Errorf("%q is selected", got)
	}
}

func TestThePaletteSaysOfAnAlertWhatTheAlertsPageSays(t *testing.T) {
	m := opened(t)
	typed(m, "lowcache")
	if e := m.palette.entry(m.palette.found[0]); !strings.HasPrefix(e.about, "silenced ") {
		t.Errorf("a silenced alert is %q", e.about)
	}
	typed(m, " silenced")
	if got := titles(m); len(got) != 1 || got[0] != "alert LowCacheHitRate" {
		t.Errorf("by its standing one finds %q", got)
	}
}
