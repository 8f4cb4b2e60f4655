// Package jaeger reads traces from Jaeger over gRPC (jaeger.api_v2.QueryService, which Jaeger 1.x and 2.x serve on
// port 16685).
package jaeger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"github.com/prometheus/common/config"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"dlmon/sources"
	"dlmon/sources/transport"
)

const source = "jaeger"

const (
	maxSpans      = 200_000        // of one trace
	maxNames      = 10_000         // services, operations
	defaultLimit  = 20             // traces of a search that names no limit, as in Jaeger's own screen
	maxLimit      = 1500           // Jaeger's own bound
	defaultWindow = 24 * time.Hour // of a search without a start: stores keep an index per day, and open every one asked for
)

// Options configures a Client.
type Options struct {
	// URL is grpc://host:port (plain text) or grpcs://host:port (TLS); the port is 16685 if none is named. Userinfo
	// becomes basic authentication.
	URL string
	// HTTP is the block that the HTTP sources take, as far as gRPC has it: tls_config (certificate files are read at
	// every handshake), basic_auth, authorization, oauth2, http_headers as metadata, proxy_from_environment.
	HTTP config.HTTPClientConfig
	// Timeout bounds one call with all it streams; 0 means transport.DefaultTimeout.
	Timeout time.Duration
	// MaxBytes bounds one answer with all it streams; 0 means transport.DefaultMaxBytes.
	MaxBytes int64
}

// Client implements sources.Tracer. It is safe for concurrent use.
type Client struct {
	conn     *grpc.ClientConn
	link     *link
	api      api_v2.QueryServiceClient
	timeout  time.Duration
	maxBytes int64
	now      func() time.Time
}

var _ sources.Tracer = (*Client)(nil)

// New returns a client, to be closed after use. It connects at the first call; its error is about the options.
func New(o Options) (*Client, error) {
	if o.Timeout <= 0 {
		o.Timeout = transport.DefaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = transport.DefaultMaxBytes
	}
	conn, link, err := dial(o)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, link: link, api: api_v2.NewQueryServiceClient(conn), timeout: o.Timeout, maxBytes: o.MaxBytes, now: time.Now}, nil
}

// Close ends the connection and every call in flight.
func (c *Client) Close() error { return c.conn.Close() }

// Services lists the services that have sent spans, sorted.
func (c *Client) Services(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	answer, err := c.api.GetServices(ctx, &api_v2.GetServicesRequest{})
	if err != nil {
		return nil, c.fault("services", err)
	}
	return names(answer.Services), nil
}

// Operations lists the operations of a service, sorted. A service that Jaeger doesn't know has none.
func (c *Client) Operations(ctx context.Context, service string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := fmt.Sprintf("operations of %q", service)
	answer, err := c.api.GetOperations(ctx, &api_v2.GetOperationsRequest{Service: service})
	if err != nil {
		return nil, c.fault(asked, err)
	}
	found := slices.Clone(answer.OperationNames) // the older form; the newer one has a line per span kind
	for _, o := range answer.Operations {
		found = append(found, o.GetName())
	}
	return names(found), nil
}

// Search finds traces that have a span of q.Service with q's operation, tags and duration (which are all the one
// span's, not the trace's), newest first, at most q.Limit (20 if it is zero, 1500 at most). Without q.End it reaches to
// now, without q.Start a day back. No match is an empty list.
func (c *Client) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	asked := fmt.Sprintf("traces of %q", q.Service)
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
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel() // also ends the stream where its rest isn't read
	stream, err := c.api.FindTraces(ctx, &api_v2.FindTracesRequest{Query: &api_v2.TraceQueryParameters{
		ServiceName: q.Service, OperationName: q.Operation, Tags: sources.SplitTags(q.Tags),
		StartTimeMin: q.Start, StartTimeMax: q.End, DurationMin: max(q.Min, 0), DurationMax: max(q.Max, 0),
		SearchDepth: int32(q.Limit),
	}})
	if err != nil {
		return nil, c.fault(asked, err)
	}
	traces := map[model.TraceID]*builder{}
	_, err = c.receive(stream, func(spans []model.Span) bool {
		for i := range spans {
			id := spans[i].TraceID
			if traces[id] == nil {
				if len(traces) == q.Limit {
					continue // more than was asked for
				}
				traces[id] = newBuilder()
			}
			traces[id].add(&spans[i])
		}
		return true
	})
	if err != nil && status.Code(err) != codes.NotFound {
		return nil, c.fault(asked, err)
	}
	found := make([]sources.TraceSummary, 0, len(traces))
	for id, b := range traces {
		found = append(found, b.trace(id).Summary())
	}
	sources.NewestFirst(found)
	return found, nil
}

// Trace reads one trace by its id in hex, 16 or 32 digits (leading zeros may lack). A trace that Jaeger doesn't have is
// an *sources.Error of kind Rejected. Of a trace with more than 200,000 spans the first to arrive are kept, and the
// earliest of them carries a warning.
func (c *Client) Trace(ctx context.Context, id string, progress func(spans int)) (sources.Trace, error) {
	asked := "trace " + id
	parsed, err := model.TraceIDFromString(id)
	if err != nil || parsed == (model.TraceID{}) {
		return sources.Trace{}, &sources.Error{Source: source, Asked: sources.CleanName(asked), Kind: sources.Rejected, Reason: "not a trace id", Advice: "16 or 32 hex digits"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	stream, err := c.api.GetTrace(ctx, &api_v2.GetTraceRequest{TraceID: parsed})
	if err != nil {
		return sources.Trace{}, c.fault(asked, err)
	}
	b := newBuilder()
	complete, err := c.receive(stream, func(spans []model.Span) bool {
		for i := range spans {
			if len(b.spans) == maxSpans {
				return false
			}
			b.add(&spans[i])
		}
		if progress != nil {
			progress(len(b.spans))
		}
		return true
	})
	if err != nil {
		return sources.Trace{}, c.fault(asked, err)
	}
	if len(b.spans) == 0 {
		return sources.Trace{}, noSuchTrace(asked)
	}
	t := b.trace(parsed)
	if !complete {
		first := &t.Spans[0]
		first.Warnings = append(first.Warnings, "dlmon shows "+strconv.Itoa(maxSpans)+" spans of this trace; it has more")
	}
	return t, nil
}

// Dependencies counts the calls between services as Jaeger has them, most calls first.
func (c *Client) Dependencies(ctx context.Context, end time.Time, lookback time.Duration) ([]sources.Dependency, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	answer, err := c.api.GetDependencies(ctx, &api_v2.GetDependenciesRequest{StartTime: end.Add(-lookback), EndTime: end})
	if err != nil {
		return nil, c.fault("dependencies", err)
	}
	out := make([]sources.Dependency, 0, len(answer.Dependencies))
	for _, d := range answer.Dependencies {
		out = append(out, sources.Dependency{Parent: sources.CleanName(d.Parent), Child: sources.CleanName(d.Child), Calls: d.CallCount})
	}
	slices.SortFunc(out, func(a, b sources.Dependency) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Parent, b.Parent), cmp.Compare(a.Child, b.Child))
	})
	return out, nil
}

// receive reads a stream to its end, or until take has enough (complete is false then).
func (c *Client) receive(stream interface {
	Recv() (*api_v2.SpansResponseChunk, error)
}, take func([]model.Span) bool) (complete bool, err error) {
	for left := c.maxBytes; ; {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if left -= int64(chunk.Size()); left < 0 {
			return false, transport.ErrTooLarge
		}
		if !take(chunk.Spans) {
			return false, nil
		}
	}
}

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
