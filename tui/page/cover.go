package page

import "slices"

// Cover is the part of a long list that something is asked for: the rows on the screen and a screen before and after
// them, so that it isn't asked anew with every step of the cursor.
type Cover struct {
	Keys []string
	in   map[string]bool
}

// Holds tells whether the rows from offset on, as many as are visible, are covered.
func (c *Cover) Holds(keys []string, offset, visible int) bool {
	for _, k := range span(keys, offset, offset+visible) {
		if !c.in[k] {
			return false
		}
	}
	return true
}

// Take covers the rows from offset on.
func (c *Cover) Take(keys []string, offset, visible int) {
	c.Keys = slices.Clone(span(keys, offset-visible, offset+2*visible))
	c.in = make(map[string]bool, len(c.Keys))
	for _, k := range c.Keys {
		c.in[k] = true
	}
}

func span(keys []string, from, to int) []string {
	from = max(0, min(from, len(keys)))
	return keys[from:max(from, min(to, len(keys)))]
}
