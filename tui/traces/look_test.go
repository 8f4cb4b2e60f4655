package traces

import (
	"slices"
	"strings"
	"testing"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/page"
)

func TestATraceThatDidNotComeWholeIsMarked(t *testing.T) {
	traces := []sources.TraceSummary{summary("whole", 10, 0), summary("cut", 20, 0), summary("failed", 30, 2)}
	for i := range traces[1:] {
		traces[1+i].Spans, traces[1+i].Cut = 1000, "the answer broke off after 1,000 spans: gone"
	}
	for _, ascii := range []bool{false, true} {
		l, c, _ := listOf(traces, page.TraceQuery{Errors: true}, 80, 15)
		c.Styles, _ = themes.Load("", true, false, ascii)
		got := text(l, c)
		if !strings.Contains(got, "2 traces did not come whole: the answer broke off after 1,000 spans: gone") || strings.Contains(got, "none of these") {
			t.Errorf("it is not said why:\n%s", got)
		}
		for _, line := range strings.Split(got, "\n") {
			fields := strings.Fields(line)
			switch {
			case strings.Contains(line, "op-whole") && (!slices.Contains(fields, "3") || strings.Contains(line, "+") || slices.Contains(fields, c.Styles.Glyphs.Stale)),
				strings.Contains(line, "op-cut") && (!slices.Contains(fields, "1000+") || !slices.Contains(fields, "0+") || !slices.Contains(fields, c.Styles.Glyphs.Stale)),
				strings.Contains(line, "op-failed") && (!slices.Contains(fields, "1000+") || !slices.Contains(fields, "2+") || !slices.Contains(fields, c.Styles.Glyphs.Critical)):
				t.Errorf("%q", line)
			}
		}
		if strings.Count(got, "op-") != 3 {
			t.Errorf("%s", got)
		}
	}
}
