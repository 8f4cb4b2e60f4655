package jaeger

import (
	"context"
	"math"
	"net"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/config"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

const (
	grpcPort    = "16685"
	dialTimeout = 5 * time.Second
)

// link is what is known of the connection: why the last try to connect failed, with its type, which gRPC's status
// messages lose.
type link struct {
	host      string
	plain     bool                  // no TLS
	certified bool                  // with a client certificate
	last      atomic.Pointer[error] // nil once connected
}

func (l *link) note(err error) error {
	if err == nil {
		l.last.Store(nil)
	} else {
		l.last.Store(&err)
	}
	return err
}

// dial makes a connection that is used lazily. It reads certificate files, to refuse bad ones at once.
func dial(u *url.URL, o Options, limits limits) (*grpc.ClientConn, *link, error) {
	if u.Path != "" && u.Path != "/" {
		return nil, nil, refuseURL(o.URL)
	}
	port := u.Port()
	if port == "" {
		port = grpcPort
	}
	cfg := o.HTTP
	if p, ok := u.User.Password(); u.User != nil && cfg.BasicAuth == nil && cfg.Authorization == nil {
		cfg.BasicAuth = &config.BasicAuth{Username: u.User.Username()}
		if ok {
			cfg.BasicAuth.Password = config.Secret(p)
		}
	}
	if err := cfg.Validate(); err != nil {
		return nil, nil, refuse(err.Error(), "")
	}
	if cfg.ProxyURL.URL != nil || cfg.ProxyFromEnvironment {
		return nil, nil, refuse("gRPC does not go through a proxy", "leave proxy_url and proxy_from_environment out")
	}

	l := &link{host: net.JoinHostPort(u.Hostname(), port), plain: u.Scheme == "grpc", certified: cfg.TLSConfig.Cert != "" || cfg.TLSConfig.CertFile != ""}
	security := insecure.NewCredentials()
	if !l.plain {
		if _, err := config.NewTLSConfig(&cfg.TLSConfig); err != nil {
			return nil, nil, refuse("tls_config: "+err.Error(), "")
		}
		security = handshake{cfg: &cfg.TLSConfig, link: l}
	} else if hasSecrets(cfg) && !loopback(u.Hostname()) {
		return nil, nil, refuse("credentials would cross the network in plain text", "use grpcs://, or leave the credentials out")
	}
	size := int(min(limits.trace, math.MaxInt32))
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(security),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
			return conn, l.note(err)
		}),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{}), grpc.MaxCallRecvMsgSize(size)),
		grpc.WithDisableServiceConfig(),
		// The feed decides when to try again; gRPC should not be slower than that.
		grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: dialTimeout,
			Backoff: backoff.Config{BaseDelay: 250 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second}}),
		// A server that vanished without a word is noticed after Timeout (by way of TCP_USER_TIMEOUT). Time stays above
		// the five minutes below which servers take pings for an attack.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 6 * time.Minute, Timeout: 20 * time.Second}),
		grpc.WithUserAgent("dlmon"),
	}
	if name := cfg.TLSConfig.ServerName; name != "" && !l.plain {
		options = append(options, grpc.WithAuthority(name)) // what the certificate is checked against
	}
	if rpc := newRPCCredentials(cfg); rpc != nil {
		options = append(options, grpc.WithPerRPCCredentials(rpc))
	}
	// passthrough: the dialer resolves the name, so that a name that doesn't resolve is told like any other failure.
	conn, err := grpc.NewClient("passthrough:///"+l.host, options...)
	if err != nil {
		return nil, nil, refuse(err.Error(), "")
	}
	return conn, l, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// handshake is TLS as tls_config says at the moment of each handshake, so that renewed certificates and authorities
// are taken up without a restart.
type handshake struct {
	credentials.TransportCredentials // for what clients don't use; nil
	cfg                              *config.TLSConfig
	link                             *link
}

func (h handshake) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	cfg, err := config.NewTLSConfigWithContext(ctx, h.cfg)
	if err != nil {
		return nil, nil, h.link.note(err)
	}
	secured, info, err := credentials.NewTLS(cfg).ClientHandshake(ctx, authority, conn)
	return secured, info, h.link.note(err)
}

func (h handshake) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

func (h handshake) Clone() credentials.TransportCredentials { return h }
