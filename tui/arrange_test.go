package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// brought is the model that the options of a command open. It shows the present, whose clock stands still: of the past
// the reader knows no alerts.
func brought(t *testing.T, argv []string) *Model {
	t.Helper()
	value := func(name string) string {
		if i := slices.Index(argv, "--"+name); i >= 0 {
			return argv[i+1]
		}
		return ""
	}
	o := options(pagetest.Reader(), themes.Default)
	o.Page, o.Tenant, o.Alert = value("page"), value("tenant"), value("alert")
	for _, p := range o.Dashboards[0].Panels {
		if p.ID == value("panel") {
			o.Panel = p
		}
	}
	o.Arrangement.Filter, o.Arrangement.Group = value("filter"), value("group")
	o.Arrangement.Sort, o.Arrangement.Reversed = strings.CutPrefix(value("sort"), "-")
	if text := value("cursor"); text != "" {
		var err error
		if o.Cursor, err = time.Parse(time.RFC3339, text); err != nil {
			t.Fatal(err)
		}
	}
	m := New(o)
	t.Cleanup(m.Close)
	_, cmd := m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	run(m, cmd)
	run(m, m.tellAll(page.DataMsg{}))
	return m
}

func TestTheCommandOfAHandoffBringsBackOrderFilterAndPickedTime(t *testing.T) {
	for _, x := range []struct {
		keys string
		want string // in the command
	}{
		{"2 s s s S / o enter", "--page tenants --filter o --sort -p50 "},
		{"2 S", "--page tenants --sort -worst "},
		{"2 s", "--page tenants --sort tenant "},
		{"2 / o", "--page tenants --filter o "}, // still being typed
		{"4 b s S", "--page alerts --sort -name --group group "},
		{"4 s s / s l o w enter", "--page alerts --filter slow --sort since "},
		{"3 s s S / s e a r c h enter", "--page traces --filter search --sort -tenant "},
		{"5 / c enter", "--page health --filter c "},
		{"2 v / a enter", "--page movers --against 1h --filter a "},
		{"2 b / a enter", "--page budget --filter a "},
		{"2 s / o enter enter", "--page tenants --filter o --sort tenant "}, // the list that the traces were reached from
		// What lies over a list, and is opened without it.
		{"4 s a", "--page silences --time-zone "},
		{"4 b a", "--page silences --time-zone "},
		{"4 s a / a d a enter", "--page silences --filter ada --time-zone "},
		{"2 s n f", "--page neighbours --time-zone "},
		{"2 / g l o enter n f", "--page neighbours --time-zone "},
		{"2 s / g l o enter b t", "--page budget --time-zone "},
		{"2 s / g l o enter b / a c m e enter t", "--page budget --filter acme --time-zone "},
		{"2 s : p a n e l space e r r o r s space b y space t y p e enter", "--page overview --panel errors-by-type --time-zone "},
		{"4 / s l o w enter enter", "--page alerts --alert SlowSearchQueries{search_type=\"hybrid\",severity=\"critical\",tenant_id=\"acme-corp\"} --filter slow --time-zone "},
		{"1 , , ,", "--page overview --cursor 2026-03-14T14:0"},
		{"2 s / a c m e enter o , ,", "--page tenants --tenant acme-corp --cursor 2026-03-14T14:0"},
		{"4", "--page alerts --time-zone "},
		{"1", "--page overview --time-zone "},
	} {
		m, _ := newModel(t, pagetest.Reader(), 120, 40)
		press(m, strings.Fields(x.keys)...)
		d := m.Handoff()
		if got := strings.Join(d.Command, " "); !strings.Contains(got, x.want) {
			t.Errorf("%s: %s, want %s", x.keys, got, x.want)
			continue
		}
		again := brought(t, d.Command)
		if got := again.Handoff().Command; !slices.Equal(got, d.Command) {
			t.Errorf("%s: its own command is %q, was %q", x.keys, got, d.Command)
		}
		if at := m.picked(m.window); !at.Equal(again.picked(again.window)) {
			t.Errorf("%s: picked is %v, was %v", x.keys, again.picked(again.window), at)
		}
		if m.nav.top().Title() != again.nav.top().Title() {
			continue // traces over the page that comes back
		}
		if was, is := tables(m), tables(again); !slices.Equal(was, is) {
			t.Errorf("%s: the rows were\n%s\nand are\n%s", x.keys, strings.Join(was, "\n"), strings.Join(is, "\n"))
		}
	}
}

// tables are the rows of what a page lists, as it hands them on.
func tables(m *Model) []string {
	var out []string
	for _, s := range m.Handoff().Report.Tables {
		if s.Title == "Rules" { // all of them, however the list is arranged: what is shown says
			return strings.Split(ansi.Strip(strings.Join(m.nav.top().View(m.context()), "\n")), "\n")[1:]
		}
		out = append(out, s.Title)
		for _, r := range s.Rows {
			out = append(out, strings.Join(r, " | "))
		}
	}
	return out
}

func TestATimePickedInTheOldestColumnStaysWithinTheTimeOfTheCommand(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	open(m, page.MoveCursor{By: -1000})
	at := m.context().Cursor
	d := m.Handoff()
	if !at.Before(d.From) {
		t.Fatalf("%v is not before %v", at, d.From)
	}
	if got := strings.Join(d.Command, " "); !strings.Contains(got, "--cursor "+d.From.Format(time.RFC3339)+" ") {
		t.Errorf("%s", got)
	}
}

func TestEveryListCanBeAskedForWhatItCanBeArrangedBy(t *testing.T) {
	for _, id := range []string{"tenants", "traces", "alerts", "health", page.TenantsMovers, page.TenantsNeighbours, page.TenantsBudget} {
		l, ok := List(id)
		if !ok {
			t.Errorf("%s is no list", id)
			continue
		}
		for i, name := range l.Orders() {
			a := page.Arrangement{Filter: "x", Sort: name, Reversed: i%2 == 0}
			l.Arrange(a)
			if i == 0 {
				a.Sort = "" // it is what the page does by itself
			}
			if got := l.Arranged(); got != a {
				t.Errorf("%s by %s: %+v, want %+v", id, name, got, a)
			}
		}
	}
	for _, id := range []string{"overview", "business"} {
		if _, ok := List(id); ok {
			t.Errorf("%s is a list", id)
		}
	}
}
