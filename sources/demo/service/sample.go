package service

import (
	"fmt"
	"sort"
	"time"
)

// Request is one request of the service as a tracer with a fixed sampling rate would have caught it. Its durations
// are draws from the distributions that the histograms of the same step count.
type Request struct {
	TraceHigh, TraceLow uint64
	Start               time.Time
	Tenant, Dataset     string
	Method, Endpoint    string
	Operation           string        // "search", "insert", "update", "delete", "index", or "" for the plain endpoints
	SearchType          string        // of a search
	IndexType           string        // of the dataset
	Total               time.Duration // of the HTTP request, as http_request_duration_seconds has it
	Inner               time.Duration // of the search, as search_latency_seconds has it; else of the storage's part
	Build               time.Duration // of the index build that the request started, 0 else
	Scan                bool          // waited for an index scan
	CacheHit            bool
	Status              int
	Fault               string // exception type of a failed request, "" else
	Results             int
}

// TraceID is the request's trace, as 32 hex digits.
func (r Request) TraceID() string { return fmt.Sprintf("%016x%016x", r.TraceHigh, r.TraceLow) }

// How often the tracer keeps something.
const (
	searchesPerStep = 2 // plus one failed request every failedEvery steps and one scan every scanEvery
	failedEvery     = 4
	scanEvery       = 2
)

// sample picks requests of the step that has just been done and puts exemplars for them into the histograms.
func (s *Service) sample() []Request {
	out := make([]Request, 0, 6)
	for i := range int64(searchesPerStep) {
		out = s.keep(out, s.sampleSearch(i, s.any, false))
	}
	out = s.keep(out, s.sampleOther(searchesPerStep))
	if s.steps%failedEvery == 0 {
		out = s.keep(out, s.sampleSearch(8, s.failing, true))
	}
	if s.cond.scanShare > 0 && s.steps%scanEvery == 0 {
		out = s.keep(out, s.sampleSearch(9, s.scanning, false))
	}
	return out
}

// sampled is a request with the histograms that counted it; duration is nil if there was nothing to sample.
type sampled struct {
	Request
	latency, duration *Child
}

func (s *Service) keep(out []Request, r sampled) []Request {
	if r.duration == nil {
		return out
	}
	at := s.now().UnixMilli()
	if r.latency != nil {
		s.fam.searchLatency.exemplify(r.latency, Exemplar{TraceID: r.TraceID(), Value: r.Inner.Seconds(), At: at})
	}
	s.fam.requestDuration.exemplify(r.duration, Exemplar{TraceID: r.TraceID(), Value: r.Total.Seconds(), At: at})
	return append(out, r.Request)
}

// Weights of the samplers: every search alike, those that fail, those that may scan.
func (s *Service) any(c *searchChild) float64     { return float64(s.counts[c.position]) }
func (s *Service) failing(c *searchChild) float64 { return s.any(c) * c.tenant.http[epSearch].error }
func (s *Service) scanning(c *searchChild) float64 {
	return s.any(c) * c.dist.share
}

// pick chooses an index by weight; -1 if all weights are 0.
func pick(n int, u float64, weight func(int) float64) int {
	sums := make([]float64, n)
	total := 0.0
	for i := range sums {
		total += weight(i)
		sums[i] = total
	}
	if total == 0 {
		return -1
	}
	return min(sort.SearchFloat64s(sums, u*total), n-1)
}

func (s *Service) sampleSearch(i int64, weight func(*searchChild) float64, failed bool) sampled {
	place := s.steps*16 + i
	at := pick(len(s.searches), s.noise.unit(400, place), func(j int) float64 { return weight(s.searches[j]) })
	if at < 0 {
		return sampled{}
	}
	c := s.searches[at]
	t := c.tenant
	part := s.noise.unit(401, place)
	if i == 9 {
		part = 0 // the slow part of the mixture
	}
	inner, scan := c.dist.draw(part, s.noise.unit(402, place))
	r := s.request(place, t, c.dataset, epSearch, inner*overhead, inner)
	r.Operation, r.SearchType, r.Scan = "search", SearchTypes()[c.kind], scan
	r.CacheHit = !scan && s.noise.unit(403, place) < t.cache[0].ratio.Value*0.4
	r.Results = 10
	if failed || s.noise.unit(404, place) < t.http[epSearch].error {
		r.Results = 0
		r.CacheHit = false
		r.Status, r.Fault = 500, "SearchError"
		switch {
		case scan:
			r.Status, r.Fault = 503, "IndexScanTimeout"
		case s.cond.storageDown:
			r.Status, r.Fault = 503, "StorageUnavailableError"
		}
	}
	return sampled{r, c.latency, t.http[epSearch].duration}
}

// sampleOther picks a request that is no search.
func (s *Service) sampleOther(i int64) sampled {
	place := s.steps*16 + i
	n := len(s.tenants) * len(endpoints)
	at := pick(n, s.noise.unit(410, place), func(j int) float64 {
		if j%len(endpoints) == epSearch {
			return 0
		}
		w := float64(s.tenants[j/len(endpoints)].http[j%len(endpoints)].count)
		if j%len(endpoints) == epIndex {
			w *= 12 // rare, but worth a look
		}
		return w
	})
	if at < 0 {
		return sampled{}
	}
	t, e := s.tenants[at/len(endpoints)], at%len(endpoints)
	ep := endpoints[e]
	total, _ := logNormal(ep.median, ep.sigma).draw(1, s.noise.unit(411, place))
	d := t.datasets[int(s.noise.bits(412, place)%uint64(len(t.datasets)))]
	r := s.request(place, t, d, e, total, total*0.8)
	switch e {
	case epVectors:
		r.Operation = []string{"insert", "insert", "insert", "update", "update", "delete"}[s.noise.bits(413, place)%6]
	case epIndex:
		r.Operation = "index"
		build, _ := d.buildTime().draw(1, s.noise.unit(415, place))
		r.Build = seconds(build)
		r.Start = r.Start.Add(-r.Build)
	}
	if s.noise.unit(414, place) < t.http[e].error {
		r.Status, r.Fault = 500, "DeepLakeError"
		if s.cond.storageDown {
			r.Status, r.Fault = 503, "StorageUnavailableError"
		}
	}
	return sampled{r, nil, t.http[e].duration}
}

func (s *Service) request(place int64, t *tenant, d *dataset, e int, total, inner float64) Request {
	ep := endpoints[e]
	dur := seconds(total)
	// It ended at some moment of the step.
	end := s.now().Add(-time.Duration(s.noise.unit(420, place) * float64(Step)))
	r := Request{
		TraceHigh: s.noise.bits(421, place), TraceLow: s.noise.bits(422, place),
		Start: end.Add(-dur), Tenant: t.name, Dataset: d.id, IndexType: d.index,
		Method: ep.method, Endpoint: ep.path, Total: dur, Inner: seconds(inner), Status: 200,
	}
	fmt.Sscan(ep.success, &r.Status)
	return r
}

// seconds rounds to the microseconds that traces carry.
func seconds(x float64) time.Duration {
	return time.Duration(x*1e6) * time.Microsecond
}
