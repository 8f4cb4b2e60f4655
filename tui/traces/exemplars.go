package traces

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// exemplar is one observation of a histogram that Prometheus kept with the trace it came from.
type exemplar struct {
	id    string
	value float64 // seconds
	at    time.Time
}

// evidence is what Prometheus says of a query's histogram: its exemplars, and where there are none, its p95.
type evidence struct {
	metric string // "search_latency_seconds"; "" of a query without a histogram
	// waits are the answers to come: while there is one, all is not known yet.
	waits []string
	// all are the exemplars that fit the query, one a trace, nearest to the p99 first, or, where that is not known, the
	// largest first.
	all  []exemplar
	p99  float64       // seconds; NaN while unknown
	none string        // why there is no exemplar; "" where there is one, or while that is not known
	p95  time.Duration // where there is no exemplar; 0 for unknown
	// known tells that it is settled whether there are exemplars.
	known bool
	wants []feed.Request
}

// evidenceOf reads what Prometheus has answered about q's histogram so far. Where Prometheus is off or does not answer
// nothing is waited for.
func evidenceOf(c page.Context, q page.TraceQuery) evidence {
	e := evidence{metric: metricOf(q.Histogram), p99: math.NaN(), known: true}
	ask, ok := q.Exemplars(c)
	if !ok {
		return e
	}
	down := prometheusState(c)
	if down == feed.Off {
		e.none = "Prometheus is off, so that there are no exemplars of " + e.metric
		return e
	}
	silent := down == feed.Failed || down == feed.Stale
	snap := c.Data.Exemplars(ask)
	e.wants = []feed.Request{ask}
	p95 := e.quantile(c, q, .95)
	p99 := e.quantile(c, q, .99)
	switch {
	case !snap.Answered() && !silent:
		e.known = false
		e.waits = append(e.waits, "the exemplars of "+e.metric)
		e.wants = append(e.wants, p95.ask, p99.ask)
		return e
	case !snap.OK() && sources.KindOf(snap.Err) == sources.Rejected:
		e.none = "Prometheus gives no exemplars of " + e.metric
	case !snap.OK():
		e.none = "Prometheus could not be asked for exemplars of " + e.metric
	case len(snap.Value) == 0:
		e.none = "Prometheus has no exemplars of " + e.metric
	default:
		e.all = fitting(c, q, snap.Value)
		if len(e.all) == 0 {
			e.none = "Prometheus has no exemplars of " + e.metric + " that fit"
		}
	}
	if e.none != "" {
		e.wants = append(e.wants, p95.ask)
		if p95.waits && !silent {
			e.waits = append(e.waits, "the p95 of "+e.metric)
		} else if p95.value > 0 && p95.value < math.MaxInt64/1e9 {
			// What is searched is what is said: a fraction of a millisecond would be rounded away in words.
			e.p95 = time.Duration(p95.value * 1e9)
			if e.p95 > 10*time.Millisecond {
				e.p95 = e.p95.Truncate(time.Millisecond)
			}
		}
		return e
	}
	e.wants = append(e.wants, p99.ask)
	if p99.waits && !silent {
		e.waits = append(e.waits, "the p99 of "+e.metric)
	}
	e.p99 = p99.value
	e.all = nearest(e.all, e.p99)
	return e
}

// quantile is one quantile as it is known now.
type quantile struct {
	ask   feed.Request
	value float64 // seconds, NaN for unknown
	waits bool    // not answered yet
}

func (e *evidence) quantile(c page.Context, q page.TraceQuery, of float64) quantile {
	ask, _ := q.Quantile(c, of)
	out := quantile{ask: ask, value: math.NaN()}
	snap := c.Data.Instant(ask)
	out.waits = !snap.Answered()
	if snap.OK() && len(snap.Value.Samples) > 0 {
		out.value = snap.Value.Samples[0].Value
	}
	if math.IsInf(out.value, 0) {
		out.value = math.NaN()
	}
	return out
}

func prometheusState(c page.Context) feed.State { return stateOf(c, feed.SourcePrometheus) }

func stateOf(c page.Context, name string) feed.State {
	for _, s := range c.Data.Sources() {
		if s.Name == name {
			return s.State
		}
	}
	return feed.Off
}

// metricOf names the histogram that a selector of its buckets selects.
func metricOf(selector string) string {
	name, _, _ := strings.Cut(selector, "{")
	name = strings.TrimSuffix(strings.TrimSpace(name), "_bucket")
	if name == "" && selector != "" {
		return "this panel's histogram"
	}
	return sources.CleanName(name)
}

// fitting are the exemplars within what q asks for.
func fitting(c page.Context, q page.TraceQuery, all []sources.Exemplar) []exemplar {
	_, start, end := reach(c, q)
	var out []exemplar
	for _, x := range all {
		took := x.Value * 1e9
		switch {
		case x.TraceID == "" || math.IsNaN(x.Value) || math.IsInf(x.Value, 0):
		case q.Min > 0 && took < float64(q.Min), q.Max > 0 && took > float64(q.Max):
		case !start.IsZero() && x.At.Before(start), !end.IsZero() && x.At.After(end):
		default:
			out = append(out, exemplar{x.TraceID, x.Value, x.At})
		}
	}
	return out
}

// nearest orders exemplars by their distance from the value given, the newest first among equals; without a value, the
// largest first. Of a trace that was observed several times the first in that order stays.
func nearest(all []exemplar, value float64) []exemplar {
	away := func(x exemplar) float64 {
		if math.IsNaN(value) {
			return -x.value
		}
		return math.Abs(x.value - value)
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b exemplar) int {
		return cmp.Or(cmp.Compare(away(a), away(b)), b.at.Compare(a.at), cmp.Compare(a.id, b.id))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(x exemplar) bool {
		id := sameTrace(x.id)
		was := seen[id]
		seen[id] = true
		return was
	})
}

// sameTrace is equal for two spellings of a trace's id: 64-bit ids are written with leading zeros or without.
func sameTrace(id string) string { return strings.TrimLeft(strings.ToLower(id), "0") }

// siblings are the exemplars' traces and values, as a trace's page steps through them.
func siblings(all []exemplar) (ids []string, values []float64) {
	for _, x := range all {
		ids, values = append(ids, x.id), append(values, x.value)
	}
	return ids, values
}

// spanWords is a duration in words: "1 h", not "1.0 h".
func spanWords(d time.Duration) string {
	return dashboard.SayDuration(d)
}
