package vocabulary

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Names go into PromQL as they are, so that nothing but a name may pass.
var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// file reads one vocabulary's YAML; every refusal carries file and line.
type file struct {
	path string
	v    *Vocabulary
}

func (f *file) errorf(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.path, n.Line, fmt.Sprintf(format, args...))
}

func (v *Vocabulary) parse(path string, text []byte) error {
	f := &file{path: path, v: v}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return fmt.Errorf("%s:1: empty, expected base or metrics", path)
	}
	v.metrics = map[string]metric{}
	root := doc.Content[0]
	// The base comes first, wherever it is written.
	err := f.each(root, "a mapping", func(key string, k, n *yaml.Node) error {
		if key != "base" {
			return nil
		}
		base, err := f.base(n)
		if err == nil {
			v.job, v.metrics = base.job, base.metrics
		}
		return err
	})
	if err != nil {
		return err
	}
	err = f.each(root, "a mapping", func(key string, k, n *yaml.Node) (err error) {
		switch key {
		case "base":
		case "name":
			v.name, err = f.text(n)
		case "job":
			v.job, err = f.text(n)
		case "metrics":
			err = f.each(n, "concepts with their metrics", f.metric)
		default:
			err = f.errorf(k, "unknown key %q (expected base, name, job or metrics)", key)
		}
		return err
	})
	if err == nil && len(v.metrics) == 0 {
		err = errors.New(path + ":1: no metrics (set base: guide to start from the guide's)")
	}
	return err
}

func (f *file) base(n *yaml.Node) (*Vocabulary, error) {
	name, err := f.text(n)
	if err != nil {
		return nil, err
	}
	if name != Guide && name != ServiceV1 {
		return nil, f.errorf(n, "unknown base %q (expected %s or %s)", name, Guide, ServiceV1)
	}
	return builtin(name)
}

// metric takes one concept: a metric name, "" for not exported, or a mapping of name and labels.
func (f *file) metric(key string, k, n *yaml.Node) error {
	c, ok := find(key)
	if !ok {
		return f.errorf(k, "unknown concept %q (expected one of %s)", key, strings.Join(Concepts(), ", "))
	}
	m := f.v.metrics[key]
	m.labels = maps.Clone(m.labels)
	if n.Kind != yaml.MappingNode {
		name, err := f.text(n)
		if err != nil {
			return err
		}
		return f.set(key, name, m, n)
	}
	name := m.name
	err := f.each(n, "name and labels", func(part string, k, n *yaml.Node) (err error) {
		switch part {
		case "name":
			name, err = f.text(n)
			return err
		case "labels":
			return f.each(n, "labels", func(label string, k, n *yaml.Node) error { return f.label(c, &m, label, k, n) })
		}
		return f.errorf(k, "unknown key %q (expected name or labels)", part)
	})
	if err != nil {
		return err
	}
	if name == "" {
		return f.errorf(k, "%s has no name, and base none to take over", key)
	}
	return f.set(key, name, m, n)
}

func (f *file) set(key, name string, m metric, n *yaml.Node) error {
	if name == "" {
		delete(f.v.metrics, key)
		return nil
	}
	if !metricName.MatchString(name) {
		return f.errorf(n, "%q is not a metric name", name)
	}
	m.name = name
	f.v.metrics[key] = m
	return nil
}

func (f *file) label(c concept, m *metric, label string, k, n *yaml.Node) error {
	if !slices.Contains(c.labels, label) {
		return f.errorf(k, "unknown label %q of %s (expected one of %s)", label, c.name, strings.Join(c.labels, ", "))
	}
	name, err := f.text(n)
	if err != nil {
		return err
	}
	if m.labels == nil {
		m.labels = map[string]string{}
	}
	if name == "" {
		delete(m.labels, label)
		return nil
	}
	if !labelName.MatchString(name) {
		return f.errorf(n, "%q is not a label name", name)
	}
	m.labels[label] = name
	return nil
}

// text is a scalar's text; null is "".
func (f *file) text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", f.errorf(n, "expected a name")
	}
	if n.Tag == "!!null" {
		return "", nil
	}
	return n.Value, nil
}

// each goes through a mapping's entries and refuses a key that comes twice.
func (f *file) each(n *yaml.Node, expected string, do func(key string, k, n *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return f.errorf(n, "expected %s", expected)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if seen[k.Value] {
			return f.errorf(k, "key %q is there twice", k.Value)
		}
		seen[k.Value] = true
		if err := do(k.Value, k, value); err != nil {
			return err
		}
	}
	return nil
}
