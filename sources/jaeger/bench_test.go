package jaeger

import (
	"fmt"
	"testing"

	"github.com/jaegertracing/jaeger-idl/model/v1"
)

// BenchmarkGRPC reads a trace from a server on this machine that does nothing but send it, so the server's own work
// of writing the messages is in it.
func BenchmarkGRPC(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			const chunk = 100
			chunks := make([][]model.Span, n/chunk)
			for c := range chunks {
				for i := range chunk {
					id := c*chunk + i + 1
					s := of(1, uint64(id), uint64(id/4), id, n-id, model.String("tenant_id", fmt.Sprint("tenant-", id%20)), model.String("http.request.method", "POST"),
						model.Int64("http.response.status_code", 200), model.String("url.path", fmt.Sprintf("/api/v1/datasets/%d/search", id%5000)), model.String("db.system", "deeplake"),
						model.Bool("cache.hit", id%2 == 0), model.Float64("score", float64(id)/7), model.String("span.kind", "server"))
					s.Process = model.NewProcess(fmt.Sprint("service-", id%8), []model.KeyValue{model.String("host.name", fmt.Sprint("node-", id%8))})
					s.Logs = []model.Log{{Timestamp: s.StartTime, Fields: []model.KeyValue{model.String("event", "chunk"), model.Int64("bytes", int64(id))}}}
					chunks[c] = append(chunks[c], s)
				}
			}
			f := &fake{stream: func(send func(...model.Span) error) error {
				for _, c := range chunks {
					if err := send(c...); err != nil {
						return err
					}
				}
				return nil
			}}
			c := client(b, Options{URL: "grpc://" + serve(b, f)})
			b.ReportAllocs()
			for b.Loop() {
				if t, err := c.Trace(b.Context(), "1", nil); err != nil || len(t.Spans) != n {
					b.Fatal(err)
				}
			}
		})
	}
}
