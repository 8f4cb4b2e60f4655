package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/page"
)

// Ranks of what the status bar says: where room is short, what has the lowest rank is shortened or left out first.
// What fires, the health, a failing source and whose page a tenant's is are never left out.
const (
	rankOff     = iota // a source that is off
	rankName           // dlmon
	rankStep           // step of the grid
	rankAges           // each healthy source's own age
	rankCadence        // how often
	rankContext        // the context's full name
	rankWaiting        // a source that has not answered yet
	rankMuted          // the words beside silenced and inhibited alerts
	rankPending        // the word beside pending alerts
	rankFault          // the word beside a failing source
	rankWords          // the words beside what fires
	rankWindow         // the window
	rankHealthy        // the age of all healthy sources together
	rankPage           // where there are no tabs: the page, the time picked
	rankHealth         // the health's full word
	rankPlace          // the context at all
	rankCounts         // silenced, inhibited and pending alerts at all
	rankClock          // where there are no tabs: the clock
	rankStale          // age of a stale source
)

// statusLine is the first line: context, what fires, overall health, window and cadence, and every source's age.
func (m *Model) statusLine(width int) string {
	b := bar{s: m.styles, tight: rankFault}
	var left []part
	if badge, ok := m.timeBadge(); ok { // the first thing on the screen: nobody takes the past for the present
		left = append(left, badge)
	}
	left = append(left, says(m.styles.Bold, form{"dlmon", rankName}, form{}))
	if c := m.o.Context; c != "" {
		left = append(left, says(m.styles.Text, form{c, rankContext}, form{short(c, 8), rankPlace}, form{}))
	}
	left = append(left, m.alertParts()...)
	left = append(left, m.healthPart())
	left = append(left, m.meanwhileParts()...)
	right := append([]part{m.windowPart()}, m.sourceParts()...)
	if m.headLines() == 1 { // what the tabs would tell
		right = append(right, m.placePart(rankPage))
		if at := m.picked(m.window); !at.IsZero() {
			right = append(right, says(m.styles.Text, form{"cursor " + m.pickedText(at), rankPage}, form{}))
		}
		clock := m.zone(m.wall())
		forms := []form{{shortClock(clock), rankClock}, {}}
		if !m.isLive() { // the zone is that of the time shown, too
			forms = []form{{"now " + shortClock(clock), rankClock}, {clock.Format("MST"), rankStale}, {}}
		}
		right = append(right, says(m.styles.Text, forms...))
	}
	return b.fit(left, right, width)
}

// alertParts count what fires by severity. Silenced, inhibited and pending ones are named, but are not firing.
func (m *Model) alertParts() []part {
	s, g := m.styles, m.styles.Glyphs
	snap := m.data.Alerts()
	status := m.status(feed.SourcePrometheus)
	if !snap.OK() {
		return []part{m.unknown("alerts", snap.Err, status)}
	}
	var critical, warning, other, pending, silenced, inhibited int
	for _, a := range snap.Value {
		switch sev := page.SeverityOf(a); {
		case a.Quiet() == "silenced":
			silenced++
		case a.Quiet() == "inhibited":
			inhibited++
		case a.State == sources.Pending:
			pending++
		case a.State != sources.Firing:
		case sev == page.Critical:
			critical++
		case sev == page.Warning:
			warning++
		default:
			other++
		}
	}
	err := snap.Err
	if e, ok := errors.AsType[*sources.Error](err); ok && e.Source == feed.SourceAlertmanager && status.State == feed.OK {
		err = nil // what fires is known; that nobody knows what is silenced is said by Alertmanager's own mark
	}
	age, old := m.old(err, snap.At, m.now, status)
	var parts []part
	count := func(n int, style lipgloss.Style, sign, word string, rank int, rest ...form) {
		if n == 0 {
			return
		}
		if old {
			style = s.Stale
		}
		shown := strconv.Itoa(n)
		forms := append([]form{{sign + " " + shown + " " + word, rank}, {sign + shown, rankCounts}}, rest...)
		parts = append(parts, says(style, forms...))
	}
	count(critical, s.BarCritical, g.Critical, "critical", rankWords)
	count(warning, s.BarWarn, g.Warn, "warning", rankWords)
	count(other, s.Text, g.Warn, "other", rankWords)
	count(pending, s.Pending, g.Pending, "pending", rankPending, form{})
	alone := critical+warning+other+pending == 0
	switch quiet := silenced + inhibited; {
	case quiet > 0:
		style, forms := s.Muted, []form{{g.Muted + " " + page.Quiets(silenced, inhibited), rankMuted}, {g.Muted + strconv.Itoa(quiet), rankCounts}}
		if old {
			style = s.Stale
		}
		if !alone { // by itself it is never left out: they fire, though nobody is notified, and that is not "no alerts"
			forms = append(forms, form{})
		}
		parts = append(parts, says(style, forms...))
	case alone:
		style, sign := s.OK, g.OK
		if old {
			style, sign = s.Stale, g.Stale
		}
		parts = append(parts, says(style, form{sign + " no alerts", rankWords}, form{sign + "0", 0}))
	}
	if old {
		parts = append(parts, says(s.Stale, form{g.Stale + " alerts " + age + " old", rankWords}, form{g.Stale + age, 0}))
	}
	return parts
}

// unknown is said instead of a badge that has no data.
func (m *Model) unknown(what string, err error, st feed.SourceStatus) part {
	s, g := m.styles, m.styles.Glyphs
	switch {
	case sources.KindOf(err) == sources.NotKept && err != nil:
		return says(s.Muted, form{g.NoData + " " + what + " then not known", rankWords}, form{g.NoData + what, rankPlace}, form{})
	case st.State == feed.Off:
		return says(s.Muted, form{g.Off + " " + what + " off", rankWords}, form{g.Off + what, rankPlace}, form{})
	case err != nil || st.State == feed.Failed:
		return says(s.Critical, form{g.Critical + " " + what + " unknown", rankWords},
			form{g.Critical + what, rankStale}, form{g.Critical + "?", 0})
	}
	return says(s.Muted, form{g.Pending + " " + what + " ?", rankWords}, form{g.Pending + what, 0})
}

// healthPart is the overall health as the service tells it.
func (m *Model) healthPart() part {
	s, g := m.styles, m.styles.Glyphs
	snap := m.data.Health()
	status := m.status(feed.SourceHealth)
	if !snap.OK() {
		return m.unknown("health", snap.Err, status)
	}
	h := snap.Value.Status
	sign, _ := page.HealthMark(s, h)
	if age, old := m.old(snap.Err, snap.At, m.now, status); old {
		return says(s.Stale, form{g.Stale + " " + string(h) + " " + age + " ago", rankWords}, form{g.Stale + sign + age, 0})
	}
	style := s.BarWarn
	switch h {
	case sources.Healthy:
		style = s.BarOK
	case sources.Unhealthy:
		style = s.BarCritical
	case sources.Unknown, sources.Disabled:
		style = s.Muted
	}
	return says(style, form{sign + " " + string(h), rankHealth}, form{sign + short(string(h), 4), 0})
}

// windowPart is the window, the step and how often Prometheus is really asked. Of the past the badge tells the window,
// and nothing is asked again.
func (m *Model) windowPart() part {
	s := m.styles
	if m.past() {
		return says(s.Text, form{"step " + compact(m.step()), rankStep}, form{})
	}
	every := m.data.Refresh()
	if every <= 0 {
		every = m.o.Refresh
	}
	dot := " " + s.Glyphs.Dot + " "
	w := windowText(m.window)
	step := dot + "step " + compact(m.step())
	cadence := dot + "every " + compact(every)
	if st := m.status(feed.SourcePrometheus); st.Slowed && st.Cadence.Round(time.Second) > every {
		cadence = dot + "slowed to " + compact(st.Cadence.Round(time.Second))
	}
	return says(s.Text, form{w + step + cadence, rankStep}, form{w + cadence, rankCadence}, form{w, rankWindow}, form{})
}

// shortNames are what the status bar calls the sources.
var shortNames = map[string]string{
	feed.SourcePrometheus: "prom", feed.SourceHealth: "health", feed.SourceJaeger: "jaeger", feed.SourceAlertmanager: "am",
}

// sourceParts are a mark and the age of its newest data for every source. Those that are well share a part, which
// shrinks to the greatest of their ages.
func (m *Model) sourceParts() []part {
	s, g := m.styles, m.styles.Glyphs
	var well []string
	var oldest time.Duration
	var rest []part
	for _, st := range m.data.Sources() {
		name, age := shortNames[st.Name], coarse(m.wall().Sub(st.At))
		if s.ASCII {
			name = " " + name // the signs are letters there: "o prom", not "oprom"
		}
		bad := func(style lipgloss.Style, sign, age, word string) {
			rest = append(rest, says(style, form{sign + name + " " + age + word, rankFault},
				form{sign + name + " " + age, rankStale}, form{sign + name, 0}))
		}
		switch _, old := m.old(nil, st.At, m.wall(), st); {
		case st.State == feed.Off:
			rest = append(rest, says(s.Muted, form{g.Off + name + " off", rankOff}, form{}))
		case st.State == feed.Waiting:
			rest = append(rest, says(s.Muted, form{g.Pending + name + " waiting", rankWaiting}, form{g.Pending + name, rankWaiting}, form{}))
		case st.State == feed.Failed:
			rest = append(rest, says(s.Critical, form{g.Critical + name + " failed", rankFault}, form{g.Critical + name, 0}))
		case st.State == feed.Stale:
			bad(s.Stale, g.Stale, age, " stale")
		case st.Name == feed.SourceJaeger, st.At.IsZero(): // its answers are asked for one by one: reachable is all there is to say
			well = append(well, g.OK+name+" ok")
		case old:
			bad(s.Stale, g.Stale, age, " old")
		default:
			well = append(well, g.OK+name+" "+age)
			oldest = max(oldest, m.wall().Sub(st.At))
		}
	}
	if len(well) == 0 {
		return rest
	}
	together := g.OK + strconv.Itoa(len(well)) + " ok " + coarse(oldest)
	ok := says(s.OK, form{strings.Join(well, " "), rankAges}, form{together, rankHealthy}, form{})
	return append([]part{ok}, rest...)
}

// status is what the feed says of one source.
func (m *Model) status(name string) feed.SourceStatus {
	for _, s := range m.data.Sources() {
		if s.Name == name {
			return s
		}
	}
	return feed.SourceStatus{Name: name, State: feed.Off}
}

// old tells whether an answer is too old to be called the present, and its age. A source that hangs has no error yet,
// but its answer is older than several of its cadences.
func (m *Model) old(err error, at, now time.Time, st feed.SourceStatus) (string, bool) {
	age := now.Sub(at)
	if at.IsZero() {
		return "", false
	}
	late := err != nil || age > max(4*max(st.Cadence, m.data.Refresh()), time.Minute)
	return coarse(age), late
}

// coarse is an age in steps that grow with it, so that a screen on which nothing happens writes little.
func coarse(age time.Duration) string {
	switch {
	case age < 5*time.Second:
		return "<5s"
	case age < time.Minute:
		age = age.Truncate(5 * time.Second)
	case age < 10*time.Minute:
		age = age.Truncate(10 * time.Second)
	default:
		age = age.Truncate(time.Minute)
	}
	return compact(age)
}

// compact writes a duration in its one or two greatest units: "40s", "2m10s", "3h5m", "2d".
func compact(d time.Duration) string {
	days := int(d / (24 * time.Hour))
	h, m, s := int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	unit := func(n int, u string) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n) + u
	}
	switch {
	case days == 1 && h == 0:
		return "24h"
	case days > 0:
		return unit(days, "d") + unit(h, "h")
	case h > 0:
		return unit(h, "h") + unit(m, "m")
	case m > 0:
		return unit(m, "m") + unit(s, "s")
	}
	return strconv.Itoa(s) + "s"
}

// windowText is a window as the ladder spells it.
func windowText(w time.Duration) string { return compact(w) }

func short(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// inBar is style on the status bar's ground.
func inBar(s *themes.Styles, style lipgloss.Style) lipgloss.Style { return style.Inherit(s.Bar) }
