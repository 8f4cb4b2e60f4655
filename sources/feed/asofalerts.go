package feed

// Alerts of the past, put together from what is kept: Prometheus's series of them, the rules of today, the silences.

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
)

// alertsStamp tells the answers apart from which alerts were put together.
type alertsStamp struct {
	rules, active, since, silences time.Time
	external                       string // labels
	known                          bool
}

func (p *past) Rules() sources.Snapshot[[]sources.Rule] {
	defs := p.Reader.Rules()
	active := p.active()
	switch {
	case !active.OK():
		return sources.Snapshot[[]sources.Rule]{Err: active.Err, Tried: active.Tried}
	case !defs.OK():
		return defs
	}
	rules, _ := p.joined(defs, active)
	return known(p, rules)
}

func (p *past) Alerts() sources.Snapshot[[]sources.Alert] {
	active := p.active()
	if !active.OK() {
		return sources.Snapshot[[]sources.Alert]{Err: active.Err, Tried: active.Tried}
	}
	_, alerts := p.joined(p.Reader.Rules(), active)
	return known(p, alerts)
}

// active is the answer that holds what fired or was pending then.
func (p *past) active() sources.Snapshot[sources.Vector] {
	for _, s := range p.Reader.Sources() {
		if s.Name == SourcePrometheus && s.State == Off {
			return unknown[sources.Vector](p, SourcePrometheus, "alerts", "what fired then only Prometheus keeps, and none is configured")
		}
	}
	s := p.Instant(Request{Expr: alertsSeries})
	if s.OK() && len(s.Value.Samples) == 0 {
		return unknown[sources.Vector](p, SourcePrometheus, "alerts", "Prometheus has nothing of that time")
	}
	return s
}

// joined are the rules with the alerts of then, and these alone, worst first. Both are made once for the same answers.
func (p *past) joined(defs sources.Snapshot[[]sources.Rule], active sources.Snapshot[sources.Vector]) ([]sources.Rule, []sources.Alert) {
	since, silences := p.Instant(Request{Expr: sinceSeries}), p.Silences()
	live := p.Reader.Silences()
	external := p.external()
	stamp := alertsStamp{defs.At, active.Tried, since.Tried, live.At, external.Key(), true}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stamp == stamp {
		return p.rules, p.alert
	}
	starts := map[string]time.Time{}
	for _, s := range since.Value.Samples {
		if v := s.Value; v > 0 && v < math.MaxInt32*100 {
			starts[s.Labels.Without("__name__").Key()] = time.UnixMilli(int64(v * 1000)).UTC()
		}
	}
	mutes := mutesOf(silences.Value)
	rules := slices.Clone(defs.Value)
	byName := map[string][]int{}
	for i := range rules {
		r := &rules[i]
		// What it evaluates to now says nothing of then.
		r.State, r.Health, r.LastError, r.LastEvaluation, r.EvaluationTime = sources.Inactive, "unknown", "", time.Time{}, 0
		r.Alerts = nil
		byName[r.Name] = append(byName[r.Name], i)
	}
	alerts := make([]sources.Alert, 0, len(active.Value.Samples))
	at := map[string]int{} // by labels: an alert that just went from pending to firing may be in both
	for _, s := range active.Value.Samples {
		labels := s.Labels.Without("__name__", stateLabel)
		a := sources.Alert{
			Name: labels["alertname"], State: sources.AlertState(s.Labels[stateLabel]), Severity: labels["severity"],
			Labels: labels, Value: math.NaN(),
		}
		if a.State != sources.Firing && a.State != sources.Pending {
			continue
		}
		key := labels.Key()
		if i, twice := at[key]; twice {
			if a.State == sources.Firing {
				alerts[i].State = a.State
			}
			continue
		}
		at[key] = len(alerts)
		a.ActiveSince = starts[key]
		a.Silenced = silencing(mutes, external, labels)
		if i := ruleOf(labels, rules, byName[a.Name]); i >= 0 {
			a.Annotations, a.For = filled(rules[i].Annotations, labels), rules[i].For
		}
		alerts = append(alerts, a)
	}
	sources.SortAlerts(alerts)
	for _, a := range alerts {
		if i := ruleOf(a.Labels, rules, byName[a.Name]); i >= 0 {
			r := &rules[i]
			r.Alerts = append(r.Alerts, a)
			if a.State == sources.Firing || r.State == sources.Inactive {
				r.State = a.State
			}
		}
	}
	p.stamp, p.rules, p.alert = stamp, rules, alerts
	return rules, alerts
}

// ruleOf is the rule, of those with the alert's name, whose own labels the alert has; else the first of them; -1: none.
func ruleOf(labels sources.Labels, rules []sources.Rule, named []int) int {
	for _, i := range named {
		fits := true
		for k, v := range rules[i].Labels {
			fits = fits && (labels[k] == v || strings.Contains(v, "{{"))
		}
		if fits {
			return i
		}
	}
	if len(named) > 0 {
		return named[0]
	}
	return -1
}

var (
	labelTemplate = regexp.MustCompile(`\{\{-?\s*(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)\s*-?\}\}`)
	otherTemplate = regexp.MustCompile(`\{\{.*?\}\}`)
)

// filled are a rule's annotations with the labels filled in; what else a template says came from a value that nobody
// kept: "…" stands for it.
func filled(annotations, labels sources.Labels) sources.Labels {
	out := make(sources.Labels, len(annotations))
	for name, text := range annotations {
		if strings.Contains(text, "{{") {
			text = labelTemplate.ReplaceAllStringFunc(text, func(m string) string {
				return labels[labelTemplate.FindStringSubmatch(m)[1]]
			})
			text = otherTemplate.ReplaceAllString(text, "…")
		}
		out[name] = text
	}
	return out
}

// mute is a silence ready to be matched.
type mute struct {
	id  string
	set sources.Matching
}

func mutesOf(silences []sources.Silence) []mute {
	out := make([]mute, len(silences))
	for i, s := range silences {
		out[i] = mute{s.ID, sources.NewMatching(s.Matchers)}
	}
	return out
}

// external are the labels that Prometheus adds to what it sends to Alertmanager, as far as they are known: today's.
func (p *past) external() sources.Labels {
	for _, s := range p.Reader.Sources() {
		if s.Name == SourcePrometheus {
			return s.Info.ExternalLabels
		}
	}
	return nil
}

// silencing are the ids of the silences that mute an alert: Alertmanager sees its labels with the external ones beneath.
func silencing(all []mute, external, labels sources.Labels) []string {
	if len(all) > 0 && len(external) > 0 {
		sent := maps.Clone(external)
		maps.Copy(sent, labels)
		labels = sent
	}
	var ids []string
	for _, m := range all {
		if len(m.set) > 0 && m.set.Matches(labels) {
			ids = append(ids, m.id)
		}
	}
	return ids
}
