package traces

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"dlmon/sources/demo/service"
)

var start = time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC)

func requests(scenario service.Scenario) (all []service.Request, now time.Time) {
	s := service.New(service.Options{Seed: 5, Scenario: scenario, Start: start, History: 30 * time.Minute})
	for range 400 {
		_, r := s.Advance()
		all = append(all, r...)
	}
	return all, s.Now()
}

func TestSpansNestAndNeverReachIntoTheFuture(t *testing.T) {
	for _, scenario := range service.Scenarios() {
		all, now := requests(scenario)
		kinds := map[string]int{}
		for _, r := range all {
			spans := build(r)
			kinds[r.Operation]++
			byID := map[model.SpanID]*model.Span{}
			for _, s := range spans {
				if byID[s.SpanID] != nil {
					t.Fatalf("%s: span id %s twice", r.TraceID(), s.SpanID)
				}
				byID[s.SpanID] = s
				end := s.StartTime.Add(s.Duration)
				if end.After(now) || s.Duration <= 0 {
					t.Fatalf("%s %s: %v long, ends %v after now", scenario, s.OperationName, s.Duration, end.Sub(now))
				}
				if len(s.References) == 0 || s.References[0].RefType == model.FollowsFrom {
					continue
				}
				p := byID[s.References[0].SpanID]
				if p == nil {
					t.Fatalf("%s comes before its parent", s.OperationName)
				}
				if s.StartTime.Before(p.StartTime) || end.After(p.StartTime.Add(p.Duration)) {
					t.Fatalf("%s: %s [%v +%v] outside of %s [+%v] in a %s of %v", scenario, s.OperationName,
						s.StartTime.Sub(p.StartTime), s.Duration, p.OperationName, p.Duration, r.Operation, r.Total)
				}
			}
			if spans[0].Duration != r.Total {
				t.Errorf("root takes %v, the request took %v", spans[0].Duration, r.Total)
			}
		}
		for _, kind := range []string{"search", "insert", "index", ""} {
			if kinds[kind] == 0 {
				t.Errorf("%s: no request of kind %q", scenario, kind)
			}
		}
	}
}

func TestSlowTracesOfTheSlowTenantAreIndexScans(t *testing.T) {
	all, _ := requests(service.SlowTenant)
	slow, failed := 0, 0
	for _, r := range all {
		if !r.Scan {
			if r.Total > 400*time.Millisecond && r.Operation == "search" {
				t.Errorf("%s %s: %v without a scan", r.Tenant, r.SearchType, r.Total)
			}
			continue
		}
		slow++
		if r.Tenant != "acme-corp" || r.SearchType != "hybrid" {
			t.Errorf("a scan of %s, %s", r.Tenant, r.SearchType)
		}
		for _, s := range build(r) {
			if s.OperationName != "index.scan" {
				continue
			}
			if s.Duration < r.Total*7/10 || !tagged(s, "index.wait", "storage") || !tagged(s, "tenant_id", "acme-corp") {
				t.Errorf("index.scan takes %v of %v, tags %v", s.Duration, r.Total, s.Tags)
			}
			if r.Fault != "" {
				failed++
				if !tagged(s, "error", "true") || !tagged(s, "exception.type", "IndexScanTimeout") {
					t.Errorf("failed scan without its exception: %v", s.Logs)
				}
			}
		}
	}
	if slow < 20 || failed == 0 {
		t.Errorf("%d slow traces, %d failed", slow, failed)
	}
}

func TestStoreForgetsTheOldest(t *testing.T) {
	s := NewStore()
	r := make([]service.Request, Capacity+10)
	for i := range r {
		r[i] = service.Request{TraceLow: uint64(i + 1), Start: start.Add(time.Duration(i) * time.Millisecond), Total: time.Millisecond, Inner: time.Microsecond, Status: 200}
	}
	s.Add(r)
	if s.Len() != Capacity {
		t.Errorf("%d traces kept", s.Len())
	}
	if s.Trace(model.NewTraceID(0, 10)) != nil || s.Trace(model.NewTraceID(0, 11)) == nil {
		t.Error("not the oldest ten were forgotten")
	}
	newest := s.Find(&api_v2.TraceQueryParameters{SearchDepth: 1})
	if len(newest) != 1 || newest[0][0].TraceID.Low != Capacity+10 {
		t.Errorf("the newest trace is %v", newest)
	}
}

func client(t *testing.T, s *Store) api_v2.QueryServiceClient {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := NewServer(s)
	go g.Serve(l)
	t.Cleanup(g.Stop)
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(gogo{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return api_v2.NewQueryServiceClient(c)
}

func find(t *testing.T, c api_v2.QueryServiceClient, q api_v2.TraceQueryParameters) (found [][]model.Span) {
	stream, err := c.FindTraces(t.Context(), &api_v2.FindTracesRequest{Query: &q})
	if err != nil {
		t.Fatal(err)
	}
	for {
		chunk, err := stream.Recv()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, chunk.Spans)
	}
}

func TestSearchHonoursEveryCriterion(t *testing.T) {
	all, now := requests(service.SlowTenant)
	s := NewStore()
	s.Add(all)
	c := client(t, s)
	has := func(spans []model.Span, ok func(*model.Span) bool) bool {
		for i := range spans {
			if ok(&spans[i]) {
				return true
			}
		}
		return false
	}
	for _, x := range []struct {
		name string
		q    api_v2.TraceQueryParameters
		ok   func(*model.Span) bool
	}{
		{"service", api_v2.TraceQueryParameters{ServiceName: "deeplake-worker"}, func(s *model.Span) bool { return s.Process.ServiceName == "deeplake-worker" }},
		{"operation", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", OperationName: "search_vectors"}, func(s *model.Span) bool { return s.OperationName == "search_vectors" }},
		{"tag of a span", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", Tags: map[string]string{"tenant_id": "globex", "search_type": "text"}},
			func(s *model.Span) bool { return tagged(s, "tenant_id", "globex") && tagged(s, "search_type", "text") }},
		{"tag of a process", api_v2.TraceQueryParameters{ServiceName: "deeplake", Tags: map[string]string{"host.name": "deeplake-0"}}, func(s *model.Span) bool { return tagged(s, "host.name", "deeplake-0") }},
		{"error", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", Tags: map[string]string{"error": "true"}}, func(s *model.Span) bool { return tagged(s, "error", "true") }},
		{"shortest", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", DurationMin: 700 * time.Millisecond}, func(s *model.Span) bool { return s.Duration >= 700*time.Millisecond }},
		{"longest", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", OperationName: "search_vectors", DurationMax: 20 * time.Millisecond},
			func(s *model.Span) bool {
				return s.OperationName == "search_vectors" && s.Duration <= 20*time.Millisecond
			}},
		{"time", api_v2.TraceQueryParameters{ServiceName: "deeplake-api", StartTimeMin: now.Add(-2 * time.Minute), StartTimeMax: now.Add(-time.Minute)},
			func(s *model.Span) bool {
				return !s.StartTime.Before(now.Add(-2*time.Minute)) && !s.StartTime.After(now.Add(-time.Minute))
			}},
	} {
		x.q.SearchDepth = 20
		found := find(t, c, x.q)
		if len(found) == 0 || len(found) > 20 {
			t.Errorf("%s: %d traces", x.name, len(found))
		}
		for _, spans := range found {
			if !has(spans, x.ok) {
				t.Errorf("%s: trace %s does not match", x.name, spans[0].TraceID)
			}
		}
	}
	if found := find(t, c, api_v2.TraceQueryParameters{ServiceName: "deeplake-api", Tags: map[string]string{"tenant_id": "nobody"}}); len(found) != 0 {
		t.Errorf("%d traces of a tenant that does not exist", len(found))
	}
}

func TestServerAnswersTheOtherQuestions(t *testing.T) {
	all, _ := requests(service.SlowTenant)
	s := NewStore()
	s.Add(all)
	c, ctx := client(t, s), context.Background()
	services, err := c.GetServices(ctx, &api_v2.GetServicesRequest{})
	if err != nil || len(services.Services) != 3 {
		t.Fatalf("services %v, %v", services, err)
	}
	for _, want := range []struct{ service, operation string }{
		{"deeplake-api", "POST /datasets/{id}/search"}, {"deeplake-api", "search_vectors"}, {"deeplake-api", "GET"},
		{"deeplake-api", "SELECT deeplake"}, {"deeplake", "index.scan"}, {"deeplake-worker", "index_build"},
	} {
		ops, err := c.GetOperations(ctx, &api_v2.GetOperationsRequest{Service: want.service})
		if err != nil {
			t.Fatal(err)
		}
		seen := false
		for _, o := range ops.Operations {
			seen = seen || o.Name == want.operation
		}
		if !seen {
			t.Errorf("%s has no operation %s", want.service, want.operation)
		}
	}
	stream, err := c.GetTrace(ctx, &api_v2.GetTraceRequest{TraceID: model.NewTraceID(1, 2)})
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.NotFound {
		t.Errorf("a trace that is not there: %v", err)
	}
}
