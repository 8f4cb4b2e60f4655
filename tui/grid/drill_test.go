package grid

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func exemplar(histogram string) func(tea.Msg) bool {
	return func(m tea.Msg) bool {
		o, ok := m.(page.OpenExemplar)
		return ok && o.Query.Histogram == histogram && !o.Query.Errors
	}
}

func TestTLeadsToAnExemplarOfThePanelsOwnHistogram(t *testing.T) {
	for _, c := range []struct {
		panel string
		keys  []string
		check func(tea.Msg) bool
	}{
		{"latency-p95", []string{"t"}, exemplar("http_request_duration_seconds_bucket")},
		{"tenant-search-latency", []string{"t"}, exemplar(`search_latency_seconds_bucket{tenant_id="acme-corp"}`)},
		{"tenant-search-latency", []string{"down", "t"}, exemplar(`search_latency_seconds_bucket{tenant_id="globex"}`)},
		{"search-latency-distribution", []string{"t"}, exemplar("search_latency_seconds_bucket")},
		{"active-alerts", []string{"t"}, exemplar(`search_latency_seconds_bucket{search_type="hybrid", tenant_id="acme-corp"}`)},
		// Without a histogram of latencies t leads where Enter leads.
		{"request-rate", []string{"t"}, traces(func(q page.TraceQuery) bool { return q.Title == "Traffic" && q.Histogram == "" })},
		{"active-alerts", []string{"down", "t"}, traces(func(q page.TraceQuery) bool { return q.Histogram == "" && strings.HasPrefix(q.Title, "alert ") })},
		{"error-rate", []string{"t"}, traces(func(q page.TraceQuery) bool { return q.Errors })},
		{"health", []string{"t"}, notice},
		{"memory-usage", []string{"t"}, notice},
	} {
		g, ctx := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
		focusOn(t, g, ctx, c.panel)
		if msg := press(g, ctx, c.keys...); !c.check(msg) {
			t.Errorf("%v on %s in the grid: %+v", c.keys, c.panel, msg)
		}
		f := NewPanel(find(t, c.panel))
		f.View(ctx)
		if msg := press(f, ctx, c.keys...); !c.check(msg) {
			t.Errorf("%v on %s full screen: %+v", c.keys, c.panel, msg)
		}
	}
}

func notice(m tea.Msg) bool { _, ok := m.(page.Notice); return ok }

func TestEnterAsksForTheSameSoThatExemplarsCanBeMarked(t *testing.T) {
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	for id, want := range map[string]string{
		"latency-p95":           "http_request_duration_seconds_bucket",
		"tenant-search-latency": `search_latency_seconds_bucket{tenant_id="acme-corp"}`,
	} {
		focusOn(t, g, c, id)
		if msg := press(g, c, "enter"); !traces(func(q page.TraceQuery) bool { return q.Histogram == want && q.Rate == 5*time.Minute })(msg) {
			t.Errorf("%s: %+v", id, msg)
		}
	}
}

// failingReader is a service whose first tenant is quick, but fails.
func failingReader() feed.Reader {
	r := pagetest.Reader()
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		for i, x := range s.Value.Samples {
			if x.Labels["tenant_id"] == pagetest.Tenants[0] {
				s.Value.Samples[i].Value = 0.05
				if x.Labels["stat"] == "errors" {
					s.Value.Samples[i].Value = 0.4
				}
			}
		}
		return s
	}
	return r
}

func TestATenantThatFailsIsExplainedByItsFailuresAndTStillByItsLatency(t *testing.T) {
	g, c := overview(t), pagetest.Context(failingReader(), 120, 38)
	focusOn(t, g, c, "tenant-search-latency")
	if msg := press(g, c, "enter"); !traces(func(q page.TraceQuery) bool { return q.Errors && q.Tags["tenant"] == "acme-corp" })(msg) {
		t.Errorf("enter: %+v", msg)
	}
	if msg := press(g, c, "t"); !exemplar(`search_latency_seconds_bucket{tenant_id="acme-corp"}`)(msg) {
		t.Errorf("t: %+v", msg)
	}
}

func TestAnErrorPanelAsksForFailedTracesOfItsLabels(t *testing.T) {
	p := find(t, "errors-by-type")
	c := pagetest.Context(pagetest.Reader(), 120, 38)
	f := NewPanel(p)
	f.View(c)
	for _, key := range []string{"enter", "t"} {
		msg := steer(f, &c, "down", key)
		if !traces(func(q page.TraceQuery) bool { return q.Errors && q.Tags[page.TagErrorType] != "" && q.Histogram == "" })(msg) {
			t.Errorf("%s: %+v", key, msg)
		}
	}
	own := dashboard.Panel{ID: "x", Title: "5xx", Kind: dashboard.KindLines, Unit: dashboard.UnitPerSec,
		Queries: []dashboard.Query{{Name: "main", Range: true, Expr: `sum(rate({{requests}}[$rate])) by ({{requests: endpoint tenant}})`}},
		Traces:  &dashboard.Drill{Errors: true, Tags: map[string]string{"endpoint": page.TagEndpoint, "tenant": page.TagTenant}}}
	f = NewPanel(own)
	f.View(c)
	msg := steer(f, &c, "down", "t")
	if !traces(func(q page.TraceQuery) bool { return q.Errors && len(q.Tags) == 2 && q.Tags["endpoint"] != "" })(msg) {
		t.Errorf("by endpoint and tenant: %+v", msg)
	}
}

func TestTheRowsOfATableLeadToTheirOwnExemplars(t *testing.T) {
	table := dashboard.Panel{ID: "x", Title: "By endpoint", Kind: dashboard.KindTable, Unit: dashboard.UnitSeconds, Sort: "desc",
		Queries: []dashboard.Query{{Name: "main", Instant: true,
			Expr: `histogram_quantile(0.95, sum(rate({{request_duration}}_bucket{method="POST"}[$rate])) by ({{request_duration: le endpoint}}))`}},
		Traces: &dashboard.Drill{Tags: map[string]string{"endpoint": page.TagEndpoint}}}
	g, c := New(dashboard.Dashboard{ID: "x", Panels: []dashboard.Panel{table}}), pagetest.Context(pagetest.Reader(), 120, 38)
	g.View(c)
	d := g.eval(c, 0)
	for i, v := range mainValues(d)[:3] {
		if i > 0 {
			press(g, c, "down")
		}
		endpoint := v.Labels["endpoint"]
		want := `http_request_duration_seconds_bucket{method="POST", endpoint="` + endpoint + `"}`
		if msg := press(g, c, "t"); !exemplar(want)(msg) {
			t.Errorf("row %d: %+v, want %s", i, msg, want)
		}
		if msg := press(g, c, "enter"); !traces(func(q page.TraceQuery) bool { return q.Tags["endpoint"] == endpoint && q.Histogram == want })(msg) {
			t.Errorf("row %d: %+v", i, msg)
		}
	}
}

func TestTheHelpListsTWhereTracesExplain(t *testing.T) {
	has := func(p page.Page) bool {
		return slices.ContainsFunc(keysOf(p), func(k string) bool { return k == "t" })
	}
	g, c := overview(t), pagetest.Context(pagetest.Reader(), 120, 38)
	for id, want := range map[string]bool{"latency-p95": true, "tenant-search-latency": true, "active-alerts": true, "health": false, "memory-usage": false} {
		focusOn(t, g, c, id)
		if has(g) != want {
			t.Errorf("grid, %s: %v", id, !want)
		}
		if has(NewPanel(find(t, id))) != want {
			t.Errorf("full screen, %s: %v", id, !want)
		}
	}
}

func keysOf(p page.Page) (keys []string) {
	for _, b := range p.Bindings() {
		keys = append(keys, b.Help().Key)
	}
	return keys
}

// heat is the heatmap full screen, with its step of half a minute.
func heat(t *testing.T) (*Full, page.Context) {
	f, c := NewPanel(find(t, "search-latency-distribution")), pagetest.Context(pagetest.Reader(), 120, 38)
	f.View(c)
	return f, c
}

func TestTheHeatmapsCursorGivesBoundsAndTime(t *testing.T) {
	f, c := heat(t)
	step, newest := c.Step, pagetest.Now.Truncate(c.Step)
	ask := func(keys ...string) page.TraceQuery {
		t.Helper()
		o, ok := steer(f, &c, keys...).(page.OpenTraces)
		if !ok {
			t.Fatalf("%v does not open the traces", keys)
		}
		return o.Query
	}
	q := ask("enter")
	if q.Min != 0 || q.Max != 0 || !q.Since.IsZero() || q.Operation != "search_vectors" {
		t.Errorf("without a cursor: %+v", q)
	}
	for _, s := range []struct {
		keys     []string
		min, max time.Duration
		at       time.Time
	}{
		// Something fell into every bucket up to 5 s; what took longer is nothing, and not shown.
		{[]string{"up"}, 2 * time.Second, 5 * time.Second, newest},
		{[]string{"up"}, 2 * time.Second, 5 * time.Second, newest},
		{[]string{"down"}, time.Second, 2 * time.Second, newest},
		{[]string{"left", "k"}, 2 * time.Second, 5 * time.Second, newest.Add(-step)},
		{[]string{"j", "j", "j"}, 100 * time.Millisecond, 500 * time.Millisecond, newest.Add(-step)},
		{[]string{"down", "down", "down", "down", "down"}, 0, 10 * time.Millisecond, newest.Add(-step)},
	} {
		q := ask(append(s.keys, "enter")...)
		if q.Min != s.min || q.Max != s.max {
			t.Errorf("%v: %v to %v, want %v to %v", s.keys, q.Min, q.Max, s.min, s.max)
		}
		// A column counts what its rate window holds.
		if !q.Since.Equal(s.at.Add(-c.Env.Rate)) || !q.Until.Equal(s.at.Add(step)) {
			t.Errorf("%v: from %v to %v, want about %v", s.keys, q.Since, q.Until, s.at)
		}
	}
	o, ok := steer(f, &c, "t").(page.OpenExemplar)
	if !ok || o.Query.Histogram != "search_latency_seconds_bucket" || o.Query.Max != 10*time.Millisecond || o.Query.Since.IsZero() {
		t.Errorf("t: %+v", o)
	}
	c.Cursor = time.Time{} // Esc
	f.Update(c, page.DataMsg{})
	if q := ask("enter"); q.Max != 0 || !q.Since.IsZero() {
		t.Errorf("after Esc: %+v", q)
	}
}

func TestTheBucketWithoutUpperBoundHasNone(t *testing.T) {
	p := find(t, "search-latency-distribution")
	r := pagetest.Reader()
	ranged := r.RangeFunc
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		s := ranged(q)
		for i, x := range s.Value.Series {
			if x.Labels["le"] == "+Inf" { // a few searches above 5 s
				x.Values = slices.Clone(x.Values)
				for k := range x.Values {
					x.Values[k] = 1000
				}
				s.Value.Series[i] = x
			}
		}
		return s
	}
	f, c := NewPanel(p), pagetest.Context(r, 120, 38)
	o, ok := steer(f, &c, "up", "enter").(page.OpenTraces)
	if !ok || o.Query.Min != 5*time.Second || o.Query.Max != 0 || !strings.Contains(o.Query.Title, "more than 5") {
		t.Errorf("%+v", o.Query)
	}
}

func TestTheHeatmapsCursorStaysAtItsTimeAndBucketUntilTheWindowLeavesIt(t *testing.T) {
	f, c := heat(t)
	steer(f, &c, "home", "up", "down")
	before := steer(f, &c, "enter").(page.OpenTraces).Query
	r := pagetest.Reader()
	ranged := r.RangeFunc
	shift := 2 * c.Step
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		s := ranged(q)
		s.Value.Start = s.Value.Start.Add(shift)
		return s
	}
	c.Data, c.Env.Data, c.Now = r, r, c.Now.Add(shift)
	f.Update(c, page.DataMsg{})
	if q := steer(f, &c, "enter").(page.OpenTraces).Query; !q.Since.IsZero() {
		t.Errorf("the window has left the cursor behind: %+v", q)
	}
	steer(f, &c, "up") // it is set anew, on the newest column
	if q := steer(f, &c, "enter").(page.OpenTraces).Query; !q.Until.After(before.Until) || q.Min == 0 {
		t.Errorf("%+v", q)
	}
}

func TestTheBucketUnderTheCursorIsMarkedOnEveryScreen(t *testing.T) {
	for _, s := range []struct {
		theme        string
		color, ascii bool
		cell, label  string
	}{
		{"default", true, false, "◆", "5 s ►"}, {"mono", false, false, "◆", "5 s ►"}, {"default", false, true, "X", "5 s >"},
	} {
		styles, err := themes.Load(s.theme, true, s.color, s.ascii)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range [][2]int{{80, 22}, {120, 38}, {200, 58}} {
			f, c := NewPanel(find(t, "search-latency-distribution")), pagetest.Context(pagetest.Reader(), size[0], size[1])
			c.Styles = styles
			f.View(c)
			if text := ansi.Strip(strings.Join(f.View(c), "\n")); strings.Contains(text, s.cell) || !strings.Contains(text, "arrows read a bucket") {
				t.Errorf("%v %v without a cursor:\n%s", s, size, text)
			}
			steer(f, &c, "left", "up")
			styled := strings.Join(f.View(c), "\n")
			text := ansi.Strip(styled)
			if !strings.Contains(text, s.cell) || !strings.Contains(text, s.label) {
				t.Errorf("%v %v: the bucket is not marked:\n%s", s, size, text)
			}
			if !strings.Contains(text, "at 14:05:") || !strings.Contains(text, "2 s to 5 s: 0.9") || !strings.Contains(text, "1.0 % of all") {
				t.Errorf("%v %v: the bucket is not read:\n%s", s, size, text)
			}
			if !strings.Contains(styled, styles.Cursor.Render(s.cell)) {
				t.Errorf("%v %v: the cell does not have the cursor's style", s, size)
			}
		}
	}
}

func TestAHeatmapOfSomethingElseGivesNoDurations(t *testing.T) {
	p := find(t, "search-latency-distribution")
	p.Unit = dashboard.UnitCount
	f, c := NewPanel(p), pagetest.Context(pagetest.Reader(), 120, 38)
	f.View(c)
	if q := steer(f, &c, "up", "enter").(page.OpenTraces).Query; q.Min != 0 || q.Max != 0 || q.Since.IsZero() || q.Histogram != "" {
		t.Errorf("%+v", q)
	}
}

func TestAHeatmapWithoutDataHasNoCursor(t *testing.T) {
	r := pagetest.Reader()
	r.RangeFunc, r.InstantFunc = nil, nil
	f, c := NewPanel(find(t, "search-latency-distribution")), pagetest.Context(r, 80, 22)
	for _, k := range []string{"up", "left", "down", "t", "enter"} {
		steer(f, &c, k)
	}
	if !c.Cursor.IsZero() || f.bucket.in(&dashboard.Heat{Bounds: []float64{math.Inf(1)}}) >= 0 {
		t.Error("a cursor stands on nothing")
	}
}

// What works in a table of the page is told wherever the focus is, with the way there.
func TestTheHelpTellsTheKeysOfTablesFromAPanelThatIsNone(t *testing.T) {
	g, c := New(dashboard.Builtin()[0]), pagetest.Context(pagetest.Reader(), 120, 38)
	for i, p := range g.dash.Panels {
		g.focusOn(c, i)
		keys := keysOf(g)
		for _, want := range []string{"o", "/"} {
			if n := len(slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k != want })); n != 1 {
				t.Errorf("%s: %d lines of %s", p.ID, n, want)
			}
		}
	}
	g.focusOn(c, 0)
	if n, ok := steer(g, &c, "o").(page.Notice); !ok || !strings.Contains(n.Text, "tab leads to the table of tenants") {
		t.Errorf("o on %s says %q", g.dash.Panels[0].ID, n.Text)
	}
}
