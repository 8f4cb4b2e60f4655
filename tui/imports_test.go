package tui

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// maxLines is how long a file may grow.
const maxLines = 400

// rules say which packages may not import which: both sides are prefixes of import paths within the module, except
// that the left one's own package is always allowed.
var rules = []struct {
	from, why string
	not       []string
}{
	{"dlmon/sources", "the sources know no screen", []string{"dlmon/tui", "dlmon/themes", "dlmon/cmd", "charm.land/bubbletea", "charm.land/lipgloss", "charm.land/bubbles"}},
	{"dlmon/themes", "themes know styles only", []string{"dlmon/", "charm.land/bubbletea", "charm.land/bubbles"}},
	{"dlmon/tui", "the screen asks no server", []string{
		"dlmon/sources/prometheus", "dlmon/sources/jaeger", "dlmon/sources/health", "dlmon/sources/alertmanager", "dlmon/sources/transport",
		"dlmon/cmd", "net/http", "google.golang.org/grpc"}},
	{"dlmon/tui/chart", "charts know no theme", []string{"dlmon/themes", "dlmon/tui/page", "dlmon/tui/panel", "charm.land/"}},
}

// demo is a program of its own, which starts the command line like main does.
const demo = "dlmon/sources/demo"

// siblings may not import each other.
var siblings = [][]string{
	{"dlmon/sources/prometheus", "dlmon/sources/jaeger", "dlmon/sources/health", "dlmon/sources/alertmanager"},
	{"dlmon/tui/grid", "dlmon/tui/tenants", "dlmon/tui/tenant", "dlmon/tui/traces", "dlmon/tui/trace", "dlmon/tui/alerts", "dlmon/tui/health"},
}

// goFile is one file of the module and what it imports.
type goFile struct {
	name, pkg string
	imports   []string
	lines     int
}

func TestImportsPointOneWay(t *testing.T) {
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		for _, imp := range f.imports {
			for _, r := range rules {
				if under(f.pkg, r.from) && !under(f.pkg, demo) {
					for _, not := range r.not {
						if imp != f.pkg && (under(imp, strings.TrimSuffix(not, "/")) || strings.HasSuffix(not, "/") && strings.HasPrefix(imp, not)) {
							t.Errorf("%s imports %s: %s", f.name, imp, r.why)
						}
					}
				}
			}
			for _, group := range siblings {
				for _, a := range group {
					for _, b := range group {
						if a != b && under(f.pkg, a) && under(imp, b) {
							t.Errorf("%s imports its sibling %s", f.name, imp)
						}
					}
				}
			}
		}
	}
}

func TestNoFileGrowsPastWhatOneReadsAtOnce(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.lines > maxLines {
			t.Errorf("%s has %d lines, more than %d", f.name, f.lines, maxLines)
		}
	}
}

// under tells whether a package is p or lies below it; a version suffix (bubbletea/v2) counts as below.
func under(pkg, p string) bool { return pkg == p || strings.HasPrefix(pkg, p+"/") }

// goFiles are all Go files of the repository, both modules.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var out []goFile
	root := ".."
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != root || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		f := goFile{name: rel, pkg: path.Join("dlmon", filepath.ToSlash(filepath.Dir(rel))), lines: bytes.Count(text, []byte{'\n'})}
		for _, i := range parsed.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, p)
		}
		out = append(out, f)
		return nil
	})
	if err != nil || len(out) < 20 {
		t.Fatalf("found %d files: %v", len(out), err)
	}
	return out
}
