// Package panel draws dashboard panels: one file per kind. A panel is drawn from dashboard.Data alone.
package panel

import (
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Options is how a panel is to be drawn.
type Options struct {
	Styles        *themes.Styles
	Now           time.Time
	Width, Height int    // cells, title line included; every returned line is exactly Width cells wide
	Filter        string // what the title says of the filter, with how many rows it lets through; "" for none
	Nothing       bool   // ... which are none
	Focused       bool   // the panel has the focus: its title is marked
	Full          bool   // full screen: query, unit, thresholds, legend with last/min/max/avg, time axis, cursor
	Cursor        int    // the grid column being read, -1 for none
	Selected      int    // tables: the selected row; a heatmap, Full: the bucket being read; -1 for none
	Offset        int    // tables: the first row shown
	UTC           bool
	TraceKey      string // the operator's key for the trace of an exemplar; "" for none
	Big           bool   // a stat in digits that are read across a room, where they fit
	// Marks are what happened, for the time axis; nil for none. A pointer, so that Options can be compared.
	Marks *[]dashboard.Mark
	// From and To are the ends of a stretch that is being selected, in either order; zero: none.
	From, To time.Time
}

// Render draws a panel: exactly o.Height lines of exactly o.Width cells, the title line first.
func Render(d dashboard.Data, o Options) []string {
	if o.Height <= 0 {
		return nil
	}
	v := newView(d, o)
	lines := make([]string, 0, o.Height)
	if o.Height == 1 && d.Panel.Kind == dashboard.KindStat && !v.absent() {
		lines = append(lines, v.oneLine())
	} else {
		lines = append(lines, v.title())
		lines = append(lines, v.body()...)
	}
	lines = lines[:min(len(lines), o.Height)]
	for len(lines) < o.Height {
		lines = append(lines, "")
	}
	for i, l := range lines {
		lines[i] = v.fit(l, o.Width)
	}
	return lines
}

// view is one drawing of one panel: w by h cells under the title line.
type view struct {
	dashboard.Data
	o    Options
	s    *themes.Styles
	g    themes.Glyphs
	w, h int
	top  int   // lines under the title that stand above what is drawn next
	area *area // where the plot stands; nil: nobody asks
}

func newView(d dashboard.Data, o Options) *view {
	if o.Styles == nil {
		o.Styles = themes.Default(true)
	}
	o.Offset = max(o.Offset, 0)
	return &view{Data: d, o: o, s: o.Styles, g: o.Styles.Glyphs, w: max(o.Width, 0), h: max(o.Height-1, 0)}
}

func (v *view) fit(s string, width int) string { return page.Fit(s, width, v.g.Ellipsis) }

func (v *view) zone() *time.Location {
	if v.o.UTC {
		return time.UTC
	}
	return time.Local
}

// absent tells that there is nothing to draw but the reason why.
func (v *view) absent() bool {
	switch v.State {
	case dashboard.StateNoData, dashboard.StateError, dashboard.StateOff:
		return true
	}
	return false
}

func (v *view) body() []string {
	if v.h == 0 || v.w == 0 {
		return nil
	}
	if v.absent() {
		return v.why()
	}
	if v.o.Nothing {
		return []string{" " + v.s.Muted.Render("nothing matches")}
	}
	var head []string
	if v.o.Full {
		head = v.header()
		v.h -= len(head)
		v.top = len(head)
		if v.h <= 0 {
			return head
		}
	}
	return append(head, v.kind()...)
}

func (v *view) kind() []string {
	if v.o.Full && v.plottable() {
		return v.fullPlot()
	}
	switch v.Panel.Kind {
	case dashboard.KindStat:
		return v.stat()
	case dashboard.KindLines:
		return v.lines()
	case dashboard.KindHeatmap:
		return v.heatmap()
	case dashboard.KindBars:
		return v.bars()
	case dashboard.KindTenants:
		return v.tenants()
	case dashboard.KindAlerts:
		return v.alerts()
	case dashboard.KindHealth:
		return v.health()
	case dashboard.KindTargets:
		return v.targets()
	case dashboard.KindVerdict:
		return v.verdict()
	case dashboard.KindTraces:
		return v.traces()
	}
	return v.table()
}

// title is the line above a panel: a rule that carries the state's sign, the title, what the kind adds to it, and on
// the right what must not be overlooked: the age of stale data, else why the panel is not ok.
func (v *view) title() string {
	var b strings.Builder
	rule := v.s.Border
	if v.o.Focused {
		rule = v.s.Focus
	}
	b.WriteString(rule.Render(v.g.H))
	b.WriteByte(' ')
	if sign, style := v.mark(v.State); v.State != dashboard.StateOK && v.State != "" && !v.saysState() {
		b.WriteString(style.Render(sign) + " ")
	}
	title := v.s.Title
	if v.o.Focused {
		title = v.s.Focus
	}
	b.WriteString(title.Render(v.Panel.Title))
	if add := v.titleFacts(); add != "" {
		b.WriteString(" " + add)
	}
	b.WriteByte(' ')
	left := b.String()
	right := v.titleRight(v.w - ansi.StringWidth(left) - 4)
	room := v.w - ansi.StringWidth(right)
	if room < 6 {
		room, right = v.w, ""
	}
	if w := ansi.StringWidth(left); w > room-1 {
		left = ansi.Truncate(left, max(room-1, 0), v.g.Ellipsis)
	}
	fill := max(room-ansi.StringWidth(left), 0)
	return left + rule.Render(strings.Repeat(v.g.H, fill)) + right
}

// saysState tells that the title's facts hold the state already.
func (v *view) saysState() bool {
	return v.Panel.Kind == dashboard.KindHealth && !v.absent() && v.Health.Status != ""
}

func (v *view) titleFacts() string {
	facts := ""
	switch {
	case v.absent():
	case v.o.Filter != "":
		return v.s.Bold.Render(v.o.Filter)
	case v.Panel.Kind == dashboard.KindHealth:
		return v.healthFacts()
	case v.Panel.Kind == dashboard.KindTenants:
		facts = v.tenantsFacts()
	case v.Panel.Kind == dashboard.KindAlerts:
		facts = v.alertsFacts()
	case v.Panel.Kind == dashboard.KindTargets:
		facts = v.targetsFacts()
	case v.Panel.Kind == dashboard.KindTraces && len(v.Facts) > 0:
		facts = "(" + strings.Join(v.Facts, ", ") + ")"
	}
	if facts == "" {
		return ""
	}
	return v.s.Muted.Render(facts)
}

// titleRight is what stands at the right end of the title: the age of stale data always, else, where room allows,
// how many notes Prometheus made or why the panel is not ok.
func (v *view) titleRight(room int) string {
	if v.Stale && !v.At.IsZero() {
		return " " + v.s.Stale.Render(v.g.Stale+" stale "+dashboard.FormatAge(v.o.Now.Sub(v.At))) + " "
	}
	if v.absent() {
		return ""
	}
	text, style := "", v.s.Warn
	switch v.Panel.Kind {
	case dashboard.KindLines, dashboard.KindBars, dashboard.KindHeatmap, dashboard.KindTable, dashboard.KindTenants:
		if v.State == dashboard.StateWarn || v.State == dashboard.StateCritical {
			_, style = v.mark(v.State)
			text = v.Reason
		}
	}
	if len(v.Warnings) > 0 {
		text, style = plural(len(v.Warnings), "note"), v.s.Warn
	}
	if text == "" || v.o.Full || room < 10 {
		return ""
	}
	return " " + style.Render(ansi.Truncate(brief(text, room), room, v.g.Ellipsis)) + " "
}

// brief is a reason without what its value is compared with, where all of it has no room: "hybrid 1.3 s", not "hybrid 1.3 …".
func brief(reason string, room int) string {
	if ansi.StringWidth(reason) > room {
		for _, than := range []string{" > ", " < "} {
			if short, _, ok := strings.Cut(reason, than); ok && ansi.StringWidth(short) <= room {
				return short
			}
		}
	}
	return reason
}

// mark is the sign and the style of a state.
func (v *view) mark(st dashboard.State) (string, lipgloss.Style) {
	switch st {
	case dashboard.StateWarn:
		return v.g.Warn, v.s.Warn
	case dashboard.StateCritical, dashboard.StateError:
		return v.g.Critical, v.s.Critical
	case dashboard.StateNoData:
		return v.g.NoData, v.s.NoData
	case dashboard.StateOff:
		return v.g.Off, v.s.Muted
	}
	return v.g.OK, v.s.OK
}

// tint is the style of a number: only what is not ok takes a colour.
func (v *view) tint(st dashboard.State, ok lipgloss.Style) lipgloss.Style {
	if st == dashboard.StateOK || st == "" {
		return ok
	}
	_, style := v.mark(st)
	return style
}

// why says in the middle of the panel why there is nothing to see, and what to do about it: its lines begin below one
// another, and the widest stands in the middle.
func (v *view) why() []string {
	reason := v.Reason
	switch {
	case reason != "":
	case v.Err != nil:
		reason = v.Err.Error()
	case v.State == dashboard.StateOff:
		reason = "off"
	default:
		reason = "no data"
	}
	_, style := v.mark(v.State)
	room := max(v.w-4, 1)
	var lines []string
	for _, l := range page.Wrap(reason, room, max(v.h-1, 1), v.g.Ellipsis) {
		lines = append(lines, style.Render(l))
	}
	if !strings.Contains(reason, v.Hint) {
		for _, l := range page.Wrap(v.Hint, room, v.h-len(lines), v.g.Ellipsis) {
			lines = append(lines, v.s.Muted.Render(l))
		}
	}
	widest := 0
	for _, l := range lines {
		widest = max(widest, ansi.StringWidth(l))
	}
	left := strings.Repeat(" ", max((v.w-widest)/2, 0))
	for i, l := range lines {
		lines[i] = left + l
	}
	above := max((v.h-len(lines))/2, 0)
	return append(make([]string, above), lines...)
}
