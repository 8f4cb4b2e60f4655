package sources

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// call is a span of a trace; start and duration in milliseconds.
func call(id, parent, service string, start, took int, tags ...Tag) Span {
	return Span{SpanID: id, ParentID: parent, Service: service, Operation: "op-" + id,
		Start: time.UnixMilli(int64(start)).UTC(), Duration: time.Duration(took) * time.Millisecond, Tags: tags}
}

func TestASummaryIsTheSameInWhateverOrderTheSpansCome(t *testing.T) {
	failed := call("c", "b", "db", 2, 50, Tag{"k", "late"}, Tag{"db", "x"})
	failed.Error = true
	for name, c := range map[string]struct {
		spans []Span
		root  string
		tag   string
	}{
		"a root that is not the earliest": {[]Span{call("b", "a", "api", 0, 5, Tag{"k", "b"}), call("a", "", "web", 1, 9, Tag{"k", "a"}), failed}, "op-a", "a"},
		"two roots":                       {[]Span{call("a", "", "web", 0, 5), call("b", "", "web", 1, 5, Tag{"k", "b"}), failed}, "op-a", "b"},
		"a parent that lacks":             {[]Span{call("b", "a", "web", 0, 5, Tag{"k", "b"}), call("a", "gone", "web", 1, 5), failed}, "op-a", "b"},
		"a circle":                        {[]Span{call("a", "b", "web", 0, 5, Tag{"k", "a"}), call("b", "a", "web", 1, 5), failed}, "op-a", "a"},
		"equal starts":                    {[]Span{call("a", "", "web", 0, 5, Tag{"k", "a"}), call("b", "", "web", 0, 5, Tag{"k", "b"}), failed}, "op-a", "a"},
	} {
		want := Trace{ID: "1", Spans: c.spans, Cut: "why"}.Summary()
		if want.Operation != c.root || want.Tags["k"] != c.tag || want.Tags["db"] != "x" || want.Spans != 3 || want.Errors != 1 ||
			want.Duration != 52*time.Millisecond || !want.Start.Equal(time.UnixMilli(0)) || want.Cut != "why" {
			t.Errorf("%s: %+v", name, want)
		}
		want.Cut = ""
		for range 10 {
			s := NewSumming("1")
			rand.Shuffle(len(c.spans), func(i, j int) { c.spans[i], c.spans[j] = c.spans[j], c.spans[i] })
			for i := range c.spans {
				s.Add(&c.spans[i])
			}
			if got := s.Summary(); !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
			}
		}
	}
	if got := (Trace{ID: "1"}).Summary(); got.Spans != 0 || got.Duration != 0 {
		t.Errorf("an empty trace: %+v", got)
	}
}

func TestALargeTraceIsSummedUpWithoutKeepingIt(t *testing.T) {
	s := NewSumming("1")
	long := strings.Repeat("x", MaxLong)
	for i := range 10_000 {
		span := call(fmt.Sprintf("%05d", i), fmt.Sprintf("gone-%d", i), "api", i, 1, Tag{fmt.Sprint("k", i), long})
		s.Add(&span)
	}
	if len(s.seen)+len(s.orphans) > 0 || len(s.tags) != maxTags {
		t.Errorf("it holds %d ids, %d orphans and %d tags", len(s.seen), len(s.orphans), len(s.tags))
	}
	got := s.Summary()
	if got.Spans != 10_000 || got.Operation != "op-00000" || len(got.Tags) != maxTags || utf8.RuneCountInString(got.Tags["k0"]) != MaxText {
		t.Errorf("%d spans, root %s, %d tags of %d runes", got.Spans, got.Operation, len(got.Tags), utf8.RuneCountInString(got.Tags["k0"]))
	}
}

func TestServicesMayBeNamedAfterTheSpansCame(t *testing.T) {
	s := NewSumming("1")
	for _, span := range []Span{call("b", "a", "p1", 0, 1), call("c", "a", "p2", 1, 1), call("d", "a", "api", 2, 1)} {
		s.Add(&span)
	}
	s.Rename(func(service string) string {
		if slices.Contains([]string{"p1", "p2"}, service) {
			return "web"
		}
		return service
	})
	if got := s.Summary(); got.Service != "web" || got.Services != 2 {
		t.Errorf("%+v", got)
	}
}
