package engine

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"

	"dlmon/sources/demo/service"
)

// configYAML is the demo's prometheus.yml. Instances have names of their own, so that series do not depend on the
// ports that the system picked.
func configYAML(o Options) string {
	job := func(name, addr, path, instance string) string {
		return fmt.Sprintf(`  - job_name: %s
    metrics_path: %s
    static_configs:
      - targets: ['%s']
        labels: {instance: '%s'}
`, name, path, addr, instance)
	}
	return fmt.Sprintf(`global:
  scrape_interval: %[1]s
  scrape_timeout: %[1]s
  evaluation_interval: %[1]s
rule_files: [%[2]s]
scrape_configs:
`, model.Duration(interval), rulesFile) +
		job(service.JobAPI, o.Addr, "/metrics", "deeplake-api:9090") +
		job(service.JobRedis, o.Addr, "/redis/metrics", "redis:9121") +
		job(service.JobNode, o.Addr, "/node/metrics", "node-0:9100") +
		job(service.JobPrometheus, o.Self, "/metrics", "prometheus:9090")
}

// targets are the scrape targets of the config, as the API shows them.
type targets struct {
	config *config.Config
	active map[string][]*scrape.Target
}

func newTargets(c *config.Config) (*targets, error) {
	t := &targets{config: c, active: map[string][]*scrape.Target{}}
	for _, sc := range c.ScrapeConfigs {
		for _, sd := range sc.ServiceDiscoveryConfigs {
			static, ok := sd.(discovery.StaticConfig)
			if !ok {
				return nil, fmt.Errorf("job %s: only static targets", sc.JobName)
			}
			for _, group := range static {
				found, failed := scrape.TargetsFromGroup(group, sc, nil, labels.NewBuilder(labels.EmptyLabels()))
				if len(failed) > 0 {
					return nil, fmt.Errorf("job %s: %w", sc.JobName, failed[0])
				}
				t.active[sc.JobName] = append(t.active[sc.JobName], found...)
			}
		}
	}
	return t, nil
}

// marks are the labels that the targets of each job put on their series.
func (t *targets) marks() map[string]target {
	m := map[string]target{}
	for job, list := range t.active {
		m[job] = target{job, list[0].GetValue(model.InstanceLabel)}
	}
	return m
}

func (t *targets) report(at time.Time) {
	for _, list := range t.active {
		for _, x := range list {
			x.Report(at, 4*time.Millisecond, nil)
		}
	}
}

// TargetsActive, TargetsDropped, TargetsDroppedCounts, ScrapePoolConfig and ScrapePools are what the API asks.
func (t *targets) TargetsActive() map[string][]*scrape.Target { return t.active }

func (t *targets) TargetsDropped() map[string][]*scrape.Target { return nil }

func (t *targets) TargetsDroppedCounts() map[string]int { return map[string]int{} }

func (t *targets) ScrapePoolConfig(pool string) (*config.ScrapeConfig, error) {
	for _, sc := range t.config.ScrapeConfigs {
		if sc.JobName == pool {
			return sc, nil
		}
	}
	return nil, fmt.Errorf("no scrape pool %q", pool)
}

func (t *targets) ScrapePools() []string {
	var names []string
	for _, sc := range t.config.ScrapeConfigs {
		names = append(names, sc.JobName)
	}
	return names
}

// metadata is what a target told of its families. It implements scrape.MetricMetadataStore.
type metadata []scrape.MetricMetadata

// describe gives the targets what a scrape would have told of the service's families.
func (t *targets) describe(s *service.Service) {
	byJob := map[string]metadata{}
	s.Walk(func(f *service.Family) {
		kind := map[service.Kind]model.MetricType{
			service.Counter: model.MetricTypeCounter, service.Gauge: model.MetricTypeGauge, service.Histogram: model.MetricTypeHistogram,
		}[f.Kind]
		byJob[f.Job] = append(byJob[f.Job], scrape.MetricMetadata{MetricFamily: f.Name, Type: kind, Help: f.Help})
	})
	for job, m := range byJob {
		for _, x := range t.active[job] {
			x.SetMetadataStore(m)
		}
	}
}

func (m metadata) ListMetadata() []scrape.MetricMetadata { return m }

func (m metadata) GetMetadata(name string) (scrape.MetricMetadata, bool) {
	for _, x := range m {
		if x.MetricFamily == name {
			return x, true
		}
	}
	return scrape.MetricMetadata{}, false
}

func (m metadata) LengthMetadata() int { return len(m) }

func (m metadata) SizeMetadata() (bytes int) {
	for _, x := range m {
		bytes += len(x.MetricFamily) + len(x.Help)
	}
	return bytes
}
