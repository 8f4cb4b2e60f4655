package alerts

import (
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestTheQuestionBeforeExpiringPromisesNoNotificationThatSomethingElseKeepsQuiet(t *testing.T) {
	r := given()
	p, c := writable(r, 120, 40)
	press(p, c, "a", "D")
	shows(t, p, c, "It silences 1 alert, which will notify again:")
	low := &r.AlertsSnap.Value[len(r.AlertsSnap.Value)-1]
	for i := range r.AlertsSnap.Value {
		if r.AlertsSnap.Value[i].Name == "LowCacheHitRate" {
			low = &r.AlertsSnap.Value[i]
		}
	}
	other := r.SilencesSnap.Value[0]
	other.ID, other.CreatedBy, other.EndsAt = "0ther", "bob", pagetest.Now.Add(3*time.Hour)
	r.SilencesSnap.Value = append(r.SilencesSnap.Value, other)
	low.Silenced = []string{"2c1b-silence", "0ther"}
	changed(p, c)
	shows(t, p, c, "It silences 1 alert, which will stay quiet:", "LowCacheHitRate  tenant_id=acme-corp  silenced by bob until 17:05:32 UTC")
	hides(t, p, c, "notify again")

	// What has ended by the clock, though Alertmanager's last answer calls it active, keeps nothing quiet.
	r.SilencesSnap.Value[len(r.SilencesSnap.Value)-1].EndsAt = pagetest.Now.Add(-time.Second)
	changed(p, c)
	shows(t, p, c, "It silences 1 alert, which will notify again:")

	low.Inhibited = []string{"0510"}
	changed(p, c)
	shows(t, p, c, "which will stay quiet:", "inhibited by SlowSearchQueries")

	second := *low
	second.Labels = low.Labels.Without()
	second.Labels["tenant_id"], second.Silenced, second.Inhibited = "globex", []string{"2c1b-silence"}, nil
	r.AlertsSnap.Value = append(append([]sources.Alert{}, r.AlertsSnap.Value...), second)
	changed(p, c)
	shows(t, p, c, "Of its 2 alerts 1 will notify again:", "LowCacheHitRate  tenant_id=globex", "1 will stay quiet:", "tenant_id=acme-corp  inhibited by SlowSearchQueries")
	c.Width, c.Height = 40, 11
	shows(t, p, c, "1 will notify again", "1 will stay quiet", "y expires it")
}

// selectedSilence is the id of the silence that the pointer stands on.
func selectedSilence(p *Page, c page.Context) string {
	p.View(c)
	return p.silenced(c)[p.silences.cursor.Row].ID
}

func TestTheSilenceJustWrittenIsTheSelectedOne(t *testing.T) {
	for name, keys := range map[string][]string{"created": {"a", "n", "a", "=", "b", "tab", "tab", "x"}, "changed": {"a", "down", "e", "5", "h"}, "from an alert": {"z", "x"}} {
		r := given()
		p, c := writable(r, 120, 40)
		press(p, c, keys...)
		press(p, c, "enter")
		made := set(t, press(p, c, "y"), p)
		p.Update(c, page.Written{Page: p, ID: "zzz"})
		if p.mode != modeSilences {
			press(p, c, "a")
		}
		for _, k := range []string{"e", "D"} { // until it is listed nothing is done to another instead
			if got := notice(press(p, c, k)); !strings.Contains(got, "not listed yet") {
				t.Errorf("%s, %s: %q", name, k, got)
			}
		}
		made.ID, made.State = "zzz", sources.SilenceActive
		r.SilencesSnap.Value = append(append([]sources.Silence{}, r.SilencesSnap.Value...), made)
		changed(p, c)
		if got := selectedSilence(p, c); got != "zzz" {
			t.Errorf("%s: %s is selected", name, got)
		}
		press(p, c, "e")
		if p.form == nil || p.form.base.ID != "zzz" {
			t.Errorf("%s: e opens another", name)
		}
	}
}

func TestWhoExtendsASilenceIsItsCreatorFromThenOn(t *testing.T) {
	p, c := writable(given(), 120, 40)
	c.Creator = "eve"
	press(p, c, "a", "e")
	shows(t, p, c, "by        eve  was: ada")
	write(p, c, "2h")
	press(p, c, "enter")
	shows(t, p, c, "by            eve  was: ada")
	if s := set(t, press(p, c, "y"), p); s.CreatedBy != "eve" || s.ID != "2c1b-silence" {
		t.Errorf("%+v", s)
	}
	for creator, want := range map[string]string{"": "by        ada", "ada": "by        ada"} {
		p, c := writable(given(), 120, 40)
		c.Creator = creator
		press(p, c, "a", "e")
		shows(t, p, c, want)
		hides(t, p, c, "was:")
	}
}

func TestANewSilenceSaysHowAMatcherIsWrittenBeforeItFindsFault(t *testing.T) {
	p, c := writable(given(), 80, 22)
	press(p, c, "a", "n")
	shows(t, p, c, "name=value, such as alertname=HighErrorRate", "is shown here as soon as a matcher is written")
	hides(t, p, c, "can't be read", "matches no alert")
	write(p, c, "ten")
	shows(t, p, c, "ctrl+o = != =~ !~", "a matcher can't be read yet")
}

func TestASilenceIsNotToldAsWhatItsOwnAlertsAreSilencedByAlready(t *testing.T) {
	r := given()
	p, c := writable(r, 120, 40)
	press(p, c, "a", "e")
	shows(t, p, c, "matches 1 alert now")
	hides(t, p, c, "already")
	for i := range r.AlertsSnap.Value {
		if a := &r.AlertsSnap.Value[i]; a.Name == "LowCacheHitRate" {
			a.Silenced = append(a.Silenced, "0ther")
		}
	}
	changed(p, c)
	shows(t, p, c, "matches 1 alert now (1 silenced already)")
}

func TestTheKeysOfAQuestionStandOnce(t *testing.T) {
	p, c := writable(given(), 80, 22)
	press(p, c, "a", "D")
	if n := strings.Count(text(p, c), "y expires it"); n != 1 {
		t.Errorf("%d times", n)
	}
}

func TestWhatOneAlertOfAGroupSaysIsNotSaidOfAll(t *testing.T) {
	r := many(2)
	for i := range r.AlertsSnap.Value {
		if a := &r.AlertsSnap.Value[i]; a.Name == "TenantSlow" {
			a.Annotations = sources.Labels{"summary": "A tenant is slow", "description": "p95 of " + a.Labels["tenant_id"], "runbook_url": "https://runbooks.example/slow"}
		}
	}
	p, c := New(), pagetest.Context(r, 120, 40)
	p.View(c)
	press(p, c, "down")
	shows(t, p, c, "A tenant is slow", "https://runbooks.example/slow")
	hides(t, p, c, "p95 of")
	press(p, c, "right", "down")
	shows(t, p, c, "p95 of t0000")
}

func TestASilenceOfThePastSaysWhatItSilencedThen(t *testing.T) {
	p, c := writable(given(), 120, 40)
	press(p, c, "a", "enter")
	shows(t, p, c, "now           silences 1 alert")
	c.Live = false
	changed(p, c)
	shows(t, p, c, "then          silences 1 alert")
	hides(t, p, c, "now  ")
}
