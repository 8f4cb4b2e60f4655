package health

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func text(p page.Page, c page.Context) string { return ansi.Strip(strings.Join(p.View(c), "\n")) }

func TestTheWorstCheckIsOpenUntilAnotherIsSelected(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 120, 40)
	got := text(p, c)
	for _, want := range []string{"▲ degraded", "HTTP 200", "external_services", "services.1.ok", "false", "database_connections"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for range 3 {
		p.Update(c, pagetest.Key("up"))
	}
	got = text(p, c)
	if strings.Contains(got, "services.1.ok") || !strings.Contains(got, "free_percent") || !strings.Contains(got, "38 %") || !strings.Contains(got, "512 GiB") {
		t.Errorf("disk_space is not open:\n%s", got)
	}
}

func TestTheHistoryOfEveryCheckIsDrawnByHeight(t *testing.T) {
	got := text(New(), pagetest.Context(pagetest.Reader(), 120, 40))
	for line := range strings.SplitSeq(got, "\n") {
		switch {
		case strings.Contains(line, " api "):
			if !strings.Contains(line, "▁▁▁▁▁▁▁▁") || strings.Contains(line, "▅") {
				t.Errorf("%q", line)
			}
		case strings.Contains(line, "external_services  "):
			if !strings.Contains(line, "▁▁▁") || !strings.Contains(line, "▅▅▅") {
				t.Errorf("%q", line)
			}
		}
	}
}

func TestEverySourceTellsHowItStands(t *testing.T) {
	r := pagetest.Reader()
	r.Status[2] = feed.SourceStatus{Name: feed.SourceJaeger, URL: "grpc://jaeger:16685", State: feed.Failed,
		Err: &sources.Error{Source: "jaeger", Asked: "services", Reason: "connection refused", Kind: sources.Refused}, Next: pagetest.Now.Add(12 * time.Second)}
	r.Status[3] = feed.SourceStatus{Name: feed.SourceAlertmanager, State: feed.Off}
	p, c := New(), pagetest.Context(r, 140, 50)
	p.View(c)
	for _, want := range [][]string{
		{"prometheus", "3.4.1", "http://prometheus:9090", "scrapes every", "15 s", "target down", "redis:9121: connection refused"},
		{"health", "http://api:8000/health"},
		{"jaeger", "failed", "connection refused", "next try", "in 12 s"},
		{"alertmanager", "set --alertmanager-url"},
	} {
		p.cursor.Key = "source " + want[0]
		got := text(p, c)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s", want[0], w, got)
			}
		}
	}
}

func TestWhatJaegerCanDoStandsInItsDetails(t *testing.T) {
	r := pagetest.Reader()
	r.Status[2].Info = sources.ServerInfo{Version: "2.19.0", Notes: []string{"lists by trace summaries", "traces over HTTP, api/v3"}}
	for _, size := range [][2]int{{80, 22}, {120, 38}, {200, 58}} {
		p, c := New(), pagetest.Context(r, size[0], size[1])
		p.cursor.Key = "source jaeger"
		lines := strings.Split(text(p, c), "\n")
		at := slices.IndexFunc(lines, func(l string) bool {
			return strings.Contains(l, "notes") && strings.Contains(l, "lists by trace summaries")
		})
		if at < 0 || at+1 >= len(lines) || strings.TrimSpace(lines[at+1]) != "traces over HTTP, api/v3" || strings.Contains(lines[at], "api/v3") {
			t.Errorf("%v: a line for each note is expected in\n%s", size, strings.Join(lines, "\n"))
		}
	}
	r.Status[2].Info = sources.ServerInfo{}
	p, c := New(), pagetest.Context(r, 120, 38)
	p.cursor.Key = "source jaeger"
	if got := text(p, c); !strings.Contains(got, "nothing to remark") {
		t.Errorf("before it is known:\n%s", got)
	}
}

func TestABodyOfUnknownShapeShowsItsFirstLine(t *testing.T) {
	r := pagetest.Reader()
	r.HealthSnap.Value = sources.HealthReport{Status: sources.Unhealthy, Code: 502, Raw: "<html>Bad Gateway</html>"}
	got := text(New(), pagetest.Context(r, 100, 30))
	if !strings.Contains(got, "HTTP 502") || !strings.Contains(got, "<html>Bad Gateway</html>") {
		t.Errorf("%s", got)
	}
}

func TestAStaleReportIsShownWithItsAgeAndTheError(t *testing.T) {
	r := pagetest.Reader()
	r.HealthSnap.Err = &sources.Error{Source: "health", Asked: "report", Reason: "no answer within 10 s", Kind: sources.Timeout}
	r.Clock = r.Clock.Add(90 * time.Second)
	got := text(New(), pagetest.Context(r, 100, 30))
	for _, want := range []string{"stale, 1m old", "no answer within 10 s", "external_services"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestWithoutAReportItSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		r    *feedtest.Reader
		want string
	}{
		"off":    {&feedtest.Reader{Clock: pagetest.Now}, "set --health-url"},
		"asking": {&feedtest.Reader{Clock: pagetest.Now, Status: pagetest.Reader().Status}, "asking the health endpoint"},
		"failed": {&feedtest.Reader{Clock: pagetest.Now, HealthSnap: feedtest.Failed[sources.HealthReport](&sources.Error{Source: "health", Reason: "refused"}, pagetest.Now)}, "refused"},
	} {
		if got := text(New(), pagetest.Context(c.r, 100, 30)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTheSelectedBlockIsAlwaysSeen(t *testing.T) {
	p, c := New(), pagetest.Context(pagetest.Reader(), 80, 10)
	p.View(c)
	for range 12 {
		p.Update(c, pagetest.Key("down"))
		if got := text(p, c); !strings.Contains(got, "›") || strings.Count(got, "\n") >= 10 {
			t.Fatalf("%s", got)
		}
	}
}

func TestTheFilterShowsWhatItHides(t *testing.T) {
	for _, c := range []struct{ typed, shown, hidden, says string }{
		{"hub", "external_services", "disk_space", "/hub_ · 1 of 11 shown"}, // in the message
		{"free_per", "disk_space", "external_services", "/free_per_ · 1 of 11 shown"},
		{"redis", "prometheus", "jaeger", "/redis_ · 1 of 11 shown"}, // a target that is down
		{"nowhere", "nothing matches nowhere", "disk_space", "/nowhere_ · 0 of 11 shown"},
	} {
		p, ctx := New(), pagetest.Context(pagetest.Reader(), 120, 40)
		p.Update(ctx, pagetest.Key("/"))
		for _, r := range c.typed {
			p.Update(ctx, pagetest.Key(string(r)))
		}
		got := text(p, ctx)
		if !strings.Contains(got, c.shown) || strings.Contains(got, c.hidden) || !strings.Contains(got, c.says) {
			t.Errorf("%q:\n%s", c.typed, got)
		}
		if !p.Capturing() {
			t.Errorf("%q: the filter does not hold the keys", c.typed)
		}
		p.Update(ctx, pagetest.Key("enter"))
		if p.Capturing() || !p.Escape() || p.Escape() {
			t.Errorf("%q: enter keeps it, one esc drops it", c.typed)
		}
	}
}
