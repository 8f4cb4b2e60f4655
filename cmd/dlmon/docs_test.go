package dlmon

import (
	"os"
	"strings"
	"testing"
)

func TestTheDocumentationNamesEverySetting(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options() {
		row := "| `--" + o.name
		if i := strings.Index(string(text), row); i < 0 || !strings.Contains(strings.SplitN(string(text)[i:], "\n", 2)[0], "`"+o.env()+"`") {
			t.Errorf("no row for --%s and %s", o.name, o.env())
		}
	}
}
