// Package transport is what the HTTP clients share: authentication and TLS as Prometheus configures them, bounded
// answers, and faults of the network in words an operator can act on.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/common/config"
)

// DefaultTimeout bounds one request; DefaultMaxBytes bounds one answer.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultMaxBytes = 64 << 20
	dialTimeout     = 5 * time.Second
)

// HTTP returns a client for one source: the block's credentials, TLS, headers and proxy, and answers of at most
// maxBytes (0 takes DefaultMaxBytes). It makes no connection and reads no file but certificates.
func HTTP(source string, c config.HTTPClientConfig, maxBytes int64) (*http.Client, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	rt, err := config.NewRoundTripperFromConfig(c, source, config.WithDialContextFunc(
		func(ctx context.Context, network, addr string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, addr)
		}))
	if err != nil {
		return nil, fmt.Errorf("%s: HTTP client: %w", source, err)
	}
	client := &http.Client{Transport: Limit(rt, maxBytes)}
	if !c.FollowRedirects {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
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
