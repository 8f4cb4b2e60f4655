package jaeger

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracejson"
	"dlmon/sources/transport"
)

func (h *httpServer) services(ctx context.Context) (found []string, err error) {
	const asked = "services"
	err = h.attempt(ctx, asked, func(a abilities) error {
		if a.v3 {
			var answer struct{ Services []string }
			err := h.object(ctx, asked, v3Services, nil, &answer)
			found = answer.Services
			return err
		}
		var answer struct{ Data []string }
		err := h.object(ctx, asked, oldServices, nil, &answer)
		found = answer.Data
		return err
	})
	return found, plain(asked, err)
}

func (h *httpServer) operations(ctx context.Context, asked, service string) (found []string, err error) {
	type named []struct{ Name string }
	err = h.attempt(ctx, asked, func(a abilities) error {
		var answer struct{ Operations, Data named }
		path := oldOperations
		if a.v3 {
			path = v3Operations
		}
		found = nil
		err := h.object(ctx, asked, path, url.Values{"service": {service}}, &answer)
		for _, o := range append(answer.Operations, answer.Data...) { // a line per span kind
			found = append(found, o.Name)
		}
		return err
	})
	if _, ok := errors.AsType[*notFound](err); ok {
		return nil, nil
	}
	return found, plain(asked, err)
}

// plain makes an *notFound where nothing was looked for into an error like any other.
func plain(asked string, err error) error {
	if e, ok := errors.AsType[*notFound](err); ok {
		return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: e.text}
	}
	return err
}

func (h *httpServer) search(ctx context.Context, asked string, q sources.TraceSearch) (found []sources.TraceSummary, err error) {
	err = h.attempt(ctx, asked, func(a abilities) error {
		whole := func(path string, query url.Values) error {
			return h.stream(ctx, h.limits.timeout, asked, path, query, func(r io.Reader) (err error) {
				found, err = h.whole(asked, r)
				return err
			})
		}
		switch {
		case a.summaries:
			return h.stream(ctx, h.limits.timeout, asked, v3Summaries, v3Query(q), func(r io.Reader) (err error) {
				bounded := &io.LimitedReader{R: r, N: h.limits.list}
				came, fault := summaries(asked, bounded, q.Limit)
				if fault != nil && bounded.N == 0 {
					fault = h.fault(ctx, asked, transport.ErrTooLarge)
				}
				if fault != nil && (len(came) == 0 || fault.Kind == sources.Canceled) {
					return fault
				}
				if fault != nil && len(came) < q.Limit {
					came[len(came)-1].Cut = "the answer broke off after this trace: " + fault.Reason
				}
				found = came
				return nil
			})
		case a.v3 && (a.byTags || q.Tags == ""):
			return whole(v3Traces, v3Query(q))
		case a.old:
			return whole(oldTraces, oldQuery(q))
		}
		return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "this server does not search by tags over HTTP", Advice: "use grpc://, or leave the tags out"}
	})
	if _, ok := errors.AsType[*notFound](err); ok {
		return nil, nil
	}
	return found, err
}

// whole sums up an answer of whole traces.
func (h *httpServer) whole(asked string, r io.Reader) ([]sources.TraceSummary, error) {
	found, err := tracejson.Summaries(r, tracejson.Options{Source: source, Asked: asked, Input: "answer", MaxBytes: h.limits.list})
	if errors.Is(err, tracejson.ErrNoSpans) {
		return nil, nil
	}
	return found, err
}

// v3Query is a search as API v3 takes it. Before Jaeger 2.19 it knew names with underscores only, and num_traces for
// the limit; servers take no notice of names they don't know.
func v3Query(q sources.TraceSearch) url.Values {
	v := url.Values{}
	set := func(value string, names ...string) {
		if value != "" {
			for _, n := range names {
				v.Set("query."+n, value)
			}
		}
	}
	set(q.Service, "serviceName", "service_name")
	set(q.Operation, "operationName", "operation_name")
	set(rfc3339(q.Start), "startTimeMin", "start_time_min")
	set(rfc3339(q.End), "startTimeMax", "start_time_max")
	set(length(q.Min), "durationMin", "duration_min")
	set(length(q.Max), "durationMax", "duration_max")
	set(strconv.Itoa(q.Limit), "searchDepth", "search_depth", "num_traces")
	set(tags(q.Tags), "attributes")
	return v
}

// oldQuery is a search as Jaeger's UI asks it; times are whole microseconds around those asked for.
func oldQuery(q sources.TraceSearch) url.Values {
	v := url.Values{"service": {q.Service}, "limit": {strconv.Itoa(q.Limit)},
		"start": {strconv.FormatInt(q.Start.UnixMicro(), 10)},
		"end":   {strconv.FormatInt(q.End.Add(time.Microsecond-1).UnixMicro(), 10)}}
	for name, value := range map[string]string{"operation": q.Operation, "minDuration": length(q.Min), "maxDuration": length(q.Max), "tags": tags(q.Tags)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

func length(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// tags is a set of tags as a JSON object of texts; "" for none.
func tags(joined string) string {
	set := sources.SplitTags(joined)
	if len(set) == 0 {
		return ""
	}
	text, _ := json.Marshal(set) // a map of texts always is JSON
	return string(text)
}

func (h *httpServer) trace(ctx context.Context, asked string, id traceID, progress func(int)) (t sources.Trace, err error) {
	err = h.attempt(ctx, asked, func(a abilities) error {
		path := oldTraces
		if a.v3 {
			path = v3Traces
		}
		return h.stream(ctx, h.limits.first, asked, path+"/"+id.padded(), nil, func(r io.Reader) (err error) {
			t, err = h.one(asked, id, r, progress)
			return err
		})
	})
	if _, ok := errors.AsType[*notFound](err); ok {
		return sources.Trace{}, noSuchTrace(asked)
	}
	return t, err
}

// padded is the id with all its digits: shorter texts may be read as something else than hex.
func (id traceID) padded() string {
	text := id.String()
	if id.high == 0 {
		text = "0000000000000000" + text
	}
	return text
}

func (h *httpServer) one(asked string, id traceID, r io.Reader, progress func(int)) (sources.Trace, error) {
	traces, err := tracejson.Decode(r, tracejson.Options{Source: source, Asked: asked, Input: "answer",
		MaxBytes: h.limits.trace, MaxSpans: h.limits.spans, One: true, Progress: progress})
	if errors.Is(err, tracejson.ErrNoSpans) {
		return sources.Trace{}, &notFound{"no spans"}
	}
	if err != nil {
		return sources.Trace{}, err
	}
	for _, t := range traces {
		if t.ID == id.String() {
			return t, nil
		}
	}
	return traces[0], nil
}

// count is a number that protobuf's JSON writes as text if it has 64 bits; null is its zero value.
type count uint64

func (c *count) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		*c = 0
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	n, err := strconv.ParseUint(text, 10, 64)
	*c = count(n)
	return err
}

func (h *httpServer) dependencies(ctx context.Context, asked string, end time.Time, lookback time.Duration) (out []sources.Dependency, err error) {
	type called struct {
		Parent, Child string
		CallCount     count
	}
	err = h.attempt(ctx, asked, func(a abilities) error {
		var answer struct{ Dependencies, Data []called }
		err := errMissing
		if a.summaries { // they came with the same release
			start, stop := rfc3339(end.Add(-lookback)), rfc3339(end)
			err = h.object(ctx, asked, v3Dependencies, url.Values{"startTime": {start}, "start_time": {start}, "endTime": {stop}, "end_time": {stop}}, &answer)
		}
		if errors.Is(err, errMissing) {
			err = h.object(ctx, asked, oldDependencies, url.Values{"endTs": {strconv.FormatInt(end.UnixMilli(), 10)}, "lookback": {strconv.FormatInt(lookback.Milliseconds(), 10)}}, &answer)
		}
		if errors.Is(err, errMissing) {
			return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "this server does not count calls between services"}
		}
		out = nil
		for _, d := range append(answer.Dependencies, answer.Data...) {
			out = append(out, sources.Dependency{Parent: d.Parent, Child: d.Child, Calls: uint64(d.CallCount)})
		}
		return err
	})
	if _, ok := errors.AsType[*notFound](err); ok {
		return nil, nil
	}
	return out, err
}
