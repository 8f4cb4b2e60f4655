package panel

import (
	"maps"
	"slices"
	"strings"

	"dlmon/tui/dashboard"
)

// table is a row per series and a column per query; of an information metric, a row per label.
func (v *view) table() []string {
	facts := v.factsOnly()
	room := max(v.h-len(facts), 1)
	if v.Panel.Info {
		return append(v.info(room), facts...)
	}
	g := v.valueGrid(room)
	if len(g.rows) == 0 {
		return append([]string{" " + v.s.Muted.Render("no series")}, facts...)
	}
	var out []string
	if g.titled() && room > 2 {
		out = append(out, v.headings(g, g.widths(v.w-1)))
		room--
	}
	out = append(out, v.list(g, room, nil)...)
	return append(out, facts...)
}

// factsOnly are the findings without the values of other queries, which a table shows in columns.
func (v *view) factsOnly() []string {
	texts, limit := v.findings()
	lines, _ := flow(texts, v.w-1, limit)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// valueGrid joins the values of all queries by series. A series of another query belongs to the one of the main query
// whose name it begins with; what it says beyond that ("p95") names its column.
func (v *view) valueGrid(room int) grid {
	type key struct{ query, rest string }
	var names []string
	var keys []key
	cells := map[string]map[key]dashboard.Value{}
	put := func(name string, k key, x dashboard.Value) {
		if cells[name] == nil {
			cells[name] = map[key]dashboard.Value{}
			names = append(names, name)
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
		cells[name][k] = x
	}
	main := v.current()
	from, to := v.made(len(main), room)
	if from > 0 { // there may be a line of headings
		from--
	}
	for _, x := range main[from:to] {
		put(x.Name, key{query: x.Query}, x)
	}
	for _, x := range v.others() {
		name, rest := x.Name, ""
		for i := len(name); i > 0; i = strings.LastIndexByte(name[:i], ' ') {
			if cells[name[:i]] != nil {
				name, rest = name[:i], name[i:]
				break
			}
		}
		if to-from < len(main) && cells[name] == nil {
			continue // it belongs to a row that is not seen
		}
		put(name, key{x.Query, rest}, x)
	}

	g := grid{columns: []column{{least: 4, most: max(v.w/2, 12), give: 12, mid: true}}}
	for i, k := range keys {
		c := column{title: strings.TrimSpace(v.queryTitle(k.query) + k.rest), right: true}
		if i > 0 {
			c.drop = len(keys) + 1 - i
		}
		g.columns = append(g.columns, c)
	}
	shapes := anyPoints(main)
	if shapes {
		g.columns = append(g.columns, column{least: 6, most: 40, grow: true, drop: 1})
	}
	if to-from < len(main) {
		g.first, g.total = from, len(main)
	}
	for _, name := range names {
		row := []cell{{text: name, style: v.s.Text}}
		for _, k := range keys {
			c := cell{style: v.s.Muted}
			if x, ok := cells[name][k]; ok {
				c = cell{text: v.sign(x.State, v.now(x)), style: v.tint(x.State, v.s.Text)}
			}
			row = append(row, c)
		}
		if shapes {
			x := cells[name][keys[0]]
			row = append(row, cell{draw: func(w int) string { return v.spark(x.Points, w, v.tint(x.State, v.s.SeriesStyle(0))) }})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// info are the labels of each series of a metric whose value says nothing.
func (v *view) info(room int) []string {
	var texts []string
	for _, x := range v.current() {
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
