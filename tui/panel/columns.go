package panel

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/page"
)

// column is one column of a table.
type column struct {
	title string
	right bool // numbers
	drop  int  // columns are left out in ascending order of drop where room is short; 0 never
	least int  // cells it must have
	most  int  // cells it may have; 0 as wide as its widest cell
	grow  bool // takes the cells that are left over
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
}

// widths shares the room out: 0 for a column that is left out. One cell is for the pointer, two stand between columns.
func (g grid) widths(room int) []int {
	want := make([]int, len(g.columns))
	for i, c := range g.columns {
		want[i] = max(ansi.StringWidth(c.title), c.least)
		for _, r := range g.rows {
			want[i] = max(want[i], ansi.StringWidth(r[i].text))
		}
		if c.most > 0 {
			want[i] = max(min(want[i], c.most), c.least)
		}
	}
	out := make([]bool, len(want))
	total := func() int {
		sum := 1 - 2
		for i, w := range want {
			if !out[i] {
				sum += w + 2
			}
		}
		return sum
	}
	for total() > room {
		next := -1
		for i, c := range g.columns {
			if !out[i] && c.drop > 0 && (next < 0 || c.drop < g.columns[next].drop) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		out[next] = true
	}
	// What still is too wide gives way from the left: that is where names stand.
	for i := range want {
		if over := total() - room; over > 0 && !out[i] {
			want[i] = max(want[i]-over, min(want[i], 1))
		}
	}
	for i, c := range g.columns {
		if left := room - total(); left > 0 && c.grow && !out[i] {
			want[i] += left
			if c.most > 0 && !(c.most < want[i]-left) {
				want[i] = min(want[i], c.most)
			}
		}
		if out[i] {
			want[i] = 0
		}
	}
	return want
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
	first := true
	for i, c := range cells {
		w := widths[i]
		if w == 0 {
			continue
		}
		if !first {
			b.WriteString(back(lipgloss.NewStyle()).Render("  "))
		}
		first = false
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

// shown is which of n rows are drawn on room lines from offset on, and whether a line is kept to count the rest.
func (v *view) shown(n, room int) (from, to int, rest bool) {
	if n <= room {
		return 0, n, false
	}
	room = max(room-1, 0)
	from = min(v.o.Offset, max(n-room, 0))
	return from, min(from+room, n), true
}
