package tui

// Sentences that name keys name the operator's.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/keys"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// keyNamed finds a key that can be given to something else, by its default name, where a sentence says what it does:
// "0 goes back", "mark it with v", "its link (Y)".
var keyNamed = regexp.MustCompile(`(?:^|[ (;:,])(?:[b-zB-Z0/?:@+\[\]]|f1|tab|space|pgup|pgdown|ctrl\+[bf]) [a-z]{2,}|(?:with|press) (?:[b-zB-Z0/?:@+]|tab|space)\b|\([b-zB-Z/?]\)`)

// What looks so and is not, or is of keys that nobody can change: those where one types or answers a question.
var noKeys = []string{
	"B is as long as A", "B is ", "in B where", "A against B or", "s on critical", "r is Pearson's", "m ago", "h ago", "d ago", "1 w ago", "1 h before", "a space between", ": wait", ": commands", "f1 to f12",
	"y sends it", "y expires it", "tab next field", "ctrl+n and ctrl+p choose", "pgup and pgdown, fill",
}

// sentences are the texts of dlmon's pages that are neither bindings nor hints of a footer, by where they stand.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "keys/") || strings.Contains(path, "pagetest") {
			return err
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		short := map[ast.Expr]bool{} // keys of bindings, hints
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CompositeLit: // hints, keys
				if a, ok := n.Type.(*ast.ArrayType); ok {
					id, ok := a.Elt.(*ast.Ident)
					return !ok || id.Name != "string"
				}
			case *ast.FuncDecl:
				return n.Name.Name != "hints" && n.Name.Name != "foot"
			case *ast.CallExpr:
				switch called(n) {
				case "Footer", "append":
					for _, a := range n.Args {
						short[a] = true
					}
				case "Bind", "bind":
					short[n.Args[0]] = true
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && !short[n] {
					text, _ := strconv.Unquote(n.Value)
					out[files.Position(n.Pos()).String()] = text
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// called is the name of the function that is called.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func TestNoSentenceNamesADefaultKey(t *testing.T) {
	all := sentences(t)
	if len(all) < 1000 {
		t.Fatalf("only %d texts are looked at", len(all))
	}
	for at, text := range all {
		for _, n := range noKeys {
			text = strings.ReplaceAll(text, n, "")
		}
		if key := keyNamed.FindString(text); key != "" {
			t.Errorf("%s: %q names the key of %q: page.Context's Hint names the operator's", at, text, key)
		}
	}
}

// strange gives every action a key of its own that nothing has by default.
func strange() *keys.Map {
	changes := map[string][]string{}
	r := 'А'
	for _, name := range keys.Names() {
		changes[name] = []string{string(r)}
		if r++; r > 'я' && r < 'Ё' {
			r = 'α'
		}
	}
	return keys.New(changes)
}

func TestNoScreenNamesADefaultKeyThatWasMovedAway(t *testing.T) {
	own := strange()
	if c := own.Clashes(); len(c) > 0 {
		t.Fatalf("%v", c)
	}
	for _, sc := range screens {
		r := pagetest.Reader()
		r.SilencesSnap = feedtest.Value(silences(), pagetest.Now)
		o := options(r, themes.Default)
		o.Keys, o.Silencer = own, noSilencer{}
		m := New(o)
		t.Cleanup(m.Close)
		m.Frame(120, 40)
		if sc.open != nil {
			open(m, sc.open)
		}
		for _, k := range sc.keys {
			switch {
			case m.typing() || m.palette.open || m.prompt.open:
				_, cmd := m.Update(pagetest.Key(k))
				run(m, cmd)
			default:
				run(m, m.act(pressOf(k)))
			}
			run(m, m.tellAll(page.DataMsg{}))
		}
		text := ansi.Strip(m.Frame(120, 40))
		for line := range strings.SplitSeq(text, "\n") {
			for _, n := range noKeys {
				line = strings.ReplaceAll(line, n, "")
			}
			if key := keyNamed.FindString(line); key != "" && !strings.Contains(key, " 0") { // of numbers there are many
				t.Errorf("%s: %q in %q", sc.name, key, line)
			}
		}
	}
}

func TestASentenceNamesTheOperatorsKeyOrEndsBeforeIt(t *testing.T) {
	for _, x := range []struct {
		keys  map[string][]string
		press []string
		want  string
		lacks string
	}{
		{nil, []string{"[", "space"}, "the past stands still by itself: 0 goes back to the present", ""},
		{map[string][]string{"global.live": {"!", "f7"}}, []string{"[", "space"}, "by itself: ! goes back to the present", "f7"},
		{map[string][]string{"global.live": {}}, []string{"[", "space"}, "the past stands still by itself ", "goes back"},
		{map[string][]string{"global.live": {}}, []string{"["}, "PAST", "live"},
		{map[string][]string{"global.live": {"!"}}, []string{"["}, "! live", "0 live"},
		{map[string][]string{"global.pause": {"p"}}, []string{"p"}, "p resumes", "space"},
		{map[string][]string{"global.pause": {"p"}}, []string{"space"}, "1 Overview", "PAUSED"},
		{map[string][]string{"global.quit": {"Q"}}, []string{"esc"}, "nothing to go back to · Q quits", ""},
		{map[string][]string{"global.quit": nil}, []string{"esc"}, "nothing to go back to ", "quits"},
		{map[string][]string{"global.tenants": {"ctrl+t"}}, nil, "1 Overview  ctrl+t Tenants", "2 Tenants"},
		{map[string][]string{"global.tenants": nil}, nil, "1 Overview  Tenants", ""},
		{map[string][]string{"move.next": {"$"}}, []string{"/"}, "no rows to filter: $ leads to the next", ""},
		{map[string][]string{"alerts.silence": {"!"}, "global.filter": {"f3"}}, []string{"4", "Z"}, "no filter is set: f3 filters the alerts; ! silences the selected one", ""},
		{map[string][]string{"alerts.copy-link": nil}, []string{"4"}, "runbook  ", "(Y)"},
		{map[string][]string{"traces.mark": {"!"}}, []string{"3", "c"}, "mark both the same (!), or one as A and one as B (!, and ! twice)", ""},
		{map[string][]string{"traces.mark": nil}, []string{"3", "c"}, "mark both the same, or one as A and one as B ", "("},
		{map[string][]string{"trace.match-next": nil}, []string{"3", "enter", "/", "x", "enter"}, "N previous  esc ends", "n next"},
		{map[string][]string{"move.page-up": {"ctrl+y"}, "move.last": nil}, []string{"2", "?"}, "select; ctrl+y, pgdown, home and no key", ""},
		{map[string][]string{"global.wider": {"W"}}, []string{"2", "/", "+"}, "/+", ""},
	} {
		m := withKeys(t, x.keys)
		press(m, x.press...)
		got := ansi.Strip(m.Frame(240, 40))
		if !strings.Contains(got, x.want) || x.lacks != "" && strings.Contains(lineWith(x.want, got), x.lacks) {
			t.Errorf("%v, %v: want %q and no %q:\n%s", x.keys, x.press, x.want, x.lacks, got)
		}
	}
}

// lineWith is the line of a screen that holds a text.
func lineWith(text, screen string) string {
	for line := range strings.SplitSeq(screen, "\n") {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}
