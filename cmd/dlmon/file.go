package dlmon

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// file is a config file, read and checked but not yet merged.
type file struct {
	path        string
	top         *level
	contexts    map[string]*level
	current     string
	currentLine int
}

// level is the file's top level or one of its contexts.
type level struct {
	file     string
	context  string // "" for the top level
	settings map[string]setting
	blocks   map[string]*block
	tags     map[string][]string
	tagsLine int
	keys     map[string]keyChange // by the action's full name
	keysLine int
}

// setting is one checked scalar of the file.
type setting struct {
	text string
	line int
}

// block is one source's mapping.
type block struct {
	line        int
	url         string
	http        config.HTTPClientConfig
	timeout     time.Duration // 0: not given
	timeoutLine int
}

func (l *level) origin(line int) origin {
	text := fmt.Sprintf("file %s:%d", l.file, line)
	if l.context != "" {
		text += " (context " + l.context + ")"
	}
	return origin{text}
}

func emptyFile() *file { return &file{top: &level{}} }

// parser collects everything that is wrong with a file.
type parser struct {
	path string
	errs []error
}

func (p *parser) fail(n *yaml.Node, key, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %s: %s", p.path, n.Line, key, fmt.Sprintf(format, args...)))
}

// parseFile checks the whole file, contexts that are not used included.
func parseFile(path string, text []byte) (*file, error) {
	p := &parser{path: path}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %s", path, syntaxError(err))
	}
	f := emptyFile()
	f.path, f.top.file = path, path
	if len(doc.Content) == 0 {
		return f, nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return f, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: expected settings such as window: 1h, got %s", path, root.Line, kindOf(root))
	}
	f.top = p.level(root, "", f)
	p.keyClashes(f)
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return f, nil
}

// syntaxError is YAML's own complaint, without the one text of the file that it may quote: a password that begins with
// an asterisk reads as an alias.
func syntaxError(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.Contains(text, "unknown anchor") {
		return "unknown anchor; a value that begins with * needs quotes"
	}
	return text
}

// level reads the top level (f is set) or a context (f is nil).
func (p *parser) level(n *yaml.Node, context string, f *file) *level {
	l := &level{file: p.path, context: context, settings: map[string]setting{}, blocks: map[string]*block{}}
	prefix := ""
	if context != "" {
		prefix = "contexts." + context + "."
	}
	byName := map[string]option{}
	known := append([]string{"keys", "tags"}, sourceNames...)
	for _, o := range options() {
		byName[o.name] = o
		known = append(known, o.name)
	}
	if f != nil {
		known = append(known, "contexts", "current-context")
	}
	for k, v := range p.pairs(n, prefix) {
		key := prefix + k.Value
		o, isOption := byName[k.Value]
		switch {
		case isOption:
			p.scalar(l, o, key, v)
		case slices.Contains(sourceNames, k.Value):
			l.blocks[k.Value] = p.block(k.Value, key, k, v)
		case k.Value == "tags":
			l.tags, l.tagsLine = p.tags(key, v), k.Line
		case k.Value == "keys":
			l.keys, l.keysLine = p.keys(key, v), k.Line
		case k.Value == "contexts" && f != nil:
			p.contexts(f, v)
		case k.Value == "current-context" && f != nil:
			if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
				p.fail(v, key, "expected the name of a context, got %s", kindOf(v))
				continue
			}
			f.current, f.currentLine = v.Value, v.Line
		default:
			p.unknown(k, prefix, known)
		}
	}
	for _, name := range sourceNames {
		b := l.blocks[name]
		if b == nil || b.url == "" {
			continue
		}
		if s, twice := l.settings[name+"-url"]; twice {
			p.fail(&yaml.Node{Line: s.line}, prefix+name+"-url", "expected once, got it in line %d as %s.url too", b.line, name)
			continue
		}
		l.settings[name+"-url"] = setting{b.url, b.line}
	}
	return l
}

func (p *parser) scalar(l *level, o option, key string, v *yaml.Node) {
	v = deref(v)
	if o.list && v.Kind == yaml.SequenceNode {
		if v = p.joined(o, key, v); v == nil {
			return
		}
	}
	if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
		p.fail(v, key, "%s", got2(o, kindOf(v)))
		return
	}
	if o.toggle && v.Tag != "!!bool" {
		p.fail(v, key, "expected true or false, got %s", quoted(v))
		return
	}
	value := v.Value
	if o.name == "log-file" || (o.name == "vocabulary" && strings.ContainsAny(value, "/.")) {
		// Paths in a file are the file's, wherever dlmon is started.
		value = config.JoinDir(filepath.Dir(p.path), value)
	}
	if err := o.set(&Config{}, value); err != nil {
		p.fail(v, key, "%s", got(o, err, v.Value))
		return
	}
	l.settings[o.name] = setting{value, v.Line}
}

// joined is a list as the text that flags and variables write it as; nil if it holds more than texts.
func (p *parser) joined(o option, key string, list *yaml.Node) *yaml.Node {
	var texts []string
	for _, n := range list.Content {
		n = deref(n)
		if n.Kind != yaml.ScalarNode || n.Value == "" {
			p.fail(n, key, "%s", got2(o, quoted(n)))
			return nil
		}
		texts = append(texts, n.Value)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.Join(texts, ","), Line: list.Line}
}

// got2 says what an option expects when it was given no scalar at all.
func got2(o option, kind string) string {
	expected := "expected a text"
	if err := o.set(&Config{}, "\x00"); err != nil {
		expected = err.Error()
	}
	return expected + ", got " + kind
}

func (p *parser) contexts(f *file, v *yaml.Node) {
	f.contexts = map[string]*level{}
	for k, c := range p.pairs(v, "contexts.") {
		if deref(c).Kind != yaml.MappingNode {
			p.fail(c, "contexts."+k.Value, "expected settings such as prometheus-url, got %s", kindOf(c))
			continue
		}
		f.contexts[k.Value] = p.level(c, k.Value, nil)
	}
}

func (p *parser) tags(key string, v *yaml.Node) map[string][]string {
	tags := map[string][]string{}
	for k, list := range p.pairs(v, key+".") {
		list = deref(list)
		var names []string
		ok := list.Kind == yaml.SequenceNode && len(list.Content) > 0
		for _, n := range list.Content {
			n = deref(n)
			ok = ok && n.Kind == yaml.ScalarNode && n.Value != ""
			names = append(names, n.Value)
		}
		if !ok {
			p.fail(list, key+"."+k.Value, "expected a list of span tags such as [tenant_id, tenant.id], got %s", quoted(list))
			continue
		}
		tags[k.Value] = names
	}
	return tags
}

// pairs walks a mapping's keys and values in their order, and complains of what is no mapping and of keys given twice.
func (p *parser) pairs(n *yaml.Node, prefix string) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		n = deref(n)
		if n.Kind != yaml.MappingNode {
			p.fail(n, strings.TrimSuffix(prefix, "."), "expected keys and values, got %s", kindOf(n))
			return
		}
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if line, twice := seen[k.Value]; twice {
				p.fail(k, prefix+k.Value, "expected once, got it in line %d too", line)
				continue
			}
			seen[k.Value] = k.Line
			if !yield(k, n.Content[i+1]) {
				return
			}
		}
	}
}

func (p *parser) unknown(k *yaml.Node, prefix string, known []string) {
	if near := nearest(k.Value, known); near != "" {
		p.fail(k, prefix+k.Value, "unknown key, did you mean %s?", near)
		return
	}
	p.fail(k, prefix+k.Value, "unknown key, expected one of %s", strings.Join(slices.Sorted(slices.Values(known)), ", "))
}

func oneOfContexts(f *file) string {
	if len(f.contexts) == 0 {
		return "a context of the config file, which has none"
	}
	return "one of " + strings.Join(slices.Sorted(maps.Keys(f.contexts)), ", ")
}

func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// kindOf says what a node is, without its value.
func kindOf(n *yaml.Node) string {
	switch n = deref(n); {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		return "an empty list"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	}
	return "a single value"
}

// quoted shows a scalar's value, of anything else its kind. Not for places where a secret may stand.
func quoted(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return fmt.Sprintf("%q", n.Value)
	}
	return kindOf(n)
}
