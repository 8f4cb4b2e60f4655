package service

import (
	"math"
	"time"
)

// noise is randomness without state: a value is a function of the seed, the stream it belongs to and the place in
// that stream. Two simulations of one seed agree at every step, whatever else they were asked in between.
type noise uint64

// bits is splitmix64 over seed, stream and place.
func (n noise) bits(stream uint64, place int64) uint64 {
	x := uint64(n) ^ stream*0x9e3779b97f4a7c15 ^ uint64(place)*0xd1b54a32d192ed03
	for range 2 {
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return x
}

// unit is uniform in [0, 1).
func (n noise) unit(stream uint64, place int64) float64 {
	return float64(n.bits(stream, place)>>11) / (1 << 53)
}

// white is uniform in [-1, 1).
func (n noise) white(stream uint64, place int64) float64 { return 2*n.unit(stream, place) - 1 }

// smooth wanders within [-1, 1]: values every period, eased in between.
func (n noise) smooth(stream uint64, at, period time.Duration) float64 {
	x := at.Seconds() / period.Seconds()
	i := math.Floor(x)
	f := x - i
	f = f * f * (3 - 2*f)
	a, b := n.white(stream, int64(i)), n.white(stream, int64(i)+1)
	return a + (b-a)*f
}

// stream names a source of noise by a text, so that adding a metric doesn't shift the others.
func stream(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return h
}

// dist is a latency or size distribution: log-normal, with a share of values from a second, slower one.
type dist struct {
	mu, sigma         float64 // of the natural logarithm
	share             float64 // of the slower part, 0 to 1
	slowMu, slowSigma float64
}

// logNormal has the given median (its unit is the caller's) and spread.
func logNormal(median, sigma float64) dist { return dist{mu: math.Log(median), sigma: sigma} }

// with mixes a slower part in.
func (d dist) with(share, median, sigma float64) dist {
	d.share, d.slowMu, d.slowSigma = share, math.Log(median), sigma
	return d
}

// times scales every value.
func (d dist) times(factor float64) dist {
	d.mu += math.Log(factor)
	d.slowMu += math.Log(factor)
	return d
}

// cdf is the share of values below exp(logX).
func (d dist) cdf(logX float64) float64 {
	p := phi((logX - d.mu) / d.sigma)
	if d.share > 0 {
		p += d.share * (phi((logX-d.slowMu)/d.slowSigma) - p)
	}
	return p
}

func (d dist) mean() float64 {
	m := math.Exp(d.mu + d.sigma*d.sigma/2)
	if d.share > 0 {
		m += d.share * (math.Exp(d.slowMu+d.slowSigma*d.slowSigma/2) - m)
	}
	return m
}

// draw is one value: pick decides between the parts, u is the rank within the part; both in [0, 1).
func (d dist) draw(pick, u float64) (value float64, slow bool) {
	u = min(max(u, 1e-6), 1-1e-6)
	z := math.Sqrt2 * math.Erfinv(2*u-1)
	if pick < d.share {
		return math.Exp(d.slowMu + d.slowSigma*z), true
	}
	return math.Exp(d.mu + d.sigma*z), false
}

func phi(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
