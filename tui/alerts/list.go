package alerts

import (
	"errors"
	"fmt"
	"math"
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

func (p *Page) listKey(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if p.filter.Key(k) {
		return nil
	}
	l := p.rows(c)
	r, ok := p.selected(c)
	switch k.String() {
	case "s":
		p.want.order, p.want.reversed = (p.want.order+1)%len(orders), false
		return nil
	case "S":
		p.want.reversed = !p.want.reversed
		return nil
	case "b":
		p.want.grouping = (p.want.grouping + 1) % len(groupings)
		return nil
	case "Z":
		return p.silenceFilter(c, l)
	case "a":
		p.OpenSilences()
		return nil
	}
	if d, motion := page.Motion(k, max(2, p.listRoom(c, l)), len(l.rows)); motion {
		p.cursor.Move(l.keys, d, len(l.rows))
		if p.cursor.Row < len(l.rows) {
			p.named = l.rows[p.cursor.Row].name()
		}
		return nil
	}
	if !ok {
		return nil
	}
	p.cursor.Key, p.named = r.key, r.name() // what is acted on stays selected
	switch k.String() {
	case "enter":
		p.openDetail(c, r)
		return nil
	case "right", "l":
		if r.group() {
			p.open(r.key, true)
		}
		return nil
	case "left", "h":
		p.close(l, r)
		return nil
	}
	cmd, _ := p.do(c, k, r)
	return cmd
}

// close hides the alerts of the selected group, or of the one that the selected alert is of.
func (p *Page) close(l listing, r row) {
	if r.member {
		i := slices.IndexFunc(l.rows, func(x row) bool { return x.opened && slices.Contains(x.all, r.all[0]) })
		if i < 0 {
			return
		}
		r = l.rows[i]
		p.cursor.Key = r.key
	}
	p.open(r.key, false)
}

// listRoom is how many lines the list takes: all it needs, as long as a look at the selected alert still fits below on a
// high screen.
func (p *Page) listRoom(c page.Context, l listing) int {
	need, room := len(l.rows)+len(l.heads)+1, c.Height-1
	if c.Height < 24 {
		return min(need, room)
	}
	return min(need, room-room/3)
}

func (p *Page) listLines(c page.Context) []string {
	s := c.Styles
	l := p.rows(c)
	lines := []string{page.Title(s, "Alerts", p.facts(c, l), c.Width)}
	if len(l.rows) == 0 {
		return append(lines, p.why(c)...)
	}
	p.sync(l)
	name := min(max(12, l.widest+4), max(17, c.Width/3))
	whom := c.Width - name - 47 // beside the other columns; the value gives way to it, and severity where less than half is left
	if whom < 18 {
		whom += 9
	}
	if whom < 9 {
		whom += 10
	}
	whom = max(whom, 12)
	o := outline{hits: &p.hits, first: len(lines), rows: len(l.rows), heads: l.heads, columns: []page.Column{
		{}, {Title: "alert", Min: name, Max: name}, {Title: "severity", Min: 8, Drop: 2}, {Title: "state", Min: 8},
		{Title: "since", Right: true, Min: 5}, {Title: "value", Right: true, Min: 7, Drop: 1}, {Title: "for whom", Min: 12, Grow: true, Drop: 3},
	}, cells: func(i int) []page.Cell {
		row := cells(c, l.rows[i])
		// A long list of labels must not drive the other columns out.
		row[6].Text = page.Cut(row[6].Text, whom, s.Glyphs.Ellipsis)
		return row
	}}
	foot := p.foot(c, l.rows[p.cursor.Row])
	room := p.listRoom(c, l)
	lines = append(lines, o.lines(c, min(room, c.Height-1-len(foot)), &p.offset, p.cursor.Row)...)
	if rest := c.Height - len(lines) - len(foot); rest >= 4 {
		lines = append(lines, s.Border.Render(strings.Repeat(s.Glyphs.H, c.Width)))
		about := p.about(c, l.rows[p.cursor.Row])
		if len(about) > rest-1 {
			about = append(about[:rest-2], s.Muted.Render(" enter shows all of it"))
		}
		lines = append(lines, about...)
	}
	return page.Above(lines, foot, c.Height)
}

func (p *Page) foot(c page.Context, r row) []string {
	if p.filter.Open {
		return page.Footer(c, page.FilterHints...)
	}
	hints := []string{"enter detail", "t traces", "o tenant", "z silence", "a silences", "/ filter", "b group by", "s sort", "right open", "y copy", "Y link", "? keys"}
	return page.Footer(c, r.hints(c, hints)...)
}

// hints are those of what can be done to a row: nothing is silenced where nothing may be written, and not every
// alert is a tenant's.
func (r row) hints(c page.Context, all []string) []string {
	id, _ := r.tenant()
	return slices.DeleteFunc(all, func(h string) bool { return h == "z silence" && !mayWrite(c) || h == "o tenant" && id == "" })
}

func (p *Page) why(c page.Context) []string {
	s := c.Styles
	rules := c.Data.Rules()
	switch {
	case p.filter.Text != "" && c.Data.Alerts().OK():
		return page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)
	case !rules.OK() && notKept(rules.Err):
		lines := page.Explain(s, "what fired then is not known", nil, c.Width)
		if e, ok := errors.AsType[*sources.Error](rules.Err); ok {
			lines = append(lines, "  "+s.Muted.Render(page.Cut(e.Reason, max(0, c.Width-2), s.Glyphs.Ellipsis)))
		}
		return lines
	case rules.Err != nil && !rules.OK():
		return page.Explain(s, "the alerting rules could not be read", rules.Err, c.Width)
	case !rules.OK():
		if sourceState(c, feed.SourcePrometheus) == feed.Off {
			return page.Explain(s, "Prometheus is off: set --prometheus-url to see its alerts", nil, c.Width)
		}
		return page.Explain(s, "asking Prometheus for its alerting rules", nil, c.Width)
	}
	return page.Explain(s, "Prometheus has no alerting rules", nil, c.Width)
}

// notKept tells that an error is about a past that nobody has kept.
func notKept(err error) bool { return err != nil && sources.KindOf(err) == sources.NotKept }

// facts count what there is by state, as far as that is known, and name filter, order and age.
func (p *Page) facts(c page.Context, l listing) string {
	var facts []string
	known := c.Data.Alerts().OK()
	if f := p.filter.Prompt(); f != "" {
		facts = append(facts, f)
		if known {
			facts = append(facts, fmt.Sprintf("%d of %d", l.passing(), l.total))
		}
	}
	words := [states]string{"firing", "pending", "failing to evaluate", "silenced", "inhibited", "inactive"}
	for st, n := range l.counts {
		if n > 0 || st == 0 && known {
			facts = append(facts, fmt.Sprintf("%d %s", n, words[st]))
		}
	}
	if snap := c.Data.Rules(); snap.OK() && snap.Err != nil {
		facts = append(facts, c.Styles.Glyphs.Stale+" stale "+dashboard.FormatAge(snap.Age(c.Now)))
	}
	if snap := c.Data.Managed(); snap.Err != nil {
		facts = append(facts, c.Styles.Glyphs.Stale+" Alertmanager does not answer: what is silenced may be old")
	}
	if !known {
		return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
	}
	if p.want.grouping != 0 {
		facts = append(facts, "by "+groupings[p.want.grouping])
	}
	order := orders[p.want.order].words
	if p.want.reversed {
		order = orders[p.want.order].reversed
	}
	facts = append(facts, order)
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

// mark is the sign and the style of a row: that of its worst alert.
func mark(s *themes.Styles, r row) (string, lipgloss.Style) {
	switch {
	case len(r.all) > 0:
		return page.AlertMark(s, r.all[0].Alert)
	case r.state == failing:
		return s.Glyphs.Critical, s.Critical
	case r.waits:
		return s.Glyphs.NoData, s.NoData
	}
	return s.Glyphs.OK, s.Muted
}

func cells(c page.Context, r row) []page.Cell {
	s := c.Styles
	sign, style := mark(s, r)
	name, text := s.Bold, s.Text
	if r.state >= silenced {
		name, text = s.Muted, s.Muted
	}
	title := r.name()
	switch {
	case r.member:
		title = "  " + title
	case r.opened:
		title = fmt.Sprintf("%s %s ×%d", s.Glyphs.Expanded, title, len(r.all))
	case r.group():
		title = fmt.Sprintf("%s %s ×%d", s.Glyphs.Collapsed, title, len(r.all))
	}
	row := []page.Cell{
		{Text: sign, Style: style}, {Text: title, Style: name}, {Text: r.severity(), Style: style},
		{Text: r.stateText(), Style: style}, {Text: r.sinceText(c), Style: text}, {Style: text}, {Style: s.Muted},
	}
	if i := r.one(); i != nil {
		row[5].Text = formatter(unitOf(r))(i.Value)
	}
	row[6].Text = r.about()
	return row
}

func (r row) sinceText(c page.Context) string {
	if n := r.since(); n != math.MaxInt64 {
		return dashboard.FormatAge(c.Now.Sub(time.Unix(0, n)))
	}
	return ""
}

// stateText is the word for where the row stands.
func (r row) stateText() string {
	if len(r.all) == 0 {
		return ruleWord(r.state, r.waits)
	}
	return r.all[0].Standing()
}

// about says of an alert for whom it is, of several which, of a failing rule why.
func (r row) about() string {
	if len(r.all) == 0 {
		if r.state == failing {
			return r.rule.LastError
		}
		return ""
	}
	first := r.all[0].whom()
	if !r.group() {
		return labelText(first)
	}
	// The label that tells them apart best stands first.
	for _, name := range labelOrder(first) {
		var values []string
		for _, i := range r.all {
			if v := i.Labels[name]; !slices.Contains(values, v) {
				values = append(values, v)
			}
			if len(values) > 20 {
				break
			}
		}
		if len(values) > 1 {
			return name + " " + strings.Join(values, ", ")
		}
	}
	return labelText(first)
}
