package tenants

// Which rows are shown in which order. With ten thousand tenants a key must not wait for it: names are prepared with the
// data, an order stays until sort or data change, and a filter goes once through it.

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// evaluated is the table's data with what showing it needs.
type evaluated struct {
	dashboard.Data
	stamp  string // of the snapshots it was worked out from
	env    dashboard.Env
	text   []string // of each tenant, what a filter looks at, in lower case
	counts map[dashboard.State]int
}

// evaluate works the table out; it does not touch the page, so that it may run off the loop.
func evaluate(p dashboard.Panel, env dashboard.Env, stamp string) evaluated {
	e := evaluated{Data: dashboard.Eval(p, env), stamp: stamp, env: env, counts: map[dashboard.State]int{}}
	e.text = make([]string, len(e.Tenants))
	for i, t := range e.Tenants {
		e.text[i] = strings.ToLower(t.ID + "\n" + string(t.State) + "\n" + t.Reason)
		e.counts[t.State]++
	}
	return e
}

// columns are what the table can be sorted by, at the places where they stand in it. The first is the panel's own order: worst first.
var columns = []struct {
	name  string
	value func(*dashboard.Tenant) float64 // the highest first, unknown ones last; nil: not by a number
}{
	{"worst", nil},
	{"tenant", nil},
	{"search/s", func(t *dashboard.Tenant) float64 { return t.SearchRate }},
	{"p50", func(t *dashboard.Tenant) float64 { return t.P50 }},
	{"p95", func(t *dashboard.Tenant) float64 { return t.P95 }},
	{"p99", func(t *dashboard.Tenant) float64 { return t.P99 }},
	{"errors", func(t *dashboard.Tenant) float64 { return t.ErrorRatio }},
	{"refused/s", func(t *dashboard.Tenant) float64 { return t.Refused }},
	{"p95 vs 1h", func(t *dashboard.Tenant) float64 { return t.P95 / t.P95Before }},
}

const (
	byWorst   = 0
	byName    = 1
	byRefused = 7
)

// order is the tenants' indexes as they are sorted; what has no number comes last, whichever way round.
func order(tenants []dashboard.Tenant, column int, reversed bool) []int32 {
	type entry struct {
		value float64
		i     int32
	}
	out := make([]int32, len(tenants))
	for i := range out {
		out[i] = int32(i)
	}
	value := columns[column].value
	switch {
	case column == byName:
		slices.SortFunc(out, func(a, b int32) int { return strings.Compare(tenants[a].ID, tenants[b].ID) })
	case value != nil:
		known := make([]entry, 0, len(tenants))
		unknown := out[len(out):]
		for i := range tenants {
			if v := value(&tenants[i]); math.IsNaN(v) {
				unknown = append(unknown, int32(i))
			} else {
				known = append(known, entry{v, int32(i)})
			}
		}
		slices.SortFunc(known, func(a, b entry) int { return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.i, b.i)) })
		if reversed {
			slices.Reverse(known)
		}
		for i, e := range known {
			out[i] = e.i
		}
		copy(out[len(known):], unknown)
		return out
	}
	if reversed {
		slices.Reverse(out)
	}
	return out
}

// view is the order asked for, and the part of it that passes the filter.
type view struct {
	key  viewKey
	all  []int32
	rows []int32
	ids  []string // of rows
}

type viewKey struct {
	data     uint64
	column   int
	reversed bool
	filter   string
}

// see brings the view up to date.
func (p *Page) see() *view {
	v := &p.view
	k := viewKey{data: p.taken, column: p.sort, reversed: p.desc, filter: p.filter.Text}
	if v.key == k && v.all != nil {
		return v
	}
	sorted, filtered := k, v.key
	sorted.filter, filtered.filter = "", ""
	if v.all == nil || sorted != filtered {
		v.all = order(p.data.Tenants, p.sort, p.desc)
	}
	v.key, v.rows = k, v.all
	if k.filter != "" {
		v.rows = nil
		want := strings.ToLower(k.filter)
		for _, i := range v.all {
			if strings.Contains(p.data.text[i], want) {
				v.rows = append(v.rows, i)
			}
		}
	}
	v.ids = make([]string, len(v.rows))
	for i, at := range v.rows {
		v.ids[i] = p.data.Tenants[at].ID
	}
	return v
}

// rows are the tenants that pass the filter, in the order asked for.
func (p *Page) rows(c page.Context) []dashboard.Tenant {
	p.current(c)
	v := p.see()
	out := make([]dashboard.Tenant, len(v.rows))
	for i, at := range v.rows {
		out[i] = p.data.Tenants[at]
	}
	return out
}
