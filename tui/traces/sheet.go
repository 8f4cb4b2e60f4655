package traces

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/page"
)

// table is a sheet of whatever rows, as the page that shows it needs it.
type table interface {
	title() string
	size() int       // rows, filtered or not
	prompt() string  // the filter; "" when there is none
	facts() []string // how many are shown, in which order
	// lines are the column titles and the rows that fit; without focus no row is selected.
	lines(c page.Context, width, height int, focus bool) []string
	key(k tea.KeyPressMsg) bool // tells whether it took the key
	// window is the rows that were shown last, n from offset on, and the selected one.
	window() (offset, n, selected int)
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
	rows    []R              // all, in their natural order; set by set

	cursor  page.Cursor
	filter  page.Filter
	order   int // 0: natural; else the column, counted from 1, among those with an order
	reverse bool
	visible int // rows that were shown last

	view  []R // rows that pass the filter, in the order asked for ...
	ids   []string
	made  arrangement // ... by this
	fresh bool
	wide  []page.Cell // the widest cell of each column of view ...
	drawn drawn       // ... under these circumstances
}

// arrangement is what the choice and the order of rows depend on, beside the rows.
type arrangement struct {
	filter  string
	order   int
	reverse bool
}

// drawn is what cells depend on, beside their rows.
type drawn struct {
	styles *themes.Styles
	window time.Duration
	utc    bool
}

// set takes new rows.
func (t *sheet[R]) set(rows []R) { t.rows, t.fresh = rows, false }

// column is one column of a sheet.
type column[R any] struct {
	page.Column
	cell  func(c page.Context, r R) page.Cell
	order func(a, b R) int // nil: it is not sorted by
	by    string           // what that order is called, if not by the column's title
	// tight is the Max on a screen of less than 100 cells; 0: the same. A name cut is better than a number left out.
	tight int
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
		rows, _ := t.shown()
		return fmt.Sprintf("%s (%d of %d)", t.name, len(rows), len(t.rows))
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

// shown are the rows that pass the filter, in the order asked for, and their ids. They are arranged once per change: a
// comparison of large traces has thousands.
func (t *sheet[R]) shown() (rows []R, ids []string) {
	by := arrangement{t.filter.Text, t.order, t.reverse}
	if t.fresh && t.made == by {
		return t.view, t.ids
	}
	t.view, t.ids = nil, nil
	for _, r := range t.rows {
		if by.filter == "" || t.filter.Match(t.words(r)...) {
			t.view = append(t.view, r)
		}
	}
	if col, ok := t.sorted(); ok {
		slices.SortStableFunc(t.view, col.order)
	}
	if t.reverse {
		slices.Reverse(t.view)
	}
	for _, r := range t.view {
		t.ids = append(t.ids, t.id(r))
	}
	t.made, t.fresh, t.wide = by, true, nil
	return t.view, t.ids
}

// current is the row under the cursor; false: there is none.
func (t *sheet[R]) current() (R, bool) {
	rows, ids := t.shown()
	if len(rows) == 0 {
		var none R
		return none, false
	}
	t.cursor.Sync(ids, t.visible)
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
	_, ids := t.shown()
	d, ok := page.Motion(k, t.visible, len(ids))
	if ok {
		t.cursor.Sync(ids, t.visible)
		t.cursor.Move(ids, d, t.visible)
	}
	return ok
}

func (t *sheet[R]) window() (offset, n, selected int) {
	rows, _ := t.shown()
	return t.cursor.Offset, min(t.visible, len(rows)-t.cursor.Offset), t.cursor.Row
}

func (t *sheet[R]) prompt() string { return t.filter.Prompt() }

func (t *sheet[R]) facts() []string {
	facts := []string{counted(len(t.rows), t.noun)}
	if rows, _ := t.shown(); len(rows) < len(t.rows) {
		facts[0] = fmt.Sprintf("%d of %s", len(rows), facts[0])
	}
	order := t.natural
	if col, ok := t.sorted(); ok {
		order = "by " + cmp.Or(col.by, col.Title)
	}
	if t.reverse {
		order += ", reversed"
	}
	return append(facts, order)
}

func (t *sheet[R]) lines(c page.Context, width, height int, focus bool) []string {
	t.visible = max(1, height-1)
	rows, ids := t.shown()
	if len(rows) == 0 {
		return page.Explain(c.Styles, "nothing matches "+t.filter.Text, nil, width)
	}
	t.cursor.Sync(ids, t.visible)
	out := page.Table{Styles: c.Styles}
	by, sorted := t.sorted()
	for _, col := range t.columns {
		if sorted && col.order != nil && col.Title == by.Title && col.by == by.by {
			col.Title, col.Drop = "*"+col.Title, 0
		}
		if width < 100 && col.tight > 0 {
			col.Max = col.tight
		}
		out.Columns = append(out.Columns, col.Column)
	}
	for _, r := range rows[t.cursor.Offset:min(t.cursor.Offset+t.visible, len(rows))] {
		out.Rows = append(out.Rows, t.cells(c, r))
	}
	selected := -1
	if focus {
		selected = t.cursor.Row - t.cursor.Offset
	}
	height = min(height, 1+len(out.Rows))
	out.Rows = append(out.Rows, t.widest(c, rows)) // below what is shown: for the columns' widths
	return out.Lines(width, height, 0, selected)
}

func (t *sheet[R]) cells(c page.Context, r R) []page.Cell {
	cells := make([]page.Cell, len(t.columns))
	for i, col := range t.columns {
		cells[i] = col.cell(c, r)
	}
	return cells
}

// sample bounds how many rows the columns' widths are measured by, so that they keep still while one scrolls.
const sample = 400

// widest is a row of the widest cells.
func (t *sheet[R]) widest(c page.Context, rows []R) []page.Cell {
	by := drawn{c.Styles, c.Window, c.UTC}
	if t.wide != nil && t.drawn == by {
		return t.wide
	}
	t.wide, t.drawn = make([]page.Cell, len(t.columns)), by
	for i := 0; i < len(rows); i += 1 + len(rows)/sample {
		for j, cell := range t.cells(c, rows[i]) {
			if ansi.StringWidth(cell.Text) > ansi.StringWidth(t.wide[j].Text) {
				t.wide[j].Text = cell.Text
			}
		}
	}
	return t.wide
}
