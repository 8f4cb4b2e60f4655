package dlmon

import (
	"strings"
	"testing"
)

func TestWhatAPageDoesNotHaveIsRefusedWithWhatToDo(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--against", "1d"}, "--against: is for the movers; add --page movers"},
		{[]string{"--page", "movers", "--against", "2d"}, `--against: expected one of 1h, 1d, 1w, got "2d"`},
		{[]string{"snapshot", "--page", "tenants", "--against", "1w"}, "--against: is for the movers; add --page movers"},
		{[]string{"--alert", "Slow"}, "--alert: is for the alerts; add --page alerts"},
		{[]string{"--panel", "lattency"}, "--panel: expected one of latency-p95, request-rate, "},
		{[]string{"--tenant", "acme", "--panel", "latency"}, "--panel: expected one of verdict, tenant-latency, "},
		{[]string{"snapshot", "--page", "alerts", "--panel", "latency"}, "--panel: alerts has no panels; add --page overview, business or movers, or --tenant"},
		{[]string{"snapshot", "--format", "json", "--panel", "latency"}, "--panel: --format json holds whole pages"},
		{[]string{"--kiosk", "--rotate", "overview,silences"}, "--rotate: expected pages with commas between them"},
		{[]string{"--kiosk", "--rotate", "overview,tenants", "--panel", "latency"}, "--panel: a kiosk turns between pages or stays"},
	} {
		got := execute(t, nil, append(c.args, "--health-url", "http://127.0.0.1:1/")...)
		if got.code != ExitUsage || strings.Count(got.errors, "\n") > 2 || !strings.Contains(got.errors, c.want) {
			t.Errorf("%v: %+v, want %q", c.args, got, c.want)
		}
	}
}

func TestASnapshotOfAPanelOrOfTheSilencesIsHandedOnWithTheCommandForIt(t *testing.T) {
	url := fakePrometheus(t, "0.5", firing)
	for _, args := range []string{"--page overview --panel tenant-search-latency", "--page movers --against 1h --panel moved-cache", "--page tenants --tenant acme --panel tenant-cache", "--page silences"} {
		got := execute(t, nil, append([]string{"snapshot", "--format", "markdown", "--prometheus-url", url, "--vocabulary", "guide"}, strings.Fields(args)...)...)
		if !strings.Contains(got.out, " "+args+" --time-zone") {
			t.Errorf("%s:\n%.1500s\n%s", args, got.out, got.errors)
		}
	}
}

func TestMoversBeginWithTheComparisonOfTheConfig(t *testing.T) {
	url := fakePrometheus(t, "0.5", firing)
	path := write(t, "dlmon.yaml", "against: 1w\nprometheus-url: "+url+"\nvocabulary: guide\n")
	got := execute(t, nil, "snapshot", "--config", path, "--page", "movers")
	if !strings.Contains(got.out, "Movers against 1 w ago") {
		t.Errorf("%+v", got)
	}
	if got = execute(t, nil, "snapshot", "--config", path, "--page", "tenants"); got.code == ExitUsage {
		t.Errorf("it does not wait for its page: %+v", got)
	}
}
