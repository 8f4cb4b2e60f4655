package grid

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func tenantRanges(reqs []feed.Request) (out []string) {
	for _, r := range reqs {
		if r.Kind == feed.Range && strings.Contains(r.Expr, "tenant_id") && strings.Contains(r.Expr, "search_latency") {
			out = append(out, r.Expr)
		}
	}
	return out
}

func TestTheOverviewAsksThePastOfTheWorstTenantsOnly(t *testing.T) {
	g, c := New(dashboard.Builtin()[0]), pagetest.Context(pagetest.Many(10_000), 120, 40)
	if got := tenantRanges(g.Wants(c)); len(got) > 0 {
		t.Errorf("before it is known how many there are: %v", got)
	}
	view := strings.Join(g.View(c), "\n")
	if !strings.Contains(view, "(10000, worst first)") || !strings.Contains(view, "not ok") {
		t.Errorf("%s", view)
	}
	got := tenantRanges(g.Wants(c))
	if len(got) != 1 || strings.Count(got[0], "|") > 60 || !strings.Contains(got[0], "tenant-00007") {
		t.Errorf("asks %v", got)
	}
	few := New(dashboard.Builtin()[0])
	c = pagetest.Context(pagetest.Reader(), 120, 40)
	few.View(c)
	if got := tenantRanges(few.Wants(c)); len(got) != 1 || strings.Contains(got[0], "=~") {
		t.Errorf("of twelve it asks %v", got)
	}
}

func TestHeavyPanelsAreWorkedOutOffTheLoop(t *testing.T) {
	r := pagetest.Many(10_000)
	g, c := New(dashboard.Builtin()[0]), pagetest.Context(r, 120, 40)
	g.View(c)
	at := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := at(q)
		s.At = s.At.Add(1)
		return s
	}
	cmd := g.Update(c, page.DataMsg{})
	if cmd == nil {
		t.Fatal("nothing is worked out")
	}
	before := g.data["tenant-search-latency"].stamp
	g.View(c)
	if g.data["tenant-search-latency"].stamp != before {
		t.Error("a frame worked it out")
	}
	for _, msg := range messages(cmd()) {
		g.Update(c, msg)
	}
	if g.data["tenant-search-latency"].stamp == before {
		t.Error("it was not taken over")
	}
	if len(g.busy) != 0 {
		t.Errorf("still at work: %v", g.busy)
	}
}

func messages(msg tea.Msg) (out []tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			out = append(out, messages(cmd())...)
		}
		return out
	}
	return []tea.Msg{msg}
}

// BenchmarkOverviewKeys is one key on the overview with 10,000 tenants, frame included.
func BenchmarkOverviewKeys(b *testing.B) {
	for _, name := range []string{"down", "tab"} {
		b.Run(name, func(b *testing.B) {
			g, c := New(dashboard.Builtin()[0]), pagetest.Context(pagetest.Many(10_000), 120, 40)
			g.View(c)
			for g.dash.Panels[g.focus].Kind != dashboard.KindTenants {
				g.Update(c, pagetest.Key("tab"))
			}
			for b.Loop() {
				g.Update(c, pagetest.Key(name))
				g.Wants(c)
				g.View(c)
			}
		})
	}
}
