package jaeger

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"dlmon/sources"
)

// aLargeAndASmall sends a whole trace of one span, then one of many, and ends with an error.
func aLargeAndASmall(large int, err error) func(func(...model.Span) error) error {
	return func(send func(...model.Span) error) error {
		if err := send(of(1, 1, 0, 0, 1)); err != nil {
			return err
		}
		for i := range large {
			s := of(2, uint64(i+1), uint64(large), 1, 1)
			if i == large-1 { // in no useful order: the root comes last
				s.References, s.OperationName = nil, "root"
			}
			if i%2 == 0 {
				s.Tags = []model.KeyValue{model.Bool("error", true)}
			}
			if err := send(s); err != nil {
				return err
			}
		}
		return err
	}
}

func TestAListOverGRPCThatBreaksOffIsWhatCame(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream func(func(...model.Span) error) error
		o      Options
		spans  int // of the large trace, at least
		cut    string
	}{
		{"whole", aLargeAndASmall(5000, nil), Options{MaxSpans: 1000}, 5000, ""},
		{"too large", aLargeAndASmall(5000, nil), Options{MaxBytes: 5000}, 10, "the answer is larger than dlmon's bound"},
		{"an error", aLargeAndASmall(50, status.Error(codes.Internal, "shard gone")), Options{}, 50, "shard gone"},
		{"silence", func(send func(...model.Span) error) error {
			_ = aLargeAndASmall(50, nil)(send)
			<-t.Context().Done()
			return nil
		}, Options{Timeout: 100 * time.Millisecond}, 50, "no answer from 127.0.0.1:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.URL = "grpc://" + serve(t, &fake{stream: c.stream})
			got, err := client(t, c.o).Search(t.Context(), sources.TraceSearch{Service: "api"})
			if err != nil || len(got) != 2 {
				t.Fatalf("%+v, %v", got, err)
			}
			large, small := got[0], got[1]
			if small.Spans != 1 || small.Cut != "" {
				t.Errorf("the small one came whole: %+v", small)
			}
			if large.Spans < c.spans || large.Errors < large.Spans/2 || (c.cut == "") != (large.Cut == "") || !strings.Contains(large.Cut, c.cut) ||
				c.cut == "" && large.Operation != "root" || c.cut != "" && !strings.HasPrefix(large.Cut, fmt.Sprintf("the answer broke off after %d spans: ", large.Spans+1)) {
				t.Errorf("%+v", large)
			}
		})
	}
}

// wholeTraces is an answer of a small trace and a large one, as API v3 and as the older API have them.
func wholeTraces(large int) (v3, old string) {
	var a, b []string
	for i := range large {
		parent, refs := `,"parentSpanId":"00000000000000ff"`, `,"references":[{"refType":"CHILD_OF","traceID":"2","spanID":"ff"}]`
		if i == 0 {
			parent, refs = "", ""
		}
		a = append(a, fmt.Sprintf(`{"traceId":"00000000000000000000000000000002","spanId":"%016x","startTimeUnixNano":"2000"%s,"status":{"code":2}}`, i+1, parent))
		b = append(b, fmt.Sprintf(`{"traceID":"2","spanID":"%x","startTime":2%s,"processID":"p","tags":[{"key":"error","type":"bool","value":true}]}`, i+1, refs))
	}
	v3 = `{"result":{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},"scopeSpans":[{"scope":{},"spans":[` +
		`{"traceId":"00000000000000000000000000000001","spanId":"0000000000000001","startTimeUnixNano":"1000"},` + strings.Join(a, ",") + `]}]}]}}`
	old = `{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"1","startTime":1,"processID":"p"}],"processes":{"p":{"serviceName":"api"}}},` +
		`{"traceID":"2","spans":[` + strings.Join(b, ",") + `],"processes":{"p":{"serviceName":"api"}}}]}`
	return v3, old
}

func TestAListOverHTTPThatBreaksOffIsWhatCame(t *testing.T) {
	const large = 5000
	v3, old := wholeTraces(large)
	services := map[string]http.HandlerFunc{"v3": says(200, `{"services":["api"]}`), "old": says(200, `{"data":["api"]}`)}
	paths := map[string][2]string{"v3": {"/api/v3/services", "/api/v3/traces"}, "old": {"/api/services", "/api/traces"}}
	for way, text := range map[string]string{"v3": v3, "old": old} {
		breaks := func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, text[:len(text)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		for name, c := range map[string]struct {
			answer http.HandlerFunc
			o      Options
			cut    string
		}{
			"whole":     {says(200, text), Options{MaxSpans: 1000}, ""},
			"too large": {says(200, text), Options{MaxBytes: int64(len(text) / 2)}, "the answer is larger than "},
			"cut":       {breaks, Options{}, "the server closed the connection"},
		} {
			t.Run(way+", "+name, func(t *testing.T) {
				answer := c.answer
				if way == "v3" {
					answer = needsTimes(answer)
				}
				c.o.URL = serveWeb(t, map[string]http.HandlerFunc{paths[way][0]: services[way], paths[way][1]: answer}).URL
				got, err := client(t, c.o).Search(t.Context(), sources.TraceSearch{Service: "api"})
				if err != nil || len(got) != 2 {
					t.Fatalf("%+v, %v", got, err)
				}
				l, small := got[0], got[1]
				if small.Spans != 1 || small.Cut != "" || l.Errors != l.Spans || l.Service != "api" && c.cut == "" || l.Services != 1 || !strings.Contains(l.Cut, c.cut) ||
					(c.cut == "") != (l.Cut == "" && l.Spans == large) || l.Spans < 1000 {
					t.Errorf("%+v\n%+v", l, small)
				}
			})
		}
	}
}

func TestAListOfSummariesThatBreaksOffIsWhatCame(t *testing.T) {
	trace := func(n int) string {
		return fmt.Sprintf(`{"traceId":"%032x","minStartTimeUnixNano":"%d","spanCount":3}`, n, 1000-n) // the newest first
	}
	two := `{"summaries":[` + trace(1) + "," + trace(2)
	breaks := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, text)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		bytes  int64
		cut    string
	}{
		"whole":              {says(200, two+`]}`), 0, ""},
		"between two traces": {breaks(two), 0, "the server closed the connection"},
		"within a trace":     {breaks(two + "," + trace(3)[:30]), 0, "the server closed the connection"},
		"cut short":          {says(200, two+`,{"traceId":"3"`), 0, "the answer ends in the middle"},
		"too large":          {says(200, two+","+trace(3)+`]}`), int64(len(two)) + 9, "the answer is larger than dlmon's bound"},
		"no JSON":            {says(200, two+`,<html>`), 0, "the answer is not as expected: invalid character '<'"},
		"a late error":       {says(200, two+`]}{"error":{"code":13,"message":"shard gone"}}`), 0, "shard gone"},
		"a number as null":   {says(200, two+`,{"traceId":"3","minStartTimeUnixNano":null}]}`), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answers := v219()
			answers["/api/v3/trace-summaries"] = needsTimes(c.answer)
			got, err := client(t, Options{URL: serveWeb(t, answers).URL, MaxBytes: c.bytes}).Search(t.Context(), sources.TraceSearch{Service: "a", Limit: 5})
			if err != nil || len(got) < 2 {
				t.Fatalf("%+v, %v", got, err)
			}
			cut := got[1].Cut
			if got[0].Spans != 3 || got[0].Cut != "" || got[1].Spans != 3 || (c.cut == "") != (cut == "") || c.cut != "" && !strings.HasPrefix(cut, "the answer broke off after this trace: "+c.cut) {
				t.Errorf("%+v", got)
			}
			if name == "a number as null" && len(got) != 3 {
				t.Errorf("%d traces", len(got))
			}
		})
	}

	// A list that has all that was asked for lacks nothing, and one that nobody waits for any more is none.
	answers := v219()
	answers["/api/v3/trace-summaries"] = needsTimes(breaks(two))
	w := serveWeb(t, answers)
	c := client(t, Options{URL: w.URL})
	if got, err := c.Search(t.Context(), sources.TraceSearch{Service: "a", Limit: 2}); err != nil || len(got) != 2 || got[1].Cut != "" {
		t.Errorf("%+v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.set(map[string]http.HandlerFunc{"/api/v3/trace-summaries": func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, two)
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}})
	got, err := c.Search(ctx, sources.TraceSearch{Service: "a"})
	if kind(t, err, sources.Canceled); got != nil {
		t.Errorf("cancelled: %+v", got)
	}
}

func TestAListOfWhichNothingCanBeReadSaysWhatHelps(t *testing.T) {
	v3, _ := wholeTraces(1)
	web := serveWeb(t, map[string]http.HandlerFunc{"/api/v3/services": says(200, `{}`), "/api/v3/traces": needsTimes(says(200, v3))})
	for _, url := range []string{web.URL, "grpc://" + serve(t, &fake{stream: broken(1, nil)})} {
		_, err := client(t, Options{URL: url, MaxBytes: 30}).Search(t.Context(), sources.TraceSearch{Service: "api"})
		kind(t, err, sources.TooLarge)
		if err == nil || !strings.HasSuffix(err.Error(), "(search in a shorter window, or open a trace by its id: dlmon trace ID)") {
			t.Error(err)
		}
	}
}

func TestTheRootOfATraceThatIsCutIsReadForOverGRPC(t *testing.T) {
	trace := func(stream func(func(...model.Span) error) error) sources.Trace {
		t.Helper()
		got, err := client(t, Options{URL: "grpc://" + serve(t, &fake{stream: stream}), MaxSpans: 7}).Trace(t.Context(), "2", nil)
		if err != nil || len(got.Spans) != 7 {
			t.Fatalf("%d spans, %v", len(got.Spans), err)
		}
		return got
	}
	got := trace(func(send func(...model.Span) error) error {
		return aLargeAndASmall(50, nil)(func(s ...model.Span) error {
			if s[0].TraceID.Low != 2 {
				return nil
			}
			return send(s...)
		})
	})
	roots := 0
	for _, s := range got.Spans {
		if s.ParentID == "" && s.Operation == "root" {
			roots++
		}
	}
	if roots != 1 || got.Cut != "dlmon keeps 7 spans of a trace; this one has more" {
		t.Errorf("%d roots, cut %q", roots, got.Cut)
	}
	got = trace(func(send func(...model.Span) error) (err error) {
		for i := range 50 {
			err = errors.Join(err, send(of(2, uint64(i+1), 99, 0, 1)))
		}
		return err
	})
	if got.Cut != "dlmon keeps 7 spans of a trace; this one has more; its root may be missing" {
		t.Errorf("cut %q", got.Cut)
	}
}

func TestTheFirstPieceOfATraceMayTakeLonger(t *testing.T) {
	for _, c := range []struct{ timeout, trace, want time.Duration }{{0, 0, time.Minute}, {90 * time.Second, 0, 90 * time.Second}, {time.Minute, time.Second, time.Second}} {
		o := Options{URL: "grpc://127.0.0.1", Timeout: c.timeout, TraceTimeout: c.trace}
		if got := client(t, o).server.(*grpcServer).limits.first; got != c.want {
			t.Errorf("%v and %v: %v, want %v", c.timeout, c.trace, got, c.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, quiet := listen(t.Context(), time.Minute, 10*time.Second)
		defer quiet.end()
		quiet.wait()
		time.Sleep(59 * time.Second) // synctest's clock
		quiet.heard()
		time.Sleep(time.Hour) // nobody waits
		if ctx.Err() != nil {
			t.Fatal(context.Cause(ctx))
		}
		began := time.Now()
		quiet.wait()
		<-ctx.Done()
		if after, yes := silent(ctx); !yes || after != 10*time.Second || time.Since(began) != after {
			t.Errorf("%v after %v", context.Cause(ctx), time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, quiet := listen(t.Context(), time.Minute, 10*time.Second)
		defer quiet.end()
		<-ctx.Done()
		if after, yes := silent(ctx); !yes || after != time.Minute {
			t.Errorf("%v", context.Cause(ctx))
		}
	})
}
