package page_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestACursorStaysOnItsRowWhenTheRowsMove(t *testing.T) {
	var c page.Cursor
	rows := []string{"a", "b", "c", "d"}
	c.Sync(rows, 2)
	c.Move(rows, 2, 2)
	if c.Row != 2 || c.Offset != 1 {
		t.Fatalf("row %d, offset %d", c.Row, c.Offset)
	}
	c.Sync([]string{"x", "y", "c", "a", "b"}, 2)
	if c.Row != 2 {
		t.Errorf("after a reorder the cursor is on row %d", c.Row)
	}
	c.Sync([]string{"c", "x"}, 2)
	if c.Row != 0 || c.Offset != 0 {
		t.Errorf("row %d, offset %d", c.Row, c.Offset)
	}
	c.Sync([]string{"x", "y"}, 2) // its row is gone
	if c.Row != 0 {
		t.Errorf("row %d", c.Row)
	}
	c.Sync(nil, 2)
	if got := c.Selected(nil); got != "" {
		t.Errorf("an empty list selects %q", got)
	}
}

func TestACursorThatWasNotMovedFollowsTheFirstRow(t *testing.T) {
	var c page.Cursor
	c.Sync([]string{"a", "b"}, 5)
	c.Sync([]string{"worse", "a", "b"}, 5)
	if c.Row != 0 || c.Selected([]string{"worse", "a", "b"}) != "worse" {
		t.Errorf("row %d", c.Row)
	}
}

func TestAFilterTakesEveryKeyWhileItIsOpen(t *testing.T) {
	var f page.Filter
	if f.Key(pagetest.Key("q")) {
		t.Error("a closed filter took q")
	}
	for _, k := range []string{"/", "Q", "x", "backspace", "u", "é"} {
		if !f.Key(pagetest.Key(k)) {
			t.Errorf("the filter left %s", k)
		}
	}
	if f.Text != "Qué" || !f.Match("other", "el QUÉ") || f.Match("que") {
		t.Errorf("text %q", f.Text)
	}
	f.Key(pagetest.Key("enter"))
	if f.Open || f.Text != "Qué" {
		t.Errorf("after enter: open %v, %q", f.Open, f.Text)
	}
	if !f.Escape() || f.Text != "" || f.Escape() {
		t.Error("Esc does not drop the filter once")
	}
	f.Add("\x1b[2Jpasted")
	if strings.ContainsRune(f.Text, 0x1b) {
		t.Errorf("pasted control characters stay: %q", f.Text)
	}
}

func TestATableFitsAndDropsItsLeastColumnsFirst(t *testing.T) {
	s := themes.Default(true)
	table := page.Table{Styles: s, Columns: []page.Column{
		{Title: "name", Min: 4, Max: 20}, {Title: "value", Right: true}, {Title: "first to go", Drop: 1}, {Title: "second", Drop: 2},
	}}
	for range 30 {
		table.Rows = append(table.Rows, []page.Cell{{Text: "a-rather-long-name"}, {Text: "12 ms"}, {Text: "something"}, {Text: "else"}})
	}
	for width := 8; width <= 80; width++ {
		lines := table.Lines(width, 5, 27, 28)
		if len(lines) != 4 {
			t.Fatalf("%d lines of the last three rows", len(lines))
		}
		for _, l := range lines {
			if w := ansi.StringWidth(l); w > width {
				t.Errorf("width %d: %d cells: %q", width, w, ansi.Strip(l))
			}
		}
		head := lines[0]
		if strings.Contains(head, "first") && !strings.Contains(head, "second") {
			t.Errorf("width %d: the second column went first: %q", width, ansi.Strip(head))
		}
		if !strings.Contains(ansi.Strip(lines[2]), s.Glyphs.Pointer) {
			t.Errorf("width %d: the selected row carries no pointer: %q", width, ansi.Strip(lines[2]))
		}
	}
}

func TestAnAlertIsExplainedByWhatItsLabelsName(t *testing.T) {
	q := page.AlertQuery(sources.Alert{Name: "HighErrorRate", ActiveSince: pagetest.Now, Labels: sources.Labels{
		"tenant": "acme", "search_type": "hybrid", "route": "/x", "severity": "critical"}}, nil)
	if !q.Errors || q.Tags["tenant"] != "acme" || q.Tags["search_type"] != "hybrid" || q.Tags["endpoint"] != "/x" || len(q.Tags) != 3 {
		t.Errorf("%+v", q)
	}
	if q := page.AlertQuery(sources.Alert{Name: "SlowSearchQueries"}, nil); q.Errors {
		t.Error("slow searches are not about errors")
	}
}

func TestWrapBoundsItsLines(t *testing.T) {
	got := page.Wrap(strings.Repeat("word ", 40), 12, 3, "…")
	if len(got) != 3 || !strings.HasSuffix(got[2], "…") {
		t.Errorf("%q", got)
	}
	for _, l := range got {
		if ansi.StringWidth(l) > 12 {
			t.Errorf("%q is too wide", l)
		}
	}
	if got := page.Wrap("interval of 95 % here", 14, 3, "…"); len(got) != 2 || got[1] != "95 % here" {
		t.Errorf("%q", got)
	}
	if page.Wrap("x", 0, 3, "…") != nil {
		t.Error("no width gives lines")
	}
}

func TestAnExplanationIsReadToItsEnd(t *testing.T) {
	s, err := themes.Load("default", true, true, false)
	if err != nil {
		t.Fatal(err)
	}
	lines := page.Explain(s, "no traces of deeplake-api with tenant_id = acme-corp in the last 1 h; + widens the window, n searches for others", nil, 60)
	got := ansi.Strip(strings.Join(lines, "\n"))
	if len(lines) != 2 || !strings.Contains(got, "\n  ") || !strings.HasSuffix(got, "n searches for others") {
		t.Errorf("%s", got)
	}
	for width := range 12 {
		page.Explain(s, "nothing matches x", nil, width)
	}
}

func TestTheArrowsMoveWhileAFilterIsOpen(t *testing.T) {
	f := page.Filter{Open: true}
	for _, k := range []string{"up", "down", "pgup", "pgdown"} {
		if f.Key(pagetest.Key(k)) {
			t.Errorf("%s does not reach the list", k)
		}
	}
	if !f.Key(pagetest.Key("j")) || f.Text != "j" {
		t.Errorf("j is not typed: %q", f.Text)
	}
}

func TestHitsFindTheRowOfALine(t *testing.T) {
	var h page.Hits
	h.List(2, 5, 3)
	h.Put(7, 9)
	for line, want := range map[int]int{-1: -1, 0: -1, 1: -1, 2: 5, 4: 7, 5: -1, 7: 9, 8: -1} {
		if got := h.Row(line); got != want {
			t.Errorf("line %d has row %d, want %d", line, got, want)
		}
	}
	h.Reset()
	if got := h.Row(2); got != -1 {
		t.Errorf("after the next frame began line 2 has row %d", got)
	}
}

func TestTheFootersLastWordIsHowToSeeAllKeys(t *testing.T) {
	hints := []string{"enter the first of them", "d what is different", "o operations", "? keys"}
	for width, want := range map[int]string{
		100: " enter the first of them  d what is different  o operations  ? keys ",
		60:  " enter the first of them  d what is different  ? keys ",
		40:  " enter the first of them  ? keys ",
		10:  " ? keys ",
	} {
		c := page.Context{Styles: themes.Default(true), Width: width, Height: 24}
		if got := ansi.Strip(strings.Join(page.Footer(c, hints...), "")); got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
		if c.Big = true; page.Footer(c, hints...) != nil {
			t.Error("a wall that nobody types at shows keys")
		}
	}
}

func TestTheEndOfWhatIsTypedIsSeen(t *testing.T) {
	s := themes.Default(true)
	for width := 40; width <= 120; width += 8 {
		for n := range 150 {
			text := strings.Repeat("x", n) + "end"
			line := ansi.Strip(page.Typed(s, ":", text, "3 of 120 · enter runs it · esc closes", width))
			if !strings.HasPrefix(line, ":") || !strings.Contains(line, "xend_") && n > 0 || !strings.Contains(line, "3 of") || strings.Contains(line, ":…") == strings.Contains(line, ":"+text) {
				t.Fatalf("%d cells, %d letters: %q", width, n, line)
			}
		}
	}
}

func TestWhatIsCutInItsMiddleKeepsBothEnds(t *testing.T) {
	for width, want := range map[int]string{5: "tena…", 8: "ten…0042", 12: "tenant-00042", 0: ""} {
		if got := page.CutMiddle("tenant-00042", width, "…"); got != want {
			t.Errorf("%d cells: %q, want %q", width, got, want)
		}
	}
}
