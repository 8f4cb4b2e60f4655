package traces

import (
	"context"
	"fmt"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// NewServer serves the store by Jaeger's api_v2.QueryService. The caller serves and stops it.
func NewServer(s *Store) *grpc.Server {
	g := grpc.NewServer(grpc.ForceServerCodec(gogo{}))
	api_v2.RegisterQueryServiceServer(g, &server{store: s})
	return g
}

// gogo is the codec for messages that gogo/protobuf generated: their custom types are unknown to the reflection that
// gRPC's own codec uses. The bytes on the wire are the same.
type gogo struct{}

func (gogo) Name() string { return "proto" }

func (gogo) Marshal(v any) ([]byte, error) {
	m, ok := v.(interface{ Marshal() ([]byte, error) })
	if !ok {
		return nil, fmt.Errorf("demo: jaeger: cannot marshal %T", v)
	}
	return m.Marshal()
}

func (gogo) Unmarshal(data []byte, v any) error {
	m, ok := v.(interface{ Unmarshal([]byte) error })
	if !ok {
		return fmt.Errorf("demo: jaeger: cannot unmarshal %T", v)
	}
	return m.Unmarshal(data)
}

type server struct {
	api_v2.UnimplementedQueryServiceServer
	store *Store
}

func (s *server) GetTrace(r *api_v2.GetTraceRequest, out api_v2.QueryService_GetTraceServer) error {
	spans := s.store.Trace(r.TraceID)
	if spans == nil {
		return status.Error(codes.NotFound, "trace not found")
	}
	return out.Send(chunk(spans))
}

func (s *server) FindTraces(r *api_v2.FindTracesRequest, out api_v2.QueryService_FindTracesServer) error {
	if r.Query == nil {
		return status.Error(codes.InvalidArgument, "missing query")
	}
	for _, spans := range s.store.Find(r.Query) {
		if err := out.Send(chunk(spans)); err != nil {
			return err
		}
	}
	return nil
}

func chunk(spans []*model.Span) *api_v2.SpansResponseChunk {
	c := &api_v2.SpansResponseChunk{Spans: make([]model.Span, len(spans))}
	for i, s := range spans {
		c.Spans[i] = *s
	}
	return c
}

func (s *server) GetServices(context.Context, *api_v2.GetServicesRequest) (*api_v2.GetServicesResponse, error) {
	return &api_v2.GetServicesResponse{Services: []string{engineService, apiService, workerService}}, nil
}

func (s *server) GetOperations(_ context.Context, r *api_v2.GetOperationsRequest) (*api_v2.GetOperationsResponse, error) {
	out := &api_v2.GetOperationsResponse{Operations: s.store.Operations(r.Service, r.SpanKind)}
	for _, o := range out.Operations {
		out.OperationNames = append(out.OperationNames, o.Name)
	}
	return out, nil
}

func (s *server) GetDependencies(context.Context, *api_v2.GetDependenciesRequest) (*api_v2.GetDependenciesResponse, error) {
	return &api_v2.GetDependenciesResponse{Dependencies: []model.DependencyLink{
		{Parent: apiService, Child: engineService, CallCount: uint64(s.store.Len())},
		{Parent: workerService, Child: engineService, CallCount: uint64(s.store.Len() / 20)},
	}}, nil
}
