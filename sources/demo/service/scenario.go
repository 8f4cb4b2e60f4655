package service

import (
	"fmt"
	"math"
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

	NoisyNeighbour Scenario = "noisy-neighbour"
)

// Scenarios are all of them, the default first.
func Scenarios() []Scenario {
	return []Scenario{SlowTenant, Calm, CacheCollapse, ErrorBurst, RateLimited, DiskFilling, NoisyNeighbour}
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
	batch       float64 // how many times its usual searches the noisy tenant does
	crowding    float64 // how much longer the searches of those take that share the noisy tenant's storage node
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
	case NoisyNeighbour:
		w := wave(offset)
		c.batch, c.crowding = 5*w, 1.6*w
	case DiskFilling:
		// A runaway compaction: it starts earlier than other incidents and passes 10 % shortly after the start.
		const begin = -20 * time.Minute
		gone := max(0, (offset-begin).Seconds()/(20*time.Minute).Seconds())
		c.diskFree = max(0.025, usualDisk-(usualDisk-0.098)*gone)
	}
	return c
}

// wave is the strength, 0 to 1, of a batch job that works in bursts of some ten minutes: it begins long enough before the
// start of the live part for the first frame to show three of them.
func wave(offset time.Duration) float64 {
	const begin, period = -32 * time.Minute, 11 * time.Minute
	if offset < begin {
		return 0
	}
	phase := 2 * math.Pi * (offset - begin).Seconds() / period.Seconds()
	return 0.5 - 0.5*math.Cos(phase)
}

// The tenants that incidents strike: the slow one, the one that runs into its limit, and the one whose batch job takes the
// storage node from those that share it.
const (
	slowVictim    = 0
	limitedVictim = 1
	noisyTenant   = 4
	storageNodes  = 3 // tenants are spread over them by their index
)

// crowded tells whether a tenant shares the noisy one's storage node.
func crowded(tenant int) bool {
	return tenant != noisyTenant && tenant%storageNodes == noisyTenant%storageNodes
}
