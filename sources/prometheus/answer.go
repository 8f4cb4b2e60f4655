package prometheus

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"dlmon/sources"
	"dlmon/sources/transport"
)

const (
	checkPath = "check the path of prometheus-url"
	tooSlow   = "the query is too slow for the server: take a shorter window"
)

const exemplarsPath = "/api/v1/query_exemplars"

// lacking are the answers of servers and gateways that do not have, or do not let through, an endpoint.
var lacking = []int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}

// checked reads what a gateway, a login page or a starting server answers in place of Prometheus's API: v1 would keep
// neither the status nor the body of it.
type checked struct{ api.Client }

// toldTime is the key of a context's *time.Time that is set to the server's time, if it tells one: what it says of when
// something was is by its own clock.
type toldTime struct{}

// Do returns a *sources.Error whose Asked is empty, for fault to fill in, beside the response, whose status v1 needs
// to know whether it should try GET instead of POST.
func (c checked) Do(ctx context.Context, req *http.Request) (*http.Response, []byte, error) {
	resp, body, err := c.Client.Do(ctx, req)
	if err != nil {
		return resp, body, err
	}
	if at, ok := ctx.Value(toldTime{}).(*time.Time); ok {
		*at, _ = http.ParseTime(resp.Header.Get("Date"))
	}
	code, object := resp.StatusCode, bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
	switch {
	case code/100 == 2 && object, object && (code == http.StatusBadRequest || code == http.StatusUnprocessableEntity):
		return resp, body, nil
	case code/100 == 2:
		return resp, nil, foreign(string(body))
	}
	var answer struct {
		Error string       `json:"error"`
		Type  v1.ErrorType `json:"errorType"`
	}
	text := string(body)
	if object && json.Unmarshal(body, &answer) == nil && answer.Error != "" {
		text = answer.Error
	}
	f := transport.Status(source, "", code, text)
	if strings.HasSuffix(req.URL.Path, exemplarsPath) && slices.Contains(lacking, code) {
		// It is the one endpoint that is not there: the URL is right, and the server is well.
		f.Kind, f.Reason, f.Advice = sources.Rejected, "this server gives no exemplars: "+f.Reason, ""
	}
	if code/100 == 5 && (answer.Type == v1.ErrTimeout || answer.Type == v1.ErrCanceled) {
		// 503 here tells of one query that took too long, not of a server that is down.
		f.Kind, f.Reason, f.Advice = sources.Rejected, sources.Clean(text), tooSlow
	}
	return resp, nil, f
}

// foreign is a successful answer that is not the API's.
func foreign(body string) *sources.Error {
	line := transport.FirstLine(body)
	if line == "" {
		line = "it is empty"
	}
	return &sources.Error{Source: source, Kind: sources.Rejected, Advice: checkPath,
		Reason: "the answer is not Prometheus's API: " + line}
}

// fault tells a query that the server refuses from a server that does not serve.
func fault(asked string, err error) *sources.Error {
	f := transport.Fault(source, asked, err)
	f.Asked = asked
	if f.Kind != sources.Internal {
		return f
	}
	f.Kind = sources.Rejected
	e, ok := err.(*v1.Error)
	switch {
	case !ok || e.Type == v1.ErrBadResponse: // JSON of another shape
		f.Reason, f.Advice = "the answer is not Prometheus's API: "+strings.TrimPrefix(f.Reason, "bad_response: "), checkPath
	case e.Type == v1.ErrTimeout, e.Type == v1.ErrCanceled:
		f.Reason, f.Advice = sources.Clean(e.Msg), tooSlow
	case e.Type == v1.ErrServer:
		f.Kind, f.Reason = sources.Unavailable, sources.Clean(e.Msg)
	default:
		f.Reason = sources.Clean(e.Msg)
	}
	return f
}
