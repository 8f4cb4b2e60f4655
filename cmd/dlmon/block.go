package dlmon

import (
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// block reads one source's mapping: url, timeout, and the HTTP client settings of prometheus.yml beside them. No error
// quotes a value from it, for any may be a secret.
func (p *parser) block(source, key string, k, v *yaml.Node) *block {
	b := &block{line: k.Line, http: config.DefaultHTTPClientConfig}
	before := len(p.errs)
	rest := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: deref(v).Line}
	fields := fieldsOf(reflect.TypeFor[config.HTTPClientConfig]())
	for k, v := range p.pairs(v, key+".") {
		n := deref(v)
		switch k.Value {
		case "url":
			if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
				p.fail(n, key+".url", "expected a URL, got %s", kindOf(n))
			} else if err := checkURL(source, n.Value); err != nil {
				p.fail(n, key+".url", "%s, got %q", err, shownURL(n.Value))
			}
			b.url = n.Value
		case "timeout":
			if err := setDuration(&b.timeout, n.Value, "10s", minTimeout, maxTimeout); err != nil {
				p.fail(n, key+".timeout", "%s, got %s", err, quoted(n))
			}
			b.timeoutLine = n.Line
		default:
			t, ok := fields[k.Value]
			if !ok {
				p.unknown(k, key+".", append(names(fields), "url", "timeout"))
				continue
			}
			p.check(t, key+"."+k.Value, v)
			rest.Content = append(rest.Content, k, v)
		}
	}
	if len(p.errs) > before {
		return b
	}
	// The tree is as HTTPClientConfig wants it, so what can be wrong now is how its parts fit together.
	if err := rest.Decode(&b.http); err != nil {
		p.fail(k, key, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	b.http.SetDirectory(filepath.Dir(p.path))
	return b
}

// check compares a node with the Go type it will be decoded into: unknown keys and wrong kinds.
func (p *parser) check(t reflect.Type, key string, n *yaml.Node) {
	n = deref(n)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[config.URL]():
		u, err := url.Parse(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || u.Host == "" {
			p.fail(n, key, "expected a URL such as http://proxy:3128")
		}
	case t == reflect.TypeFor[config.TLSVersion]():
		versions := names(config.TLSVersions)
		if !slices.Contains(versions, n.Value) {
			p.fail(n, key, "expected one of %s", strings.Join(versions, ", "))
		}
	case t == reflect.TypeFor[config.Headers]():
		for k, v := range p.pairs(n, key+".") {
			p.check(reflect.TypeFor[config.Header](), key+"."+k.Value, v)
		}
	case t.Kind() == reflect.Struct:
		fields := fieldsOf(t)
		for k, v := range p.pairs(n, key+".") {
			if ft, ok := fields[k.Value]; ok {
				p.check(ft, key+"."+k.Value, v)
			} else {
				p.unknown(k, key+".", names(fields))
			}
		}
	case t.Kind() == reflect.Map:
		for k, v := range p.pairs(n, key+".") {
			p.check(t.Elem(), key+"."+k.Value, v)
		}
	case t.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			p.fail(n, key, "expected a list, got %s", kindOf(n))
			return
		}
		for i, v := range n.Content {
			p.check(t.Elem(), key+"."+strconv.Itoa(i), v)
		}
	case t.Kind() == reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			p.fail(n, key, "expected true or false")
		}
	case t.Kind() == reflect.String:
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			p.fail(n, key, "expected a text, got %s", kindOf(n))
		}
	}
}

// fieldsOf are the YAML keys of a struct and their types, inlined structs included. References to a secret manager
// (password_ref ...) are left out: dlmon has none.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case strings.Contains(opts, "inline"):
			for n, ft := range fieldsOf(f.Type) {
				fields[n] = ft
			}
		case name != "" && name != "-" && !strings.HasSuffix(name, "_ref"):
			fields[name] = f.Type
		}
	}
	return fields
}

func names[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// nearest is the known word that a misspelt one most likely means; "" when none is near. A third of the letters may be
// wrong, of a name with dots a third of those after the last: what is before it is a place, and most often right.
func nearest(word string, known []string) string {
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }
	best, least := "", max(1, len(word[strings.LastIndexByte(word, '.')+1:])/3)+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		d := distance(fold(word), fold(k))
		if strings.HasSuffix(fold(k), "-"+fold(word)) || strings.HasPrefix(fold(k), fold(word)+"-") {
			d = min(d, 1)
		}
		if d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
