package keys

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the list of docs/keys.md")

// The list stands in the page between these lines.
const (
	docs  = "../../docs/keys.md"
	begin = "<!-- the list of actions: go test ./tui/keys -update -->\n"
	end   = "<!-- end of the list -->\n"
)

// table is the list of all actions as Markdown.
func table() string {
	var b strings.Builder
	for _, s := range Scopes() {
		fmt.Fprintf(&b, "\n### %s\n\n| action | keys | what |\n|---|---|---|\n", s.Title)
		for _, a := range s.Actions {
			keys := make([]string, len(a.Keys))
			for i, k := range a.Keys {
				keys[i] = "`" + k + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", Name(s.ID, a.ID), strings.Join(keys, " "), a.What)
		}
	}
	return b.String() + "\n"
}

func TestTheDocumentationListsEveryActionAsItIs(t *testing.T) {
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), begin)
	list, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no list between its marks", docs)
	}
	if *update {
		if err := os.WriteFile(docs, []byte(before+begin+table()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if list != table() {
		t.Errorf("%s is not what the registry has: go test ./tui/keys -update rewrites its list", docs)
	}
}
