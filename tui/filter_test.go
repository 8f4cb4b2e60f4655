package tui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page/pagetest"
)

func TestEveryListHasAFilterThatCountsWhatItHides(t *testing.T) {
	counts := regexp.MustCompile(`\b0 of \d+`)
	for name, keys := range map[string][]string{
		"grid": {"1", "down"}, "panel": {"1", "down", "f"}, "tenants": {"2"}, "tenant": {"2", "o", "end"}, "movers": {"v"},
		"neighbours": {"2", "n"}, "budget": {"2", "b"}, "traces": {"3"}, "difference": {"3", "d"}, "operations": {"3", "o"},
		"causes": {"3", "e"}, "services": {"3", "w"}, "compare": {"3", "v", "down", "v", "v", "c"}, "alerts": {"4"}, "silences": {"4", "a"}, "health": {"5"},
	} {
		m, _ := newModel(t, pagetest.Reader(), 120, 40)
		press(m, keys...)
		press(m, "/")
		if !m.typing() {
			t.Errorf("%s: / opens no filter:\n%s", name, ansi.Strip(content(m)))
			continue
		}
		typed(m, "zzq")
		got := ansi.Strip(content(m))
		if !strings.Contains(got, "/zzq_") || !counts.MatchString(got) {
			t.Errorf("%s: it does not say what is typed and how many rows that hides:\n%s", name, got)
		}
		press(m, "esc")
		if m.typing() || strings.Contains(content(m), "zzq") {
			t.Errorf("%s: esc does not drop the filter", name)
		}
	}
}
