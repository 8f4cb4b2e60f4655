package alerts

// The silences that Alertmanager knows: active, pending and expired ones, what each silences now, and the ways to change them.

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/tui/page"
)

// silenceList is the list of silences.
type silenceList struct {
	cursor   page.Cursor
	offset   int
	filter   page.Filter
	expiring *sources.Silence // to be confirmed
	err      error            // of the last change that was made from here
	made     string           // the id of the silence written last: it is selected as soon as it is listed
}

// OpenSilences shows the list of silences; esc leads back.
func (p *Page) OpenSilences() {
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

// listed tells whether Alertmanager's last answer holds a silence.
func listed(c page.Context, id string) bool {
	return slices.ContainsFunc(c.Data.Silences().Value, func(s sources.Silence) bool { return s.ID == id })
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

// quieted are the alerts that a silence silences, by what Alertmanager says.
func (d *data) quieted(id string) []*instance {
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
	if write && l.cursor.Key == l.made && l.made != "" && !listed(c, l.made) { // what the pointer stands on is another
		return warn("the silence just written is not listed yet: wait for Alertmanager's answer")
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
			return warn("it has expired" + c.Hint("z", ": %s creates it anew"))
		case k.String() == "z" && !expired:
			return warn("it has not expired" + c.Hint("e", ": %s extends it"))
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
