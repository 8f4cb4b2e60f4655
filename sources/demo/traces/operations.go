package traces

import (
	"time"

	"github.com/jaegertracing/jaeger-idl/model/v1"
)

// search is search_vectors: the cache, an embedding where text is searched, then the index.
func (b *builder) search(root *model.Span, at time.Duration) {
	r := b.r
	fn := b.function(root, "search_vectors", "app.services.search_service", at, r.Inner, 3)
	key := "search:" + r.Tenant + ":" + r.Dataset
	if r.CacheHit {
		get := b.redis(fn, at+b.part(r.Inner, 0.05, 0.1), b.part(r.Inner, 0.5, 0.7), "GET", key)
		get.Tags = append(get.Tags, model.Bool("cache.hit", true), model.String("cache.type", "query"))
		return
	}
	// What happens around the index takes milliseconds, however long the index takes.
	around := min(r.Inner, 30*time.Millisecond)
	get := b.redis(fn, at+b.part(around, 0.01, 0.02), b.part(around, 0.03, 0.05), "GET", key)
	get.Tags = append(get.Tags, model.Bool("cache.hit", false), model.String("cache.type", "query"))
	begin := b.part(around, 0.08, 0.1)
	if r.SearchType != "vector" {
		d := b.part(around, 0.2, 0.3)
		b.httpx(fn, at+begin, d, "POST", "https://api.openai.com/v1/embeddings", 200)
		begin += d + b.part(around, 0.005, 0.01)
	}
	remote := r.Inner - begin - b.part(around, 0.08, 0.1)
	status := int64(200)
	if r.Fault != "" {
		status = int64(r.Status)
	}
	call := b.httpx(fn, at+begin, remote, "POST", "http://deeplake:8000/search", status)
	wire := b.part(around, 0.005, 0.01)
	inner := remote - 2*wire
	server := b.engine(call, "deeplake.search", at+begin+wire, inner,
		model.String("span.kind", "server"), model.String("index.type", r.IndexType), model.Int64("search.k", 10))
	scan := b.indexScan(server, at+begin+wire, inner, around)
	if r.Fault != "" {
		b.fail(scan, server, call, fn, root)
		return
	}
	fn.Tags = append(fn.Tags, model.Int64("search.results", int64(r.Results)))
	b.redis(fn, at+begin+remote+b.part(around, 0.01, 0.02), b.part(around, 0.03, 0.05), "SET", key)
}

// indexScan fills the engine's part of a search and returns its main span. A slow one waits for storage, segment by
// segment.
func (b *builder) indexScan(server *model.Span, at, d, around time.Duration) *model.Span {
	load := b.part(around, 0.02, 0.04)
	b.engine(server, "index.load", at, load, model.Bool("index.cached", !b.r.Scan))
	scanAt := at + load
	share := 0.62
	if b.r.Scan {
		share = 0.93
	}
	scanFor := b.part(d-load, share-0.04, share)
	segments := int64(4 + b.rand()*4)
	if b.r.Scan {
		segments = 160 + int64(b.rand()*90)
	}
	scan := b.engine(server, "index.scan", scanAt, scanFor, model.Int64("index.segments", segments))
	if b.r.Scan {
		scan.Tags = append(scan.Tags, model.String("index.wait", "storage"),
			model.Float64("index.wait_seconds", 0.9*scanFor.Seconds()), model.String("index.plan", "full_scan"))
		slot := scanFor / 5
		for i := range time.Duration(4) {
			b.engine(scan, "storage.read", scanAt+i*slot+b.part(slot, 0.02, 0.2), b.part(slot, 0.02, 0.05),
				model.String("storage.bucket", "s3://deeplake-prod"), model.Int64("storage.bytes", int64(4+b.rand()*24)<<20))
		}
	}
	if b.r.Fault == "" {
		name := map[string]string{"hybrid": "hybrid.rerank", "text": "bm25.score"}[b.r.SearchType]
		if name == "" {
			name = "vectors.score"
		}
		rest := d - load - scanFor
		b.engine(server, name, scanAt+scanFor+b.part(rest, 0.02, 0.05), b.part(rest, 0.6, 0.8))
	}
	return scan
}

// write is an operation on vectors.
func (b *builder) write(root *model.Span, at time.Duration) {
	r := b.r
	fn := b.function(root, r.Operation+"_vectors", "app.services.vector_service", at, r.Inner, 2)
	call := b.httpx(fn, at+b.part(r.Inner, 0.02, 0.04), b.part(r.Inner, 0.66, 0.7), "POST", "http://deeplake:8000/"+r.Operation, int64(r.Status))
	offset := call.StartTime.Sub(r.Start) + b.part(call.Duration, 0.01, 0.03)
	d := b.part(call.Duration, 0.93, 0.95)
	server := b.engine(call, "dataset."+r.Operation, offset, d, model.String("span.kind", "server"), model.Int64("vectors.count", int64(1+b.rand()*400)))
	store := b.engine(server, "storage.write", offset+b.part(d, 0.1, 0.2), b.part(d, 0.6, 0.7), model.String("storage.bucket", "s3://deeplake-prod"))
	if r.Fault != "" {
		b.fail(store, server, call, fn, root)
		return
	}
	b.sql(fn, at+b.part(r.Inner, 0.76, 0.78), b.part(r.Inner, 0.08, 0.12), "UPDATE", "datasets")
	b.redis(fn, at+b.part(r.Inner, 0.92, 0.94), b.part(r.Inner, 0.02, 0.04), "DEL", "search:"+r.Tenant+":"+r.Dataset)
}

// index is a request that starts an index build: the worker's part follows the answer.
func (b *builder) index(root *model.Span, at time.Duration) {
	r := b.r
	b.sql(root, at, b.part(r.Inner, 0.3, 0.5), "INSERT", "jobs")
	push := b.redis(root, at+b.part(r.Inner, 0.6, 0.65), b.part(r.Inner, 0.05, 0.1), "LPUSH", "jobs:index")
	if r.Fault != "" {
		b.fail(root)
		return
	}
	begin := r.Total
	work := b.span(nil, workerService, "index_build", begin, r.Build,
		model.String("function.name", "build_index"), model.String("function.module", "app.workers.index"),
		model.String("index_type", r.IndexType), model.Float64("function.duration", r.Build.Seconds()), model.Bool("function.success", true))
	work.References = []model.SpanRef{model.NewFollowsFromRef(b.id, push.SpanID)}
	b.tenant(work)
	read := b.part(r.Build, 0.2, 0.25)
	b.engine(work, "storage.read", begin+b.part(r.Build, 0.005, 0.01), read, model.String("storage.bucket", "s3://deeplake-prod"))
	train := b.part(r.Build, 0.55, 0.6)
	b.engine(work, "index.train", begin+b.part(r.Build, 0.011, 0.012)+read, train, model.String("index.type", r.IndexType))
	b.engine(work, "storage.write", begin+b.part(r.Build, 0.013, 0.014)+read+train, b.part(r.Build, 0.08, 0.1))
}

// plain is a request that the database and the cache answer.
func (b *builder) plain(root *model.Span, at time.Duration) {
	r := b.r
	get := b.redis(root, at, b.part(r.Inner, 0.1, 0.15), "GET", "meta:"+r.Tenant)
	hit := b.rand() < 0.6
	get.Tags = append(get.Tags, model.Bool("cache.hit", hit), model.String("cache.type", "metadata"))
	if !hit {
		b.sql(root, at+b.part(r.Inner, 0.2, 0.25), b.part(r.Inner, 0.4, 0.5), "SELECT", "datasets")
		b.redis(root, at+b.part(r.Inner, 0.8, 0.82), b.part(r.Inner, 0.05, 0.1), "SET", "meta:"+r.Tenant)
	}
	if r.Fault != "" {
		b.fail(root)
	}
}
