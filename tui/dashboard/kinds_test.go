package dashboard

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/vocabulary"
)

func tenantRow(id string, rate, p50, p95, p99, errs float64) []sample {
	var out []sample
	for _, c := range []sample{{labels("stat", "rate"), rate}, {labels("stat", "p50"), p50}, {labels("stat", "p95"), p95},
		{labels("stat", "p99"), p99}, {labels("stat", "errors"), errs}} {
		out = append(out, sample{labels("tenant_id", id, "stat", c.labels["stat"]), c.v})
	}
	return out
}

func TestTenantsAreWorstFirst(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	w.instant(t, p, "main", slices.Concat(
		tenantRow("quick", 80, 0.01, 0.04, 0.09, 0),
		tenantRow("slow", 40, 0.1, 0.7, 1.9, 0),
		tenantRow("failing", 10, 0.01, 0.05, 0.09, 0.08),
		tenantRow("calm", 88, 0.02, 0.06, 0.09, 0),
		tenantRow("silent", 0, nan, nan, nan, nan),
		tenantRow("crawling", 41, 0.5, 1.5, 1.9, 0.02),
		tenantRow("changed", 41, 0.1, 0.3, 0.4, 0),
		tenantRow("twitchy", 41, 0.001, 0.005, 0.01, 0),
	)...)
	w.Instants[w.query(t, p, "p95").before(w.env)] = feedtest.Value(sources.Vector{
		Samples: []sources.Sample{{Labels: labels("tenant_id", "changed"), Value: 0.1}, {Labels: labels("tenant_id", "twitchy"), Value: 0.001},
			{Labels: labels("tenant_id", "slow"), Value: 0.1}},
	}, now)
	w.ranged(t, p, "p95",
		sources.Series{Labels: labels("tenant_id", "changed"), Values: []float64{0.1, 0.3}},
		sources.Series{Labels: labels("tenant_id", "left"), Values: []float64{9, nan}},
		sources.Series{Labels: labels("tenant_id", "slow"), Values: []float64{0.1, 0.7}})
	// Instant values of the range's query are not asked, so that its last column is what is known of them.
	d := Eval(p, w.env)
	var got []string
	for _, tenant := range d.Tenants {
		got = append(got, tenant.ID+" "+string(tenant.State)+" "+tenant.Reason)
	}
	want := []string{
		"crawling critical p95 1.5 s > 1 s", "failing critical errors 8 % > 5 %",
		"slow warn p95 700 ms > 500 ms, +600 % vs 1h", "changed warn p95 +200 % > 100 %",
		"calm ok ", "quick ok ", "twitchy ok ", "silent ok ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tenants\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.State != StateCritical || d.Reason != "crawling: p95 1.5 s > 1 s" {
		t.Errorf("%s, %q", d.State, d.Reason)
	}
	changed := d.Tenants[3]
	if len(changed.Points) != 2 || changed.P95Before != 0.1 || changed.SearchRate != 41 || changed.P50 != 0.1 || changed.P99 != 0.4 {
		t.Errorf("%+v", changed)
	}
	if d.Tenants[0].States["errors"] != StateWarn || d.Tenants[0].States["p95"] != StateCritical {
		t.Errorf("states %v", d.Tenants[0].States)
	}
}

func TestATenantThatIsRefusedMoreThanTheGuidesLimitWarns(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "tenant-search-latency")
	row := func(id string, refused float64) []sample {
		return append(tenantRow(id, 80, 0.01, 0.04, 0.09, 0), sample{labels("tenant_id", id, "stat", "refused"), refused})
	}
	w.instant(t, p, "main", slices.Concat(row("a", 3), row("b", 137), tenantRow("c", 80, 0.01, 0.04, 0.09, 0))...)
	d := Eval(p, w.env)
	if first := d.Tenants[0]; first.ID != "b" || first.State != StateWarn || first.Reason != "refused 137/s > 10/s" || first.Failing() {
		t.Errorf("%+v", first)
	}
	if d.Tenants[1].Refused != 3 || d.Tenants[1].State != StateOK || !math.IsNaN(d.Tenants[2].Refused) || d.Widest.Refused == 0 {
		t.Errorf("%+v, widest %d", d.Tenants[1:], d.Widest.Refused)
	}
}

func TestWhatIsNotExportedIsLeftOutOfTheTenantsQuery(t *testing.T) {
	w, p := newWorld(t, vocabulary.ServiceV1), panelOf(t, "tenant-search-latency")
	expr, ok := p.Queries[0].PromQL(w.env)
	if !ok || strings.Contains(expr, "refused") || !strings.Contains(expr, `"errors"`) {
		t.Fatalf("asks %s", expr)
	}
	w.instant(t, p, "main", tenantRow("a", 80, 0.01, 0.04, 0.09, 0)...)
	if d := Eval(p, w.env); len(d.Tenants) != 1 || d.Widest.Refused != 0 {
		t.Errorf("%+v, widest %d", d.Tenants, d.Widest.Refused)
	}
	if !p.recorded(Env{Vocab: recordedSince(t, vocabulary.ServiceV1, now)}) {
		t.Error("what is not exported is missed among the recorded series")
	}
}

func TestTenantsNeedTheirLabel(t *testing.T) {
	w := newWorld(t, vocabulary.Guide)
	w.env.Vocab = noTenants{w.env.Vocab}
	p := panelOf(t, "tenant-search-latency")
	w.instant(t, p, "main", one(1))
	if d := Eval(p, w.env); d.State != StateOff || d.Reason != "guide has no label for tenants" {
		t.Errorf("%s, %q", d.State, d.Reason)
	}
}

type noTenants struct{ Vocabulary }

func (v noTenants) Label(concept, label string) (string, bool) {
	if label == "tenant" {
		return "", false
	}
	return v.Vocabulary.Label(concept, label)
}

func TestCacheLinesAreByTypeAndNameTheWorstTenant(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "cache-hit-rate")
	value := func(kind, tenant string, v float64) sample {
		return sample{labels("cache_type", kind, "tenant_id", tenant), v}
	}
	w.instant(t, p, "main", value("metadata", "acme", 0.9), value("metadata", "globex", 0.9),
		value("query", "acme", 0.4), value("query", "globex", 0.9))
	w.ranged(t, p, "average", sources.Series{Labels: labels("cache_type", "metadata"), Values: []float64{0.9, 0.9}},
		sources.Series{Labels: labels("cache_type", "query"), Values: []float64{0.8, 0.65}})
	d := Eval(p, w.env)
	if len(d.Lines) != 2 || d.Lines[0].Name != "query" || d.Lines[0].State != StateWarn || math.Abs(d.Lines[0].Now-0.65) > 1e-9 ||
		d.Lines[0].Points[0] != 0.8 || d.Lines[1].State != StateOK {
		t.Errorf("lines %+v", d.Lines)
	}
	if !slices.Equal(d.Facts, []string{"worst: acme query 40 %"}) {
		t.Errorf("facts %v", d.Facts)
	}
	if len(d.Values) != 4 {
		t.Errorf("%d values, want all four series as Prometheus gave them", len(d.Values))
	}
	if !slices.Equal(d.Lines[1].Points, []float64{0.9, 0.9}) || d.Grid.Columns != 2 {
		t.Errorf("the past of metadata is %v on %+v", d.Lines[1].Points, d.Grid)
	}

	v1 := newWorld(t, vocabulary.ServiceV1)
	v1.instant(t, p, "main", sample{labels("__name__", "deeplake_cache_hit_ratio", "instance", "a:1"), 0.7})
	if d := Eval(p, v1.env); len(d.Lines) != 1 || d.Lines[0].Name != "Cache hit rate" || len(d.Facts) != 0 || d.State != StateOK {
		t.Errorf("without labels: %+v, %v", d.Lines, d.Facts)
	}
}

func TestRateLimitsAreLowestFirstWithTheirHits(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "rate-limiting")
	tl := func(tenant string) sources.Labels { return labels("tenant_id", tenant, "limit_type", "search") }
	w.instant(t, p, "main", sample{tl("a"), 70}, sample{tl("b"), 5}, sample{tl("c"), nan}, sample{tl("d"), 9})
	w.instant(t, p, "hits", sample{tl("b"), 3}, sample{tl("a"), 1})
	d := Eval(p, w.env)
	var names []string
	for _, l := range d.Lines {
		names = append(names, l.Name)
	}
	if !slices.Equal(names, []string{"b search", "d search", "a search", "c search"}) {
		t.Errorf("order %v", names)
	}
	if d.Reason != "b search 5 < 10 (and 1 more)" || !slices.Equal(d.Facts, []string{"refused 4/s, most b search 3/s"}) {
		t.Errorf("%q, %v", d.Reason, d.Facts)
	}
}

func TestSaturationIsConnectionsOfMaximumAndMemoryOfTotal(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "active-connections")
	w.instant(t, p, "main", one(63))
	w.ranged(t, p, "memory",
		sources.Series{Labels: labels("memory_type", "total"), Values: []float64{8, 8}},
		sources.Series{Labels: labels("memory_type", "used"), Values: []float64{5, 7.6}})
	d := Eval(p, w.env)
	if len(d.Gauges) != 2 {
		t.Fatalf("gauges %+v", d.Gauges)
	}
	mem, conn := d.Gauges[0], d.Gauges[1]
	if mem.Name != "mem" || mem.Now != 7.6 || mem.Max != 8 || mem.Unit != UnitBytes || mem.State != StateWarn || len(mem.Points) != 2 {
		t.Errorf("mem %+v", mem)
	}
	if conn.Now != 63 || !math.IsNaN(conn.Max) || conn.State != StateOK {
		t.Errorf("conn without a health report %+v", conn)
	}
	if d.State != StateWarn || d.Reason != "mem 95 % > 90 %" {
		t.Errorf("%s, %q", d.State, d.Reason)
	}
	w.HealthSnap = feedtest.Value(sources.HealthReport{Checks: []sources.Check{{Name: "database_connections",
		Details: []sources.Detail{{Name: "max_connections", Value: 64.0}}}}}, now)
	if d := Eval(p, w.env); d.Gauges[1].Max != 64 || d.Gauges[1].State != StateCritical || d.State != StateCritical {
		t.Errorf("63 of 64: %+v, %s", d.Gauges[1], d.State)
	}

	v1 := newWorld(t, vocabulary.ServiceV1)
	v1.instant(t, p, "main", sample{labels("protocol", "grpc"), 2}, sample{labels("protocol", "http"), 5})
	if d := Eval(p, v1.env); len(d.Gauges) != 1 || d.Gauges[0].Now != 7 || d.Values[0].Name != "grpc" {
		t.Errorf("v1: %+v, %+v", d.Gauges, d.Values)
	}
}

func TestHeatIsDecumulated(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "search-latency-distribution")
	w.ranged(t, p, "main",
		sources.Series{Labels: labels("le", "+Inf"), Values: []float64{10, 9, nan}},
		sources.Series{Labels: labels("le", "0.1"), Values: []float64{4, 6, nan}},
		sources.Series{Labels: labels("le", "1.0"), Values: []float64{9, 5, nan}},
		sources.Series{Labels: labels("le", "bogus"), Values: []float64{1, 1, 1}})
	d := Eval(p, w.env)
	if d.Heat == nil || !slices.Equal(d.Heat.Bounds, []float64{0.1, 1, math.Inf(1)}) {
		t.Fatalf("heat %+v", d.Heat)
	}
	want := [][]float64{{4, 6, nan}, {5, 0, nan}, {1, 3, nan}}
	for b, row := range want {
		for c, v := range row {
			if got := d.Heat.Cells[b][c]; got != v && !(math.IsNaN(got) && math.IsNaN(v)) {
				t.Errorf("bucket %d column %d: %v, want %v", b, c, got, v)
			}
		}
	}
	if d.of("main")[0].Points[0] != 10 {
		t.Error("the series themselves must stay cumulative")
	}
}

func TestHeatAddsEqualBoundsWrittenDifferently(t *testing.T) {
	values := []Value{
		{Query: "main", Labels: labels("le", "1"), Points: []float64{1, nan}},
		{Query: "main", Labels: labels("le", "1.0"), Points: []float64{2, 3}},
	}
	h := heatOf(values, Grid{Columns: 2})
	if len(h.Bounds) != 1 || h.Cells[0][0] != 3 || h.Cells[0][1] != 3 || values[0].Points[0] != 1 {
		t.Errorf("heat %+v from %+v", h, values)
	}
	if heatOf(nil, Grid{}) != nil {
		t.Error("no buckets must be no heat")
	}
}

func TestAlertsPanelIsAsBadAsItsWorstUnmutedAlert(t *testing.T) {
	alert := func(state sources.AlertState, severity string, silenced ...string) sources.Alert {
		return sources.Alert{State: state, Severity: severity, Silenced: silenced}
	}
	for _, c := range []struct {
		alerts []sources.Alert
		state  State
		reason string
		facts  []string
	}{
		{nil, StateOK, "", nil},
		{[]sources.Alert{alert(sources.Pending, "critical")}, StateOK, "", []string{"1 pending"}},
		{[]sources.Alert{alert(sources.Firing, "warning"), alert(sources.Firing, "")}, StateWarn, "2 warning firing", nil},
		{[]sources.Alert{alert(sources.Firing, "info")}, StateOK, "", []string{"1 info"}},
		{[]sources.Alert{alert(sources.Firing, "Critical"), alert(sources.Firing, "warning")}, StateCritical, "1 critical, 1 warning firing", nil},
		{[]sources.Alert{alert(sources.Firing, "critical", "s1")}, StateOK, "", []string{"1 silenced"}},
	} {
		w := newWorld(t, vocabulary.Guide)
		w.AlertsSnap = feedtest.Value(c.alerts, now)
		d := Eval(panelOf(t, "active-alerts"), w.env)
		if d.State != c.state || d.Reason != c.reason || !slices.Equal(d.Facts, c.facts) || len(d.Alerts) != len(c.alerts) {
			t.Errorf("%v: %s, %q, %v", c.alerts, d.State, d.Reason, d.Facts)
		}
	}
}

func TestHealthPanelFollowsTheReport(t *testing.T) {
	for _, c := range []struct {
		report sources.HealthReport
		state  State
		reason string
	}{
		{sources.HealthReport{Status: sources.Healthy}, StateOK, ""},
		{sources.HealthReport{Status: sources.Healthy, Checks: []sources.Check{{Name: "cache", Status: sources.Disabled}}}, StateOK, ""},
		{sources.HealthReport{Status: sources.Degraded, Checks: []sources.Check{{Name: "disk", Status: sources.Degraded}}}, StateWarn, "disk degraded"},
		{sources.HealthReport{Status: sources.Unhealthy}, StateCritical, "unhealthy"},
		{sources.HealthReport{Status: sources.Healthy, Checks: []sources.Check{{Name: "disk", Status: sources.Unhealthy}}}, StateWarn, "disk unhealthy"},
		{sources.HealthReport{Status: sources.Unknown, Code: 404, Raw: "Not Found"}, StateNoData, "HTTP 404: Not Found"},
	} {
		w := newWorld(t, vocabulary.Guide)
		w.HealthSnap = feedtest.Value(c.report, now)
		if d := Eval(panelOf(t, "health"), w.env); d.State != c.state || d.Reason != c.reason {
			t.Errorf("%+v: %s, %q; want %s, %q", c.report, d.State, d.Reason, c.state, c.reason)
		}
	}
}

func TestTargetsPanelCountsWhatIsDown(t *testing.T) {
	up := func(job string, up bool) sources.Target {
		health := "down"
		if up {
			health = "up"
		}
		return sources.Target{Job: job, Up: up, Health: health}
	}
	for _, c := range []struct {
		targets []sources.Target
		state   State
		reason  string
	}{
		{nil, StateNoData, "prometheus scrapes no targets"},
		{[]sources.Target{up("deeplake-api", true), up("redis", true)}, StateOK, ""},
		{[]sources.Target{up("deeplake-api", true), up("redis", false)}, StateWarn, "1 of 2 down"},
		{[]sources.Target{up("deeplake-api", false), up("deeplake-api", true)}, StateWarn, "1 of 2 down"},
		{[]sources.Target{up("deeplake-api", false), up("redis", true)}, StateCritical, "deeplake-api is down"},
		{[]sources.Target{{Job: "new", Health: "unknown"}}, StateOK, ""},
	} {
		w := newWorld(t, vocabulary.Guide)
		w.TargetsSnap = feedtest.Value(c.targets, now)
		if d := Eval(panelOf(t, "targets"), w.env); d.State != c.state || d.Reason != c.reason {
			t.Errorf("%v: %s, %q; want %s, %q", c.targets, d.State, d.Reason, c.state, c.reason)
		}
	}
}

func TestTargetsComeFromUpWhereTheServerKnowsNone(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "targets")
	w.TargetsSnap = feedtest.Failed[[]sources.Target](&sources.Error{Source: "prometheus", Reason: "404", Kind: sources.Rejected}, now)
	reqs := p.Requests(w.env)
	if len(reqs) != 2 || reqs[1].Expr != "up" {
		t.Fatalf("asks %v", reqs)
	}
	if d := Eval(p, w.env); d.State != StateError {
		t.Errorf("before up is known: %s", d.State)
	}
	w.instant(t, p, "main", sample{labels("job", "redis", "instance", "r:1"), 0}, sample{labels("job", "api", "instance", "a:1"), 1})
	d := Eval(p, w.env)
	if len(d.Targets) != 2 || d.Targets[0].Job != "api" || !d.Targets[0].Up || d.Targets[1].Health != "down" || d.State != StateWarn {
		t.Errorf("%s %+v", d.State, d.Targets)
	}
	w.TargetsSnap = feedtest.Failed[[]sources.Target](down, now)
	if reqs := p.Requests(w.env); len(reqs) != 1 {
		t.Errorf("an unreachable server is asked for up, too: %v", reqs)
	}
}

func TestBackupsOlderThanADayWarnOldestFirst(t *testing.T) {
	w, p := newWorld(t, vocabulary.Guide), panelOf(t, "backups")
	row := func(tenant string) sources.Labels { return labels("tenant_id", tenant, "backup_type", "full") }
	w.instant(t, p, "main", sample{row("acme"), 720}, sample{row("globex"), 30 * 3600})
	d := Eval(p, w.env)
	if d.Values[0].Name != "globex full" || d.State != StateWarn || d.Reason != "globex full 30 h > 24 h" {
		t.Errorf("%s, %q, %+v", d.State, d.Reason, d.Values)
	}
}

func TestLegendNamesSeriesByWhatTellsThemApart(t *testing.T) {
	v := vocab(t, vocabulary.Guide)
	for _, c := range []struct {
		q      Query
		labels sources.Labels
		want   string
	}{
		{Query{Expr: "{{searches}}", Legend: "{tenant} {search_type}"}, labels("tenant_id", "a", "search_type", "vector"), "a vector"},
		{Query{Expr: "{{searches}}", Legend: "{tenant} {search_type}"}, labels("search_type", "vector"), "vector"},
		{Query{Expr: "{{searches}}", Legend: "p95"}, labels(), "p95"},
		{Query{Expr: "up"}, labels("__name__", "up", "job", "j", "instance", "i"), "i"},
		{Query{Expr: "up"}, labels("b", "2", "a", "1", "job", "j"), "1 2"},
		{Query{Expr: "up", Title: "targets"}, labels(), "targets"},
		{Query{Expr: "up"}, labels(), "Panel"},
		{Query{Expr: "{{connections}}", Legend: "{protocol}"}, labels("instance", "i"), "i"},
	} {
		if got := c.q.legend(v, c.labels, "Panel"); got != c.want {
			t.Errorf("%q of %v is %q, want %q", c.q.Legend, c.labels, got, c.want)
		}
	}
}
