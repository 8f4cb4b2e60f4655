package alerts

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
)

func TestAProposedMatcherIsSentAsTheAlertHasIt(t *testing.T) {
	for name, value := range map[string]string{
		"U+FFFD": "a\ufffdb", "only U+FFFD": "\ufffd", "quotes": `say "no"`, "blanks around": " a ", "letters": "münchen 東京",
		"as long as a label may be": strings.Repeat(`"`, sources.MaxText),
	} {
		r := given()
		r.ManagedSnap.Value[0].Labels = r.ManagedSnap.Value[0].Labels.Without()
		r.ManagedSnap.Value[0].Labels["cluster"] = value
		p, c := writable(r, 120, 40)
		press(p, c, "z")
		write(p, c, "why")
		press(p, c, "enter")
		s := set(t, press(p, c, "y"), p)
		if want := (sources.Matcher{Name: "cluster", Value: value}); !slices.Contains(s.Matchers, want) {
			t.Errorf("%s: %.300v", name, s.Matchers)
		}
	}
}

func TestWhatIsPastedIsTakenWholeOrRefused(t *testing.T) {
	for name, tc := range map[string]struct{ pasted, value, says string }{
		"a matcher":        {" tenant_id=acme\n", "tenant_id=acme", ""},
		"escaped":          {`a="x\ufffdy\nz"`, `a="x\ufffdy\nz"`, ""},
		"invalid UTF-8":    {"tenant_id=ac\xffme", "", `write U+FFFD as \ufffd`},
		"U+FFFD":           {"tenant_id=ac\ufffdme", "", `write U+FFFD as \ufffd`},
		"a line break":     {"summary=one\ntwo", "", `write them as \n and \t`},
		"a tab":            {"summary=one\ttwo", "", `write them as \n and \t`},
		"a long value":     {"a=" + strings.Repeat("x", 60_000), "a=" + strings.Repeat("x", 60_000), ""},
		"a far longer one": {"a=" + strings.Repeat("x", 70_000), "", "a field takes 65536 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := writable(given(), 120, 40)
			press(p, c, "a", "n")
			p.Update(c, tea.PasteMsg{Content: tc.pasted})
			if got := p.form.matchers[0].Value(); got != tc.value {
				t.Errorf("%.100q", got)
			}
			if tc.says != "" {
				shows(t, p, c, "not pasted", tc.says)
			}
			write(p, c, "b")
			hides(t, p, c, "not pasted")
			p.form.focus(p.form.first() + fieldComment)
			p.Update(c, tea.PasteMsg{Content: "two\nlines"})
			if got := p.form.below[fieldComment].Value(); got != "two lines" {
				t.Errorf("comment %q", got)
			}
		})
	}
}

func TestTheNextOperatorKeepsAValueWithALineBreak(t *testing.T) {
	p, c := writable(given(), 120, 40)
	press(p, c, "a", "n")
	write(p, c, `a="x\ny"`)
	press(p, c, "ctrl+o")
	if got := p.form.matchers[0].Value(); got != `a!="x\ny"` {
		t.Errorf("%q", got)
	}
}
