package grid

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

// Full is one panel on the whole page, with a cursor that reads values at a time and one that picks a series, or, in a
// heatmap, a bucket.
type Full struct {
	panel  dashboard.Panel
	series page.Cursor
	bucket bucket // of a heatmap, in the column being read: that of the time picked on all charts
	gen    uint64
	last   answer
	drawn  drawing
	trend  trend
	marks  marks
	drag   drag
	filter narrowing
}

var _ page.Page = (*Full)(nil)

// NewPanel returns the page of one panel.
func NewPanel(p dashboard.Panel) *Full { return &Full{panel: p, gen: 1, drag: drag{panel: -1}} }

// Panel is what it shows.
func (f *Full) Panel() dashboard.Panel { return f.panel }

// Title implements page.Page.
func (f *Full) Title() string { return f.panel.Title }

// Scope implements page.Scoped.
func (f *Full) Scope() string { return "panel" }

// Wants implements page.Page.
func (f *Full) Wants(c page.Context) []feed.Request { return f.asking(c).Requests(c.Env) }

// asking is the panel with what its ranges are asked for.
func (f *Full) asking(c page.Context) dashboard.Panel {
	if f.panel.Kind != dashboard.KindTenants {
		return f.panel.WithPast(f.last.data)
	}
	keys := f.filter.keys
	if f.filter.Text == "" {
		keys = rowKeys(f.last.data)
	}
	return f.trend.trim(f.panel, f.last.data, c.Env, keys, f.series.Offset, max(c.Height, 1))
}

// Update implements page.Page.
func (f *Full) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		f.gen++
		if c.Cursor.IsZero() {
			f.bucket = bucket{}
		}
	case tea.PasteMsg:
		if f.filter.Open {
			f.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		return f.key(c, msg)
	case tea.MouseMsg:
		return f.mouse(c, msg)
	}
	return nil
}

func (f *Full) eval(c page.Context) dashboard.Data {
	k := keyOf(c.Env)
	if f.last.gen == f.gen && f.last.env == k {
		return f.last.data
	}
	none := len(f.last.data.Tenants)+len(f.last.data.Values) == 0
	stamp := page.Stamp(c.Data, f.Wants(c))
	if !heavy(f.last.data) || f.last.env != k || f.last.stamp != stamp {
		f.last.data = dashboard.Eval(f.asking(c), c.Env)
		if none && len(f.last.data.Tenants)+len(f.last.data.Values) > 0 { // from now on with their past, which may be there
			stamp = page.Stamp(c.Data, f.Wants(c))
			f.last.data = dashboard.Eval(f.asking(c), c.Env)
		}
	}
	f.last.gen, f.last.env, f.last.stamp = f.gen, k, stamp
	return f.last.data
}

// rows are the keys of what up and down select: a table's rows, else the series.
func (f *Full) rows(d dashboard.Data) []string {
	if keys := rowKeys(d); keys != nil {
		return keys
	}
	var keys []string
	for _, v := range mainValues(d) {
		keys = append(keys, v.Labels.Key())
	}
	return keys
}

func (f *Full) visible(c page.Context, d dashboard.Data, n int) int {
	if rowKeys(d) != nil {
		return visibleRows(d, c.Height-6, n)
	}
	return max(1, min(n, c.Height/3-2))
}

func (f *Full) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if k.String() == "/" && !f.filter.Open && !filterable(f.panel) {
		return page.Send(page.Notice{Text: "this panel has no rows to filter"})
	}
	if f.filter.Key(k) {
		return nil
	}
	d := f.seen(c)
	keys := f.rows(d)
	switch k.String() {
	case "left", "h":
		return read(d, -1)
	case "right", "l":
		return read(d, 1)
	case "shift+left", "H":
		return read(d, -10)
	case "shift+right", "L":
		return read(d, 10)
	case "home":
		return read(d, -d.Grid.Columns)
	case "end":
		return read(d, d.Grid.Columns)
	case "f":
		return page.Send(page.Back{})
	case "enter", "t":
		if !explained(d.Panel) {
			return unexplained(d.Panel)
		}
		if d.Heat != nil {
			q := f.cellQuery(c, d)
			if k.String() == "t" {
				return page.Exemplar(c, q)
			}
			return page.Send(page.OpenTraces{Query: q})
		}
		selected := ""
		if f.series.Key != "" || rowKeys(d) != nil {
			f.series.Sync(keys, f.visible(c, d, len(keys)))
			selected = f.series.Selected(keys)
		}
		if k.String() == "t" {
			return exemplify(c, d, selected)
		}
		return explain(c, d, selected)
	case "up", "k", "down", "j":
		if d.Heat != nil {
			return f.moveBucket(c, d, k.String() == "up" || k.String() == "k")
		}
		fallthrough
	default:
		if d.Heat != nil {
			return nil
		}
		if n, ok := page.Motion(k, f.visible(c, d, len(keys)), len(keys)); ok {
			if f.series.Key == "" && rowKeys(d) == nil {
				n = 0 // the first press selects the first series
			}
			f.series.Move(keys, n, f.visible(c, d, len(keys)))
		}
	}
	return nil
}

// read moves the time being read by columns: the root marks it on every chart.
func read(d dashboard.Data, by int) tea.Cmd {
	if d.Grid.Columns == 0 || d.Grid.Step <= 0 {
		return nil
	}
	return page.Send(page.MoveCursor{By: by})
}

// View implements page.Page.
func (f *Full) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	d := f.seen(c)
	o := f.options(c, d)
	k := drawKey{gen: f.gen, env: keyOf(c.Env), opts: o}
	if f.drawn.key != k {
		o.Now = c.Now
		f.drawn = drawing{key: k, lines: panel.Render(d, o)}
	}
	return f.drawn.lines
}

// options is how the panel is drawn.
func (f *Full) options(c page.Context, d dashboard.Data) panel.Options {
	o := panel.Options{
		Styles: c.Styles, Now: c.Now.Truncate(ageStep), Width: c.Width, Height: c.Height, TraceKey: c.Hint("t", "%s"),
		Focused: true, Full: true, Cursor: d.Grid.Column(c.Cursor), Selected: -1, UTC: c.UTC, Marks: f.marks.of(c),
	}
	o.Filter, o.Nothing = f.filter.says(f.last.data), f.filter.Text != "" && rows(d) == 0
	if f.drag.panel >= 0 {
		o.From, o.To = f.drag.from, f.drag.to
	}
	if d.Heat != nil {
		o.Selected = f.bucket.in(d.Heat)
	} else if keys := f.rows(d); len(keys) > 0 {
		f.series.Sync(keys, f.visible(c, d, len(keys)))
		o.Offset = f.series.Offset
		if f.series.Key != "" || rowKeys(d) != nil {
			o.Selected = f.series.Row
		}
	}
	return o
}

// Bindings implements page.Page.
func (f *Full) Bindings() []key.Binding {
	out := []key.Binding{
		page.Bind("left right", "read the values at a time"),
		page.Bind("shift+left shift+right", "ten columns earlier, later"),
		page.Bind("home end", "to the oldest, to the newest column"),
	}
	heat := f.panel.Kind == dashboard.KindHeatmap
	if heat {
		out = append(out, page.Bind("up down", "read one bucket at that time"))
	} else {
		out = append(out, page.Bind("up down", "select a row or series"))
	}
	switch {
	case !explained(f.panel):
	case heat:
		out = append(out, page.Bind("enter", "traces of the bucket and time under the cursor"),
			page.Bind("t", "the trace of an exemplar in that bucket, else the list"))
	default:
		out = append(out, page.Bind("enter", "traces that explain what is selected"), page.Bind("t", exemplarHelp))
	}
	if filterable(f.panel) {
		out = append(out, page.Bind("/", "filter as you type; enter keeps it, esc drops it"))
	}
	return append(out, page.Bind("f", "back to the grid"))
}
