package tracing

import "math"

// Interval is a 95 % confidence interval.
type Interval struct{ Low, High float64 }

// says tells whether the interval leaves 0 out.
func (i Interval) says() bool { return i.Low > 0 || i.High < 0 }

// z is the normal distribution's quantile for a two-sided 95 %.
const z = 1.959963984540054

// wilson is the score interval of a share of hits in n (Wilson, "Probable Inference, the Law of Succession, and
// Statistical Inference", JASA 22, 1927).
func wilson(hits, n int) Interval {
	p, m := float64(hits)/float64(n), float64(n)
	middle := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Interval{max((middle-half)/(1+z*z/m), 0), min((middle+half)/(1+z*z/m), 1)}
}

// newcombe is the interval of the difference of two shares, hitsA/a - hitsB/b: method 10 of Newcombe, "Interval
// Estimation for the Difference Between Independent Proportions: Comparison of Eleven Methods", Statistics in Medicine
// 17, 1998. It holds for small groups and for shares near 0 and 1.
func newcombe(hitsA, a, hitsB, b int) Interval {
	p, q := float64(hitsA)/float64(a), float64(hitsB)/float64(b)
	x, y := wilson(hitsA, a), wilson(hitsB, b)
	return Interval{p - q - math.Hypot(p-x.Low, y.High-q), p - q + math.Hypot(x.High-p, q-y.Low)}
}

// sample is n numbers: values, and 0 for all others.
type sample struct {
	n      int
	values []float64
}

func (s sample) mean() float64 {
	sum := 0.0
	for _, x := range s.values {
		sum += x
	}
	return sum / float64(s.n)
}

// variance is the unbiased one.
func (s sample) variance() float64 {
	m := s.mean()
	squares := float64(s.n-len(s.values)) * m * m
	for _, x := range s.values {
		squares += (x - m) * (x - m)
	}
	return squares / float64(s.n-1)
}

// welch is the interval of the difference of two means, with variances that may differ (Welch, "The Generalization of
// Student's Problem when Several Different Population Variances are Involved", Biometrika 34, 1947).
func welch(a, b sample) Interval {
	d := a.mean() - b.mean()
	va, vb := a.variance()/float64(a.n), b.variance()/float64(b.n)
	if va+vb == 0 {
		return Interval{d, d}
	}
	df := (va + vb) * (va + vb) / (va*va/float64(a.n-1) + vb*vb/float64(b.n-1))
	half := studentT(df) * math.Sqrt(va+vb)
	return Interval{d - half, d + half}
}

// studentT is Student's t quantile for a two-sided 95 % and df degrees of freedom, whole or not: Hill, "Algorithm 396:
// Student's t-quantiles", Communications of the ACM 13(10), 1970, whose relative error is below 1e-4 from 3 degrees on.
// Groups of five and more have at least 4.
func studentT(df float64) float64 {
	const p = 0.05
	a := 1 / (df - 0.5)
	b := 48 / (a * a)
	c := ((20700*a/b-98)*a-16)*a + 96.36
	d := ((94.5/(b+c)-3)/b + 1) * math.Sqrt(a*math.Pi/2) * df
	y := math.Pow(d*p, 2/df)
	if y > 0.05+a {
		x := -z
		y = x * x
		if df < 5 {
			c += 0.3 * (df - 4.5) * (x + 0.6)
		}
		c = (((0.05*d*x-5)*x-7)*x-2)*x + b + c
		y = (((((0.4*y+6.3)*y+36)*y+94.5)/c-y-3)/b + 1) * x
		y = math.Expm1(a * y * y)
	} else {
		y = ((1/(((df+6)/(df*y)-0.089*d-0.822)*(df+2)*3)+0.5/(df+4))*y-1)*(df+1)/(df+2) + 1/y
	}
	return math.Sqrt(df * y)
}
