// Package service simulates the monitored vector-search service: every metric family of its monitoring guide, its
// health report and a sample of its requests. What it shows is a function of seed, tenants, scenario and the time since
// its start, in whole steps; the wall clock only names the moment.
package service

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Step is the grid of the simulation: counters move once per step.
const Step = 5 * time.Second

// Options say what to simulate.
type Options struct {
	Seed     uint64
	Tenants  int // 0: 12
	Scenario Scenario
	// Start is the moment at which the live part begins, a whole multiple of Step since the epoch.
	Start time.Time
	// History is how far before Start the simulation begins, a whole multiple of Step.
	History time.Duration
}

// Service is the simulation. It is safe for concurrent use.
type Service struct {
	opts Options

	mu       sync.Mutex
	fam      *families
	noise    noise
	tenants  []*tenant
	searches []*searchChild // all of them, for sampling
	steps    int64          // done so far
	cond     conditions     // of the last step
	infra    infra
	requests []Request // sampled in the last step
	counts   []int     // searches of each child in the last step
}

type infra struct {
	connections, memory, memoryCache, memoryRSS *Child
	redisClients, redisMemory                   *Child
	redisHits, redisMisses                      *Child
	diskFree                                    *Child
}

// Sizes of the simulated machine and pool.
const (
	memoryTotal    = 8 << 30
	diskTotal      = 512 << 30
	maxConnections = 100
)

// New makes a simulation at Start - History: no step done yet, all counters zero.
func New(o Options) *Service {
	if o.Tenants <= 0 {
		o.Tenants = 12
	}
	if o.Scenario == "" {
		o.Scenario = SlowTenant
	}
	s := &Service{opts: o, fam: newFamilies(), noise: noise(o.Seed*0x2545f4914f6cdd1d + 0x1234567)}
	count := max(24, o.Tenants)
	for i := range o.Tenants {
		s.tenants = append(s.tenants, s.newTenant(i))
	}
	for i := range count {
		s.newDataset(s.owner(i), i)
	}
	s.counts = make([]int, len(s.searches))
	s.newInfra()
	s.cond = o.Scenario.at(-o.History)
	s.gauges(-o.History)
	return s
}

// owner is whose the i-th dataset is: everybody has one, the rest goes to whoever has the most traffic for each.
func (s *Service) owner(i int) *tenant {
	if i < len(s.tenants) {
		return s.tenants[i]
	}
	return slices.MaxFunc(s.tenants, func(a, b *tenant) int {
		return cmp.Compare(a.weight/float64(len(a.datasets)), b.weight/float64(len(b.datasets)))
	})
}

func (s *Service) newInfra() {
	f := s.fam
	s.infra = infra{
		connections: f.connections.child(),
		memory:      f.memory.child("used"),
		memoryCache: f.memory.child("cached"),
		memoryRSS:   f.memory.child("rss"),

		redisClients: f.redisClients.child(),
		redisMemory:  f.redisMemory.child(),
		redisHits:    f.redisHits.child(),
		redisMisses:  f.redisMisses.child(),
		diskFree:     f.diskFree.child("/"),
	}
	f.memory.child("total").Value = memoryTotal
	f.diskTotal.child("/").Value = diskTotal
	f.redisUp.child().Value = 1
	f.info.child("1.0.0", "production", "2025-01-14").Value = 1
}

// Options are the options the simulation was made with, defaults filled in.
func (s *Service) Options() Options { return s.opts }

// Origin is the time before the first step.
func (s *Service) Origin() time.Time { return s.opts.Start.Add(-s.opts.History) }

// Now is the time of the last step.
func (s *Service) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Service) now() time.Time { return s.Origin().Add(time.Duration(s.steps) * Step) }

// Advance does one step and returns its time and the requests sampled in it.
func (s *Service) Advance() (time.Time, []Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps++
	offset := time.Duration(s.steps)*Step - s.opts.History
	s.cond = s.opts.Scenario.at(offset)
	for _, t := range s.tenants {
		s.stepTenant(t, offset)
	}
	s.gauges(offset)
	s.requests = s.sample()
	return s.now(), s.requests
}

// Walk calls visit with every family, in a fixed order, while nothing moves.
func (s *Service) Walk(visit func(*Family)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.fam.all {
		visit(f)
	}
}

// Tenants are the names of all tenants.
func (s *Service) Tenants() []string {
	names := make([]string, len(s.tenants))
	for i, t := range s.tenants {
		names[i] = t.name
	}
	return names
}
