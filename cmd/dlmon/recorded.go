package dlmon

// Finding out the vocabulary, and which of dlmon's queries the server has recorded.

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
)

// Times between two looks at the server's names and rules.
const (
	detectFirst   = 2 * time.Second // while it does not answer, doubled each time
	detectMost    = 30 * time.Second
	recordedAfter = 10 * time.Second // of the first look, which goes no further back than it must
	recordedEvery = time.Minute
)

// lookbacks are how far into the past a series that is new to dlmon is looked for. The first look stops at the first: it is
// what "one hour before" and the usual window need, and the screen waits for it.
var lookbacks = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour}

// look finds the vocabulary out where it is not known, or not for certain, and the recorded series that exist now.
func (s *session) look(ctx context.Context) (err error) {
	defer caught(&err)
	known := s.vocab.Load()
	v := known
	var rules map[string]sources.RecordingRule
	var refused error
	asked := make(chan struct{})
	go func() { // beside the names: the screen waits for both
		defer close(asked)
		defer caught(&refused)
		rules, refused = s.clients.prometheus.RecordingRules(ctx)
	}()
	if v == nil || v.Note() != "" {
		names, err := s.clients.prometheus.MetricNames(ctx)
		<-asked
		if err != nil {
			return err
		}
		if v, err = vocabulary.Detect(names); err != nil {
			return err
		}
		if known != nil && known.Name() != v.Name() {
			s.depth = nil
		}
	}
	<-asked
	first := s.depth == nil
	with, found, err := s.withRecorded(ctx, v, rules, refused)
	if err != nil {
		// What is recorded may wait: the expressions themselves bring the same.
		s.log.Warn("recorded series", "error", err)
		if known == nil || known.Name() != v.Name() {
			s.vocab.Store(v)
		}
		return nil
	}
	if known == nil {
		s.vocab.Store(with) // the screen waits for it: how far back the series reach may come later
	}
	if err := s.reachBack(ctx, found, first); err != nil {
		s.log.Warn("recorded series", "error", err)
	}
	with = with.WithRecorded(found, with.Remarked())
	if known == nil || !with.Same(known) {
		s.log.Info("vocabulary", "name", with.Name(), "remarks", with.Remarks())
		s.vocab.Store(with)
	}
	return nil
}

// caught, deferred, turns a panic into an error: dlmon runs for months, and the next look may do better.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// scrapeInterval is Prometheus's own, 0 while unknown.
func (s *session) scrapeInterval() time.Duration {
	for _, st := range s.feed.Sources() {
		if st.Name == feed.SourcePrometheus {
			return st.Info.ScrapeInterval
		}
	}
	return 0
}

// withRecorded is v with the series that the server has recorded now, of those that dlmon would record. Where the server
// tells its rules (refused is nil), these are the series that a rule with the same expression records; where it tells none,
// those that there are.
func (s *session) withRecorded(ctx context.Context, v *vocabulary.Vocabulary, rules map[string]sources.RecordingRule, refused error) (
	*vocabulary.Vocabulary, map[string]vocabulary.Recorded, error) {
	if refused != nil && sources.KindOf(refused) != sources.Rejected {
		return nil, nil, refused
	}
	records := dashboard.Records(v, s.scrapeInterval())
	found := map[string]vocabulary.Recorded{}
	now := s.feed.Now()
	var names, remarks []string
	var stopped int
	for _, r := range records {
		rule, ok := rules[r.Name]
		switch why := stoppedRule(rule, now); {
		case ok && !vocabulary.SameExpr(rule.Expr, r.Expr):
			remarks = append(remarks, vocabulary.RecordedElsewise(r.Name))
		case ok:
			found[r.Name] = vocabulary.Recorded{Expr: rule.Expr, Since: now, Stopped: why}
			if why != "" {
				stopped++
				if !slices.Contains(remarks, why) {
					remarks = append(remarks, why)
				}
			}
		}
		names = append(names, r.Name)
	}
	if refused != nil {
		// Nothing tells when the rules were evaluated last: a series without a fresh sample is not asked.
		present, err := s.present(ctx, names, now, freshRecord)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range present {
			found[name] = vocabulary.Recorded{Since: now}
		}
	}
	for name, r := range found {
		if at, ok := s.depth[name]; ok {
			r.Since = at.since
			found[name] = r
		}
	}
	switch n := len(found) - stopped; {
	case n > 0 && n == len(records):
		remarks = append(remarks, "recorded series answer all queries per tenant")
	case n > 0:
		remarks = append(remarks, fmt.Sprintf("recorded series answer %d of %d queries per tenant (dlmon rules prints the rules for all)", n, len(records)))
	}
	return v.WithRecorded(found, remarks), maps.Clone(found), nil
}

// stoppedRule says why a rule's series is not to be asked: it would answer with what was recorded last, up to five minutes
// long, as if it were of now. "" of a rule that is well.
func stoppedRule(r sources.RecordingRule, now time.Time) string {
	at := r.LastEvaluation.UTC().Format("15:04 UTC")
	if now.Sub(r.LastEvaluation) > 12*time.Hour {
		at = r.LastEvaluation.UTC().Format("2006-01-02 15:04 UTC")
	}
	switch {
	case r.Stalled():
		return fmt.Sprintf("recording rules have stopped at %s (group %s): asked without them", at, r.Group)
	case r.Failed != "":
		return fmt.Sprintf("recording rules fail (group %s, %s): asked without them", r.Group, r.Failed)
	}
	return ""
}

// reach is how far back a recorded series is known to go, and how many of the lookbacks have been tried.
type reach struct {
	since time.Time
	tried int
}

// reachBack finds out since when the series exist. What is known of them stays known as long as they do.
// The first time, only the first lookback is tried.
func (s *session) reachBack(ctx context.Context, found map[string]vocabulary.Recorded, first bool) error {
	now := s.feed.Now()
	depth := map[string]reach{}
	for name, r := range found {
		depth[name] = reach{r.Since, s.depth[name].tried}
	}
	s.depth = depth
	for i, back := range lookbacks {
		if first && i > 0 {
			break
		}
		var names []string
		for name, r := range depth {
			if r.tried == i {
				names = append(names, name)
			}
		}
		there, err := s.present(ctx, names, now.Add(-back), "")
		if err != nil {
			return err
		}
		for _, name := range names {
			depth[name] = reach{depth[name].since, len(lookbacks)}
		}
		for _, name := range there {
			depth[name] = reach{now.Add(-back), i + 1}
		}
	}
	for name, r := range depth {
		at := found[name]
		at.Since = r.since
		found[name] = at
	}
	return nil
}

// freshRecord is how old the last sample of a recorded series may be where the server does not tell its rules: two
// intervals of the slowest that dlmon prints.
const freshRecord = "4m"

// present are those of the series names that have samples at a time, none older than within ("": than five minutes).
func (s *session) present(ctx context.Context, names []string, at time.Time, within string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	series := `{__name__=~"` + strings.Join(names, "|") + `"}`
	if within != "" {
		series = "last_over_time(" + series + "[" + within + "])"
	}
	v, err := s.clients.prometheus.Instant(ctx, `group by (__name__) (`+series+`)`, at)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range v.Samples {
		out = append(out, x.Labels["__name__"])
	}
	return out, nil
}

// keepLooking finds the vocabulary out, however long the server is away, and goes on looking: the service may start after
// dlmon, and recorded series come and go with the server's rules.
func (s *session) keepLooking(ctx context.Context) {
	wait, looks := detectFirst, 0
	for ctx.Err() == nil {
		switch err := s.look(ctx); {
		case err != nil:
			s.log.Warn("vocabulary", "error", err)
			wait = min(2*wait, detectMost)
		case looks == 0:
			wait = recordedAfter
			looks++
		default:
			wait = recordedEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
