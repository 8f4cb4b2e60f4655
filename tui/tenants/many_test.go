package tenants

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// shown is a page of n tenants on the screen, with its first answers in.
func shown(n, width, height int) (*Page, page.Context) {
	p, c := newPage(), pagetest.Context(pagetest.Many(n), width, height)
	p.Open(c)
	p.Update(c, page.DataMsg{})
	p.View(c)
	return p, c
}

// run does what a command says, as the root does.
func run(p *Page, c page.Context, cmd tea.Cmd) {
	for cmd != nil {
		msg, ok := cmd().(page.Computed)
		if !ok {
			return
		}
		cmd = p.Update(c, msg)
	}
}

func ranges(p *Page, c page.Context) (exprs []string) {
	for _, r := range p.Wants(c) {
		if r.Kind == feed.Range {
			exprs = append(exprs, r.Expr)
		}
	}
	return exprs
}

func TestNothingOfTenThousandIsHiddenWithoutACount(t *testing.T) {
	p, c := shown(10_000, 160, 40)
	got := text(p, c)
	for _, want := range []string{"10000 tenants", "rows 1 to 37", "4 critical", "10 warn", "worst first", "tenant-00007"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	press(p, c, "/", "0", "0", "0", "7")
	if got := text(p, c); !strings.Contains(got, "/0007_") || !strings.Contains(got, "11 of 10000 match") {
		t.Errorf("filtered:\n%s", got)
	}
	press(p, c, "esc", "end")
	if got := text(p, c); !strings.Contains(got, "rows 9964 to 10000") {
		t.Errorf("at the end:\n%s", got)
	}
}

func TestAFilterFindsStatesAndReasonsToo(t *testing.T) {
	p, c := shown(10_000, 120, 40)
	for filter, want := range map[string]string{"WARN": "10 of 10000 match", "critical": "4 of 10000 match", "errors": "4 of 10000 match"} {
		press(p, c, "/")
		p.Update(c, tea.PasteMsg{Content: filter})
		if got := text(p, c); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %s", filter, want, strings.SplitN(got, "\n", 2)[0])
		}
		press(p, c, "esc")
	}
}

func TestThePastIsAskedForTheRowsOnTheScreenOnly(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Many(10_000), 120, 40)
	if got := ranges(p, c); len(got) > 0 {
		t.Errorf("before it is known how many there are: %v", got)
	}
	p.Open(c)
	p.Update(c, page.DataMsg{})
	asked := ranges(p, c)
	if len(asked) != 1 || strings.Count(asked[0], "tenant-") < 37 || strings.Count(asked[0], "tenant-") > 111 || !strings.Contains(asked[0], "tenant-00007") {
		t.Fatalf("asks %v", asked)
	}
	p.View(c)
	run(p, c, p.Update(c, page.DataMsg{}))
	if at := p.view.rows[0]; len(p.data.Tenants[at].Points) == 0 {
		t.Error("the first row has no past")
	}
	for range 30 {
		p.Update(c, pagetest.Key("down"))
	}
	if got := ranges(p, c); got[0] != asked[0] {
		t.Error("it is asked anew although the rows are covered")
	}
	p.Update(c, pagetest.Key("end"))
	if got := ranges(p, c); got[0] != asked[0] {
		t.Error("it is asked while the screen still moves")
	}
	old := p.moves - 1
	p.Update(c, page.Computed{Page: p, Gen: old, Value: settled{}})
	if got := ranges(p, c); got[0] != asked[0] {
		t.Error("it is asked after a rest that a later key ended")
	}
	p.Update(c, page.Computed{Page: p, Gen: p.moves, Value: settled{}})
	last := p.data.Tenants[p.view.rows[9999]].ID
	if got := ranges(p, c); got[0] == asked[0] || !strings.Contains(got[0], last) {
		t.Errorf("at rest on %s it asks %s", last, got)
	}
}

func TestFewTenantsAreAskedForInOneQueryForAll(t *testing.T) {
	p, c := shown(150, 120, 40)
	if got := ranges(p, c); len(got) != 1 || strings.Contains(got[0], "=~") {
		t.Errorf("asks %v", got)
	}
}

func TestALongTableIsWorkedOutOffTheLoopAndOnlyOnTheScreen(t *testing.T) {
	p, c := shown(10_000, 120, 40)
	p.Update(c, page.DataMsg{}) // whatever the first look made it ask
	p.busy, p.seen = false, true
	before := p.taken
	r := pagetest.Many(10_001)
	at := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := at(q)
		s.At = s.At.Add(1)
		return s
	}
	c.Data, c.Env.Data = r, r
	cmd := p.Update(c, page.DataMsg{})
	if cmd == nil || p.taken != before {
		t.Fatalf("worked out %d times, command %v", p.taken-before, cmd != nil)
	}
	if again := p.Update(c, page.DataMsg{}); again != nil {
		t.Error("it is worked out twice at once")
	}
	if !p.again {
		t.Error("what came meanwhile is lost")
	}
	run(p, c, cmd)
	if got := text(p, c); !strings.Contains(got, "10001 tenants") {
		t.Errorf("%s", strings.SplitN(got, "\n", 2)[0])
	}
	p.seen = false // since then the operator looks elsewhere
	c.Data, c.Env.Data = pagetest.Many(10_002), pagetest.Many(10_002)
	if cmd := p.Update(c, page.DataMsg{}); cmd != nil {
		t.Error("it is worked out in the background")
	}
	if cmd := p.Open(c); cmd == nil {
		t.Error("it is not worked out when it comes back")
	}
}

func TestUnknownNumbersComeLastBothWaysRound(t *testing.T) {
	r := pagetest.Many(300)
	at := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := at(q)
		if strings.Contains(q.Expr, "rate_limit_hits") {
			s.Value.Samples = s.Value.Samples[:len(s.Value.Samples)-1] // the last tenant was never refused anything
		}
		return s
	}
	p, c := newPage(), pagetest.Context(r, 120, 40)
	p.View(c)
	for columns[p.sort].name != "refused/s" {
		press(p, c, "s")
	}
	for _, reversed := range []bool{false, true} {
		rows := p.rows(c)
		if rows[299].ID != pagetest.ManyID(299) {
			t.Errorf("reversed %v: %s is last", reversed, rows[299].ID)
		}
		press(p, c, "S")
	}
}

// BenchmarkTenantsKeys is one key with 10,000 tenants, frame included: each sort, a letter of a filter, a step.
func BenchmarkTenantsKeys(b *testing.B) {
	for _, name := range []string{"s", "S", "down", "pgdown", "letter"} {
		b.Run(name, func(b *testing.B) {
			p, c := shown(10_000, 120, 40)
			if name == "letter" {
				press(p, c, "/")
			}
			keys := []tea.KeyPressMsg{pagetest.Key(name)}
			if name == "letter" {
				keys = []tea.KeyPressMsg{pagetest.Key("1"), pagetest.Key("0"), pagetest.Key("backspace"), pagetest.Key("backspace")}
			}
			i := 0
			for b.Loop() {
				p.Update(c, keys[i%len(keys)])
				p.Wants(c)
				if len(p.View(c)) == 0 {
					b.Fatal("no view")
				}
				i++
			}
		})
	}
}

// BenchmarkTenantsData is what a new answer costs off the loop.
func BenchmarkTenantsData(b *testing.B) {
	for _, n := range []int{200, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p, c := shown(n, 120, 40)
			for b.Loop() {
				evaluate(p.asking(c), c.Env, "")
			}
		})
	}
}
