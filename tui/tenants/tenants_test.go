package tenants

import (
	"math"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

func newPage() *Page { return New(dashboard.Builtin()[0]) }

func text(p page.Page, c page.Context) string { return ansi.Strip(strings.Join(p.View(c), "\n")) }

func press(p page.Page, c page.Context, keys ...string) (last tea.Msg) {
	for _, k := range keys {
		last = nil
		if cmd := p.Update(c, pagetest.Key(k)); cmd != nil {
			last = cmd()
		}
	}
	return last
}

// first is the tenant in the first row.
func first(p *Page, c page.Context) string { return p.rows(c)[0].ID }

func TestEveryTenantIsThereWorstFirst(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 30)
	got := text(p, c)
	for _, id := range pagetest.Tenants {
		if !strings.Contains(got, id) {
			t.Errorf("no %s in\n%s", id, got)
		}
	}
	if first(p, c) != "acme-corp" || !strings.Contains(got, "12 tenants") {
		t.Errorf("%s", got)
	}
}

func TestSortingGoesByEveryColumnAndBothWays(t *testing.T) {
	r := pagetest.Reader()
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		for i, x := range s.Value.Samples {
			if x.Labels["tenant_id"] == "wonka" && x.Labels["stat"] != "rate" {
				s.Value.Samples[i].Value = math.NaN()
			}
		}
		return s
	}
	p, c := newPage(), pagetest.Context(r, 120, 30)
	press(p, c, "s")
	if first(p, c) != "acme-corp" || !strings.Contains(text(p, c), "sorted by tenant") {
		t.Errorf("by name: %s first", first(p, c))
	}
	press(p, c, "S")
	if first(p, c) != "wonka" || !strings.Contains(text(p, c), "reversed") {
		t.Errorf("by name, reversed: %s first", first(p, c))
	}
	press(p, c, "s", "s", "s") // p95
	rows := p.rows(c)
	for i := 1; i < len(rows); i++ {
		if rows[i].P95 > rows[i-1].P95 {
			t.Errorf("by p95: %v before %v", rows[i-1].P95, rows[i].P95)
		}
	}
	if last := rows[len(rows)-1]; last.ID != "wonka" {
		t.Errorf("a tenant without a p95 is not last, but %s is", last.ID)
	}
}

func TestAFilterCountsWhatItHides(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 30)
	press(p, c, "/", "o", "l")
	if !p.Capturing() {
		t.Error("an open filter does not capture")
	}
	got := text(p, c)
	if !strings.Contains(got, "1 of 12 match") || !strings.Contains(got, "/ol_") || strings.Contains(got, "globex") && !strings.Contains(got, "hooli") {
		t.Errorf("%s", got)
	}
	p.Update(c, tea.PasteMsg{Content: "zzz"})
	if got := text(p, c); !strings.Contains(got, "0 of 12 match") || !strings.Contains(got, "nothing matches olzzz") ||
		!strings.Contains(got, "enter keeps the filter") || strings.Contains(got, "b error budget") {
		t.Errorf("%s", got)
	}
	press(p, c, "enter", "enter") // nothing is selected
	if p.Capturing() || !p.Escape() || len(p.rows(c)) != 12 {
		t.Error("Esc does not show all again")
	}
}

func TestEnterOpensTheSelectedTenantsSearches(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 30)
	p.View(c)
	id := p.rows(c)[2].ID
	msg, ok := press(p, c, "down", "down", "enter").(page.OpenTraces)
	if !ok || msg.Query.Tags["tenant"] != id || msg.Query.Operation != "search_vectors" {
		t.Errorf("%+v, want tenant %s", msg, id)
	}
}

func TestALongListScrollsWithItsCursor(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 8)
	p.View(c)
	press(p, c, "end")
	got := text(p, c)
	if strings.Count(got, "\n") != 7 || strings.Contains(got, "acme-corp") || !strings.Contains(got, p.rows(c)[11].ID) {
		t.Errorf("%s", got)
	}
}

func TestWithoutTenantsItSaysWhy(t *testing.T) {
	r := pagetest.Reader()
	r.InstantFunc, r.RangeFunc = nil, nil
	c := pagetest.Context(r, 100, 20)
	if got := text(newPage(), c); !strings.Contains(got, "waiting for prometheus") {
		t.Errorf("%s", got)
	}
	if got := text(New(dashboard.Dashboard{}), c); !strings.Contains(got, "no dashboard has a tenants table") {
		t.Errorf("%s", got)
	}
}

func TestTLeadsToAnExemplarOfTheSelectedTenant(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 30)
	p.View(c)
	id := p.rows(c)[2].ID
	want := `search_latency_seconds_bucket{tenant_id="` + id + `"}`
	msg, ok := press(p, c, "down", "down", "t").(page.OpenExemplar)
	if !ok || msg.Query.Histogram != want || msg.Query.Tags["tenant"] != id || msg.Query.Rate != 5*time.Minute {
		t.Errorf("%+v, want %s", msg, want)
	}
	if o, ok := press(p, c, "enter").(page.OpenTraces); !ok || o.Query.Histogram != want {
		t.Errorf("the list can't mark its exemplars: %+v", o)
	}
	press(p, c, "/", "z", "z", "z", "enter")
	if msg := press(p, c, "t"); msg != nil {
		t.Errorf("without a row: %+v", msg)
	}
}

func TestATenantThatFailsIsExplainedByItsFailures(t *testing.T) {
	r := pagetest.Reader()
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] {
		s := instant(q)
		for i, x := range s.Value.Samples {
			if x.Labels["tenant_id"] == "acme-corp" {
				s.Value.Samples[i].Value = 0.05
				if x.Labels["stat"] == "errors" {
					s.Value.Samples[i].Value = 0.4
				}
			}
		}
		return s
	}
	p, c := newPage(), pagetest.Context(r, 120, 30)
	p.View(c)
	if o, ok := press(p, c, "enter").(page.OpenTraces); !ok || !o.Query.Errors || o.Query.Tags["tenant"] != "acme-corp" {
		t.Errorf("enter: %+v", o)
	}
	if o, ok := press(p, c, "t").(page.OpenExemplar); !ok || o.Query.Errors {
		t.Errorf("t: %+v", o)
	}
}

func TestRefusedRequestsHaveAColumnWhereTheyAreExported(t *testing.T) {
	p, c := newPage(), pagetest.Context(pagetest.Reader(), 120, 30)
	if got := text(p, c); !strings.Contains(got, "refused/s") {
		t.Errorf("no column in\n%s", got)
	}
	v1, err := vocabulary.Load(vocabulary.ServiceV1)
	if err != nil {
		t.Fatal(err)
	}
	p = newPage()
	c.Env.Vocab = v1
	if got := text(p, c); !strings.Contains(got, "12 tenants") || strings.Contains(got, "refused") {
		t.Errorf("a column of what is not exported:\n%s", got)
	}
	for range columns {
		press(p, c, "s")
		if columns[p.sort].name == "refused/s" {
			t.Error("it sorts by a column that is not there")
		}
	}
}
