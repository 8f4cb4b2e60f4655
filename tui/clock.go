package tui

// The time that the screen shows: the present, a moment at which the operator paused, or the past; how long a stretch of
// it; and the time picked in it. Every page reads through Model.data, which answers as of that time.

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
	"dlmon/tui/when"
)

// clock is which time is shown.
type clock struct {
	live   feed.Reader // the present, whatever is shown
	at     time.Time   // the end of what is shown; zero: the present
	frozen feed.Frozen // of a pause; nil else
	cursor time.Time   // picked on a chart; zero: none
	utc    bool

	moves   uint64        // counts changes of the time shown
	settle  time.Duration // settleTime, but for tests
	settles bool          // requests wait until the operator has stopped moving
}

// settleTime is how long the time shown must stand still before the servers are asked about it: a held key would ask
// them for stretches that nobody looks at. What is known already is shown at once.
const settleTime = 150 * time.Millisecond

// settledMsg tells that the time has not moved since the move of that number.
type settledMsg struct{ move uint64 }

// begin shows what the command line asked for: from From to To, or, with To zero, up to the present.
func (m *Model) begin(from, to time.Time) {
	end := to
	if to.IsZero() {
		end = m.wall()
	}
	if !from.IsZero() && from.Before(end) {
		m.window = bounded(end.Sub(from))
	}
	if !to.IsZero() {
		m.clock.at = to.Round(0)
		m.data = feed.AsOf(m.clock.live, m.clock.at)
	}
}

// past tells whether the screen shows a time that is over, other than by a pause.
func (m *Model) past() bool { return !m.clock.at.IsZero() && m.clock.frozen == nil }

func (m *Model) paused() bool { return m.clock.frozen != nil }

// isLive tells whether the screen follows the present.
func (m *Model) isLive() bool { return m.clock.at.IsZero() }

// show shows what ends at a time; the zero time is the present.
func (m *Model) show(at time.Time) tea.Cmd {
	c := &m.clock
	c.at, c.frozen = at.Round(0), nil
	m.data = c.live
	if !at.IsZero() {
		m.data = feed.AsOf(c.live, c.at)
	}
	return m.moved()
}

// moved has everything worked out anew after the time shown has changed. The servers are asked once it stands still;
// about the present at once, for that is asked already, or is what the operator waits for.
func (m *Model) moved() tea.Cmd {
	c := &m.clock
	m.setNow()
	c.moves++
	cmd := m.tellAll(page.DataMsg{})
	if c.settles = !m.isLive(); !c.settles {
		return cmd
	}
	move := c.moves
	return tea.Batch(cmd, tea.Tick(c.settle, func(time.Time) tea.Msg { return settledMsg{move} }))
}

// settled lets the servers be asked if the time has stood still.
func (m *Model) settled(msg settledMsg) {
	if msg.move == m.clock.moves {
		m.clock.settles = false
	}
}

// pause freezes the screen, or goes on.
func (m *Model) pause() tea.Cmd {
	c := &m.clock
	switch {
	case m.paused():
		return m.show(time.Time{})
	case m.past():
		m.say(page.Notice{Text: "the past stands still by itself" + m.named().Hint("0", ": %s goes back to the present")})
		return nil
	}
	f, ok := c.live.(feed.Freezer)
	if !ok {
		return m.show(c.live.Now())
	}
	c.frozen = f.Freeze()
	c.at = c.frozen.Now().Round(0)
	m.data = c.frozen
	m.setNow()
	return m.tellAll(page.DataMsg{})
}

// pan moves by half a window; d is -1 or 1. Whoever reaches the present stays with it.
func (m *Model) pan(d int) tea.Cmd {
	if m.isLive() && d > 0 {
		m.say(page.Notice{Text: "this is the present"})
		return nil
	}
	// On round times, so that coming back finds what was asked before.
	round := min(max(m.window/60, time.Second), time.Minute)
	to := m.now.Add(time.Duration(d) * m.window / 2).Truncate(round)
	if to.Add(round).After(m.wall()) {
		return m.show(time.Time{})
	}
	return m.show(to)
}

// zoom shows a longer or a shorter window: of the present the right edge stays, of the past the time picked, or else
// the middle, stays where it is.
func (m *Model) zoom(w time.Duration, end string) tea.Cmd {
	if w == m.window {
		m.say(page.Notice{Text: windowText(w) + " is the " + end + " window"})
		return nil
	}
	was := m.window
	m.window = w
	if !m.past() {
		return m.moved()
	}
	pivot := m.clock.at.Add(-was / 2)
	if picked := m.picked(was); !picked.IsZero() {
		pivot = picked
	}
	part := float64(m.clock.at.Sub(pivot)) / float64(was)
	to := pivot.Add(time.Duration(part * float64(w))).Round(time.Second)
	if wall := m.wall(); to.After(wall) {
		to = wall
	}
	return m.show(to)
}

// goTo shows a span that was typed. Of a single time the cursor marks where it is.
func (m *Model) goTo(s when.Span) tea.Cmd {
	if !s.From.IsZero() {
		to := s.To
		if s.Live() {
			to = m.wall()
		}
		m.window = bounded(to.Sub(s.From))
	}
	if s.Point {
		m.clock.cursor = s.To
	}
	return m.show(s.To)
}

// setRange shows a stretch that was drawn on a chart, no shorter and no longer than can be shown.
func (m *Model) setRange(from, to time.Time) tea.Cmd {
	if to.Before(from) {
		from, to = to, from
	}
	w := bounded(to.Sub(from))
	to = from.Add(to.Sub(from) / 2).Add(w / 2) // what is too short grows on both sides
	if wall := m.wall(); to.After(wall) {
		to = wall
	}
	m.window = w
	return m.show(to)
}

func bounded(w time.Duration) time.Duration {
	return min(max(w.Round(time.Second), when.Shortest), when.Longest)
}

// wall is the present's time.
func (m *Model) wall() time.Time { return m.clock.live.Now() }

// picked is the time picked on a chart as far as it is within the window, whose oldest column begins before it.
func (m *Model) picked(window time.Duration) time.Time {
	at := m.clock.cursor
	if at.Before(m.now.Add(-window).Truncate(m.step())) || at.After(m.now) {
		return time.Time{}
	}
	return at
}

func (m *Model) setCursor(at time.Time) tea.Cmd {
	if at.Equal(m.clock.cursor) {
		return nil
	}
	m.clock.cursor = at
	return m.tellAll(page.DataMsg{})
}

// moveCursor moves the time picked by columns of the charts. Its first move sets it on the newest.
func (m *Model) moveCursor(by int) tea.Cmd {
	step := m.step()
	whole, end := m.now.Truncate(step), feed.Newest(m.now, step)
	first := whole.Add(-m.window.Truncate(step))
	if end.After(whole) {
		first = first.Add(step)
	}
	at := m.picked(m.window)
	if at.IsZero() {
		at = end
		if by == 1 || by == -1 {
			by = 0
		}
	}
	by = min(max(by, -int(m.window/step)-1), int(m.window/step)+1)
	place := at.Truncate(step)
	if at.After(whole) { // in the column that is not over
		place = place.Add(step)
	}
	at = place.Add(time.Duration(by) * step)
	if at.Before(first) {
		at = first
	}
	if at.After(whole) {
		at = end
	}
	return m.setCursor(at)
}

// toggleZone changes between UTC and the machine's zone.
func (m *Model) toggleZone() tea.Cmd {
	m.clock.utc = !m.clock.utc
	zone, _ := m.zone(m.now).Zone()
	m.say(page.Notice{Text: "times in " + zone})
	return m.tellAll(page.DataMsg{})
}

func (m *Model) zone(t time.Time) time.Time {
	if m.clock.utc {
		return t.UTC()
	}
	return t.Local()
}

// asked are the requests that answer a page's at the time shown. While paused the page's own go on, so that resuming
// shows the present at once.
func (m *Model) asked(reqs []feed.Request) []feed.Request {
	switch {
	case m.past():
		return feed.AsOfRequests(reqs, m.clock.at)
	case m.paused():
		var missing []feed.Request
		for _, r := range reqs {
			if !m.clock.frozen.Holds(r) {
				missing = append(missing, r)
			}
		}
		return append(reqs[:len(reqs):len(reqs)], feed.AsOfRequests(missing, m.clock.at)...)
	}
	return reqs
}

// timeBadge says that the screen does not show the present; false: it does.
func (m *Model) timeBadge() (part, bool) {
	s, wall := m.styles, m.wall()
	switch {
	case m.paused():
		ago := " " + strings.ReplaceAll(compact(wall.Sub(m.clock.at).Truncate(time.Second)), "m", "m ")
		if d := wall.Sub(m.clock.at); d < time.Minute {
			ago = " " + strconv.Itoa(int(d/time.Second)) + " s"
		}
		ago = strings.TrimRight(ago, " ")
		text := "|| PAUSED"
		return says(s.Past, form{" " + text + ago + m.named().Hint("space", " "+s.Glyphs.Dot+" %s resumes") + " ", rankCadence},
			form{" " + text + ago + " ", rankCounts}, form{" " + text + ago + " ", rankStale}, form{" PAUSED ", 0}), true
	case m.past():
		from, to, now := m.zone(m.clock.at.Add(-m.window)), m.zone(m.clock.at), m.zone(wall)
		zone, _ := now.Zone()
		dot, sign := " "+s.Glyphs.Dot+" ", " "+s.Glyphs.Before+" PAST "
		span, ago := when.Words(from, to, now), dot+m.ago(wall.Sub(to))
		end := when.Day(to, now) + to.Format("15:04")
		return says(s.Past, form{sign + span + " " + zone + ago + m.named().Hint("0", dot+"%s live") + " ", rankStep},
			form{sign + span + " " + zone + ago + " ", rankCadence},
			form{sign + span + ago + " ", rankWindow}, form{sign + span + " ", rankHealthy},
			form{sign + end + " ", rankStale}, form{" PAST " + end + " ", 0}), true
	}
	return part{}, false
}

// ago is how long ago something was, in one unit.
func (m *Model) ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "<1m ago"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m ago"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h ago"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "d ago"
}

// firing counts what fires and notifies.
func firing(r feed.Reader) (critical, warning int) {
	for _, a := range r.Alerts().Value {
		switch sev := page.SeverityOf(a); {
		case a.Muted() || a.State != sources.Firing:
		case sev == page.Critical:
			critical++
		case sev == page.Warning:
			warning++
		}
	}
	return critical, warning
}

// meanwhileParts warn of what fires in the present while the screen shows another time; of a pause, if that has changed.
func (m *Model) meanwhileParts() []part {
	if m.isLive() {
		return nil
	}
	critical, warning := firing(m.clock.live)
	if m.paused() {
		if c, w := firing(m.data); c == critical && w == warning {
			return nil
		}
	}
	s, g := m.styles, m.styles.Glyphs
	switch {
	case critical > 0:
		n := strconv.Itoa(critical)
		return []part{says(s.BarCritical, form{"now: " + g.Critical + " " + n + " critical", rankWords}, form{"now" + g.Critical + n, 0})}
	case warning > 0:
		n := strconv.Itoa(warning)
		return []part{says(s.BarWarn, form{"now: " + g.Warn + " " + n + " warning", rankWords}, form{"now" + g.Warn + n, rankStale}, form{})}
	}
	return nil
}
