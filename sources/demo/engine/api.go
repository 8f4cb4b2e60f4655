package engine

import (
	"context"
	"net/http"
	"net/url"
	"os"

	"runtime"
	"runtime/debug"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/util/notifications"
	v1 "github.com/prometheus/prometheus/web/api/v1"
)

// Handler serves Prometheus's HTTP API under /api/v1, its own metrics and its readiness.
func (e *Engine) Handler() http.Handler {
	self := e.options.Self
	api := v1.NewAPI(
		e.promql, e.db, nil, e.db,
		func(context.Context) v1.ScrapePoolsRetriever { return e.targets },
		func(context.Context) v1.TargetRetriever { return e.targets },
		func(context.Context) v1.AlertmanagerRetriever { return e },
		func() config.Config { return *e.config },
		map[string]string{},
		v1.GlobalURLOptions{ListenAddress: self, Host: self, Scheme: "http"},
		func(next http.HandlerFunc) http.HandlerFunc { return next },
		stats{e}, e.dir, false, false, 0, e.logger,
		func(context.Context) v1.RulesRetriever { return e.manager },
		0, 0, 0, false, regexp.MustCompile(`^$`),
		e.runtimeInfo, version(),
		func() []notifications.Notification { return nil },
		func() (<-chan notifications.Notification, func(), bool) { return nil, func() {}, false },
		e.registry, e.registry, nil,
		false, nil, false, false, false,
		5*time.Minute, false, false, nil, nil, v1.OpenAPIOptions{}, e.parser, false, 30*time.Second,
	)
	r := route.New()
	api.Register(r.WithPrefix("/api/v1"))
	mux := http.NewServeMux()
	mux.Handle("/api/", r)
	mux.Handle("/metrics", promhttp.HandlerFor(e.registry, promhttp.HandlerOpts{}))
	for _, path := range []string{"/-/healthy", "/-/ready"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("The demo's Prometheus is ready.\n"))
		})
	}
	return mux
}

// Query answers an instant query without the network; tests ask for simulated times with it.
func (e *Engine) Query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	q, err := e.promql.NewInstantQuery(ctx, e.db, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	res := q.Exec(ctx)
	if res.Err != nil {
		return nil, res.Err
	}
	v, err := res.Vector()
	return append(promql.Vector(nil), v...), err
}

// Alertmanagers and DroppedAlertmanagers are what the API asks.
func (e *Engine) Alertmanagers() []*url.URL {
	if e.options.Alertmanager == "" {
		return nil
	}
	return []*url.URL{{Scheme: "http", Host: e.options.Alertmanager, Path: "/api/v2/alerts"}}
}

func (e *Engine) DroppedAlertmanagers() []*url.URL { return nil }

func (e *Engine) runtimeInfo() (v1.RuntimeInfo, error) {
	host, err := os.Hostname()
	return v1.RuntimeInfo{
		StartTime: e.started, ServerTime: time.Now(), Hostname: host, ReloadConfigSuccess: true, LastConfigTime: e.started,
		GoroutineCount: runtime.NumGoroutine(), GOMAXPROCS: runtime.GOMAXPROCS(0), StorageRetention: "1d",
	}, err
}

// version says which Prometheus the binary embeds.
func version() *v1.PrometheusVersion {
	v := &v1.PrometheusVersion{Version: "unknown", GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/prometheus/prometheus" {
			v.Version = release(m.Version)
		}
	}
	return v
}
