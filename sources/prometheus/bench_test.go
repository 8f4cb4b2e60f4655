package prometheus

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
)

// BenchmarkInstant reads the answer to a query per tenant of 10,000 tenants, again and again as a screen does.
func BenchmarkInstant(b *testing.B) {
	var body strings.Builder
	body.WriteString(`{"status":"success","data":{"resultType":"vector","result":[`)
	for i := range 10_000 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"metric":{"tenant_id":"tenant-%05d"},"value":[1795442700.123,"0.0%d7812345678"]}`, i, i)
	}
	body.WriteString(`]}}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(body.String()))
	}))
	defer s.Close()
	c, err := New(Options{URL: s.URL})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	var kept sources.Vector
	for b.Loop() {
		if kept, err = c.Instant(b.Context(), "x", time.Now()); err != nil || len(kept.Samples) != 10_000 {
			b.Fatal(err, len(kept.Samples))
		}
	}
}
