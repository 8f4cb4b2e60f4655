package tui

import (
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page/pagetest"
)

func TestAFrameThatNoLoopFollowsHasWhatIsWorkedOutOffTheLoop(t *testing.T) {
	few, more := pagetest.Many(9_000), pagetest.Many(10_000)
	r := pagetest.Many(0)
	r.InstantFunc, r.RangeFunc = few.InstantFunc, few.RangeFunc
	m := New(Options{
		Data: r, Vocab: func() dashboard.Vocabulary { return pagetest.Vocabulary() }, Dashboards: dashboard.Builtin(),
		Styles: themes.Default, Page: "tenants", UTC: true,
	})
	defer m.Close()
	if got := m.Frame(120, 40); !strings.Contains(got, "9000 tenants") {
		t.Fatalf("%s", got)
	}
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := more.InstantFunc(q)
		s.At = s.At.Add(1)
		return s
	}
	if got := m.Frame(120, 40); !strings.Contains(got, "10000 tenants") {
		t.Errorf("%s", strings.SplitN(got, "\n", 4)[2])
	}
}
