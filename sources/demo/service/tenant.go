package service

import (
	"math"
	"time"
)

// tenant is one customer with the children of the metric families that carry its name, and the fractions that
// its counters still owe.
type tenant struct {
	index    int
	name     string
	id       uint64 // its stream of noise
	weight   float64
	mix      [3]float64
	datasets []*dataset

	http     [len(endpoints)]httpChild
	cache    [len(cacheTypes)]cacheChild
	hits     [len(limits)]*Child
	left     [len(limits)]*Child
	hitOwed  [len(limits)]whole
	errors   [len(errorKinds)]*Child
	errOwed  [len(errorKinds)]whole
	backups  [2]*Child // incremental, full
	backOwed [2]whole
	owned    *Child // datasets_total
}

type httpChild struct {
	ok       *Child
	failed   [len(failures)]*Child
	duration *Child
	owed     whole
	failOwed [len(failures)]whole
	// what the last step did, for sampling
	count int
	error float64 // share of 5xx
}

type cacheChild struct {
	ratio *Child
	ops   [len(cacheOps)]*Child
	owed  [len(cacheOps)]whole
}

type dataset struct {
	id      string
	index   string // type
	share   float64
	speed   float64 // factor on latencies
	vectors *Child
	size    float64
	search  [3]*searchChild
	ops     [len(vectorOps)]opChild
	build   *Child
	owed    whole // builds
}

type searchChild struct {
	tenant   *tenant
	dataset  *dataset
	kind     int
	total    *Child
	latency  *Child
	owed     whole
	position int // in Service.searches
	dist     dist
}

type opChild struct {
	total *Child
	batch *Child
	owed  whole
}

func (s *Service) newTenant(i int) *tenant {
	f, name := s.fam, tenantName(i)
	t := &tenant{index: i, name: name, id: stream("tenant", name), mix: usualMix}
	t.weight = tenantWeights[i%len(tenantWeights)] * (1 + 0.08*s.noise.white(t.id, -1))
	if i == slowVictim {
		t.mix = victimMix
	}
	for e, ep := range endpoints {
		h := &t.http[e]
		h.ok = f.requests.child(ep.method, ep.path, ep.success, name)
		for c, code := range failures {
			h.failed[c] = f.requests.child(ep.method, ep.path, code, name)
		}
		h.duration = f.requestDuration.child(ep.method, ep.path, name)
		h.owed = whole(s.noise.unit(t.id, int64(-10-e)))
	}
	for c, ct := range cacheTypes {
		t.cache[c].ratio = f.cacheRatio.child(ct.name, name)
		for o, op := range cacheOps {
			t.cache[c].ops[o] = f.cacheOps.child(op, ct.name, name)
		}
	}
	for l, lim := range limits {
		t.hits[l] = f.limitHits.child(name, lim.name)
		t.left[l] = f.limitRemaining.child(name, lim.name)
	}
	for e, ek := range errorKinds {
		t.errors[e] = f.errors.child(ek.kind, ek.code, name)
	}
	for b, kind := range []string{"incremental", "full"} {
		t.backups[b] = f.backup.child(kind, name)
		t.backOwed[b] = whole(s.noise.unit(t.id, int64(-30-b)))
	}
	t.owned = f.datasets.child(name)
	return t
}

func (s *Service) newDataset(t *tenant, i int) {
	f, id := s.fam, datasetName(i, t.index)
	n := stream("dataset", id)
	d := &dataset{
		id:    id,
		index: indexTypes[i%len(indexTypes)],
		speed: 1 + 0.18*s.noise.white(n, -1),
		share: 0.6 + 0.8*s.noise.unit(n, -2),
		size:  math.Round(40_000 * math.Exp(4*s.noise.unit(n, -3))),
		owed:  whole(s.noise.unit(n, -4)),
	}
	d.vectors = f.vectors.child(id, t.name)
	for k, kind := range SearchTypes() {
		c := &searchChild{tenant: t, dataset: d, kind: k, position: len(s.searches)}
		c.total = f.searches.child(kind, id, t.name)
		c.latency = f.searchLatency.child(kind, id, t.name)
		d.search[k] = c
		s.searches = append(s.searches, c)
	}
	for o, op := range vectorOps {
		d.ops[o].total = f.vectorOps.child(op.name, id, t.name)
		d.ops[o].batch = f.vectorBatch.child(op.name, id, t.name)
		d.ops[o].owed = whole(s.noise.unit(n, int64(-10-o)))
	}
	d.build = f.indexBuild.child(d.index, id, t.name)
	t.datasets = append(t.datasets, d)
	t.owned.Value++
}

// traffic is the factor on a tenant's usual rates: the rhythm of its day, slow drifts and the jitter of a step.
func (s *Service) traffic(t *tenant, offset time.Duration) float64 {
	day := 2 * math.Pi * offset.Hours() / 24
	rhythm := 1 + 0.22*math.Sin(day+0.6) + 0.05*math.Sin(5*day)
	drift := 1 + 0.07*s.noise.smooth(t.id, offset, 17*time.Minute) + 0.05*s.noise.smooth(t.id+1, offset, 2*time.Minute)
	return t.weight * rhythm * drift * (1 + 0.06*s.noise.white(t.id+2, s.steps))
}
