// Package grid is the page of panels: a dashboard placed on the screen, its golden signals fixed on top, the rest
// scrolling under them as the focus moves; and the page of one panel full screen.
package grid

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

// ageStep is how often a panel is drawn anew for the ages on it, while its data stays the same.
const ageStep = 5 * time.Second

// Grid is a page of panels. It implements page.Page.
type Grid struct {
	dash    dashboard.Dashboard
	focus   int // index of the focused panel
	scroll  int // the first line of the scrolled part that is shown
	cursors map[string]*page.Cursor

	gen    uint64 // counts what invalidates data: new snapshots, another window
	asks   map[string]asked
	trends map[string]*trend
	busy   map[string]bool // panels that are being worked out off the loop
	again  bool            // there is something newer than what they are worked out from
	data   map[string]answer
	lines  map[string]drawing

	placed []dashboard.Placed // as worked out for was
	was    shape
	shape

	marks   marks
	drag    drag
	filters map[string]*narrowing // by panel
}

// shape is what of the screen decides where the panels stand.
type shape struct {
	cells int
	tall  bool // the strip is drawn in big digits
	few   int  // the screen's lines where it has only few; 0: enough
	high  int  // the lines that the panels have
}

// answer is a panel's data as of a generation.
type answer struct {
	gen   uint64
	env   envKey
	stamp string // of the snapshots it was worked out from
	data  dashboard.Data
	keys  []string // rowKeys of data
}

// asked is what a panel asks, worked out once for an Env.
type asked struct {
	askedFor
	reqs []feed.Request
}

// askedFor decides what a panel asks; all but env is of a table of tenants.
type askedFor struct {
	env           envKey
	known, failed bool
	covers        uint64 // those whose past is asked
}

// envKey is the part of an Env that decides what a panel asks.
type envKey struct {
	window, step, rate, scrape time.Duration
	vocab                      dashboard.Vocabulary
	traces                     string // service and tags of the searches for traces
	at                         int64  // seconds since the epoch, of a time in the past: what is recorded may not reach back to it
}

// drawing is a panel's lines and what they were drawn from.
type drawing struct {
	key   drawKey
	lines []string
}

type drawKey struct {
	gen  uint64 // of the full screen's data; the grid drops a panel's lines instead
	env  envKey
	opts panel.Options
}

var _ page.Page = (*Grid)(nil)

// New returns the page of d.
func New(d dashboard.Dashboard) *Grid {
	return &Grid{
		dash: d, gen: 1, cursors: map[string]*page.Cursor{},
		asks: map[string]asked{}, trends: map[string]*trend{}, busy: map[string]bool{}, data: map[string]answer{}, lines: map[string]drawing{},
		drag: drag{panel: -1}, filters: map[string]*narrowing{},
	}
}

// Title implements page.Page.
func (g *Grid) Title() string { return g.dash.Title }

// Scope implements page.Scoped.
func (g *Grid) Scope() string { return "grid" }

// Wants implements page.Page: what the panels on the screen need, and those a screen below, so that scrolling finds
// them filled.
func (g *Grid) Wants(c page.Context) []feed.Request {
	g.size(c)
	var reqs []feed.Request
	strip, body := g.split(c)
	h := room(c) - strip
	for _, p := range g.layout(c) {
		pan := g.dash.Panels[p.Panel]
		if body > 0 && !pan.Place.Strip && (p.Y-strip >= g.scroll+h || p.Y-strip+p.H <= g.scroll) {
			continue
		}
		reqs = append(reqs, g.requests(c, p.Panel)...)
	}
	return reqs
}

// Update implements page.Page.
func (g *Grid) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		g.gen++
		return g.workOut(c)
	case page.Computed:
		return g.computed(c, msg)
	case tea.PasteMsg:
		if g.Capturing() {
			g.filter().Add(msg.Content)
		}
	case tea.KeyPressMsg:
		return g.key(c, msg)
	case tea.MouseMsg:
		return g.mouse(c, msg)
	}
	return nil
}

// The least screen of a wall on which the golden signals are drawn in big digits, in cells of the page.
const (
	wallWidth  = 160
	wallHeight = 43
)

// size takes over how large the screen is.
func (g *Grid) size(c page.Context) {
	g.shape = shape{cells: c.Width, high: room(c), tall: c.Big && c.Width >= wallWidth && c.Height >= wallHeight}
	if c.Height < dashboard.FewLines {
		g.few = c.Height
	}
}

// layout is where the panels stand, in reading order.
func (g *Grid) layout(c page.Context) []dashboard.Placed {
	if g.size(c); g.was != g.shape {
		g.was = g.shape
		if g.placed = dashboard.Layout(g.dash.Panels, g.cells); g.few > 0 {
			g.placed = dashboard.LayoutFew(g.dash.Panels, g.cells, g.few)
		}
		if g.tall {
			dashboard.RaiseStrip(g.placed, g.dash.Panels, panel.BigLines)
		}
		dashboard.Fill(g.placed, g.dash.Panels, g.high)
	}
	return g.placed
}

// split is how many lines the strip takes, 0 when the screen is too low to keep it in place, and how many lines the
// scrolled part has.
func (g *Grid) split(c page.Context) (strip, body int) {
	total := 0
	for _, p := range g.layout(c) {
		if g.dash.Panels[p.Panel].Place.Strip {
			strip = max(strip, p.Y+p.H)
		}
		total = max(total, p.Y+p.H)
	}
	if strip > c.Height/3 {
		strip = 0
	}
	return strip, total - strip
}

// View implements page.Page.
func (g *Grid) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	if len(g.dash.Panels) == 0 {
		return page.Explain(c.Styles, "this dashboard has no panels", nil, c.Width)
	}
	strip, body := g.split(c)
	h := room(c) - strip
	g.scroll = max(0, min(g.scroll, body-h))
	lines := make([]string, 0, c.Height)
	for y := range strip {
		lines = append(lines, g.line(c, y))
	}
	for y := strip + g.scroll; y < strip+g.scroll+min(h, body-g.scroll); y++ {
		lines = append(lines, g.line(c, y))
	}
	return page.Above(lines, page.Footer(c, g.hints()...), c.Height)
}

// room is how many lines the panels have.
func room(c page.Context) int { return c.Height - page.FooterLines(c) }

// line is line y of the whole grid: the panels that cross it, from left to right.
func (g *Grid) line(c page.Context, y int) string {
	var b strings.Builder
	x := 0
	for _, p := range g.layout(c) {
		if y < p.Y || y >= p.Y+p.H {
			continue
		}
		if p.X > x {
			b.WriteString(strings.Repeat(" ", p.X-x))
		}
		w := drawnWidth(c, p)
		b.WriteString(g.panelLines(c, p, w)[y-p.Y])
		x = p.X + w
	}
	return b.String()
}

// panelLines draws a panel, or finds its lines drawn.
func (g *Grid) panelLines(c page.Context, p dashboard.Placed, width int) []string {
	id := g.dash.Panels[p.Panel].ID
	d := g.seen(c, p.Panel)
	o := g.options(c, p, width, d)
	k := drawKey{env: keyOf(c.Env), opts: o}
	if l, ok := g.lines[id]; ok && l.key == k {
		return l.lines
	}
	// Ages on the screen are taken against the true time; only the decision to draw anew goes by steps.
	o.Now = c.Now
	lines := panel.Render(d, o)
	g.lines[id] = drawing{key: k, lines: lines}
	return lines
}

// options is how a panel is drawn here.
func (g *Grid) options(c page.Context, p dashboard.Placed, width int, d dashboard.Data) panel.Options {
	focused := p.Panel == g.focus && !c.Big
	o := panel.Options{
		Styles: c.Styles, Now: c.Now.Truncate(ageStep), Width: width, Height: p.H,
		Focused: focused, Cursor: d.Grid.Column(c.Cursor), Selected: -1, UTC: c.UTC, Big: g.tall, Marks: g.marks.of(c),
	}
	if g.drag.panel == p.Panel {
		o.From, o.To = g.drag.from, g.drag.to
	}
	if n := g.filters[d.Panel.ID]; n != nil {
		o.Filter, o.Nothing = n.says(g.data[d.Panel.ID].data), n.Text != "" && rows(d) == 0
	}
	if keys := g.keysOf(d.Panel.ID); keys != nil {
		cur := g.cursor(d.Panel.ID)
		cur.Sync(keys, visibleRows(d, p.H, len(keys)))
		o.Offset = cur.Offset
		if focused {
			o.Selected = cur.Row
		}
	}
	return o
}

// eval is a panel's data, worked out anew when the snapshots that it shows have changed.
func (g *Grid) eval(c page.Context, i int) dashboard.Data {
	p := g.dash.Panels[i]
	k := keyOf(c.Env)
	a, ok := g.data[p.ID]
	if ok && a.gen == g.gen && a.env == k {
		return a.data
	}
	if ok && heavy(a.data) { // workOut sees to it
		return a.data
	}
	stamp := page.Stamp(c.Data, g.requests(c, i))
	if !ok || a.env != k || a.stamp != stamp {
		none := len(a.data.Tenants) == 0
		a.data = dashboard.Eval(g.asking(c, i), c.Env)
		delete(g.lines, p.ID)
		if none && len(a.data.Tenants) > 0 { // from now on with their past, which may be there
			g.data[p.ID] = a
			stamp = page.Stamp(c.Data, g.requests(c, i))
			a.data = dashboard.Eval(g.asking(c, i), c.Env)
		}
	}
	a.gen, a.env, a.stamp, a.keys = g.gen, k, stamp, rowKeys(a.data)
	g.data[p.ID] = a
	return a.data
}

// requests is what panel i asks.
func (g *Grid) requests(c page.Context, i int) []feed.Request {
	p := g.asking(c, i)
	k := asked{askedFor: askedFor{env: keyOf(c.Env)}}
	if p.Kind == dashboard.KindTenants {
		d := g.data[p.ID].data
		k.known, k.failed, k.covers = !d.At.IsZero(), d.Err != nil, g.trends[p.ID].n
	}
	// What targets ask depends on what the server can, too.
	if a, ok := g.asks[p.ID]; ok && a.askedFor == k.askedFor && p.Kind != dashboard.KindTargets {
		return a.reqs
	}
	k.reqs = p.Requests(c.Env)
	g.asks[p.ID] = k
	return k.reqs
}

func keyOf(e dashboard.Env) envKey {
	return envKey{window: e.Window, step: e.Step, rate: e.Rate, scrape: e.Scrape, vocab: e.Vocab,
		traces: e.TraceService + " " + e.TenantTags, at: e.At.Unix()}
}

func (g *Grid) cursor(id string) *page.Cursor {
	cur := g.cursors[id]
	if cur == nil {
		cur = &page.Cursor{}
		g.cursors[id] = cur
	}
	return cur
}
