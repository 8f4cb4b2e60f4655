package jaeger

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"dlmon/sources"
	"dlmon/sources/transport"
)

// fault puts a failed call into words and tells its kind. Failures to connect read as they do for the HTTP sources.
func (g *grpcServer) fault(asked string, err error) *sources.Error {
	return g.faultAfter(g.limits.timeout, asked, err)
}

// faultAfter is fault of a call whose time, if that was too short, was waited.
func (g *grpcServer) faultAfter(waited time.Duration, asked string, err error) *sources.Error {
	asked = sources.CleanName(asked)
	code, text := status.Code(err), words(err)
	e := &sources.Error{Source: source, Asked: asked, Reason: text, Err: err}
	switch {
	case errors.Is(err, transport.ErrTooLarge), code == codes.ResourceExhausted && strings.Contains(text, "larger than max"):
		e = transport.Fault(source, asked, transport.ErrTooLarge)
		e.Advice = ""
		return e
	case code == codes.Canceled:
		return transport.Fault(source, asked, context.Canceled)
	case code == codes.Unavailable, code == codes.DeadlineExceeded:
		return g.unreachable(waited, asked, code, text)
	case code == codes.NotFound, strings.Contains(text, "trace not found"):
		return noSuchTrace(asked)
	case code == codes.Unauthenticated, code == codes.PermissionDenied:
		e.Kind, e.Advice = sources.Unauthorized, "set jaeger.authorization or jaeger.basic_auth in the config"
	case code == codes.Unimplemented:
		e.Kind, e.Advice = sources.Rejected, "jaeger-url must name Jaeger's gRPC query port, 16685 by default"
	case code == codes.InvalidArgument, code == codes.FailedPrecondition, code == codes.OutOfRange, code == codes.AlreadyExists, code == codes.Aborted:
		e.Kind = sources.Rejected
	case strings.Contains(text, "failed to unmarshal"):
		e.Kind = sources.Internal
	default: // Internal, Unknown, ResourceExhausted: the server's own trouble, as a 5xx is
		e.Kind = sources.Unavailable
	}
	return e
}

func (g *grpcServer) unreachable(waited time.Duration, asked string, code codes.Code, text string) *sources.Error {
	last := g.link.last.Load()
	at := func(err error) *sources.Error {
		return transport.Fault(source, asked, &url.Error{URL: "grpc://" + g.link.host, Err: err})
	}
	e := &sources.Error{Source: source, Asked: asked, Kind: sources.Unavailable, Reason: text}
	switch {
	case last != nil:
		e = at(*last)
		if !g.link.plain && strings.Contains(e.Reason, "does not speak TLS") {
			e.Advice = "use grpc:// instead of grpcs://"
		}
	case code == codes.DeadlineExceeded:
		e = at(context.DeadlineExceeded)
		e.Advice = longer(waited)
	case strings.Contains(text, "remote error: tls:"): // with TLS 1.3 a client's certificate is judged after the handshake
		_, alert, _ := strings.Cut(text, "remote error: ")
		e.Kind, e.Advice = sources.Unauthorized, "set jaeger.tls_config.cert_file and key_file"
		e.Reason = "the server refused the TLS handshake: " + strings.TrimRight(alert, `"`)
	case !g.link.plain && !g.link.certified && closed(text): // where its last word, the alert, was lost with the connection
		e.Reason, e.Advice = "the server closed the connection", "if it wants a client certificate, set jaeger.tls_config.cert_file and key_file"
	case strings.Contains(text, "HTTP/1"):
		e.Reason, e.Advice = "an HTTP server answers there, not gRPC", "jaeger-url must name Jaeger's gRPC query port, 16685 by default"
	case strings.Contains(text, "server preface"):
		e.Reason, e.Advice = "the server does not answer as gRPC does", "use grpcs:// if it wants TLS"
	case closed(text):
		e.Reason = "the server closed the connection"
	}
	return e
}

func closed(text string) bool {
	return strings.Contains(text, "broken pipe") || strings.Contains(text, "connection reset") || strings.HasSuffix(text, "EOF")
}

// words is the server's words, without what gRPC wraps around them.
func words(err error) string {
	text := status.Convert(err).Message()
	if _, desc, ok := strings.Cut(text, "desc = "); ok {
		text = strings.Trim(desc, `"`)
	}
	if text = sources.Clean(text); text == "" {
		return strings.ToLower(status.Code(err).String())
	}
	return text
}
