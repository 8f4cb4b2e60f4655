package jaeger

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracejson"
	"dlmon/sources/transport"
)

const (
	httpPort   = "16686"
	namesBytes = 16 << 20 // of an answer that lists names or calls
	faultBytes = 64 << 10 // read of an answer that tells an error
	unbounded  = 1 << 50  // for transport: the readers keep their bounds themselves, and what came before
)

// httpServer asks Jaeger's query service over HTTP. Which of its endpoints are there is found out once, see discover.
type httpServer struct {
	base    *url.URL // path without a slash at its end
	client  *http.Client
	limits  limits
	guessed bool // the port was not named

	known   atomic.Pointer[abilities] // nil until it is found out
	finding chan struct{}             // holds one token, for who finds out
}

func newHTTP(u *url.URL, o Options, l limits) (*httpServer, error) {
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, refuseURL(o.URL)
	}
	client, err := transport.HTTP(source, o.HTTP, unbounded)
	if err != nil {
		return nil, err
	}
	h := &httpServer{base: u, client: client, limits: l, finding: make(chan struct{}, 1)}
	h.base.Path = strings.TrimRight(u.Path, "/")
	h.base.RawPath = ""
	if h.guessed = u.Port() == ""; h.guessed {
		h.base.Host = net.JoinHostPort(u.Hostname(), httpPort)
	}
	h.finding <- struct{}{}
	return h, nil
}

func (h *httpServer) close() error {
	h.client.CloseIdleConnections()
	return nil
}

// errMissing is an endpoint that the server doesn't have.
var errMissing = errors.New("no such endpoint")

// notFound is an endpoint that is there and finds nothing.
type notFound struct{ text string }

func (e *notFound) Error() string { return e.text }

// get asks and returns the body of an answer that is JSON, to be closed. Everything else is an error: errMissing where
// the endpoint is not there, *notFound where it says so itself, else *sources.Error.
func (h *httpServer) get(ctx context.Context, asked, path string, query url.Values) (io.ReadCloser, error) {
	u := h.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &sources.Error{Source: source, Asked: asked, Kind: sources.Rejected, Reason: "no request can be made of it"}
	}
	req.Header.Set("Accept", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, h.fault(ctx, asked, err)
	}
	body := bufio.NewReaderSize(resp.Body, 64<<10)
	if resp.StatusCode == http.StatusOK {
		first, err := firstByte(body)
		switch {
		case first == '{' || first == '[':
			return &answer{ctx: ctx, server: h, asked: asked, Reader: body, Closer: resp.Body}, nil
		case err != nil && !errors.Is(err, io.EOF):
			resp.Body.Close()
			return nil, h.fault(ctx, asked, err)
		}
		resp.Body.Close()
		return nil, errMissing // Jaeger answers with its UI's page for what it doesn't know
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(body, faultBytes))
	if err != nil && len(text) == 0 {
		return nil, h.fault(ctx, asked, err)
	}
	message, ofJaeger := refusal(text)
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		if ofJaeger && resp.StatusCode == http.StatusNotFound {
			return nil, &notFound{message}
		}
		if !ofJaeger {
			return nil, errMissing
		}
	}
	if message == "" {
		message = string(text)
	}
	return nil, transport.Status(source, asked, resp.StatusCode, message)
}

// firstByte is the first one that is no white space; it is not consumed.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return b, r.UnreadByte()
	}
}

// refusal is the message of an error as Jaeger's handlers write it: {"error": {"message": ...}} or {"errors": [{"msg":
// ...}]}. A gateway's own error for an unknown path is neither.
func refusal(text []byte) (message string, ofJaeger bool) {
	var fields struct{ Error, Errors json.RawMessage }
	if json.Unmarshal(text, &fields) != nil {
		return "", false
	}
	for _, raw := range []json.RawMessage{fields.Error, fields.Errors} {
		if message = tracejson.Refusal(raw); message != "" {
			return message, true
		}
	}
	return "", false
}

// answer is a body whose errors are *sources.Error.
type answer struct {
	ctx    context.Context
	server *httpServer
	asked  string
	quiet  *silence // nil where the whole call is bounded
	io.Reader
	io.Closer
}

func (a *answer) Read(p []byte) (int, error) {
	if a.quiet != nil {
		a.quiet.wait()
		defer a.quiet.heard()
	}
	n, err := a.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = a.server.fault(a.ctx, a.asked, err)
	}
	return n, err
}

// stream is get for an answer that may take long: only silence ends it, before the first byte after the time first.
func (h *httpServer) stream(ctx context.Context, first time.Duration, asked, path string, query url.Values, read func(io.Reader) error) error {
	ctx, quiet := listen(ctx, first, h.limits.timeout)
	defer quiet.end()
	body, err := h.get(ctx, asked, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	quiet.heard()
	body.(*answer).quiet = quiet
	return read(body)
}

// object is get for an answer that is one small JSON object.
func (h *httpServer) object(ctx context.Context, asked, path string, query url.Values, to any) error {
	ctx, cancel := context.WithTimeout(ctx, h.limits.timeout)
	defer cancel()
	body, err := h.get(ctx, asked, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, namesBytes+1))
	if err != nil {
		return err
	}
	if len(raw) > namesBytes {
		return h.fault(ctx, asked, transport.ErrTooLarge)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return &sources.Error{Source: source, Asked: asked, Kind: sources.Internal, Reason: "the answer is not as expected: " + sources.CleanName(err.Error()), Err: err}
	}
	return nil
}

// fault puts a failed request into words.
func (h *httpServer) fault(ctx context.Context, asked string, err error) *sources.Error {
	waited, quiet := silent(ctx)
	switch {
	case quiet:
		err = &url.Error{URL: "http://" + h.base.Host, Err: context.DeadlineExceeded}
	case errors.Is(ctx.Err(), context.Canceled): // a read may tell of the closed connection instead
		err = ctx.Err()
	}
	e := transport.Fault(source, asked, err)
	switch {
	case errors.Is(e.Err, transport.ErrTooLarge):
		e.Advice = ""
	// A gRPC server greets at once: net/http finds that malformed, or wonders about an answer to nothing.
	case strings.Contains(e.Reason, "another protocol than HTTP"), strings.Contains(e.Reason, "readLoopPeekFail"):
		e.Kind, e.Reason = sources.Unavailable, "another protocol than HTTP is spoken by "+h.base.Host
		e.Advice = "use grpc:// if that is Jaeger's gRPC port"
	case h.guessed && h.known.Load() == nil && (e.Kind == sources.Refused || e.Kind == sources.Timeout):
		e.Advice = fmt.Sprintf("jaeger-url names no port: %s is taken", httpPort)
	case quiet:
		e.Advice = longer(waited)
	case errors.Is(err, context.DeadlineExceeded) && e.Advice == "":
		e.Advice = longer(h.limits.timeout)
	}
	return e
}
