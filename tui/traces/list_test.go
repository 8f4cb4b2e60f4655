package traces

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// varied are traces that every column orders differently.
func varied() []sources.TraceSummary {
	row := func(id, operation, tenant string, ago, took, spans, services, failed int) sources.TraceSummary {
		return sources.TraceSummary{ID: id, Operation: operation, Start: pagetest.Now.Add(-time.Duration(ago) * time.Minute),
			Duration: time.Duration(took) * time.Millisecond, Spans: spans, Services: services, Errors: failed, Tags: map[string]string{"tenant_id": tenant}}
	}
	return []sources.TraceSummary{
		row("1", "op-b", "t-c", 1, 30, 4, 9, 0), row("2", "op-c", "t-a", 2, 10, 6, 7, 5),
		row("3", "op-a", "t-d", 3, 40, 5, 6, 1), row("4", "op-d", "t-b", 4, 20, 7, 8, 3),
	}
}

func listOf(traces []sources.TraceSummary, q page.TraceQuery, width, height int) (*List, page.Context, *feedtest.Reader) {
	r := pagetest.Reader()
	r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value(traces, pagetest.Now)
	}
	return NewList(q), pagetest.Context(r, width, height), r
}

func TestEveryColumnSortsAndItsHeadingIsMarked(t *testing.T) {
	l, c, _ := listOf(varied(), page.TraceQuery{}, 200, 15)
	for i, x := range []struct{ heading, natural, reversed string }{
		{"start", "1234", "4321"}, {"operation", "3124", "4213"}, {"tenant", "2413", "3142"}, {"took", "3142", "2413"},
		{"spans", "4231", "1324"}, {"services", "1423", "3241"}, {"failed spans", "2431", "1342"}, {"start", "1234", "4321"},
	} {
		if i > 0 {
			press(l, c, "s")
		}
		for _, way := range []string{x.natural, x.reversed} {
			ids := strings.Join(l.frame(c).ids, "")
			if ids != way {
				t.Errorf("by %s: %s, want %s", x.heading, ids, way)
			}
			up, down := x.heading+" "+c.Styles.Glyphs.Up, x.heading+" "+c.Styles.Glyphs.Down
			ascending := (x.heading == "operation" || x.heading == "tenant") == (way == x.natural)
			if got := text(l, c); strings.Contains(got, up) != ascending || strings.Contains(got, down) == ascending {
				t.Errorf("by %s (%s): the heading does not say so:\n%s", x.heading, way, strings.Split(got, "\n")[1])
			}
			press(l, c, "S")
		}
	}
}

func ofTenant(id string) page.TraceQuery {
	return page.TraceQuery{Title: "tenant " + id, Tags: map[string]string{page.TagTenant: id}}
}

func TestWithoutTenantsThereIsNoTenantColumnAndNoOrderByIt(t *testing.T) {
	traces := varied()
	for i := range traces {
		traces[i].Tags = nil
	}
	l, c, _ := listOf(traces, page.TraceQuery{}, 200, 15)
	if got := text(l, c); strings.Contains(got, "tenant") {
		t.Errorf("%s", got)
	}
	press(l, c, "s", "s")
	if l.order != byDuration {
		t.Errorf("after operation comes order %d", l.order)
	}
	l, c, _ = listOf(traces, ofTenant("acme"), 200, 15)
	if got := text(l, c); strings.Count(got, " acme ") != 5 { // the title, and each row
		t.Errorf("the tenant that was searched for is not told:\n%s", got)
	}
}

func TestTheTenantAskedForIsNotPutOnTracesThatWereFoundWithoutIt(t *testing.T) {
	l, c, r := listOf(nil, ofTenant("acme"), 200, 15)
	plain := varied()
	for i := range plain {
		plain[i].Tags = nil
	}
	r.SearchFunc = found(map[string][]sources.TraceSummary{"|": plain})
	if got := text(l, c); strings.Count(got, " acme") != 2 || !strings.Contains(got, "no span carries") { // the title and the note
		t.Errorf("%s", got)
	}
}

func TestMarksCycleThroughTwoGroupsAndSurviveFilterAndRefresh(t *testing.T) {
	traces := varied()
	l, c, r := listOf(traces, page.TraceQuery{}, 120, 15)
	press(l, c, "v", "down", "v", "v")
	row := func(id string) string {
		for line := range strings.SplitSeq(text(l, c), "\n") {
			if strings.Contains(line, id) {
				return line
			}
		}
		return ""
	}
	if !strings.Contains(row("op-b"), "  A") || !strings.Contains(row("op-c"), "  B") || !strings.Contains(text(l, c), "A 1, B 1 marked") {
		t.Errorf("%s", text(l, c))
	}
	press(l, c, "/", "o", "p", "-", "a", "enter")
	if !strings.Contains(text(l, c), "A 1, B 1 marked") {
		t.Error("a filter loses the marks")
	}
	l.Escape()
	r.SearchFunc = func(feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		return feedtest.Value(append([]sources.TraceSummary{summary("new", 1, 0)}, traces...), pagetest.Now)
	}
	if !strings.Contains(row("op-b"), "  A") || !strings.Contains(row("op-c"), "  B") {
		t.Errorf("a refresh loses the marks:\n%s", text(l, c))
	}
	press(l, c, "v")
	if strings.Contains(text(l, c), "B 1") {
		t.Error("a third v does not unmark")
	}
	press(l, c, "V")
	if strings.Contains(text(l, c), "marked") {
		t.Error("V leaves marks")
	}
}

func TestAnalysesAreOfTheMarkedGroups(t *testing.T) {
	for _, x := range []struct {
		marks marks
		key   string
		kind  string
		a, b  string
	}{
		{marks{}, "d", page.AnalysisDifference, "", ""},
		{marks{a: []string{"1", "2"}}, "d", page.AnalysisDifference, "1 2", ""},
		{marks{a: []string{"1"}, b: []string{"2", "3"}}, "d", page.AnalysisDifference, "1", "2 3"},
		{marks{b: []string{"2"}}, "o", page.AnalysisOperations, "2", ""},
		{marks{}, "e", page.AnalysisCauses, "", ""},
		{marks{a: []string{"3"}}, "w", page.AnalysisServices, "3", ""},
		{marks{a: []string{"1", "3"}, b: []string{"2"}}, "c", page.AnalysisCompare, "1", "2"},
		{marks{a: []string{"3", "1"}}, "c", page.AnalysisCompare, "3", "1"},
		{marks{b: []string{"3", "1"}}, "c", page.AnalysisCompare, "3", "1"},
	} {
		l, c, _ := listOf(varied(), tenantQuery, 120, 15)
		l.marks = x.marks
		last := press(l, c, x.key)
		if batch, ok := last.(tea.BatchMsg); ok { // and a notice
			last = batch[0]()
		}
		msg, ok := last.(page.OpenAnalysis)
		if !ok || msg.Kind != x.kind || strings.Join(msg.A, " ") != x.a || strings.Join(msg.B, " ") != x.b || msg.Query.Title != tenantQuery.Title {
			t.Errorf("%+v %s: %+v", x.marks, x.key, msg)
		}
	}
	for _, m := range []marks{{}, {a: []string{"1"}}, {b: []string{"1"}}} {
		l, c, _ := listOf(varied(), tenantQuery, 120, 15)
		l.marks = m
		if n, ok := press(l, c, "c").(page.Notice); !ok || !strings.Contains(n.Text, "mark both the same (v)") {
			t.Errorf("%+v: c answers %+v", m, n)
		}
	}
}

func TestTheScatterAndTheListShareTheirSelection(t *testing.T) {
	l, c, _ := listOf(varied(), page.TraceQuery{Title: "x"}, 120, 22) // slowest first: 3 1 4 2; in time: 4 3 2 1
	crosshair := func() int {
		for line := range strings.SplitSeq(text(l, c), "\n") {
			if i := slices.Index([]rune(line), '┊'); i >= 0 {
				return i
			}
		}
		return -1
	}
	l.View(c)
	for i, want := range []string{"4", "4", "3", "2", "1", "1", "4", "1"} {
		press(l, c, []string{"left", "left", "right", "right", "right", "right", "shift+left", "shift+right"}[i])
		if got := l.cursor.Key; got != want {
			t.Errorf("step %d selects %s, want %s", i, got, want)
		}
	}
	newest := crosshair()
	press(l, c, "end")
	if got := crosshair(); l.cursor.Key != "2" || got < 0 || got >= newest {
		t.Errorf("selecting %s in the list moves the scatter's cursor from %d to %d", l.cursor.Key, newest, got)
	}
}

func TestTheScatterTellsFailedAndExemplarsBySignAndTakesNoRoomFromSmallScreens(t *testing.T) {
	traces := varied()
	l, c, r := listOf(traces, panelQuery, 80, 22)
	prometheus(r, "1 0.03")
	for _, ascii := range []bool{false, true} {
		c.Styles, _ = themes.Load("", true, false, ascii)
		g := c.Styles.Glyphs
		press(l, c, "end")
		plot := strings.Join(strings.Split(text(l, c), "\n")[1:6], "\n")
		if strings.Count(plot, g.Critical) < 2 || strings.Count(plot, g.Exemplar) != 1 {
			t.Errorf("ascii %v: failed ones and the exemplar can't be told apart:\n%s", ascii, plot)
		}
		if got := strings.Join(l.View(c), ""); ascii && themes.ASCII(got) != got {
			t.Errorf("more than ASCII:\n%s", got)
		}
	}
	for height, want := range map[int]int{9: 0, 15: 0, 16: 5, 22: 5, 38: 9, 58: 14, 200: 16} {
		c.Height = height
		if got := scatterHeight(c, l.frame(c).result); got != want {
			t.Errorf("height %d: %d lines, want %d", height, got, want)
		}
	}
}

func TestTheListFitsEverySizeAndShowsTheBar(t *testing.T) {
	traces := many(200)
	traces[3].Operation = strings.Repeat("数据库", 50)
	for _, size := range [][2]int{{40, 9}, {80, 22}, {120, 38}, {200, 58}} {
		l, c, r := listOf(traces, panelQuery, size[0], size[1])
		prometheus(r, traces[0].ID+" 1")
		press(l, c, "v", "down", "down")
		lines := l.View(c)
		if len(lines) > size[1] {
			t.Errorf("%v: %d lines", size, len(lines))
		}
		for _, line := range lines {
			if w := ansi.StringWidth(line); w > size[0] {
				t.Errorf("%v: %d cells: %q", size, w, ansi.Strip(line))
			}
		}
		if size[0] >= 80 && !strings.Contains(text(l, c), c.Styles.Glyphs.BarFull) {
			t.Errorf("%v: no bar:\n%s", size, text(l, c))
		}
	}
}

func TestColumnsStayWhereTheyAreWhenTheListScrolls(t *testing.T) {
	traces := many(100)
	traces[99].Operation, traces[99].Tags = "a far longer operation than the others", map[string]string{"tenant_id": "a-very-long-tenant"}
	l, c, _ := listOf(traces, page.TraceQuery{}, 160, 20)
	head := func() string { return strings.Split(text(l, c), "\n")[6] }
	before := head()
	press(l, c, "end")
	if after := head(); after != before || !strings.Contains(before, "start") {
		t.Errorf("%q becomes %q", before, after)
	}
}

func TestACutListIsSaid(t *testing.T) {
	l, c, _ := listOf(many(limit), page.TraceQuery{}, 120, 20)
	if got := text(l, c); !strings.Contains(got, "the newest 100; there are more") {
		t.Errorf("%s", got)
	}
	l, c, _ = listOf(many(20), page.TraceQuery{Limit: 20}, 120, 20)
	if got := text(l, c); !strings.Contains(got, "the newest 20; there are more") {
		t.Errorf("%s", got)
	}
}

func TestWhereNoneFailedThatIsSaid(t *testing.T) {
	l, c, _ := listOf([]sources.TraceSummary{summary("a", 10, 0)}, page.TraceQuery{Title: "Errors", Errors: true}, 120, 20)
	if got := text(l, c); !strings.Contains(got, "none of these traces failed") {
		t.Errorf("%s", got)
	}
}

func TestTheRowsKeysCopyAndSearch(t *testing.T) {
	l, c, _ := listOf(varied(), tenantQuery, 120, 20)
	if msg, ok := press(l, c, "y").(page.Copy); !ok || msg.Text != "3" {
		t.Errorf("y: %+v", msg)
	}
	if msg, ok := press(l, c, "n").(page.OpenSearch); !ok || msg.Query.Title != tenantQuery.Title {
		t.Errorf("n: %+v", msg)
	}
	keys := map[string]bool{}
	for _, b := range l.Bindings() {
		for k := range strings.FieldsSeq(b.Help().Key) {
			keys[k] = true
		}
	}
	for k := range strings.FieldsSeq("enter t left right v V d c o e w s S / n y") {
		if !keys[k] {
			t.Errorf("the help does not name %s", k)
		}
	}
}

func TestTheTimeSearchedIsThatOfTheQuery(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 80, 20)
	ago := func(m int) time.Time { return pagetest.Now.Add(-time.Duration(m) * time.Minute) }
	for _, x := range []struct {
		q          page.TraceQuery
		window     time.Duration
		start, end time.Time
		words      string
	}{
		{page.TraceQuery{}, time.Hour, time.Time{}, time.Time{}, "in the last 1 h"},
		{page.TraceQuery{Until: ago(10)}, 0, ago(70), ago(10), "from 12:55 to 13:55"},
		{page.TraceQuery{Since: ago(20), Until: ago(10)}, 0, ago(20), ago(10), "from 13:45 to 13:55"},
		{page.TraceQuery{Since: ago(20)}, 0, ago(30).Truncate(time.Minute), time.Time{}, "since 13:35"},
		{page.TraceQuery{Since: ago(20), Service: "typed"}, 0, ago(20), time.Time{}, "since 13:45"},
		{page.TraceQuery{Since: ago(2000), Service: "typed"}, 0, ago(2000), time.Time{}, "since 03-13 04:45"},
		{page.TraceQuery{Since: ago(2000)}, time.Hour, time.Time{}, time.Time{}, "in the last 1 h"},
	} {
		window, start, end := reach(c, x.q)
		if window != x.window || !start.Equal(x.start) || !end.Equal(x.end) || reachWords(c, x.q) != x.words {
			t.Errorf("%+v: %v, %v to %v, %q", x.q, window, start, end, reachWords(c, x.q))
		}
		for _, w := range NewList(x.q).Wants(c) {
			if w.Kind == feed.Search && (w.Window != x.window || !w.Search.Start.Equal(x.start) || !w.Search.End.Equal(x.end)) {
				t.Errorf("%+v searches %+v", x.q, w)
			}
		}
	}
}

func TestAFilterNarrowsByTenantOperationAndId(t *testing.T) {
	l, c, _ := listOf(varied(), page.TraceQuery{}, 120, 20)
	for filter, want := range map[string]string{"T-A": "2", "op-d": "4", "": "1234", "nothing": ""} {
		l.filter.Text = filter
		if got := fmt.Sprint(strings.Join(l.frame(c).ids, "")); got != want {
			t.Errorf("%q leaves %q, want %q", filter, got, want)
		}
	}
}

func TestTheLastLineNamesTheKeys(t *testing.T) {
	last := func(p page.Page, c page.Context) string {
		lines := strings.Split(text(p, c), "\n")
		if len(lines) > c.Height {
			t.Errorf("%d lines of %d", len(lines), c.Height)
		}
		return lines[len(lines)-1]
	}
	for width, want := range map[int][]string{80: {"d differs", "/ filter"}, 120: {"d what is different", "w who calls whom"}} {
		l, c, _ := listOf(many(limit), page.TraceQuery{}, width, 22)
		for _, w := range want {
			if got := last(l, c); !strings.Contains(got, w) {
				t.Errorf("%d: no %q in %q", width, w, got)
			}
		}
		press(l, c, "end")
		if got := text(l, c); !strings.Contains(got, "›") {
			t.Errorf("%d: the selected row is not seen:\n%s", width, got)
		}
		press(l, c, "/", "x")
		press(l, c, "backspace")
		if got := last(l, c); !strings.Contains(got, "esc drops it") {
			t.Errorf("%d, filter open: %q", width, got)
		}
		l, c, _ = listOf(many(limit), page.TraceQuery{}, width, 12) // too low to spare one
		if got := last(l, c); strings.Contains(got, "filter") {
			t.Errorf("%d: %q", width, got)
		}
		c = pagetest.Context(store(slowTenant()), width, 22)
		p := opened(analysis(page.AnalysisOperations, page.TraceQuery{Service: "deeplake-api"}), c)
		if got := last(p, c); !strings.Contains(got, "enter traces  d ") || strings.Contains(got, "o operations") {
			t.Errorf("%d: %q", width, got)
		}
	}
}

func TestAComparisonOfMoreThanTwoMarkedTracesIsSaid(t *testing.T) {
	l, c, _ := listOf(many(9), page.TraceQuery{}, 120, 30)
	press(l, c, "v", "down", "v", "down", "v")
	cmd := l.Update(c, pagetest.Key("c"))
	if batch, ok := cmd().(tea.BatchMsg); !ok || len(batch) != 2 {
		t.Errorf("%T", cmd())
	}
}
