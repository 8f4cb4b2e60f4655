package testserver

import (
	"net/http"
	"testing"
)

func TestEveryServerServes(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) *Server{
		"prometheus":   func(t *testing.T) *Server { return Prometheus(t, "global: {scrape_interval: 1s}", nil) },
		"alertmanager": func(t *testing.T) *Server { return Alertmanager(t, "route: {receiver: x}\nreceivers: [{name: x}]") },
		"jaeger":       func(t *testing.T) *Server { return Jaeger(t).Server },
		"jaeger v2":    func(t *testing.T) *Server { return JaegerV2(t).Server },
		"victoria":     func(t *testing.T) *Server { return VictoriaMetrics(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.Stop()
			if _, err := http.Get(s.ready); err == nil {
				t.Fatal("it still answers after Stop")
			}
			s.Start()
			resp, err := http.Get(s.ready)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d after a restart", resp.StatusCode)
			}
		})
	}
}
