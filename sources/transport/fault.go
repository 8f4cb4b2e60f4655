package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"dlmon/sources"
)

// Fault puts a failed request into words and tells its kind. The text never holds the URL's userinfo or query.
// An *sources.Error in err's chain is returned as it is.
func Fault(source, asked string, err error) *sources.Error {
	if e, ok := errors.AsType[*sources.Error](err); ok {
		return e
	}
	e := &sources.Error{Source: source, Asked: asked, Kind: sources.Internal, Err: err}
	where := ""
	if u, ok := errors.AsType[*url.Error](err); ok {
		where, err = host(u.URL), u.Err
	}
	at := func(s string) string {
		if where == "" {
			return s
		}
		return s + " " + where
	}
	check := fmt.Sprintf("check %s-url", source)
	var (
		dns      *net.DNSError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		record   tls.RecordHeaderError
		op       *net.OpError
		network  net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Reason = sources.Canceled, "cancelled"
	case errors.Is(err, ErrTooLarge):
		e.Kind, e.Reason, e.Advice = sources.TooLarge, ErrTooLarge.Error(), "ask for a shorter window"
	case errors.As(err, &dns):
		e.Kind, e.Reason, e.Advice = sources.Refused, "no such host "+dns.Name, check
		if dns.IsTimeout {
			e.Kind, e.Reason = sources.Timeout, "looking up "+dns.Name+" got no answer"
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Kind, e.Reason, e.Advice = sources.Refused, at("connection refused: nobody listens on"), check
		if where == "" {
			e.Reason = "connection refused"
		}
	case errors.As(err, &unknown):
		e.Kind, e.Reason, e.Advice = sources.Unauthorized, "the server's certificate is signed by an unknown authority", fmt.Sprintf("set %s.tls_config.ca_file", source)
	case errors.As(err, &hostname):
		e.Kind, e.Reason, e.Advice = sources.Unauthorized, "the server's certificate is not for "+hostname.Host, fmt.Sprintf("set %s.tls_config.server_name", source)
	case errors.As(err, &invalid):
		e.Kind, e.Reason = sources.Unauthorized, "the server's certificate is not valid: "+invalid.Error()
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Kind, e.Reason, e.Advice = sources.Unavailable, "the server does not speak TLS there", "use http:// instead of https://"
	case errors.As(err, &op) && op.Op == "remote error": // a TLS alert of the other side
		e.Kind, e.Reason, e.Advice = sources.Unauthorized, "the server refused the TLS handshake: "+sources.Clean(op.Err.Error()), fmt.Sprintf("set %s.tls_config.cert_file and key_file", source)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		e.Kind, e.Reason = sources.Timeout, "no answer in time"
		if where != "" {
			e.Reason = "no answer from " + where + " in time"
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Kind, e.Reason = sources.Unavailable, "the server closed the connection"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e.Kind, e.Reason, e.Advice = sources.Refused, at("no route to"), check
	default:
		e.Reason = sources.Clean(err.Error())
		if op != nil {
			e.Kind = sources.Unavailable
		}
	}
	return e
}

// Status puts an HTTP status that is no success into words; body is the beginning of the answer, for its first line.
func Status(source, asked string, code int, body string) *sources.Error {
	e := &sources.Error{Source: source, Asked: asked, Reason: fmt.Sprintf("%d %s", code, http.StatusText(code))}
	if line := FirstLine(body); line != "" {
		e.Reason += ": " + line
	}
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusProxyAuthRequired:
		e.Kind, e.Advice = sources.Unauthorized, fmt.Sprintf("set %s.authorization or %s.basic_auth in the config", source, source)
	case code == http.StatusNotFound:
		e.Kind, e.Advice = sources.Rejected, fmt.Sprintf("check the path of %s-url", source)
	case code == http.StatusTooManyRequests:
		e.Kind = sources.Unavailable
	case code >= 500:
		e.Kind = sources.Unavailable
	case code >= 300 && code < 400:
		e.Kind, e.Advice = sources.Unavailable, "the server redirects: name the final URL"
	default:
		e.Kind = sources.Rejected
	}
	return e
}

// FirstLine is the first line of body that is not empty, cleaned and bounded to 200 runes.
func FirstLine(body string) string {
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(sources.Clean(line)); line != "" {
			if r := []rune(line); len(r) > 200 {
				return string(r[:199]) + "…"
			}
			return line
		}
	}
	return ""
}

// Redact is rawURL without userinfo, query and fragment; what does not parse becomes "(unreadable URL)".
func Redact(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "(unreadable URL)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func host(rawURL string) string {
	if u, err := url.Parse(rawURL); err == nil {
		return u.Host
	}
	return ""
}
