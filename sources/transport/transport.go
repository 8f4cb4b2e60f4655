// Package transport is what the HTTP clients share: authentication and TLS as Prometheus configures them, bounded
// answers, and faults of the network in words an operator can act on.
package transport

import (
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/common/config"

	"dlmon/sources"
)

// DefaultTimeout bounds one request; DefaultMaxBytes bounds one answer.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultMaxBytes = 16 << 20
	dialTimeout     = 5 * time.Second
)

// HTTP returns a client for one source: the block's credentials, TLS, headers and proxy, and answers of at most
// maxBytes (0 takes DefaultMaxBytes), asked for compressed. A zero block takes Prometheus's defaults: redirects are
// followed, HTTP/2 is spoken. It makes no connection and reads no file but certificates. Its error is a
// *sources.Error.
func HTTP(source string, c config.HTTPClientConfig, maxBytes int64) (*http.Client, error) {
	if reflect.ValueOf(c).IsZero() {
		c = config.DefaultHTTPClientConfig
	}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	client, err := config.NewClientFromConfig(c, source,
		config.WithDialContextFunc(dialer.DialContext), config.WithUserAgent("dlmon"))
	if err != nil {
		return nil, &sources.Error{Source: source, Asked: "settings", Reason: reason(err),
			Advice: "check the " + source + " block of the config", Kind: sources.Unauthorized, Err: err}
	}
	client.Transport = Limit(compressed{client.Transport}, maxBytes)
	return client, nil
}

// ErrTooLarge is the read error of a body that exceeds its bound.
var ErrTooLarge = errors.New("the answer is larger than dlmon's bound")

// Limit bounds every response body of next to maxBytes (0 takes DefaultMaxBytes); reading past it fails with
// ErrTooLarge.
func Limit(next http.RoundTripper, maxBytes int64) http.RoundTripper {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	return limiter{next, maxBytes}
}

type limiter struct {
	next http.RoundTripper
	max  int64
}

func (l limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > l.max {
		resp.Body.Close()
		return nil, ErrTooLarge
	}
	resp.Body = &limitedBody{ReadCloser: resp.Body, left: l.max}
	return resp, nil
}

// CloseIdleConnections lets http.Client's through.
func (l limiter) CloseIdleConnections() { closeIdle(l.next) }

func closeIdle(rt http.RoundTripper) {
	if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more than allowed tells a full body from one too long
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// compressed asks for gzip. Prometheus's client configuration switches that off to spare the scraped; dlmon's answers
// are JSON that shrinks tenfold, and come over slow links.
type compressed struct{ next http.RoundTripper }

func (c compressed) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Accept-Encoding") != "" || req.Method == http.MethodHead {
		return c.next.RoundTrip(req)
	}
	req = req.Clone(req.Context())
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := c.next.RoundTrip(req)
	if err != nil || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return resp, err
	}
	resp.Body = &gunzip{ReadCloser: resp.Body}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength, resp.Uncompressed = -1, true
	return resp, nil
}

func (c compressed) CloseIdleConnections() { closeIdle(c.next) }

// gunzip unpacks from the first Read on: RoundTrip must not wait for the body.
type gunzip struct {
	io.ReadCloser
	unpacked io.Reader
	err      error
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.unpacked == nil && g.err == nil {
		zr, err := gzip.NewReader(g.ReadCloser)
		if g.err = err; err == nil {
			g.unpacked = zr
		}
	}
	if g.err != nil {
		return 0, g.err
	}
	return g.unpacked.Read(p)
}
