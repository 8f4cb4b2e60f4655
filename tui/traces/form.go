package traces

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// Form is the search form. It implements page.Page.
type Form struct {
	from    page.TraceQuery // what it was filled in from
	filled  bool            // from it
	guessed bool            // the service
	fields  [fields]textinput.Model
	at      int // the field being typed into
	faults  [fields]string
	choice  int // of the suggestions
	history *History
	past    int    // which search of the history is shown, from 1; 0 for the operator's own
	own     inputs // what stood there before the history was looked through
}

var (
	_ page.Page     = (*Form)(nil)
	_ page.Capturer = (*Form)(nil)
	_ page.Opener   = (*Form)(nil)
)

// hints say what a field takes.
var hints = [fields]string{
	"Jaeger searches one service at a time",
	"the name of a span; empty for any",
	`name=value, several with a space between; two words stand in "quotes"`,
	"the least duration of a span: 500ms, 1.5s, 2m",
	"the greatest duration of a span",
	"how far back: 15m, 1h, 2d; or 14:00 to 14:30; empty for the screen's own window",
	fmt.Sprintf("how many traces at most, the newest ones, up to %d", maxLimit),
}

const maxShown = 5 // suggestions, and searches of the history

// NewForm returns the search form, filled in from q. What it searches for is kept in h.
func NewForm(q page.TraceQuery, h *History) *Form {
	f := &Form{from: q, history: h}
	for i := range f.fields {
		in := textinput.New()
		in.Prompt = ""
		in.CharLimit = sources.MaxName
		in.KeyMap.Paste.SetEnabled(false) // it would run programs of this machine; the terminal pastes by itself
		f.fields[i] = in
	}
	f.fields[fieldTags].CharLimit = sources.MaxText
	// In brackets, so that without colour, too, they are told from what is typed.
	for field, text := range map[int]string{fieldOperation: "(any)", fieldTags: "(any)", fieldMin: "(none)", fieldMax: "(none)"} {
		f.fields[field].Placeholder = text
	}
	f.fields[fieldLimit].Placeholder = fmt.Sprintf("(%d)", limit)
	f.focus(fieldService)
	return f
}

// Title implements page.Page.
func (f *Form) Title() string { return "search" }

// Capturing implements page.Capturer.
func (f *Form) Capturing() bool { return true }

// Open implements page.Opener.
func (f *Form) Open(c page.Context) tea.Cmd {
	f.fill(c)
	return nil
}

// Wants implements page.Page.
func (f *Form) Wants(c page.Context) []feed.Request {
	reqs := []feed.Request{{Kind: feed.Services}}
	if svc := f.text(fieldService); slices.Contains(c.Data.Services().Value, svc) { // not for each letter of it
		reqs = append(reqs, feed.Request{Kind: feed.Operations, Expr: svc})
	}
	return reqs
}

func (f *Form) text(field int) string { return strings.TrimSpace(f.fields[field].Value()) }

// fill fills the form in, once it is known what from stands for here, and the service as soon as Jaeger has named one.
func (f *Form) fill(c page.Context) {
	if !f.filled {
		f.filled = true
		f.set(inputsOf(c, f.from))
	}
	if svc := c.ServiceName(); !f.guessed && svc != "" {
		f.guessed = true // once: the operator may empty it
		if f.text(fieldService) == "" {
			f.put(fieldService, svc)
		}
	}
}

func (f *Form) set(in inputs) {
	for i, text := range in {
		f.put(i, text)
	}
	f.faults = [fields]string{}
}

func (f *Form) put(field int, text string) {
	f.fields[field].SetValue(text)
	f.fields[field].CursorEnd()
}

func (f *Form) inputs() inputs {
	var in inputs
	for i := range in {
		in[i] = f.text(i)
	}
	return in
}

func (f *Form) focus(field int) {
	f.at, f.choice = (field+fields)%fields, 0
	for i := range f.fields {
		f.fields[i].Blur()
	}
	f.fields[f.at].Focus()
}

// Update implements page.Page.
func (f *Form) Update(c page.Context, msg tea.Msg) tea.Cmd {
	f.fill(c)
	switch msg := msg.(type) {
	case tea.PasteMsg:
		f.edit(tea.PasteMsg{Content: sources.Clean(strings.TrimSpace(msg.Content))})
	case tea.KeyPressMsg:
		return f.key(c, msg)
	}
	return nil
}

func (f *Form) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	found := f.suggestions(c)
	in := &f.fields[f.at]
	switch k.String() {
	case "esc":
		return page.Send(page.Back{})
	case "enter":
		return f.search(c)
	case "tab", "down":
		f.focus(f.at + 1)
	case "shift+tab", "up":
		f.focus(f.at - 1)
	case "ctrl+n":
		f.choice = min(f.choice+1, max(len(found)-1, 0))
	case "ctrl+p":
		f.choice = max(f.choice-1, 0)
	case "ctrl+up", "pgup":
		f.remember(1)
	case "ctrl+down", "pgdown":
		f.remember(-1)
	case "ctrl+space", "ctrl+@":
		f.take(found)
	case "right":
		if in.Position() == len([]rune(in.Value())) && len(found) > 0 {
			f.take(found)
		} else {
			f.edit(k)
		}
	default:
		f.edit(k)
	}
	return nil
}

// edit hands a key or pasted text to the field.
func (f *Form) edit(msg tea.Msg) {
	in := &f.fields[f.at]
	was := in.Value()
	*in, _ = in.Update(msg)
	if now := in.Value(); now != was {
		if clean := sources.Clean(now); clean != now {
			in.SetValue(clean)
		}
		f.faults[f.at], f.choice = "", 0
	}
}

func (f *Form) take(found []string) {
	if f.choice < len(found) {
		f.put(f.at, found[f.choice])
		f.faults[f.at], f.choice = "", 0
	}
}

// remember steps d searches back in the history; at its near end stands what the operator was typing.
func (f *Form) remember(d int) {
	if f.past == 0 {
		f.own = f.inputs()
	}
	f.past = min(max(f.past+d, 0), len(f.history.all))
	if f.past == 0 {
		f.set(f.own)
	} else {
		f.set(f.history.all[f.past-1])
	}
}

// search asks for what stands in the form; bad input is said at its field, and the first such field is gone to.
func (f *Form) search(c page.Context) tea.Cmd {
	in := f.inputs()
	q, faults := in.query(c, f.from)
	f.faults = faults
	for i, fault := range faults {
		if fault != "" {
			f.focus(i)
			return nil
		}
	}
	f.history.add(in)
	return page.Send(page.OpenTraces{Query: q, Replace: true, From: f})
}

// suggestions are what Jaeger knows for the field, those that begin with what is typed first.
func (f *Form) suggestions(c page.Context) []string {
	var known []string
	switch f.at {
	case fieldService:
		known = c.Data.Services().Value
	case fieldOperation:
		known = c.Data.Operations(f.text(fieldService)).Value
	}
	typed := strings.ToLower(f.text(f.at))
	var begin, contain []string
	for _, name := range known {
		switch low := strings.ToLower(name); {
		case low == typed:
		case strings.HasPrefix(low, typed):
			begin = append(begin, name)
		case strings.Contains(low, typed):
			contain = append(contain, name)
		}
	}
	slices.Sort(begin)
	slices.Sort(contain)
	return append(begin, contain...)
}

// View implements page.Page.
func (f *Form) View(c page.Context) []string {
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	f.fill(c)
	s, g := c.Styles, c.Styles.Glyphs
	const label = 17
	lines := []string{page.Title(s, "Search for traces", "enter searches "+g.Dot+" tab next field "+g.Dot+" esc leaves", c.Width), ""}
	for i := range f.fields {
		name, style := "   "+fieldNames[i], s.Muted
		if i == f.at {
			name, style = " "+g.Pointer+" "+fieldNames[i], s.Key
		}
		lines = append(lines, style.Render(page.Fit(name, label, ""))+f.input(c, i, max(c.Width-label-2, 4)))
		if fault := f.faults[i]; fault != "" {
			sign := g.Critical
			for _, l := range page.Wrap(fault, max(c.Width-label-2, 4), 2, g.Ellipsis) {
				lines = append(lines, strings.Repeat(" ", label-2)+s.Critical.Render(sign+" "+l))
				sign = " "
			}
		}
	}
	lines = append(lines, "", s.Muted.Render(page.Cut("   "+f.hint(c), c.Width, g.Ellipsis)))
	lines = append(lines, f.pick(c, "   ", f.suggestions(c), f.choice, "right takes it, ctrl+n and ctrl+p choose")...)
	var past []string
	for _, in := range f.history.all {
		past = append(past, in.String())
	}
	if len(past) > 0 {
		lines = append(lines, "", s.Muted.Render(page.Cut("   Last searches: ctrl+up and ctrl+down, or pgup and pgdown, fill them in", c.Width, g.Ellipsis)))
		lines = append(lines, f.pick(c, "   ", past, f.past-1, "")...)
	}
	return lines[:min(len(lines), c.Height)]
}

// input is a field of at most width cells.
func (f *Form) input(c page.Context, field, width int) string {
	s, in := c.Styles, &f.fields[field]
	if field == fieldWindow {
		in.Placeholder = "(the last " + spanWords(c.Window) + ")"
	}
	state := textinput.StyleState{Text: s.Text, Placeholder: s.Faint, Suggestion: s.Faint, Prompt: s.Muted}
	in.SetStyles(textinput.Styles{Focused: state, Blurred: state})
	if in.Width() != width {
		in.SetWidth(width)
		in.SetCursor(in.Position())
	}
	return strings.TrimRight(in.View(), " ")
}

// hint says what the field takes, and what Jaeger has to say to it.
func (f *Form) hint(c page.Context) string {
	svc := f.text(fieldService)
	services, operations := c.Data.Services(), c.Data.Operations(svc)
	text := hints[f.at]
	switch {
	case stateOf(c, feed.SourceJaeger) == feed.Off:
		return text + "; Jaeger is off: set --jaeger-url"
	case f.at <= fieldOperation && services.OK() && svc != "" && !slices.Contains(services.Value, svc):
		return text + "; Jaeger knows no service " + svc
	case f.at == fieldService && services.Err != nil:
		return text + "; it could not be asked which it knows"
	case f.at == fieldOperation && svc == "":
		return text + "; name a service to see its operations"
	case f.at == fieldOperation && operations.Err != nil:
		return text + "; Jaeger could not be asked for the operations of " + svc
	case f.at == fieldOperation && !operations.Answered():
		return text + "; asking Jaeger for the operations of " + svc
	}
	return text
}

// pick lists up to maxShown of all, around the chosen one (-1 for none), which carries the pointer and how to take it.
func (f *Form) pick(c page.Context, indent string, all []string, chosen int, how string) []string {
	s, g := c.Styles, c.Styles.Glyphs
	from := page.Scroll(0, max(chosen, 0), maxShown, len(all))
	var lines []string
	for i := from; i < min(from+maxShown, len(all)); i++ {
		line := s.Text.Render(indent + "  " + all[i])
		if i == chosen {
			line = s.Bold.Render(indent+g.Pointer+" "+all[i]) + "  " + s.Muted.Render(how)
		}
		lines = append(lines, page.Cut(line, c.Width, g.Ellipsis))
	}
	if rest := len(all) - from - maxShown; rest > 0 {
		lines = append(lines, s.Muted.Render(fmt.Sprintf("%s  %d more", indent, rest)))
	}
	return lines
}

// Bindings implements page.Page.
func (f *Form) Bindings() []key.Binding {
	return []key.Binding{
		bind("enter", "search"),
		bind("tab down", "next field"),
		bind("shift+tab up", "the field before"),
		bind("right ctrl+space", "take the suggestion"),
		bind("ctrl+n ctrl+p", "choose another suggestion"),
		bind("ctrl+up pgup", "an earlier search"),
		bind("ctrl+down pgdown", "a later search"),
		bind("esc", "leave"),
	}
}
