package dashboard

// Ranges of some tenants only: of ten thousand, the screen draws forty.

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Many is how many tenants there must be for ranges to be asked for some of them only. Up to that many, one query for
// all is asked once and answers every sorting and scrolling.
const Many = 200

// only restricts a query to series of some tenants.
type only struct{ values []string }

// Only is p with its ranges asked for these tenants only; for none at all, no range is asked. Nil takes the restriction
// away. Equal sets of tenants ask the same.
func (p Panel) Only(tenants []string) Panel {
	var o *only
	if tenants != nil {
		o = &only{slices.Compact(slices.Sorted(slices.Values(tenants)))}
	}
	p.Queries = slices.Clone(p.Queries)
	for i := range p.Queries {
		p.Queries[i].only = o
	}
	return p
}

// place stands for the regular expression of the tenants until the template is filled: their names may hold anything,
// holes and variables too, but no NUL.
const place = "\x00"

// metricHole is a metric's name in a template, with the suffix of a histogram's part and the brace of its matchers.
var metricHole = regexp.MustCompile(`(\{\{([a-z_]+)\}\}[a-z_]*)(\{?)`)

// restrict adds the matcher to every metric of a template that has a label for tenants.
func (o *only) restrict(template string, v Vocabulary) string {
	if o == nil {
		return template
	}
	return metricHole.ReplaceAllStringFunc(template, func(found string) string {
		m := metricHole.FindStringSubmatch(found)
		matcher := o.matcher(v, m[2])
		switch {
		case matcher == "":
			return found
		case m[3] == "":
			return m[1] + matcher
		}
		return m[1] + strings.TrimSuffix(matcher, "}") + ", "
	})
}

// matcher selects the tenants among the series of a concept's metric; "" where nothing is restricted.
func (o *only) matcher(v Vocabulary, concept string) string {
	if o == nil {
		return ""
	}
	if label, ok := v.Label(concept, "tenant"); ok {
		return "{" + label + "=~" + place + "}"
	}
	return ""
}

// fill puts the tenants in.
func (o *only) fill(expr string) string {
	if o == nil {
		return expr
	}
	quoted := make([]string, len(o.values))
	for i, v := range o.values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return strings.ReplaceAll(expr, place, strconv.Quote(strings.Join(quoted, "|")))
}

// Asking is p as it is asked while d is what is known of it: of a table of tenants the past only of those whose range is
// wanted, and the numbers of many apart, one query each. Joining fifty thousand series costs Prometheus more than finding
// them, and what is slow does not hold up the rest; of few tenants, one query is the lighter one. How many there are, the first number tells.
func (p Panel) Asking(d Data, env Env, past []string) Panel {
	if p.Kind != KindTenants {
		return p
	}
	switch n := len(d.Tenants); {
	case n == 0:
		p = p.Only([]string{})
	case n > Many:
		p = p.Only(append([]string{}, past...))
	}
	p.first = len(d.Tenants) == 0 && d.At.IsZero() && d.Err == nil && !p.recorded(env)
	p.apart = p.first || len(d.Tenants) > Many || len(d.Tenants) == 0 && (d.Err != nil || p.recorded(env))
	return p
}

// asked are the queries of q's stats in the order in which they are asked where nothing records them: the quantiles last,
// for they look at every bucket of every tenant, and of these the one that is judged first.
func (p Panel) asked(q Query) []Query {
	stats := p.stats(q)
	if p.first {
		return stats[:1]
	}
	cost := func(s Query) int { return 2*btoi(strings.Contains(s.Expr, "histogram_quantile")) + btoi(s.calm) }
	slices.SortStableFunc(stats[1:], func(a, b Query) int { return cost(a) - cost(b) })
	return stats
}

// recorded tells whether the server has recorded all that the main query joins.
func (p Panel) recorded(env Env) bool {
	if env.Vocab == nil || len(p.Queries) == 0 || len(p.Queries[0].Stats) == 0 {
		return false
	}
	for _, s := range p.Queries[0].Stats {
		if s.Optional && !s.exported(env.Vocab) {
			continue
		}
		r, ok := s.rule(env.Vocab, RateWindow(env.Scrape, 0))
		if !ok {
			return false
		}
		if _, ok := r.since(env.Vocab); !ok {
			return false
		}
	}
	return true
}

// exports tells whether v has what the stat of that name needs.
func (q Query) exports(v Vocabulary, name string) bool {
	return slices.ContainsFunc(q.Stats, func(s Stat) bool { return s.Name == name && s.exported(v) })
}

// stats are the queries of q's stats where they are asked apart, else q itself.
func (p Panel) stats(q Query) []Query {
	if !p.apart || len(q.Stats) == 0 {
		return []Query{q}
	}
	out := make([]Query, len(q.Stats))
	for i, s := range q.Stats {
		out[i] = q
		out[i].Name, out[i].Expr, out[i].Record, out[i].Stats, out[i].heavy = s.Name, s.Expr, s.Record, nil, true
		_, judged := p.Limits[s.Name]
		out[i].calm = !judged
	}
	return out
}

// WithPast is p with the range of every query asked, for a panel that shows no past in the grid. Of many series it stays
// as it is.
func (p Panel) WithPast(d Data) Panel {
	if p.Kind != KindBars || len(d.Values) == 0 || len(d.Values) > Many {
		return p
	}
	p.Queries = slices.Clone(p.Queries)
	for i := range p.Queries {
		p.Queries[i].Range = true
	}
	return p
}
