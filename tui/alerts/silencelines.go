package alerts

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

func (p *Page) silenceLines(c page.Context) []string {
	s, l := c.Styles, &p.silences
	all := p.silenced(c)
	l.cursor.Sync(idsOf(all), len(all))
	p.expired = slices.ContainsFunc(all, func(x sources.Silence) bool { return silenceState(c, x) == sources.SilenceExpired })
	lines := []string{page.Title(s, "Silences", p.silenceFacts(c, all), c.Width)}
	foot := p.silenceFoot(c, all)
	if l.expiring != nil {
		return page.Above(append(lines, p.expiryLines(c, *l.expiring, c.Height-len(lines)-len(foot))...), foot, c.Height)
	}
	if p.writing != "" {
		lines = append(lines, s.Bold.Render(page.Cut(" "+s.Glyphs.Pending+" "+p.writing+s.Glyphs.Ellipsis, c.Width, s.Glyphs.Ellipsis)))
	}
	if l.err != nil {
		lines = append(lines, page.Explain(s, "Alertmanager did not do it", l.err, c.Width)...)
	}
	if len(all) == 0 {
		return page.Above(append(lines, p.whyNoSilence(c)...), foot, c.Height)
	}
	d := p.known(c)
	o := outline{hits: &p.hits, first: len(lines), rows: len(all), columns: []page.Column{
		{}, {Title: "silenced", Min: 16, Max: max(24, c.Width/2), Grow: true}, {Title: "alerts", Right: true, Min: 5}, {Title: "ends", Right: true, Min: 12},
		{Title: "by", Max: 16, Drop: 2}, {Title: "comment", Min: 10, Grow: true, Drop: 1},
	}, cells: func(i int) []page.Cell { return silenceCells(c, d, all[i]) }}
	last := sources.SilenceState("")
	for i, x := range all {
		if st := silenceState(c, x); st != last {
			last = st
			n := 0
			for _, y := range all {
				n += boolRank(silenceState(c, y) == st)
			}
			o.heads = append(o.heads, heading{at: i, text: fmt.Sprintf("%s (%d)", st, n)})
		}
	}
	room := c.Height - len(lines) - len(foot)
	if c.Height >= 20 {
		room = min(room, max(6, room*3/5))
	}
	lines = append(lines, o.lines(c, min(room, len(all)+len(o.heads)+1), &l.offset, l.cursor.Row)...)
	if rest := c.Height - len(lines) - len(foot); rest >= 5 {
		lines = append(lines, s.Border.Render(strings.Repeat(s.Glyphs.H, c.Width)))
		about := silenceAbout(c, d, all[l.cursor.Row])
		lines = append(lines, about[:min(len(about), rest-1)]...)
	}
	return page.Above(lines, foot, c.Height)
}

func (p *Page) silenceFacts(c page.Context, all []sources.Silence) string {
	var facts []string
	if f := p.silences.filter.Prompt(); f != "" {
		facts = append(facts, f, fmt.Sprintf("%d of %d", len(all), len(c.Data.Silences().Value)))
	}
	for _, st := range silenceStates {
		if !c.Live && st != sources.SilenceActive { // of the past, those that were in effect are all that is known
			continue
		}
		n := 0
		for _, s := range all {
			n += boolRank(silenceState(c, s) == st)
		}
		facts = append(facts, fmt.Sprintf("%d %s", n, st))
	}
	if snap := c.Data.Silences(); snap.OK() && snap.Err != nil {
		facts = append(facts, c.Styles.Glyphs.Stale+" stale "+dashboard.FormatAge(snap.Age(c.Now)))
	}
	if c.ReadOnly {
		facts = append(facts, "read-only")
	}
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

// silenceFoot names the keys that do something to the selected silence.
func (p *Page) silenceFoot(c page.Context, all []sources.Silence) []string {
	hints := []string{"/ filter", "y copy", "esc back", "? keys"}
	selected := p.silences.cursor.Row
	switch {
	case p.silences.expiring != nil:
		return nil // the question names its keys
	case p.silences.filter.Open:
		return page.Footer(c, page.FilterHints...)
	case !mayWrite(c):
	case selected >= len(all):
		hints = append([]string{"n new"}, hints...)
	case silenceState(c, all[selected]) == sources.SilenceExpired:
		hints = append([]string{"n new", "z create it anew"}, hints...)
	default:
		hints = append([]string{"n new", "e extend", "D expire"}, hints...)
	}
	return page.Footer(c, hints...)
}

func (p *Page) whyNoSilence(c page.Context) []string {
	s, snap := c.Styles, c.Data.Silences()
	switch {
	case sourceState(c, feed.SourceAlertmanager) == feed.Off:
		return page.Explain(s, "Alertmanager is off: set --alertmanager-url to see its silences", nil, c.Width)
	case !snap.OK() && snap.Err != nil:
		return page.Explain(s, "the silences could not be read", snap.Err, c.Width)
	case !snap.OK():
		return page.Explain(s, "asking Alertmanager for its silences", nil, c.Width)
	case p.silences.filter.Text != "":
		return page.Explain(s, "nothing matches "+p.silences.filter.Text, nil, c.Width)
	}
	if !c.Live {
		return page.Explain(s, "no silence that Alertmanager still knows was in effect then", nil, c.Width)
	}
	return page.Explain(s, "there is no silence, and none that expired lately", nil, c.Width)
}

// expiryLines ask whether a silence is to be expired, and say what that does, on at most height lines.
func (p *Page) expiryLines(c page.Context, x sources.Silence, height int) []string {
	s := c.Styles
	lines := []string{" " + s.Bold.Render("Expire this silence?")}
	t := &sheet{c: c}
	t.say("silence", matchersText(x.Matchers))
	t.say("until", clock(c, x.EndsAt)+", in "+span(x.EndsAt.Sub(c.Now)))
	t.say("by", x.CreatedBy+": "+x.Comment)
	does := p.expiryDoes(c, x.ID, max(1, min(12, height/2)))
	ask := " " + s.Key.Render("y") + s.Text.Render(" expires it   ") + s.Key.Render("esc") + s.Text.Render(" keeps it")
	return append(lines, asking(c, t.lines, does, ask, height-1)...)
}

// expiryDoes says which alerts notify again once a silence is gone, and what keeps the others of those it silences quiet.
func (p *Page) expiryDoes(c page.Context, id string, limit int) []string {
	d := p.known(c)
	var again, quiet []*instance
	why := map[*instance]string{}
	for _, i := range d.quieted(id) {
		if why[i] = d.alsoQuiet(c, i, id); why[i] == "" {
			again = append(again, i)
		} else {
			quiet = append(quiet, i)
		}
	}
	var lines []string
	say := func(text string, all []*instance, limit int) {
		lines = append(lines, " "+c.Styles.Text.Render(text))
		lines = append(lines, names(c, all, limit, func(i *instance) string { return why[i] })...)
	}
	all := "It silences " + counted(len(again)+len(quiet), "alert")
	switch {
	case len(again)+len(quiet) == 0:
		say(all+" now.", nil, 0)
	case len(quiet) == 0:
		say(all+", which will notify again:", again, limit)
	case len(again) == 0:
		say(all+", which will stay quiet:", quiet, limit)
	default:
		say(fmt.Sprintf("Of its %d alerts %d will notify again:", len(again)+len(quiet), len(again)), again, max(1, limit/2))
		say(fmt.Sprintf("%d will stay quiet:", len(quiet)), quiet, max(1, limit/2))
	}
	return lines
}

// alsoQuiet is what keeps an alert from notifying besides the silence id: the silence that ends last, or an alert that
// inhibits it; "" for nothing.
func (d *data) alsoQuiet(c page.Context, i *instance, id string) string {
	var last *sources.Silence
	for _, other := range i.Silenced {
		x := d.silences[other]
		switch {
		case other == id:
		case x == nil:
			return "silenced by " + other
		case silenceState(c, *x) == sources.SilenceActive && (last == nil || x.EndsAt.After(last.EndsAt)):
			last = x
		}
	}
	switch {
	case last != nil:
		return "silenced by " + last.CreatedBy + " until " + clock(c, last.EndsAt)
	case len(i.Inhibited) > 0:
		if by := d.managed[i.Inhibited[0]]; by != nil {
			return "inhibited by " + by.Labels["alertname"]
		}
		return "inhibited"
	}
	return ""
}

// names list alerts on at most limit lines; the rest is counted. more is what else is said of each, nil for nothing.
func names(c page.Context, all []*instance, limit int, more func(*instance) string) []string {
	s := c.Styles
	var out []string
	for n, i := range all {
		if n == limit-1 && len(all) > limit {
			return append(out, s.Muted.Render(fmt.Sprintf("   and %d more", len(all)-n)))
		}
		sign, style := page.AlertMark(s, i.Alert)
		text, room := i.Name+"  "+labelText(i.whom()), c.Width-6
		if more != nil && more(i) != "" { // the labels give way to it
			also := "  " + more(i)
			text = page.Cut(text, max(room-ansi.StringWidth(also), min(ansi.StringWidth(i.Name), room/2)), s.Glyphs.Ellipsis) + also
		}
		out = append(out, "   "+style.Render(sign)+" "+s.Text.Render(page.Cut(text, max(1, room), s.Glyphs.Ellipsis)))
	}
	return out
}

func silenceCells(c page.Context, d *data, x sources.Silence) []page.Cell {
	s := c.Styles
	sign, style := silenceMark(s, silenceState(c, x))
	text, when := s.Text, ""
	switch silenceState(c, x) {
	case sources.SilenceActive:
		when = "in " + span(x.EndsAt.Sub(c.Now))
	case sources.SilencePending:
		when = "starts in " + span(x.StartsAt.Sub(c.Now))
	default:
		text, when = s.Muted, span(c.Now.Sub(x.EndsAt))+" ago"
	}
	alerts := ""
	if silenceState(c, x) == sources.SilenceActive {
		alerts = fmt.Sprint(len(d.quieted(x.ID)))
	}
	return []page.Cell{
		{Text: sign, Style: style}, {Text: matchersText(x.Matchers), Style: text}, {Text: alerts, Style: text}, {Text: when, Style: text},
		{Text: x.CreatedBy, Style: s.Muted}, {Text: x.Comment, Style: s.Muted},
	}
}

func silenceMark(s *themes.Styles, st sources.SilenceState) (string, lipgloss.Style) {
	switch st {
	case sources.SilenceActive:
		return s.Glyphs.Muted, s.Bold
	case sources.SilencePending:
		return s.Glyphs.Pending, s.Pending
	}
	return s.Glyphs.Off, s.Muted
}

// silenceAbout is everything that is known of a silence.
func silenceAbout(c page.Context, d *data, x sources.Silence) []string {
	t := &sheet{c: c}
	t.say("silenced", matchersText(x.Matchers))
	if x.Altered {
		t.say("", "a matcher is not shown as it is: this silence can be expired, but not changed here")
	}
	t.say("by", x.CreatedBy)
	t.say("comment", x.Comment)
	until := "until "
	if silenceState(c, x) == sources.SilenceExpired {
		until = "expired "
	}
	t.say("from", clock(c, x.StartsAt)+", "+until+clock(c, x.EndsAt))
	t.say("id", x.ID)
	quieted := d.quieted(x.ID)
	if silenceState(c, x) != sources.SilenceActive {
		return t.lines
	}
	at := "now"
	if !c.Live {
		at = "then"
	}
	t.say(at, "silences "+counted(len(quieted), "alert"))
	return append(t.lines, names(c, quieted, 20, nil)...)
}
