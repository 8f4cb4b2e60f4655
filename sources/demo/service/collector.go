package service

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// collector exposes the families of one job through a client_golang registry.
type collector struct {
	service *Service
	job     string
	descs   map[*Family]*prometheus.Desc
}

// Registry is a registry with the families of the given job.
func (s *Service) Registry(job string) *prometheus.Registry {
	c := &collector{service: s, job: job, descs: map[*Family]*prometheus.Desc{}}
	s.Walk(func(f *Family) {
		if f.Job == job {
			c.descs[f] = prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
		}
	})
	r := prometheus.NewRegistry()
	r.MustRegister(c)
	return r
}

func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

func (c *collector) Collect(out chan<- prometheus.Metric) {
	var all []prometheus.Metric
	c.service.Walk(func(f *Family) {
		d := c.descs[f]
		if d == nil {
			return
		}
		for _, x := range f.Children {
			all = append(all, metric(d, f, x))
		}
	})
	for _, m := range all { // outside of the lock: whoever reads may be slow
		out <- m
	}
}

func metric(d *prometheus.Desc, f *Family, x *Child) prometheus.Metric {
	switch f.Kind {
	case Counter:
		return prometheus.MustNewConstMetric(d, prometheus.CounterValue, x.Value, x.Values...)
	case Gauge:
		return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, x.Value, x.Values...)
	}
	buckets := make(map[float64]uint64, len(f.Bounds))
	for i, b := range f.Bounds {
		buckets[b] = x.Buckets[i]
	}
	h := prometheus.MustNewConstHistogram(d, x.Count, x.Sum, buckets, x.Values...)
	var exemplars []prometheus.Exemplar
	for _, e := range x.Exemplars {
		if e.TraceID != "" {
			exemplars = append(exemplars, prometheus.Exemplar{
				Value: e.Value, Labels: prometheus.Labels{"trace_id": e.TraceID}, Timestamp: time.UnixMilli(e.At),
			})
		}
	}
	if exemplars == nil {
		return h
	}
	return prometheus.MustNewMetricWithExemplars(h, exemplars...)
}

// MetricsHandler serves what the scrape jobs ask for: the service on /metrics, its neighbours beside it.
func (s *Service) MetricsHandler() http.Handler {
	mux := http.NewServeMux()
	for path, job := range map[string]string{"/metrics": JobAPI, "/redis/metrics": JobRedis, "/node/metrics": JobNode} {
		mux.Handle("GET "+path, promhttp.HandlerFor(s.Registry(job), promhttp.HandlerOpts{EnableOpenMetrics: true}))
	}
	return mux
}
