// Package alerts is the page of what fires, what is about to, and which rules cannot be evaluated.
package alerts

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Page lists alerts, worst first, with everything known of the selected one below.
type Page struct {
	cursor page.Cursor
	filter page.Filter
	detail int // first line of the detail that is shown
}

var (
	_ page.Page     = (*Page)(nil)
	_ page.Capturer = (*Page)(nil)
	_ page.Escaper  = (*Page)(nil)
)

// New returns the page.
func New() *Page { return &Page{} }

// Title implements page.Page.
func (p *Page) Title() string { return "Alerts" }

// Wants implements page.Page.
func (p *Page) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}}
}

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper: Esc drops the filter first.
func (p *Page) Escape() bool {
	used := p.filter.Text != ""
	p.filter.Text = ""
	return used
}

// Bindings implements page.Page.
func (p *Page) Bindings() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("up", "down", "j", "k"), key.WithHelp("↑ ↓", "choose an alert")),
		key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "the traces behind the alert")),
		key.NewBinding(key.WithKeys("/"), key.WithHelp("/", "filter by name and labels")),
		key.NewBinding(key.WithKeys("pgup", "pgdown"), key.WithHelp("pgup pgdn", "scroll the alert's details")),
	}
}

// row is an active alert with its rule, or a rule that cannot be evaluated.
type row struct {
	key   string
	alert *sources.Alert // nil: the rule itself is what is wrong
	rule  *sources.Rule  // nil: only Alertmanager knows the alert
}

func (p *Page) rows(c page.Context) []row {
	rules, alerts := c.Data.Rules().Value, c.Data.Alerts().Value
	byName := map[string]*sources.Rule{}
	var out []row
	for i := range rules {
		r := &rules[i]
		if _, ok := byName[r.Name]; !ok || len(r.Alerts) > 0 {
			byName[r.Name] = r
		}
		if r.Health == "err" && p.matches(r.Name+" "+r.Group) {
			out = append(out, row{key: "rule " + r.Group + "/" + r.Name, rule: r})
		}
	}
	var active []row
	for i := range alerts {
		a := &alerts[i]
		if p.matches(a.Name + " " + a.Labels.Key()) {
			active = append(active, row{key: a.Labels.Key(), alert: a, rule: byName[a.Name]})
		}
	}
	return append(active, out...)
}

func (p *Page) matches(text string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(p.filter.Text))
}

func keys(rows []row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.key
	}
	return out
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.SelectMsg:
		p.cursor.Key = msg.Key
	case tea.PasteMsg:
		if p.filter.Open {
			p.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		return p.key(c, msg)
	}
	return nil
}

func (p *Page) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	if p.filter.Key(k) {
		return nil
	}
	rows := p.rows(c)
	p.cursor.Sync(keys(rows), listHeight(len(rows), c.Height))
	switch k.String() {
	case "enter":
		if p.cursor.Row < len(rows) {
			if r := rows[p.cursor.Row]; r.alert != nil {
				return page.Send(page.OpenTraces{Query: page.AlertQuery(*r.alert)})
			}
			return page.Send(page.Notice{Text: "a rule that cannot be evaluated has no traces"})
		}
	case "pgup":
		p.detail = max(0, p.detail-5)
	case "pgdown":
		p.detail += 5
	default:
		if d, ok := page.Motion(k, listHeight(len(rows), c.Height), len(rows)); ok && p.cursor.Move(keys(rows), d, listHeight(len(rows), c.Height)) {
			p.detail = 0
		}
	}
	return nil
}

// listHeight is how many rows the list takes of a page so high: what it needs, at most half where there is a detail.
func listHeight(rows, height int) int {
	return max(1, min(rows, (height-2)/2))
}

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	s, snap := c.Styles, c.Data.Alerts()
	rows := p.rows(c)
	lines := []string{p.title(c, rows)}
	if snap.Err != nil {
		what := "no alerts yet"
		if snap.OK() {
			what = "stale: as of " + dashboard.FormatAge(snap.Age(c.Now)) + " ago"
		}
		lines = append(lines, page.Explain(s, what, snap.Err, c.Width)...)
	}
	if len(rows) == 0 {
		lines = append(lines, "", p.empty(c, snap))
		return lines[:min(len(lines), c.Height)]
	}
	visible := listHeight(len(rows), c.Height)
	p.cursor.Sync(keys(rows), visible)
	for i := p.cursor.Offset; i < min(p.cursor.Offset+visible, len(rows)); i++ {
		lines = append(lines, p.line(c, rows[i], i == p.cursor.Row))
	}
	if hidden := len(rows) - visible; hidden > 0 {
		lines = append(lines, s.Muted.Render(page.Fit(fmt.Sprintf("   %d more", hidden), c.Width, s.Glyphs.Ellipsis)))
	}
	lines = append(lines, s.Border.Render(strings.Repeat(s.Glyphs.H, max(c.Width, 0))))
	body := p.about(c, rows[p.cursor.Row])
	p.detail = max(0, min(p.detail, len(body)-(c.Height-len(lines))))
	lines = append(lines, body[min(p.detail, len(body)):]...)
	return lines[:min(len(lines), c.Height)]
}

func (p *Page) title(c page.Context, rows []row) string {
	facts := fmt.Sprintf("%d active or failing to evaluate, of %d rules", len(rows), len(c.Data.Rules().Value))
	if p.filter.Open || p.filter.Text != "" {
		facts = fmt.Sprintf("/%s  %d shown", p.filter.Text, len(rows))
		if p.filter.Open {
			facts += "  (enter keeps the filter, esc drops it)"
		}
	}
	return page.Title(c.Styles, "Alerts", facts, c.Width)
}

func (p *Page) empty(c page.Context, snap sources.Snapshot[[]sources.Alert]) string {
	s := c.Styles
	text := " " + s.Muted.Render(s.Glyphs.NoData+" waiting for the first answer")
	switch {
	case p.filter.Text != "":
		text = " " + s.Muted.Render("nothing matches "+p.filter.Text)
	case snap.OK():
		text = " " + s.OK.Render(s.Glyphs.OK) + " none firing, none pending"
	case off(c):
		text = " " + s.Muted.Render(s.Glyphs.Off+" off: set --prometheus-url or --alertmanager-url")
	}
	return page.Fit(text, c.Width, s.Glyphs.Ellipsis)
}

func off(c page.Context) bool {
	for _, st := range c.Data.Sources() {
		if (st.Name == feed.SourcePrometheus || st.Name == feed.SourceAlertmanager) && st.State != feed.Off {
			return false
		}
	}
	return true
}

func (p *Page) line(c page.Context, r row, selected bool) string {
	s := c.Styles
	pointer := " "
	if selected {
		pointer = s.Glyphs.Pointer
	}
	if r.alert == nil {
		return page.Fit(pointer+s.Critical.Render(s.Glyphs.Critical)+" "+page.Fit(r.rule.Name, 28, s.Glyphs.Ellipsis)+"  "+
			s.Critical.Render("cannot be evaluated")+"  "+r.rule.LastError, c.Width, s.Glyphs.Ellipsis)
	}
	a := r.alert
	mark, style := page.AlertMark(s, *a)
	state := string(a.State)
	if len(a.Silenced) > 0 {
		state = "silenced"
	} else if len(a.Inhibited) > 0 {
		state = "inhibited"
	}
	line := pointer + style.Render(mark) + " " + page.Fit(a.Name, 28, s.Glyphs.Ellipsis) + "  " +
		style.Render(page.Fit(a.Severity, 9, s.Glyphs.Ellipsis)) + " " + page.Fit(state, 9, "") + " " +
		page.Right(dashboard.FormatAge(c.Now.Sub(a.ActiveSince)), 8, "") + "  " + value(a.Value) + "  " +
		s.Muted.Render(labelText(a.Labels.Without("alertname", "severity")))
	line = page.Fit(line, c.Width, s.Glyphs.Ellipsis)
	if selected {
		return s.Selected.Render(ansi.Strip(line))
	}
	return line
}

func value(v float64) string {
	if math.IsNaN(v) {
		return page.Right("", 8, "")
	}
	return page.Right(dashboard.FormatValue(v, dashboard.UnitNone), 8, "")
}
