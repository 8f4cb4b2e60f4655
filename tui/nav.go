package tui

import (
	"slices"

	"dlmon/tui/alerts"
	"dlmon/tui/dashboard"
	"dlmon/tui/grid"
	"dlmon/tui/health"
	"dlmon/tui/page"
	"dlmon/tui/tenants"
	"dlmon/tui/traces"
)

// tab is one of the top-level pages, on a digit key.
type tab struct {
	id, title, short string
	page             page.Page // made once, so that it keeps its cursor and filter
}

// navigator knows where the operator is: a stack of pages that begins with a tab's, and the stacks left by a digit key.
type navigator struct {
	tabs    []tab
	stack   []page.Page
	history [][]page.Page
	views   map[string]page.Page // comparisons of all tenants by name, made once, as tabs are
	against string               // what movers compare with at first; "" for their own choice
}

// maxHistory bounds how many ways deeper that were left by a digit key Esc comes back to.
const maxHistory = 32

func newNavigator(dashboards []dashboard.Dashboard, first, against string) navigator {
	find := func(id string) dashboard.Dashboard {
		i := slices.IndexFunc(dashboards, func(d dashboard.Dashboard) bool { return d.ID == id })
		if i < 0 {
			return dashboard.Dashboard{ID: id}
		}
		return dashboards[i]
	}
	n := navigator{against: against, tabs: []tab{
		{"overview", "Overview", "Over", grid.New(find("overview"))},
		{"tenants", "Tenants", "Ten", tenants.New(find("overview"))},
		{"traces", "Traces", "Tra", traces.NewList(page.TraceQuery{})},
		{"alerts", "Alerts", "Ale", alerts.New()},
		{"health", "Health", "Hea", health.New()},
		{"business", "Business", "Bus", grid.New(find("business"))},
	}}
	i := slices.IndexFunc(n.tabs, func(t tab) bool { return t.id == first })
	n.stack = []page.Page{n.tabs[max(i, 0)].page}
	if v := n.view(first); v != nil { // a comparison of tenants: over their list
		n.stack = []page.Page{n.tabs[1].page, v}
	}
	if first == page.AlertsSilences {
		n.alerts().OpenSilences()
		n.stack = []page.Page{n.alerts()}
	}
	return n
}

// alerts is the page of alerts.
func (n *navigator) alerts() *alerts.Page {
	p, _ := n.tabs[3].page.(*alerts.Page)
	return p
}

// top is the page on the screen.
func (n *navigator) top() page.Page { return n.stack[len(n.stack)-1] }

// current is the index of the tab that the stack began with.
func (n *navigator) current() int {
	return slices.IndexFunc(n.tabs, func(t tab) bool { return t.page == n.stack[0] })
}

// open shows tab i. What was gone deeper into is kept, so that a look elsewhere costs nothing; tabs that one only came
// past are not: Esc would lead through them all.
func (n *navigator) open(i int) {
	p := n.tabs[i].page
	if len(n.stack) == 1 && n.stack[0] == p {
		return
	}
	if len(n.stack) > 1 {
		n.history = append(n.history, n.stack)
	}
	if len(n.history) > maxHistory {
		n.history = slices.Delete(n.history, 0, 1)
	}
	n.stack = []page.Page{p}
}

// push goes deeper.
func (n *navigator) push(p page.Page) {
	if i := slices.Index(n.stack, p); i >= 0 { // it is on the way already: a page is never twice in a stack
		n.stack = n.stack[:i+1]
		return
	}
	n.stack = append(slices.Clip(n.stack), p)
}

// analysis is the page that o asks for: one of those that led here from one to the next, or a new one. Going to and fro
// between them makes the way back no longer.
func (n *navigator) analysis(o page.OpenAnalysis) page.Page {
	for _, p := range slices.Backward(n.stack) {
		a, ok := p.(*traces.Analysis)
		if !ok {
			break
		}
		if a.Answers(o) {
			return a
		}
	}
	return traces.NewAnalysis(o)
}

// show goes deeper, or puts p in the place of the top page.
func (n *navigator) show(replace bool, p page.Page) {
	if replace && len(n.stack) > 1 {
		n.stack = slices.Clone(n.stack[:len(n.stack)-1])
	}
	n.push(p)
}

// left is the page that Esc comes back to from a tab: where one was deeper before; nil for none.
func (n *navigator) left() page.Page {
	if len(n.stack) > 1 || len(n.history) == 0 {
		return nil
	}
	s := n.history[len(n.history)-1]
	return s[len(s)-1]
}

// back leaves the top page and tells whether there was a way back.
func (n *navigator) back() bool {
	switch {
	case len(n.stack) > 1:
		n.stack = slices.Clone(n.stack[:len(n.stack)-1])
	case len(n.history) > 0:
		n.stack = n.history[len(n.history)-1]
		n.history = n.history[:len(n.history)-1]
	default:
		return false
	}
	return true
}

// all are the pages that hold something, each once: the tabs and what is on the stacks.
func (n *navigator) all() []page.Page {
	var pages []page.Page
	add := func(p page.Page) {
		if !slices.Contains(pages, p) {
			pages = append(pages, p)
		}
	}
	for _, t := range n.tabs {
		add(t.page)
	}
	for _, p := range n.stack {
		add(p)
	}
	for _, s := range n.history {
		for _, p := range s {
			add(p)
		}
	}
	return pages
}
