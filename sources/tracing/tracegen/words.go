package tracegen

import (
	"fmt"
	"strings"

	"dlmon/sources"
)

// What the spans of a realistic trace say.

var services = []struct {
	name       string
	operations []string
}{
	{"deeplake-api", []string{"POST /datasets/{id}/search", "search_vectors", "check_quota", "POST", "SELECT deeplake", "GET", "INCRBY"}},
	{"deeplake", []string{"deeplake.search", "index.load", "index.scan", "storage.read", "vectors.score", "hybrid.rerank", "bm25.score"}},
	{"deeplake-worker", []string{"index_build", "index.train", "storage.write", "LPUSH", "embed_batch"}},
	{"gateway", []string{"route", "authenticate", "rate_limit", "GET /tenants/{id}"}},
	{"embeddings", []string{"POST /v1/embeddings", "tokenize", "forward", "normalize"}},
	{"metadata", []string{"lookup", "SELECT datasets", "UPDATE datasets", "lock", "commit"}},
	{"storage-proxy", []string{"GetObject", "PutObject", "ListObjectsV2", "HeadObject"}},
	{"billing", []string{"meter", "INSERT usage", "quota.get"}},
}

var faults = []struct{ name, message string }{
	{"IndexScanTimeout", "index scan exceeded its deadline while waiting for storage"},
	{"StorageUnavailableError", "storage returned 503 Slow Down"},
	{"SearchError", "query vector has 768 dimensions, the index has 1536"},
	{"ConnectionResetError", "[Errno 104] Connection reset by peer"},
}

var stack = "Traceback (most recent call last):\n" +
	strings.Repeat("  File \"app/services/search_service.py\", line 212, in run\n    return await self._call(request)\n", 6)

// tags are Options.Tags tags: some the same everywhere, some of a few values, some unique.
func (g *generator) tags() []sources.Tag {
	if g.Tags < 0 {
		return nil
	}
	pick := func(values ...string) string { return values[g.rng.IntN(len(values))] }
	tenant := fmt.Sprintf("tenant-%04d", g.rng.IntN(40))
	all := []sources.Tag{
		{Key: "span.kind", Value: pick("client", "server", "internal")},
		{Key: "tenant_id", Value: tenant},
		{Key: "dataset_id", Value: pick("faces", "patents", "products", "logs-2025", "support-tickets")},
		{Key: "search_type", Value: pick("vector", "text", "hybrid")},
		{Key: "http.status_code", Value: pick("200", "200", "200", "200", "429", "503")},
		{Key: "otel.library.name", Value: "opentelemetry.instrumentation.sqlalchemy"},
		{Key: "net.peer.name", Value: pick("redis", "postgres-0", "postgres-1", "deeplake-0", "deeplake-1")},
		{Key: "db.statement", Value: "SELECT id, name, dimensions, metric, created_at, updated_at FROM datasets WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY updated_at DESC LIMIT $2"},
		{Key: "http.url", Value: fmt.Sprintf("http://deeplake:8000/datasets/%016x/search?k=10&include=vectors,metadata&tenant=%s", g.rng.Uint64(), tenant)},
		{Key: "request.id", Value: fmt.Sprintf("req_%016x%016x", g.rng.Uint64(), g.rng.Uint64())},
		{Key: "http.user_agent", Value: pick("python-httpx/0.27.0", "deeplake-sdk/4.1.3 (Linux; x86_64) python/3.12.4", "Go-http-client/2.0")},
		{Key: "storage.bytes", Value: fmt.Sprint(g.rng.IntN(1 << 26))},
		{Key: "code.function", Value: pick("run", "call", "fetch", "decode") + "_" + pick("index", "segment", "batch")},
		{Key: "thread.name", Value: fmt.Sprintf("asyncio_%d", g.rng.IntN(16))},
	}
	for i := len(all); i < g.Tags; i++ {
		all = append(all, sources.Tag{Key: fmt.Sprintf("attribute.%d", i), Value: fmt.Sprint(g.rng.IntN(100))})
	}
	return all[:min(g.Tags, len(all))]
}
