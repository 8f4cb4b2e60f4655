package dashboard

import (
	"slices"
	"testing"
	"time"
)

func TestLayoutFillsTheWidthAndNeverOverlaps(t *testing.T) {
	for _, d := range Builtin() {
		for width := 1; width <= 300; width++ {
			placed := Layout(d.Panels, width)
			if len(placed) != len(d.Panels) {
				t.Fatalf("%s at %d: %d of %d panels placed", d.ID, width, len(placed), len(d.Panels))
			}
			height := 0
			for _, p := range placed {
				height = max(height, p.Y+p.H)
			}
			// Every cell of the grid belongs to exactly one panel.
			owner := make([]int, width*height)
			for _, p := range placed {
				if p.X < 0 || p.Y < 0 || p.H < 2 || p.X+p.W > width || width >= 20 && p.W < 1 {
					t.Fatalf("%s at %d: %s stands at %+v", d.ID, width, d.Panels[p.Panel].ID, p)
				}
				for y := p.Y; y < p.Y+p.H; y++ {
					for x := p.X; x < p.X+p.W; x++ {
						owner[y*width+x]++
					}
				}
			}
			for i, n := range owner {
				if n != 1 {
					t.Fatalf("%s at %d: cell %d,%d belongs to %d panels", d.ID, width, i%width, i/width, n)
				}
			}
		}
	}
}

func TestLayoutGivesPanelsTheirMinimumWhereTheScreenAllows(t *testing.T) {
	for _, d := range Builtin() {
		for width := 80; width <= 240; width++ {
			for _, p := range Layout(d.Panels, width) {
				if least := d.Panels[p.Panel].Place.Min; p.W < least {
					t.Errorf("%s at %d: %s has %d columns, needs %d", d.ID, width, d.Panels[p.Panel].ID, p.W, least)
				}
			}
		}
	}
}

func overview(t *testing.T) []Panel {
	t.Helper()
	for _, d := range Builtin() {
		if d.ID == "overview" {
			return d.Panels
		}
	}
	t.Fatal("no overview")
	return nil
}

func TestNarrowScreenShowsStripTenantsAlertsAndHealthFirst(t *testing.T) {
	panels := overview(t)
	var order []string
	bottom := map[string]int{}
	for _, p := range Layout(panels, 80) {
		order = append(order, panels[p.Panel].ID)
		bottom[panels[p.Panel].ID] = p.Y + p.H
	}
	want := []string{"latency-p95", "request-rate", "error-rate", "active-connections", "tenant-search-latency",
		"active-alerts", "health"}
	for i, id := range want {
		if order[i] != id {
			t.Fatalf("at 80 columns: %v, want it to begin with %v", order, want)
		}
	}
	if strip := bottom["active-connections"]; strip != 2 {
		t.Errorf("the strip takes %d lines at 80 columns, want 2", strip)
	}
	// 24 lines less status bar and tabs.
	if bottom["active-alerts"] > 20 || bottom["health"] > 22 {
		t.Errorf("at 80x24 the alerts end at %d, health at %d", bottom["active-alerts"], bottom["health"])
	}
}

func TestScreenOfFewLinesShowsSignalsAlertsAndHealth(t *testing.T) {
	panels := overview(t)
	for _, c := range []struct{ width, lines int }{{40, 9}, {40, 11}, {59, 11}, {80, 9}, {80, 14}, {200, 11}} {
		y := 0
		for i, p := range LayoutFew(panels, c.width, c.lines) {
			if p.Y > y || p.X == 0 && p.Y < y-p.H-2 || p.H < 2 {
				t.Errorf("%v: %s stands at %+v", c, panels[p.Panel].ID, p)
			}
			y = max(y, p.Y+p.H)
			if id := panels[p.Panel].ID; (i < 4 || id == "active-alerts" || id == "health") && p.Y+p.H > c.lines {
				t.Errorf("%v: %s ends at line %d", c, id, p.Y+p.H)
			}
		}
		if placed := LayoutFew(panels, c.width, c.lines); len(placed) != len(panels) {
			t.Errorf("%v: %d of %d panels are placed", c, len(placed), len(panels))
		}
	}
}

func TestWideScreenHoldsTheWholeOverview(t *testing.T) {
	panels := overview(t)
	for _, c := range []struct {
		width, lines, least int
	}{{120, 37, 13}, {200, 57, 21}} {
		whole := 0
		for _, p := range Layout(panels, c.width) {
			if p.Y+p.H <= c.lines {
				whole++
			}
		}
		if whole < c.least {
			t.Errorf("%d columns, %d lines: %d of %d panels are wholly seen, want %d", c.width, c.lines, whole, len(panels), c.least)
		}
	}
}

// A high screen has no blank lines under panels that hide rows.
func TestRowsShareWhatAHighScreenLeaves(t *testing.T) {
	for _, d := range Builtin() {
		for _, width := range []int{60, 120, 200, 300} {
			for _, more := range []int{-3, 0, 1, 4, 12, 40} {
				placed, bottom := Layout(d.Panels, width), 0
				was := slices.Clone(placed)
				for _, p := range was {
					bottom = max(bottom, p.Y+p.H)
				}
				Fill(placed, d.Panels, bottom+more)
				grown, above := 0, make([]int, width) // the first free line of each column
				for i, p := range placed {
					if d.Panels[p.Panel].Place.Strip && p != was[i] || p.H < was[i].H || p.X != was[i].X || p.W != was[i].W {
						t.Errorf("%s at %d, %d more: %+v became %+v", d.ID, width, more, was[i], p)
					}
					for x := p.X; x < p.X+p.W; x++ {
						if above[x] != p.Y {
							t.Fatalf("%s at %d, %d more: %s begins on line %d, the one above it ends on %d", d.ID, width, more, d.Panels[p.Panel].ID, p.Y, above[x])
						}
						above[x] = p.Y + p.H
					}
					grown = max(grown, p.Y+p.H)
				}
				if grown != bottom+max(more, 0) {
					t.Errorf("%s at %d: %d lines of %d more are filled", d.ID, width, grown-bottom, more)
				}
			}
		}
	}
}

func TestGridStepNeedsNoMoreColumnsThanThereAre(t *testing.T) {
	for _, window := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour} {
		for columns := 30; columns <= 240; columns++ {
			step := GridStep(window, columns)
			if points := int(window/step) + 1; step < time.Second || points > columns {
				t.Errorf("%v in %d columns: step %v", window, columns, step)
			}
		}
	}
	for _, c := range []struct {
		window  time.Duration
		columns int
		want    time.Duration
	}{
		{time.Hour, 121, 30 * time.Second}, {time.Hour, 120, 40 * time.Second}, {time.Hour, 90, time.Minute}, {5 * time.Minute, 120, 5 * time.Second},
		{7 * 24 * time.Hour, 80, 3 * time.Hour}, {time.Second, 100, time.Second}, {365 * 24 * time.Hour, 10, 48 * time.Hour},
		{30 * 24 * time.Hour, 28, 48 * time.Hour}, {time.Hour, 1, 2 * time.Hour},
	} {
		if got := GridStep(c.window, c.columns); got != c.want {
			t.Errorf("%v in %d columns: %v, want %v", c.window, c.columns, got, c.want)
		}
	}
}

func TestRateWindowHidesNoSpikeBetweenColumns(t *testing.T) {
	for _, c := range []struct{ scrape, step, want time.Duration }{
		{0, 0, 5 * time.Minute}, {15 * time.Second, 30 * time.Second, 5 * time.Minute},
		{2 * time.Minute, 30 * time.Second, 8 * time.Minute}, {15 * time.Second, time.Hour, time.Hour},
	} {
		if got := RateWindow(c.scrape, c.step); got != c.want {
			t.Errorf("scrape %v, step %v: %v, want %v", c.scrape, c.step, got, c.want)
		}
	}
}
