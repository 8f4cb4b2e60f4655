// Package keys is the list of everything a key can do, by the place where it does it, and the operator's own choice of
// keys. Help, palette, the config file and the documentation are all made from this one list. It knows no screen: keys
// are the names that Bubble Tea gives them ("s", "S", "ctrl+f", "shift+left", "space").
package keys

import (
	"slices"
	"strings"
)

// Action is one thing that a key does.
type Action struct {
	ID   string   // within its scope: "sort"
	Keys []string // by default; the first is the one that pages know it by
	What string   // in the infinitive: "sort by the next column"
	// Selected tells that it is done to what is selected, focused or filtered on the page: from elsewhere nobody knows what
	// that is. Writes, that it changes something at a server.
	Selected, Writes bool
}

// Scope is a place with keys of its own.
type Scope struct {
	ID      string // "tenants"
	Title   string // "The list of tenants"
	Actions []Action
}

// The scopes whose keys work on every page.
const (
	Global = "global"
	Move   = "move"
)

// fixed are keys that can't be taken away from what they do, nor be given to anything else: without them one would be
// lost.
var fixed = []string{"up", "down", "left", "right", "enter", "esc", "ctrl+c", "ctrl+z"}

func act(id, keys, what string) Action {
	return Action{ID: id, Keys: strings.Fields(keys), What: what}
}

// on is an action on what is selected.
func on(id, keys, what string) Action {
	a := act(id, keys, what)
	a.Selected = true
	return a
}

func writes(a Action) Action {
	a.Writes = true
	return a
}

// scopes are all there are. Pages whose lists can be filtered take the key of global.filter, those that move those of
// move.
var scopes = []Scope{
	{Global, "Everywhere", []Action{
		act("overview", "1", "the overview"),
		act("tenants", "2", "the tenants"),
		act("traces", "3", "the traces"),
		act("alerts", "4", "the alerts"),
		act("health", "5", "the health of the service and of dlmon's sources"),
		act("business", "6", "the business panels"),
		act("back", "esc", "back to where you were"),
		act("palette", ":", "find any command, page, panel, tenant, service or alert"),
		act("filter", "/", "filter what has the focus, as you type"),
		act("refresh", "r", "ask everything now"),
		act("pause", "space", "pause, resume"),
		act("wider", "+ =", "longer window"),
		act("narrower", "- _", "shorter window"),
		act("earlier", "[", "half a window earlier"),
		act("later", "]", "half a window later"),
		act("live", "0", "back to live"),
		act("go-to", "@", "go to a time or a range"),
		act("cursor-earlier", ",", "time cursor a column earlier"),
		act("cursor-later", ".", "time cursor a column later"),
		act("zone", "u", "times in UTC, in local time"),
		act("handoff", "x", "write this page, its numbers and queries to a file"),
		act("mouse", "m", "mouse on, off"),
		act("help", "? f1", "the keys of this place; f1 to f12 also where one types"),
		act("quit", "q", "quit"),
		act("force-quit", "ctrl+c", "quit, from anywhere"),
		act("suspend", "ctrl+z", "back to the shell; fg comes back here"),
	}},
	{Move, "Moving", []Action{
		act("up", "up k", "the row, series or panel above"),
		act("down", "down j", "the row, series or panel below"),
		act("left", "left h", "what is to the left: a panel, a column of time, a folded span"),
		act("right", "right l", "what is to the right"),
		act("page-up", "pgup ctrl+b", "a screen up"),
		act("page-down", "pgdown ctrl+f", "a screen down"),
		act("first", "home g", "the first row, the oldest column"),
		act("last", "end G", "the last row, the newest column"),
		act("next", "tab", "the next panel, table or section"),
		act("previous", "shift+tab", "the panel, table or section before"),
		act("open", "enter", "go deeper: open what is selected"),
	}},
	{"grid", "Panels", []Action{
		on("exemplar", "t", "the trace of an exemplar nearest to its p99, else the list of traces"),
		on("full-screen", "f", "the focused panel full screen"),
		on("tenant", "o", "the selected tenant's own page"),
		act("movers", "v", "movers: what changed most"),
	}},
	{"panel", "A panel full screen", []Action{
		on("exemplar", "t", "the trace of an exemplar, else the list of traces"),
		act("close", "f", "back to the grid"),
		act("fast-left", "shift+left H", "ten columns earlier"),
		act("fast-right", "shift+right L", "ten columns later"),
	}},
	{"tenants", "The list of tenants", []Action{
		on("exemplar", "t", "the trace of an exemplar nearest to its p99, else the list of traces"),
		on("tenant", "o", "the tenant's own page"),
		act("sort", "s", "sort by the next column"),
		act("reverse", "S", "reverse the order"),
		act("movers", "v", "movers: what changed most"),
		act("noisy", "n", "noisy neighbours"),
		act("budget", "b", "error budget"),
	}},
	{"movers", "Movers", []Action{
		on("exemplar", "t", "the trace of an exemplar nearest to its p99, else the list of traces"),
		on("tenant", "o", "the tenant's own page"),
		act("against", "w", "against 1 h, 1 d, 1 w ago"),
	}},
	{"neighbours", "Noisy neighbours", []Action{
		on("exemplar", "t", "the trace of an exemplar nearest to its p99, else the list of traces"),
		on("tenant", "o", "the tenant's own page"),
		act("full-screen", "f", "the load of those who take the most"),
	}},
	{"budget", "Error budget", []Action{
		on("traces", "t", "the tenant's failed traces"),
		on("tenant", "o", "the tenant's own page"),
	}},
	{"traces", "The list of traces", []Action{
		act("exemplar", "t", "the trace behind the exemplar nearest to the p99"),
		on("fast-left", "shift+left", "the tenth trace before in time"),
		on("fast-right", "shift+right", "the tenth trace after in time"),
		on("mark", "v", "mark as A, again as B, again not at all"),
		act("clear-marks", "V", "clear all marks"),
		act("difference", "d", "what is different about the slow, failed or marked traces"),
		act("compare", "c", "compare two marked traces"),
		act("operations", "o", "operations of the marked or of all traces"),
		act("errors", "e", "errors by root cause"),
		act("services", "w", "who calls whom"),
		act("search", "n", "search form"),
		act("sort", "s", "sort by the next column"),
		act("reverse", "S", "reverse the order"),
		on("copy", "y", "copy the trace id"),
	}},
	{"analysis", "What several traces say", []Action{
		act("difference", "d", "what is different"),
		act("operations", "o", "operations"),
		act("errors", "e", "errors by root cause"),
		act("services", "w", "who calls whom"),
		act("in-b", "b", "the span in B, in a comparison"),
		act("sort", "s", "sort by the next column"),
		act("reverse", "S", "reverse the order"),
		act("copy", "y", "copy the selected line"),
	}},
	{"trace", "One trace", []Action{
		act("error-next", "e", "next failed span"),
		act("error-previous", "E", "previous failed span"),
		act("critical-next", "c", "next span on the critical path"),
		act("critical-previous", "C", "previous span on the critical path"),
		act("longest-self", "s", "the longest self time; again: the next longest"),
		act("fold", "<", "fold the deepest level"),
		act("unfold", ">", "unfold one level"),
		act("zoom", "z", "zoom into what is selected"),
		act("whole", "Z", "the whole trace"),
		act("match-next", "n", "next match of the search"),
		act("match-previous", "N", "previous match of the search"),
		act("flame", "f", "flame graph; from there to the waterfall"),
		act("difference", "d", "what is different about these traces"),
		act("operations", "o", "operations of these traces"),
		act("trace-next", "t", "next trace of the exemplars, or with the same cause"),
		act("trace-previous", "T", "previous trace of the exemplars, or with the same cause"),
		act("copy", "y", "copy the id, the value or the name that is selected"),
		act("copy-id", "Y", "copy the span id"),
	}},
	{"alerts", "The alerts", []Action{
		on("traces", "t", "traces that explain the alert"),
		on("tenant", "o", "the alert's tenant"),
		act("sort", "s", "sort by the next column"),
		act("reverse", "S", "reverse the order"),
		act("group", "b", "group by the next property"),
		writes(on("silence", "z", "silence this alert")),
		writes(on("silence-filter", "Z", "silence what the filter shows")),
		act("silences", "a", "the list of silences"),
		on("copy", "y", "copy the alert"),
		on("copy-link", "Y", "copy the alert's link"),
	}},
	{"silences", "The silences", []Action{
		writes(act("new", "n", "new silence")),
		writes(on("edit", "e", "extend it, or change its comment")),
		writes(on("expire", "D", "expire it now; asks first")),
		writes(on("anew", "z", "create an expired one anew")),
		on("copy", "y", "copy its matchers"),
	}},
}

// Scopes are all scopes, those that work everywhere first. The caller must not change them.
func Scopes() []Scope { return scopes }

// Name is an action's full name, as the config has it: "tenants.sort".
func Name(scope, id string) string { return scope + "." + id }

// Names are the full names of all actions.
func Names() []string {
	var out []string
	for _, s := range scopes {
		for _, a := range s.Actions {
			out = append(out, Name(s.ID, a.ID))
		}
	}
	return out
}

// Find is the action that a full name means, and its scope.
func Find(name string) (scope Scope, a Action, ok bool) {
	id, rest, _ := strings.Cut(name, ".")
	for _, s := range scopes {
		if s.ID != id {
			continue
		}
		if i := slices.IndexFunc(s.Actions, func(a Action) bool { return a.ID == rest }); i >= 0 {
			return s, s.Actions[i], true
		}
	}
	return Scope{}, Action{}, false
}

// visible are the scopes whose keys work in a place: its own first.
func visible(scope string) []Scope {
	var out []Scope
	for _, id := range []string{scope, Move, Global} {
		for _, s := range scopes {
			if s.ID == id && !slices.ContainsFunc(out, func(o Scope) bool { return o.ID == id }) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Known is the action that a default key stands for in a place, its own before those of everywhere.
func Known(scope, key string) (name string, a Action, ok bool) {
	for _, s := range visible(scope) {
		for _, a := range s.Actions {
			if slices.Contains(a.Keys, key) {
				return Name(s.ID, a.ID), a, true
			}
		}
	}
	return "", Action{}, false
}
