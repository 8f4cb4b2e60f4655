package dlmon

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/alertmanager"
	"dlmon/sources/testserver"
)

// burning is a Prometheus with a rule that fires and an Alertmanager that is told of it.
func burning(t *testing.T) (args []string, am *alertmanager.Client) {
	t.Helper()
	manager := testserver.Alertmanager(t, "route: {receiver: oncall}\nreceivers: [{name: oncall}]")
	server := testserver.Prometheus(t, realConfig+fmt.Sprintf("alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}\n",
		strings.TrimPrefix(manager.URL, "http://")), map[string]string{"rules.yml": realRules})
	am, err := alertmanager.New(alertmanager.Options{URL: manager.URL})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--prometheus-url", server.URL, "--alertmanager-url", manager.URL, "--refresh", "1s", "--page", "alerts", "--creator", "ada"}, am
}

// held are Alertmanager's silences, the active ones first.
func held(t *testing.T, am *alertmanager.Client) []sources.Silence {
	t.Helper()
	all, err := am.Silences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b sources.Silence) int { return strings.Compare(string(a.State), string(b.State)) })
	return all
}

func TestSilencesAreCreatedExtendedExpiredAndCreatedAnewOnARealAlertmanager(t *testing.T) {
	args, am := burning(t)
	s := open(t, 120, 40, args...)
	s.Shows("firing (1)", "ServiceGone", "notifies oncall")
	before := time.Now()

	s.Press("z")
	s.Shows("New silence", "alertname=ServiceGone", "severity=critical", "matches 1 alert now")
	s.Press("disk swap")
	s.Press("\r")
	s.Shows("from now until", "disk swap", "y sends it")
	s.Press("y")
	s.Shows("silenced (1)", "silenced", "by ada until")
	all := held(t, am)
	if len(all) != 1 || all[0].State != sources.SilenceActive || all[0].Comment != "disk swap" || all[0].CreatedBy != "ada" ||
		all[0].EndsAt.Sub(before) < 2*time.Hour-time.Minute || all[0].EndsAt.Sub(before) > 2*time.Hour+time.Minute {
		t.Fatalf("%+v", all)
	}
	first := all[0]

	s.Press("a")
	s.Shows("active (1)", "disk swap", "1 alert")
	s.Press("e")
	s.Shows("Change a silence")
	s.Press("+1h")
	s.Press("\r")
	s.Shows("y sends it", "in 2h 5") // 59 minutes, less on a slow machine
	s.Press("y")
	s.Shows("the silence ends", "active (1)", "in 2h 5")
	all = held(t, am)
	if len(all) != 1 || all[0].ID != first.ID || all[0].EndsAt.Sub(first.EndsAt) != time.Hour {
		t.Fatalf("%+v, was %+v", all, first)
	}

	s.Press("D")
	s.Shows("Expire this silence?", "It silences 1 alert")
	s.Press("y")
	s.Shows("expired (1)", "0 active")
	if all = held(t, am); len(all) != 1 || all[0].State != sources.SilenceExpired {
		t.Fatalf("%+v", all)
	}
	s.Press("\x1b")
	s.Shows("firing (1)", "notifies oncall")

	s.Press("a")
	s.Shows("expired (1)")
	s.Press("z")
	s.Shows("New silence", "disk swap")
	s.Press("\r")
	s.Shows("y sends it")
	s.Press("y")
	s.Shows("active (1)", "expired (1)")
	if all = held(t, am); len(all) != 2 || all[0].State != sources.SilenceActive || all[0].ID == first.ID {
		t.Fatalf("%+v", all)
	}
	s.Press("q")
	s.Ends()
}

func TestAlertmanagersRefusalStaysInTheForm(t *testing.T) {
	args, am := burning(t)
	s := open(t, 120, 40, args...)
	s.Shows("firing (1)", "notifies oncall")
	s.Press("z")
	s.Shows("New silence")
	s.Press("\x1b[A\x1b[A") // up, to the last matcher
	s.Press("\x0e")         // ctrl+n
	s.Press("1-bad.name=")  // this Alertmanager takes classic label names only
	s.Shows("1-bad.name=", "matches 1 alert now")
	s.Press("\r")
	s.Shows("say why")
	s.Press("keep me\r")
	s.Shows("y sends it")
	s.Press("y")
	s.Shows("Alertmanager did not take it", "400 Bad Request", "keep me", "1-bad.name=")
	if all := held(t, am); len(all) > 0 {
		t.Errorf("%+v", all)
	}
	s.Press("\x1b")
	s.Shows("firing (1)")
	s.Press("q")
	s.Ends()
}

// What dlmon shows of this alert's tenant is not what Alertmanager holds.
func TestASilenceOfAnAlertWithAStrangeLabelStillMutesIt(t *testing.T) {
	manager := testserver.Alertmanager(t, "route: {receiver: oncall}\nreceivers: [{name: oncall}]")
	body := `[{"labels": {"alertname": "Odd", "tenant_id": "a\n\u001b[2Jb", "quoted": "\"x\\y=~$1"}}]`
	resp, err := http.Post(manager.URL+"/api/v2/alerts", "application/json", strings.NewReader(body))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	resp.Body.Close()
	am, err := alertmanager.New(alertmanager.Options{URL: manager.URL})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, 120, 40, "--alertmanager-url", manager.URL, "--refresh", "1s", "--page", "alerts", "--creator", "ada")
	s.Shows("firing (1)", "Odd", "not shown as they are: tenant_id")
	s.Press("z")
	s.Shows("no matcher is proposed on tenant_id", "alertname=Odd", "matches 1 alert now")
	s.Press("odd\r")
	s.Shows("y sends it")
	s.Press("y")
	s.Shows("silenced (1)", "by ada until")
	all := held(t, am)
	if len(all) != 1 || len(all[0].Matchers) != 2 || !slices.Contains(all[0].Matchers, sources.Matcher{Name: "quoted", Value: `"x\y=~$1`}) {
		t.Errorf("%+v", all)
	}
	s.Press("q")
	s.Ends()
}

func TestReadOnlyRefusesEveryChangeOnARealAlertmanager(t *testing.T) {
	args, am := burning(t)
	if _, err := am.SetSilence(t.Context(), sources.Silence{Matchers: []sources.Matcher{{Name: "alertname", Value: "Other"}},
		EndsAt: time.Now().Add(time.Hour), CreatedBy: "bob", Comment: "mine"}); err != nil {
		t.Fatal(err)
	}
	before := held(t, am)
	s := open(t, 120, 40, append(args, "--read-only")...)
	s.Shows("firing (1)", "notifies oncall")
	refused := func(key string) {
		t.Helper()
		s.Press(key)
		s.Shows("read-only: dlmon changes nothing at Alertmanager")
		s.Press("g") // what is said stands until the next key
		s.Wait("the notice gone", func(text string) bool { return !strings.Contains(text, "dlmon changes nothing") })
	}
	refused("z")
	s.Press("/gone\r")
	s.Shows("/gone")
	refused("Z")
	s.Press("a")
	s.Shows("active (1)", "mine")
	for _, key := range []string{"n", "e", "D", "z"} {
		refused(key)
	}
	s.Press("?")
	s.Shows("copy its matchers")
	s.Wait("no key that writes", func(text string) bool {
		return !strings.Contains(text, "expire it now") && !strings.Contains(text, "extend, or")
	})
	s.Press("?")
	s.Shows("active (1)")
	s.Press("q")
	s.Ends()
	if after := held(t, am); len(after) != 1 || after[0].ID != before[0].ID || !after[0].UpdatedAt.Equal(before[0].UpdatedAt) || after[0].State != sources.SilenceActive {
		t.Errorf("%+v, was %+v", after, before)
	}
}

func TestOnlyAScreenThatMayWriteHasASilencer(t *testing.T) {
	am, err := alertmanager.New(alertmanager.Options{URL: "http://am:9093"})
	if err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) { return map[string]string{"USER": "grace"}[name], name == "USER" }
	for name, tc := range map[string]struct {
		config  Config
		clients clients
		writes  bool
		creator string
	}{
		"allowed":         {Config{}, clients{alertmanager: am}, true, "grace"},
		"creator":         {Config{Creator: "ada"}, clients{alertmanager: am}, true, "ada"},
		"read-only":       {Config{ReadOnly: true}, clients{alertmanager: am}, false, "grace"},
		"kiosk":           {Config{Kiosk: true}, clients{alertmanager: am}, false, "grace"},
		"locked kiosk":    {Config{KioskLocked: true}, clients{alertmanager: am}, false, "grace"},
		"no alertmanager": {Config{}, clients{}, false, "grace"},
	} {
		o := (&session{config: &tc.config, clients: tc.clients}).screen(Build{Env: env})
		if (o.Silencer != nil) != tc.writes || o.Creator != tc.creator {
			t.Errorf("%s: silencer %v, creator %q", name, o.Silencer, o.Creator)
		}
	}
}
