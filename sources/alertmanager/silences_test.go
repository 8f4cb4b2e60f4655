package alertmanager

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/testserver"
)

var _ feed.Silencer = (*Client)(nil)

const route = "route: {receiver: oncall}\nreceivers: [{name: oncall}]"

func client(t *testing.T, url string) *Client {
	t.Helper()
	c, err := New(Options{URL: url, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// held is the silence of that id as Alertmanager has it.
func held(t *testing.T, c *Client, id string) sources.Silence {
	t.Helper()
	all, err := c.Silences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s sources.Silence) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no silence %s in %+v", id, all)
	}
	return all[i]
}

// muting waits until the alert of that name is muted by the silences given, and by no others.
func muting(t *testing.T, c *Client, name string, ids ...string) {
	t.Helper()
	var last []sources.ManagedAlert
	deadline := time.After(20 * time.Second)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		as, err := c.Alerts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range as {
			if a.Labels["alertname"] == name && slices.Equal(a.SilencedBy, ids) {
				return
			}
		}
		last = as
		select {
		case <-poll.C:
		case <-deadline:
			t.Fatalf("%s is not muted by %v: %+v", name, ids, last)
		}
	}
}

func TestRealAlertmanagerTakesSilencesExtendsAndExpiresThem(t *testing.T) {
	s := testserver.Alertmanager(t, route)
	c := client(t, s.URL)
	now := time.Now()
	post(t, s.URL+"/api/v2/alerts", []map[string]any{
		{"labels": map[string]string{"alertname": "Slow", "tenant_id": `a"b\c=~.*é`}, "startsAt": now},
		{"labels": map[string]string{"alertname": "Other"}, "startsAt": now},
	})
	want := sources.Silence{
		Matchers: []sources.Matcher{
			{Name: "alertname", Value: "Sl.w|X", Regex: true}, {Name: "tenant_id", Value: `a"b\c=~.*é`},
			{Name: "missing", Value: "x", Negative: true}, {Name: "missing", Value: "y.+", Negative: true, Regex: true},
		},
		EndsAt: now.Add(2 * time.Hour), CreatedBy: "ada", Comment: "known \"trouble\"\\",
	}
	id, err := c.SetSilence(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	byMatcher := func(a, b sources.Matcher) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	}
	got := held(t, c, id)
	if !slices.Equal(slices.SortedFunc(slices.Values(got.Matchers), byMatcher), slices.SortedFunc(slices.Values(want.Matchers), byMatcher)) || got.CreatedBy != "ada" || got.Comment != want.Comment || got.State != sources.SilenceActive ||
		got.StartsAt.Before(now.Add(-time.Minute)) || got.EndsAt.Sub(want.EndsAt).Abs() > time.Second || got.Altered {
		t.Errorf("%+v", got)
	}
	muting(t, c, "Slow", id)
	muting(t, c, "Other")

	got.EndsAt, got.Comment = got.EndsAt.Add(time.Hour), "longer"
	same, err := c.SetSilence(t.Context(), got)
	if err != nil || same != id {
		t.Errorf("extended under %s, was %s: %v", same, id, err)
	}
	if longer := held(t, c, id); !longer.EndsAt.Equal(got.EndsAt) || longer.Comment != "longer" || !longer.StartsAt.Equal(got.StartsAt) {
		t.Errorf("%+v", longer)
	}

	if err := c.ExpireSilence(t.Context(), id); err != nil {
		t.Error(err)
	}
	ended := held(t, c, id)
	if ended.State != sources.SilenceExpired {
		t.Errorf("%+v", ended)
	}
	muting(t, c, "Slow")

	ended.ID, ended.StartsAt, ended.EndsAt = "", time.Time{}, now.Add(time.Hour)
	again, err := c.SetSilence(t.Context(), ended)
	if err != nil || again == id {
		t.Errorf("created anew under %s: %v", again, err)
	}
	muting(t, c, "Slow", again)

	later := want
	later.StartsAt, later.EndsAt = now.Add(time.Hour), now.Add(2*time.Hour)
	id, err = c.SetSilence(t.Context(), later)
	if err != nil || held(t, c, id).State != sources.SilencePending {
		t.Errorf("one that begins later: %v", err)
	}
}

func TestRealAlertmanagersRefusalsAreTold(t *testing.T) {
	c := client(t, testserver.Alertmanager(t, route).URL)
	good := sources.Silence{Matchers: []sources.Matcher{{Name: "a", Value: "b"}}, EndsAt: time.Now().Add(time.Hour), CreatedBy: "me", Comment: "why"}
	const unknown = "11111111-2222-4333-8444-555555555555"
	for name, tc := range map[string]struct {
		change func(*sources.Silence)
		want   string
	}{
		"matches everything": {func(s *sources.Silence) { s.Matchers = []sources.Matcher{{Name: "a", Value: ".*", Regex: true}} }, "must not match the empty string"},
		"no matcher":         {func(s *sources.Silence) { s.Matchers = nil }, "alertmanager: create silence: "},
		"bad expression":     {func(s *sources.Silence) { s.Matchers[0] = sources.Matcher{Name: "a", Value: "(", Regex: true} }, "400 Bad Request"},
		"in the past":        {func(s *sources.Silence) { s.EndsAt = time.Now().Add(-time.Hour) }, "end time can't be in the past"},
		"unknown":            {func(s *sources.Silence) { s.ID = unknown }, "change silence " + unknown + ": Alertmanager does not know it"},
		"altered":            {func(s *sources.Silence) { s.Altered = true }, "change it with amtool"},
	} {
		t.Run(name, func(t *testing.T) {
			s := good
			s.Matchers = slices.Clone(good.Matchers)
			tc.change(&s)
			id, err := c.SetSilence(t.Context(), s)
			if id != "" || sources.KindOf(err) != sources.Rejected || !strings.Contains(fmt.Sprint(err), tc.want) {
				t.Errorf("%q, kind %v: %v", id, sources.KindOf(err), err)
			}
		})
	}
	for id, want := range map[string]string{unknown: "does not know it", "": "no id", "../alerts": "no id"} {
		if err := c.ExpireSilence(t.Context(), id); sources.KindOf(err) != sources.Rejected || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if all, err := c.Silences(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestFaultsOfWritingAreToldApart(t *testing.T) {
	for name, tc := range map[string]struct {
		code       int
		mime, body string
		kind       sources.Kind
		text       string
	}{
		"forbidden": {403, "text/plain", "no", sources.Unauthorized, "403 Forbidden (check alertmanager.authorization"},
		"broken":    {500, "application/json", `"disk full"`, sources.Unavailable, "500 Internal Server Error"},
		"proxy":     {502, "text/html", "<title>Bad Gateway</title>", sources.Unavailable, "502 Bad Gateway"},
		"read-only": {405, "text/plain", "", sources.Rejected, "405 Method Not Allowed"},
		"hostile":   {400, "application/json", `"no\u001b]52;c;eA==\u0007"`, sources.Rejected, "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if user, _, _ := r.BasicAuth(); user != "admin" {
					t.Error("no credentials")
				}
				w.Header().Set("Content-Type", tc.mime)
				w.WriteHeader(tc.code)
				fmt.Fprint(w, tc.body)
			}))
			t.Cleanup(s.Close)
			c := client(t, strings.Replace(s.URL, "http://", "http://admin:hunter2@", 1))
			_, set := c.SetSilence(t.Context(), sources.Silence{EndsAt: time.Now().Add(time.Hour)})
			expire := c.ExpireSilence(t.Context(), "11111111-2222-4333-8444-555555555555")
			for what, err := range map[string]error{"create silence: ": set, "expire silence 1": expire} {
				text := fmt.Sprint(err)
				if sources.KindOf(err) != tc.kind || !strings.Contains(text, tc.text) || !strings.Contains(text, what) || strings.ContainsAny(text, "\x1b\a") {
					t.Errorf("kind %v: %v", sources.KindOf(err), err)
				}
			}
		})
	}
}

func TestWhatCleaningChangedIsMarked(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/alerts") {
			_ = json.NewEncoder(w).Encode([]map[string]any{{"labels": map[string]string{"alertname": "A", "tenant_id": "a\nb", "long": strings.Repeat("x", 5000)}}})
			return
		}
		_ = json.NewEncoder(w).Encode([]map[string]any{
			{"id": "1", "matchers": []map[string]any{{"name": "a", "value": "plain", "isRegex": false}}},
			{"id": "2", "matchers": []map[string]any{{"name": "a", "value": "new\nline", "isRegex": false}}},
		})
	}))
	t.Cleanup(s.Close)
	c := client(t, s.URL)
	as, err := c.Alerts(t.Context())
	if err != nil || len(as) != 1 || !slices.Equal(as[0].Altered, []string{"long", "tenant_id"}) {
		t.Errorf("%+v, %v", as, err)
	}
	all, err := c.Silences(t.Context())
	if err != nil || len(all) != 2 || all[0].Altered || !all[1].Altered {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestASilenceIsSentOnceAndAsItIs(t *testing.T) {
	var bodies []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.Method+" "+r.URL.Path+" "+string(b))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{}`)
	}))
	t.Cleanup(s.Close)
	_, err := client(t, s.URL).SetSilence(t.Context(), sources.Silence{Matchers: []sources.Matcher{{Name: "a", Value: "b"}},
		EndsAt: time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC), CreatedBy: "me", Comment: "c"})
	want := `POST /api/v2/silences {"comment":"c","createdBy":"me","endsAt":"2026-03-14T16:00:00.000Z",` +
		`"matchers":[{"isEqual":true,"isRegex":false,"name":"a","value":"b"}],"startsAt":"1970-01-01T00:00:00.000Z"}`
	if len(bodies) != 1 || strings.TrimSpace(bodies[0]) != want {
		t.Errorf("%q", bodies)
	}
	if sources.KindOf(err) != sources.Internal || !strings.Contains(fmt.Sprint(err), "no id of a silence") {
		t.Errorf("%v", err)
	}
}
