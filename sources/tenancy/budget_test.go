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
		{"silent", nan, nan, nan, nan, Unknown},
		{"quiet now", nan, nan, nan, 0.5, Within},
	} {
		b := Budgets([]Ratios{{"x", c.m5 * allowed, c.m30 * allowed, c.h1 * allowed, c.h6 * allowed}}, 0.999)[0]
		if b.Level != c.want {
			t.Errorf("%s: level %d, want %d", c.name, b.Level, c.want)
		}
	}
}

func TestWorkbooksShares(t *testing.T) {
	// 14.4 for an hour is 2 % of thirty days' budget, 6 for six hours is 5 %.
	b := Budgets([]Ratios{{"x", 0.0144, 0.006, 0.0144, 0.006}}, 0.999)[0]
	if math.Abs(b.Spent-0.05) > 1e-9 {
		t.Errorf("spent %v in 6 h", b.Spent)
	}
	if got := b.Lasts.Round(time.Hour); got != 50*time.Hour {
		t.Errorf("lasts %v", got)
	}
	if b := Budgets([]Ratios{{"x", 0, 0, 0, 0}}, 0.999)[0]; b.Lasts != 0 || b.Spent != 0 || b.Level != Within {
		t.Errorf("%+v", b)
	}
}

func TestWorstBudgetComesFirst(t *testing.T) {
	var got []string
	for _, b := range Budgets([]Ratios{
		{"calm", 0, 0, 0, 0}, {"silent", nan, nan, nan, nan}, {"slow", 0.01, 0.01, 0.01, 0.01}, {"fast", 0.02, 0.02, 0.02, 0.005},
		{"faster", 0.2, 0.2, 0.2, 0.2}, {"spends", 0.002, 0.002, 0.002, 0.002},
	}, 0.999) {
		got = append(got, b.Tenant)
	}
	if want := []string{"faster", "fast", "slow", "spends", "calm", "silent"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
