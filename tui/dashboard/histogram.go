package dashboard

// The latency histogram behind a panel or an alerting rule: whose exemplars lead to traces.

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/sources/vocabulary"
)

// Histogram is a classic histogram as a query selects it.
type Histogram struct {
	Metric   string        // with its suffix: "search_latency_seconds_bucket"
	Matchers []string      // as written in the query, those of le left out: `search_type="hybrid"`
	Rate     time.Duration // the range over which its rate is taken; 0 if that can't be read
}

// PromQL quotes as Go does, and with ' as well.
const quoted = "\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`"

var (
	// The range behind it tells a selector from a label that happens to be called so.
	bucketRange = regexp.MustCompile("([a-zA-Z_:][a-zA-Z0-9_:]*_bucket)\\s*(\\{(?:[^{}\"'`]|" + quoted + ")*\\})?\\s*\\[\\s*([0-9a-z]*)")
	labelMatch  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(` + quoted + `)`)
	plainLabel  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// HistogramsIn are the histograms that a PromQL expression takes buckets over a range of, each once, in its order. Of
// one that it names several times the matchers are those that all of them share, and the range is the first.
func HistogramsIn(promql string) []Histogram {
	var out []Histogram
	for _, m := range bucketRange.FindAllStringSubmatch(promql, -1) {
		var own []string
		for _, l := range labelMatch.FindAllStringSubmatch(m[2], -1) {
			if l[1] != "le" { // the exemplars of one bucket are not those of the histogram
				own = append(own, l[1]+l[2]+l[3])
			}
		}
		i := slices.IndexFunc(out, func(h Histogram) bool { return h.Metric == m[1] })
		if i < 0 {
			rate, _ := model.ParseDuration(m[3]) // 0 on an error
			out = append(out, Histogram{Metric: m[1], Matchers: own, Rate: time.Duration(rate)})
			continue
		}
		out[i].Matchers = slices.DeleteFunc(out[i].Matchers, func(s string) bool { return !slices.Contains(own, s) })
	}
	return out
}

// Select is the PromQL selector of h's series that have the labels, in the order of their names. An empty value, le and
// __name__ do not restrict.
func (h Histogram) Select(labels sources.Labels) string {
	all := slices.Clone(h.Matchers)
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		value := labels[name]
		if value == "" || name == "le" || name == "__name__" || !plainLabel.MatchString(name) {
			continue
		}
		if m := name + "=" + strconv.Quote(value); !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return h.Metric
	}
	return h.Metric + "{" + strings.Join(all, ", ") + "}"
}

// Histogram selects the series of the latency histogram (in seconds) that the panel shows: the first whose buckets its
// queries ask for. labels are those of one row or line, none for the whole panel; those that the histogram has
// too become matchers, under the names that it gives them. rate is the range over which the panel takes its rate. "" for
// a panel without such a histogram.
func (p Panel) Histogram(env Env, labels sources.Labels) (selector string, rate time.Duration) {
	if p.Unit != UnitSeconds {
		return "", 0
	}
	for _, q := range p.Queries {
		if env.Vocab == nil {
			break
		}
		// As it is without recording rules: what is recorded has no buckets and no exemplars.
		expr, missing := q.expand(env.Vocab, RateWindow(env.Scrape, 0))
		if missing != "" {
			continue
		}
		if found := HistogramsIn(expr); len(found) > 0 {
			return found[0].Select(p.Queries[0].translate(env.Vocab, labels, found[0].Metric)), found[0].Rate
		}
	}
	return "", 0
}

// translate gives the labels of a query's answer the names that another metric has for them. What that metric lacks is
// left out, and so is what the query itself puts there ("stat"). Labels that no vocabulary knows of keep their names.
func (q Query) translate(v Vocabulary, labels sources.Labels, metric string) sources.Labels {
	to := conceptOf(v, strings.TrimSuffix(metric, "_bucket"))
	out := sources.Labels{}
	for name, value := range labels {
		switch label := q.labelConcept(v, name); {
		case strings.Contains(q.Expr, `"`+name+`"`):
		case label == "" || to == "":
			out[name] = value
		default:
			if own, ok := v.Label(to, label); ok {
				out[own] = value
			}
		}
	}
	return out
}

// conceptOf is the concept that a metric stands for; "" for a metric outside the vocabulary.
func conceptOf(v Vocabulary, metric string) string {
	for _, concept := range vocabulary.Concepts() {
		if name, ok := v.Metric(concept); ok && name == metric {
			return concept
		}
	}
	return ""
}

// labelConcept is what a real label name stands for among the metrics of a query; "" when none of them has it.
func (q Query) labelConcept(v Vocabulary, name string) string {
	for _, m := range hole.FindAllStringSubmatch(q.Expr, -1) {
		concept := strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == ':' })[0]
		known, _ := vocabulary.Labels(concept)
		for _, label := range known {
			if own, ok := v.Label(concept, label); ok && own == name {
				return label
			}
		}
	}
	return ""
}
