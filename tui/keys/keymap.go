package keys

import (
	"fmt"
	"slices"
	"strings"
)

// Map is which keys do what: the defaults but for what the operator has changed. A nil Map is the defaults.
type Map struct{ own map[string][]string } // by full name; fixed keys included

// Clash is two actions on one key in one place.
type Clash struct {
	Key string
	// Name is the action that was given the key, Other the one that has it, both by their full names.
	Name, Other string
}

// New is the map with the operator's changes: keys by an action's full name, which must be known. An action keeps its
// fixed keys whatever it is given.
func New(changes map[string][]string) *Map {
	m := &Map{own: map[string][]string{}}
	for name, given := range changes {
		_, a, _ := Find(name)
		var own []string
		for _, k := range a.Keys {
			if Has(fixed, k) {
				own = append(own, k)
			}
		}
		for _, k := range given {
			if !Has(own, k) {
				own = append(own, k)
			}
		}
		m.own[name] = own
	}
	return m
}

// Of are the keys that do an action, by its full name; none if the operator took them all away.
func (m *Map) Of(name string) []string {
	if m != nil {
		if own, ok := m.own[name]; ok {
			return own
		}
	}
	_, a, _ := Find(name)
	return a.Keys
}

// changed tells whether the operator has given an action other keys.
func (m *Map) changed(name string) bool {
	if m == nil {
		return false
	}
	_, ok := m.own[name]
	return ok
}

// Canonical is the key by which a page knows what the pressed one does in a place; false: it does nothing there, for
// what it did by default was given another key.
func (m *Map) Canonical(scope, pressed string) (string, bool) {
	if m == nil || len(m.own) == 0 {
		return pressed, true
	}
	moved := false
	for _, s := range visible(scope) {
		for _, a := range s.Actions {
			name := Name(s.ID, a.ID)
			at := index(a.Keys, pressed)
			byDefault := at >= 0
			switch {
			case !m.changed(name) && byDefault:
				return a.Keys[at], true
			case !m.changed(name):
			case Has(m.own[name], pressed):
				if byDefault {
					return a.Keys[at], true
				}
				return a.Keys[0], true
			default:
				moved = moved || byDefault
			}
		}
	}
	return pressed, !moved
}

// Shown are the operator's keys for what default keys do in a place: ["e", "E"] → "ctrl+n ctrl+p". "" if none is left;
// as it was if nothing was changed.
func (m *Map) Shown(scope, as string, defaults ...string) string {
	touched := false
	var out []string
	for _, k := range defaults {
		name, _, ok := Known(scope, k)
		if !ok || !m.changed(name) {
			out = append(out, k)
			continue
		}
		touched = true
		for _, own := range m.own[name] {
			if !slices.Contains(out, own) {
				out = append(out, own)
			}
		}
	}
	if !touched {
		return as
	}
	return strings.Join(out, " ")
}

// Clashes are all pairs of actions that would do something at the same key in the same place, in the order of the list.
func (m *Map) Clashes() []Clash {
	var out []Clash
	for i, s := range scopes {
		for j, a := range s.Actions {
			name := Name(s.ID, a.ID)
			for _, k := range m.Of(name) {
				for _, o := range scopes[:i+1] {
					together := o.ID == s.ID || o.ID == Global || o.ID == Move
					for l, b := range o.Actions {
						if together && (o.ID != s.ID || l < j) && Has(m.Of(Name(o.ID, b.ID)), k) {
							out = append(out, clash(k, name, Name(o.ID, b.ID)))
						}
					}
				}
			}
		}
	}
	return out
}

// clash tells the action that was given the key from the one that has it by default.
func clash(key, name, other string) Clash {
	if _, a, _ := Find(name); Has(a.Keys, key) {
		name, other = other, name
	}
	return Clash{Key: key, Name: name, Other: other}
}

// String says what clashes and what to do about it.
func (c Clash) String() string {
	_, other, _ := Find(c.Other)
	text := fmt.Sprintf("%s is already %s (%s)", c.Key, c.Other, other.What)
	if Has(fixed, c.Key) {
		return text + " and stays so: choose another key"
	}
	return text + ": choose another key, or give " + c.Other + " another one too"
}
