package tenancy

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestBothWindowsMustBurnForALevel(t *testing.T) {
	const allowed = 0.001 // of an objective of 99.9 %
	for _, c := range []struct {
		name            string
		m5, m30, h1, h6 float64 // burn rates
		want            Level
	}{
		{"fast", 15, 10, 15, 3, Fast},
		{"fast has stopped", 1, 20, 30, 5, Spending},
		{"fast has just begun", 200, 20, 10, 0.9, Within},
		{"slow", 7, 7, 7, 7, Slow},
		{"slow has stopped", 0.5, 0.9, 7, 7, Within},
		{"just as allowed", 1, 1, 1, 1, Within},
		{"too much for long", 2, 2, 2, 2, Spending},
		{"silent", nan, nan, nan, nan, Silent},
		{"quiet now", nan, nan, nan, 0.5, Within},
	} {
		b := Budgets([]Ratios{{"x", c.m5 * allowed, c.m30 * allowed, c.h1 * allowed, c.h6 * allowed, 0}}, 0.999, Longest)[0]
		if b.Level != c.want {
			t.Errorf("%s: level %d, want %d", c.name, b.Level, c.want)
		}
	}
}

func TestWithinIsSaidOnlyWhereEveryLevelIsRuledOut(t *testing.T) {
	for _, c := range []struct {
		name            string
		m5, m30, h1, h6 float64 // burn rates
		lacks           Windows
		want            Level
	}{
		{"only five minutes, which burn", 140, nan, nan, nan, In30m | In1h | In6h, Unknown},
		{"only five minutes, which are calm", 0, nan, nan, nan, In30m | In1h | In6h, Unknown},
		{"nothing of the last hour", nan, nan, nan, 0.5, In5m | In30m | In1h, Unknown},
		{"the long windows are missing, the short ones calm", 0.5, 0.5, nan, nan, In1h | In6h, Within},
		{"the short windows are missing, the long ones calm", nan, nan, 2, 0.5, In5m | In30m, Within},
		{"the short windows are missing, the long ones burn", nan, nan, 2, 7, In5m | In30m, Unknown},
		{"it burns fast, whatever the rest", 20, nan, 20, nan, In30m | In6h, Fast},
		{"no requests in the short windows, the long ones are missing", nan, nan, nan, nan, In1h | In6h, Within},
		{"nothing at all", nan, nan, nan, nan, AllWindows, Unknown},
	} {
		r := Ratios{"x", c.m5 * 0.001, c.m30 * 0.001, c.h1 * 0.001, c.h6 * 0.001, c.lacks}
		if b := Budgets([]Ratios{r}, 0.999, Longest)[0]; b.Level != c.want {
			t.Errorf("%s: level %d, want %d", c.name, b.Level, c.want)
		}
	}
}

func TestWorkbooksShares(t *testing.T) {
	// 14.4 for an hour is 2 % of thirty days' budget, 6 for six hours is 5 %.
	b := Budgets([]Ratios{{"x", 0.0144, 0.006, 0.0144, 0.006, 0}}, 0.999, Longest)[0]
	if math.Abs(b.Spent-0.05) > 1e-9 {
		t.Errorf("spent %v in 6 h", b.Spent)
	}
	if got := b.Lasts.Round(time.Hour); got != 50*time.Hour {
		t.Errorf("lasts %v", got)
	}
	if b := Budgets([]Ratios{{"x", 0, 0, 0, 0, 0}}, 0.999, Longest)[0]; b.Lasts != 0 || b.Spent != 0 || b.Level != Within {
		t.Errorf("%+v", b)
	}
}

func TestNoMoreIsSpentThanIsHeld(t *testing.T) {
	all := []Ratios{{"x", 0.006, 0.006, 0.006, 0.006, 0}}
	for _, c := range []struct {
		held time.Duration
		want float64
	}{{Longest, 0.05}, {3 * time.Hour, 0.025}, {7 * time.Hour, 0.05}, {0, nan}} {
		if got := Budgets(all, 0.999, c.held)[0].Spent; !(math.Abs(got-c.want) < 1e-9) && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s held: %v, want %v", c.held, got, c.want)
		}
	}
}

func TestWorstBudgetComesFirst(t *testing.T) {
	var got []string
	for _, b := range Budgets([]Ratios{
		{"calm", 0, 0, 0, 0, 0}, {"silent", nan, nan, nan, nan, 0}, {"slow", 0.01, 0.01, 0.01, 0.01, 0}, {"fast", 0.02, 0.02, 0.02, 0.005, 0},
		{"faster", 0.2, 0.2, 0.2, 0.2, 0}, {"spends", 0.002, 0.002, 0.002, 0.002, 0}, {"hidden", 0.2, nan, nan, nan, AllWindows &^ In5m},
	}, 0.999, Longest) {
		got = append(got, b.Tenant)
	}
	if want := []string{"faster", "fast", "slow", "spends", "hidden", "calm", "silent"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
