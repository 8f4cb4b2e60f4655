package pagetest

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// known are the values of the labels that the dashboards' queries group by.
var known = map[string][]string{
	"tenant_id":   Tenants,
	"endpoint":    {"/datasets", "/datasets/{id}", "/datasets/{id}/search", "/datasets/{id}/vectors", "/health", "/usage"},
	"search_type": {"hybrid", "text", "vector"},
	"dataset_id":  {"contracts", "faces", "invoices", "products", "tickets"},
	"operation":   {"delete", "insert", "update"},
	"status":      {"hit", "miss"},
	"cache_type":  {"metadata", "query"},
	"limit_type":  {"requests", "vectors"},
	"error_type":  {"storage", "timeout", "validation"},
	"memory_type": {"total", "used"},
	"index_type":  {"hnsw", "ivf_flat"},
	"backup_type": {"full"},
	"le":          {"0.01", "0.05", "0.1", "0.5", "1.0", "2.0", "5.0", "+Inf"},
	"status_code": {"200", "201", "503"},
	"job":         {"deeplake-api"},
	"instance":    {"deeplake-api:9090"},
}

var (
	byClause = regexp.MustCompile(`by \(([^)]*)\)`)
	statName = regexp.MustCompile(`"stat", "([a-z0-9]+)"`)
)

// answer is what the service's Prometheus answers to a query: a value per combination of the labels that it groups by.
func answer(expr string) []sources.Sample {
	var names []string
	for _, over := range []string{"max_over_time(", "min_over_time((", "min_over_time("} {
		expr = strings.TrimPrefix(expr, over) // what lies between two columns is like what is on them
	}
	switch {
	case strings.HasPrefix(expr, "sum(sum by ("), strings.HasPrefix(expr, "count((sum by ("), strings.HasPrefix(expr, "quantile("):
		return []sources.Sample{total(expr)}
	case strings.HasPrefix(expr, "cache_hit_ratio"):
		names = []string{"cache_type", "tenant_id"}
	case strings.HasPrefix(expr, "rate_limit_remaining{"):
		names = []string{"limit_type"}
	case strings.HasPrefix(expr, "rate_limit_remaining"):
		names = []string{"limit_type", "tenant_id"}
	case strings.HasPrefix(expr, "memory_usage_bytes"):
		names = []string{"memory_type"}
	case strings.HasPrefix(expr, "deeplake_api_info"):
		return []sources.Sample{{Labels: sources.Labels{"version": "1.4.2", "environment": "production"}, Value: 1}}
	default:
		for _, m := range byClause.FindAllStringSubmatch(expr, -1) {
			for _, n := range strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' }) {
				if !slices.Contains(names, n) && (n != "le" || !strings.Contains(expr, "histogram_quantile")) {
					names = append(names, n)
				}
			}
		}
	}
	slices.Sort(names)
	sets := []sources.Labels{{}}
	for _, n := range names {
		var next []sources.Labels
		for _, set := range sets {
			for _, v := range known[n] {
				with := maps.Clone(set)
				with[n] = v
				next = append(next, with)
			}
		}
		sets = next
	}
	if stats := statName.FindAllStringSubmatch(expr, -1); len(stats) > 0 {
		var next []sources.Labels
		for _, m := range stats {
			for _, set := range sets {
				with := maps.Clone(set)
				with["stat"] = m[1]
				next = append(next, with)
			}
		}
		sets = next
	}
	out := make([]sources.Sample, len(sets))
	for i, set := range sets {
		out[i] = sources.Sample{Labels: set, Value: value(expr, set)}
	}
	return out
}

// total is one number for all tenants: their sum, their count, their median.
func total(expr string) sources.Sample {
	all := answer(expr[strings.IndexByte(expr, '(')+1:])
	switch {
	case strings.HasPrefix(expr, "count"):
		return sources.Sample{Value: float64(len(Tenants))}
	case strings.HasPrefix(expr, "quantile"):
		slices.SortFunc(all, func(a, b sources.Sample) int { return cmp.Compare(a.Value, b.Value) })
		return sources.Sample{Value: all[len(all)/2].Value}
	}
	sum := 0.0
	for _, s := range all {
		sum += s.Value
	}
	return sources.Sample{Value: sum}
}

// about tells whether an answer is about the slow tenant alone.
func about(expr string, l sources.Labels) bool {
	return l["tenant_id"] == Tenants[0] || strings.Contains(expr, `tenant_id="`+Tenants[0]+`"`)
}

// value is a number that fits the query: steady, with acme-corp slow.
func value(expr string, l sources.Labels) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(l.Key()))
	noise := 0.8 + 0.4*float64(h.Sum32()%1000)/1000
	slow := 1.0
	if about(expr, l) {
		slow = 13
	}
	switch {
	case strings.HasPrefix(expr, "count_over_time("): // minutes that are held, of six hours
		return 360
	case strings.Contains(expr, "5..") && strings.Contains(expr, "tenant_id") && !strings.Contains(expr, "* 100") && l["stat"] == "":
		return 0.0003 * slow * slow * noise // share of failed requests
	case strings.Contains(expr, "search_latency_seconds_sum"):
		return 1.3 * slow * noise
	case l["stat"] == "rate":
		return 40 * noise
	case l["stat"] == "errors":
		return 0.003 * slow * noise
	case l["stat"] == "refused":
		return 0.4 * noise
	case l["stat"] == "p50":
		return 0.03 * slow
	case l["stat"] == "p99":
		return 0.1 * slow * noise
	case strings.Contains(expr, "histogram_quantile") && strings.Contains(expr, "search_latency"), l["stat"] == "p95":
		return 0.062 * slow * noise
	case strings.Contains(expr, "index_build"):
		return 30 * noise
	case strings.Contains(expr, "backup"):
		return 5000 * noise
	case strings.Contains(expr, "batch"):
		return 500 * noise
	case strings.Contains(expr, "histogram_quantile"):
		return 0.812 * noise
	case l["le"] != "":
		return []float64{2, 40, 70, 92, 98, 99, 100, 100}[slices.Index(known["le"], l["le"])]
	case strings.Contains(expr, "5..") && !strings.Contains(expr, `"stat"`):
		return 4.1
	case strings.HasPrefix(expr, "avg by") && strings.Contains(expr, "cache_hit_ratio"):
		return 0.75 * noise
	case strings.Contains(expr, "cache_hit_ratio"):
		return min(0.9*noise, 1) / math.Sqrt(slow)
	case l["memory_type"] == "total":
		return 8 << 30
	case l["memory_type"] == "used":
		return 6 << 30
	case strings.Contains(expr, "active_connections"):
		return 63
	case strings.Contains(expr, "datasets_total"):
		return math.Round(6 * noise)
	case strings.Contains(expr, "vectors_total"):
		return 1.2e6
	case strings.Contains(expr, "rate_limit_remaining"):
		return math.Round(900 * noise / slow)
	case strings.Contains(expr, "rate_limit_hits"):
		return 0.2 * slow
	}
	return 128 * noise
}

func matrix(q feed.Request) sources.Matrix {
	step := max(q.Step, time.Second)
	end := Now.Truncate(step)
	n := int(q.Window/step) + 1
	m := sources.Matrix{Start: end.Add(-time.Duration(n-1) * step), Step: step, Columns: n}
	for _, s := range answer(q.Expr) {
		values := make([]float64, n)
		for i := range values {
			values[i] = s.Value * (1 + 0.05*math.Sin(float64(i)/5))
			if about(q.Expr, s.Labels) && i < n*2/3 {
				values[i] /= 7
			}
		}
		m.Series = append(m.Series, sources.Series{Labels: s.Labels, Values: values})
	}
	slices.SortFunc(m.Series, func(a, b sources.Series) int { return strings.Compare(a.Labels.Key(), b.Labels.Key()) })
	return m
}
