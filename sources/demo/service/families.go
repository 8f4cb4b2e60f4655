package service

import "math"

// Jobs that scrape the service and what stands around it.
const (
	JobAPI        = "deeplake-api"
	JobRedis      = "redis"
	JobNode       = "node-exporter"
	JobPrometheus = "prometheus"
)

// families are the metric families of the monitoring guide, and those of the exporters its rules ask for.
type families struct {
	all []*Family

	requests, requestDuration *Family
	datasets, vectors         *Family
	searches, searchLatency   *Family
	vectorOps, vectorBatch    *Family
	cacheOps, cacheRatio      *Family
	limitHits, limitRemaining *Family
	connections, memory       *Family
	errors                    *Family
	indexBuild, backup        *Family
	info                      *Family
	redisUp, redisClients     *Family
	redisMemory               *Family
	redisHits, redisMisses    *Family
	diskFree, diskTotal       *Family
}

func newFamilies() *families {
	f := &families{}
	add := func(job string, kind Kind, name, help string, labels ...string) *Family {
		m := &Family{Name: name, Help: help, Kind: kind, Job: job, Labels: labels}
		f.all = append(f.all, m)
		return m
	}
	api := func(kind Kind, name, help string, labels ...string) *Family {
		return add(JobAPI, kind, name, help, labels...)
	}
	f.requests = api(Counter, "http_requests_total", "HTTP requests answered.", "method", "endpoint", "status_code", "tenant_id")
	f.requestDuration = api(Histogram, "http_request_duration_seconds", "Time to answer an HTTP request.", "method", "endpoint", "tenant_id").
		buckets(0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10)
	f.datasets = api(Gauge, "datasets_total", "Datasets kept.", "tenant_id")
	f.vectors = api(Gauge, "vectors_total", "Vectors kept.", "dataset_id", "tenant_id")
	f.searches = api(Counter, "search_operations_total", "Searches done.", "search_type", "dataset_id", "tenant_id")
	f.searchLatency = api(Histogram, "search_latency_seconds", "Time a search took.", "search_type", "dataset_id", "tenant_id").
		buckets(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5)
	f.vectorOps = api(Counter, "vector_operations_total", "Operations on vectors.", "operation", "dataset_id", "tenant_id")
	f.vectorBatch = api(Histogram, "vector_batch_size", "Vectors per operation.", "operation", "dataset_id", "tenant_id").
		buckets(1, 10, 50, 100, 500, 1000, 5000)
	f.cacheOps = api(Counter, "cache_operations_total", "Cache operations.", "operation", "cache_type", "tenant_id")
	f.cacheRatio = api(Gauge, "cache_hit_ratio", "Share of lookups answered by the cache.", "cache_type", "tenant_id")
	f.limitHits = api(Counter, "rate_limit_hits_total", "Requests refused by a rate limit.", "tenant_id", "limit_type")
	f.limitRemaining = api(Gauge, "rate_limit_remaining", "What a tenant may still ask for in this period.", "tenant_id", "limit_type")
	f.connections = api(Gauge, "active_connections", "Database connections in use.")
	f.memory = api(Gauge, "memory_usage_bytes", "Memory by what it is used for.", "memory_type")
	f.errors = api(Counter, "errors_total", "Errors by kind.", "error_type", "error_code", "tenant_id")
	f.indexBuild = api(Histogram, "index_build_duration_seconds", "Time an index build took.", "index_type", "dataset_id", "tenant_id").
		buckets(1, 5, 10, 30, 60, 300, 600, 1800)
	f.backup = api(Histogram, "backup_duration_seconds", "Time a backup took.", "backup_type", "tenant_id").
		buckets(10, 30, 60, 300, 600, 1800, 3600)
	f.info = api(Gauge, "deeplake_api_info_info", "The running build.", "version", "environment", "build_date")

	f.redisUp = add(JobRedis, Gauge, "redis_up", "Whether Redis answers.")
	f.redisClients = add(JobRedis, Gauge, "redis_connected_clients", "Connected clients.")
	f.redisMemory = add(JobRedis, Gauge, "redis_memory_used_bytes", "Memory in use.")
	f.redisHits = add(JobRedis, Counter, "redis_keyspace_hits_total", "Keys found.")
	f.redisMisses = add(JobRedis, Counter, "redis_keyspace_misses_total", "Keys not found.")
	f.diskFree = add(JobNode, Gauge, "disk_free_bytes", "Free space.", "mountpoint")
	f.diskTotal = add(JobNode, Gauge, "disk_total_bytes", "Size of the file system.", "mountpoint")
	return f
}

func (f *Family) buckets(bounds ...float64) *Family {
	f.Bounds = bounds
	for _, b := range bounds {
		f.logBounds = append(f.logBounds, math.Log(b))
	}
	return f
}
