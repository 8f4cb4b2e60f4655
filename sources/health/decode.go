package health

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/transport"
)

// Bounds of a report. What is beyond them is left out: a screen has no room for it.
const (
	maxChecks  = 200
	maxDetails = 200 // of one check
	maxDepth   = 8   // of nested details
)

// decode reads an answer in any of the shapes that the service is known to give:
//
//	{"status", "timestamp" (unix seconds), "duration", "checks": [{"name", "status", "message", "duration", "details"}]}
//	{"status", "service", "version", "timestamp" (ISO 8601), "dependencies": {name: status}}
//	{"status": "ready"}, {"status": "alive"}
//	{"detail": ...} with a 5xx code
//
// A field of the wrong type counts as missing. Checks may also be a map, and dependencies a list or objects.
func decode(code int, body []byte) sources.HealthReport {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	var answer any
	err := json.Unmarshal(body, &answer)
	if _, wrongType := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !wrongType { // a number beyond float64
		return unknown(code, string(body))
	}
	if o, ok := answer.(map[string]any); ok {
		if r, ok := report(o); ok {
			r.Code = code
			return r
		}
		if detail, ok := o["detail"]; ok && code >= 500 {
			return refusal(code, detail)
		}
	}
	var line bytes.Buffer
	if json.Compact(&line, body) == nil {
		return unknown(code, line.String())
	}
	return unknown(code, string(body))
}

func unknown(code int, body string) sources.HealthReport {
	r := sources.HealthReport{Status: sources.Unknown, Code: code, Raw: transport.FirstLine(body)}
	if r.Raw == "" {
		r.Raw = strings.TrimSpace(fmt.Sprintf("empty answer, %d %s", code, http.StatusText(code)))
	}
	return r
}

// refusal is the answer of a FastAPI service that raised: the detail is a sentence, or the report itself.
func refusal(code int, detail any) sources.HealthReport {
	if o, ok := detail.(map[string]any); ok {
		if r, ok := report(o); ok {
			r.Code = code
			return r
		}
	}
	c := sources.Check{Name: "ready", Status: sources.Unhealthy}
	if s, ok := detail.(string); ok {
		c.Message = sources.Clean(s)
	} else {
		c.Details = details(detail)
	}
	return sources.HealthReport{Status: sources.Unhealthy, Code: code, Checks: []sources.Check{c}}
}

func report(o map[string]any) (sources.HealthReport, bool) {
	state, word, known := status(o["status"])
	checks := append(parts(o["checks"]), parts(o["dependencies"])...)
	if !known && len(checks) == 0 {
		return sources.HealthReport{}, false
	}
	r := sources.HealthReport{
		Status:   state,
		At:       instant(o["timestamp"]),
		Duration: seconds(o["duration"]),
		Service:  name(o["service"]),
		Version:  name(o["version"]),
		Checks:   checks[:min(len(checks), maxChecks)],
	}
	if !known {
		r.Status = worst(checks)
	}
	// A probe answers one word: it is its own check, so that the word is seen.
	switch w := strings.ToLower(word); {
	case len(checks) > 0:
	case w == "ready" || w == "not ready" || w == "not_ready":
		r.Checks = []sources.Check{{Name: "ready", Status: state, Message: word}}
	case w == "alive" || w == "dead":
		r.Checks = []sources.Check{{Name: "live", Status: state, Message: word}}
	}
	return r, true
}

// parts reads checks: a list in its order, or a map by name. A part is an object or just its status.
func parts(v any) []sources.Check {
	var checks []sources.Check
	switch v := v.(type) {
	case []any:
		for i, p := range v[:min(len(v), maxChecks)] {
			checks = append(checks, part(fmt.Sprintf("check %d", i+1), p))
		}
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		for _, n := range names[:min(len(names), maxChecks)] {
			checks = append(checks, part(sources.CleanName(n), v[n]))
		}
	}
	return checks
}

func part(fallback string, v any) sources.Check {
	c := sources.Check{Name: fallback}
	o, isObject := v.(map[string]any)
	if isObject {
		v = o["status"]
	}
	state, word, known := status(v)
	c.Status = state
	if isObject {
		if n := name(o["name"]); n != "" {
			c.Name = n
		}
		c.Message = message(o["message"])
		c.Duration = seconds(o["duration"])
		if s, ok := o["details"].(string); ok && c.Message == "" {
			c.Message = sources.Clean(s)
		} else {
			c.Details = details(o["details"])
		}
	}
	if !known && c.Message == "" {
		c.Message = word // better an odd word than none
	}
	return c
}

// status reads a state and the word that told it; known is false where it tells none.
func status(v any) (state sources.HealthStatus, word string, known bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return sources.Healthy, "", true
		}
		return sources.Unhealthy, "", true
	case string:
		word = sources.CleanName(strings.TrimSpace(v))
	}
	switch strings.ToLower(word) {
	case "healthy", "ok", "up", "pass", "ready", "alive":
		return sources.Healthy, word, true
	case "degraded", "warn", "warning":
		return sources.Degraded, word, true
	case "unhealthy", "down", "fail", "failed", "error", "critical", "not ready", "not_ready", "dead":
		return sources.Unhealthy, word, true
	case "disabled":
		return sources.Disabled, word, true
	case "unknown":
		return sources.Unknown, word, true
	}
	return sources.Unknown, word, false
}

// worst is the state of a report that does not tell its own. A check of unknown state is worse than a healthy one, a
// disabled check is not.
func worst(checks []sources.Check) sources.HealthStatus {
	order := []sources.HealthStatus{sources.Disabled, sources.Healthy, sources.Unknown, sources.Degraded, sources.Unhealthy}
	w := sources.Healthy
	for _, c := range checks {
		if slices.Index(order, c.Status) > slices.Index(order, w) {
			w = c.Status
		}
	}
	return w
}

// message is text; a number or a bool is written as such, anything else is none.
func message(v any) string {
	switch v := v.(type) {
	case string:
		return sources.Clean(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func name(v any) string { return sources.CleanName(message(v)) }

// number reads a number, also from a string.
func number(v any) (float64, bool) {
	f, ok := v.(float64)
	if s, isText := v.(string); isText {
		var err error
		f, err = strconv.ParseFloat(strings.TrimSpace(s), 64)
		ok = err == nil
	}
	return f, ok && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// seconds reads a duration; what is negative or longer than a year is none.
func seconds(v any) time.Duration {
	const year = 366 * 24 * 3600
	if f, ok := number(v); ok && f > 0 && f < year {
		return time.Duration(f * float64(time.Second))
	}
	return 0
}

// instant reads a time: unix seconds, or ISO 8601 with or without a zone (Python's isoformat leaves UTC out).
func instant(v any) time.Time {
	const y10k = 253402300800
	if f, ok := number(v); ok {
		if f <= 0 || f >= y10k {
			return time.Time{}
		}
		whole, part := math.Modf(f)
		return time.Unix(int64(whole), int64(part*1e9)).UTC()
	}
	if s, ok := v.(string); ok {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
			if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

// details flattens what a check tells beyond its status, by name.
func details(v any) []sources.Detail {
	var out []sources.Detail
	flatten(&out, "", v, 0)
	return out
}

func flatten(out *[]sources.Detail, path string, v any, depth int) {
	if len(*out) >= maxDetails || depth > maxDepth {
		return
	}
	add := func(v any) {
		if path == "" {
			path = "details"
		}
		*out = append(*out, sources.Detail{Name: sources.CleanName(path), Value: v})
	}
	under := func(name string) string {
		if path == "" {
			return name
		}
		return sources.CleanName(path + "." + name) // bounded here: a long name may have many below it
	}
	switch v := v.(type) {
	case string:
		add(sources.Clean(v))
	case float64, bool:
		add(v)
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			flatten(out, under(k), v[k], depth+1)
		}
	case []any:
		for i, e := range v[:min(len(v), maxDetails)] {
			flatten(out, under(strconv.Itoa(i)), e, depth+1)
		}
	}
}
