package testserver

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"testing"
)

// Prometheus runs a Prometheus with the configuration given; files (rules, by name) lie beside it. Exemplar storage
// and remote writing are on. OpenMetrics text in files["backfill.om"] is loaded as blocks before the server starts.
func Prometheus(t testing.TB, configYAML string, files map[string]string) *Server {
	t.Helper()
	bin := find(t, "DLMON_TEST_PROMETHEUS", "prometheus")
	dir, data := t.TempDir(), t.TempDir()
	all := map[string]string{"prometheus.yml": configYAML}
	maps.Copy(all, files)
	write(t, dir, all)
	if _, ok := files["backfill.om"]; ok {
		promtool, err := exec.LookPath("promtool")
		if err != nil {
			missing(t, "promtool is not installed")
		}
		out, err := exec.Command(promtool, "tsdb", "create-blocks-from", "openmetrics", filepath.Join(dir, "backfill.om"), data).CombinedOutput()
		if err != nil {
			t.Fatalf("promtool: %v\n%s", err, out)
		}
	}
	addr := FreeAddr(t)
	return run(t, &Server{
		name: "prometheus", bin: bin, URL: "http://" + addr, ready: "http://" + addr + "/-/ready",
		args: []string{
			"--config.file=" + filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path=" + data,
			"--web.listen-address=" + addr, "--enable-feature=exemplar-storage",
			"--web.enable-lifecycle", "--web.enable-remote-write-receiver",
			// Back-filled blocks lie before the head: a query may look further back than the default lookback wants.
			"--storage.tsdb.retention.time=10y",
		},
	})
}

// Alertmanager runs an Alertmanager with the configuration given.
func Alertmanager(t testing.TB, configYAML string) *Server {
	t.Helper()
	bin := find(t, "DLMON_TEST_ALERTMANAGER", "prometheus-alertmanager", "alertmanager")
	dir := t.TempDir()
	write(t, dir, map[string]string{"alertmanager.yml": configYAML})
	addr := FreeAddr(t)
	return run(t, &Server{
		name: "alertmanager", bin: bin, URL: "http://" + addr, ready: "http://" + addr + "/-/ready",
		args: []string{
			"--config.file=" + filepath.Join(dir, "alertmanager.yml"), "--storage.path=" + t.TempDir(),
			"--web.listen-address=" + addr, "--cluster.listen-address=",
		},
	})
}

// JaegerServer is a Jaeger all-in-one with storage in memory.
type JaegerServer struct {
	*Server        // URL is the HTTP query API
	GRPC    string // host:port of the gRPC query API
	OTLP    string // http://host:port that takes OTLP over HTTP at /v1/traces
}

// Jaeger runs a Jaeger v1 all-in-one.
func Jaeger(t testing.TB) JaegerServer {
	t.Helper()
	bin := find(t, "DLMON_TEST_JAEGER", "jaeger-all-in-one", "all-in-one")
	http, grpc, otlp, admin := FreeAddr(t), FreeAddr(t), FreeAddr(t), FreeAddr(t)
	s := run(t, &Server{
		name: "jaeger", bin: bin, URL: "http://" + http, ready: "http://" + http + "/api/services",
		env: []string{"SPAN_STORAGE_TYPE=memory"},
		args: []string{
			"--query.http-server.host-port=" + http, "--query.grpc-server.host-port=" + grpc,
			"--collector.otlp.http.host-port=" + otlp, "--collector.otlp.grpc.host-port=" + FreeAddr(t),
			"--collector.grpc-server.host-port=" + FreeAddr(t), "--collector.http-server.host-port=" + FreeAddr(t),
			"--admin.http.host-port=" + admin,
		},
	})
	return JaegerServer{Server: s, GRPC: grpc, OTLP: "http://" + otlp}
}

// JaegerV2 runs a Jaeger v2, which is an OpenTelemetry collector.
func JaegerV2(t testing.TB) JaegerServer {
	t.Helper()
	bin := find(t, "DLMON_TEST_JAEGER_V2", "jaeger")
	http, grpc, otlp := FreeAddr(t), FreeAddr(t), FreeAddr(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{"jaeger.yaml": fmt.Sprintf(jaegerV2, http, grpc, otlp)})
	s := run(t, &Server{
		name: "jaeger v2", bin: bin, URL: "http://" + http, ready: "http://" + http + "/api/services",
		args: []string{"--config=file:" + filepath.Join(dir, "jaeger.yaml")},
	})
	return JaegerServer{Server: s, GRPC: grpc, OTLP: "http://" + otlp}
}

// jaegerV2 keeps traces in memory and opens no port but the three.
const jaegerV2 = `
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [jaeger_storage_exporter]
  telemetry:
    metrics: {level: none}
extensions:
  jaeger_storage:
    backends:
      memory: {memory: {max_traces: 100000}}
  jaeger_query:
    storage: {traces: memory}
    http: {endpoint: "%s"}
    grpc: {endpoint: "%s"}
receivers:
  otlp:
    protocols:
      http: {endpoint: "%s"}
exporters:
  jaeger_storage_exporter: {trace_storage: memory}
`

// VictoriaMetrics runs a single-node VictoriaMetrics.
func VictoriaMetrics(t testing.TB) *Server {
	t.Helper()
	bin := find(t, "DLMON_TEST_VICTORIAMETRICS", "victoria-metrics", "victoria-metrics-prod")
	addr := FreeAddr(t)
	return run(t, &Server{
		name: "victoria-metrics", bin: bin, URL: "http://" + addr, ready: "http://" + addr + "/health",
		args: []string{"-httpListenAddr=" + addr, "-storageDataPath=" + t.TempDir(), "-search.latencyOffset=0s"},
	})
}
