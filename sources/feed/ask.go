package feed

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"dlmon/sources"
)

// rangeAnswer is what the parts of a range query brought before one failed, if one did.
type rangeAnswer struct {
	parts []part
	end   int64 // the newest column that was over when it was asked
}

// now is the time of evaluation, and the time readers see, at the wall clock's time t.
func (f *Feed) now(t time.Time) time.Time {
	if !f.o.At.IsZero() {
		return f.o.At
	}
	return t
}

// about is the time that e's answer is about, when it is asked at the wall clock's time t.
func (f *Feed) about(e *entry, t time.Time) time.Time {
	if !e.key.At.IsZero() {
		return e.key.At
	}
	return f.now(t)
}

// ask runs e's request in a goroutine. The lock is held.
func (f *Feed) ask(e *entry, gen uint64) {
	limit := askLimit
	if e.key.Kind == Trace {
		limit = traceLimit
	}
	ctx, cancel := context.WithTimeout(f.ctx, limit)
	e.cancel = cancel
	call := f.call(e)
	src, started := e.src, e.started
	go func() {
		v, err := guarded(ctx, src.name, call)
		took := time.Since(started)
		if err != nil && ctx.Err() == context.DeadlineExceeded {
			err = &sources.Error{Source: src.name, Reason: "no answer within " + limit.String(), Kind: sources.Timeout, Err: err}
		}
		cancel()
		f.mu.Lock()
		defer f.mu.Unlock()
		src.inFlight--
		f.running--
		if f.running == 0 && f.idle != nil {
			close(f.idle)
			f.idle = nil
		}
		if e.gen == gen && f.ctx != nil {
			f.done(e, v, err, took, time.Now())
		}
		f.poke()
	}()
}

// guarded turns a panic, a client's or the analysis's, into an error: the feed runs for months.
func guarded(ctx context.Context, source string, call func(context.Context) (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v = nil
			err = &sources.Error{
				Source: source,
				Reason: fmt.Sprintf("dlmon panicked: %v", p),
				Advice: "please report this with the log",
				Kind:   sources.Internal,
				Err:    errors.New(string(debug.Stack())),
			}
		}
	}()
	return call(ctx)
}

func answer[T any](v T, err error) (any, error) { return v, err }

// call is the client's call that answers e now. The lock is held, but not while the call runs.
func (f *Feed) call(e *entry) func(context.Context) (any, error) {
	at, k, o := f.about(e, e.started), e.key, f.o
	switch k.Kind {
	case Instant:
		return func(ctx context.Context) (any, error) {
			return answer(o.Prometheus.Instant(ctx, k.Expr, at.Add(-k.Ago)))
		}
	case Range:
		parts, end, err := e.track.missing(at)
		return func(ctx context.Context) (any, error) {
			if err != nil {
				return nil, err
			}
			got := rangeAnswer{end: end}
			for _, p := range parts {
				var err error
				if p.m, err = p.ask(ctx, o.Prometheus, k.Expr, k.Step); err != nil {
					return got, err
				}
				got.parts = append(got.parts, p)
			}
			return got, nil
		}
	case Rules:
		return func(ctx context.Context) (any, error) { return answer(o.Prometheus.Rules(ctx)) }
	case Targets:
		return func(ctx context.Context) (any, error) { return answer(o.Prometheus.Targets(ctx)) }
	case Exemplars:
		return func(ctx context.Context) (any, error) {
			return answer(o.Prometheus.Exemplars(ctx, k.Expr, at.Add(-k.Window), at))
		}
	case Health:
		return func(ctx context.Context) (any, error) { return answer(o.Health.Report(ctx)) }
	case Managed:
		return func(ctx context.Context) (any, error) { return answer(o.Alertmanager.Alerts(ctx)) }
	case Silences:
		return func(ctx context.Context) (any, error) { return answer(o.Alertmanager.Silences(ctx)) }
	case Services:
		return func(ctx context.Context) (any, error) { return answer(o.Jaeger.Services(ctx)) }
	case Search:
		q := k.Search
		if q.Start.IsZero() && k.Window > 0 {
			q.Start, q.End = at.Add(-k.Window), at
		}
		return func(ctx context.Context) (any, error) { return answer(o.Jaeger.Search(ctx, q)) }
	case Trace:
		progress, analyze := f.progress(e, e.gen), f.analyze
		return func(ctx context.Context) (any, error) {
			t, err := o.Jaeger.Trace(ctx, k.TraceID, progress)
			if err != nil {
				return nil, err
			}
			return analyze(t), nil
		}
	case Operations:
		return func(ctx context.Context) (any, error) { return answer(o.Jaeger.Operations(ctx, k.Expr)) }
	case Dependencies:
		return func(ctx context.Context) (any, error) { return answer(o.Jaeger.Dependencies(ctx, at, k.Window)) }
	case kindInfo:
		return func(ctx context.Context) (any, error) { return answer(f.client(k.Expr).Info(ctx)) }
	}
	return func(context.Context) (any, error) { return nil, fmt.Errorf("feed: unknown kind of request %d", k.Kind) }
}

// progress notes how much of e's answer has come, as long as it is the try that counts.
func (f *Feed) progress(e *entry, gen uint64) func(int) {
	e.progress = 0
	return func(n int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if e.gen == gen && e.inFlight && n != e.progress {
			e.progress = n
			f.change(time.Now())
			f.poke()
		}
	}
}

func (f *Feed) client(source string) informer {
	switch source {
	case SourcePrometheus:
		return f.o.Prometheus
	case SourceAlertmanager:
		return f.o.Alertmanager
	}
	return f.o.Jaeger.(informer)
}

// done takes the result of e's try in. The lock is held.
func (f *Feed) done(e *entry, v any, err error, took time.Duration, now time.Time) {
	src := e.src
	e.inFlight = false
	if src.probing == e {
		src.probing = nil
	}
	e.runs++
	e.pending = false
	if err != nil && sources.KindOf(err) == sources.Canceled {
		// Not by us, or the generation would differ: the client gave up by itself. It says nothing.
		e.fails++
		e.retry = now.Add(backoff(e.fails, maxBackoff))
		return
	}
	e.tried, e.err = f.now(now), err
	// A source that answered something else meanwhile is alive: then only this request is too slow or forbidden.
	own := sources.KindOf(err) != sources.Refused && src.lastOK.After(e.started)
	switch {
	case err == nil:
		if e.learn(took) {
			f.relieve(src, now)
		}
		e.fails = 0
		src.err, src.refusals = nil, 0
		f.store(e, v, now)
		f.recovered(src, e, now)
	case sources.SourceFault(err) && !own:
		e.fails = 0
		f.fault(src, err, e.started, now)
	default:
		if sources.KindOf(err) == sources.Timeout {
			// Dlmon waits no longer, but the server may go on: Prometheus finishes what it has begun.
			took *= beyondTimeout
		}
		e.learn(took)
		e.fails++
		e.retry = now.Add(backoff(e.fails, maxBackoff))
		if got, ok := v.(rangeAnswer); ok {
			e.track.merge(got)
		}
		if !sources.SourceFault(err) {
			if src.fails > 0 {
				src.err = nil
			}
			f.recovered(src, e, now)
		}
		// When nothing but refusals comes back, it is the source that is wrong: another server behind that URL.
		if src.refusals++; e.key.Kind != kindInfo && (!src.answered || src.refusals >= f.count(src)) {
			src.err = err
		}
		f.o.Log.Warn("request failed", "source", src.name, "fails", e.fails, "err", err)
	}
	if e.heavy {
		src.tire(took, now)
	}
	if e.key.Kind == Health && err != nil {
		f.history.lost(f.now(now))
	}
	f.touched(e)
	f.share()
	f.change(now)
}

// count is how many requests of src are wanted.
func (f *Feed) count(src *source) int {
	n := 0
	for _, e := range f.entries {
		if e.src == src && e.wanted {
			n++
		}
	}
	return n
}

// touched drops what was derived from e.
func (f *Feed) touched(e *entry) {
	if e.key.Kind == Rules || e.key.Kind == Managed {
		f.alerts = nil
	}
}

// store keeps a good answer.
func (f *Feed) store(e *entry, v any, now time.Time) {
	// Queries are evaluated at the time they were asked for, all else is true when it arrives.
	e.at = f.about(e, now)
	switch v := v.(type) {
	case rangeAnswer:
		e.at = f.about(e, e.started)
		e.track.merge(v)
		// The window may have grown while this was in flight.
		e.pending = e.track.headless(e.at)
	case sources.Vector:
		e.at = f.about(e, e.started)
		e.value = v
	case sources.ServerInfo:
		e.src.info = v
		return
	case sources.HealthReport:
		e.value = v
		e.src.info.Version = v.Version
		f.history.add(v, e.at)
	default:
		e.value = v
	}
	e.src.answered = true
	if e.key.At.IsZero() { // what was true long ago says nothing of how fresh the source is
		e.src.at = later(e.src.at, e.at)
	}
}
