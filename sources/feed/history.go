package feed

import (
	"slices"
	"time"

	"dlmon/sources"
)

// maxPoints bounds the history of one check; samples are thinned to half of it, so that changes have room.
const maxPoints = 1440

// history is the status of each check over time. Its slices only grow at their ends, so readers may hold them.
type history struct {
	keep   time.Duration
	checks map[string][]sources.HealthPoint
}

func newHistory(keep time.Duration) *history {
	return &history{keep: keep, checks: map[string][]sources.HealthPoint{}}
}

// add takes a report in. A check that it lacks has become unknown.
func (h *history) add(r sources.HealthReport, at time.Time) {
	now := map[string]sources.HealthStatus{"": r.Status}
	for _, c := range r.Checks {
		now[c.Name] = c.Status
	}
	gone := map[string]bool{}
	for name := range h.checks {
		if _, ok := now[name]; !ok {
			now[name], gone[name] = sources.Unknown, true
		}
	}
	h.put(now, gone, at)
}

// lost notes that the service did not answer.
func (h *history) lost(at time.Time) {
	now := map[string]sources.HealthStatus{"": sources.Unknown}
	for name := range h.checks {
		now[name] = sources.Unknown
	}
	h.put(now, nil, at)
}

func (h *history) put(now map[string]sources.HealthStatus, gone map[string]bool, at time.Time) {
	next := make(map[string][]sources.HealthPoint, len(now))
	for name, status := range now {
		points := h.checks[name]
		if n := len(points); n == 0 || points[n-1].Status != status || at.Sub(points[n-1].At) >= h.keep/(maxPoints/2) {
			points = append(points, sources.HealthPoint{At: at, Status: status})
		}
		for len(points) > maxPoints || len(points) > 1 && at.Sub(points[0].At) > h.keep {
			points = points[1:]
		}
		if gone[name] && !slices.ContainsFunc(points, func(p sources.HealthPoint) bool { return p.Status != sources.Unknown }) {
			continue // a check that went away, as long ago as anything is kept
		}
		next[name] = points
	}
	h.checks = next
}
