package dashboard

// What happened, for every time axis: alerts that went active or ended, restarts, changes of version.

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// Kinds of marks on a time axis.
const (
	MarkFiring   = "firing"   // an alert went active
	MarkResolved = "resolved" // an alert ended
	MarkRestart  = "restart"  // a process of the service started
	MarkVersion  = "version"  // the service runs another version
)

// Mark is something that happened, shown on every time axis.
type Mark struct {
	At    time.Time
	Kind  string
	State State  // of an alert: critical or warn
	Text  string // "SlowSearchQueries", "2.4.1", sanitised
}

// maxMarks bounds how many marks a window has: those of alerts that come and go all the time would hide everything.
const maxMarks = 200

// markStep is the step up to which what happened is seen by looking at the columns alone; above it, what lasted shorter
// than a column is looked for between them.
const markStep = time.Minute

// markQueries are the queries behind the marks: what fires by rule, when the service's processes started, which
// versions run. "" is one that can't be asked. They are few series, however many tenants there are.
func markQueries(env Env) [3]string {
	alerts := `ALERTS{alertstate="firing"}`
	if env.Step > markStep {
		alerts = "max_over_time(" + alerts + "[" + promDuration(env.Step) + "])"
	}
	out := [3]string{"count by (alertname, severity) (" + alerts + ")"}
	if env.Vocab == nil {
		return out
	}
	var own []string
	if v, ok := env.Vocab.(interface{ Job() string }); ok && v.Job() != "" {
		own = append(own, "process_start_time_seconds{job="+strconv.Quote(v.Job())+"}")
	}
	if info, ok := env.Vocab.Metric("service_info"); ok {
		// Whatever the job is called: the processes that tell of the service's version are its own.
		own = append(own, "process_start_time_seconds and on (job, instance) "+info)
		out[2] = "count without (job, instance, pod, node, container, endpoint, namespace) (" + info + ")"
	}
	out[1] = strings.Join(own, " or ")
	return out
}

func markRequest(env Env, expr string) feed.Request {
	return feed.Request{Kind: feed.Range, Expr: expr, Window: env.Window, Step: env.Step}
}

// MarkRequests are what Marks needs to be asked.
func MarkRequests(env Env) []feed.Request {
	var out []feed.Request
	if env.Window <= 0 || env.Step <= 0 {
		return nil
	}
	for _, expr := range markQueries(env) {
		if expr != "" {
			out = append(out, markRequest(env, expr))
		}
	}
	return out
}

// Marks are what happened within the window, oldest first. What was so already in the window's first column did not
// happen in it.
func Marks(env Env) []Mark {
	if env.Data == nil || env.Window <= 0 || env.Step <= 0 {
		return nil
	}
	queries := markQueries(env)
	answer := func(i int) sources.Matrix {
		if queries[i] == "" {
			return sources.Matrix{}
		}
		return env.Data.Range(markRequest(env, queries[i])).Value
	}
	out := alertMarks(answer(0))
	out = append(out, restartMarks(answer(1))...)
	out = append(out, versionMarks(answer(2))...)
	slices.SortStableFunc(out, func(a, b Mark) int { return a.At.Compare(b.At) })
	return out[max(len(out)-maxMarks, 0):]
}

// alertMarks are where more, or fewer, alerts of a rule fire than a column before.
func alertMarks(m sources.Matrix) []Mark {
	var out []Mark
	for _, s := range m.Series {
		name, state := s.Labels["alertname"], StateWarn
		if sources.SeverityRank(s.Labels["severity"]) == 2 {
			state = StateCritical
		}
		before := 0.0
		for i, v := range s.Values {
			now := v
			if bad(v) {
				now = 0
			}
			was := before
			if before = now; i == 0 || now == was {
				continue
			}
			mark := Mark{At: m.Time(i), Kind: MarkFiring, State: state, Text: name}
			switch more := now - was; {
			case more < 0 && now > 0:
				mark.Kind, mark.Text = MarkResolved, fmt.Sprintf("%s (%.0f of %.0f)", name, -more, was)
			case more < 0:
				mark.Kind = MarkResolved
			case was > 0 || now > 1:
				mark.Text = fmt.Sprintf("%s (%.0f more)", name, more)
				if was == 0 {
					mark.Text = fmt.Sprintf("%s (%.0f)", name, more)
				}
			}
			out = append(out, mark)
		}
	}
	return out
}

// restartMarks are the times at which processes started, which the series tell as their values, in seconds.
func restartMarks(m sources.Matrix) []Mark {
	seen := map[string]bool{}
	var out []Mark
	for _, s := range m.Series {
		before := math.NaN()
		for _, v := range s.Values {
			if bad(v) || v == before || v <= 0 || v > math.MaxInt32*100 {
				continue
			}
			// A clock that is set moves the start by less than a second.
			if moved := math.Abs(v-before) >= 1; !moved && !math.IsNaN(before) {
				continue
			}
			before = v
			at := time.UnixMilli(int64(v * 1000)).UTC()
			who := cmp.Or(s.Labels["instance"], s.Labels["pod"], s.Labels["job"])
			key := who + " " + strconv.FormatInt(at.Unix(), 10)
			if at.After(m.Start) && !at.After(m.End().Add(m.Step)) && !seen[key] {
				seen[key] = true
				out = append(out, Mark{At: at, Kind: MarkRestart, Text: who})
			}
		}
	}
	return out
}

// versionMarks are where a version first runs beside, or after, another one.
func versionMarks(m sources.Matrix) []Mark {
	first := make([]int, len(m.Series)) // column, -1 for none
	oldest := m.Columns
	for i, s := range m.Series {
		first[i] = slices.IndexFunc(s.Values, func(v float64) bool { return !bad(v) })
		if first[i] >= 0 {
			oldest = min(oldest, first[i])
		}
	}
	var out []Mark
	for i, s := range m.Series {
		if first[i] <= oldest {
			continue // what runs when the service is first seen is no change
		}
		out = append(out, Mark{At: m.Time(first[i]), Kind: MarkVersion, Text: versionText(s.Labels, m.Series)})
	}
	return out
}

// versionText is the version that an information metric tells, or else the labels by which it differs from its other series.
func versionText(labels sources.Labels, all []sources.Series) string {
	if v := cmp.Or(labels["version"], labels["app_version"], labels["revision"]); v != "" {
		return v
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if name != "__name__" && slices.ContainsFunc(all, func(s sources.Series) bool { return s.Labels[name] != labels[name] }) {
			parts = append(parts, name+"="+labels[name])
		}
	}
	return cmp.Or(strings.Join(parts, " "), "another version")
}

// Words say what a mark stands for: "SlowSearchQueries fires", "10.0.0.7:9090 restarted", "version 2.4.1".
func (m Mark) Words() string {
	switch m.Kind {
	case MarkFiring:
		return m.Text + " fires"
	case MarkResolved:
		return m.Text + " resolved"
	case MarkRestart:
		return m.Text + " restarted"
	}
	return "version " + m.Text
}
