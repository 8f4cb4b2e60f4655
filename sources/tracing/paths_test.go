package tracing

import (
	"fmt"
	"strings"
	"testing"

	"dlmon/sources"
)

func op(name string, s sources.Span) sources.Span { s.Operation = name; return s }

func search(cache bool) *Analysis {
	spans := []sources.Span{
		op("search", span("1", "", 0, 100)), op("quota", span("2", "1", 0, 5)), op("scan", in("db", span("3", "1", 10, 60))),
		op("scan", in("db", span("4", "1", 60, 90))), op("read", in("db", span("5", "3", 20, 50))), op("read", in("db", span("6", "4", 70, 75)))}
	spans[4].Error = true
	if cache {
		spans = append(spans[:2], op("get", in("cache", span("7", "1", 10, 20))))
	}
	return Analyze(sources.Trace{Spans: spans})
}

func TestFlameMergesSpansOfTheSamePath(t *testing.T) {
	var b strings.Builder
	flame := search(false).Flame()
	for i, f := range flame {
		fmt.Fprintf(&b, "%s%s %d×%d total %d self %d critical %d first %d\n", strings.Repeat(".", f.Depth), f.Operation, f.Count, f.Errors,
			f.Total.Milliseconds(), f.Self.Milliseconds(), f.Critical.Milliseconds(), f.First)
		if f.Parent >= i || f.Parent >= 0 && flame[f.Parent].Depth != f.Depth-1 {
			t.Errorf("box %d stands on box %d", i, f.Parent)
		}
	}
	want := `search 1×0 total 100 self 15 critical 15 first 0
.scan 2×0 total 80 self 45 critical 45 first 2
..read 2×1 total 35 self 35 critical 35 first 3
.quota 1×0 total 5 self 5 critical 5 first 1
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestTheSameOperationOnAnotherPathIsAnotherBox(t *testing.T) {
	flame := Analyze(sources.Trace{Spans: []sources.Span{
		op("get", span("1", "", 0, 100)), op("get", span("2", "1", 0, 50)), op("get", in("db", span("3", "1", 50, 90))), op("get", span("4", "", 0, 10))}}).Flame()
	var got []string
	for _, f := range flame {
		got = append(got, fmt.Sprint(f.Depth, f.Service, f.Count))
	}
	if want := "0api2 1api1 1db1"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestCompareAlignsByPathAndShowsWhatIsMissing(t *testing.T) {
	var b strings.Builder
	for _, c := range Compare(search(false), search(true)) {
		fmt.Fprintf(&b, "%s%s %d:%d total %d:%d self %d:%d rows %d:%d\n", strings.Repeat(".", c.Depth), c.Operation, c.CountA, c.CountB,
			c.TotalA.Milliseconds(), c.TotalB.Milliseconds(), c.SelfA.Milliseconds(), c.SelfB.Milliseconds(), c.RowA, c.RowB)
	}
	want := `search 1:1 total 100:100 self 15:85 rows 0:0
.scan 2:0 total 80:0 self 45:0 rows 2:-1
..read 2:0 total 35:0 self 35:0 rows 3:-1
.get 0:1 total 0:10 self 0:10 rows -1:2
.quota 1:1 total 5:5 self 5:5 rows 1:1
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestCompareTakesTracesWithNothingInCommonAndEmptyOnes(t *testing.T) {
	empty, one := Analyze(sources.Trace{}), Analyze(sources.Trace{Spans: []sources.Span{span("a", "", 0, 10)}})
	if got := Compare(empty, empty); len(got) != 0 {
		t.Errorf("two empty traces: %+v", got)
	}
	if got := Compare(empty, one); len(got) != 1 || got[0].CountA != 0 || got[0].RowA != -1 || got[0].CountB != 1 {
		t.Errorf("against an empty trace: %+v", got)
	}
	other := Analyze(sources.Trace{Spans: []sources.Span{in("db", span("a", "", 0, 20))}})
	if got := Compare(one, other); len(got) != 2 || got[0].Service != "db" || got[1].Service != "api" {
		t.Errorf("nothing in common: %+v", got)
	}
}
