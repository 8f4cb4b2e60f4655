package jaeger

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jaegertracing/jaeger-idl/proto-gen/api_v2"
	"github.com/prometheus/common/config"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"dlmon/sources"
)

// authority signs certificates for 127.0.0.1, as server and as client.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, block("CERTIFICATE", der)}
}

func (a *authority) issue(t *testing.T) (certPEM, keyPEM string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"jaeger.test"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", raw)
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// serverTLS wants a client certificate of the same authority.
func (a *authority) serverTLS(t *testing.T) grpc.ServerOption {
	t.Helper()
	c, k := a.issue(t)
	pair, err := tls.X509KeyPair([]byte(c), []byte(k))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}))
}

func TestTLSWithClientCertificates(t *testing.T) {
	a := newAuthority(t)
	addr := serve(t, &fake{}, a.serverTLS(t))
	cert, key := a.issue(t)
	const (
		none   sources.Kind = -1
		either sources.Kind = -2 // the server's alert may be lost with the connection
	)
	for _, c := range []struct {
		name string
		url  string
		tls  config.TLSConfig
		want sources.Kind // of the error
		text string
	}{
		{"all in order", "grpcs://", config.TLSConfig{CA: a.pem, Cert: cert, Key: config.Secret(key)}, none, ""},
		{"another name of the server", "grpcs://", config.TLSConfig{CA: a.pem, Cert: cert, Key: config.Secret(key), ServerName: "jaeger.test"}, none, ""},
		{"unchecked", "grpcs://", config.TLSConfig{InsecureSkipVerify: true, Cert: cert, Key: config.Secret(key)}, none, ""},
		{"no client certificate", "grpcs://", config.TLSConfig{CA: a.pem}, either, "set jaeger.tls_config.cert_file and key_file)"},
		{"unknown authority", "grpcs://", config.TLSConfig{Cert: cert, Key: config.Secret(key)}, sources.Unauthorized, "unknown authority (set jaeger.tls_config.ca_file)"},
		{"wrong name", "grpcs://", config.TLSConfig{CA: a.pem, ServerName: "elsewhere"}, sources.Unauthorized, "not for elsewhere (set jaeger.tls_config.server_name)"},
		{"plain text to a server that wants TLS", "grpc://", config.TLSConfig{}, sources.Unavailable, "grpcs://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := client(t, Options{URL: c.url + addr, HTTP: config.HTTPClientConfig{TLSConfig: c.tls}}).Services(t.Context())
			if c.want == none {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if c.want != either {
				kind(t, err, c.want)
			}
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v, want %q in it", err, c.text)
			}
		})
	}
}

func TestTLSToAServerThatSpeaksNone(t *testing.T) {
	_, err := client(t, Options{URL: "grpcs://" + serve(t, &fake{})}).Services(t.Context())
	kind(t, err, sources.Unavailable)
	if err == nil || !strings.Contains(err.Error(), "does not speak TLS there (use grpc:// instead of grpcs://)") {
		t.Error(err)
	}
}

func TestAnHTTPServerOnThePort(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	_, err := client(t, Options{URL: "grpc://" + s.Listener.Addr().String()}).Services(t.Context())
	kind(t, err, sources.Unavailable)
	if err == nil || !strings.Contains(err.Error(), "16685") {
		t.Error(err)
	}
}

func TestARenewedAuthorityIsTakenUpWithoutARestart(t *testing.T) {
	old, renewed := newAuthority(t), newAuthority(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	write(t, file, old.pem)
	cert, key := renewed.issue(t)
	c := client(t, Options{URL: "grpcs://" + serve(t, &fake{}, renewed.serverTLS(t)),
		HTTP: config.HTTPClientConfig{TLSConfig: config.TLSConfig{CAFile: file, Cert: cert, Key: config.Secret(key)}}})
	_, err := c.Services(t.Context())
	kind(t, err, sources.Unauthorized)
	write(t, file, renewed.pem)
	g := c.server.(*grpcServer)
	g.conn.ResetConnectBackoff()
	_, err = g.api.GetServices(t.Context(), &api_v2.GetServicesRequest{}, grpc.WaitForReady(true))
	if err != nil {
		t.Error(err)
	}
}

func TestCredentialsArriveAsMetadata(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, "first\n")
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token": "minted", "token_type": "Bearer", "expires_in": 3600}`)
	}))
	t.Cleanup(tokens.Close)
	f := &fake{}
	addr := serve(t, f)
	for _, c := range []struct {
		name, url string
		cfg       config.HTTPClientConfig
		key       string
		want      []string
	}{
		{"none", "grpc://", config.HTTPClientConfig{}, "authorization", nil},
		{"bearer", "grpc://", config.HTTPClientConfig{Authorization: &config.Authorization{Credentials: "s3cret"}}, "authorization", []string{"Bearer s3cret"}},
		{"of a type", "grpc://", config.HTTPClientConfig{Authorization: &config.Authorization{Type: "Key", Credentials: "s3cret"}}, "authorization", []string{"Key s3cret"}},
		{"the older spelling", "grpc://", config.HTTPClientConfig{BearerToken: "s3cret"}, "authorization", []string{"Bearer s3cret"}},
		{"basic", "grpc://", config.HTTPClientConfig{BasicAuth: &config.BasicAuth{Username: "u", Password: "p"}}, "authorization", []string{"Basic dTpw"}},
		{"in the URL", "grpc://u:p@", config.HTTPClientConfig{}, "authorization", []string{"Basic dTpw"}},
		{"OAuth2", "grpc://", config.HTTPClientConfig{OAuth2: &config.OAuth2{ClientID: "id", ClientSecret: "s", TokenURL: tokens.URL}}, "authorization", []string{"Bearer minted"}},
		{"headers", "grpc://", config.HTTPClientConfig{HTTPHeaders: &config.Headers{Headers: map[string]config.Header{"X-Scope-OrgID": {Values: []string{"a", "b"}}}}}, "x-scope-orgid", []string{"a, b"}},
		{"a file", "grpc://", config.HTTPClientConfig{Authorization: &config.Authorization{CredentialsFile: file}}, "authorization", []string{"Bearer first"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := client(t, Options{URL: c.url + addr, HTTP: c.cfg})
			if _, err := cl.Services(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := f.metadata(c.key); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %q, want %q", c.key, got, c.want)
			}
			if c.name != "a file" {
				return
			}
			write(t, file, "second")
			if _, err := cl.Services(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := f.metadata(c.key); !reflect.DeepEqual(got, []string{"Bearer second"}) {
				t.Errorf("after the file changed: %q", got)
			}
		})
	}
}

func TestUnreadableCredentialsAreAFault(t *testing.T) {
	c := client(t, Options{URL: "grpc://" + serve(t, &fake{}), HTTP: config.HTTPClientConfig{
		Authorization: &config.Authorization{CredentialsFile: filepath.Join(t.TempDir(), "gone")}}})
	_, err := c.Services(t.Context())
	kind(t, err, sources.Unauthorized)
	if err == nil || !strings.Contains(err.Error(), "unable to read authorization credentials") {
		t.Error(err)
	}
}

func TestAHangingTokenEndpointDoesNotOutlastTheCall(t *testing.T) {
	release := make(chan struct{})
	tokens := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(tokens.Close)
	t.Cleanup(func() { close(release) })
	c := client(t, Options{URL: "grpc://" + serve(t, &fake{}), Timeout: 50 * time.Millisecond, HTTP: config.HTTPClientConfig{
		OAuth2: &config.OAuth2{ClientID: "id", ClientSecret: "s", TokenURL: tokens.URL}}})
	ended := make(chan error)
	go func() { _, err := c.Services(t.Context()); ended <- err }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("no error without a token")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still waiting after 5 s")
	}
}

func TestNewRefusesBadOptionsWithoutTellingSecrets(t *testing.T) {
	basic := config.HTTPClientConfig{BasicAuth: &config.BasicAuth{Username: "u", Password: "s3cret"}}
	proxy, _ := url.Parse("http://proxy:3128")
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"no URL", Options{}, "grpc://host:16685"},
		{"no host", Options{URL: "grpc://"}, "grpc://host:16685"},
		{"no scheme", Options{URL: "localhost:16685"}, "grpc://host:16685"},
		{"not a URL", Options{URL: "grpc://u:s3cret@ho st"}, "(unreadable URL)"},
		{"a path", Options{URL: "grpc://u:s3cret@host/jaeger"}, "grpc://host/jaeger"},
		{"another protocol", Options{URL: "ftp://u:s3cret@host:16686/"}, "ftp://host:16686/ (grpc://host:16685 or http://host:16686"},
		{"a query", Options{URL: "http://u:s3cret@host:16686/?token=s3cret"}, "http://host:16686/ ("},
		{"credentials in plain text", Options{URL: "grpc://host", HTTP: basic}, "plain text (use grpcs://"},
		{"credentials of the URL in plain text", Options{URL: "grpc://u:s3cret@host"}, "plain text (use grpcs://"},
		{"a secret header in plain text", Options{URL: "grpc://host", HTTP: config.HTTPClientConfig{HTTPHeaders: &config.Headers{
			Headers: map[string]config.Header{"X-Key": {Secrets: []config.Secret{"s3cret"}}}}}}, "plain text (use grpcs://"},
		{"a proxy", Options{URL: "grpcs://host", HTTP: config.HTTPClientConfig{ProxyConfig: config.ProxyConfig{ProxyURL: config.URL{URL: proxy}}}}, "proxy"},
		{"two kinds of credentials", Options{URL: "grpcs://host", HTTP: config.HTTPClientConfig{BearerToken: "s3cret", BasicAuth: basic.BasicAuth}}, "at most one of"},
		{"no such authority", Options{URL: "grpcs://host", HTTP: config.HTTPClientConfig{TLSConfig: config.TLSConfig{CAFile: "/nowhere/ca.pem"}}}, "tls_config: unable to read CA cert"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.o)
			kind(t, err, sources.Rejected)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %q in it", err, c.want)
			}
		})
	}
	for _, ok := range []Options{
		{URL: "grpc://localhost", HTTP: basic}, {URL: "grpc://[::1]:1", HTTP: basic}, {URL: "grpcs://host/", HTTP: basic}, {URL: "http://u:s3cret@host/jaeger/"}, {URL: "https://host"},
		{URL: "grpc://host", HTTP: config.HTTPClientConfig{HTTPHeaders: &config.Headers{Headers: map[string]config.Header{"X-Scope-OrgID": {Values: []string{"a"}}}}}},
	} {
		c, err := New(ok)
		if err != nil {
			t.Errorf("%s: %v", ok.URL, err)
			continue
		}
		c.Close()
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
