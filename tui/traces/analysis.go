package traces

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Analysis is the page of what several traces say together. It reads the traces one by one, works its sums out off the
// Bubble Tea loop as they come, and shows what is known so far. What the sums are, its kind says. It implements
// page.Page.
type Analysis struct {
	open   page.OpenAnalysis
	kind   kind
	gather gather
	focus  int // of the kind's tables
	areas  []area

	gen       uint64 // of the sums asked for last
	computing bool
	asked     stamp // what they are worked out from ...
	shown     stamp // ... and what those on the screen were
	ready     bool  // the kind has sums to show
	err       error // of the last sums
}

// stamp is what sums depend on: the traces read, and what else the kind reads.
type stamp struct {
	traces int
	other  time.Time
}

// kind is what one kind of analysis does with the traces.
type kind interface {
	// name is what is shown, for the heading and the breadcrumb: "Operations".
	name() string
	// scope is which traces are read.
	scope() scope
	// wants are requests beside the traces; stamp changes when their answers do.
	wants(c page.Context) []feed.Request
	stamp(c page.Context) time.Time
	// work prepares the sums, on the loop; what it returns runs off it and touches nothing that changes.
	work(c page.Context, in input) func() any
	// take has the sums' result.
	take(v any)
	tables() []table
	// facts are for the heading; above are lines between it and the tables, of which there is room for most.
	facts() []string
	above(c page.Context, most int) []string
	// none says why there are no rows, though there are sums.
	none() string
	// key answers what the page and the tables have no use for; focus is the table that has the cursor.
	key(c page.Context, k string, focus int) tea.Cmd
	bindings() []key.Binding
}

var (
	_ page.Page     = (*Analysis)(nil)
	_ page.Capturer = (*Analysis)(nil)
	_ page.Escaper  = (*Analysis)(nil)
	_ page.Opener   = (*Analysis)(nil)
)

// NewAnalysis returns the page of what several traces say together.
func NewAnalysis(o page.OpenAnalysis) page.Page {
	p := &Analysis{open: o}
	switch o.Kind {
	case page.AnalysisDifference:
		p.kind = newDifference(o)
	case page.AnalysisCauses:
		p.kind = newCauses(o)
	case page.AnalysisServices:
		p.kind = newServices(o)
	case page.AnalysisCompare:
		p.kind = newCompare(o)
	default:
		p.kind = newOperations(o)
	}
	p.gather = gather{query: o.Query, scope: p.kind.scope()}
	return p
}

// Answers tells whether the page is what o asks for.
func (p *Analysis) Answers(o page.OpenAnalysis) bool { return reflect.DeepEqual(p.open, o) }

// Title implements page.Page.
func (p *Analysis) Title() string { return strings.ToLower(p.kind.name()) }

// Scope implements page.Scoped.
func (p *Analysis) Scope() string { return "analysis" }

// Wants implements page.Page.
func (p *Analysis) Wants(c page.Context) []feed.Request {
	return append(p.kind.wants(c), p.gather.look(c).wants...)
}

// Open implements page.Opener: the traces may have been read already.
func (p *Analysis) Open(c page.Context) tea.Cmd { return p.refresh(c) }

// Capturing implements page.Capturer.
func (p *Analysis) Capturing() bool { return p.ready && p.table().capturing() }

// Escape implements page.Escaper.
func (p *Analysis) Escape() bool { return p.ready && p.table().escape() }

func (p *Analysis) table() table {
	all := p.kind.tables()
	return all[min(p.focus, len(all)-1)]
}

// Update implements page.Page.
func (p *Analysis) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Computed:
		if msg.Gen != p.gen {
			return nil // asked for anew since
		}
		p.computing, p.shown, p.err = false, p.asked, msg.Err
		if msg.Err == nil {
			p.kind.take(msg.Value)
			p.ready = true
		}
	case tea.PasteMsg:
		if p.Capturing() {
			p.table().paste(msg.Content)
		}
	case tea.KeyPressMsg:
		if cmd := p.key(c, msg); cmd != nil {
			return tea.Batch(cmd, p.refresh(c))
		}
	}
	return p.refresh(c)
}

// refresh asks for the sums when there is something new to sum up and the last ones have come.
func (p *Analysis) refresh(c page.Context) tea.Cmd {
	in := p.gather.look(c)
	if len(in.traces) == 0 {
		if !in.asking && in.pending == 0 && p.ready { // a window without traces
			p.gen++
			p.computing, p.ready, p.shown = false, false, stamp{}
		}
		return nil
	}
	now := stamp{in.version, p.kind.stamp(c)}
	if p.computing || now == p.shown {
		return nil
	}
	p.gen++
	p.computing, p.asked = true, now
	return page.Compute(p, p.gen, p.kind.work(c, in.input))
}

// neighbours are the analyses that a key leads to from any other.
var neighbours = map[string]string{
	"d": page.AnalysisDifference, "o": page.AnalysisOperations, "e": page.AnalysisCauses, "w": page.AnalysisServices,
}

func (p *Analysis) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if p.ready && p.table().key(k) {
		return nil
	}
	if to, ok := neighbours[k.String()]; ok {
		if to == p.open.Kind {
			return nil
		}
		o := p.open
		o.Kind = to
		return page.Send(o)
	}
	if !p.ready {
		return nil
	}
	if n := len(p.kind.tables()); n > 1 {
		switch k.String() {
		case "tab":
			p.focus = (p.focus + 1) % n
			return nil
		case "shift+tab":
			p.focus = (p.focus + n - 1) % n
			return nil
		}
	}
	return p.kind.key(c, k.String(), p.focus)
}

// View implements page.Page.
func (p *Analysis) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	p.areas = nil
	in := p.gather.look(c)
	lines := []string{page.Title(c.Styles, p.heading(), p.facts(c, in), c.Width)}
	lines = append(lines, in.notes(c)...)
	switch {
	case p.err != nil:
		lines = append(lines, page.Explain(c.Styles, "the sums could not be worked out", p.err, c.Width)...)
	case !p.ready:
		lines = append(lines, in.why(c, p.open)...)
	default:
		lines = append(lines, p.kind.above(c, max(1, (c.Height-len(lines))/2))...)
		foot := page.Footer(c, p.hints(c.Width)...)
		top := len(lines)
		lines = append(lines, p.body(c, c.Height-len(lines)-len(foot))...)
		for i := range p.areas {
			p.areas[i].y += top
		}
		return page.Above(lines, foot, c.Height)
	}
	return lines[:min(len(lines), c.Height)]
}

func (p *Analysis) heading() string {
	return p.kind.name() + ": " + p.about()
}

// about names the traces.
func (p *Analysis) about() string {
	marked := len(p.open.A) + len(p.open.B)
	switch {
	case p.open.Kind == page.AnalysisCompare:
		return "two traces"
	case marked > 0 && p.open.Kind != page.AnalysisDifference:
		return counted(marked, "marked trace")
	case p.open.Query.Title == "":
		return "the recent traces"
	}
	return p.open.Query.Title
}

func (p *Analysis) facts(c page.Context, in reading) string {
	var facts []string
	if p.ready {
		if f := p.table().prompt(); f != "" { // first: what is being typed is never cut off
			facts = append(facts, f)
		}
	}
	noun := "trace"
	if p.gather.scope.failed {
		noun = "failed trace"
	}
	switch n := len(in.asked); {
	case n > len(in.traces):
		facts = append(facts, fmt.Sprintf("%d of %s read", len(in.traces), counted(n, noun)))
	case n > 0:
		facts = append(facts, counted(n, noun))
	}
	if in.full {
		facts = append(facts, "there may be more")
	}
	if p.ready {
		facts = append(facts, p.kind.facts()...)
		facts = append(facts, p.table().facts()...)
	}
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

// sideBySide is how wide a screen must be for two tables beside each other.
const sideBySide = 180

// body draws the tables below or beside each other, each with its name where there are several.
func (p *Analysis) body(c page.Context, height int) []string {
	all := p.kind.tables()
	p.areas = nil
	rows := 0
	for _, t := range all {
		rows += t.size()
	}
	if text := p.kind.none(); rows == 0 && text != "" {
		return page.Explain(c.Styles, text, nil, c.Width)
	}
	switch {
	case len(all) == 1:
		p.areas = []area{{0, 1}}
		return all[0].lines(c, c.Width, height, true)
	case c.Width >= sideBySide:
		const between = 3
		w := (c.Width - between) / 2
		p.areas = []area{{0, 2}, {w + between, 2}}
		left, right := p.named(c, 0, w, height), p.named(c, 1, w, height)
		var out []string
		for i := range max(len(left), len(right)) {
			l, r := "", ""
			if i < len(left) {
				l = left[i]
			}
			if i < len(right) {
				r = right[i]
			}
			out = append(out, page.Fit(l, w, c.Styles.Glyphs.Ellipsis)+strings.Repeat(" ", between)+r)
		}
		return out
	}
	// The first gets what it needs as long as the second gets a half, or what it needs.
	const frame = 2 // name and column titles
	first := min(all[0].size()+frame, max(height/2, height-all[1].size()-frame))
	upper := p.named(c, 0, c.Width, first)
	p.areas = []area{{0, 2}, {0, len(upper) + 2}}
	return append(upper, p.named(c, 1, c.Width, height-first)...)
}

// named is a table under its name; the one that has the keys stands out.
func (p *Analysis) named(c page.Context, i, width, height int) []string {
	s, t := c.Styles, p.kind.tables()[i]
	style := s.Muted
	name := " " + t.title()
	if i == p.focus {
		style, name = s.Focus, s.Glyphs.Pointer+t.title()
	}
	line := style.Render(page.Cut(name, width, s.Glyphs.Ellipsis))
	if t.size() == 0 {
		return []string{line, s.Muted.Render(page.Cut("  none", width, s.Glyphs.Ellipsis))}
	}
	return append([]string{line}, t.lines(c, width, height-1, i == p.focus)...)
}

// Bindings implements page.Page.
func (p *Analysis) Bindings() []key.Binding {
	out := append(p.kind.bindings(), page.BindRows("select"))
	if len(p.kind.tables()) > 1 {
		out = append(out, bind("tab shift+tab", "the other table"))
	}
	out = append(out, bind("s", "sort by the next column"), bind("S", "reverse the order"),
		bind("/", "filter as you type; enter keeps it, esc drops it"))
	for _, k := range []struct{ key, kind, what string }{
		{"d", page.AnalysisDifference, "what is different"}, {"o", page.AnalysisOperations, "operations"},
		{"e", page.AnalysisCauses, "errors by root cause"}, {"w", page.AnalysisServices, "who calls whom"},
	} {
		if k.kind != p.open.Kind {
			out = append(out, bind(k.key, k.what))
		}
	}
	return out
}

// hints are the keys that the last line names: on a narrow screen in a word each.
func (p *Analysis) hints(width int) []string {
	if p.Capturing() {
		return page.FilterHints
	}
	enter := map[string]string{page.AnalysisCauses: "enter newest trace", page.AnalysisCompare: "enter span"}[p.open.Kind]
	out := []string{cmp.Or(enter, "enter traces")}
	if len(p.kind.tables()) > 1 {
		out = append(out, "tab other table")
	}
	for _, n := range []struct{ kind, long, short string }{
		{page.AnalysisDifference, "d what is different", "d differs"}, {page.AnalysisOperations, "o operations", "o operations"},
		{page.AnalysisCauses, "e errors by root cause", "e errors"}, {page.AnalysisServices, "w who calls whom", "w calls"},
	} {
		switch {
		case n.kind == p.open.Kind:
		case width < 120:
			out = append(out, n.short)
		default:
			out = append(out, n.long)
		}
	}
	return append(out, "y copy", "/ filter", "s sort", "? all keys")
}

// counted is "1 trace", "2 traces".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
