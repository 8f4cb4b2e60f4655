package alerts

// What of the page is on the screen, by names that lead back to it.

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// Silences tells whether the list of silences is shown.
func (p *Page) Silences() bool { return p.mode == modeSilences }

// Detail is the name of what the detail is about, and the reference that OpenAlert takes; "" without one.
func (p *Page) Detail() (name, reference string) {
	if p.mode != modeDetail {
		return "", ""
	}
	return p.detail.last.name(), p.detail.last.reference()
}

// reference names an alert by its labels, anything else as the list does: `Slow{tenant_id="acme"}`, `Slow`.
func (r row) reference() string {
	if i := r.one(); i != nil {
		return i.reference()
	}
	return r.name()
}

func (i *instance) reference() string {
	return i.Name + "{" + i.Labels.Without("alertname").Key() + "}"
}

// OpenAlert shows the detail of an alert, of several of one name or of a rule, as soon as it is known.
func (p *Page) OpenAlert(reference string) { p.wanted = reference }

// openWanted opens the detail that is waited for, and says so where what is known lacks it.
func (p *Page) openWanted(c page.Context) tea.Cmd {
	if p.wanted == "" {
		return nil
	}
	d, found, filter := p.known(c), row{}, p.filter
	for _, i := range d.instances {
		if i.reference() == p.wanted {
			p.selectRow(c, i.Labels.Key())
			found = row{key: i.key(), state: i.state(), all: []*instance{i}, rule: i.rule}
		}
	}
	for _, r := range d.everything() {
		if found.key == "" && r.name() == p.wanted {
			p.selectRow(c, r.key)
			found = r
		}
	}
	p.filter = filter // the list behind it stays as it was asked for
	switch {
	case found.key != "":
		p.wanted = ""
		p.openDetail(c, found)
	case c.Data.Alerts().OK() && c.Data.Rules().OK():
		name := p.wanted
		p.wanted = ""
		return warn("not among the alerts and rules" + ofThen(c) + ": " + name)
	}
	return nil
}

func ofThen(c page.Context) string {
	if c.Live {
		return ""
	}
	return " of that time"
}
