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

// control are the keys that send the same as one with ctrl does: a terminal turns a letter or sign with ctrl into one of 32
// control characters, some of which have keys of their own.
var control = map[string]string{
	"@": "ctrl+space", "`": "ctrl+space", "2": "ctrl+space", "[": "esc", "3": "esc", "4": `ctrl+\`, "5": "ctrl+]", "6": "ctrl+^",
	"/": "ctrl+_", "7": "ctrl+_", "8": "backspace", "?": "backspace", "h": "backspace", "i": "tab", "m": "enter",
}

// split takes the modifiers off a key, in whatever order.
func split(name string) (key string, ctrl, alt, shift bool) {
	for key = name; ; {
		mod, rest, ok := strings.Cut(key, "+")
		switch {
		case !ok || rest == "":
			return key, ctrl, alt, shift
		case mod == "ctrl":
			ctrl = true
		case mod == "alt":
			alt = true
		case mod == "shift":
			shift = true
		default:
			return key, ctrl, alt, shift
		}
		key = rest
	}
}

// Same is the one name of a key: the same for all names that terminals do not tell apart.
func Same(name string) string {
	key, ctrl, alt, shift := split(name)
	r, size := utf8.DecodeRuneInString(key)
	switch one := size == len(key); {
	case one && ctrl:
		key, shift = string(unicode.ToLower(r)), false
	case one && shift && unicode.IsLetter(r):
		key, shift = string(unicode.ToUpper(r)), false
	}
	if with, ok := control[key]; ok && ctrl {
		key, ctrl, _, _ = split(with)
	}
	switch key {
	case "enter", "esc", "backspace":
		ctrl, shift = false, false
	case "tab":
		ctrl = false
	case "space":
		shift = false
	}
	for _, mod := range []struct {
		on   bool
		name string
	}{{shift, "shift+"}, {alt, "alt+"}, {ctrl, "ctrl+"}} {
		if mod.on {
			key = mod.name + key
		}
	}
	return key
}

// Has tells whether a key is among others, by whatever name.
func Has(list []string, key string) bool { return index(list, key) >= 0 }

func index(list []string, key string) int {
	key = Same(key)
	return slices.IndexFunc(list, func(k string) bool { return Same(k) == key })
}

// Named are the names of keys that are no letter, for suggestions.
func Named() []string { return slices.Clone(named) }

// Check tells what is wrong with the name of a key; nil if it is one that a terminal can send.
func Check(name string) error {
	key, ctrl, _, shift := split(name)
	r, size := utf8.DecodeRuneInString(key)
	sign := size > 0 && size == len(key) && unicode.IsGraphic(r) && !unicode.IsSpace(r)
	same := Same(name)
	switch {
	case !sign && !slices.Contains(named, key) && !function(key):
		return fmt.Errorf("expected a letter or sign, or one of %s, f1 to f12, with ctrl+, alt+ or shift+ before it", strings.Join(named, ", "))
	case ctrl && key == "j":
		return fmt.Errorf("%s is sent by terminals as down or enter: write another key", name)
	case ctrl && key == "/" && same == strings.ReplaceAll(name, "/", "_"): // ctrl+/ is what one presses, ctrl+_ what arrives: both may be written
		return nil
	case sign && ctrl && unicode.IsUpper(r):
		return fmt.Errorf("terminals tell no capitals with ctrl: write %s", same)
	case sign && shift && !ctrl && unicode.IsLetter(r):
		return fmt.Errorf("write %s as the letter that it types: %s", name, same)
	case sign && shift && !ctrl:
		return fmt.Errorf("write %s as the sign that it types, without shift+", name)
	case same != name:
		return fmt.Errorf("%s is sent by terminals as %s: write %[2]s", name, same)
	case sign && ctrl && (r < 'a' || r > 'z') && !strings.ContainsRune(`\]^_`, r):
		return fmt.Errorf("terminals send nothing of their own for ctrl with %s: ctrl goes with a to z, space and \\ ] ^ _ /", key)
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
