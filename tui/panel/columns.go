package panel

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// column is one column of a table.
type column struct {
	title string
	right bool // numbers
	drop  int  // columns are left out in ascending order of drop where room is short; 0 never
	least int  // cells it must have
	most  int  // cells it may have; 0 as wide as its widest cell
	give  int  // where room is short it shrinks to this before any column is left out; 0 never
	grow  bool // takes the cells that are left over
	tight bool // one cell to the next column, not two
	mid   bool // what is too long loses its middle: names that differ at their end
	// widest is how many cells the widest cell takes, where not all rows are there.
	widest int
}

// cell is one cell of a table. Draw, if set, draws into the cells that the column got.
type cell struct {
	text  string
	style lipgloss.Style
	draw  func(width int) string
}

// grid is a table whose columns are as wide as their widest cell.
type grid struct {
	columns []column
	rows    [][]cell
	// Of a long table rows are only those that are seen: from row first on, of total. 0: all are there.
	first, total int
}

// size is how many rows there are.
func (g grid) size() int { return max(g.total, len(g.rows)) }

// titled tells whether the columns need headings: one column of numbers says it in the panel's title.
func (g grid) titled() bool {
	n := 0
	for _, c := range g.columns {
		if c.title != "" {
			n++
		}
	}
	return n > 1
}

// widths shares the room out: 0 for a column that is left out. One cell is for the pointer, two stand between columns.
func (g grid) widths(room int) []int {
	full := make([]int, len(g.columns))
	for i, c := range g.columns {
		full[i] = max(ansi.StringWidth(c.title), c.least, c.widest)
		for _, r := range g.rows {
			full[i] = max(full[i], ansi.StringWidth(r[i].text))
		}
		if c.most > 0 {
			full[i] = max(min(full[i], c.most), c.least)
		}
	}
	want := slices.Clone(full)
	// left is the room that is free, negative when it is short.
	left := func() int {
		rest, gap := room-1, 0
		for i, w := range want {
			if w > 0 {
				rest -= w + gap
				gap = g.gap(i)
			}
		}
		return rest
	}
	for i, c := range g.columns {
		if c.give > 0 && left() < 0 {
			want[i] = max(want[i]+left(), min(want[i], c.give))
		}
	}
	for left() < 0 {
		next := -1
		for i, c := range g.columns {
			if want[i] > 0 && c.drop > 0 && (next < 0 || c.drop < g.columns[next].drop) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		want[next] = 0
	}
	// What still is too wide gives way from the left: that is where names stand. What shrank in vain grows back.
	for i, c := range g.columns {
		switch over := left(); {
		case want[i] == 0:
		case over < 0:
			want[i] = max(want[i]+over, 1)
		case c.give > 0:
			want[i] = min(want[i]+over, full[i])
		}
	}
	for i, c := range g.columns {
		if c.grow && want[i] > 0 {
			want[i] += max(left(), 0)
			if c.most > 0 {
				want[i] = min(want[i], max(c.most, full[i]))
			}
		}
	}
	return want
}

func (g grid) gap(i int) int {
	if g.columns[i].tight {
		return 1
	}
	return 2
}

func (v *view) headings(g grid, widths []int) string {
	cells := make([]cell, len(g.columns))
	for i, c := range g.columns {
		cells[i] = cell{text: c.title, style: v.s.Muted}
	}
	return v.row(g, widths, cells, false)
}

func (v *view) row(g grid, widths []int, cells []cell, selected bool) string {
	var b strings.Builder
	back := func(st lipgloss.Style) lipgloss.Style {
		if selected {
			return v.s.Selected.Inherit(st)
		}
		return st
	}
	if selected {
		b.WriteString(v.s.Selected.Render(v.g.Pointer))
	} else {
		b.WriteByte(' ')
	}
	gap := 0
	for i, c := range cells {
		w := widths[i]
		if w == 0 {
			continue
		}
		if gap > 0 {
			b.WriteString(back(v.s.Text).Render(strings.Repeat(" ", gap)))
		}
		gap = g.gap(i)
		if g.columns[i].mid {
			c.text = v.middle(c.text, w)
		}
		switch {
		case c.draw != nil:
			b.WriteString(c.draw(w))
		case g.columns[i].right:
			b.WriteString(back(c.style).Render(page.Right(c.text, w, v.g.Ellipsis)))
		default:
			b.WriteString(back(c.style).Render(v.fit(c.text, w)))
		}
	}
	return b.String()
}

// middle shortens a name to width cells by its middle, because names often differ at their end only.
func (v *view) middle(s string, width int) string { return page.CutMiddle(s, width, v.g.Ellipsis) }

// selected tells whether row i is under the cursor; only tables have one.
func (v *view) selected(i int) bool {
	switch v.Panel.Kind {
	case dashboard.KindTenants, dashboard.KindAlerts, dashboard.KindHealth, dashboard.KindTable, dashboard.KindTraces:
		return i == v.o.Selected
	}
	return false
}

// shown is which of n rows are drawn on room lines from offset on, and whether a line is kept to count the rest. A
// single line shows the first row: what is worst stands there.
func (v *view) shown(n, room int) (from, to int, rest bool) {
	if n <= room {
		return 0, n, false
	}
	if room > 1 {
		room--
		rest = true
	}
	room = max(room, 0)
	from = min(v.o.Offset, n-room)
	return from, from + room, rest
}

// made are the rows of n that are made at all: those that are seen, where there are many.
func (v *view) made(n, room int) (from, to int) {
	if n <= dashboard.Many {
		return 0, n
	}
	from, to, _ = v.shown(n, room)
	return from, to
}

// list draws the rows that fit on room lines; rest words what is not shown: how many, from and to being those that are.
func (v *view) list(g grid, room int, rest func(hidden, from, to int) string) []string {
	widths := g.widths(v.w - 1)
	from, to, count := v.shown(g.size(), room)
	var out []string
	for i := from; i < to; i++ {
		if at := i - g.first; at >= 0 && at < len(g.rows) {
			out = append(out, v.row(g, widths, g.rows[at], v.selected(i)))
		}
	}
	hidden := g.size() - (to - from)
	switch {
	case count && rest != nil:
		out = append(out, rest(hidden, from, to))
	case count:
		out = append(out, v.more(hidden))
	case hidden > 0 && len(out) > 0:
		out[0] = v.counted(out[0], hidden)
	}
	return out
}
