package jaeger

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"dlmon/sources"
)

// Paths of the two HTTP APIs.
const (
	v3Services     = "/api/v3/services"
	v3Operations   = "/api/v3/operations"
	v3Traces       = "/api/v3/traces"
	v3Summaries    = "/api/v3/trace-summaries" // since Jaeger 2.19
	v3Dependencies = "/api/v3/dependencies"    // since Jaeger 2.19

	oldServices     = "/api/services"
	oldOperations   = "/api/operations"
	oldTraces       = "/api/traces"
	oldDependencies = "/api/dependencies"
)

// abilities are the endpoints that a server has.
type abilities struct {
	v3        bool // services, operations and traces of API v3
	summaries bool // v3Summaries
	byTags    bool // v3Traces searches by tags; before 2.19 it takes no notice of them
	old       bool // the older API
}

// lists says how lists of traces are made.
func (a abilities) lists() string {
	const whole = ": whole traces are read for a list"
	switch {
	case a.summaries:
		return "lists by " + v3Summaries
	case a.v3 && !a.byTags && a.old:
		return "lists by " + v3Traces + ", those by tags by " + oldTraces + whole
	case a.v3 && !a.byTags:
		return "lists by " + v3Traces + ", not by tags" + whole
	case a.v3:
		return "lists by " + v3Traces + whole
	}
	return "lists by the old " + oldTraces + whole
}

// attempt runs a call with what the server is known to have. Where something is missing that was known to be there, the
// server is another one now: it is looked at again, once.
func (h *httpServer) attempt(ctx context.Context, asked string, call func(abilities) error) error {
	for again := false; ; again = true {
		a, err := h.abilities(ctx, asked)
		if err == nil {
			err = call(a)
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errMissing) && !again:
			h.forget()
			continue
		case errors.Is(err, errMissing):
			return &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "the server has no such endpoint", Advice: "check the path of jaeger-url"}
		}
		if _, ok := errors.AsType[*notFound](err); ok {
			return err
		}
		fault := h.fault(ctx, asked, err)
		if sources.SourceFault(fault) {
			h.forget() // when it is back it may be another version
		}
		return fault
	}
}

// abilities is what the server has, found out if it is not known; by one call at a time.
func (h *httpServer) abilities(ctx context.Context, asked string) (abilities, error) {
	if a := h.known.Load(); a != nil {
		return *a, nil
	}
	select {
	case <-h.finding:
	case <-ctx.Done():
		return abilities{}, h.fault(ctx, asked, ctx.Err())
	}
	defer func() { h.finding <- struct{}{} }()
	if a := h.known.Load(); a != nil {
		return *a, nil
	}
	a, err := h.discover(ctx, asked)
	if err != nil {
		return abilities{}, err
	}
	h.known.Store(&a)
	return a, nil
}

// forget makes the next call find out again what the server has.
func (h *httpServer) forget() { h.known.Store(nil) }

// discover asks every endpoint that decides a way for something small: a server that has it answers in JSON, if only
// to say what it misses in the request; one that hasn't answers 404, or with the page of its UI.
func (h *httpServer) discover(ctx context.Context, asked string) (a abilities, err error) {
	if a.v3, _, err = h.has(ctx, asked, v3Services, nil); err != nil {
		return a, err
	}
	if a.v3 {
		if a.summaries, _, err = h.has(ctx, asked, v3Summaries, nil); err != nil {
			return a, err
		}
		if a.byTags = a.summaries; !a.byTags {
			// One that takes notice of tags complains about these first.
			_, text, err := h.has(ctx, asked, v3Traces, url.Values{"query.attributes": {"x"}})
			if err != nil {
				return a, err
			}
			a.byTags = strings.Contains(text, "query.attributes")
		}
	}
	if !a.v3 || !a.byTags {
		if a.old, _, err = h.has(ctx, asked, oldServices, nil); err != nil {
			return a, err
		}
	}
	if !a.v3 && !a.old {
		return a, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "no Jaeger query service answers there",
			Advice: "jaeger-url must name Jaeger's UI with its base path, or grpc:// and the gRPC port"}
	}
	return a, nil
}

// has tells whether the server has an endpoint, and what it complained of.
func (h *httpServer) has(ctx context.Context, asked, path string, query url.Values) (ok bool, text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.limits.timeout)
	defer cancel()
	body, err := h.get(ctx, asked, path, query)
	if err == nil {
		return true, "", body.Close()
	}
	if errors.Is(err, errMissing) {
		return false, "", nil
	}
	if e, ok := errors.AsType[*notFound](err); ok {
		return true, e.text, nil
	}
	if fault := h.fault(ctx, asked, err); fault.Kind == sources.Rejected {
		return true, fault.Reason, nil
	}
	return false, "", err
}

// info looks at the server anew.
func (h *httpServer) info(ctx context.Context) (sources.ServerInfo, error) {
	h.forget()
	var info sources.ServerInfo
	err := h.attempt(ctx, "information", func(a abilities) error {
		info.Notes = []string{"HTTP; " + a.lists()}
		return nil
	})
	if err != nil {
		return sources.ServerInfo{}, err
	}
	info.Version = h.version(ctx)
	return info, nil
}

var versionInPage = regexp.MustCompile(`JAEGER_VERSION\s*=\s*(\{[^}]*\})`)

// version is what the page of Jaeger's UI says of it; "" if it says nothing.
func (h *httpServer) version(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, h.limits.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base.JoinPath("/").String(), nil)
	if err != nil {
		return ""
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	var v struct {
		GitVersion string `json:"gitVersion"`
	}
	if m := versionInPage.FindSubmatch(page); m == nil || json.Unmarshal(m[1], &v) != nil {
		return ""
	}
	return sources.CleanName(v.GitVersion)
}

// rfc3339 is a time as API v3 takes it.
func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
