package alerts

import (
	"testing"
	"time"

	"dlmon/sources"
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
