package alerts

// The picture of a rule: what its expression compares, over the window, against the threshold.

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/panel"
)

// picture is what is asked for the detail's plot.
type picture struct {
	condition
	request feed.Request
	what    string // what the lines are, where they are not the alert's own value
	count   bool   // they count series
}

// picture is the detail's; false: there is no rule to draw.
func (p *Page) picture(c page.Context) (picture, bool) {
	r, _ := p.shown(c)
	if r.rule == nil || c.Window <= 0 || c.Step <= 0 {
		return picture{}, false
	}
	pic := pictureOf(r)
	pic.request.Window, pic.request.Step = c.Window, c.Step
	return pic, true
}

// pictureOf draws an alert by itself: its series are picked out of the expression's by its labels. Of several alerts, or
// of a rule without one, the series nearest to the threshold is drawn; where there is no threshold, how many series the
// expression has: an answer must not hold a line for each of ten thousand tenants.
func pictureOf(r row) picture {
	cond := conditionOf(r.rule.Expr)
	pic := picture{condition: cond, request: feed.Request{Kind: feed.Range}}
	i := r.one()
	switch {
	case i != nil && i.own:
		pic.request.Expr = only(cond.left, ruleLabels(*i))
	case !cond.known() || cond.op == "==" || cond.op == "!=":
		pic.request.Expr = "count(" + cond.expr + ")"
		pic.what, pic.count = "how many series it holds for", true
		pic.threshold = math.NaN()
		if pic.note == "" {
			pic.note = "it fires for each"
		}
	case cond.op[0] == '>':
		pic.request.Expr, pic.what = "max("+cond.left+")", "the highest of all series"
	default:
		pic.request.Expr, pic.what = "min("+cond.left+")", "the lowest of all series"
	}
	return pic
}

var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// ruleLabels are the labels that an alert has from its series, not from its rule.
func ruleLabels(i instance) sources.Labels {
	l := i.Labels.Without("alertname", "__name__")
	for name := range i.rule.Labels {
		delete(l, name)
	}
	for name, value := range l {
		if value == "" || !plainName.MatchString(name) || slices.Contains(i.Altered, name) {
			delete(l, name)
		}
	}
	return l
}

// only keeps the series of an expression that have the labels. It is done by the server, whatever the expression: by
// joining it with a made-up series that has just these labels.
func only(expr string, l sources.Labels) string {
	if len(l) == 0 {
		return expr
	}
	names := labelOrder(l)
	made := "vector(1)"
	for _, name := range names {
		made = fmt.Sprintf("label_replace(%s, %q, %s, \"\", \"\")", made, name, strconv.Quote(strings.ReplaceAll(l[name], "$", "$$")))
	}
	return fmt.Sprintf("(%s) and on (%s) %s", expr, strings.Join(names, ", "), made)
}

// unitOf is the unit of a row's expression, where that can be told.
func unitOf(r row) string {
	if r.rule == nil {
		return dashboard.UnitNone
	}
	left := conditionOf(r.rule.Expr).left
	if found := dashboard.HistogramsIn(left); len(found) == 1 && strings.HasSuffix(found[0].Metric, "_seconds_bucket") &&
		strings.HasPrefix(left, "histogram_quantile") {
		return dashboard.UnitSeconds
	}
	return dashboard.UnitNone
}

// formatter writes values of a unit as a sentence has them.
func formatter(unit string) func(float64) string {
	return func(v float64) string { return dashboard.SayValue(v, unit) }
}

// maxSeries bounds the lines of a plot.
const maxSeries = 8

// pictureLines are the plot with what there is to say of it.
func (p *Page) pictureLines(c page.Context, r row, how presence) []string {
	s, g := c.Styles, c.Styles.Glyphs
	pic, ok := p.picture(c)
	if !ok {
		return nil
	}
	unit := unitOf(r)
	if pic.count {
		unit = dashboard.UnitNone
	}
	format := formatter(unit)
	say := func(st lipgloss.Style, text string, limit int) (out []string) {
		for _, l := range page.Wrap(text, max(10, c.Width-2), limit, g.Ellipsis) {
			out = append(out, " "+st.Render(l))
		}
		return out
	}
	out := append([]string{""}, say(s.Text, pic.caption(r, how, format), 2)...)
	if pic.note != "" {
		out = append(out, say(s.Muted, "no threshold is drawn: "+pic.note, 2)...)
	}
	snap := c.Data.Range(pic.request)
	series := snap.Value.Series
	switch {
	case !snap.OK() && snap.Err != nil:
		return append(append(out, page.Explain(s, "its expression could not be asked", snap.Err, c.Width)...), "")
	case !snap.OK():
		return append(out, s.Muted.Render(" "+g.NoData+" asking Prometheus for its expression"), "")
	case len(series) == 0:
		return append(out, s.Muted.Render(page.Cut(" "+g.NoData+" it had no value in this window"+c.Hint("+", ": %s widens it"), c.Width, g.Ellipsis)), "")
	}
	if snap.Err != nil {
		out = append(out, s.Stale.Render(" "+g.Stale+" stale "+dashboard.FormatAge(snap.Age(c.Now))))
	}
	m := snap.Value
	var values [][]float64
	for _, x := range series[:min(len(series), maxSeries)] {
		values = append(values, x.Values)
	}
	f := chart.Frame{Format: format, Cursor: -1, Bucket: -1, ASCII: s.ASCII, Distinct: !s.Color,
		Finer: func(v float64, more int) string { return dashboard.FormatFiner(v, unit, more) }}
	if m.Columns > 1 {
		f.Time = chart.TimeAxis{Start: m.Start, End: dashboard.GridOf(m).End(), Zone: c.Zone(c.Now).Location(), Events: panel.Events(s, c.Marks)}
		f.Cursor = dashboard.GridOf(m).Column(c.Cursor)
	}
	var marks []chart.Threshold
	if pic.known() {
		ink := chart.Warn
		if sources.SeverityRank(r.severity()) == 2 {
			ink = chart.Critical
		}
		marks, f.Reach = []chart.Threshold{{Value: pic.threshold, Ink: ink}}, []float64{pic.threshold}
	}
	rows := chart.Lines(values, c.Width-2, plotHeight(c), f, marks...)
	for _, cells := range rows {
		out = append(out, " "+chart.Paint(cells, func(k chart.Ink, text string) string { return panel.Ink(s, k).Render(text) }))
	}
	if strip := p.stateStrip(c, r, how, m, rows[0]); strip != "" {
		out = append(out, " "+strip)
	}
	if n := len(series) - maxSeries; n > 0 {
		out = append(out, s.Muted.Render(fmt.Sprintf(" %d more series are not drawn", n)))
	}
	return append(out, "")
}

func plotHeight(c page.Context) int { return max(4, min(14, c.Height/3)) }

// caption says what is drawn, what it is now (was last, if it has ended) and when it fires.
func (pic picture) caption(r row, how presence, format func(float64) string) string {
	var parts []string
	if i := r.one(); i != nil && !math.IsNaN(i.Value) {
		now := "now "
		if how == ended {
			now = "last "
		}
		parts = append(parts, now+format(i.Value))
	}
	if pic.what != "" {
		parts = append(parts, pic.what)
	}
	if limit := pic.holds(format); limit != "" {
		fires := "fires when " + limit
		if r.rule.For > 0 {
			fires += " for " + span(r.rule.For)
		}
		if pic.also != "" {
			fires += ", " + pic.also
		}
		parts = append(parts, fires)
	} else if pic.also != "" {
		parts = append(parts, pic.also)
	}
	return strings.Join(parts, ", ")
}

// quietSince is since when Alertmanager keeps an alert quiet; false: nobody knows. When an inhibition began is not told.
func (d *data) quietSince(i *instance) (since time.Time, ok bool) {
	for _, id := range i.Silenced {
		if x := d.silences[id]; x != nil && (!ok || x.StartsAt.Before(since)) {
			since, ok = x.StartsAt, true
		}
	}
	return since, ok
}

// stateStrip is a line under the plot that tells since when the alert was pending, since when it fires, and since when it
// is silenced; it ends where the alert did.
func (p *Page) stateStrip(c page.Context, r row, how presence, m sources.Matrix, first []chart.Cell) string {
	s, i := c.Styles, r.one()
	if i == nil || i.ActiveSince.IsZero() || m.Columns < 2 {
		return ""
	}
	left := slices.IndexFunc(first, func(x chart.Cell) bool { return x.Ink == chart.Axis }) + 1
	width := len(first) - left
	at := func(t time.Time) int {
		part := float64(t.Sub(m.Start)) / float64(dashboard.GridOf(m).End().Sub(m.Start))
		return max(0, min(width, int(math.Round(part*float64(width-1)))))
	}
	end := width
	if how == ended {
		if p.detail.at.Before(m.Start) {
			return ""
		}
		end = min(at(p.detail.at)+1, width)
	}
	from := min(at(i.ActiveSince), end-1) // what began, fired or was silenced only just is seen to
	fired, quiet := end, end
	loud := i.Alert // as it was before anything kept it quiet
	loud.Silenced, loud.Inhibited = nil, nil
	sign, style := page.AlertMark(s, loud)
	word := i.Standing() + " "
	if i.State == sources.Firing {
		fired = min(max(from, at(i.Since())), end-1)
		if since, ok := p.known(c).quietSince(i); ok {
			quiet = max(fired, min(at(since), end-1))
		}
		if i.Muted() && quiet > fired {
			word = string(i.State) + ", then " + word
		}
	}
	b := strings.Repeat(" ", left+from) + s.Pending.Render(strings.Repeat(s.Glyphs.Pending, max(0, fired-from))) +
		style.Render(strings.Repeat(sign, max(0, quiet-fired))) + s.Muted.Render(strings.Repeat(s.Glyphs.Muted, end-quiet))
	if from > 0 { // what the signs mean stands before them, where there is room
		if room := left + from; ansi.StringWidth(word) <= room {
			b = strings.Repeat(" ", room-ansi.StringWidth(word)) + s.Muted.Render(word) + strings.TrimLeft(b, " ")
		}
	}
	return b
}
