package trace

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// spanView is one span, full screen: entries, of which only those on the screen are laid out.
type spanView struct {
	row     int // of the span
	entries []entry
	shown   []int32 // entries that the filter lets through
	back    []place // from which links led here
	at, top position

	filter  page.Filter
	applied string // the text that shown is made for, or will be
	gen     uint64 // of the filtering that is running; 0 when none is

	width   int // of the screen for which values are laid out
	wrapped map[int32][]string
}

// position is a line of the view: of a shown entry, counted from 0, the line.
type position struct{ entry, line int }

// place is a span that was looked at: where in it, and what of it.
type place struct {
	row    int
	at     position // of all entries, filtered or not
	filter page.Filter
}

// filtered are the entries that a filter lets through.
type filtered []int32

// maxBack bounds how many followed links Esc takes back.
const maxBack = 64

func (t *Trace) openSpan(row int) {
	t.look = oneSpan
	t.span = spanView{row: row}
}

// followSpan goes on to another span of the trace; Esc comes back to this one.
func (t *Trace) followSpan(row int) {
	back := append(t.span.back, t.span.place())
	if len(back) > maxBack {
		back = slices.Delete(back, 0, 1)
	}
	t.rows.jump(row)
	t.span = spanView{row: row, back: back}
}

func (v *spanView) place() place {
	p := place{row: v.row, at: v.at, filter: v.filter}
	if v.at.entry < len(v.shown) {
		p.at.entry = int(v.shown[v.at.entry])
	}
	return p
}

func (t *Trace) closeSpan() {
	if n := len(t.span.back); n > 0 {
		to := t.span.back[n-1]
		t.rows.jump(to.row)
		t.span = spanView{row: to.row, back: t.span.back[:n-1], at: to.at, filter: to.filter}
		return
	}
	t.look = waterfall
	t.span = spanView{}
}

// escape drops an applied filter and tells whether there was one.
func (v *spanView) escape() bool { return v.filter.Escape() }

// reread shows the same span of a trace that was read anew.
func (v *spanView) reread(row int) {
	*v = spanView{row: row, filter: v.filter, at: v.place().at}
}

// load makes the entries, once for each span.
func (t *Trace) load(c page.Context) *spanView {
	v := &t.span
	if v.entries == nil {
		v.entries = entriesOf(c, t.a, v.row)
		v.all()
	}
	if c.Width != v.width || len(v.wrapped) > 4096 {
		v.width, v.wrapped = c.Width, map[int32][]string{}
		v.settle()
	}
	return v
}

func (v *spanView) all() {
	v.applied, v.gen = "", 0
	shown := make([]int32, len(v.entries))
	for i := range shown {
		shown[i] = int32(i)
	}
	if v.shown == nil { // nothing was shown before: the cursor counts all entries already
		v.shown = shown
		return
	}
	v.show(shown)
}

// show shows other entries; the cursor stays on its own as long as that is among them.
func (v *spanView) show(shown []int32) {
	at := position{}
	if v.at.entry < len(v.shown) {
		if i, ok := slices.BinarySearch(shown, v.shown[v.at.entry]); ok {
			at = position{i, v.at.line}
		}
	}
	v.shown, v.at, v.top = shown, at, position{}
}

// startFilter works the filter out off the loop: ten thousand tags may be long ones.
func (t *Trace) startFilter(c page.Context) tea.Cmd {
	v := t.load(c)
	if v.filter.Text == v.applied {
		return nil
	}
	if v.filter.Text == "" {
		v.all()
		v.settle()
		return nil
	}
	v.gen, v.applied = t.next(), v.filter.Text
	entries, text := v.entries, v.filter.Text
	return page.Compute(t, v.gen, func() any { return narrow(entries, text) })
}

// narrow keeps the entries that hold the text in name or value, with the headings above them.
func narrow(entries []entry, text string) filtered {
	look := newLooker(text)
	shown := filtered{}
	heading := int32(-1)
	for i := range entries {
		e := &entries[i]
		switch {
		case e.kind == entryHeading:
			heading = int32(i)
		case e.kind != entryGap && (look.holds(e.name) || look.holds(e.text())):
			if heading >= 0 {
				shown = append(shown, heading)
				heading = -1
			}
			shown = append(shown, int32(i))
		}
	}
	return shown
}

func (v *spanView) narrow(gen uint64, f filtered) {
	if gen != v.gen || gen == 0 {
		return
	}
	v.gen = 0
	v.show(f)
	v.settle()
}

func (t *Trace) spanKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	v := t.load(c)
	height := t.spanHeight(c)
	switch k.String() {
	case "enter":
		return t.follow()
	case "y":
		if e := v.selected(); e != nil {
			text := e.text()
			if e.link.span != "" {
				text = e.link.span
			}
			return page.Send(page.Copy{Text: text, What: strings.TrimSpace(e.name)})
		}
		return nil
	case "Y":
		return page.Send(page.Copy{Text: t.a.Nodes[v.row].Span.SpanID, What: "span id"})
	case "tab":
		v.section(1)
		return nil
	case "shift+tab":
		v.section(-1)
		return nil
	case "home", "g":
		v.at, v.top = position{}, position{}
		v.settle()
		return nil
	case "end", "G":
		v.at = v.last()
		v.settle()
		return nil
	}
	if cmd, ok := t.jumpKey(k.String()); ok {
		if row := t.rows.node(); row != v.row {
			t.span = spanView{row: row, back: v.back}
		}
		return cmd
	}
	if d, ok := page.Motion(k, height, len(v.shown)); ok {
		v.move(d)
	}
	return nil
}

// follow goes where the selected entry leads.
func (t *Trace) follow() tea.Cmd {
	e := t.span.selected()
	switch {
	case e == nil || e.link.span == "":
		return page.Send(page.Notice{Text: "enter follows a parent or a link"})
	case e.link.row >= 0:
		t.followSpan(e.link.row)
		return nil
	}
	return page.Send(page.OpenTrace{ID: e.link.trace, Span: e.link.span, Query: t.asked.Query})
}

// selected is the entry under the cursor; nil when the filter leaves none.
func (v *spanView) selected() *entry {
	if v.at.entry >= len(v.shown) {
		return nil
	}
	return &v.entries[v.shown[v.at.entry]]
}

func spanBindings() []key.Binding {
	return []key.Binding{
		page.BindRows("line by line"),
		bind("tab shift+tab", "next, previous section"),
		bind("enter", "follow the parent or a link"),
		bind("y", "copy the value"),
		bind("Y", "copy the span id"),
		bind("/", "only what holds the text; enter keeps it, esc drops it"),
		bind("e E", "next, previous failed span"),
		bind("c C", "next, previous span on the critical path"),
		bind("s", "the span with the longest self time; again: the next longest"),
	}
}
