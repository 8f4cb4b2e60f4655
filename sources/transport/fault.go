package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"

	"golang.org/x/oauth2"

	"dlmon/sources"
)

// Fault puts a failed request into words and tells its kind. The text never holds the URL's userinfo or query.
// An *sources.Error in err's chain is returned as it is.
func Fault(source, asked string, err error) *sources.Error {
	if e, ok := errors.AsType[*sources.Error](err); ok {
		return e
	}
	e := &sources.Error{Source: source, Asked: asked, Kind: sources.Internal, Err: err}
	// The URLs that net/http puts around a cause may carry tokens in their query; that of an OAuth2 token request
	// stands inside the first.
	where := ""
	for u, ok := errors.AsType[*url.Error](err); ok; u, ok = errors.AsType[*url.Error](err) {
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
		token    *oauth2.RetrieveError
		file     *fs.PathError
	)
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		check, err = fmt.Sprintf("check %s.proxy_url in the config", source), op.Err
		errors.As(err, &op)
	}
	if op != nil && op.Addr != nil {
		where = op.Addr.String()
	}
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Reason = sources.Canceled, "cancelled"
	case errors.Is(err, ErrTooLarge):
		e.Kind, e.Reason, e.Advice = sources.TooLarge, ErrTooLarge.Error(), "ask for a shorter window"
	case errors.As(err, &token): // its text repeats the token server's body, and that may repeat the secret
		e.Kind, e.Reason, e.Advice = sources.Unauthorized, "no OAuth2 token", fmt.Sprintf("check %s.oauth2 in the config", source)
		if token.Response != nil {
			e.Reason += ": " + sources.Clean(token.Response.Status)
		}
	case errors.As(err, &file):
		e.Kind, e.Reason = sources.Unauthorized, "cannot read "+sources.CleanName(file.Path)+": "+sources.Clean(file.Err.Error())
		e.Advice = fmt.Sprintf("check the %s block of the config", source)
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
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
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
	case strings.Contains(err.Error(), "malformed HTTP"): // net/http has no type for it
		e.Kind, e.Reason, e.Advice = sources.Unavailable, at("another protocol than HTTP is spoken by"), check
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e.Kind, e.Reason, e.Advice = sources.Refused, at("no route to"), check
	default:
		e.Reason = reason(err)
		if op != nil {
			e.Kind = sources.Unavailable
		}
	}
	return e
}

// reason is err's text without the URLs that net/http puts around a cause.
func reason(err error) string {
	for u, ok := errors.AsType[*url.Error](err); ok; u, ok = errors.AsType[*url.Error](err) {
		err = u.Err
	}
	return sources.Clean(err.Error())
}

// Status puts an HTTP status that is no success into words; body is the beginning of the answer, for its first line.
func Status(source, asked string, code int, body string) *sources.Error {
	e := &sources.Error{Source: source, Asked: asked, Reason: strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))}
	if line := FirstLine(body); line != "" && !strings.EqualFold(line, http.StatusText(code)) && !strings.EqualFold(line, e.Reason) {
		e.Reason += ": " + line
	}
	switch {
	case code == http.StatusProxyAuthRequired:
		e.Kind, e.Advice = sources.Unauthorized, fmt.Sprintf("check %s.proxy_url in the config", source)
	case code == http.StatusForbidden:
		e.Kind, e.Advice = sources.Unauthorized, fmt.Sprintf("check %s.authorization and %s.http_headers in the config", source, source)
	case code == http.StatusUnauthorized:
		e.Kind, e.Advice = sources.Unauthorized, fmt.Sprintf("set %s.authorization or %s.basic_auth in the config", source, source)
	case code == http.StatusNotFound:
		e.Kind, e.Advice = sources.Rejected, fmt.Sprintf("check the path of %s-url", source)
	case code == http.StatusNotImplemented: // one endpoint that this server lacks, not a server in trouble
		e.Kind = sources.Rejected
	case code == http.StatusTooManyRequests, code >= 500:
		e.Kind = sources.Unavailable
	case code >= 300 && code < 400:
		e.Kind, e.Advice = sources.Unavailable, "the server redirects: name the final URL"
	case code == http.StatusBadRequest && strings.Contains(body, "HTTP request to an HTTPS server"):
		e.Kind, e.Advice = sources.Unavailable, fmt.Sprintf("use https:// in %s-url", source)
	default:
		e.Kind = sources.Rejected
	}
	return e
}

var title = regexp.MustCompile(`(?is)<title[^>]*>\s*(.*?)\s*</title`)

// FirstLine is the first line of body that is not empty, cleaned and bounded to 200 runes; of an HTML page it is the
// title.
func FirstLine(body string) string {
	body = body[:min(len(body), 16<<10)]
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		if m := title.FindStringSubmatch(body); m != nil && m[1] != "" {
			body = html.UnescapeString(m[1])
		}
	}
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

// Redact is rawURL without userinfo, query and fragment; what is no URL with a host becomes "(unreadable URL)", for
// nobody knows where its password stands.
func Redact(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return "(unreadable URL)"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return sources.CleanName(u.String())
}

func host(rawURL string) string {
	if u, err := url.Parse(rawURL); err == nil {
		return u.Host
	}
	return ""
}
