package tenant

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func text(p page.Page, c page.Context) string { return ansi.Strip(strings.Join(p.View(c), "\n")) }

// told tells a page of new data, and hands it what it works out.
func told(p page.Page, c page.Context) {
	cmd := p.Update(c, page.DataMsg{})
	for range 5 {
		if cmd == nil {
			return
		}
		cmd = p.Update(c, cmd())
	}
}

func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		last = nil
		if cmd := p.Update(c, pagetest.Key(k)); cmd != nil {
			last = cmd()
			if done, ok := last.(page.Computed); ok {
				p.Update(c, done)
			}
		}
	}
	return last
}

// all are the three pages of all tenants.
func all() map[string]page.Page {
	return map[string]page.Page{
		page.TenantsMovers: NewMovers(), page.TenantsNeighbours: NewNeighbours(), page.TenantsBudget: NewBudget(),
	}
}

func TestEveryViewIsMadeByItsName(t *testing.T) {
	for name := range all() {
		if New(name) == nil {
			t.Errorf("no page %s", name)
		}
	}
	if New("nonsense") != nil {
		t.Error("a page of a name that there is none of")
	}
}

func TestPagesFitAnyScreen(t *testing.T) {
	for name, p := range all() {
		for _, size := range [][2]int{{0, 0}, {40, 9}, {40, 12}, {80, 22}, {120, 38}, {200, 58}} {
			c := pagetest.Context(pagetest.Reader(), size[0], size[1])
			for range 2 { // before anything is worked out, and after
				lines := p.View(c)
				if len(lines) > size[1] {
					t.Errorf("%s %v: %d lines", name, size, len(lines))
				}
				for _, l := range lines {
					if w := ansi.StringWidth(l); w > size[0] {
						t.Errorf("%s %v: %d cells: %q", name, size, w, ansi.Strip(l))
					}
				}
				if size[0] > 0 {
					told(p, c)
				}
			}
		}
	}
}

func TestPagesSayWhyTheyAreEmpty(t *testing.T) {
	for name, p := range all() {
		r := &feedtest.Reader{Clock: pagetest.Now}
		c := pagetest.Context(r, 80, 22)
		told(p, c)
		if got := text(p, c); !strings.Contains(got, "Prometheus is off") {
			t.Errorf("%s, off:\n%s", name, got)
		}
		r.Status = []feed.SourceStatus{{Name: feed.SourcePrometheus, State: feed.Waiting}}
		if got := text(p, c); !strings.Contains(got, "asking Prometheus") {
			t.Errorf("%s, waiting:\n%s", name, got)
		}
		r.Status[0].State, r.Status[0].Err = feed.Failed, errors.New("prometheus: connection refused")
		if got := text(p, c); !strings.Contains(got, "connection refused") {
			t.Errorf("%s, failed:\n%s", name, got)
		}
		c.Env.Vocab = nil
		if len(p.Wants(c)) > 0 {
			t.Errorf("%s asks before the vocabulary is known", name)
		}
		text(p, c)
	}
}

func TestWorkIsDoneOncePerAnswer(t *testing.T) {
	for name, p := range all() {
		c := pagetest.Context(pagetest.Reader(), 120, 38)
		told(p, c)
		if cmd := p.Update(c, page.DataMsg{}); cmd != nil {
			t.Errorf("%s works the same answers out again", name)
		}
	}
}

func TestOneWorkAtATimeAndTheNewestWins(t *testing.T) {
	var w work[int]
	p := NewMovers()
	first := w.start(p, "a", func() any { return 1 })
	if w.start(p, "b", func() any { return 2 }) != nil {
		t.Fatal("two at a time")
	}
	if again := w.take(first().(page.Computed)); !again || w.value != 1 {
		t.Fatalf("newer data is forgotten: %v, %d", again, w.value)
	}
	second := w.start(p, "b", func() any { return 2 })
	w.drop()
	if w.take(second().(page.Computed)); w.known {
		t.Error("what was asked before the question changed came through")
	}
	third := w.start(p, "c", func() any { panic("no") })
	if w.take(third().(page.Computed)); w.err == nil || w.known {
		t.Error("a panic is not told")
	}
}

// none stands for an answer of a tenant without requests: 0/0.
var none = math.Inf(-1)

// rates answers the burn rates' queries by tenant and window: NaN is no row.
func rates(values map[string][4]float64) *feedtest.Reader {
	r := pagetest.Reader()
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		v := sources.Vector{At: pagetest.Now}
		if q.Expr == heldQuery {
			v.Samples = []sources.Sample{sample(360)}
		}
		for id, of := range values {
			for i, window := range []string{"[5m]", "[30m]", "[1h]", "[6h]"} {
				if strings.Contains(q.Expr, window) && !math.IsNaN(of[i]) {
					if of[i] == none {
						of[i] = math.NaN()
					}
					v.Samples = append(v.Samples, sources.Sample{Labels: sources.Labels{"tenant_id": id}, Value: of[i]})
				}
			}
		}
		return feedtest.Value(v, pagetest.Now)
	}
	return r
}

func TestBudgetShowsWhoBurnsWorstFirstAgainstTheObjective(t *testing.T) {
	r := rates(map[string][4]float64{
		"calm": {0.0001, 0.0001, 0.0001, 0.0001}, "fast": {0.02, 0.02, 0.02, 0.004}, "slow": {0.008, 0.008, 0.008, 0.008},
		"spends": {0.002, 0.002, 0.002, 0.002},
	})
	p, c := NewBudget(), pagetest.Context(r, 120, 30)
	c.Objective = 0.999
	told(p, c)
	got := text(p, c)
	lines := strings.Split(got, "\n")
	for i, want := range []string{"fast", "slow", "spends", "calm"} {
		if !strings.Contains(lines[3+i], want) {
			t.Errorf("row %d is not %s:\n%s", i, want, got)
		}
	}
	for _, want := range []string{"99.9 %", "✖ 1 above 14.4x in 1h and 5m", "✖ 1 above 6x in 6h and 30m", "▲ 1 above 1x", "page: fast", "20x", "36 h"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	c.Objective = 0.99
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "for 99 %") || !strings.Contains(got, "every tenant is within") && !strings.Contains(got, "2.0x") {
		t.Errorf("another objective:\n%s", got)
	}
	if msg, ok := press(p, c, "enter").(page.OpenTenant); !ok || msg.ID == "" {
		t.Errorf("enter: %+v", msg)
	}
	if msg, ok := press(p, c, "t").(page.OpenTraces); !ok || !msg.Query.Errors || msg.Query.Tags["tenant"] == "" {
		t.Errorf("t: %+v", msg)
	}
}

func TestTenThousandBudgetsAreListedInPartAndCounted(t *testing.T) {
	values := map[string][4]float64{}
	for i := range 10_000 {
		values[pagetest.ManyID(i)] = [4]float64{0.0001, 0.0001, 0.0001, 0.0001}
	}
	values[pagetest.ManyID(9_999)] = [4]float64{0.1, 0.1, 0.1, 0.1}
	p, c := NewBudget(), pagetest.Context(rates(values), 120, 30)
	told(p, c)
	if got := text(p, c); !strings.Contains(got, "10000 tenants, the worst 500 listed") || !strings.Contains(got, pagetest.ManyID(9_999)) {
		t.Errorf("%s", got)
	}
	press(p, c, "/", "4", "3", "2", "1")
	if got := text(p, c); !strings.Contains(got, "1 of 10000 tenants") || !strings.Contains(got, pagetest.ManyID(4_321)) {
		t.Errorf("the filter looks at the listed ones only:\n%s", got)
	}
}

func BenchmarkMoversOf10000Tenants(b *testing.B) {
	p, c := NewMovers(), pagetest.Context(pagetest.Many(10_000), 120, 40)
	pairs := p.pairs(c)
	answers := make([][2]sources.Snapshot[sources.Vector], len(pairs))
	for i, x := range pairs {
		answers[i] = [2]sources.Snapshot[sources.Vector]{c.Data.Instant(x.now), c.Data.Instant(x.before)}
	}
	for b.Loop() {
		rank(p.panels, c.Env, pairs, answers)
	}
}

func BenchmarkMoversView(b *testing.B) {
	p, c := NewMovers(), pagetest.Context(pagetest.Many(10_000), 120, 40)
	told(p, c)
	for b.Loop() {
		c.Now = c.Now.Add(time.Second)
		p.View(c)
	}
}

func TestReportsHoldTheRowsInNumbers(t *testing.T) {
	r := pagetest.Reader()
	collapsed(r)
	movers, c := NewMovers(), pagetest.Context(r, 120, 38)
	told(movers, c)
	noisy, n := NewNeighbours(), pagetest.Context(crowded(12), 120, 38)
	told(noisy, n)
	budget, b := NewBudget(), pagetest.Context(rates(map[string][4]float64{"fast": {0.02, 0.02, 0.02, 0.004}}), 120, 38)
	told(budget, b)
	for name, x := range map[string]struct {
		report page.Report
		want   string
	}{
		"movers":     {movers.Report(c), "service cache hit rate query 83 % 24 %"},
		"neighbours": {noisy.Report(n), "t00001 60 ms to "},
		"budget":     {budget.Report(b), "fast page: fast 20x 20x 4.0x 20x 3.3 % 36 h"},
	} {
		found := false
		for _, row := range x.report.Tables[0].Rows {
			if len(row) != len(x.report.Tables[0].Head) {
				t.Errorf("%s: %d cells under %d heads", name, len(row), len(x.report.Tables[0].Head))
			}
			found = found || strings.Contains(strings.Join(row, " "), x.want)
		}
		if !found {
			t.Errorf("%s: no %q in %v", name, x.want, x.report.Tables[0])
		}
	}
}
