package alerts

// The silences that Alertmanager knows: active, pending and expired ones, what each mutes now, and the ways to change them.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// silenceList is the list of silences.
type silenceList struct {
	cursor   page.Cursor
	offset   int
	filter   page.Filter
	expiring *sources.Silence // to be confirmed
	err      error            // of the last change that was made from here
}

func (p *Page) openSilences() {
	if p.mode != modeSilences {
		p.before, p.mode = p.mode, modeSilences
	}
}

// silenceState is a silence's state by the clock: Alertmanager's answer may be older than its end.
func silenceState(c page.Context, s sources.Silence) sources.SilenceState {
	switch {
	case s.State == sources.SilenceExpired || !s.EndsAt.After(c.Now):
		return sources.SilenceExpired
	case s.State == sources.SilencePending && s.StartsAt.After(c.Now):
		return sources.SilencePending
	}
	return sources.SilenceActive
}

var silenceStates = []sources.SilenceState{sources.SilenceActive, sources.SilencePending, sources.SilenceExpired}

// silenced are the silences that pass the filter: the active ones that end first, the pending ones that begin first,
// those that expired last.
func (p *Page) silenced(c page.Context) []sources.Silence {
	var out []sources.Silence
	for _, s := range c.Data.Silences().Value {
		if p.silences.filter.Match(matchersText(s.Matchers), s.CreatedBy, s.Comment, s.ID, string(silenceState(c, s))) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b sources.Silence) int {
		x, y := silenceState(c, a), silenceState(c, b)
		by := 0
		switch x {
		case sources.SilenceActive:
			by = a.EndsAt.Compare(b.EndsAt)
		case sources.SilencePending:
			by = a.StartsAt.Compare(b.StartsAt)
		default:
			by = b.EndsAt.Compare(a.EndsAt)
		}
		return cmp.Or(cmp.Compare(slices.Index(silenceStates, x), slices.Index(silenceStates, y)), by, cmp.Compare(a.ID, b.ID))
	})
	return out
}

func idsOf(all []sources.Silence) []string {
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	return ids
}

func matchersText(ms []sources.Matcher) string {
	var parts []string
	for _, m := range ms {
		parts = append(parts, matcherText(m))
	}
	return strings.Join(parts, " ")
}

// mutes are the alerts that a silence mutes, by what Alertmanager says.
func (d *data) mutes(id string) []*instance {
	var out []*instance
	for _, i := range d.instances {
		if slices.Contains(i.Silenced, id) {
			out = append(out, i)
		}
	}
	return out
}

func (p *Page) silenceKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	l := &p.silences
	if l.expiring != nil {
		return p.confirmExpiry(c, k)
	}
	if l.filter.Key(k) {
		return nil
	}
	all := p.silenced(c)
	ids := idsOf(all)
	l.cursor.Sync(ids, len(ids))
	if d, ok := page.Motion(k, max(2, c.Height/2), len(all)); ok {
		l.cursor.Move(ids, d, len(ids))
		return nil
	}
	write := slices.Contains([]string{"n", "e", "D", "z"}, k.String())
	if why := p.refusal(c); write && why != "" {
		return warn(why)
	}
	if k.String() == "n" {
		p.form = newForm(c, sources.Silence{}, nil)
		return nil
	}
	if l.cursor.Row >= len(all) {
		return nil
	}
	s := all[l.cursor.Row]
	l.cursor.Key = s.ID
	expired := silenceState(c, s) == sources.SilenceExpired
	switch k.String() {
	case "e", "z":
		switch {
		case s.Altered:
			return warn("a matcher of this silence holds characters that dlmon does not show: change it with amtool")
		case k.String() == "e" && expired:
			return warn("it has expired: z creates it anew")
		case k.String() == "z" && !expired:
			return warn("it has not expired: e extends it")
		}
		if expired {
			s.ID = ""
		}
		p.form = newForm(c, s, nil)
	case "D":
		if expired {
			return warn("it has expired already")
		}
		l.expiring, l.err = &s, nil
	case "y":
		return page.Send(page.Copy{Text: matchersText(s.Matchers), What: "the silence's matchers"})
	}
	return nil
}

// confirmExpiry takes the answer to the question whether a silence is to be expired.
func (p *Page) confirmExpiry(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	s := *p.silences.expiring
	switch k.String() {
	case "y":
		p.silences.expiring = nil
		if why := p.refusal(c); why != "" {
			return warn(why)
		}
		p.writing = "expiring the silence " + matchersText(s.Matchers)
		return page.Send(page.ExpireSilence{ID: s.ID, From: p})
	case "esc", "n", "q":
		p.silences.expiring = nil
	}
	return nil
}

func (p *Page) silenceLines(c page.Context) []string {
	s, l := c.Styles, &p.silences
	all := p.silenced(c)
	lines := []string{page.Title(s, "Silences", p.silenceFacts(c, all), c.Width)}
	foot := p.silenceFoot(c)
	if l.expiring != nil {
		return page.Above(append(lines, p.expiryLines(c, *l.expiring)...), foot, c.Height)
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
	l.cursor.Sync(idsOf(all), len(all))
	d := p.known(c)
	o := outline{hits: &p.hits, first: len(lines), rows: len(all), columns: []page.Column{
		{}, {Title: "silenced", Min: 16, Max: max(24, c.Width/2), Grow: true}, {Title: "mutes", Right: true, Min: 5}, {Title: "ends", Right: true, Min: 12},
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

func (p *Page) silenceFoot(c page.Context) []string {
	switch {
	case p.silences.expiring != nil:
		return page.Footer(c, "y expires it", "esc keeps it")
	case p.silences.filter.Open:
		return page.Footer(c, page.FilterHints...)
	case c.ReadOnly:
		return page.Footer(c, "/ filter", "y copy", "esc back", "? keys")
	}
	return page.Footer(c, "n new", "e extend", "D expire", "z create an expired one anew", "/ filter", "y copy", "esc back", "? keys")
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
	return page.Explain(s, "there is no silence, and none that expired lately", nil, c.Width)
}

// expiryLines ask whether a silence is to be expired, and say what that does.
func (p *Page) expiryLines(c page.Context, x sources.Silence) []string {
	s := c.Styles
	muted := p.known(c).mutes(x.ID)
	what := "It mutes no alert now."
	if n := len(muted); n > 0 {
		what = fmt.Sprintf("It mutes %s, which will notify again:", counted(n, "alert"))
	}
	lines := []string{"", " " + s.Bold.Render("Expire this silence?")}
	t := &sheet{c: c}
	t.say("silence", matchersText(x.Matchers))
	t.say("until", clock(c, x.EndsAt)+", in "+span(x.EndsAt.Sub(c.Now)))
	t.say("by", x.CreatedBy+": "+x.Comment)
	lines = append(lines, t.lines...)
	lines = append(lines, "", " "+s.Text.Render(what))
	lines = append(lines, names(c, muted, max(1, c.Height-len(lines)-5))...)
	return append(lines, "", " "+s.Key.Render("y")+s.Text.Render(" expires it   ")+s.Key.Render("esc")+s.Text.Render(" keeps it"))
}

// names list alerts on at most limit lines; the rest is counted.
func names(c page.Context, all []*instance, limit int) []string {
	s := c.Styles
	var out []string
	for n, i := range all {
		if n == limit-1 && len(all) > limit {
			return append(out, s.Muted.Render(fmt.Sprintf("   and %d more", len(all)-n)))
		}
		sign, style := page.AlertMark(s, i.Alert)
		text := i.Name + "  " + labelText(i.whom())
		out = append(out, "   "+style.Render(sign)+" "+s.Text.Render(page.Cut(text, max(1, c.Width-6), s.Glyphs.Ellipsis)))
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
	mutes := ""
	if silenceState(c, x) == sources.SilenceActive {
		mutes = fmt.Sprint(len(d.mutes(x.ID)))
	}
	return []page.Cell{
		{Text: sign, Style: style}, {Text: matchersText(x.Matchers), Style: text}, {Text: mutes, Style: text}, {Text: when, Style: text},
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
	muted := d.mutes(x.ID)
	if silenceState(c, x) != sources.SilenceActive {
		return t.lines
	}
	t.say("mutes", counted(len(muted), "alert"))
	return append(t.lines, names(c, muted, 20)...)
}

// counted is "no alert", "1 alert", "3 alerts".
func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clock is a time to the second, with its day where that is another.
func clock(c page.Context, t time.Time) string {
	t, now := c.Zone(t), c.Zone(c.Now)
	if y, m, d := t.Date(); y != now.Year() || m != now.Month() || d != now.Day() {
		return t.Format("2006-01-02 15:04:05 MST")
	}
	return t.Format("15:04:05 MST")
}

// span is a duration in its two largest units: "2h", "1h 20m", "3d 4h", "45s".
func span(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	units := []struct {
		d    time.Duration
		unit string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}}
	for i, u := range units {
		if d < u.d && i < len(units)-1 {
			continue
		}
		out := fmt.Sprintf("%d%s", d/u.d, u.unit)
		if i+1 < len(units) {
			if rest := d % u.d / units[i+1].d; rest > 0 {
				out += fmt.Sprintf(" %d%s", rest, units[i+1].unit)
			}
		}
		return out
	}
	return ""
}
