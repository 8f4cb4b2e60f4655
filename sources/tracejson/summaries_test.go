package tracejson

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"dlmon/sources"
)

func TestSummariesSayWhatWholeTracesDo(t *testing.T) {
	for name, text := range map[string]string{
		"OTLP":           string(otlpTrace(3000)),
		"Jaeger":         string(jaegerDoc(3000)),
		"several":        string(otlpTrace(300)) + string(jaegerDoc(2)) + otlpOf(otlpSpan(1, `,"parentSpanId":"0000000000000009"`)),
		"no processes":   jaegerOf(`{"traceID":"1","spanID":"1","processID":"p1"}`, `{"traceID":"1","spanID":"2","processID":"p2"}`),
		"a span is left": otlpOf(otlpSpan(1, ""), otlpSpan(2, `,"startTimeUnixNano":{}`)),
	} {
		var want []sources.TraceSummary
		for _, trace := range decode(t, text, Options{}) {
			want = append(want, trace.Summary())
		}
		got, err := Summaries(strings.NewReader(text), Options{MaxSpans: 1})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, err, got, want)
		}
	}
	for _, text := range []string{"", `{"data":[]}`, `{"a":1}`, `{"error":{"message":"shard gone"}}`, `{"result":`} {
		_, want := Decode(strings.NewReader(text), Options{})
		if got, err := Summaries(strings.NewReader(text), Options{}); got != nil || err == nil || err.Error() != want.Error() {
			t.Errorf("%q: %+v, %v; want %v", text, got, err, want)
		}
	}
}

func TestAListThatBreaksOffIsWhatCame(t *testing.T) {
	for name, large := range map[string]string{"OTLP": string(otlpTrace(3000)), "Jaeger": string(jaegerDoc(3000))} {
		small := jaegerOf(`{"traceID":"1","spanID":"1"}`, `{"traceID":"1","spanID":"2"}`)
		gone := &sources.Error{Reason: "gone", Kind: sources.Unavailable}
		for why, in := range map[string]io.Reader{
			"the answer is larger than 500,000 bytes": strings.NewReader(small + large),
			"the answer ends in the middle":           strings.NewReader(small + large[:400_000]),
			"gone":                                    io.MultiReader(strings.NewReader(small+large[:400_000]), iotest.ErrReader(gone)),
		} {
			got, err := Summaries(in, Options{Input: "answer", MaxBytes: 500_000})
			if err != nil || len(got) != 2 || got[0].Spans != 2 || got[0].Cut != "" || got[1].Spans < 300 || got[1].Spans >= 3000 ||
				got[1].Cut != CutOff("answer", 2+got[1].Spans, why) {
				t.Errorf("%s, %s: %v, %+v", name, why, err, got)
			}
		}
		canceled := &sources.Error{Reason: "cancelled", Kind: sources.Canceled}
		if got, err := Summaries(io.MultiReader(strings.NewReader(small), iotest.ErrReader(canceled)), Options{}); got != nil || sources.KindOf(err) != sources.Canceled {
			t.Errorf("cancelled: %+v, %v", got, err)
		}
	}
}

func TestTheRootOfACutTraceIsKept(t *testing.T) {
	const n = 3000
	forms := map[string]struct {
		of            func(...string) string
		child, parent func(int) string
	}{
		"OTLP": {otlpOf, func(n int) string { return otlpSpan(n, `,"parentSpanId":"0000000000000bb8"`) }, func(n int) string { return otlpSpan(n, `,"name":"root"`) }},
		"Jaeger": {func(s ...string) string {
			return `{"data":[{"traceID":"1","spans":[` + strings.Join(s, ",") + `],"processes":{"p":{"serviceName":"api"},"q":{"serviceName":"web"}}}]}`
		}, func(n int) string {
			return fmt.Sprintf(`{"traceID":"1","spanID":"%x","references":[{"refType":"CHILD_OF","traceID":"1","spanID":"bb8"}],"processID":"p"}`, n)
		}, func(n int) string {
			return fmt.Sprintf(`{"traceID":"1","spanID":"%x","operationName":"root","references":[],"processID":"q"}`, n)
		}},
	}
	for name, form := range forms {
		var all []string
		for i := 1; i < n; i++ {
			all = append(all, form.child(i))
		}
		for _, at := range []int{0, 3, 4, 5, 6, n - 1} {
			got := decode(t, form.of(slices.Insert(slices.Clone(all), at, form.parent(n))...), Options{MaxSpans: 5, One: true})[0]
			roots := 0
			for _, s := range got.Spans {
				if s.ParentID == "" && s.Operation == "root" && (name == "OTLP" || s.Service == "web") {
					roots++
				} else if s.ParentID == "" || name == "Jaeger" && s.Service != "api" {
					t.Errorf("%s: %+v", name, s)
				}
			}
			if len(got.Spans) != 5 || roots != 1 || got.Cut != "dlmon keeps 5 spans of a trace; this one has more" {
				t.Errorf("%s, at %d: %d spans, %d roots, %q", name, at, len(got.Spans), roots, got.Cut)
			}
		}
		if got := decode(t, form.of(all...), Options{MaxSpans: 5, One: true})[0]; len(got.Spans) != 5 || got.Cut != "dlmon keeps 5 spans of a trace; this one has more; its root may be missing" {
			t.Errorf("%s: %d spans, %q", name, len(got.Spans), got.Cut)
		}
	}
}
