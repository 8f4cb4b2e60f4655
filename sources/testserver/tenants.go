package testserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"testing"
	"time"
)

// Tenants is a service of many tenants whose metrics, by the guide's names, are written to a Prometheus: per tenant types
// of search with a latency histogram of twelve buckets, three HTTP counters, a cache's hit ratio, a rate limit
// and what it refused.
type Tenants struct {
	series []written
	began  time.Time
	url    string
	t      testing.TB
}

// written is one series: its labels as protobuf, and its value at so many seconds since the service began.
type written struct {
	labels []byte
	value  func(seconds float64) float64
}

// tenantBuckets are the upper bounds of the latency histogram, in seconds.
var tenantBuckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// TenantID is the name of the i-th tenant.
func TenantID(i int) string { return fmt.Sprintf("tenant-%05d", i) }

// NewTenants is a service of n tenants, with these types of search, that writes to s. Tenant 7 is slow, tenant 11 fails
// one request in ten.
func NewTenants(t testing.TB, s *Server, n int, kinds ...string) *Tenants {
	w := &Tenants{began: time.Now().Add(-24 * time.Hour), url: s.URL + "/api/v1/write", t: t}
	add := func(value func(float64) float64, labels ...string) {
		w.series = append(w.series, written{labelsOf(append(labels, "job", "deeplake-api", "instance", "api:9090")), value})
	}
	counter := func(rate float64) func(float64) float64 {
		return func(s float64) float64 { return math.Floor(rate * s) }
	}
	for i := range n {
		id := TenantID(i)
		rate := 1 + 20*math.Abs(math.Sin(float64(i)*1.7))
		typical := 0.02 * (1 + math.Abs(math.Sin(float64(i)*2.3))) // seconds
		if i == 7 {
			typical = 0.9
		}
		for _, kind := range kinds {
			own := []string{"tenant_id", id, "search_type", kind, "dataset_id", "main"}
			with := func(name string, more ...string) []string {
				return append(append([]string{"__name__", name}, own...), more...)
			}
			add(counter(rate), with("search_operations_total")...)
			for _, le := range append(tenantBuckets, math.Inf(1)) {
				share := 1 - math.Exp(-le/typical)
				add(counter(rate*share), with("search_latency_seconds_bucket", "le", strconv.FormatFloat(le, 'g', -1, 64))...)
			}
			add(counter(rate), with("search_latency_seconds_count")...)
			add(func(s float64) float64 { return rate * typical * s }, with("search_latency_seconds_sum")...)
		}
		failed := 0.001
		if i == 11 {
			failed = 0.1
		}
		request := func(code, endpoint string, rate float64) {
			add(counter(rate), "__name__", "http_requests_total", "tenant_id", id, "method", "POST", "endpoint", endpoint, "status_code", code)
		}
		request("200", "/datasets/{id}/search", 2*rate*(1-failed))
		request("503", "/datasets/{id}/search", 2*rate*failed)
		request("200", "/datasets", 0.1)
		add(func(float64) float64 { return 0.9 }, "__name__", "cache_hit_ratio", "tenant_id", id, "cache_type", "query")
		add(func(float64) float64 { return 500 }, "__name__", "rate_limit_remaining", "tenant_id", id, "limit_type", "requests")
		add(counter(0.01), "__name__", "rate_limit_hits_total", "tenant_id", id, "limit_type", "requests")
	}
	return w
}

// Series is how many series the service has.
func (w *Tenants) Series() int { return len(w.series) }

// Only keeps the series of one metric, where hours of them are to be written.
func (w *Tenants) Only(metric string) *Tenants {
	w.series = slices.DeleteFunc(w.series, func(s written) bool { return !bytes.Contains(s.labels, field(nil, 2, []byte(metric))) })
	return w
}

// Write writes every series at from, from+step ... to.
func (w *Tenants) Write(from, to time.Time, step time.Duration) {
	w.t.Helper()
	const batch = 4000 // series
	for i := 0; i < len(w.series); i += batch {
		var request []byte
		for _, s := range w.series[i:min(i+batch, len(w.series))] {
			series := bytes.Clone(s.labels)
			for at := from; !at.After(to); at = at.Add(step) {
				var sample []byte
				sample = append(sample, 1<<3|1)
				sample = binary.LittleEndian.AppendUint64(sample, math.Float64bits(s.value(at.Sub(w.began).Seconds())))
				sample = append(sample, 2<<3)
				sample = binary.AppendUvarint(sample, uint64(at.UnixMilli()))
				series = field(series, 2, sample)
			}
			request = field(request, 1, series)
		}
		req, err := http.NewRequest(http.MethodPost, w.url, bytes.NewReader(snappy(request)))
		if err != nil {
			w.t.Fatal(err)
		}
		req.Header.Set("Content-Encoding", "snappy")
		req.Header.Set("Content-Type", "application/x-protobuf")
		req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			w.t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			w.t.Fatalf("remote write: %s: %s", resp.Status, text)
		}
	}
}

// labelsOf is name and value pairs as the labels of a protobuf TimeSeries, sorted by name.
func labelsOf(pairs []string) []byte {
	index := make([]int, len(pairs)/2)
	for i := range index {
		index[i] = 2 * i
	}
	sort.Slice(index, func(a, b int) bool { return pairs[index[a]] < pairs[index[b]] })
	var out []byte
	for _, i := range index {
		out = field(out, 1, field(field(nil, 1, []byte(pairs[i])), 2, []byte(pairs[i+1])))
	}
	return out
}

// field appends a length-delimited protobuf field.
func field(to []byte, number byte, value []byte) []byte {
	to = append(to, number<<3|2)
	to = binary.AppendUvarint(to, uint64(len(value)))
	return append(to, value...)
}

// snappy is data in snappy's block format, as literals: nothing is compressed.
func snappy(data []byte) []byte {
	out := binary.AppendUvarint(make([]byte, 0, len(data)+len(data)/1000+16), uint64(len(data)))
	for len(data) > 0 {
		n := min(len(data), 1<<16)
		out = append(out, 61<<2) // a literal whose length stands in the next two bytes
		out = binary.LittleEndian.AppendUint16(out, uint16(n-1))
		out = append(out, data[:n]...)
		data = data[n:]
	}
	return out
}
