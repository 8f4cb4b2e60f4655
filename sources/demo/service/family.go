package service

import "math"

// Kind is a family's metric type.
type Kind int

const (
	Counter Kind = iota
	Gauge
	Histogram
)

// Family is one metric family with all its children. Reading it needs the Service's lock: see Service.Walk.
type Family struct {
	Name, Help string
	Kind       Kind
	Job        string    // the scrape job that exposes it
	Labels     []string  // label names
	Bounds     []float64 // upper bounds of a histogram's buckets, +Inf left out
	Children   []*Child

	logBounds []float64
}

// Child is one member of a family, with its label values in the order of Family.Labels.
type Child struct {
	Values []string
	Value  float64 // of a counter or gauge

	Buckets   []uint64 // cumulative, one per bound
	Count     uint64
	Sum       float64
	Exemplars []Exemplar // newest per bucket, the one of +Inf last; a zero one is none
}

// Exemplar is one observation that names its trace.
type Exemplar struct {
	TraceID string
	Value   float64
	At      int64 // milliseconds since the epoch
}

func (f *Family) child(values ...string) *Child {
	c := &Child{Values: values}
	if f.Kind == Histogram {
		c.Buckets = make([]uint64, len(f.Bounds))
		c.Exemplars = make([]Exemplar, len(f.Bounds)+1)
	}
	f.Children = append(f.Children, c)
	return c
}

// observe adds n observations of d: the values at n evenly spread ranks, shifted by r in [0, 1). One observation is
// so an exact draw, and many follow d without being drawn one by one.
func (f *Family) observe(c *Child, n int, r float64, d dist) {
	if n <= 0 {
		return
	}
	for i, b := range f.logBounds {
		below := math.Ceil(float64(n)*d.cdf(b) - r)
		c.Buckets[i] += uint64(min(max(below, 0), float64(n)))
	}
	c.Count += uint64(n)
	c.Sum += float64(n) * d.mean()
}

// exemplify remembers an observation's trace in its bucket.
func (f *Family) exemplify(c *Child, e Exemplar) {
	i := 0
	for i < len(f.Bounds) && e.Value > f.Bounds[i] {
		i++
	}
	c.Exemplars[i] = e
}

// whole carries fractions from step to step, so that rates far below one per step come out right.
type whole float64

func (w *whole) add(x float64) int {
	*w += whole(x)
	n := math.Floor(float64(*w))
	*w -= whole(n)
	return int(n)
}
