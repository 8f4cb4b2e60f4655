package dashboard

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed builtin/*.yaml
var builtinFiles embed.FS

var (
	builtin = sync.OnceValue(func() []Dashboard { return []Dashboard{embedded("overview"), embedded("business")} })
	tenants = sync.OnceValue(func() Dashboard { return embedded("tenant") })
	movers  = sync.OnceValue(func() Dashboard { return embedded("movers") })
	nearby  = sync.OnceValue(func() Dashboard { return embedded("neighbours") })
)

// embedded is one of the embedded dashboards.
func embedded(name string) Dashboard {
	text, err := builtinFiles.ReadFile("builtin/" + name + ".yaml")
	if err == nil {
		var d Dashboard
		if d, err = Parse(text); err == nil {
			return d
		}
	}
	// The files are part of the program, and a test reads them.
	panic(fmt.Sprintf("dashboard %s: %v", name, err))
}

// Builtin is the overview and the business dashboard. They are shared and must not be changed.
func Builtin() []Dashboard { return slices.Clone(builtin()) }

// TenantPage is a tenant's own page.
func TenantPage(id string) Dashboard { return tenants().ForTenant(id) }

// Movers are the panels whose values are ranked by how far they moved. They are shared and must not be changed.
func Movers() Dashboard { return movers() }

// Neighbours is each tenant's load, searches and p95: panels "load", "searches" and "p95". It is shared and must not be
// changed.
func Neighbours() Dashboard { return nearby() }

// Parse reads one dashboard from YAML and checks it: unknown keys, kinds, units, concepts and labels, and queries
// whose holes can't be filled, are refused with the panel's id.
func Parse(text []byte) (Dashboard, error) {
	var d Dashboard
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&d); err != nil {
		return Dashboard{}, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Dashboard{}, errors.New("more than one document")
	}
	for _, r := range d.Records {
		for _, text := range []string{r.Record, r.Expr} {
			if err := checkTemplate(text); err != nil {
				return Dashboard{}, fmt.Errorf("record %q: %w", r.Record, err)
			}
		}
	}
	seen := map[string]bool{}
	for i := range d.Panels {
		p := &d.Panels[i]
		p.joinStats()
		if seen[p.ID] {
			return Dashboard{}, fmt.Errorf("panel %q is there twice", p.ID)
		}
		seen[p.ID] = true
		if err := p.check(); err != nil {
			return Dashboard{}, fmt.Errorf("panel %d %q: %w", i+1, p.ID, err)
		}
	}
	return d, nil
}

func (p Panel) check() error {
	promQL := []string{KindStat, KindLines, KindHeatmap, KindBars, KindTable, KindTenants, KindVerdict}
	switch {
	case p.ID == "" || p.Title == "":
		return errors.New("expected id and title")
	case !slices.Contains(append(promQL, KindAlerts, KindHealth, KindTargets, KindTraces), p.Kind):
		return fmt.Errorf("unknown kind %q", p.Kind)
	case !knownUnit(p.Unit):
		return fmt.Errorf("unknown unit %q", p.Unit)
	case slices.Contains(promQL, p.Kind) && len(p.Queries) == 0:
		return errors.New("expected queries")
	case !slices.Contains([]string{"", "asc", "desc"}, p.Sort):
		return fmt.Errorf("unknown sort %q (expected asc or desc)", p.Sort)
	case p.Moves != nil && !slices.Contains([]string{"", "up", "down"}, p.Moves.Worse):
		return fmt.Errorf("moves: unknown worse %q (expected up or down)", p.Moves.Worse)
	case p.Group != nil && !slices.Contains([]string{"avg", "sum", "min", "max"}, p.Group.Func):
		return fmt.Errorf("unknown func %q (expected avg, sum, min or max)", p.Group.Func)
	}
	names := map[string]bool{}
	for i, q := range p.Queries {
		switch {
		case (i == 0) != (q.Name == mainQuery):
			return fmt.Errorf("the first query, and only it, is called %q", mainQuery)
		case q.Name == "" || names[q.Name]:
			return fmt.Errorf("query %d: expected a name of its own", i+1)
		case !knownUnit(q.Unit):
			return fmt.Errorf("query %q: unknown unit %q", q.Name, q.Unit)
		}
		names[q.Name] = true
		if err := checkTemplate(strings.NewReplacer(stepVariable, "", fineVariable, "", exprVariable, "").Replace(cmp.Or(q.RangeExpr, q.Expr))); err != nil {
			return fmt.Errorf("query %q: %w", q.Name, err)
		}
		if err := checkTemplate(q.Expr); err != nil {
			return fmt.Errorf("query %q: %w", q.Name, err)
		}
		for _, s := range q.recordable() {
			if err := checkTemplate(s.Record); err != nil {
				return fmt.Errorf("query %q: record: %w", q.Name, err)
			}
		}
	}
	if p.Group != nil && p.Group.Points != "" && !names[p.Group.Points] {
		return fmt.Errorf("group: points: no query %q", p.Group.Points)
	}
	for _, g := range p.Gauges {
		if g.Name == "" || g.Query != "" && !names[g.Query] {
			return fmt.Errorf("gauge %q: expected a name and a query of the panel", g.Name)
		}
	}
	return nil
}

func knownUnit(u string) bool {
	return slices.Contains([]string{UnitSeconds, UnitBytes, UnitPerSec, UnitRatio, UnitPercent, UnitCount, UnitNone}, u)
}
