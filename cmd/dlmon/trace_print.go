package dlmon

// What `dlmon trace --format json|text` prints: docs/trace-json.md tells the shape.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
)

// micros is a time in microseconds: whole where it is, else with the nanoseconds behind the point.
type micros time.Duration

func (m micros) MarshalJSON() ([]byte, error) {
	if m%1000 == 0 {
		return strconv.AppendInt(nil, int64(m/1000), 10), nil
	}
	return strconv.AppendFloat(nil, float64(m)/1000, 'f', -1, 64), nil
}

// tagMap is tags as an object in their own order. A key that stands there again gets a number, so that nothing is lost.
type tagMap []sources.Tag

func (t tagMap) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	seen := map[string]int{}
	for i, tag := range t {
		key := tag.Key
		if seen[key]++; seen[key] > 1 {
			key += "#" + strconv.Itoa(seen[key])
		}
		if i > 0 {
			out = append(out, ',')
		}
		for j, s := range []string{key, tag.Value} {
			quoted, err := json.Marshal(s)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				out = append(out, ':')
			}
			out = append(out, quoted...)
		}
	}
	return append(out, '}'), nil
}

type spanDocument struct {
	SpanID    string          `json:"span_id"`
	ParentID  string          `json:"parent_id"`
	Service   string          `json:"service"`
	Operation string          `json:"operation"`
	Start     micros          `json:"start_us"`
	Duration  micros          `json:"duration_us"`
	Self      micros          `json:"self_us"`
	Critical  micros          `json:"critical_us"`
	Error     bool            `json:"error"`
	Tags      tagMap          `json:"tags"`
	Events    []eventDocument `json:"events"`
}

type eventDocument struct {
	At   micros `json:"at_us"`
	Name string `json:"name"`
	Tags tagMap `json:"tags"`
}

type sectionDocument struct {
	SpanID string `json:"span_id"`
	Start  micros `json:"start_us"`
	End    micros `json:"end_us"`
}

// writeTraceJSON prints one document with a line for each span and section.
func writeTraceJSON(w io.Writer, a *tracing.Analysis) error {
	b := &documentWriter{}
	spans := make([]spanDocument, len(a.Nodes))
	for i := range a.Nodes {
		n := &a.Nodes[i]
		s := n.Span
		spans[i] = spanDocument{
			SpanID: s.SpanID, ParentID: s.ParentID, Service: s.Service, Operation: s.Operation,
			Start: micros(n.Offset), Duration: micros(s.Duration), Self: micros(n.Self), Critical: micros(n.Critical),
			Error: s.Error, Tags: s.Tags, Events: make([]eventDocument, len(s.Events)),
		}
		for k, e := range s.Events {
			spans[i].Events[k] = eventDocument{At: micros(e.At.Sub(a.Start)), Name: e.Name, Tags: e.Tags}
		}
	}
	sections := make([]sectionDocument, len(a.Critical))
	for i, c := range a.Critical {
		sections[i] = sectionDocument{a.Nodes[c.Row].Span.SpanID, micros(c.From), micros(c.To)}
	}
	b.value("{\n  \"trace_id\": ", a.Trace.ID)
	b.value(",\n  \"start\": ", a.Start.UTC().Format(time.RFC3339Nano))
	b.value(",\n  \"duration_us\": ", micros(a.Duration))
	b.value(",\n  \"cut\": ", a.Trace.Cut)
	b.value(",\n  \"services\": ", slices.Sorted(slices.Values(a.Services)))
	list(b, ",\n  \"spans\": ", "  ", spans)
	list(b, ",\n  \"critical_path\": ", "  ", sections)
	b.WriteString("\n}\n")
	if b.err != nil {
		return b.err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// writeTraceText prints what there is to say in words, then the spans as a tree.
func writeTraceText(to io.Writer, a *tracing.Analysis) error {
	w := bufio.NewWriter(to)
	root := ""
	if len(a.Nodes) > 0 {
		root = a.Nodes[0].Span.Operation
	}
	fmt.Fprintf(w, "trace %s  %s  %s  %s  %s  %s  %s\n", a.Trace.ID, root, dashboard.FormatDuration(a.Duration),
		counted(len(a.Nodes), "span"), counted(len(a.Services), "service"), counted(a.Errors, "error"), a.Start.UTC().Format(time.RFC3339Nano))
	if a.Trace.Cut != "" {
		fmt.Fprintln(w, "cut: "+a.Trace.Cut)
	}
	for _, c := range tracing.Causes([]*tracing.Analysis{a}) {
		fmt.Fprintf(w, "failed because of: %s of %s: %s\n", c.Operation, c.Service, strings.TrimPrefix(c.Type+": "+c.Message, ": "))
	}
	fmt.Fprintln(w, "\ncritical path, by operation:")
	ops := tracing.Operations([]*tracing.Analysis{a})
	slices.SortStableFunc(ops, func(x, y tracing.OperationStats) int { return int(min(1, max(-1, y.Critical-x.Critical))) })
	for _, o := range ops {
		if o.Critical > 0 {
			share := float64(o.Critical) / float64(max(a.Duration, 1)) * 100
			fmt.Fprintf(w, "  %10s  %3.0f %%  %s  %s\n", dashboard.FormatDuration(o.Critical), share, o.Service, o.Operation)
		}
	}
	fmt.Fprintf(w, "\n%10s  %10s  %10s  %10s  span\n", "start", "duration", "self", "critical")
	for i := range a.Nodes {
		n := &a.Nodes[i]
		mark := ""
		if n.Span.Error {
			mark = "ERROR "
		}
		fmt.Fprintf(w, "%10s  %10s  %10s  %10s  %s%s%s  %s\n", dashboard.FormatDuration(n.Offset), dashboard.FormatDuration(n.Span.Duration),
			dashboard.FormatDuration(n.Self), dashboard.FormatDuration(n.Critical), strings.Repeat("  ", min(n.Depth, 40)), mark, n.Span.Service, n.Span.Operation)
	}
	return w.Flush()
}
