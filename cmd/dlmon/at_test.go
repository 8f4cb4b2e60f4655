package dlmon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dlmon/tui/when"
)

// historian is a Prometheus that notes which times it is asked about, and knows one alert that fired in the past.
func historian(t *testing.T) (url string, asked func() map[string][]time.Time) {
	t.Helper()
	var mu sync.Mutex
	times := map[string][]time.Time{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.FormValue("time") + r.FormValue("end")
		if sec, err := strconv.ParseFloat(at, 64); err == nil && r.FormValue("query") != "" {
			mu.Lock()
			q := r.FormValue("query")
			times[q] = append(times[q], time.UnixMilli(int64(sec*1000)).UTC())
			mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		data := `{}`
		switch {
		case r.URL.Path == "/api/v1/query" && strings.HasPrefix(r.FormValue("query"), "ALERTS or"):
			data = fmt.Sprintf(`{"resultType":"vector","result":[{"metric":{"__name__":"ALERTS","alertname":"Slow","alertstate":"firing","severity":"critical"},"value":[%s,"1"]}]}`, at)
		case r.URL.Path == "/api/v1/query":
			data = fmt.Sprintf(`{"resultType":"vector","result":[{"metric":{"tenant_id":"acme"},"value":[%s,"%s"]}]}`, at, at)
		case r.URL.Path == "/api/v1/query_range":
			data = fmt.Sprintf(`{"resultType":"matrix","result":[{"metric":{"tenant_id":"acme"},"values":[[%s,"7"]]}]}`, at)
		case r.URL.Path == "/api/v1/rules":
			data = `{"groups":[]}`
		case r.URL.Path == "/api/v1/targets":
			data = `{"activeTargets":[{"labels":{"job":"today"},"scrapePool":"today","health":"up","lastScrape":"2026-01-02T03:04:05Z"}],"droppedTargets":[]}`
		case r.URL.Path == "/api/v1/label/__name__/values":
			data = `["http_requests_total","search_operations_total"]`
		}
		fmt.Fprintf(w, `{"status":"success","data":%s}`, data)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() map[string][]time.Time {
		mu.Lock()
		defer mu.Unlock()
		return times
	}
}

func TestASnapshotOfThePastIsAsOfThatTime(t *testing.T) {
	url, asked := historian(t)
	at := time.Now().UTC().Add(-5 * time.Hour).Truncate(time.Second)
	doc := document(t, "--prometheus-url", url, "--health-url", fakeHealth(t, 200, healthy), "--at", at.Format(time.RFC3339), "--window", "3h")
	if got := doc.GeneratedAt; !got.Equal(at) {
		t.Errorf("generated at %s, want %s", got, at)
	}
	if !doc.Window.Start.Equal(at.Add(-3 * time.Hour)) {
		t.Errorf("the window is %+v", doc.Window)
	}
	if len(doc.Alerts) != 1 || doc.Alerts[0].Name != "Slow" {
		t.Errorf("alerts: %+v", doc.Alerts)
	}
	if doc.Health.Status != "unknown" {
		t.Errorf("the health of today is told as that of then: %+v", doc.Health)
	}
	for q, times := range asked() {
		for _, x := range times {
			if x.After(at) {
				t.Errorf("%q is asked about %v", q, x)
			}
		}
	}
	for _, p := range doc.Panels {
		if p.ID == "request-rate" && (len(p.Series) != 1 || float64(*p.Series[0].Value) != float64(at.Unix())) {
			t.Errorf("%s: %+v", p.ID, p.Series)
		}
		if p.State == "error" {
			t.Errorf("%s: %s", p.ID, p.Reason)
		}
	}
}

func TestAFrameOfThePastSaysSo(t *testing.T) {
	url, _ := historian(t)
	from := time.Now().UTC().Add(-50 * time.Hour).Truncate(time.Minute)
	span := from.Format("2006-01-02T15:04Z") + ".." + from.Add(2*time.Hour).Format("2006-01-02T15:04Z")
	got := execute(t, nil, "snapshot", "--prometheus-url", url, "--at", span, "--size", "160x40")
	if got.code != ExitTrouble { // the alert fired
		t.Errorf("exit %d: %s", got.code, got.errors)
	}
	for _, want := range []string{"PAST", from.Format("15:04"), "✖ 1 critical", "2d ago"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
}

func TestASingleTimeLeavesACursorAsItDoesOnTheScreen(t *testing.T) {
	url, _ := historian(t)
	now := time.Now().UTC()
	at := now.Add(-50 * time.Hour).Truncate(time.Minute)
	point, from := at.Format("2006-01-02T15:04Z"), at.Add(-time.Hour).Format("2006-01-02T15:04Z")
	cursor := "cursor " + when.Day(at, now) + at.Format("15:04:05") // in early January with the year
	for _, c := range []struct {
		at     string
		cursor bool
	}{{point, true}, {from + ".." + point, false}, {from + "..", false}} {
		got := execute(t, nil, "snapshot", "--prometheus-url", url, "--at", c.at, "--size", "160x40")
		if strings.Contains(got.out, cursor) != c.cursor {
			t.Errorf("--at %s: a cursor %v, want %v\n%s%s", c.at, !c.cursor, c.cursor, got.errors, got.out)
		}
	}
	s := open(t, 160, 40, append(silentSources(t), "--at", point)...)
	s.Shows("PAST", cursor)
	s.Press("q")
	s.Ends()
}

func TestAnAtThatCantBeShownIsRefused(t *testing.T) {
	for _, c := range []struct{ at, want string }{
		{"soon", `--at: expected a time such as 14:05`},
		{"-2h..-3h", `--at: expected a range that begins before it ends, got "-2h..-3h"`},
		{time.Now().Add(48 * time.Hour).Format("2006-01-02"), "--at: expected a time that is not in the future"},
	} {
		for _, args := range [][]string{{"snapshot"}, {}, {"config"}} {
			got := execute(t, nil, append(args, "--health-url", "http://127.0.0.1:1/health", "--at", c.at)...)
			if got.code != ExitUsage || !strings.Contains(got.errors, c.want) {
				t.Errorf("%v %q: exit %d: %s", args, c.at, got.code, got.errors)
			}
		}
	}
}

func TestAtIsReadInTheZoneShown(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		local bool
		want  int
	}{{false, 14}, {true, 13}} {
		s, err := (&Config{At: "14:00", Window: time.Hour, LocalTime: c.local}).span(now)
		if err != nil || s.To.UTC().Hour() != c.want {
			t.Errorf("local %v: %v, %v", c.local, s.To.UTC(), err)
		}
	}
}
