package dlmon

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dlmon/sources/testserver"
)

// fenced is the first fenced block of that language in Markdown.
func fenced(t *testing.T, markdown, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(markdown, "```"+language+"\n")
	text, _, end := strings.Cut(rest, "\n```\n")
	if !ok || !end {
		t.Fatalf("no block of %s in\n%s", language, markdown)
	}
	return text
}

// rows are the lines of a section of Markdown.
func rows(markdown, section string) []string {
	_, rest, _ := strings.Cut(markdown, "\n## "+section+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	return strings.Split(rest, "\n")
}

// TestTheCommandOfAHandoffBringsThePageBack writes a page down, runs the command that stands in it, later, and finds the
// same page with the same numbers.
func TestTheCommandOfAHandoffBringsThePageBack(t *testing.T) {
	server := testserver.Prometheus(t, realConfig, map[string]string{
		"rules.yml": "groups: []\n", "backfill.om": history(time.Now().Truncate(15 * time.Second)),
	})
	for _, page := range [][]string{{"--page", "overview"}, {"--page", "tenants", "--tenant", "acme"}, {"--page", "business", "--window", "15m"}} {
		t.Run(strings.Join(page, " "), func(t *testing.T) {
			snapshot := append([]string{"snapshot", "--format", "markdown", "--vocabulary", "guide", "--prometheus-url", server.URL}, page...)
			first := execute(t, nil, snapshot...).out
			command := strings.Fields(fenced(t, first, "sh")) // nothing in it needs quotes
			if command[0] != "dlmon" || !slices.Contains(command, "--at") {
				t.Fatalf("the command is %q", command)
			}
			again := execute(t, nil, append([]string{"snapshot", "--format", "markdown"}, command[1:]...)...).out
			if !strings.Contains(again, "a time chosen by the operator") {
				t.Errorf("it shows the present:\n%.600s", again)
			}
			for _, section := range []string{"Values", "Queries"} {
				was, is := rows(first, section), rows(again, section)
				if len(was) < 5 || !slices.Equal(was, is) {
					t.Errorf("%s were\n%s\nand are\n%s", section, strings.Join(was, "\n"), strings.Join(is, "\n"))
				}
			}
			if got := strings.Fields(fenced(t, again, "sh")); !slices.Equal(got, command) {
				t.Errorf("its own command is %q, was %q", got, command)
			}
			// Under the bars, which tell the present from the past, the screens are the same.
			was, is := strings.Split(fenced(t, first, "text"), "\n")[2:], strings.Split(fenced(t, again, "text"), "\n")[2:]
			for i := range was {
				if i >= len(is) || was[i] != is[i] {
					t.Errorf("line %d was\n%s\nand is\n%s", i, was[i], is[min(i, len(is)-1)])
				}
			}
		})
	}
}
