// Package jaeger reads traces from Jaeger 1.x and 2.x, and from what speaks like it: over gRPC
// (jaeger.api_v2.QueryService, port 16685) or over HTTP (API v3, or the older API of Jaeger's UI, port 16686).
package jaeger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
	"dlmon/sources/tracejson"
	"dlmon/sources/transport"
)

const source = "jaeger"

const (
	maxNames      = 10_000         // services, operations
	defaultLimit  = 20             // traces of a search that names no limit, as in Jaeger's own screen
	maxLimit      = 1500           // Jaeger's own bound
	errorSearch   = 5              // times as many traces are looked through where the server does not find failed ones
	defaultWindow = 24 * time.Hour // of a search without a start: stores keep an index per day, and open every one asked for
)

// Bounds of one answer in bytes where Options names none. All are read piece by piece. Of a trace only its spans take
// memory, and these are bounded by themselves. A list may have to be made of whole traces, which are summed up as they
// come: its bound is for how long it takes.
const (
	traceBytes    = 512 << 20
	listBytes     = 256 << 20 // some 600,000 spans
	grpcListBytes = 96 << 20  // the same spans
)

// firstWait is the least time for the first piece of a trace: Jaeger makes the whole answer up before it sends any.
const firstWait = time.Minute

// Options configures a Client.
type Options struct {
	// URL decides the transport: grpc://host:port (plain text) or grpcs://host:port (TLS), port 16685 if none is named;
	// http://host:port or https://host:port, port 16686 if none is named, with the base path under which Jaeger serves.
	// Userinfo becomes basic authentication.
	URL string
	// HTTP is the block that all sources take. gRPC takes as much of it as it has: tls_config (certificate files are
	// read at every handshake), basic_auth, authorization, oauth2, http_headers as metadata.
	HTTP config.HTTPClientConfig
	// Timeout bounds one call; of one that streams, the time in which nothing comes. 0 means transport.DefaultTimeout.
	Timeout time.Duration
	// TraceTimeout bounds the wait for the first piece of a trace; 0 means the longer of Timeout and a minute.
	TraceTimeout time.Duration
	// MaxBytes bounds one answer with all it streams; 0 means 512 MiB for a trace, and for a list
	// 256 MiB of JSON or 96 MiB of gRPC's messages.
	MaxBytes int64
	// MaxSpans bounds one trace; 0 means tracejson.DefaultMaxSpans. What lies beyond is cut off. Lists count all spans.
	MaxSpans int
}

// Client implements sources.Tracer. It is safe for concurrent use.
type Client struct {
	server server
	now    func() time.Time
}

var _ sources.Tracer = (*Client)(nil)

// server is one of the two ways to ask Jaeger. Errors are *sources.Error.
type server interface {
	services(ctx context.Context) ([]string, error)
	operations(ctx context.Context, asked, service string) ([]string, error)
	search(ctx context.Context, asked string, q sources.TraceSearch) ([]sources.TraceSummary, error)
	trace(ctx context.Context, asked string, id traceID, progress func(int)) (sources.Trace, error)
	dependencies(ctx context.Context, asked string, end time.Time, lookback time.Duration) ([]sources.Dependency, error)
	info(ctx context.Context) (sources.ServerInfo, error)
	close() error
}

type traceID struct{ high, low uint64 }

func (id traceID) String() string { return tracejson.FormatTraceID(id.high, id.low) }

// limits are a server's bounds, all set.
type limits struct {
	timeout     time.Duration
	first       time.Duration // for the first piece of a trace
	trace, list int64         // bytes
	spans       int
}

// New returns a client, to be closed after use. It connects at the first call; its error is about the options.
func New(o Options) (*Client, error) {
	l := limits{timeout: o.Timeout, trace: o.MaxBytes, list: o.MaxBytes, spans: o.MaxSpans}
	if l.timeout <= 0 {
		l.timeout = transport.DefaultTimeout
	}
	if l.first = o.TraceTimeout; l.first <= 0 {
		l.first = max(l.timeout, firstWait)
	}
	if o.MaxBytes <= 0 {
		l.trace, l.list = traceBytes, listBytes
	}
	if l.spans <= 0 {
		l.spans = tracejson.DefaultMaxSpans
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Hostname() == "" {
		return nil, refuseURL(o.URL)
	}
	c := &Client{now: time.Now}
	switch u.Scheme {
	case "grpc", "grpcs":
		if o.MaxBytes <= 0 {
			l.list = grpcListBytes
		}
		c.server, err = newGRPC(u, o, l)
	case "http", "https":
		c.server, err = newHTTP(u, o, l)
	default:
		err = refuseURL(o.URL)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func refuse(reason, advice string) *sources.Error {
	return &sources.Error{Source: source, Kind: sources.Rejected, Reason: reason, Advice: advice}
}

func refuseURL(raw string) *sources.Error {
	return refuse("not the URL of a Jaeger query service: "+transport.Redact(raw), "grpc://host:16685 or http://host:16686, grpcs:// or https:// for TLS")
}

// Close ends the connection and every call in flight.
func (c *Client) Close() error { return c.server.close() }

// Services lists the services that have sent spans, sorted.
func (c *Client) Services(ctx context.Context) ([]string, error) {
	found, err := c.server.services(ctx)
	if err != nil {
		return nil, err
	}
	return names(found), nil
}

// Operations lists the operations of a service, sorted. A service that Jaeger doesn't know has none.
func (c *Client) Operations(ctx context.Context, service string) ([]string, error) {
	found, err := c.server.operations(ctx, fmt.Sprintf("operations of %q", service), service)
	if err != nil {
		return nil, err
	}
	return names(found), nil
}

// Search finds traces that have a span of q.Service with q's operation, tags and duration (which are all the one
// span's, not the trace's), newest first, at most q.Limit (20 if it is zero, 1500 at most). Without q.End it reaches to
// now, without q.Start a day back. No match is an empty list. Of an answer that is too large or breaks off, what came is
// the list.
func (c *Client) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	if q.Service == "" {
		return nil, &sources.Error{Source: source, Asked: "traces", Kind: sources.Rejected, Reason: "Jaeger searches one service only", Advice: "name a service"}
	}
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	if q.End.IsZero() {
		q.End = c.now()
	}
	if q.Start.IsZero() {
		q.Start = q.End.Add(-defaultWindow)
	}
	q.Min, q.Max = max(q.Min, 0), max(q.Max, 0)
	asked := fmt.Sprintf("traces of %q", q.Service)
	found, err := c.search(ctx, asked, q)
	if rest, wanted := withoutError(q.Tags); err == nil && wanted && !slices.ContainsFunc(found, failed) {
		// Jaeger 2.x's memory store takes error=true for error=false (jaegertracing/jaeger#8553).
		q := q
		q.Tags, q.Limit = rest, min(errorSearch*q.Limit, maxLimit)
		var all []sources.TraceSummary
		if all, err = c.search(ctx, asked, q); err == nil {
			// A summary may not count as failed what the search does; a whole trace does.
			kept := slices.DeleteFunc(found, func(t sources.TraceSummary) bool { return len(t.Tags) > 0 })
			found = append(kept, slices.DeleteFunc(all, func(t sources.TraceSummary) bool { return !failed(t) })...)
		}
	}
	if err != nil {
		return nil, err
	}
	sources.NewestFirst(found)
	return found[:min(len(found), q.Limit)], nil
}

// search asks the server. Where one answer is too large before any of it can be read, other words help.
func (c *Client) search(ctx context.Context, asked string, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	found, err := c.server.search(ctx, asked, q)
	if e, ok := errors.AsType[*sources.Error](err); ok && e.Kind == sources.TooLarge {
		e.Advice = "search in a shorter window, or open a trace by its id: dlmon trace ID"
	}
	return found, err
}

func failed(t sources.TraceSummary) bool { return t.Errors > 0 }

// withoutError takes error=true out of a set of tags.
func withoutError(joined string) (rest string, wanted bool) {
	tags := sources.SplitTags(joined)
	if wanted = strings.EqualFold(tags["error"], "true"); wanted {
		delete(tags, "error")
	}
	return sources.JoinTags(tags), wanted
}

// Trace reads one trace by its id in hex, 16 or 32 digits (leading zeros may lack). A trace that Jaeger doesn't have is
// an *sources.Error of kind Rejected. Of a trace with more than Options.MaxSpans or MaxBytes the first to arrive are
// kept, with a root that comes later, and so is what came before an answer broke off; Trace.Cut says so then.
func (c *Client) Trace(ctx context.Context, id string, progress func(spans int)) (sources.Trace, error) {
	asked := sources.CleanName("trace " + id)
	var parsed traceID
	var ok bool
	if parsed.high, parsed.low, ok = tracejson.ParseTraceID(id); !ok {
		return sources.Trace{}, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "not a trace id", Advice: "16 or 32 hex digits"}
	}
	return c.server.trace(ctx, asked, parsed, progress)
}

// Dependencies counts the calls between services as Jaeger has them, most calls first. A server without that count is
// an *sources.Error of kind Rejected.
func (c *Client) Dependencies(ctx context.Context, end time.Time, lookback time.Duration) ([]sources.Dependency, error) {
	out, err := c.server.dependencies(ctx, "dependencies", end, lookback)
	if err != nil {
		return nil, err
	}
	// Jaeger 2.x counts calls within a service too.
	out = slices.DeleteFunc(out, func(d sources.Dependency) bool { return d.Parent == d.Child })
	for i := range out {
		out[i].Parent, out[i].Child = sources.CleanName(out[i].Parent), sources.CleanName(out[i].Child)
	}
	slices.SortFunc(out, func(a, b sources.Dependency) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Child, b.Child))
	})
	return out, nil
}

// Info tells how the server is asked and what it can do.
func (c *Client) Info(ctx context.Context) (sources.ServerInfo, error) { return c.server.info(ctx) }

// names cleans, sorts and bounds a list of names; an empty one is dropped.
func names(in []string) []string {
	out := make([]string, 0, len(in))
	for _, n := range in {
		if n = sources.CleanName(n); n != "" {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxNames)]
}

func noSuchTrace(asked string) *sources.Error {
	return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "no such trace", Advice: "it may have expired"}
}
