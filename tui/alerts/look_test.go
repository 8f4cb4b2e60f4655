package alerts

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
)

// ways lead to everything that the page can show.
var ways = map[string][]string{
	"list": nil, "opened": {"down", "right"}, "filter": {"/", "a"}, "detail": {"enter"}, "detail scrolled": {"enter", "pgdown"}, "group": {"down", "enter"},
	"failing": {"end", "up", "up", "enter"}, "silences": {"a"}, "expire": {"a", "D"}, "form": {"z"}, "faults": {"z", "enter"}, "new": {"a", "n"},
	"question": {"z", "x", "enter"}, "sending": {"z", "x", "enter", "y"}, "change": {"a", "e"},
}

func TestNothingIsWiderOrHigherThanTheScreen(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 3}, {10, 5}, {40, 11}, {80, 22}, {120, 38}, {200, 58}} {
		for name, keys := range ways {
			p, c := writable(many(40), size[0], size[1])
			press(p, c, keys...)
			lines := p.View(c)
			if len(lines) > size[1] {
				t.Errorf("%s, %v: %d lines", name, size, len(lines))
			}
			for _, l := range lines {
				if w := ansi.StringWidth(l); w > size[0] {
					t.Errorf("%s, %v: %d cells: %s", name, size, w, ansi.Strip(l))
				}
			}
		}
	}
}

// What an operator needs is on the smallest screen, too, and without colour or Unicode.
func TestTheSmallScreenShowsWhatMatters(t *testing.T) {
	for way, want := range map[string][]string{
		"list": {"SlowSearchQueries", "firing"}, "detail": {"firing, critical", "now 812 ms", "> 500 ms"}, "silences": {"active (1)", "in 1h 20m"},
		"form": {"comment", "matches 1 alert now"}, "question": {"matches 1 alert now", "y sends it"}, "expire": {"Expire this silence?", "y expires it"},
		"faults": {"say why", "matches 1 alert now"}, "sending": {"sending it to Alertmanager"},
	} {
		for _, color := range []bool{true, false} {
			p, c := writable(given(), 40, 11)
			c.Styles, _ = themes.Load("", true, color, !color)
			press(p, c, ways[way]...)
			got := ansi.Strip(strings.Join(p.View(c), "\n"))
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s: no %q in\n%s", way, w, got)
				}
			}
		}
	}
}

func TestMutedAlertsDoNotLookLikeThoseThatNotify(t *testing.T) {
	for _, color := range []bool{true, false} {
		p, c := writable(given(), 120, 40)
		c.Styles, _ = themes.Load("", true, color, false)
		lines := p.View(c)
		find := func(name string) string {
			for _, l := range lines {
				if strings.Contains(l, name) {
					return l
				}
			}
			return ""
		}
		notifies, quiet := find("SlowSearchQueries"), find("LowCacheHitRate")
		if !strings.Contains(ansi.Strip(quiet), "⊘") || !strings.Contains(ansi.Strip(quiet), "silenced") || strings.Contains(ansi.Strip(quiet), "firing") {
			t.Errorf("%s", ansi.Strip(quiet))
		}
		if bold := c.Styles.Bold.Render("LowCacheHitRate"); strings.Contains(quiet, strings.TrimSuffix(bold, "\x1b[m")) {
			t.Error("a muted alert is set in bold")
		}
		if !strings.Contains(ansi.Strip(notifies), "✖") {
			t.Errorf("%s", ansi.Strip(notifies))
		}
	}
}

func TestHostileTextStaysWithinItsLine(t *testing.T) {
	r := given()
	long := strings.Repeat("数据 very long ", 300)
	r.AlertsSnap.Value[0].Labels["tenant_id"] = long
	r.AlertsSnap.Value[0].Annotations = sources.Labels{"summary": long, "runbook_url": "https://" + strings.Repeat("x", 4000)}
	r.AlertsSnap.Value[0].Name = long
	r.SilencesSnap.Value[0].Comment, r.SilencesSnap.Value[0].CreatedBy = long, long
	r.SilencesSnap.Value[0].Matchers[0].Value = long
	r.RulesSnap.Value[3].LastError, r.RulesSnap.Value[0].Expr = long, long
	for name, keys := range ways {
		p, c := writable(r, 80, 24)
		press(p, c, keys...)
		lines := p.View(c)
		if len(lines) > 24 {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > 80 {
				t.Errorf("%s: %d cells: %s", name, w, ansi.Strip(l))
			}
		}
	}
}
