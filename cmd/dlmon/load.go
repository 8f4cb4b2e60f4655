package dlmon

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/common/config"
	"github.com/spf13/pflag"
)

// inputs are the three places that settings come from.
type inputs struct {
	flags *pflag.FlagSet
	env   func(string) (string, bool)
	// snapshot tells that they are a snapshot's.
	snapshot bool
}

// text is the value of a setting on the command line or in the environment, with its origin.
func (in inputs) text(name string) (value, from string, ok bool) {
	if f := in.flags.Lookup(name); f != nil && f.Changed {
		return f.Value.String(), "flag", true
	}
	env := option{name: name}.env()
	if v, ok := in.env(env); ok && v != "" {
		return v, "env " + env, true
	}
	if name == "no-color" {
		// https://no-color.org: present and not empty, whatever its value.
		if v, ok := in.env("NO_COLOR"); ok && v != "" {
			return "true", "env NO_COLOR", true
		}
	}
	return "", "", false
}

// where is how an error names a setting of the command line or the environment.
func where(name, from string) string {
	if env, ok := strings.CutPrefix(from, "env "); ok {
		return env
	}
	return "--" + name
}

// load makes the effective configuration, or all that is wrong with it.
func load(in inputs) (*Config, error) {
	c := &Config{
		Tags:    map[string][]string{"tenant": {"tenant_id", "tenant.id"}},
		origins: map[string]origin{}, snapshot: in.snapshot,
	}
	f, err := readFile(in)
	if err != nil {
		return nil, err
	}
	c.File = f.path
	name, from, named := in.text("context")
	if !named {
		name, from = f.current, "file"
	}
	if name != "" && f.contexts[name] == nil {
		at := where("context", from)
		if !named {
			at = fmt.Sprintf("%s:%d: current-context", f.path, f.currentLine)
		}
		return nil, fmt.Errorf("%s: expected %s, got %q", at, oneOfContexts(f), name)
	}
	c.Context = name
	// Highest first; the first that has a key wins.
	levels := []*level{f.top}
	if name != "" {
		levels = []*level{f.contexts[name], f.top}
	}

	var errs []error
	for _, o := range options() {
		if value, from, ok := in.text(o.name); ok {
			if err := o.set(c, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", where(o.name, from), got(o, err, value)))
			}
			c.origins[o.name] = origin{from}
			continue
		}
		if err := o.fromFile(c, levels, in.env); err != nil {
			errs = append(errs, err)
		}
	}
	c.origins["tags"] = origin{"default"}
	for _, l := range slices.Backward(levels) {
		for concept, names := range l.tags {
			c.Tags[concept] = names
		}
		if l.tags != nil {
			c.origins["tags"] = l.origin(l.tagsLine)
		}
	}
	c.Keys, c.origins["keys"] = map[string][]string{}, origin{"default"}
	for _, l := range slices.Backward(levels) {
		maps.Copy(c.Keys, merged(l))
		if l.keys != nil {
			c.origins["keys"] = l.origin(l.keysLine)
		}
	}
	for _, name := range sourceNames {
		if err := c.loadSource(name, levels); err != nil {
			errs = append(errs, err)
		}
	}
	if c.Theme != "" { // else it is among the errors
		if err := c.loadTheme(in.env); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c, nil
}

// fromFile takes the option's value from the first level that has it, else its default.
func (o option) fromFile(c *Config, levels []*level, env func(string) (string, bool)) error {
	for _, l := range levels {
		if s, ok := l.settings[o.name]; ok {
			c.origins[o.name] = l.origin(s.line)
			return o.set(c, s.text) // checked when the file was read
		}
	}
	c.origins[o.name] = origin{"default"}
	if o.name == "ascii" {
		if variable := asciiLocale(env); variable != "" {
			c.origins[o.name] = origin{"default, for " + variable + " is not UTF-8"}
			c.ASCII = true
			return nil
		}
	}
	if o.def == "" {
		return nil
	}
	return o.set(c, o.def)
}

// loadSource adds a source's block to its URL, which is already there. Credentials are never sent to a server they
// were not written for: a block that names another server than the URL is left out.
func (c *Config) loadSource(name string, levels []*level) error {
	s := c.source(name)
	s.HTTP, s.Timeout = config.DefaultHTTPClientConfig, defaultTimeout
	c.origins[name+".url"] = c.origins[name+"-url"]
	c.origins[name] = origin{"default"}
	c.origins[name+".timeout"] = origin{"default"}
	for _, l := range levels {
		b := l.blocks[name]
		if b == nil {
			continue
		}
		if b.url != "" && !sameServer(b.url, s.URL) {
			c.origins[name] = origin{fmt.Sprintf("default; %s is for another server", l.origin(b.line).text)}
			break
		}
		s.HTTP, c.origins[name] = b.http, l.origin(b.line)
		if b.timeout > 0 {
			s.Timeout, c.origins[name+".timeout"] = b.timeout, l.origin(b.timeoutLine)
		}
		break
	}
	return s.moveUser(name)
}

// moveUser turns http://user:password@host into basic auth, so that no URL carries credentials from here on.
func (s *Source) moveUser(name string) error {
	u, err := url.Parse(s.URL)
	if err != nil || u.User == nil {
		return nil
	}
	if s.HTTP.BasicAuth != nil || s.HTTP.Authorization != nil || s.HTTP.OAuth2 != nil {
		return fmt.Errorf("%s: expected either user and password in the URL or credentials in its block, got both", name)
	}
	password, _ := u.User.Password()
	s.HTTP.BasicAuth = &config.BasicAuth{Username: u.User.Username(), Password: config.Secret(password)}
	u.User = nil
	s.URL = u.String()
	return nil
}

// readFile reads the config file: a named one must be there, the default one may be missing.
func readFile(in inputs) (*file, error) {
	path, from, named := in.text("config")
	if !named {
		if path = defaultPath(in.env); path == "" {
			return emptyFile(), nil
		}
	}
	text, err := os.ReadFile(path)
	switch {
	case err != nil && !named && errors.Is(err, os.ErrNotExist):
		return emptyFile(), nil
	case err != nil && named:
		return nil, fmt.Errorf("%s: %w", where("config", from), err)
	case err != nil:
		return nil, err
	}
	return parseFile(path, text)
}

// defaultPath is where the config file is looked for; "" when the environment names no home.
func defaultPath(env func(string) (string, bool)) string {
	if dir, _ := env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "dlmon", "config.yaml")
	}
	if home, _ := env("HOME"); home != "" {
		return filepath.Join(home, ".config", "dlmon", "config.yaml")
	}
	return ""
}

// asciiLocale is the variable that sets a locale without UTF-8; "" when none does. An environment without any locale
// is taken for a modern one.
func asciiLocale(env func(string) (string, bool)) string {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := env(name); v != "" {
			v = strings.ToLower(v)
			if strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") {
				return ""
			}
			return name
		}
	}
	return ""
}
