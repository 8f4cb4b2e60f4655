package sources

import (
	"cmp"
	"maps"
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
// only one alert. Where several servers with external labels of their own send to one Alertmanager, nothing tells whose
// an equally near candidate is: none is taken then, and all are listed as another's. Worst first: firing before pending,
// then by severity (a muted alert after those that notify), then the oldest.
func JoinAlerts(rules []Rule, managed []ManagedAlert) []Alert {
	var out []Alert
	for _, r := range rules {
		out = append(out, r.Alerts...)
	}
	taken := make([]bool, len(managed))
	near := candidates{managed: managed, by: map[string]map[string][]int{}}
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
		best, tied := -1, false
		for _, j := range near.of(a.Labels) {
			switch {
			case taken[j]:
			case best < 0 || len(managed[j].Labels) < len(managed[best].Labels):
				best, tied = j, false
			case len(managed[j].Labels) == len(managed[best].Labels):
				tied = true
			}
		}
		if best >= 0 && !tied {
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

// candidates finds the managed alerts whose labels hold all of another's. Alerts of one rule have the same label names:
// for each set of names, the managed alerts are looked through once, however many alerts there are.
type candidates struct {
	managed []ManagedAlert
	by      map[string]map[string][]int // label names → values of these → places in managed
}

func (c candidates) of(l Labels) []int {
	names := slices.Sorted(maps.Keys(l))
	set := strings.Join(names, "\xff") // no name holds it: it is no UTF-8
	found, ok := c.by[set]
	if !ok {
		found = map[string][]int{}
		for j, m := range c.managed {
			if key, all := pick(m.Labels, names); all {
				found[key] = append(found[key], j)
			}
		}
		c.by[set] = found
	}
	key, _ := pick(l, names)
	return found[key]
}

// pick joins the values of the names given, and tells whether l has them all.
func pick(l Labels, names []string) (string, bool) {
	var b strings.Builder
	for _, name := range names {
		v, ok := l[name]
		if !ok {
			return "", false
		}
		b.WriteString(v)
		b.WriteByte(0xff)
	}
	return b.String(), true
}

func (a *Alert) take(m ManagedAlert) {
	a.Known, a.Fingerprint, a.Silenced, a.Inhibited, a.Receivers = true, m.Fingerprint, m.SilencedBy, m.InhibitedBy, m.Receivers
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
