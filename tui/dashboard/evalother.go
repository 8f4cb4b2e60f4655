package dashboard

// The panels that PromQL does not answer: alerts, health, scrape targets.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// evalAlerts takes the alerts from wherever they are known; Alertmanager alone is enough.
func evalAlerts(d *Data, env Env) {
	prometheus, manager := env.status(feed.SourcePrometheus), env.status(feed.SourceAlertmanager)
	if prometheus.State == feed.Off && manager.State == feed.Off {
		d.off(feed.SourcePrometheus)
		return
	}
	source := feed.SourcePrometheus
	if prometheus.State == feed.Off {
		source = feed.SourceAlertmanager
	}
	if env.Data == nil {
		d.absent(source, nil)
		return
	}
	s := env.Data.Alerts()
	if !s.OK() {
		d.absent(source, s.Err)
		return
	}
	d.took(s.At, s.Err)
	d.Alerts = s.Value
	d.State = StateOK
	if d.Panel.Tenant != "" {
		d.tenantAlerts(env)
	}
	counts := map[string]int{}
	for _, a := range d.Alerts {
		switch {
		case a.Muted():
			counts[a.Quiet()]++
			continue
		case a.State == sources.Pending:
			counts["pending"]++
			continue
		case a.State != sources.Firing:
			continue
		case strings.EqualFold(a.Severity, "critical"), strings.EqualFold(a.Severity, "page"):
			counts["critical"]++
			d.State = StateCritical
		case informs(a.Severity):
			counts["info"]++
		default:
			counts["warning"]++
			d.State = Worse(d.State, StateWarn)
		}
	}
	var parts []string
	for _, word := range []string{"critical", "warning"} {
		if n := counts[word]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	if len(parts) > 0 {
		d.Reason = strings.Join(parts, ", ") + " firing"
	}
	for _, word := range []string{"info", "pending", "silenced", "inhibited"} {
		if n := counts[word]; n > 0 {
			d.Facts = append(d.Facts, fmt.Sprintf("%d %s", n, word))
		}
	}
}

// informs tells whether a severity asks nobody to act. One that is not known asks for it.
func informs(severity string) bool {
	return slices.Contains([]string{"info", "informational", "none", "debug"}, strings.ToLower(severity))
}

func evalHealth(d *Data, env Env) {
	status := env.status(feed.SourceHealth)
	if status.State == feed.Off {
		d.off(feed.SourceHealth)
		return
	}
	if env.Data == nil {
		d.absent(feed.SourceHealth, status.Err)
		return
	}
	s := env.Data.Health()
	d.History = env.Data.HealthHistory()
	if !s.OK() {
		d.absent(feed.SourceHealth, cmp.Or(s.Err, status.Err))
		return
	}
	d.took(s.At, s.Err)
	d.Health = s.Value
	d.State = HealthState(s.Value.Status)
	var failing []string
	for _, c := range s.Value.Checks {
		if state := HealthState(c.Status); state.rank() > StateOK.rank() {
			d.State = Worse(d.State, StateWarn)
			failing = append(failing, c.Name+" "+string(c.Status))
		}
	}
	switch {
	case s.Value.Raw != "":
		d.Reason = fmt.Sprintf("HTTP %d: %s", s.Value.Code, s.Value.Raw)
	case len(failing) > 0:
		d.Reason = strings.Join(failing, ", ")
	case d.State != StateOK:
		d.Reason = string(s.Value.Status)
	}
}

// HealthState is the state that a health status stands for: degraded warns, unhealthy is critical, a dependency that
// is switched off is no worse than a healthy one.
func HealthState(s sources.HealthStatus) State {
	switch s {
	case sources.Healthy, sources.Disabled:
		return StateOK
	case sources.Degraded:
		return StateWarn
	case sources.Unhealthy:
		return StateCritical
	}
	return StateNoData
}

// refused tells that a server answers but not this: it has no such endpoint, and will have none.
func refused(s sources.Snapshot[[]sources.Target]) bool {
	return !s.OK() && s.Err != nil && !sources.SourceFault(s.Err)
}

func evalTargets(d *Data, env Env) {
	status := env.status(feed.SourcePrometheus)
	if status.State == feed.Off {
		d.off(feed.SourcePrometheus)
		return
	}
	if env.Data == nil {
		d.absent(feed.SourcePrometheus, status.Err)
		return
	}
	if len(d.Panel.Queries) > 0 && env.Vocab != nil {
		q := d.Panel.Queries[0]
		d.Query, _ = q.PromQL(env)
		// Only a snapshot asks for it, or a panel whose server knows no targets.
		d.Values, _ = d.answer(q, env)
	}
	s := env.Data.Targets()
	switch {
	case s.OK():
		d.At, d.Stale, d.Err = s.At, false, nil
		d.took(s.At, s.Err)
		d.Targets = s.Value
	case len(d.Values) > 0:
		d.Targets = targetsOf(d.Values)
	default:
		d.absent(feed.SourcePrometheus, cmp.Or(s.Err, status.Err))
		return
	}
	d.State = StateOK
	job := ""
	if v, ok := env.Vocab.(interface{ Job() string }); ok {
		job = v.Job()
	}
	down, ours, oursDown := 0, 0, 0
	for _, t := range d.Targets {
		isDown := !t.Up && t.Health != "unknown"
		down += btoi(isDown)
		ours += btoi(t.Job == job)
		oursDown += btoi(t.Job == job && isDown)
	}
	switch {
	case len(d.Targets) == 0:
		d.set(StateNoData, "prometheus scrapes no targets", "")
	case ours > 0 && oursDown == ours:
		// The service's own job is what everything else on the screen is about.
		d.set(StateCritical, job+" is down", "")
	case down > 0:
		d.set(StateWarn, fmt.Sprintf("%d of %d down", down, len(d.Targets)), "")
	}
}

// targetsOf reads targets off the series up, for servers that know no targets.
func targetsOf(values []Value) []sources.Target {
	var out []sources.Target
	for _, v := range values {
		t := sources.Target{Job: v.Labels["job"], Instance: v.Labels["instance"], Up: v.Now == 1, Health: "down"}
		if t.Up {
			t.Health = "up"
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b sources.Target) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Instance, b.Instance))
	})
	return out
}
