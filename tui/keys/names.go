package keys

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// named are the keys that have a name and no letter.
var named = []string{
	"up", "down", "left", "right", "enter", "esc", "tab", "space", "backspace", "delete", "insert",
	"home", "end", "pgup", "pgdown",
}

// alike are keys that a terminal can't tell from others.
var alike = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc", "ctrl+j": "down or enter", "ctrl+h": "backspace"}

// Named are the names of keys that are no letter, for suggestions.
func Named() []string { return slices.Clone(named) }

// Check tells what is wrong with the name of a key; nil if it is one that a terminal can send.
func Check(name string) error {
	if with := alike[name]; with != "" {
		return fmt.Errorf("%s is sent by terminals as %s", name, with)
	}
	key, mods := name, []string(nil)
	for _, mod := range []string{"ctrl", "alt", "shift"} {
		if rest, ok := strings.CutPrefix(key, mod+"+"); ok && rest != "" {
			key, mods = rest, append(mods, mod)
		}
	}
	if slices.Contains(named, key) || function(key) {
		return nil
	}
	r, size := utf8.DecodeRuneInString(key)
	switch {
	case size == 0 || size < len(key) || !unicode.IsGraphic(r) || unicode.IsSpace(r):
		return fmt.Errorf("expected a letter or sign, or one of %s, f1 to f12, with ctrl+, alt+ or shift+ before it", strings.Join(named, ", "))
	case slices.Contains(mods, "shift"):
		return fmt.Errorf("write %s as the letter that it types: %c", name, unicode.ToUpper(r))
	case slices.Contains(mods, "ctrl") && unicode.IsUpper(r):
		return fmt.Errorf("terminals tell no capitals with ctrl: write ctrl+%c", unicode.ToLower(r))
	}
	return nil
}

// function tells whether a key is f1 to f12.
func function(key string) bool {
	n, ok := strings.CutPrefix(key, "f")
	i, err := strconv.Atoi(n)
	return ok && err == nil && i >= 1 && i <= 12
}

// Types tells whether a key puts a character where text is typed.
func Types(key string) bool {
	return key == "space" || utf8.RuneCountInString(key) == 1
}
