package alerts

import (
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestADetailIsFoundAgainByItsReference(t *testing.T) {
	for _, keys := range [][]string{{"enter"}, {"down", "enter"}, {"down", "right", "down", "down", "enter"}, {"end", "enter"}} {
		p, c := New(), pagetest.Context(many(30), 120, 40)
		press(p, c, keys...)
		name, reference := p.Detail()
		if name == "" || !strings.HasPrefix(reference, name) {
			t.Fatalf("%v: %q, %q", keys, name, reference)
		}
		again := New()
		again.OpenAlert(reference)
		if got, _ := again.Detail(); got != "" {
			t.Errorf("%s is open before anything is known", got)
		}
		changed(again, c)
		if got := text(again, c); got != text(p, c) {
			t.Errorf("%s opens\n%s\nand was\n%s", reference, got, text(p, c))
		}
		press(p, c, "left")
		press(again, c, "left") // the row is selected in the list too
		if got := text(again, c); got != text(p, c) {
			t.Errorf("beside %s is\n%s\nand was\n%s", reference, got, text(p, c))
		}
	}
}

func TestAnAlertThatIsNotThereIsWaitedForAndThenSaid(t *testing.T) {
	r := given()
	p, c := New(), pagetest.Context(r, 120, 40)
	rules := r.RulesSnap
	r.RulesSnap = sources.Snapshot[[]sources.Rule]{}
	p.OpenAlert(`Gone{tenant_id="acme"}`)
	if cmd := p.Update(c, page.DataMsg{}); cmd != nil {
		t.Errorf("%+v before the rules are known", cmd())
	}
	r.RulesSnap = rules
	cmd := p.Update(c, page.DataMsg{})
	if cmd == nil || notice(cmd()) != `not among the alerts and rules: Gone{tenant_id="acme"}` {
		t.Error("nothing says that there is none")
	}
	if cmd := p.Update(c, page.DataMsg{}); cmd != nil {
		t.Errorf("it is said again: %+v", cmd())
	}
}

func TestTheReportHasWhatIsOnTheScreen(t *testing.T) {
	p, c := New(), pagetest.Context(given(), 120, 40)
	press(p, c, "end", "enter")
	name, _ := p.Detail()
	if q := p.Report(c).Queries; q[0].Title != name {
		t.Errorf("the expression of %s is not among %v", name, q)
	}
	p.OpenSilences()
	found := false
	for _, s := range p.Report(c).Tables {
		for _, row := range s.Rows {
			found = found || row[1] == string(sources.SilenceExpired)
		}
	}
	if !found {
		t.Error("the expired silences on the screen are not handed on")
	}
}
