// Package alertmanager asks Alertmanager which alerts it holds and what mutes them, by its official API client.
package alertmanager

import (
	"context"
	"errors"
	"net/url"
	"path"
	"time"

	"github.com/go-openapi/runtime"
	rtclient "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/client/alert"
	"github.com/prometheus/alertmanager/api/v2/client/general"
	"github.com/prometheus/alertmanager/api/v2/client/silence"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/common/config"

	"dlmon/sources"
	"dlmon/sources/transport"
)

const source = "alertmanager"

// Options names an Alertmanager. Zero Timeout and MaxBytes take transport's defaults.
type Options struct {
	URL      string // without /api/v2; a base path is kept
	HTTP     config.HTTPClientConfig
	Timeout  time.Duration
	MaxBytes int64
}

// Client asks one Alertmanager. It is safe for concurrent use; every error is a *sources.Error.
type Client struct {
	alerts   alert.ClientService
	silences silence.ClientService
	general  general.ClientService
	timeout  time.Duration
}

// New returns a client; it makes no connection.
func New(o Options) (*Client, error) {
	hc, err := transport.HTTP(source, o.HTTP, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, &sources.Error{Source: source, Asked: "settings", Kind: sources.Rejected,
			Reason: "the address is " + transport.Redact(o.URL), Advice: "set alertmanager-url to http://host:port"}
	}
	rt := rtclient.NewWithClient(u.Host, path.Join("/", u.Path, "api/v2"), []string{u.Scheme}, hc)
	// With DEBUG in the environment the runtime would print every request, credentials included, over the screen.
	rt.Debug = false
	if u.User != nil {
		password, _ := u.User.Password()
		rt.DefaultAuthentication = rtclient.BasicAuth(u.User.Username(), password)
	}
	if o.Timeout <= 0 {
		o.Timeout = transport.DefaultTimeout
	}
	return &Client{
		alerts:   alert.New(rt, strfmt.Default),
		silences: silence.New(rt, strfmt.Default),
		general:  general.New(rt, strfmt.Default),
		timeout:  o.Timeout,
	}, nil
}

// Alerts lists the alerts that Alertmanager holds, silenced and inhibited ones among them.
func (c *Client) Alerts(ctx context.Context) ([]sources.ManagedAlert, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ok, err := c.alerts.GetAlerts(alert.NewGetAlertsParamsWithContext(ctx))
	if err != nil {
		return nil, fault("alerts", err)
	}
	out := make([]sources.ManagedAlert, 0, len(ok.Payload))
	for _, a := range ok.Payload {
		if a != nil {
			out = append(out, managed(a))
		}
	}
	return out, nil
}

// Info tells Alertmanager's version.
func (c *Client) Info(ctx context.Context) (sources.ServerInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ok, err := c.general.GetStatus(general.NewGetStatusParamsWithContext(ctx))
	if err != nil {
		return sources.ServerInfo{}, fault("status", err)
	}
	var info sources.ServerInfo
	if p := ok.Payload; p != nil && p.VersionInfo != nil && p.VersionInfo.Version != nil {
		info.Version = sources.CleanName(*p.VersionInfo.Version)
	}
	return info, nil
}

func managed(a *models.GettableAlert) sources.ManagedAlert {
	m := sources.ManagedAlert{Labels: labels(a.Labels), Annotations: labels(a.Annotations), Altered: sources.Altered(a.Labels)}
	if a.Fingerprint != nil {
		m.Fingerprint = sources.CleanName(*a.Fingerprint)
	}
	if a.StartsAt != nil {
		m.StartsAt = time.Time(*a.StartsAt)
	}
	if s := a.Status; s != nil {
		m.SilencedBy, m.InhibitedBy = names(s.SilencedBy), names(s.InhibitedBy)
		if s.State != nil {
			m.State = sources.CleanName(*s.State)
		}
	}
	for _, r := range a.Receivers {
		if r != nil && r.Name != nil {
			m.Receivers = append(m.Receivers, sources.CleanName(*r.Name))
		}
	}
	return m
}

func labels(set models.LabelSet) sources.Labels {
	l := make(sources.Labels, len(set))
	for k, v := range set {
		l[sources.CleanName(k)] = sources.Clean(v)
	}
	return l
}

func names(in []string) []string {
	var out []string
	for _, s := range in {
		out = append(out, sources.CleanName(s))
	}
	return out
}

func fault(asked string, err error) *sources.Error {
	if e, ok := errors.AsType[*runtime.APIError](err); ok {
		return transport.Status(source, asked, e.Code, "")
	}
	// What the API documents as its errors has a type for each operation and code.
	if e, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		body := ""
		if p, ok := e.(interface{ GetPayload() string }); ok {
			body = p.GetPayload()
		}
		return transport.Status(source, asked, e.Code(), body)
	}
	f := transport.Fault(source, asked, err)
	if f.Kind == sources.Internal {
		f.Reason = "the answer is not Alertmanager's API: " + transport.FirstLine(err.Error())
		f.Advice = "check the path of alertmanager-url"
	}
	return f
}
