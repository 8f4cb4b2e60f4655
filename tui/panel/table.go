package panel

import (
	"maps"
	"slices"

	"dlmon/tui/dashboard"
)

// table is a row per series and a column per query; of an information metric, a row per label.
func (v *view) table() []string {
	facts := v.factsOnly()
	room := max(v.h-len(facts), 1)
	if v.Panel.Info {
		return append(v.info(room), facts...)
	}
	g := v.valueGrid()
	if len(g.rows) == 0 {
		return append([]string{" " + v.s.Muted.Render("no series")}, facts...)
	}
	widths := g.widths(v.w - 1)
	var out []string
	if len(g.columns) > 3 && room > 1 {
		out = append(out, v.headings(g, widths))
		room--
	}
	from, to, rest := v.shown(len(g.rows), room)
	for i, r := range g.rows[from:to] {
		out = append(out, v.row(g, widths, r, from+i == v.o.Selected))
	}
	if rest {
		out = append(out, v.more(len(g.rows)-(to-from)))
	}
	return append(out, facts...)
}

// factsOnly are the findings without the values of other queries, which a table shows in columns.
func (v *view) factsOnly() []string {
	if v.h < 3 {
		return nil
	}
	var texts []string
	for _, f := range v.Facts {
		texts = append(texts, v.s.Muted.Render(f))
	}
	lines, _ := flow(texts, v.w-1, 1+v.h/10)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// valueGrid joins the values of all queries by the name of their series.
func (v *view) valueGrid() grid {
	main := v.main()
	var names []string
	byName := map[string][]dashboard.Value{}
	queries := []string{}
	add := func(all []dashboard.Value) {
		for _, x := range all {
			if !slices.Contains(queries, x.Query) {
				queries = append(queries, x.Query)
			}
			if byName[x.Name] == nil {
				names = append(names, x.Name)
			}
			byName[x.Name] = append(byName[x.Name], x)
		}
	}
	add(main)
	add(v.others())

	g := grid{columns: []column{{least: 4, most: max(v.w/2, 12)}}}
	for i, q := range queries {
		g.columns = append(g.columns, column{title: v.queryTitle(q), right: true, drop: len(queries) + 1 - i})
	}
	if len(g.columns) > 1 {
		g.columns[1].drop = 0
	}
	g.columns = append(g.columns, column{least: 6, most: 40, grow: true, drop: 1})
	for _, name := range names {
		row := []cell{{text: name, style: v.s.Text}}
		worst := byName[name][0]
		for _, q := range queries {
			c := cell{style: v.s.Muted}
			for _, x := range byName[name] {
				if x.Query == q {
					c = cell{text: v.now(x), style: v.tint(x.State, v.s.Text)}
				}
			}
			row = append(row, c)
		}
		g.rows = append(g.rows, append(row, cell{draw: func(w int) string {
			return v.spark(worst.Points, w, v.tint(worst.State, v.s.SeriesStyle(0)))
		}}))
	}
	return g
}

// info are the labels of each series of a metric whose value says nothing.
func (v *view) info(room int) []string {
	var texts []string
	for _, x := range v.main() {
		for _, name := range slices.Sorted(maps.Keys(x.Labels)) {
			if name != "__name__" {
				texts = append(texts, v.s.Muted.Render(name)+" "+v.s.Text.Render(x.Labels[name]))
			}
		}
	}
	if len(texts) == 0 {
		return []string{" " + v.s.Muted.Render("no series")}
	}
	limit := room
	lines, shown := flow(texts, v.w-1, limit)
	if len(texts) <= limit {
		lines, shown = texts, len(texts)
	}
	if shown < len(texts) && len(lines) > 0 {
		lines[len(lines)-1] = v.counted(lines[len(lines)-1], len(texts)-shown)
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}
