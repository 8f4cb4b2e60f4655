package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Report is the answer of the health endpoint, in the schema of the monitoring guide.
type Report struct {
	Status    string  `json:"status"`
	Timestamp float64 `json:"timestamp"` // seconds since the epoch
	Duration  float64 `json:"duration"`  // seconds
	Checks    []Check `json:"checks"`
}

// Check is one of the report's checks.
type Check struct {
	Name     string         `json:"name"`
	Status   string         `json:"status"` // healthy, degraded, unhealthy
	Message  string         `json:"message"`
	Duration float64        `json:"duration"` // seconds
	Details  map[string]any `json:"details"`
}

const (
	healthy   = "healthy"
	degraded  = "degraded"
	unhealthy = "unhealthy"
)

// Health runs the seven checks against the simulated state.
func (s *Service) Health(now time.Time) Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Report{Timestamp: float64(now.UnixMilli()) / 1000, Status: healthy}
	add := func(name, status, message string, details map[string]any) {
		d := 0.001 + 0.02*s.noise.unit(stream("check", name), s.steps)
		if details == nil {
			details = map[string]any{}
		}
		r.Checks = append(r.Checks, Check{name, status, message, d, details})
		r.Duration = max(r.Duration, d)
		if status == unhealthy || status == degraded && r.Status == healthy {
			r.Status = status
		}
	}
	add("api", healthy, "API answers", nil)
	if s.cond.storageDown {
		add("deeplake", unhealthy, "storage answers 503 Slow Down", nil)
	} else {
		add("deeplake", healthy, "storage and index engine answer", nil)
	}
	if s.cond.cacheLoss > 0.3 {
		add("cache", degraded, fmt.Sprintf("evicting under memory pressure, hit ratio %.0f %%", 100*s.tenants[0].cache[0].ratio.Value),
			map[string]any{"hit_ratio": s.tenants[0].cache[0].ratio.Value})
	} else {
		add("cache", healthy, "set, get and delete work", nil)
	}
	s.checkMachine(add)
	s.checkServices(add)
	return r
}

func (s *Service) checkMachine(add func(name, status, message string, details map[string]any)) {
	free := s.infra.diskFree.Value
	percent := 100 * free / diskTotal
	add("disk_space", grade(-percent, -20, -10), fmt.Sprintf("%.1f %% free", percent), map[string]any{
		"total_bytes": int64(diskTotal), "used_bytes": diskTotal - free, "free_bytes": free, "free_percent": percent,
	})
	used := s.infra.memory.Value
	percent = 100 * used / memoryTotal
	add("memory", grade(percent, 80, 90), fmt.Sprintf("%.1f %% in use", percent), map[string]any{
		"total_bytes": int64(memoryTotal), "used_bytes": used, "free_bytes": memoryTotal - used, "percent": percent,
	})
	conns := s.infra.connections.Value
	percent = 100 * conns / maxConnections
	add("database_connections", grade(percent, 70, 90), fmt.Sprintf("%.0f of %d in use", conns, maxConnections), map[string]any{
		"active_connections": conns, "max_connections": maxConnections, "usage_percent": percent,
	})
}

func (s *Service) checkServices(add func(name, status, message string, details map[string]any)) {
	openAI := map[string]any{"name": "OpenAI", "status": healthy, "status_code": 200}
	hub := map[string]any{"name": "DeepLake Hub", "status": healthy, "status_code": 200}
	status, message := healthy, "2 of 2 answer"
	if s.cond.hubDown {
		hub = map[string]any{"name": "DeepLake Hub", "status": unhealthy, "error": "timeout after 5 s"}
		status, message = degraded, "1 of 2 answers: DeepLake Hub timeout"
	}
	add("external_services", status, message, map[string]any{"services": []any{openAI, hub}})
}

func grade(v, warn, critical float64) string {
	switch {
	case v >= critical:
		return unhealthy
	case v >= warn:
		return degraded
	}
	return healthy
}

// HealthHandler serves the report: 503 when it is unhealthy, 200 else.
func (s *Service) HealthHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		report := s.Health(time.Now())
		w.Header().Set("Content-Type", "application/json")
		if report.Status == unhealthy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(report)
	})
}
