package alerts

import (
	"slices"
	"strings"

	"dlmon/sources"
)

// preview is what the matchers match now.
type preview struct {
	alerts              []*instance
	pending             int
	silenced, inhibited int // already, by something else than what is changed here
	unsure              int // have a label, named by a matcher, that is not shown as it is
}

// previewed are the alerts that a silence with the form's matchers would silence; false: the matchers can't be read.
func (f *form) previewed(d *data) (preview, bool) {
	var ms []sources.Matcher
	var texts []string
	if f.changes() {
		ms = f.base.Matchers
	} else {
		for i := range f.matchers {
			m, err := parseMatcher(f.matchers[i].Value())
			if err != nil {
				return preview{}, false
			}
			ms = append(ms, m)
		}
	}
	for _, m := range ms {
		texts = append(texts, matcherText(m))
	}
	text := strings.Join(texts, "\n")
	if f.of == d && f.checked == text {
		return f.match, true
	}
	f.of, f.checked, f.match = d, text, preview{}
	set := sources.NewMatching(ms)
	if set.MatchesNothingGiven() {
		return f.match, true
	}
	for _, i := range d.instances {
		l := i.matched()
		if len(l.altered) > 0 && set.Names(l.altered) {
			f.match.unsure++
			continue
		}
		if set.Matches(l.labels) {
			f.match.alerts = append(f.match.alerts, i)
			f.match.pending += boolRank(i.State == sources.Pending)
			switch {
			case slices.ContainsFunc(i.Silenced, func(id string) bool { return id != f.base.ID }):
				f.match.silenced++
			case len(i.Inhibited) > 0:
				f.match.inhibited++
			}
		}
	}
	return f.match, true
}
