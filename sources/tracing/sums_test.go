package tracing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
)

const ms = time.Millisecond

func TestOperationsSumUpSeveralTraces(t *testing.T) {
	got := Operations([]*Analysis{search(false), search(true)})
	want := []OperationStats{
		{Service: "api", Operation: "search", Traces: 2, Count: 2, Min: 100 * ms, Avg: 100 * ms, P50: 100 * ms, P95: 100 * ms, Max: 100 * ms, Self: 100 * ms, Critical: 100 * ms},
		{Service: "db", Operation: "scan", Traces: 1, Count: 2, Min: 30 * ms, Avg: 40 * ms, P50: 30 * ms, P95: 50 * ms, Max: 50 * ms, Self: 45 * ms, Critical: 45 * ms},
		{Service: "db", Operation: "read", Traces: 1, Count: 2, Errors: 1, Min: 5 * ms, Avg: 17500 * time.Microsecond, P50: 5 * ms, P95: 30 * ms, Max: 30 * ms, Self: 35 * ms, Critical: 35 * ms},
		{Service: "api", Operation: "quota", Traces: 2, Count: 2, Min: 5 * ms, Avg: 5 * ms, P50: 5 * ms, P95: 5 * ms, Max: 5 * ms, Self: 10 * ms, Critical: 10 * ms},
		{Service: "cache", Operation: "get", Traces: 1, Count: 1, Min: 10 * ms, Avg: 10 * ms, P50: 10 * ms, P95: 10 * ms, Max: 10 * ms, Self: 10 * ms, Critical: 10 * ms},
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[min(i, len(got)-1)], want[i])
		}
	}
	if len(got) != len(want) || got[2].SuccessRate() != 0.5 {
		t.Errorf("%d operations, success rate of reads %v", len(got), got[2].SuccessRate())
	}
}

func TestQuantilesAreNearestRank(t *testing.T) {
	var d []time.Duration
	for i := range 20 {
		d = append(d, time.Duration(i+1))
	}
	if got := [...]time.Duration{quantile(d, 0), quantile(d, 0.5), quantile(d, 0.95), quantile(d, 1)}; got != [...]time.Duration{1, 10, 19, 20} {
		t.Errorf("got %v", got)
	}
}

func TestCallsAreSpansWhoseParentIsOfAnotherService(t *testing.T) {
	got := Calls([]*Analysis{search(false), search(true), search(false)})
	want := []Call{{Parent: "api", Child: "db", Calls: 4, P50: 30 * ms, P95: 50 * ms}, {Parent: "api", Child: "cache", Calls: 1, P50: 10 * ms, P95: 10 * ms}}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func failing(s sources.Span, tags ...string) sources.Span {
	s.Error = true
	for i := 0; i+1 < len(tags); i += 2 {
		s.Tags = append(s.Tags, sources.Tag{Key: tags[i], Value: tags[i+1]})
	}
	return s
}

func throwing(s sources.Span, kind, message string) sources.Span {
	s.Error = true
	s.Events = append(s.Events, sources.Event{Name: "exception", Tags: []sources.Tag{{Key: "exception.type", Value: kind}, {Key: "exception.message", Value: message}}})
	return s
}

func TestTheCauseIsTheEarliestFailedSpanWithoutFailedOnesBelow(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []sources.Span
		want  string
	}{
		{"the deepest of a chain",
			[]sources.Span{failing(span("a", "", 0, 100)), failing(op("b", span("b", "a", 10, 90))), throwing(op("c", span("c", "b", 20, 80)), "Timeout", "too late")}, "c Timeout: too late"},
		{"below a span that didn't fail",
			[]sources.Span{failing(op("a", span("a", "", 0, 100))), span("b", "a", 10, 90), failing(op("c", span("c", "b", 20, 80)), "error.message", "lost")}, "c : lost"},
		{"of two the earlier",
			[]sources.Span{failing(span("a", "", 0, 100)), failing(op("late", span("b", "a", 50, 60))), failing(op("early", span("c", "a", 40, 90)))}, "early : "},
		{"of two that begin together the first row",
			[]sources.Span{span("a", "", 0, 100), failing(op("x", span("b", "a", 50, 60))), failing(op("y", span("c", "a", 50, 90)))}, "x : "},
		{"none failed", []sources.Span{span("a", "", 0, 100)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, x := range Causes([]*Analysis{Analyze(sources.Trace{ID: "t", Spans: c.spans})}) {
				got += fmt.Sprintf("%s %s: %s", x.Operation, x.Type, x.Message)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatAFailedSpanSaysWentWrong(t *testing.T) {
	s := span("a", "", 0, 1)
	retried := throwing(throwing(s, "Timeout", "first try"), "Refused", "last try")
	old := s
	old.Events = []sources.Event{{Name: "retry", Tags: []sources.Tag{{Key: "message", Value: "again"}}},
		{Name: "error", Tags: []sources.Tag{{Key: "message", Value: "broken pipe"}, {Key: "error.kind", Value: "EPIPE"}}}}
	for _, c := range []struct {
		span          sources.Span
		message, kind string
	}{
		{retried, "last try", "Refused"},
		{old, "broken pipe", "EPIPE"},
		{failing(s, "http.status_code", "503", "otel.status_description", "storage is down", "error.type", "503"), "storage is down", "503"},
		{failing(s, "message", "  ", "http.status_code", "503"), "HTTP status 503", ""},
		{failing(s, "http.response.status_code", "429"), "HTTP status 429", ""},
		{failing(s, "rpc.grpc.status_code", "14"), "gRPC status 14", ""},
		{failing(s), "", ""},
	} {
		if message, kind := failure(&c.span); message != c.message || kind != c.kind {
			t.Errorf("got %q (%s), want %q (%s)", message, kind, c.message, c.kind)
		}
	}
}

func TestCausesGroupTracesAndCountTheMostFrequentFirst(t *testing.T) {
	trace := func(id string, at int, kind, message string) *Analysis {
		return Analyze(sources.Trace{ID: id, Spans: []sources.Span{throwing(op("scan", span("a", "", at, at+10)), kind, message)}})
	}
	got := Causes([]*Analysis{
		trace("1", 0, "Refused", "no"), trace("2", 50, "Timeout", "after 2.013s of 3 s"), trace("3", 20, "Timeout", "after 11.54s of 3 s"),
		trace("4", 30, "Timeout", "after 2.013s of 4 s"), trace("5", 90, "Refused", "HTTP 503"), trace("6", 95, "Refused", "HTTP 503"), trace("7", 96, "Refused", "HTTP 500")})
	var said []string
	for _, c := range got {
		said = append(said, fmt.Sprintf("%s/%s by %s, %d to %d", c.Type, c.Message, strings.Join(c.Traces, "+"), c.First.Sub(epoch)/ms, c.Last.Sub(epoch)/ms))
	}
	want := []string{"Refused/HTTP 503 by 5+6, 90 to 95", "Timeout/after # of 3 s by 2+3, 20 to 50", "Refused/HTTP 500 by 7, 96 to 96",
		"Timeout/after 2.013s of 4 s by 4, 30 to 30", "Refused/no by 1, 0 to 0"}
	if !slices.Equal(said, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}

func TestSplitSlow(t *testing.T) {
	around := func(n int, d time.Duration) (out []time.Duration) {
		for i := range n {
			out = append(out, d+d*time.Duration(i%7)/50) // up to 12 % more
		}
		return out
	}
	for _, c := range []struct {
		name      string
		durations []time.Duration
		threshold time.Duration // 0: no split
		slow      int
	}{
		{"too few", append(around(4, 10*ms), around(5, 900*ms)...), 0, 0},
		{"all equal", slices.Repeat([]time.Duration{10 * ms}, 50), 0, 0},
		{"all alike", around(50, 10*ms), 0, 0},
		{"two groups", append(around(77, 40*ms), around(23, 412*ms)...), 412 * ms, 23},
		{"two groups close to each other", append(around(40, 100*ms), around(20, 150*ms)...), 150 * ms, 20},
		{"a group among many orders of magnitude", append(append(around(50, 100*time.Microsecond), around(40, 110*time.Microsecond)...), around(10, time.Minute)...), time.Minute, 10},
		{"few slow ones are slow", append(around(97, 40*ms), around(3, time.Second)...), time.Second, 3},
		{"a single one far away does not hide the break", append(append(around(70, 40*ms), around(29, 412*ms)...), time.Hour), 412 * ms, 30},
		{"no lengths at all", make([]time.Duration, 20), 0, 0},
		{"negative ones count as none", append(slices.Repeat([]time.Duration{-5}, 10), around(6, time.Second)...), time.Second, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			rand.New(rand.NewPCG(1, 1)).Shuffle(len(c.durations), func(i, j int) { c.durations[i], c.durations[j] = c.durations[j], c.durations[i] })
			before := slices.Clone(c.durations)
			threshold, ok := SplitSlow(c.durations)
			slow := 0
			for _, d := range c.durations {
				slow += count(ok && d >= threshold)
			}
			if threshold != c.threshold || ok != (c.threshold > 0) || slow != c.slow {
				t.Errorf("got %v, %v with %d slow, want %v with %d", threshold, ok, slow, c.threshold, c.slow)
			}
			if !slices.Equal(before, c.durations) {
				t.Error("the durations given were sorted")
			}
		})
	}
}

func TestAtMostHalfAreSlow(t *testing.T) {
	durations := append(slices.Repeat([]time.Duration{ms}, 10), slices.Repeat([]time.Duration{time.Second}, 40)...)
	if threshold, ok := SplitSlow(durations); ok {
		t.Errorf("split at %v: most of them would be slow", threshold)
	}
	for i := range durations[10:] {
		durations[10+i] += time.Duration(i) * 50 * ms
	}
	threshold, ok := SplitSlow(durations)
	if slow := len(durations) - slices.Index(durations, threshold); !ok || slow > 25 || slow < 5 {
		t.Errorf("split at %v: %d of 50 are slow", threshold, slow)
	}
}
