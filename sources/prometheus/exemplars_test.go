package prometheus

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dlmon/sources"
)

func TestAServerWithoutExemplarsSaysSoAndIsWellOtherwise(t *testing.T) {
	for code, body := range map[int]string{
		404: "404 page not found\n", 405: "", 403: "denied by policy", 501: `{"status":"error","errorType":"unimplemented","error":"not supported"}`,
	} {
		c := serve(t, Options{URL: "/prom"}, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		})
		es, err := c.Exemplars(t.Context(), `x_bucket{a="b"}`, t0, t0)
		if es != nil || sources.KindOf(err) != sources.Rejected || sources.SourceFault(err) {
			t.Errorf("%d: %v, %v", code, es, err)
		}
		for _, want := range []string{"this server gives no exemplars: " + fmt.Sprint(code), "exemplars of query", "x_bucket"} {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "check the path") {
				t.Errorf("%d: no %q in %v", code, want, err)
			}
		}
		if _, err := c.Instant(t.Context(), "up", t0); err == nil || strings.Contains(err.Error(), "exemplars") {
			t.Errorf("%d of another endpoint: %v", code, err)
		}
	}
	for code, want := range map[int]sources.Kind{401: sources.Unauthorized, 503: sources.Unavailable, 500: sources.Unavailable} {
		c := serve(t, Options{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		if _, err := c.Exemplars(t.Context(), "x_bucket", t0, t0); sources.KindOf(err) != want {
			t.Errorf("%d: %v", code, err)
		}
	}
}

func TestExemplarsAreTheNewestThatNameATraceAndANumber(t *testing.T) {
	const n = 12_000
	var b strings.Builder
	for i := range n { // the newest first, as no server sends them
		fmt.Fprintf(&b, `{"labels":{"trace_id":"%032x"},"value":"%d.5","timestamp":%d},`, n-i, n-i, 1_700_000_000+n-i)
	}
	b.WriteString(`{"labels":{"trace_id":"a"},"value":"NaN","timestamp":1800000000},{"labels":{"trace_id":"b"},"value":"+Inf","timestamp":1800000000},
		{"labels":{"span_id":"c"},"value":"1","timestamp":1800000000},{"labels":{"trace_id":""},"value":"1","timestamp":1800000000}`)
	c := serve(t, Options{}, answer(`{"status":"success","data":[{"seriesLabels":{"le":"1"},"exemplars":[`+b.String()+`]}]}`))
	es, err := c.Exemplars(t.Context(), "x_bucket", t0, t0)
	if err != nil || len(es) != maxExemplars {
		t.Fatalf("%d exemplars, %v", len(es), err)
	}
	for i, e := range es {
		if want := n - maxExemplars + 1 + i; e.TraceID != fmt.Sprintf("%032x", want) || e.Value != float64(want)+0.5 || e.At.Unix() != int64(1_700_000_000+want) {
			t.Fatalf("exemplar %d: %+v, want the %d. by time", i, e, want)
		}
	}
}

func TestNoExemplarsAreAnEmptyList(t *testing.T) {
	c := serve(t, Options{}, answer(`{"status":"success","data":[]}`))
	if es, err := c.Exemplars(t.Context(), "x_bucket", t0, t0); err != nil || es == nil || len(es) != 0 {
		t.Errorf("%v, %v", es, err)
	}
}
