// Package health asks the monitored service's health endpoint. It reads the two schemas the service has had, and
// shows of anything else the status code and the first line.
package health

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
	"dlmon/sources/transport"
)

const source = "health"

// maxBytes bounds a report: seven checks take a few KiB.
const maxBytes = 4 << 20

// Options names the endpoint. Zero Timeout takes transport's default, zero MaxBytes 4 MiB.
type Options struct {
	URL      string // the whole URL of the report; userinfo becomes basic authentication
	HTTP     config.HTTPClientConfig
	Timeout  time.Duration
	MaxBytes int64
}

// Client asks one endpoint. It is safe for concurrent use; every error is a *sources.Error.
type Client struct {
	url     string
	http    *http.Client
	timeout time.Duration
}

// New returns a client; it makes no connection.
func New(o Options) (*Client, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = maxBytes
	}
	if o.Timeout <= 0 {
		o.Timeout = transport.DefaultTimeout
	}
	if u, err := url.Parse(o.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &sources.Error{Source: source, Kind: sources.Rejected,
			Reason: "not the URL of a health endpoint: " + transport.Redact(o.URL), Advice: "http://host:port/path or https://"}
	}
	hc, err := transport.HTTP(source, o.HTTP, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	return &Client{url: o.URL, http: hc, timeout: o.Timeout}, nil
}

// Report asks for the service's health. An answer of any status code is a report, because an unhealthy service says so
// with a 503; only no answer at all, and an answer that wants credentials, are errors.
func (c *Client) Report(ctx context.Context) (sources.HealthReport, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
	if err != nil {
		return sources.HealthReport{}, transport.Fault(source, "report", err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return sources.HealthReport{}, fault(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return sources.HealthReport{}, transport.Status(source, "report", resp.StatusCode, string(body))
	}
	if err != nil {
		return sources.HealthReport{}, fault(err)
	}
	return decode(resp.StatusCode, body), nil
}

func fault(err error) error {
	e := transport.Fault(source, "report", err)
	if e.Kind == sources.TooLarge {
		e.Advice = "check health-url: no health report is that long"
	}
	return e
}
