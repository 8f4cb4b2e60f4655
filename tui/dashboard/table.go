package dashboard

import (
	"cmp"
	"maps"
	"slices"

	"dlmon/sources"
)

// Table is a panel's values in rows and columns, written out.
type Table struct {
	Columns []string // titles; the first is that of the rows' names and may be ""
	Rows    []Row
}

// Row is one series of the main query: its name, then a cell for every further column of the table.
type Row struct {
	Name   string
	Labels sources.Labels
	Cells  []string
	State  State
}

// statLabel tells the answers of one query apart that are joined with "or": p50, p95, avg.
const statLabel = "stat"

// Table lays the values out: a row for each main value, in its order; a column for the main query, and one for each
// other query or, where its series carry the label "stat", for each of those. An Info panel has a row per label.
func (d Data) Table() Table {
	main := d.Main()
	if d.Panel.Info {
		return infoTable(main)
	}
	t := Table{Columns: []string{""}}
	type column struct{ query, stat string }
	var columns []column
	for _, q := range d.Panel.Queries {
		stats := map[string]bool{}
		for _, v := range d.Of(q.Name) {
			stats[v.Labels[statLabel]] = true
		}
		if len(stats) == 0 && q.Name == mainQuery {
			stats[""] = true
		}
		for _, stat := range slices.Sorted(maps.Keys(stats)) {
			columns = append(columns, column{q.Name, stat})
			t.Columns = append(t.Columns, cmp.Or(stat, q.Title, "now"))
		}
	}
	cells := map[string]string{}
	key := func(c column, labels sources.Labels) string {
		return c.query + "\x00" + c.stat + "\x00" + labels.Without(statLabel, "__name__").Key()
	}
	for _, v := range d.Values {
		cells[key(column{v.Query, v.Labels[statLabel]}, v.Labels)] = FormatValue(v.Now, v.Unit)
	}
	seen := map[string]bool{}
	for _, v := range main {
		own := v.Labels.Without(statLabel, "__name__")
		if seen[own.Key()] {
			continue
		}
		seen[own.Key()] = true
		row := Row{Name: v.Name, Labels: v.Labels, State: v.State}
		for _, c := range columns {
			row.Cells = append(row.Cells, cmp.Or(cells[key(c, own)], None))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// infoTable shows labels as rows; where several series differ in one (two versions are running), both values stand in it.
func infoTable(values []Value) Table {
	t := Table{Columns: []string{"", ""}}
	names := map[string][]string{}
	for _, v := range values {
		for name, value := range v.Labels.Without("__name__", "job") {
			if !slices.Contains(names[name], value) {
				names[name] = append(names[name], value)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		slices.Sort(names[name])
		row := Row{Name: name, Cells: []string{""}, State: StateOK}
		for i, value := range names[name] {
			if i > 0 {
				row.Cells[0] += ", "
			}
			row.Cells[0] += value
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
