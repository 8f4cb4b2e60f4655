package service

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scenario is what goes wrong in the simulated service.
type Scenario string

const (
	Calm          Scenario = "calm"
	SlowTenant    Scenario = "slow-tenant"
	CacheCollapse Scenario = "cache-collapse"
	ErrorBurst    Scenario = "error-burst"
	RateLimited   Scenario = "rate-limited"
	DiskFilling   Scenario = "disk-filling"
)

// Scenarios are all of them, the default first.
func Scenarios() []Scenario {
	return []Scenario{SlowTenant, Calm, CacheCollapse, ErrorBurst, RateLimited, DiskFilling}
}

// ParseScenario finds a scenario by its name; "" is the default.
func ParseScenario(name string) (Scenario, error) {
	if name == "" {
		return SlowTenant, nil
	}
	if s := Scenario(name); slices.Contains(Scenarios(), s) {
		return s, nil
	}
	return "", fmt.Errorf("unknown scenario %q, expected one of %s", name, ScenarioNames())
}

// ScenarioNames lists all scenarios for a help text.
func ScenarioNames() string {
	names := make([]string, 0, len(Scenarios()))
	for _, s := range Scenarios() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// Onset is when an incident begins, relative to the start of the live part: late enough that the hour before is
// normal, early enough that a rate over five minutes shows it in the first frame.
const Onset = -4 * time.Minute

// ramp is how long an incident takes to its full strength.
const ramp = 45 * time.Second

// level is the strength of the incident, 0 to 1, at an offset from the start of the live part.
func level(at time.Duration) float64 {
	return min(max((at-Onset).Seconds()/ramp.Seconds(), 0), 1)
}

// conditions are the knobs that a scenario turns, at one step.
type conditions struct {
	scanShare   float64 // of the victim's hybrid searches that wait for an index scan
	cacheLoss   float64 // 0 the cache works, 1 it has collapsed
	errorShare  float64 // of searches that fail everywhere
	surge       float64 // how many times its usual traffic the limited tenant sends
	diskFree    float64 // share of the disk
	hubDown     bool    // an external service does not answer
	storageDown bool    // the storage does not answer its health check
}

// usualDisk is the free share of the disk in quiet times.
const usualDisk = 0.38

func (s Scenario) at(offset time.Duration) conditions {
	c := conditions{surge: 1, diskFree: usualDisk}
	l := level(offset)
	switch s {
	case SlowTenant:
		c.scanShare = 0.6 * l
		c.hubDown = l > 0
	case CacheCollapse:
		c.cacheLoss = l
	case ErrorBurst:
		c.errorShare = 0.16 * l
		c.storageDown = l > 0
	case RateLimited:
		c.surge = 1 + 2.5*l
	case DiskFilling:
		// A runaway compaction: it starts earlier than other incidents and passes 10 % shortly after the start.
		const begin = -20 * time.Minute
		gone := max(0, (offset-begin).Seconds()/(20*time.Minute).Seconds())
		c.diskFree = max(0.025, usualDisk-(usualDisk-0.098)*gone)
	}
	return c
}

// The tenants that incidents strike: the slow one and the one that runs into its limit.
const (
	slowVictim    = 0
	limitedVictim = 1
)
