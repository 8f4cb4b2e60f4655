package sources

import (
	"regexp"
	"slices"
)

// Matching is a set of a silence's matchers made ready: all of them have to hold. The empty set matches everything.
type Matching []matching

type matching struct {
	Matcher
	re *regexp.Regexp // of a regular expression; nil: it can't be read
}

// MatcherRegexp compiles a matcher's expression as Alertmanager does: anchored at both ends.
func MatcherRegexp(expr string) (*regexp.Regexp, error) { return regexp.Compile("^(?:" + expr + ")$") }

// NewMatching makes matchers ready, the cheap ones first. One whose expression can't be read (another Alertmanager's
// may be) holds for nothing, negative or not: what it matches dlmon can't tell.
func NewMatching(ms []Matcher) Matching {
	var out, slow Matching
	for _, m := range ms {
		if !m.Regex {
			out = append(out, matching{Matcher: m})
			continue
		}
		re, _ := MatcherRegexp(m.Value)
		slow = append(slow, matching{m, re})
	}
	return append(out, slow...)
}

func (m matching) holds(value string) bool {
	if !m.Regex {
		return (value == m.Value) != m.Negative
	}
	return m.re != nil && m.re.MatchString(value) != m.Negative
}

// Matches tells whether all matchers hold; a label that is missing counts as "".
func (ms Matching) Matches(l Labels) bool {
	return !slices.ContainsFunc(ms, func(m matching) bool { return !m.holds(l[m.Name]) })
}

// Names tells whether any of the matchers is about one of the labels.
func (ms Matching) Names(labels []string) bool {
	return slices.ContainsFunc(ms, func(m matching) bool { return slices.Contains(labels, m.Name) })
}

// MatchesNothingGiven tells whether every matcher holds for the empty string: such a set would match alerts that have
// none of its labels, and Alertmanager refuses it.
func (ms Matching) MatchesNothingGiven() bool {
	return !slices.ContainsFunc(ms, func(m matching) bool { return !m.holds("") })
}
