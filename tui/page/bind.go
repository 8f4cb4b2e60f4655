package page

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"charm.land/bubbles/v2/key"
)

// Bind is a binding by its default keys as the help shows them, with blanks between: "e E", "arrows hjkl". What it does
// names other keys in braces: "the next table; {tab} leads there".
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
		key.WithHelp("up down", what+"; {pgup}, {pgdown}, {home} and {end}"))
}

// Key is the operator's keys for a default one of the page on the screen; "" if there is none.
func (c Context) Key(name string) string { return c.Keys.Shown(c.Scope, name, name) }

// Hint is the part of a sentence that names a key, by its default, where format has its %s: ": %s goes back to live". It
// names the operator's first key; "" if there is none, so that the sentence ends before it.
func (c Context) Hint(name, format string) string {
	k, _, _ := strings.Cut(c.Key(name), " ")
	if k == "" {
		return ""
	}
	return fmt.Sprintf(format, k)
}

// In is c for a key of another place than the one on the screen.
func (c Context) In(scope string) Context {
	c.Scope = scope
	return c
}

var namedKey = regexp.MustCompile(`\{(\S+?)\}`)

// Describe is what a binding says of itself: the default keys that it names in braces are the operator's own.
func (c Context) Describe(b key.Binding) string {
	return namedKey.ReplaceAllStringFunc(b.Help().Desc, func(k string) string {
		return cmp.Or(c.Hint(k[1:len(k)-1], "%s"), "no key")
	})
}
