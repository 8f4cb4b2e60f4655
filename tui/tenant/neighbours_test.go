package tenant

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// crowded is a service of n tenants of which the first works in bursts, and the second's latency goes up and down with it.
func crowded(n int) *feedtest.Reader {
	r := pagetest.Reader()
	id := func(i int) string { return fmt.Sprintf("t%05d", i) }
	burst := func(i, columns int) float64 {
		if i < columns/2 {
			return 0
		}
		return 0.5 + 0.5*math.Sin(float64(i)/4)
	}
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		v := sources.Vector{At: pagetest.Now}
		tenants := func(from, to int, value float64) {
			for i := from; i < min(to, n); i++ {
				v.Samples = append(v.Samples, sample(value, "tenant_id", id(i)))
			}
		}
		switch {
		case strings.HasPrefix(q.Expr, "topk(8, "):
			tenants(0, 8, 3)
		case strings.HasPrefix(q.Expr, "topk(16, "):
			tenants(1, 17, 0.1)
		case strings.HasPrefix(q.Expr, "topk(24, "):
			tenants(1, 25, 0.1)
		case strings.HasPrefix(q.Expr, "count("):
			v.Samples = []sources.Sample{sample(float64(n))}
		case strings.HasPrefix(q.Expr, "sum("):
			v.Samples = []sources.Sample{sample(20)}
		case strings.Contains(q.Expr, `tenant_id=~"t00000|t00001`) && strings.Contains(q.Expr, "[5m]"):
			tenants(0, 1, 14.6)
			tenants(1, 8, 0.5)
		default:
			panic(q.Expr)
		}
		return feedtest.Value(v, pagetest.Now)
	}
	r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
		columns := int(q.Window/q.Step) + 1
		m := sources.Matrix{Start: pagetest.Now.Add(-q.Window).Truncate(q.Step), Step: q.Step, Columns: columns}
		for i := range n {
			if !strings.Contains(q.Expr, id(i)) {
				continue
			}
			s := sources.Series{Labels: sources.Labels{"tenant_id": id(i)}, Values: make([]float64, columns)}
			for k := range s.Values {
				wobble := 1 + 0.02*math.Sin(float64(k*(i+3)))
				b := burst(k, columns)
				switch {
				case strings.Contains(q.Expr, "quantile") && i == 1:
					s.Values[k] = (0.06 + 0.1*b) * wobble
				case strings.Contains(q.Expr, "quantile"):
					s.Values[k] = 0.06 * wobble
				case i == 0:
					s.Values[k] = 3 * (1 + 4*b) * wobble
				default:
					s.Values[k] = wobble
				}
			}
			m.Series = append(m.Series, s)
		}
		return feedtest.Value(m, pagetest.Now)
	}
	return r
}

func TestNoisyNeighbourIsSaidInOneSentence(t *testing.T) {
	p, c := NewNeighbours(), pagetest.Context(crowded(12), 120, 30)
	told(p, c)
	got := strings.Join(strings.Fields(text(p, c)), " ")
	for _, want := range []string{"▲ t00000 takes", "of search time", "in 1 h (searches +", "with its load rose the p95 of t00001 (60 ms to", "r 1.00",
		"12 tenants", "no proof"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, text(p, c))
		}
	}
	if strings.Contains(got, "t00002 (") {
		t.Errorf("blamed for a tenant that did not change:\n%s", text(p, c))
	}
	if msg, ok := press(p, c, "down", "enter").(page.OpenTenant); !ok || msg.ID != "t00001" {
		t.Errorf("enter on who suffers: %+v", msg)
	}
	if msg, ok := press(p, c, "t").(page.OpenExemplar); !ok || !strings.Contains(msg.Query.Histogram, `tenant_id="t00001"`) {
		t.Errorf("t: %+v", msg)
	}
	if msg, ok := press(p, c, "f").(page.OpenPanel); !ok || msg.Panel.ID != "load" {
		t.Errorf("f: %+v", msg)
	}
}

func TestOfTenThousandTenantsFewAreAskedForAndTheRestIsCounted(t *testing.T) {
	p, c := NewNeighbours(), pagetest.Context(crowded(10_000), 120, 30)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "25 of 10000 tenants looked at: the 8 with") {
		t.Errorf("%s", got)
	}
	ranges := 0
	for _, q := range p.Wants(c) {
		if q.Kind != feed.Range {
			if !strings.HasPrefix(q.Expr, "topk(") && !strings.Contains(q.Expr, "tenant_id=~") && !strings.HasPrefix(q.Expr, "sum(") && !strings.HasPrefix(q.Expr, "count(") {
				t.Errorf("brings back every tenant: %s", q.Expr)
			}
			continue
		}
		ranges++
		if n := strings.Count(q.Expr, "|"); n != 24 || !strings.Contains(q.Expr, `tenant_id=~"t00000|t00001`) {
			t.Errorf("%d tenants more than one in %s", n, q.Expr)
		}
	}
	if ranges != 3 {
		t.Errorf("%d ranges", ranges)
	}
}

func TestSharesDoNotDependOnTheWindow(t *testing.T) {
	for _, window := range []time.Duration{time.Hour, 48 * time.Hour} {
		r := crowded(12)
		ranged := r.RangeFunc
		r.RangeFunc = func(q feed.Request) sources.Snapshot[sources.Matrix] {
			s := ranged(q)
			for _, row := range s.Value.Series { // the load jumped after the last column of a long window
				for i := range row.Values {
					row.Values[i] = 1
				}
			}
			return s
		}
		c := pagetest.Context(r, 120, 30)
		c.Window, c.Step = window, dashboard.GridStep(window, 100)
		c.Env.Window, c.Env.Step, c.Env.Rate = c.Window, c.Step, dashboard.RateWindow(15*time.Second, c.Step)
		p := NewNeighbours()
		told(p, c)
		if got := text(p, c); !strings.Contains(got, "t00000 takes 73 % of search time") || !strings.Contains(got, "2.5 %") {
			t.Errorf("%s in steps of %s:\n%s", window, c.Step, got)
		}
	}
}

func TestThoseWhoAreLookedAtStayForAWhile(t *testing.T) {
	r := crowded(100)
	p, c := NewNeighbours(), pagetest.Context(r, 120, 30)
	told(p, c)
	before := p.Wants(c)
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		if strings.HasPrefix(q.Expr, "topk(24, ") {
			s.Value.Samples = []sources.Sample{sample(1, "tenant_id", "t00090")}
		}
		return s
	}
	c.Now = c.Now.Add(time.Minute)
	told(p, c)
	if after := p.Wants(c); after[len(after)-1] != before[len(before)-1] {
		t.Error("another question a minute later")
	}
	c.Now = c.Now.Add(pickKeep)
	told(p, c)
	if after := p.Wants(c); !strings.Contains(after[len(after)-1].Expr, "t00090") {
		t.Error("who became slow is never looked at")
	}
	c.Now = c.Now.Add(-24 * time.Hour) // the operator goes back in time
	told(p, c)
	if !p.picked.at.Equal(c.Now) {
		t.Error("the past is looked at for those of the present")
	}
}

func TestShortWindowSaysThatItIsTooShort(t *testing.T) {
	c := pagetest.Context(crowded(12), 120, 30)
	c.Window, c.Step = 15*time.Minute, 10*time.Second
	c.Env.Window, c.Env.Step = c.Window, c.Step
	p := NewNeighbours()
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "too short to compare") || strings.Contains(got, "rose the p95") {
		t.Errorf("%s", got)
	}
}

func TestHostileTenantsAreMatchedAsTheyAreCalled(t *testing.T) {
	p, c := NewNeighbours(), pagetest.Context(crowded(12), 120, 30)
	told(p, c)
	p.picked.all = []string{`a.b|c"}`, "x"}
	reqs := p.ranges(c)
	if len(reqs) != 3 || !strings.Contains(reqs[0].Expr, `tenant_id=~"a\\.b\\|c\"\\}|x"`) {
		t.Errorf("%+v", reqs)
	}
}
