package prometheus

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"dlmon/sources"
)

// labels cleans label sets and keeps those apart that cleaning makes equal: a tenant must not be able to pass for
// another one by adding control characters to its name. A set that cleaning leaves as it is always keeps its name;
// one that was changed gets "~2", "~3" ... where its name is taken. Which one gets which does not depend on the
// server's order, so that a refresh doesn't swap them.
func (c *Client) labels(metrics []model.Metric) []sources.Labels {
	out := make([]sources.Labels, len(metrics))
	changed := map[int]string{} // the label to tell a changed set by
	for i, m := range metrics {
		if out[i] = c.shared.plain(m); out[i] != nil {
			continue
		}
		if out[i], changed[i] = cleanMetric(m); changed[i] == "" {
			delete(changed, i)
		}
	}
	if len(changed) == 0 {
		return out
	}
	taken := make(map[string]bool, len(metrics))
	for i, l := range out {
		if changed[i] == "" {
			taken[l.Key()] = true
		}
	}
	order := slices.SortedFunc(maps.Keys(changed), func(a, b int) int {
		return cmp.Compare(metrics[a].String(), metrics[b].String())
	})
	for _, i := range order {
		name := changed[i]
		value := out[i][name]
		for n := 2; taken[out[i].Key()]; n++ {
			out[i][name] = fmt.Sprintf("%s~%d", value, n)
		}
		taken[out[i].Key()] = true
	}
	return out
}

// shared keeps label sets of one label, such as a tenant's: five queries per tenant answer with the same ten thousand,
// refresh after refresh. It is bounded by forgetting what was not asked for lately.
type shared struct {
	mu         sync.Mutex
	young, old map[[2]string]sources.Labels
}

const sharedMost = 50_000

// plain is m as labels where cleaning leaves it as it is at a glance; else nil.
func (s *shared) plain(m model.Metric) sources.Labels {
	for k, v := range m {
		if !harmless(string(k)) || !harmless(string(v)) {
			return nil
		}
	}
	if len(m) != 1 {
		l := make(sources.Labels, len(m))
		for k, v := range m {
			l[string(k)] = string(v)
		}
		return l
	}
	for k, v := range m {
		key := [2]string{string(k), string(v)}
		s.mu.Lock()
		defer s.mu.Unlock()
		l, ok := s.young[key]
		if ok {
			return l
		}
		if l = s.old[key]; l == nil {
			l = sources.Labels{key[0]: key[1]}
		}
		if len(s.young) >= sharedMost || s.young == nil {
			s.old, s.young = s.young, map[[2]string]sources.Labels{}
		}
		s.young[key] = l
		return l
	}
	return nil
}

// harmless tells of printable ASCII that is no longer than a name may be: the common case, decided at a glance.
func harmless(s string) bool {
	if len(s) > sources.MaxName {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// cleanMetric is m cleaned, with the first of the labels whose value cleaning changed; "" if there is none.
func cleanMetric(m model.Metric) (l sources.Labels, changed string) {
	l = make(sources.Labels, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		raw := string(m[k])
		name, value := sources.CleanName(string(k)), sources.CleanName(raw)
		for n := 2; ; n++ { // two names may become equal as well
			if _, ok := l[name]; !ok {
				break
			}
			name = fmt.Sprintf("%s~%d", sources.CleanName(string(k)), n)
		}
		l[name] = value
		if changed == "" && (value != raw || name != string(k)) {
			changed = name
		}
	}
	return l, changed
}

func labelSet(s model.LabelSet) sources.Labels {
	l := make(sources.Labels, len(s))
	for k, v := range s {
		l[sources.CleanName(string(k))] = sources.Clean(string(v))
	}
	return l
}

func (c *Client) matrix(m model.Matrix, start, end time.Time, step time.Duration) sources.Matrix {
	out := sources.Matrix{Start: start, Step: step, Columns: int(end.Sub(start)/step) + 1}
	metrics := make([]model.Metric, len(m))
	for i, s := range m {
		metrics[i] = s.Metric
	}
	named := c.labels(metrics)
	for i, s := range m {
		values := make([]float64, out.Columns)
		for i := range values {
			values[i] = math.NaN()
		}
		for _, p := range s.Values {
			// Rounded, because a server may answer a millisecond beside the grid.
			from := p.Timestamp.Time().Sub(start) + step/2
			column := int64(from / step) // an int of 32 bits would wrap
			if v := float64(p.Value); from >= 0 && column < int64(out.Columns) && !math.IsInf(v, 0) {
				values[column] = v
			}
		}
		out.Series = append(out.Series, sources.Series{Labels: named[i], Values: values})
	}
	slices.SortStableFunc(out.Series, func(a, b sources.Series) int { return cmp.Compare(a.Labels.Key(), b.Labels.Key()) })
	return out
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func rules(r v1.RulesResult) []sources.Rule {
	out := []sources.Rule{}
	for _, g := range r.Groups {
		for _, any := range g.Rules {
			a, ok := any.(v1.AlertingRule)
			if !ok {
				continue
			}
			rule := sources.Rule{
				Name: sources.CleanName(a.Name), Group: sources.CleanName(g.Name), File: sources.CleanName(g.File),
				Expr: sources.CleanBlock(a.Query), For: seconds(a.Duration),
				Labels: labelSet(a.Labels), Annotations: labelSet(a.Annotations),
				State: sources.AlertState(sources.CleanName(a.State)), Health: sources.CleanName(string(a.Health)),
				LastError: sources.Clean(a.LastError), LastEvaluation: a.LastEvaluation, EvaluationTime: seconds(a.EvaluationTime),
			}
			for _, al := range a.Alerts {
				if al == nil {
					continue
				}
				l := labelSet(al.Labels)
				value, err := strconv.ParseFloat(al.Value, 64)
				if err != nil {
					value = math.NaN()
				}
				if l["alertname"] == "" {
					l["alertname"] = rule.Name
				}
				rule.Alerts = append(rule.Alerts, sources.Alert{
					Name: rule.Name, State: sources.AlertState(sources.CleanName(string(al.State))), Severity: l["severity"],
					Labels: l, Annotations: labelSet(al.Annotations), ActiveSince: al.ActiveAt, For: rule.For, Value: value,
					Altered: sources.Altered(al.Labels),
				})
			}
			out = append(out, rule)
		}
	}
	return out
}

// recordingRules are those that have been evaluated; now is the server's time.
func recordingRules(r v1.RulesResult, now time.Time) map[string]sources.RecordingRule {
	out := map[string]sources.RecordingRule{}
	for _, g := range r.Groups {
		var last time.Time
		for _, any := range g.Rules {
			switch rule := any.(type) {
			case v1.RecordingRule:
				last = later(last, rule.LastEvaluation)
			case v1.AlertingRule:
				last = later(last, rule.LastEvaluation)
			}
		}
		for _, any := range g.Rules {
			rule, ok := any.(v1.RecordingRule)
			name := sources.CleanName(rule.Name)
			if !ok || rule.Health != v1.RuleHealthGood && rule.Health != v1.RuleHealthBad {
				continue
			}
			got := sources.RecordingRule{
				Expr: sources.CleanBlock(rule.Query), Group: sources.CleanName(g.Name), Interval: seconds(g.Interval),
				LastEvaluation: last, Age: now.Sub(last),
			}
			if rule.Health == v1.RuleHealthBad {
				if got.Failed = sources.Clean(rule.LastError); got.Failed == "" {
					got.Failed = "it tells no reason"
				}
			}
			if _, twice := out[name]; !twice || got.Failed == "" {
				out[name] = got
			}
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func targets(r v1.TargetsResult) []sources.Target {
	out := make([]sources.Target, 0, len(r.Active))
	for _, t := range r.Active {
		interval, err := model.ParseDuration(t.DiscoveredLabels["__scrape_interval__"])
		if err != nil {
			interval = 0
		}
		out = append(out, sources.Target{
			Job: sources.CleanName(string(t.Labels["job"])), Instance: sources.CleanName(string(t.Labels["instance"])),
			Up: t.Health == v1.HealthGood, Health: sources.CleanName(string(t.Health)), LastError: sources.Clean(t.LastError),
			LastScrape: t.LastScrape, ScrapeTook: seconds(t.LastScrapeDuration), Interval: time.Duration(interval),
		})
	}
	slices.SortStableFunc(out, func(a, b sources.Target) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Instance, b.Instance))
	})
	return out
}

// maxExemplars bounds what is kept of an answer, the newest: Prometheus itself holds 100,000 unless told otherwise.
const maxExemplars = 10_000

// traceLabels are the labels in which exemplars name their trace.
var traceLabels = []model.LabelName{"trace_id", "traceID", "TraceID", "traceid"}

// exemplars are those that name a trace and a number, the oldest first, the newest maxExemplars of them.
func exemplars(rs []v1.ExemplarQueryResult) []sources.Exemplar {
	out := []sources.Exemplar{}
	for _, r := range rs {
		var l sources.Labels // of the series, shared
		for _, e := range r.Exemplars {
			v := float64(e.Value)
			id := traceOf(e.Labels)
			if id == "" || math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if l == nil {
				l = labelSet(r.SeriesLabels)
			}
			out = append(out, sources.Exemplar{Labels: l, TraceID: id, Value: v, At: e.Timestamp.Time()})
		}
	}
	slices.SortStableFunc(out, func(a, b sources.Exemplar) int { return a.At.Compare(b.At) })
	if n := len(out) - maxExemplars; n > 0 {
		out = slices.Clone(out[n:]) // and lets the rest go
	}
	return out
}

func traceOf(l model.LabelSet) string {
	for _, name := range traceLabels {
		if id := l[name]; id != "" {
			return sources.CleanName(string(id))
		}
	}
	return ""
}
