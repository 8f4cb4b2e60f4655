package dlmon

// Finding out which of dlmon's queries the server has recorded.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
)

// Times between two looks at the recorded series.
const (
	recordedEvery = time.Minute
	recordedAfter = 10 * time.Second // of the first look, when the scrape interval may not have been known yet
)

// lookbacks are how far into the past a series that is new to dlmon is looked for, the nearest first.
var lookbacks = []time.Duration{5 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour}

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
// tells its rules, a series without a rule, or with another expression, is none of them. known are the series found
// before: how far back they reach is not looked for again.
func (s *session) withRecorded(ctx context.Context, v *vocabulary.Vocabulary, now time.Time) (*vocabulary.Vocabulary, error) {
	records := dashboard.Records(v, s.scrapeInterval())
	rules, err := s.clients.prometheus.RecordingRules(ctx)
	told := err == nil
	if err != nil && sources.KindOf(err) != sources.Rejected {
		return nil, err
	}
	exprs := map[string]string{} // as the server tells them
	var names, remarks []string
	for _, r := range records {
		expr, ok := rules[r.Name]
		switch {
		case ok && !vocabulary.SameExpr(expr, r.Expr):
			remarks = append(remarks, vocabulary.RecordedElsewise(r.Name))
		case ok || !told:
			names, exprs[r.Name] = append(names, r.Name), expr
		}
	}
	found := map[string]vocabulary.Recorded{}
	if len(names) > 0 {
		present, err := s.present(ctx, names, now)
		if err != nil {
			return nil, err
		}
		known := s.vocab.Load()
		var fresh []string
		for _, name := range present {
			r := vocabulary.Recorded{Expr: exprs[name], Since: now}
			if known != nil {
				if since, ok := known.Recorded(name, r.Expr); ok {
					r.Since = since
				}
			}
			if r.Since.Equal(now) {
				fresh = append(fresh, name)
			}
			found[name] = r
		}
		for _, back := range lookbacks {
			if len(fresh) == 0 {
				break
			}
			if fresh, err = s.present(ctx, fresh, now.Add(-back)); err != nil {
				return nil, err
			}
			for _, name := range fresh {
				found[name] = vocabulary.Recorded{Expr: exprs[name], Since: now.Add(-back)}
			}
		}
	}
	switch n := len(found); {
	case n > 0 && n == len(records):
		remarks = append(remarks, "recorded series answer the queries per tenant")
	case n > 0:
		remarks = append(remarks, fmt.Sprintf("recorded series answer %d of %d queries per tenant; the rules are those of another dlmon (see dlmon rules)", n, len(records)))
	}
	return v.WithRecorded(found, remarks), nil
}

// present are those of the series names that have samples at a time.
func (s *session) present(ctx context.Context, names []string, at time.Time) ([]string, error) {
	v, err := s.clients.prometheus.Instant(ctx, `group by (__name__) ({__name__=~"`+strings.Join(names, "|")+`"})`, at)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range v.Samples {
		out = append(out, x.Labels["__name__"])
	}
	return out, nil
}

// look takes over what is recorded now, if that changed.
func (s *session) look(ctx context.Context) {
	v := s.vocab.Load()
	with, err := s.withRecorded(ctx, v, s.feed.Now())
	if err != nil {
		s.log.Warn("recorded series", "error", err)
		return
	}
	if !with.Same(v) {
		s.log.Info("recorded series", "remarks", with.Remarks())
		s.vocab.Store(with)
	}
}
