package vocabulary

import "slices"

// concept is one thing a vector-search service may measure: what it is called in words, and the labels a dashboard
// may ask of it. Every vocabulary speaks of the same concepts.
type concept struct {
	name   string
	words  string // "<words>: not exported (metric names: guide)"
	labels []string
}

// concepts are all there are; the order is that of the monitoring guide.
func concepts() []concept {
	return []concept{
		{"requests", "HTTP requests", []string{"method", "endpoint", "status_code", "tenant"}},
		{"request_duration", "request durations", []string{"method", "endpoint", "tenant"}},
		{"datasets", "number of datasets", []string{"tenant"}},
		{"vectors", "number of vectors", []string{"dataset", "tenant"}},
		{"searches", "searches", []string{"search_type", "dataset", "tenant"}},
		{"search_latency", "search latency", []string{"search_type", "dataset", "tenant"}},
		{"vector_operations", "vector operations", []string{"operation", "dataset", "tenant"}},
		{"vector_batch_size", "vector batch sizes", []string{"operation", "dataset", "tenant"}},
		{"cache_operations", "cache operations", []string{"operation", "cache_type", "status", "tenant"}},
		{"cache_hit_ratio", "cache hit ratio", []string{"cache_type", "tenant"}},
		{"rate_limit_hits", "rate limits", []string{"limit_type", "tenant"}},
		{"rate_limit_remaining", "rate limits", []string{"limit_type", "tenant"}},
		{"rate_limit_reset", "rate limit resets", []string{"limit_type", "tenant"}}, // Unix seconds
		{"connections", "connections", []string{"protocol"}},
		{"memory", "memory usage", []string{"memory_type", "component"}},
		{"errors", "errors", []string{"error_type", "error_code", "operation", "tenant"}},
		{"index_build_duration", "index builds", []string{"index_type", "dataset", "tenant"}},
		{"backup_duration", "backups", []string{"backup_type", "tenant"}},
		{"service_info", "service info", nil},
		{"storage", "storage size", []string{"dataset", "tenant"}},
	}
}

func find(name string) (concept, bool) {
	all := concepts()
	if i := slices.IndexFunc(all, func(c concept) bool { return c.name == name }); i >= 0 {
		return all[i], true
	}
	return concept{}, false
}

// Concepts are the names of everything a vocabulary can give a metric for, in the guide's order.
func Concepts() []string {
	var names []string
	for _, c := range concepts() {
		names = append(names, c.name)
	}
	return names
}

// Labels are the labels that a vocabulary can name for a concept, and whether there is such a concept.
func Labels(name string) ([]string, bool) {
	c, ok := find(name)
	return c.labels, ok
}
