package page

// Hits remembers which row of a list stands on which line of the last frame, so that a click finds it. The zero Hits has
// none.
type Hits struct {
	rows []int // by line of the body: the row, counted from 1; 0 for none
}

// Reset forgets the last frame.
func (h *Hits) Reset() { h.rows = h.rows[:0] }

// Put says that a row stands on a line.
func (h *Hits) Put(line, row int) {
	for len(h.rows) <= line {
		h.rows = append(h.rows, 0)
	}
	h.rows[line] = row + 1
}

// List says that n rows stand below each other, the first of them, row, on line.
func (h *Hits) List(line, row, n int) {
	for i := range n {
		h.Put(line+i, row+i)
	}
}

// Row is the row on a line, -1 for none.
func (h *Hits) Row(line int) int {
	if line < 0 || line >= len(h.rows) {
		return -1
	}
	return h.rows[line] - 1
}
