package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func TestTenantsPageIsTheSameWhileItIsOnTheWay(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	open(m, page.OpenTenant{ID: "acme-corp"})
	first := m.nav.top()
	if first.Title() != "tenant acme-corp" {
		t.Fatalf("%q", first.Title())
	}
	press(m, "enter") // its traces
	if m.nav.top() == first {
		t.Fatal("enter leads nowhere")
	}
	open(m, page.OpenTenant{ID: "acme-corp"})
	if m.nav.top() != first || len(m.nav.stack) != 2 {
		t.Errorf("another page, %d deep", len(m.nav.stack))
	}
	open(m, page.OpenTenant{ID: "globex"})
	if m.nav.top() == first || m.nav.top().Title() != "tenant globex" {
		t.Errorf("%q", m.nav.top().Title())
	}
	open(m, page.OpenTenant{})
	if m.nav.top().Title() != "tenant globex" {
		t.Error("a page of no tenant")
	}
	press(m, "esc")
	if m.nav.top() != first {
		t.Error("esc does not lead back to the first")
	}
}

func TestTenantsPageNamesWhatIsWrongInTheFirstLines(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
		m, _ := newModel(t, pagetest.Reader(), size[0], size[1])
		press(m, "2", "o")
		head := strings.Join(strings.Fields(strings.Join(strings.Split(ansi.Strip(content(m)), "\n")[1:6], " ")), " ")
		want := "▲ search p95 729 ms, +640 %"
		if size[0] > 40 {
			want += " vs 1 h ago, others' median 58 ms"
		}
		if !strings.Contains(head, want) {
			t.Errorf("%v: %s", size, head)
		}
	}
}

func TestTenantOfTheOptionsIsOpenedAtOnce(t *testing.T) {
	o := options(pagetest.Reader(), themes.Default)
	o.Tenant = "acme-corp"
	m := New(o)
	t.Cleanup(m.Close)
	if got := m.nav.top().Title(); got != "tenant acme-corp" {
		t.Errorf("%q", got)
	}
}

func TestComparisonsAreMadeOnceAndKeepTheirPlace(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "v", "down", "down")
	movers := m.nav.top()
	if movers.Title() != "Movers" {
		t.Fatalf("%q", movers.Title())
	}
	before := ansi.Strip(content(m))
	press(m, "esc", "2", "v")
	if m.nav.top() != movers || pointed(ansi.Strip(content(m))) != pointed(before) {
		t.Errorf("the selection moved from %q to %q", pointed(before), pointed(ansi.Strip(content(m))))
	}
	press(m, "enter")
	if title := m.nav.top().Title(); title == "Movers" {
		t.Error("enter leads nowhere")
	}
	press(m, "esc")
	if m.nav.top() != movers {
		t.Error("esc does not lead back")
	}
	open(m, page.OpenTenants{View: "nonsense"})
	if m.nav.top() != movers {
		t.Error("a comparison of a name that there is none of")
	}
}

// pointed is the selected row of a frame.
func pointed(frame string) string {
	for line := range strings.SplitSeq(frame, "\n") {
		if strings.HasPrefix(line, "›") {
			return line
		}
	}
	return ""
}

func TestAlertsAndRowsLeadToTheirTenant(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	for range 12 { // to the first panel of rows
		if press(m, "tab"); strings.Contains(ansi.Strip(content(m)), "›") {
			break
		}
	}
	press(m, "o")
	if got := m.nav.top().Title(); !strings.HasPrefix(got, "tenant ") {
		t.Errorf("o leads to %q", got)
	}
}
