package tui

// The palette's commands: of the page on the screen, of everywhere, and of all other places.

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/keys"
	"dlmon/tui/page"
)

// commands are what the keys of the page on the screen do, then those of everywhere.
func (m *Model) commands() []entry {
	var out []entry
	seen := map[string]bool{}
	add := func(b key.Binding) {
		if !b.Enabled() {
			return
		}
		var actions []string
		for _, k := range b.Keys() {
			if name, _, ok := keys.Known(m.scope(), k); ok && !slices.Contains(actions, name) {
				actions = append(actions, name)
			}
		}
		for _, name := range actions {
			_, a, _ := keys.Find(name)
			if seen[name] || !command(name) {
				continue
			}
			seen[name] = true
			what := a.What
			if len(actions) == 1 && b.Help().Desc != "" {
				what = m.named().Describe(b)
			}
			out = append(out, entry{kind: kindCommand, title: what, key: strings.Join(m.o.Keys.Of(name), " "),
				do: func(m *Model) tea.Cmd { return m.act(pressOf(a.Keys[0])) }})
		}
	}
	for _, b := range m.nav.top().Bindings() {
		add(b)
	}
	for _, b := range globalKeys().list() {
		add(b)
	}
	return out
}

// command tells whether an action is worth finding: moving is not, and pages are listed as such.
func command(name string) bool {
	switch name {
	case "move.open":
		return true
	case "global.palette", "global.force-quit", "global.suspend", "global.overview", "global.tenants", "global.traces", "global.alerts", "global.health", "global.business":
		return false
	}
	return !strings.HasPrefix(name, keys.Move+".")
}

func (m *Model) pageEntries() []entry {
	var out []entry
	for i, t := range m.nav.tabs {
		out = append(out, entry{kind: kindPage, title: t.title, key: strings.Join(m.o.Keys.Of("global."+t.id), " "),
			do: func(m *Model) tea.Cmd { return m.openTab(i) }})
	}
	for _, v := range []struct{ view, title, action string }{
		{page.TenantsMovers, "Movers", "movers"}, {page.TenantsNeighbours, "Noisy neighbours", "noisy"}, {page.TenantsBudget, "Error budget", "budget"},
	} {
		out = append(out, entry{kind: kindPage, title: v.title, about: "of all tenants", key: m.keyFrom("tenants", v.action), do: func(*Model) tea.Cmd {
			return page.Send(page.OpenTenants{View: v.view})
		}})
	}
	return append(out, entry{kind: kindPage, title: "Silences", about: "of Alertmanager", key: m.keyFrom("alerts", "silences"), do: func(m *Model) tea.Cmd {
		m.nav.open(slices.IndexFunc(m.nav.tabs, func(t tab) bool { return t.id == "alerts" }))
		if m.typing() { // a silence is being written there: it is not to be lost
			return nil
		}
		return m.act(pressOf("a"))
	}})
}

// keyFrom is the key that does an action of a tab's page; elsewhere the tab's own stands before it. "" if the operator
// has left none.
func (m *Model) keyFrom(tab, action string) string {
	k, at := strings.Join(m.o.Keys.Of(keys.Name(tab, action)), " "), m.scope()
	if here := keys.Name(at, action); at != tab { // the grid has movers too
		if _, _, ok := keys.Find(here); ok {
			return strings.Join(m.o.Keys.Of(here), " ")
		}
	}
	if at != tab {
		return m.keysAlong("global."+tab, keys.Name(tab, action))
	}
	return k
}

// keysAlong are the operator's keys for one action after the other; "" if one of them has none.
func (m *Model) keysAlong(names ...string) string {
	var steps []string
	for _, name := range names {
		own := m.o.Keys.Of(name)
		if len(own) == 0 {
			return ""
		}
		steps = append(steps, strings.Join(own, " "))
	}
	return strings.Join(steps, " then ")
}

// place is where commands of a scope work, and how one gets there.
type place struct {
	scope, where string
	way          []string // the actions that lead there, from anywhere
	// by is the action that opens such a place for what is selected where the way ends: which one is for the operator to
	// choose. "" if the way leads all the way.
	by string
}

var places = []place{
	{"grid", "on Overview", []string{"global.overview"}, ""},
	{"tenants", "on Tenants", []string{"global.tenants"}, ""},
	{"movers", "on Movers", []string{"global.tenants", "tenants.movers"}, ""},
	{"neighbours", "on Noisy neighbours", []string{"global.tenants", "tenants.noisy"}, ""},
	{"budget", "on Error budget", []string{"global.tenants", "tenants.budget"}, ""},
	{"traces", "on Traces", []string{"global.traces"}, ""},
	{"alerts", "on Alerts", []string{"global.alerts"}, ""},
	{"silences", "on Silences", []string{"global.alerts", "alerts.silences"}, ""},
	// Of these there are many.
	{"panel", "in a panel full screen", []string{"global.overview"}, "grid.full-screen"},
	{"trace", "in one trace", []string{"global.traces"}, "move.open"},
	{"analysis", "in an analysis of traces", []string{"global.traces"}, "traces.difference"},
}

// elsewhere are the commands of all other places, and those of this one that its page does not offer now.
func (m *Model) elsewhere() []entry {
	offered := map[string]bool{}
	for _, name := range m.offered() {
		offered[name] = true
	}
	var out []entry
	for _, p := range places {
		i := slices.IndexFunc(keys.Scopes(), func(s keys.Scope) bool { return s.ID == p.scope })
		for _, a := range keys.Scopes()[i].Actions {
			name := keys.Name(p.scope, a.ID)
			if offered[name] || a.Writes && m.o.Silencer == nil {
				continue
			}
			e := entry{kind: kindCommand, title: a.What, about: p.where, key: m.keysAlong(append(slices.Clone(p.way), name)...), away: true,
				do: func(m *Model) tea.Cmd { return m.doThere(p, a) }}
			switch {
			case p.scope == m.scope():
				e.about, e.key = "on this page", strings.Join(m.o.Keys.Of(name), " ")
			case p.by != "":
				e.key = m.styles.Glyphs.Ellipsis + " then " + strings.Join(m.o.Keys.Of(name), " ")
				if len(m.o.Keys.Of(name)) == 0 {
					e.key = ""
				}
			}
			out = append(out, e)
		}
	}
	return out
}

// offered are the actions that the page on the screen offers now, by their full names.
func (m *Model) offered() []string {
	var out []string
	for _, b := range m.nav.top().Bindings() {
		for _, k := range b.Keys() {
			if name, _, ok := keys.Known(m.scope(), k); ok && b.Enabled() {
				out = append(out, name)
			}
		}
	}
	return out
}

// doThere goes to a place and does an action there. What is done to something selected is left to the operator, who has
// not seen what is selected there; so is the choice of a trace or a panel, where the place is of one.
func (m *Model) doThere(p place, a keys.Action) tea.Cmd {
	name := keys.Name(p.scope, a.ID)
	if p.scope == m.scope() { // the page itself says why it can't
		return m.perform(name, a)
	}
	cmd := m.goThere(p)
	switch {
	case m.typing():
		m.say(page.Notice{Text: "something is being typed here: leave it first"}) // it is not to be lost
	case p.by != "":
		m.say(page.Notice{Text: "that is done " + p.where + m.first(p.by, ": %s here opens one")})
	case a.Selected:
		m.say(page.Notice{Text: "select it here" + m.first(name, ", then %s") + ": " + a.What})
	default:
		return tea.Batch(cmd, m.perform(name, a))
	}
	return cmd
}

// goThere shows a place, or where the way to it ends.
func (m *Model) goThere(p place) tea.Cmd {
	m.nav.open(slices.IndexFunc(m.nav.tabs, func(t tab) bool { return "global."+t.id == p.way[0] }))
	switch {
	case m.typing():
		return nil
	case m.nav.view(p.scope) != nil:
		return m.openTenants(p.scope)
	case p.scope == "silences" && m.scope() != p.scope:
		return m.act(pressOf("a"))
	}
	for p.by == "" && m.scope() != p.scope { // the page was left at something deeper of its own
		if !m.escape() {
			break
		}
	}
	return nil
}

// perform does an action of the page on the screen. What it does not offer while it shows something deeper of its own, it
// may without.
func (m *Model) perform(name string, a keys.Action) tea.Cmd {
	for !a.Selected && !a.Writes && !slices.Contains(m.offered(), name) && m.escape() {
	}
	// There may be something to work out for what is shown now.
	return tea.Batch(m.nav.top().Update(m.context(), page.DataMsg{}), m.act(pressOf(a.Keys[0])))
}

// escape leaves what is innermost on the page, and tells whether there was anything.
func (m *Model) escape() bool {
	p, ok := m.nav.top().(page.Escaper)
	return ok && p.Escape()
}

// first is a part of a sentence that names the operator's first key of an action, as Context.Hint does.
func (m *Model) first(name, format string) string {
	own := m.o.Keys.Of(name)
	if len(own) == 0 {
		return ""
	}
	return fmt.Sprintf(format, own[0])
}
