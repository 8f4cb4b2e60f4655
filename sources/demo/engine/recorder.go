package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"

	"dlmon/sources/demo/service"
)

// recorder writes the families of a service into the TSDB as a scrape would, at times that the caller names.
type recorder struct {
	db    storage.AppendableV2
	refs  []series // in the order of a walk
	up    map[string]*[3]series
	marks map[string]target
	last  int64 // of the samples written last, milliseconds
}

type series struct {
	ref storage.SeriesRef
	ls  labels.Labels
}

// target is what a scrape job adds to its series.
type target struct{ job, instance string }

// record writes one scrape at the service's time.
func (r *recorder) record(ctx context.Context, at time.Time, s *service.Service) error {
	app := r.db.AppenderV2(ctx)
	ms, next, samples := at.UnixMilli(), 0, map[string]int{}
	var failed error
	put := func(s *series, v float64, ex ...exemplar.Exemplar) {
		ref, err := app.Append(s.ref, s.ls, 0, ms, v, nil, nil, storage.AppendV2Options{Exemplars: ex})
		var partial *storage.AppendPartialError
		if err != nil && !errors.As(err, &partial) {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.ls, err))
			return
		}
		s.ref = ref
	}
	first := r.refs == nil
	s.Walk(func(f *service.Family) {
		t := r.marks[f.Job]
		for _, c := range f.Children {
			if first {
				r.refs = append(r.refs, seriesOf(f, c, t)...)
			}
			own := r.refs[next:]
			if f.Kind != service.Histogram {
				put(&own[0], c.Value)
				next++
				samples[f.Job]++
				continue
			}
			for i, n := range c.Buckets {
				put(&own[i], float64(n), r.fresh(c.Exemplars[i])...)
			}
			n := len(c.Buckets)
			put(&own[n], float64(c.Count), r.fresh(c.Exemplars[n])...)
			put(&own[n+1], float64(c.Count))
			put(&own[n+2], c.Sum)
			next += n + 3
			samples[f.Job] += n + 3
		}
	})
	for job, t := range r.marks {
		own := r.up[job]
		if own == nil {
			own = &[3]series{}
			for i, name := range []string{"up", "scrape_duration_seconds", "scrape_samples_scraped"} {
				own[i].ls = labels.FromStrings(model.MetricNameLabel, name, "job", t.job, "instance", t.instance)
			}
			r.up[job] = own
		}
		put(&own[0], 1)
		put(&own[1], 0.002+float64(samples[job])*3e-6)
		put(&own[2], float64(samples[job]))
	}
	if failed != nil {
		return errors.Join(failed, app.Rollback())
	}
	r.last = ms
	return app.Commit()
}

// fresh is the exemplar, if it is newer than the last scrape.
func (r *recorder) fresh(e service.Exemplar) []exemplar.Exemplar {
	if e.TraceID == "" || e.At <= r.last {
		return nil
	}
	return []exemplar.Exemplar{{Labels: labels.FromStrings("trace_id", e.TraceID), Value: e.Value, Ts: e.At, HasTs: true}}
}

// seriesOf are the series of one child: of a histogram its buckets by bound, +Inf, count and sum.
func seriesOf(f *service.Family, c *service.Child, t target) []series {
	b := labels.NewBuilder(labels.FromStrings("job", t.job, "instance", t.instance))
	for i, name := range f.Labels {
		b.Set(name, c.Values[i])
	}
	named := func(name string) series { return series{ls: b.Set(model.MetricNameLabel, name).Labels()} }
	if f.Kind != service.Histogram {
		return []series{named(f.Name)}
	}
	out := make([]series, 0, len(f.Bounds)+3)
	for _, bound := range f.Bounds {
		b.Set("le", formatBound(bound))
		out = append(out, named(f.Name+"_bucket"))
	}
	b.Set("le", "+Inf")
	out = append(out, named(f.Name+"_bucket"))
	b.Del("le")
	return append(out, named(f.Name+"_count"), named(f.Name+"_sum"))
}

// formatBound writes a bound as Prometheus 3 stores it, always with a fraction.
func formatBound(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
