package tracejson

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
)

func TestAStoreAnswersAsJaegerDoes(t *testing.T) {
	base := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	span := func(trace, id, parent, service, operation string, from, length int, tags ...sources.Tag) sources.Span {
		return sources.Span{TraceID: trace, SpanID: id, ParentID: parent, Service: service, Operation: operation, Tags: tags,
			Start: base.Add(time.Duration(from) * time.Second), Duration: time.Duration(length) * time.Second}
	}
	const a, b = "000000000000000a", "000000000000000b"
	db := span(a, "2", "1", "db", "SELECT", 2, 1)
	db.Error, db.Process = true, []sources.Tag{{Key: "host", Value: "h"}}
	db.Events = []sources.Event{{Tags: []sources.Tag{{Key: "exception.type", Value: "E"}}}}
	s := NewStore([]sources.Trace{
		{ID: a, Spans: []sources.Span{span(a, "1", "", "api", "GET /", 1, 9, sources.Tag{Key: "tenant", Value: "x"}), db, span(a, "3", "1", "db", "SELECT", 3, 1)}},
		{ID: b, Spans: []sources.Span{span(b, "1", "", "api", "POST /", 20, 2, sources.Tag{Key: "tenant", Value: "y"}), span(b, "2", "1", "api", "cache", 20, 1)}},
	})
	ctx := t.Context()

	services, _ := s.Services(ctx)
	operations, err := s.Operations(ctx, "api")
	if !reflect.DeepEqual(services, []string{"api", "db"}) || !reflect.DeepEqual(operations, []string{"GET /", "POST /", "cache"}) || err != nil {
		t.Errorf("%q, %q, %v", services, operations, err)
	}
	tags := func(kv ...string) string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return sources.JoinTags(m)
	}
	for name, c := range map[string]struct {
		q    sources.TraceSearch
		want []string
	}{
		"everything, newest first": {sources.TraceSearch{}, []string{b, a}},
		"a limit":                  {sources.TraceSearch{Limit: 1}, []string{b}},
		"a service":                {sources.TraceSearch{Service: "db"}, []string{a}},
		"an operation":             {sources.TraceSearch{Service: "api", Operation: "POST /"}, []string{b}},
		"of another service":       {sources.TraceSearch{Service: "db", Operation: "POST /"}, []string{}},
		"a tag":                    {sources.TraceSearch{Tags: tags("tenant", "x")}, []string{a}},
		"a process's tag":          {sources.TraceSearch{Tags: tags("host", "h")}, []string{a}},
		"an event's tag":           {sources.TraceSearch{Tags: tags("exception.type", "E", "host", "h")}, []string{a}},
		"tags of two spans":        {sources.TraceSearch{Tags: tags("tenant", "x", "host", "h")}, []string{}},
		"failed":                   {sources.TraceSearch{Tags: tags("error", "true")}, []string{a}},
		"failed, of a service":     {sources.TraceSearch{Service: "api", Tags: tags("error", "true")}, []string{}},
		"long":                     {sources.TraceSearch{Min: 3 * time.Second}, []string{a}},
		"short":                    {sources.TraceSearch{Service: "api", Max: time.Second}, []string{b}},
		"from":                     {sources.TraceSearch{Start: base.Add(20 * time.Second)}, []string{b}},
		"to":                       {sources.TraceSearch{End: base.Add(19 * time.Second)}, []string{a}},
	} {
		got, err := s.Search(ctx, c.q)
		ids := []string{}
		for _, t := range got {
			ids = append(ids, t.ID)
		}
		if err != nil || !reflect.DeepEqual(ids, c.want) {
			t.Errorf("%s: %q, %v; want %q", name, ids, err, c.want)
		}
	}

	told := 0
	got, err := s.Trace(ctx, "00000000000000000000000000000A", func(n int) { told = n })
	if err != nil || got.ID != a || told != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Trace(ctx, "c", nil); sources.KindOf(err) != sources.Rejected || err == nil || err.Error() != "file: trace c: no such trace" {
		t.Error(err)
	}
	want := []sources.Dependency{{Parent: "api", Child: "db", Calls: 2}}
	if got, err := s.Dependencies(ctx, time.Time{}, 0); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, _ := s.Dependencies(ctx, base.Add(2*time.Second), time.Second); len(got) != 1 || got[0].Calls != 1 {
		t.Errorf("%+v", got)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Trace(ended, a, nil); sources.KindOf(err) != sources.Canceled {
		t.Error(err)
	}
	if _, err := s.Search(ended, sources.TraceSearch{}); sources.KindOf(err) != sources.Canceled {
		t.Error(err)
	}
}

func TestSortPutsEverySpanInItsPlace(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		spans := make([]sources.Span, n)
		for i := range spans {
			spans[i] = sources.Span{Start: time.Unix(random.Int64N(20), 0), SpanID: string(rune('a' + random.IntN(5))), Operation: fmt.Sprint(i)}
		}
		want := slices.SortedStableFunc(slices.Values(spans), func(a, b sources.Span) int {
			return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.SpanID, b.SpanID))
		})
		if Sort(spans); !reflect.DeepEqual(spans, want) && n > 0 {
			t.Fatalf("%d spans: %v, want %v", n, spans, want)
		}
	}
}
