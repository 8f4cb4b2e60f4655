package alerts

// Everything that is known of one alert, of several of one name, or of a rule.

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// detail is what the detail is about.
type detail struct {
	last   row // as it was when it was last listed:
	live   bool
	at     time.Time // then, by the time shown
	scroll int
	link   int // which link Y copies next
}

func (p *Page) openDetail(c page.Context, r row) {
	p.mode, p.detail = modeDetail, detail{last: r, live: c.Live, at: c.Now}
	if r.rule != nil && r.one() == nil && !r.group() {
		p.detail.last.all = nil
	}
}

func (p *Page) detailKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	r, _ := p.shown(c)
	switch k.String() {
	case "right", "l":
		p.neighbour(c, 1)
		return nil
	case "left", "h":
		p.neighbour(c, -1)
		return nil
	}
	if d, ok := page.Motion(k, max(2, c.Height-2), 100_000); ok {
		p.detail.scroll = max(0, p.detail.scroll+d)
		return nil
	}
	cmd, _ := p.do(c, k, r)
	return cmd
}

// neighbour shows the row of the list before or after, and selects it there.
func (p *Page) neighbour(c page.Context, d int) {
	l := p.rows(c)
	p.sync(l)
	if p.cursor.Move(l.keys, d, len(l.rows)) {
		r := l.rows[p.cursor.Row]
		p.named = r.name()
		p.openDetail(c, r)
	}
}

func (p *Page) detailLines(c page.Context) []string {
	s := c.Styles
	r, how := p.shown(c)
	foot := page.Footer(c, r.hints(c, []string{"t traces", "o tenant", "z silence", "a silences", "y copy", "Y copy link",
		"left/right other alerts", "esc list", "? keys"})...)
	title := r.name()
	if r.group() {
		title = fmt.Sprintf("%s ×%d", title, len(r.all))
	}
	facts := ""
	if labels := r.about(); len(r.all) > 0 {
		facts = labels
	}
	head := []string{page.Title(s, title, facts, c.Width)}
	all := p.about(c, r)
	if pic := p.pictureLines(c, r, how); len(pic) > 0 {
		at := min(p.noteLines(c, r)+1, len(all))
		all = slices.Insert(all, at, pic...)
	}
	if how != here {
		all = append(p.presenceLines(c, r, how), all[1:]...)
	}
	room := max(1, c.Height-len(head)-len(foot))
	p.detail.scroll = max(0, min(p.detail.scroll, len(all)-room))
	rest := all[p.detail.scroll:]
	if cut := len(rest) - room; cut > 0 {
		rest = append(slices.Clone(rest[:room-1]), s.Muted.Render(fmt.Sprintf(" %s %d more lines below", s.Glyphs.Ellipsis, cut+1)))
	}
	return page.Above(append(head, rest...), foot, c.Height)
}

// sheet collects "name  text" lines.
type sheet struct {
	c     page.Context
	lines []string
}

func (t *sheet) say(name, text string) {
	if text == "" {
		return
	}
	s := t.c.Styles
	for _, para := range strings.Split(text, "\n") {
		for _, l := range page.Wrap(para, max(10, t.c.Width-16), 12, s.Glyphs.Ellipsis) {
			t.lines = append(t.lines, " "+s.Muted.Render(page.Fit(name, 14, s.Glyphs.Ellipsis))+s.Text.Render(l))
			name = ""
		}
	}
}

// notes are the annotations of a row: its alert's, what all its alerts' have alike, or the rule's own. A rule's own are templates that only an alert fills
// in: those that would have to be are left out.
func (r row) notes() sources.Labels {
	notes := sources.Labels{}
	if r.rule != nil && len(r.all) == 0 {
		maps.Copy(notes, r.rule.Annotations)
		maps.DeleteFunc(notes, func(_, text string) bool { return strings.Contains(text, "{{") })
	}
	if len(r.all) == 0 {
		return notes
	}
	maps.Copy(notes, r.all[0].Annotations)
	for _, i := range r.all[1:] { // what only one of them says is not said of all
		for name, text := range notes {
			if i.Annotations[name] != text {
				delete(notes, name)
			}
		}
	}
	return notes
}

// link is an annotation that leads somewhere.
type link struct{ name, url string }

// links are the annotations that are URLs, runbooks first.
func (r row) links() []link {
	var out []link
	notes := r.notes()
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		if u, err := url.Parse(notes[name]); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			out = append(out, link{strings.TrimSuffix(name, "_url"), notes[name]})
		}
	}
	slices.SortStableFunc(out, func(a, b link) int {
		return boolRank(!strings.HasPrefix(a.name, "runbook")) - boolRank(!strings.HasPrefix(b.name, "runbook"))
	})
	return out
}

// copyLink copies a link, and the next one when it is pressed again.
func (p *Page) copyLink(c page.Context, r row) tea.Cmd {
	all := r.links()
	if len(all) == 0 {
		return warn(r.name() + " has no link among its annotations")
	}
	n := 0
	if p.mode == modeDetail {
		n = p.detail.link % len(all)
		p.detail.link++
	}
	what := all[n].name + " link"
	if len(all) > 1 && p.mode == modeDetail {
		what += fmt.Sprintf(" (%d of %d%s)", n+1, len(all), c.Hint("Y", ", %s again for the next"))
	}
	return page.Send(page.Copy{Text: all[n].url, What: what})
}

// noteLines is how many lines about begins with before the labels: what the alert means.
func (p *Page) noteLines(c page.Context, r row) int {
	t := sheet{c: c}
	r.sayNotes(&t)
	return len(t.lines)
}

func (r row) sayNotes(t *sheet) {
	notes := r.notes()
	for _, name := range noteNames {
		t.say(name, notes[name])
	}
}

// about is everything that is known of a row but its picture; its first line says how it stands.
func (p *Page) about(c page.Context, r row) []string {
	s := c.Styles
	sign, style := mark(s, r)
	t := &sheet{c: c}
	t.lines = []string{" " + style.Render(sign+" "+r.standing(c))}
	r.sayNotes(t)
	notes := r.notes()
	for i, l := range r.links() {
		name := l.name
		if i == 0 {
			name += c.Hint("Y", " (%s)")
		}
		t.say(name, l.url)
		delete(notes, l.name)
		delete(notes, l.name+"_url")
	}
	if i := r.one(); i != nil {
		t.say("labels", labelText(i.Labels.Without("alertname")))
		if len(i.Altered) > 0 {
			t.say("", "not shown as they are: "+strings.Join(i.Altered, ", "))
		}
	}
	p.sayManaged(c, r, t.say)
	if r.group() {
		r.sayAll(c, t)
	}
	if r.rule != nil {
		sayRule(c, *r.rule, t.say)
	} else {
		t.say("rule", "known to Alertmanager only: its rule is not in this Prometheus")
	}
	for _, name := range noteNames {
		delete(notes, name)
	}
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		t.say(name, notes[name])
	}
	return t.lines
}

// standing is how a row stands, in words: "firing, critical, for 12m, since 13:53:32 UTC (active since 13:51:32 UTC)". That
// it was pending first gives way where there is no room.
func (r row) standing(c page.Context) string {
	parts := []string{r.stateText()}
	if i := r.one(); i != nil && i.Muted() {
		parts = []string{string(i.State) + ", but " + r.stateText()}
	}
	if sev := r.severity(); sev != "" {
		parts = append(parts, sev)
	}
	switch {
	case len(r.all) == 0 && r.state == failing:
		parts = append(parts, "it can't be evaluated: nobody is warned")
	case len(r.all) == 0:
		parts = append(parts, "no alert of this rule is active")
	}
	i := r.oldest()
	if i != nil {
		at := i.Since()
		parts = append(parts, fmt.Sprintf("for %s, since %s", dashboard.FormatAge(c.Now.Sub(at)), clock(c, at)))
	}
	text := strings.Join(parts, ", ")
	if i != nil && i.Since().After(i.ActiveSince) {
		if active := " (active since " + clock(c, i.ActiveSince) + ")"; ansi.StringWidth(text+active)+3 <= c.Width {
			text += active
		}
	}
	return text
}

// sayManaged tells what Alertmanager makes of a row's alerts.
func (p *Page) sayManaged(c page.Context, r row, say func(name, text string)) {
	i := r.one()
	switch state := sourceState(c, feed.SourceAlertmanager); {
	case len(r.all) == 0 || r.bare:
		return
	case state == feed.Off:
		say("alertmanager", "off: set --alertmanager-url to see who is notified and what is silenced")
		return
	case i == nil:
		return
	case !i.Known && !c.Live && len(i.Silenced) == 0:
		say("alertmanager", "who was notified then is not kept")
		return
	case i.State == sources.Pending:
		say("alertmanager", "not told yet: the alert is pending")
		return
	case !i.Known && (state == feed.Failed || state == feed.Waiting):
		say("alertmanager", "has not answered: nobody knows whether it is silenced")
		return
	case !i.Known && c.Live:
		say("alertmanager", "does not hold this alert: nobody is notified")
		return
	}
	d := p.known(c)
	for _, id := range i.Silenced {
		say("silenced", p.silencedBy(c, d, id))
	}
	for _, f := range i.Inhibited {
		if by := d.managed[f]; by != nil {
			say("inhibited by", by.Labels["alertname"]+" "+labelText(by.Labels.Without("alertname", "severity")))
		} else {
			say("inhibited by", "an alert that Alertmanager no longer lists, "+f)
		}
	}
	to := "notifies "
	if i.Muted() {
		to = "would notify "
	}
	if len(i.Receivers) > 0 {
		say("alertmanager", to+strings.Join(i.Receivers, ", "))
	}
}

// silencedBy puts a silence into words: by whom, until when and why.
func (p *Page) silencedBy(c page.Context, d *data, id string) string {
	s := d.silences[id]
	if s == nil {
		return "by the silence " + id
	}
	return fmt.Sprintf("by %s until %s, for another %s: %s", s.CreatedBy, clock(c, s.EndsAt), span(s.EndsAt.Sub(c.Now)), s.Comment)
}

// sayAll lists the alerts of a group.
func (r row) sayAll(c page.Context, t *sheet) {
	const most = 50
	format := formatter(unitOf(r))
	name := fmt.Sprintf("%d alerts", len(r.all))
	for n, i := range r.all {
		if n == most {
			t.say("", fmt.Sprintf("and %d more: esc, then right lists all of them", len(r.all)-most))
			return
		}
		text := labelText(i.whom()) + "  " + format(i.Value)
		if at := i.Since(); !at.IsZero() {
			text += "  for " + dashboard.FormatAge(c.Now.Sub(at))
		}
		t.say(name, page.Cut(text, max(10, c.Width-16), c.Styles.Glyphs.Ellipsis))
		name = ""
	}
}

func sayRule(c page.Context, r sources.Rule, say func(name, text string)) {
	say("error", r.LastError)
	say("rule", r.Expr)
	where := r.Group
	if r.File != "" {
		where += " in " + r.File
	}
	say("group", where)
	if r.For > 0 {
		say("for", span(r.For))
	}
	if r.KeepFiringFor > 0 {
		say("keeps firing", span(r.KeepFiringFor))
	}
	if !r.LastEvaluation.IsZero() {
		text := c.Clock(r.LastEvaluation) + ", " + dashboard.FormatAge(c.Now.Sub(r.LastEvaluation)) + " ago"
		if r.EvaluationTime > 0 {
			text += ", took " + dashboard.SayDuration(r.EvaluationTime)
		}
		say("evaluated", text)
	}
	if r.Health != "" && r.Health != "ok" && (r.Health != "unknown" || c.Live) { // of the past it is not kept
		say("health", r.Health)
	}
}
