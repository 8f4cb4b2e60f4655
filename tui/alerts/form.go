package alerts

// The form that a silence is written in: for an alert, for what the filter shows, for one that expired, or to change one.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/tui/page"
)

// presets are the durations that a key goes through.
var presets = []string{"30m", "1h", "2h", "4h", "8h", "1d", "3d", "7d"}

// maxSilence bounds a silence: what should be quiet for longer is a rule to be changed.
const maxSilence = 365 * 24 * time.Hour

// maxField bounds what a field takes, in characters: any matcher that is proposed, escaped, and more.
const maxField = sources.MaxLong

// Fields below the matchers, counted from the first of them.
const (
	fieldEnds = iota
	fieldComment
	fieldCreator
	belowFields
)

var belowNames = [belowFields]string{"for", "comment", "by"}

// form is a silence as it is being written.
type form struct {
	base     sources.Silence // with an ID: the silence that is changed; its matchers stay
	matchers []textinput.Model
	below    [belowFields]textinput.Model
	at       int
	faults   map[int]string // by field
	notes    []string       // what the operator should know of the matchers proposed
	shown    int            // how many alerts the filter shows; 0: it is not for a filter

	confirming, sending bool
	err                 error // what Alertmanager said to the last try
	sent                sources.Silence

	// The alerts that the matchers match, as long as neither changes.
	checked string
	of      *data
	match   preview
}

func input(text string) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = maxField
	in.KeyMap.Paste.SetEnabled(false) // it would run programs of this machine; the terminal pastes by itself
	in.SetValue(text)
	in.CursorEnd()
	return in
}

// newForm is the form filled in from s; notes say what is missing in it.
func newForm(c page.Context, s sources.Silence, notes []string) *form {
	f := &form{base: s, notes: notes, faults: map[int]string{}}
	for _, m := range s.Matchers {
		f.matchers = append(f.matchers, input(matcherText(m)))
	}
	creator := c.Creator
	ends := "2h"
	if f.changes() {
		creator, ends = cmp.Or(creator, s.CreatedBy), "" // who extends it answers for it from now on
	}
	f.below = [belowFields]textinput.Model{input(ends), input(s.Comment), input(creator)}
	f.below[fieldEnds].Placeholder = "(as it is)"
	if len(f.matchers) == 0 && !f.changes() {
		f.matchers = append(f.matchers, input(""))
	}
	switch { // what is likely to be typed first
	case len(s.Matchers) == 0:
		f.focus(0)
	case f.changes() || s.Comment != "":
		f.focus(f.first() + fieldEnds)
	default:
		f.focus(f.first() + fieldComment)
	}
	return f
}

// changes tells that a silence is changed, not created.
func (f *form) changes() bool { return f.base.ID != "" }

// first is the index of the first field below the matchers; those of a silence that exists can't be edited.
func (f *form) first() int {
	if f.changes() {
		return 0
	}
	return len(f.matchers)
}

func (f *form) field(i int) *textinput.Model {
	if i < f.first() {
		return &f.matchers[i]
	}
	return &f.below[i-f.first()]
}

func (f *form) fields() int { return f.first() + belowFields }

func (f *form) focus(i int) {
	n := f.fields()
	f.at = (i + n) % n
	for j := range n {
		f.field(j).Blur()
		f.field(j).CursorStart() // where room is short, a name is seen by its beginning
	}
	f.field(f.at).Focus()
	f.field(f.at).CursorEnd()
}

// silenceRow opens the form with matchers for the labels that the row's alerts share.
func (p *Page) silenceRow(c page.Context, r row) tea.Cmd {
	if why := p.refusal(c); why != "" {
		return warn(why)
	}
	if len(r.all) == 0 {
		p.form = newForm(c, sources.Silence{Matchers: []sources.Matcher{{Name: "alertname", Value: r.name()}}},
			[]string{"no alert of this rule is active: the silence is for those to come"})
		return nil
	}
	p.openForm(c, r.all)
	return nil
}

// silenceFilter opens the form with matchers for what all the alerts have in common that the filter shows.
func (p *Page) silenceFilter(c page.Context, l listing) tea.Cmd {
	if why := p.refusal(c); why != "" {
		return warn(why)
	}
	if p.filter.Text == "" {
		return warn("no filter is set" + c.Hint("/", ": %s filters the alerts") + c.Hint("z", "; %s silences the selected one"))
	}
	var all []*instance
	for _, r := range l.rows {
		if !r.member {
			all = append(all, r.all...)
		}
	}
	if len(all) == 0 {
		return warn("the filter shows no active alert")
	}
	p.openForm(c, all)
	p.form.shown = len(all)
	return nil
}

func (p *Page) openForm(c page.Context, all []*instance) {
	var labels []labelled
	for _, i := range all {
		labels = append(labels, i.matched())
	}
	ms, left := proposedForAll(labels)
	var notes []string
	if len(left) > 0 {
		notes = append(notes, "no matcher is proposed on "+strings.Join(left, ", ")+
			": a value of it holds characters that dlmon does not show, and would not match")
	}
	p.form = newForm(c, sources.Silence{Matchers: ms}, notes)
}

// paste takes text over whole or not at all: half a value, or one that was mended, would match something else.
func (f *form) paste(msg tea.PasteMsg) {
	if f.confirming || f.sending {
		return
	}
	text := strings.TrimSpace(msg.Content)
	matcher := f.at < f.first()
	switch room := maxField - utf8.RuneCountInString(f.field(f.at).Value()); {
	case utf8.RuneCountInString(text) > room:
		f.faults[f.at] = fmt.Sprintf("not pasted: a field takes %d characters", maxField)
	case strings.ContainsRune(text, utf8.RuneError) && matcher:
		f.faults[f.at] = `not pasted: it holds U+FFFD or what is not UTF-8; write U+FFFD as \ufffd in a value within double quotes`
	case strings.ContainsAny(text, "\n\r\t") && matcher:
		f.faults[f.at] = `not pasted: it holds a line break or a tab; write them as \n and \t in a value within double quotes`
	default:
		f.edit(tea.PasteMsg{Content: sources.CleanLong(text)})
	}
}

// edit hands a key or pasted text to the field.
func (f *form) edit(msg tea.Msg) {
	in := f.field(f.at)
	was := in.Value()
	*in, _ = in.Update(msg)
	if now := in.Value(); now != was {
		if clean := sources.CleanLong(now); clean != now {
			in.SetValue(clean)
		}
		delete(f.faults, f.at)
		f.err = nil
	}
}

func (p *Page) formKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	f := p.form
	switch {
	case f.sending:
		return nil // it can't be taken back, nor sent twice
	case f.confirming:
		return p.confirmForm(c, k)
	}
	switch k.String() {
	case "esc":
		p.form = nil
	case "enter":
		if why := p.refusal(c); why != "" {
			return warn(why)
		}
		f.confirm(c)
	case "tab", "down":
		f.focus(f.at + 1)
	case "shift+tab", "up":
		f.focus(f.at - 1)
	case "ctrl+o":
		f.cycle()
	case "ctrl+n":
		if !f.changes() {
			at := min(f.at+1, len(f.matchers))
			f.matchers = slices.Insert(f.matchers, at, input(""))
			f.faults = map[int]string{}
			f.focus(at)
		}
	case "ctrl+x":
		if f.at < f.first() && len(f.matchers) > 1 {
			f.matchers = slices.Delete(f.matchers, f.at, f.at+1)
			f.faults = map[int]string{}
			f.focus(min(f.at, f.fields()-1))
		}
	default:
		f.edit(k)
	}
	return nil
}

// cycle takes the next operator of a matcher, or the next duration.
func (f *form) cycle() {
	in := f.field(f.at)
	switch i := f.at - f.first(); {
	case i == fieldEnds:
		n := slices.Index(presets, in.Value())
		in.SetValue(presets[(n+1)%len(presets)])
	case i < 0:
		m, err := parseMatcher(in.Value())
		if err != nil && !m.Regex { // an expression that does not compile can still become a plain value
			return
		}
		op := operators[(slices.Index(operators, operatorOf(m))+1)%len(operators)]
		m.Negative, m.Regex = strings.HasPrefix(op, "!"), strings.HasSuffix(op, "~")
		in.SetValue(matcherText(m))
	}
	in.CursorEnd()
	delete(f.faults, f.at)
	f.err = nil
}

// written is the silence that the form describes; faults say of each field what is wrong with it.
func (f *form) written(now time.Time) (s sources.Silence, faults map[int]string) {
	s, faults = f.base, map[int]string{}
	fault := func(field int, err error) {
		if err != nil {
			faults[field] = err.Error()
		}
	}
	if !f.changes() {
		s = sources.Silence{}
		for i := range f.matchers {
			m, err := parseMatcher(f.matchers[i].Value())
			fault(i, err)
			s.Matchers = append(s.Matchers, m)
		}
		if len(faults) == 0 && sources.NewMatching(s.Matchers).MatchesNothingGiven() {
			faults[0] = "at least one matcher must not match the empty string: this would silence alerts without any of these labels"
		}
	}
	text := func(field int) string { return strings.TrimSpace(f.below[field].Value()) }
	var err error
	s.EndsAt, err = f.ends(text(fieldEnds), now)
	fault(f.first()+fieldEnds, err)
	if s.CreatedBy = text(fieldCreator); s.CreatedBy == "" {
		faults[f.first()+fieldCreator] = "say who silences it"
	}
	if s.Comment = text(fieldComment); s.Comment == "" {
		faults[f.first()+fieldComment] = "say why: whoever finds the silence needs to know"
	}
	return s, faults
}

// ends reads when the silence is to end: "2h" from now, "+2h" later than it would; nothing: as it is.
func (f *form) ends(text string, now time.Time) (time.Time, error) {
	from := now
	switch {
	case text == "" && f.changes():
		return f.base.EndsAt, nil
	case text == "":
		return time.Time{}, errors.New("say for how long: 2h, 1d")
	case strings.HasPrefix(text, "+") && f.changes():
		from, text = f.base.EndsAt, strings.TrimSpace(text[1:])
	}
	d, err := model.ParseDuration(strings.ReplaceAll(text, " ", ""))
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf("%q is no duration such as 30m, 2h, 1d or 1d12h", text)
	}
	end := from.Add(time.Duration(d))
	switch {
	case end.Sub(now) > maxSilence:
		return time.Time{}, errors.New("that is longer than a year: change the rule instead")
	case !end.After(f.base.StartsAt):
		return time.Time{}, errors.New("it would end before it begins")
	}
	return end, nil
}

// confirm goes to the question, or to the first field that is at fault.
func (f *form) confirm(c page.Context) {
	_, f.faults = f.written(c.Now)
	for i := range f.fields() {
		if f.faults[i] != "" {
			f.focus(i)
			return
		}
	}
	f.confirming, f.err = true, nil
}

// confirmForm takes the answer to the question whether the silence is to be sent.
func (p *Page) confirmForm(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	f := p.form
	switch k.String() {
	case "esc", "n":
		f.confirming = false
	case "y":
		if why := p.refusal(c); why != "" {
			f.confirming = false
			return warn(why)
		}
		s, faults := f.written(c.Now)
		if len(faults) > 0 {
			f.confirm(c)
			f.confirming = false
			return nil
		}
		f.sending, f.sent = true, s
		return page.Send(page.SetSilence{Silence: s, From: p})
	}
	return nil
}

// done is what is said once Alertmanager has taken it.
func (f *form) done(c page.Context) string {
	what := "silenced until "
	if f.changes() {
		what = "the silence ends "
	}
	return what + clock(c, f.sent.EndsAt)
}
