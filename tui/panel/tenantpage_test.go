package panel

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/dashboard"
)

func drawn(d dashboard.Data, width, height int) []string {
	lines := Render(d, Options{Styles: themes.Default(true), Now: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Width: width, Height: height, Selected: -1, Cursor: -1})
	for i, l := range lines {
		lines[i] = ansi.Strip(l)
	}
	return lines
}

func verdict(findings ...dashboard.Finding) dashboard.Data {
	d := dashboard.Data{State: findings[0].State, Findings: findings}
	d.Panel = dashboard.Panel{ID: "verdict", Title: "Verdict", Kind: dashboard.KindVerdict}
	return d
}

func TestVerdictShowsTheWorstHoweverSmallTheScreen(t *testing.T) {
	d := verdict(dashboard.Finding{State: dashboard.StateCritical, Text: "search p95 1.2 s, +640 % vs 1 h ago, others' median 62 ms"},
		dashboard.Finding{State: dashboard.StateWarn, Text: "errors 4.1 %, +3.6 pt vs 1 h ago"},
		dashboard.Finding{State: dashboard.StateOK, Text: "cache hits 90 %, +0.3 pt vs 1 h ago, others' median 90 %"})
	for _, width := range []int{40, 80, 120, 200} {
		got := strings.Join(strings.Fields(strings.Join(drawn(d, width, 3), " ")), " ")
		if !strings.Contains(got, "✖ search p95 1.2 s, +640 % vs 1 h ago, others' median 62 ms") {
			t.Errorf("%d: %s", width, got)
		}
	}
	if got := strings.Join(drawn(d, 80, 3), "\n"); !strings.Contains(got, "1 more") {
		t.Errorf("what does not fit is not counted:\n%s", got)
	}
	calm := verdict(dashboard.Finding{State: dashboard.StateOK, Text: "search p95 61 ms"})
	if got := strings.Join(drawn(calm, 80, 3), "\n"); !strings.Contains(got, "nothing stands out") {
		t.Errorf("calm:\n%s", got)
	}
}

func TestTracesOfATenantTellTheFailedFromTheOthersBySigns(t *testing.T) {
	d := dashboard.Data{State: dashboard.StateOK, Facts: []string{"1 failed"}}
	d.Panel = dashboard.Panel{Title: "Traces", Kind: dashboard.KindTraces}
	at := time.Date(2026, 3, 14, 11, 59, 0, 0, time.UTC)
	for range 9 {
		d.Traces = append(d.Traces, sources.TraceSummary{ID: "a", Operation: "POST /search", Duration: 812 * time.Millisecond, Spans: 14, Start: at})
	}
	d.Traces[0].Errors = 2
	lines := drawn(d, 80, 6)
	if !strings.Contains(lines[0], "(1 failed)") || !strings.Contains(lines[2], "✖ 812 ms") || !strings.Contains(lines[3], "● 812 ms") {
		t.Errorf("%s", strings.Join(lines, "\n"))
	}
	if !strings.Contains(lines[5], "6 more, full screen has room") {
		t.Errorf("what is not shown is not counted: %s", lines[5])
	}
}

func TestTenantWithoutAlertsSaysWhatFiresForTheWholeService(t *testing.T) {
	d := dashboard.Data{State: dashboard.StateOK, ServiceWide: 2, Facts: []string{"2 firing for the whole service"}}
	d.Panel = dashboard.Panel{Title: "Alerts", Kind: dashboard.KindAlerts, Tenant: "acme"}
	got := strings.Join(drawn(d, 60, 5), "\n")
	if !strings.Contains(got, "none names this tenant") || !strings.Contains(got, "2 firing for the whole service") {
		t.Errorf("%s", got)
	}
}

func TestLinesWithoutAPastSayWhyTheyAreATable(t *testing.T) {
	d := dashboard.Data{State: dashboard.StateOK, Grid: dashboard.Grid{Step: time.Hour, Columns: 2}}
	d.Panel = dashboard.Panel{Title: "Searches", Kind: dashboard.KindLines, Unit: dashboard.UnitPerSec}
	d.Values = []dashboard.Value{{Query: "main", Name: "vector", Now: 4, Points: []float64{math.NaN(), math.NaN()}}}
	d.Lines = d.Values
	if got := strings.Join(drawn(d, 60, 8), "\n"); !strings.Contains(got, "the newest value alone: no past in this window") {
		t.Errorf("%s", got)
	}
	d.Values[0].Points[1] = 4
	if got := strings.Join(drawn(d, 60, 8), "\n"); strings.Contains(got, "now only") {
		t.Errorf("%s", got)
	}
}
