package traces

import (
	"strings"
	"testing"

	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestOfMarkedTracesOnlyThoseThatFailedCountAsFailed(t *testing.T) {
	all := failing()
	c := pagetest.Context(store(all), 120, 30)
	marks := page.OpenAnalysis{Kind: page.AnalysisCauses, Query: acme, A: []string{all[0].id}, B: []string{all[1].id}}
	head, _, _ := strings.Cut(text(opened(NewAnalysis(marks).(*Analysis), c), c), "\n")
	if want(t, head, "2 marked traces  1 failed "); strings.Contains(head, "failed trace") {
		t.Error(head)
	}
}
