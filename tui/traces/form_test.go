package traces

import (
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// write types text into the form's field.
func write(f *Form, c page.Context, field int, text string) {
	f.focus(field)
	f.fields[field].SetValue("")
	for _, r := range text {
		k := string(r)
		if r == ' ' {
			k = "space"
		}
		press(f, c, k)
	}
}

func TestTheFormSearchesForWhatIsTyped(t *testing.T) {
	r := pagetest.Reader()
	f, c := NewForm(page.TraceQuery{}, &History{}), pagetest.Context(r, 80, 22)
	f.Open(c)
	for field, text := range map[int]string{fieldOperation: "search_vectors", fieldTags: `tenant_id=acme note="two words" q=a=b`,
		fieldMin: "500 ms", fieldMax: "2m", fieldWindow: "15m", fieldLimit: "1500"} {
		write(f, c, field, text)
	}
	msg, ok := press(f, c, "enter").(page.OpenTraces)
	want := page.TraceQuery{Title: "search_vectors, note = two words and q = a=b and tenant_id = acme, 500 ms to 2 min", Service: "deeplake-api",
		Operation: "search_vectors", SpanTags: map[string]string{"tenant_id": "acme", "note": "two words", "q": "a=b"},
		Min: 500 * time.Millisecond, Max: 2 * time.Minute, Since: pagetest.Now.Add(-15 * time.Minute), Limit: 1500}
	if !ok || !msg.Replace || msg.From != page.Page(f) || !reflect.DeepEqual(msg.Query, want) {
		t.Errorf("got  %+v\nwant %+v", msg.Query, want)
	}
	reqs := NewList(msg.Query).Wants(c)
	last := reqs[len(reqs)-1]
	if last.Search != (sources.TraceSearch{Service: "deeplake-api", Operation: "search_vectors", Tags: "note=two words\x00q=a=b\x00tenant_id=acme",
		Start: want.Since, Min: want.Min, Max: want.Max, Limit: 1500}) || last.Window != 0 || last.Every != feed.Once {
		t.Errorf("searched for %+v", last)
	}
}

func TestWhatWasTypedIsSearchedAndNothingElseInstead(t *testing.T) {
	r := pagetest.Reader()
	r.SearchFunc = found(map[string][]sources.TraceSummary{"|": {summary("a", 10, 0)}})
	l, c := NewList(page.TraceQuery{Title: "x", Service: "billing", SpanTags: map[string]string{"k": "v"}}), pagetest.Context(r, 120, 30)
	if got := text(l, c); strings.Contains(got, "op-a") || !strings.Contains(got, "no traces of billing with k = v in the last 1 h") {
		t.Errorf("%s", got)
	}
	if got := asked(l, c); len(got) != 1 || got[0] != "|k=v|0s" {
		t.Errorf("searched %v", got)
	}
}

func TestBadInputIsSaidAtItsFieldAndNothingIsLost(t *testing.T) {
	for _, x := range []struct {
		field       int
		typed, want string
	}{
		{fieldService, "", "Jaeger searches one service at a time"},
		{fieldTags, "tenant_id", `"tenant_id" has no value: write name=value`},
		{fieldTags, "=v", "=v has no name"},
		{fieldTags, `a="b c`, `a " is not closed`},
		{fieldTags, "a=b a=c", `a is asked to be both "b" and "c"`},
		{fieldMin, "5 parsecs", `"5 parsecs" is no duration: write 500ms, 1.5s, 2m or 1h`},
		{fieldMin, "-1s", `"-1s" is no duration`},
		{fieldMax, "1ms", "it must not be shorter than 10ms, the least"},
		{fieldWindow, "yesterday", `"yesterday" is no window: write 15m, 1h or 2d`},
		{fieldWindow, "14:00 to 13:00", `"14:00 to 13:00" ends before it begins`},
		{fieldWindow, "14:00-25:00", `"25:00" is no time`},
		{fieldLimit, "0", `"0" is no number from 1 to 1500`},
		{fieldLimit, "1501", `"1501" is no number from 1 to 1500`},
		{fieldLimit, "many", `"many" is no number from 1 to 1500`},
	} {
		r := pagetest.Reader()
		h := &History{}
		f, c := NewForm(page.TraceQuery{Operation: "kept", Min: 10 * time.Millisecond, Tags: map[string]string{"tenant": "acme"}}, h), pagetest.Context(r, 80, 22)
		f.Open(c)
		write(f, c, x.field, x.typed)
		if x.field == fieldService {
			press(f, c, "ctrl+u")
		}
		before := f.inputs()
		if msg := press(f, c, "enter"); msg != nil {
			t.Errorf("%q is searched for: %+v", x.typed, msg)
		}
		got := strings.Split(text(f, c), "\n")
		line := -1
		for i, l := range got {
			if line < 0 && strings.Contains(l, x.want) {
				line = i
			}
		}
		if line < 1 || !strings.Contains(got[line-1], fieldNames[x.field]) {
			t.Errorf("%q: no %q under %s:\n%s", x.typed, x.want, fieldNames[x.field], strings.Join(got, "\n"))
		}
		if f.at != x.field || f.inputs() != before || len(h.all) > 0 {
			t.Errorf("%q: field %d, %v after %v", x.typed, f.at, f.inputs(), before)
		}
	}
}

func TestTheFormIsFilledInFromTheQueryAndKeepsItsConcepts(t *testing.T) {
	r := pagetest.Reader()
	q := page.TraceQuery{Operation: "op", Errors: true, Tags: map[string]string{"tenant": "acme corp"}, Min: 90 * time.Minute, Limit: 7,
		Since: pagetest.Now.Add(-30 * time.Minute), Until: pagetest.Now.Add(-10 * time.Minute)}
	f, c := NewForm(q, &History{}), pagetest.Context(r, 100, 22)
	got := text(f, c)
	for _, want := range []string{"deeplake-api", "op", `error=true tenant_id="acme corp"`, "1h30m", "2026-03-14 13:35 to 2026-03-14 13:55", "7"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	msg, _ := press(f, c, "enter").(page.OpenTraces)
	if x := msg.Query; !maps.Equal(x.Tags, q.Tags) || !maps.Equal(x.SpanTags, map[string]string{"error": "true"}) || !x.Errors || x.Min != q.Min {
		t.Errorf("%+v", x)
	}
}

func TestJaegersListsCompleteTheForm(t *testing.T) {
	r := pagetest.Reader()
	r.OperationsOf = map[string]sources.Snapshot[[]string]{"deeplake": feedtest.Value([]string{"index.scan", "scan.all", "other"}, pagetest.Now)}
	f, c := NewForm(page.TraceQuery{}, &History{}), pagetest.Context(r, 100, 30)
	f.Open(c)
	write(f, c, fieldService, "JAEG")
	press(f, c, "right")
	if got := f.text(fieldService); got != "jaeger-all-in-one" {
		t.Errorf("right takes %q", got)
	}
	for _, w := range f.Wants(c) {
		if w.Kind == feed.Operations && w.Expr != "jaeger-all-in-one" {
			t.Errorf("%+v", w)
		}
	}
	write(f, c, fieldService, "deep")
	for _, w := range f.Wants(c) {
		if w.Kind == feed.Operations {
			t.Errorf("the operations of %q are asked for", w.Expr)
		}
	}
	write(f, c, fieldService, "deeplake")
	write(f, c, fieldOperation, "scan")
	got := text(f, c)
	if a, b := strings.Index(got, "scan.all"), strings.Index(got, "index.scan"); a < 0 || b < a {
		t.Errorf("not what begins so first, then what contains it:\n%s", got)
	}
	press(f, c, "ctrl+n", "ctrl+space")
	if got := f.text(fieldOperation); got != "index.scan" {
		t.Errorf("the second suggestion is %q", got)
	}
	press(f, c, "left", "right")
	if got := f.text(fieldOperation); got != "index.scan" {
		t.Errorf("within the text right changed it to %q", got)
	}
}

func TestTheLastSearchesCanBeChosenAgain(t *testing.T) {
	r, h := pagetest.Reader(), &History{}
	c := pagetest.Context(r, 100, 30)
	for _, op := range []string{"first", "second", "first"} {
		f := NewForm(page.TraceQuery{}, h)
		write(f, c, fieldOperation, op)
		press(f, c, "enter")
	}
	if len(h.all) != 2 || h.all[0][fieldOperation] != "first" {
		t.Errorf("%v", h.all)
	}
	f := NewForm(page.TraceQuery{Operation: "mine"}, h)
	if got := text(f, c); !strings.Contains(got, "deeplake-api  second") {
		t.Errorf("the last searches are not shown:\n%s", got)
	}
	for i, want := range []string{"first", "second", "second", "first", "mine", "mine"} {
		press(f, c, []string{"ctrl+up", "pgup", "ctrl+up", "ctrl+down", "pgdown", "ctrl+down"}[i])
		if got := f.text(fieldOperation); got != want {
			t.Errorf("step %d: %q, want %q", i, got, want)
		}
	}
	for i := range 3 * maxHistory {
		h.add(inputs{fieldTags: strings.Repeat("x", i)})
	}
	if len(h.all) != maxHistory {
		t.Errorf("%d searches are kept", len(h.all))
	}
}

func TestTheFormTakesEveryKeyAndWhatIsPasted(t *testing.T) {
	f, c := NewForm(page.TraceQuery{}, &History{}), pagetest.Context(pagetest.Reader(), 80, 22)
	if !f.Capturing() {
		t.Fatal("keys go past it")
	}
	write(f, c, fieldOperation, "q1?/r")
	f.Update(c, tea.PasteMsg{Content: "GET /x\n\x1b[2J\u202e"})
	if got := f.text(fieldOperation); got != "q1?/rGET /x [2J" && got != "q1?/rGET /x[2J" {
		t.Errorf("%q", got)
	}
	press(f, c, "tab", "shift+tab", "down", "up", "up")
	if f.at != fieldService {
		t.Errorf("field %d", f.at)
	}
	if _, ok := press(f, c, "esc").(page.Back); !ok {
		t.Error("Esc does not leave")
	}
}

func TestTheFormFitsEverySize(t *testing.T) {
	h := &History{}
	h.add(inputs{"deeplake-api", strings.Repeat("long ", 60), "a=b"})
	f := NewForm(page.TraceQuery{Operation: strings.Repeat("数据", 100)}, h)
	f.faults[fieldMin] = strings.Repeat("wrong ", 30)
	for _, size := range [][2]int{{0, 0}, {40, 9}, {80, 22}, {200, 58}} {
		c := pagetest.Context(pagetest.Reader(), size[0], size[1])
		lines := f.View(c)
		if len(lines) > size[1] {
			t.Errorf("%d lines of %d", len(lines), size[1])
		}
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > size[0] {
				t.Errorf("%d cells of %d: %q", w, size[0], ansi.Strip(l))
			}
		}
	}
}

func TestTagsAreWrittenAsTheyAreRead(t *testing.T) {
	for _, tags := range []map[string]string{{}, {"a": "b"}, {"a": ""}, {"a b": `c "d" \e`, "x": "=", "é": "数 据"}} {
		got, err := splitTags(joinTags(tags))
		if err != nil || !maps.Equal(got, tags) {
			t.Errorf("%q reads as %q (%v)", joinTags(tags), got, err)
		}
	}
}

func TestAWindowIsReadOnTheScreensClock(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := time.Date(2026, 3, 14, 1, 30, 0, 0, zone)
	at := func(day, h, m int) time.Time { return time.Date(2026, 3, day, h, m, 0, 0, zone) }
	for text, want := range map[string][2]time.Time{
		"":                                     {},
		"90m":                                  {at(14, 0, 0)},
		"2d":                                   {at(12, 1, 30)},
		"01:00 to 01:15":                       {at(14, 1, 0), at(14, 1, 15)},
		"23:00-01:00":                          {at(13, 23, 0), at(14, 1, 0)},
		"2026-03-10 08:00 to 2026-03-10 09:00": {at(10, 8, 0), at(10, 9, 0)},
	} {
		since, until, err := parseWindow(text, now)
		if err != nil || !since.Equal(want[0]) || !until.Equal(want[1]) {
			t.Errorf("%q: %v to %v (%v), want %v", text, since, until, err, want)
		}
	}
}

func TestALongFaultHasOneSign(t *testing.T) {
	c := pagetest.Context(pagetest.Reader(), 80, 24)
	f := NewForm(page.TraceQuery{}, new(History))
	f.Open(c)
	write(f, c, fieldTags, "hyper")
	press(f, c, "enter")
	if got := text(f, c); strings.Count(got, "✖") != 1 || !strings.Contains(got, "between") {
		t.Errorf("%s", got)
	}
}
