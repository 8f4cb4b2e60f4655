package feed

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// budget is the share of wall time that Prometheus may spend on dlmon. The promise is 10 %; the rest is for the
// first round, whose durations nobody knows beforehand, and for the average that follows the truth with a delay.
const budget = 0.08

// step starts what is due, tells the subscribers what is to be told, and returns when to look again; false if
// nothing is planned.
func (f *Feed) step(now time.Time) (next time.Time, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx == nil || f.ctx.Err() != nil {
		return time.Time{}, false
	}
	plan := func(t time.Time) {
		if !t.IsZero() && t.Before(never) && (!ok || t.Before(next)) {
			next, ok = t, true
		}
	}
	plan(f.evict(now))
	ready := map[*source][]*entry{}
	for _, e := range f.entries {
		if !e.wanted || e.inFlight {
			continue
		}
		if t := f.due(e); t.After(now) {
			plan(t)
		} else {
			ready[e.src] = append(ready[e.src], e)
		}
	}
	for src, es := range ready {
		slices.SortFunc(es, before)
		if src.fails == 0 {
			for _, e := range es {
				if src.inFlight == maxInFlight {
					break // an answer wakes us
				}
				if e.heavy && f.busy(src) {
					continue // its answer wakes us
				}
				if e.heavy && f.o.At.IsZero() && now.Before(src.rest) { // a snapshot asks once and waits for it
					plan(src.rest)
					continue
				}
				f.launch(e, now)
			}
			continue
		}
		for _, e := range es {
			f.inherit(e, now)
		}
	}
	for _, src := range f.srcs {
		if src.fails == 0 || src.probing != nil || src.inFlight == maxInFlight {
			continue
		}
		if now.Before(src.next) {
			plan(src.next)
		} else if e := f.probe(src); e != nil {
			src.probing = e
			f.launch(e, now)
		}
	}
	f.notify(now)
	plan(f.notifyAt)
	return next, ok
}

// busy tells whether src is being asked a heavy query.
func (f *Feed) busy(src *source) bool {
	for _, e := range f.entries {
		if e.src == src && e.inFlight && e.heavy {
			return true
		}
	}
	return false
}

// inherit lets e, whose time has come while its source is backing off, share the source's error instead of a try.
func (f *Feed) inherit(e *entry, now time.Time) {
	if e.err != nil && !e.tried.Before(f.now(e.src.failedAt)) {
		return
	}
	e.err, e.tried, e.pending = e.src.err, f.now(e.src.failedAt), false
	f.touched(e)
	f.change(now)
}

// order is the order of kinds in one round: what an operator reads first comes first.
var order = map[Kind]int{Instant: 0, Health: 1, Rules: 2, Managed: 3, kindInfo: 4, Services: 5, Exemplars: 6, Search: 7, Trace: 8, Operations: 9, Dependencies: 10, Range: 11, Targets: 12, Silences: 13}

// before puts requests that have never been answered first, then follows order.
func before(a, b *entry) int {
	first := func(e *entry) int {
		if e.tried.IsZero() {
			return 0
		}
		return 1
	}
	return cmp.Or(first(a)-first(b), order[a.key.Kind]-order[b.key.Kind], a.seq-b.seq)
}

// probe is the one request that finds out whether src is back: its cheap probe, and every second time the one tried
// longest ago, for a server may refuse the probe and answer everything else.
func (f *Feed) probe(src *source) *entry {
	var oldest *entry
	for _, e := range f.entries {
		if e.src != src || !e.wanted || e.inFlight || f.once(e) {
			continue
		}
		if src.fails%2 == 1 && e.key == key(src.probe) {
			return e
		}
		if oldest == nil || e.started.Before(oldest.started) || e.started.Equal(oldest.started) && e.seq < oldest.seq {
			oldest = e
		}
	}
	return oldest
}

// launch asks e. The lock is held.
func (f *Feed) launch(e *entry, now time.Time) {
	// Keeping to the nominal time, not to the actual one, keeps requests together that were together.
	nominal := now
	if due := f.due(e); !due.IsZero() && now.Sub(due) < time.Second {
		nominal = due.Add(-e.jitter)
	}
	e.nominal, e.started = nominal, now
	e.jitter = time.Duration(rand.Float64() * float64(min(f.o.Refresh/20, maxSpread)))
	e.force, e.inFlight = false, true
	e.gen++
	e.src.inFlight++
	f.running++
	f.ask(e, e.gen)
}

// share divides the budget among the Prometheus requests: what is cheap keeps its interval, what is expensive gets
// an equal share of the rest (max-min fairness, "water-filling") and is asked as often as that pays for.
func (f *Feed) share() {
	var paid []*entry
	sum := 0.0
	for _, e := range f.entries {
		if !e.wanted {
			continue
		}
		e.base = f.interval(e)
		e.eff = e.base
		if e.src.name == SourcePrometheus && e.took > 0 && !f.once(e) {
			paid = append(paid, e)
			sum += e.demand()
		}
	}
	if sum <= budget {
		return
	}
	slices.SortFunc(paid, func(a, b *entry) int { return cmp.Compare(a.demand(), b.demand()) })
	rest := budget
	for i, e := range paid {
		fair := rest / float64(len(paid)-i)
		if d := e.demand(); d <= fair {
			rest -= d
			continue
		}
		rest -= fair
		e.eff = max(e.base, seconds(e.took/fair))
		if len(e.last) < estimateOf {
			e.eff = min(e.eff, provisional*e.base)
		}
	}
}

// demand is the share of Prometheus's time that e takes at its base interval.
func (e *entry) demand() float64 { return e.took / e.base.Seconds() }

// seconds turns s into a Duration, bounded to a day: nothing is asked less often.
func seconds(s float64) time.Duration { return time.Duration(min(s, 86400) * float64(time.Second)) }

// learn takes the duration of a try into e's estimate: the median of the last three, the smaller one of two. A single
// slow answer among fast ones (a busy moment of the server, or of this machine) changes nothing. It tells whether the
// query has become several times faster: then the spell is over, and what was learned in it is forgotten.
func (e *entry) learn(took time.Duration) (relieved bool) {
	const (
		fall  = 3     // times faster
		worth = 0.020 // seconds; below, noise is of that size
	)
	t := took.Seconds()
	if len(e.last) > 0 && e.took > worth && t*fall < e.took {
		e.last, relieved = nil, true
	}
	e.last = append(e.last, t)
	if len(e.last) > estimateOf {
		e.last = e.last[1:]
	}
	sorted := slices.Sorted(slices.Values(e.last))
	e.took = sorted[(len(sorted)-1)/2]
	return relieved
}

// estimateOf is how many tries make an estimate. With fewer, and they are taken while everything starts at once, a
// request is never held back by more than provisional intervals.
const (
	estimateOf  = 3
	provisional = 4
)

// beyondTimeout is how many times longer than dlmon waited for it a query is taken to have kept the server busy.
const beyondTimeout = 4

// relieve asks what the budget holds back again soon, when one answer has shown that src is fast again: otherwise each
// of them would wait for its own long interval to find that out.
func (f *Feed) relieve(src *source, now time.Time) {
	if now.Sub(src.relieved) < reliefEvery {
		return
	}
	src.relieved = now
	for _, e := range f.entries {
		if e.src == src && e.wanted && e.eff > 2*e.base && !f.once(e) {
			e.force = true
		}
	}
}

// reliefEvery bounds how often a server whose speed goes up and down is believed to be fast again.
const reliefEvery = 30 * time.Second
