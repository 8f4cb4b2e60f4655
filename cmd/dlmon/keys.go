package dlmon

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"dlmon/tui/keys"
)

// keyChange is the keys that a level of the file gives an action.
type keyChange struct {
	keys []string
	line int
}

// keys reads the mapping of actions to keys: one key, or a list of them, which may be empty.
func (p *parser) keys(key string, v *yaml.Node) map[string]keyChange {
	changes := map[string]keyChange{}
	for k, given := range p.pairs(v, key+".") {
		name := key + "." + k.Value
		if _, _, ok := keys.Find(k.Value); !ok {
			p.unknownAction(k, name)
			continue
		}
		given = deref(given)
		nodes := []*yaml.Node{given}
		if given.Kind == yaml.SequenceNode {
			nodes = given.Content
		}
		change := keyChange{line: k.Line}
		for _, n := range nodes {
			n = deref(n)
			if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
				p.fail(n, name, "expected a key such as s or ctrl+s, or a list of them, got %s", kindOf(n))
				continue
			}
			if err := keys.Check(n.Value); err != nil {
				hint := ""
				if near := nearest(n.Value, keys.Named()); near != "" {
					hint = ", did you mean " + near + "?"
				}
				p.fail(n, name, "%v, got %q%s", err, n.Value, hint)
				continue
			}
			change.keys = append(change.keys, n.Value)
		}
		changes[k.Value] = change
	}
	return changes
}

func (p *parser) unknownAction(k *yaml.Node, name string) {
	if near := nearest(k.Value, keys.Names()); near != "" {
		p.fail(k, name, "unknown action, did you mean %s?", near)
		return
	}
	place, _, _ := strings.Cut(k.Value, ".")
	for _, s := range keys.Scopes() {
		if s.ID != place {
			continue
		}
		var known []string
		for _, a := range s.Actions {
			known = append(known, keys.Name(s.ID, a.ID))
		}
		p.fail(k, name, "unknown action, expected one of %s", strings.Join(slices.Sorted(slices.Values(known)), ", "))
		return
	}
	p.fail(k, name, "unknown action; dlmon keys lists them all")
}

// merged are the keys of a context over those of the top level.
func merged(levels ...*level) map[string][]string {
	out := map[string][]string{}
	for _, l := range levels { // lowest first
		for name, c := range l.keys {
			out[name] = c.keys
		}
	}
	return out
}

// keyClashes complains of two actions on one key: at the top level, and in each context together with it.
func (p *parser) keyClashes(f *file) {
	said := map[string]bool{}
	say := func(levels ...*level) {
		for _, c := range keys.New(merged(levels...)).Clashes() {
			line, prefix := 0, ""
			for _, name := range []string{c.Other, c.Name} {
				for _, l := range levels {
					if change, ok := l.keys[name]; ok && keys.Has(change.keys, c.Key) {
						line, prefix = change.line, l.prefix()
					}
				}
			}
			// The same two clash in every context that leaves them as they are.
			at := fmt.Sprint(line, c.Name, c.Other, c.Key)
			if line > 0 && !said[at] {
				said[at] = true
				p.fail(&yaml.Node{Line: line}, prefix+"keys."+c.Name, "%s", c)
			}
		}
	}
	say(f.top)
	for _, name := range slices.Sorted(maps.Keys(f.contexts)) {
		say(f.top, f.contexts[name])
	}
}

func (l *level) prefix() string {
	if l.context == "" {
		return ""
	}
	return "contexts." + l.context + "."
}

func (a *app) keysCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "keys",
		Short: "List all actions and their keys",
		Long:  "List everything a key does, by place, with the names that the config's keys: takes and the keys as they are now.",
		Args:  cobra.NoArgs,
		RunE: a.run(func(context.Context) (int, error) {
			c, err := a.load()
			if err != nil {
				return ExitUsage, err
			}
			return ExitOK, printKeys(a.Stdout, keys.New(c.Keys))
		}),
	}
}

// printKeys writes a line for each action: its name, its keys, what it does; changed keys with the default ones.
func printKeys(w io.Writer, m *keys.Map) error {
	var b strings.Builder
	for i, s := range keys.Scopes() {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n", s.Title)
		for _, a := range s.Actions {
			name := keys.Name(s.ID, a.ID)
			now, what := m.Of(name), a.What
			if !slices.Equal(now, a.Keys) {
				what += " (default: " + strings.Join(a.Keys, " ") + ")"
			}
			shown := strings.Join(now, " ")
			if shown == "" {
				shown = "none"
			}
			fmt.Fprintf(&b, "%-26s %-16s %s\n", name, shown, what)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
