package trace

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/tracing"
	"dlmon/tui/page"
)

// find is the search for text in a trace. It echoes what is typed at once; the matches come when they are worked out.
type find struct {
	prompt  page.Filter
	origin  int          // the row from which it was begun: the first match after it is shown, and Esc comes back to it
	asked   string       // what is being looked for, or was last
	stale   bool         // the trace has been read anew since
	gen     uint64       // of the search that is running; 0 when none is
	stop    *atomic.Bool // ends that search early
	jump    bool         // the next result moves the selection
	matches []int32      // rows that match, ascending
	where   string       // what of the selected match does
	whereAt int          // the row that where is about
}

// found are the matching rows.
type found []int32

func (t *Trace) openFind() {
	t.find.drop()
	t.find.prompt = page.Filter{Open: true}
	t.find.origin = t.rows.node()
}

// drop ends the search and forgets its matches.
func (f *find) drop() {
	if f.stop != nil {
		f.stop.Store(true)
	}
	*f = find{origin: f.origin}
}

func (t *Trace) findKey(k tea.KeyPressMsg) tea.Cmd {
	t.find.prompt.Key(k)
	if k.String() == "esc" {
		t.find.drop()
		t.rows.jump(min(t.find.origin, len(t.a.Nodes)-1))
	}
	return nil
}

// startFind looks for what the prompt says now, unless that is what was looked for last.
func (t *Trace) startFind() tea.Cmd {
	f := &t.find
	if f.prompt.Text == f.asked && !f.stale {
		return nil
	}
	if f.stop != nil {
		f.stop.Store(true)
	}
	f.jump = f.prompt.Text != f.asked
	f.asked, f.stale, f.gen, f.stop, f.where = f.prompt.Text, false, 0, nil, ""
	if f.asked == "" {
		f.matches = nil
		return nil
	}
	f.gen, f.stop = t.next(), new(atomic.Bool)
	nodes, text, stop := t.a.Nodes, f.asked, f.stop
	return page.Compute(t, f.gen, func() any { return search(nodes, text, stop) })
}

// search is the rows whose span holds the text; it gives up when stop is set.
func search(nodes []tracing.Node, text string, stop *atomic.Bool) found {
	look := newLooker(text)
	rows := found{}
	for i := range nodes {
		if i%256 == 0 && stop.Load() {
			return nil
		}
		if look.in(nodes[i].Span) {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// found takes the result of the search that was started last.
func (t *Trace) found(gen uint64, rows found) {
	f := &t.find
	if gen != f.gen || f.gen == 0 {
		return
	}
	f.gen, f.stop, f.matches = 0, nil, rows
	if f.jump && len(rows) > 0 {
		i, _ := slices.BinarySearch(f.matches, int32(f.origin))
		t.rows.jump(int(rows[i%len(rows)]))
	}
}

// nextMatch goes to the next match, or to the one before, around the end.
func (t *Trace) nextMatch(c page.Context, d int) tea.Cmd {
	f := &t.find
	switch {
	case f.asked == "":
		return page.Send(page.Notice{Text: "nothing to find" + c.Hint("/", ": %s asks for text")})
	case len(f.matches) == 0:
		return nil
	}
	i, on := slices.BinarySearch(f.matches, int32(t.rows.node()))
	switch {
	case d < 0:
		i--
	case on:
		i++
	}
	t.rows.jump(int(f.matches[(i+len(f.matches))%len(f.matches)]))
	return nil
}

// findLine is the last line while there is something to find; nil when there is not.
func (t *Trace) findLine(c page.Context) []string {
	f, s := &t.find, c.Styles
	prompt := f.prompt.Prompt()
	if prompt == "" {
		return nil
	}
	at := t.rows.node()
	i, on := slices.BinarySearch(f.matches, int32(at))
	state := ""
	switch {
	case f.asked == "":
		state = "type to find it in names, tags and events"
	case f.gen != 0:
		state = "looking"
	case len(f.matches) == 0:
		state = "not in this trace"
	case !on:
		state = counted(len(f.matches), "match")
		if len(f.matches) > 1 {
			state = thousands(len(f.matches)) + " matches"
		}
	default:
		if f.where == "" || f.whereAt != at {
			f.where, f.whereAt = newLooker(f.asked).where(t.a.Nodes[at].Span), at
		}
		state = fmt.Sprintf("%s of %s", thousands(i+1), thousands(len(f.matches)))
		if f.where != "" {
			state += " in " + f.where
		}
	}
	hint := c.Hint("n", "  %s next") + c.Hint("N", "  %s previous") + "  esc ends"
	if f.prompt.Open {
		hint = "  enter keeps  esc ends"
	}
	line := " " + s.Bold.Render(prompt) + "  " + s.Text.Render(state)
	return []string{page.Cut(line+s.Muted.Render(hint), c.Width, s.Glyphs.Ellipsis)}
}

// looker looks for text in spans, in whatever case. It is for one goroutine.
type looker struct {
	text  string // in lower case
	ascii bool
	// process remembers what was found in a set of process tags: a service's spans share one.
	process map[*sources.Tag]bool
}

func newLooker(text string) *looker {
	l := &looker{text: strings.ToLower(text), ascii: true, process: map[*sources.Tag]bool{}}
	for i := range len(l.text) {
		l.ascii = l.ascii && l.text[i] < 0x80
	}
	return l
}

// holds tells whether s contains the text.
func (l *looker) holds(s string) bool {
	if !l.ascii {
		return strings.Contains(strings.ToLower(s), l.text)
	}
	n := len(l.text)
	for i := 0; i+n <= len(s); i++ {
		j := 0
		for j < n && lower(s[i+j]) == l.text[j] {
			j++
		}
		if j == n {
			return true
		}
	}
	return false
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func (l *looker) in(s *sources.Span) bool {
	if l.holds(s.Operation) || l.holds(s.Service) || l.holds(s.SpanID) || l.inTags(s.Tags) {
		return true
	}
	for i := range s.Events {
		if l.holds(s.Events[i].Name) || l.inTags(s.Events[i].Tags) {
			return true
		}
	}
	if len(s.Process) == 0 {
		return false
	}
	hit, known := l.process[&s.Process[0]]
	if !known {
		hit = l.inTags(s.Process)
		l.process[&s.Process[0]] = hit
	}
	return hit
}

func (l *looker) inTags(tags []sources.Tag) bool {
	for i := range tags {
		if l.holds(tags[i].Key) || l.holds(tags[i].Value) {
			return true
		}
	}
	return false
}

// where names what of a span holds the text, for a match whose row doesn't show it; "" if the row does.
func (l *looker) where(s *sources.Span) string {
	if l.holds(s.Operation) || l.holds(s.Service) {
		return ""
	}
	if l.holds(s.SpanID) {
		return "span id " + s.SpanID
	}
	tag := func(of string, tags []sources.Tag) string {
		for _, t := range tags {
			if l.holds(t.Key) || l.holds(t.Value) {
				return of + t.Key + "=" + page.Cut(t.Value, 60, "…")
			}
		}
		return ""
	}
	if w := tag("", s.Tags); w != "" {
		return w
	}
	for _, e := range s.Events {
		if l.holds(e.Name) {
			return "event " + e.Name
		}
		if w := tag("event "+e.Name+" ", e.Tags); w != "" {
			return w
		}
	}
	return tag("process ", s.Process)
}
