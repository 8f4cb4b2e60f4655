// Package alerts is the page of alerts: every rule and every active alert by state, everything that is known of one of
// them, and the silences of Alertmanager, which can be created, extended and expired here.
package alerts

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/page"
)

// mode is what the page shows.
type mode int

const (
	modeList mode = iota
	modeDetail
	modeSilences
)

// Page is the list, the detail and the silences. It implements page.Page.
type Page struct {
	mode   mode
	before mode // where the silences were opened from

	// The list.
	cursor page.Cursor
	named  string // the selected row's name: its alert may join a group
	offset int
	hits   page.Hits // of the list, or of the silences
	filter page.Filter
	want   arrangement
	opened map[string]bool

	data   *data
	listed *listing
	asked  arrangement // that listed was made for

	detail   detail
	wanted   string // by Reference: whose detail is to be opened as soon as it is known; "" for none
	silences silenceList
	form     *form
	writing  string // the change that is under way, besides the form's; "" for none
	fixed    bool   // nothing can be written now: see mayWrite
	expired  bool   // a silence that expired is listed
}

var (
	_ page.Page     = (*Page)(nil)
	_ page.Capturer = (*Page)(nil)
	_ page.Escaper  = (*Page)(nil)
	_ page.Homer    = (*Page)(nil)
)

// New returns the page.
func New() *Page { return &Page{opened: map[string]bool{}} }

// Title implements page.Page.
func (p *Page) Title() string { return "Alerts" }

// Scope implements page.Scoped.
func (p *Page) Scope() string {
	if p.mode == modeSilences {
		return "silences"
	}
	return "alerts"
}

// Click implements page.Clicker.
func (p *Page) Click(_ page.Context, _, y int) (row, selected int) {
	if p.mode == modeSilences {
		return p.hits.Row(y), p.silences.cursor.Row
	}
	return p.hits.Row(y), p.cursor.Row
}

// Wants implements page.Page.
func (p *Page) Wants(c page.Context) []feed.Request {
	p.fixed = !mayWrite(c)
	reqs := []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}, {Kind: feed.Silences}}
	if p.mode == modeDetail && p.form == nil {
		if r, ok := p.picture(c); ok {
			reqs = append(reqs, r.request)
		}
	}
	return reqs
}

// Capturing implements page.Capturer.
func (p *Page) Capturing() bool {
	return p.form != nil || p.filter.Open || p.mode == modeSilences && (p.silences.filter.Open || p.silences.expiring != nil)
}

// Escape implements page.Escaper.
func (p *Page) Escape() bool {
	switch p.mode {
	case modeDetail:
		p.mode = modeList
		return true
	case modeSilences:
		if !p.silences.filter.Escape() {
			p.mode = p.before
		}
		return true
	}
	return p.filter.Escape()
}

// Home implements page.Homer. What is being written or asked stays.
func (p *Page) Home() {
	if !p.Capturing() {
		p.mode = modeList
	}
}

// Update implements page.Page.
func (p *Page) Update(c page.Context, msg tea.Msg) tea.Cmd {
	p.fixed = !mayWrite(c)
	switch msg := msg.(type) {
	case page.DataMsg:
		p.data = nil
		return p.openWanted(c)
	case page.SelectMsg:
		p.selectRow(c, msg.Key)
	case page.Written:
		return p.written(c, msg)
	case tea.PasteMsg:
		p.paste(msg)
	case tea.KeyPressMsg:
		return p.key(c, msg)
	}
	return nil
}

func (p *Page) paste(msg tea.PasteMsg) {
	switch {
	case p.form != nil:
		p.form.paste(msg)
	case p.mode == modeSilences && p.silences.filter.Open:
		p.silences.filter.Add(msg.Content)
	case p.filter.Open:
		p.filter.Add(msg.Content)
	}
}

func (p *Page) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.form != nil:
		return p.formKey(c, k)
	case p.mode == modeSilences:
		return p.silenceKey(c, k)
	case p.mode == modeDetail:
		return p.detailKey(c, k)
	}
	return p.listKey(c, k)
}

// known is the data as the snapshots have it now.
func (p *Page) known(c page.Context) *data {
	if p.data == nil || p.data.stamp != stampOf(c) {
		p.data, p.listed = join(c), nil
	}
	return p.data
}

// rows is the list as it is to be shown now.
func (p *Page) rows(c page.Context) listing {
	d := p.known(c)
	p.want.filter = strings.ToLower(p.filter.Text)
	if p.listed == nil || p.asked != p.want {
		l := d.list(p.want, p.opened)
		p.listed, p.asked = &l, p.want
	}
	return *p.listed
}

// sync finds the selected row. An alert that is no longer listed by itself may have joined a group: then that.
func (p *Page) sync(l listing) {
	if p.cursor.Key != "" && !slices.Contains(l.keys, p.cursor.Key) {
		for _, r := range l.rows {
			if r.name() == p.named {
				p.cursor.Key = r.key
				break
			}
		}
	}
	p.cursor.Sync(l.keys, len(l.keys))
}

// selected is the row under the cursor.
func (p *Page) selected(c page.Context) (row, bool) {
	l := p.rows(c)
	p.sync(l)
	if p.cursor.Row >= len(l.rows) {
		return row{}, false
	}
	return l.rows[p.cursor.Row], true
}

// selectRow goes to an alert by its labels' key, or to the first row of that name, whatever hides it.
func (p *Page) selectRow(c page.Context, key string) {
	p.mode, p.form = modeList, nil
	p.filter.Escape()
	for _, r := range p.rows(c).rows {
		for _, i := range r.all {
			if i.key() == "a"+key {
				p.cursor.Key, p.named = i.key(), i.Name
				if r.group() {
					p.open(r.key, true)
				}
				return
			}
		}
	}
	for _, r := range p.rows(c).rows {
		if r.name() == key || r.key == key {
			p.cursor.Key, p.named = r.key, r.name()
			return
		}
	}
}

func (p *Page) open(key string, open bool) {
	p.opened[key] = open
	p.listed = nil
}

// View implements page.Page.
func (p *Page) View(c page.Context) []string {
	p.fixed = !mayWrite(c)
	p.hits.Reset()
	if c.Width <= 0 || c.Height <= 0 {
		return nil
	}
	var lines []string
	switch {
	case p.form != nil:
		lines = p.formLines(c)
	case p.mode == modeSilences:
		lines = p.silenceLines(c)
	case p.mode == modeDetail:
		lines = p.detailLines(c)
	default:
		lines = p.listLines(c)
	}
	lines = lines[:min(len(lines), c.Height)]
	for i, l := range lines {
		lines[i] = page.Cut(l, c.Width, c.Styles.Glyphs.Ellipsis)
	}
	return lines
}

// mayWrite tells whether silences can be written: not read-only, and not of the past. Where Alertmanager is off they can't
// be either, but the keys say so, for that can be changed.
func mayWrite(c page.Context) bool { return c.Live && !c.ReadOnly }

// refusal says why nothing can be written now; "" when it can.
func (p *Page) refusal(c page.Context) string {
	switch {
	case sourceState(c, feed.SourceAlertmanager) == feed.Off:
		return "Alertmanager is off: set --alertmanager-url to silence alerts"
	case c.ReadOnly:
		return "read-only: dlmon changes nothing at Alertmanager"
	case !c.Live:
		return "a silence is about the present, and this is not" + c.Hint("0", ": %s goes back to live")
	case p.writing != "":
		return p.writing + ": wait for Alertmanager's answer"
	}
	return ""
}

func warn(text string) tea.Cmd { return page.Send(page.Notice{Text: text, Warn: true}) }

// written takes the outcome of what the page has asked for.
func (p *Page) written(c page.Context, msg page.Written) tea.Cmd {
	p.data = nil
	if p.form != nil && p.form.sending {
		f := p.form
		f.sending = false
		if msg.Err != nil {
			f.confirming, f.err = false, msg.Err
			return nil
		}
		p.form = nil
		p.silences.cursor.Key, p.silences.made = msg.ID, msg.ID // a silence that is changed may have become another
		return page.Send(page.Notice{Text: f.done(c)})
	}
	what := p.writing
	p.writing = ""
	if msg.Err != nil {
		p.silences.err = msg.Err
		return warn("not done: " + msg.Err.Error())
	}
	p.silences.err = nil
	return page.Send(page.Notice{Text: strings.Replace(what, "expiring", "expired", 1)})
}

func sourceState(c page.Context, name string) feed.State {
	for _, st := range c.Data.Sources() {
		if st.Name == name {
			return st.State
		}
	}
	return feed.Off
}

// tenant is whose alert a row is; why says why that is nobody's.
func (r row) tenant() (id, why string) {
	if len(r.all) == 0 {
		return "", r.name() + " has no active alert, so no tenant"
	}
	for _, i := range r.all {
		t := page.AlertQuery(i.Alert, nil).Tags[page.TagTenant]
		switch {
		case t == "":
			return "", r.name() + " is no tenant's alert: it has no label tenant_id or tenant"
		case id != "" && t != id:
			return "", fmt.Sprintf("these are alerts of several tenants: open %s with right, and choose one", r.name())
		}
		id = t
	}
	return id, ""
}

// common are the labels that all the row's alerts have alike.
func (r row) common() sources.Labels {
	l := r.all[0].Labels.Without()
	for _, i := range r.all[1:] {
		for name, value := range l {
			if i.Labels[name] != value {
				delete(l, name)
			}
		}
	}
	return l
}

// query asks for the traces that explain a row; of a rule without an alert, by what the rule's own labels say.
func (r row) query() page.TraceQuery {
	if len(r.all) == 0 {
		return page.AlertQuery(sources.Alert{Name: r.rule.Name, Labels: r.rule.Labels}, r.rule)
	}
	q := page.AlertQuery(r.all[0].Alert, r.rule)
	if r.group() { // what all have in common
		common := sources.Alert{Name: r.name(), Labels: r.common(), ActiveSince: q.Since}
		for _, i := range r.all[1:] {
			if !i.ActiveSince.IsZero() && i.ActiveSince.Before(common.ActiveSince) {
				common.ActiveSince = i.ActiveSince
			}
		}
		q = page.AlertQuery(common, r.rule)
	}
	return q
}

// do carries out the keys that the list and the detail share, and tells whether k is one.
func (p *Page) do(c page.Context, k tea.KeyPressMsg, r row) (tea.Cmd, bool) {
	switch k.String() {
	case "t":
		return page.Exemplar(c, r.query()), true
	case "o":
		id, why := r.tenant()
		if id == "" {
			return warn(why), true
		}
		return page.Send(page.OpenTenant{ID: id}), true
	case "y":
		return page.Send(page.Copy{Text: r.text(), What: r.name()}), true
	case "Y":
		return p.copyLink(c, r), true
	case "z":
		return p.silenceRow(c, r), true
	case "a":
		p.OpenSilences()
		return nil, true
	}
	return nil, false
}

// text is what y copies: a selector of the alert, or the rule's expression.
func (r row) text() string {
	switch i := r.one(); {
	case i != nil:
		return i.Name + "{" + strings.ReplaceAll(i.Labels.Without("alertname").Key(), ",", ", ") + "}"
	case r.rule != nil:
		return r.rule.Expr
	}
	return r.name()
}
