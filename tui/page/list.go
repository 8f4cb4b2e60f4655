package page

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
)

// Cursor is the selected row of a list that changes under it. The row is held by its key, so that a refresh that
// reorders the rows doesn't move the selection; before the first move it stays on the first row, whatever that is.
type Cursor struct {
	Key    string // of the selected row; "" follows the first row
	Row    int
	Offset int // the first row shown
}

// Sync finds the selection in keys, the rows as they are now, of which visible fit.
func (c *Cursor) Sync(keys []string, visible int) {
	switch i := slices.Index(keys, c.Key); {
	case c.Key == "":
		c.Row = 0
	case i >= 0:
		c.Row = i
	default:
		c.Row = max(0, min(c.Row, len(keys)-1)) // its row is gone: the one that took its place
	}
	c.Offset = Scroll(c.Offset, c.Row, visible, len(keys))
}

// Move moves the selection by d rows and tells whether it moved.
func (c *Cursor) Move(keys []string, d, visible int) bool {
	if len(keys) == 0 {
		return false
	}
	row := max(0, min(c.Row+d, len(keys)-1))
	moved := row != c.Row
	c.Row, c.Key = row, keys[row]
	c.Offset = Scroll(c.Offset, row, visible, len(keys))
	return moved
}

// Selected is the key of the selected row, "" of an empty list.
func (c *Cursor) Selected(keys []string) string {
	if c.Row < 0 || c.Row >= len(keys) {
		return ""
	}
	return keys[c.Row]
}

// Scroll is the offset nearest to the present one at which row is among the visible ones of n.
func Scroll(offset, row, visible, n int) int {
	visible = max(visible, 1)
	offset = min(offset, row)
	offset = max(offset, row-visible+1)
	return max(0, min(offset, n-visible))
}

// Motion is how far a key moves a cursor in a list of n rows of which visible are shown; false: no such key.
func Motion(k tea.KeyPressMsg, visible, n int) (int, bool) {
	switch k.String() {
	case "up", "k":
		return -1, true
	case "down", "j":
		return 1, true
	case "pgup", "ctrl+b":
		return -max(1, visible-1), true
	case "pgdown", "ctrl+f":
		return max(1, visible-1), true
	case "home", "g":
		return -n, true
	case "end", "G":
		return n, true
	}
	return 0, false
}

// Filter is a list's text filter: "/" opens it, it narrows as one types, Enter keeps it, Esc drops it.
type Filter struct {
	Text string
	Open bool
}

// Key takes a key while the filter is open, or the one that opens it, and tells whether it took it. Those that move the
// selection it leaves to the list.
func (f *Filter) Key(k tea.KeyPressMsg) bool {
	if !f.Open {
		f.Open = k.String() == "/"
		return f.Open
	}
	switch k.String() {
	case "up", "down", "pgup", "pgdown":
		return false // one sees what is selected while typing
	case "enter":
		f.Open = false
	case "esc":
		f.Open, f.Text = false, ""
	case "backspace":
		if r := []rune(f.Text); len(r) > 0 {
			f.Text = string(r[:len(r)-1])
		}
	case "ctrl+u":
		f.Text = ""
	default:
		f.Add(k.Text)
	}
	return true
}

// Add appends text that was typed or pasted.
func (f *Filter) Add(text string) { f.Text = sources.CleanName(f.Text + text) }

// Escape drops an applied filter.
func (f *Filter) Escape() bool {
	was := f.Text != "" || f.Open
	f.Text, f.Open = "", false
	return was
}

// Match tells whether any of the fields contains the filter's text, in whatever case.
func (f *Filter) Match(fields ...string) bool {
	if f.Text == "" {
		return true
	}
	want := strings.ToLower(f.Text)
	return slices.ContainsFunc(fields, func(s string) bool { return strings.Contains(strings.ToLower(s), want) })
}

// Prompt is what the header says of the filter; "" when there is none.
func (f *Filter) Prompt() string {
	switch {
	case f.Open:
		return "/" + f.Text + "_"
	case f.Text != "":
		return "/" + f.Text
	}
	return ""
}
