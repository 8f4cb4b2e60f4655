package tenant

import (
	"slices"
	"strings"
	"testing"

	"dlmon/sources/feed/feedtest"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// The queries of a handoff say what each of them is for.
func TestEveryQueryOfAReportHasANameOfItsOwn(t *testing.T) {
	for name, want := range map[string][]string{
		page.TenantsMovers:     {"p95 of all requests", "p95 of {endpoint}", "memory {memory_type} {component}", "search p95 {search_type}", "search p95 by tenant", "cache hit rate by tenant"},
		page.TenantsNeighbours: {"most search time", "tenants that search", "Search time by tenant", "Search p95 by tenant"},
		page.TenantsBudget:     {"Error budget by tenant 5m", "Error budget by tenant 6h", "Minutes of the last 6h that Prometheus holds"},
	} {
		p, r := New(name), pagetest.Reader()
		c := pagetest.Context(r, 120, 38)
		told(p, c)
		told(p, c)
		queries := p.(page.Reporter).Report(c).Queries
		said := map[string]string{}
		for _, q := range queries {
			caption := q.Title + " (" + q.How + ")"
			if other, twice := said[caption]; q.Title == "" || twice {
				t.Errorf("%s: %q for\n%s\nand\n%s", name, caption, q.Expr, other)
			}
			said[caption] = q.Expr
		}
		for _, title := range want {
			if !slices.ContainsFunc(queries, func(q page.Query) bool { return q.Title == title }) {
				t.Errorf("%s: nothing called %q among %v", name, title, queries)
			}
		}
		asked := page.Report{}
		asked.Ask("", p.Wants(c)...)
		if len(queries) < len(asked.Queries) {
			t.Errorf("%s: %d queries are told, %d were asked", name, len(queries), len(asked.Queries))
		}
	}
}

// What a snapshot's exit status is made of is what the page marks.
func TestAPageJudgesByWhatItMarks(t *testing.T) {
	for _, x := range []struct {
		name string
		data *feedtest.Reader
		want []dashboard.State
	}{
		{page.TenantsNeighbours, crowded(12), []dashboard.State{dashboard.StateWarn}},
		{page.TenantsNeighbours, pagetest.Reader(), nil}, // nobody is hurt
		{page.TenantsBudget, pagetest.Reader(), []dashboard.State{dashboard.StateCritical}},
	} {
		p, c := New(x.name), pagetest.Context(x.data, 120, 38)
		judge := p.(page.Judge)
		if got := judge.States(c); got != nil {
			t.Errorf("%s judges %v before it knows anything", x.name, got)
		}
		told(p, c)
		told(p, c)
		g := c.Styles.Glyphs
		marks := strings.Contains(text(p, c), g.Warn) || strings.Contains(text(p, c), g.Critical)
		if got := judge.States(c); !slices.Equal(got, x.want) || marks != (x.want != nil) {
			t.Errorf("%s judges %v, want %v, of\n%s", x.name, got, x.want, text(p, c))
		}
	}
}
