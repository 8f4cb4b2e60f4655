package alerts

import (
	"math"
	"strings"
	"testing"
)

func TestTheThresholdIsReadOffAComparisonWithANumber(t *testing.T) {
	for _, c := range []struct {
		expr, left, op string
		threshold      float64
	}{
		{`up == 0`, `up`, "==", 0},
		{`histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m]))) > 0.5`, `histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))`, ">", 0.5},
		{`rate(x{a=~"b > 1",c!="d"}[5m])>=1e-3`, `rate(x{a=~"b > 1",c!="d"}[5m])`, ">=", 0.001},
		{`0.5 > cache_hit_ratio`, `cache_hit_ratio`, "<", 0.5},
		{`(a / b > 100 * (1024 + 1))`, `a / b`, ">", 102500},
		{`((x)) < - 2.5e+3`, `((x))`, "<", -2500},
		{`time() - last_backup > 1d12h`, `time() - last_backup`, ">", 129600},
		{`x != 0x10`, `x`, "!=", 16},
		{`label_replace(x, "a", "> 5", "b", '\'"') > 7 # > 8`, `label_replace(x, "a", "> 5", "b", '\'"')`, ">", 7},
		{"# why\n x > 3", `x`, ">", 3},
		{"x{l=\"} > 1\"} > 3", "x{l=\"} > 1\"}", ">", 3},
		{"(x > bool 5) == 1", "(x > bool 5)", "==", 1},
		{`x{a="` + "\\\\" + `"} > 3`, `x{a="` + "\\\\" + `"}`, ">", 3},
		{"x{a=`\\`} > 3", "x{a=`\\`}", ">", 3},
		{"orders > 3", "orders", ">", 3},
		{"node:or:rate > 3", "node:or:rate", ">", 3},
	} {
		got := conditionOf(c.expr)
		if got.left != c.left || got.op != c.op || got.threshold != c.threshold || got.note != "" || got.also != "" {
			t.Errorf("%s: %+v", c.expr, got)
		}
	}
}

func TestOfJoinedConditionsTheFirstIsDrawnAndTheOthersAreNamed(t *testing.T) {
	for _, c := range []struct {
		expr, left string
		threshold  float64
		also       string
	}{
		{"errors > 0.05 and rate(x[5m]) > 1", "errors", 0.05, "and rate(x[5m]) > 1"},
		{"(errors > 0.05) AND on (job) up == 1 unless down", "errors", 0.05, "AND on (job) up == 1 unless down"},
		{"((a > 1 and b > 2) unless c)", "a", 1, "and b > 2 unless c"},
	} {
		got := conditionOf(c.expr)
		if got.left != c.left || got.threshold != c.threshold || got.also != c.also {
			t.Errorf("%s: %+v", c.expr, got)
		}
	}
}

func TestWhatCanNotBeToldIsSaid(t *testing.T) {
	for expr, want := range map[string]string{
		"absent(up)":                       "compares with nothing",
		"a > 1 or b > 2":                   "joined by or",
		"1 < x < 5":                        "more than once",
		"x > bool 5":                       "bool",
		"x > y * 2":                        "no number: > y * 2",
		"x > on (job) group_left y":        "with each other",
		"x > NaN":                          "no number",
		"x > Inf":                          "no number",
		"x > (5":                           "do not match",
		`x{a="b} > 5`:                      "do not match",
		"x > ":                             "can't be read",
		"1 > 2":                            "can't be read",
		"x = 5":                            "do not match",
		"":                                 "compares with nothing",
		"x > " + strings.Repeat("(", 8000): "do not match",
		"x > " + strings.Repeat("-", 8000): "no number",
		strings.Repeat("x", 9000):          "too long",
		"x > 1 / 0":                        "no number",
		"x > 5 5":                          "no number",
		"\f>":                              "can't be read",
		"\v x > y \f":                      "no number",
	} {
		got := conditionOf(expr)
		if !math.IsNaN(got.threshold) || !strings.Contains(got.note, want) {
			t.Errorf("%.40s: %+.200v", expr, got)
		}
	}
}

func FuzzConditionOf(f *testing.F) {
	for _, s := range []string{"a > 1 and (b or c)", `x{a="}"} == 5m # c`, "((((", "\x00>\xff", "\f>", "\u00a0 a > 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		c := conditionOf(expr)
		if c.known() && (c.op == "" || c.left == "") {
			t.Errorf("%q: %+v", expr, c)
		}
		if !c.known() && c.note == "" {
			t.Errorf("%q: nothing is said: %+v", expr, c)
		}
	})
}
