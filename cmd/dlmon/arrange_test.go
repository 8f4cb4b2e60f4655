package dlmon

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/tui/page"
)

// words are a command line as a POSIX shell takes it apart.
func words(t *testing.T, command string) []string {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	out, err := exec.Command(sh, "-c", `dlmon() { printf 'dlmon\0'; printf '%s\0' "$@"; }`+"\n"+command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestAListComesBackAsItWasFilteredAndSorted(t *testing.T) {
	url := fakePrometheus(t, "0.5", firing)
	for _, x := range []struct{ page, filter, sort string }{
		{"tenants", "a", "-p95 vs 1h"},
		{"tenants", `'; echo "$(id)" ` + "`id`" + ` \ #!|&`, "tenant"},
		{"tenants", "-rf", ""},
		{"alerts", "slow", "-since"},
		{"movers", "acme corp", ""},
	} {
		args := []string{"snapshot", "--format", "markdown", "--prometheus-url", url, "--vocabulary", "guide", "--page", x.page, "--filter", x.filter, "--sort", x.sort}
		first := execute(t, nil, args...)
		command := words(t, fenced(t, first.out, "sh"))
		i := slices.Index(command, "--filter")
		if i < 0 || command[i+1] != x.filter {
			t.Fatalf("the command is %q", command)
		}
		if i = slices.Index(command, "--sort"); (i >= 0) != (x.sort != "") || i >= 0 && command[i+1] != x.sort {
			t.Errorf("the command is %q", command)
		}
		again := execute(t, nil, append([]string{"snapshot", "--format", "markdown"}, command[1:]...)...)
		if got := words(t, fenced(t, again.out, "sh")); !slices.Equal(got, command) {
			t.Errorf("its own command is %q, was %q (%s)", got, command, again.errors)
		}
		if !strings.Contains(fenced(t, again.out, "text"), "/"+x.filter) {
			t.Errorf("the filter %s is not on the screen:\n%s", x.filter, fenced(t, again.out, "text"))
		}
		if section := "Tenants, filtered by a"; x.filter == "a" {
			if was, is := rows(first.out, section), rows(again.out, section); len(was) < 5 || !slices.Equal(was, is) {
				t.Errorf("the rows were\n%s\nand are\n%s", strings.Join(was, "\n"), strings.Join(is, "\n"))
			}
		}
	}
}

func TestWhatAListCantBeArrangedByIsRefused(t *testing.T) {
	file := write(t, "dlmon.yaml", "health-url: http://127.0.0.1:1\nsort: p96\n")
	for _, c := range []struct{ args, want string }{
		{"--page tenants --sort p96", `--sort: expected for tenants one of worst, tenant, search/s, p50, p95, p99, errors, refused/s, p95 vs 1h, got "p96"`},
		{"--page tenants --sort --p95", `--sort: expected for tenants one of worst`},
		{"--page alerts --sort p95", `--sort: expected for alerts one of worst, name, since, value, got "p95"`},
		{"--page movers --sort p95", `--sort: expected with a --page that can be sorted, one of tenants, traces, alerts, got movers`},
		{"--page tenants --group state", `--group: expected with a --page that can be grouped, one of alerts, got tenants`},
		{"--page alerts --group rule", `--group: expected for alerts one of state, group, severity, none, got "rule"`},
		{"--filter acme", `--filter: expected with a --page that can be filtered, one of tenants, traces, alerts, health, movers, neighbours, budget, silences, got overview`},
		{"--page tenants --tenant acme --filter acme", `--filter: --tenant opens a page of panels, which is not filtered; leave out one of them`},
		{"--config " + file, file + `:2: sort: expected what a page's list can be sorted by, got "p96"`},
		{"--config " + file + " --page tenants", file + `:2: sort: expected for tenants one of worst`},
		{"--cursor soon", `--cursor: expected a time such as 14:05`},
		{"--cursor -2h..-1h", `--cursor: expected one time such as 14:05`},
	} {
		for _, command := range []string{"snapshot", "config"} {
			got := execute(t, nil, append([]string{command, "--health-url", "http://127.0.0.1:1"}, strings.Fields(c.args)...)...)
			if got.code != ExitUsage || !strings.Contains(got.errors, c.want) {
				t.Errorf("%s %s: exit %d: %s", command, c.args, got.code, got.errors)
			}
		}
	}
	for _, flag := range []string{"--filter=a", "--sort=p95", "--cursor=-5m"} {
		got := execute(t, nil, "snapshot", "--format", "json", "--page", "tenants", "--health-url", "http://127.0.0.1:1", flag)
		if got.code != ExitUsage || !strings.Contains(got.errors, "is for a frame, and json holds everything") {
			t.Errorf("%s: exit %d: %s", flag, got.code, got.errors)
		}
	}
}

func TestAnArrangementInTheEnvironmentWaitsForAPageThatCanHaveIt(t *testing.T) {
	env := map[string]string{"DLMON_SORT": "-p95", "DLMON_FILTER": "acme", "DLMON_GROUP": "severity", "DLMON_CURSOR": "-3h"}
	for id, want := range map[string]page.Arrangement{
		"overview": {}, "movers": {Filter: "acme"}, "alerts": {Filter: "acme", Group: "severity"}, "tenants": {Filter: "acme", Sort: "p95", Reversed: true},
	} {
		c := loaded(t, env, "--page", id)
		if got := c.arrangement(); got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
		now := time.Now()
		span, err := c.span(now)
		if err != nil {
			t.Fatal(err)
		}
		if at, err := c.cursor(span, now); err != nil || !at.IsZero() {
			t.Errorf("a time that is not shown is picked: %v, %v", at, err)
		}
	}
}

func TestATimeIsPickedWithinWhatIsShown(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC)
	for _, x := range []struct{ at, cursor, want, refused string }{
		{"", "14:05", "14:05", ""},
		{"", "-10m", "14:20", ""},
		{"-3h..-2h", "12:00", "12:00", ""},
		{"12:00", "", "12:00", ""}, // a single time that is shown is picked
		{"12:00", "11:40", "11:40", ""},
		{"-3h..-2h", "", "00:00", ""}, // none
		{"-3h..-2h", "11:30", "11:30", ""},
		{"-3h..-2h", "12:30", "12:30", ""},
		{"-3h..-2h", "14:05", "", `--cursor: expected a time within what is shown, 2026-11-23 11:30:00 to 2026-11-23 12:30:00 UTC, got "14:05"`},
		{"", "12:00", "", "--cursor: expected a time within what is shown, 2026-11-23 13:30:00 to"},
	} {
		c := &Config{At: x.at, Cursor: x.cursor, Window: time.Hour, origins: map[string]origin{"cursor": {"flag"}}}
		span, err := c.span(now)
		if err != nil {
			t.Fatal(err)
		}
		at, err := c.cursor(span, now)
		switch {
		case x.refused != "":
			if err == nil || !strings.Contains(err.Error(), x.refused) {
				t.Errorf("%s in %q: %v", x.cursor, x.at, err)
			}
		case err != nil || at.Format("15:04") != x.want:
			t.Errorf("%s in %q: %v, %v", x.cursor, x.at, at, err)
		}
	}
}
