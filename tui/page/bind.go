package page

import (
	"strings"

	"charm.land/bubbles/v2/key"
)

// Bind is a binding by its default keys as the help shows them, with blanks between: "e E", "arrows hjkl".
func Bind(shown, what string) key.Binding {
	var names []string
	for _, k := range strings.Fields(shown) {
		switch k {
		case "arrows":
			names = append(names, "up", "down", "left", "right")
		case "hjkl":
			names = append(names, "h", "j", "k", "l")
		default:
			names = append(names, k)
		}
	}
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(shown, what))
}

// BindRows are the keys that move in a list.
func BindRows(what string) key.Binding {
	return key.NewBinding(key.WithKeys("up", "down", "pgup", "pgdown", "home", "end"),
		key.WithHelp("up down", what+"; pgup, pgdown, home and end"))
}

// Key is the operator's key for a default one of the page on the screen, for texts that name keys; "" if there is none.
func (c Context) Key(name string) string { return c.Keys.Shown(c.Scope, name, name) }
