package traces

import (
	"fmt"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// many is a search's answer of n traces.
func many(n int) []sources.TraceSummary {
	out := make([]sources.TraceSummary, n)
	for i := range out {
		out[i] = sources.TraceSummary{
			ID: fmt.Sprintf("%032x", i+1), Service: "deeplake-api", Operation: fmt.Sprintf("POST /datasets/{id}/search %d", i%7),
			Start: pagetest.Now.Add(-time.Duration(i) * time.Second), Duration: time.Duration(10+i*i%977) * time.Millisecond,
			Spans: 9 + i%50, Services: 2, Errors: i % 11 / 10, Tags: map[string]string{"tenant_id": pagetest.Tenants[i%12], "search_type": "hybrid"},
		}
	}
	return out
}

// BenchmarkAKeyAndAFrameOfALongList is what one key costs in a list of 1,500 traces, frame included.
func BenchmarkAKeyAndAFrameOfALongList(b *testing.B) {
	traces := many(1500)
	for _, filter := range []string{"", "SEARCH 3"} {
		for _, key := range []string{"down", "right", "s", "v"} {
			b.Run(key+" /"+filter, func(b *testing.B) {
				r := pagetest.Reader()
				r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] { return feedtest.Value(traces, pagetest.Now) }
				l, c := NewList(page.TraceQuery{Title: "x", Limit: 1500}), pagetest.Context(r, 200, 58)
				l.filter.Text = filter
				for b.Loop() {
					l.Update(c, pagetest.Key(key))
					if l.Wants(c); len(l.View(c)) != 58 {
						b.Fatal("the list does not fill the screen")
					}
				}
			})
		}
	}
}
