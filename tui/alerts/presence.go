package alerts

// What the detail is about, at the time that is shown. What was seen at another time is no fact of this one.

import (
	"math"
	"slices"
	"time"

	"dlmon/sources"
	"dlmon/tui/page"
)

// presence is how what the detail is about stands at the time shown.
type presence int

const (
	here    presence = iota
	ended            // it was seen to end: what is shown is how it was last
	absent           // it is not active at the time shown; it was at another
	unknown          // nobody knows yet, or at all, what was active then
)

// shown is what the detail is about at the time shown. Of what is not active then, or not known to be, it is bare.
func (p *Page) shown(c page.Context) (row, presence) {
	d := &p.detail
	if r, ok := p.find(c); ok {
		d.last, d.live, d.at = r, c.Live, c.Now
		return r, here
	}
	switch {
	case !c.Data.Alerts().OK():
		return d.last.bared(c), unknown
	case d.live && !c.Now.Before(d.at):
		return d.last, ended
	}
	return d.last.bared(c), absent
}

// find is the row of the detail among those of the time shown.
func (p *Page) find(c page.Context) (r row, ok bool) {
	d, was := p.known(c), p.detail.last
	if one := was.one(); one != nil {
		for _, i := range d.instances {
			if i.Name == one.Name && i.key() == one.key() {
				return row{key: i.key(), state: i.state(), all: []*instance{i}, rule: i.rule}, true
			}
		}
		return row{}, false
	}
	all := d.everything()
	first := func(fits ...func(row) bool) (row, bool) {
		for _, f := range fits {
			if i := slices.IndexFunc(all, f); i >= 0 {
				return all[i], true
			}
		}
		return row{}, false
	}
	if was.group() {
		same := func(x row) bool { return len(x.all) > 0 && x.name() == was.name() && x.severity() == was.severity() }
		return first(func(x row) bool { return same(x) && x.state == was.state }, same)
	}
	key := ruleKey(was.rule)
	return first(func(x row) bool { return x.key == key },
		func(x row) bool { return x.rule != nil && ruleKey(x.rule) == key }) // it has an active alert by now
}

// everything is each group, alert and rule once.
func (d *data) everything() []row { return d.list(arrangement{grouping: 3}, nil).rows }

// bared is a row without what was true of it at another time: its name, its labels and its rule are left.
func (r row) bared(c page.Context) row {
	out := row{key: r.key, state: inactive, bare: true}
	if r.rule != nil {
		rules := c.Data.Rules().Value
		key := ruleKey(r.rule)
		if i := slices.IndexFunc(rules, func(x sources.Rule) bool { return ruleKey(&x) == key }); i >= 0 {
			out.rule = &rules[i]
		} else {
			def := *r.rule
			def.State, def.Health, def.LastError, def.LastEvaluation, def.EvaluationTime, def.Alerts = "", "", "", time.Time{}, 0, nil
			out.rule = &def
		}
	}
	if len(r.all) == 0 {
		return out
	}
	was := r.all[0]
	i := &instance{Alert: sources.Alert{Name: was.Name, Severity: was.Severity, Labels: was.Labels, Altered: was.Altered, Value: math.NaN()}, rule: out.rule, own: was.own}
	if r.group() { // what all had in common
		i.Labels, i.own = r.common(), false
	}
	if out.rule != nil {
		i.Annotations = row{rule: out.rule}.notes()
	}
	out.all = []*instance{i}
	return out
}

// presenceLines say how the detail's row stands where it is not there at the time shown.
func (p *Page) presenceLines(c page.Context, r row, how presence) []string {
	s, err := c.Styles, c.Data.Alerts().Err
	when := "at " + clock(c, c.Now)
	if c.Live {
		when = "now"
	}
	is, rest := "not active "+when, ""
	explain := func(what string, err error) []string {
		lines := page.Explain(s, what, err, c.Width-1)
		for i := range lines {
			lines[i] = " " + lines[i]
		}
		return lines
	}
	switch rule := len(r.all) == 0; {
	case how == unknown && notKept(err):
		return explain("whether it was active "+when+" is not known: nobody keeps what was active then", nil)
	case how == unknown && err != nil:
		return explain("whether it was active "+when+" is not known", err)
	case how == unknown:
		return explain("asking what was active "+when, nil)
	case rule:
		is, rest = "no longer among the rules", ""
	case how == ended:
		is, rest = "no longer active", ", this is how it was at "+clock(c, p.detail.at)
	}
	return []string{page.Cut(" "+s.OK.Render(s.Glyphs.OK+" "+is)+s.Muted.Render(rest), c.Width, s.Glyphs.Ellipsis)}
}
