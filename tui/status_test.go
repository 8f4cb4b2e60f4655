package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page/pagetest"
)

// status is the status bar's first line at a width.
func status(t *testing.T, r *feedtest.Reader, width int) string {
	t.Helper()
	m, _ := newModel(t, r, width, 24)
	line := ansi.Strip(m.statusLine(width))
	if w := ansi.StringWidth(line); w != width {
		t.Errorf("%d columns: the status bar has %d: %q", width, w, line)
	}
	return line
}

var refused = &sources.Error{Source: "prometheus", Asked: "rules", Reason: "connection refused", Kind: sources.Refused}

// kinds of trouble, by name: what happens to a reader in which all is well.
var troubles = map[string]func(r *feedtest.Reader){
	"well": func(*feedtest.Reader) {},
	"all stale": func(r *feedtest.Reader) {
		r.Clock = r.Clock.Add(2 * time.Minute)
		r.AlertsSnap.Err, r.HealthSnap.Err = refused, refused
		for i := range r.Status {
			r.Status[i].State, r.Status[i].Err = feed.Stale, refused
		}
	},
	"all failed": func(r *feedtest.Reader) {
		r.AlertsSnap = feedtest.Failed[[]sources.Alert](refused, r.Clock)
		r.HealthSnap = feedtest.Failed[sources.HealthReport](refused, r.Clock)
		for i := range r.Status {
			r.Status[i] = feed.SourceStatus{Name: r.Status[i].Name, State: feed.Failed, Err: refused}
		}
	},
	"hanging": func(r *feedtest.Reader) { r.Clock = r.Clock.Add(5 * time.Minute) },
}

// What fires, the health and the failing sources are on the status bar at every width that is supported.
func TestTheStatusBarNeverDropsWhatMatters(t *testing.T) {
	for name, musts := range map[string][]string{
		"well":       {"✖", "1", "▲"},
		"all stale":  {"✖", "…prom", "…health", "…jaeger", "…am"},
		"all failed": {"✖alerts|✖ alerts unknown", "✖health", "✖prom", "✖jaeger", "✖am"},
		"hanging":    {"✖", "…prom", "…health", "…am"},
	} {
		for width := 40; width <= 200; width++ {
			r := pagetest.Reader()
			troubles[name](r)
			line := status(t, r, width)
			for _, must := range musts {
				found := false
				for alt := range strings.SplitSeq(must, "|") {
					found = found || strings.Contains(line, alt)
				}
				if !found {
					t.Errorf("%s, %d columns: no %q in %q", name, width, must, line)
				}
			}
		}
	}
}

func TestTheStatusBarAsItReads(t *testing.T) {
	for _, c := range []struct {
		width   int
		trouble string
		want    string
	}{
		{40, "well", " prod-eu ✖1 ◔1 ⊘1 ▲ degraded   ●4 ok <5s"},
		{60, "well", " prod-eu  ✖ 1 critical  ◔1  ⊘1  ▲ degraded     1h  ●4 ok <5s"},
		{80, "well", " prod-eu  ✖ 1 critical  ◔ 1 pending  ⊘ 1 silenced  ▲ degraded      1h  ●4 ok <5s"},
		{120, "well", " prod-eu  ✖ 1 critical  ◔ 1 pending  ⊘ 1 silenced  ▲ degraded    1h · every 5s  ●prom <5s ●health <5s ●jaeger ok ●am <5s"},
		{160, "well", " dlmon  prod-eu  ✖ 1 critical  ◔ 1 pending  ⊘ 1 silenced  ▲ degraded                          1h · step 30s · every 5s  ●prom <5s ●health <5s ●jaeger ok ●am <5s"},
		{40, "all failed", " ✖alerts ✖?    ✖prom ✖health ✖jaeger ✖am"},
		{80, "all failed", " prod-eu ✖ alerts unknown ✖ health unknown   1h ✖prom failed ✖health ✖jaeger ✖am"},
		{40, "all stale", " ✖1 …2m …▲2m   …prom …health …jaeger …am"},
		{80, "all stale", " prod-eu ✖ 1 critical ◔1 ⊘1 …2m …▲2m    1h …prom 2m …health 2m …jaeger 2m …am 2m"},
		{120, "all stale", " prod-eu ✖ 1 critical ◔1 ⊘1 … alerts 2m old … degraded 2m ago 1h …prom 2m stale …health 2m stale …jaeger 2m stale …am 2m"},
	} {
		r := pagetest.Reader()
		troubles[c.trouble](r)
		if got := strings.TrimRight(status(t, r, c.width), " "); got != c.want {
			t.Errorf("%d columns, %s:\n got %q\nwant %q", c.width, c.trouble, got, c.want)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestABadgeNeverSaysOKFromOldData(t *testing.T) {
	for _, name := range []string{"all stale", "hanging"} {
		for _, width := range []int{40, 80, 120, 200} {
			r := pagetest.Reader()
			r.AlertsSnap.Value = nil
			r.HealthSnap.Value.Status = sources.Healthy
			troubles[name](r)
			line := status(t, r, width)
			for _, bad := range []string{"● healthy", "●heal", "● no alerts", "●0", "●prom"} {
				if strings.Contains(line, bad) && !strings.Contains(line, "…"+bad) {
					t.Errorf("%s, %d columns: %q in %q", name, width, bad, line)
				}
			}
		}
	}
}

func TestMutedAndPendingAlertsDoNotFire(t *testing.T) {
	alert := func(state sources.AlertState, severity string, silenced ...string) sources.Alert {
		return sources.Alert{Name: "A", State: state, Severity: severity, Silenced: silenced}
	}
	inhibited := sources.Alert{Name: "B", State: sources.Firing, Severity: "warning", Inhibited: []string{"f00d"}}
	for _, c := range []struct {
		alerts []sources.Alert
		want   string
	}{
		{nil, "● no alerts"},
		{[]sources.Alert{alert(sources.Firing, "critical", "s1")}, "⊘ 1 silenced"},
		{[]sources.Alert{alert(sources.Firing, "critical", "s1"), alert(sources.Firing, "warning", "s1"), inhibited}, "⊘ 2 silenced, 1 inhibited"},
		{[]sources.Alert{alert(sources.Pending, "critical"), inhibited}, "◔ 1 pending ⊘ 1 inhibited"},
		{[]sources.Alert{alert(sources.Pending, "critical")}, "◔ 1 pending"},
		{[]sources.Alert{alert(sources.Firing, "page"), alert(sources.Firing, "critical"), alert(sources.Firing, "warning")}, "✖ 2 critical ▲ 1 warning"},
		{[]sources.Alert{alert(sources.Firing, "")}, "▲ 1 other"},
	} {
		r := pagetest.Reader()
		r.AlertsSnap.Value = c.alerts
		got := squeeze(status(t, r, 200))
		if want := "dlmon prod-eu " + c.want + " ▲ degraded"; !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want it to begin with %q", got, want)
		}
	}
}

func TestAlertsThatFireSilencedAreOnTheStatusBarAtEveryWidth(t *testing.T) {
	for width := 40; width <= 200; width++ {
		r := pagetest.Reader()
		r.AlertsSnap.Value = []sources.Alert{{Name: "A", State: sources.Firing, Silenced: []string{"s"}}}
		if line := status(t, r, width); !strings.Contains(line, "⊘") || strings.Contains(line, "no alerts") || strings.Contains(line, "●0") {
			t.Errorf("%d columns: %q", width, line)
		}
	}
}

func TestAlertmanagersFailureDoesNotAgeTheAlerts(t *testing.T) {
	r := pagetest.Reader()
	r.AlertsSnap.Err = &sources.Error{Source: feed.SourceAlertmanager, Reason: "503", Kind: sources.Unavailable}
	r.Status[3].State = feed.Stale
	line := status(t, r, 200)
	if !strings.Contains(line, "✖ 1 critical") || strings.Contains(line, "alerts") || !strings.Contains(line, "…am <5s stale") {
		t.Errorf("%q", line)
	}
}

func TestTheStatusBarTellsTheCadenceItHadToFallBackTo(t *testing.T) {
	r := pagetest.Reader()
	r.Status[0].Slowed, r.Status[0].Cadence = true, 42*time.Second
	if line := status(t, r, 200); !strings.Contains(line, "slowed to 42s") {
		t.Errorf("%q", line)
	}
	r.Status[0].Cadence = options(r, nil).Refresh + 300*time.Millisecond
	if line := status(t, r, 200); strings.Contains(line, "slowed") {
		t.Errorf("slowed by nothing to speak of: %q", line)
	}
}

func TestASourceThatIsOffIsNoFailure(t *testing.T) {
	line := status(t, &feedtest.Reader{Clock: pagetest.Now}, 200)
	for _, want := range []string{"· alerts off", "· health off", "·prom off", "·jaeger off", "·am off"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q in %q", want, line)
		}
	}
	if strings.Contains(line, "✖") {
		t.Errorf("off reads as failed: %q", line)
	}
}

func TestTheTabLineAlwaysNamesThePage(t *testing.T) {
	for width := 40; width <= 200; width += 4 {
		m, _ := newModel(t, pagetest.Reader(), width, 24)
		for i, tab := range m.nav.tabs {
			press(m, fmt.Sprint(i+1))
			if line := ansi.Strip(m.tabLine(width)); !strings.Contains(line, tab.title) || ansi.StringWidth(line) != width {
				t.Errorf("%d columns: %q", width, line)
			}
		}
		press(m, "2", "enter", "enter")
		if line := ansi.Strip(m.tabLine(width)); !strings.Contains(line, "2 Tenants") || !strings.Contains(line, "trace 4b") {
			t.Errorf("%d columns, in a trace: %q", width, line)
		}
	}
}

func TestTheClockAndTheAgesMove(t *testing.T) {
	r := pagetest.Reader()
	m, _ := newModel(t, r, 120, 40)
	r.Clock = r.Clock.Add(17 * time.Second)
	m.Update(tickMsg{})
	head := ansi.Strip(strings.Join(strings.Split(content(m), "\n")[:2], "\n"))
	if !strings.Contains(head, "14:05:49 UTC") || !strings.Contains(head, "●prom 15s") {
		t.Errorf("after 17 s:\n%s", head)
	}
}

func TestAgesAreCoarse(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "<5s", 4 * time.Second: "<5s", 7 * time.Second: "5s", 59 * time.Second: "55s", 97 * time.Second: "1m30s",
		11*time.Minute + 20*time.Second: "11m", 3*time.Hour + 5*time.Minute: "3h5m", 49 * time.Hour: "2d1h",
	} {
		if got := coarse(d); got != want {
			t.Errorf("coarse(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestACrumbThatHasNoRoomIsAnEllipsis(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 80, 24)
	for _, k := range []string{"3", "d", "o", "e", "w"} {
		hit(m, k)
	}
	for width := 40; width < 130; width++ {
		line := ansi.Strip(m.tabLine(width))
		if !strings.Contains(line, "who calls ") || strings.Contains(line, "› ›") || strings.Contains(line, "›  ›") {
			t.Errorf("%d: %q", width, line)
		}
	}
	if line := ansi.Strip(m.tabLine(60)); !strings.Contains(line, "› … › ") {
		t.Errorf("%q", line)
	}
}

func TestHelpIsNotOfferedWhereItsKeyWouldBeTyped(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	help := func() bool { return strings.Contains(ansi.Strip(m.tabLine(120)), "? help") }
	press(m, "3")
	if !help() {
		t.Error("the list offers no help")
	}
	press(m, "/")
	if help() {
		t.Error("an open filter offers help")
	}
	press(m, "esc")
	press(m, "n")
	if help() {
		t.Error("the search form offers help")
	}
}

func TestTheHelpSaysThatThereIsMoreOfIt(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 80, 24)
	press(m, "3", "?")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "more below") {
		t.Errorf("%s", got)
	}
	press(m, "end")
	if got := ansi.Strip(content(m)); strings.Contains(got, "more below") || !strings.Contains(got, "arrows scroll") || !strings.Contains(got, "⊘ silenced or inhibited  ↑ ↓ ≈ change") {
		t.Errorf("%s", got)
	}
}
