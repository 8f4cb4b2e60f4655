package service

import (
	"math"
	"time"
)

// Rates at weight 1, per second.
const (
	searchRate      = 52.0
	usualErrors     = 0.0006 // share of requests that fail
	scanMedian      = 0.78   // seconds, of a search that waits for an index scan
	scanSigma       = 0.36
	overhead        = 1.08 // of an HTTP request on the search within
	incrementalSpan = 25 * time.Minute
	fullSpan        = 70 * time.Minute
	buildSpan       = 4 * time.Minute
)

// stepTenant moves everything that carries the tenant's name.
func (s *Service) stepTenant(t *tenant, offset time.Duration) {
	load := s.traffic(t, offset)
	if s.opts.Scenario == RateLimited && t.index == limitedVictim {
		load *= s.cond.surge
	}
	sec := Step.Seconds()
	refused := s.stepLimits(t, load)
	searches := load
	if t.index == noisyTenant { // its contract has room for it
		searches *= 1 + s.cond.batch
	}
	s.stepSearches(t, searches, refused, offset)
	s.stepVectors(t, load)
	for e := range endpoints {
		if e == epSearch || e == epVectors {
			continue
		}
		ep := endpoints[e]
		n := t.http[e].owed.add(ep.rate * load * sec)
		s.stepHTTP(t, e, n, usualErrors, logNormal(ep.median, ep.sigma))
	}
	s.stepCache(t, load, offset)
	for b, span := range []time.Duration{incrementalSpan, fullSpan} {
		n := t.backOwed[b].add(sec / span.Seconds())
		d := logNormal([]float64{42, 260}[b]*(0.7+0.3*t.weight), 0.3)
		s.fam.backup.observe(t.backups[b], n, s.rank(t.id+uint64(40+b)), d)
	}
}

// rank is the place of this step's observations within their distribution.
func (s *Service) rank(stream uint64) float64 { return s.noise.unit(stream, s.steps) }

// stepLimits returns the share of the tenant's requests that its limit refuses.
func (s *Service) stepLimits(t *tenant, load float64) (refused float64) {
	for l, lim := range limits {
		size := lim.size * t.weight
		used := load / t.weight * 0.52 * (1 + 0.1*s.noise.white(t.id+uint64(50+l), s.steps))
		if l == 1 {
			used = load / t.weight * 0.38
		}
		t.left[l].Value = math.Round(max(0, size*(1-used)))
		if l == 0 && used > 1 {
			refused = 1 - 1/used
		}
	}
	return refused
}

func (s *Service) stepSearches(t *tenant, load, refused float64, offset time.Duration) {
	sec := Step.Seconds()
	shares := 0.0
	for _, d := range t.datasets {
		shares += d.share
	}
	pace := 1 + 0.06*s.noise.smooth(t.id+3, offset, 6*time.Minute)
	h := &t.http[epSearch]
	count := 0
	slow := 0.0
	for _, d := range t.datasets {
		for k, c := range d.search {
			crowding := 1.0
			if crowded(t.index) {
				crowding += s.cond.crowding
			}
			c.dist = logNormal(searchMedians[k]*d.speed*pace*crowding*(1+1.1*s.cond.cacheLoss), 0.42)
			if t.index == slowVictim && k == 2 && s.cond.scanShare > 0 {
				c.dist = c.dist.with(s.cond.scanShare, scanMedian*d.speed, scanSigma)
				slow = s.cond.scanShare * t.mix[k]
			}
			n := c.owed.add(searchRate * load * (1 - refused) * t.mix[k] * d.share / shares * sec)
			s.counts[c.position] = n
			r := s.rank(t.id + uint64(100+c.position))
			c.total.Value += float64(n)
			s.fam.searchLatency.observe(c.latency, n, r, c.dist)
			s.fam.requestDuration.observe(h.duration, n, r, c.dist.times(overhead))
			count += n
		}
	}
	// A share of the scans runs into its deadline.
	h.error = usualErrors + s.cond.errorShare + 0.1*slow
	limited := 0
	if refused > 0 {
		limited = t.hitOwed[0].add(searchRate * load * refused * sec)
		t.hits[0].Value += float64(limited)
		t.errors[errRateLimit].Value += float64(limited)
		s.fam.requestDuration.observe(h.duration, limited, s.rank(t.id+60), logNormal(0.003, 0.3))
	}
	h.failed[0].Value += float64(limited)
	failed := s.fail(t, epSearch, count)
	kinds := [...]int{errSearch, errSearch, errStorage}
	if s.cond.scanShare > 0 && t.index == slowVictim {
		kinds[2] = errTimeout
	}
	for c := range failures {
		t.errors[kinds[c]].Value += float64(failed[c])
	}
	h.ok.Value += float64(count - failed[1] - failed[2])
	h.count = count
}

// fail counts failed requests among count of an endpoint and returns them by their place in failures.
func (s *Service) fail(t *tenant, e, count int) (failed [len(failures)]int) {
	h := &t.http[e]
	// An overloaded storage answers 503, a fault of the service's own 500.
	storage := 0.3
	if h.error > 0.01 {
		storage = 0.85
	}
	failed[1] = min(count, h.failOwed[1].add(float64(count)*h.error*(1-storage)))
	failed[2] = min(count-failed[1], h.failOwed[2].add(float64(count)*h.error*storage))
	h.failed[1].Value += float64(failed[1])
	h.failed[2].Value += float64(failed[2])
	return failed
}

func (s *Service) stepHTTP(t *tenant, e, n int, errors float64, d dist) [len(failures)]int {
	h := &t.http[e]
	h.count, h.error = n, errors
	s.fam.requestDuration.observe(h.duration, n, s.rank(t.id+uint64(70+e)), d)
	failed := s.fail(t, e, n)
	h.ok.Value += float64(n - failed[1] - failed[2])
	if e != epVectors {
		t.errors[errSearch].Value += float64(failed[1])
		t.errors[errStorage].Value += float64(failed[2])
	}
	if x := t.errOwed[errValidation].add(float64(n) * 0.0004); x > 0 {
		t.errors[errValidation].Value += float64(x)
	}
	return failed
}

func (s *Service) stepVectors(t *tenant, load float64) {
	sec, count := Step.Seconds(), 0
	for _, d := range t.datasets {
		for o, op := range vectorOps {
			c := &d.ops[o]
			n := c.owed.add(op.rate * load * d.share * sec)
			c.total.Value += float64(n)
			s.fam.vectorBatch.observe(c.batch, n, s.rank(t.id+uint64(200+10*o)+stream(d.id)), logNormal(op.median, op.sigma))
			switch op.name {
			case "insert":
				d.size += float64(n) * 3
			case "delete":
				d.size = max(1000, d.size-float64(n))
			}
			count += n
		}
		d.vectors.Value = d.size
		n := d.owed.add(sec / buildSpan.Seconds())
		s.fam.indexBuild.observe(d.build, n, s.rank(t.id+uint64(300)+stream(d.id)), d.buildTime())
	}
	ep := endpoints[epVectors]
	failed := s.stepHTTP(t, epVectors, count, usualErrors+s.cond.errorShare/4, logNormal(ep.median, ep.sigma))
	t.errors[errVector].Value += float64(failed[1])
	t.errors[errStorage].Value += float64(failed[2])
}

// buildTime is how long a build of the dataset's index takes: the longer the more there is to index, and longest for
// HNSW.
func (d *dataset) buildTime() dist {
	factor := map[string]float64{"hnsw": 3, "ivf_flat": 1.6, "default": 1}[d.index]
	return logNormal(1.1*factor*math.Pow(d.size/40_000, 0.75), 0.35)
}

func (s *Service) stepCache(t *tenant, load float64, offset time.Duration) {
	sec := Step.Seconds()
	for c, ct := range cacheTypes {
		child := &t.cache[c]
		ratio := ct.ratio + (ct.collapsed-ct.ratio)*s.cond.cacheLoss
		ratio += 0.03 * (1 - ct.ratio) * 5 * s.noise.smooth(t.id+uint64(20+c), offset, 4*time.Minute)
		ratio = min(max(ratio, 0.02), 0.995)
		child.ratio.Value = math.Round(ratio*1e4) / 1e4
		gets := child.owed[0].add(searchRate * load * ct.perSearch * sec)
		sets := child.owed[1].add(float64(gets) * (1 - ratio))
		child.ops[0].Value += float64(gets)
		child.ops[1].Value += float64(sets)
		child.ops[2].Value += float64(child.owed[2].add(float64(sets) * 0.2))
		s.infra.redisMisses.Value += float64(sets)
		s.infra.redisHits.Value += float64(max(0, gets-sets))
	}
}

// gauges sets what belongs to no tenant.
func (s *Service) gauges(offset time.Duration) {
	l := level(offset)
	conns := 46 + 5*s.noise.smooth(1, offset, 9*time.Minute) + 3*s.noise.smooth(2, offset, time.Minute)
	mem := 0.69 + 0.02*s.noise.smooth(3, offset, 25*time.Minute) + 0.006*s.noise.smooth(4, offset, 2*time.Minute)
	switch s.opts.Scenario {
	case SlowTenant, CacheCollapse, ErrorBurst:
		conns += 16 * l
		mem += 0.06 * l
	case RateLimited:
		conns += 9 * l
	}
	in := &s.infra
	in.connections.Value = math.Round(min(conns, 78))
	in.memory.Value = math.Round(mem * memoryTotal)
	in.memoryRSS.Value = math.Round((mem - 0.21) * memoryTotal)
	in.memoryCache.Value = math.Round((0.9 - mem) * memoryTotal)
	in.redisClients.Value = math.Round(24 + 3*s.noise.smooth(5, offset, 5*time.Minute))
	in.redisMemory.Value = math.Round((1.6 - 0.9*s.cond.cacheLoss + 0.05*s.noise.smooth(6, offset, 11*time.Minute)) * (1 << 30))
	in.diskFree.Value = math.Round((s.cond.diskFree + 0.001*s.noise.smooth(7, offset, time.Minute)) * diskTotal)
}
