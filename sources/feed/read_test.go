package feed_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

func TestFeedJoinsAlertsOncePerChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		side := newServer()
		r := start(t, feed.Options{Alertmanager: side}, func(s *server) {
			s.rules = []sources.Rule{{Name: "Slow", State: sources.Firing, Alerts: []sources.Alert{{
				Name: "Slow", State: sources.Firing, Labels: sources.Labels{"alertname": "Slow"},
			}}}}
		})
		defer r.stop()
		r.pass(time.Second)
		a := r.f.Alerts()
		if len(a.Value) != 1 || a.Value[0].Name != "Slow" || !a.At.Equal(r.f.Rules().At) || a.Err != nil {
			t.Fatalf("alerts %+v", a)
		}
		if b := r.f.Alerts(); &a.Value[0] != &b.Value[0] {
			t.Error("joined again without a change")
		}
		r.prom.set(func(s *server) { s.rules = nil })
		r.pass(15 * time.Second)
		if a := r.f.Alerts(); len(a.Value) != 0 {
			t.Errorf("an alert that is over is still there: %+v", a)
		}
		side.set(down(sources.Unavailable))
		r.pass(10 * time.Second)
		if a := r.f.Alerts(); a.Err == nil || !a.OK() {
			t.Errorf("Alertmanager's failure is not told: %+v", a)
		}
	})
}

func TestFeedKeepsTheHistoryOfHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		side := newServer()
		report := func(whole, disk sources.HealthStatus) func(*server) {
			return func(s *server) {
				s.report = sources.HealthReport{Status: whole, Version: "4.2", Checks: []sources.Check{{Name: "disk", Status: disk}}}
			}
		}
		side.set(report(sources.Healthy, sources.Healthy))
		r := start(t, feed.Options{Health: side, History: 30 * time.Minute})
		defer r.stop()
		r.pass(5 * time.Minute)
		held := r.f.HealthHistory()
		length := len(held["disk"])
		side.set(report(sources.Degraded, sources.Unhealthy))
		r.pass(5 * time.Minute)
		side.set(down(sources.Refused))
		r.pass(5 * time.Minute)
		side.set(up)
		r.pass(5 * time.Minute)
		if len(held["disk"]) != length {
			t.Error("the history changed under a reader")
		}
		for name, want := range map[string][]sources.HealthStatus{
			"":     {sources.Healthy, sources.Degraded, sources.Unknown, sources.Degraded},
			"disk": {sources.Healthy, sources.Unhealthy, sources.Unknown, sources.Unhealthy},
		} {
			var runs []sources.HealthStatus
			points := r.f.HealthHistory()[name]
			for i, p := range points {
				if i == 0 || p.Status != points[i-1].Status {
					runs = append(runs, p.Status)
				}
				if i > 0 && p.At.Before(points[i-1].At) {
					t.Fatalf("%q: not in order of time", name)
				}
			}
			if len(runs) != len(want) {
				t.Fatalf("%q went through %v, want %v", name, runs, want)
			}
			for i := range want {
				if runs[i] != want[i] {
					t.Errorf("%q went through %v, want %v", name, runs, want)
				}
			}
		}
		if v := r.source(feed.SourceHealth).Info.Version; v != "4.2" {
			t.Errorf("version %q", v)
		}
		r.pass(24 * time.Hour)
		points := r.f.HealthHistory()["disk"]
		if oldest := r.f.Now().Sub(points[0].At); oldest > 31*time.Minute || oldest < 28*time.Minute {
			t.Errorf("the oldest point is %v old, want half an hour", oldest)
		}
		if len(points) > 1440 {
			t.Errorf("%d points", len(points))
		}
	})
}

func TestFeedForgetsChecksThatWentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		side := newServer()
		r := start(t, feed.Options{Health: side, History: time.Hour})
		defer r.stop()
		for i := range 24 { // renamed every hour, as one that carries a pod's name
			side.set(func(s *server) {
				s.report = sources.HealthReport{Status: sources.Healthy, Checks: []sources.Check{{Name: fmt.Sprintf("pod-%d", i), Status: sources.Healthy}}}
			})
			r.pass(30 * time.Minute)
			if h := r.f.HealthHistory(); i > 0 && len(h[fmt.Sprintf("pod-%d", i-1)]) == 0 {
				t.Fatalf("what was within the last hour is forgotten: %d histories", len(h))
			}
			r.pass(30 * time.Minute)
			if n := len(r.f.HealthHistory()); n > 3 { // the whole report, now's check, the last hour's
				t.Fatalf("%d histories are kept after %d hours", n, i+1)
			}
		}
	})
}

func TestFeedSourcesThatAreNotConfiguredAreOff(t *testing.T) {
	bubble(t, feed.Options{URLs: map[string]string{feed.SourcePrometheus: "http://prom"}}, func(t *testing.T, r *rig) {
		r.sub.Want([]feed.Request{{Kind: feed.Health}, {Kind: feed.Services}, {Kind: feed.Trace, TraceID: "1"}})
		r.pass(time.Second)
		for i, want := range []feed.State{feed.OK, feed.Off, feed.Off, feed.Off} {
			if s := r.f.Sources()[i]; s.State != want {
				t.Errorf("%s is %s, want %s", s.Name, s.State, want)
			}
		}
		if !r.f.Settled() {
			t.Error("waits for a source that is off")
		}
		if s := r.source(feed.SourcePrometheus); s.URL != "http://prom" {
			t.Errorf("URL %q", s.URL)
		}
	})
}

func TestFeedSearchesTheWindowBeforeNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		side := newServer()
		r := start(t, feed.Options{Jaeger: tracer{side}})
		defer r.stop()
		from := time.Date(1999, 1, 1, 1, 0, 0, 0, time.FixedZone("CET", 3600))
		open := feed.Request{Kind: feed.Search, Window: time.Hour, Search: sources.TraceSearch{Service: "open"}}
		fixed := feed.Request{Kind: feed.Search, Search: sources.TraceSearch{Service: "fixed", Start: from, End: from.Add(time.Hour)}}
		r.sub.Want([]feed.Request{open, fixed})
		r.pass(time.Second)
		if c := side.got(feed.Search, "open")[0]; !c.end.Equal(c.began) || c.end.Sub(c.start) != time.Hour {
			t.Errorf("searched %v to %v", c.start, c.end)
		}
		if c := side.got(feed.Search, "fixed")[0]; !c.start.Equal(from) {
			t.Errorf("searched from %v", c.start)
		}
		fixed.Search.Start = from.UTC() // the same moment, written differently
		if !r.f.Search(fixed).OK() || !r.f.Search(open).OK() {
			t.Error("an answer is not found by its request")
		}
	})
}

func TestFeedIsSafeForConcurrentUse(t *testing.T) {
	bubble(t, feed.Options{Refresh: time.Second}, func(t *testing.T, r *rig) {
		var screens sync.WaitGroup
		for i := range 4 {
			screens.Go(func() {
				for range 200 {
					sub := r.f.Subscribe()
					line := ranged(fmt.Sprint(rand.IntN(4)), time.Duration(1+rand.IntN(3))*time.Minute, time.Second)
					sub.Want([]feed.Request{instant(fmt.Sprint(rand.IntN(4))), line})
					select {
					case <-sub.Changed():
					case <-time.After(time.Duration(i) * time.Second):
					}
					r.f.Range(line)
					r.f.Alerts()
					r.f.Sources()
					sub.Refresh()
					r.f.Settled()
					sub.Close()
				}
			})
		}
		screens.Wait()
		r.pass(time.Minute)
		r.prom.set(func(s *server) {
			if s.now != 0 {
				t.Errorf("%d requests still in flight", s.now)
			}
			if s.top > 4 {
				t.Errorf("%d requests in flight at a time", s.top)
			}
		})
	}, func(s *server) { s.took = 50 * time.Millisecond })
}
