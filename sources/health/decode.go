package health

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/transport"
)

// Bounds of one report: what is beyond them is left out.
const (
	maxChecks  = 200
	maxDetails = 200 // of one check
	maxDepth   = 8
)

// decode reads a report leniently: a field of the wrong type is as good as missing, because half a report at 3 a.m.
// is worth more than an error. What has none of the known shapes is kept as its first line.
func decode(code int, body []byte) sources.HealthReport {
	r := sources.HealthReport{Code: code, Status: sources.Unknown}
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		r.Raw = transport.FirstLine(string(body))
		return r
	}
	checks, guide := doc["checks"].([]any)
	deps, v1 := doc["dependencies"].(map[string]any)
	word, hasStatus := doc["status"].(string)
	why, hasDetail := doc["detail"].(string)
	switch {
	case guide, v1, hasStatus:
		r.Status = status(word)
	case hasDetail && code >= 400: // a readiness probe that refuses
		r.Status = sources.Unhealthy
		r.Checks = []sources.Check{{Name: "ready", Status: sources.Unhealthy, Message: sources.Clean(why)}}
		return r
	default:
		r.Raw = transport.FirstLine(string(body))
		return r
	}
	r.At = instant(doc["timestamp"])
	r.Duration = duration(doc["duration"])
	r.Service, r.Version = text(doc["service"]), text(doc["version"])
	for _, c := range checks[:min(len(checks), maxChecks)] {
		if m, ok := c.(map[string]any); ok {
			r.Checks = append(r.Checks, check(m))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(deps)) {
		if len(r.Checks) == maxChecks {
			break
		}
		c := sources.Check{Name: sources.CleanName(name), Status: sources.Unknown}
		switch v := deps[name].(type) {
		case string:
			c.Status, c.Message = status(v), sources.Clean(v)
		case map[string]any:
			c = check(v)
			c.Name = sources.CleanName(name)
		}
		r.Checks = append(r.Checks, c)
	}
	if r.Status == sources.Unknown && len(r.Checks) > 0 {
		r.Status = worst(r.Checks)
	}
	if len(r.Checks) == 0 && r.Status == sources.Unknown {
		r.Raw = transport.FirstLine(string(body))
	}
	return r
}

// status maps a word to a status; the words of readiness and liveness probes are healthy.
func status(word string) sources.HealthStatus {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "healthy", "ok", "up", "pass", "ready", "alive":
		return sources.Healthy
	case "degraded", "warn", "warning":
		return sources.Degraded
	case "unhealthy", "down", "fail", "error", "critical", "not_ready":
		return sources.Unhealthy
	case "disabled", "off":
		return sources.Disabled
	}
	return sources.Unknown
}

func worst(checks []sources.Check) sources.HealthStatus {
	rank := map[sources.HealthStatus]int{sources.Unhealthy: 3, sources.Degraded: 2, sources.Unknown: 1}
	w := slices.MaxFunc(checks, func(a, b sources.Check) int { return cmp.Compare(rank[a.Status], rank[b.Status]) }).Status
	if w == sources.Disabled {
		return sources.Healthy
	}
	return w
}

func check(m map[string]any) sources.Check {
	c := sources.Check{Name: sources.CleanName(text(m["name"])), Status: status(text(m["status"])),
		Message: text(m["message"]), Duration: duration(m["duration"])}
	if c.Name == "" {
		c.Name = "unnamed"
	}
	flatten(&c.Details, "", m["details"], 0)
	return c
}

// flatten lists the facts of v under dotted names, in the order of the names.
func flatten(out *[]sources.Detail, name string, v any, depth int) {
	if len(*out) >= maxDetails || depth > maxDepth {
		return
	}
	under := func(part string) string {
		if name == "" {
			return part
		}
		return name + "." + part
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			flatten(out, under(k), v[k], depth+1)
		}
	case []any:
		for i, e := range v {
			flatten(out, under(strconv.Itoa(i)), e, depth+1)
		}
	case string:
		*out = append(*out, sources.Detail{Name: sources.CleanName(name), Value: sources.Clean(v)})
	case float64, bool:
		*out = append(*out, sources.Detail{Name: sources.CleanName(name), Value: v})
	}
}

// text is v as cleaned text: numbers and booleans as they are written, anything else is empty.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return sources.Clean(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// duration reads seconds; negative and absurd ones are 0.
func duration(v any) time.Duration {
	s, ok := number(v)
	if !ok || s < 0 || s > 1e8 {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// instant reads Unix seconds or ISO 8601, with or without a zone (then UTC, as the service's clock is).
func instant(v any) time.Time {
	if s, ok := number(v); ok && s > 0 && s < 1e11 {
		return time.UnixMicro(int64(s * 1e6)).UTC()
	}
	s, _ := v.(string)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
