package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/common/config"

	"dlmon/sources"
)

func TestFaultNamesKindReasonAndAdvice(t *testing.T) {
	wrap := func(err error) error {
		return &url.Error{Op: "Get", URL: "http://user:hunter2@prom:9090/api?token=hunter2", Err: err}
	}
	for name, tc := range map[string]struct {
		err  error
		kind sources.Kind
		text string
	}{
		"refused":     {wrap(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), sources.Refused, "nobody listens on prom:9090 (check prometheus-url)"},
		"no host":     {wrap(&net.DNSError{Name: "prom", IsNotFound: true}), sources.Refused, "no such host prom"},
		"dns timeout": {wrap(&net.DNSError{Name: "prom", IsTimeout: true}), sources.Timeout, "looking up prom"},
		"deadline":    {wrap(context.DeadlineExceeded), sources.Timeout, "no answer from prom:9090 in time"},
		"cancelled":   {wrap(context.Canceled), sources.Canceled, "cancelled"},
		"reset":       {wrap(syscall.ECONNRESET), sources.Unavailable, "closed the connection"},
		"eof":         {wrap(io.EOF), sources.Unavailable, "closed the connection"},
		"no route":    {wrap(syscall.EHOSTUNREACH), sources.Refused, "no route to prom:9090"},
		"too large":   {wrap(ErrTooLarge), sources.TooLarge, "bound"},
		"not TLS":     {wrap(http.ErrSchemeMismatch), sources.Unavailable, "does not speak TLS"},
		"other":       {errors.New("strange \x1b[2J"), sources.Internal, "strange [2J"},
		"kept":        {fmt.Errorf("x: %w", &sources.Error{Source: "jaeger", Reason: "mine", Kind: sources.Rejected}), sources.Rejected, "jaeger: mine"},
	} {
		t.Run(name, func(t *testing.T) {
			e := Fault("prometheus", "rules", tc.err)
			if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) || strings.Contains(e.Error(), "hunter2") {
				t.Errorf("kind %v: %v", e.Kind, e)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	for code, kind := range map[int]sources.Kind{
		401: sources.Unauthorized, 403: sources.Unauthorized, 404: sources.Rejected, 400: sources.Rejected,
		429: sources.Unavailable, 500: sources.Unavailable, 503: sources.Unavailable, 302: sources.Unavailable,
	} {
		if e := Status("prometheus", "x", code, "\n  first\x1b[2J\nsecond"); e.Kind != kind || !strings.Contains(e.Error(), ": first[2J") {
			t.Errorf("%d: kind %v, %v", code, e.Kind, e)
		}
	}
}

func TestRedactKeepsNoSecret(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@h:1/base?token=x#f": "https://h:1/base",
		"grpc://h:16685":                 "grpc://h:16685",
		"http://h:port%zz":               "(unreadable URL)",
		"http://u:hunter2/x@h:1":         "(unreadable URL)",
		"u:hunter2@h:9090":               "(unreadable URL)",
	} {
		if got := Redact(in); got != want {
			t.Errorf("Redact(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTLSFaultsAreExplained(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	hc, err := HTTP("health", config.HTTPClientConfig{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = hc.Get(s.URL)
	if e := Fault("health", "report", err); e.Kind != sources.Unauthorized || !strings.Contains(e.Error(), "health.tls_config.ca_file") {
		t.Errorf("%v", e)
	}
	_, err = hc.Get(strings.Replace(s.URL, "https", "http", 1))
	if err != nil {
		t.Errorf("plain HTTP to a TLS port is answered by the server: %v", err)
	}
}

func TestACredentialsFileIsReadAgainAndClientCertificatesAreAsked(t *testing.T) {
	var got string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") }))
	s.Start()
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	hc, err := HTTP("prometheus", config.HTTPClientConfig{Authorization: &config.Authorization{Type: "Bearer", CredentialsFile: file}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"one", "two"} {
		write(token)
		resp, err := hc.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got != "Bearer "+token {
			t.Errorf("Authorization = %q, want the token %q", got, token)
		}
	}

	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	hc, err = HTTP("prometheus", config.HTTPClientConfig{TLSConfig: config.TLSConfig{InsecureSkipVerify: true}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = hc.Get(secure.URL)
	if e := Fault("prometheus", "rules", err); e.Kind != sources.Unauthorized || !strings.Contains(e.Error(), "cert_file") {
		t.Errorf("%v (kind %v)", e, e.Kind)
	}
}

func TestLimitEndsABodyThatIsTooLong(t *testing.T) {
	for size, ok := range map[int]bool{99: true, 100: true, 101: false, 5000: false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // no Content-Length: the bound must hold while reading
			_, _ = w.Write(make([]byte, size))
		}))
		hc := &http.Client{Transport: Limit(http.DefaultTransport, 100)}
		resp, err := hc.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		s.Close()
		if ok && (err != nil || len(b) != size) || !ok && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes: read %d, %v", size, len(b), err)
		}
	}
}
