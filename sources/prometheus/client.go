// Package prometheus asks a Prometheus-compatible server: Prometheus itself, Thanos, Mimir, Cortex, VictoriaMetrics.
package prometheus

import (
	"context"
	"errors"
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

// Client asks one server. It is safe for concurrent use; every error is a *sources.Error.
type Client struct {
	api     v1.API
	timeout time.Duration
}

// New returns a client; it makes no connection.
func New(o Options) (*Client, error) {
	hc, err := transport.HTTP(source, o.HTTP, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	c, err := api.NewClient(api.Config{Address: o.URL, Client: hc})
	if err != nil {
		return nil, fmt.Errorf("prometheus: URL %s: %w", transport.Redact(o.URL), errors.Unwrap(err))
	}
	if o.Timeout <= 0 {
		o.Timeout = transport.DefaultTimeout
	}
	return &Client{api: v1.NewAPI(c), timeout: o.Timeout}, nil
}

// Instant evaluates expr at one time. A scalar is a vector of one sample without labels.
func (c *Client) Instant(ctx context.Context, expr string, at time.Time) (sources.Vector, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := query(expr)
	v, warnings, infos, err := c.api.Query(ctx, expr, at, v1.WithTimeout(c.timeout))
	if err != nil {
		return sources.Vector{}, fault(asked, err)
	}
	out := sources.Vector{At: at, Warnings: notes(warnings, infos)}
	switch v := v.(type) {
	case model.Vector:
		names := newNamer()
		out.Samples = make([]sources.Sample, len(v))
		for i, s := range v {
			out.Samples[i] = sources.Sample{Labels: names.labels(s.Metric), Value: float64(s.Value)}
		}
	case *model.Scalar:
		out.Samples = []sources.Sample{{Labels: sources.Labels{}, Value: float64(v.Value)}}
	default:
		return sources.Vector{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: fmt.Sprintf("the answer is a %s, not a vector", v.Type())}
	}
	return out, nil
}

// Range evaluates expr on the grid start, start+step ... end. Values between columns cannot be; ±Inf is a gap.
func (c *Client) Range(ctx context.Context, expr string, start, end time.Time, step time.Duration) (sources.Matrix, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := query(expr)
	v, warnings, infos, err := c.api.QueryRange(ctx, expr, v1.Range{Start: start, End: end, Step: step}, v1.WithTimeout(c.timeout))
	if err != nil {
		return sources.Matrix{}, fault(asked, err)
	}
	m, ok := v.(model.Matrix)
	if !ok {
		return sources.Matrix{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected,
			Reason: fmt.Sprintf("the answer is a %s, not a matrix", v.Type())}
	}
	out := matrix(m, start, end, step)
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

// Exemplars lists the exemplars of the series that expr selects, those with a trace id only.
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

// Info tells the server's version and scrape interval. An endpoint that the server lacks is a note, not an error;
// only a server that cannot be reached at all is one.
func (c *Client) Info(ctx context.Context) (sources.ServerInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var info sources.ServerInfo
	b, err := c.api.Buildinfo(ctx)
	if err == nil {
		info.Version = sources.CleanName(b.Version)
	} else if err := fault("build information", err); sources.SourceFault(err) {
		return info, err
	} else {
		info.Notes = append(info.Notes, "tells no version")
	}
	if cfg, err := c.api.Config(ctx); err == nil {
		info.ScrapeInterval = globalInterval(cfg.YAML)
	}
	if info.ScrapeInterval == 0 {
		if r, err := c.api.Targets(ctx); err == nil {
			info.ScrapeInterval = commonestInterval(targets(r))
		}
	}
	if info.ScrapeInterval == 0 {
		info.Notes = append(info.Notes, "tells no scrape interval: 15s is assumed for rate windows")
	}
	return info, nil
}

func globalInterval(text string) time.Duration {
	var cfg struct {
		Global struct {
			ScrapeInterval string `yaml:"scrape_interval"`
		} `yaml:"global"`
	}
	if yaml.Unmarshal([]byte(text), &cfg) != nil {
		return 0
	}
	d, err := model.ParseDuration(cfg.Global.ScrapeInterval)
	if err != nil {
		return 0
	}
	return time.Duration(d)
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

// fault tells a query that the server refuses from a server that does not serve. client_golang gives an HTTP status
// only in its message, "client error: 404".
func fault(asked string, err error) *sources.Error {
	apiErr, ok := errors.AsType[*v1.Error](err)
	if !ok {
		var u *url.Error
		if errors.As(err, &u) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, transport.ErrTooLarge) {
			return transport.Fault(source, asked, err)
		}
		f := transport.Fault(source, asked, err)
		if f.Kind == sources.Internal {
			f.Reason = "the answer is not Prometheus's API: " + transport.FirstLine(err.Error())
			f.Advice = "check the path of prometheus-url"
		}
		return f
	}
	var code int
	if _, e := fmt.Sscanf(apiErr.Msg, "client error: %d", &code); e == nil && apiErr.Type == v1.ErrClient {
		return transport.Status(source, asked, code, apiErr.Detail)
	}
	if _, e := fmt.Sscanf(apiErr.Msg, "server error: %d", &code); e == nil && apiErr.Type == v1.ErrServer {
		return transport.Status(source, asked, code, detail(apiErr.Detail))
	}
	if _, e := fmt.Sscanf(apiErr.Msg, "bad response code %d", &code); e == nil {
		return transport.Status(source, asked, code, apiErr.Detail)
	}
	e := &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: sources.Clean(apiErr.Msg), Err: err}
	switch apiErr.Type {
	case v1.ErrTimeout:
		e.Kind, e.Advice = sources.Rejected, "the query is too slow for the server: take a shorter window"
	case v1.ErrServer:
		e.Kind = sources.Unavailable
	case v1.ErrBadResponse:
		e.Kind = sources.Rejected
		e.Reason = "the answer is not Prometheus's API: " + transport.FirstLine(apiErr.Msg)
		e.Advice = "check the path of prometheus-url"
	}
	return e
}

// detail is the error text of an API answer's body, or the body itself.
func detail(body string) string {
	var answer struct {
		Error string `yaml:"error"`
	}
	// JSON is YAML; a page of HTML is neither a map nor an error worth telling apart.
	if len(body) < 64<<10 && yaml.Unmarshal([]byte(body), &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	return body
}
