package trace

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// key routes a key: an open prompt, the picture that is shown, what works in all of them.
func (t *Trace) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if t.look == waterfall && t.find.prompt.Open {
		return t.findKey(k)
	}
	if t.look == oneSpan && t.span.filter.Key(k) {
		return nil
	}
	if cmd, ok := t.anywhere(c, k.String()); ok {
		return cmd
	}
	if len(t.rows.shown) == 0 {
		return nil
	}
	switch t.look {
	case oneSpan:
		return t.spanKey(c, k)
	case merged:
		return t.flameKey(c, k)
	}
	return t.waterfallKey(c, k)
}

// anywhere are the keys that lead to other pages; they work while the trace is not there yet, too.
func (t *Trace) anywhere(c page.Context, k string) (tea.Cmd, bool) {
	switch k {
	case "t":
		return t.sibling(c, 1), true
	case "T":
		return t.sibling(c, -1), true
	case "d":
		return t.analyse(page.AnalysisDifference), true
	case "o":
		return t.analyse(page.AnalysisOperations), true
	case "y":
		if t.look == waterfall {
			return page.Send(page.Copy{Text: t.asked.ID, What: "trace id"}), true
		}
	}
	return nil, false
}

// sibling goes to the trace of the next exemplar, or of the one before.
func (t *Trace) sibling(c page.Context, d int) tea.Cmd {
	ids := t.asked.Siblings
	i := slices.Index(ids, t.asked.ID)
	switch {
	case i >= 0 && len(ids) > 1:
		o := t.asked
		o.ID, o.Span, o.Replace, o.From = ids[(i+d+len(ids))%len(ids)], "", true, t
		return page.Send(o)
	case i >= 0:
		return page.Send(page.Notice{Text: "there is no other to step to"})
	case t.asked.Query.Histogram != "":
		return page.Send(page.OpenExemplar{Query: t.asked.Query})
	}
	return page.Send(page.Notice{Text: "no exemplars here" + c.In("grid").Hint("t", ": %s on a latency panel leads to them"), Warn: true})
}

// analyse asks what the traces around this one say; where it came from no search, those with its root's operation, or
// of what needs no others, this one alone.
func (t *Trace) analyse(kind string) tea.Cmd {
	o := page.OpenAnalysis{Kind: kind, Query: t.asked.Query}
	if reflect.ValueOf(o.Query).IsZero() && kind != page.AnalysisDifference {
		o.A = []string{t.asked.ID}
	} else if o.Query.Operation == "" && t.a != nil && len(t.a.Nodes) > 0 {
		// Of all that a panel sums up, requests of another kind would only tell that they are of another kind.
		root := t.a.Nodes[0].Span
		o.Query.Service, o.Query.Operation = cmp.Or(o.Query.Service, root.Service), root.Operation
		if o.Query.Title != "" {
			o.Query.Title += ", "
		}
		o.Query.Title += root.Operation
	}
	return page.Send(o)
}

func (t *Trace) waterfallKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		t.openSpan(t.rows.node())
	case "left", "h":
		t.rows.left()
	case "right", "l":
		t.rows.right()
	case "<":
		t.rows.shallower()
	case ">":
		t.rows.deeper()
	case "z":
		return t.zoomIn()
	case "Z":
		t.zoom = window{}
	case "/":
		t.openFind()
	case "n":
		return t.nextMatch(c, 1)
	case "N":
		return t.nextMatch(c, -1)
	case "f":
		t.look = merged
	default:
		if cmd, ok := t.jumpKey(k.String()); ok {
			return cmd
		}
		if d, ok := page.Motion(k, t.visible(c), len(t.rows.shown)); ok {
			t.rows.move(d)
		}
	}
	return nil
}

// jumpKey are the keys that go to a span by what it is, in the waterfall and from span to span.
func (t *Trace) jumpKey(k string) (tea.Cmd, bool) {
	to, none := -1, ""
	switch k {
	case "e":
		to, none = t.nextError(1), "no span of this trace failed"
	case "E":
		to, none = t.nextError(-1), "no span of this trace failed"
	case "c":
		to, none = t.nextOnPath(1), "no span is on the critical path"
	case "C":
		to, none = t.nextOnPath(-1), "no span is on the critical path"
	case "s":
		to, none = t.nextSelf(), "no span has time of its own"
	default:
		return nil, false
	}
	if to < 0 {
		return page.Send(page.Notice{Text: none}), true
	}
	t.rows.jump(to)
	return nil, true
}

// nextError is the next failed span in the order of the rows, from the other end again after the last; -1 for none.
func (t *Trace) nextError(d int) int {
	n, at := len(t.a.Nodes), t.rows.node()
	for i := 1; i <= n; i++ {
		if j := (at + d*i + n) % n; t.a.Nodes[j].Span.Error {
			return j
		}
	}
	return -1
}

// nextOnPath is the next span on the critical path in the order of its time. A span that is not on it lies where it
// begins.
func (t *Trace) nextOnPath(d int) int {
	path := t.facts.path
	if len(path) == 0 {
		return -1
	}
	at := t.rows.node()
	i := slices.Index(path, int32(at))
	switch {
	case i >= 0:
		i += d
	default:
		begin := t.a.Nodes[at].Offset
		i = slices.IndexFunc(path, func(r int32) bool { return t.facts.sections.of(int(r))[0].From >= begin })
		if i < 0 {
			i = len(path)
		}
		if d < 0 {
			i--
		}
	}
	return int(path[(i+len(path))%len(path)])
}

// nextSelf is the span with the most time of its own, or the one that comes after the selected one in that order; each
// has its turn before the first comes again.
func (t *Trace) nextSelf() int {
	less := func(self time.Duration, row int, than time.Duration, thanRow int) bool {
		return self < than || self == than && row > thanRow
	}
	at := t.rows.node()
	first, next := -1, -1
	for i := range t.a.Nodes {
		self := t.a.Nodes[i].Self
		if self <= 0 {
			continue
		}
		if first < 0 || self > t.a.Nodes[first].Self {
			first = i
		}
		if at == t.self && less(self, i, t.a.Nodes[at].Self, at) && (next < 0 || self > t.a.Nodes[next].Self) {
			next = i
		}
	}
	if next < 0 {
		next = first
	}
	t.self = next
	return next
}

// zoomIn shows the selected span's time alone.
func (t *Trace) zoomIn() tea.Cmd {
	n := &t.a.Nodes[t.rows.node()]
	w := window{max(n.Offset, 0), min(ending(n), t.whole().to)}
	if w.to <= w.from {
		return page.Send(page.Notice{Text: "a span without length can't be zoomed into"})
	}
	if w == t.whole() {
		t.zoom = window{}
		return page.Send(page.Notice{Text: "this span runs as long as the trace"})
	}
	t.zoom = w
	return nil
}

// Bindings implements page.Page.
func (t *Trace) Bindings() []key.Binding {
	var here []key.Binding
	switch t.look {
	case oneSpan:
		here = spanBindings()
	case merged:
		here = flameBindings()
	default:
		here = []key.Binding{
			bind("enter", "the span: tags, events, exceptions, links"),
			page.BindRows("select"),
			bind("left right", "fold, unfold"),
			bind("< >", "fold the deepest level, unfold one level"),
			bind("e E", "next, previous failed span"),
			bind("c C", "next, previous span on the critical path"),
			bind("s", "the longest self time; again: the next longest"),
			bind("z Z", "zoom into the span's time; the whole trace"),
			bind("/", "find in names, tags and events"),
			bind("n N", "next, previous match"),
			bind("f", "flame graph: spans merged by path"),
			bind("y", "copy the trace id"),
		}
	}
	return append(here,
		bind("t T", "next, previous trace of the exemplars, or with the same cause"),
		bind("d", "what is different about these traces"),
		bind("o", "operations of these traces"))
}
