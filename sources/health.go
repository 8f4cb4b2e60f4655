package sources

import "time"

// HealthStatus is the state of the service or of one check, in the words of the monitoring guide.
type HealthStatus string

const (
	Healthy   HealthStatus = "healthy"
	Degraded  HealthStatus = "degraded"
	Unhealthy HealthStatus = "unhealthy"
	Disabled  HealthStatus = "disabled" // a dependency that is switched off (service v1); never worse than healthy
	Unknown   HealthStatus = "unknown"
)

// Check is one part of a health report.
type Check struct {
	Name     string
	Status   HealthStatus
	Message  string
	Duration time.Duration // how long the check took; 0 if not told
	Details  []Detail      // flattened, in the order of their names
}

// Detail is one fact of a check: nested objects are flattened to dotted names, lists to name.0, name.1.
// Value is a string, a float64 or a bool; strings are sanitised.
type Detail struct {
	Name  string
	Value any
}

// Number looks a numeric detail up.
func (c Check) Number(name string) (float64, bool) {
	for _, d := range c.Details {
		if v, ok := d.Value.(float64); ok && d.Name == name {
			return v, true
		}
	}
	return 0, false
}

// HealthReport is one answer of the health endpoint.
type HealthReport struct {
	Status   HealthStatus
	At       time.Time     // the report's own time; zero if not told
	Duration time.Duration // how long the service took for all checks; 0 if not told
	Service  string        // service v1 only
	Version  string        // service v1 only
	Code     int           // HTTP status code
	Checks   []Check       // in the service's order
	// Raw is set when the body has no known shape: its first line, sanitised. Checks is empty then.
	Raw string
}

// HealthPoint is one entry of a check's history.
type HealthPoint struct {
	At     time.Time
	Status HealthStatus
}
