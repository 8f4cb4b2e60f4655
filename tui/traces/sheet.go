package traces

import (
	"cmp"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// table is a sheet of whatever rows, as the page that shows it needs it.
type table interface {
	title() string
	size() int       // rows, filtered or not
	facts() []string // how many are shown, in which order, by which filter
	// lines are the column titles and the rows that fit; without focus no row is selected.
	lines(c page.Context, width, height int, focus bool) []string
	key(k tea.KeyPressMsg) bool // tells whether it took the key
	capturing() bool
	escape() bool
	paste(text string)
}

// sheet is a table with a cursor, an order and a filter over rows of any kind.
type sheet[R any] struct {
	name    string // what it is called where there are several
	noun    string // what one row is
	natural string // the order in which rows come: "most time on the critical path first"
	columns []column[R]
	id      func(R) string   // what the cursor holds on to
	words   func(R) []string // what the filter looks into
	rows    []R              // all, in their natural order

	cursor  page.Cursor
	filter  page.Filter
	order   int // 0: natural; else the column, counted from 1, among those with an order
	reverse bool
	visible int // rows that were shown last
}

// column is one column of a sheet.
type column[R any] struct {
	page.Column
	cell  func(c page.Context, r R) page.Cell
	order func(a, b R) int // nil: it is not sorted by
	by    string           // what that order is called, if not by the column's title
}

// most orders by a number, the greatest first.
func most[R any, N cmp.Ordered](of func(R) N) func(a, b R) int {
	return func(a, b R) int { return cmp.Compare(of(b), of(a)) }
}

// byName orders by a text.
func byName[R any](of func(R) string) func(a, b R) int {
	return func(a, b R) int { return cmp.Compare(of(a), of(b)) }
}

func (t *sheet[R]) title() string {
	if t.filter.Prompt() != "" {
		return fmt.Sprintf("%s (%d of %d)", t.name, len(t.shown()), len(t.rows))
	}
	return fmt.Sprintf("%s (%d)", t.name, len(t.rows))
}

func (t *sheet[R]) size() int { return len(t.rows) }

func (t *sheet[R]) capturing() bool { return t.filter.Open }

func (t *sheet[R]) escape() bool { return t.filter.Escape() }

func (t *sheet[R]) paste(text string) { t.filter.Add(text) }

// sorted is the column sorted by; false: the natural order.
func (t *sheet[R]) sorted() (column[R], bool) {
	n := 0
	for _, col := range t.columns {
		if col.order == nil {
			continue
		}
		if n++; n == t.order {
			return col, true
		}
	}
	return column[R]{}, false
}

// shown are the rows that pass the filter, in the order asked for.
func (t *sheet[R]) shown() []R {
	var rows []R
	for _, r := range t.rows {
		if t.filter.Match(t.words(r)...) {
			rows = append(rows, r)
		}
	}
	if col, ok := t.sorted(); ok {
		slices.SortStableFunc(rows, col.order)
	}
	if t.reverse {
		slices.Reverse(rows)
	}
	return rows
}

func (t *sheet[R]) keys(rows []R) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = t.id(r)
	}
	return ids
}

// current is the row under the cursor; false: there is none.
func (t *sheet[R]) current() (R, bool) {
	rows := t.shown()
	if len(rows) == 0 {
		var none R
		return none, false
	}
	t.cursor.Sync(t.keys(rows), t.visible)
	return rows[t.cursor.Row], true
}

// selected is the current row, which the cursor now holds on to: Back finds it, wherever it has moved to.
func (t *sheet[R]) selected() (R, bool) {
	r, ok := t.current()
	if ok {
		t.cursor.Key = t.id(r)
	}
	return r, ok
}

func (t *sheet[R]) key(k tea.KeyPressMsg) bool {
	if t.filter.Key(k) {
		return true
	}
	switch k.String() {
	case "s":
		t.order, t.reverse = t.order+1, false
		if _, ok := t.sorted(); !ok {
			t.order = 0
		}
		return true
	case "S":
		t.reverse = !t.reverse
		return true
	}
	ids := t.keys(t.shown())
	d, ok := page.Motion(k, t.visible, len(ids))
	if ok {
		t.cursor.Sync(ids, t.visible)
		t.cursor.Move(ids, d, t.visible)
	}
	return ok
}

func (t *sheet[R]) facts() []string {
	facts := []string{counted(len(t.rows), t.noun)}
	if n := len(t.shown()); n < len(t.rows) {
		facts[0] = fmt.Sprintf("%d of %s", n, facts[0])
	}
	order := t.natural
	if col, ok := t.sorted(); ok {
		order = "by " + cmp.Or(col.by, col.Title)
	}
	if t.reverse {
		order += ", reversed"
	}
	facts = append(facts, order)
	if f := t.filter.Prompt(); f != "" {
		facts = append(facts, f)
	}
	return facts
}

func (t *sheet[R]) lines(c page.Context, width, height int, focus bool) []string {
	t.visible = max(1, height-1)
	rows := t.shown()
	if len(rows) == 0 {
		return page.Explain(c.Styles, "nothing matches "+t.filter.Text, nil, width)
	}
	t.cursor.Sync(t.keys(rows), t.visible)
	out := page.Table{Styles: c.Styles}
	by, sorted := t.sorted()
	for _, col := range t.columns {
		if sorted && col.order != nil && col.Title == by.Title && col.by == by.by {
			col.Title, col.Drop = "*"+col.Title, 0
		}
		out.Columns = append(out.Columns, col.Column)
	}
	for _, r := range rows {
		cells := make([]page.Cell, len(t.columns))
		for i, col := range t.columns {
			cells[i] = col.cell(c, r)
		}
		out.Rows = append(out.Rows, cells)
	}
	selected := -1
	if focus {
		selected = t.cursor.Row
	}
	return out.Lines(width, height, t.cursor.Offset, selected)
}
