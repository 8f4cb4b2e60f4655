package panel

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/dashboard"
)

func text(d dashboard.Data, o Options) string {
	o.Styles, o.Now, o.UTC = themes.Default(true), at, true
	return ansi.Strip(strings.Join(Render(d, o), "\n"))
}

func TestStaleDataSaysItsAgeInTheTitle(t *testing.T) {
	for name, d := range samples() {
		if (&view{Data: d}).absent() {
			continue
		}
		d.Stale, d.At = true, at.Add(-150*time.Second)
		for _, w := range []int{30, 40, 80} {
			title, _, _ := strings.Cut(text(d, Options{Width: w, Height: 6, Cursor: -1, Selected: -1}), "\n")
			if !strings.Contains(title, "stale 2m") {
				t.Errorf("%s at %d columns does not tell that it is stale: %q", name, w, title)
			}
		}
	}
}

func TestAPanelWithoutDataSaysWhyAndWhatToDo(t *testing.T) {
	all := samples()
	for name, wants := range map[string][]string{
		"off":            {"Prometheus is off", "--prometheus-url http://host:9090"},
		"off-vocabulary": {"rate limits: not exported (metric names: service-v1)"},
		"error":          {"connection refused"},
		"nodata":         {"no series for the last hour"},
	} {
		for _, full := range []bool{false, true} {
			got := text(all[name], Options{Width: 60, Height: 6, Full: full, Cursor: -1, Selected: -1})
			for _, want := range wants {
				if !strings.Contains(got, want) {
					t.Errorf("%s (full %v) lacks %q:\n%s", name, full, want, got)
				}
			}
		}
	}
}

func TestStaleDataWithoutValuesSaysItsAgeToo(t *testing.T) {
	d := samples()["nodata"]
	d.Stale, d.At = true, at.Add(-3*time.Hour)
	if got := text(d, Options{Width: 50, Height: 4, Cursor: -1, Selected: -1}); !strings.Contains(got, "stale 3h") {
		t.Error(got)
	}
}

func TestASeriesThatIsGoneIsNoBar(t *testing.T) {
	d := samples()["bars"]
	d.Lines = append(d.Lines[:1:1], dashboard.Value{Query: "main", Name: "left-us", Now: nan, Gone: true})
	if got := text(d, Options{Width: 50, Height: 6, Cursor: -1, Selected: -1}); strings.Contains(got, "left-us") || !strings.Contains(got, "acme") {
		t.Error(got)
	}
}

func TestTheTenantsThatAreNotShownAreCounted(t *testing.T) {
	d := samples()["tenants"]
	for _, c := range []struct {
		offset int
		want   string
	}{{0, "9 more, all ok"}, {1, "9 more, ✖ 1 not ok"}, {99, "9 more, ✖ 1 not ok"}} {
		got := text(d, Options{Width: 84, Height: 6, Offset: c.offset, Cursor: -1, Selected: -1})
		if !strings.Contains(got, c.want) {
			t.Errorf("offset %d lacks %q:\n%s", c.offset, c.want, got)
		}
	}
	if got := text(d, Options{Width: 84, Height: 14, Cursor: -1, Selected: -1}); strings.Contains(got, "more") || !strings.Contains(got, "vandelay") {
		t.Errorf("with room for all, all are shown:\n%s", got)
	}
}

// A critical row that is hidden must not be announced as a warning.
func TestWhatIsHiddenIsCountedWithTheSignOfTheWorstOfIt(t *testing.T) {
	s := themes.Default(true)
	all := samples()
	tenants, alerts, health := all["tenants"], all["alerts"], all["health"]
	for i := range tenants.Tenants {
		tenants.Tenants[i].State = dashboard.StateWarn
	}
	alerts.Alerts = nil
	for _, severity := range []string{"warning", "page", "warning"} {
		alerts.Alerts = append(alerts.Alerts, sources.Alert{Name: "X" + severity, State: sources.Firing, Severity: severity})
	}
	alerts.Alerts = append(alerts.Alerts, sources.Alert{Name: "Quiet", State: sources.Firing, Severity: "critical", Silenced: []string{"s"}})
	for i := range health.Health.Checks {
		health.Health.Checks[i].Status = sources.Degraded
	}
	for _, c := range []struct {
		name         string
		d            dashboard.Data
		make         func(bad bool)
		warns, burns string
		height       int
	}{
		{"tenants", tenants, func(bad bool) {
			tenants.Tenants[11].State = map[bool]dashboard.State{true: dashboard.StateCritical, false: dashboard.StateWarn}[bad]
		}, "▲ 9 not ok", "✖ 9 not ok", 6},
		{"alerts", alerts, func(bad bool) {
			alerts.Alerts[1].Severity = map[bool]string{true: "page", false: "warning"}[bad]
		}, "▲ 2 firing", "✖ 2 firing", 3},
		{"health", health, func(bad bool) {
			health.Health.Checks[6].Status = map[bool]sources.HealthStatus{true: sources.Unhealthy, false: sources.Degraded}[bad]
		}, "▲ 3 not ok", "✖ 3 not ok", 6},
	} {
		for _, bad := range []bool{false, true} {
			c.make(bad)
			want, style := c.warns, s.Warn
			if bad {
				want, style = c.burns, s.Critical
			}
			got := strings.Join(Render(c.d, Options{Styles: s, Now: at, Width: 84, Height: c.height, Cursor: -1, Selected: 0}), "\n")
			if !strings.Contains(got, style.Render(want)) {
				t.Errorf("%s lacks %q in its colour:\n%s", c.name, want, ansi.Strip(got))
			}
		}
	}
}

// At 80 columns a golden signal has 19 cells and one line.
func TestAGoldenSignalFitsOneShortLine(t *testing.T) {
	all := samples()
	ok := all["stat-gauges"]
	ok.Gauges[1].State, ok.Gauges[1].Now = dashboard.StateOK, 61
	for name, want := range map[string]string{"stat-ok": "1.28 k/s  ↑ +3 %", "stat": "p95 ▲ 812 ms  ↑", "stat-gauges": "mem 75 % conn 61 %"} {
		if got := text(all[name], Options{Width: 19, Height: 2, Cursor: -1, Selected: -1}); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, got)
		}
	}
}

func TestWhatRoundsToNothingWentNowhere(t *testing.T) {
	v := &view{g: themes.Default(true).Glyphs}
	for by, x := range map[string]dashboard.Value{
		"≈ ±0 pt vs 1h":   {Now: 0.0006, Before: 0.0004, Unit: dashboard.UnitRatio},
		"↑ +2.9 pt vs 1h": {Now: 0.03, Before: 0.001, Unit: dashboard.UnitRatio},
		"↓ -50 % vs 1h":   {Now: 1, Before: 2, Unit: dashboard.UnitSeconds},
		"≈ ±0 % vs 1h":    {Now: 1, Before: 1, Unit: dashboard.UnitSeconds},
	} {
		if got := v.change(x); got != by {
			t.Errorf("got %q, want %q", got, by)
		}
	}
}

func TestNarrowTenantsKeepP95AndErrorsLongest(t *testing.T) {
	d := samples()["tenants"]
	for _, c := range []struct {
		width      int
		has, lacks string
	}{
		{80, "last 1 h", "~"}, {72, "p99", "last 1 h"}, {44, "errors", "p50"}, {26, "p95", "search/s"},
	} {
		got := text(d, Options{Width: c.width, Height: 6, Cursor: -1, Selected: -1})
		if !strings.Contains(got, c.has) || strings.Contains(got, c.lacks) {
			t.Errorf("%d columns should have %q and not %q:\n%s", c.width, c.has, c.lacks, got)
		}
	}
}

func TestASilencedAlertIsMarked(t *testing.T) {
	got := text(samples()["alerts"], Options{Width: 60, Height: 9, Cursor: -1, Selected: -1})
	for _, want := range []string{"(2 firing, 1 pending, 1 silenced)", "⊘ DiskSpaceLow", "silenced", "p95 812 ms for hybrid", "◔ RateLimitingTriggered", "14m"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

func TestAlertsOfOneNameShareARowWhereRoomIsShortAndNoneIsBeingChosen(t *testing.T) {
	d := samples()["alerts"]
	d.Alerts = nil
	for i := range 12 {
		a := sources.Alert{Name: "TenantSlow", State: sources.Firing, Severity: "warning", Labels: sources.Labels{"tenant_id": strconv.Itoa(i)}}
		if i == 11 {
			a.Silenced = []string{"s"}
		}
		d.Alerts = append(d.Alerts, a)
	}
	d.Alerts = append(d.Alerts, sources.Alert{Name: "Other", State: sources.Pending})
	got := text(d, Options{Width: 60, Height: 6, Cursor: -1, Selected: -1, Offset: 9})
	for _, want := range []string{"▲ TenantSlow ×11", "⊘ TenantSlow", "◔ Other", "(11 firing, 1 pending, 1 silenced)"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if got := text(d, Options{Width: 60, Height: 3, Cursor: -1, Selected: -1}); !strings.Contains(got, "×11") || !strings.Contains(got, "2 more") {
		t.Errorf("what does not fit is counted by alerts:\n%s", got)
	}
	for name, o := range map[string]Options{"chosen": {Width: 60, Height: 6, Cursor: -1, Selected: 2}, "room": {Width: 60, Height: 20, Cursor: -1, Selected: -1}} {
		if got := text(d, o); strings.Contains(got, "×") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestAlertsOfOneNameAreToldApartByTheLabelsInWhichTheyDiffer(t *testing.T) {
	d := samples()["alerts"]
	alert := func(cache string, silenced ...string) sources.Alert {
		return sources.Alert{Name: "LowCacheHitRate", State: sources.Firing, Severity: "warning", Silenced: silenced,
			Labels:      sources.Labels{"alertname": "LowCacheHitRate", "severity": "warning", "cache_type": cache, "job": "api"},
			Annotations: sources.Labels{"summary": "The cache misses more often than it hits"}}
	}
	other := sources.Alert{Name: "Other", State: sources.Firing, Severity: "warning", Labels: sources.Labels{"cache_type": "none"}}
	d.Alerts = []sources.Alert{alert("query"), alert("embedding", "s"), other}
	for _, c := range []struct {
		name         string
		o            Options
		wants, lacks []string
	}{
		{"a line for each", Options{Width: 80, Height: 8, Selected: -1},
			[]string{"cache_type=query  The cache misses", "cache_type=embedding  The cache misses"}, []string{"job=", "cache_type=none"}},
		{"narrow", Options{Width: 39, Height: 8, Selected: -1}, []string{"cache_type=query  The cache", "cache_type=embedding  The"}, nil},
		{"no line to spare", Options{Width: 80, Height: 4, Selected: 1}, []string{"LowCacheHitRate  cache_type=query ", "LowCacheHitRate  cache_type=embedding "}, nil},
		{"neither line nor room", Options{Width: 39, Height: 4, Selected: 1}, []string{"query ", "bedding "}, nil},
	} {
		c.o.Cursor = -1
		got := text(d, c.o)
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", c.name, want, got)
			}
		}
		for _, lack := range c.lacks {
			if strings.Contains(got, lack) {
				t.Errorf("%s has %q:\n%s", c.name, lack, got)
			}
		}
	}
}

func TestARowOfSeveralAlertsSaysForWhomTheyAre(t *testing.T) {
	d := samples()["alerts"]
	d.Alerts = nil
	for i := range 12 {
		d.Alerts = append(d.Alerts, sources.Alert{Name: "TenantSlow", State: sources.Firing, Severity: "warning",
			Labels:      sources.Labels{"instance": "api-" + strconv.Itoa(i), "tenant_id": "t" + strconv.Itoa(i%3)},
			Annotations: sources.Labels{"summary": "a tenant is slow"}})
	}
	got := text(d, Options{Width: 60, Height: 6, Cursor: -1, Selected: -1})
	for _, want := range []string{"▲ TenantSlow ×12", "tenant_id t0, t1, t2  a tenant is slow"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

func TestTheAgeBesideFiringIsThatOfFiring(t *testing.T) {
	d := samples()["alerts"]
	o := Options{Width: 50, Height: 4, Cursor: -1, Selected: -1, Now: d.At}
	d.Alerts = []sources.Alert{{Name: "X", State: sources.Firing, For: time.Hour, ActiveSince: d.At.Add(-61 * time.Minute)}}
	if got := text(d, o); !strings.Contains(got, "firing  1m") {
		t.Error(got)
	}
	d.Alerts[0].State = sources.Pending
	if got := text(d, o); !strings.Contains(got, "pending  1h") {
		t.Error(got)
	}
}

func TestAnAlertWithoutSummaryShowsItsValue(t *testing.T) {
	d := samples()["alerts"]
	d.Alerts = []sources.Alert{{Name: "X", State: sources.Firing, Value: 0.42}}
	if got := text(d, Options{Width: 50, Height: 4, Cursor: -1, Selected: -1}); !strings.Contains(got, "value 0.42") {
		t.Error(got)
	}
}

func TestASickCheckKeepsItsMessageOnOneLine(t *testing.T) {
	got := text(samples()["health"], Options{Width: 80, Height: 2, Cursor: -1, Selected: -1})
	if !strings.Contains(got, "▲ disk_space 15 % free") || !strings.Contains(got, "more") {
		t.Errorf("the sick check comes first, the rest is counted:\n%s", got)
	}
}

func TestTheCursorReadsTheValuesAtItsTime(t *testing.T) {
	d := samples()["lines"]
	d.Lines[0].Points[40], d.Lines[1].Points[40] = 0.61, nan
	got := text(d, Options{Width: 80, Height: 20, Full: true, Cursor: 40, Selected: -1})
	for _, want := range []string{"at 13:25:00", "61 %", "cache_hit_ratio", "< 50 %"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}

func TestNoStateIsToldByColourAlone(t *testing.T) {
	mono, err := themes.Load("mono", true, true, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range samples() {
		if (&view{Data: d}).absent() || d.State == dashboard.StateOK {
			continue
		}
		got := ansi.Strip(strings.Join(Render(d, Options{Styles: mono, Now: at, Width: 60, Height: 8, Cursor: -1, Selected: -1}), "\n"))
		if !strings.ContainsAny(got, mono.Glyphs.Warn+mono.Glyphs.Critical) {
			t.Errorf("%s is %s and shows no sign of it:\n%s", name, d.State, got)
		}
	}
}

func TestWhyATenantIsNotOkIsSeen(t *testing.T) {
	d := samples()["tenants"]
	title, _, _ := strings.Cut(text(d, Options{Width: 84, Height: 6, Cursor: -1, Selected: -1}), "\n")
	if strings.Contains(title, "errors") {
		t.Error(title)
	}
	d.State, d.Reason = dashboard.StateCritical, "acme-corp: errors 13 % > 5 %"
	if title, _, _ := strings.Cut(text(d, Options{Width: 76, Height: 6, Cursor: -1, Selected: -1}), "\n"); !strings.HasSuffix(title, " acme-corp: errors 13 % ") {
		t.Errorf("a number is cut before what it is compared with is left out: %s", title)
	}
	if title, _, _ := strings.Cut(text(d, Options{Width: 84, Height: 6, Cursor: -1, Selected: -1}), "\n"); !strings.Contains(title, "acme-corp: errors 13 % > 5 %") {
		t.Errorf("the latencies are well, and the title says nothing else: %s", title)
	}
	if got := text(d, Options{Width: 84, Height: 6, Cursor: -1, Selected: -1}); strings.Contains(got, "refused") {
		t.Errorf("nothing is refused:\n%s", got)
	}
	d.Tenants[0].Refused, d.Tenants[0].States = 131, map[string]dashboard.State{"refused": dashboard.StateWarn}
	for _, width := range []int{120, 80, 40} {
		got := text(d, Options{Width: width, Height: 6, Cursor: -1, Selected: -1})
		if !strings.Contains(got, "refused/s") || !strings.Contains(got, " 131") {
			t.Errorf("%d columns do not show what is refused:\n%s", width, got)
		}
	}
}

func TestALongFindingGoesOnOnASecondLine(t *testing.T) {
	d := samples()["bars"]
	d.Facts = []string{"refused 132/s, most globex requests 131/s"}
	if got := text(d, Options{Width: 30, Height: 10, Cursor: -1, Selected: -1}); !strings.Contains(got, "refused 132/s, most globex") || !strings.Contains(got, "requests 131/s") {
		t.Error(got)
	}
}

func TestALegendCutsNamesOnlyWhereMoreFitByIt(t *testing.T) {
	d := samples()["lines-many"]
	if got := text(d, Options{Width: 40, Height: 10, Cursor: -1, Selected: -1}); !strings.Contains(got, "/datasets/{id}/search 600/s") || !strings.Contains(got, "7 more") {
		t.Error(got)
	}
	d.Lines = d.Lines[:3]
	d.Lines[1] = d.Lines[2]                // two long names
	for width := 24; width < 70; width++ { // below, the least of a name is too wide
		got := text(d, Options{Width: width, Height: 10, Cursor: -1, Selected: -1})
		if legend := got[strings.LastIndex(got, "\n"):]; !strings.Contains(legend, "/s") || strings.Contains(got, "more") && !strings.Contains(legend, "1 more") {
			t.Errorf("%d columns cut a number for a name:\n%s", width, got)
		}
	}
	d = samples()["lines-many"]
	d.Lines = d.Lines[:2]
	if got := text(d, Options{Width: 70, Height: 10, Cursor: -1, Selected: -1}); !strings.Contains(got, "/datasets/{id}/search 600/s  ─ /datasets 300/s") {
		t.Error(got)
	}
}
