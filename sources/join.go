package sources

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// SeverityRank orders severities as rules spell them: 2 critical, 1 warning, 0 everything else.
func SeverityRank(severity string) int {
	switch strings.ToLower(severity) {
	case "critical", "crit", "page", "error", "emergency", "fatal", "disaster":
		return 2
	case "warning", "warn", "major":
		return 1
	}
	return 0
}

// JoinAlerts is what is active now: the alerts of Prometheus's rules, each with what Alertmanager holds of it, and
// after them the alerts that only Alertmanager knows (from another Prometheus). Alertmanager's label set may be
// larger by external labels; of several candidates the one with the fewest labels more is taken, and every one serves
// only one alert. Worst first: firing before pending, then by severity (a muted alert after those that notify), then
// the oldest.
func JoinAlerts(rules []Rule, managed []ManagedAlert) []Alert {
	var out []Alert
	for _, r := range rules {
		out = append(out, r.Alerts...)
	}
	taken := make([]bool, len(managed))
	byName := map[string][]int{}
	for i, m := range managed {
		byName[m.Labels["alertname"]] = append(byName[m.Labels["alertname"]], i)
	}
	// Alerts with more labels choose first: what fits them is the more specific.
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(out[b].Labels), len(out[a].Labels)) })
	for _, i := range order {
		a := &out[i]
		if a.State != Firing {
			continue // Prometheus sends only what fires
		}
		best := -1
		for _, j := range byName[a.Labels["alertname"]] {
			if !taken[j] && within(a.Labels, managed[j].Labels) &&
				(best < 0 || len(managed[j].Labels) < len(managed[best].Labels)) {
				best = j
			}
		}
		if best >= 0 {
			taken[best] = true
			a.take(managed[best])
		}
	}
	for j, m := range managed {
		if taken[j] {
			continue
		}
		a := Alert{Name: m.Labels["alertname"], State: Firing, Severity: m.Labels["severity"], Labels: m.Labels,
			Annotations: m.Annotations, ActiveSince: m.StartsAt, Value: math.NaN(), Altered: m.Altered}
		a.take(m)
		out = append(out, a)
	}
	SortAlerts(out)
	return out
}

func (a *Alert) take(m ManagedAlert) {
	a.Known, a.Fingerprint, a.Silenced, a.Inhibited, a.Receivers = true, m.Fingerprint, m.SilencedBy, m.InhibitedBy, m.Receivers
}

// within tells whether all of a stands in b.
func within(a, b Labels) bool {
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// SortAlerts puts the worst first, as JoinAlerts does.
func SortAlerts(alerts []Alert) {
	state := func(a Alert) int {
		if a.State == Firing {
			return 0
		}
		return 1
	}
	muted := func(a Alert) int {
		if a.Muted() {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(alerts, func(a, b Alert) int {
		return cmp.Or(
			cmp.Compare(state(a), state(b)),
			cmp.Compare(muted(a), muted(b)),
			cmp.Compare(SeverityRank(b.Severity), SeverityRank(a.Severity)),
			a.ActiveSince.Compare(b.ActiveSince),
			cmp.Compare(a.Name, b.Name),
			strings.Compare(a.Labels.Key(), b.Labels.Key()),
		)
	})
}
