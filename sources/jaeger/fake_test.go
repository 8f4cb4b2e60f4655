package jaeger

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"dlmon/sources"
)

// TestMain fails the package if any test leaves a goroutine behind.
func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// fake is a Jaeger whose streams say what a test tells them to.
type fake struct {
	api_v2.UnimplementedQueryServiceServer
	stream func(send func(...model.Span) error) error

	mu     sync.Mutex
	seen   metadata.MD
	search *api_v2.TraceQueryParameters
}

func (f *fake) GetServices(ctx context.Context, _ *api_v2.GetServicesRequest) (*api_v2.GetServicesResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, _ = metadata.FromIncomingContext(ctx)
	return &api_v2.GetServicesResponse{Services: []string{"b", "", "a\x1b[2J", "a[2J"}}, nil
}

func (f *fake) GetOperations(context.Context, *api_v2.GetOperationsRequest) (*api_v2.GetOperationsResponse, error) {
	return &api_v2.GetOperationsResponse{OperationNames: []string{"y", "x"},
		Operations: []*api_v2.Operation{{Name: "x", SpanKind: "client"}, {Name: "x", SpanKind: "server"}, {Name: "z"}}}, nil
}

func (f *fake) FindTraces(r *api_v2.FindTracesRequest, s api_v2.QueryService_FindTracesServer) error {
	f.mu.Lock()
	f.search = r.Query
	f.mu.Unlock()
	return f.answer(s.Context(), s.Send)
}

func (f *fake) GetTrace(_ *api_v2.GetTraceRequest, s api_v2.QueryService_GetTraceServer) error {
	return f.answer(s.Context(), s.Send)
}

func (f *fake) answer(ctx context.Context, send func(*api_v2.SpansResponseChunk) error) error {
	if f.stream == nil { // silent
		<-ctx.Done()
		return ctx.Err()
	}
	return f.stream(func(spans ...model.Span) error { return send(&api_v2.SpansResponseChunk{Spans: spans}) })
}

func (f *fake) query() *api_v2.TraceQueryParameters {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.search
}

func (f *fake) metadata(key string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen.Get(key)
}

// serve runs f until the test ends and returns its host:port.
func serve(t testing.TB, f *fake, o ...grpc.ServerOption) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(append(o, grpc.ForceServerCodecV2(codec{}))...)
	api_v2.RegisterQueryServiceServer(s, f)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() { s.Stop(); <-ended })
	return l.Addr().String()
}

func client(t testing.TB, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// of is a span of trace number trace, start and length in milliseconds.
func of(trace, id, parent uint64, from, length int, tags ...model.KeyValue) model.Span {
	s := model.Span{TraceID: model.NewTraceID(0, trace), SpanID: model.NewSpanID(id), OperationName: "op",
		StartTime: epoch.Add(time.Duration(from) * time.Millisecond), Duration: time.Duration(length) * time.Millisecond,
		Process: model.NewProcess("api", nil), Tags: tags}
	if parent != 0 {
		s.References = []model.SpanRef{model.NewChildOfRef(s.TraceID, model.NewSpanID(parent))}
	}
	return s
}

func kind(t testing.TB, err error, want sources.Kind) {
	t.Helper()
	if err == nil || sources.KindOf(err) != want {
		t.Errorf("error %v of kind %d, want kind %d", err, sources.KindOf(err), want)
	}
}
