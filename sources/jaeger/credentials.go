package jaeger

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/common/config"
)

// tokenTimeout bounds a connection to an OAuth2 token endpoint: prometheus/common asks it without the call's context.
const tokenTimeout = 30 * time.Second

// rpcCredentials sends with each call what an HTTP client with the same block would send as headers. It lets
// prometheus/common's own round trippers write them onto a request that goes nowhere, so that files are read again
// and OAuth2 tokens renewed exactly as for the other sources.
type rpcCredentials struct{ headers http.RoundTripper }

// newRPCCredentials is nil where the block asks for no headers. The block is validated already.
func newRPCCredentials(c config.HTTPClientConfig) *rpcCredentials {
	var rt http.RoundTripper = collector{}
	if a := c.Authorization; a != nil {
		rt = config.NewAuthorizationCredentialsRoundTripper(a.Type, secret(a.Credentials, a.CredentialsFile), rt)
	}
	if b := c.BasicAuth; b != nil {
		rt = config.NewBasicAuthRoundTripper(secret(config.Secret(b.Username), b.UsernameFile), secret(b.Password, b.PasswordFile), rt)
	}
	if o := c.OAuth2; o != nil {
		key := secret(o.ClientSecret, o.ClientSecretFile)
		if o.ClientCertificateKey != "" || o.ClientCertificateKeyFile != "" {
			key = secret(o.ClientCertificateKey, o.ClientCertificateKeyFile)
		}
		rt = config.NewOAuth2RoundTripper(key, o, rt, config.WithDialContextFunc(dialToken))
	}
	if c.HTTPHeaders != nil {
		rt = config.NewHeadersRoundTripper(c.HTTPHeaders, rt)
	}
	if rt == (collector{}) {
		return nil
	}
	return &rpcCredentials{rt}
}

func secret(text config.Secret, file string) config.SecretReader {
	if file != "" {
		return config.NewFileSecret(file)
	}
	return config.NewInlineSecret(string(text))
}

func dialToken(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(tokenTimeout))
}

// GetRequestMetadata returns within ctx, even while a token endpoint hangs.
func (c *rpcCredentials) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://jaeger", nil)
	if err != nil {
		return nil, err
	}
	type answer struct {
		header http.Header
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		resp, err := c.headers.RoundTrip(req)
		if err != nil {
			done <- answer{err: err}
			return
		}
		done <- answer{header: resp.Header}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-done:
		if a.err != nil {
			return nil, errors.New("credentials: " + a.err.Error())
		}
		md := make(map[string]string, len(a.header))
		for name, values := range a.header {
			md[strings.ToLower(name)] = strings.Join(values, ", ")
		}
		return md, nil
	}
}

// RequireTransportSecurity is false: dial decides that, because over loopback plain text is fine.
func (c *rpcCredentials) RequireTransportSecurity() bool { return false }

// collector answers a request with the request's own headers.
type collector struct{}

func (collector) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: req.Header, Body: http.NoBody, Request: req}, nil
}

// hasSecrets tells whether the block sends anything that must not be overheard.
func hasSecrets(c config.HTTPClientConfig) bool {
	if c.Authorization != nil || c.BasicAuth != nil || c.OAuth2 != nil {
		return true
	}
	if c.HTTPHeaders != nil {
		for _, h := range c.HTTPHeaders.Headers {
			if len(h.Secrets) > 0 || len(h.Files) > 0 {
				return true
			}
		}
	}
	return false
}
