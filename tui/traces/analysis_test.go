package traces

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// search is a made-up search: what index.scan waits for makes it slow, and may make it fail.
type search struct {
	id     string
	scan   time.Duration
	wait   bool   // storage.wait=true on index.scan
	failed string // what index.scan failed for
}

// trace is the search as a store would have it: 20 ms beside the scan.
func (x search) trace() sources.Trace {
	start := pagetest.Now.Add(-10 * time.Minute)
	for _, d := range x.id { // every one at a time of its own
		start = start.Add(time.Duration(d) * time.Millisecond)
	}
	const ms = time.Millisecond
	span := func(id, parent, service, op string, from, took time.Duration) sources.Span {
		return sources.Span{TraceID: x.id, SpanID: x.id + id, ParentID: parent, Service: service, Operation: op, Start: start.Add(from), Duration: took}
	}
	spans := []sources.Span{
		span("1", "", "deeplake-api", "POST /search", 0, x.scan+20*ms),
		span("2", x.id+"1", "deeplake-api", "search_vectors", 5*ms, x.scan+10*ms),
		span("3", x.id+"2", "deeplake", "index.scan", 10*ms, x.scan),
	}
	spans[1].Tags = []sources.Tag{{Key: "tenant_id", Value: "acme"}}
	if x.wait {
		spans[2].Tags = []sources.Tag{{Key: "storage.wait", Value: "true"}}
	}
	if x.failed != "" {
		for i := range spans {
			spans[i].Error = true
		}
		spans[2].Events = []sources.Event{{At: spans[2].Start, Name: "exception", Tags: []sources.Tag{
			{Key: "exception.type", Value: "TimeoutError"}, {Key: "exception.message", Value: x.failed}}}}
	}
	return sources.Trace{ID: x.id, Spans: spans}
}

// store is a reader of a store that holds the searches: a search with bounds or for errors finds those that fit.
func store(all []search) *feedtest.Reader {
	r := pagetest.Reader()
	r.ServicesSnap = feedtest.Value([]string{"deeplake", "deeplake-api"}, pagetest.Now)
	r.Traces = map[string]sources.Snapshot[*tracing.Analysis]{}
	r.TraceFunc = nil
	for _, x := range all {
		r.Traces[x.id] = feedtest.Value(tracing.Analyze(x.trace()), pagetest.Now)
	}
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		var out []sources.TraceSummary
		for _, x := range all {
			s := x.trace().Summary()
			tags := sources.SplitTags(q.Search.Tags)
			if s.Duration < q.Search.Min || tags["error"] == "true" && s.Errors == 0 || tags["tenant.id"] != "" {
				continue
			}
			out = append(out, s)
		}
		return feedtest.Value(out, pagetest.Now)
	}
	return r
}

// slowTenant are 60 searches, 20 of them slow; 19 of the slow and 1 of the others wait for storage.
func slowTenant() []search {
	var all []search
	for i := range 60 {
		x := search{id: fmt.Sprintf("t%02d", i), scan: time.Duration(20+i%9) * time.Millisecond}
		if i%3 == 0 {
			x.scan, x.wait = time.Duration(400+i)*time.Millisecond, i != 0
		}
		if i == 1 {
			x.wait = true
		}
		all = append(all, x)
	}
	return all
}

func analysis(kind string, q page.TraceQuery) *Analysis {
	return NewAnalysis(page.OpenAnalysis{Kind: kind, Query: q}).(*Analysis)
}

// run does what a command asks for: results come back to the page, intents are returned.
func run(p page.Page, c page.Context, cmd tea.Cmd) (intents []tea.Msg) {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, cmd := range msg {
			intents = append(intents, run(p, c, cmd)...)
		}
	case page.Computed:
		return run(p, c, p.Update(c, msg))
	default:
		intents = append(intents, msg)
	}
	return intents
}

// opened is the page with its sums worked out.
func opened(p *Analysis, c page.Context) *Analysis {
	run(p, c, p.Open(c))
	return p
}

// send presses keys and returns what the last of them asks the root for.
func send(p *Analysis, c page.Context, keys ...string) tea.Msg {
	var last tea.Msg
	for _, k := range keys {
		p.View(c)
		last = nil
		for _, m := range run(p, c, p.Update(c, pagetest.Key(k))) {
			last = m
		}
	}
	return last
}

func plain(s string) string { return ansi.Strip(s) }

var acme = page.TraceQuery{Title: "tenant acme", Operation: "search_vectors", Tags: map[string]string{"tenant": "acme"}}

var kinds = []string{page.AnalysisDifference, page.AnalysisOperations, page.AnalysisCauses, page.AnalysisServices, page.AnalysisCompare}

// one is the analysis of a kind over the store's traces.
func one(kind string) *Analysis {
	o := page.OpenAnalysis{Kind: kind, Query: acme}
	if kind == page.AnalysisCompare {
		o.A, o.B = []string{"t03"}, []string{"t04"}
	}
	return NewAnalysis(o).(*Analysis)
}

// failing are searches of which every fourth fails, for two reasons.
func failing() []search {
	all := slowTenant()
	for i := range all {
		switch {
		case i%12 == 0:
			all[i].failed = "bad vector"
		case i%4 == 0:
			all[i].failed = "storage did not answer " + strings.Repeat("again ", 30)
		}
	}
	return all
}

func want(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("no %q in\n%s", p, got)
		}
	}
}

func TestSumsAreWorkedOutOffTheLoopAndAgainOnlyWhenTheLastOnesHaveCome(t *testing.T) {
	r := store(slowTenant())
	last := r.Traces["t59"]
	delete(r.Traces, "t59")
	c := pagetest.Context(r, 120, 30)
	p := one(page.AnalysisOperations)
	first := p.Open(c)
	want(t, text(p, c), "59 of 60 traces read", "working out the sums of 59 traces")
	r.Traces["t59"] = last
	if p.Update(c, page.DataMsg{}) != nil {
		t.Error("sums are asked for while others are being worked out")
	}
	second := p.Update(c, first()) // the first ones' result
	if second == nil {
		t.Fatal("the trace that came meanwhile is not summed up")
	}
	if got := p.kind.(*operations).sheet.rows[0].Count; got != 59 {
		t.Errorf("%d spans in the first sums, want 59", got)
	}
	if cmd := p.Update(c, second()); cmd != nil {
		t.Error("nothing new, and yet new sums are asked for")
	}
	if got := p.kind.(*operations).sheet.rows[0].Count; got != 60 {
		t.Errorf("%d spans in the second sums, want 60", got)
	}
}

func TestLateSumsAreDropped(t *testing.T) {
	r := store(slowTenant())
	c := pagetest.Context(r, 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	p.Update(c, page.Computed{Page: p, Gen: p.gen - 1, Value: operationsResult{}})
	if len(p.kind.(*operations).sheet.rows) != 3 {
		t.Error("sums that were asked for earlier replace later ones")
	}
}

func TestAnEmptyWindowShowsNoSumsOfTheOneBefore(t *testing.T) {
	r := store(slowTenant())
	c := pagetest.Context(r, 120, 30)
	p := opened(one(page.AnalysisOperations), c)
	r.SearchFunc = found(nil)
	run(p, c, p.Update(c, page.DataMsg{}))
	got := text(p, c)
	want(t, got, "no traces of deeplake-api")
	if strings.Contains(got, "index.scan") {
		t.Errorf("%s", got)
	}
}

func TestSumsThatPanicAreSaidAndEndNothing(t *testing.T) {
	r := store(slowTenant())
	c := pagetest.Context(r, 120, 30)
	p := one(page.AnalysisOperations)
	p.Open(c)
	p.Update(c, page.Computed{Page: p, Gen: p.gen, Err: errors.New("dlmon: index out of range")})
	want(t, text(p, c), "the sums could not be worked out", "index out of range")
}

func TestTheKeysOfTheListLeadFromOneAnalysisToAnother(t *testing.T) {
	c := pagetest.Context(store(slowTenant()), 120, 30)
	p := opened(one(page.AnalysisDifference), c)
	for key, kind := range map[string]string{"o": page.AnalysisOperations, "e": page.AnalysisCauses, "w": page.AnalysisServices} {
		if o, ok := send(p, c, key).(page.OpenAnalysis); !ok || o.Kind != kind || o.Query.Title != "tenant acme" {
			t.Errorf("%s opens %+v", key, o)
		}
	}
	if msg := send(p, c, "d"); msg != nil {
		t.Errorf("d opens the page that it is pressed on: %+v", msg)
	}
}

func TestEveryAnalysisFitsInEveryLook(t *testing.T) {
	down := store(nil)
	refused := &sources.Error{Source: "jaeger", Asked: "search", Reason: strings.Repeat("no route to host ", 20), Kind: sources.Refused}
	down.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Failed[[]sources.TraceSummary](refused, pagetest.Now)
	}
	partly := store(failing())
	for i := range 30 {
		partly.Traces[fmt.Sprintf("t%02d", i)] = feedtest.Failed[*tracing.Analysis](refused, pagetest.Now)
	}
	depends := store(failing())
	depends.DependSnap = feedtest.Value([]sources.Dependency{{Parent: "deeplake-api", Child: "deeplake", Calls: 12345}}, pagetest.Now)
	for name, r := range map[string]*feedtest.Reader{"full": depends, "off": {Clock: pagetest.Now}, "down": down, "none": store(nil), "partly": partly} {
		for _, kind := range kinds {
			for _, size := range [][2]int{{40, 9}, {59, 14}, {80, 22}, {120, 38}, {200, 58}} {
				for _, look := range [][3]bool{{true, true, false}, {false, true, false}, {true, false, false}, {true, false, true}} {
					if plain := look[0] && look[1]; !plain && size[0] != 80 {
						continue
					}
					s, err := themes.Load("default", look[0], look[1], look[2])
					if err != nil {
						t.Fatal(err)
					}
					c := pagetest.Context(r, size[0], size[1])
					c.Styles = s
					p := opened(one(kind), c)
					for range 2 { // as it is, and sorted by another column
						lines := p.View(c)
						if len(lines) > size[1] || len(lines) < 2 {
							t.Errorf("%s %s %v: %d lines", name, kind, size, len(lines))
						}
						for _, l := range lines {
							if w := ansi.StringWidth(l); w > size[0] {
								t.Errorf("%s %s %v: %d cells: %q", name, kind, size, w, ansi.Strip(l))
							}
							if look[2] {
								l = themes.ASCII(l)
							}
							for _, x := range l {
								if look[2] && x > 0x7e {
									t.Fatalf("%s %s: %q reaches an ASCII terminal: %q", name, kind, x, l)
								}
							}
						}
						send(p, c, "s", "down")
					}
				}
			}
		}
	}
}

func TestNoKeySequenceBreaksAnAnalysis(t *testing.T) {
	keys := []string{"up", "down", "pgup", "pgdown", "home", "end", "tab", "shift+tab", "s", "S", "/", "a", "i", "enter", "esc", "backspace", "y", "b", "d", "o", "e", "w"}
	for seed := range uint64(10) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		all := failing()
		r := store(all)
		p := one(kinds[seed%uint64(len(kinds))])
		c := pagetest.Context(r, 80, 22)
		opened(p, c)
		for range 200 {
			send(p, c, keys[rnd.IntN(len(keys))])
			switch rnd.IntN(10) {
			case 0:
				c.Width, c.Height = rnd.IntN(200), rnd.IntN(50)
			case 1:
				*r = *store(all[:rnd.IntN(len(all))])
				run(p, c, p.Update(c, page.DataMsg{}))
			case 2:
				p.Escape()
			}
		}
	}
}

func TestTheFilterIsSeenWhileItIsTyped(t *testing.T) {
	for _, width := range []int{80, 120, 200} {
		for _, kind := range []string{page.AnalysisDifference, page.AnalysisOperations, page.AnalysisCauses, page.AnalysisServices} {
			c := pagetest.Context(store(slowTenant()), width, 24)
			q := page.TraceQuery{Service: "deeplake-api", Title: "Latency of hybrid searches, POST /datasets/{id}/search, index.plan=full_scan"}
			p := opened(analysis(kind, q), c)
			send(p, c, "/", "s", "c", "a", "n")
			if !p.Capturing() {
				continue // no rows, no table
			}
			if got := text(p, c); !strings.Contains(strings.SplitN(got, "\n", 2)[0], "/scan_") {
				t.Errorf("%d, %s: what is typed is not seen:\n%s", width, kind, got)
			}
		}
	}
}

func TestALongTagLeavesRoomForTheInterval(t *testing.T) {
	r := store(slowTenant())
	for _, x := range slowTenant() {
		tr := x.trace()
		if x.wait && x.id != "t03" {
			tr.Spans[2].Tags = append(tr.Spans[2].Tags, sources.Tag{Key: "http.url", Value: "https://api.openai.com/v1/embeddings/of/something"})
		}
		r.Traces[x.id] = feedtest.Value(tracing.Analyze(tr), pagetest.Now)
	}
	for _, width := range []int{80, 120, sideBySide, 200} {
		c := pagetest.Context(r, width, 40)
		p := opened(analysis(page.AnalysisDifference, page.TraceQuery{Service: "deeplake-api"}), c)
		if got := text(p, c); !strings.Contains(got, "http.url=https://api.") || !strings.Contains(got, "points  95 % interval") {
			t.Errorf("%d: no interval beside\n%s", width, got)
		}
	}
}
