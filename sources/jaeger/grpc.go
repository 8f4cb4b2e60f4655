package jaeger

import (
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"dlmon/sources"
	"dlmon/sources/tracejson"
	"dlmon/sources/transport"
)

// grpcServer asks jaeger.api_v2.QueryService, which Jaeger 1.x and 2.x serve.
type grpcServer struct {
	conn   *grpc.ClientConn
	link   *link
	api    api_v2.QueryServiceClient
	limits limits
}

func newGRPC(u *url.URL, o Options, l limits) (*grpcServer, error) {
	conn, link, err := dial(u, o, l)
	if err != nil {
		return nil, err
	}
	return &grpcServer{conn: conn, link: link, api: api_v2.NewQueryServiceClient(conn), limits: l}, nil
}

func (g *grpcServer) close() error { return g.conn.Close() }

func (g *grpcServer) services(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, g.limits.timeout)
	defer cancel()
	answer, err := g.api.GetServices(ctx, &api_v2.GetServicesRequest{})
	if err != nil {
		return nil, g.fault("services", err)
	}
	return answer.Services, nil
}

func (g *grpcServer) operations(ctx context.Context, asked, service string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, g.limits.timeout)
	defer cancel()
	answer, err := g.api.GetOperations(ctx, &api_v2.GetOperationsRequest{Service: service})
	if err != nil {
		return nil, g.fault(asked, err)
	}
	found := slices.Clone(answer.OperationNames) // the older form; the newer one has a line per span kind
	for _, o := range answer.Operations {
		found = append(found, o.GetName())
	}
	return found, nil
}

// search sums the traces up as they come. The server sends one after another, so that where the answer breaks off it is
// the last one that may lack spans.
func (g *grpcServer) search(ctx context.Context, asked string, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	ctx, quiet := listen(ctx, g.limits.timeout, g.limits.timeout)
	defer quiet.end() // also ends the stream where its rest isn't read
	stream, err := g.api.FindTraces(ctx, &api_v2.FindTracesRequest{Query: &api_v2.TraceQueryParameters{
		ServiceName: q.Service, OperationName: q.Operation, Tags: sources.SplitTags(q.Tags),
		StartTimeMin: q.Start, StartTimeMax: q.End, DurationMin: q.Min, DurationMax: q.Max,
		SearchDepth: int32(q.Limit),
	}})
	if err != nil {
		return nil, g.streamFault(ctx, asked, err)
	}
	traces := map[model.TraceID]*sources.Summing{}
	var last *sources.Summing
	came := 0
	b := newBuilder()
	err = g.receive(stream, quiet, g.limits.list, func(spans []model.Span) bool {
		for i := range spans {
			s := &spans[i]
			trace := traces[s.TraceID]
			if trace == nil && len(traces) == q.Limit {
				continue // more than was asked for
			}
			if trace == nil {
				trace = sources.NewSumming(tracejson.FormatTraceID(s.TraceID.High, s.TraceID.Low))
				traces[s.TraceID] = trace
			}
			s.Logs, s.Warnings = nil, nil // a summary has none
			span := b.span(s)
			trace.Add(&span)
			last = trace
			came++
		}
		return true
	})
	cut := ""
	if err != nil && status.Code(err) != codes.NotFound {
		fault := g.streamFault(ctx, asked, err)
		if came == 0 || fault.Kind == sources.Canceled {
			return nil, fault
		}
		cut = tracejson.CutOff("answer", came, fault.Reason)
	}
	found := make([]sources.TraceSummary, 0, len(traces))
	for _, trace := range traces {
		s := trace.Summary()
		if trace == last {
			s.Cut = cut
		}
		found = append(found, s)
	}
	return found, nil
}

// trace keeps the first spans to come. The server sends them in no useful order, so where there are more than it keeps
// it reads on for a root, without which the tree falls apart.
func (g *grpcServer) trace(ctx context.Context, asked string, id traceID, progress func(int)) (sources.Trace, error) {
	ctx, quiet := listen(ctx, g.limits.first, g.limits.timeout)
	defer quiet.end()
	stream, err := g.api.GetTrace(ctx, &api_v2.GetTraceRequest{TraceID: model.NewTraceID(id.high, id.low)})
	if err != nil {
		return sources.Trace{}, g.streamFault(ctx, asked, err)
	}
	t := sources.Trace{ID: id.String()}
	rooted, more := false, false
	b := newBuilder()
	err = g.receive(stream, quiet, g.limits.trace, func(spans []model.Span) bool {
		for i := range spans {
			if len(t.Spans) < g.limits.spans {
				t.Spans = append(t.Spans, b.span(&spans[i]))
				rooted = rooted || t.Spans[len(t.Spans)-1].ParentID == ""
				continue
			}
			more = true
			if !rooted && spans[i].ParentSpanID() == 0 {
				t.Spans[len(t.Spans)-1] = b.span(&spans[i])
				rooted = t.Spans[len(t.Spans)-1].ParentID == ""
			}
			if rooted {
				return false
			}
		}
		if progress != nil {
			progress(len(t.Spans))
		}
		return true
	})
	if err != nil {
		fault := g.streamFault(ctx, asked, err)
		if len(t.Spans) == 0 || fault.Kind == sources.Canceled {
			return sources.Trace{}, fault
		}
		t.Cut = tracejson.CutOff("answer", len(t.Spans), fault.Reason)
	}
	if more {
		t.Cut = tracejson.CutAt(g.limits.spans, rooted)
	}
	if len(t.Spans) == 0 {
		return sources.Trace{}, noSuchTrace(asked)
	}
	tracejson.Sort(t.Spans)
	return t, nil
}

func (g *grpcServer) dependencies(ctx context.Context, asked string, end time.Time, lookback time.Duration) ([]sources.Dependency, error) {
	ctx, cancel := context.WithTimeout(ctx, g.limits.timeout)
	defer cancel()
	answer, err := g.api.GetDependencies(ctx, &api_v2.GetDependenciesRequest{StartTime: end.Add(-lookback), EndTime: end})
	if err != nil {
		return nil, g.fault(asked, err)
	}
	out := make([]sources.Dependency, 0, len(answer.Dependencies))
	for _, d := range answer.Dependencies {
		out = append(out, sources.Dependency{Parent: d.Parent, Child: d.Child, Calls: d.CallCount})
	}
	return out, nil
}

// info asks for what any server has, so that only one that answers is told of.
func (g *grpcServer) info(ctx context.Context) (sources.ServerInfo, error) {
	if _, err := g.services(ctx); err != nil {
		return sources.ServerInfo{}, err
	}
	return sources.ServerInfo{Notes: []string{"gRPC api_v2; whole traces are read for a list"}}, nil
}

// receive reads a stream to its end, or until take has enough.
func (g *grpcServer) receive(stream interface {
	Recv() (*api_v2.SpansResponseChunk, error)
}, quiet *silence, left int64, take func([]model.Span) bool) error {
	for {
		quiet.wait()
		chunk, err := stream.Recv()
		quiet.heard()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if left -= int64(chunk.Size()); left < 0 {
			return transport.ErrTooLarge
		}
		if !take(chunk.Spans) {
			return nil
		}
	}
}

// streamFault is fault for a stream under listen.
func (g *grpcServer) streamFault(ctx context.Context, asked string, err error) *sources.Error {
	if waited, quiet := silent(ctx); quiet {
		return g.faultAfter(waited, asked, status.Error(codes.DeadlineExceeded, "nothing came in time"))
	}
	return g.fault(asked, err)
}
