package traces

import (
	"testing"
	"time"

	"dlmon/sources/tracing"
	"dlmon/tui/page/pagetest"
)

func TestGroupsOfDifferentTimesAreSaidToBeThat(t *testing.T) {
	began := func(minutes ...int) (out []*tracing.Analysis) {
		for _, m := range minutes {
			out = append(out, &tracing.Analysis{Start: pagetest.Now.Add(time.Duration(m) * time.Minute)})
		}
		return out
	}
	clock := func(at time.Time) string { return at.Format("15:04") }
	for _, x := range []struct {
		a, b []*tracing.Analysis
		want string
	}{
		{began(-30, -1), began(-2, 0), "of different times, which may differ in itself: failed 13:35 to 14:04, others 14:03 to 14:05"},
		{began(-2, 0), began(-30, -20), "of different times, which may differ in itself: failed 14:03 to 14:05, others 13:35 to 13:45"},
		{began(-30, -1), began(-28, 0), ""},
		{began(0), began(0, 0), ""},
		{nil, began(0), ""},
	} {
		if got := (groups{a: x.a, b: x.b, shortA: "failed", shortB: "others"}).apart(clock); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}
