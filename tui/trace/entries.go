package trace

import (
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// entry is one thing that is said of a span: a name and a value, or the heading of a section.
type entry struct {
	kind        entryKind
	name, value string
	at          time.Duration // of an event, since the trace's start
	link        link
}

type entryKind uint8

const (
	entryText entryKind = iota
	entryHeading
	entryGap   // a blank line before a heading
	entryNote  // something is out of order
	entryFault // of an exception
	entryEvent // its value is when it was
	entryQuiet // of the process, the same in many spans
)

// link is where an entry leads; without a span id nowhere.
type link struct {
	trace, span string
	row         int // of the span in this trace; -1 elsewhere
}

// text is what the entry's value says, and what is copied.
func (e *entry) text() string {
	if e.kind == entryEvent {
		return "+" + dashboard.FormatDuration(e.at)
	}
	return e.value
}

// selectable tells whether the cursor rests on the entry.
func (e *entry) selectable() bool { return e.kind != entryHeading && e.kind != entryGap }

// entriesOf are what there is to say of a span: what it is, what is wrong, exceptions, tags, events, links, its
// process. Values are only pointed to: nothing is laid out yet.
func entriesOf(c page.Context, a *tracing.Analysis, row int) []entry {
	n := &a.Nodes[row]
	s := n.Span
	b := builder{a: a, row: row, out: make([]entry, 0, 16+len(s.Tags)+2*len(s.Events)+len(s.Process))}
	b.identity(c)
	b.damage()
	exceptions := 0
	for i := range s.Events {
		if isException(&s.Events[i]) {
			exceptions++
		}
	}
	b.section("exceptions", exceptions)
	for i := range s.Events {
		if e := &s.Events[i]; isException(e) {
			b.exception(e)
		}
	}
	b.section("tags", len(s.Tags))
	for _, t := range s.Tags {
		b.say(entryText, t.Key, t.Value)
	}
	b.section("events", len(s.Events)-exceptions)
	for i := range s.Events {
		if e := &s.Events[i]; !isException(e) {
			b.event(e)
		}
	}
	b.links()
	b.section("process", len(s.Process))
	for _, t := range s.Process {
		b.say(entryQuiet, t.Key, t.Value)
	}
	return b.out
}

type builder struct {
	a   *tracing.Analysis
	row int
	out []entry
}

func (b *builder) say(kind entryKind, name, value string) {
	b.out = append(b.out, entry{kind: kind, name: name, value: value})
}

// section begins a section of n entries, none if n is 0.
func (b *builder) section(name string, n int) {
	if n == 0 {
		return
	}
	if len(b.out) > 0 {
		b.say(entryGap, "", "")
	}
	if n > 1 {
		name += " " + thousands(n)
	}
	b.say(entryHeading, name, "")
}

func (b *builder) identity(c page.Context) {
	n := &b.a.Nodes[b.row]
	s := n.Span
	b.say(entryText, "service", s.Service)
	b.say(entryText, "operation", s.Operation)
	b.say(entryText, "span id", s.SpanID)
	switch {
	case n.Parent >= 0:
		p := b.a.Nodes[n.Parent].Span
		b.out = append(b.out, entry{name: "parent", value: p.SpanID + "  " + p.Service + "  " + p.Operation,
			link: link{s.TraceID, p.SpanID, n.Parent}})
	case !n.Orphan:
		b.say(entryText, "parent", "none: a root")
	}
	start := c.Zone(s.Start).Format("2006-01-02 15:04:05.000000 MST")
	b.say(entryText, "start", "+"+dashboard.FormatDuration(n.Offset)+"  "+start)
	took := dashboard.FormatDuration(s.Duration)
	if p := share(s.Duration, b.a.Duration); p != "" {
		took += "  " + p + " of the trace"
	}
	b.say(entryText, "took", took)
	self := dashboard.FormatDuration(n.Self)
	if p := share(n.Self, s.Duration); p != "" {
		self += "  " + p + " of the span"
	}
	b.say(entryText, "self", self)
	path := "not on the critical path"
	if n.Critical > 0 {
		path = dashboard.FormatDuration(n.Critical) + "  " + share(n.Critical, b.a.Duration) + " of the trace"
	}
	b.say(entryText, "critical", path)
	if n.Children > 0 {
		b.say(entryText, "children", thousands(n.Children))
	}
}

// damage says what is out of order with the span, in the server's words and in dlmon's.
func (b *builder) damage() {
	n := &b.a.Nodes[b.row]
	s := n.Span
	var notes []string
	if n.Orphan {
		notes = append(notes, "its parent "+s.ParentID+" is not in this trace, or below the span itself: shown as a root")
	}
	if n.Skew && n.Parent >= 0 {
		notes = append(notes, skew(n, &b.a.Nodes[n.Parent])...)
	}
	if twins := b.twins(); twins > 0 {
		notes = append(notes, "its id is that of "+counted(twins, "other span")+" of this trace: children hang on the one of their own service")
	}
	if s.Duration < 0 {
		notes = append(notes, "it ends before it begins: its length counts as nothing")
	}
	b.section("out of order", len(notes)+len(s.Warnings))
	for _, text := range notes {
		b.say(entryNote, "dlmon", text)
	}
	for _, text := range s.Warnings {
		b.say(entryNote, "warning", text)
	}
}

// skew says by how much a span lies outside its parent.
func skew(n, parent *tracing.Node) []string {
	var out []string
	if early := parent.Offset - n.Offset; early > 0 {
		out = append(out, "begins "+dashboard.SayDuration(early)+" before its parent: the clocks differ")
	}
	if late := ending(n) - ending(parent); late > 0 {
		out = append(out, "ends "+dashboard.SayDuration(late)+" after its parent: the clocks differ, or the parent did not wait")
	}
	return out
}

// twins counts the other spans that have the span's id.
func (b *builder) twins() int {
	id, n := b.a.Nodes[b.row].Span.SpanID, -1
	for i := range b.a.Nodes {
		if b.a.Nodes[i].Span.SpanID == id {
			n++
		}
	}
	return n
}

// isException follows OpenTelemetry's convention for recorded exceptions.
func isException(e *sources.Event) bool {
	if e.Name == "exception" {
		return true
	}
	for _, t := range e.Tags {
		if t.Key == "exception.type" || t.Key == "exception.message" {
			return true
		}
	}
	return false
}

// exception gives type, message and stack trace first, whatever their order.
func (b *builder) exception(e *sources.Event) {
	b.out = append(b.out, entry{kind: entryEvent, name: "at", at: e.At.Sub(b.a.Start)})
	for _, key := range []string{"exception.type", "exception.message", "exception.stacktrace", ""} {
		for _, t := range e.Tags {
			short := strings.TrimPrefix(t.Key, "exception.")
			named := short == "type" || short == "message" || short == "stacktrace"
			kind := entryText
			if short == "type" || short == "message" {
				kind = entryFault
			}
			if t.Key == key || key == "" && !(named && t.Key != short) {
				b.say(kind, short, t.Value)
			}
		}
	}
}

func (b *builder) event(e *sources.Event) {
	name := e.Name
	if name == "" {
		name = "event"
	}
	b.out = append(b.out, entry{kind: entryEvent, name: name, at: e.At.Sub(b.a.Start)})
	for _, t := range e.Tags {
		b.say(entryText, "  "+t.Key, t.Value)
	}
}

// links are the span's references but for the one to the parent that it hangs on.
func (b *builder) links() {
	n := &b.a.Nodes[b.row]
	s := n.Span
	var refs []sources.Reference
	wanted := map[string]int{}
	for _, r := range s.References {
		if r.TraceID != "" && r.TraceID != s.TraceID {
			refs = append(refs, r)
		} else if r.SpanID != s.ParentID || r.Follows || n.Parent < 0 {
			refs = append(refs, r)
			wanted[r.SpanID] = -1
		}
	}
	b.section("links", len(refs))
	for i := len(b.a.Nodes) - 1; i >= 0 && len(wanted) > 0; i-- { // the first of each id stays
		if _, ok := wanted[b.a.Nodes[i].Span.SpanID]; ok {
			wanted[b.a.Nodes[i].Span.SpanID] = i
		}
	}
	for _, r := range refs {
		e := entry{name: "child of", link: link{r.TraceID, r.SpanID, -1}}
		if r.Follows {
			e.name = "follows from"
		}
		row, here := wanted[r.SpanID]
		here = here && (r.TraceID == "" || r.TraceID == s.TraceID)
		switch {
		case here && row >= 0:
			to := b.a.Nodes[row].Span
			e.link.row, e.value = row, r.SpanID+"  "+to.Service+"  "+to.Operation
		case here:
			e.link, e.value = link{}, r.SpanID+"  not in this trace"
		default:
			e.value = "span " + r.SpanID + " of trace " + r.TraceID
		}
		b.out = append(b.out, e)
	}
}
