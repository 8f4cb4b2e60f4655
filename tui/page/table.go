package page

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
)

// Column is one column of a Table.
type Column struct {
	Title string
	Right bool // numbers
	Drop  int  // where room is short, columns go in ascending order of Drop; 0 never
	Min   int  // cells it must have
	Max   int  // cells it may have; 0: as wide as its widest cell
	Grow  bool // takes what is left over, up to Max
	// Widest is how many cells the widest cell takes, where Rows are not all there are: a column must not change its width
	// as the list scrolls.
	Widest int
}

// Cell is one cell of a Table. Draw, if set, draws into the cells that the column got.
type Cell struct {
	Text  string
	Style lipgloss.Style
	Draw  func(width int) string
}

// Table lays rows out in columns, for the pages that are lists.
type Table struct {
	Styles  *themes.Styles
	Columns []Column
	Rows    [][]Cell
}

// Lines are the heading, then the rows from offset on, at most height lines in all; selected is the row that carries
// the pointer, -1 for none.
func (t *Table) Lines(width, height, offset, selected int) []string {
	if width <= 0 || height <= 0 {
		return nil
	}
	widths := t.widths(width)
	head := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = Cell{Text: c.Title, Style: t.Styles.Muted}
	}
	out := []string{t.line(widths, head, false)}
	for i := max(offset, 0); i < len(t.Rows) && len(out) < height; i++ {
		out = append(out, t.line(widths, t.Rows[i], i == selected))
	}
	return out
}

// gap is the blank cells between columns.
const gap = 2

func (t *Table) widths(room int) []int {
	w := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		w[i] = max(c.Min, c.Widest, ansi.StringWidth(c.Title))
		for _, r := range t.Rows {
			w[i] = max(w[i], ansi.StringWidth(r[i].Text))
		}
		if c.Max > 0 {
			w[i] = max(min(w[i], c.Max), c.Min)
		}
	}
	left := func() int {
		n := room - 1 // the pointer
		for i, x := range w {
			if x > 0 && i > 0 {
				n -= gap
			}
			n -= x
		}
		return n
	}
	for left() < 0 {
		next := -1
		for i, c := range t.Columns {
			if w[i] > 0 && c.Drop > 0 && (next < 0 || c.Drop < t.Columns[next].Drop) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		// It gives what is missing before it goes, as long as it keeps its least width.
		if c := t.Columns[next]; c.Min > 0 && w[next]+left() >= c.Min && c.Grow {
			w[next] += left()
			break
		}
		w[next] = 0
	}
	t.squeeze(w, left)
	for i := range w { // what is still too much is cut from the left, where the names stand
		if over := -left(); over > 0 && w[i] > 0 {
			w[i] = max(1, w[i]-over)
		}
	}
	for i, c := range t.Columns {
		if free := left(); c.Grow && w[i] > 0 && free > 0 {
			w[i] += free
			if c.Max > 0 {
				w[i] = min(w[i], c.Max)
			}
		}
	}
	return w
}

// words is what a column of words keeps while another has more.
const words = 8

// squeeze takes what is too much from the widest columns of words.
func (t *Table) squeeze(w []int, left func() int) {
	for left() < 0 {
		widest := -1
		for i, c := range t.Columns {
			if !c.Right && w[i] > max(words, c.Min) && (widest < 0 || w[i] > w[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		w[widest]--
	}
}

func (t *Table) line(widths []int, cells []Cell, selected bool) string {
	s := t.Styles
	ground := func(st lipgloss.Style) lipgloss.Style {
		if selected {
			return s.Selected.Inherit(st)
		}
		return st
	}
	var b strings.Builder
	pointer := " "
	if selected {
		pointer = s.Glyphs.Pointer
	}
	b.WriteString(ground(s.Text).Render(pointer))
	for i, c := range cells {
		w := widths[i]
		if w == 0 {
			continue
		}
		if i > 0 {
			b.WriteString(ground(s.Text).Render(strings.Repeat(" ", gap)))
		}
		switch {
		case c.Draw != nil:
			b.WriteString(c.Draw(w))
		case t.Columns[i].Right:
			b.WriteString(ground(c.Style).Render(Right(c.Text, w, s.Glyphs.Ellipsis)))
		default:
			b.WriteString(ground(c.Style).Render(Fit(c.Text, w, s.Glyphs.Ellipsis)))
		}
	}
	return b.String()
}
