// Package alerts is the page of alerts: what fires, what is pending, which rules fail to evaluate and which are quiet,
// and everything that is known of the selected one.
package alerts

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Page is the list and the detail. It implements page.Page.
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

// Scope implements page.Scoped.
func (p *Page) Scope() string { return "alerts" }

// Wants implements page.Page.
func (p *Page) Wants(page.Context) []feed.Request {
	return []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}}
}

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool { return p.filter.Open }

// Escape implements page.Escaper.
func (p *Page) Escape() bool { return p.filter.Escape() }

// item is one row: an alert with its rule, as far as that is known, or a rule without an active alert.
type item struct {
	key   string
	alert *sources.Alert
	rule  *sources.Rule
}

func (i item) name() string {
	if i.alert != nil {
		return i.alert.Name
	}
	return i.rule.Name
}

// broken tells whether the rule could not be evaluated.
func (i item) broken() bool { return i.rule != nil && i.rule.Health == "err" }

// items are the active alerts, worst first, then the rules that fail to evaluate, then the quiet ones.
func (p *Page) items(c page.Context) []item {
	alerts, rules := c.Data.Alerts().Value, c.Data.Rules().Value
	var active, failing, quiet []item
	for i := range alerts {
		a := &alerts[i]
		active = append(active, item{key: "a" + a.Labels.Key(), alert: a, rule: page.RuleOf(*a, rules)})
	}
	for i := range rules {
		r := &rules[i]
		it := item{key: "r" + r.File + "/" + r.Group + "/" + r.Name + "/" + r.Expr, rule: r}
		switch {
		case it.broken():
			failing = append(failing, it)
		case len(r.Alerts) == 0:
			quiet = append(quiet, it)
		}
	}
	var out []item
	for _, it := range append(append(active, failing...), quiet...) {
		if p.filter.Match(fields(it)...) {
			out = append(out, it)
		}
	}
	return out
}

func fields(it item) []string {
	f := []string{it.name()}
	if it.alert != nil {
		f = append(f, it.alert.Severity, string(it.alert.State), it.alert.Labels.Key())
	}
	return f
}

func keysOf(items []item) []string {
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = it.key
	}
	return keys
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.SelectMsg:
		p.cursor.Key = "a" + msg.Key
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
	items := p.items(c)
	keys := keysOf(items)
	room := listRoom(c, len(items))
	p.cursor.Sync(keys, room)
	switch k.String() {
	case "enter":
		if p.cursor.Row >= len(items) {
			return nil
		}
		return page.Send(page.OpenTraces{Query: query(items[p.cursor.Row])})
	case "t":
		if p.cursor.Row >= len(items) {
			return nil
		}
		return page.Exemplar(c, query(items[p.cursor.Row]))
	case "pgdown", "ctrl+f", "space":
		p.detail += max(1, c.Height/3)
	case "pgup", "ctrl+b":
		p.detail = max(0, p.detail-max(1, c.Height/3))
	default:
		if d, ok := page.Motion(k, room, len(items)); ok && p.cursor.Move(keys, d, room) {
			p.detail = 0
		}
	}
	return nil
}

// query asks for the traces that explain an item; of a rule without an alert, by what the rule's own labels say.
func query(it item) page.TraceQuery {
	if it.alert != nil {
		return page.AlertQuery(*it.alert, it.rule)
	}
	return page.AlertQuery(sources.Alert{Name: it.rule.Name, Labels: it.rule.Labels}, it.rule)
}

// listRoom is how many rows the list shows: all it has, but never more than half of the page.
func listRoom(c page.Context, n int) int { return max(1, min(n, c.Height/2-2)) }

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	s := c.Styles
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	items := p.items(c)
	lines := []string{page.Title(s, "Alerts", p.facts(c, items), c.Width)}
	if len(items) == 0 {
		return append(lines, p.why(c)...)
	}
	room := listRoom(c, len(items))
	p.cursor.Sync(keysOf(items), room)
	t := page.Table{Styles: s, Columns: []page.Column{
		{}, {Title: "alert", Min: 12, Max: 40}, {Title: "severity", Drop: 2}, {Title: "state"},
		{Title: "since", Right: true}, {Title: "value", Right: true, Drop: 3}, {Title: "labels", Min: 12, Grow: true, Drop: 1},
	}}
	for _, it := range items {
		t.Rows = append(t.Rows, row(c, it))
	}
	lines = append(lines, t.Lines(c.Width, room+1, p.cursor.Offset, p.cursor.Row)...)
	if rest := c.Height - len(lines); rest > 1 {
		g := s.Glyphs
		lines = append(lines, s.Border.Render(strings.Repeat(g.H, c.Width)))
		all := detail(c, items[p.cursor.Row])
		p.detail = max(0, min(p.detail, len(all)-rest+1))
		shown := all[p.detail:]
		if cut := len(shown) - (rest - 1); cut > 0 {
			shown = shown[:max(0, rest-2)]
			lines = append(lines, shown...)
			return append(lines, s.Muted.Render(fmt.Sprintf(" %d more lines, pgdown", cut+1)))
		}
		lines = append(lines, shown...)
	}
	return lines
}

func (p *Page) why(c page.Context) []string {
	s := c.Styles
	rules := c.Data.Rules()
	switch {
	case p.filter.Text != "":
		return page.Explain(s, "nothing matches "+p.filter.Text, nil, c.Width)
	case rules.Err != nil && !rules.OK():
		return page.Explain(s, "the alerting rules could not be read", rules.Err, c.Width)
	case !rules.OK():
		for _, st := range c.Data.Sources() {
			if st.Name == feed.SourcePrometheus && st.State == feed.Off {
				return page.Explain(s, "Prometheus is off: set --prometheus-url to see its alerts", nil, c.Width)
			}
		}
		return page.Explain(s, "asking Prometheus for its alerting rules", nil, c.Width)
	}
	return page.Explain(s, "Prometheus has no alerting rules", nil, c.Width)
}

func (p *Page) facts(c page.Context, items []item) string {
	var firing, pending, muted, broken, quiet int
	for _, it := range items {
		switch {
		case it.alert == nil && it.broken():
			broken++
		case it.alert == nil:
			quiet++
		case it.alert.Muted():
			muted++
		case it.alert.State == sources.Pending:
			pending++
		default:
			firing++
		}
	}
	var facts []string
	for _, f := range []struct {
		n    int
		what string
	}{{firing, "firing"}, {pending, "pending"}, {muted, "muted"}, {broken, "rules fail"}, {quiet, "rules quiet"}} {
		if f.n > 0 || f.what == "firing" {
			facts = append(facts, fmt.Sprintf("%d %s", f.n, f.what))
		}
	}
	if f := p.filter.Prompt(); f != "" {
		facts = append(facts, f)
	}
	if snap := c.Data.Rules(); snap.OK() && snap.Err != nil {
		facts = append(facts, c.Styles.Glyphs.Stale+" stale "+dashboard.FormatAge(snap.Age(c.Now)))
	}
	return strings.Join(facts, " "+c.Styles.Glyphs.Dot+" ")
}

func row(c page.Context, it item) []page.Cell {
	s := c.Styles
	if it.alert == nil {
		sign, style, state := s.Glyphs.OK, s.Muted, "quiet"
		text := ""
		if it.broken() {
			sign, style, state, text = s.Glyphs.Critical, s.Critical, "rule fails", it.rule.LastError
		}
		return []page.Cell{
			{Text: sign, Style: style}, {Text: it.rule.Name, Style: style}, {Text: it.rule.Labels["severity"], Style: s.Muted},
			{Text: state, Style: style}, {}, {}, {Text: text, Style: s.Muted},
		}
	}
	a := it.alert
	sign, style := page.AlertMark(s, *a)
	since := ""
	if !a.ActiveSince.IsZero() {
		since = dashboard.FormatAge(c.Now.Sub(a.ActiveSince))
	}
	return []page.Cell{
		{Text: sign, Style: style}, {Text: a.Name, Style: s.Bold}, {Text: a.Severity, Style: style},
		{Text: stateText(*a), Style: style}, {Text: since, Style: s.Text},
		{Text: dashboard.FormatValue(a.Value, dashboard.UnitNone), Style: s.Text},
		{Text: labelText(a.Labels.Without("alertname", "severity")), Style: s.Muted},
	}
}

func stateText(a sources.Alert) string {
	switch {
	case len(a.Silenced) > 0:
		return string(a.State) + ", silenced"
	case len(a.Inhibited) > 0:
		return string(a.State) + ", inhibited"
	}
	return string(a.State)
}

// Bindings implements page.Page.
func (p *Page) Bindings() []key.Binding {
	return []key.Binding{
		page.Bind("enter", "traces that explain the selected alert"),
		page.Bind("t", "the trace of an exemplar of the rule's histogram, else the list"),
		page.Bind("up down home end", "select"),
		page.Bind("pgup pgdown", "scroll the detail"),
		page.Bind("/", "filter as you type; enter keeps it, esc drops it"),
	}
}

// heading is the name before a fact of the detail.
func heading(s *themes.Styles, name string) string { return s.Muted.Render(page.Fit(name, 14, "")) }
