package tracing

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing/tracegen"
)

// group makes n searches; each says with its number what its scan takes, in milliseconds, and what its spans are tagged
// with, "key=value" each.
func group(n int, scan func(i int) int, tags func(i int) (root, scanned []string)) []*Analysis {
	var all []*Analysis
	for i := range n {
		took := scan(i)
		root, scanned := tags(i)
		all = append(all, Analyze(sources.Trace{ID: fmt.Sprint("trace", i), Spans: []sources.Span{
			tagged(op("search", span("1", "", 0, took+20)), root...),
			tagged(op("load", in("db", span("2", "1", 2, 4)))),
			tagged(op("scan", in("db", span("3", "1", 5, 5+took))), scanned...),
		}}))
	}
	return all
}

func tagged(s sources.Span, tags ...string) sources.Span {
	for _, t := range tags {
		k, v, _ := strings.Cut(t, "=")
		s.Tags = append(s.Tags, sources.Tag{Key: k, Value: v})
	}
	return s
}

func none(int) (root, scanned []string) { return nil, nil }

// steady takes about so long.
func steady(took int) func(int) int { return func(i int) int { return took + i%5 } }

func listed(d Difference) string {
	var said []string
	for _, t := range d.Tags {
		said = append(said, fmt.Sprintf("%s=%s %d:%d", t.Key, t.Value, t.InA, t.InB))
	}
	return strings.Join(said, ", ")
}

func TestDifferNamesTheOperationAndTheTagThatSlowSearchesHave(t *testing.T) {
	slow := group(23, steady(640), func(i int) (root, scanned []string) {
		scanned = []string{"index.plan=full_scan"}
		if i > 0 {
			scanned = append(scanned, "index.wait=storage")
		}
		return []string{"tenant=acme-corp"}, scanned
	})
	rest := group(77, steady(6), func(i int) (root, scanned []string) {
		if i == 0 {
			scanned = append(scanned, "index.wait=storage")
		}
		if i < 5 {
			scanned = append(scanned, "index.plan=full_scan")
		}
		return []string{fmt.Sprintf("tenant=%d", i%4)}, scanned
	})
	d := Differ(slow, rest)
	if d.Silent != "" || len(d.Operations) == 0 || len(d.Tags) == 0 {
		t.Fatalf("%+v", d)
	}
	p := d.Operations[0]
	if p.Service != "db" || p.Operation != "scan" || p.InA != 23 || p.InB != 77 || p.Delta.Round(10*ms) != 630*ms {
		t.Errorf("operation %+v", p)
	}
	if p.Interval.Low > p.Delta.Seconds() || p.Interval.High < p.Delta.Seconds() || p.Interval.High-p.Interval.Low > 0.01 {
		t.Errorf("%v within %v", p.Delta, p.Interval)
	}
	if got := listed(d); !strings.HasPrefix(got, "tenant=acme-corp 23:0, index.wait=storage 22:1, index.plan=full_scan 23:5") {
		t.Errorf("tags %s", got)
	}
	w := d.Tags[1]
	if w.Service != "db" || w.Operation != "scan" || !near(w.Delta, 22.0/23-1.0/77, 1e-9) || !near(w.ShareA, 22.0/23, 1e-9) || w.Interval != newcombe(22, 23, 1, 77) {
		t.Errorf("tag %+v", w)
	}
	// The tenant differs as much as index.wait does, but the wait is a property of what takes the time.
	want := "Slow searches of acme-corp, 412 ms and more (23) against the others (77): scan of db takes 634 ms more of the critical path; " +
		"index.wait=storage is in 96 % of them and 1 % of the others (difference 94 points, 95 % interval 77 to 98)."
	if got := d.Sentence("slow searches of acme-corp, 412 ms and more", "the others"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOfEqualDifferencesTheFirstOperationsTagsComeFirst(t *testing.T) {
	slow := group(20, steady(600), func(i int) (root, scanned []string) {
		return []string{"a=1", "tenant=acme"}, []string{"zone=b", "wait=storage", "tenant=acme"}
	})
	rest := group(20, steady(6), func(i int) (root, scanned []string) {
		return []string{"b=1"}, []string{fmt.Sprint("zone=", i%2)}
	})
	d := Differ(slow, rest)
	// wait has one value and is found on one operation; tenant is on two; zone has three values; a is elsewhere; b is
	// what they lack.
	if got, want := listed(d), "wait=storage 20:0, tenant=acme 20:0, zone=b 20:0, a=1 20:0, b=1 0:20"; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s ...", got, want)
	}
	if got := d.Sentence("these", "those"); !strings.Contains(got, "wait=storage and tenant=acme are in 100 % of them and 0 % of those (difference 100 points") {
		t.Errorf("sentence: %s", got)
	}
}

func TestDifferIsSilentWhereNumbersAreTooSmall(t *testing.T) {
	slow := func(n int) []*Analysis {
		return group(n, steady(600), func(int) (root, scanned []string) { return nil, []string{"wait=storage"} })
	}
	rest := func(n int) []*Analysis { return group(n, steady(6), none) }
	for _, c := range []struct {
		a, b []*Analysis
		want string
	}{
		{slow(3), rest(77), "only 3 traces in the first group: at least 5 are needed in each"},
		{slow(77), rest(1), "only 1 trace in the second group: at least 5 are needed in each"},
		{nil, nil, "only 0 traces in the first group: at least 5 are needed in each"},
	} {
		d := Differ(c.a, c.b)
		if d.Silent != c.want || len(d.Tags)+len(d.Operations) > 0 {
			t.Errorf("%d against %d: %+v", len(c.a), len(c.b), d)
		}
		if got, want := d.Sentence("slow ones", "the others"), fmt.Sprintf("Slow ones (%d) against the others (%d): %s.", len(c.a), len(c.b), c.want); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if d := Differ(slow(5), rest(5)); d.Silent != "" || listed(d) != "wait=storage 5:0" {
		t.Errorf("5 of 5 against 0 of 5 is enough: %+v", d)
	}
	d := Differ(rest(20), rest(30))
	if d.Silent != "nothing differs by more than chance explains (0 tag values and 3 operations compared)" {
		t.Errorf("equal groups: %+v", d)
	}
}

func TestWhatIsNotComparedIsNotListed(t *testing.T) {
	long := strings.Repeat("ä", maxValue+1)
	slow := group(20, steady(600), func(i int) (root, scanned []string) {
		scanned = []string{fmt.Sprint("request.id=", i), "span.kind=server", "otel.library.name=x", "telemetry.sdk=y", "sampler.type=z", "thread.name=t", "internal.span.format=otlp",
			"db.statement=" + long, "edge=" + long[2:]}
		if i < 2 {
			scanned = append(scanned, "rare=1")
		}
		if i < 6 {
			scanned = append(scanned, "chance=1") // 30 % against 20 %
		}
		return []string{"trace_id=" + fmt.Sprint("a", i)}, scanned
	})
	rest := group(20, steady(600), func(i int) (root, scanned []string) {
		if i < 4 {
			scanned = append(scanned, "chance=1")
		}
		return []string{"trace_id=" + fmt.Sprint("b", i)}, append(scanned, fmt.Sprint("request.id=", -i))
	})
	if got, want := listed(Differ(slow, rest)), "edge="+long[2:]+" 20:0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestATagCountsOncePerTraceWhereverItIs(t *testing.T) {
	a, b := group(10, steady(10), func(int) (root, scanned []string) { return []string{"retry=yes", "retry=yes"}, []string{"retry=yes"} }), group(10, steady(10), none)
	for _, t := range a {
		for i := range t.Trace.Spans {
			t.Trace.Spans[i].Process = []sources.Tag{{Key: "zone", Value: "eu-1b"}}
		}
		t.Trace.Spans[2].Events = []sources.Event{{Name: "exception", Tags: []sources.Tag{{Key: "exception.type", Value: "Timeout"}, {Key: "exception.message", Value: "no"}}}}
	}
	d := Differ(a, b)
	if got, want := listed(d), "exception.type=Timeout 10:0, retry=yes 10:0, zone=eu-1b 10:0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, x := range d.Tags {
		if x.Key == "zone" && (x.Service != "db" && x.Service != "api" || x.Operation != "") {
			t.Errorf("a process's tag is of an operation: %+v", x)
		}
	}
}

func TestOutcomesRankAfterCausesAndFailuresNameTheirCause(t *testing.T) {
	failed := group(12, steady(10), func(i int) (root, scanned []string) {
		scanned = []string{"error=true", "otel.status_code=ERROR"}
		if i < 9 {
			scanned = append(scanned, "bucket=cold")
		}
		return []string{"error=true", "http.status_code=503"}, scanned
	})
	for i, a := range failed {
		s := a.Nodes[2].Span
		*s = throwing(*s, "StorageUnavailable", "503 Slow Down")
		if i == 0 {
			s.Events = nil
		}
		failed[i] = Analyze(a.Trace)
	}
	rest := group(40, steady(10), func(int) (root, scanned []string) { return []string{"http.status_code=200"}, nil })
	d := Differ(failed, rest)
	want := "exception.type=StorageUnavailable 11:0, bucket=cold 9:0, otel.status_code=ERROR 12:0, error=true 12:0, http.status_code=503 12:0, http.status_code=200 0:40"
	if got := listed(d); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := d.Sentence("failed searches", "the others"), "Failed searches (12) against the others (40): 11 of them fail in scan of db: 503 Slow Down (StorageUnavailable); "+
		"bucket=cold is in 75 % of them and 0 % of the others (difference 75 points, 95 % interval 45 to 91)."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if d := Differ(failed, append(rest, failed[0])); d.Failed != nil {
		t.Errorf("the others have failed, too: %+v", d.Failed)
	}
}

func TestTheSentenceDoesNotSayOfFailuresThatTheyFailed(t *testing.T) {
	failed := group(20, steady(10), func(i int) (root, scanned []string) {
		scanned = []string{"error=true"}
		if i < 15 {
			scanned = append(scanned, "cached=true")
		}
		return []string{"error=true"}, scanned
	})
	for i, a := range failed {
		s := a.Nodes[2].Span
		*s = throwing(*s, "SearchError", "768 dimensions")
		failed[i] = Analyze(a.Trace)
	}
	rest := group(20, steady(10), func(i int) (root, scanned []string) {
		if i < 6 {
			scanned = append(scanned, "cached=true") // differs by less than the exception's type does
		}
		return nil, scanned
	})
	got := Differ(failed, rest).Sentence("failed searches", "the others")
	if strings.Contains(got, "error=true") || !strings.Contains(got, "cached=true is in 75 % of them and 30 % of the others") {
		t.Error(got)
	}
}

func TestWhatIsMissingIsTold(t *testing.T) {
	slow := group(20, steady(50), none)
	rest := group(30, steady(5), func(int) (root, scanned []string) { return nil, []string{"cached=true"} })
	if got := Differ(slow, rest).Sentence("these", "the others"); !strings.Contains(got, "cached=true is in 0 % of them and 100 % of the others (difference -100 points, 95 % interval -100 to -80)") {
		t.Errorf("sentence: %s", got)
	}
	if got := Differ(rest, slow).Sentence("fast ones", "the slow ones"); !strings.Contains(got, "scan of db takes 45 ms less of the critical path; cached=true is in 100 % of them and 0 % of the slow ones") {
		t.Errorf("sentence: %s", got)
	}
}

// What is rare on the whole path may not be called the cause: an operation that only one group has counts as 0 in the
// other.
func TestOperationsMissingInATraceCountAsZero(t *testing.T) {
	var a []*Analysis
	for i := range 10 {
		a = append(a, Analyze(sources.Trace{Spans: []sources.Span{op("search", span("1", "", 0, 100+i)), op("retry", span("2", "1", 10, 50+i%3))}}))
	}
	b := group(10, steady(80), none)
	for _, p := range Differ(a, b).Operations {
		if p.Operation == "retry" && (p.InA != 10 || p.InB != 0 || p.MeanB != 0 || p.Delta != p.MeanA || p.MeanA.Round(ms) != 41*ms) {
			t.Errorf("%+v", p)
		}
	}
}

func TestTheTagsThatAreCountedAreBounded(t *testing.T) {
	c := newTagCount(10, 10)
	add := func(key, value string) { c.add([]sources.Tag{{Key: key, Value: value}}, true) }
	for i := range maxValues + 10 {
		add("id", fmt.Sprint(i))
	}
	if c.pairs != maxValues || c.note() != "a tag has more than 10000 different values: some were not compared" {
		t.Errorf("%d pairs: %s", c.pairs, c.note())
	}
	for i := range maxPairs {
		add(fmt.Sprint("id", i%100), fmt.Sprint(i))
	}
	if c.pairs != maxPairs || c.note() != "more than 200000 different tag values: some were not compared" {
		t.Errorf("%d pairs: %s", c.pairs, c.note())
	}
}

// Intervals of 95 % are wrong once in twenty: groups drawn from the same traces may differ in some tags, but little.
func TestGroupsDrawnAtRandomHardlyDiffer(t *testing.T) {
	var all []*Analysis
	for _, tr := range tracegen.Traces(100, tracegen.Options{Spans: 40}) {
		all = append(all, Analyze(tr))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	found, tries := 0, 40
	for range tries {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		d := Differ(all[:30], all[30:])
		found += len(d.Operations)
		for _, x := range d.Tags {
			if x.Interval.Low > 0.25 || x.Interval.High < -0.25 {
				t.Errorf("a difference of at least %.2f between equals: %+v", x.Interval.Low, x)
			}
		}
	}
	operations := len(Operations(all))
	if share := float64(found) / float64(tries*operations); share > 0.1 {
		t.Errorf("%.3f of the operations seem to differ", share)
	}
}

func TestSentencesAreBounded(t *testing.T) {
	huge := strings.Repeat("x", 4000)
	d := Difference{SizeA: 10, SizeB: 10, Tags: []TagDifference{{Key: huge, Value: huge, ShareA: 1, Delta: 1, Interval: Interval{0.5, 1}}},
		Operations: []PathDifference{{Service: huge, Operation: huge, Delta: time.Second}}}
	if got := d.Sentence("a", "b"); len(got) > 600 {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	d.Failed = []Cause{{Service: huge, Operation: huge, Message: huge, Type: huge, Traces: []string{"1"}}}
	if got := d.Sentence("a", "b"); len(got) > 600 {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}
