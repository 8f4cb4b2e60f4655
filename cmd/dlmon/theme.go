package dlmon

// Themes of the operator's own: NAME.yaml in the folder themes beside the config file.

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"dlmon/themes"
)

// themeName is what a theme may be called: a file's name without its ending, never a path.
var themeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func setTheme(to *string, s string) error {
	if !themeName.MatchString(s) {
		return errors.New("expected the name of a theme (letters, digits, . _ -) such as " + strings.Join(themes.Names(), ", "))
	}
	*to = s
	return nil
}

// loadTheme reads the theme that the config names, unless it is built in. A file of a built-in theme's name is refused:
// whoever wrote it would wait in vain for its colours.
func (c *Config) loadTheme(env func(string) (string, bool)) error {
	dirs := themeDirs(c.File, env)
	builtIn := slices.Contains(themes.Names(), c.Theme)
	for _, dir := range dirs {
		path := filepath.Join(dir, c.Theme+".yaml")
		text, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), builtIn && err != nil:
			continue
		case builtIn:
			return fmt.Errorf("%s: the theme %s is built in, and this file is not read; give it another name", path, c.Theme)
		case err != nil:
			return fmt.Errorf("theme: %w", err)
		}
		custom, err := parseTheme(c.Theme, path, text)
		c.custom = &custom
		return err
	}
	if builtIn {
		return nil
	}
	names := append(themes.Names(), themesIn(dirs)...)
	name, hint := strings.TrimSuffix(c.Theme, ".yaml"), ""
	if near := nearest(name, names); name != c.Theme {
		hint = "; leave out .yaml"
	} else if near != "" {
		hint = ", did you mean " + near + "?"
	}
	return fmt.Errorf("%s: expected one of %s, or a theme of your own, %s.yaml in %s, got %q%s",
		c.place("theme"), strings.Join(names, ", "), name, strings.Join(dirs, " or "), c.Theme, hint)
}

// themeDirs are where themes are looked for: beside the config file that was read, and beside the default one.
func themeDirs(file string, env func(string) (string, bool)) []string {
	var dirs []string
	for _, path := range []string{file, defaultPath(env)} {
		if dir := filepath.Join(filepath.Dir(path), "themes"); path != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// themesIn are the names of the themes in folders, of which some may not be there, as far as they can be asked for.
func themesIn(dirs []string) []string {
	var names []string
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.yaml")) // its only error is a bad pattern
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".yaml")
			if themeName.MatchString(name) && !slices.Contains(themes.Names(), name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// parseTheme reads a theme, or says all that is wrong with it.
func parseTheme(name, path string, text []byte) (themes.Custom, error) {
	t := themes.Custom{Name: name}
	p := &parser{path: path}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return t, fmt.Errorf("%s: %s", path, syntaxError(err))
	}
	if len(doc.Content) == 0 {
		return t, fmt.Errorf("%s: expected colours such as ok: \"#7fd962\", got nothing", path)
	}
	root := deref(doc.Content[0])
	if root.Kind != yaml.MappingNode {
		return t, fmt.Errorf("%s:%d: expected colours such as ok: \"#7fd962\", got %s", path, root.Line, kindOf(root))
	}
	// What stands at the top goes for both grounds, whatever the order.
	grounds := map[string]*yaml.Node{}
	both := p.colors(root, "", themes.Colors{}, &t, grounds)
	t.Dark, t.Light = both, both
	if n := grounds["dark"]; n != nil {
		t.Dark = p.colors(n, "dark.", both, nil, nil)
	}
	if n := grounds["light"]; n != nil {
		t.Light = p.colors(n, "light.", both, nil, nil)
	}
	return t, errors.Join(p.errs...)
}

// colors reads the colours of one mapping on top of others. At the top of the file theme is set, and what stands there
// for one ground is put into grounds.
func (p *parser) colors(n *yaml.Node, prefix string, over themes.Colors, theme *themes.Custom, grounds map[string]*yaml.Node) themes.Colors {
	out := over
	out.Roles = map[string]string{}
	maps.Copy(out.Roles, over.Roles)
	known := append(themes.Roles(), "series", "heat", "strong")
	if theme != nil {
		known = append(known, "base", "dark", "light")
	}
	for k, v := range p.pairs(n, prefix) {
		key, v := prefix+k.Value, deref(v)
		switch {
		case slices.Contains(themes.Roles(), k.Value):
			if c, ok := p.color(key, v); ok {
				out.Roles[k.Value] = c
			}
		case k.Value == "series":
			out.Series = p.colorList(key, v)
		case k.Value == "heat":
			out.Heat = p.colorList(key, v)
		case k.Value == "strong":
			if v.Kind != yaml.ScalarNode || v.Tag != "!!bool" {
				p.fail(v, key, "expected true or false, got %s", quoted(v))
				continue
			}
			strong := v.Value == "true"
			out.Strong = &strong
		case theme != nil && k.Value == "base":
			if !slices.Contains(themes.Bases(), v.Value) {
				p.fail(v, key, "expected one of %s, got %s", strings.Join(themes.Bases(), ", "), quoted(v))
				continue
			}
			theme.Base = v.Value
		case theme != nil && (k.Value == "dark" || k.Value == "light"):
			grounds[k.Value] = v
		default:
			p.unknown(k, prefix, known)
		}
	}
	return out
}

func (p *parser) color(key string, v *yaml.Node) (string, bool) {
	if v.Kind == yaml.ScalarNode {
		text := v.Value
		if v.Tag == "!!null" {
			text = "" // YAML reads an unquoted # as a comment
		}
		c, err := themes.ParseColor(text)
		if err == nil {
			return c, true
		}
		if text == "" {
			p.fail(v, key, "%s, got nothing (a colour that begins with # needs quotes)", err)
		} else {
			p.fail(v, key, "%s, got %q", err, text)
		}
		return "", false
	}
	p.fail(v, key, "expected one colour, got %s", kindOf(v))
	return "", false
}

func (p *parser) colorList(key string, v *yaml.Node) []string {
	if v.Kind != yaml.SequenceNode || len(v.Content) == 0 {
		p.fail(v, key, "expected a list of colours such as [\"#5fafff\", 214, green], got %s", quoted(v))
		return nil
	}
	var out []string
	for i, n := range v.Content {
		if c, ok := p.color(fmt.Sprintf("%s.%d", key, i), deref(n)); ok {
			out = append(out, c)
		}
	}
	return out
}
