package grid

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func overview(t *testing.T) *Grid {
	t.Helper()
	for _, d := range dashboard.Builtin() {
		if d.ID == "overview" {
			return New(d)
		}
	}
	t.Fatal("no overview")
	return nil
}

func find(t *testing.T, id string) dashboard.Panel {
	t.Helper()
	for _, p := range overview(t).dash.Panels {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("no panel %s", id)
	return dashboard.Panel{}
}

func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		last = nil
		if cmd := p.Update(c, pagetest.Key(k)); cmd != nil {
			last = cmd()
		}
		p.View(c)
	}
	return last
}

// steer presses keys as press does, and moves the time picked as the root does.
func steer(p page.Page, c *page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		last = press(p, *c, k)
		m, ok := last.(page.MoveCursor)
		if !ok {
			continue
		}
		end := c.Now.Truncate(c.Step)
		if c.Cursor.Before(end.Add(-c.Window)) {
			c.Cursor = end
			if m.By == 1 || m.By == -1 {
				continue
			}
		}
		c.Cursor = c.Cursor.Add(time.Duration(m.By) * c.Step)
		if first := end.Add(-c.Window); c.Cursor.Before(first) {
			c.Cursor = first
		}
		if c.Cursor.After(end) {
			c.Cursor = end
		}
	}
	return last
}

func focusOn(t *testing.T, g *Grid, c page.Context, id string) {
	t.Helper()
	for range g.dash.Panels {
		if g.dash.Panels[g.focus].ID == id {
			return
		}
		press(g, c, "tab")
	}
	t.Fatalf("tab never reaches %s", id)
}

func TestTheFocusedPanelIsAlwaysSeen(t *testing.T) {
	for _, size := range [][2]int{{80, 22}, {120, 38}, {200, 58}} {
		g, c := overview(t), pagetest.Context(pagetest.Reader(), size[0], size[1])
		seen := map[string]bool{}
		for range g.dash.Panels {
			press(g, c, "tab")
			title := g.dash.Panels[g.focus].Title
			seen[title] = true
			if text := ansi.Strip(strings.Join(g.View(c), "\n")); !strings.Contains(text, title) {
				t.Errorf("%v: %q has the focus and is not on the screen:\n%s", size, title, text)
			}
		}
		if len(seen) != len(g.dash.Panels) {
			t.Errorf("%v: tab reached %d of %d panels", size, len(seen), len(g.dash.Panels))
		}
	}
}

func TestTheGoldenSignalsStayOnTop(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	press(g, c, "end")
	if top := ansi.Strip(g.View(c)[0]); g.scroll == 0 || !strings.Contains(top, "Latency") || !strings.Contains(top, "Saturation") {
		t.Errorf("scrolled by %d: %q", g.scroll, top)
	}
}

func TestASmallScreenShowsStripTenantsAlertsAndHealth(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 80, 22)
	text := ansi.Strip(strings.Join(g.View(c), "\n"))
	for _, want := range []string{"Latency", "Saturation", "acme-corp", "7 more, all ok", "SlowSearchQueries", "external_services"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q on\n%s", want, text)
		}
	}
}

func TestArrowsMoveByGeometryAndThroughTables(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	at := func() string { return g.dash.Panels[g.focus].ID }
	for _, step := range []struct{ key, want string }{
		{"right", "request-rate"}, {"right", "error-rate"}, {"l", "active-connections"}, {"right", "active-connections"},
		{"down", "active-alerts"}, {"left", "tenant-search-latency"}, {"down", "tenant-search-latency"}, {"up", "tenant-search-latency"},
		{"up", "latency-p95"}, {"up", "latency-p95"},
	} {
		press(g, c, step.key)
		if at() != step.want {
			t.Fatalf("%s leads to %s, want %s", step.key, at(), step.want)
		}
	}
}

func TestEnterLeadsToWhatExplainsThePanel(t *testing.T) {
	for _, c := range []struct {
		panel string
		keys  []string
		check func(msg tea.Msg) bool
	}{
		{"tenant-search-latency", []string{"enter"}, traces(func(q page.TraceQuery) bool {
			return q.Tags["tenant"] == "acme-corp" && q.Operation == "search_vectors"
		})},
		{"tenant-search-latency", []string{"down", "enter"}, traces(func(q page.TraceQuery) bool { return q.Tags["tenant"] == "globex" })},
		{"active-alerts", []string{"enter"}, traces(func(q page.TraceQuery) bool {
			return q.Title == "alert SlowSearchQueries" && q.Tags["tenant"] == "acme-corp" && q.Tags["search_type"] == "hybrid"
		})},
		{"latency-p95", []string{"enter"}, traces(func(q page.TraceQuery) bool { return q.Title == "Latency" && !q.Errors })},
		{"error-rate", []string{"enter"}, traces(func(q page.TraceQuery) bool { return q.Errors })},
		{"health", []string{"enter"}, func(m tea.Msg) bool { return m == tea.Msg(page.OpenPage{ID: "health"}) }},
		{"memory-usage", []string{"enter"}, func(m tea.Msg) bool { p, ok := m.(page.OpenPanel); return ok && p.Panel.ID == "memory-usage" }},
		{"memory-usage", []string{"f"}, func(m tea.Msg) bool { p, ok := m.(page.OpenPanel); return ok && p.Panel.ID == "memory-usage" }},
	} {
		g, ctx := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
		focusOn(t, g, ctx, c.panel)
		if msg := press(g, ctx, c.keys...); !c.check(msg) {
			t.Errorf("%v on %s: %+v", c.keys, c.panel, msg)
		}
	}
}

func traces(ok func(page.TraceQuery) bool) func(tea.Msg) bool {
	return func(m tea.Msg) bool { o, is := m.(page.OpenTraces); return is && ok(o.Query) }
}

func TestTheSelectedRowFollowsItsTenantWhenTheOrderChanges(t *testing.T) {
	r := pagetest.Reader()
	g, c := overview(t), pagetest.Context(r, 120, 38)
	focusOn(t, g, c, "tenant-search-latency")
	press(g, c, "down") // globex
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		s.At = s.At.Add(time.Second)
		for i, x := range s.Value.Samples {
			if x.Labels["tenant_id"] == "tyrell" && x.Labels["stat"] == "p95" {
				s.Value.Samples[i].Value = 9
			}
		}
		return s
	}
	g.Update(c, page.DataMsg{})
	g.View(c)
	if msg := press(g, c, "enter"); !traces(func(q page.TraceQuery) bool { return q.Tags["tenant"] == "globex" })(msg) {
		t.Errorf("%+v", msg)
	}
}

func TestUnchangedPanelsAreNotDrawnAgain(t *testing.T) {
	r := pagetest.Reader()
	g, c := overview(t), pagetest.Context(r, 120, 38)
	g.View(c)
	drawn := &g.lines["tenant-search-latency"].lines[0]
	same := func() bool { return &g.lines["tenant-search-latency"].lines[0] == drawn }
	c.Now = c.Now.Add(time.Second)
	g.View(c)
	if !same() {
		t.Error("a second later the panel was drawn again")
	}
	g.Update(c, page.DataMsg{})
	g.View(c)
	if !same() {
		t.Error("what changed elsewhere drew the panel again")
	}
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		s.At = s.At.Add(time.Second)
		return s
	}
	g.Update(c, page.DataMsg{})
	g.View(c)
	if same() {
		t.Error("new data did not draw the panel again")
	}
}

func TestOnlyWhatIsSeenIsWanted(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 80, 22)
	g.View(c)
	wants := func(part string) bool {
		for _, r := range g.Wants(c) {
			if strings.Contains(r.Expr, part) {
				return true
			}
		}
		return false
	}
	if !wants("search_latency") || wants("backup_duration") {
		t.Error("the top of the screen wants the wrong queries")
	}
	press(g, c, "end")
	if !wants("backup_duration") || wants("cache_hit_ratio") || !wants("http_request_duration") {
		t.Error("the end of the screen wants the wrong queries")
	}
}

func TestFullScreenReadsValuesAtATimeAndKeepsItWhileTheWindowMoves(t *testing.T) {
	r := pagetest.Reader()
	c := pagetest.Context(r, 120, 38)
	f := NewPanel(find(t, "latency-p95"))
	text := func() string { return ansi.Strip(strings.Join(f.View(c), "\n")) }
	if got := text(); strings.Contains(got, "at 14:05:30 ") && !strings.Contains(got, "query") {
		t.Errorf("%s", got)
	}
	steer(f, &c, "left", "left", "left")
	if got := text(); !strings.Contains(got, "at 14:04:00") {
		t.Errorf("three steps to the left:\n%s", got)
	}
	steer(f, &c, "home")
	if got := text(); !strings.Contains(got, "at 13:05:20") {
		t.Errorf("home:\n%s", got)
	}
	steer(f, &c, "end", "left")
	if got := text(); !strings.Contains(got, "at 14:04:40") {
		t.Errorf("end, left:\n%s", got)
	}
	if msg := steer(f, &c, "f"); msg != tea.Msg(page.Back{}) {
		t.Errorf("f leads to %+v", msg)
	}
}

func TestFullScreenExplainsTheSelectedSeries(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 120, 38)
	f := NewPanel(find(t, "search-operations"))
	f.View(c)
	msg := steer(f, &c, "down", "down", "enter")
	q, ok := msg.(page.OpenTraces)
	if !ok || q.Query.Tags["search_type"] == "" {
		t.Errorf("%+v", msg)
	}
}

func TestADashboardWithoutPanelsSaysSo(t *testing.T) {
	g, c := New(dashboard.Dashboard{ID: "x"}), pagetest.Context(pagetest.Reader(), 80, 22)
	press(g, c, "down", "tab", "enter", "f", "pgdown", "home")
	if got := strings.Join(g.View(c), "\n"); !strings.Contains(got, "no panels") {
		t.Errorf("%q", got)
	}
}
