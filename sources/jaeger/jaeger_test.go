package jaeger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jaegertracing/jaeger-idl/model/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"dlmon/sources"
	"dlmon/sources/testserver"
)

func TestNamesComeSortedOnceAndClean(t *testing.T) {
	c := client(t, Options{URL: "grpc://" + serve(t, &fake{})})
	got, err := c.Services(t.Context())
	if want := []string{"a[2J", "b"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("services %q, %v; want %q", got, err, want)
	}
	got, err = c.Operations(t.Context(), "a")
	if want := []string{"x", "y", "z"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("operations %q, %v; want %q", got, err, want)
	}
}

func TestSearchGroupsChunksByTrace(t *testing.T) {
	f := &fake{stream: func(send func(...model.Span) error) error {
		root := of(1, 1, 0, 0, 100, model.String("tenant_id", "acme"), model.Int64("n", 3))
		db := of(1, 2, 1, 10, 150, model.Bool("error", true), model.String("tenant_id", "other"), model.String("db", "x"))
		db.Process = model.NewProcess("db", nil)
		root.OperationName = "GET /"
		// the first trace comes in two chunks, around and together with the second
		return errors.Join(send(db), send(of(2, 7, 9, 500, 5), root), send(of(2, 8, 7, 400, 50)), send(of(3, 1, 0, 1, 1)))
	}}
	c := client(t, Options{URL: "grpc://" + serve(t, f)})
	got, err := c.Search(t.Context(), sources.TraceSearch{Service: "api", Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := []sources.TraceSummary{
		// without a root, the earliest span whose parent is missing stands for it; its own start is not the trace's
		{ID: "0000000000000002", Service: "api", Operation: "op", Start: epoch.Add(400 * time.Millisecond), Duration: 105 * time.Millisecond, Spans: 2, Services: 1, Tags: map[string]string{}},
		{ID: "0000000000000001", Service: "api", Operation: "GET /", Start: epoch, Duration: 160 * time.Millisecond, Spans: 2, Services: 2, Errors: 1,
			Tags: map[string]string{"tenant_id": "acme", "n": "3", "error": "true", "db": "x"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSearchAsksWhatTheServerNeeds(t *testing.T) {
	f := &fake{stream: func(func(...model.Span) error) error { return nil }}
	c := client(t, Options{URL: "grpc://" + serve(t, f)})
	c.now = func() time.Time { return epoch }
	for _, q := range []struct {
		ask        sources.TraceSearch
		start, end time.Time
		depth      int32
	}{
		{sources.TraceSearch{Service: "a"}, epoch.Add(-24 * time.Hour), epoch, 20},
		{sources.TraceSearch{Service: "a", End: epoch.Add(-time.Hour), Limit: math.MaxInt}, epoch.Add(-25 * time.Hour), epoch.Add(-time.Hour), 1500},
		{sources.TraceSearch{Service: "a", Start: epoch.Add(-time.Minute), Limit: 5}, epoch.Add(-time.Minute), epoch, 5},
	} {
		got, err := c.Search(t.Context(), q.ask)
		if err != nil || got == nil || len(got) != 0 {
			t.Errorf("no match: %v, %v; want an empty list", got, err)
		}
		if a := f.query(); !a.StartTimeMin.Equal(q.start) || !a.StartTimeMax.Equal(q.end) || a.SearchDepth != q.depth {
			t.Errorf("%+v asked %v to %v, %d traces", q.ask, a.StartTimeMin, a.StartTimeMax, a.SearchDepth)
		}
	}
	_, err := c.Search(t.Context(), sources.TraceSearch{})
	kind(t, err, sources.Rejected)
}

func TestTraceKeepsEverythingASpanSays(t *testing.T) {
	span := of(5, 2, 1, 10, 20,
		model.String("s", "x"), model.Bool("b", true), model.Int64("i", -1<<62), model.Float64("f", 0.1),
		model.Binary("raw", []byte{0, 255}), model.Binary("long", make([]byte, 1000)), model.String("otel.status_code", "ERROR"))
	span.References = append(span.References, model.NewFollowsFromRef(model.NewTraceID(1, 2), model.NewSpanID(3)))
	span.Process = model.NewProcess("svc", []model.KeyValue{model.String("host", "h")})
	span.Warnings = []string{"clock skew"}
	span.Logs = []model.Log{
		{Timestamp: epoch.Add(2 * time.Second), Fields: []model.KeyValue{model.String("message", "later"), model.Int64("n", 1)}},
		{Timestamp: epoch.Add(time.Second), Fields: []model.KeyValue{model.String("exception.type", "E"), model.String("event", "exception")}},
	}
	f := &fake{stream: func(send func(...model.Span) error) error { return errors.Join(send(span), send(of(5, 1, 0, 0, 99))) }}
	got, err := client(t, Options{URL: "grpc://" + serve(t, f)}).Trace(t.Context(), "5", nil)
	if err != nil || len(got.Spans) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	want := sources.Span{
		TraceID: "0000000000000005", SpanID: "0000000000000002", ParentID: "0000000000000001", Service: "svc", Operation: "op",
		Start: epoch.Add(10 * time.Millisecond), Duration: 20 * time.Millisecond, Error: true,
		Tags: []sources.Tag{{Key: "s", Value: "x"}, {Key: "b", Value: "true"}, {Key: "i", Value: "-4611686018427387904"}, {Key: "f", Value: "0.1"},
			{Key: "raw", Value: "00ff"}, {Key: "long", Value: strings.Repeat("00", 256) + "…"}, {Key: "otel.status_code", Value: "ERROR"}},
		Process: []sources.Tag{{Key: "host", Value: "h"}},
		Events: []sources.Event{
			{At: epoch.Add(time.Second), Name: "exception", Tags: []sources.Tag{{Key: "exception.type", Value: "E"}}},
			{At: epoch.Add(2 * time.Second), Name: "later", Tags: []sources.Tag{{Key: "n", Value: "1"}}}},
		References: []sources.Reference{{TraceID: "0000000000000005", SpanID: "0000000000000001"},
			{TraceID: "00000000000000010000000000000002", SpanID: "0000000000000003", Follows: true}},
		Warnings: []string{"clock skew"},
	}
	if got.ID != want.TraceID || got.Spans[0].SpanID != "0000000000000001" || !reflect.DeepEqual(got.Spans[1], want) {
		t.Errorf("got  %+v\nwant %+v after its parent", got, want)
	}
}

func TestParentIsWithinTheTrace(t *testing.T) {
	trace, other := model.NewTraceID(0, 5), model.NewTraceID(0, 6)
	for _, c := range []struct {
		name string
		refs []model.SpanRef
		want string
	}{
		{"none", nil, ""},
		{"of another trace", []model.SpanRef{model.NewChildOfRef(other, 7)}, ""},
		{"no id", []model.SpanRef{model.NewChildOfRef(trace, 0)}, ""},
		{"the child relation before the looser one", []model.SpanRef{model.NewFollowsFromRef(trace, 8), model.NewChildOfRef(trace, 7)}, "0000000000000007"},
		{"the looser one where it is all there is", []model.SpanRef{model.NewFollowsFromRef(trace, 8)}, "0000000000000008"},
	} {
		s := of(5, 1, 0, 0, 1)
		s.References = c.refs
		if got := newBuilder().span(&s).ParentID; got != c.want {
			t.Errorf("%s: parent %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHostileTextArrivesHarmless(t *testing.T) {
	evil := "a\x1b]0;x\x07\x1b[2J\u202e\xff\nb"
	s := of(1, 1, 0, 0, 1, model.String(evil, evil))
	s.OperationName, s.Warnings = evil, []string{evil}
	s.Process = model.NewProcess(evil, []model.KeyValue{model.String(evil, evil)})
	s.Logs = []model.Log{{Fields: []model.KeyValue{model.String("event", evil), model.String(evil, evil)}}}
	s.Process.Tags = append(s.Process.Tags, model.KeyValue{Key: "odd type", VType: 99, VStr: evil})
	f := &fake{stream: func(send func(...model.Span) error) error { return send(s) }}
	c := client(t, Options{URL: "grpc://" + serve(t, f)})
	trace, err := c.Trace(t.Context(), "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.Search(t.Context(), sources.TraceSearch{Service: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v %+v", trace, found); !utf8.ValidString(text) || strings.ContainsAny(text, "\x1b\x07\u202e\n") || strings.Count(text, "a]0;x[2J") < 10 {
		t.Errorf("%q", text)
	}
}

func TestSilentServerLetsACancelledCallGoAtOnce(t *testing.T) {
	c := client(t, Options{URL: "grpc://" + serve(t, &fake{}), Timeout: time.Hour})
	if _, err := c.Services(t.Context()); err != nil { // connected
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { _, err := c.Trace(ctx, "1", nil); ended <- err }()
	cancel()
	select {
	case err := <-ended:
		kind(t, err, sources.Canceled)
	case <-time.After(5 * time.Second):
		t.Fatal("still waiting after 5 s")
	}
}

// broken sends some spans and ends with an error.
func broken(after int, err error) func(func(...model.Span) error) error {
	return func(send func(...model.Span) error) error {
		for i := range after {
			if err := send(of(1, uint64(i+1), 0, 0, 1)); err != nil {
				return err
			}
		}
		return err
	}
}

func TestWhatCameBeforeAStreamBrokeOffIsKept(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream func(func(...model.Span) error) error
		o      Options
		spans  int
		cut    string
	}{
		{"an error", broken(3, status.Error(codes.Internal, "shard gone\x1b[2J")), Options{}, 3, "the answer broke off after 3 spans: shard gone[2J"},
		{"silence", func(send func(...model.Span) error) error {
			_ = send(of(1, 1, 0, 0, 1))
			<-t.Context().Done()
			return nil
		}, Options{Timeout: 50 * time.Millisecond}, 1, "the answer broke off after 1 span: no answer from 127.0.0.1:"},
		{"too many bytes", broken(50, nil), Options{MaxBytes: 1000}, 18, "the answer broke off after 18 spans: the answer is larger than dlmon's bound"},
		{"too many spans", broken(50, nil), Options{MaxSpans: 7}, 7, "dlmon keeps 7 spans of a trace; this one has more"},
		{"just as many spans", broken(7, nil), Options{MaxSpans: 7}, 7, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.URL = "grpc://" + serve(t, &fake{stream: c.stream})
			told := 0
			got, err := client(t, c.o).Trace(t.Context(), "1", func(n int) { told = n })
			if err != nil || len(got.Spans) != c.spans || told != c.spans || !strings.HasPrefix(got.Cut, c.cut) || (c.cut == "") != (got.Cut == "") {
				t.Errorf("%d spans, told of %d, cut %q, %v", len(got.Spans), told, got.Cut, err)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream func(func(...model.Span) error) error
		o      Options
		want   sources.Kind
		text   string
	}{
		{"broken", broken(0, status.Error(codes.Internal, "shard gone\x1b[2J")), Options{}, sources.Unavailable, "jaeger: trace 1: shard gone[2J"},
		{"silent", nil, Options{Timeout: time.Hour, TraceTimeout: 20 * time.Millisecond}, sources.Timeout, " in time (dlmon waited 20ms; a longer jaeger.timeout in the config"},
		{"wants credentials", broken(0, status.Error(codes.Unauthenticated, "who?")), Options{}, sources.Unauthorized, "who? (set jaeger.authorization"},
		{"forbids", broken(0, status.Error(codes.PermissionDenied, "no")), Options{}, sources.Unauthorized, "no (set jaeger.authorization"},
		{"has no such trace", broken(0, status.Error(codes.NotFound, "trace not found")), Options{}, sources.Rejected, "no such trace (it may have expired)"},
		{"says so in other words", broken(0, status.Error(codes.Unknown, "trace not found")), Options{}, sources.Rejected, "no such trace (it may have expired)"},
		{"an empty stream", broken(0, nil), Options{}, sources.Rejected, "no such trace (it may have expired)"},
		{"is another service", broken(0, status.Error(codes.Unimplemented, "unknown service")), Options{}, sources.Rejected, "16685"},
		{"overloaded", broken(0, status.Error(codes.ResourceExhausted, "slow down")), Options{}, sources.Unavailable, "slow down"},
		{"one message too large", broken(1, nil), Options{MaxBytes: 10}, sources.TooLarge, "larger than dlmon's bound"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.URL = "grpc://" + serve(t, &fake{stream: c.stream})
			got, err := client(t, c.o).Trace(t.Context(), "1", nil)
			kind(t, err, c.want)
			if err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%v, want %q in it", err, c.text)
			}
			if len(got.Spans) > 0 {
				t.Errorf("%d spans of a failed call", len(got.Spans))
			}
		})
	}
}

func TestSearchOfAStoreThatCallsNothingNotFound(t *testing.T) {
	f := &fake{stream: func(func(...model.Span) error) error { return status.Error(codes.NotFound, "none") }}
	got, err := client(t, Options{URL: "grpc://" + serve(t, f)}).Search(t.Context(), sources.TraceSearch{Service: "a"})
	if err != nil || len(got) != 0 {
		t.Errorf("%v, %v; want an empty list", got, err)
	}
}

func TestNobodyListens(t *testing.T) {
	addr := testserver.FreeAddr(t)
	_, err := client(t, Options{URL: "grpc://" + addr}).Services(t.Context())
	kind(t, err, sources.Refused)
	if want := "jaeger: services: connection refused: nobody listens on " + addr + " (check jaeger-url)"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = client(t, Options{URL: "grpc://no-such-host.invalid"}).Services(t.Context())
	kind(t, err, sources.Refused)
}

func TestTraceRefusesWhatIsNoID(t *testing.T) {
	c := client(t, Options{URL: "grpc://127.0.0.1:1"})
	for _, id := range []string{"", "0", "xyz", "-1", strings.Repeat("1", 33), "1\x1b[2J"} {
		_, err := c.Trace(t.Context(), id, nil)
		kind(t, err, sources.Rejected)
		if err != nil && strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q", err)
		}
	}
}
