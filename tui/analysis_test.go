package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// carry does what a command says, the sums of an analysis and their result included.
func carry(m *Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			carry(m, c)
		}
	case page.OpenAnalysis, page.OpenTraces, page.OpenTrace, page.Computed:
		_, next := m.Update(msg)
		carry(m, next)
	}
}

func hit(m *Model, name string) {
	_, cmd := m.Update(pagetest.Key(name))
	carry(m, cmd)
}

func TestAnAnalysisOfWhatIsReadAlreadyIsThereAtOnceAndEscapeLeadsBack(t *testing.T) {
	m, sub := newModel(t, pagetest.Reader(), 120, 40)
	hit(m, "3")
	list := m.nav.top()
	for _, k := range []struct{ key, want string }{
		{"d", "against the others"}, {"o", "critical"}, {"e", "what went wrong"}, {"w", "deeplake-api"},
	} {
		hit(m, k.key)
		if got := ansi.Strip(content(m)); m.nav.top() == list || !strings.Contains(got, k.want) {
			t.Errorf("%s: no %q in\n%s", k.key, k.want, got)
		}
		read := 0
		for _, w := range sub.wants[len(sub.wants)-1] {
			if w.Kind == feed.Trace {
				read++
			}
		}
		if read == 0 {
			t.Errorf("%s wants no traces", k.key)
		}
		hit(m, "esc")
		if m.nav.top() != list {
			t.Errorf("esc leads from %s to a %T", k.key, m.nav.top())
		}
	}
}

func TestANewWindowBringsNewSums(t *testing.T) {
	r := pagetest.Reader()
	day := sources.TraceSummary{ID: "day", Operation: "once.a.day", Spans: 1}
	r.TraceFunc = func(id string) sources.Snapshot[*tracing.Analysis] {
		tr := pagetest.Trace(id)
		if id == day.ID {
			tr.Spans[0].Operation = day.Operation
		}
		return feedtest.Value(tracing.Analyze(tr), pagetest.Now)
	}
	hour := r.SearchFunc
	r.SearchFunc = func(q feed.Request) sources.Snapshot[[]sources.TraceSummary] {
		s := hour(q)
		if q.Window > time.Hour {
			s.Value = append(s.Value, day)
		}
		return s
	}
	m, _ := newModel(t, r, 120, 40)
	hit(m, "3")
	hit(m, "o")
	if strings.Contains(content(m), day.Operation) {
		t.Fatal("the longer window's trace is there before it is asked for")
	}
	hit(m, "+")
	if got := ansi.Strip(content(m)); !strings.Contains(got, day.Operation) {
		t.Errorf("the window is longer, the sums are the old ones:\n%s", got)
	}
}

func TestToAndFroBetweenAnalysesTheWayBackGrowsNoLonger(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	hit(m, "3")
	hit(m, "d")
	first := m.nav.top()
	for _, k := range []string{"o", "e", "w", "d", "o", "d"} {
		hit(m, k)
	}
	if m.nav.top() != first || len(m.nav.stack) != 2 {
		t.Errorf("%d deep, %s on top", len(m.nav.stack), m.nav.top().Title())
	}
	hit(m, "esc")
	if len(m.nav.stack) != 1 {
		t.Errorf("esc leads to %s", m.nav.top().Title())
	}
}
