package transport

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/common/config"

	"dlmon/sources"
)

// get asks server through a client made of c and returns the fault.
func get(t *testing.T, c config.HTTPClientConfig, server string) *sources.Error {
	t.Helper()
	hc, err := HTTP("prometheus", c, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hc.CloseIdleConnections)
	resp, err := hc.Get(server)
	if err == nil {
		resp.Body.Close()
		t.Fatalf("%s answered %s", server, resp.Status)
	}
	return Fault("prometheus", "rules", err)
}

func closedAddr(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(nil)
	s.Close()
	return s.Listener.Addr().String()
}

func TestNoSecretStandsInAFaultOfTheCredentials(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "bad secret %q", r.FormValue("client_secret"))
	}))
	t.Cleanup(echo.Close)
	closed := closedAddr(t)
	oauth := func(tokenURL string) config.HTTPClientConfig {
		return config.HTTPClientConfig{OAuth2: &config.OAuth2{ClientID: "id", ClientSecret: "hunter2", TokenURL: tokenURL,
			EndpointParams: map[string]string{"client_secret": "hunter2"}}}
	}
	proxy, err := url.Parse("http://me:hunter2@" + closed)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		config config.HTTPClientConfig
		kind   sources.Kind
		text   string
	}{
		"a token server that repeats what it was sent": {oauth(echo.URL), sources.Unauthorized, "no OAuth2 token: 400 Bad Request (check prometheus.oauth2 in the config)"},
		"a token server that is not there":             {oauth("http://" + closed + "/?key=hunter2"), sources.Refused, "nobody listens on " + closed},
		"a credentials file that is missing": {config.HTTPClientConfig{Authorization: &config.Authorization{CredentialsFile: "/nowhere/token"}},
			sources.Unauthorized, "cannot read /nowhere/token: no such file or directory (check the prometheus block"},
		"a proxy that is not there": {config.HTTPClientConfig{ProxyConfig: config.ProxyConfig{ProxyURL: config.URL{URL: proxy}}},
			sources.Refused, "nobody listens on " + closed + " (check prometheus.proxy_url in the config)"},
	} {
		t.Run(name, func(t *testing.T) {
			e := get(t, tc.config, echo.URL+"/?token=hunter2")
			if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) || strings.Contains(e.Error(), "hunter2") {
				t.Errorf("kind %v: %v", e.Kind, e)
			}
		})
	}
}

func TestAnUnusableBlockIsAnErrorOfTheSource(t *testing.T) {
	_, err := HTTP("health", config.HTTPClientConfig{TLSConfig: config.TLSConfig{CAFile: "/nowhere/ca.pem"}}, 0)
	e, ok := errors.AsType[*sources.Error](err)
	if !ok || e.Source != "health" || !strings.Contains(e.Error(), "/nowhere/ca.pem") {
		t.Errorf("%v", err)
	}
}

func TestAPortThatSpeaksAnotherProtocolIsToldApart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1024))
			_, _ = io.WriteString(c, "-ERR unknown command\r\n\r\n")
			c.Close()
		}
	}()
	e := get(t, config.HTTPClientConfig{}, "http://"+l.Addr().String())
	if e.Kind != sources.Unavailable || !strings.Contains(e.Error(), "another protocol than HTTP") {
		t.Errorf("kind %v: %v", e.Kind, e)
	}
}

func TestAnswersAreAskedForCompressedAndBoundedUnpacked(t *testing.T) {
	const size = 4000
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" || r.UserAgent() != "dlmon" {
			t.Errorf("Accept-Encoding %q, User-Agent %q", r.Header.Get("Accept-Encoding"), r.UserAgent())
		}
		w.Header().Set("Content-Encoding", "gzip")
		zw := gzip.NewWriter(w)
		_, _ = io.WriteString(zw, strings.Repeat("x", size))
		zw.Close()
	}))
	t.Cleanup(s.Close)
	for bound, fits := range map[int64]bool{size: true, size - 1: false} {
		hc, err := HTTP("prometheus", config.HTTPClientConfig{}, bound)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := hc.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		hc.CloseIdleConnections()
		if fits && (err != nil || len(b) != size) || !fits && !errors.Is(err, ErrTooLarge) {
			t.Errorf("bound %d: %d bytes, %v", bound, len(b), err)
		}
	}
}

func TestAZeroBlockFollowsRedirects(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.Redirect(w, r, "/there", http.StatusFound)
		}
	}))
	t.Cleanup(s.Close)
	hc, err := HTTP("health", config.HTTPClientConfig{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s", resp.Status)
	}
}

func TestStatusTellsWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		code int
		body string
		kind sources.Kind
		text string
	}{
		"a login page":        {401, "<html>\n<head><TITLE>Sign in &amp; go</title>", sources.Unauthorized, "401 Unauthorized: Sign in & go (set p.authorization"},
		"TLS wanted":          {400, "Client sent an HTTP request to an HTTPS server.\n", sources.Unavailable, "(use https:// in p-url)"},
		"a missing endpoint":  {501, "", sources.Rejected, "p: x: 501 Not Implemented"},
		"the status repeated": {503, "Service Unavailable\n", sources.Unavailable, "p: x: 503 Service Unavailable"},
		"an unknown code":     {799, "", sources.Unavailable, "p: x: 799"},
	} {
		t.Run(name, func(t *testing.T) {
			e := Status("p", "x", tc.code, tc.body)
			if e.Kind != tc.kind || !strings.Contains(e.Error(), tc.text) {
				t.Errorf("kind %v: %v", e.Kind, e)
			}
		})
	}
	if got := Status("p", "x", 503, "Service Unavailable").Error(); got != "p: x: 503 Service Unavailable" {
		t.Errorf("%q repeats itself", got)
	}
}
