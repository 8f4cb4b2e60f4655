package panel

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/dashboard"
)

// sizes are where each kind is looked at: as the grid places it at 80, 120 and 200 columns, and smaller.
func sizes(kind string) [][2]int {
	switch kind {
	case dashboard.KindStat:
		return [][2]int{{18, 1}, {19, 2}, {20, 3}, {30, 3}, {44, 4}, {50, 8}}
	case dashboard.KindTenants:
		return [][2]int{{132, 15}, {80, 8}, {52, 7}, {30, 4}}
	case dashboard.KindAlerts:
		return [][2]int{{66, 12}, {40, 6}, {38, 4}, {80, 3}}
	case dashboard.KindHealth:
		return [][2]int{{80, 10}, {40, 9}, {80, 2}, {40, 5}}
	}
	return [][2]int{{80, 10}, {40, 9}, {30, 5}, {24, 2}}
}

func variants(t *testing.T) map[string]*themes.Styles {
	out := map[string]*themes.Styles{}
	for name, load := range map[string]struct {
		theme              string
		dark, color, ascii bool
	}{
		"dark": {"default", true, true, false}, "light": {"default", false, true, false},
		"no colour": {"default", true, false, false}, "ascii": {"mono", true, true, true},
	} {
		s, err := themes.Load(load.theme, load.dark, load.color, load.ascii)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = s
	}
	return out
}

func render(d dashboard.Data, o Options) string {
	lines := Render(d, o)
	for i, l := range lines {
		if o.Styles != nil && o.Styles.ASCII {
			lines[i] = themes.ASCII(l)
		}
	}
	return strings.Join(lines, "\n")
}

func TestPanelsLookAsTheGoldenFilesSay(t *testing.T) {
	styles := variants(t)
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, variant := range slices.Sorted(maps.Keys(styles)) {
				for i, size := range sizes(d.Panel.Kind) {
					fmt.Fprintf(&b, "== %s %dx%d\n", variant, size[0], size[1])
					b.WriteString(render(d, Options{Styles: styles[variant], Now: at, Width: size[0], Height: size[1],
						Cursor: -1, Selected: i%2 - 1, Focused: i == 1, UTC: true}))
					b.WriteString("\n")
				}
			}
			golden.RequireEqual(t, b.String())
		})
	}
}

func TestFullScreenLooksAsTheGoldenFilesSay(t *testing.T) {
	styles := variants(t)
	all := samples()
	for _, name := range []string{"stat", "lines", "lines-many", "heatmap", "bars", "tenants", "alerts", "health", "stale"} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, variant := range []string{"dark", "ascii"} {
				for _, size := range [][2]int{{80, 22}, {120, 36}} {
					fmt.Fprintf(&b, "== %s %dx%d\n", variant, size[0], size[1])
					b.WriteString(render(all[name], Options{Styles: styles[variant], Now: at, Width: size[0], Height: size[1],
						Cursor: 40, Selected: 1, Full: true, Focused: true, UTC: true}))
					b.WriteString("\n")
				}
			}
			golden.RequireEqual(t, b.String())
		})
	}
}

func TestEveryPanelHasExactlyItsSizeDownToNothing(t *testing.T) {
	s := themes.Default(true)
	for name, d := range samples() {
		for w := 0; w < 130; w += 1 + w/12 {
			for h := range 14 {
				for _, full := range []bool{false, true} {
					checkSize(t, name, d, Options{Styles: s, Now: at, Width: w, Height: h, Full: full, Cursor: w, Selected: 2, Offset: h})
				}
			}
		}
	}
}

func checkSize(t *testing.T, name string, d dashboard.Data, o Options) {
	t.Helper()
	lines := Render(d, o)
	if len(lines) != max(o.Height, 0) {
		t.Fatalf("%s at %dx%d: %d lines", name, o.Width, o.Height, len(lines))
	}
	for i, l := range lines {
		if got := ansi.StringWidth(l); got != max(o.Width, 0) {
			t.Fatalf("%s at %dx%d full %v: line %d is %d cells wide: %q", name, o.Width, o.Height, o.Full, i, got, l)
		}
		if strings.Contains(l, "\n") {
			t.Fatalf("%s at %dx%d: line %d holds a newline", name, o.Width, o.Height, i)
		}
	}
}

func TestAnyDataIsDrawnInItsSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := themes.Default(true)
	ascii, err := themes.Load("mono", true, true, true)
	if err != nil {
		t.Fatal(err)
	}
	for range 1200 {
		d := randomData(r)
		o := Options{Styles: s, Now: at, Width: r.IntN(160) - 2, Height: r.IntN(40) - 2, Focused: r.IntN(2) == 0, Full: r.IntN(3) == 0,
			Cursor: r.IntN(200) - 50, Selected: r.IntN(30) - 5, Offset: r.IntN(40) - 10, UTC: true}
		checkSize(t, d.Panel.Kind, d, o)
		o.Styles = ascii
		for _, l := range Render(d, o) {
			folded := themes.ASCII(l)
			if ansi.StringWidth(folded) != max(o.Width, 0) || strings.ContainsFunc(folded, func(r rune) bool { return r > 126 }) {
				t.Fatalf("%s in ASCII is not %d cells: %q", d.Panel.Kind, o.Width, folded)
			}
		}
	}
}

func randomData(r *rand.Rand) dashboard.Data {
	odd := []float64{nan, math.Inf(1), math.Inf(-1), 0, -1, 1e-320, math.MaxFloat64, -math.MaxFloat64, 1, 0.5, 3e9, 1e-9}
	number := func() float64 {
		if r.IntN(3) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return r.ExpFloat64() * math.Pow(10, float64(r.IntN(12)-4))
	}
	words := []string{"", "acme", "数据库テナント", "👩‍👩‍👧 family", "a very long name that goes on and on " + strings.Repeat("x", 300),
		"é́́combining", "🇩🇪🇫🇷", "…", "{endpoint}", "●▲✖", "ｆｕｌｌ"}
	word := func() string { return words[r.IntN(len(words))] }
	states := []dashboard.State{"", dashboard.StateOK, dashboard.StateOK, dashboard.StateOK, dashboard.StateWarn, dashboard.StateCritical,
		dashboard.StateNoData, dashboard.StateError, dashboard.StateOff}
	state := func() dashboard.State { return states[r.IntN(len(states))] }
	points := func() []float64 {
		if r.IntN(4) == 0 {
			return nil
		}
		out := make([]float64, r.IntN(200))
		for i := range out {
			out[i] = number()
		}
		return out
	}
	units := []string{"", dashboard.UnitSeconds, dashboard.UnitBytes, dashboard.UnitPerSec, dashboard.UnitRatio, dashboard.UnitPercent, dashboard.UnitCount, "bogus"}
	kinds := []string{dashboard.KindStat, dashboard.KindLines, dashboard.KindHeatmap, dashboard.KindBars, dashboard.KindTable,
		dashboard.KindTenants, dashboard.KindAlerts, dashboard.KindHealth, dashboard.KindTargets, "bogus"}
	d := dashboard.Data{
		Panel: dashboard.Panel{Title: word(), Kind: kinds[r.IntN(len(kinds))], Unit: units[r.IntN(len(units))],
			Info: r.IntN(8) == 0, Queries: []dashboard.Query{{Name: "main", Title: word()}, {Name: "other", Title: word()}}},
		State: state(), Reason: word(), Hint: word(), Query: word(), Stale: r.IntN(4) == 0,
		Grid: dashboard.Grid{Start: at, Step: time.Duration(number() * 1e9), Columns: r.IntN(300) - 2},
	}
	if r.IntN(2) == 0 {
		d.At = at.Add(-time.Duration(r.Int64N(1e15)))
	}
	if r.IntN(2) == 0 {
		d.Panel.Thresholds = dashboard.Thresholds{Warn: ptr(number()), Critical: ptr(number()), Below: r.IntN(2) == 0}
	}
	value := func() dashboard.Value {
		return dashboard.Value{Query: []string{"main", "other", "third"}[r.IntN(3)], Name: word(), Now: number(), Before: number(),
			Points: points(), State: state(), Unit: units[r.IntN(len(units))], Labels: sources.Labels{word(): word()}}
	}
	heat := &dashboard.Heat{}
	for range r.IntN(14) {
		d.Values = append(d.Values, value())
		heat.Bounds = append(heat.Bounds, number())
		heat.Cells = append(heat.Cells, points())
		d.Facts = append(d.Facts, word())
		d.Warnings = append(d.Warnings, word())
		d.Tenants = append(d.Tenants, dashboard.Tenant{ID: word(), SearchRate: number(), P50: number(), P95: number(), P99: number(),
			ErrorRatio: number(), P95Before: number(), Points: points(), State: state()})
		d.Alerts = append(d.Alerts, sources.Alert{Name: word(), State: sources.Firing, Severity: word(), Value: number(),
			Annotations: sources.Labels{"summary": word()}})
		d.Health.Checks = append(d.Health.Checks, sources.Check{Name: word(), Message: word(), Duration: time.Duration(r.Int64()),
			Status: []sources.HealthStatus{sources.Healthy, sources.Unhealthy, sources.Unknown, ""}[r.IntN(4)]})
		d.Targets = append(d.Targets, sources.Target{Job: word(), Instance: word(), Up: r.IntN(2) == 0, LastError: word()})
	}
	if r.IntN(2) == 0 {
		d.Lines = d.Values
	}
	if r.IntN(4) > 0 {
		d.Heat = heat
	}
	if r.IntN(3) == 0 {
		d.Gauges = []dashboard.Gauge{{Name: word(), Now: number(), Max: number(), Unit: units[r.IntN(len(units))], Points: points(), State: state()}}
		d.History = map[string][]sources.HealthPoint{"acme": {{At: at.Add(-time.Hour), Status: sources.Degraded}, {At: at.Add(time.Hour)}}}
	}
	return d
}

func TestTheLinesOfAnExplanationBeginBelowOneAnother(t *testing.T) {
	d := dashboard.Data{Panel: dashboard.Panel{Title: "Health", Kind: dashboard.KindHealth}, State: dashboard.StateOff,
		Reason: "what the service said of its health is not known for a time before dlmon ran", Hint: "go back to the present"}
	begins := map[int]bool{}
	for _, l := range Render(d, Options{Styles: themes.Default(true), Now: at, Width: 40, Height: 9})[1:] {
		if l = ansi.Strip(l); strings.TrimSpace(l) != "" {
			begins[len(l)-len(strings.TrimLeft(l, " "))] = true
		}
	}
	if len(begins) != 1 {
		t.Errorf("lines begin in the columns %v", begins)
	}
}
