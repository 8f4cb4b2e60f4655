package alerts

import (
	"fmt"
	"slices"

	"dlmon/tui/page"
)

// outline is a list whose rows stand under headings.
type outline struct {
	columns []page.Column
	rows    int
	heads   []heading
	cells   func(i int) []page.Cell
	hits    *page.Hits // where the rows stand is put there ...
	first   int        // ... for the page's line on which the column titles are
}

// lines draw the column titles and what fits of the rows, headings among them, around the selected one, at most height
// lines; offset is the first line shown, and moves no more than it must. What is below is counted.
func (o outline) lines(c page.Context, height int, offset *int, selected int) []string {
	s := c.Styles
	if height < 2 || o.rows == 0 {
		return nil
	}
	total, at, headed := o.rows+len(o.heads), selected, false
	for _, h := range o.heads {
		if h.at <= selected {
			at++
			headed = h.at == selected
		}
	}
	room := height - 1
	if total > room && room > 2 {
		room-- // for the count of the rest
	}
	*offset = page.Scroll(*offset, at, room, total)
	if headed && *offset == at && room > 1 {
		*offset-- // its heading stands above it
	}
	t := page.Table{Styles: s, Columns: o.columns}
	text := map[int]string{} // by line of the window
	line, pointer, below := 0, -1, 0
	next := o.heads
	for i := range o.rows {
		for len(next) > 0 && next[0].at == i {
			if n := line - *offset; n >= 0 && n < room {
				text[n] = next[0].text
			}
			next, line = next[1:], line+1
		}
		switch n := line - *offset; {
		case n >= room:
			below++
		case n >= 0:
			if i == selected {
				pointer = len(t.Rows)
			}
			t.Rows = append(t.Rows, o.cells(i))
			o.hits.Put(o.first+1+n, i)
		}
		line++
	}
	drawn := t.Lines(c.Width, len(t.Rows)+1, 0, pointer)
	out := slices.Clone(drawn[:1])
	drawn = drawn[1:]
	for n := 0; n < room && (len(drawn) > 0 || text[n] != ""); n++ {
		if title, ok := text[n]; ok {
			out = append(out, s.Title.Render(page.Cut(" "+title, c.Width, s.Glyphs.Ellipsis)))
			continue
		}
		out = append(out, drawn[0])
		drawn = drawn[1:]
	}
	if below > 0 && len(out) < height {
		out = append(out, s.Muted.Render(fmt.Sprintf(" %s %d more below", s.Glyphs.Ellipsis, below)))
	}
	return out
}
