package tracejson

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"dlmon/sources"
)

// otlpSpan is OTLP of one span of trace 1 with more fields.
func otlpSpan(span int, more string) string {
	return fmt.Sprintf(`{"traceId":"%032x","spanId":"%016x"%s}`, 1, span, more)
}

func otlpOf(spans ...string) string {
	return `{"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[` + strings.Join(spans, ",") + `]}]}]}`
}

func jaegerOf(spans ...string) string {
	return `{"data":[{"traceID":"1","spans":[` + strings.Join(spans, ",") + `],"processes":{}}]}`
}

func TestTimesFarAway(t *testing.T) {
	for name, c := range map[string]struct {
		in       string
		start    time.Time
		duration time.Duration
	}{
		"OTLP, 1969":            {otlpOf(otlpSpan(1, fmt.Sprintf(`,"startTimeUnixNano":"%d","endTimeUnixNano":"%d"`, uint64(math.MaxUint64), 1))), time.Unix(0, -1).UTC(), 2},
		"OTLP, 2250":            {otlpOf(otlpSpan(1, `,"startTimeUnixNano":"8835955200000000000","endTimeUnixNano":"8835955200000000001"`)), time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC), 1},
		"OTLP, no time":         {otlpOf(otlpSpan(1, "")), time.Unix(0, 0).UTC(), 0},
		"OTLP, all of it":       {otlpOf(otlpSpan(1, fmt.Sprintf(`,"startTimeUnixNano":"%d","endTimeUnixNano":"%d"`, uint64(1)<<63, uint64(1)<<63-1))), time.Unix(9223372036, 854775808).UTC(), 0},
		"OTLP, after 2262":      {otlpOf(otlpSpan(1, `,"startTimeUnixNano":"10413792000000000000","endTimeUnixNano":"10413792000000000005"`)), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), 5},
		"OTLP, the last":        {otlpOf(otlpSpan(1, fmt.Sprintf(`,"startTimeUnixNano":"%d"`, uint64(3)<<62-1))), time.Unix(13835058055, 282163711).UTC(), 0},
		"OTLP, the first":       {otlpOf(otlpSpan(1, fmt.Sprintf(`,"startTimeUnixNano":"%d"`, uint64(3)<<62))), time.Unix(0, -1<<62).UTC(), 1 << 62},
		"OTLP, as a number":     {otlpOf(otlpSpan(1, `,"startTimeUnixNano":1700000000000000001,"endTimeUnixNano":1700000000000000003`)), time.Unix(0, 1700000000000000001).UTC(), 2},
		"Jaeger, 1960":          {jaegerOf(`{"traceID":"1","spanID":"1","startTime":-315619200000000,"duration":5}`), time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), 5000},
		"Jaeger, 1960, wrapped": {jaegerOf(fmt.Sprintf(`{"traceID":"1","spanID":"1","startTime":%d}`, uint64(math.MaxUint64)-315619200000000+1)), time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), 0},
		"Jaeger, 2999":          {jaegerOf(`{"traceID":"1","spanID":"1","startTime":32472144000000000,"duration":9223372036854775807}`), time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), math.MaxInt64},
		"Jaeger, a fraction":    {jaegerOf(`{"traceID":"1","spanID":"1","startTime":1.7e15,"duration":-3}`), time.Unix(1_700_000_000, 0).UTC(), 0},
		"Jaeger, a text":        {jaegerOf(`{"traceID":"1","spanID":"1","startTime":"1700000000000000","duration":"7"}`), time.Unix(1_700_000_000, 0).UTC(), 7000},
		"Jaeger, nonsense":      {jaegerOf(`{"traceID":"1","spanID":"1","startTime":{},"duration":[]}`), time.Unix(0, 0).UTC(), 0},
	} {
		s := decode(t, c.in, Options{})[0].Spans[0]
		if !s.Start.Equal(c.start) || s.Duration != c.duration {
			t.Errorf("%s: %v for %v, want %v for %v", name, s.Start, s.Duration, c.start, c.duration)
		}
	}
}

func TestLargeAndDamagedSpans(t *testing.T) {
	kv := func(key, value string) string {
		return fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, value)
	}
	tag := func(key, value string) string {
		return fmt.Sprintf(`{"key":%q,"type":"string","value":%q}`, key, value)
	}
	list := func(n int, of func(i int) string) string {
		var all []string
		for i := range n {
			all = append(all, of(i))
		}
		return strings.Join(all, ",")
	}
	megabyte := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		in    string
		check func(sources.Span) bool
	}{
		"a tag of 1 MB": {otlpOf(otlpSpan(1, `,"attributes":[`+kv("k", megabyte)+`]`)), func(s sources.Span) bool {
			return utf8.RuneCountInString(s.Tags[0].Value) == sources.MaxLong
		}},
		"a tag of 1 MB, Jaeger": {jaegerOf(`{"traceID":"1","spanID":"1","tags":[` + tag(megabyte, megabyte) + `]}`), func(s sources.Span) bool {
			return utf8.RuneCountInString(s.Tags[0].Value) == sources.MaxLong && utf8.RuneCountInString(s.Tags[0].Key) == sources.MaxName
		}},
		"an event of 1 MB": {otlpOf(otlpSpan(1, `,"events":[{"attributes":[`+kv("message", megabyte)+`]}]`)), func(s sources.Span) bool {
			e := s.Events[0] // its name is shorter than what it says, which is kept therefore
			return utf8.RuneCountInString(e.Name) == sources.MaxText && len(e.Tags) == 1 && utf8.RuneCountInString(e.Tags[0].Value) == sources.MaxLong
		}},
		"10,000 tags": {otlpOf(otlpSpan(1, `,"attributes":[`+list(10_000, func(i int) string { return kv(fmt.Sprint(i), "v") })+`]`)), func(s sources.Span) bool {
			return len(s.Tags) == 10_000 && s.Tags[9999].Key == "9999"
		}},
		"10,000 tags, Jaeger": {jaegerOf(`{"traceID":"1","spanID":"1","tags":[` + list(10_000, func(i int) string { return tag(fmt.Sprint(i), "v") }) + `]}`), func(s sources.Span) bool {
			return len(s.Tags) == 10_000 && s.Tags[9999].Key == "9999"
		}},
		"5,000 events": {otlpOf(otlpSpan(1, `,"events":[`+list(5000, func(i int) string { return fmt.Sprintf(`{"timeUnixNano":"%d","name":"e"}`, 5000-i) })+`]`)), func(s sources.Span) bool {
			return len(s.Events) == 5000 && s.Events[0].At.UnixNano() == 1 && s.Events[4999].At.UnixNano() == 5000
		}},
		"5,000 events, Jaeger": {jaegerOf(`{"traceID":"1","spanID":"1","logs":[` + list(5000, func(i int) string { return fmt.Sprintf(`{"timestamp":%d,"fields":[]}`, 5000-i) }) + `]}`), func(s sources.Span) bool {
			return len(s.Events) == 5000 && s.Events[0].At.UnixMicro() == 1
		}},
		"a value of 10,000 levels": {otlpOf(otlpSpan(1, `,"attributes":[{"key":"deep","value":`+strings.Repeat(`{"arrayValue":{"values":[`, 10_000)+`{}`+strings.Repeat(`]}}`, 10_000)+`}]`)), func(s sources.Span) bool {
			return len(s.Tags) == 1 && strings.HasPrefix(s.Tags[0].Value, "[[[[")
		}},
		"the same key twice": {otlpOf(otlpSpan(1, `,"attributes":[`+kv("k", "1")+`,`+kv("k", "2")+`]`)), func(s sources.Span) bool { return len(s.Tags) == 2 }},
		"fields of other types": {jaegerOf(`{"traceID":1,"spanID":{"a":1},"operationName":["x"],"tags":"none","logs":7,"references":{},"processID":null,"warnings":3,"process":1}`), func(s sources.Span) bool {
			return s.Operation == `["x"]` && s.TraceID == "0000000000000001"
		}},
		"ids that are no numbers": {jaegerOf(`{"traceID":"Trace \u001b7","spanID":"Span","references":[{"refType":"CHILD_OF","traceID":"Trace \u001b7","spanID":"Root"}]}`), func(s sources.Span) bool {
			return s.TraceID == "trace 7" && s.SpanID == "span" && s.ParentID == "root"
		}},
		"its own parent": {otlpOf(otlpSpan(1, `,"parentSpanId":"0000000000000001"`)), func(s sources.Span) bool { return s.ParentID == s.SpanID }},
	} {
		t.Run(name, func(t *testing.T) {
			got := decode(t, c.in, Options{})
			if len(got) != 1 || len(got[0].Spans) != 1 || got[0].Cut != "" || !c.check(got[0].Spans[0]) {
				t.Errorf("%.500s", fmt.Sprintf("%+v", got))
			}
		})
	}
	if got := decode(t, otlpOf(otlpSpan(1, ""), otlpSpan(1, ""), otlpSpan(1, "")), Options{}); len(got[0].Spans) != 3 {
		t.Errorf("spans with one id: %+v", got)
	}
}

// Nested deeper, the decoders would end the program: Go's stack is bounded.
func TestAValueNestedTooDeepTakesOnlyItsSpanAway(t *testing.T) {
	const levels = 1 << 20
	deep := strings.Repeat(`{"arrayValue":{"values":[`, levels) + `{}` + strings.Repeat(`]}}`, levels)
	for name, in := range map[string]string{
		"OTLP":                otlpOf(otlpSpan(1, ""), otlpSpan(2, `,"attributes":[{"key":"deep","value":`+deep+`}]`), otlpSpan(3, "")),
		"OTLP, unknown field": otlpOf(otlpSpan(1, ""), otlpSpan(2, `,"new":`+deep), otlpSpan(3, "")),
		"Jaeger": jaegerOf(`{"traceID":"1","spanID":"1"}`, `{"traceID":"1","spanID":"2","tags":[{"key":"deep","value":`+deep+`}]}`,
			`{"traceID":"1","spanID":"3"}`),
	} {
		got := decode(t, in, Options{})
		if len(got) != 1 || len(got[0].Spans) != 2 || !strings.HasPrefix(got[0].Cut, "spans that could not be read: 1 (a value nested deeper than 50000 levels at byte ") {
			t.Errorf("%s: %d spans, %q", name, len(got[0].Spans), got[0].Cut)
		}
	}
	for _, in := range []string{strings.Repeat("[", levels), strings.Repeat(`{"result":`, levels), strings.Repeat(`{"data":[`, levels), `{"x":` + strings.Repeat("[", levels)} {
		if got, err := Decode(strings.NewReader(in), Options{}); err == nil || got != nil {
			t.Errorf("%.20s: %d traces, %v", in, len(got), err)
		}
	}
}

func TestEscapeSequencesInEveryText(t *testing.T) {
	const evil = `\u001b]0;x\u0007\u001b[2J\u202e\u009b31m\u0000` + "\xff"
	value := `{"stringValue":"` + evil + `"}`
	attributes := `"attributes":[{"key":"` + evil + `","value":` + value + `},{"key":"list","value":{"arrayValue":{"values":[` + value + `]}}},{"key":"exception.stacktrace","value":{"stringValue":"a\n` + evil + `"}}]`
	otlp := `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":` + value + `},{"key":"` + evil + `","value":` + value + `}]},"scopeSpans":[{"scope":{"name":"` + evil + `","version":"` + evil + `"},"spans":[` +
		otlpSpan(1, `,"name":"`+evil+`","traceState":"`+evil+`","status":{"message":"`+evil+`"},`+attributes+`,"events":[{"name":"`+evil+`",`+attributes+`}]`) + `]}]}]}`
	tags := `[{"key":"` + evil + `","type":"` + evil + `","value":"` + evil + `"},{"key":"o","type":"object","value":{"` + evil + `":"` + evil + `"}}]`
	jaeger := `{"data":[{"traceID":"` + evil + `","spans":[{"traceID":"` + evil + `","spanID":"` + evil + `","operationName":"` + evil + `","tags":` + tags + `,"logs":[{"fields":` + tags + `},{"fields":[{"key":"event","value":"` + evil + `"}]}],"processID":"` + evil +
		`","warnings":["` + evil + `"],"references":[{"traceID":"` + evil + `","spanID":"` + evil + `"}]}],"processes":{"` + evil + `":{"serviceName":"` + evil + `","tags":` + tags + `}},"warnings":["` + evil + `"]}]}`
	for _, in := range []string{otlp, jaeger, `{"error":{"message":"` + evil + `"}}`, "\x1b[2J", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"\u001b[2J` + "\x1b" + `"}]}]}]}`, `{"a":` + "\x1b"} {
		got, err := Decode(strings.NewReader(in), Options{Asked: "f"})
		for _, trace := range got {
			harmless(t, trace)
		}
		if err != nil {
			clean(t, err.Error())
		}
		if (err == nil) != (in == otlp || in == jaeger) {
			t.Errorf("%.40q: %v", in, err)
		}
	}
}

// harmless fails if any text of the trace could reach a terminal as anything but text.
func harmless(t testing.TB, trace sources.Trace) {
	t.Helper()
	clean(t, trace.ID, trace.Cut)
	tags := func(all ...[]sources.Tag) {
		for _, tags := range all {
			for _, tag := range tags {
				clean(t, tag.Key, strings.ReplaceAll(tag.Value, "\n", ""))
			}
		}
	}
	for _, s := range trace.Spans {
		clean(t, s.TraceID, s.SpanID, s.ParentID, s.Service, s.Operation)
		clean(t, s.Warnings...)
		tags(s.Tags, s.Process)
		for _, e := range s.Events {
			clean(t, e.Name)
			tags(e.Tags)
		}
		for _, r := range s.References {
			clean(t, r.TraceID, r.SpanID)
		}
	}
}

func clean(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }) {
			t.Fatalf("%q", text)
		}
	}
}

func FuzzOTLP(f *testing.F) {
	fuzz(f, two, otlpOf(otlpSpan(1, "")), `{"result":{"resourceSpans":[`+one(1)+`]}}{"error":{}}`)
}

func FuzzJaeger(f *testing.F) {
	fuzz(f, export, plain(1), jaegerOf(`{"spanID":"1"}`), `[`+plain(1)+`]`)
}

// fuzz checks that nothing breaks, that what comes out is harmless and in order, that an error is one of dlmon's, and
// that neither depends on the portions in which the input comes.
func fuzz(f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
		f.Add([]byte(s[:2*len(s)/3]))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Decode(strings.NewReader(string(in)), Options{})
		if (err == nil) == (len(got) == 0) {
			t.Fatalf("%d traces, %v", len(got), err)
		}
		if err != nil {
			if _, ok := err.(*sources.Error); !ok {
				t.Fatalf("%T", err)
			}
			clean(t, err.Error())
		}
		for _, trace := range got {
			harmless(t, trace)
			for i, s := range trace.Spans {
				if s.TraceID != trace.ID || s.Duration < 0 || i > 0 && s.Start.Before(trace.Spans[i-1].Start) {
					t.Fatalf("span %d of %+v", i, trace)
				}
			}
		}
		again, err2 := Decode(iotest.OneByteReader(strings.NewReader(string(in))), Options{})
		if fmt.Sprint(again, err2) != fmt.Sprint(got, err) {
			t.Fatalf("byte by byte:\n%v, %v\nat once:\n%v, %v", again, err2, got, err)
		}
	})
}
