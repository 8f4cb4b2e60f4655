package feed_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
)

// alertsExpr also tells whether the server has anything of the time at all.
const alertsExpr = "ALERTS or 0 * max(up)"

var then = time.Date(2026, 3, 14, 13, 0, 0, 0, time.UTC)

// alertsOf answers the series of alerts as they stood then.
func alertsOf(active, since []sources.Sample) func(feed.Request) sources.Snapshot[sources.Vector] {
	return func(r feed.Request) sources.Snapshot[sources.Vector] {
		switch {
		case !r.At.Equal(then):
			return sources.Snapshot[sources.Vector]{}
		case r.Expr == alertsExpr:
			return feedtest.Value(sources.Vector{At: then, Samples: active}, then)
		case r.Expr == "ALERTS_FOR_STATE":
			return feedtest.Value(sources.Vector{At: then, Samples: since}, then)
		}
		return sources.Snapshot[sources.Vector]{}
	}
}

func sample(v float64, labels ...string) sources.Sample {
	l := sources.Labels{}
	for i := 0; i < len(labels); i += 2 {
		l[labels[i]] = labels[i+1]
	}
	return sources.Sample{Labels: l, Value: v}
}

func pastReader() *feedtest.Reader {
	now := then.Add(2 * time.Hour)
	r := &feedtest.Reader{
		Clock:  now,
		Status: []feed.SourceStatus{{Name: feed.SourcePrometheus, State: feed.OK}},
		RulesSnap: feedtest.Value([]sources.Rule{
			{Name: "Slow", Labels: sources.Labels{"severity": "warning"}, State: sources.Firing, Health: "err", LastError: "today's",
				Alerts: []sources.Alert{{Name: "Slow", State: sources.Firing, Labels: sources.Labels{"alertname": "Slow", "tenant": "of today"}}}},
			{Name: "Slow", For: 2 * time.Minute, Labels: sources.Labels{"severity": "critical"}, Annotations: sources.Labels{
				"summary": "slow for {{ $labels.tenant }}: {{ $value | humanize }} s", "runbook": "https://runbooks.example/slow"}},
			{Name: "Quiet"},
		}, now),
		InstantFunc: alertsOf([]sources.Sample{
			sample(1, "__name__", "ALERTS", "alertname", "Slow", "alertstate", "firing", "severity", "critical", "tenant", "acme"),
			sample(1, "__name__", "ALERTS", "alertname", "Slow", "alertstate", "pending", "severity", "critical", "tenant", "acme"),
			sample(1, "__name__", "ALERTS", "alertname", "Slow", "alertstate", "pending", "severity", "warning", "tenant", "globex"),
			sample(1, "__name__", "ALERTS", "alertname", "Gone", "alertstate", "firing"),
		}, []sources.Sample{
			sample(float64(then.Add(-10*time.Minute).Unix()), "__name__", "ALERTS_FOR_STATE", "alertname", "Slow", "severity", "critical", "tenant", "acme"),
		}),
		SilencesSnap: feedtest.Value([]sources.Silence{
			{ID: "then", StartsAt: then.Add(-time.Hour), EndsAt: then.Add(time.Minute), State: sources.SilenceExpired,
				Matchers: []sources.Matcher{{Name: "alertname", Value: "G.*", Regex: true}, {Name: "tenant", Value: "acme", Negative: true}}},
			{ID: "today", StartsAt: now.Add(-time.Minute), EndsAt: now.Add(time.Hour), State: sources.SilenceActive,
				Matchers: []sources.Matcher{{Name: "alertname", Value: "Slow"}}},
		}, now),
	}
	return r
}

func TestAlertsOfThePastAreThoseOfTheSeriesAlerts(t *testing.T) {
	r := feed.AsOf(pastReader(), then)
	s := r.Alerts()
	if !s.OK() || !s.At.Equal(then) || len(s.Value) != 3 {
		t.Fatalf("%+v", s)
	}
	a := s.Value[0]
	if a.Name != "Slow" || a.State != sources.Firing || a.Severity != "critical" || a.Labels["tenant"] != "acme" ||
		a.Labels["alertstate"] != "" || !a.ActiveSince.Equal(then.Add(-10*time.Minute)) || !a.Since().Equal(then.Add(-8*time.Minute)) || a.Value == a.Value {
		t.Errorf("the worst: %+v", a)
	}
	if a.Annotations["summary"] != "slow for acme: … s" || a.Annotations["runbook"] != "https://runbooks.example/slow" {
		t.Errorf("its annotations: %v", a.Annotations)
	}
	if b := s.Value[1]; b.Name != "Gone" || !slices.Equal(b.Silenced, []string{"then"}) || !b.ActiveSince.IsZero() {
		t.Errorf("one whose rule is gone, silenced then: %+v", b)
	}
	if b := s.Value[2]; b.State != sources.Pending || b.Labels["tenant"] != "globex" || b.Muted() {
		t.Errorf("the pending one: %+v", b)
	}
}

// Alertmanager knows an alert by its own labels and Prometheus's external ones, which the series ALERTS has not.
func TestASilenceOfThenOnAnExternalLabelMutesAlertsOfThen(t *testing.T) {
	r := pastReader()
	r.SilencesSnap = feedtest.Value([]sources.Silence{
		{ID: "cluster", StartsAt: then.Add(-time.Hour), EndsAt: then.Add(time.Minute), Matchers: []sources.Matcher{{Name: "cluster", Value: "eu"}}},
		{ID: "tenant", StartsAt: then.Add(-time.Hour), EndsAt: then.Add(time.Minute), Matchers: []sources.Matcher{{Name: "tenant", Value: "external"}}},
	}, r.Clock)
	past := feed.AsOf(r, then)
	silenced := func() (out []string) {
		for _, a := range past.Alerts().Value {
			out = append(out, a.Name+" "+a.Labels["cluster"]+strings.Join(a.Silenced, " "))
		}
		return out
	}
	if got := silenced(); !slices.Equal(got, []string{"Slow ", "Gone ", "Slow "}) {
		t.Errorf("external labels not known yet: %q", got)
	}
	// An alert's own label wins over an external one; a change of what is known is seen at once.
	r.Status[0].Info.ExternalLabels = sources.Labels{"cluster": "eu", "tenant": "external"}
	if got := silenced(); !slices.Equal(got, []string{"Slow cluster", "Gone cluster tenant", "Slow cluster"}) {
		t.Errorf("%q", got)
	}
}

func TestAlertsOfATimeThatPrometheusHasNothingOfAreNotKnown(t *testing.T) {
	r := pastReader()
	r.InstantFunc = alertsOf(nil, nil)
	if s := feed.AsOf(r, then).Alerts(); s.OK() || sources.KindOf(s.Err) != sources.NotKept {
		t.Errorf("nothing at all: %+v", s)
	}
	r.InstantFunc = alertsOf([]sources.Sample{sample(0)}, nil)
	if s := feed.AsOf(r, then).Alerts(); !s.OK() || len(s.Value) != 0 {
		t.Errorf("no alert: %+v", s)
	}
	r.Status[0].State = feed.Off
	if s := feed.AsOf(r, then).Alerts(); s.OK() || sources.KindOf(s.Err) != sources.NotKept {
		t.Errorf("without Prometheus: %+v", s)
	}
}

func TestRulesOfThePastAreTodaysWithTheAlertsOfThen(t *testing.T) {
	s := feed.AsOf(pastReader(), then).Rules()
	if !s.OK() || len(s.Value) != 3 {
		t.Fatalf("%+v", s)
	}
	for i, want := range []struct {
		state sources.AlertState
		n     int
	}{{sources.Pending, 1}, {sources.Firing, 1}, {sources.Inactive, 0}} {
		if r := s.Value[i]; r.State != want.state || len(r.Alerts) != want.n || r.Health != "unknown" || r.LastError != "" {
			t.Errorf("rule %d: %+v", i, r)
		}
	}
}

func TestThePastHasTheSilencesOfThenAndNoManagedAlerts(t *testing.T) {
	r := feed.AsOf(pastReader(), then)
	if s := r.Silences(); len(s.Value) != 1 || s.Value[0].ID != "then" || s.Value[0].State != sources.SilenceActive {
		t.Errorf("%+v", s)
	}
	if s := r.Managed(); !s.OK() || len(s.Value) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestHealthOfThePastIsWhatWasSeenThenAndNeverTodays(t *testing.T) {
	r := pastReader()
	r.HealthSnap = feedtest.Value(sources.HealthReport{Status: sources.Healthy, Checks: []sources.Check{
		{Name: "api", Status: sources.Healthy, Message: "today's"}, {Name: "new", Status: sources.Healthy}}}, r.Clock)
	if s := feed.AsOf(r, then).Health(); s.OK() || sources.KindOf(s.Err) != sources.NotKept {
		t.Errorf("without a history: %+v", s)
	}
	r.History = map[string][]sources.HealthPoint{
		"":    {{At: then.Add(-2 * time.Minute), Status: sources.Unhealthy}, {At: then.Add(time.Minute), Status: sources.Healthy}},
		"api": {{At: then.Add(-2 * time.Minute), Status: sources.Degraded}, {At: then.Add(time.Minute), Status: sources.Healthy}},
	}
	s := feed.AsOf(r, then).Health()
	if !s.OK() || s.Value.Status != sources.Unhealthy || len(s.Value.Checks) != 1 || s.Value.Checks[0].Status != sources.Degraded || s.Value.Checks[0].Message != "" {
		t.Errorf("%+v", s)
	}
	if h := feed.AsOf(r, then).HealthHistory(); len(h[""]) != 1 {
		t.Errorf("the history goes on to %v", h[""])
	}
	if s := feed.AsOf(r, then.Add(-time.Hour)).Health(); s.OK() {
		t.Errorf("before the history: %+v", s)
	}
}

func TestWhatWasTrueThenNeverGetsStale(t *testing.T) {
	r := pastReader()
	r.RangeFunc = func(feed.Request) sources.Snapshot[sources.Matrix] {
		s := feedtest.Value(sources.Matrix{}, then)
		s.Err = fault(sources.Timeout)
		return s
	}
	if s := feed.AsOf(r, then).Range(feed.Request{}); !s.OK() || s.Err != nil {
		t.Errorf("%+v", s)
	}
	if s := feed.AsOf(r, then).Targets(); s.OK() || sources.SourceFault(s.Err) || s.Err == nil {
		t.Errorf("targets: %+v", s)
	}
}

func TestRequestsAboutThePast(t *testing.T) {
	search := feed.Request{Kind: feed.Search, Search: sources.TraceSearch{Service: "api", Start: then.Add(-time.Hour)}}
	got := feed.AsOfRequests([]feed.Request{
		{Kind: feed.Rules}, {Kind: feed.Rules}, {Kind: feed.Managed}, {Kind: feed.Targets}, {Kind: feed.Trace, TraceID: "1"}, instant("up"), search,
	}, then)
	ended := search
	ended.At, ended.Search.End = then, then
	want := []feed.Request{
		{Kind: feed.Rules}, {Kind: feed.Instant, Expr: alertsExpr, At: then}, {Kind: feed.Instant, Expr: "ALERTS_FOR_STATE", At: then},
		{Kind: feed.Managed}, {Kind: feed.Silences}, {Kind: feed.Trace, TraceID: "1"}, {Kind: feed.Instant, Expr: "up", At: then}, ended,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// past asks what a screen an hour ago needs, and lets it be answered.
func past(r *rig, at time.Time, reqs ...feed.Request) feed.Reader {
	r.sub.Want(feed.AsOfRequests(reqs, at))
	r.pass(time.Second)
	return feed.AsOf(r.f, at)
}

func TestAQuestionAboutThePastIsAskedOnce(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.pass(time.Second)
		at := time.Now().Add(-time.Hour).Truncate(time.Minute)
		line := ranged("x", time.Hour, time.Minute)
		reader := past(r, at, line, instant("y"), feed.Request{Kind: feed.Exemplars, Expr: "z", Window: time.Hour})
		m := reader.Range(line).Value
		checkGrid(t, m, time.Hour, time.Minute)
		if !m.End().Equal(at) {
			t.Errorf("the range ends at %v, want %v", m.End(), at)
		}
		if v := reader.Instant(instant("y")); !v.At.Equal(at) || v.Value.Samples[0].Value != float64(at.Unix()) {
			t.Errorf("%+v", v)
		}
		r.pass(10 * time.Minute)
		for _, n := range []int{len(r.prom.got(feed.Range)), len(r.prom.got(feed.Instant, "y")), len(r.prom.got(feed.Exemplars))} {
			if n != 1 {
				t.Errorf("asked %d times", n)
			}
		}
		if got := r.prom.got(feed.Exemplars)[0]; !got.end.Equal(at) || got.end.Sub(got.start) != time.Hour {
			t.Errorf("exemplars of %v to %v", got.start, got.end)
		}
	})
}

func TestZoomingOutOfThePastAsksForTheHeadAlone(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		at := time.Now().Add(-time.Hour).Truncate(time.Minute)
		past(r, at, ranged("x", time.Hour, time.Minute))
		r.prom.forget()
		reader := past(r, at, ranged("x", 3*time.Hour, time.Minute))
		calls := r.prom.got(feed.Range)
		if len(calls) != 1 || !calls[0].end.Equal(at.Add(-61*time.Minute)) || !calls[0].start.Equal(at.Add(-3*time.Hour)) {
			t.Errorf("%+v", calls)
		}
		checkGrid(t, reader.Range(ranged("x", 3*time.Hour, time.Minute)).Value, 3*time.Hour, time.Minute)
		past(r, at, ranged("x", time.Hour, time.Minute))
		if n := len(r.prom.got(feed.Range)); n != 1 {
			t.Errorf("zooming in asked %d times more", n-1)
		}
	})
}

func TestPanningAwayCancelsWhatWasAsked(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.pass(time.Second)
		r.prom.set(func(s *server) { s.hang = true })
		at := time.Now().Add(-time.Hour).Truncate(time.Minute)
		past(r, at, ranged("x", time.Hour, time.Minute))
		past(r, at.Add(-time.Hour), ranged("y", time.Hour, time.Minute))
		r.prom.mu.Lock()
		defer r.prom.mu.Unlock()
		if r.prom.left != 1 {
			t.Errorf("%d requests were cancelled, want 1", r.prom.left)
		}
	})
}

func TestAFailedQuestionAboutThePastIsAskedAgain(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.prom.set(func(s *server) {
			s.fail = func(c call) error {
				if c.kind == feed.Range {
					return fault(sources.Rejected)
				}
				return nil
			}
		})
		at := time.Now().Add(-time.Hour)
		reader := past(r, at, ranged("x", time.Hour, time.Minute))
		if s := reader.Range(ranged("x", time.Hour, time.Minute)); s.Err == nil {
			t.Fatal("no error")
		}
		r.prom.set(func(s *server) { s.fail = nil })
		r.pass(time.Minute)
		checkGrid(t, reader.Range(ranged("x", time.Hour, time.Minute)).Value, time.Hour, time.Minute)
	})
}

func TestThePastDoesNotMakeASourceOlder(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		r.pass(6 * time.Second)
		before := r.source(feed.SourcePrometheus)
		past(r, time.Now().Add(-24*time.Hour), instant("x"), ranged("x", time.Hour, time.Minute))
		if after := r.source(feed.SourcePrometheus); after.At.Before(before.At) || after.State != feed.OK || after.Slowed {
			t.Errorf("from %+v to %+v", before, after)
		}
	})
}

func TestAFrozenReaderStandsStillWhileTheFeedGoesOn(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		line, value := ranged("x", time.Hour, time.Minute), instant("y")
		r.sub.Want([]feed.Request{line, value})
		r.pass(10 * time.Second)
		z := r.f.Freeze()
		at := time.Now()
		end, y := z.Range(line).Value.End(), z.Instant(value)
		if !z.Holds(line) || !z.Holds(value) || z.Holds(instant("other")) || z.Holds(ranged("x", 3*time.Hour, time.Minute)) {
			t.Error("what it holds")
		}
		r.pass(5 * time.Minute)
		if !z.Now().Equal(at) || !z.Range(line).Value.End().Equal(end) || !z.Instant(value).At.Equal(y.At) {
			t.Error("it moved")
		}
		if !r.f.Range(line).Value.End().After(end) || !r.f.Instant(value).At.After(y.At) {
			t.Error("the feed stands still, too")
		}
		// What it does not hold is read as of then.
		r.sub.Want(append([]feed.Request{line, value}, feed.AsOfRequests([]feed.Request{instant("other")}, z.Now())...))
		r.pass(time.Second)
		if s := z.Instant(instant("other")); !s.At.Equal(at) {
			t.Errorf("the other is of %v, want %v", s.At, at)
		}
	})
}

func TestAFrozenReaderKeepsItsAlertsAndHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newServer()
		r := start(t, feed.Options{Health: service})
		defer r.stop()
		r.prom.set(func(s *server) {
			s.rules = []sources.Rule{{Name: "A", Alerts: []sources.Alert{{Name: "A", State: sources.Firing}}}}
		})
		r.pass(time.Second)
		z := r.f.Freeze()
		r.prom.set(func(s *server) { s.rules = nil })
		service.set(func(s *server) { s.report.Status = sources.Unhealthy })
		r.pass(time.Minute)
		if len(z.Alerts().Value) != 1 || len(z.Rules().Value) != 1 || z.Health().Value.Status != sources.Healthy {
			t.Errorf("%+v %+v", z.Alerts(), z.Health())
		}
		if len(r.f.Alerts().Value) != 0 || r.f.Health().Value.Status != sources.Unhealthy {
			t.Errorf("the present: %+v %+v", r.f.Alerts(), r.f.Health())
		}
	})
}

// What a page that was left had brought is minutes old; under a pause it would be taken for that moment's.
func TestAFrozenReaderHoldsNothingThatNobodyWantedAnyMore(t *testing.T) {
	bubble(t, feed.Options{}, func(t *testing.T, r *rig) {
		left, here := instant("left"), instant("here")
		r.sub.Want([]feed.Request{left})
		r.pass(10 * time.Second)
		r.sub.Want([]feed.Request{here})
		r.pass(100 * time.Second)
		z := r.f.Freeze()
		if !z.Holds(here) || z.Holds(left) {
			t.Error("what it holds")
		}
		r.sub.Want(feed.AsOfRequests([]feed.Request{left}, z.Now()))
		r.pass(10 * time.Second)
		if s := z.Instant(left); !s.At.Equal(z.Now()) {
			t.Errorf("it is of %v, want %v", s.At, z.Now())
		}
	})
}
