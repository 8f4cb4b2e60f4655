package dlmon

import (
	"os"
	"regexp"
	"testing"
)

func TestTheDocumentationNamesEverySetting(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options() {
		row := regexp.MustCompile("(?m)^\\| `--" + o.name + "[ `].*`" + o.env() + "`")
		if !row.Match(text) {
			t.Errorf("no row for --%s and %s", o.name, o.env())
		}
	}
}
