// Package prometheus asks a Prometheus-compatible server: Prometheus itself, Thanos, Mimir, Cortex, VictoriaMetrics.
package prometheus

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"dlmon/sources"
	"dlmon/sources/transport"
)

const source = "prometheus"

// Options names a server. Zero Timeout and MaxBytes take transport's defaults.
type Options struct {
	URL      string // with a base path where a gateway needs one
	HTTP     config.HTTPClientConfig
	Timeout  time.Duration // of one request, sent along as the query's own bound too
	MaxBytes int64         // of one answer
}

// maxValues bounds what a range query may unfold to on its grid: 32 MiB. A server's answer of few bytes may hold many
// series with a single sample each.
const maxValues = 4 << 20

// Client asks one server. It is safe for concurrent use; every error is a *sources.Error.
type Client struct {
	api     v1.API
	timeout time.Duration
	shared  shared
}

// New returns a client; it makes no connection.
func New(o Options) (*Client, error) {
	hc, err := transport.HTTP(source, o.HTTP, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	c, err := api.NewClient(api.Config{Address: o.URL, Client: hc})
	if u, parseErr := url.Parse(o.URL); err != nil || parseErr != nil || u.Host == "" {
		return nil, &sources.Error{Source: source, Asked: "settings", Kind: sources.Rejected,
			Reason: "the address is " + transport.Redact(o.URL), Advice: "set prometheus-url to http://host:port"}
	}
	if o.Timeout <= 0 {
		o.Timeout = transport.DefaultTimeout
	}
	return &Client{api: v1.NewAPI(checked{c}), timeout: o.Timeout}, nil
}

// serverTimeout is the bound that the server gets for a query. It lies before dlmon's own, so that a query that is
// too slow comes back as that and not as a server that is silent.
func (c *Client) serverTimeout() v1.Option { return v1.WithTimeout(c.timeout - c.timeout/10) }

// Instant evaluates expr at one time. A scalar is a vector of one sample without labels. Native histograms have no
// single value: they are left out with a warning.
func (c *Client) Instant(ctx context.Context, expr string, at time.Time) (sources.Vector, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := query(expr)
	v, warnings, infos, err := c.api.Query(ctx, expr, at, c.serverTimeout())
	if err != nil {
		return sources.Vector{}, fault(asked, err)
	}
	out := sources.Vector{At: at, Warnings: notes(warnings, infos)}
	switch v := v.(type) {
	case model.Vector:
		metrics := make([]model.Metric, len(v))
		for i, s := range v {
			metrics[i] = s.Metric
		}
		out.Samples = make([]sources.Sample, 0, len(v))
		for i, l := range c.labels(metrics) {
			if v[i].Histogram == nil {
				out.Samples = append(out.Samples, sources.Sample{Labels: l, Value: float64(v[i].Value)})
			}
		}
		if n := len(v) - len(out.Samples); n > 0 {
			out.Warnings = append(out.Warnings, fmt.Sprintf("%d native histograms are left out: query a quantile of them", n))
		}
	case *model.Scalar:
		out.Samples = []sources.Sample{{Labels: sources.Labels{}, Value: float64(v.Value)}}
	default:
		return sources.Vector{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: fmt.Sprintf("the answer is %s, not a vector", typeName(v))}
	}
	return out, nil
}

// Range evaluates expr on the grid start, start+step ... end. Values between columns cannot be; ±Inf is a gap.
func (c *Client) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (sources.Matrix, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := query(expr)
	if step <= 0 || end.Before(start) {
		return sources.Matrix{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: fmt.Sprintf("no grid from %v to %v by %v", start, end, step)}
	}
	v, warnings, infos, err := c.api.QueryRange(ctx, expr, v1.Range{Start: start, End: end, Step: step}, c.serverTimeout())
	if err != nil {
		return sources.Matrix{}, fault(asked, err)
	}
	m, ok := v.(model.Matrix)
	if !ok {
		return sources.Matrix{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: fmt.Sprintf("the answer is %s, not a matrix", typeName(v))}
	}
	if len(m) > 0 && int64(end.Sub(start)/step)+1 > maxValues/int64(len(m)) {
		return sources.Matrix{}, &sources.Error{Source: source, Asked: asked, Kind: sources.TooLarge,
			Reason: fmt.Sprintf("%d series on %d columns are more than dlmon holds", len(m), end.Sub(start)/step+1),
			Advice: "ask for fewer series"}
	}
	out := c.matrix(m, start, end, step)
	out.Warnings = notes(warnings, infos)
	return out, nil
}

// Rules lists the alerting rules with their active alerts.
func (c *Client) Rules(ctx context.Context) ([]sources.Rule, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.api.Rules(ctx, nil)
	if err != nil {
		return nil, fault("rules", err)
	}
	return rules(r), nil
}

// Targets lists the active scrape targets by job and instance.
func (c *Client) Targets(ctx context.Context) ([]sources.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.api.Targets(ctx)
	if err != nil {
		return nil, fault("targets", err)
	}
	return targets(r), nil
}

// Exemplars lists the exemplars of the series that expr selects, the oldest first: those that name a trace and a number,
// at most the newest 10,000. A server that keeps none answers with an empty list; one that has no such endpoint is an
// error of kind Rejected that says so.
func (c *Client) Exemplars(ctx context.Context, expr string, start, end time.Time) ([]sources.Exemplar, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.api.QueryExemplars(ctx, expr, start, end)
	if err != nil {
		return nil, fault("exemplars of "+query(expr), err)
	}
	return exemplars(r), nil
}

// MetricNames lists the names of all metrics the server holds samples of in the last hours, sorted.
func (c *Client) MetricNames(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	now := time.Now()
	vs, _, _, err := c.api.LabelValues(ctx, model.MetricNameLabel, nil, now.Add(-6*time.Hour), now)
	if err != nil {
		return nil, fault("metric names", err)
	}
	names := make([]string, len(vs))
	for i, v := range vs {
		names[i] = sources.CleanName(string(v))
	}
	return names, nil
}

// RecordingRules are the server's recording rules that have been evaluated, by the names that they record; of several by one
// name, one that did not fail. A server that tells no rules answers with an error of kind Rejected.
func (c *Client) RecordingRules(ctx context.Context) (map[string]sources.RecordingRule, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var now time.Time
	r, err := c.api.Rules(context.WithValue(ctx, toldTime{}, &now), nil)
	if err != nil {
		return nil, fault("rules", err)
	}
	if now.IsZero() {
		now = time.Now()
	}
	return recordingRules(r, now), nil
}

// Info tells the server's version, scrape interval and external labels. An endpoint that the server lacks is a note, not an error;
// only a server that cannot be reached at all is one.
func (c *Client) Info(ctx context.Context) (sources.ServerInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var info sources.ServerInfo
	b, err := c.api.Buildinfo(ctx)
	if err := missing("build information", err); err != nil {
		return sources.ServerInfo{}, err
	}
	if info.Version = sources.CleanName(b.Version); info.Version == "" {
		info.Notes = append(info.Notes, "tells no version")
	}
	cfg, err := c.api.Config(ctx)
	if err := missing("configuration", err); err != nil {
		return sources.ServerInfo{}, err
	}
	if info.ScrapeInterval, info.ExternalLabels = global(cfg.YAML); info.ExternalLabels == nil {
		info.Notes = append(info.Notes, "tells no external labels: in the past, a silence that names one is matched as if alerts had none")
	}
	if info.ScrapeInterval > 0 {
		return info, nil
	}
	r, err := c.api.Targets(ctx)
	if err := missing("targets", err); err != nil {
		return sources.ServerInfo{}, err
	}
	if info.ScrapeInterval = commonestInterval(targets(r)); info.ScrapeInterval == 0 {
		info.Notes = append(info.Notes, "tells no scrape interval: 15s is assumed for rate windows")
	}
	return info, nil
}

// missing is nil where the server answered, if only to say that it has no such endpoint or shows it to nobody. A
// server that did not answer must not be taken for one that lacks something.
func missing(asked string, err error) error {
	if err == nil {
		return nil
	}
	switch f := fault(asked, err); f.Kind {
	case sources.Refused, sources.Timeout, sources.Unavailable, sources.Canceled:
		return f
	case sources.Unauthorized:
		if asked == "build information" {
			return f
		}
	}
	return nil
}

func typeName(v model.Value) string {
	if v == nil {
		return "empty"
	}
	return "a " + v.Type().String()
}

// global reads a configuration's scrape interval, 0 if it has none, and its external labels, nil if it can't be read.
func global(text string) (time.Duration, sources.Labels) {
	var cfg struct {
		Global struct {
			ScrapeInterval string         `yaml:"scrape_interval"`
			ExternalLabels model.LabelSet `yaml:"external_labels"`
		} `yaml:"global"`
	}
	if text == "" || yaml.Unmarshal([]byte(text), &cfg) != nil {
		return 0, nil
	}
	external := labelSet(cfg.Global.ExternalLabels)
	d, err := model.ParseDuration(cfg.Global.ScrapeInterval)
	if err != nil {
		return 0, external
	}
	return time.Duration(d), external
}

func commonestInterval(ts []sources.Target) time.Duration {
	count := map[time.Duration]int{}
	best := time.Duration(0)
	for _, t := range ts {
		if t.Interval <= 0 {
			continue
		}
		if count[t.Interval]++; count[t.Interval] > count[best] {
			best = t.Interval
		}
	}
	return best
}

func query(expr string) string {
	expr = strings.Join(strings.Fields(expr), " ")
	if r := []rune(expr); len(r) > 120 {
		expr = string(r[:119]) + "…"
	}
	return fmt.Sprintf("query %q", expr)
}

func notes(warnings v1.Warnings, infos v1.Infos) []string {
	var out []string
	for _, s := range slices.Concat([]string(warnings), []string(infos)) {
		out = append(out, sources.Clean(s))
	}
	return out
}
