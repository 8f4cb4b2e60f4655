package vocabulary

import (
	"slices"
	"testing"
	"time"
)

func TestExpressionsAreTheSameWhateverTheirBlanks(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`sum by (le, tenant_id) (rate(x[5m]))`, "sum by(le, tenant_id) (\n  rate(x[5m])\n)", true},
		{`a or b * 0`, `a  or b*0`, true},
		{`x{a="b c"}`, `x{a="bc"}`, false},
		{`x{a="\" "}`, `x{a="\""}`, false},
		{`x{a='" '}`, `x{ a='" ' }`, true},
		{"x{a=`\\`} + y", "x{a=`\\`}+y", true},
		{`histogram_quantile(0.95, x)`, `histogram_quantile(0.9, x)`, false},
	} {
		if got := SameExpr(c.a, c.b); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

func TestRecordedSeriesAreKnownBySinceAndExpression(t *testing.T) {
	since := time.Unix(1000, 0)
	plain := load(t, Guide)
	v := plain.WithRecorded(map[string]Recorded{"a": {Expr: "sum(x)", Since: since}, "b": {Since: since}}, []string{"said"})
	for _, c := range []struct {
		name, expr string
		ok         bool
	}{{"a", "sum( x )", true}, {"a", "sum(y)", false}, {"b", "whatever", true}, {"c", "x", false}} {
		if at, ok := v.Recorded(c.name, c.expr); ok != c.ok || ok && !at.Equal(since) {
			t.Errorf("%s as %s: %v, %v", c.name, c.expr, at, ok)
		}
	}
	if _, ok := plain.Recorded("a", "sum(x)"); ok || v.Same(plain) || !v.Same(v.WithRecorded(v.recorded, v.remarks)) {
		t.Error("the vocabulary itself was changed, or equal ones differ")
	}
	if !slices.Equal(v.Remarks(), []string{"said"}) {
		t.Errorf("remarks %v", v.Remarks())
	}
}
