package tracejson

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"dlmon/sources"
)

func TestWhatCameBeforeTheEndIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ends []string // of each span
	}{
		"OTLP":   {two, []string{`{"intValue":"1"}}]}]}`, `"child_of"}}]}]}`}},
		"Jaeger": {export, []string{`"warnings":["clock skew"]}`, `"tags":[]}}`, `"processID":"p9"}`}},
	} {
		text := c.text
		for end := range len(text) - 1 {
			whole := 0
			for _, mark := range c.ends {
				if strings.Contains(text[:end], mark) {
					whole++
				}
			}
			got, err := Decode(strings.NewReader(text[:end]), Options{Input: "answer"})
			if err != nil {
				if whole > 0 {
					t.Fatalf("%s, %d bytes with %d whole spans: %v", name, end, whole, err)
				}
				continue
			}
			n := len(got[0].Spans)
			if n != whole {
				t.Fatalf("%s, %d bytes: %d spans, %d are whole", name, end, n, whole)
			}
			if want := CutOff("answer", n, "the answer ends in the middle"); got[0].Cut != want {
				t.Fatalf("%s, %d bytes: cut %q, want %q", name, end, got[0].Cut, want)
			}
		}
	}
	// As soon as a span is whole it is there.
	upTo := strings.Index(two, `{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"fedc`)
	if got := decode(t, two[:upTo], Options{}); len(got[0].Spans) != 1 || got[0].Spans[0].Service != "api" {
		t.Errorf("%+v", got)
	}
}

func TestAReadersErrorSaysWhyATraceIsCut(t *testing.T) {
	text := string(otlpTrace(1000))
	gone := &sources.Error{Source: "jaeger", Asked: "trace 1", Reason: "the server closed the connection", Kind: sources.Unavailable}
	half := func() io.Reader {
		return io.MultiReader(strings.NewReader(text[:len(text)/2]), iotest.ErrReader(gone))
	}
	got, err := Decode(half(), Options{Input: "answer"})
	if err != nil || len(got) != 1 || len(got[0].Spans) < 300 || got[0].Cut != CutOff("answer", len(got[0].Spans), "the server closed the connection") {
		t.Errorf("%v, %+v", err, got)
	}
	canceled := &sources.Error{Kind: sources.Canceled, Err: context.Canceled}
	if got, err := Decode(io.MultiReader(strings.NewReader(text[:len(text)/2]), iotest.ErrReader(canceled)), Options{}); got != nil || sources.KindOf(err) != sources.Canceled {
		t.Errorf("cancelled: %d traces, %v", len(got), err)
	}
	// A gateway's error in mid-stream.
	got = decode(t, `{"result":{"resourceSpans":[`+one(1)+`]}}{"error":{"message":"shard gone"}}`, Options{Input: "answer"})
	if got[0].Cut != "the answer broke off after 1 span: shard gone" {
		t.Errorf("%+v", got)
	}
}

func TestBounds(t *testing.T) {
	const n = 3000
	for name, text := range map[string]string{"OTLP": string(otlpTrace(n)), "Jaeger": string(jaegerDoc(n))} {
		for _, one := range []bool{false, true} {
			told, read := 0, &counter{r: strings.NewReader(text)}
			got, err := Decode(read, Options{MaxSpans: 100, One: one, Progress: func(n int) { told = n }})
			if err != nil || len(got) != 1 || len(got[0].Spans) != 100 || got[0].Cut != "dlmon keeps 100 spans of a trace; this one has more" {
				t.Errorf("%s, one %t: %d spans, %v", name, one, len(got[0].Spans), err)
			}
			if name == "Jaeger" && got[0].Spans[0].Service != "service-0" {
				t.Errorf("the processes come at the end, and must be read: %q", got[0].Spans[0].Service)
			}
			if name == "OTLP" && one && read.n > len(text)/2 {
				t.Errorf("%d of %d bytes were read for 100 spans", read.n, len(text))
			}
			if told < 100 {
				t.Errorf("told of %d spans", told)
			}
		}
		if got := decode(t, text, Options{MaxSpans: n}); len(got[0].Spans) != n || got[0].Cut != "" {
			t.Errorf("%s: %d spans, cut %q", name, len(got[0].Spans), got[0].Cut)
		}
		got := decode(t, text, Options{MaxBytes: 200_000})
		if k := len(got[0].Spans); k < 150 || k > 400 || got[0].Cut != CutOff("file", k, "the file is larger than 200,000 bytes") {
			t.Errorf("%s: %d spans, cut %q", name, k, got[0].Cut)
		}
		if got := decode(t, text, Options{MaxBytes: int64(len(text))}); got[0].Cut != "" {
			t.Errorf("%s: just as large as allowed: %q", name, got[0].Cut)
		}
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestASpanThatCannotBeReadIsLeftOut(t *testing.T) {
	bad := strings.Replace(one(2), fmt.Sprintf(`"spanId":"%016x"`, 2), `"spanId":"xyz"`, 1)
	got := decode(t, `{"resourceSpans":[`+one(1)+`,`+bad+`,`+one(3)+`]}`, Options{})
	if len(got) != 2 || !strings.HasPrefix(got[0].Cut, "spans that could not be read: 1 (") || !strings.Contains(got[0].Cut, "near byte 1") || got[1].Spans[0].Service != "s" {
		t.Errorf("%+v", got)
	}
	// In a large piece too.
	text := string(otlpTrace(2000))
	text = strings.Replace(text, fmt.Sprintf(`"spanId":"%016x"`, 1000), `"spanId":12`, 1)
	if got := decode(t, text, Options{}); len(got[0].Spans) != 1999 || !strings.HasPrefix(got[0].Cut, "spans that could not be read: 1 (") {
		t.Errorf("%d spans, cut %q", len(got[0].Spans), got[0].Cut)
	}
	broken := strings.Replace(plain(1), `"startTime":1`, `"startTime":"1`+"\x01"+`","duration":tru`, 1)
	got = decode(t, `{"data":[`+broken+`,`+plain(2)+`]}`, Options{})
	if len(got) != 1 || got[0].ID != "0000000000000002" || !strings.HasPrefix(got[0].Cut, "spans that could not be read: 1 (") {
		t.Errorf("%+v", got)
	}
	text = string(jaegerDoc(2000))
	text = strings.Replace(text, fmt.Sprintf(`"spanID":"%016x","operationName"`, 1000), `"spanID":nope,"operationName"`, 1)
	if got := decode(t, text, Options{}); len(got[0].Spans) != 1999 || got[0].Spans[1500].Service == "" || !strings.HasPrefix(got[0].Cut, "spans that could not be read: 1 (") {
		t.Errorf("%d spans, cut %q", len(got[0].Spans), got[0].Cut)
	}
}
