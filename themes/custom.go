package themes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Custom is a theme of the operator's own: a built-in one of which some colours are replaced.
type Custom struct {
	Name        string
	Base        string // one of Bases; "" is the default theme
	Dark, Light Colors // what is replaced on dark and on light ground
}

// Colors are the colours that a custom theme replaces, as ParseColor returns them.
type Colors struct {
	Roles  map[string]string // by role, see Roles
	Series []string          // of lines, in order; nil keeps the base's
	Heat   []string          // of heatmaps, from little to full; nil keeps the base's
	Strong *bool             // bold where a state is told; nil keeps the base's
}

// field is where a palette keeps each role's colour.
func (p *palette) field(role string) *string {
	switch role {
	case "text":
		return &p.text
	case "muted":
		return &p.muted
	case "faint":
		return &p.faint
	case "border":
		return &p.border
	case "ok":
		return &p.ok
	case "warn":
		return &p.warn
	case "critical":
		return &p.critical
	case "pending":
		return &p.pending
	case "stale":
		return &p.stale
	case "focus":
		return &p.focus
	case "selected":
		return &p.selected
	case "bar":
		return &p.bar
	case "bar-text":
		return &p.barText
	case "badge-text":
		return &p.onHue
	}
	return nil
}

// Roles are what a custom theme may give a colour: selected and bar are backgrounds, all others are text.
func Roles() []string {
	return []string{"text", "muted", "faint", "border", "ok", "warn", "critical", "pending", "stale", "focus",
		"selected", "bar", "bar-text", "badge-text"}
}

// Bases are the built-in themes that a custom one can begin with.
func Bases() []string {
	var names []string
	for _, b := range builtins {
		names = append(names, b.name)
	}
	return names
}

// apply replaces what c names. In sixteen colours only the terminal's own are taken over: what any other would become
// there, nobody can say.
func (c Colors) apply(p palette, depth Depth) palette {
	fits := func(color string) bool { return depth != Sixteen || basic(color) }
	for role, color := range c.Roles {
		if to := p.field(role); to != nil && fits(color) {
			*to = color
		}
	}
	some := func(to *[]string, colors []string) {
		if len(colors) > 0 && !slices.ContainsFunc(colors, func(c string) bool { return !fits(c) }) {
			*to = colors
		}
	}
	some(&p.series, c.Series)
	some(&p.heat, c.Heat)
	if c.Strong != nil {
		p.strong = *c.Strong
	}
	return p
}

// basic tells whether a colour is one of the terminal's sixteen, or its own.
func basic(color string) bool {
	n, err := strconv.Atoi(color)
	return color == "" || err == nil && n < 16
}

// ansiNames are the terminal's eight colours in their order; "bright-" before one is the eight after them.
var ansiNames = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// ParseColor reads a colour as people write it: #rgb, #rrggbb, a number of the 256-colour table, one of the terminal's
// own by name (red, bright-red), or none for what the terminal has without any.
func ParseColor(s string) (string, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	if word == "none" {
		return "", nil
	}
	if hex, ok := strings.CutPrefix(word, "#"); ok {
		if _, err := strconv.ParseUint(hex, 16, 32); err == nil && (len(hex) == 3 || len(hex) == 6) {
			return word, nil
		}
	} else if n, err := strconv.Atoi(word); err == nil && n >= 0 && n < 256 {
		return strconv.Itoa(n), nil
	}
	name, bright := strings.CutPrefix(word, "bright-")
	if i := slices.Index(ansiNames, name); i >= 0 {
		if bright {
			i += 8
		}
		return strconv.Itoa(i), nil
	}
	return "", fmt.Errorf("expected a colour: #rrggbb, 0 to 255, %s, bright-red and so on, or none", strings.Join(ansiNames, ", "))
}
