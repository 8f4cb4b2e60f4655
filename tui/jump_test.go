package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
	"dlmon/tui/traces"
)

var latencyQuery = page.TraceQuery{Title: "Latency", Histogram: "search_latency_seconds_bucket"}

// run does what a command says, and what follows from it.
func run(m *Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			run(m, c)
		}
	case page.OpenTraces, page.OpenTrace, page.OpenExemplar, page.OpenSearch, page.OpenAnalysis, page.OpenPanel, page.OpenPage, page.OpenTenant, page.OpenTenants, page.Back,
		page.Notice, page.Computed, page.SetRange, page.SetCursor, page.MoveCursor, settledMsg, tenantsMsg:
		_, next := m.Update(msg)
		run(m, next)
	}
}

// open sends an intent to the root.
func open(m *Model, intent tea.Msg) { run(m, page.Send(intent)) }

// isTrace tells whether p shows one trace.
func isTrace(p page.Page) bool { return strings.HasPrefix(fmt.Sprintf("%T", p), "*trace.") }

// data tells the root that snapshots changed, and carries out what the pages make of it. The root's own command waits
// for the next such news, so that it must not be run.
func data(m *Model) {
	sub := m.sub
	m.sub = nil
	_, cmd := m.Update(page.DataMsg{})
	m.sub = sub
	run(m, cmd)
}

func exemplarsOf(r *feedtest.Reader, ids ...string) {
	all := []sources.Exemplar{}
	for i, id := range ids {
		all = append(all, sources.Exemplar{TraceID: id, Value: float64(i), At: pagetest.Now})
	}
	r.ExemplarsFunc = func(feed.Request) sources.Snapshot[[]sources.Exemplar] { return feedtest.Value(all, pagetest.Now) }
}

func TestWhatIsKnownAlreadyOpensAtOnce(t *testing.T) {
	r := pagetest.Reader()
	exemplarsOf(r, "4bf92f3577b34da6a3ce929d0e0e4736")
	m, _ := newModel(t, r, 120, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	if !isTrace(m.nav.top()) || len(m.nav.stack) != 2 {
		t.Errorf("the screen shows a %T, %d deep: no news came, and none will", m.nav.top(), len(m.nav.stack))
	}
}

func TestTheNextExemplarsTraceTakesThePlaceOfTheOneThatTheJumpOpened(t *testing.T) {
	r := pagetest.Reader()
	exemplarsOf(r, "4bf92f3577b34da6a3ce929d0e0e4736", "4bf92f3577b34da6a3ce929d0e0e4737")
	m, _ := newModel(t, r, 120, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	first := m.nav.top()
	_, cmd := m.Update(pagetest.Key("t"))
	run(m, cmd)
	second := m.nav.top()
	if second == first || !isTrace(second) || len(m.nav.stack) != 2 {
		t.Fatalf("t shows the same %T: %v, %d deep", second, second == first, len(m.nav.stack))
	}
	_, cmd = m.Update(pagetest.Key("T"))
	run(m, cmd)
	if m.nav.top() == second || m.nav.top().Title() != first.Title() || len(m.nav.stack) != 2 {
		t.Errorf("T leads back to %q, %d deep", m.nav.top().Title(), len(m.nav.stack))
	}
}

func TestAnExemplarThatComesLateOpensItsTraceOnce(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = nil
	m, _ := newModel(t, r, 120, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	if _, ok := m.nav.top().(*traces.Jump); !ok || !strings.Contains(content(m), "asking Prometheus for the exemplars") {
		t.Fatalf("a %T is shown while Prometheus is being asked", m.nav.top())
	}
	jump := m.nav.top()
	exemplarsOf(r, "4bf92f3577b34da6a3ce929d0e0e4736")
	c := m.context()
	first, second := jump.Update(c, page.DataMsg{}), jump.Update(c, page.DataMsg{}) // news twice before the first is carried out
	run(m, first)
	shown := m.nav.top()
	run(m, second)
	if !isTrace(shown) || m.nav.top() != shown || len(m.nav.stack) != 2 {
		t.Errorf("%T, then %T, %d deep", shown, m.nav.top(), len(m.nav.stack))
	}
	press(m, "esc")
	if m.nav.top() != m.nav.tabs[0].page {
		t.Errorf("Esc leads to a %T", m.nav.top())
	}
}

func TestAnExemplarDoesNotPullTheOperatorBackFromElsewhere(t *testing.T) {
	r := pagetest.Reader()
	r.ExemplarsFunc = nil
	m, _ := newModel(t, r, 120, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	press(m, "5")
	exemplarsOf(r, "4bf92f3577b34da6a3ce929d0e0e4736")
	data(m)
	if m.nav.top() != m.nav.tabs[4].page {
		t.Errorf("a %T came up over the page that the operator went to", m.nav.top())
	}
	_, cmd := m.Update(pagetest.Key("esc"))
	run(m, cmd)
	if !isTrace(m.nav.top()) {
		t.Errorf("back at it, a %T is shown", m.nav.top())
	}
}

func TestWithoutExemplarsTheListSaysSo(t *testing.T) {
	r := pagetest.Reader()
	exemplarsOf(r)
	m, _ := newModel(t, r, 160, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	if got := content(m); !strings.Contains(got, "Prometheus has no exemplars of search_latency_seconds; searched for") {
		t.Errorf("%s", got)
	}
}

func TestTheFormKeepsTheSearchesOfTheRun(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	open(m, page.OpenSearch{Query: page.TraceQuery{Operation: "search_vectors"}})
	_, cmd := m.Update(pagetest.Key("enter"))
	run(m, cmd)
	if _, ok := m.nav.top().(*traces.List); !ok || len(m.nav.stack) != 2 {
		t.Fatalf("a %T is shown, %d deep", m.nav.top(), len(m.nav.stack))
	}
	open(m, page.OpenSearch{})
	if got := content(m); !strings.Contains(got, "deeplake-api  search_vectors") {
		t.Errorf("the last search is not offered again:\n%s", got)
	}
}

func TestTGoesOnToTheNextExemplarFromTheOneThatTLedTo(t *testing.T) {
	r := pagetest.Reader()
	exemplarsOf(r, "4bf92f3577b34da6a3ce929d0e0e4736", "5bf92f3577b34da6a3ce929d0e0e4736", "6bf92f3577b34da6a3ce929d0e0e4736")
	m, _ := newModel(t, r, 120, 40)
	open(m, page.OpenExemplar{Query: latencyQuery})
	first := m.nav.top()
	seen := map[string]bool{first.Title(): true}
	for _, k := range []string{"t", "t"} {
		_, cmd := m.Update(pagetest.Key(k))
		run(m, cmd)
		seen[m.nav.top().Title()] = true
	}
	if len(seen) != 3 || len(m.nav.stack) != 2 {
		t.Errorf("t leads to %v, %d deep", seen, len(m.nav.stack))
	}
	_, cmd := m.Update(pagetest.Key("T"))
	run(m, cmd)
	_, cmd = m.Update(pagetest.Key("T"))
	run(m, cmd)
	if m.nav.top().Title() != first.Title() {
		t.Errorf("T T leads to %s, not back to %s", m.nav.top().Title(), first.Title())
	}
}
