package alerts

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// writable is a page with a context in which silences may be written.
func writable(r *feedtest.Reader, w, h int) (*Page, page.Context) {
	p, c := New(), pagetest.Context(r, w, h)
	c.Creator = "ada"
	p.View(c)
	return p, c
}

func set(t *testing.T, m tea.Msg, p page.Page) sources.Silence {
	t.Helper()
	s, ok := m.(page.SetSilence)
	if !ok || s.From != p {
		t.Fatalf("%+v", m)
	}
	return s.Silence
}

func TestASilenceIsMadeOfAnAlertInFourSteps(t *testing.T) {
	p, c := writable(given(), 120, 40)
	press(p, c, "z")
	shows(t, p, c, "New silence", "alertname=SlowSearchQueries", "tenant_id=acme-corp", "cluster=eu", "matches 1 alert now", "ada")
	if !p.Capturing() {
		t.Error("keys of the form may go elsewhere")
	}
	write(p, c, "looking into it")
	if m := press(p, c, "enter"); m != nil {
		t.Errorf("sent unasked: %+v", m)
	}
	shows(t, p, c, "from now until 16:05:32 UTC, in 2h", "looking into it", "y sends it")
	if m := press(p, c, "enter"); m != nil {
		t.Errorf("enter sends it: %+v", m)
	}
	s := set(t, press(p, c, "y"), p)
	want := []sources.Matcher{{Name: "alertname", Value: "SlowSearchQueries"}, {Name: "tenant_id", Value: "acme-corp"},
		{Name: "search_type", Value: "hybrid"}, {Name: "severity", Value: "critical"}, {Name: "cluster", Value: "eu"}}
	if !slices.Equal(s.Matchers, want) || s.ID != "" || !s.StartsAt.IsZero() || !s.EndsAt.Equal(pagetest.Now.Add(2*time.Hour)) ||
		s.CreatedBy != "ada" || s.Comment != "looking into it" {
		t.Errorf("%+v", s)
	}
	shows(t, p, c, "sending it to Alertmanager")
	for _, k := range []string{"y", "enter", "esc", "y"} {
		if m := press(p, c, k); m != nil {
			t.Errorf("%s while it is under way: %+v", k, m)
		}
	}
	if cmd := p.Update(c, page.Written{Page: p, ID: "new"}); cmd == nil || !strings.Contains(cmd().(page.Notice).Text, "silenced until 16:05:32") {
		t.Error("nothing is said")
	}
	if p.Capturing() {
		t.Error("the form stays")
	}
}

func TestAlertmanagersRefusalIsShownAndNothingTypedIsLost(t *testing.T) {
	p, c := writable(given(), 120, 40)
	press(p, c, "z")
	write(p, c, "why not")
	press(p, c, "enter", "y")
	p.Update(c, page.Written{Page: p, Err: &sources.Error{Source: "alertmanager", Asked: "create silence", Reason: "400 Bad Request: no", Kind: sources.Rejected}})
	shows(t, p, c, "Alertmanager did not take it", "400 Bad Request: no", "why not", "tenant_id=acme-corp", "matches 1 alert now")
	press(p, c, "enter")
	if s := set(t, press(p, c, "y"), p); s.Comment != "why not" {
		t.Errorf("%+v", s)
	}
}

func TestMatchersAreEditedOneByOneAndTheAlertsCountedAtOnce(t *testing.T) {
	p, c := writable(many(30), 120, 40)
	press(p, c, "down", "z") // the group
	shows(t, p, c, "alertname=TenantSlow", "severity=warning", "matches 30 alerts now", "and 20 more")
	hides(t, p, c, "and       tenant_id=")
	press(p, c, "up", "up", "ctrl+n") // behind the last matcher
	shows(t, p, c, "can't be read yet")
	write(p, c, "tenant_id=t0000[1-3]")
	shows(t, p, c, "matches no alert now")
	press(p, c, "ctrl+o")
	shows(t, p, c, "tenant_id!=t0000[1-3]", "matches 30 alerts now")
	press(p, c, "ctrl+o")
	shows(t, p, c, "tenant_id=~t0000[1-3]", "matches 3 alerts now", "tenant_id=t00001")
	press(p, c, "ctrl+o")
	shows(t, p, c, "tenant_id!~t0000[1-3]", "matches 27 alerts now")
	press(p, c, "ctrl+x")
	shows(t, p, c, "matches 30 alerts now")
	press(p, c, "ctrl+n")
	write(p, c, "x=~(")
	shows(t, p, c, "can't be read yet")
	write2 := func(s string) { p.Update(c, tea.PasteMsg{Content: s}) }
	press(p, c, "backspace")
	write2("a\x1b[2Jb\n")
	shows(t, p, c, "x=~a[2Jb")
}

func TestTheFormRefusesWhatAlertmanagerWouldAndWhatNobodyUnderstands(t *testing.T) {
	for name, tc := range map[string]struct {
		matcher, ends, creator, comment string
		want                            string
	}{
		"no comment":         {"a=b", "2h", "ada", "", "say why"},
		"no creator":         {"a=b", "2h", "", "x", "say who"},
		"no duration":        {"a=b", "", "ada", "x", "for how long"},
		"odd duration":       {"a=b", "soon", "ada", "x", `"soon" is no duration`},
		"zero":               {"a=b", "0h", "ada", "x", "is no duration"},
		"for ever":           {"a=b", "2y", "ada", "x", "longer than a year"},
		"matches everything": {"a=~.*", "2h", "ada", "x", "must not match the empty string"},
		"no operator":        {"acme", "2h", "ada", "x", "expected name=value"},
		"no expression":      {"a=~*", "2h", "ada", "x", "missing argument to repetition operator"},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := writable(given(), 120, 40)
			press(p, c, "a", "n")
			f := p.form
			f.matchers[0].SetValue(tc.matcher)
			f.below[fieldEnds].SetValue(tc.ends)
			f.below[fieldCreator].SetValue(tc.creator)
			f.below[fieldComment].SetValue(tc.comment)
			press(p, c, "enter")
			shows(t, p, c, tc.want)
			if m := press(p, c, "y"); m != nil {
				t.Errorf("sent: %+v", m)
			}
		})
	}
	p, c := writable(given(), 120, 40)
	press(p, c, "a", "n")
	for text, want := range map[string]time.Duration{"30m": 30 * time.Minute, "1d": 24 * time.Hour, "1d12h": 36 * time.Hour, "1h 30m": 90 * time.Minute, "1w": 7 * 24 * time.Hour} {
		if end, err := p.form.ends(text, pagetest.Now); err != nil || !end.Equal(pagetest.Now.Add(want)) {
			t.Errorf("%s: %v, %v", text, end, err)
		}
	}
	press(p, c, "tab")
	for _, want := range []string{"4h", "8h", "1d"} {
		if press(p, c, "ctrl+o"); p.form.below[fieldEnds].Value() != want {
			t.Errorf("%s, want %s", p.form.below[fieldEnds].Value(), want)
		}
	}
}

func TestAFilterIsSilencedByWhatItsAlertsShare(t *testing.T) {
	p, c := writable(given(), 120, 40)
	if got := notice(press(p, c, "Z")); !strings.Contains(got, "no filter is set") {
		t.Errorf("%q", got)
	}
	write(p, c, "/acme")
	press(p, c, "enter", "Z")
	shows(t, p, c, "alertname=~LowCacheHitRate|SlowSearchQueries", "tenant_id=acme-corp", "matches 2 alerts now (1 muted already)")
	press(p, c, "down", "ctrl+x", "esc")

	p, c = writable(many(30), 120, 40)
	write(p, c, "/t0001")
	press(p, c, "enter", "Z")
	shows(t, p, c, "the filter shows 10 alerts, these matchers match 30")
}

func TestAValueThatIsNotShownAsItIsGetsNoMatcher(t *testing.T) {
	r := given()
	r.ManagedSnap.Value[0].Altered = []string{"tenant_id"}
	p, c := writable(r, 120, 40)
	press(p, c, "z")
	shows(t, p, c, "no matcher is proposed on tenant_id", "alertname=SlowSearchQueries", "matches 1 alert now")
	hides(t, p, c, "tenant_id=acme-corp\n")
	press(p, c, "up", "up", "ctrl+n")
	write(p, c, "tenant_id=acme-corp")
	shows(t, p, c, "1 alert may match too", "matches no alert now")
}

func TestEveryWayOfWritingIsRefusedReadOnlyInThePastAndWithoutAlertmanager(t *testing.T) {
	keys := map[string][]string{
		"create from an alert": {"z"},
		"create in the detail": {"enter", "z"},
		"create from a filter": {"/", "a", "enter", "Z"},
		"create from the list": {"a", "n"},
		"extend":               {"a", "e"},
		"expire":               {"a", "D"},
		"create anew":          {"a", "end", "z"},
	}
	off := given()
	off.Status[3].State = feed.Off
	for why, tc := range map[string]struct {
		reader *feedtest.Reader
		change func(*page.Context)
		want   string
	}{
		"read-only": {given(), func(c *page.Context) { c.ReadOnly = true }, "read-only"},
		"past":      {given(), func(c *page.Context) { c.Live = false }, "0 goes back to live"},
		"off":       {off, func(c *page.Context) { c.ReadOnly = true }, "set --alertmanager-url"},
	} {
		for name, ks := range keys {
			p, c := writable(tc.reader, 120, 40)
			tc.change(&c)
			if got := notice(press(p, c, ks...)); !strings.Contains(got, tc.want) || p.form != nil || p.silences.expiring != nil {
				t.Errorf("%s, %s: %q", why, name, got)
			}
		}
	}
	// What was begun in time is not sent later either.
	for name, ks := range map[string][]string{"create": {"z", "x", "enter"}, "extend": {"a", "e", "1", "h", "enter"}, "expire": {"a", "D"}} {
		p, c := writable(given(), 120, 40)
		press(p, c, ks...)
		c.ReadOnly = true
		if got := notice(press(p, c, "y")); !strings.Contains(got, "read-only") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSilencesAreListedWithWhatTheyMute(t *testing.T) {
	p, c := writable(given(), 120, 40)
	press(p, c, "a")
	got := text(p, c)
	at := -1
	for _, want := range []string{"1 active", "1 pending", "1 expired", "active (1)", "alertname=LowCacheHitRate", "in 1h 20m", "ada", "pending (1)", "job!=x team=search",
		"starts in 2h", "expired (1)", "tenant_id=~globex|hooli", "2h ago"} {
		i := strings.Index(got, want)
		if i < 0 || i < at && !strings.HasPrefix(want, "1 ") {
			t.Errorf("%q is not where it belongs in\n%s", want, got)
		}
		at = i
	}
	shows(t, p, c, "1 alert", "⊘ LowCacheHitRate  tenant_id=acme-corp", "2c1b-silence", "from          13:05:32 UTC, until 15:25:32 UTC")
	write(p, c, "/bob")
	press(p, c, "enter")
	shows(t, p, c, "1 of 3", "globex|hooli")
	hides(t, p, c, "LowCacheHitRate")
	if !p.Escape() || p.mode != modeSilences {
		t.Error("Esc does not drop the filter first")
	}
	if !p.Escape() || p.mode != modeList {
		t.Error("Esc does not go back to the list")
	}
}

func TestASilenceIsExtended(t *testing.T) {
	for typed, want := range map[string]time.Duration{"2h": 2 * time.Hour, "+2h": 80*time.Minute + 2*time.Hour, "": 80 * time.Minute, "5m": 5 * time.Minute} {
		p, c := writable(given(), 120, 40)
		press(p, c, "a", "e")
		shows(t, p, c, "Change a silence", "alertname=LowCacheHitRate", "matches 1 alert now", "(as it is)")
		write(p, c, typed)
		press(p, c, "tab")
		write(p, c, "!")
		press(p, c, "enter")
		s := set(t, press(p, c, "y"), p)
		if s.ID != "2c1b-silence" || !s.EndsAt.Equal(pagetest.Now.Add(want)) || !s.StartsAt.Equal(pagetest.Now.Add(-time.Hour)) || s.CreatedBy != "ada" ||
			s.Comment != "the cache moves!" || len(s.Matchers) != 1 {
			t.Errorf("%q: %+v", typed, s)
		}
	}
}

func TestASilenceIsExpiredOnlyWhenThatIsConfirmed(t *testing.T) {
	p, c := writable(given(), 120, 40)
	if m := press(p, c, "a", "D"); m != nil {
		t.Errorf("unasked: %+v", m)
	}
	shows(t, p, c, "Expire this silence?", "It mutes 1 alert, which will notify again", "LowCacheHitRate  tenant_id=acme-corp")
	if m := press(p, c, "esc", "D", "x", "enter", "esc"); m != nil || p.silences.expiring != nil {
		t.Errorf("%+v", m)
	}
	m, ok := press(p, c, "D", "y").(page.ExpireSilence)
	if !ok || m.ID != "2c1b-silence" || m.From != p {
		t.Fatalf("%+v", m)
	}
	shows(t, p, c, "expiring the silence alertname=LowCacheHitRate")
	for _, k := range []string{"D", "e", "n"} {
		if got := notice(press(p, c, k)); !strings.Contains(got, "wait for Alertmanager's answer") {
			t.Errorf("%s meanwhile: %q", k, got)
		}
	}
	if cmd := p.Update(c, page.Written{Page: p, ID: m.ID, Err: errors.New("boom")}); !strings.Contains(notice(cmd()), "boom") {
		t.Error("the failure is not told")
	}
	shows(t, p, c, "Alertmanager did not do it", "boom")
	press(p, c, "D", "y")
	if cmd := p.Update(c, page.Written{Page: p, ID: m.ID}); !strings.Contains(cmd().(page.Notice).Text, "expired the silence") {
		t.Error("the success is not told")
	}
	hides(t, p, c, "boom")
	if got := notice(press(p, c, "end", "D")); !strings.Contains(got, "expired already") {
		t.Errorf("an expired one: %q", got)
	}
}

func TestAnExpiredSilenceIsCreatedAnew(t *testing.T) {
	p, c := writable(given(), 120, 40)
	if got := notice(press(p, c, "a", "z")); !strings.Contains(got, "e extends it") {
		t.Errorf("an active one: %q", got)
	}
	if got := notice(press(p, c, "end", "e")); !strings.Contains(got, "z creates it anew") {
		t.Errorf("%q", got)
	}
	press(p, c, "z")
	shows(t, p, c, "New silence", "tenant_id=~globex|hooli", "migration", "matches 1 alert now (1 pending)")
	press(p, c, "enter")
	if s := set(t, press(p, c, "y"), p); s.ID != "" || !s.StartsAt.IsZero() || !s.EndsAt.Equal(pagetest.Now.Add(2*time.Hour)) || s.CreatedBy != "ada" {
		t.Errorf("%+v", s)
	}
}

func TestASilenceThatIsNotShownAsItIsCanBeExpiredButNotChanged(t *testing.T) {
	r := given()
	r.SilencesSnap.Value[0].Altered = true
	p, c := writable(r, 120, 40)
	if got := notice(press(p, c, "a", "e")); !strings.Contains(got, "amtool") {
		t.Errorf("%q", got)
	}
	shows(t, p, c, "not shown as it is")
	if _, ok := press(p, c, "D", "y").(page.ExpireSilence); !ok {
		t.Error("it is not expired")
	}
}

func TestWhyThereIsNoSilence(t *testing.T) {
	off, waits, fails, none := given(), given(), given(), given()
	off.Status[3].State, off.SilencesSnap = feed.Off, sources.Snapshot[[]sources.Silence]{}
	waits.SilencesSnap = sources.Snapshot[[]sources.Silence]{}
	fails.SilencesSnap = feedtest.Failed[[]sources.Silence](errors.New("no route"), pagetest.Now)
	none.SilencesSnap = feedtest.Value([]sources.Silence{}, pagetest.Now)
	for want, r := range map[string]*feedtest.Reader{"set --alertmanager-url": off, "asking Alertmanager": waits, "no route": fails, "there is no silence": none} {
		p, c := writable(r, 120, 40)
		press(p, c, "a")
		shows(t, p, c, want)
	}
}
