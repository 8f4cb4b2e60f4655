package service

import "fmt"

// SearchTypes are the kinds of search, in the order in which their shares are given.
func SearchTypes() []string { return []string{"vector", "text", "hybrid"} }

var (
	searchMedians = [3]float64{0.019, 0.026, 0.033} // seconds
	usualMix      = [3]float64{0.5, 0.2, 0.3}       // shares of the search types
	victimMix     = [3]float64{0.28, 0.12, 0.6}     // the slow tenant lives on hybrid search
)

// endpoint is one route of the API. Rates are requests per second at a tenant's weight 1, search left out: its rate
// follows from the searches.
type endpoint struct {
	method, path string
	success      string
	rate         float64
	median       float64 // seconds
	sigma        float64
}

const (
	epSearch = iota
	epVectors
	epVector
	epDatasets
	epDataset
	epIndex
	epBackups
	epUsage
)

var endpoints = [...]endpoint{
	epSearch:   {"POST", "/datasets/{id}/search", "200", 0, 0.03, 0.4},
	epVectors:  {"POST", "/datasets/{id}/vectors", "201", 0, 0.055, 0.5},
	epVector:   {"GET", "/datasets/{id}/vectors/{id}", "200", 3.1, 0.008, 0.4},
	epDatasets: {"GET", "/datasets", "200", 1.2, 0.012, 0.5},
	epDataset:  {"GET", "/datasets/{id}", "200", 2.2, 0.007, 0.45},
	epIndex:    {"POST", "/datasets/{id}/index", "202", 0.05, 0.034, 0.4},
	epBackups:  {"POST", "/backups", "202", 0.02, 0.041, 0.4},
	epUsage:    {"GET", "/usage", "200", 0.6, 0.018, 0.5},
}

// failures are the status codes besides success, in the order of a tenant's counters.
var failures = [...]string{"429", "500", "503"}

type vectorOp struct {
	name   string
	rate   float64 // per second and dataset at weight 1
	median float64 // vectors
	sigma  float64
}

var vectorOps = [...]vectorOp{
	{"insert", 0.9, 180, 1.1},
	{"update", 0.35, 24, 1.0},
	{"delete", 0.12, 9, 1.2},
}

type cacheType struct {
	name      string
	ratio     float64 // usual hit ratio
	collapsed float64 // what is left of it when the cache collapses
	perSearch float64 // lookups per search
}

var cacheTypes = [...]cacheType{
	{"query", 0.83, 0.24, 1},
	{"embedding", 0.91, 0.46, 0.6},
	{"metadata", 0.97, 0.9, 1.4},
}

var cacheOps = [...]string{"get", "set", "delete"}

type limit struct {
	name string
	size float64 // per tenant and minute at weight 1
}

var limits = [...]limit{{"requests", 6000}, {"vectors", 90000}}

type errorKind struct {
	kind, code string
}

const (
	errSearch = iota
	errTimeout
	errStorage
	errVector
	errValidation
	errRateLimit
)

var errorKinds = [...]errorKind{
	errSearch:     {"search", "SEARCH_FAILED"},
	errTimeout:    {"timeout", "INDEX_SCAN_TIMEOUT"},
	errStorage:    {"storage", "STORAGE_UNAVAILABLE"},
	errVector:     {"vector", "DIMENSION_MISMATCH"},
	errValidation: {"validation", "INVALID_REQUEST"},
	errRateLimit:  {"rate_limit", "RATE_LIMIT_EXCEEDED"},
}

var indexTypes = [...]string{"hnsw", "ivf_flat", "default"}

var tenantNames = [...]string{
	"acme-corp", "globex", "initech", "umbrella", "hooli", "soylent", "vandelay", "wonka",
	"cyberdyne", "tyrell", "massive-dynamic", "pied-piper", "oscorp", "aperture", "black-mesa", "nakatomi",
	"monarch", "gringotts", "duff", "sirius", "weyland", "zorg", "virtucon", "rekall",
}

var tenantWeights = [...]float64{2.3, 1.6, 0.35, 0.8, 1.9, 0.55, 0.25, 0.7, 1.2, 0.45, 0.9, 0.3}

var datasetNames = [...]string{
	"products", "tickets", "documents", "images", "contracts", "reviews", "catalog", "emails",
	"research", "profiles", "manuals", "articles", "faces", "logs", "recipes", "patents",
	"invoices", "chats", "maps", "videos", "songs", "papers", "genes", "parts",
}

func tenantName(i int) string {
	if i < len(tenantNames) {
		return tenantNames[i]
	}
	return fmt.Sprintf("tenant-%03d", i+1)
}

func datasetName(i, tenant int) string {
	name := datasetNames[i%len(datasetNames)]
	if i >= len(datasetNames) {
		return fmt.Sprintf("%s-%d", name, tenant+1)
	}
	return name
}
