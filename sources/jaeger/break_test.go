package jaeger

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/testserver"
)

// gate stands between a client and a server: it lets so many bytes of the server's through, tells that, and waits.
// Then it either cuts the connection or lets the rest through, if there is one.
type gate struct {
	addr    string
	reached chan struct{} // closed when the bytes are through
	open    chan struct{} // to be closed to let the rest through
}

func newGate(t testing.TB, server string, bytes int64, cut bool) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{addr: l.Addr().String(), reached: make(chan struct{}), open: make(chan struct{})}
	var once sync.Once
	var all sync.WaitGroup
	ended := make(chan struct{})
	pass := func(client net.Conn) {
		defer client.Close()
		upstream, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer upstream.Close()
		_ = upstream.(*net.TCPConn).SetReadBuffer(64 << 10) // what waits in sockets came, too
		all.Go(func() { _, _ = io.Copy(upstream, client); upstream.Close() })
		if _, err := io.CopyN(client, upstream, bytes); err != nil {
			return
		}
		once.Do(func() { close(g.reached) })
		if cut {
			return
		}
		select {
		case <-g.open:
			_, _ = io.Copy(client, upstream)
		case <-ended:
		}
	}
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { pass(client) })
		}
	})
	t.Cleanup(func() { close(ended); l.Close(); all.Wait() })
	return g
}

const (
	large     = 30_000 // spans: more than sockets hold
	largeID   = "000000000000000200000000000000aa"
	firstPart = 1 << 20
)

// storeLarge stores one large trace.
func storeLarge(t testing.TB, server testserver.JaegerServer) {
	t.Helper()
	base := time.Now().Add(-time.Minute)
	const batch = 3000
	for from := 0; from < large; from += batch {
		spans := make([]object, batch)
		for i := range spans {
			n := from + i + 1
			spans[i] = otlp(largeID, n, n/10, fmt.Sprintf("operation %d", n%50), base.Add(time.Duration(n)*time.Microsecond), time.Millisecond,
				attributes("tenant_id", "acme", "note", fmt.Sprintf("span number %d of a large trace", n)), nil)
		}
		send(t, server.OTLP, "deeplake-api", spans...)
	}
	c := client(t, Options{URL: "grpc://" + server.GRPC, Timeout: time.Minute})
	eventually(t, func() bool {
		trace, err := c.Trace(t.Context(), largeID, nil)
		return err == nil && len(trace.Spans) == large && trace.Cut == ""
	})
}

func TestWhatARealServerSentBeforeItBrokeOffIsKept(t *testing.T) {
	for version, start := range servers {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			storeLarge(t, server)
			for name, way := range ways(t, server) {
				t.Run(name, func(t *testing.T) {
					scheme, addr, _ := strings.Cut(way.url, "://")
					scheme += "://"
					t.Run("whole", func(t *testing.T) {
						told := 0
						got, err := client(t, Options{URL: way.url}).Trace(t.Context(), largeID, func(n int) { told = max(told, n) })
						if err != nil || len(got.Spans) != large || got.Cut != "" || told != large {
							t.Errorf("%d spans, told of %d, cut %q, %v", len(got.Spans), told, got.Cut, err)
						}
					})
					t.Run("the connection is cut", func(t *testing.T) {
						g := newGate(t, addr, firstPart, true)
						got, err := client(t, Options{URL: scheme + g.addr}).Trace(t.Context(), largeID, nil)
						cutOff(t, got, err, "the server closed the connection")
					})
					t.Run("silence", func(t *testing.T) {
						g := newGate(t, addr, firstPart, false)
						got, err := client(t, Options{URL: scheme + g.addr, Timeout: 3 * time.Second}).Trace(t.Context(), largeID, nil)
						cutOff(t, got, err, "no answer from 127.0.0.1:")
					})
					t.Run("more spans than wanted", func(t *testing.T) {
						got, err := client(t, Options{URL: way.url, MaxSpans: 1000}).Trace(t.Context(), largeID, nil)
						if err != nil || len(got.Spans) != 1000 || got.Cut != "dlmon keeps 1,000 spans of a trace; this one has more" || got.Spans[0].Service != "deeplake-api" {
							t.Errorf("%d spans, cut %q, %v", len(got.Spans), got.Cut, err)
						}
					})
					t.Run("in a list", func(t *testing.T) {
						for bytes, whole := range map[int64]bool{0: true, firstPart: false} {
							found, err := client(t, Options{URL: way.url, MaxSpans: 1000, MaxBytes: bytes}).Search(t.Context(), sources.TraceSearch{Service: "deeplake-api"})
							if err != nil || len(found) != 1 || (found[0].Spans == large) != whole || (found[0].Cut == "") != whole || found[0].Spans < 100 || found[0].Service != "deeplake-api" && whole {
								t.Errorf("within %d bytes: %+v, %v", bytes, found, err)
							}
						}
					})
					t.Run("cancelled", func(t *testing.T) {
						g := newGate(t, addr, firstPart, false)
						c := client(t, Options{URL: scheme + g.addr, Timeout: time.Hour})
						ctx, cancel := context.WithCancel(t.Context())
						ended := make(chan error)
						go func() { _, err := c.Trace(ctx, largeID, nil); ended <- err }()
						<-g.reached
						cancel()
						select {
						case err := <-ended:
							kind(t, err, sources.Canceled)
						case <-time.After(5 * time.Second):
							t.Fatal("still waiting after 5 s")
						}
					})
				})
			}
			t.Run("the server is stopped", func(t *testing.T) { testStopped(t, server) })
		})
	}
}

// cutOff fails unless a part of the large trace came and says why it is one.
func cutOff(t *testing.T, got sources.Trace, err error, why string) {
	t.Helper()
	n := len(got.Spans)
	if err != nil || got.ID != largeID || n < 100 || n >= large || !strings.HasPrefix(got.Cut, "the answer broke off after ") || !strings.Contains(got.Cut, ": "+why) {
		t.Errorf("%d spans, cut %q, %v", n, got.Cut, err)
	}
}

// testStopped stops the server while its answers are on their way; it ends the server.
func testStopped(t *testing.T, server testserver.JaegerServer) {
	type answer struct {
		trace sources.Trace
		err   error
	}
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]chan answer{}
	var gates []*gate
	for scheme, addr := range map[string]string{"grpc://": server.GRPC, "http://": u.Host} {
		g, ended := newGate(t, addr, firstPart, false), make(chan answer, 1)
		c := client(t, Options{URL: scheme + g.addr, Timeout: time.Minute})
		go func() {
			trace, err := c.Trace(t.Context(), largeID, nil)
			ended <- answer{trace, err}
		}()
		<-g.reached
		gates, answers[scheme] = append(gates, g), ended
	}
	server.Stop()
	for _, g := range gates {
		close(g.open)
	}
	for scheme, ended := range answers {
		t.Run(scheme, func(t *testing.T) {
			a := <-ended
			cutOff(t, a.trace, a.err, "")
		})
	}
}

func TestACallThatWasCancelledIsToldAsThatWhateverTheConnectionSays(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := &httpServer{base: &url.URL{}}
	kind(t, h.fault(ctx, "trace 1", &net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed}), sources.Canceled)
}
